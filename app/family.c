#include "app/family.h"

#include "app/kind.h"
#include "app/labels.h"
#include "app/train_ordinal.h"
#include "app/weigh.h"
#include "core/choose.h"
#include "core/mix.h"
#include "core/more.h"
#include "core/rated.h"
#include "core/scale.h"

#include <math.h>
#include <string.h>

/* One row of what --list prints; a row of the same option is a value of it. */
static const struct entry {
    const char *option, *value, *formula, *text;
} entries[] = {
#define X(id, name, scaled, shifted, formula, text) {"loss", name, formula, text},
    LOSSES(X)
#undef X
#define X(id, name, shifted_convex, needs_l2, text) {name, "E", "", text},
        LOSS_NOISES(X)
#undef X
#define X(id, name, text) {"normalise", name, "", text},
            LOSS_NORMALISE(X)
#undef X
                {"center", "C", "C mean (r_c + r_r)^2", "keeps rewards around 0"},
#define X(id, name, text) {"ties", name, "", text},
    TIES_MODELS(X)
#undef X
#define X(id, name, text) {"soft", name, "", text},
        LABELS_SOFT(X)
#undef X
#define X(id, name, formula, text) {"weigh", name, formula, text},
            WEIGHS(X)
#undef X
                {"anchor", "HEAD", "", "another head, for --mu and --expo"},
    {"from", "regression", "", "the other head is fitted first, on ratings"},
    {"mu", "MU", "MU/2 |w - anchor|^2", "draws the head to it"},
    {"expo", "F or search", "anchor + F (w - anchor)", "extrapolates from it"},
#define X(id, name, text) {"rule", name, "", text},
    CHOOSE_RULES(X)
#undef X
#define X(id, name, text) {"variant", name, "", text},
        MORE_VARIANTS(X)
#undef X
#define X(id, name, text) {"metric", name, "", text},
            MORE_METRICS(X)
#undef X
#define X(id, name, text) {"ema-start", name, "", text},
                MORE_EMA_STARTS(X)
#undef X
#define X(id, name, text) {"rows", name, "", text},
                    RATED_ROWS(X)
#undef X
#define X(id, name, text) {"scale", name, "", text},
                        SCALES(X)
#undef X
#define X(name, a, b, c, d, e, from) {"mix", name, "", from},
                            {"mix", "A=W,B=W,...", "W r_A + W r_B + ...", "the reward is made of these attributes"},
    MIX_PUBLISHED(X)
#undef X
        {"mix", "rubric", "", "weights of the workspace's rubric, over the range of each attribute"},
    {"mix", "fitted", "", "weights by Bradley-Terry on the training pairs"},
    {"mix", "positive", "", "the same, none below 0"},
    {"decorrelate", "ATTRIBUTE", "r - c r_ATTRIBUTE", "the least c whose rank correlation is at most 0.03 (ArmoRM)"},
#define X(id, name, text) {"outputs", name, "", text},
    ORDINAL_OUTPUTS(X)
#undef X
        {"kappa", "K", "pairs + K ratings", "how much ratings count in a joint head"},
};
enum { ENTRIES = sizeof entries / sizeof *entries };

/* "none" is the absence of the options smoothing, flip and channel, not an option. */
static bool is_listed(const struct entry *e)
{
    return strcmp(e->option, loss_noise_name(LOSS_NONE)) != 0;
}

static const char *const losses[] = {
#define X(id, name, scaled, shifted, formula, text) name,
    LOSSES(X)
#undef X
        NULL,
};

static const char *const normalises[] = {
#define X(id, name, text) name,
    LOSS_NORMALISE(X)
#undef X
        NULL,
};

static const char *const ties[] = {
#define X(id, name, text) name,
    TIES_MODELS(X)
#undef X
        NULL,
};

static bool read_noise(const struct args *args, struct loss *l, struct err *err)
{
    for (int n = LOSS_SMOOTHING; n <= LOSS_CHANNEL; n++) {
        const char *name = loss_noise_name((enum loss_noise)n);
        if (!args_has(args, name))
            continue;
        if (l->noise != LOSS_NONE)
            return err_set(err, ERR_USAGE, "--%s and --%s are two answers to one question: give one of them",
                           loss_noise_name(l->noise), name);
        l->noise = (enum loss_noise)n;
        if (!args_number(args, name, 0, 0.499, &l->rate, err))
            return false;
    }
    return true;
}

bool family_read(const struct args *args, double l2, struct bt_model *m, struct err *err)
{
    int loss = LOSS_PLAIN, normalise = LOSS_BY_PAIRS, model = TIES_NONE;
    *m = (struct bt_model){0};
    if (!args_choice(args, "loss", losses, &loss, err) ||
        !args_choice(args, "normalise", normalises, &normalise, err) || !args_choice(args, "ties", ties, &model, err) ||
        !args_number(args, "center", 0, 1e12, &m->center, err) || !read_noise(args, &m->loss, err))
        return false;
    m->loss.kind = (enum loss_kind)loss;
    m->normalise = (enum loss_normalise)normalise;
    m->ties = (enum ties_model)model;
    return bt_model_check(m, l2, err);
}

