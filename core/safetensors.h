/* Safetensors (https://github.com/huggingface/safetensors, "Format"): 8 bytes of header length, a JSON header, the
 * data. */
#ifndef ASSAY_CORE_SAFETENSORS_H
#define ASSAY_CORE_SAFETENSORS_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/tensor.h"

enum { SAFETENSORS_MAX_RANK = 8, SAFETENSORS_MAX_HEADER = 100 * 1000 * 1000 };

/* key and value of "__metadata__" */
struct safetensors_pair {
    const char *key, *value;
};

struct safetensors_entry {
    const char *name;
    const char *dtype;
    size_t rank, shape[SAFETENSORS_MAX_RANK];
    size_t begin, end; /* bytes after the header */
};

struct safetensors {
    struct map map;
    const unsigned char *data;
    size_t n, n_meta;
    struct safetensors_entry *entries; /* by offset */
    struct safetensors_pair *meta;     /* in the order of the file */
    struct arena arena;                /* owns all of the above but the map */
};

bool safetensors_recognise(const struct map *m);
/* Strict: lengths, offsets without gap or overlap, shapes that match their bytes, no duplicate names. On failure
 * nothing needs closing. */
MUST_CHECK bool safetensors_open(const char *path, struct safetensors *s, struct err *err);
void safetensors_close(struct safetensors *s);
/* NULL when there is no such key. Lives as long as `s`. */
const char *safetensors_meta(const struct safetensors *s, const char *key);
/* The tensor called `name` (NULL: the only one). t->data points into s and must not outlive it. ERR_MISSING lists what
 * is there. */
MUST_CHECK bool safetensors_tensor(const struct safetensors *s, const char *name, struct tensor *t, struct err *err);

/* What is written. Data is little-endian by rows; rank 1 or 2. */
struct safetensors_out {
    const char *name;
    enum tensor_type type; /* TENSOR_F32 or TENSOR_F64: of the array at data */
    size_t rank, shape[2];
    const void *data;
};

/* Tensors in the given order, metadata sorted by key, header padded with blanks to 8 bytes: equal input gives equal
 * bytes. Atomic. */
MUST_CHECK bool safetensors_write(const char *path, const struct safetensors_out *tensors, size_t n,
                                  const struct safetensors_pair *meta, size_t n_meta, struct err *err);

#endif
