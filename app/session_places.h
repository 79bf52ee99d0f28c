/* What the actions of ranking do to a draft of several answers (store/places.h): for app/session.c. */
#ifndef ASSAY_APP_SESSION_PLACES_H
#define ASSAY_APP_SESSION_PLACES_H

#include "ui/action.h"

/* RATE, PLACE, SHIFT, CLEAR. False: it does not fit; *why says so. */
bool session_place(struct draft *d, const struct rubric *r, const struct action *a, const char **why);

#endif