/* f(ctx, row) for every row of the list. */
static void each_entry(void (*f)(void *ctx, const struct entry *e), void *ctx)
{
    for (size_t i = 0; kinds[i] != NULL; i++)
        f(ctx, &(struct entry){"head", kinds[i]->name, "", kinds[i]->text});
    for (size_t i = 0; i < ENTRIES; i++)
        if (is_listed(&entries[i]))
            f(ctx, &entries[i]);
}

struct listing {
    struct buf *out;
    const char *option; /* of the row before */
};

/* Columns of the list. */
enum { ENTRY_FORMULA = 32, ENTRY_TEXT = 57 };

static void entry_text(void *ctx, const struct entry *e)
{
    struct listing *l = ctx;
    bool first = strcmp(l->option, e->option) != 0;
    buf_addf(l->out, "%s%-13s %-15s ", first ? "--" : "  ", first ? e->option : "", e->value);
    if (e->formula[0] == '\0') {
        args_wrap(e->text, ENTRY_FORMULA, l->out);
    } else {
        buf_addf(l->out, "%-*s", ENTRY_TEXT - ENTRY_FORMULA, e->formula);
        if (strlen(e->formula) >= ENTRY_TEXT - ENTRY_FORMULA)
            buf_addf(l->out, "\n%*s", ENTRY_TEXT, "");
        args_wrap(e->text, ENTRY_TEXT, l->out);
    }
    l->option = e->option;
}

void family_list(struct buf *out)
{
    struct listing l = {out, ""};
    each_entry(entry_text, &l);
}

static void entry_json(void *ctx, const struct entry *e)
{
    struct json_writer *w = ctx;
    jw_object(w);
    jw_kstr(w, "option", e->option);
    jw_kstr(w, "value", e->value);
    if (e->formula[0] != '\0')
        jw_kstr(w, "formula", e->formula);
    jw_kstr(w, "text", e->text);
    jw_object_end(w);
}

void family_list_json(struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_array(&w);
    each_entry(entry_json, &w);
    jw_array_end(&w);
    buf_addc(out, '\n');
}

/* Every grade that occurs but the last, with the cut above it. */
static void cuts_json(const struct ties *t, struct json_writer *w)
{
    jw_key(w, "grades");
    jw_array(w);
    for (int g = 0; g < TIES_GRADES; g++)
        if (t->rank[g] >= 0)
            jw_int(w, g);
    jw_array_end(w);
    jw_key(w, "cuts");
    jw_array(w);
    for (size_t j = 0; j < t->k; j++)
        jw_num(w, t->t[j]);
    jw_array_end(w);
}

static void thresholds_json(const struct ties *t, struct json_writer *w)
{
    jw_kstr(w, "ties", ties_model_name(t->model));
    jw_key(w, "thresholds");
    jw_object(w);
    if (t->model == TIES_RAO_KUPPER)
        jw_knum(w, "h", t->t[0]);
    else if (t->model == TIES_DAVIDSON)
        jw_knum(w, "v", exp(t->t[0]));
    else
        cuts_json(t, w);
    jw_object_end(w);
}

void family_json(const struct bt_model *m, const struct ties *t, struct json_writer *w)
{
    if (m->loss.kind != LOSS_PLAIN)
        jw_kstr(w, "loss", loss_kind_name(m->loss.kind));
    if (m->loss.noise != LOSS_NONE)
        jw_knum(w, loss_noise_name(m->loss.noise), m->loss.rate);
    if (m->normalise != LOSS_BY_PAIRS)
        jw_kstr(w, "normalise", normalises[m->normalise]);
    if (m->center > 0)
        jw_knum(w, "center", m->center);
    if (m->ties != TIES_NONE)
        thresholds_json(t, w);
}

static void ties_text(const struct ties *t, struct buf *out)
{
    buf_addf(out, ", ties %s", ties_model_name(t->model));
    if (t->model == TIES_RAO_KUPPER)
        buf_addf(out, " (h %.4f", t->t[0]);
    else if (t->model == TIES_DAVIDSON)
        buf_addf(out, " (v %.4f", exp(t->t[0]));
    else
        for (size_t j = 0; j < t->k; j++)
            buf_addf(out, "%s%.4f", j == 0 ? " (cuts " : ", ", t->t[j]);
    if (t->has_tie)
        buf_addf(out, "; answers of equal reward tie with probability %.2f", ties_probability(t, 0, 0));
    buf_addc(out, ')');
}

void family_text(const struct bt_model *m, const struct ties *t, struct buf *out)
{
    struct buf line = BUF_INIT;
    if (m->loss.kind != LOSS_PLAIN)
        buf_addf(&line, ", %s", loss_kind_name(m->loss.kind));
    if (m->loss.noise != LOSS_NONE)
        buf_addf(&line, ", %s %g", loss_noise_name(m->loss.noise), m->loss.rate);
    if (m->normalise != LOSS_BY_PAIRS)
        buf_addf(&line, ", normalised by %s", normalises[m->normalise]);
    if (m->center > 0)
        buf_addf(&line, ", centred with %g", m->center);
    if (m->ties != TIES_NONE)
        ties_text(t, &line);
    if (line.len > 0)
        buf_addf(out, "  loss: %s\n", line.ptr + 2);
    buf_free(&line);
}
