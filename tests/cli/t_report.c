/* The report through the command line: it says what eval says, it is the same twice, and nothing from data becomes
 * markup. */
#include "core/safe.h"
#include "tests/support/assay.h"
#include "tests/support/markup.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder;
static struct buf page;

static void set_up(void)
{
    folder = temp_make();
    page = BUF_INIT;
}

static void tear_down(void)
{
    buf_free(&page);
    temp_remove(folder);
}

TestSuite(report, .init = set_up, .fini = tear_down);

/* `assay WORDS...`, the last of them NULL; its exit status. `epoch`: SOURCE_DATE_EPOCH. */
static int run(const char *const *words, const char *epoch, struct buf *said)
{
    const char *argv[32] = {program_assay()};
    const char *env[2] = {NULL, NULL};
    char set[64];
    for (size_t i = 0; words[i] != NULL; i++)
        argv[i + 1] = words[i];
    snprintf(set, sizeof set, "SOURCE_DATE_EPOCH=%s", epoch);
    env[0] = set;
    struct program p = program_run(argv, env, folder, NULL);
    if (said != NULL) {
        buf_add(said, p.out.ptr, p.out.len);
        buf_add(said, p.err.ptr, p.err.len);
    }
    int status = p.status;
    program_free(&p);
    return status;
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL}, "1700000000", NULL)

static void read_page(const char *name)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    buf_reset(&page);
    cr_assert(file_read(path, &page), "%s", path);
}

static bool has(const char *text)
{
    return strstr(page.ptr, text) != NULL;
}

static bool lacks(const char *text)
{
    return !has(text);
}

static struct markup check_page(void)
{
    struct markup m = markup_check(page.ptr, page.len);
    cr_expect(eq(sz, m.scripts, 0));
    cr_expect(eq(sz, m.handlers, 0));
    cr_expect(lt(sz, page.len, 1000000));
    cr_expect(has("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
    cr_expect(lacks("{{date}}"));
    return m;
}

static void demo(void)
{
    cr_assert(eq(int, RUN("demo", "--folder", "d"), 0));
}

/* The run keeps where the head lies from the workspace, not from where the program was started. */
Test(report, finds_heads_from_another_folder_and_after_a_move)
{
    char from[512], to[512];
    demo();
    snprintf(from, sizeof from, "%s/d/deep", folder);
    cr_assert(eq(int, mkdir(from, 0700), 0));
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "train", "-o", "d/deep/further.safetensors"), 0));
    snprintf(from, sizeof from, "%s/d", folder);
    snprintf(to, sizeof to, "%s/moved", folder);
    cr_assert(eq(int, rename(from, to), 0));
    cr_assert(eq(int, RUN("-w", "moved/demo.assay", "report", "-o", "r.html"), 0));
    read_page("r.html");
    cr_expect(has("deep/further.safetensors"));
    cr_expect(lacks("not there any more"));
    cr_expect(lacks(folder));
}

Test(report, says_what_eval_says)
{
    demo();
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "report", "-o", "r.html"), 0));
    read_page("r.html");
    struct markup m = check_page();
    cr_expect(gt(sz, m.elements, 300));
    struct json_object *e = assay_json(folder, "-w d/demo.assay eval -m d/demo.bt.safetensors");
    char wanted[128];
    snprintf(wanted, sizeof wanted, "%.1f %% (%.1f to %.1f)", 100 * json_number(e, "accuracy"),
             100 * json_number(e, "intervals/accuracy/0"), 100 * json_number(e, "intervals/accuracy/1"));
    cr_expect(has(wanted), "%s", wanted);
    snprintf(wanted, sizeof wanted, "%.3f (%.3f to %.3f)", json_number(e, "ece"), json_number(e, "intervals/ece/0"),
             json_number(e, "intervals/ece/1"));
    cr_expect(has(wanted), "%s", wanted);
    json_object_put(e);
    cr_expect(has("<title>demo.assay</title>"));
    cr_expect(has("Written 2023-11-14"));
    cr_expect(has("<th scope=\"row\">sample</th>"));
    cr_expect(lacks("nan"));
}

