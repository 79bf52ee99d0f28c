#include "app/labels.h"

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
        *out = (struct labels_pair){.first_wins = true, .p = 0.5};
        return true;
    }
    if (wish->soft == LABELS_HARD && l->strength == 0 && l->p_first == 0.5)
        return false;
    out->first_wins = l->mean < 0 || (l->mean == 0 && l->p_first > 0.5);
    double q = share_of_first(l, wish->soft, out->first_wins);
    out->p = out->first_wins ? q : 1 - q;
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

bool labels_of_head(const struct head *h, struct labels_wish *wish, struct err *err)
{
    const char *settings = head_meta(h, "settings");
    struct json_object *o = NULL;
    *wish = (struct labels_wish){0};
    if (settings == NULL)
        return true;
    bool ok = json_parse(settings, strlen(settings), &o, err) && read_settings(o, wish, err);
    json_object_put(o);
    return ok || err_context(err, "the head's metadata");
}
