/* What every command is given, and what it answers through.
 *
 *   main.c        options common to all commands, dispatch, exit status
 *   cmd.[ch]      the table of commands; cmd_*.c one command each
 *   args.[ch]     options of a command, parsed from its table
 *   progress.[ch] the bar on stderr, Ctrl-C
 *   job.[ch]      the same for work on a thread of its own, beside the screen
 *   workbench.[ch] the screen on the workspace; deeds.[ch] what its views ask to be written
 *   session.[ch]  an annotator at work: actions of the screen -> store
 *   rights.[ch]   which role a command takes
 *   guard.[ch]    what looks wrong in an import, kept apart
 *   history.[ch]  all that happened to one comparison, as a page
 *   indexing.[ch] the index of words brought up to date before a search
 *   glance.[ch], verdicts.[ch] agreement in a few lines; what the newest head says, for the views
 *   data.[ch]     workspace or files -> pairs, ratings and embeddings for the core
 *   facts.[ch]    what is known of pairs beside who won: sources, annotators, languages, lengths
 *   opinions.[ch] what everybody said; agreement.[ch] how far they agree and how they work, told by
 *                 agreement_text.c and agreement_json.c
 *   aggregated.[ch] a method's labels in place of means, for train, eval and export
 *   labels.[ch]   what several judgements of a pair say to a fit
 *   part.[ch]     which of them are fitted and which held out
 *   train.[ch]    examples to a head, and how good it is on those held out; train_options.c what can be said
 *   trained.[ch]  the same from options to the head's file and its run
 *   workbench_agreement.[ch] figures of the agreement view, made beside the screen; agreement_sheet.[ch] of one
 *                 attribute
 *   workbench_train.[ch] heads fitted, judged and compared beside the screen; train_form.[ch] its form
 *   kind.[ch]     the kinds of heads, train_*.c one kind each
 *   weigh.[ch]    how much a pair counts
 *   family.[ch]   options of the Bradley-Terry family; anchor.[ch] those that start from another head
 *   evaluate.[ch] a head on pairs -> figures, as text and JSON; evaluate_thumbs.[ch] on thumbs
 *   judged.[ch]   a head or scores before examples they were not fitted to; probing.[ch] the probes made for them
 *   section.[ch]  what is told of that, part by part: figures, breakdown, uncertainty, ... each a file of its name
 *   suite.[ch], suite_report.c a benchmark of the workspace -> its protocol's figures; eval_suite.[ch] runs it
 *   data_scores.[ch] scores from a file in place of embeddings
 *   warm.[ch]     another head at which a fit starts
 *   contender.[ch], comparison.[ch] heads on the same pairs that they were not fitted to -> which is better
 *   calibrated.[ch], temperatures.[ch], sides.[ch] probabilities put right on other pairs, for all and by group
 *   transformed.[ch] rewards through a transform, with what that needs
 *   report.[ch]   what is told of the workspace and its heads; report_page.[ch] as a page, part by part
 *   threshold.[ch] from which margin on a head may answer; leader.[ch] the answer to a prompt that it would give so
 *   fitted.[ch]   the pairs a head was fitted to, known again in any file or order
 *   recording.[ch] what a command did -> a run of the workspace
 *   place.[ch]    where files stand that the workspace remembers
 *   provenance.[ch] what a head was fitted to, and which pairs may judge it
 */
#ifndef ASSAY_APP_APP_H
#define ASSAY_APP_APP_H

#include "core/base/buf.h"
#include "core/base/err.h"

struct db;
struct progress;

enum color_when { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct app {
    const char *program;   /* as it can be called again: "assay", or the path that it was called by */
    const char *workspace; /* path of the workspace file */
    bool named;            /* the command line names it */
    bool json;             /* one JSON document on stdout instead of text */
    bool quiet;            /* no notes on stderr; errors remain */
    bool verbose;
    enum color_when color;
    const char *command; /* that runs, for what it takes to be allowed (app/rights.h); NULL: everything is */
    struct buf *capture; /* app_print adds to this instead of stdout; NULL: stdout */
    bool again;          /* what was told already is told in another form: no run is recorded of it */
    /* Who watches long work, reading of the workspace too, in place of the bar on stderr and of signals, which stay
     * whose they are; NULL: nobody */
    const struct progress *progress;
    bool refused; /* set by a command: done, but some records were refused (exit status 3) */
};

enum { EXIT_REFUSED = 3 };

/* A note on stderr for the person who waits; silent with -q. */
void app_note(const struct app *app, const char *fmt, ...) PRINTF(2, 3);
/* The same for what only -v asks for. */
void app_detail(const struct app *app, const char *fmt, ...) PRINTF(2, 3);
/* The result, on stdout. A failed write is an error: a full disk must not look like success. */
MUST_CHECK bool app_print(const struct app *app, const struct buf *text, struct err *err);
/* Add a name or path as a person may see it: one line, with nothing that a terminal would act on. */
void app_add_name(struct buf *out, const char *name);
/* The same, cut or filled up to this many columns. */
void app_add_column(struct buf *out, const char *name, size_t width);
/* With --json stdout holds one document: data may only go to a file then. ERR_USAGE when `path` is no file. */
MUST_CHECK bool app_data_apart(const struct app *app, const char *path, struct err *err);
/* May stdout be coloured? --color, NO_COLOR, TERM and whether it is a terminal decide. */
bool app_colored(const struct app *app);
/* Plain ASCII drawing: the locale is not UTF-8. */
bool app_ascii(void);
/* The person at the keyboard: `given`, $ASSAY_ANNOTATOR, or the account's name. */
const char *app_annotator(const char *given);
/* Length of the workspace's path without the ending ".assay": names made from it begin so. */
size_t app_stem(const char *workspace);
/* Open the workspace of the command line, if whoever runs the program may do with it what the command does. */
MUST_CHECK bool app_open(const struct app *app, bool to_write, struct db **db, struct err *err);

#endif
