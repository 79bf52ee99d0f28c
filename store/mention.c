#include "store/mention.h"

#include <ctype.h>
#include <string.h>

struct mention {
    const char *name, *becomes;
};

static bool stands_at(struct json_text t, size_t at, const char *name)
{
    size_t n = strlen(name);
    if (t.len - at < n || memcmp(t.ptr + at, name, n) != 0)
        return false;
    return at + n == t.len || !isalnum((unsigned char)t.ptr[at + n]);
}

static void replace(struct json_text t, const struct mention *m, size_t n, struct buf *out)
{
    for (size_t at = 0; at < t.len;) {
        const struct mention *hit = NULL;
        for (size_t i = 0; i < n && hit == NULL && t.ptr[at] == '@'; i++)
            hit = stands_at(t, at, m[i].name) ? &m[i] : NULL;
        if (hit != NULL) {
            buf_adds(out, hit->becomes);
            at += strlen(hit->name);
        } else {
            buf_addc(out, t.ptr[at++]);
        }
    }
}

void mention_swap(struct json_text text, struct buf *out)
{
    replace(text, (const struct mention[]){{"@A", "@B"}, {"@B", "@A"}}, 2, out);
}

void mention_to_responses(struct json_text text, int a_is, struct buf *out)
{
    static const char *const names[] = {"@Response 1", "@Response 2"};
    replace(text, (const struct mention[]){{"@A", names[a_is - 1]}, {"@B", names[2 - a_is]}}, 2, out);
}

void mention_from_responses(struct json_text text, struct buf *out)
{
    replace(text, (const struct mention[]){{"@Response 1", "@A"}, {"@Response 2", "@B"}}, 2, out);
}

void mention_letters(struct json_text text, const char *const *becomes, size_t n, struct buf *out)
{
    char names[26][3];
    struct mention m[26];
    for (size_t i = 0; i < n && i < 26; i++) {
        memcpy(names[i], (const char[]){'@', (char)('A' + i), '\0'}, 3);
        m[i] = (struct mention){names[i], becomes[i]};
    }
    replace(text, m, n < 26 ? n : 26, out);
}
