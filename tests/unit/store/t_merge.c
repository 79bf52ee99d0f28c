#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/clock.h"
#include "store/content.h"
#include "store/handout.h"
#include "store/merge.h"
#include "store/stmt.h"
#include "tests/support/store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COPIES = 3, ITEMS = 24 };

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(merge, .init = open_one, .fini = close_one);

/* Another fixture on a copy of the workspace. */
static void copy_to(struct fixture *copy, const char *name)
{
    *copy = f;
    copy->arena = (struct arena){0};
    snprintf(copy->path, sizeof copy->path, "%.60s/%s", f.dir, name);
    must(db_backup(f.db, copy->path, &f.err));
    must(db_open(copy->path, DB_WRITE, &copy->db, &f.err));
}

static void done_with(struct fixture *copy)
{
    int faults = 0;
    must(db_check(copy->db, NULL, NULL, &faults, &f.err));
    cr_expect(eq(int, faults, 0));
    db_close(copy->db);
    arena_free(&copy->arena);
}

static struct merge_counts merge(struct fixture *into, const char *from)
{
    struct db *other;
    struct merge_counts c;
    must(db_open(from, DB_READ, &other, &f.err));
    must(merge_from(into->db, other, "me", NULL, &c, &f.err));
    db_close(other);
    return c;
}

static void begin(struct fixture *x, int64_t who, int64_t comparison)
{
    struct draft d;
    int64_t saved;
    must(task_enter(x->db, who, comparison, &x->rng, &f.err));
    draft_init(&d);
    fixture_complete(x, &d);
    must(task_change(x->db, who, comparison, &f.rubric, &d, STEP_RATE, &saved, &f.err));
    draft_free(&d);
}

/* What a person says on a copy: own items, some that others judge too, one begun, one retired. */
static void work_on(struct fixture *copy, int k, const char *name)
{
    struct fixture mine = *copy;
    int64_t who = fixture_person(&mine, name), shared = fixture_person(&mine, "shared");
    for (int i = 1 + k; i <= ITEMS - 4; i += 1 + k)
        fixture_judge(&mine, who, i, (i % 7) - 3);
    for (int i = 1; i <= 6; i++) /* the same person on every copy, on the same items */
        fixture_judge(&mine, shared, i, (i + k) % 3);
    begin(&mine, who, ITEMS);
    if (k == 1)
        must(content_retire(mine.db, 9, true, name, NULL, &f.err));
    copy->arena = mine.arena;
}

static const char *exported(struct fixture *x, const char *format)
{
    struct fixture with = *x;
    const char *text = fixture_export(&with, format);
    x->arena = with.arena;
    return text;
}

/* Copies of one workspace that were annotated apart. */
static void make_copies(char paths[COPIES][96])
{
    static const char *const names[COPIES] = {"ann", "bea", "cem"};
    fixture_fill(&f, ITEMS);
    for (int k = 0; k < COPIES; k++) {
        struct fixture copy;
        char name[16];
        snprintf(name, sizeof name, "copy%d.assay", k);
        copy_to(&copy, name);
        work_on(&copy, k, names[k]);
        strcpy(paths[k], copy.path);
        done_with(&copy);
    }
}

Test(merge, copies_annotated_apart_export_the_same_bytes_in_every_order)
{
    static const int orders[][COPIES] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const char *const formats[] = {"judgements", "helpsteer2", "helpsteer2-preference", "trl"};
    const char *wanted[4] = {NULL};
    char paths[COPIES][96];
    make_copies(paths);
    for (size_t o = 0; o < sizeof orders / sizeof *orders; o++) {
        struct fixture all;
        char name[16];
        snprintf(name, sizeof name, "all%zu.assay", o);
        copy_to(&all, name);
        for (int k = 0; k < COPIES; k++)
            merge(&all, paths[orders[o][k]]);
        for (int i = 0; i < 4; i++) {
            const char *text = exported(&all, formats[i]);
            if (wanted[i] == NULL)
                wanted[i] = arena_dup(&f.arena, text);
            same_text(text, wanted[i]);
        }
        done_with(&all);
    }
    cr_expect(gt(sz, strlen(wanted[0]), 1000));
}

