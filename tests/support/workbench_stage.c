#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/workbench_stage.h"

#include "app/glance.h"
#include "app/verdicts.h"

#include "tests/support/golden.h"
#include "ui/script.h"

#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ok(x) cr_assert(eq(int, (x), 1), "%s: %s", #x, s->f.err.text)

void stage_settle(struct screen *s)
{
    while (screen_busy(s)) {
        struct pollfd p = {.fd = wake_fd(&s->workbench->wake), .events = POLLIN};
        int ms = screen_wait_ms(s);
        cr_assert(poll(&p, 1, ms >= 0 ? ms : 20000) >= 0);
        if (wake_clear(&s->workbench->wake))
            screen_woken(s);
        screen_tick(s);
    }
}

void stage_press(struct screen *s, const char *keys)
{
    struct err err;
    struct script *script = script_parse(keys, strlen(keys), "keys", &err);
    cr_assert(script != NULL, "%s", err.text);
    for (struct script_step step = script_next(script); step.kind != SCRIPT_END; step = script_next(script)) {
        bool done = true;
        if (step.kind == SCRIPT_KEY)
            screen_key(s, step.key);
        else if (step.kind == SCRIPT_PASTE)
            screen_paste(s, step.text, strlen(step.text));
        else
            done = screen_command(s, step.text, &err);
        cr_assert(done, "%s", err.text);
        stage_settle(s);
        screen_draw(s);
    }
    script_free(script);
}

void workbench_stage_init(struct workbench_stage *s, const char *rubric)
{
    memset(s, 0, sizeof *s);
    s->dump = BUF_INIT;
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TZ", "UTC", 1);
    setenv("ASSAY_SEED", "7", 1);
    tzset();
    fixture_open(&s->f, rubric);
    s->keys = keys_new();
    ok(keys_default(s->keys, &s->f.err));
}

static void wake(void *workbench)
{
    workbench_wake(workbench);
}

static void sign_on(struct workbench_stage *s)
{
    ok(session_open(&s->session, s->f.db, "ada", "test", ORDER_GIVEN, &s->f.err));
    ok(deeds_open(&s->deeds, &s->session, "ada", &s->f.err));
    s->annotate = (struct ui_host){deeds_annotate, deeds_annotate_state, &s->deeds};
    s->host = (struct workbench_host){deeds_perform, &s->deeds, glance_read, verdicts_read};
    s->workbench.db = s->f.db;
    s->workbench.annotator = s->session.annotator;
    s->workbench.annotate = &s->annotate;
    s->workbench.host = &s->host;
    const struct app app = {.workspace = s->f.path};
    s->agreement = workbench_agreement_new(&app, wake, &s->workbench);
    s->train = workbench_train_new(&app, s->f.db, wake, &s->workbench);
    s->workbench.agreement = workbench_agreement_host(s->agreement);
    s->workbench.train = workbench_train_host(s->train);
}

void workbench_stage_open(struct workbench_stage *s, enum workbench_view first, int rows, int cols, bool ascii)
{
    s->workbench = (struct workbench){.path = s->f.path, .title = "test", .person = "ada"};
    if (s->f.db != NULL)
        sign_on(s);
    ok(wake_open(&s->workbench.wake, &s->f.err));
    screen_init(&s->screen, s->keys, rows, cols, ascii);
    s->screen.resizable = true;
    s->screen.workbench = &s->workbench;
    workbench_open(&s->workbench, &s->screen, first);
    stage_settle(&s->screen);
    screen_draw(&s->screen);
}

void workbench_stage_free(struct workbench_stage *s)
{
    screen_release(&s->screen);
    workbench_rest(&s->workbench);
    wake_close(&s->workbench.wake);
    workbench_agreement_free(s->agreement);
    workbench_train_free(s->train);
    keys_free(s->keys);
    deeds_close(&s->deeds);
    session_close(&s->session);
    buf_free(&s->dump);
    fixture_close(&s->f);
}

void workbench_stage_press(struct workbench_stage *s, const char *keys)
{
    stage_press(&s->screen, keys);
}

const char *workbench_stage_text(struct workbench_stage *s)
{
    buf_reset(&s->dump);
    grid_dump(&s->screen.grid, &s->dump);
    return s->dump.ptr;
}

const char *workbench_stage_model(struct workbench_stage *s)
{
    buf_reset(&s->dump);
    screen_dump_model(&s->screen, &s->dump);
    return s->dump.ptr;
}

void workbench_stage_golden(struct workbench_stage *s, const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "screens/%s.txt", name);
    golden_expect(path, workbench_stage_text(s));
}