static void judge(const char *who, const char *preference)
{
    cr_assert(eq(int, RUN("judge", "next", "--as", who, "--prefer", preference), 0));
}

/* Four comparisons, two people: which side is A is drawn, so they agree by finding no difference in three of them. */
Test(report, tells_how_well_people_agree)
{
    static const char *const said[][2] = {{"0", "0"}, {"0", "0"}, {"3", "0"}, {"0", "0"}};
    struct buf data = BUF_INIT;
    char path[400];
    for (int i = 0; i < 4; i++)
        buf_addf(&data, "{\"prompt\": \"p%d\", \"chosen\": \"a\", \"rejected\": \"b\"}\n", i);
    snprintf(path, sizeof path, "%s/d.jsonl", folder);
    file_write(path, data.ptr);
    buf_free(&data);
    cr_assert(eq(int, RUN("init", "--rubric", "pairwise", "--overlap", "2"), 0));
    cr_assert(eq(int, RUN("import", "d.jsonl"), 0));
    for (int i = 0; i < 4; i++) {
        judge("ada", said[i][0]);
        judge("grace", said[i][1]);
    }
    cr_assert(eq(int, RUN("report", "-o", "r.html"), 0));
    read_page("r.html");
    check_page();
    cr_expect(has("on the 4 comparisons that two or more of them judged"));
    cr_expect(has("Agreement on each question, as judged and after filtering"));
    cr_expect(has("<th scope=\"row\">raw agreement</th><td class=\"n\">0.750"), "%s",
              strstr(page.ptr, "raw agreement"));
    cr_expect(has("Of 1 judgement that prefers an answer, "));
}

Test(report, tells_of_abstaining_and_of_length)
{
    demo();
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "report", "--error-rate", "0.5", "-o", "r.html"), 0));
    read_page("r.html");
    check_page();
    cr_expect(has("Risk and coverage of demo.bt"));
    cr_expect(has("of the pairs whose difference of rewards is larger than") || has("cannot be promised"));
    cr_expect(has("accuracy with length taken out"));
    cr_expect(eq(int, RUN("-w", "d/demo.assay", "report", "--error-rate", "1"), 2));
}

Test(report, is_the_same_twice)
{
    struct buf first = BUF_INIT;
    demo();
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "report", "-o", "a.html"), 0));
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "report", "-o", "b.html"), 0));
    read_page("a.html");
    buf_add(&first, page.ptr, page.len);
    read_page("b.html");
    cr_expect(eq(sz, first.len, page.len));
    cr_expect(eq(int, memcmp(first.ptr, page.ptr, page.len), 0));
    buf_free(&first);
}

Test(report, markdown_has_the_same_parts)
{
    demo();
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "report", "--format", "md", "-o", "r.md"), 0));
    read_page("r.md");
    cr_expect(has("# demo.assay\n"));
    cr_expect(has("\n## Heads\n"));
    cr_expect(has("\n| demo.bt | bt   | holdout  | "));
    cr_expect(has("how often it was so"));
    cr_expect(has("\n## To repeat this\n"));
    cr_expect(lacks("<"));
    /* but for what is kept as it is: settings and digests of a run */
    for (const char *line = page.ptr; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        if (strncmp(line, "    {", 5) != 0)
            cr_expect(le(sz, safe_width(line, n), 100), "%.*s", (int)n, line);
        line += n + (line[n] == '\n');
    }
}

Test(report, tells_of_before_and_after_a_map)
{
    demo();
    cr_assert(
        eq(int, RUN("-w", "d/demo.assay", "calibrate", "-m", "d/demo.bt.safetensors", "--map", "temperature"), 0));
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "report", "-o", "r.html"), 0));
    read_page("r.html");
    check_page();
    cr_expect(has("Before the map"));
    cr_expect(has("Through the map, which was fitted to these very pairs"));
}

