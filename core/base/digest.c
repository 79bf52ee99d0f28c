#include "core/base/digest.h"

#include <stdio.h>
#include <string.h>

void digest_init(struct digest *d)
{
    sha256_init(&d->ctx);
}

void digest_add(struct digest *d, const void *p, size_t n)
{
    sha256_update(&d->ctx, n, p);
}

void digest_add_string(struct digest *d, const char *s, size_t n)
{
    unsigned char length[8];
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)((uint64_t)n >> (8 * i));
    digest_add(d, length, sizeof length);
    digest_add(d, s, n);
}

static void to_hex(const unsigned char *p, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = '\0';
}

void digest_hex(struct digest *d, char out[SHA256_HEX_SIZE])
{
    unsigned char raw[SHA256_DIGEST_SIZE];
    sha256_digest(&d->ctx, sizeof raw, raw);
    to_hex(raw, sizeof raw, out);
}

bool digest_file(const char *path, char out[SHA256_HEX_SIZE], struct err *err)
{
    FILE *f = fopen(path, "rbe");
    if (f == NULL)
        return err_errno(err, "%s", path);
    struct digest d;
    digest_init(&d);
    char block[1 << 16];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        digest_add(&d, block, n);
    bool ok = !ferror(f);
    if (!ok)
        err_errno(err, "%s", path);
    fclose(f);
    digest_hex(&d, out);
    return ok;
}

struct id digest_id(struct digest *d)
{
    struct id id;
    sha256_digest(&d->ctx, sizeof id.b, id.b);
    return id;
}

struct id id_uuid7(int64_t ms, struct rng *r)
{
    struct id id;
    uint64_t random[2] = {rng_u64(r), rng_u64(r)};
    memcpy(id.b, random, sizeof id.b);
    for (int i = 0; i < 6; i++)
        id.b[i] = (unsigned char)((uint64_t)ms >> (40 - 8 * i));
    id.b[6] = (unsigned char)(0x70 | (id.b[6] & 0x0F));
    id.b[8] = (unsigned char)(0x80 | (id.b[8] & 0x3F));
    return id;
}

void id_hex(const struct id *id, char out[ID_HEX_SIZE])
{
    to_hex(id->b, sizeof id->b, out);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool id_parse(const char *text, struct id *id)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        if (*text == '-')
            continue;
        int v = hex_value(*text);
        if (v < 0 || n >= 2 * sizeof id->b)
            return false;
        id->b[n / 2] = (unsigned char)(n % 2 == 0 ? v << 4 : id->b[n / 2] | v);
        n++;
    }
    return n == 2 * sizeof id->b;
}

bool id_bounds(const char *text, struct id *low, struct id *high)
{
    enum { LEAST = 4 };
    char digits[ID_HEX_SIZE];
    size_t n = strlen(text);
    if (n < LEAST || n > ID_HEX_SIZE - 1)
        return false;
    memset(digits, '0', sizeof digits);
    memcpy(digits, text, n);
    digits[ID_HEX_SIZE - 1] = '\0';
    if (strchr(text, '-') != NULL || !id_parse(digits, low))
        return false;
    memset(digits + n, 'f', ID_HEX_SIZE - 1 - n);
    return id_parse(digits, high);
}

int id_compare(const struct id *a, const struct id *b)
{
    return memcmp(a->b, b->b, sizeof a->b);
}
