#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/content.h"
#include "store/merge.h"
#include "store/quarantine.h"
#include "tests/support/store_fixture.h"

#include <string.h>

static struct fixture f;

/* Finds fault with every response that says "bad". */
static bool found_bad;

static void seen(void *ctx, const struct import_seen *s)
{
    (void)ctx;
    if (s->what == SEEN_RECORD)
        found_bad = false;
    if (s->what != SEEN_RESPONSE)
        return;
    cr_expect(ne(i64, s->prompt, 0));
    found_bad = found_bad || strstr(s->text, "bad") != NULL;
}

static const char *end(void *ctx)
{
    (void)ctx;
    return found_bad ? "[{\"reason\":\"bad\"}]" : NULL;
}

static const struct import_guard guard = {seen, end, NULL};

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(quarantine, .init = open_one, .fini = close_one);

static void import_guarded(const char *name, const char *text)
{
    struct import_options o = {.guard = &guard};
    must(fixture_import_file(&f, fixture_file(&f, name, text), &o));
}

struct ids {
    char id[8][ID_HEX_SIZE];
    int64_t lines[8];
    size_t n;
};

static bool gather(void *ctx, const struct quarantine_entry *e)
{
    struct ids *ids = ctx;
    memcpy(ids->id[ids->n], e->id, sizeof e->id);
    ids->lines[ids->n++] = e->line;
    return ids->n < 8;
}

static struct ids held(void)
{
    struct ids ids = {.n = 0};
    must(quarantine_each(f.db, QUARANTINE_HELD, gather, &ids, &f.err));
    return ids;
}

static bool release(const char *id)
{
    struct quarantine_entry e;
    struct import_counts counts = {0};
    return quarantine_find(f.db, id, &f.arena, &e, &f.err) && import_held(f.db, &e, &counts, &f.err) &&
           quarantine_settle(f.db, &e, QUARANTINE_RELEASED, "ada", &f.err);
}

static void drop(const char *id)
{
    struct quarantine_entry e;
    must(quarantine_find(f.db, id, &f.arena, &e, &f.err));
    must(quarantine_settle(f.db, &e, QUARANTINE_DROPPED, "ada", &f.err));
}

#define PAIR(prompt, chosen) "{\"prompt\":\"" prompt "\",\"chosen\":\"" chosen "\",\"rejected\":\"no, " prompt "\"}\n"
#define FOUR                 PAIR("one", "fine") PAIR("two", "bad") PAIR("three", "fine, too") PAIR("four", "worse than bad")

Test(quarantine, what_the_guard_names_is_held_and_the_rest_goes_in)
{
    import_guarded("x.jsonl", FOUR);
    cr_expect(eq(i64, f.counts.records, 4));
    cr_expect(eq(i64, f.counts.held, 2));
    cr_expect(eq(i64, f.counts.comparisons.made, 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM response"), 4));
    struct ids ids = held();
    cr_assert(eq(sz, ids.n, 2));
    cr_expect(eq(i64, ids.lines[0], 2));
    cr_expect(eq(i64, ids.lines[1], 4));
    struct quarantine_entry e;
    must(quarantine_find(f.db, ids.id[0], &f.arena, &e, &f.err));
    same_text(e.format, "trl");
    same_text(e.source, "x");
    same_text(e.reasons, "[{\"reason\":\"bad\"}]");
    cr_expect(eq(int, strncmp(e.record.ptr, PAIR("two", "bad"), e.record.len), 0));
}

Test(quarantine, importing_again_holds_nothing_twice_and_keeps_what_was_decided)
{
    import_guarded("x.jsonl", FOUR);
    struct ids ids = held();
    must(release(ids.id[0]));
    drop(ids.id[1]);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison"), 3));
    import_guarded("x.jsonl", FOUR);
    cr_expect(eq(i64, f.counts.held, 1)); /* the dropped one */
    cr_expect(eq(i64, f.counts.comparisons.known, 3));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM quarantine"), 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison"), 3));
    cr_expect(eq(sz, held().n, 0));
    int64_t counts[QUARANTINE_N_STATES];
    must(quarantine_count(f.db, counts, &f.err));
    cr_expect(eq(i64, counts[QUARANTINE_RELEASED], 1));
    cr_expect(eq(i64, counts[QUARANTINE_DROPPED], 1));
    fails(release(ids.id[1]), ERR_CONFLICT, "was dropped already");
}

