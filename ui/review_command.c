/* Commands of the review view: which cases are listed, and in which order. */
#include "ui/review.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool run_annotator(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct reviewing *r = view;
    (void)s, (void)err;
    snprintf(r->filter.annotator, sizeof r->filter.annotator, "%.63s", arg);
    review_look(r);
    return true;
}

static bool run_attribute(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct reviewing *r = view;
    (void)s;
    if (arg[0] != '\0' && rubric_find(&r->rubric, arg, strlen(arg)) < 0)
        return err_set(err, ERR_USAGE, "the rubric has no attribute \"%.40s\"", arg);
    snprintf(r->filter.attribute, sizeof r->filter.attribute, "%.63s", arg);
    review_look(r);
    return true;
}

static bool run_gap(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct reviewing *r = view;
    char *end;
    long gap = strtol(arg, &end, 10);
    (void)s;
    if (*end != '\0' || gap < 0 || gap > 9)
        return err_set(err, ERR_USAGE, "a gap is a number from 0 to 9: how far apart people are at least");
    r->filter.gap = (int)gap;
    review_look(r);
    return true;
}

static bool run_order(void *view, struct screen *s, const char *arg, struct err *err)
{
    struct reviewing *r = view;
    (void)s;
    if (!waiting_order_parse(arg, &r->filter.order, err))
        return false;
    review_look(r);
    return true;
}

static const char *const orders[] = {
#define X(id, word, meaning) word,
    WAITING_ORDERS(X)
#undef X
        NULL};
const struct command review_commands[] = {
    {"order", NULL, "WHICH", "listed; sure or unsure: where the head is so, while people disagree", orders, run_order},
    {"annotator", NULL, "NAME", "only what this person judged, too; nothing: of all", NULL, run_annotator},
    {"attribute", NULL, "NAME", "apart in this attribute, most first; nothing: in the preference", NULL, run_attribute},
    {"gap", NULL, "N", "apart by at least so much", NULL, run_gap},
    {0},
};
