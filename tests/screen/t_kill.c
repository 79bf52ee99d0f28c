/* SIGKILL at random moments while a person types: nothing that was shown as saved is lost, and the file is in order
 * each time. */
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "tests/support/program.h"
#include "tests/support/terminal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_ITEMS = 120, KEYS_PER_ITEM = 13 };

/* One item: ten ratings, a preference twice, Enter. The cells are filled in this order, so that the number of keys that
 * took effect can be read from the screen. */
static const char keys_of_item[KEYS_PER_ITEM + 1] = "4321012343<<\r";

static const char *const env[] = {"ASSAY_ANNOTATOR=ada", NULL};

static void write_items(const char *folder)
{
    struct buf text = BUF_INIT, path = BUF_INIT;
    for (int i = 0; i < N_ITEMS; i++)
        buf_addf(&text,
                 "{\"prompt\":[{\"role\":\"user\",\"content\":\"Which letter comes after %c?\"}],\"responses\":"
                 "[{\"text\":\"The next one, see item %c%c.\"},{\"text\":\"I cannot tell (%c%c).\"}]}\n",
                 'a' + i % 25, 'a' + i / 26, 'a' + i % 26, 'a' + i / 26, 'a' + i % 26);
    buf_addf(&path, "%s/items.jsonl", folder);
    file_write(path.ptr, text.ptr);
    buf_free(&text);
    buf_free(&path);
}

static void must(const char *folder, const char *command, const char *word)
{
    const char *argv[] = {program_assay(), command, word, NULL};
    struct program p = program_run(argv, env, folder, NULL);
    cr_assert(eq(int, p.status, 0), "assay %s: %s%s", command, p.out.ptr, p.err.ptr);
    program_free(&p);
}

/* Rated cells in the rows of the strip: a digit in column A or B, maybe in brackets. */
static int rated_cells(const char *screen)
{
    static const char *const rows[] = {"Helpfulness", "Correctness", "Coherence", "Complexity", "Verbosity"};
    int n = 0;
    for (size_t i = 0; i < 5; i++) {
        const char *row = strstr(screen, rows[i]);
        cr_assert(row != NULL, "no row %s in\n%s", rows[i], screen);
        while (strstr(row + 1, rows[i]) != NULL) /* the last one is the strip's */
            row = strstr(row + 1, rows[i]);
        const char *p = row + strlen(rows[i]);
        for (int cell = 0; cell < 2; cell++) {
            p += strspn(p, " []");
            n += isdigit((unsigned char)*p) != 0;
            p++;
        }
    }
    return n;
}

/* Keys that took effect by what the screen says; submitting is worth the last key. A frame ends with the cursor on the
 * focused cell,
 * "[4]": while one is still being written, and shows parts of two items, the answer is `otherwise`. */
static long keys_shown(struct terminal *t, long otherwise)
{
    if (terminal_left_of_cursor(t, 1) != '[')
        return otherwise;
    struct buf screen = BUF_INIT;
    terminal_screen(t, &screen);
    const char *today = strstr(screen.ptr, "today ");
    cr_assert(today != NULL, "no count in\n%s", screen.ptr);
    long done = strtol(today + 6, NULL, 10);
    long keys = done * KEYS_PER_ITEM + rated_cells(screen.ptr);
    buf_free(&screen);
    return keys;
}

/* Ratings and submits among the first n keys: what keys_shown can see of them. */
static long visible_part(long n)
{
    long rest = n % KEYS_PER_ITEM;
    return n / KEYS_PER_ITEM * KEYS_PER_ITEM + (rest < 10 ? rest : 10);
}

/* Type until a random moment, then kill. *sent counts the keys sent in all. Returns what the screen showed as saved
 * last. */
static long type_and_kill(const char *folder, struct rng *r, long *sent, long expected)
{
    const char *argv[] = {program_assay(), "annotate", NULL};
    struct terminal *t = terminal_start(argv, env, folder, 24, 80);
    terminal_expect(t, "? all"); /* drawn last */
    while (terminal_left_of_cursor(t, 1) != '[')
        cr_assert(terminal_pump(t, 1000), "the program has ended");
    long restored = keys_shown(t, -1);
    cr_expect(ge(long, restored, expected), "shown as saved before the kill: %ld, after it: %ld", expected, restored);
    cr_expect(le(long, restored, visible_part(*sent)), "restored %ld of %ld keys sent", restored, *sent);
    *sent = restored; /* go on where the program stands; a preference, which is not counted, may be given again */
    int bursts = 1 + (int)rng_below(r, 6);
    for (int i = 0; i < bursts; i++) {
        char keys[40];
        size_t n = 1 + (size_t)rng_below(r, 20);
        for (size_t k = 0; k < n; k++)
            keys[k] = keys_of_item[(*sent)++ % KEYS_PER_ITEM];
        keys[n] = '\0';
        terminal_send(t, keys);
        terminal_pump(t, (int)rng_below(r, 12));
    }
    long shown = keys_shown(t, restored);
    kill(terminal_pid(t), SIGKILL);
    while (terminal_pump(t, 200))
        shown = keys_shown(t, shown); /* what had been written before the kill was on the screen, too */
    terminal_close(t);
    return shown;
}

