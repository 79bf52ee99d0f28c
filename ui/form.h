/* A form being filled in: values of the fields of struct train_form, those that hold now as a list, one of them being
 * typed into. Knows nothing of keys or screens. */
#ifndef ASSAY_UI_FORM_H
#define ASSAY_UI_FORM_H

#include "ui/editor.h"
#include "ui/list.h"
#include "ui/train_panel.h"

enum { FORM_TYPED = 1000 }; /* bytes that a field may hold */

struct form {
    const struct train_form *what; /* borrowed until the next form_set */
    VEC(char *) values;            /* one a field */
    VEC(size_t) holds;             /* fields that mean something as the others stand; the rows of `list` */
    struct list list;
    struct editor editor; /* of the selected field, while it is typed into */
    bool typing;
};

void form_init(struct form *f);
void form_release(struct form *f);
/* Other fields, or the same read anew. Values stay in fields of the same label, if they are still to be had; others
 * begin as they should. */
void form_set(struct form *f, const struct train_form *what);
/* The selected field and its value; NULL when there is none. */
const struct train_field *form_field(const struct form *f);
const char *form_value(const struct form *f, size_t field);
/* What a value of a field means, "" when that is not told. */
const char *form_meaning(const struct form *f, size_t field);
/* The next choice, or the one before (by -1), round the ends. False when there is nothing to choose from. */
bool form_step(struct form *f, int by);
/* As it was at first. */
void form_reset_field(struct form *f);
/* Type into the selected field; false when it only has choices. */
bool form_type(struct form *f);
/* What was typed becomes the value, or (keep false) is forgotten. */
void form_typed(struct form *f, bool keep);
/* The options of `train` that it stands for, appended; the caller frees each. */
struct form_words {
    VEC(char *) v;
};
void form_words(const struct form *f, struct form_words *out);
void form_words_free(struct form_words *w);

#endif
