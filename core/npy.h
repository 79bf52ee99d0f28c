/* NumPy's .npy, versions 1 to 3 (numpy.lib.format). */
#ifndef ASSAY_CORE_NPY_H
#define ASSAY_CORE_NPY_H

#include "core/tensor.h"

/* True when the file starts as an .npy does. */
bool npy_recognise(const struct map *m);
/* Read the header; t->data points into the map, which stays the caller's. Dtypes <f2 <f4 <f8 >f2 >f4 >f8; one or two
 * dimensions. The file must be exactly as long as the header says. */
MUST_CHECK bool npy_parse(const struct map *m, struct tensor *t, struct err *err);
/* data: rows x cols by rows. Version 1.0, little-endian, atomic. cols 0 writes a one-dimensional array of `rows`. */
MUST_CHECK bool npy_write_f32(const char *path, const float *data, size_t rows, size_t cols, struct err *err);
MUST_CHECK bool npy_write_f64(const char *path, const double *data, size_t rows, size_t cols, struct err *err);

#endif
