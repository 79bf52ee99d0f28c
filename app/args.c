#include "app/args.h"

#include "core/base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct option_spec *find_long(const struct option_spec *table, const char *name, size_t n)
{
    for (; table != NULL && table->name != NULL; table++)
        if (strlen(table->name) == n && memcmp(table->name, name, n) == 0)
            return table;
    return NULL;
}

static const struct option_spec *find_letter(const struct option_spec *table, char letter)
{
    for (; table != NULL && table->name != NULL; table++)
        if (table->letter == letter)
            return table;
    return NULL;
}

static bool add_value(struct args *a, const struct option_spec *spec, const char *value, struct err *err)
{
    size_t bad;
    bool is_path = spec->argument != NULL && strstr(spec->argument, "FILE") != NULL;
    if (is_path && *value == '\0')
        return err_set(err, ERR_USAGE, "--%s is empty; it takes the name of a file", spec->name);
    if (!is_path && !utf8_valid(value, strlen(value), &bad))
        return err_set(err, ERR_USAGE, "--%s is not UTF-8 at byte %zu", spec->name, bad + 1);
    if (!spec->repeats && spec->argument != NULL && args_get(a, spec->name) != NULL)
        return err_set(err, ERR_USAGE, "--%s is given twice", spec->name);
    vec_push(&a->values, ((struct args_value){spec, value}));
    return true;
}

static bool unknown_long(const char *word, size_t n, const struct option_spec *own, const struct option_spec *global,
                         struct err *err)
{
    const char *names[64];
    size_t count = 0;
    const struct option_spec *tables[] = {own, global};
    for (int t = 0; t < 2; t++)
        for (const struct option_spec *s = tables[t]; s != NULL && s->name != NULL && count < 63; s++)
            names[count++] = s->name;
    names[count] = NULL;
    char *name = mem_ndup(word, n);
    const char *nearest = args_nearest(name, names);
    if (nearest != NULL)
        err_set(err, ERR_USAGE, "there is no option --%s; is --%s meant?", name, nearest);
    else
        err_set(err, ERR_USAGE, "there is no option --%s", name);
    mem_free(name);
    return false;
}

/* The value of an option: behind "=", or the next word of argv. */
static bool take_value(struct args *a, const struct option_spec *spec, const char *attached, int argc, char **argv,
                       int *i, struct err *err)
{
    if (spec->argument == NULL) {
        if (attached != NULL)
            return err_set(err, ERR_USAGE, "--%s takes no value", spec->name);
        return add_value(a, spec, "", err);
    }
    if (attached == NULL) {
        if (*i + 1 >= argc)
            return err_set(err, ERR_USAGE, "--%s needs a value: %s", spec->name, spec->argument);
        attached = argv[++*i];
    }
    return add_value(a, spec, attached, err);
}

static bool parse_long(struct args *a, int argc, char **argv, int *i, const struct option_spec *own,
                       const struct option_spec *global, struct err *err)
{
    const char *name = argv[*i] + 2;
    size_t n = strcspn(name, "=");
    const struct option_spec *spec = find_long(own, name, n);
    if (spec == NULL)
        spec = find_long(global, name, n);
    if (spec == NULL)
        return unknown_long(name, n, own, global, err);
    return take_value(a, spec, name[n] == '=' ? name + n + 1 : NULL, argc, argv, i, err);
}

static bool parse_letters(struct args *a, int argc, char **argv, int *i, const struct option_spec *own,
                          const struct option_spec *global, struct err *err)
{
    for (const char *p = argv[*i] + 1; *p != '\0'; p++) {
        const struct option_spec *spec = find_letter(own, *p);
        if (spec == NULL)
            spec = find_letter(global, *p);
        if (spec == NULL)
            return err_set(err, ERR_USAGE, "there is no option -%c", *p);
        if (spec->argument != NULL)
            return take_value(a, spec, p[1] != '\0' ? p + 1 : NULL, argc, argv, i, err);
        if (!add_value(a, spec, "", err))
            return false;
    }
    return true;
}

bool args_parse(struct args *a, int argc, char **argv, const struct option_spec *own, const struct option_spec *global,
                bool stop_at_word, int *used, struct err *err)
{
    int i = 0;
    for (; i < argc; i++) {
        const char *word = argv[i];
        if (strcmp(word, "--") == 0) {
            for (i++; i < argc; i++)
                vec_push(&a->words, argv[i]);
            break;
        }
        bool is_option = word[0] == '-' && word[1] != '\0';
        if (!is_option && stop_at_word)
            break;
        if (!is_option) {
            vec_push(&a->words, word);
            continue;
        }
        if (word[1] == '-' ? !parse_long(a, argc, argv, &i, own, global, err)
                           : !parse_letters(a, argc, argv, &i, own, global, err))
            return false;
    }
    if (used != NULL)
        *used = i;
    return true;
}

void args_free(struct args *a)
{
    vec_free(&a->values);
    vec_free(&a->words);
}

bool args_has(const struct args *a, const char *name)
{
    return args_get(a, name) != NULL;
}