Test(quarantine, all_records_of_a_batch_may_be_held)
{
    struct buf text = BUF_INIT;
    for (int i = 0; i < 200; i++)
        buf_addf(&text, "{\"prompt\":\"p%d\",\"chosen\":\"bad %d\",\"rejected\":\"b\"}\n", i, i);
    import_guarded("x.jsonl", text.ptr);
    cr_expect(eq(i64, f.counts.held, 200));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM quarantine"), 200));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM prompt"), 0));
    buf_free(&text);
}

Test(quarantine, a_refused_record_among_held_ones_is_refused)
{
    import_guarded("x.jsonl", PAIR("one", "bad") "{broken\n" PAIR("two", "fine"));
    cr_expect(eq(i64, f.counts.held, 1));
    cr_expect(eq(i64, f.counts.refused, 1));
    cr_expect(eq(i64, f.counts.comparisons.made, 1));
    cr_expect(eq(i64, f.counts.records, 3));
}

#define RATED(prompt, response)                                                                                        \
    "{\"prompt\":\"" prompt "\",\"response\":\"" response                                                              \
    "\",\"helpfulness\":3,\"correctness\":3,\"coherence\":3,\"complexity\":1,\"verbosity\":1}\n"

/* Rows of one prompt form comparisons: one that comes later finds its neighbours again. */
Test(quarantine, what_is_released_ends_as_it_would_have_gone_in)
{
    import_guarded("x.jsonl", RATED("p", "one") RATED("p", "bad") RATED("p", "three") RATED("q", "four")
                                  RATED("q", "also bad") RATED("r", "five"));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison"), 1));
    struct ids ids = held();
    for (size_t i = 0; i < ids.n; i++)
        must(release(ids.id[i]));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM comparison"), 4));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM latest WHERE kind = 'judged'"), 6));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'release' AND who = 'ada'"), 2));
}

Test(quarantine, a_benchmark_comes_in_whole)
{
    import_guarded("rb.jsonl",
                   "{\"id\":1,\"prompt\":\"q\",\"chosen\":\"bad\",\"rejected\":\"b\",\"chosen_model\":\"m\","
                   "\"rejected_model\":\"n\",\"subset\":\"alpacaeval-easy\"}\n");
    cr_expect(eq(i64, f.counts.items.made, 1), "%s", f.counts.format);
    cr_expect(eq(i64, f.counts.held, 0));
}

Test(quarantine, ids_are_found_by_their_beginning_and_others_are_told)
{
    struct quarantine_entry e;
    import_guarded("x.jsonl", FOUR);
    struct ids ids = held();
    ids.id[0][6] = '\0';
    must(quarantine_find(f.db, ids.id[0], &f.arena, &e, &f.err));
    fails(quarantine_find(f.db, "abc", &f.arena, &e, &f.err), ERR_MISSING, "is no id of a record");
    fails(quarantine_find(f.db, "0000000000", &f.arena, &e, &f.err), ERR_MISSING, "there is no record");
}

/* Of two copies: held here and dropped there is dropped in both, whichever is merged into which. */
Test(quarantine, what_was_decided_stands_above_held_when_copies_are_merged)
{
    struct db *copy, *other;
    struct merge_counts counts;
    import_guarded("x.jsonl", FOUR);
    const char *a = fixture_path(&f, "a.assay"), *b = fixture_path(&f, "b.assay");
    must(db_backup(f.db, a, &f.err));
    struct ids ids = held();
    drop(ids.id[0]);
    must(release(ids.id[1]));
    must(db_backup(f.db, b, &f.err));
    must(db_open(a, DB_READ, &other, &f.err)); /* all held, into decided */
    must(merge_from(f.db, other, "ada", NULL, &counts, &f.err));
    db_close(other);
    must(db_open(a, DB_WRITE, &copy, &f.err)); /* decided, into all held */
    must(db_open(b, DB_READ, &other, &f.err));
    must(merge_from(copy, other, "ada", NULL, &counts, &f.err));
    db_close(other);
    int64_t here[QUARANTINE_N_STATES], there[QUARANTINE_N_STATES];
    must(quarantine_count(f.db, here, &f.err));
    must(quarantine_count(copy, there, &f.err));
    for (int s = 0; s < QUARANTINE_N_STATES; s++)
        cr_expect(eq(i64, here[s], there[s]), "%s", quarantine_state_name((enum quarantine_state)s));
    cr_expect(eq(i64, here[QUARANTINE_HELD], 0));
    db_close(copy);
}
