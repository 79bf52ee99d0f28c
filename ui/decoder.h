/* Bytes of a keyboard that curses hands on as they came -> keys: UTF-8, and the escape sequences that the terminal type
 * in use does not list. Those are taken whole, whatever they are: their digits and letters must never act as keys.
 * Of a mouse (xterm's SGR reports, mode 1006, and the older ones of single bytes) the wheel and the press of the first
 * button are keys, the rest is nothing. Works the same in every locale. */
#ifndef ASSAY_UI_DECODER_H
#define ASSAY_UI_DECODER_H

#include "ui/key.h"

enum { DECODER_SIZE = 32 };

/* Zero-initialised is empty. */
struct decoder {
    unsigned char bytes[DECODER_SIZE];
    size_t n;
    int row, col; /* where the mouse was, in cells from 0, at the last of its keys */
};

/* One more byte; there is always room after decoder_next has said no. */
void decoder_add(struct decoder *d, unsigned char byte);
/* The next key, if the bytes so far make one. `ended`: nothing followed in time, so that a lone Esc is one. Bytes that
 * are not UTF-8 come as U+FFFD, sequences that nobody knows as K_OTHER. */
bool decoder_next(struct decoder *d, bool ended, struct key *out);

#endif
