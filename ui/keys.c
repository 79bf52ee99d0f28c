#include "ui/keys.h"

#include "core/base/asset.h"
#include "core/base/vec.h"

#include <stdio.h>

struct binding {
    enum keymap map;
    struct key key;
    enum request request;
};

struct keys {
    VEC(struct binding) bindings;
};

static const struct keymap_info {
    const char *name;
    enum keymap parent;
} keymaps[KEYMAP_COUNT] = {
#define X(id, name, parent) [KEYMAP_##id] = {name, KEYMAP_##parent},
    KEYMAPS(X)
#undef X
};

struct keys *keys_new(void)
{
    return mem_alloc(sizeof(struct keys));
}

void keys_free(struct keys *k)
{
    if (k == NULL)
        return;
    vec_free(&k->bindings);
    mem_free(k);
}

const char *keymap_name(enum keymap map)
{
    return keymaps[map].name;
}

enum keymap keymap_parent(enum keymap map)
{
    return keymaps[map].parent;
}

static struct binding *find(const struct keys *k, enum keymap map, struct key key)
{
    for (size_t i = 0; i < k->bindings.n; i++)
        if (k->bindings.v[i].map == map && key_equal(k->bindings.v[i].key, key))
            return &k->bindings.v[i];
    return NULL;
}

static void add_binding(struct keys *k, struct binding b)
{
    struct binding *old = find(k, b.map, b.key);
    if (old != NULL)
        *old = b;
    else
        vec_push(&k->bindings, b);
}

struct word {
    const char *ptr;
    size_t len;
};

