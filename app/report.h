/* The report: one page that tells of a workspace and its heads what a reader needs to judge them: what data, who
 * annotated it, how good the heads are and how well calibrated, group by group, and what to run to see the same.
 *
 *   report.c              what is told, found out: the workspace, the heads and their sections (app/section.h)
 *   report_data.c         the parts on data and on how to repeat it
 *   report_people.c       who judged, and how well they agree
 *   report_heads.c        heads in a table, and by group
 *   report_calibration.c  whether 70 % means 70 %
 *   report_rivals.c       heads against one another, on the same pairs
 *   report_abstention.c   how good where surest; report_confounds.c whether it is length; report_probes.c whether
 *                         answers without content win
 *   cmd_report.c          the command; puts the parts into assets/html/report.html
 *
 * Equal workspace, heads, options and SOURCE_DATE_EPOCH give equal bytes. Tables are cut at REPORT_ROWS rows, and say
 * so. */
#ifndef ASSAY_APP_REPORT_H
#define ASSAY_APP_REPORT_H

#include "app/agreement.h"
#include "app/section.h"
#include "core/agreement.h"
#include "core/chart.h"
#include "core/compare.h"
#include "core/distance.h"
#include "core/page.h"
#include "store/embedding.h"
#include "store/run.h"
#include "store/status.h"

enum { REPORT_HEADS = 8, REPORT_ROWS = 60 };

/* Data that heads with the same labels and embeddings share. */
struct report_pool {
    struct labels_wish wish;
    const char *set; /* of the workspace, or NULL: the one that the options name */
    struct data d;
};

struct report_head {
    const char *path, *name; /* name: short, different from those of the others */
    char sha256[SHA256_HEX_SIZE];
    const char *why; /* it could not be judged, because; NULL: it was, */
    bool loaded;
    struct head head;
    struct judged j;
    struct sections s;
    bool mapped_here;               /* its map was fitted to the very pairs that judge it */
    struct chart_histogram margins; /* j.margin through the map */
};

/* People alone, not what came with the data. */
struct report_people {
    struct agreement side, strength; /* first, neither or second is better; -3 ... 3 */
    size_t sided, for_a;             /* judgements that prefer an answer; that on side A */
    struct opinions opinions;
    VEC(struct agreement_part) parts; /* the preference and each rated attribute, as judged and after filtering */
};

/* The first head that was judged, and those that were judged on the same pairs; n is 0 when there are none of these. */
struct report_rivals {
    size_t n;
    const struct report_head *head[REPORT_HEADS];
    struct compare_head against[REPORT_HEADS]; /* the first of them */
    struct distances apart;
};

struct report {
    bool workspace; /* there is one: the following, in `arena` */
    const char *file;
    struct status status;
    struct report_people people;
    struct embedding_set *sets;
    size_t n_sets;
    struct run *runs; /* newest first */
    size_t n_runs;

    VEC(struct report_pool *) pools;
    VEC(struct report_head *) heads;
    size_t more_heads; /* beyond REPORT_HEADS */
    size_t gone;       /* heads of runs whose files are no longer there */
    struct report_rivals rivals;
    struct judged_opts o;
    const char *title;
    int64_t written; /* ms; SOURCE_DATE_EPOCH, else now */
    struct arena arena;
};

/* Heads: those that --model names, all of which must be judged; else those of the latest runs, of which some may say
 * why they are not. `o` and `args` must outlive the report. Free with report_free, also after a failure. */
MUST_CHECK bool report_make(const struct app *app, const struct args *args, const struct judged_opts *o,
                            struct report *r, struct err *err);
void report_free(struct report *r);

/* All parts, in their order. */
void report_write(const struct report *r, struct page *p);
/* Some of them. */
void report_glance(const struct report *r, struct page *p);
void report_data(const struct report *r, struct page *p);
void report_people(const struct report *r, struct page *p);
void report_heads(const struct report *r, struct page *p);
/* The following want a head that was judged. */
void report_calibration(const struct report *r, struct page *p);
void report_groups(const struct report *r, struct page *p);
void report_rivals(const struct report *r, struct page *p);
void report_abstention(const struct report *r, struct page *p);
void report_confounds(const struct report *r, struct page *p);
void report_probes(const struct report *r, struct page *p);
void report_repeat(const struct report *r, struct page *p);

void report_people_free(struct report_people *x);
/* For report.c: what people said, with agreement by the resamples and seed of `e`. */
MUST_CHECK bool report_people_read(struct db *db, const struct evaluate_opts *e, struct report_people *out,
                                   struct err *err);

/* Once all heads are judged. */
MUST_CHECK bool report_rivals_make(struct report *r, struct err *err);
void report_rivals_free(struct report_rivals *x);

/* How many heads were judged; has this one a map? */
size_t report_judged(const struct report *r);
bool report_mapped(const struct report_head *h);

/* The path without its folders. */
const char *report_file_name(const char *path);

/* Numbers for people: 1,284,033; "71.2 % (68.9 to 73.4)"; "0.031 (0.022 to 0.048)"; "undefined" when there is none. */
struct report_text {
    char text[96];
};
struct report_text report_count(int64_t n);
struct report_text report_share(double v, struct metric_interval i);
struct report_text report_figure(double v, struct metric_interval i);

#endif
