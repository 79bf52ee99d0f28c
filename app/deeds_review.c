/* Deeds of review (store/review.h). */
#include "app/deeds.h"

#include "core/base/rng.h"
#include "store/review.h"

#include <stdio.h>

/* What a person may do better is no failure: it is said, and nothing was changed. */
static bool answer(bool ok, struct reaction *out, const char *done, struct err *reason, struct err *err)
{
    if (!ok && reason->kind != ERR_RANGE && reason->kind != ERR_CONFLICT && reason->kind != ERR_MISSING) {
        *err = *reason;
        return false;
    }
    snprintf(out->message, sizeof out->message, "%.190s", ok ? done : reason->text);
    out->refused = !ok;
    return true;
}

bool deed_decide(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    struct review_decision d = {deed->row, deed->value, {deed->text != NULL ? deed->text : "", deed->len}};
    struct err reason = {0};
    struct rng rng;
    rng_seed_any(&rng);
    bool ok = review_decide(c->db, c->person, &d, &rng, &reason);
    return answer(ok, out, "decided; u takes it back", &reason, err);
}

bool deed_undecide(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    int64_t comparison = 0;
    struct err reason = {0};
    struct rng rng;
    (void)deed;
    rng_seed_any(&rng);
    bool ok = review_undo(c->db, c->person, &rng, &comparison, &reason);
    if (ok && comparison == 0)
        ok = err_set(&reason, ERR_MISSING, "there is no decision to take back");
    return answer(ok, out, "taken back", &reason, err);
}

bool deed_drop(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    struct err reason = {0};
    struct rng rng;
    rng_seed_any(&rng);
    bool ok = review_drop(c->db, c->person, deed->row, deed->text, &rng, &reason);
    return answer(ok, out, "dropped: it is kept and counts no more", &reason, err);
}
