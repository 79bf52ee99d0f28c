/* The terminal. Views read state and emit actions (ui/action.h); they draw into a grid of cells and know no curses.
 *
 *   views.h             the views there are: one list
 *   workbench.[ch]      what they all stand on; opening them
 *   action.h            what the annotate view asks the host to do, and the state it shows
 *   deed.h              what the other views ask to be written
 *   request.h           everything a key can ask for: one list of name, help, group
 *   key.[ch]            one key press: its name and the name's parser
 *   keys.[ch]           which key means which request in which view; parser of key files
 *   style.[ch]          named styles; monochrome first
 *   grid.[ch]           cells in memory, the only way to put text on the screen
 *   textview.[ch]       a long text wrapped to a width (wrap.c), with a scroll position and marks
 *   rendering.[ch]      a text as it is shown where that is not its bytes, and which byte is whose
 *   markdown.[ch]       markdown as it is meant to be read; markdown_writer.[ch] its lines, markdown_table.[ch] tables
 *   editor.[ch]         a text being written; external.[ch] in a program of the person's own
 *   cmdline.[ch]        the line behind `:`, its history and completion
 *   command.[ch]        the commands that can stand on it
 *   list.[ch]           a list: selection, paging
 *   find.[ch]           a text in another, for `/`
 *   frame.[ch]          header and rules around a view
 *   theme.[ch]          how styles look
 *   option.[ch]         what `:set` changes; tastes.h how one likes to read
 *   messages.[ch]       what was said
 *   history.[ch]        what was typed, from one run to the next
 *   screen.[ch]         keys to requests, messages, drawing; knows no terminal
 *   strip.[ch]          the last row: a message, or the keys that matter now
 *   work.[ch]           work in the background, as views show it
 *   view_train.[ch]     a head fitted; from inside train.h, train_draw.c; form.[ch] its settings
 *   view_runs.[ch]      recorded runs; run_table.[ch] the table itself
 *   view_agreement.[ch] how people agree; from inside agreement.h, agreement_{draw,person}.c
 *   agreement_panel.h   what the agreement view shows
 *   train_panel.[ch]    what the train and runs views stand on
 *   pager.[ch]          a view with one text to read; reflow.[ch] brings a text with tables to its width
 *   view.h              what a view is, and what it may ask of the program
 *   view_stack.[ch]     which views are open
 *   annotate_layout.[ch] where everything stands on the annotate screen, for every size
 *   annotate.h          the annotate view from inside:
 *                       annotate_{rate,read,arrange,look,search,select,linear,break,draw,strip,write,command,help}.c
 *   view_annotate.[ch]  the annotate view: requests to actions
 *   view_dashboard.[ch] what there is to do; dashboard.h from inside: dashboard_{facts,draw}.c; glance.h its agreement
 *   view_rubric.[ch]    the whole rubric
 *   view_help.[ch]      every key, from the tables
 *   manual.[ch]         the same for the manual page
 *   reading.[ch], said.[ch] one comparison to read, judgements in a few words; verdict.h what a head says of it
 *   waiting.[ch], indexer.[ch] what waits, and the index of words, beside the screen
 *   view_browse.[ch], browse.h, browse_draw.c comparisons that pass a query
 *   view_review.[ch], review.h, review_{cases,command,draw,decision}.c where people disagree, and a decision
 *   view_queue.[ch], queue.h, queue_draw.c what comes next and why
 *   script.[ch]         keys and commands from a file
 *   decoder.[ch]        bytes that curses does not know to keys
 *   term.[ch]           the terminal: the only file that includes curses
 *   term_signal.[ch]    signals as something to poll, and the screen put back when the program dies
 *   worker.[ch]         a job on a thread of its own; what it takes to end it in order
 *   wake.[ch]           how worker threads end the waiting of the loop
 *   loop.[ch]           keys in, cells out
 */
#ifndef ASSAY_UI_UI_H
#define ASSAY_UI_UI_H

#include "core/base/err.h"
#include "ui/workbench.h"

#include <stdio.h>

enum ui_color { UI_COLOR_AUTO, UI_COLOR_ALWAYS, UI_COLOR_NEVER }; /* AUTO: none with NO_COLOR set */

/* Zero-initialised is the plain case: stdin and stdout, colour if there is any, keys of the program. */
struct ui_opts {
    const char *keymap; /* one of those that the program carries, read before `keys`; NULL: none */
    const char *keys;   /* file of key bindings read after those of the program; NULL: none */
    const char
        *script;   /* file of keys and commands (ui/script.h), after whose last line the program leaves; NULL: none */
    bool headless; /* no terminal at all, size from $LINES and $COLUMNS (24 x 80); needs a script. A script with an
                      output that is no terminal runs headless, too */
    bool ascii;    /* no line drawing beyond ASCII; also so when the locale is not UTF-8 */
    enum ui_color color;
    const char *theme;   /* its name (ui/theme.h); NULL: plain */
    const char *history; /* file of what was typed behind `:` and `/`, read and written; NULL: not kept */
    FILE *in, *out;      /* the terminal; NULL: stdin, stdout */
};

/* Run the workbench, this view first, until the person leaves. setlocale(LC_ALL, "") must have been called. Errors: the
 * terminal cannot be used (ERR_USAGE), the key file or the script is wrong (ERR_SYNTAX with file:line), a script's
 * command failed. */
MUST_CHECK bool ui_run(struct workbench *w, enum workbench_view first, const struct ui_opts *opts, struct err *err);

#endif
