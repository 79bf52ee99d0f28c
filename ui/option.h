/* What `:set` can change: how the screen looks, and how one likes to read and work (ui/tastes.h). The same everywhere.
 */
#ifndef ASSAY_UI_OPTION_H
#define ASSAY_UI_OPTION_H

#include "ui/screen.h"

enum { OPTION_MOST = 16 }; /* and values of one */

/* "NAME VALUE", "NAME" of a switch (on), or "" (says how all stand). ERR_USAGE says what there is instead. */
MUST_CHECK bool option_set(struct screen *s, const char *arg, struct err *err);
/* What can stand next behind `:set`, when `before` stands there already: names, or values of a name. Ends with NULL. */
void option_words(const char *before, const char *out[OPTION_MOST + 1]);
/* All there are, as lines "name value|value<TAB>help", appended. */
void option_list(struct buf *out);

#endif
