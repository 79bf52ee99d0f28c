/* The one way to the screen: hostile texts through it and through every view; random bytes, keys, pastes and sizes.
 * SAFETY_EVENTS=N sets how many random events each view gets (make soak). */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/json_writer.h"
#include "tests/support/golden.h"
#include "tests/support/hostile.h"
#include "tests/support/workbench_stage.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct buf why;

static void expect_sound(const struct grid *g, const char *where)
{
    const char *fault = hostile_fault(g, &why);
    if (fault != NULL) {
        struct buf text = BUF_INIT;
        grid_dump(g, &text);
        cr_fatal("%s: %s\n%s", where, fault, text.ptr);
    }
}

Test(safety, each_hostile_text_is_shown_as_it_was_looked_at)
{
    struct grid g = {0};
    struct buf out = BUF_INIT;
    setlocale(LC_ALL, "C.UTF-8");
    grid_resize(&g, 1, 100);
    for (const struct hostile_text *t = hostile_texts; t->what != NULL; t++) {
        grid_clear(&g);
        g.cursor_row = -1;
        grid_put(&g, 0, 0, 100, t->bytes, t->n, STYLE_TEXT);
        expect_sound(&g, t->what);
        buf_addf(&out, "%s\n    ", t->what);
        grid_dump(&g, &out);
    }
    golden_expect("screens/hostile.txt", out.ptr);
    buf_free(&out);
    grid_release(&g);
}

Test(safety, random_bytes_never_break_a_row)
{
    static const unsigned char seeds[] = {0x1b, 0x9b, 0xc2, 0xe2, 0xf0, 0x80, 0xcc, 0xcd, '[', ']', 'm', 0x07, 0xef};
    struct rng rng;
    struct grid g = {0};
    setlocale(LC_ALL, "C.UTF-8");
    rng_seed(&rng, 20261123);
    grid_resize(&g, 4, 40);
    for (int i = 0; i < 100000; i++) {
        char bytes[64];
        size_t n = (size_t)rng_below(&rng, sizeof bytes);
        for (size_t k = 0; k < n; k++)
            bytes[k] = (char)(rng_below(&rng, 2) ? seeds[rng_below(&rng, sizeof seeds)] : rng_below(&rng, 256));
        if (i % 50 == 0)
            grid_clear(&g);
        g.cursor_row = -1;
        int row = (int)rng_below(&rng, 6) - 1, col = (int)rng_below(&rng, 50) - 5, max = (int)rng_below(&rng, 50);
        if (rng_below(&rng, 2))
            grid_put(&g, row, col, max, bytes, n, STYLE_TEXT);
        else
            grid_put_short(&g, row, col, max, bytes, n, STYLE_TEXT);
        expect_sound(&g, "random bytes");
    }
    grid_release(&g);
}

/* ---- every view ---- */

static struct workbench_stage s;

static void add_text(struct json_writer *w, const char *key, const struct hostile_text *t, const char *more)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < t->n; i++)
        if (t->bytes[i] != '\0') /* which no text of a workspace holds */
            buf_addc(&b, t->bytes[i]);
    buf_adds(&b, more);
    jw_kstr(w, key, b.ptr);
    buf_free(&b);
}

/* A workspace whose every text is hostile: prompts, answers, sources, and what a person wrote. */
static void fill(struct fixture *f)
{
    struct buf b = BUF_INIT;
    struct json_writer w;
    for (const struct hostile_text *t = hostile_texts; t->what != NULL; t++) {
        if (!t->utf8)
            continue;
        const struct hostile_text *next = t[1].what != NULL && t[1].utf8 ? t + 1 : hostile_texts;
        jw_start(&w, &b);
        jw_object(&w);
        add_text(&w, "prompt", t, " ?");
        add_text(&w, "chosen", t, "\n\nA text with **marks**, `code` and more than one line of it, so that it wraps.");
        add_text(&w, "rejected", next, " B");
        jw_object_end(&w);
        buf_addc(&b, '\n');
    }
    static const char source[] = "src\033[31m\u202e\u200b";
    const char *path = fixture_file(f, "hostile.jsonl", b.ptr);
    cr_assert(fixture_import_file(f, path, &(struct import_options){.source = source}), "%s", f->err.text);
    int64_t person = fixture_person(f, "b\u202eo"), other = fixture_person(f, "cy");
    for (int i = 1; i <= 6; i++) {
        fixture_judge(f, person, i, i % 7 - 3);
        fixture_judge(f, other, i, 3 - i % 7);
    }
    buf_free(&b);
}

static void open_view(enum workbench_view v, int rows, int cols)
{
    workbench_stage_init(&s, "helpsteer2");
    fill(&s.f);
    workbench_stage_open(&s, v, rows, cols, false);
}

