/* Tables of check values: what a method must give on its smallest example. */
#ifndef ASSAY_TESTS_SUPPORT_CHECKS_H
#define ASSAY_TESTS_SUPPORT_CHECKS_H

#include <stddef.h>

enum { CHECKS_MOST = 16 };
struct check {
    const char *section, *what;
    void (*compute)(double *out); /* n numbers */
    size_t n;
    double tolerance;
    double want[CHECKS_MOST];
};
/* Fails the test at every number that is not as wanted. */
void checks_run(const struct check *checks, size_t n);

#endif
