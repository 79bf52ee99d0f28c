/* What views ask for. Views read and emit actions; the host (app/session.c) performs them on the workspace and has
 * committed them before it answers, so that keyboard, script and tests share one entry. */
#ifndef ASSAY_UI_ACTION_H
#define ASSAY_UI_ACTION_H

#include "store/rubric.h"
#include "store/task.h"

/* kind, name in traces */
#define ACTIONS(X)                                                                                                     \
    X(MOVE, "move")     /* the cursor to `cursor`; nothing else */                                                     \
    X(RATE, "rate")     /* rating cell `cell` becomes `value` */                                                       \
    X(CLEAR, "clear")   /* whatever stands in `cell` becomes unset or empty */                                         \
    X(PREFER, "prefer") /* the preference becomes `value`: -3 ... 3 as shown, or PREFERENCE_NEITHER */                 \
    X(PLACE,                                                                                                           \
      "place") /* answer `cell` of a ranking: `value` > 0: onto that place, < 0: beside those who have it, 0: off */   \
    X(SHIFT, "shift")   /* answer `cell` of a ranking one step up (`value` -1) or down (1) */                          \
    X(SURE, "sure")     /* the confidence becomes `value`, 1 to CONFIDENCE_MAX; 0: not said */                         \
    X(MARK, "mark")     /* bytes [from, to) of answer `cell` (side A, side B, ...) are marked, sign `value`, `text` as \
                           comment */                                                                                  \
    X(UNMARK, "unmark") /* passage number `value` is taken away */                                                     \
    X(TEXT, "text")     /* the whole justification becomes `text`, `len` bytes */                                      \
    X(SUBMIT, "submit") /* nothing is missing: submit and hand out what comes next */                                  \
    X(SKIP, "skip")     /* `text`: key of a skip reason of the rubric; then what comes next */                         \
    X(FLAG, "flag")     /* `text`: key of a flag reason of the rubric; then what comes next */                         \
    X(UNDO, "undo")                                                                                                    \
    X(REDO, "redo")                                                                                                    \
    X(OLDER, "older") /* the one before in the history of this annotator */                                            \
    X(NEWER, "newer") /* the one after; behind the newest: what comes next in the queue */                             \
    X(GOTO, "goto")   /* `text`: id of a comparison, or the beginning of one */                                        \
    X(ENTER, "enter") /* the annotator comes: hand out what is next, unless an item is on the screen already */        \
    X(LEAVE, "leave") /* the annotator goes; the last one that is performed */

enum action_kind {
#define X(id, name) ACT_##id,
    ACTIONS(X)
#undef X
};

struct action {
    enum action_kind kind;
    int cell, value;
    int cursor;       /* MOVE and all changes of the draft: draft.cell afterwards, part of the same change */
    const char *text; /* valid UTF-8, terminated; lives until perform returns */
    size_t len;
    size_t from, to;
    int pasted;     /* TEXT: bytes of it that came by a paste since the action before; to be added to draft.pasted */
    double seconds; /* active time since the action before this one, pauses cut; to be added to draft.seconds */
};

const char *action_name(enum action_kind kind);

/* What the host answers; zeroed by the caller. */
struct reaction {
    char message[200];  /* one sentence for the message line, or empty */
    bool refused;       /* nothing was changed: the message says why (at the end of the history, nothing to undo) */
    int64_t comparison; /* which one it was about; 0: none */
};

/* What the annotate view shows. Everything is borrowed and lives until the next perform. */
struct annotate_state {
    const struct task *task; /* task->comparison 0: nothing is left to do */
    const struct task_progress *progress;
    const struct rubric *rubric;
    const char *annotator;
    const char *workspace;  /* its title, such as the name of the file without folder and ending */
    bool no_editor;         /* the owner does not want justifications to be written in other programs */
    const char *guidelines; /* for annotators, markdown; NULL or "": there are none */
    int64_t saved;          /* when the last change was committed, ms since 1970; 0: nothing was yet */
    const char *why_none;   /* why nothing is handed out although something waits; NULL or "": nothing waits */
};

struct ui_host {
    /* True: done, or refused with a reason; the state is then read anew. False: it failed, nothing was changed and
     * `err` says why; the view shows that and stays. */
    bool (*perform)(void *ctx, const struct action *action, struct reaction *out, struct err *err);
    const struct annotate_state *(*state)(void *ctx);
    void *ctx;
};

#endif
