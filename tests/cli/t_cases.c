/* Every tests/cli/cases/ *.case: commands with their exact stdout, stderr and exit status, run in one fresh folder a
 * file.
 *
 *   # comment
 *   = NAME           a file, its lines follow as "| text"
 *   $ assay ...      a command; quotes group words; "< NAME" at the end takes stdin from a file
 *   > text           a line of its stdout;  ! text  of its stderr;  ? N  its exit status when it is not 0
 *
 * GOLDEN=1 rewrites the expectations; read the diff before committing it. */
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "a 'b c' "d"" -> words; the list and its strings are the caller's. */
static char **split_words(const char *line)
{
    VEC(char *) words = {0};
    while (*line != '\0') {
        line += strspn(line, " ");
        if (*line == '\0')
            break;
        struct buf word = BUF_INIT;
        for (; *line != '\0' && *line != ' '; line++) {
            if (*line == '\'' || *line == '"') {
                const char *end = strchr(line + 1, *line);
                cr_assert(end != NULL, "unclosed quote: %s", line);
                buf_add(&word, line + 1, (size_t)(end - line - 1));
                line = end;
            } else {
                buf_addc(&word, *line);
            }
        }
        vec_push(&words, buf_take(&word));
    }
    vec_push(&words, NULL);
    return words.v;
}

static void add_lines(struct buf *out, char mark, const struct buf *text)
{
    const char *p = text->ptr, *end = text->ptr + text->len;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        size_t n = newline != NULL ? (size_t)(newline - p) : (size_t)(end - p);
        buf_addf(out, n > 0 ? "%c " : "%c", mark);
        buf_add(out, p, n);
        buf_adds(out, newline != NULL ? "\n" : "\\\n"); /* a backslash marks a missing line end */
        p += n + 1;
    }
}

static void run_command(const char *line, const char *folder, struct buf *actual)
{
    /* The last digits of a fit hang on the kernels that BLAS takes for the CPU. */
    static const char *const env[] = {"ASSAY_NOW=1795000000",      "ASSAY_SEED=1",
                                      "ASSAY_ANNOTATOR=ada",       "OPENBLAS_NUM_THREADS=1",
                                      "OPENBLAS_CORETYPE=Haswell", NULL};
    char **words = split_words(line);
    struct buf input = BUF_INIT, path = BUF_INIT;
    size_t n = 0;
    while (words[n] != NULL)
        n++;
    if (n >= 2 && strcmp(words[n - 2], "<") == 0) {
        buf_addf(&path, "%s/%s", folder, words[n - 1]);
        cr_assert(file_read(path.ptr, &input), "no file %s", path.ptr);
        mem_free(words[n - 2]);
        words[n - 2] = NULL;
    }
    cr_assert(strcmp(words[0], "assay") == 0 || strcmp(words[0], "cat") == 0, "only assay and cat: %s", line);
    bool is_assay = strcmp(words[0], "assay") == 0;
    mem_free(words[0]);
    words[0] = mem_dup(is_assay ? program_assay() : "/bin/cat");
    struct program p = program_run((const char *const *)words, env, folder, input.ptr);
    add_lines(actual, '>', &p.out);
    add_lines(actual, '!', &p.err);
    if (p.status != 0)
        buf_addf(actual, "? %d\n", p.status);
    for (size_t i = 0; i < n; i++)
        mem_free(words[i]);
    mem_free(words);
    program_free(&p);
    buf_free(&input);
    buf_free(&path);
}

/* Lines "| text" from *at on become the file. */
static void make_file(const char *folder, const char *name, char **at, struct buf *actual)
{
    struct buf text = BUF_INIT, path = BUF_INIT;
    while (**at == '|') {
        char *end = strchr(*at, '\n');
        cr_assert(end != NULL);
        buf_add(actual, *at, (size_t)(end + 1 - *at));
        const char *from = *at + ((*at)[1] == ' ' ? 2 : 1);
        buf_add(&text, from, (size_t)(end + 1 - from));
        *at = end + 1;
    }
    buf_addf(&path, "%s/%s", folder, name);
    file_write(path.ptr, text.ptr);
    buf_free(&text);
    buf_free(&path);
}

/* Replays the case; the result is what the file should say. */
static void replay(char *text, const char *folder, struct buf *actual)
{
    char *at = text;
    while (*at != '\0') {
        char *end = strchr(at, '\n');
        cr_assert(end != NULL, "the case does not end in a newline");
        *end = '\0';
        char kind = *at;
        const char *rest = *at != '\0' && at[1] == ' ' ? at + 2 : at;
        if (kind == '\0' || kind == '#' || kind == '=' || kind == '$')
            buf_addf(actual, "%s\n", at);
        at = end + 1;
        if (kind == '=')
            make_file(folder, rest, &at, actual);
        else if (kind == '$')
            run_command(rest, folder, actual);
    }
}

static void check_case(const char *path)
{
    struct buf expected = BUF_INIT, actual = BUF_INIT;
    char *folder = temp_make();
    cr_assert(file_read(path, &expected));
    char *copy = mem_dup(expected.ptr);
    replay(copy, folder, &actual);
    if (getenv("GOLDEN") != NULL)
        file_write(path, actual.ptr);
    else
        cr_expect(eq(str, actual.ptr, expected.ptr), "%s", path);
    mem_free(copy);
    buf_free(&expected);
    buf_free(&actual);
    temp_remove(folder);
}

Test(cases, every_command_says_exactly_what_its_case_says)
{
    struct buf pattern = BUF_INIT;
    glob_t found;
    buf_addf(&pattern, "%s/cli/cases/*.case", program_tests());
    cr_assert(glob(pattern.ptr, 0, NULL, &found) == 0, "no cases in %s", pattern.ptr);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_case(found.gl_pathv[i]);
    globfree(&found);
    buf_free(&pattern);
}
