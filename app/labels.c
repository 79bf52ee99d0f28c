#include "app/labels.h"

#include "app/aggregated.h"
#include "core/base/json.h"

#include <stdlib.h>
#include <string.h>

const char *const labels_soft_names[] = {
#define X(id, name, text) name,
    LABELS_SOFT(X)
#undef X
        NULL,
};

/* Probability that the first is better. */
static double share_of_first(const struct label *l, enum labels_soft soft, bool first_wins)
{
    double votes = l->n_stated > 0 ? l->n_stated : 1; /* a label from ratings is one vote */
    switch (soft) {
    case LABELS_HARD:
        return first_wins;
    case LABELS_SHARE:
        return l->p_first;
    case LABELS_SMOOTHED:
        return (l->p_first * votes + 0.5) / (votes + 1);
    case LABELS_MAGNITUDE:
        return 0.5 - l->mean / (2 * PREFERENCE_MAX);
    }
    BUG("labels of kind %d", (int)soft);
}

bool labels_pair_of(const struct label *l, const struct labels_wish *wish, struct labels_pair *out)
{
    if (wish->ties && l->strength == 0) {
        *out = (struct labels_pair){.first_wins = true, .p = 0.5, .weight = 1};
        return true;
    }
    bool even = l->by_method ? l->mean == 0 : l->strength == 0 && l->p_first == 0.5;
    if (wish->soft == LABELS_HARD && even)
        return false;
    out->first_wins = l->mean < 0 || (l->mean == 0 && l->p_first > 0.5);
    double q = share_of_first(l, wish->soft, out->first_wins);
    out->p = out->first_wins ? q : 1 - q;
    out->weight = l->by_method && wish->soft == LABELS_HARD ? l->confidence : 1;
    out->strength = l->strength == 0 ? 1 : abs(l->strength); /* a small difference is still one */
    return true;
}

static bool read_settings(struct json_object *o, struct labels_wish *wish, struct err *err)
{
    struct json_text soft = {0}, ties = {0};
    if (!json_get_text(o, "soft", JSON_OPTIONAL, &soft, err) || !json_get_text(o, "ties", JSON_OPTIONAL, &ties, err))
        return false;
    wish->ties = ties.ptr != NULL;
    if (soft.ptr == NULL)
        return true;
    for (int i = 0; labels_soft_names[i] != NULL; i++)
        if (strcmp(labels_soft_names[i], soft.ptr) == 0) {
            wish->soft = (enum labels_soft)i;
            return true;
        }
    return err_set(err, ERR_SYNTAX, "the head's settings name unknown soft labels \"%.40s\"", soft.ptr);
}

/* A head that was fitted to plain labels goes by plain labels, whatever the workspace says by now. */
static bool read_inputs(struct json_object *o, struct labels_wish *wish, struct err *err)
{
    struct json_object *made = NULL;
    struct json_text method = {0};
    wish->aggregate = AGGREGATED_NONE;
    if (!json_get_object(o, "aggregation", JSON_OPTIONAL, &made, err))
        return false;
    if (made == NULL)
        return true;
    if (!json_get_text(made, "method", JSON_REQUIRED, &method, err))
        return false;
    for (int i = 0; aggregated_words[i] != NULL; i++)
        if (strcmp(aggregated_words[i], method.ptr) == 0) {
            wish->aggregate = aggregated_words[i];
            return true;
        }
    return err_set(err, ERR_SYNTAX, "the head's inputs name an unknown aggregation \"%.40s\"", method.ptr);
}

static bool read_meta(const struct head *h, const char *key,
                      bool (*read)(struct json_object *o, struct labels_wish *wish, struct err *err),
                      struct labels_wish *wish, struct err *err)
{
    const char *text = head_meta(h, key);
    struct json_object *o = NULL;
    bool ok = text == NULL || (json_parse(text, strlen(text), &o, err) && read(o, wish, err));
    json_object_put(o);
    return ok || err_context(err, "the head's metadata");
}

bool labels_of_head(const struct head *h, struct labels_wish *wish, struct err *err)
{
    *wish = (struct labels_wish){0};
    return read_meta(h, "settings", read_settings, wish, err) && read_meta(h, "inputs", read_inputs, wish, err);
}
