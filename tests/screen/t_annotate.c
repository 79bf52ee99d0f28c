/* The whole way through the real program: import, annotate in a terminal, export, fit. */
#include "core/base/json.h"
#include "core/base/mem.h"
#include "tests/support/program.h"
#include "tests/support/terminal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const env[] = {"ASSAY_SEED=3", "ASSAY_ANNOTATOR=ada", "OPENBLAS_NUM_THREADS=1", NULL};

static struct program assay(const char *folder, const char *const *words)
{
    const char *argv[24] = {program_assay()};
    for (int i = 0; words[i] != NULL && i < 22; i++)
        argv[i + 1] = words[i];
    return program_run(argv, env, folder, NULL);
}

static void must(const char *folder, const char *const *words)
{
    struct program p = assay(folder, words);
    cr_assert(eq(int, p.status, 0), "assay %s: %s", words[0], p.err.ptr);
    program_free(&p);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void write_hh(const char *folder, int n)
{
    static const char *const rivers[] = {"Ucayali", "Danube", "Volta", "Mekong", "Loire", "Neva"};
    struct buf text = BUF_INIT, path = BUF_INIT;
    for (int i = 0; i < n; i++)
        buf_addf(&text,
                 "{\"chosen\": \"\\n\\nHuman: Tell me about river number %d.\\n\\nAssistant: The %s is long and well "
                 "known.\", "
                 "\"rejected\": \"\\n\\nHuman: Tell me about river number %d.\\n\\nAssistant: No idea (%d).\"}\n",
                 i, rivers[i % 6], i, i);
    buf_addf(&path, "%s/hh.jsonl", folder);
    file_write(path.ptr, text.ptr);
    buf_free(&text);
    buf_free(&path);
}

static struct terminal *annotate(const char *folder, int rows, int cols)
{
    return terminal_start(WORDS(program_assay(), "annotate"), env, folder, rows, cols);
}

/* Lines of a JSONL export as objects; the list is the caller's to put. */
static size_t read_jsonl(const char *folder, const char *name, struct json_object **out, size_t max)
{
    struct buf path = BUF_INIT, text = BUF_INIT;
    struct err err = {0};
    buf_addf(&path, "%s/%s", folder, name);
    cr_assert(file_read(path.ptr, &text), "%s", path.ptr);
    size_t n = 0;
    for (char *p = text.ptr; *p != '\0';) {
        size_t len = strcspn(p, "\n");
        cr_assert(lt(sz, n, max));
        cr_assert(json_parse(p, len, &out[n++], &err), "%s", err.text);
        p += len + 1;
    }
    buf_free(&path);
    buf_free(&text);
    return n;
}

static const char *text_of(struct json_object *o, const char *key)
{
    struct json_object *v = NULL;
    cr_assert(json_object_object_get_ex(o, key, &v), "no %s", key);
    return json_object_get_string(v);
}

/* What the person preferred (side A, as shown) must be what the trainer is told to prefer. */
static void check_exports(const char *folder)
{
    struct json_object *trl[16], *own[16];
    cr_assert(eq(sz, read_jsonl(folder, "trl.jsonl", trl, 16), 3));
    size_t n = read_jsonl(folder, "own.jsonl", own, 16), people = 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *judgement = NULL, *responses, *a, *preference;
        if (!json_object_object_get_ex(own[i], "judgement", &judgement) ||
            strcmp(text_of(judgement, "annotator"), "ada") != 0)
            continue;
        json_object_object_get_ex(own[i], "responses", &responses);
        json_object_object_get_ex(judgement, "a", &a);
        json_object_object_get_ex(judgement, "preference", &preference);
        int a_is = json_object_get_int(a);
        cr_expect(eq(int, json_object_get_int(preference), a_is == 1 ? -2 : 2));
        const char *preferred = text_of(json_object_array_get_idx(responses, (size_t)a_is - 1), "text");
        cr_expect(strstr(text_of(trl[people], "chosen"), preferred) != NULL, "%s is not %s",
                  text_of(trl[people], "chosen"), preferred);
        cr_expect(eq(str, (char *)(uintptr_t)text_of(judgement, "justification"), "@A says more \xF0\x9F\x91\x8D"));
        people++;
    }
    cr_expect(eq(sz, people, 3));
    for (size_t i = 0; i < n; i++)
        json_object_put(own[i]);
    for (size_t i = 0; i < 3; i++)
        json_object_put(trl[i]);
}

