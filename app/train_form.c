#include "app/train_form.h"

#include "app/kind.h"
#include "app/labels.h"
#include "core/base/team.h"
#include "core/choose.h"
#include "core/loss.h"
#include "store/embedding.h"
#include "store/status.h"

#include <stdio.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define PATH         "1e-6:1:20"

static const struct train_choice label_words[] = {
    {"", "review, people, sources"},
    {"review", "what review decided"},
    {"people", "people alone"},
    {"sources", "what came with the data"},
    {"all", "all alike"},
};
static const struct train_choice loss_words[] = {
#define X(id, name, scaled, shifted, formula, text) {name, formula},
    LOSSES(X)
#undef X
};
static const struct train_choice soft_words[] = {
#define X(id, name, text) {name, text},
    LABELS_SOFT(X)
#undef X
};
static const struct train_choice rule_words[] = {
#define X(id, name, text) {name, text},
    CHOOSE_RULES(X)
#undef X
};
static const struct train_choice path_words[] = {{PATH, "20 penalties, chosen by folds of prompts"},
                                                 {"", "one penalty, given below"}};
static const struct train_choice draw_words[] = {{"", "none"}, {"100", "100 heads, for intervals of rewards"}};

#define WORDS(table) .choice = table, .n = COUNT(table)

/* Words of `set`, `source`, `head` and the number of threads come from elsewhere. */
static const struct train_field lines[] = {
    {.option = "set", .label = "embeddings", .bars = "embeddings", .help = "a set of the workspace"},
    {.option = "embeddings", .label = "or a file", .typed = true, .help = "a matrix: .npy or .safetensors"},
    {.option = "ids", .label = "its ids", .typed = true, .needs = "embeddings", .help = "ids of its rows, one a line"},
    {.option = "pairs", .label = "pairs", .typed = true, .needs = "embeddings", .help = "pairs to fit to, JSONL"},
    {.option = "labels",
     .label = "labels",
     WORDS(label_words),
     .bars = "embeddings",
     .help = "whose judgements count; of several, the first that there are"},
    {.option = "source", .label = "source", .bars = "embeddings", .help = "only comparisons of this source"},
    {.option = "soft",
     .label = "votes",
     WORDS(soft_words),
     .initial = "hard",
     .bars = "embeddings",
     .help = "what several judgements of a pair become"},
    {.option = "head", .label = "head", .initial = "bt", .help = "what is fitted"},
    {.option = "loss",
     .label = "loss",
     WORDS(loss_words),
     .initial = "plain",
     .help = "what a pair costs; m is its strength"},
    {.option = "l2-path",
     .label = "search",
     WORDS(path_words),
     .typed = true,
     .initial = PATH,
     .help = "penalties to choose from: FROM:TO:NUMBER, or a list"},
    {.option = "rule",
     .label = "rule",
     WORDS(rule_words),
     .initial = "1se",
     .needs = "l2-path",
     .help = "which of the penalties is taken"},
    {.option = "folds",
     .label = "folds",
     .typed = true,
     .initial = "5",
     .needs = "l2-path",
     .help = "of prompts, left out in turn by the search"},
    {.option = "l2",
     .label = "lambda",
     .typed = true,
     .initial = "0.001",
     .bars = "l2-path",
     .help = "the penalty (lambda/2)|w|^2"},
    {.option = "bootstrap",
     .label = "bootstrap",
     WORDS(draw_words),
     .typed = true,
     .initial = "100",
     .help = "heads fitted to resampled prompts, for intervals of rewards"},
    {.option = "holdout",
     .label = "hold out",
     .typed = true,
     .help = "share of the prompts; empty: 0.2, or none when splits are marked"},
    {.option = "seed", .label = "seed", .typed = true, .initial = "1", .help = "of hold-out, folds and intervals"},
    {.option = "threads", .label = "threads", .typed = true, .help = "a core is left to the screen, if there is one"},
    {.label = "more", .typed = true, .help = "other options of `assay train`, such as --ties davidson"},
};

struct words {
    const struct train_choice *v;
    size_t n;
};

static struct words heads(struct arena *a)
{
    size_t n = 0;
    while (kinds[n] != NULL)
        n++;
    struct train_choice *v = arena_array(a, n, sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct train_choice){kinds[i]->name, kinds[i]->text};
    return (struct words){v, n};
}

static const char *size_of(struct arena *a, const struct embedding_set *s)
{
    char text[80];
    snprintf(text, sizeof text, "%lld rows x %lld", (long long)s->n, (long long)s->d);
    return arena_dup(a, text);
}

static bool sets(struct db *db, struct arena *a, struct words *out, struct err *err)
{
    struct embedding_set *set;
    size_t n;
    if (!embedding_set_list(db, a, &set, &n, err))
        return false;
    struct train_choice *v = arena_array(a, n + 1, sizeof *v);
    v[0] = (struct train_choice){"", n == 0 ? "there is none yet" : "the newest"};
    for (size_t i = 0; i < n; i++)
        v[i + 1] = (struct train_choice){set[i].name, size_of(a, &set[i])};
    *out = (struct words){v, n + 1};
    return true;
}

static bool sources(struct db *db, struct arena *a, struct words *out, struct err *err)
{
    struct status status;
    if (!status_read(db, a, &status, err))
        return false;
    struct train_choice *v = arena_array(a, status.n_sources + 1, sizeof *v);
    v[0] = (struct train_choice){"", "all"};
    for (size_t i = 0; i < status.n_sources; i++)
        v[i + 1] = (struct train_choice){status.sources[i].name, ""};
    *out = (struct words){v, status.n_sources + 1};
    return true;
}

static uint64_t heads_of(const char *option)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < 64 && kinds[i] != NULL; i++)
        if (option == NULL || kind_takes(kinds[i], option))
            bits |= (uint64_t)1 << i;
    return bits;
}

/* The one kind whose bootstrap comes from the same readings of the data: elsewhere it costs a fit a draw, which is no
 * default. It can be asked for in "more". */
static uint64_t heads_of_many(void)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < 64 && kinds[i] != NULL; i++)
        if (kinds[i] == &kind_bt)
            bits |= (uint64_t)1 << i;
    return bits;
}

static const char *threads(struct arena *a)
{
    char text[16];
    int cores = team_cores();
    snprintf(text, sizeof text, "%d", cores > 1 ? cores - 1 : 1);
    return arena_dup(a, text);
}

bool train_form_read(struct db *db, struct arena *a, struct train_form *out, struct err *err)
{
    struct words set, source, head = heads(a);
    struct train_field *f = arena_array(a, COUNT(lines), sizeof *f);
    if (!sets(db, a, &set, err) || !sources(db, a, &source, err))
        return false;
    memcpy(f, lines, sizeof lines);
    *out = (struct train_form){.field = f, .n = COUNT(lines)};
    for (size_t i = 0; i < out->n; i++) {
        const char *option = f[i].option != NULL ? f[i].option : "";
        const struct words *w = strcmp(option, "set") == 0      ? &set
                                : strcmp(option, "source") == 0 ? &source
                                : strcmp(option, "head") == 0   ? &head
                                                                : &(struct words){f[i].choice, f[i].n};
        f[i].choice = w->v;
        f[i].n = w->n;
        f[i].heads = strcmp(option, "bootstrap") == 0 ? heads_of_many() : heads_of(f[i].option);
        if (f[i].initial == NULL)
            f[i].initial = strcmp(option, "threads") == 0 ? threads(a) : "";
    }
    if (set.n == 1)
        out->why_not = "there are no embeddings yet: `assay embed` makes some";
    return true;
}
