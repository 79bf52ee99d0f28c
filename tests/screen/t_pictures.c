/* The pictures of the documents (assets/doc/screens/NAME.svg): the real program in a terminal, on the bundled sample
 * and people that a script made up, with the clock standing still. `make screens` writes them, the same bytes each
 * time. As a test, the first scenes are gone through and thrown away. */
#include "tests/support/markup.h"
#include "tests/support/people.h"
#include "tests/support/picture.h"
#include "tests/support/program.h"
#include "tests/support/terminal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

enum { COLS = 96, JUDGED = 90, STILL_MS = 300, MOST_BYTES = 30000 };
static const int64_t now_ms = INT64_C(1795442400000); /* 2026-11-23 14:00 */
static const char *const env[] = {"ASSAY_NOW=1795442400", "ASSAY_SEED=11",          "ASSAY_ANNOTATOR=ada",
                                  "ASSAY_THEME=dark",     "OPENBLAS_NUM_THREADS=1", NULL};

/* One after the other in one run of the program. */
static const struct scene {
    const char *name;
    int rows;
    const char *desc;
    struct step {
        const char *keys, *shows; /* pressed, and waited for */
    } steps[4];
} scenes[] = {
    {"annotate",
     30,
     "A prompt of three turns, two answers side by side, and below them ratings of both, a preference and a reason.",
     {{"\033OS/Saturday\r", "mother-in-law"},
      {"a", "Helpfulness"},
      {"444111322<<", "[‹‹]"},
      {"i@A gives words to say on Saturday; @B talks about talking.\033", "B talks"}}},
    {"dashboard",
     24,
     "What there is to do, how far it is, how far people agree, and the latest heads.",
     {{"\033OQ", "heads"}}},
    {"review",
     30,
     "One comparison that people differ on: who said what in columns, and the decision below.",
     {{"\033[15~", "decision"}}},
    {"browse",
     28,
     "A query, the comparisons that pass it, and one of them in full.",
     {{"\033OS/rating:helpfulness<1 (recipe or moon or cup)\r", "A is the first"}}},
    {"queue",
     28,
     "What comes next and why: comparisons in order of how far people are apart.",
     {{"\033[17~", "queue"}, {"s", "people differ"}}},
    {"agreement",
     24,
     "Agreement on the preference: figures with intervals, who agrees with whom, week by week.",
     {{"\033[18~", "week by week"}}},
    {"train",
     30,
     "A form of settings; beside it the figures of the fit and its reliability plot.",
     {{"\033[19~", "settings"}, {"r", "said = found"}}},
    {"runs", 20, "A table of fits and evaluations with their figures.", {{"\033[20~", "fits, evaluations"}}},
};
enum { SCENES = sizeof scenes / sizeof *scenes, TESTED = 2 };

#define WORDS(...) ((const char *const[]){program_assay(), __VA_ARGS__, NULL})

static void must(const char *folder, const char *const *argv)
{
    struct program p = program_run(argv, env, folder, NULL);
    cr_assert(eq(int, p.status, 0), "assay %s: %s", argv[1], p.err.ptr);
    program_free(&p);
}

static const char *in(const char *folder, const char *name, struct buf *path)
{
    buf_reset(path);
    buf_addf(path, "%s/%s", folder, name);
    return path->ptr;
}

/* demo.assay with the sample, what bo, cy and dee said of it, and a head. */
static void prepare(const char *folder)
{
    struct buf path = BUF_INIT, sample = BUF_INIT, people = BUF_INIT;
    must(folder, WORDS("demo", "--folder", "d"));
    cr_assert(file_read(in(folder, "d/sample.jsonl", &path), &sample));
    people_judge(sample.ptr, JUDGED, 4, now_ms, &people);
    file_write(in(folder, "d/people.jsonl", &path), people.ptr);
    must(folder, WORDS("-w", "d/demo.assay", "import", "d/people.jsonl"));
    must(folder, WORDS("-w", "d/demo.assay", "set", "overlap", "3"));
    must(folder, WORDS("-w", "d/demo.assay", "train", "--head", "regression", "--l2", "0.01", "--holdout", "0.2"));
    must(folder, WORDS("-w", "d/demo.assay", "train", "--head", "bt", "--loss", "scaled", "--l2", "0.01", "--holdout",
                       "0.2", "-o", "d/scaled.safetensors"));
    must(folder, WORDS("-w", "d/demo.assay", "train", "--head", "bt", "--l2", "0.003", "--bootstrap", "100", "-o",
                       "d/people.safetensors"));
    buf_free(&path);
    buf_free(&sample);
    buf_free(&people);
}