/* Three heads of one hold-out, one with a map of these very pairs, one whose rewards are no log-odds; and probes. */
Test(report, heads_are_held_against_one_another_and_against_probes)
{
    demo();
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "embed", "--provider", "lexical", "--probes", "40"), 0));
    cr_assert(
        eq(int, RUN("-w", "d/demo.assay", "train", "--head", "bt", "--holdout", "0.3", "-o", "a.safetensors"), 0));
    cr_assert(eq(
        int, RUN("-w", "d/demo.assay", "train", "--head", "bt", "--l2", "1", "--holdout", "0.3", "-o", "b.safetensors"),
        0));
    cr_assert(eq(
        int, RUN("-w", "d/demo.assay", "train", "--head", "regression", "--holdout", "0.3", "-o", "c.safetensors"), 0));
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "calibrate", "-m", "a.safetensors", "--map", "temperature"), 0));
    cr_assert(eq(int,
                 RUN("-w", "d/demo.assay", "report", "-m", "a.safetensors", "-m", "b.safetensors", "-m",
                     "c.safetensors", "-o", "r.html"),
                 0));
    read_page("r.html");
    check_page();
    cr_expect(has("<td>temperature †</td>"));
    cr_expect(has("† The map was fitted to these very pairs"));
    cr_expect(has("id=\"rivals\"") && has("id=\"rivals-accuracy-t\"") && has("id=\"rivals-loss-t\""));
    cr_expect(has("not told: the rewards of c are no log-odds"));
    cr_expect(has("How far apart two heads are"));
    cr_expect(has("id=\"probes\"") && has("the first third of the better answer"));
    struct json_object *c = assay_json(folder, "-w d/demo.assay compare a.safetensors b.safetensors --split holdout");
    char wanted[64];
    double lo = json_number(c, "heads/1/against_baseline/accuracy/interval/0"),
           hi = json_number(c, "heads/1/against_baseline/accuracy/interval/1");
    snprintf(wanted, sizeof wanted, "%.1f to %.1f points", 100 * lo, 100 * hi);
    cr_expect(has(wanted), "%s", wanted);
    json_object_put(c);
}

Test(report, a_workspace_without_heads_is_told_of)
{
    cr_assert(eq(int, RUN("init"), 0));
    cr_assert(eq(int, RUN("report", "-o", "r.html"), 0));
    read_page("r.html");
    check_page();
    cr_expect(has("No head has been fitted here yet."));
    cr_expect(has("Nobody has judged here yet"));
}

Test(report, heads_that_cannot_be_judged_say_why)
{
    demo();
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "train", "-o", "h.safetensors"), 0));
    char path[400];
    snprintf(path, sizeof path, "%s/h.safetensors", folder);
    file_write(path, "this is no head");
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "report", "-o", "r.html"), 0));
    read_page("r.html");
    check_page();
    cr_expect(has("<td>not judged: "));
    cr_expect(has("<th scope=\"row\">demo.bt</th><td>bt</td>"));
    cr_expect(eq(int, RUN("-w", "d/demo.assay", "report", "-m", "h.safetensors", "-o", "n.html"), 1));
    snprintf(path, sizeof path, "%s/n.html", folder);
    cr_expect(ne(int, access(path, F_OK), 0));
    snprintf(path, sizeof path, "%s/h.safetensors", folder);
    unlink(path);
    cr_assert(eq(int, RUN("-w", "d/demo.assay", "report", "-o", "r.html"), 0));
    read_page("r.html");
    cr_expect(has("1 head of earlier runs is no longer where it was written"));
}

Test(report, the_date_is_given_or_refused)
{
    struct buf said = BUF_INIT;
    cr_assert(eq(int, RUN("init"), 0));
    const char *const words[] = {"report", "-o", "r.html", NULL};
    cr_expect(eq(int, run(words, "tomorrow", &said), 1));
    cr_expect(strstr(said.ptr, "SOURCE_DATE_EPOCH") != NULL, "%s", said.ptr);
    cr_expect(eq(int, run(words, "-5", NULL), 1));
    cr_expect(eq(int, run(words, "999999999999999", NULL), 1));
    cr_expect(eq(int, run(words, "0", NULL), 0));
    read_page("r.html");
    cr_expect(has("Written 1970-01-01"));
    buf_free(&said);
}