/* Up to `max` words of a line; returns how many there are in all. */
static size_t split(const char *line, size_t n, struct word *words, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < n;) {
        while (i < n && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r'))
            i++;
        size_t start = i;
        while (i < n && line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            i++;
        if (i > start) {
            if (count < max)
                words[count] = (struct word){line + start, i - start};
            count++;
        }
    }
    return count;
}

static bool find_map(struct word w, enum keymap *out)
{
    for (int m = 0; m < KEYMAP_COUNT; m++)
        if (strlen(keymaps[m].name) == w.len && memcmp(keymaps[m].name, w.ptr, w.len) == 0)
            return *out = (enum keymap)m, true;
    return false;
}

static int shown(struct word w)
{
    return w.len > 60 ? 60 : (int)w.len;
}

static bool refuse_map(struct word w, struct err *err)
{
    struct buf names = BUF_INIT;
    for (int m = 0; m < KEYMAP_COUNT; m++)
        buf_addf(&names, "%s%s", m > 0 ? ", " : "", keymaps[m].name);
    err_set(err, ERR_SYNTAX, "there is no view \"%.*s\"; there are %s", shown(w), w.ptr, names.ptr);
    buf_free(&names);
    return false;
}

static bool parse_line(struct keys *k, const char *line, size_t n, struct err *err)
{
    struct word w[3];
    size_t count = split(line, n, w, 3);
    if (count == 0 || w[0].ptr[0] == '#')
        return true;
    if (count != 3)
        return err_set(err, ERR_SYNTAX, "a binding is three words: view, key, request (here are %zu)", count);
    struct binding b;
    if (!find_map(w[0], &b.map))
        return refuse_map(w[0], err);
    if (!key_parse(w[1].ptr, w[1].len, &b.key))
        return err_set(err, ERR_SYNTAX, "\"%.*s\" is no key; keys are written a, <Enter>, <C-r>, <F1>", shown(w[1]),
                       w[1].ptr);
    b.request = request_find(w[2].ptr, w[2].len);
    if (b.request == REQ_NONE && !(w[2].len == 4 && memcmp(w[2].ptr, "none", 4) == 0))
        return err_set(err, ERR_SYNTAX, "there is no request \"%.*s\"; the help screen (?) lists them", shown(w[2]),
                       w[2].ptr);
    add_binding(k, b);
    return true;
}

bool keys_parse(struct keys *k, const char *text, size_t n, const char *name, struct err *err)
{
    const char *end = text + n;
    for (long line = 1; text < end; line++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (stop == NULL)
            stop = end;
        if (!parse_line(k, text, (size_t)(stop - text), err))
            return err_context(err, "%s:%ld", name, line);
        text = stop + (stop < end);
    }
    return true;
}

bool keys_read(struct keys *k, const char *path, struct err *err)
{
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return err_errno(err, "the key file %s cannot be read", path);
    struct buf text = BUF_INIT;
    text.max = 1024 * 1024;
    char block[4096];
    size_t got;
    while ((got = fread(block, 1, sizeof block, f)) > 0)
        buf_add(&text, block, got);
    bool ok = true;
    if (ferror(f))
        ok = err_errno(err, "the key file %s cannot be read", path);
    else if (text.cut)
        ok = err_set(err, ERR_RANGE, "the key file %s is longer than 1 MB: is it one?", path);
    fclose(f);
    ok = ok && keys_parse(k, text.ptr, text.len, path, err);
    buf_free(&text);
    return ok;
}

static bool refuse_keymap(const char *name, struct err *err)
{
    struct buf names = BUF_INIT;
    for (const struct asset *a = assets; a->name != NULL; a++)
        if (strncmp(a->name, "keys/", 5) == 0)
            buf_addf(&names, "%s%.*s", names.len > 0 ? ", " : "", (int)strcspn(a->name + 5, "."), a->name + 5);
    err_set(err, ERR_USAGE, "there is no keymap \"%.40s\"; there are %s", name, names.ptr);
    buf_free(&names);
    return false;
}

bool keys_carried(struct keys *k, const char *name, struct err *err)
{
    struct buf path = BUF_INIT;
    buf_addf(&path, "keys/%s.keys", name);
    const struct asset *a = asset_find(path.ptr);
    bool ok = a != NULL ? keys_parse(k, (const char *)a->data, a->size, path.ptr, err) : refuse_keymap(name, err);
    buf_free(&path);
    return ok;
}

bool keys_default(struct keys *k, struct err *err)
{
    return keys_carried(k, "default", err);
}

enum request keys_lookup(const struct keys *k, enum keymap map, struct key key)
{
    const struct binding *b = NULL;
    for (; b == NULL && map != KEYMAP_NONE; map = keymaps[map].parent)
        b = find(k, map, key);
    return b == NULL ? REQ_NONE : b->request;
}

/* Does a binding hold in `map`? Those that the view falls back to may be hidden by nearer ones. */
static bool holds(const struct keys *k, const struct binding *b, enum keymap map)
{
    for (; map != KEYMAP_NONE && map != b->map; map = keymaps[map].parent)
        if (find(k, map, b->key) != NULL)
            return false;
    return map != KEYMAP_NONE;
}

/* The first binding from `i` on that holds in `map` and stands in `from`; bindings.n: none. */
static size_t next_holding(const struct keys *k, enum keymap map, enum request r, enum keymap from, size_t i)
{
    while (i < k->bindings.n) {
        const struct binding *b = &k->bindings.v[i];
        if (b->request == r && b->map == from && holds(k, b, map))
            break;
        i++;
    }
    return i;
}

bool keys_label(const struct keys *k, enum keymap map, enum request r, char out[KEY_NAME_SIZE])
{
    for (enum keymap from = map; from != KEYMAP_NONE; from = keymaps[from].parent) {
        size_t i = next_holding(k, map, r, from, 0);
        if (i == k->bindings.n)
            continue;
        key_label(k->bindings.v[i].key, out);
        return true;
    }
    return false;
}

const char *keys_say(const struct keys *k, enum keymap map, enum request r, char out[KEY_NAME_SIZE])
{
    return keys_label(k, map, r, out) ? out : "no key";
}

int keys_labels(const struct keys *k, enum keymap map, enum request r, struct buf *out)
{
    int n = 0;
    for (enum keymap from = map; from != KEYMAP_NONE; from = keymaps[from].parent) {
        for (size_t i = 0; (i = next_holding(k, map, r, from, i)) < k->bindings.n; i++) {
            char label[KEY_NAME_SIZE];
            key_label(k->bindings.v[i].key, label);
            if (n++ > 0)
                buf_addc(out, ' ');
            buf_adds(out, label);
        }
    }
    return n;
}
