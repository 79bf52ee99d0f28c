#include "app/leader.h"

#include "core/base/mem.h"
#include "core/probe.h"

#include <math.h>
#include <string.h>

/* The two best answers to a prompt. */
struct best {
    size_t row, answers;
    double first, second;
};

static void meet(struct best *b, size_t row, double reward)
{
    if (b->answers++ == 0 || reward > b->first) {
        b->second = b->answers > 1 ? b->first : -(double)INFINITY;
        b->first = reward;
        b->row = row;
    } else if (reward > b->second) {
        b->second = reward;
    }
}

enum leader *leaders_of(const struct embeddings *e, const double *rewards, double margin)
{
    struct names prompts = {0};
    enum leader *leads = mem_array(e->n + 1, sizeof *leads);
    size_t *of = mem_array(e->n + 1, sizeof *of);
    struct best *best = mem_array(e->n + 1, sizeof *best);
    for (size_t i = 0; i < e->n; i++) {
        const char *id = embeddings_prompt_id(e, i), *own = embeddings_id(e, i);
        bool answers = id != NULL && !isnan(rewards[i]) && (own == NULL || !probe_is(own));
        of[i] = answers ? names_add(&prompts, id, strlen(id), NULL) : NAMES_NONE;
        if (of[i] != NAMES_NONE)
            meet(&best[of[i]], i, rewards[i]);
    }
    for (size_t i = 0; i < e->n; i++) {
        const struct best *b = of[i] != NAMES_NONE ? &best[of[i]] : NULL;
        if (b != NULL && b->answers > 1)
            leads[i] = b->row == i && b->first - b->second > margin ? LEADER_YES : LEADER_NO;
    }
    names_free(&prompts);
    mem_free(of);
    mem_free(best);
    return leads;
}
