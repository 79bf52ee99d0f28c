#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/store_fixture.h"

#include "core/base/clock.h"
#include "store/annotator.h"
#include "store/workspace.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ok(x) cr_assert(eq(int, (x), 1), "%s: %s", #x, f->err.text)

void fixture_open(struct fixture *f, const char *rubric)
{
    *f = (struct fixture){.dir = "/tmp/assay-store-XXXXXX", .refusals = BUF_INIT};
    cr_assert(ne(ptr, mkdtemp(f->dir), NULL));
    snprintf(f->path, sizeof f->path, "%s/test.assay", f->dir);
    rng_seed(&f->rng, 7);
    if (rubric == NULL)
        return;
    ok(rubric_builtin(rubric, &f->arena, &f->rubric, &f->err));
    ok(workspace_create(f->path, &f->rubric, NULL, &f->db, &f->err));
}

static void report(void *ctx, const char *text)
{
    (void)ctx;
    cr_expect(eq(str, (char *)text, ""));
}

static void remove_folder(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        unlink(path);
    }
    if (d != NULL)
        closedir(d);
    rmdir(dir);
}

void fixture_close(struct fixture *f)
{
    int faults = 0;
    if (f->db != NULL && !f->faulty)
        ok(db_check(f->db, report, NULL, &faults, &f->err));
    db_close(f->db);
    buf_free(&f->refusals);
    arena_free(&f->arena);
    remove_folder(f->dir);
}

void fixture_reopen(struct fixture *f)
{
    db_close(f->db);
    f->db = NULL;
    ok(db_open(f->path, DB_WRITE, &f->db, &f->err));
}

const char *fixture_path(struct fixture *f, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    return arena_dup(&f->arena, path);
}

const char *fixture_file(struct fixture *f, const char *name, const char *text)
{
    const char *path = fixture_path(f, name);
    FILE *out = fopen(path, "we");
    cr_assert(ne(ptr, out, NULL));
    cr_assert(eq(sz, fwrite(text, 1, strlen(text), out), strlen(text)));
    fclose(out);
    return path;
}

static void refused(void *ctx, const struct import_refusal *r)
{
    struct fixture *f = ctx;
    buf_addf(&f->refusals, "%ld: %s\n", r->line, r->reason);
}

bool fixture_import_file(struct fixture *f, const char *path, const struct import_options *options)
{
    struct import_options o = options != NULL ? *options : (struct import_options){0};
    o.refused = refused;
    o.ctx = f;
    buf_reset(&f->refusals);
    return import_file(f->db, path, &o, &f->counts, &f->err);
}

bool fixture_import(struct fixture *f, const char *name, const char *format, const char *text)
{
    return fixture_import_file(f, fixture_file(f, name, text), &(struct import_options){.format = format});
}

const char *fixture_read(struct fixture *f, const char *path)
{
    FILE *in = fopen(path, "re");
    struct buf b = BUF_INIT;
    char block[4096];
    cr_assert(ne(ptr, in, NULL), "%s", path);
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;)
        buf_add(&b, block, n);
    fclose(in);
    const char *text = arena_ndup(&f->arena, b.ptr, b.len);
    buf_free(&b);
    return text;
}

const char *fixture_export_with(struct fixture *f, const struct export_options *options)
{
    const char *path = fixture_path(f, "export.out");
    struct outfile *out = outfile_open(path, &f->err);
    cr_assert(ne(ptr, out, NULL));
    ok(export_write(f->db, options, out, &f->exported, &f->err));
    ok(outfile_commit(out, &f->err));
    return fixture_read(f, path);
}

const char *fixture_export(struct fixture *f, const char *format)
{
    return fixture_export_with(f, &(struct export_options){.format = format});
}

void fixture_sql(struct fixture *f, const char *sql)
{
    sqlite3 *raw;
    char *text = NULL;
    cr_assert(eq(int, sqlite3_open(f->path, &raw), SQLITE_OK));
    int rc = sqlite3_exec(raw, sql, NULL, NULL, &text);
    cr_expect(eq(int, rc, SQLITE_OK), "%s: %s", sql, text != NULL ? text : "");
    sqlite3_free(text);
    sqlite3_close(raw);
}

int64_t fixture_count(struct fixture *f, const char *sql)
{
    sqlite3 *raw;
    sqlite3_stmt *s = NULL;
    int64_t n = 0;
    cr_assert(eq(int, sqlite3_open_v2(f->path, &raw, SQLITE_OPEN_READONLY, NULL), SQLITE_OK));
    cr_assert(eq(int, sqlite3_prepare_v2(raw, sql, -1, &s, NULL), SQLITE_OK), "%s: %s", sql, sqlite3_errmsg(raw));
    if (sqlite3_step(s) == SQLITE_ROW)
        n = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(raw);
    return n;
}

void fixture_fill(struct fixture *f, int n)
{
    struct buf b = BUF_INIT;
    for (int i = 1; i <= n; i++)
        buf_addf(&b,
                 "{\"prompt\":\"prompt %d\",\"responses\":[{\"text\":\"first answer %d\"},{\"text\":\"second answer "
                 "%d\"}]}\n",
                 i, i, i);
    ok(fixture_import(f, "fill.jsonl", NULL, b.ptr));
    buf_free(&b);
    cr_assert(eq(i64, f->counts.comparisons.made, n));
}

int64_t fixture_person(struct fixture *f, const char *name)
{
    int64_t row = 0;
    ok(annotator_person(f->db, name, &row, &f->err));
    return row;
}

void fixture_complete(struct fixture *f, struct draft *d)
{
    for (size_t i = 0; i < f->rubric.n_attributes; i++) {
        d->rating[SIDE_A][i] = f->rubric.attributes[i].of_comparison ? f->rubric.attributes[i].max : 4;
        if (!f->rubric.attributes[i].of_comparison)
            d->rating[SIDE_B][i] = 1;
    }
    d->preference = -2;
    buf_reset(&d->because);
    buf_adds(&d->because, "@A says it plainly and @B wanders about without an end in sight.");
}

void fixture_judge(struct fixture *f, int64_t annotator, int64_t comparison, int preference)
{
    struct draft d;
    int64_t saved;
    draft_init(&d);
    fixture_complete(f, &d);
    d.preference = preference;
    ok(task_enter(f->db, annotator, comparison, &f->rng, &f->err));
    ok(task_submit(f->db, annotator, comparison, &f->rubric, &d, STEP_SUBMIT, NULL, &f->rng, &saved, &f->err));
    draft_free(&d);
    for (int64_t now = clock_now_ms(); clock_now_ms() == now;) /* what comes next comes later, however quick we are */
        ;
}

const char *fixture_data(void)
{
    const char *dir = getenv("ASSAY_DATA");
    if (dir == NULL || *dir == '\0')
        dir = "../shared/data";
    return access(dir, R_OK) == 0 ? dir : NULL;
}