Test(report, standard_output_and_json)
{
    struct buf said = BUF_INIT;
    cr_assert(eq(int, RUN("init"), 0));
    cr_expect(eq(int, run((const char *const[]){"report", NULL}, "0", &said), 0));
    markup_check(said.ptr, said.len);
    struct json_object *o = assay_json(folder, "report -o r.html");
    read_page("r.html");
    cr_expect(eq(dbl, json_number(o, "bytes"), (double)page.len));
    json_object_put(o);
    cr_expect(eq(int, RUN("--json", "report"), 2));
    buf_free(&said);
}

/* ---- hostile data ---- */

#define SCRIPT "<script>alert(1)</script>"
#define MARKS  "\"><img src=x onerror=alert(2)>'&amp;{{main}}]]>-->"
#define UNSEEN "a\xE2\x80\xAE\xE2\x81\xA6z\xEF\xBB\xBF"

Test(report, nothing_from_data_becomes_markup)
{
    static const char line[] =
        "{\"prompt\": \"p%d " SCRIPT "\", \"chosen\": \"good %d " SCRIPT "\", \"rejected\": \"bad %d\"}\n";
    struct buf data = BUF_INIT;
    char path[400];
    for (int i = 0; i < 24; i++)
        buf_addf(&data, line, i, i, i);
    snprintf(path, sizeof path, "%s/d.jsonl", folder);
    file_write(path, data.ptr);
    buf_free(&data);
    cr_assert(eq(int, RUN("init", "--title", SCRIPT MARKS), 0));
    cr_assert(eq(int, RUN("import", "d.jsonl", "--source", SCRIPT), 0));
    cr_assert(eq(int, RUN("judge", "next", "--as", MARKS, "--skip", "unclear"), 0));
    cr_assert(eq(int, RUN("embed", "--provider", "lexical", "--name", UNSEEN "<b>"), 0));
    cr_assert(eq(int, RUN("train", "--holdout", "0.4", "-o", "<script>alert(3)<.safetensors"), 0));
    cr_assert(eq(int, RUN("train", "--holdout", "0.4", "-o", "\xFF\"" UNSEEN "'|`x`.safetensors"), 0));
    cr_assert(eq(int, RUN("report", "-o", "r.html", "--by", "source"), 0));
    read_page("r.html");
    check_page();
    cr_expect(has("&lt;script&gt;alert(1)"));
    cr_expect(has("&lt;img src=x onerror=alert(2)&gt;"));
    cr_expect(has("&lt;script&gt;alert(3)&lt;"));
    cr_expect(has("\\xFF&quot;a&lt;U+202E&gt;"));
    cr_assert(eq(int, RUN("report", "-o", "r.md", "--format", "md", "--title", SCRIPT), 0));
    read_page("r.md");
    cr_expect(lacks("<script"));
    cr_expect(lacks("\xE2\x80\xAE"));
}

Test(report, long_lists_are_cut)
{
    cr_assert(eq(int, RUN("init"), 0));
    struct buf data = BUF_INIT;
    char name[300], path[400];
    for (int i = 0; i < 70; i++) {
        snprintf(name, sizeof name, "source-%02d-%0200d", i, i);
        buf_reset(&data);
        buf_addf(&data, "{\"prompt\": \"p%d\", \"chosen\": \"a\", \"rejected\": \"b\"}\n", i);
        snprintf(path, sizeof path, "%s/d.jsonl", folder);
        file_write(path, data.ptr);
        cr_assert(eq(int, RUN("import", "d.jsonl", "--source", name), 0));
    }
    buf_free(&data);
    cr_assert(eq(int, RUN("report", "-o", "r.html"), 0));
    read_page("r.html");
    check_page();
    cr_expect(has("and 10 more"));
    cr_expect(lt(sz, page.len, 60000));
}

/* ---- its colours ---- */

