/* Deeds of review (store/review.h). */
#include "app/deeds.h"

#include "app/session.h"
#include "store/review.h"

#include <stdio.h>

bool deed_decide(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    struct review_decision d = {deed->row, deed->value, {deed->text != NULL ? deed->text : "", deed->len}};
    struct err reason = {0};
    bool ok = review_decide(c->db, c->person, &d, &c->session->rng, &reason);
    return deed_answer(ok, out, "decided", &reason, err);
}

bool deed_drop(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    struct err reason = {0};
    bool ok = review_drop(c->db, c->person, deed->row, deed->text, &c->session->rng, &reason);
    return deed_answer(ok, out, "dropped: it is kept and counts no more", &reason, err);
}
