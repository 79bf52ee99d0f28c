/* What `:set` can change: options of the open views, those of the top one first, then those of the program. */
#ifndef ASSAY_UI_OPTION_H
#define ASSAY_UI_OPTION_H

#include "ui/screen.h"

enum { OPTION_MOST = 64 };

/* The values of a switch. */
extern const char *const option_switch[];

/* "NAME VALUE", "NAME" of a switch (on), or "" (says how all stand). ERR_USAGE says what there is instead. */
MUST_CHECK bool option_set(struct screen *s, const char *arg, struct err *err);
/* What can stand next behind `:set`, when `before` stands there already: names, or values of a name. Ends with NULL. */
void option_words(const struct screen *s, const char *before, const char *out[OPTION_MOST + 1]);
/* All that hold now, as lines "name value|value<TAB>help", appended. */
void option_list(const struct option *of_view, struct buf *out);

#endif
