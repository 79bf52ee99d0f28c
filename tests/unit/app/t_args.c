#include "app/args.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct option_spec own[] = {
    {"format", 'f', "F", "how", false},
    {"rate", 0, "R", "many", true},
    {"draft", 'd', NULL, "a switch", false},
    {0},
};
static const struct option_spec global[] = {
    {"json", 0, NULL, "a switch", false},
    {"quiet", 'q', NULL, "a switch", false},
    {0},
};

enum { MAX = 12 };

/* words ends with NULL */
static bool parse(struct args *a, const char *const *words, bool stop, int *used, struct err *err)
{
    char *argv[MAX];
    int n = 0;
    for (; words[n] != NULL; n++)
        argv[n] = (char *)(uintptr_t)words[n];
    *a = (struct args){0};
    return args_parse(a, n, argv, own, global, stop, used, err);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(args, options_and_words_may_be_mixed_in_every_spelling)
{
    struct args a;
    struct err err = {0};
    cr_assert(parse(&a, WORDS("one", "--format=trl", "-dq", "--json", "two", "--", "--three"), false, NULL, &err));
    cr_expect(eq(str, (char *)(uintptr_t)args_get(&a, "format"), "trl"));
    cr_expect(args_has(&a, "draft") && args_has(&a, "quiet") && args_has(&a, "json"));
    cr_assert(eq(sz, a.words.n, 3));
    cr_expect(eq(str, (char *)(uintptr_t)a.words.v[2], "--three"));
    args_free(&a);
    cr_assert(parse(&a, WORDS("-ftrl", "-"), false, NULL, &err));
    cr_expect(eq(str, (char *)(uintptr_t)args_get(&a, "format"), "trl"));
    cr_expect(eq(sz, a.words.n, 1));
    args_free(&a);
}

Test(args, parsing_stops_at_the_command)
{
    struct args a;
    struct err err = {0};
    int used;
    cr_assert(parse(&a, WORDS("-q", "--json", "import", "-x"), true, &used, &err));
    cr_expect(eq(int, used, 2));
    args_free(&a);
}

Test(args, repeated_options_keep_their_order_and_others_are_refused)
{
    struct args a;
    struct err err = {0};
    cr_assert(parse(&a, WORDS("--rate", "x", "--rate=y"), false, NULL, &err));
    cr_expect(eq(str, (char *)(uintptr_t)args_nth(&a, "rate", 0), "x"));
    cr_expect(eq(str, (char *)(uintptr_t)args_nth(&a, "rate", 1), "y"));
    cr_expect(args_nth(&a, "rate", 2) == NULL);
    args_free(&a);
    cr_expect(parse(&a, WORDS("-d", "--draft", "-dd"), false, NULL, &err), "a switch may be repeated");
    args_free(&a);
    cr_expect(not(parse(&a, WORDS("-f", "a", "--format", "b"), false, NULL, &err)));
    cr_expect(eq(str, err.text, "--format is given twice"));
    args_free(&a);
}

static const struct {
    const char *word;
    const char *text;
} refusals[] = {
    {"--formt", "there is no option --formt; is --format meant?"},
    {"--frobnicate", "there is no option --frobnicate"},
    {"--rate=\xFF", "--rate is not UTF-8 at byte 1"},
    {"-x", "there is no option -x"},
    {"--format", "--format needs a value: F"},
    {"--draft=1", "--draft takes no value"},
};

Test(args, refusals_say_what_is_wrong)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct args a;
        struct err err = {0};
        cr_expect(not(parse(&a, WORDS(refusals[i].word), false, NULL, &err)));
        cr_expect(eq(int, (int)err.kind, ERR_USAGE));
        cr_expect(eq(str, err.text, (char *)(uintptr_t)refusals[i].text));
        args_free(&a);
    }
}

Test(args, numbers_are_whole_and_inside_their_range)
{
    static const struct {
        const char *text;
        bool ok;
    } cases[] = {{"0", true},    {"10", true},  {"11", false}, {"-1", false},
                 {"3.5", false}, {"3x", false}, {"", false},   {"99999999999999999999", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct args a;
        struct err err = {0};
        int64_t v = 7;
        double x = 7;
        cr_assert(parse(&a, WORDS("--format", cases[i].text), false, NULL, &err));
        cr_expect(eq(int, args_int(&a, "format", 0, 10, &v, &err), cases[i].ok), "%s", cases[i].text);
        cr_expect(eq(i64, v, cases[i].ok ? atoll(cases[i].text) : 7));
        if (args_number(&a, "format", 0, 10, &x, &err))
            cr_expect(x >= 0 && x <= 10);
        args_free(&a);
    }
}

Test(args, a_slip_of_the_fingers_is_recognised)
{
    static const char *const list[] = {"import", "export", "embed", "eval", NULL};
    cr_expect(eq(str, (char *)(uintptr_t)args_nearest("improt", list), "import"));
    cr_expect(eq(str, (char *)(uintptr_t)args_nearest("evl", list), "eval"));
    cr_expect(args_nearest("annotate", list) == NULL);
    cr_expect(args_nearest("", list) == NULL);
}
