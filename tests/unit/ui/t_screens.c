/* Whole screens against golden files, and hostile texts everywhere. */
#include "tests/support/ui_host.h"

#include "core/base/rng.h"
#include "core/base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

static struct ui_stage s;

static void open_stage(void)
{
    ui_stage_init(&s, "helpsteer2");
}

static void close_stage(void)
{
    ui_stage_free(&s);
}

TestSuite(screens, .init = open_stage, .fini = close_stage);

static void start(int rows, int cols, bool ascii)
{
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, rows, cols, ascii);
}

Test(screens, a_fresh_item_at_80_by_24)
{
    start(24, 80, false);
    ui_stage_golden(&s, "80x24-fresh");
}

Test(screens, half_rated_at_80_by_24)
{
    start(24, 80, false);
    ui_stage_press(&s, "4 4 3 2 2 3 <Left>");
    ui_stage_golden(&s, "80x24-rated");
}

Test(screens, what_is_missing_at_80_by_24)
{
    start(24, 80, false);
    ui_stage_press(&s, "4 4 3 <Enter>");
    ui_stage_golden(&s, "80x24-missing");
}

Test(screens, in_ascii_at_80_by_24)
{
    start(24, 80, true);
    ui_stage_press(&s, "4 < <");
    ui_stage_golden(&s, "80x24-ascii");
}

Test(screens, writing_at_120_by_40)
{
    start(40, 120, false);
    ui_stage_press(&s,
                   ":goto c2\n> > i \"@B handles nothing, and yet it is long enough to need a second row of the strip, "
                   "which is good to see.\"");
    ui_stage_golden(&s, "120x40-writing");
}

Test(screens, skipping_at_120_by_40)
{
    start(40, 120, false);
    ui_stage_press(&s, "s");
    ui_stage_golden(&s, "120x40-skip");
}

Test(screens, turns_and_code_at_200_by_50)
{
    start(50, 200, false);
    ui_stage_press(&s, ":goto c2\n4 4 4 4 2 1 1 2 2 2 > >");
    ui_stage_golden(&s, "200x50-code");
}

Test(screens, stacked_at_80_by_60)
{
    start(60, 80, false);
    ui_stage_press(&s, ":goto c3");
    ui_stage_golden(&s, "80x60-stacked");
}

Test(screens, a_word_diff_at_three_sizes)
{
    start(24, 80, false);
    ui_stage_press(&s, ":goto c2\nd");
    ui_stage_golden(&s, "80x24-diff");
    ui_stage_press(&s, ":resize 120x40\n:goto c3");
    ui_stage_golden(&s, "120x40-diff-cjk");
    ui_stage_press(&s, ":resize 200x50\n:goto c1");
    ui_stage_golden(&s, "200x50-diff");
}

Test(screens, markdown_at_three_sizes)
{
    static const char a[] =
        "## Tides\nThe **Moon** pulls the sea; `g` is *small*.\n\n1. High tide\n   - twice a day\n2. Low tide\n\n> "
        "Water follows the Moon, says the old book about the sea and its many shores.\n\n| place | range |\n|---|--:|\n"
        "| Fundy | 16 m |\n| Baltic | 0.2 m |";
    static const char b[] =
        "```python\ndef tide(t):\n    if t > 6:\n        return 'low'\n\n    return 'high'\n```\nSee "
        "[NOAA](https://tides.noaa.gov). <b>Done</b> &amp; dusted.";
    ui_host_add(&s.host, "md", "Explain **tides**, with a table.", a, b);
    ui_stage_open(&s, 24, 80, false);
    ui_stage_press(&s, "m z");
    ui_stage_golden(&s, "80x24-markdown");
    ui_stage_press(&s, "z\n:resize 120x40");
    ui_stage_golden(&s, "120x40-markdown");
    ui_stage_press(&s, "d\n:resize 200x50");
    ui_stage_golden(&s, "200x50-markdown-diff");
}

/* Not by a golden file: it would change with every key that is added. */
Test(screens, help_fills_the_screen_between_its_title_and_its_keys)
{
    start(24, 80, false);
    ui_stage_press(&s, "?");
    const char *text = ui_stage_text(&s);
    cr_expect(eq(int, strncmp(text, "─ every key ──", strlen("─ every key ──")), 0));
    cr_expect(ne(ptr, strstr(text, "\n rating\n   0                     rate the cell 0 and go"), NULL));
    cr_expect(ne(ptr, strstr(text, "\n j k scroll  Space - page  g G ends  q back\n"), NULL));
}

