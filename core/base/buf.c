#include "core/base/buf.h"

#include "core/base/mem.h"

#include <stdio.h>
#include <string.h>

char buf_empty[1] = "";

void buf_reserve(struct buf *b, size_t more)
{
    size_t want = b->len + more + 1;
    if (want <= b->cap)
        return;
    size_t cap = b->cap + b->cap / 2;
    cap = cap < 64 ? 64 : cap;
    cap = cap < want ? want : cap;
    b->ptr = mem_resize(b->ptr == buf_empty ? NULL : b->ptr, cap);
    b->cap = cap;
    b->ptr[b->len] = '\0';
}

void buf_splice(struct buf *b, size_t at, size_t gone, const void *p, size_t n)
{
    if (b->cut || (b->max > 0 && b->len - gone + n > b->max)) {
        b->cut = true;
        return;
    }
    buf_reserve(b, n);
    memmove(b->ptr + at + n, b->ptr + at + gone, b->len - at - gone + 1);
    if (n > 0)
        memcpy(b->ptr + at, p, n);
    b->len = b->len - gone + n;
}

/* Most of what is added fits. */
static bool fits(const struct buf *b, size_t n)
{
    return n < b->cap - b->len && (b->max == 0 || (!b->cut && b->len + n <= b->max));
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (!fits(b, n)) {
        buf_splice(b, b->len, 0, p, n);
        return;
    }
    memcpy(b->ptr + b->len, p, n);
    b->len += n;
    b->ptr[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
    char small[256];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    if (n < 0)
        BUG("bad format \"%s\"", fmt);
    if ((size_t)n < sizeof small) {
        buf_add(b, small, (size_t)n);
    } else {
        char *large = mem_alloc((size_t)n + 1);
        vsnprintf(large, (size_t)n + 1, fmt, again);
        buf_add(b, large, (size_t)n);
        mem_free(large);
    }
    va_end(again);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    buf_vaddf(b, fmt, ap);
    va_end(ap);
}

void buf_truncate(struct buf *b, size_t n)
{
    if (n >= b->len)
        return;
    b->len = n;
    b->ptr[n] = '\0';
}

void buf_reset(struct buf *b)
{
    buf_truncate(b, 0);
    b->cut = false;
}

char *buf_take(struct buf *b)
{
    char *p = b->ptr == buf_empty ? mem_ndup("", 0) : b->ptr;
    size_t max = b->max;
    *b = BUF_INIT;
    b->max = max;
    return p;
}

void buf_free(struct buf *b)
{
    if (b->ptr != buf_empty)
        mem_free(b->ptr);
    size_t max = b->max;
    *b = BUF_INIT;
    b->max = max;
}
