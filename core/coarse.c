#include "core/coarse.h"

#include "core/kernel.h"

/* Rows that are whole pages long would all have their columns in the same few places of the first-level cache: such get
 * a line more. */
enum { PAGE_WORDS = 1024 };

static size_t words_of(const struct diff *f)
{
    size_t words = (f->d + 2 * COARSE_GROUP - 1) / (2 * COARSE_GROUP) * COARSE_GROUP;
    return words % PAGE_WORDS == 0 ? words + COARSE_GROUP : words;
}

bool coarse_init(struct coarse *c, const struct diff *f, size_t memory, struct err *err)
{
    *c = (struct coarse){.f = f, .words = words_of(f), .kernel = kernel_choose()->coarse};
    c->unit = mem_block_raw(f->n, sizeof *c->unit);
    if (c->unit == NULL)
        return err_set(err, ERR_MEMORY, "%zu pairs do not fit into memory", f->n);
    if (f->n <= memory / sizeof *c->x / c->words) /* NULL is no error: then they are formed at each reading */
        c->x = mem_block_raw(f->n, c->words * sizeof *c->x);
    return true;
}

void coarse_free(struct coarse *c)
{
    mem_free(c->x);
    mem_free(c->unit);
    *c = (struct coarse){0};
}

void coarse_take(struct coarse *c, size_t i, const float *x, uint32_t *scratch)
{
    c->unit[i] = c->kernel->encode(x, c->f->d, c->words, c->x != NULL ? c->x + i * c->words : scratch);
}

size_t coarse_width(const struct diff *f)
{
    return 2 * words_of(f);
}

size_t coarse_scratch(const struct diff *f, size_t n)
{
    return n * words_of(f) + 3 * f->d; /* and a difference, and two rows to form it from */
}

const uint32_t *coarse_rows(const struct coarse *c, size_t first, size_t n, uint32_t *scratch)
{
    if (c->x != NULL)
        return c->x + first * c->words;
    void *room = scratch + n * c->words;
    for (size_t i = 0; i < n; i++)
        c->kernel->encode(diff_rows(c->f, first + i, 1, room), c->f->d, c->words, scratch + i * c->words);
    return scratch;
}
