/* Deeds of the queue (store/assign.h). */
#include "app/deeds.h"

#include "app/session.h"
#include "store/assign.h"

#include <stdio.h>

bool deed_assign(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    const struct assigning *what = deed->more;
    c->doing.to = mem_dup(deed->text);
    for (size_t i = 0; i < what->n; i++) {
        vec_push(&c->doing.comparisons, what->comparisons[i]);
        vec_push(&c->doing.handed, false);
    }
    struct assignment a = {deed->text, what->comparisons, what->n, (int64_t)deed->value * DAY_MS, c->doing.handed.v};
    struct err reason = {0};
    size_t given = 0;
    out->refused = !assign(c->db, c->person, &a, &c->session->rng, &given, &reason);
    if (out->refused && reason.kind != ERR_USAGE && reason.kind != ERR_MISSING) {
        *err = reason;
        return false;
    }
    if (out->refused) {
        snprintf(out->message, sizeof out->message, "%.190s", reason.text);
    } else if (given == 0) {
        snprintf(out->message, sizeof out->message,
                 "none handed out: %.60s has handled them, or as many people as are wanted hold them", deed->text);
        out->refused = true;
    } else {
        snprintf(out->message, sizeof out->message, "%zu of %zu handed to %.60s, for %d days", given, what->n,
                 deed->text, deed->value);
    }
    return true;
}

bool deed_one_more(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    int64_t wanted = 0;
    if (!assign_one_more(c->db, c->person, deed->row, &c->doing.before, &wanted, err))
        return false;
    snprintf(out->message, sizeof out->message, "%lld people are wanted now", (long long)wanted);
    return true;
}