static double channel(const char *hex)
{
    char two[3] = {hex[0], hex[1], 0};
    double c = (double)strtol(two, NULL, 16) / 255;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* Relative luminance of "--name: #rrggbb" in the css (WCAG 2.2). */
static double luminance(const char *css, const char *name)
{
    char wanted[32];
    snprintf(wanted, sizeof wanted, "--%s: #", name);
    const char *at = strstr(css, wanted);
    cr_assert(at != NULL, "%s", wanted);
    at += strlen(wanted);
    return 0.2126 * channel(at) + 0.7152 * channel(at + 2) + 0.0722 * channel(at + 4);
}

/* By light and in the dark: text, lines and points stand out from the paper by 4.5 to 1. */
Test(report, colours_have_contrast)
{
    static const char *const inks[] = {"ink", "muted", "axis", "c1", "c2", "c3", "c4", "c5"};
    char path[400];
    snprintf(path, sizeof path, "%s/../assets/html/report.css", program_tests());
    cr_assert(file_read(path, &page));
    const char *dark = strstr(page.ptr, "prefers-color-scheme: dark");
    cr_assert(dark != NULL);
    for (int night = 0; night < 2; night++)
        for (size_t i = 0; i < sizeof inks / sizeof *inks; i++)
            for (int sheet = 0; sheet < 2; sheet++) {
                const char *css = night ? dark : page.ptr;
                double a = luminance(css, inks[i]), b = luminance(css, sheet ? "sheet" : "paper");
                double ratio = (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
                cr_expect(ge(dbl, ratio, 4.5), "%s, %s: %.2f", inks[i], night ? "dark" : "light", ratio);
            }
}

/* The linear value of a channel of 0 to 255, as channel() finds it of two hex digits. */
static double linear(double v)
{
    return v / 255 <= 0.04045 ? v / 255 / 12.92 : pow((v / 255 + 0.055) / 1.055, 2.4);
}

static void colour_of(const char *css, const char *name, double out[3])
{
    char wanted[32];
    unsigned rgb[3];
    snprintf(wanted, sizeof wanted, "--%s:", name);
    const char *at = strstr(css, wanted);
    cr_assert(ne(ptr, (void *)at, NULL), "%s", wanted);
    at += strlen(wanted);
    bool hex = strspn(at, " ") < strcspn(at, "#") ? false : true;
    cr_assert(eq(int, sscanf(at, hex ? " #%2x%2x%2x" : "%u, %u, %u", &rgb[0], &rgb[1], &rgb[2]), 3), "%.30s", at);
    for (int i = 0; i < 3; i++)
        out[i] = rgb[i];
}

static double lightness(const double c[3])
{
    return 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
}

/* The text of a shaded cell, whatever the shade: its colour laid over the paper. */
Test(report, shaded_cells_have_contrast)
{
    char path[400];
    snprintf(path, sizeof path, "%s/../assets/html/report.css", program_tests());
    cr_assert(file_read(path, &page));
    const char *dark = strstr(page.ptr, "prefers-color-scheme: dark");
    for (int night = 0; night < 2; night++) {
        double paper[3], heat[3], ink[3];
        const char *css = night ? dark : page.ptr;
        colour_of(css, "paper", paper);
        colour_of(css, "heat", heat);
        colour_of(css, "heat-ink", ink);
        for (int shade = 0; shade < 10; shade++) {
            char rule[64];
            double cover, ground[3];
            snprintf(rule, sizeof rule, "\n.h%d { background: rgba(var(--heat), ", shade);
            const char *at = strstr(page.ptr, rule);
            cr_assert(ne(ptr, (void *)at, NULL), "%s", rule);
            cr_assert(eq(int, sscanf(at + strlen(rule), "%lf", &cover), 1));
            for (int i = 0; i < 3; i++)
                ground[i] = cover * heat[i] + (1 - cover) * paper[i];
            double a = lightness(ground), b = lightness(ink);
            double ratio = (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
            cr_expect(ge(dbl, ratio, 4.5), "shade %d, %s: %.2f", shade, night ? "dark" : "light", ratio);
        }
    }
}
