#include "core/npy.h"

#include "core/base/buf.h"
#include "core/base/outfile.h"

#include <stdint.h>
#include <string.h>

static const char magic[6] = "\x93NUMPY";

bool npy_recognise(const struct map *m)
{
    return m->size >= sizeof magic && memcmp(m->ptr, magic, sizeof magic) == 0;
}

/* The header is a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
struct cursor {
    const char *p, *end;
};

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n'))
        c->p++;
}

static bool accept(struct cursor *c, const char *word)
{
    size_t n = strlen(word);
    skip_blanks(c);
    if ((size_t)(c->end - c->p) < n || memcmp(c->p, word, n) != 0)
        return false;
    c->p += n;
    return true;
}

static bool read_quoted(struct cursor *c, char *out, size_t size)
{
    skip_blanks(c);
    if (c->p >= c->end || (*c->p != '\'' && *c->p != '"'))
        return false;
    char quote = *c->p++;
    size_t n = 0;
    while (c->p < c->end && *c->p != quote && n + 1 < size)
        out[n++] = *c->p++;
    out[n] = '\0';
    return c->p < c->end && *c->p++ == quote;
}

static bool read_size(struct cursor *c, size_t *out)
{
    skip_blanks(c);
    const char *start = c->p;
    size_t v = 0;
    for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
        size_t digit = (size_t)(*c->p - '0');
        if (v > (SIZE_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    accept(c, "L"); /* Python 2 wrote longs so */
    *out = v;
    return c->p > start;
}

struct header {
    char descr[16];
    bool fortran, has_descr, has_order, has_shape;
    size_t rank, shape[2];
};

static bool read_shape(struct cursor *c, struct header *h, struct err *err)
{
    if (!accept(c, "("))
        return err_set(err, ERR_SYNTAX, "damaged .npy header: \"shape\" is not a tuple");
    while (!accept(c, ")")) {
        if (h->rank == 2)
            return err_set(err, ERR_RANGE, "the array has more than two dimensions; rows and columns are needed");
        if (!read_size(c, &h->shape[h->rank++]))
            return err_set(err, ERR_SYNTAX, "damaged .npy header: \"shape\" holds something that is not a size");
        skip_blanks(c);
        if (!accept(c, ",") && (c->p >= c->end || *c->p != ')'))
            return err_set(err, ERR_SYNTAX, "damaged .npy header: \"shape\" does not end");
    }
    h->has_shape = true;
    return true;
}

static bool read_field(struct cursor *c, struct header *h, struct err *err)
{
    char key[24];
    if (!read_quoted(c, key, sizeof key) || !accept(c, ":"))
        return err_set(err, ERR_SYNTAX, "damaged .npy header: a key is missing");
    if (strcmp(key, "descr") == 0 && !h->has_descr) {
        if (!read_quoted(c, h->descr, sizeof h->descr))
            return err_set(err, ERR_SYNTAX, "the .npy file holds records or an unknown type, not numbers");
        h->has_descr = true;
        return true;
    }
    if (strcmp(key, "fortran_order") == 0 && !h->has_order) {
        h->fortran = accept(c, "True");
        h->has_order = true;
        return h->fortran || accept(c, "False") ||
               err_set(err, ERR_SYNTAX, "damaged .npy header: \"fortran_order\" is neither True nor False");
    }
    if (strcmp(key, "shape") == 0 && !h->has_shape)
        return read_shape(c, h, err);
    return err_set(err, ERR_SYNTAX, "damaged .npy header: unexpected key \"%s\"", key);
}

static bool read_header(const char *text, size_t n, struct header *h, struct err *err)
{
    struct cursor c = {text, text + n};
    if (!accept(&c, "{"))
        return err_set(err, ERR_SYNTAX, "damaged .npy header: it is not a dictionary");
    while (!accept(&c, "}")) {
        if (!read_field(&c, h, err))
            return false;
        skip_blanks(&c);
        if (!accept(&c, ",") && (c.p >= c.end || *c.p != '}'))
            return err_set(err, ERR_SYNTAX, "damaged .npy header: it does not end");
    }
    skip_blanks(&c);
    if (c.p != c.end)
        return err_set(err, ERR_SYNTAX, "damaged .npy header: more text after its end");
    if (!h->has_descr || !h->has_order || !h->has_shape)
        return err_set(err, ERR_SYNTAX, "damaged .npy header: descr, fortran_order or shape is missing");
    if (h->rank == 0)
        return err_set(err, ERR_RANGE, "the array is a single number; rows and columns are needed");
    return true;
}

