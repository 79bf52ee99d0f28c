#include "tests/support/command.h"

#include "app/cmd.h"
#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <string.h>

void command_run_line(const char *workspace, const char *line)
{
    VEC(char *) words = {0};
    struct args args = {0};
    struct buf said = BUF_INIT;
    struct err err = {.kind = ERR_NONE};
    struct app app = {.workspace = workspace, .named = true, .quiet = true, .capture = &said};
    for (size_t n; *line != '\0'; line += n + (line[n] == ' ')) {
        n = strcspn(line, " ");
        vec_push(&words, mem_ndup(line, n));
    }
    const struct command *c = words.n > 0 ? command_find(words.v[0]) : NULL;
    cr_assert(c != NULL, "no such command");
    cr_assert(args_parse(&args, (int)words.n - 1, words.v + 1, c->options, NULL, false, NULL, &err) &&
                  c->run(&app, &args, &err),
              "%s", err.text);
    for (size_t i = 0; i < words.n; i++)
        mem_free(words.v[i]);
    vec_free(&words);
    args_free(&args);
    buf_free(&said);
}
