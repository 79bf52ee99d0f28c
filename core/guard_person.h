/* Addresses and numbers of people; part of core/guard.h. */
#ifndef ASSAY_CORE_GUARD_PERSON_H
#define ASSAY_CORE_GUARD_PERSON_H

#include "core/guard_name.h"

bool guard_find_email(const char *text, size_t n, struct guard_span *out);
bool guard_find_phone(const char *text, size_t n, struct guard_span *out);
/* Is it a word of the list (small letters, ends with NULL)? */
bool guard_is_one_of(const char *const *list, const char *text, size_t n);

#endif
