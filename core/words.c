#include "core/words.h"

#include "core/base/utf8.h"

#include <utf8proc.h>

void words_init(struct words *w, const char *text, size_t n)
{
    *w = (struct words){.text = text, .len = n};
}

void words_free(struct words *w)
{
    vec_free(&w->word);
}

static bool belongs_to_word(uint32_t cp)
{
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

bool words_next(struct words *w)
{
    vec_clear(&w->word);
    while (w->pos < w->len) {
        uint32_t cp;
        int n = utf8_decode(w->text + w->pos, w->len - w->pos, &cp);
        w->pos += (size_t)(n > 0 ? n : 1);
        if (n > 0 && belongs_to_word(cp))
            vec_push(&w->word, (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp));
        else if (w->word.n > 0)
            return true;
    }
    return w->word.n > 0;
}

uint64_t words_mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0xBF58476D1CE4E5B9);
    h = (h ^ (h >> 27)) * UINT64_C(0x94D049BB133111EB);
    return h ^ (h >> 31);
}

uint64_t words_hash(const struct words *w, size_t from, size_t n, uint64_t seed)
{
    uint64_t h = words_mix(seed, n);
    for (size_t i = 0; i < n; i++)
        h = words_mix(h, w->word.v[from + i]);
    return h;
}
