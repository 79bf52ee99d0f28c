#include "core/safetensors.h"

#include "core/base/json.h"
#include "core/base/json_writer.h"
#include "core/base/mem.h"
#include "core/base/outfile.h"

#include <stdlib.h>
#include <string.h>

enum { PREFIX = 8 };

static uint64_t header_size(const struct map *m)
{
    uint64_t n = 0;
    for (int i = 0; i < PREFIX; i++)
        n |= (uint64_t)m->ptr[i] << (8 * i);
    return n;
}

bool safetensors_recognise(const struct map *m)
{
    return m->size > PREFIX && m->ptr[PREFIX] == '{';
}

void safetensors_close(struct safetensors *s)
{
    map_close(&s->map);
    arena_free(&s->arena);
    *s = (struct safetensors){0};
}

const char *safetensors_meta(const struct safetensors *s, const char *key)
{
    for (size_t i = 0; i < s->n_meta; i++)
        if (strcmp(s->meta[i].key, key) == 0)
            return s->meta[i].value;
    return NULL;
}

static bool read_meta(struct safetensors *s, struct json_object *o, struct err *err)
{
    if (!json_object_is_type(o, json_type_object))
        return err_set(err, ERR_SYNTAX, "damaged safetensors header: \"__metadata__\" is not an object");
    s->meta = arena_array(&s->arena, (size_t)json_object_object_length(o), sizeof *s->meta);
    json_object_object_foreach(o, key, value)
    {
        struct json_text text;
        if (!json_as_text(value, key, &text, err))
            return err_context(err, "damaged safetensors header: \"__metadata__\"");
        s->meta[s->n_meta++] =
            (struct safetensors_pair){arena_dup(&s->arena, key), arena_ndup(&s->arena, text.ptr, text.len)};
    }
    return true;
}

static bool read_sizes(struct json_object *list, const char *what, size_t *out, size_t max, size_t *n, struct err *err)
{
    size_t count = json_object_array_length(list);
    if (count > max)
        return err_set(err, ERR_RANGE, "\"%s\" has %zu numbers, more than %zu", what, count, max);
    for (size_t i = 0; i < count; i++) {
        int64_t v;
        if (!json_as_int(json_object_array_get_idx(list, i), what, 0, INT64_MAX, &v, err))
            return false;
        out[i] = (size_t)v;
    }
    *n = count;
    return true;
}

