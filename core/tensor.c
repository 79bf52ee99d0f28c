#include "core/tensor.h"

#include "core/base/mem.h"
#include "core/finite.h"
#include "core/npy.h"
#include "core/safetensors.h"
#include "core/widen.h"

#include <string.h>
#include <sys/stat.h>

void tensor_borrow(struct tensor *t, enum tensor_type type, const void *data, size_t rows, size_t cols)
{
    const uint16_t one = 1;
    unsigned char low;
    memcpy(&low, &one, 1);
    *t = (struct tensor){.type = type, .big_endian = low == 0, .rows = rows, .cols = cols, .data = data};
}

void tensor_close(struct tensor *t)
{
    map_close(&t->map);
    *t = (struct tensor){0};
}

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static bool open_npy(const char *path, struct tensor *t, struct err *err)
{
    struct map m;
    if (!map_open(&m, path, err))
        return false;
    if (!npy_recognise(&m)) {
        map_close(&m);
        return err_set(err, ERR_SYNTAX, "%s: neither .npy nor .safetensors", path);
    }
    if (!npy_parse(&m, t, err)) {
        map_close(&m);
        return err_context(err, "%s", path);
    }
    t->map = m;
    return true;
}

static bool recognise_safetensors(const char *path, bool *yes, struct err *err)
{
    struct map m;
    if (!map_open(&m, path, err))
        return false;
    *yes = !npy_recognise(&m) && safetensors_recognise(&m);
    map_close(&m);
    return true;
}

static bool open_safetensors(const char *path, const char *name, struct tensor *t, struct err *err)
{
    struct safetensors s;
    if (!safetensors_open(path, &s, err))
        return false;
    bool ok = safetensors_tensor(&s, name, t, err);
    if (ok) {
        t->map = s.map; /* the map moves over */
        s.map = (struct map){0};
    } else
        err_context(err, "%s", path);
    safetensors_close(&s);
    return ok;
}

bool tensor_open(const char *path, struct tensor *t, struct err *err)
{
    *t = (struct tensor){0};
    char *file = mem_dup(path);
    char *colon = is_file(path) ? NULL : strrchr(file, ':');
    if (colon != NULL)
        *colon = '\0';
    const char *name = colon != NULL ? colon + 1 : NULL;
    bool yes = false;
    bool ok = recognise_safetensors(file, &yes, err);
    if (ok && yes)
        ok = open_safetensors(file, name, t, err);
    else if (ok && name != NULL)
        ok = err_set(err, ERR_USAGE, "%s: \":%s\" names a tensor, which only .safetensors files have", file, name);
    else if (ok)
        ok = open_npy(file, t, err);
    mem_free(file);
    return ok;
}

static uint64_t load(const unsigned char *p, size_t size, bool big_endian)
{
    uint64_t v = 0;
    for (size_t i = 0; i < size; i++)
        v |= (uint64_t)p[i] << 8 * (big_endian ? size - 1 - i : i);
    return v;
}

static double element(const struct tensor *t, const unsigned char *p)
{
    uint64_t bits = load(p, tensor_type_size(t->type), t->big_endian);
    uint32_t single = (uint32_t)bits;
    float f;
    double d;
    switch (t->type) {
    case TENSOR_F16:
        return (double)tensor_f16_to_f32((uint16_t)bits);
    case TENSOR_BF16:
        return (double)tensor_bf16_to_f32((uint16_t)bits);
    case TENSOR_F32:
        memcpy(&f, &single, sizeof f);
        return (double)f;
    case TENSOR_F64:
        break;
    }
    memcpy(&d, &bits, sizeof d);
    return d;
}

/* The first element of a row and the distance in bytes to the next. */
static const unsigned char *row_start(const struct tensor *t, size_t row, size_t *stride)
{
    size_t size = tensor_type_size(t->type);
    *stride = t->fortran ? size * t->rows : size;
    return t->data + (t->fortran ? row : row * t->cols) * size;
}

/* Rows that lie in memory as this machine has them need no decoding one by one. */
static bool is_plain(const struct tensor *t)
{
    struct tensor native;
    tensor_borrow(&native, t->type, NULL, 0, 0);
    return !t->fortran && t->big_endian == native.big_endian;
}

const void *tensor_row(const struct tensor *t, size_t row)
{
    size_t stride;
    return is_plain(t) ? row_start(t, row, &stride) : NULL;
}

/* n numbers of a plain tensor that is not of doubles. */
static void plain_f32(enum tensor_type type, const unsigned char *p, size_t n, float *out)
{
    if (type == TENSOR_F16)
        widen_f16(p, n, out);
    else if (type == TENSOR_BF16)
        widen_bf16(p, n, out);
    else
        memcpy(out, p, n * sizeof *out);
}

void tensor_row_f32(const struct tensor *t, size_t row, float *out)
{
    size_t stride;
    const unsigned char *p = row_start(t, row, &stride);
    if (is_plain(t) && t->type != TENSOR_F64) {
        plain_f32(t->type, p, t->cols, out);
        return;
    }
    for (size_t j = 0; j < t->cols; j++, p += stride)
        out[j] = (float)element(t, p);
}

void tensor_fetch(const struct tensor *t, size_t row)
{
    size_t stride, size = t->cols * tensor_type_size(t->type);
    const unsigned char *p = row_start(t, row, &stride);
    for (size_t i = 0; i < size && !t->fortran; i += 64)
        __builtin_prefetch(p + i, 0, 2);
}

/* Float32 holds every half, bfloat16 and single. */
static void plain_f64(enum tensor_type type, const unsigned char *p, size_t n, double *out)
{
    float narrow[512];
    if (type == TENSOR_F64) {
        memcpy(out, p, n * sizeof *out);
        return;
    }
    for (size_t j = 0, taken; j < n; j += taken) {
        taken = n - j < sizeof narrow / sizeof *narrow ? n - j : sizeof narrow / sizeof *narrow;
        plain_f32(type, p + j * tensor_type_size(type), taken, narrow);
        widen_f32(narrow, taken, out + j);
    }
}

void tensor_row_f64(const struct tensor *t, size_t row, double *out)
{
    size_t stride;
    const unsigned char *p = row_start(t, row, &stride);
    if (is_plain(t)) {
        plain_f64(t->type, p, t->cols, out);
        return;
    }
    for (size_t j = 0; j < t->cols; j++, p += stride)
        out[j] = element(t, p);
}

size_t tensor_lines(const struct tensor *t)
{
    return t->fortran ? t->cols : t->rows;
}

size_t tensor_bad_row(const struct tensor *t, size_t first, size_t n, size_t below)
{
    size_t length = t->fortran ? t->rows : t->cols;
    const unsigned char *p = t->data + first * length * tensor_type_size(t->type);
    if (length == 0)
        return below;
    if (!t->fortran) {
        size_t bad = finite_first_bad(t->type, t->big_endian, p, n * length) / length;
        return bad < n && first + bad < below ? first + bad : below;
    }
    for (size_t j = 0; j < n && below > 0; j++, p += length * tensor_type_size(t->type))
        below = finite_first_bad(t->type, t->big_endian, p, below < length ? below : length);
    return below;
}

bool tensor_check_finite(const struct tensor *t, size_t *bad_row)
{
    size_t bad = tensor_bad_row(t, 0, tensor_lines(t), t->rows);
    if (bad < t->rows)
        *bad_row = bad;
    return bad == t->rows;
}
