/* The views of the workbench: one list, from which come the requests that open them (REQ_OPEN_<ID>, "open-<name>" in
 * key files), the words of `:view`, the help and the opening itself (ui/workbench.c).
 *
 * To add one: ui/view_<name>.[ch] with `struct view view_<name>(struct workbench *)`, its header in ui/workbench.c, a
 * row here, a row in KEYMAPS (ui/keys.h) and a block of bindings in assets/keys/default.keys. */
#ifndef ASSAY_UI_VIEWS_H
#define ASSAY_UI_VIEWS_H

/* id, name (also of its view_ops), help, opener */
#define WORKBENCH_VIEWS(X)                                                                                             \
    X(DASHBOARD, "dashboard", "what there is to do, and how far it is", view_dashboard)                                \
    X(ANNOTATE, "annotate", "rate and compare answers", view_annotate_next)                                            \
    X(REVIEW, "review", "decide where people disagree", view_review)                                                   \
    X(BROWSE, "browse", "search comparisons, read them, take them out of work", view_browse)                           \
    X(QUEUE, "queue", "what comes next and why; hand it out", view_queue)                                              \
    X(AGREEMENT, "agreement", "how people agree, and how each of them works", view_agreement)                          \
    X(TRAIN, "train", "fit a head, and see how good it is", view_train)                                                \
    X(RUNS, "runs", "recorded fits and evaluations, compared two by two", view_runs)

enum workbench_view {
#define X(id, name, help, opener) WORKBENCH_##id,
    WORKBENCH_VIEWS(X)
#undef X
        WORKBENCH_VIEW_COUNT
};

#endif
