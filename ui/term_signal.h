/* Signals as something to poll, and the screen put back when the program dies of one. */
#ifndef ASSAY_UI_TERM_SIGNAL_H
#define ASSAY_UI_TERM_SIGNAL_H

#include "core/base/err.h"

enum term_event {
    TERM_EVENT_NONE,
    TERM_EVENT_RESIZE,
    TERM_EVENT_SUSPEND, /* SIGTSTP from outside */
    TERM_EVENT_RESUME,  /* SIGCONT: somebody else had the terminal meanwhile */
    TERM_EVENT_STOP     /* SIGTERM, SIGHUP, SIGINT */
};

/* Take over the signals. `out_fd` is the terminal: its present modes are what a crash goes back to, so call this before
 * they are changed. One terminal a process: a signal handler knows no other state than that of the file. */
MUST_CHECK bool term_signal_open(int out_fd, struct err *err);
/* Readable when there is an event. */
int term_signal_fd(void);
/* The next event; TERM_EVENT_NONE when there is none. *signal: which. */
enum term_event term_signal_next(int *signal);
/* The screen is ours (true) or put back (false): what a crash must undo. */
void term_signal_screen(bool ours);
void term_signal_close(void);

#endif
