#include "app/aggregated.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/store_fixture.h"

static struct fixture f;
static struct aggregated a;

static void set_up(void)
{
    fixture_open(&f, "helpsteer2");
}

static void tear_down(void)
{
    aggregated_free(&a);
    fixture_close(&f);
}
TestSuite(aggregated, .init = set_up, .fini = tear_down);

#define SAID(q, other, who, says)                                                                                      \
    "{\"prompt\":\"" q "\",\"responses\":[{\"text\":\"one\"},{\"text\":\"" other "\"}],\"source\":\"x\","              \
    "\"judgement\":{\"annotator\":\"" who "\"," says "}}\n"
#define PREFERS(p) "\"preference\":" p
#define RATES(n)   "\"ratings\":[{\"helpfulness\":" n "},{\"helpfulness\":0}]"

struct found {
    struct label label;
    char first_id[ID_HEX_SIZE];
    int n;
};

static bool find(void *ctx, const struct label_pair *p)
{
    struct found *x = ctx;
    x->label = p->label;
    memcpy(x->first_id, p->first_id, sizeof x->first_id);
    x->n++;
    return true;
}

static struct found labels_by(const char *method, enum label_by by)
{
    struct found x = {0};
    struct label_options o = {.by = by};
    aggregated_free(&a);
    must(aggregated_make(f.db, method, &o, &a, &f.err));
    o.book = aggregated_book(&a);
    must(label_each_pair(f.db, &o, find, &x, &f.err));
    return x;
}

Test(aggregated, the_label_is_the_methods_with_its_confidence)
{
    must(fixture_import(&f, "x.jsonl", NULL,
                        SAID("q", "two", "ada", PREFERS("-3")) SAID("q", "two", "bo", PREFERS("-1"))
                            SAID("q", "two", "cy", PREFERS("2"))));
    struct found x = labels_by("majority", LABEL_BY_BEST);
    cr_expect(eq(int, x.n, 1));
    cr_expect(x.label.by_method);
    cr_expect(epsilon_eq(dbl, x.label.mean, -2, 1e-15));
    cr_expect(eq(int, x.label.strength, -2));
    cr_expect(eq(int, x.label.n_stated, 2));
    cr_expect(epsilon_eq(dbl, x.label.p_first, 2.0 / 3, 1e-15));
    cr_expect(epsilon_eq(dbl, x.label.confidence, 2.0 / 3, 1e-15));
    cr_expect(eq(sz, a.sum.preferences.judgements - a.sum.preferences.kept, 1));
    x = labels_by("none", LABEL_BY_BEST);
    cr_expect(not(x.label.by_method));
    cr_expect(epsilon_eq(dbl, x.label.mean, -2.0 / 3, 1e-15));
}

Test(aggregated, a_label_that_the_method_refuses_is_none)
{
    must(fixture_import(&f, "x.jsonl", NULL,
                        SAID("q", "two", "ada", PREFERS("-3")) SAID("q", "two", "bo", PREFERS("2"))));
    cr_expect(eq(int, labels_by("majority", LABEL_BY_BEST).n, 0));
    cr_expect(eq(sz, a.sum.preferences.none, 1));
    cr_expect(eq(int, labels_by("mean", LABEL_BY_BEST).n, 1));
}

Test(aggregated, people_and_the_voices_of_sources_are_put_together_apart)
{
    must(fixture_import(&f, "x.jsonl", NULL,
                        SAID("q", "two", "source:x", PREFERS("3")) SAID("q", "two", "source:x#1", PREFERS("2"))
                            SAID("q", "two", "source:x#2", PREFERS("1")) SAID("q", "two", "ada", PREFERS("-1"))));
    cr_expect(eq(dbl, labels_by("mean", LABEL_BY_BEST).label.mean, -1));
    cr_expect(eq(dbl, labels_by("mean", LABEL_BY_SOURCES).label.mean, 1.5), "the voices, not what was made of them");
    cr_expect(eq(dbl, labels_by("mean", LABEL_BY_PEOPLE).label.mean, -1));
}

Test(aggregated, an_imported_label_without_voices_stays)
{
    must(fixture_import(&f, "x.jsonl", NULL, SAID("q", "two", "source:x", PREFERS("3"))));
    struct found x = labels_by("helpsteer2", LABEL_BY_BEST);
    cr_expect(eq(int, x.n, 1));
    cr_expect(not(x.label.by_method));
    cr_expect(eq(int, x.label.strength, 3));
}

Test(aggregated, an_answer_of_several_comparisons_has_the_mean_of_its_labels)
{
    double value = 0;
    must(fixture_import(&f, "x.jsonl", NULL,
                        SAID("q", "two", "ada", RATES("4")) SAID("q", "two", "bo", RATES("4"))
                            SAID("q", "two", "cy", RATES("0")) SAID("q", "three", "ada", RATES("1"))));
    struct found x = labels_by("majority", LABEL_BY_BEST);
    cr_assert(a.book.rating(&a.book, true, x.first_id, "helpfulness", &value));
    cr_expect(epsilon_eq(dbl, value, 2.5, 1e-15), "4 in one and 1 in the other: %g", value);
    cr_expect(not(a.book.rating(&a.book, false, x.first_id, "helpfulness", &value)));
    cr_expect(not(a.book.rating(&a.book, true, x.first_id, "wit", &value)));
    cr_expect(not(a.book.rating(&a.book, true, "nothing", "helpfulness", &value)));
    labels_by("crowd-bt", LABEL_BY_BEST);
    cr_expect(not(a.book.rating(&a.book, true, x.first_id, "helpfulness", &value)), "it knows preferences only");
}

Test(aggregated, the_workspace_goes_by_what_was_chosen_and_the_option_before_it)
{
    const char *word;
    must(aggregated_word(f.db, &word, &f.err));
    same_text(word, "none");
    must(aggregated_use(f.db, "mace", "ada", &f.err));
    must(aggregated_word(f.db, &word, &f.err));
    same_text(word, "mace");
    labels_by(NULL, LABEL_BY_BEST);
    same_text(a.sum.method, "mace");
    cr_expect(eq(int, labels_by(NULL, LABEL_BY_ALL).n, 0));
    cr_expect(eq(ptr, (void *)a.sum.method, NULL), "labels of all stay plain");
    fails(aggregated_make(f.db, "mean", &(struct label_options){.by = LABEL_BY_ALL}, &a, &f.err), ERR_USAGE,
          "--labels");
    fails(aggregated_make(f.db, "mean", &(struct label_options){.single = true}, &a, &f.err), ERR_USAGE, "one by one");
    must(aggregated_use(f.db, "none", "ada", &f.err));
    labels_by(NULL, LABEL_BY_BEST);
    cr_expect(eq(ptr, (void *)a.sum.method, NULL));
    fixture_sql(&f, "INSERT INTO setting (key, value) VALUES ('aggregation', 'dice')");
    fails(aggregated_word(f.db, &word, &f.err), ERR_MISSING, "does not know");
    must(aggregated_use(f.db, "none", "ada", &f.err));
}
