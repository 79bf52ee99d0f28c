#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/annotator.h"
#include "store/anonymise.h"
#include "store/content.h"
#include "store/handout.h"
#include "store/pseudonym.h"
#include "store/setting.h"
#include "tests/support/store_fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(anonymise, .init = open_one, .fini = close_one);

/* How often the file holds these bytes. */
static int times_in(const char *path, const char *word)
{
    struct buf all = BUF_INIT;
    char block[4096];
    size_t n, len = strlen(word);
    int times = 0;
    FILE *file = fopen(path, "rb");
    cr_assert(ne(ptr, file, NULL));
    while ((n = fread(block, 1, sizeof block, file)) > 0)
        buf_add(&all, block, n);
    fclose(file);
    for (size_t i = 0; i + len <= all.len; i++)
        times += memcmp(all.ptr + i, word, len) == 0;
    buf_free(&all);
    return times;
}

/* Two people, a reviewer, a repeat, limits, a retired item, a run that names a person in a path, in a key and in words.
 */
static void fill(void)
{
    fixture_fill(&f, 30);
    must(setting_change(f.db, SET_REPEAT_SHARE, "0.5", "xaverius", &f.err));
    must(setting_change(f.db, SET_REPEAT_GAP, "1", "xaverius", &f.err));
    int64_t x = fixture_person(&f, "xaverius"), y = fixture_person(&f, "ysolde"), r;
    must(annotator_reviewer(f.db, "ysolde", &r, &f.err));
    for (int i = 0; i < 8; i++) {
        int64_t next = 0;
        must(task_next(f.db, x, ORDER_GIVEN, &f.rng, &next, &f.err));
        fixture_judge(&f, x, next, i % 3 - 1);
    }
    fixture_judge(&f, y, 20, 2);
    fixture_judge(&f, r, 20, 1);
    must(limits_set(f.db, y, &(struct limits){.quota = 20}, "xaverius", &f.err));
    must(content_retire(f.db, 3, true, "owner-who-never-judged", NULL, &f.err));
    fixture_sql(&f, "UPDATE annotator SET account = 'ysacct' WHERE name = 'ysolde';"
                    "INSERT INTO run (kind, settings, inputs, results, model, created) VALUES ('eval', "
                    "'{\"model\":\"/home/ysacct/h.safetensors\"}', '{}', '{\"by annotator\":{\"xaverius\":0.50}}', "
                    "'/home/ysacct/h.safetensors', 5)");
    cr_assert(gt(i64, fixture_count(&f, "SELECT count(*) FROM comparison WHERE repeats IS NOT NULL"), 0));
}

static const char *const names[] = {"xaverius", "ysolde", "ysacct", "owner-who-never-judged"};

Test(anonymise, nothing_of_the_names_is_left_in_the_file)
{
    struct anonymise_counts counts;
    fill();
    const char *path = fixture_path(&f, "copy.assay");
    must(anonymise_copy(f.db, path, "pepper", &counts, &f.err));
    cr_expect(eq(i64, counts.people, 2));
    cr_expect(eq(i64, counts.judgements, 10));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        cr_expect(eq(int, times_in(path, names[i]), 0), "%s", names[i]);
        cr_expect(gt(i64, fixture_count(&f, "SELECT count(*) FROM annotator WHERE name = 'xaverius'"), 0));
    }
    cr_expect(eq(int, times_in(path, "pepper"), 0));
}

Test(anonymise, what_was_judged_stays_and_belongs_to_the_same_people)
{
    struct anonymise_counts counts;
    struct db *copy;
    struct judgement *j;
    size_t n;
    int faults = -1;
    fill();
    const char *path = fixture_path(&f, "copy.assay");
    must(anonymise_copy(f.db, path, "pepper", &counts, &f.err));
    must(db_open(path, DB_READ, &copy, &f.err));
    must(db_check(copy, NULL, NULL, &faults, &f.err));
    cr_expect(eq(int, faults, 0));
    must(judgement_list(copy, 20, JUDGEMENTS_ALL, &f.arena, &j, &n, &f.err));
    cr_assert(eq(sz, n, 2));
    cr_expect(eq(int, strncmp(j[0].annotator_name, "annotator-", 10), 0));
    cr_expect(eq(int, j[1].by_reviewer, 1));
    same_text(j[1].annotator_name + strlen("review:"), j[0].annotator_name); /* one person in two parts */
    struct judgement *before;
    must(judgement_list(f.db, 20, JUDGEMENTS_ALL, &f.arena, &before, &n, &f.err));
    cr_expect(eq(int, j[0].preference, before[0].preference));
    cr_expect(ne(int, id_compare(&j[0].id, &before[0].id), 0));
    db_close(copy);
}