Test(safety, every_view_shows_hostile_texts_without_breaking_a_column, .timeout = 120)
{
    static const int sizes[][2] = {{24, 80}, {40, 120}, {50, 200}, {20, 83}};
    for (int v = 0; v < WORKBENCH_VIEW_COUNT; v++) {
        open_view((enum workbench_view)v, 24, 80);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            screen_resize(&s.screen, sizes[i][0], sizes[i][1]);
            for (int k = 0; k < 30; k++) {
                workbench_stage_press(&s, k % 10 == 9 ? "?" : k % 10 == 0 && k > 0 ? "q" : "<Down>");
                expect_sound(&s.screen.grid, workbench_view_name((enum workbench_view)v));
            }
            for (const struct hostile_text *t = hostile_texts; t->what != NULL; t++) {
                screen_say(&s.screen, "%s", t->bytes);
                screen_draw(&s.screen);
                expect_sound(&s.screen.grid, t->what);
                workbench_stage_press(&s, ":");
                screen_paste(&s.screen, t->bytes, t->n);
                screen_draw(&s.screen);
                expect_sound(&s.screen.grid, t->what);
                workbench_stage_press(&s, "<Enter>");
                expect_sound(&s.screen.grid, t->what);
            }
        }
        workbench_stage_free(&s);
    }
    buf_free(&why);
}

/* ---- random events ---- */

static struct key random_key(struct rng *rng)
{
    static const uint32_t odd[] = {0x7a7a, 0x301, 0x1f469, 0x200d, 0x202e, 0xe9};
    switch (rng_below(rng, 6)) {
    case 0:
        return (struct key){(uint32_t)(K_FIRST + 1 + rng_below(rng, K_END_OF_LIST - K_FIRST - 1)),
                            rng_below(rng, 8) == 0};
    case 1:
        return (struct key){'a' + (uint32_t)rng_below(rng, 26), true};
    case 2:
        return rng_below(rng, 4) == 0 ? (struct key){odd[rng_below(rng, sizeof odd / sizeof *odd)], false}
                                      : (struct key){K_ENTER, false};
    default:
        return (struct key){0x21 + (uint32_t)rng_below(rng, 0x5e), false};
    }
}

static void random_event(struct rng *rng)
{
    struct screen *sc = &s.screen;
    size_t n = 0;
    while (hostile_texts[n].what != NULL)
        n++;
    const struct hostile_text *t = &hostile_texts[rng_below(rng, n)];
    switch (rng_below(rng, 200)) {
    case 0:
        screen_resize(sc, 1 + (int)rng_below(rng, 70), 1 + (int)rng_below(rng, 250));
        break;
    case 1:
    case 2:
        screen_resize(sc, 24, 80);
        break;
    case 3:
        screen_paste(sc, t->bytes, t->n);
        break;
    case 4:
        workbench_wake(&s.workbench);
        break;
    default:
        screen_key(sc, random_key(rng));
    }
}

static void after_event(enum workbench_view v, uint64_t i)
{
    struct screen *sc = &s.screen;
    if (wake_clear(&s.workbench.wake))
        screen_woken(sc);
    screen_tick(sc);
    if (sc->views.views.n == 0 || sc->left) {
        sc->left = false;
        while (sc->views.views.n > 0)
            screen_pop(sc);
        sc->left = false;
        workbench_open(&s.workbench, sc, v);
    }
    if (sc->views.views.n > 6)
        screen_pop(sc);
    sc->beep = sc->repaint = sc->suspend = false;
    if (i % 4 != 0)
        return;
    screen_draw(sc);
    expect_sound(&sc->grid, workbench_view_name(v));
}

static void live(enum workbench_view v)
{
    const char *asked = getenv("SAFETY_EVENTS");
    uint64_t events = asked != NULL ? strtoull(asked, NULL, 10) : 1500;
    struct rng rng;
    rng_seed(&rng, 20261123u + (uint64_t)v);
    open_view(v, 24, 80);
    cr_assert(eq(int, chdir(s.f.dir), 0), "files that random commands write stay in its folder");
    for (uint64_t i = 0; i < events; i++) {
        random_event(&rng);
        after_event(v, i);
    }
    stage_settle(&s.screen);
    cr_assert(eq(int, chdir("/"), 0));
    workbench_stage_free(&s); /* which checks the workspace: every invariant of the file holds */
    buf_free(&why);
}

/* A test a view, so that each can be soaked alone. */
#define X(id, name, help, opener)                                                                                      \
    Test(safety, random_keys_pastes_and_sizes_break_nothing_in_##id, .timeout = 36000)                                 \
    {                                                                                                                  \
        live(WORKBENCH_##id);                                                                                          \
    }
WORKBENCH_VIEWS(X)
#undef X
