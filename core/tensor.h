/* A two-dimensional matrix inside a mapped file: half, bfloat16, single or double precision, either byte order, stored
 * by rows or by columns. A one-dimensional array of n is n x 1. */
#ifndef ASSAY_CORE_TENSOR_H
#define ASSAY_CORE_TENSOR_H

#include "core/base/err.h"
#include "core/map.h"
#include "core/tensor_type.h"

#include <stddef.h>

struct tensor {
    enum tensor_type type;
    bool big_endian;
    bool fortran; /* element (i, j) stands at j * rows + i, otherwise at i * cols + j */
    size_t rows, cols;
    const unsigned char *data; /* rows * cols elements, any alignment */
    struct map map;            /* what tensor_close unmaps; empty when `data` belongs to somebody else */
};

/* Open "FILE.npy", "FILE.safetensors" (when it holds one tensor of at most two dimensions) or "FILE.safetensors:NAME";
 * the kind is found out from the content. ERR_SYNTAX for a damaged header, ERR_RANGE for shapes that do not fit the
 * file, ERR_MISSING. On failure nothing needs closing. */
MUST_CHECK bool tensor_open(const char *path, struct tensor *t, struct err *err);
/* A tensor over memory of the caller (native byte order, by rows), which must live as long as it. */
void tensor_borrow(struct tensor *t, enum tensor_type type, const void *data, size_t rows, size_t cols);
void tensor_close(struct tensor *t);

/* The row as it lies in memory, at any alignment; NULL when it has to be decoded number by number. */
const void *tensor_row(const struct tensor *t, size_t row);
/* out: cols values. Doubles outside the range of float become infinity. */
void tensor_row_f32(const struct tensor *t, size_t row, float *out);
void tensor_row_f64(const struct tensor *t, size_t row, double *out);
/* The row will be read soon: have it brought into the cache. */
void tensor_fetch(const struct tensor *t, size_t row);
/* False when a value is NaN or infinite; *bad_row is the first such row. */
bool tensor_check_finite(const struct tensor *t, size_t *bad_row);
/* The same in parts: how the numbers lie is by lines, which are rows, or columns for a tensor by columns. The least row
 * below `below` (at most rows) that holds NaN or infinity in lines [first, first + n); `below` when there is none. */
size_t tensor_lines(const struct tensor *t);
size_t tensor_bad_row(const struct tensor *t, size_t first, size_t n, size_t below);

#endif
