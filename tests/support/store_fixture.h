/* A workspace in a temporary folder, and short words for what tests of store/ do to it. Include after criterion's
 * headers. */
#ifndef ASSAY_TESTS_SUPPORT_STORE_FIXTURE_H
#define ASSAY_TESTS_SUPPORT_STORE_FIXTURE_H

#include "core/base/buf.h"
#include "store/export.h"
#include "store/import.h"
#include "store/task.h"

struct fixture {
    char dir[64], path[96];
    struct db *db;
    struct arena arena;
    struct rubric rubric;
    struct rng rng;
    struct err err;
    struct buf refusals; /* "line: reason\n" of the last import */
    struct import_counts counts;
    struct export_counts exported;
    bool faulty; /* the test has planted faults: fixture_close does not check the file */
};

/* Makes the folder and a workspace with this built-in rubric (NULL: the folder only). */
void fixture_open(struct fixture *f, const char *rubric);
/* Verifies the workspace with db_check (all must be well), closes it and removes the folder. */
void fixture_close(struct fixture *f);
/* Close and open again, as after a restart. */
void fixture_reopen(struct fixture *f);
/* Write a file into the folder; the path lives in f->arena. */
const char *fixture_file(struct fixture *f, const char *name, const char *text);
/* The folder's path of a name; lives in f->arena. */
const char *fixture_path(struct fixture *f, const char *name);
/* Import text as a file `name`; fills counts and refusals. */
bool fixture_import(struct fixture *f, const char *name, const char *format, const char *text);
bool fixture_import_file(struct fixture *f, const char *path, const struct import_options *options);
/* Export as a string that lives in f->arena. */
const char *fixture_export(struct fixture *f, const char *format);
const char *fixture_export_with(struct fixture *f, const struct export_options *options);
/* Content of a file; lives in f->arena. */
const char *fixture_read(struct fixture *f, const char *path);
/* Run SQL on the file through a connection of its own, with no rule of ours in the way. */
void fixture_sql(struct fixture *f, const char *sql);
/* First column of the first row; 0 when there is none. */
int64_t fixture_count(struct fixture *f, const char *sql);
/* n comparisons "prompt 1" … with the responses "first answer 1", "second answer 1". */
void fixture_fill(struct fixture *f, int n);
/* Row of an annotator, and a draft that can be submitted. */
int64_t fixture_person(struct fixture *f, const char *name);
void fixture_complete(struct fixture *f, struct draft *d);
/* Judge a comparison with this preference as shown, from entering it to submitting it, and let that millisecond pass:
 * records of one millisecond are in no order. */
void fixture_judge(struct fixture *f, int64_t annotator, int64_t comparison, int preference);

/* The folder of third-party data, or NULL: $ASSAY_DATA, or ../shared/data. */
const char *fixture_data(void);

#define must(x)                cr_assert(eq(int, (x), 1), "%s: %s", #x, f.err.text)
#define same_text(got, wanted) cr_expect(eq(str, (char *)(got), (char *)(wanted)))
/* The call fails with this kind, and its text holds `part`. */
#define fails(x, wanted_kind, part)                                                                                    \
    do {                                                                                                               \
        f.err = (struct err){.kind = ERR_NONE};                                                                        \
        cr_expect(eq(int, (x), 0), "%s", #x);                                                                          \
        cr_expect(eq(int, (int)f.err.kind, (int)(wanted_kind)), "%s: %s", #x, f.err.text);                             \
        cr_expect(ne(ptr, strstr(f.err.text, (part)), NULL), "\"%s\" does not say \"%s\"", f.err.text, (part));        \
    } while (0)

#endif
