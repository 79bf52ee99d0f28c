/* Keys in, cells out: one poll on terminal, signals and what workers say; nothing runs while nobody types, nothing
 * works and no view waits for a moment. */
#ifndef ASSAY_UI_LOOP_H
#define ASSAY_UI_LOOP_H

#include "ui/screen.h"
#include "ui/script.h"
#include "ui/term.h"

/* Run until the screen is left. `t` NULL: no terminal, only the script. `script` may be NULL; when it ends, the program
 * leaves. Errors: a command of the script failed (name:line), a signal asked the program to end (ERR_STOPPED), the
 * terminal went away. */
MUST_CHECK bool loop_run(struct screen *s, struct term *t, struct script *script, struct err *err);

#endif