const char *args_get(const struct args *a, const char *name)
{
    for (size_t i = a->values.n; i > 0; i--)
        if (strcmp(a->values.v[i - 1].spec->name, name) == 0)
            return a->values.v[i - 1].value;
    return NULL;
}

const char *args_nth(const struct args *a, const char *name, size_t i)
{
    for (size_t k = 0; k < a->values.n; k++)
        if (strcmp(a->values.v[k].spec->name, name) == 0 && i-- == 0)
            return a->values.v[k].value;
    return NULL;
}

bool args_int(const struct args *a, const char *name, int64_t min, int64_t max, int64_t *out, struct err *err)
{
    const char *text = args_get(a, name);
    if (text == NULL)
        return true;
    char *end;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || v < min || v > max)
        return err_set(err, ERR_USAGE, "--%s must be a whole number from %lld to %lld, not \"%s\"", name,
                       (long long)min, (long long)max, text);
    *out = v;
    return true;
}

bool args_number(const struct args *a, const char *name, double min, double max, double *out, struct err *err)
{
    const char *text = args_get(a, name);
    if (text == NULL)
        return true;
    char *end;
    double v = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(v) || v < min || v > max)
        return err_set(err, ERR_USAGE, "--%s must be a number from %g to %g, not \"%s\"", name, min, max, text);
    *out = v;
    return true;
}

static bool no_choice(const char *name, const char *const *words, const char *text, struct err *err)
{
    const char *nearest = args_nearest(text, words);
    struct buf list = BUF_INIT;
    if (nearest != NULL)
        return err_set(err, ERR_USAGE, "--%s knows no \"%s\"; is \"%s\" meant?", name, text, nearest);
    for (int i = 0; words[i] != NULL; i++)
        buf_addf(&list, "%s%s", i > 0 ? ", " : "", words[i]);
    err_set(err, ERR_USAGE, "--%s must be one of %s, not \"%s\"", name, list.ptr, text);
    buf_free(&list);
    return false;
}

bool args_choice(const struct args *a, const char *name, const char *const *words, int *out, struct err *err)
{
    const char *text = args_get(a, name);
    for (int i = 0; text != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return true;
        }
    return text == NULL || no_choice(name, words, text, err);
}

enum { HELP_COLUMN = 28, HELP_WIDTH = 96, HELP_LEAST = 60 };

/* Columns of a help page: those of the terminal that it goes to, within reason. */
static size_t help_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_col > HELP_WIDTH)
        return HELP_WIDTH;
    return size.ws_col < HELP_LEAST ? HELP_LEAST : size.ws_col;
}

/* The line at `text` stays as it is: it is empty, or begins with a blank. Its length and line ends behind it are added.
 */
static size_t keep_line(const char *text, struct buf *out)
{
    size_t n = strcspn(text, "\n");
    n += strspn(text + n, "\n");
    buf_add(out, text, n);
    return n;
}

void args_wrap(const char *text, size_t indent, struct buf *out)
{
    const size_t width = help_width();
    for (size_t column = indent; *text != '\0';) {
        if (*text == '\n' && (text[1] == '\n' || text[1] == ' ')) {
            text += keep_line(text, out);
            while (*text == ' ')
                text += keep_line(text, out);
            column = indent;
        }
        text += strspn(text, " \n");
        size_t word = strcspn(text, " \n");
        if (column > indent && column + 1 + word > width) {
            buf_addf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent && word > 0) {
            buf_addc(out, ' ');
            column++;
        }
        buf_add(out, text, word);
        column += word;
        text += word;
    }
    buf_addc(out, '\n');
}

void args_help(const struct option_spec *table, struct buf *out)
{
    for (; table != NULL && table->name != NULL; table++) {
        char left[80];
        char letter[8] = "    ";
        if (table->letter != 0)
            snprintf(letter, sizeof letter, "-%c, ", table->letter);
        int n = snprintf(left, sizeof left, "  %s--%s%s%s", letter, table->name, table->argument != NULL ? " " : "",
                         table->argument != NULL ? table->argument : "");
        if (n < HELP_COLUMN - 1)
            buf_addf(out, "%-*s", HELP_COLUMN, left);
        else
            buf_addf(out, "%s\n%*s", left, HELP_COLUMN, "");
        args_wrap(table->help, HELP_COLUMN, out);
    }
}

/* Optimal string alignment distance of two short words. */
static size_t distance(const char *a, const char *b)
{
    enum { MAX = 32 };
    size_t n = strlen(a), m = strlen(b);
    if (n >= MAX || m >= MAX)
        return MAX;
    size_t d[MAX + 1][MAX + 1];
    for (size_t i = 0; i <= n; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= m; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

const char *args_nearest(const char *word, const char *const *list)
{
    const char *best = NULL;
    size_t least = strlen(word) < 4 ? 2 : 3;
    for (; *list != NULL; list++) {
        size_t d = distance(word, *list);
        if (d < least) {
            least = d;
            best = *list;
        }
    }
    return best;
}