Test(screens, passages_at_120_by_40)
{
    start(40, 120, false);
    s.host.rubric.asks_confidence = true;
    ui_stage_press(&s,
                   "c c c c V <Right> <Space> <Right> <Right> + \"well put\" <Enter> <Down> <Space> <Right> <Right> - "
                   "\"wrong\"");
    ui_stage_golden(&s, "120x40-passages");
}

Test(screens, linear_at_80_by_24)
{
    start(24, 80, false);
    ui_stage_press(&s, ":set linear on\n4 <");
    ui_stage_golden(&s, "80x24-linear");
}

Test(screens, the_rubric_at_80_by_24)
{
    start(24, 80, false);
    ui_stage_press(&s, "r");
    ui_stage_golden(&s, "80x24-rubric");
}

Test(screens, done_at_80_by_24)
{
    start(24, 80, false);
    ui_stage_press(&s, "s u s u f l");
    ui_stage_golden(&s, "80x24-done");
}

/* No control byte, and no row wider than the screen. */
static void check_screen(void)
{
    const char *text = ui_stage_text(&s);
    size_t bad, rows = 0;
    bool raw = !utf8_valid(text, strlen(text), &bad), wide = false;
    for (const char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        for (size_t i = 0; i < n;) {
            uint32_t cp = 0;
            int len = utf8_decode(line + i, n - i, &cp);
            i += len > 0 ? (size_t)len : 1;
            bool control = cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
            bool unseen = (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) ||
                          (cp >= 0x2060 && cp <= 0x2069) || cp == 0xfeff;
            raw = raw || control || unseen;
        }
        wide = wide || safe_width(line, n) > (size_t)s.screen.grid.cols;
        rows++;
        line += n + 1;
    }
    cr_assert(not(raw), "something raw is on the screen:\n%s", text);
    cr_assert(not(wide), "a row is too wide:\n%s", text);
    cr_assert(eq(sz, rows, (size_t)s.screen.grid.rows));
}

static const char *const hostile[] = {
    "\033[2J\033[1;1H\033]0;title\007\033]52;c;aGk=\007",
    "\x9b"
    "31m\xc2\x9b"
    "2J raw and encoded C1",
    "\u202egnp.exe\u202c \u2066isolate\u2069 \u200e\u200f",
    "👩‍👩‍👧‍👦🏳️‍🌈👍🏿🇩🇪🇩 e\u0301",
    "zero\u200bwidth\u2060joiners\ufeff\u00ad",
    "\xff\xfe\x80 not UTF-8 \xf0\x9f",
    "tab\tand\vvertical\ffeed\rreturn\bback",
    "\u2028line\u2029paragraph",
    "\U000e0041\U000e0042 tags \ue000 private \uffff none",
    "combining a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a\u030b\u030c\u030d\u030e",
    "\u0301leading mark, \u1100\u1161\u11a8 jamo",
};

Test(screens, hostile_texts_reach_nothing_raw)
{
    enum { N = sizeof hostile / sizeof *hostile };
    static const int sizes[][2] = {{24, 80}, {20, 83}, {50, 200}};
    struct buf all = BUF_INIT;
    for (int i = 0; i < N; i++)
        buf_addf(&all, "%s\n%s %s ", hostile[i], hostile[i], hostile[(i + 1) % N]);
    ui_host_add(&s.host, hostile[0], all.ptr, all.ptr, hostile[5]);
    ui_host_add_turn(&s.host, hostile[2], hostile[1]);
    s.host.state.annotator = hostile[4];
    s.host.state.workspace = hostile[1];
    ui_stage_open(&s, 24, 80, false);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        screen_resize(&s.screen, sizes[i][0], sizes[i][1]);
        ui_stage_press(&s, "g");
        for (int k = 0; k < 60; k++) {
            check_screen();
            ui_stage_press(&s, "j");
        }
        for (int k = 0; k < N; k++) {
            ui_stage_press(&s, "i");
            screen_paste(&s.screen, hostile[k], strlen(hostile[k]));
            screen_draw(&s.screen);
            check_screen();
            ui_stage_press(&s, "<Left> <Left> <BS> <Esc> : <C-u>");
            screen_paste(&s.screen, hostile[k], strlen(hostile[k]));
            screen_draw(&s.screen);
            check_screen();
            ui_stage_press(&s, "<Enter>");
            check_screen();
        }
        ui_stage_press(&s, "s u");
        check_screen();
        ui_stage_press(&s, "[");
    }
    buf_free(&all);
}

