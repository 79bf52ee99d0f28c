#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/annotator.h"
#include "store/content.h"
#include "store/gold.h"
#include "store/history.h"
#include "tests/support/store_fixture.h"

#include <string.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(history, .init = open_one, .fini = close_one);

static struct history history_of(int64_t comparison)
{
    struct history h;
    must(history_load(f.db, comparison, &f.arena, &h, &f.err));
    return h;
}

/* "import, side, judged" */
static const char *whats(const struct history *h)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < h->n; i++)
        buf_addf(&b, "%s%s", i > 0 ? ", " : "", h->entries[i].what);
    const char *text = arena_dup(&f.arena, b.ptr);
    buf_free(&b);
    return text;
}

/* How the judgement of this annotator and revision stands. */
static const char *standing(const struct history *h, const char *who, int revision)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->entries[i].said != NULL && strcmp(h->entries[i].who, who) == 0 &&
            h->entries[i].said->revision == revision)
            return history_standing_word(h->entries[i].standing);
    return "not there";
}

Test(history, tells_what_happened_in_the_order_of_time)
{
    fixture_fill(&f, 1);
    fixture_judge(&f, fixture_person(&f, "ada"), 1, -2);
    must(gold_add(f.db, 1, GOLD_FIRST, false, "owner", &f.err));
    must(content_retire(f.db, 1, true, "owner", "withdrawn by its source", &f.err));
    must(content_retire(f.db, 1, false, "owner", NULL, &f.err));
    must(content_retire(f.db, 1, true, "owner", NULL, &f.err));
    struct history h = history_of(1);
    same_text(whats(&h), "import, side, judged, gold, retire, unretire, retire");
    cr_expect(le(i64, h.retired, h.entries[h.n - 1].at));
    cr_expect(h.retired_why == NULL, "the last time nobody said why");
    same_text(h.source, "fill");
    cr_expect(eq(i64, h.people, 1));
    cr_expect(eq(i64, h.wanted, -1));
    cr_expect(eq(sz, strlen(h.id), 32));
    for (size_t i = 1; i < h.n; i++)
        cr_expect(h.entries[i - 1].at <= h.entries[i].at);
}

Test(history, tells_why_something_was_taken_out_of_work)
{
    char long_one[CONTENT_WHY_MAX + 2];
    fixture_fill(&f, 1);
    must(content_retire(f.db, 1, true, "owner", "withdrawn by \"its\" source", &f.err));
    same_text(history_of(1).retired_why, "withdrawn by \"its\" source");
    must(content_retire(f.db, 1, true, "bob", "and it is spam", &f.err));
    same_text(history_of(1).retired_why, "and it is spam");
    must(content_retire(f.db, 1, true, "bob", NULL, &f.err));
    same_text(history_of(1).retired_why, "and it is spam");
    must(content_retire(f.db, 1, false, "owner", "it came back", &f.err));
    must(content_retire(f.db, 1, true, "owner", "", &f.err));
    cr_expect(history_of(1).retired_why == NULL, "nothing is no reason");
    must(content_retire(f.db, 1, false, "owner", NULL, &f.err));
    cr_expect(history_of(1).retired_why == NULL);
    memset(long_one, 'x', sizeof long_one);
    long_one[sizeof long_one - 1] = '\0';
    fails(content_retire(f.db, 1, true, "owner", long_one, &f.err), ERR_USAGE, "at most 1000 bytes");
    fails(content_retire(f.db, 1, true, "owner", "\xff", &f.err), ERR_USAGE, "UTF-8");
}

Test(history, an_undone_submit_and_a_second_one_are_revisions_of_which_the_last_counts)
{
    fixture_fill(&f, 1);
    int64_t ada = fixture_person(&f, "ada"), where;
    enum step_kind kind;
    fixture_judge(&f, ada, 1, -2);
    must(task_undo(f.db, ada, &f.rubric, &f.rng, &where, &kind, &f.err));
    struct history h = history_of(1);
    same_text(standing(&h, "ada", 1), "replaced");
    same_text(standing(&h, "ada", 2), "says nothing");
    cr_expect(eq(int, h.label.n, 0));
    fixture_judge(&f, ada, 1, 3);
    h = history_of(1);
    same_text(standing(&h, "ada", 2), "replaced");
    same_text(standing(&h, "ada", 3), "counts");
    cr_expect(eq(int, h.label.n, 1));
    same_text(h.label.said_by, "people");
}