/* Bytes of an element of any type the format knows; 0 for others. */
static size_t dtype_size(const char *dtype)
{
    static const struct {
        const char *name;
        size_t size;
    } known[] = {{"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
                 {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
                 {"U32", 4},  {"F32", 4}, {"F64", 8}, {"I64", 8},     {"U64", 8}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(dtype, known[i].name) == 0)
            return known[i].size;
    return 0;
}

static bool check_entry(const struct safetensors_entry *e, size_t data_size, struct err *err)
{
    size_t bytes = dtype_size(e->dtype);
    if (bytes == 0)
        return err_set(err, ERR_SYNTAX, "type \"%s\" is not known", e->dtype);
    for (size_t i = 0; i < e->rank; i++)
        if (__builtin_mul_overflow(bytes, e->shape[i], &bytes))
            return err_set(err, ERR_RANGE, "its shape is too large to be");
    if (e->begin > e->end || e->end > data_size)
        return err_set(err, ERR_RANGE, "bytes %zu to %zu are outside the %zu bytes of data", e->begin, e->end,
                       data_size);
    if (e->end - e->begin != bytes)
        return err_set(err, ERR_RANGE, "its shape needs %zu bytes, but it has %zu", bytes, e->end - e->begin);
    return true;
}

static bool read_entry(struct safetensors *s, const char *name, struct json_object *o, size_t data_size,
                       struct err *err)
{
    struct safetensors_entry *e = &s->entries[s->n];
    struct json_object *shape = NULL, *offsets = NULL;
    struct json_text dtype;
    size_t range[2], n = 0;
    if (!json_object_is_type(o, json_type_object))
        return err_set(err, ERR_SYNTAX, "it is not an object");
    if (!json_get_text(o, "dtype", JSON_REQUIRED, &dtype, err) ||
        !json_get_array(o, "shape", JSON_REQUIRED, &shape, err) ||
        !json_get_array(o, "data_offsets", JSON_REQUIRED, &offsets, err) ||
        !read_sizes(shape, "shape", e->shape, SAFETENSORS_MAX_RANK, &e->rank, err) ||
        !read_sizes(offsets, "data_offsets", range, 2, &n, err))
        return false;
    if (n != 2)
        return err_set(err, ERR_SYNTAX, "\"data_offsets\" must be two numbers");
    e->name = arena_dup(&s->arena, name);
    e->dtype = arena_ndup(&s->arena, dtype.ptr, dtype.len);
    e->begin = range[0];
    e->end = range[1];
    s->n++;
    return check_entry(e, data_size, err);
}

static int by_offset(const void *a, const void *b)
{
    const struct safetensors_entry *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

/* Tensors must follow each other without gap or overlap and fill the file. */
static bool check_layout(struct safetensors *s, size_t data_size, struct err *err)
{
    if (s->n > 0)
        qsort(s->entries, s->n, sizeof *s->entries, by_offset);
    size_t at = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->entries[i].begin != at)
            return err_set(err, ERR_RANGE, "damaged safetensors file: tensor \"%s\" %s the one before",
                           s->entries[i].name, s->entries[i].begin < at ? "overlaps" : "does not follow");
        at = s->entries[i].end;
    }
    if (at != data_size)
        return err_set(err, ERR_RANGE, "damaged safetensors file: tensors take %zu bytes, but %zu follow the header",
                       at, data_size);
    return true;
}

static bool read_entries(struct safetensors *s, struct json_object *root, size_t data_size, struct err *err)
{
    if (!json_object_is_type(root, json_type_object))
        return err_set(err, ERR_SYNTAX, "damaged safetensors header: it is not an object");
    s->entries = arena_array(&s->arena, (size_t)json_object_object_length(root), sizeof *s->entries);
    json_object_object_foreach(root, key, value)
    {
        if (strcmp(key, "__metadata__") == 0) {
            if (!read_meta(s, value, err))
                return false;
        } else if (!read_entry(s, key, value, data_size, err))
            return err_context(err, "damaged safetensors header: tensor \"%s\"", key);
    }
    return check_layout(s, data_size, err);
}

/* json-c keeps the last of equal keys, so a name that stands twice would hide a tensor: the layout check then finds the
 * gap, except for empty tensors, which hide nothing. */
static bool read_header(struct safetensors *s, struct err *err)
{
    if (s->map.size < PREFIX)
        return err_set(err, ERR_SYNTAX, "the safetensors file ends in its header");
    uint64_t n = header_size(&s->map);
    if (n > SAFETENSORS_MAX_HEADER || n > s->map.size - PREFIX)
        return err_set(err, ERR_SYNTAX, "damaged safetensors file: a header of %llu bytes in a file of %zu",
                       (unsigned long long)n, s->map.size);
    struct json_object *root = NULL;
    if (!json_parse((const char *)s->map.ptr + PREFIX, (size_t)n, &root, err))
        return err_context(err, "damaged safetensors header");
    s->data = s->map.ptr + PREFIX + n;
    bool ok = read_entries(s, root, s->map.size - PREFIX - (size_t)n, err);
    json_object_put(root);
    return ok;
}

bool safetensors_open(const char *path, struct safetensors *s, struct err *err)
{
    *s = (struct safetensors){0};
    if (!map_open(&s->map, path, err))
        return false;
    if (read_header(s, err))
        return true;
    safetensors_close(s);
    return err_context(err, "%s", path);
}

static bool no_such_tensor(const struct safetensors *s, const char *name, struct err *err)
{
    struct buf b = {.ptr = buf_empty, .max = 300};
    for (size_t i = 0; i < s->n && !b.cut; i++)
        buf_addf(&b, "%s%s", i > 0 ? ", " : "", s->entries[i].name);
    if (name != NULL)
        err_set(err, ERR_MISSING, "there is no tensor \"%s\"; there are: %s", name, b.ptr);
    else if (s->n == 0)
        err_set(err, ERR_MISSING, "the file holds no tensor");
    else
        err_set(err, ERR_MISSING, "the file holds %zu tensors, choose one with FILE:NAME: %s", s->n, b.ptr);
    buf_free(&b);
    return false;
}

bool safetensors_tensor(const struct safetensors *s, const char *name, struct tensor *t, struct err *err)
{
    const struct safetensors_entry *e = name == NULL && s->n == 1 ? &s->entries[0] : NULL;
    for (size_t i = 0; i < s->n && name != NULL; i++)
        if (strcmp(s->entries[i].name, name) == 0)
            e = &s->entries[i];
    if (e == NULL)
        return no_such_tensor(s, name, err);
    if (e->rank == 0 || e->rank > 2)
        return err_set(err, ERR_RANGE, "tensor \"%s\" has %zu dimensions; rows and columns are needed", e->name,
                       e->rank);
    static const enum tensor_type all[] = {TENSOR_F16, TENSOR_BF16, TENSOR_F32, TENSOR_F64};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(tensor_type_name(all[i]), e->dtype) == 0) {
            *t = (struct tensor){.type = all[i],
                                 .rows = e->shape[0],
                                 .cols = e->rank == 2 ? e->shape[1] : 1,
                                 .data = s->data + e->begin};
            return true;
        }
    return err_set(err, ERR_RANGE, "tensor \"%s\" is of type %s; F16, BF16, F32 or F64 is needed", e->name, e->dtype);
}