static void take(struct terminal *t, const struct scene *s, const char *to)
{
    struct buf svg = BUF_INIT, path = BUF_INIT, title = BUF_INIT, name = BUF_INIT;
    terminal_resize(t, s->rows, COLS);
    for (size_t i = 0; i < sizeof s->steps / sizeof *s->steps && s->steps[i].keys != NULL; i++) {
        terminal_send(t, s->steps[i].keys);
        terminal_expect(t, s->steps[i].shows);
    }
    terminal_settle(t, STILL_MS);
    buf_addf(&title, "assay: %s", s->name);
    buf_addf(&name, "%s.svg", s->name);
    terminal_picture(t, title.ptr, s->desc, &svg);
    struct markup m = markup_check(svg.ptr, svg.len);
    cr_expect(eq(sz, m.scripts + m.handlers, 0));
    cr_expect(gt(sz, m.elements, 50), "%s is hardly drawn", s->name);
    cr_expect(lt(sz, svg.len, MOST_BYTES), "%s is too large to stand in a document", s->name);
    file_write(in(to, name.ptr, &path), svg.ptr);
    buf_free(&svg);
    buf_free(&path);
    buf_free(&title);
    buf_free(&name);
}

Test(pictures, of_the_views_are_taken_from_the_program)
{
    const char *to = getenv("PICTURES");
    char *folder = temp_make();
    prepare(folder);
    struct terminal *t = terminal_start(WORDS("-w", "d/demo.assay"), env, folder, scenes[0].rows, COLS);
    for (size_t i = 0; i < (to != NULL ? SCENES : TESTED); i++)
        take(t, &scenes[i], to != NULL ? to : folder);
    terminal_close(t);
    temp_remove(folder);
}

/* ---- how cells are drawn ---- */

#define CELL(c)                                                                                                        \
    {                                                                                                                  \
        .code = {c}, .width = 1, .front = PICTURE_FRONT, .back = PICTURE_BACK                                          \
    }

static char *drawn(const struct picture_cell *cells, int n)
{
    static struct buf svg;
    buf_reset(&svg);
    picture_svg(&(struct picture){.rows = 1, .cols = n, .cell = cells, .title = "t", .desc = "d"}, &svg);
    markup_check(svg.ptr, svg.len);
    return strstr(svg.ptr, "<rect");
}

Test(pictures, words_are_one_run_as_wide_as_their_cells_and_are_escaped)
{
    const struct picture_cell cells[] = {CELL('a'), CELL(' '), CELL('<'), CELL(' '), CELL(' '), CELL('&')};
    const char *svg = drawn(cells, 6);
    cr_expect(ne(ptr, strstr(svg, ">a &lt;</text>"), NULL), "%s", svg);
    cr_expect(ne(ptr, strstr(svg, "textLength=\"24\">a"), NULL), "%s", svg);
    cr_expect(ne(ptr, strstr(svg, "x=\"52\" y=\"25\">&amp;</text>"), NULL), "%s", svg);
}

Test(pictures, rules_are_drawn_in_one_stroke_and_meet_those_that_cross)
{
    const struct picture_cell cells[] = {CELL(0x2500), CELL(0x2500), CELL(0x2524)};
    const char *svg = drawn(cells, 3);
    cr_expect(ne(ptr, strstr(svg, "d=\"M12 20h16v1h-16zM28 20h5v1h-5zM32 12h1v17h-1z\""), NULL), "%s", svg);
    cr_expect(eq(ptr, strstr(svg, "<text"), NULL), "%s", svg);
}

Test(pictures, a_wide_character_is_placed_by_itself_and_its_right_half_is_nothing)
{
    const struct picture_cell half = {.width = 0, .front = PICTURE_FRONT, .back = PICTURE_BACK};
    struct picture_cell wide = CELL(0x4e2d);
    wide.width = 2;
    const struct picture_cell cells[] = {wide, half, CELL('b')};
    const char *svg = drawn(cells, 3);
    cr_expect(ne(ptr, strstr(svg, "x=\"12\" y=\"25\">\xe4\xb8\xad</text>"), NULL), "%s", svg);
    cr_expect(ne(ptr, strstr(svg, "x=\"28\" y=\"25\">b</text>"), NULL), "%s", svg);
}
