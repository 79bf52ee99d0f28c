/* The whole of it without a terminal: ui_run with a script. */
#include "ui/ui.h"

#include "tests/support/ui_host.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct ui_host_fake h;
static struct workbench w;
static char dir[] = "/tmp/assay-ui-XXXXXX";
static char path[100];

static void open_host(void)
{
    ui_host_init(&h, "helpsteer2");
    ui_host_add_samples(&h);
    w = (struct workbench){.annotate = &h.host, .title = "helpsteer2", .person = "ada"};
    cr_assert(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/script", dir);
    setenv("LINES", "30", 1);
    setenv("COLUMNS", "100", 1);
}

static void close_host(void)
{
    unlink(path);
    rmdir(dir);
    ui_host_free(&h);
}

TestSuite(ui, .init = open_host, .fini = close_host);

static bool run(const char *script, struct err *err)
{
    FILE *f = fopen(path, "w");
    fputs(script, f);
    fclose(f);
    return ui_run(&w, WORKBENCH_ANNOTATE, &(struct ui_opts){.script = path, .headless = true}, err);
}

Test(ui, a_script_runs_to_its_end_and_leaves)
{
    struct err err;
    cr_expect(run("# rate\n4 3\n> i \"because\" <Esc>\n", &err), "%s", err.text);
    cr_expect(eq(str, h.log, "rate rate prefer move text text text text text text text leave"));
}

Test(ui, leaving_in_the_script_ends_it)
{
    struct err err;
    cr_expect(run("4 q 3 3 3\n", &err));
    cr_expect(eq(str, h.log, "rate leave"));
}

Test(ui, a_script_that_ends_while_writing_leaves_too)
{
    struct err err;
    cr_expect(run("i \"x\"\n", &err));
    cr_expect(eq(str, h.log, "move text leave"));
}

Test(ui, a_script_that_ends_in_help_leaves_too)
{
    struct err err;
    cr_expect(run("? r\ns ?\n", &err));
    cr_expect(eq(str, h.log, "leave"));
}

Test(ui, a_failing_command_of_a_script_is_an_error_with_its_line)
{
    struct err err;
    cr_expect(not(run("4\n:frobnicate\n", &err)));
    cr_expect(strstr(err.text, "script:2: there is no command \"frobnicate\"") != NULL, "%s", err.text);
}

Test(ui, a_wrong_script_changes_nothing)
{
    struct err err;
    cr_expect(not(run("4\n44\n", &err)));
    cr_expect(strstr(err.text, "script:2:") != NULL, "%s", err.text);
    cr_expect(eq(str, h.log, ""));
}

Test(ui, the_size_comes_from_the_environment)
{
    char line[200], text[1000] = "";
    struct err err;
    snprintf(line, sizeof line, ":save-screen %s/out\n", dir);
    cr_expect(run(line, &err), "%s", err.text);
    snprintf(line, sizeof line, "%s/out", dir);
    FILE *f = fopen(line, "r");
    cr_assert(f != NULL);
    int rows = 0;
    while (fgets(text, sizeof text, f) != NULL)
        rows++;
    fclose(f);
    unlink(line);
    cr_expect(eq(int, rows, 30));
}

Test(ui, without_a_terminal_and_without_a_script_it_says_what_is_needed)
{
    struct err err;
    FILE *null = fopen("/dev/null", "r+");
    cr_expect(not(ui_run(&w, WORKBENCH_ANNOTATE, &(struct ui_opts){.headless = true}, &err)));
    cr_expect(eq(int, err.kind, ERR_USAGE));
    cr_expect(not(ui_run(&w, WORKBENCH_ANNOTATE, &(struct ui_opts){.in = null, .out = null}, &err)));
    cr_expect(strstr(err.text, "this needs a terminal") != NULL);
    fclose(null);
}

Test(ui, a_wrong_key_file_is_an_error_before_anything_is_shown)
{
    struct err err;
    FILE *f = fopen(path, "w");
    fputs("annotate x nonsense\n", f);
    fclose(f);
    cr_expect(not(ui_run(&w, WORKBENCH_ANNOTATE,
                         &(struct ui_opts){.keys = path, .script = "/dev/null", .headless = true}, &err)));
    cr_expect(strstr(err.text, "script:1: there is no request \"nonsense\"") != NULL, "%s", err.text);
}