static void kill_many(int times, uint64_t seed)
{
    char *folder = temp_make();
    struct rng r;
    rng_seed(&r, seed);
    write_items(folder);
    must(folder, "init", NULL);
    must(folder, "import", "items.jsonl");
    long sent = 0, shown = 0;
    for (int i = 0; i < times && sent / KEYS_PER_ITEM < N_ITEMS - 12; i++) {
        shown = type_and_kill(folder, &r, &sent, shown);
        must(folder, "check", NULL);
    }
    cr_expect(gt(long, shown, 0));
    temp_remove(folder);
}

Test(kill, nothing_shown_as_saved_is_lost_in_200_kills)
{
    const char *times = getenv("KILLS");
    int n = times != NULL ? (int)strtol(times, NULL, 10) : 200;
    for (int i = 0; i < n; i += 20) /* a fresh workspace now and then, so that there are always items left */
        kill_many(n - i < 20 ? n - i : 20, (uint64_t)i);
}

/* Rankings of four answers: the digit 1 puts each new answer first, so that the places on the screen tell how many keys
 * took effect. */
enum { RANKINGS = 60, ANSWERS = 4 };

static void write_rankings(const char *folder)
{
    struct buf text = BUF_INIT, path = BUF_INIT;
    for (int i = 0; i < RANKINGS; i++) {
        buf_addf(&text, "{\"prompt\":\"Question %d?\",\"completions\":[", i);
        for (int k = 0; k < ANSWERS; k++)
            buf_addf(&text, "%s{\"completion\":\"Answer %d of %d.\"}", k > 0 ? "," : "", k, i);
        buf_adds(&text, "]}\n");
    }
    buf_addf(&path, "%s/items.jsonl", folder);
    file_write(path.ptr, text.ptr);
    buf_free(&text);
    buf_free(&path);
}

/* Comparisons are counted, six a ranking. While a frame is being written the list may still be that of the ranking
 * before: its rows say which one they are of. */
static long ranked_keys_shown(struct terminal *t, long otherwise)
{
    if (terminal_left_of_cursor(t, 1) != '[')
        return otherwise;
    struct buf screen = BUF_INIT;
    char of[32];
    long placed = 0, rows = 0;
    terminal_screen(t, &screen);
    const char *today = strstr(screen.ptr, "today "), *list = strstr(screen.ptr, "best first");
    cr_assert(today != NULL && list != NULL, "no list in\n%s", screen.ptr);
    long done = strtol(today + 6, NULL, 10) / 6;
    snprintf(of, sizeof of, " of %ld.", done);
    const char *row = strchr(list, '\n');
    for (; row != NULL && rows < ANSWERS; row = strchr(row + 1, '\n'), rows++) {
        const char *p = row + 1 + strcspn(row + 1, ".123456789=\n"), *end = p + strcspn(p, "\n");
        const char *item = strstr(p, of);
        if (item == NULL || item > end)
            break;
        placed += isdigit((unsigned char)*p) != 0;
    }
    buf_free(&screen);
    return rows == ANSWERS ? done * (ANSWERS + 1) + placed : otherwise;
}

Test(kill, no_place_shown_as_saved_is_lost_in_40_kills)
{
    char *folder = temp_make();
    const char *argv[] = {program_assay(), "annotate", NULL};
    struct rng r;
    rng_seed(&r, 5);
    write_rankings(folder);
    const char *init[] = {program_assay(), "init", "--rubric", "ranking", NULL};
    struct program p = program_run(init, env, folder, NULL);
    cr_assert(eq(int, p.status, 0), "%s", p.err.ptr);
    program_free(&p);
    must(folder, "import", "items.jsonl");
    long sent = 0, shown = 0;
    for (int i = 0; i < 40 && sent / (ANSWERS + 1) < RANKINGS - 4; i++) {
        struct terminal *t = terminal_start(argv, env, folder, 24, 80);
        terminal_expect(t, "? all");
        while (terminal_left_of_cursor(t, 1) != '[')
            cr_assert(terminal_pump(t, 1000), "the program has ended");
        long restored = ranked_keys_shown(t, -1);
        cr_expect(ge(long, restored, shown), "shown as saved before the kill: %ld, after it: %ld", shown, restored);
        cr_expect(le(long, restored, sent));
        sent = restored;
        for (int n = 1 + (int)rng_below(&r, 12); n > 0; n--)
            terminal_send(t, sent++ % (ANSWERS + 1) < ANSWERS ? "1" : "\r");
        terminal_pump(t, (int)rng_below(&r, 40));
        shown = ranked_keys_shown(t, restored);
        kill(terminal_pid(t), SIGKILL);
        while (terminal_pump(t, 200))
            shown = ranked_keys_shown(t, shown);
        terminal_close(t);
        must(folder, "check", NULL);
    }
    cr_expect(gt(long, shown, 5));
    temp_remove(folder);
}
