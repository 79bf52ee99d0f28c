/* The report: what is told of a workspace and its heads, found out. What a reader needs to judge them: what data, who
 * annotated it, how good the heads are and how well calibrated, group by group, and what to run to see the same.
 *
 *   report.[ch]           the workspace, the heads and their sections (app/section.h)
 *   report_head.h         one head; report_opinion.[ch] what people said; report_against.[ch] heads on the same pairs
 *   report_page.[ch]      all of it as a page, part by part: report_data.c, report_people.c, report_heads.c,
 *                         report_calibration.c, report_rivals.c, report_abstention.c, report_confounds.c,
 *                         report_probes.c; report_text.[ch] its numbers
 *   cmd_report.c          the command; puts the page into assets/html/report.html
 *
 * Equal workspace, heads, options and SOURCE_DATE_EPOCH give equal bytes. */
#ifndef ASSAY_APP_REPORT_H
#define ASSAY_APP_REPORT_H

#include "app/report_against.h"
#include "app/report_head.h"
#include "app/report_opinion.h"
#include "store/embedding.h"
#include "store/run.h"
#include "store/status.h"

/* Data that heads with the same labels and embeddings share. */
struct report_pool {
    struct labels_wish wish;
    const char *set; /* of the workspace, or NULL: the one that the options name */
    struct data d;
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

/* How many heads were judged. */
size_t report_judged(const struct report *r);

/* The path without its folders. */
const char *report_file_name(const char *path);

#endif
