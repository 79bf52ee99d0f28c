/* Panels of small workspaces; the test waits for the wake of the thread, never for time. */
#include "app/workbench_agreement.h"

#include "app/agreement.h"
#include "core/base/clock.h"
#include "store/gold.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <semaphore.h>
#include <stdio.h>

#include "tests/support/store_fixture.h"

static struct fixture f;
static struct workbench_agreement *w;
static const struct agreement_host *h;
static sem_t news;

static void wake(void *ctx)
{
    sem_post(ctx);
}

static void set_up(void)
{
    fixture_open(&f, "pairwise");
    sem_init(&news, 0, 0);
    const struct app app = {.workspace = f.path};
    w = workbench_agreement_new(&app, wake, &news);
    h = workbench_agreement_host(w);
}

static void tear_down(void)
{
    workbench_agreement_free(w);
    fixture_close(&f);
}

TestSuite(workbench_agreement, .init = set_up, .fini = tear_down, .timeout = 60);

static const struct agreement_state *make(void)
{
    const struct agreement_state *s = h->look(h->ctx);
    unsigned before = s->ended;
    must(h->make(h->ctx, &f.err));
    while ((s = h->look(h->ctx))->ended == before)
        sem_wait(&news);
    return s;
}

static const struct agreement_panel *panel(void)
{
    const struct agreement_state *s = make();
    cr_assert(eq(int, (int)s->work.state, WORK_DONE), "%s", s->work.err.text);
    return s->panel;
}

/* What person k says of comparison i: all agree but on every third, where the third person is of the other mind. */
static int said(int k, int i)
{
    int side = i % 2 == 0 ? 1 : -1;
    return k == 2 && i % 3 == 0 ? -2 * side : (1 + i % 3) * side;
}

enum { ITEMS = 18, PEOPLE = 3, WEEK = 7 * 24 * 3600 };

/* Of item i: 10 (i + 1) seconds, in one of three weeks, the later the smaller i % 3 is, of which none is the order of
 * the file. */
static void everybody_judges(void)
{
    struct buf text = BUF_INIT;
    for (int i = 0; i < ITEMS; i++)
        for (int k = 0; k < PEOPLE; k++) {
            char created[CLOCK_ISO_SIZE];
            clock_iso(1700000000000 + 1000 * ((int64_t)(2 - i % 3) * WEEK + 60 * i + k), created);
            buf_addf(&text,
                     "{\"prompt\":[{\"role\":\"user\",\"content\":\"question %d\"}],\"responses\":[{\"text\":\"one "
                     "%d\"},{\"text\":\"other %d\"}],\"judgement\":{\"annotator\":\"person%d\",\"preference\":%d,"
                     "\"seconds\":%d,\"created\":\"%s\"}}\n",
                     i, i, i, k, said(k, i), 10 * (i + 1), created);
        }
    must(fixture_import(&f, "said.jsonl", "judgements", text.ptr));
    cr_assert(eq(i64, f.counts.refused, 0), "%s", f.refusals.ptr);
    buf_free(&text);
}

Test(workbench_agreement, an_empty_workspace_has_an_empty_panel)
{
    const struct agreement_panel *p = panel();
    cr_expect(eq(sz, p->sheets, 0));
    cr_expect(eq(sz, p->people, 0));
}

/* The slow twin: the same two people asked for alone. */
Test(workbench_agreement, the_matrix_is_symmetric_and_holds_what_agreement_says)
{
    everybody_judges();
    const struct agreement_panel *p = panel();
    cr_assert(eq(sz, p->sheets, 1));
    const struct panel_sheet *s = &p->sheet[0];
    cr_expect(eq(str, (char *)s->attribute, OPINIONS_PREFERENCE));
    cr_assert(eq(sz, s->n, PEOPLE));
    cr_expect(eq(sz, s->judgements, ITEMS * PEOPLE));
    cr_expect(eq(sz, s->shared, ITEMS));
    struct opinions o;
    struct opinions_part part;
    const struct app app = {.workspace = f.path, .named = true};
    const struct args none = {0};
    const struct agreement_opts opts = {.seed = 1};
    must(opinions_read(&app, &none, &o, &f.err));
    opinions_part(&o, &(struct opinions_filter){.attribute = 0}, &part);
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++) {
            const struct panel_pair *a = &s->pair[i * s->n + j], *b = &s->pair[j * s->n + i];
            struct agreement_two two;
            if (i == j)
                continue;
            must(agreement_two_of(&part.d, s->person[i], s->person[j], &opts, &two, &f.err));
            cr_expect(eq(sz, a->shared, two.shared));
            cr_expect(lt(dbl, fabs(a->kappa.value - two.figure[AGREEMENT_KAPPA_QUADRATIC].value), 1e-12));
            cr_expect(eq(dbl, a->kappa.value, b->kappa.value));
        }
    opinions_part_free(&part);
    opinions_free(&o);
}

