#include "core/lexical.h"

#include "core/base/utf8.h"
#include "core/names.h"
#include "core/words.h"

#include <math.h>
#include <string.h>
#include <utf8proc.h>

/* id, name, how it is scaled. All lie in [0, 1]; the counts of long texts end at 1. */
#define FEATURES(X)                                                                                                    \
    X(LENGTH, "log_characters", log_scale(c->characters, 10000))                                                       \
    X(WORDS, "log_words", log_scale(c->words, 2000))                                                                   \
    X(WORD_LENGTH, "mean_word_length", cap(share(c->word_characters, c->words) / 12))                                  \
    X(DIGITS, "digits", share(c->digits, c->characters))                                                               \
    X(PUNCTUATION, "punctuation", share(c->punctuation, c->characters))                                                \
    X(LINES, "log_newlines", log_scale(c->newlines, 100))                                                              \
    X(BULLETS, "log_list_items", log_scale(c->bullets, 30))                                                            \
    X(CODE, "code_fences", cap(c->fences / 4))                                                                         \
    X(QUESTIONS, "log_question_marks", log_scale(c->questions, 20))                                                    \
    X(EXCLAMATIONS, "log_exclamation_marks", log_scale(c->exclamations, 20))                                           \
    X(VARIETY, "type_token_ratio", share(c->distinct, c->words))                                                       \
    X(OVERLAP, "prompt_words_repeated", share(c->repeated, c->prompt_words))                                           \
    X(UPPER, "upper_case", share(c->upper, c->letters))                                                                \
    X(FOREIGN, "not_ascii", share(c->foreign, c->characters))

enum {
#define X(id, name, scaled) FEATURE_##id,
    FEATURES(X)
#undef X
        FEATURE_COUNT
};
_Static_assert((int)FEATURE_COUNT == (int)LEXICAL_SURFACE, "LEXICAL_SURFACE counts the features");

const char *lexical_surface_name(size_t i)
{
    static const char *const names[] = {
#define X(id, name, scaled) name,
        FEATURES(X)
#undef X
    };
    return names[i];
}

struct counts {
    double characters, letters, upper, digits, punctuation, newlines, bullets, fences, questions, exclamations, foreign;
    double words, word_characters, distinct, prompt_words, repeated;
};

static double cap(double v)
{
    return fmin(v, 1);
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static double log_scale(double count, double full)
{
    return cap(log1p(count) / log1p(full));
}

static bool is_punctuation(utf8proc_category_t category)
{
    return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

static void count_character(struct counts *c, uint32_t cp)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)cp);
    c->characters++;
    c->foreign += cp > 0x7F;
    c->newlines += cp == '\n';
    c->questions += cp == '?' || cp == 0xFF1F || cp == 0x061F;
    c->exclamations += cp == '!' || cp == 0xFF01;
    c->upper += category == UTF8PROC_CATEGORY_LU;
    c->letters += category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    c->digits += category == UTF8PROC_CATEGORY_ND;
    c->punctuation += is_punctuation(category);
}

/* "- ", "* ", "+ ", a bullet, or "12." / "12)" before a blank */
static bool is_list_item(const char *line, size_t n)
{
    size_t i = 0;
    if (n >= 2 && strchr("-*+", line[0]) != NULL && line[0] != '\0')
        return line[1] == ' ';
    if (n >= 3 && memcmp(line, "\xE2\x80\xA2", 3) == 0)
        return true;
    while (i < n && i < 3 && line[i] >= '0' && line[i] <= '9')
        i++;
    return i > 0 && i + 1 < n && (line[i] == '.' || line[i] == ')') && line[i + 1] == ' ';
}

static void count_lines(struct counts *c, const char *text, size_t n)
{
    for (size_t at = 0; at < n;) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t next = end != NULL ? (size_t)(end - text) + 1 : n;
        while (at < next && (text[at] == ' ' || text[at] == '\t'))
            at++;
        c->bullets += is_list_item(text + at, next - at);
        c->fences += next - at >= 3 && memcmp(text + at, "```", 3) == 0;
        at = next;
    }
}

static void add_word(struct names *set, const struct words *w)
{
    names_add(set, (const char *)w->word.v, w->word.n * sizeof *w->word.v, NULL);
}

static void count_words(struct counts *c, const char *text, size_t n, const char *prompt, size_t prompt_n)
{
    struct words w;
    struct names said = {0}, asked = {0};
    words_init(&w, text, n);
    while (words_next(&w)) {
        c->words++;
        c->word_characters += (double)w.word.n;
        add_word(&said, &w);
    }
    words_free(&w);
    words_init(&w, prompt, prompt_n);
    while (prompt != NULL && words_next(&w))
        add_word(&asked, &w);
    words_free(&w);
    c->distinct = (double)names_count(&said);
    c->prompt_words = (double)names_count(&asked);
    for (size_t i = 0; i < names_count(&asked); i++)
        c->repeated += names_find(&said, asked.list.v[i].text, asked.list.v[i].len) != NAMES_NONE;
    names_free(&said);
    names_free(&asked);
}

void lexical_surface(const char *text, size_t n, const char *prompt, size_t prompt_n, double *out)
{
    struct counts counts = {0}, *c = &counts;
    for (size_t at = 0; at < n;) {
        uint32_t cp;
        int len = utf8_decode(text + at, n - at, &cp);
        if (len > 0)
            count_character(c, cp);
        at += (size_t)(len > 0 ? len : 1);
    }
    count_lines(c, text, n);
    count_words(c, text, n, prompt, prompt_n);
#define X(id, name, scaled) out[FEATURE_##id] = scaled;
    FEATURES(X)
#undef X
}