static size_t count_of(const struct safetensors_out *t)
{
    return t->shape[0] * (t->rank == 2 ? t->shape[1] : 1);
}

static int by_key(const void *a, const void *b)
{
    const struct safetensors_pair *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static void write_meta(struct json_writer *w, const struct safetensors_pair *meta, size_t n)
{
    struct safetensors_pair *sorted = mem_array(n, sizeof *sorted);
    memcpy(sorted, meta, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_key);
    jw_key(w, "__metadata__");
    jw_object(w);
    for (size_t i = 0; i < n; i++)
        jw_kstr(w, sorted[i].key, sorted[i].value);
    jw_object_end(w);
    mem_free(sorted);
}

static void make_header(struct buf *b, const struct safetensors_out *tensors, size_t n,
                        const struct safetensors_pair *meta, size_t n_meta)
{
    struct json_writer w;
    size_t at = 0;
    jw_start(&w, b);
    jw_object(&w);
    if (n_meta > 0)
        write_meta(&w, meta, n_meta);
    for (size_t i = 0; i < n; i++) {
        jw_key(&w, tensors[i].name);
        jw_object(&w);
        jw_kstr(&w, "dtype", tensor_type_name(tensors[i].type));
        jw_key(&w, "shape");
        jw_array(&w);
        for (size_t j = 0; j < tensors[i].rank; j++)
            jw_int(&w, (int64_t)tensors[i].shape[j]);
        jw_array_end(&w);
        jw_key(&w, "data_offsets");
        jw_array(&w);
        jw_int(&w, (int64_t)at);
        at += count_of(&tensors[i]) * tensor_type_size(tensors[i].type);
        jw_int(&w, (int64_t)at);
        jw_array_end(&w);
        jw_object_end(&w);
    }
    jw_object_end(&w);
    while (b->len % 8 != 0)
        buf_addc(b, ' ');
}

static void write_data(struct outfile *o, const struct safetensors_out *t)
{
    struct tensor native;
    tensor_borrow(&native, t->type, t->data, 0, 0);
    size_t size = tensor_type_size(t->type), n = count_of(t);
    if (!native.big_endian) {
        outfile_write(o, t->data, n * size);
        return;
    }
    const unsigned char *p = t->data;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < size; j++)
            outfile_write(o, p + i * size + size - 1 - j, 1);
}

bool safetensors_write(const char *path, const struct safetensors_out *tensors, size_t n,
                       const struct safetensors_pair *meta, size_t n_meta, struct err *err)
{
    struct outfile *o = outfile_open(path, err);
    if (o == NULL)
        return false;
    struct buf b = BUF_INIT;
    unsigned char length[PREFIX];
    make_header(&b, tensors, n, meta, n_meta);
    for (int i = 0; i < PREFIX; i++)
        length[i] = (unsigned char)((uint64_t)b.len >> (8 * i));
    outfile_write(o, length, sizeof length);
    outfile_write(o, b.ptr, b.len);
    for (size_t i = 0; i < n; i++)
        write_data(o, &tensors[i]);
    buf_free(&b);
    return outfile_commit(o, err);
}