Test(workbench_agreement, tables_count_every_shared_item_once_and_turn_with_the_pair)
{
    everybody_judges();
    const struct agreement_panel *p = panel();
    const struct panel_sheet *s = &p->sheet[0];
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++) {
            double sum = 0;
            if (i == j)
                continue;
            const double *a = s->pair[i * s->n + j].table, *b = s->pair[j * s->n + i].table;
            for (size_t x = 0; x < s->levels; x++)
                for (size_t y = 0; y < s->levels; y++) {
                    sum += a[x * s->levels + y];
                    cr_assert(eq(dbl, a[x * s->levels + y], b[y * s->levels + x]));
                }
            cr_expect(eq(dbl, sum, ITEMS));
        }
    /* Two who always agree stand on the diagonal. */
    size_t at[2] = {0, 0};
    for (size_t i = 0; i < s->n; i++)
        for (int k = 0; k < 2; k++)
            if (strcmp(p->person[s->person[i]].name, k == 0 ? "person0" : "person1") == 0)
                at[k] = i;
    const double *t = s->pair[at[0] * s->n + at[1]].table;
    for (size_t x = 0; x < s->levels; x++)
        for (size_t y = 0; y < s->levels; y++)
            cr_expect(x == y || t[x * s->levels + y] == 0);
    cr_expect(eq(dbl, s->pair[at[0] * s->n + at[1]].kappa.value, 1));
}

Test(workbench_agreement, weeks_stand_in_the_order_of_time)
{
    everybody_judges();
    const struct agreement_panel *p = panel();
    const struct panel_sheet *s = &p->sheet[0];
    cr_assert(eq(sz, p->weeks, 3));
    cr_assert(eq(sz, s->weeks, 3));
    size_t shared = 0;
    for (size_t i = 0; i < 3; i++) {
        cr_expect(eq(str, (char *)s->week[i].monday, (char *)p->week[i]));
        cr_expect(i == 0 || strcmp(p->week[i - 1], p->week[i]) < 0);
        shared += s->week[i].shared;
        cr_expect(eq(ptr, (void *)s->week[i].kappa.why, NULL));
    }
    cr_expect(eq(sz, shared, ITEMS));
}

Test(workbench_agreement, medians_by_week_are_those_of_the_times)
{
    everybody_judges();
    const struct agreement_panel *p = panel();
    for (size_t i = 0; i < p->people; i++) {
        cr_expect(eq(dbl, p->person[i].median, 95)); /* between 90 and 100 */
        /* the first week has i = 2, 5, 8, ...: 30, 60, 90, then 120 for all above; the last 10, 40, 70, 100, 120, 120
         */
        cr_expect(eq(dbl, p->person[i].week_median[0], 105));
        cr_expect(eq(dbl, p->person[i].week_median[2], 85));
    }
}

Test(workbench_agreement, drift_on_gold_is_told_from_one_half_to_the_other)
{
    everybody_judges();
    for (int i = 0; i < ITEMS; i++) { /* person 0 is right in the first half of the time, then wrong */
        bool early = i % 3 == 2 || (i % 3 == 1 && i < ITEMS / 2);
        enum gold_answer answer = (said(0, i) > 0) == early ? GOLD_SECOND : GOLD_FIRST;
        must(gold_add(f.db, i + 1, answer, false, "owner", &f.err));
    }
    const struct agreement_panel *p = panel();
    for (size_t i = 0; i < p->people; i++) {
        const struct panel_person *x = &p->person[i];
        cr_expect(eq(sz, x->gold.of, ITEMS));
        cr_expect(eq(sz, x->gold_before.of + x->gold_after.of, ITEMS));
        if (strcmp(x->name, "person0") != 0)
            continue;
        cr_expect(eq(sz, x->gold_before.n, ITEMS / 2));
        cr_expect(eq(sz, x->gold_after.n, 0));
        cr_expect(eq(dbl, x->drift.change, -1));
        cr_expect(x->drift.certain);
    }
}

Test(workbench_agreement, a_panel_stays_while_the_next_is_made)
{
    everybody_judges();
    const struct agreement_panel *before = panel();
    must(h->make(h->ctx, &f.err));
    must(h->make(h->ctx, &f.err)); /* asked twice, made once */
    const struct agreement_state *s = h->look(h->ctx);
    cr_expect(s->work.state == WORK_DONE || s->panel == before);
}
