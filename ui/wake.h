/* A pipe that ends the waiting of the loop: worker threads write to it, the loop polls it. It knows how many of them
 * are at work, so that closing it waits for them. */
#ifndef ASSAY_UI_WAKE_H
#define ASSAY_UI_WAKE_H

#include "core/base/err.h"

#include <stdatomic.h>

/* Zero-initialised is closed. */
struct wake {
    bool open;
    int fds[2];
    atomic_int *workers; /* NULL: closed */
};

/* How long closing it waits for work that cannot be broken off; what is not done by then dies with the program,
 * and their count stays for it. */
enum { WAKE_PATIENCE_MS = 2000 };

MUST_CHECK bool wake_open(struct wake *w, struct err *err);
/* Waits for workers, all of which were dropped; nobody may call wake_up any more. */
void wake_close(struct wake *w);
/* From any thread, and from signal handlers; nothing when it is closed. */
void wake_up(const struct wake *w);
/* To be polled for reading; -1 when it is closed. */
int wake_fd(const struct wake *w);
/* Forget all that came; true when something did. */
bool wake_clear(const struct wake *w);

#endif