Test(annotate, import_annotate_export_train)
{
    char *folder = temp_make();
    write_hh(folder, 6);
    must(folder, WORDS("init"));
    must(folder, WORDS("import", "hh.jsonl"));
    struct terminal *t = annotate(folder, 24, 80);
    for (int i = 0; i < 3; i++) {
        char today[32];
        snprintf(today, sizeof today, "today %d", i);
        terminal_expect(t, today);
        terminal_send(t, "4433210123<<i@A says more \xF0\x9F\x91\x8D");
        terminal_expect(t, "says more \xF0\x9F\x91\x8D");
        terminal_send(t, "\033");
        terminal_expect(t, "submit");
        terminal_send(t, "\r");
    }
    terminal_expect(t, "today 3");
    terminal_send(t, "q");
    cr_expect(eq(int, terminal_wait(t), 0));
    terminal_close(t);
    must(folder, WORDS("check"));
    must(folder, WORDS("export", "--format", "trl", "--labels", "people", "-o", "trl.jsonl"));
    must(folder, WORDS("export", "--format", "judgements", "-o", "own.jsonl"));
    check_exports(folder);
    must(folder, WORDS("embed", "--provider", "lexical"));
    must(folder, WORDS("train", "--labels", "people", "--holdout", "0"));
    must(folder, WORDS("eval", "--model", "workspace.bt.safetensors", "--labels", "people"));
    temp_remove(folder);
}

Test(annotate, resizes_at_any_moment_and_keeps_what_was_said)
{
    static const int sizes[][2] = {{24, 80}, {10, 40}, {60, 200}, {20, 80}, {80, 300}, {5, 20}, {24, 80}};
    char *folder = temp_make();
    write_hh(folder, 2);
    must(folder, WORDS("init"));
    must(folder, WORDS("import", "hh.jsonl"));
    struct terminal *t = annotate(folder, 24, 80);
    terminal_expect(t, "today 0");
    terminal_send(t, "44");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        terminal_resize(t, sizes[i][0], sizes[i][1]);
        terminal_send(t, "\f"); /* Ctrl-L: draw it all */
        if (sizes[i][0] >= 20 && sizes[i][1] >= 80)
            terminal_expect(t, "Correctness");
        else
            terminal_expect(t, "too small");
    }
    terminal_send(t, "3");
    terminal_expect(t, "saved");
    terminal_send(t, "q");
    cr_expect(eq(int, terminal_wait(t), 0));
    terminal_close(t);
    must(folder, WORDS("check"));
    temp_remove(folder);
}

/* The first key, which shows when it was saved for the first time, and two more. */
static void expect_little(const char *folder, const char *theme)
{
    struct terminal *t = terminal_start(
        (const char *[]){program_assay(), "annotate", "--as", theme, "--theme", theme, NULL}, NULL, folder, 40, 120);
    static const char *const next[] = {"Correctness of A", "Coherence of A", "Complexity of A"};
    terminal_expect(t, "? all");
    terminal_settle(t, 100);
    for (int i = 0; i < 3; i++) {
        size_t before = terminal_bytes(t);
        terminal_send(t, "3");
        terminal_expect(t, next[i]);
        terminal_settle(t, 100);
        cr_expect(lt(sz, terminal_bytes(t) - before, 400), "%s, key %d", theme, i);
    }
    terminal_send(t, "q");
    terminal_wait(t);
    terminal_close(t);
}

Test(annotate, a_rating_key_repaints_little_in_every_theme)
{
    static const char *const themes[] = {"plain", "dark", "light", "mono", "high-contrast", "colour-blind"};
    char *folder = temp_make();
    write_hh(folder, 2);
    must(folder, WORDS("init", "--overlap", "6"));
    must(folder, WORDS("import", "hh.jsonl"));
    for (size_t i = 0; i < sizeof themes / sizeof *themes; i++)
        expect_little(folder, themes[i]);
    temp_remove(folder);
}

