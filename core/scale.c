#include "core/scale.h"

#include <math.h>

const char *const scale_names[] = {
#define X(id, name, text) name,
    SCALES(X)
#undef X
        NULL,
};

static void range_of(const double *y, size_t n, size_t stride, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (size_t i = 0; i < n; i++)
        if (!isnan(y[i * stride])) {
            *lo = fmin(*lo, y[i * stride]);
            *hi = fmax(*hi, y[i * stride]);
        }
}

bool scale_of(enum scale_kind kind, const double *y, size_t n, size_t stride, struct scale *out, struct err *err)
{
    double lo, hi;
    range_of(y, n, stride, &lo, &hi);
    switch (kind) {
    case SCALE_NONE:
        *out = (struct scale){1, 0};
        return true;
    case SCALE_ARMORM:
        if (lo < 0 || hi > 4)
            return err_set(err, ERR_RANGE, "the scale \"armorm\" is for ratings from 0 to 4; these are from %g to %g",
                           lo, hi);
        *out = (struct scale){0.2, 0.1};
        return true;
    case SCALE_UNIT:
        if (!(hi > lo))
            return err_set(err, ERR_RANGE, "the scale \"unit\" needs ratings that differ");
        *out = (struct scale){1 / (hi - lo), -lo / (hi - lo)};
        return true;
    }
    BUG("scale of kind %d", (int)kind);
}

void scale_apply(const struct scale *s, double *y, size_t n, size_t stride)
{
    for (size_t i = 0; i < n; i++)
        y[i * stride] = s->factor * y[i * stride] + s->offset;
}