Test(merge, a_copy_merged_into_another_holds_what_the_other_way_round_would)
{
    char paths[COPIES][96];
    const char *text[2];
    make_copies(paths);
    for (int i = 0; i < 2; i++) {
        struct fixture x = f;
        x.arena = (struct arena){0};
        must(db_open(paths[i], DB_WRITE, &x.db, &f.err));
        merge(&x, paths[2]);
        done_with(&x);
    }
    for (int i = 0; i < 2; i++) {
        struct fixture x = f;
        x.arena = (struct arena){0};
        must(db_open(paths[i], DB_WRITE, &x.db, &f.err));
        merge(&x, paths[1 - i]);
        text[i] = arena_dup(&f.arena, exported(&x, "judgements"));
        done_with(&x);
    }
    same_text(text[0], text[1]);
}

Test(merge, once_more_changes_nothing)
{
    char paths[COPIES][96];
    make_copies(paths);
    merge(&f, paths[0]);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM draft"), 1));
    const char *before = arena_dup(&f.arena, fixture_export(&f, "judgements"));
    int64_t trail = fixture_count(&f, "SELECT count(*) FROM audit WHERE what <> 'merge'");
    struct merge_counts c = merge(&f, paths[0]);
    for (int k = 0; k < MERGE_KINDS; k++)
        cr_expect(eq(i64, c.made[k], 0), "%s", merge_count_name((enum merge_count)k));
    same_text(fixture_export(&f, "judgements"), before);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what <> 'merge'"), trail));
}

#define RIVER(id, wrong)                                                                                               \
    "{\"id\":" id ",\"prompt\":\"Name a river.\",\"chosen\":\"The Ucayali.\",\"rejected\":\"" wrong "\","              \
    "\"subset\":\"alpacaeval-easy\",\"chosen_model\":\"model-a\",\"rejected_model\":\"model-b\"}\n"

Test(merge, items_of_benchmarks_come_along_with_their_answers_once)
{
    struct fixture other;
    fixture_fill(&f, 2);
    copy_to(&other, "other.assay");
    must(fixture_import(&f, "a.jsonl", NULL, RIVER("1", "The moon.")));
    must(fixture_import(&other, "b.jsonl", NULL, RIVER("2", "The sea.") RIVER("1", "The moon.")));
    done_with(&other);
    for (int again = 0; again < 2; again++) {
        struct merge_counts c = merge(&f, other.path);
        cr_expect(eq(i64, c.seen[MERGE_ITEMS], 2));
        cr_expect(eq(i64, c.made[MERGE_ITEMS], again == 0));
        same_text(fixture_export(&f, "reward-bench"), RIVER("1", "The moon.") RIVER("2", "The sea."));
    }
}

Test(merge, an_item_with_other_answers_is_refused_and_nothing_is_merged)
{
    struct fixture other;
    struct merge_counts c;
    struct db *from;
    fixture_fill(&f, 2);
    copy_to(&other, "other.assay");
    must(fixture_import(&f, "a.jsonl", NULL, RIVER("1", "The moon.")));
    must(fixture_import(&other, "b.jsonl", NULL, RIVER("2", "The sea.") RIVER("1", "The sun.")));
    done_with(&other);
    must(db_open(other.path, DB_READ, &from, &f.err));
    cr_expect(not(merge_from(f.db, from, "me", NULL, &c, &f.err)));
    cr_expect(eq(int, f.err.kind, ERR_CONFLICT), "%s", f.err.text);
    db_close(from);
    same_text(fixture_export(&f, "reward-bench"), RIVER("1", "The moon."));
}

