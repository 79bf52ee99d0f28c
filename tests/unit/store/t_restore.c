#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/content.h"
#include "store/restore.h"
#include "store/setting.h"
#include "tests/support/store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct fixture f;
static struct buf faults_text, kept;
static int faults;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
    fixture_fill(&f, 2);
}

static void close_one(void)
{
    buf_free(&faults_text);
    buf_free(&kept);
    fixture_close(&f);
}

TestSuite(restore, .init = open_one, .fini = close_one);

static void on_fault(void *ctx, const char *text)
{
    (void)ctx;
    buf_addf(&faults_text, "%s\n", text);
}

static bool restore(const char *backup, bool check_only)
{
    struct restore_options o = {.check_only = check_only, .who = "ada", .report = on_fault};
    buf_reset(&kept);
    buf_reset(&faults_text);
    return restore_file(backup, f.path, &o, &faults, &kept, &f.err);
}

/* A backup of two comparisons; since then somebody has judged one. The workspace is closed. */
static const char *backup_and_go_on(void)
{
    const char *path = fixture_path(&f, "backup.assay");
    must(db_backup(f.db, path, &f.err));
    fixture_judge(&f, fixture_person(&f, "ada"), 1, -1);
    db_close(f.db);
    f.db = NULL;
    return path;
}

static void no_copies_are_left(void)
{
    struct buf command = BUF_INIT;
    buf_addf(&command, "ls '%s' | grep -q restoring", f.dir);
    cr_expect(ne(int, system(command.ptr), 0));
    buf_free(&command);
}

static int64_t judgements_of(const char *path)
{
    struct fixture other = f;
    cr_assert(lt(sz, strlen(path), sizeof other.path));
    memcpy(other.path, path, strlen(path) + 1);
    return fixture_count(&other, "SELECT count(*) FROM judgement");
}

Test(restore, puts_a_verified_copy_in_place_and_keeps_what_stood_there)
{
    const char *backup = backup_and_go_on();
    must(restore(backup, false));
    cr_expect(eq(int, faults, 0));
    cr_expect(eq(i64, judgements_of(f.path), 0));
    cr_expect(eq(i64, judgements_of(kept.ptr), 1));
    cr_expect(ne(ptr, strstr(kept.ptr, ".replaced-20"), NULL));
    cr_expect(eq(int, access(backup, R_OK), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'restore' AND who = 'ada'"), 1));
    no_copies_are_left();
}

Test(restore, two_in_one_second_keep_two)
{
    const char *backup = backup_and_go_on();
    must(restore(backup, false));
    const char *first = arena_dup(&f.arena, kept.ptr);
    must(restore(backup, false));
    cr_expect(ne(str, (char *)first, kept.ptr));
    cr_expect(eq(i64, judgements_of(first), 1));
    cr_expect(eq(i64, judgements_of(kept.ptr), 0));
}

Test(restore, checking_replaces_nothing)
{
    const char *backup = backup_and_go_on();
    must(restore(backup, true));
    cr_expect(eq(int, faults, 0));
    cr_expect(eq(sz, kept.len, 0));
    cr_expect(eq(i64, judgements_of(f.path), 1));
    no_copies_are_left();
}

Test(restore, a_backup_with_faults_stays_out)
{
    const char *backup = fixture_path(&f, "backup.assay");
    f.faulty = true;
    fixture_sql(&f, "UPDATE comparison SET people = 7");
    must(db_backup(f.db, backup, &f.err));
    fixture_sql(&f, "UPDATE comparison SET people = 0");
    db_close(f.db);
    f.db = NULL;
    must(restore(backup, false));
    cr_expect(gt(int, faults, 0));
    cr_expect(ne(ptr, strstr(faults_text.ptr, "counts 7 people"), NULL));
    cr_expect(eq(sz, kept.len, 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT sum(people) FROM comparison"), 0));
    no_copies_are_left();
}

Test(restore, what_is_no_workspace_of_ours_stays_out)
{
    backup_and_go_on();
    fails(restore(fixture_file(&f, "note.txt", "a text that goes on for a while, and is no database at all\n"), false),
          ERR_SCHEMA, "not an assay workspace");
    fails(restore(fixture_path(&f, "none.assay"), false), ERR_MISSING, "file not found");
    fails(restore(f.path, false), ERR_USAGE, "is the workspace itself");
    cr_expect(eq(i64, judgements_of(f.path), 1));
    no_copies_are_left();
}

Test(restore, a_damaged_workspace_is_replaced_and_kept_as_it_was)
{
    const char *backup = backup_and_go_on();
    struct buf wal = BUF_INIT;
    f.faulty = true;
    FILE *file = fopen(f.path, "r+b");
    cr_assert(ne(ptr, file, NULL));
    fputs("not any longer a database", file);
    fclose(file);
    fixture_file(&f, "test.assay-wal", "x");
    must(restore(backup, false));
    cr_expect(eq(i64, judgements_of(f.path), 0));
    buf_addf(&wal, "%s", fixture_read(&f, kept.ptr));
    cr_expect(eq(int, strncmp(wal.ptr, "not any longer", 14), 0));
    buf_free(&wal);
}

Test(restore, where_nothing_stood_nothing_is_kept)
{
    const char *backup = backup_and_go_on();
    unlink(f.path);
    must(restore(backup, false));
    cr_expect(eq(sz, kept.len, 0));
    cr_expect(eq(i64, judgements_of(f.path), 0));
    unlink(f.path);
    struct buf log = BUF_INIT;
    buf_addf(&log, "%s-wal", f.path);
    FILE *file = fopen(log.ptr, "w");
    cr_assert(ne(ptr, file, NULL));
    fclose(file);
    fails(restore(backup, false), ERR_CONFLICT, "is left of a workspace that is gone");
    unlink(log.ptr);
    buf_free(&log);
    must(restore(backup, false));
}

Test(restore, permissions_stay_those_of_the_workspace)
{
    struct stat st;
    const char *backup = backup_and_go_on();
    cr_assert(eq(int, chmod(f.path, 0600), 0));
    must(restore(backup, false));
    cr_assert(eq(int, stat(f.path, &st), 0));
    cr_expect(eq(int, (int)(st.st_mode & 0777), 0600));
}

Test(restore, is_refused_while_another_process_has_the_workspace_open)
{
    const char *backup = backup_and_go_on();
    int ready[2], go[2];
    char c;
    cr_assert(eq(int, pipe(ready), 0));
    cr_assert(eq(int, pipe(go), 0));
    pid_t child = fork();
    if (child == 0) {
        struct db *db;
        bool ok = db_open(f.path, DB_READ, &db, &f.err);
        ok = write(ready[1], "x", 1) == 1 && read(go[0], &c, 1) == 1 && ok;
        db_close(db);
        _exit(ok ? 0 : 1);
    }
    cr_assert(eq(int, (int)read(ready[0], &c, 1), 1));
    fails(restore(backup, false), ERR_BUSY, "others have it open");
    cr_expect(eq(sz, kept.len, 0));
    cr_assert(eq(int, (int)write(go[1], "x", 1), 1));
    int status = 1;
    waitpid(child, &status, 0);
    cr_expect(eq(int, status, 0));
    cr_expect(eq(i64, judgements_of(f.path), 1));
    must(restore(backup, false));
}