Test(screens, a_megabyte_in_one_line_is_shown_like_any_other)
{
    char *big = mem_alloc((1 << 20) + 1);
    memset(big, 'x', 1 << 20);
    ui_host_add(&s.host, "big", "prompt", big, "small");
    ui_stage_open(&s, 24, 80, false);
    check_screen();
    ui_stage_press(&s, "G");
    check_screen();
    cr_expect(strstr(ui_stage_text(&s), "100% of ") != NULL, "%s", ui_stage_text(&s));
    ui_stage_press(&s, ":resize 120x40");
    check_screen();
    screen_release(&s.screen);
    screen_init(&s.screen, s.keys, 24, 80, false);
    mem_free(big);
}

/* ---- random keys ---- */

static bool draft_is_sound(const struct draft *d, const struct rubric *r)
{
    bool sound = d->cell >= 0 && d->cell < cell_count(r) && d->because.len <= JUSTIFICATION_MAX_BYTES &&
                 (abs(d->preference) <= PREFERENCE_MAX || d->preference == PREFERENCE_UNSET ||
                  d->preference == PREFERENCE_NEITHER);
    for (int side = SIDE_A; side <= SIDE_B; side++)
        for (size_t i = 0; i < r->n_attributes; i++)
            sound = sound && (d->rating[side][i] == RATING_UNSET || (d->rating[side][i] >= r->attributes[i].min &&
                                                                     d->rating[side][i] <= r->attributes[i].max));
    return sound;
}

static bool all_is_sound(void)
{
    const struct grid *g = &s.screen.grid;
    bool sound = g->cursor_row < g->rows && g->cursor_col <= g->cols;
    for (int i = 0; i < s.host.n; i++) {
        const struct task *t = &s.host.items[i].task;
        char why[DRAFT_WHY_SIZE];
        sound = sound && draft_is_sound(&t->draft, &s.host.rubric) &&
                (t->state != TASK_JUDGED || t->changed || draft_missing(&t->draft, &s.host.rubric, why) < 0);
    }
    return sound;
}

static struct key random_key(struct rng *rng)
{
    static const uint32_t letters[] = {'0', '1', '4', '<',    '>',   '=',     'n',    'i',   'u', 's', 'f',
                                       '[', ']', 'x', 'j',    'k',   'J',     'K',    'g',   'G', ' ', '-',
                                       'z', 'v', 'r', '?',    ':',   'q',     'V',    'c',   'm', 'd', '+',
                                       'h', 'o', 'l', 0x7a7a, 0x301, 0x1f469, 0x200d, 0x202e};
    switch (rng_below(rng, 4)) {
    case 0:
        return (struct key){(uint32_t)(K_FIRST + 1 + rng_below(rng, K_END_OF_LIST - K_FIRST - 1)),
                            rng_below(rng, 8) == 0};
    case 1:
        return (struct key){'a' + (uint32_t)rng_below(rng, 26), true};
    case 2:
        return (struct key){rng_below(rng, 2) == 0 ? K_ENTER : K_ESC, false};
    default:
        return (struct key){letters[rng_below(rng, sizeof letters / sizeof *letters)], false};
    }
}

/* Typed commands must not write files: what is typed is cut before the name. */
static bool harmless(const struct screen *screen)
{
    return !screen->cmdline.open || strncmp(screen->cmdline.editor.text.ptr, "save", 4) != 0;
}

Test(screens, a_hundred_thousand_random_keys_break_nothing)
{
    struct rng rng;
    rng_seed(&rng, 20261123);
    start(24, 80, false);
    for (int i = 0; i < 100000; i++) {
        if (rng_below(&rng, 400) == 0)
            screen_resize(&s.screen, 1 + (int)rng_below(&rng, 70), 1 + (int)rng_below(&rng, 250));
        else if (rng_below(&rng, 300) == 0)
            screen_resize(&s.screen, 24, 80);
        s.host.failing = rng_below(&rng, 50) == 0;
        if (rng_below(&rng, 100) == 0)
            screen_paste(&s.screen, hostile[i % 11], strlen(hostile[i % 11]));
        else if (harmless(&s.screen))
            screen_key(&s.screen, random_key(&rng));
        else
            screen_key(&s.screen, (struct key){K_ESC, false});
        s.screen.left = false;
        if (s.screen.views.views.n > 5)
            screen_pop(&s.screen);
        if (i % 7 == 0)
            screen_draw(&s.screen);
        if (!all_is_sound())
            cr_fatal("step %d: %s", i, ui_stage_model(&s));
        if (i % 500 == 0) {
            screen_draw(&s.screen);
            check_screen();
        }
    }
}