static bool read_descr(const char *descr, struct tensor *t, struct err *err)
{
    static const struct {
        const char *name;
        enum tensor_type type;
    } known[] = {{"f2", TENSOR_F16}, {"f4", TENSOR_F32}, {"f8", TENSOR_F64}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((descr[0] == '<' || descr[0] == '>') && strcmp(descr + 1, known[i].name) == 0) {
            t->type = known[i].type;
            t->big_endian = descr[0] == '>';
            return true;
        }
    return err_set(err, ERR_RANGE, "the numbers are of type \"%s\"; float16, float32 or float64 is needed", descr);
}

/* Where the dictionary stands: after magic, version and a length of 2 or 4 bytes. */
static bool find_header(const struct map *m, size_t *at, size_t *n, struct err *err)
{
    if (m->size < 12)
        return err_set(err, ERR_SYNTAX, "the .npy file ends in its header");
    const unsigned char *p = m->ptr;
    if (p[6] < 1 || p[6] > 3)
        return err_set(err, ERR_SYNTAX, ".npy version %d.%d is not known (1 to 3 are)", p[6], p[7]);
    *at = p[6] == 1 ? 10 : 12;
    *n = (size_t)p[8] | (size_t)p[9] << 8;
    if (p[6] > 1)
        *n |= (size_t)p[10] << 16 | (size_t)p[11] << 24;
    if (*n > m->size - *at)
        return err_set(err, ERR_SYNTAX, "damaged .npy file: a header of %zu bytes in a file of %zu", *n, m->size);
    return true;
}

bool npy_parse(const struct map *m, struct tensor *t, struct err *err)
{
    size_t at = 0, n = 0;
    struct header h = {0};
    if (!find_header(m, &at, &n, err) || !read_header((const char *)m->ptr + at, n, &h, err))
        return false;
    *t = (struct tensor){.fortran = h.fortran, .rows = h.shape[0], .cols = h.rank == 2 ? h.shape[1] : 1};
    if (!read_descr(h.descr, t, err))
        return false;
    size_t bytes, all;
    if (__builtin_mul_overflow(t->rows, t->cols, &all) ||
        __builtin_mul_overflow(all, tensor_type_size(t->type), &bytes))
        return err_set(err, ERR_RANGE, "damaged .npy file: %zu x %zu numbers cannot be", t->rows, t->cols);
    if (bytes != m->size - at - n)
        return err_set(err, ERR_RANGE, "damaged .npy file: %zu x %zu numbers take %zu bytes, but %zu follow the header",
                       t->rows, t->cols, bytes, m->size - at - n);
    t->data = m->ptr + at + n;
    return true;
}

static void add_little_endian(struct buf *b, const void *p, size_t size)
{
    const unsigned char *bytes = p;
    struct tensor native;
    tensor_borrow(&native, TENSOR_F32, NULL, 0, 0);
    for (size_t i = 0; i < size; i++)
        buf_addc(b, (char)bytes[native.big_endian ? size - 1 - i : i]);
}

static void add_header(struct buf *b, const char *descr, size_t rows, size_t cols)
{
    struct buf text = BUF_INIT;
    buf_addf(&text, "{'descr': '%s', 'fortran_order': False, 'shape': (%zu,", descr, rows);
    if (cols > 0)
        buf_addf(&text, " %zu", cols);
    buf_adds(&text, "), }");
    while ((10 + text.len + 1) % 64 != 0)
        buf_addc(&text, ' ');
    buf_addc(&text, '\n');
    buf_add(b, magic, sizeof magic);
    buf_addc(b, 1);
    buf_addc(b, 0);
    buf_addc(b, (char)(text.len & 0xFF));
    buf_addc(b, (char)(text.len >> 8));
    buf_add(b, text.ptr, text.len);
    buf_free(&text);
}

static bool write_array(const char *path, const char *descr, const void *data, size_t size, size_t rows, size_t cols,
                        struct err *err)
{
    struct outfile *o = outfile_open(path, err);
    if (o == NULL)
        return false;
    struct buf b = BUF_INIT;
    add_header(&b, descr, rows, cols);
    const char *p = data;
    size_t n = rows * (cols > 0 ? cols : 1);
    for (size_t i = 0; i < n; i++) {
        add_little_endian(&b, p + i * size, size);
        if (b.len >= 1 << 16 || i + 1 == n) {
            outfile_write(o, b.ptr, b.len);
            buf_reset(&b);
        }
    }
    outfile_write(o, b.ptr, b.len);
    buf_free(&b);
    return outfile_commit(o, err);
}

bool npy_write_f32(const char *path, const float *data, size_t rows, size_t cols, struct err *err)
{
    return write_array(path, "<f4", data, sizeof *data, rows, cols, err);
}

bool npy_write_f64(const char *path, const double *data, size_t rows, size_t cols, struct err *err)
{
    return write_array(path, "<f8", data, sizeof *data, rows, cols, err);
}
