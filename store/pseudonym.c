#include "store/pseudonym.h"

#include "core/base/digest.h"
#include "core/base/json.h"
#include "core/base/json_writer.h"

#include <ctype.h>
#include <string.h>

void pseudonyms_init(struct pseudonyms *p, const char *salt)
{
    *p = (struct pseudonyms){.salt = salt};
}

void pseudonyms_free(struct pseudonyms *p)
{
    vec_free(&p->list);
    arena_free(&p->arena);
}

static const char *make(struct pseudonyms *p, const char *name)
{
    enum { DIGITS = 8 };
    static const char domain[] = "assay:pseudonym:1";
    struct digest d;
    char hex[ID_HEX_SIZE];
    struct buf b = BUF_INIT;
    digest_init(&d);
    digest_add_string(&d, domain, sizeof domain - 1);
    digest_add_string(&d, p->salt, strlen(p->salt));
    digest_add_string(&d, name, strlen(name));
    struct id id = digest_id(&d);
    id_hex(&id, hex);
    buf_addf(&b, "annotator-%.*s", DIGITS, hex);
    const char *made = arena_dup(&p->arena, b.ptr);
    buf_free(&b);
    return made;
}

bool pseudonyms_of(struct pseudonyms *p, const char *name, const char **instead, struct err *err)
{
    *instead = "";
    for (size_t i = 0; i < p->list.n; i++)
        if (strcmp(p->list.v[i].name, name) == 0)
            *instead = p->list.v[i].instead;
    if (**instead != '\0' || *name == '\0')
        return true;
    struct pseudonym new = {arena_dup(&p->arena, name), make(p, name)};
    for (size_t i = 0; i < p->list.n; i++)
        if (strcmp(p->list.v[i].instead, new.instead) == 0)
            return err_set(err, ERR_CONFLICT, "two names would get the pseudonym %s; choose another salt", new.instead);
    size_t at = p->list.n;
    vec_push(&p->list, new);
    for (; at > 0 && strlen(p->list.v[at - 1].name) < strlen(name); at--)
        p->list.v[at] = p->list.v[at - 1];
    p->list.v[at] = new;
    *instead = new.instead;
    return true;
}

static bool is_word(unsigned char c)
{
    return isalnum(c) || c == '_' || c >= 0x80;
}

/* The name that stands at text[i] as a word of its own, or NULL. */
static const struct pseudonym *name_at(const struct pseudonyms *p, const char *text, size_t n, size_t i)
{
    if (i > 0 && is_word((unsigned char)text[i - 1]))
        return NULL;
    for (size_t k = 0; k < p->list.n; k++) {
        size_t len = strlen(p->list.v[k].name);
        if (len <= n - i && memcmp(text + i, p->list.v[k].name, len) == 0 &&
            (i + len == n || !is_word((unsigned char)text[i + len])))
            return &p->list.v[k];
    }
    return NULL;
}

bool pseudonyms_text(const struct pseudonyms *p, const char *text, size_t n, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < n;) {
        const struct pseudonym *found = name_at(p, text, n, i);
        if (found == NULL) {
            buf_addc(out, text[i++]);
            continue;
        }
        buf_adds(out, found->instead);
        i += strlen(found->name);
        any = true;
    }
    return any;
}

/* Keys at depths below `own` are the program's own words. */
struct rewriting {
    const struct pseudonyms *p;
    struct json_writer *w;
    int own;
};

static bool rewrite(const struct rewriting *r, struct json_object *v, int depth);

static bool rewrite_object(const struct rewriting *r, struct json_object *v, int depth)
{
    bool any = false;
    jw_object(r->w);
    json_object_object_foreach(v, key, value)
    {
        struct buf k = BUF_INIT;
        if (depth < r->own)
            buf_adds(&k, key);
        else
            any = pseudonyms_text(r->p, key, strlen(key), &k) || any;
        jw_key(r->w, k.len > 0 ? k.ptr : "");
        any = rewrite(r, value, depth + 1) || any;
        buf_free(&k);
    }
    jw_object_end(r->w);
    return any;
}

static bool rewrite_array(const struct rewriting *r, struct json_object *v, int depth)
{
    bool any = false;
    jw_array(r->w);
    for (size_t i = 0; i < json_object_array_length(v); i++)
        any = rewrite(r, json_object_array_get_idx(v, i), depth + 1) || any;
    jw_array_end(r->w);
    return any;
}

/* Not deeper than JSON_MAX_DEPTH: what was parsed is not. */
static bool rewrite(const struct rewriting *r, struct json_object *v, int depth)
{
    if (json_object_is_type(v, json_type_object) && depth < JSON_MAX_DEPTH)
        return rewrite_object(r, v, depth);
    if (json_object_is_type(v, json_type_array) && depth < JSON_MAX_DEPTH)
        return rewrite_array(r, v, depth);
    if (!json_object_is_type(v, json_type_string)) {
        const char *plain = json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN);
        jw_raw(r->w, plain, strlen(plain));
        return false;
    }
    struct buf text = BUF_INIT;
    bool any = pseudonyms_text(r->p, json_object_get_string(v), (size_t)json_object_get_string_len(v), &text);
    jw_strn(r->w, text.len > 0 ? text.ptr : "", text.len);
    buf_free(&text);
    return any;
}

bool pseudonyms_json(const struct pseudonyms *p, const char *json, size_t n, int own, struct buf *out)
{
    struct json_object *v = NULL;
    struct json_writer w;
    struct err ignored;
    if (!json_parse(json, n, &v, &ignored)) {
        buf_adds(out, "null");
        return true;
    }
    jw_start(&w, out);
    bool any = rewrite(&(struct rewriting){p, &w, own}, v, 0);
    json_object_put(v);
    return any;
}
