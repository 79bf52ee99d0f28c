/* Bytes that are put in one after the other and taken out in blocks on a thread of its own: writing and hashing go on
 * beside what makes the bytes. The thread begins with the first full block, so that little costs nothing; without one
 * to be had the caller does the work. Two blocks of PUMP_BLOCK bytes. */
#ifndef ASSAY_CORE_BASE_PUMP_H
#define ASSAY_CORE_BASE_PUMP_H

#include <stddef.h>

enum { PUMP_BLOCK = 256 * 1024 };

struct pump;

/* `take` gets every byte once, in order, n at most PUMP_BLOCK; never two calls at once. */
struct pump *pump_open(void (*take)(void *ctx, const char *p, size_t n), void *ctx);
void pump_put(struct pump *p, const void *bytes, size_t n);
/* Until all that was put in has been taken; what `take` wrote may be read then, until the next pump_put. */
void pump_flush(struct pump *p);
/* What has not been taken yet is forgotten. NULL is allowed. */
void pump_close(struct pump *p);

#endif
