/* Which key means which request in which view.
 *
 * A key file has one binding a line: `VIEW KEY REQUEST`, words separated by blanks, `#` begins a comment line.
 * REQUEST "none" unbinds. A later line replaces an earlier one for the same view and key. A key that a view does not
 * bind is looked up in "generic" (one of "ranking" in "annotate" first), except while a text is being written, where it
 * is typed. */
#ifndef ASSAY_UI_KEYS_H
#define ASSAY_UI_KEYS_H

#include "core/base/buf.h"
#include "ui/key.h"
#include "ui/request.h"

/* id, name in key files, the one it falls back to */
#define KEYMAPS(X)                                                                                                     \
    X(GENERIC, "generic", NONE)                                                                                        \
    X(ANNOTATE, "annotate", GENERIC)                                                                                   \
    X(RANKING, "ranking", ANNOTATE) /* several answers */                                                              \
    X(BROWSE, "browse", GENERIC)                                                                                       \
    X(QUEUE, "queue", GENERIC)                                                                                         \
    X(REVIEW, "review", GENERIC)                                                                                       \
    X(TRAIN, "train", GENERIC)                                                                                         \
    X(RUNS, "runs", GENERIC)                                                                                           \
    X(AGREEMENT, "agreement", GENERIC)                                                                                 \
    X(DASHBOARD, "dashboard", GENERIC)                                                                                 \
    X(PAGER, "pager", GENERIC)      /* help, rubric */                                                                 \
    X(WRITING, "writing", NONE)     /* the justification */                                                            \
    X(SELECTING, "selecting", NONE) /* a passage of an answer */                                                       \
    X(REASON, "reason", NONE)       /* why something is skipped or flagged */                                          \
    X(LINE, "line", NONE)           /* the command line */

enum keymap {
#define X(id, name, fallback) KEYMAP_##id,
    KEYMAPS(X)
#undef X
        KEYMAP_COUNT,
    KEYMAP_NONE = KEYMAP_COUNT
};

struct keys;

struct keys *keys_new(void);
void keys_free(struct keys *k);
/* Add the bindings of a key file (n bytes; `name` stands in errors: ERR_SYNTAX with name:line). On failure those before
 * the wrong line are bound. */
MUST_CHECK bool keys_parse(struct keys *k, const char *text, size_t n, const char *name, struct err *err);
/* The same from a file. */
MUST_CHECK bool keys_read(struct keys *k, const char *path, struct err *err);
/* One of the keymaps that the program carries (assets/keys/NAME.keys); ERR_USAGE with their names when it is none. */
MUST_CHECK bool keys_carried(struct keys *k, const char *name, struct err *err);
/* The one that all others stand on: default. */
MUST_CHECK bool keys_default(struct keys *k, struct err *err);

enum request keys_lookup(const struct keys *k, enum keymap map, struct key key);
/* Label of the first key that means `r` in the map, else in what it falls back to; false when none does. */
bool keys_label(const struct keys *k, enum keymap map, enum request r, char out[KEY_NAME_SIZE]);
/* The same for use in a sentence: "no key" when there is none. */
const char *keys_say(const struct keys *k, enum keymap map, enum request r, char out[KEY_NAME_SIZE]);
/* Labels of all such keys, separated by blanks, appended to `out`. Returns how many. */
int keys_labels(const struct keys *k, enum keymap map, enum request r, struct buf *out);
const char *keymap_name(enum keymap map);
/* Where keys are looked up that it does not bind; KEYMAP_NONE: nowhere. */
enum keymap keymap_parent(enum keymap map);

#endif
