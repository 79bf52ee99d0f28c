/* A host for the annotate view without a workspace: comparisons in memory, every action performed, undo without limit.
 */
#ifndef ASSAY_TESTS_SUPPORT_UI_HOST_H
#define ASSAY_TESTS_SUPPORT_UI_HOST_H

#include "ui/action.h"
#include "ui/screen.h"

enum { UI_HOST_MOST = 8 };

struct ui_host_item {
    struct task task;
    struct turn turns[4];
    struct draft submitted;
};

/* All drafts and states, for undo. */
struct ui_host_moment {
    struct draft drafts[UI_HOST_MOST];
    enum task_state states[UI_HOST_MOST];
    bool changed[UI_HOST_MOST];
    int at;
};

struct ui_host_fake {
    struct ui_host host;
    struct arena arena;
    struct rubric rubric;
    struct ui_host_item items[UI_HOST_MOST];
    int n, at;       /* at == n: nothing is left */
    int with_others; /* comparisons that other people judge */
    struct task nothing;
    struct task_progress progress;
    struct annotate_state state;
    struct ui_host_moment *past[4096];
    int n_past, undone; /* past[n_past - undone] is where undo goes back to */
    char log[4096];     /* names of the actions performed, separated by blanks; the oldest fall out */
    struct action last;
    char *last_text;
    bool failing; /* every change fails, as on a full disk */
};

/* With a rubric that the program carries ("helpsteer2", "pairwise"), or JSON of one when it begins with '{'. No items
 * yet. */
void ui_host_init(struct ui_host_fake *h, const char *rubric);
void ui_host_free(struct ui_host_fake *h);
/* One more comparison; texts are borrowed. The prompt is one turn of a user. */
void ui_host_add(struct ui_host_fake *h, const char *source, const char *prompt, const char *a, const char *b);
/* One more prompt with n answers to be ranked, 3 to ANSWERS_MOST; texts are borrowed. */
void ui_host_add_ranking(struct ui_host_fake *h, const char *prompt, const char *const *answers, int n);
/* Two ordinary ones, of 4 and of 9. */
void ui_host_add_rankings(struct ui_host_fake *h);
/* One more turn of the last comparison added, behind those it has. */
void ui_host_add_turn(struct ui_host_fake *h, const char *role, const char *content);
/* Three ordinary comparisons. */
void ui_host_add_samples(struct ui_host_fake *h);

/* A screen with the annotate view of a host, driven without a terminal. */
struct ui_stage {
    struct ui_host_fake host;
    struct keys *keys;
    struct screen screen;
    struct buf dump;
};
void ui_stage_init(struct ui_stage *s, const char *rubric);
/* Open the view, after items were added. */
void ui_stage_open(struct ui_stage *s, int rows, int cols, bool ascii);
void ui_stage_free(struct ui_stage *s);
/* Press keys written as in scripts; draws after each. */
void ui_stage_press(struct ui_stage *s, const char *keys);
/* What the screen shows; valid until the next call. */
const char *ui_stage_text(struct ui_stage *s);
const char *ui_stage_styles(struct ui_stage *s);
const char *ui_stage_model(struct ui_stage *s);
/* Compare with tests/data/screens/NAME.txt; with GOLDEN=1 in the environment the file is rewritten instead. */
void ui_stage_golden(struct ui_stage *s, const char *name);

#endif
