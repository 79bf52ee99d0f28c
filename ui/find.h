/* Is this text in that one? For `/`: upper and lower case are one, unless what is sought has a capital. */
#ifndef ASSAY_UI_FIND_H
#define ASSAY_UI_FIND_H

#include <stdbool.h>
#include <stddef.h>

/* Byte of the first hit in text[from, n), n when there is none. `what` is valid UTF-8; an empty one is nowhere. */
size_t find_text(const char *text, size_t n, size_t from, const char *what);
/* Is it anywhere in it? */
bool find_in(const char *text, const char *what);

#endif
