/* A thread of our own. Signals are for the thread that the program had before: all are blocked in it. */
#ifndef ASSAY_CORE_BASE_THREAD_H
#define ASSAY_CORE_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* False: none is to be had; the caller does the work himself. */
bool thread_start(pthread_t *t, void *(*work)(void *ctx), void *ctx);

#endif