Test(history, review_stands_above_people_and_they_above_sources_and_aggregates_above_their_parts)
{
#define ITEM                                                                                                           \
    "{\"prompt\":[{\"role\":\"user\",\"content\":\"q\"}],\"responses\":[{\"text\":\"one\"},{\"text\":\"two\"}],"       \
    "\"source\":\"s\",\"judgement\":"
    must(fixture_import(&f, "x.jsonl", "judgements",
                        ITEM "{\"annotator\":\"source:s\",\"rubric\":\"helpsteer2\",\"preference\":1}}\n" ITEM
                             "{\"annotator\":\"source:s#1\",\"rubric\":\"helpsteer2\",\"preference\":-1}}\n"));
    struct history h = history_of(1);
    same_text(standing(&h, "source:s", 1), "counts");
    same_text(standing(&h, "source:s#1", 1), "part");
    fixture_judge(&f, fixture_person(&f, "ada"), 1, -2);
    h = history_of(1);
    same_text(standing(&h, "source:s", 1), "outranked");
    same_text(standing(&h, "ada", 1), "counts");
    int64_t reviewer;
    must(annotator_reviewer(f.db, "eve", &reviewer, &f.err));
    fixture_judge(&f, reviewer, 1, 2);
    h = history_of(1);
    same_text(standing(&h, "ada", 1), "outranked");
    same_text(standing(&h, "review:eve", 1), "counts");
    same_text(h.label.said_by, "review");
}

Test(history, ratings_of_a_single_response_belong_to_it)
{
    fixture_fill(&f, 1);
    fixture_sql(&f, "INSERT INTO annotator (name, kind, created) VALUES ('source:r', 'source', 1);"
                    "INSERT INTO judgement (id, response, annotator, revision, kind, rubric, created)"
                    " SELECT randomblob(16), second, (SELECT annotator FROM annotator WHERE name = 'source:r'), 1, "
                    "'judged', 1, 5 FROM comparison;"
                    "INSERT INTO rating SELECT judgement, response, 'helpfulness', 3, 0 FROM judgement;"
                    "INSERT INTO latest SELECT NULL, response, annotator, judgement, kind FROM judgement");
    struct history h = history_of(1);
    same_text(whats(&h), "judged, import"); /* it was made long ago */
    cr_expect(eq(int, h.entries[0].of, 2));
    same_text(history_standing_word(h.entries[0].standing), "counts");
}

Test(history, of_what_is_not_there_is_an_answer)
{
    struct history h = history_of(99);
    cr_expect(eq(i64, h.comparison, 0));
    cr_expect(eq(sz, h.n, 0));
}

Test(history, a_principle_comes_in_once_and_goes_out)
{
    static const char line[] = "{\"prompt\":[{\"role\":\"user\",\"content\":\"q\"}],\"responses\":[{\"text\":\"one\"},"
                               "{\"text\":\"two\"}],\"source\":\"s\",\"principle\":\"Is it kind?\"}\n";
    must(fixture_import(&f, "x.jsonl", "judgements", line));
    same_text(history_of(1).principle, "Is it kind?");
    same_text(fixture_export(&f, "judgements"), line);
    must(fixture_import(
        &f, "y.jsonl", "judgements",
        "{\"prompt\":\"q\",\"responses\":[{\"text\":\"one\"},{\"text\":\"two\"}],\"principle\":\"other\"}\n"
        "{\"prompt\":\"q\",\"responses\":[{\"text\":\"one\"}],\"principle\":\"alone\"}\n"));
    same_text(history_of(1).principle, "Is it kind?");
    same_text(f.refusals.ptr, "2: \"principle\" is of two responses that are compared\n");
}
