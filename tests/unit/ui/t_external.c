#include "ui/external.h"

#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], script[96];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/assay-test-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    setenv("TMPDIR", folder, 1);
    unsetenv("VISUAL");
}

static void remove_folder(void)
{
    unlink(script);
    rmdir(folder);
}

TestSuite(external, .init = make_folder, .fini = remove_folder);

/* An editor of these shell lines; $1 is the file. */
static void editor(const char *lines)
{
    snprintf(script, sizeof script, "%s/editor", folder);
    FILE *f = fopen(script, "w");
    fprintf(f, "#!/bin/sh\n%s\n", lines);
    fclose(f);
    chmod(script, 0700);
    setenv("EDITOR", script, 1);
}

static int files_left(void)
{
    DIR *d = opendir(folder);
    int n = 0;
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n - 2 - (access(script, F_OK) == 0);
}

Test(external, what_the_editor_writes_comes_back_and_nothing_is_left)
{
    struct buf out = BUF_INIT;
    struct err err;
    editor("cat \"$1\" >copy; printf 'and more\\n' >>\"$1\"; cp \"$1\" \"$1~\"; rm copy");
    cr_assert(external_edit("some text ", 10, &out, &err), "%s", err.text);
    cr_expect(eq(str, out.ptr, "some text and more"));
    cr_expect(eq(int, files_left(), 0));
    buf_free(&out);
}

Test(external, nobody_else_can_read_the_file)
{
    struct buf out = BUF_INIT;
    struct err err;
    editor("stat -c %a \"$1\" \"$(dirname \"$1\")\" >\"$1.modes\"; mv \"$1.modes\" \"$1\"");
    cr_assert(external_edit("x", 1, &out, &err), "%s", err.text);
    cr_expect(eq(str, out.ptr, "600\n700"));
    buf_free(&out);
}

Test(external, the_command_is_split_into_words_and_no_shell_reads_it)
{
    struct buf out = BUF_INIT;
    struct err err;
    char command[256];
    editor("for last; do :; done; printf '%s|' \"$@\" | sed 's/[^|]*justification.txt//' >\"$last\"");
    snprintf(command, sizeof command, "%s  -a 'b c' \"$(id)\" ;x", script);
    setenv("VISUAL", command, 1);
    cr_assert(external_edit("", 0, &out, &err), "%s", err.text);
    cr_expect(eq(str, out.ptr, "-a|b c|$(id)|;x||"));
    buf_free(&out);
}

Test(external, words_are_told_apart_by_blanks_outside_of_quotes)
{
    char room[64], *words[4];
    cr_expect(eq(sz, external_words("  vim -c 'set tw=60'", room, words, 3), 3));
    cr_expect(eq(str, words[0], "vim"));
    cr_expect(eq(str, words[1], "-c"));
    cr_expect(eq(str, words[2], "set tw=60"));
    cr_expect(words[3] == NULL);
    cr_expect(eq(sz, external_words("a b c d", room, words, 3), 3));
    cr_expect(eq(sz, external_words("   ", room, words, 3), 0));
    cr_expect(eq(sz, external_words("a\"b\"'c'", room, words, 3), 1));
    cr_expect(eq(str, words[0], "abc"));
}

Test(external, an_editor_that_is_not_there_or_fails_changes_nothing_and_is_said)
{
    struct buf out = BUF_INIT;
    struct err err;
    setenv("EDITOR", "/nowhere/ed", 1);
    cr_expect(not(external_edit("x", 1, &out, &err)));
    cr_expect(eq(int, err.kind, ERR_MISSING));
    cr_expect(strstr(err.text, "/nowhere/ed") != NULL);
    editor("exit 3");
    cr_expect(not(external_edit("x", 1, &out, &err)));
    cr_expect(eq(int, err.kind, ERR_RANGE));
    cr_expect(eq(int, files_left(), 0));
    buf_free(&out);
}