Test(merge, of_two_revisions_the_newer_counts)
{
    struct fixture copy;
    fixture_fill(&f, 1);
    copy_to(&copy, "copy.assay");
    int64_t here = fixture_person(&f, "ann"), there = fixture_person(&copy, "ann");
    fixture_judge(&f, here, 1, -2);
    fixture_judge(&copy, there, 1, 3);
    fixture_sql(&copy, "DROP TRIGGER judgement_append_only_update; UPDATE judgement SET created = created + 1000");
    char path[96];
    strcpy(path, copy.path);
    int64_t turned = fixture_count(&copy, "SELECT a_is FROM side");
    arena_free(&copy.arena);
    db_close(copy.db);
    merge(&f, path);
    cr_expect(eq(i64, fixture_count(&f, "SELECT abs(preference) FROM judgement JOIN latest USING (judgement)"), 3));
    cr_expect(eq(i64, fixture_count(&f, "SELECT revision FROM judgement JOIN latest USING (judgement)"), 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT a_is FROM side"), turned));
}

Test(merge, other_data_is_added_and_the_same_pair_the_other_way_round_is_one)
{
    struct fixture other;
    fixture_open(&other, "pairwise");
    cr_assert(fixture_import(&f, "a.jsonl", "trl", "{\"prompt\":\"p\",\"chosen\":\"x\",\"rejected\":\"y\"}\n"));
    cr_assert(fixture_import(&other, "b.jsonl", "trl",
                             "{\"prompt\":\"p\",\"chosen\":\"y\",\"rejected\":\"x\"}\n"
                             "{\"prompt\":\"q\",\"chosen\":\"y\",\"rejected\":\"x\"}\n"));
    struct merge_counts c = merge(&f, other.path);
    cr_expect(eq(i64, c.made[MERGE_COMPARISONS], 1));
    cr_expect(eq(i64, c.made[MERGE_PROMPTS], 1));
    cr_expect(eq(i64, c.made[MERGE_JUDGEMENTS], 2));
    /* x before y by a, y before x by b: stored in one order, so of opposite signs */
    cr_expect(eq(i64, fixture_count(&f, "SELECT sum(preference) FROM judgement WHERE comparison = 1"), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM rubric"), 2));
    fixture_close(&other);
}

Test(merge, of_two_licences_the_same_one_stays_whichever_way)
{
    struct fixture copy;
    fixture_fill(&f, 1);
    cr_assert(fixture_import(&f, "known.jsonl", "trl", "{\"prompt\":\"p\",\"chosen\":\"x\",\"rejected\":\"y\"}\n"));
    copy_to(&copy, "copy.assay");
    fixture_sql(&f, "UPDATE source SET licence = 'MIT' WHERE name <> 'known'");
    fixture_sql(&copy, "UPDATE source SET licence = 'CC0'");
    char path[96];
    strcpy(path, copy.path);
    merge(&copy, f.path);
    cr_expect(eq(i64, fixture_count(&copy, "SELECT count(*) FROM source WHERE licence = 'CC0'"), 2));
    done_with(&copy);
    merge(&f, path);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM source WHERE licence = 'CC0'"), 2));
}

static bool stop(void *ctx, double done, double total)
{
    (void)ctx;
    (void)total;
    return done < 3;
}

Test(merge, stopped_halfway_leaves_nothing)
{
    char paths[COPIES][96];
    struct db *other;
    struct merge_counts c;
    const struct progress p = {.tick = stop};
    make_copies(paths);
    must(db_open(paths[0], DB_READ, &other, &f.err));
    fails(merge_from(f.db, other, "me", &p, &c, &f.err), ERR_STOPPED, "nothing");
    db_close(other);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement"), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM annotator"), 0));
}

Test(merge, how_much_a_new_person_is_given_comes_along)
{
    struct fixture copy;
    struct limits l;
    copy_to(&copy, "copy.assay");
    int64_t theirs = fixture_person(&copy, "new");
    must(limits_set(copy.db, theirs, &(struct limits){.quota = 30, .per_day = 7}, "owner", &f.err));
    char path[sizeof copy.path];
    strcpy(path, copy.path);
    done_with(&copy);
    merge(&f, path);
    must(limits_get(f.db, fixture_person(&f, "new"), &f.arena, &l, &f.err));
    cr_expect(eq(i64, l.quota, 30));
    cr_expect(eq(i64, l.per_day, 7));
}