Test(anonymise, the_same_salt_gives_the_same_names_and_another_one_others)
{
    struct pseudonyms a, b, c;
    const char *x, *y, *z, *again;
    pseudonyms_init(&a, "salt");
    pseudonyms_init(&b, "salt");
    pseudonyms_init(&c, "Salt");
    must(pseudonyms_of(&a, "ann", &x, &f.err));
    must(pseudonyms_of(&b, "ben", &z, &f.err));
    must(pseudonyms_of(&b, "ann", &y, &f.err));
    must(pseudonyms_of(&b, "ann", &again, &f.err));
    same_text(x, y);
    same_text(y, again);
    cr_expect(ne(str, (char *)(uintptr_t)y, (char *)(uintptr_t)z));
    must(pseudonyms_of(&c, "ann", &z, &f.err));
    cr_expect(ne(str, (char *)(uintptr_t)x, (char *)(uintptr_t)z));
    pseudonyms_free(&a);
    pseudonyms_free(&b);
    pseudonyms_free(&c);
}

Test(anonymise, names_are_replaced_as_words_the_longer_ones_first)
{
    struct pseudonyms p;
    struct buf out = BUF_INIT, wanted = BUF_INIT;
    const char *ann, *both;
    pseudonyms_init(&p, "s");
    must(pseudonyms_of(&p, "ann", &ann, &f.err));
    must(pseudonyms_of(&p, "ann marie", &both, &f.err));
    static const char text[] = "ann, anna, /home/ann/x, ann marie";
    cr_expect(eq(int, pseudonyms_text(&p, text, sizeof text - 1, &out), 1));
    buf_addf(&wanted, "%s, anna, /home/%s/x, %s", ann, ann, both);
    same_text(out.ptr, wanted.ptr);
    buf_reset(&out);
    buf_reset(&wanted);
    static const char json[] = "{\"ann\":[1,0.10,\"to ann\",null,true],\"n\":{\"anna\":\"x\"}}";
    cr_expect(eq(int, pseudonyms_json(&p, json, sizeof json - 1, 0, &out), 1));
    buf_addf(&wanted, "{\"%s\":[1,0.10,\"to %s\",null,true],\"n\":{\"anna\":\"x\"}}", ann, ann);
    same_text(out.ptr, wanted.ptr);
    buf_reset(&out);
    cr_expect(eq(int, pseudonyms_json(&p, "{}", 2, 0, &out), 0));
    buf_free(&out);
    buf_free(&wanted);
    pseudonyms_free(&p);
}

Test(anonymise, words_of_the_program_stay_whoever_is_called_like_one)
{
    struct pseudonyms p;
    struct buf out = BUF_INIT, wanted = BUF_INIT;
    const char *people;
    static const char json[] = "{\"people\":{\"people\":3},\"who\":\"people\"}";
    pseudonyms_init(&p, "s");
    must(pseudonyms_of(&p, "people", &people, &f.err));
    cr_expect(pseudonyms_json(&p, json, sizeof json - 1, 1, &out));
    buf_addf(&wanted, "{\"people\":{\"%s\":3},\"who\":\"%s\"}", people, people);
    same_text(out.ptr, wanted.ptr);
    buf_free(&out);
    buf_free(&wanted);
    pseudonyms_free(&p);
}

Test(anonymise, never_writes_over_a_file)
{
    struct anonymise_counts counts;
    const char *path = fixture_file(&f, "note.txt", "mine");
    fails(anonymise_copy(f.db, path, "s", &counts, &f.err), ERR_CONFLICT, "exists already");
    same_text(fixture_read(&f, path), "mine");
}