Test(annotate, the_terminal_is_put_back_and_nothing_hostile_reaches_it)
{
    char *folder = temp_make();
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/bad.jsonl", folder);
    file_write(
        path.ptr,
        "{\"prompt\":[{\"role\":\"user\",\"content\":\"\\u001b]52;c;aGFjaw==\\u0007 \\u202ereversed \\u009b2J\"}],"
        "\"responses\":[{\"text\":\"\\u001b[2J\\u001b[31mred\"},{\"text\":\"\\u001b]0;title\\u0007two\"}]}\n");
    must(folder, WORDS("init"));
    must(folder, WORDS("import", "bad.jsonl"));
    struct terminal *t = annotate(folder, 24, 80);
    terminal_expect(t, "^[[31mred");
    terminal_expect(t, "<U+202E>");
    terminal_expect(t, "today 0");
    terminal_send(t, "q");
    cr_expect(eq(int, terminal_wait(t), 0));
    terminal_close(t);
    buf_free(&path);
    temp_remove(folder);
}

Test(annotate, another_editor_has_the_terminal_for_a_while)
{
    char *folder = temp_make(), editor[256];
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/ed", folder);
    file_write(path.ptr, "#!/bin/sh\necho EDITING; read x; printf 'written %s outside' \"$x\" >\"$1\"\n");
    chmod(path.ptr, 0700);
    snprintf(editor, sizeof editor, "EDITOR=%s", path.ptr);
    const char *const with_editor[] = {env[0], env[1], env[2], editor, NULL};
    write_hh(folder, 1);
    must(folder, WORDS("init"));
    must(folder, WORDS("import", "hh.jsonl"));
    struct terminal *t = terminal_start(WORDS(program_assay(), "annotate"), with_editor, folder, 24, 80);
    terminal_expect(t, "Helpfulness of A");
    terminal_send(t, "e");
    terminal_expect(t, "EDITING");
    terminal_send(t, "all\n");
    terminal_expect(t, "written all outside");
    terminal_send(t, "<");
    terminal_expect(t, "preference: A is slightly better");
    terminal_send(t, "q");
    cr_expect(eq(int, terminal_wait(t), 0));
    terminal_close(t);
    must(folder, WORDS("set", "editor", "off"));
    t = terminal_start(WORDS(program_assay(), "annotate"), with_editor, folder, 24, 80);
    terminal_expect(t, "preference: A is slightly better");
    terminal_send(t, "e");
    terminal_expect(t, "switched other editors off");
    terminal_send(t, "q");
    cr_expect(eq(int, terminal_wait(t), 0));
    terminal_close(t);
    buf_free(&path);
    temp_remove(folder);
}

Test(annotate, a_plain_locale_says_so_and_still_takes_a_paste_whole)
{
    static const char *const plain[] = {"LC_ALL=C", "ASSAY_ANNOTATOR=ada", NULL};
    char *folder = temp_make();
    write_hh(folder, 1);
    must(folder, WORDS("init"));
    must(folder, WORDS("import", "hh.jsonl"));
    struct terminal *t = terminal_start(WORDS(program_assay(), "annotate"), plain, folder, 24, 80);
    terminal_expect(t, "Only ASCII shows in this locale");
    terminal_send(t, "i");
    terminal_expect(t, "WRITING");
    terminal_send(t, "\033[200~na\xc3\xafve \xe6\x97\xa5\xe6\x9c\xac 4 and on\033[201~.");
    terminal_expect(t, "na?ve ? ?  4 and on.");
    cr_expect(terminal_shows(t, "WRITING"));
    terminal_close(t);
    temp_remove(folder);
}

Test(annotate, a_dumb_terminal_is_refused_in_one_sentence)
{
    char *folder = temp_make();
    must(folder, WORDS("init"));
    static const char *const dumb[] = {"TERM=dumb", "ASSAY_ANNOTATOR=ada", NULL};
    struct terminal *t = terminal_start(WORDS(program_assay(), "annotate"), dumb, folder, 24, 80);
    int status = terminal_wait(t);
    cr_expect(status == 1 || status == 2, "status %d", status);
    cr_expect(terminal_shows(t, "assay:"));
    terminal_close(t);
    temp_remove(folder);
}
