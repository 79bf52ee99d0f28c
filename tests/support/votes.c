#include "tests/support/votes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void votes_add(struct votes *l, size_t item, size_t rater, double value)
{
    vec_push(&l->item, item);
    vec_push(&l->rater, rater);
    vec_push(&l->value, value);
}

struct agreement_data votes_data(const struct votes *l)
{
    struct agreement_data d = {.item = l->item.v, .rater = l->rater.v, .value = l->value.v, .n = l->value.n};
    for (size_t i = 0; i < d.n; i++) {
        d.items = l->item.v[i] >= d.items ? l->item.v[i] + 1 : d.items;
        d.raters = l->rater.v[i] >= d.raters ? l->rater.v[i] + 1 : d.raters;
    }
    return d;
}

void votes_free(struct votes *l)
{
    vec_free(&l->item);
    vec_free(&l->rater);
    vec_free(&l->value);
}

const char *votes_path(const char *name, char out[512])
{
    const char *folder = getenv("ASSAY_DATA");
    snprintf(out, 512, "%s/%s", folder != NULL ? folder : "../shared/data", name);
    return out;
}

void votes_read(struct votes *l, const char *name, size_t column)
{
    char path[512], line[256];
    FILE *f = fopen(votes_path(name, path), "r");
    cr_assert(ne(ptr, f, NULL), "%s", path);
    size_t n = 0;
    cr_assert(ne(ptr, fgets(line, sizeof line, f), NULL));
    for (; fgets(line, sizeof line, f) != NULL; n++) {
        char *cell = line;
        for (size_t k = 0; k < column; k++)
            cell = strchr(cell, ',') + 1;
        votes_add(l, n / 3, n % 3, *cell == 'A' ? 0 : *cell == 't' ? 1 : *cell == 'B' ? 2 : strtod(cell, NULL));
    }
    fclose(f);
}
