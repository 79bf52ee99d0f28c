/* Where files stand that a workspace remembers: heads of its runs, matrices of its embeddings. A run keeps the head's
 * path relative to the workspace's folder when it lies there or below, so that the folder can be moved and the program
 * started from anywhere; otherwise from the root. */
#ifndef ASSAY_APP_PLACE_H
#define ASSAY_APP_PLACE_H

#include <stdbool.h>

/* What to remember of the file at `path`, which is there. The caller frees it. One that cannot be looked at is
 * remembered as it was typed. */
char *place_kept(const char *workspace, const char *path);

/* The file that was remembered so: a path that can be read now. A relative one is sought from the workspace's folder,
 * then from the current one, as older workspaces hold what was typed; then any one beside the workspace by its name
 * alone, as when both were moved. NULL: it is nowhere. The caller frees it. A path may end in ":TENSOR", which it
 * keeps. */
char *place_find(const char *workspace, const char *kept);

/* Absolute form of FILE or FILE:TENSOR. The caller frees it. */
char *place_absolute(const char *path);

#endif
