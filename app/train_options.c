#include "app/anchor.h"
#include "app/data_thumbs.h"
#include "app/family.h"
#include "app/mixing.h"
#include "app/nets.h"
#include "app/select.h"
#include "app/targets.h"
#include "app/train.h"
#include "app/train_joint.h"
#include "app/train_more.h"
#include "app/train_ordinal.h"
#include "app/train_thumbs.h"
#include "app/weigh.h"
#include "core/diff.h"

#include <unistd.h>

const struct option_spec train_options[] = {
    {"head", 0, "KIND", "what to fit (default bt; --list explains)", false},
    DATA_OPTIONS,
    THUMBS_DATA_OPTIONS,
    FAMILY_OPTIONS,
    ANCHOR_OPTIONS,
    WEIGH_OPTIONS,
    {"laplace", 0, NULL, "bt: keep how sure the head is, for score and eval", false},
    {"soft", 0, "HOW", "labels of the workspace as probabilities: share, smoothed or magnitude (default hard)", false},
    TARGETS_OPTIONS,
    MIXING_OPTIONS,
    ORDINAL_OPTIONS,
    JOINT_OPTIONS,
    MORE_OPTIONS,
    NETS_OPTIONS,
    THUMBS_OPTIONS,
    {"l2", 0, "LAMBDA", "penalty (lambda/2)|w|^2 (default 0.001)", false},
    SELECT_OPTIONS,
    {"holdout", 0, "SHARE", "share held out by prompt (default 0.2, or 0 when the data is marked with splits)", false},
    {"split", 0, "NAME", "train on what is marked so (default: train, and what is not marked)", false},
    {"seed", 0, "N", "of the hold-out split, the intervals and all else that is drawn (default 1)", false},
    {"bins", 0, "N", "of the calibration error (default 10)", false},
    {"max-iterations", 0, "N", "steps at most (default 1000); regression takes one, nets count --epochs", false},
    {"memory", 0, "MB",
     "for differences kept in memory; more are formed again at each pass (default: half of what is free)", false},
    WARM_OPTION,
    {"threads", 0, "N", "default: one a core", false},
    {"list", 0, NULL, "print the heads, losses and models of ties there are, and end", false},
    {"output", 'o', "FILE", "the head (default: beside the workspace, or HEAD.safetensors)", false},
    {0},
};

static bool read_soft(const struct args *args, struct train_opts *o, struct err *err)
{
    int soft = LABELS_HARD;
    if (!args_choice(args, "soft", labels_soft_names, &soft, err))
        return false;
    o->wish.soft = (enum labels_soft)soft;
    return soft == LABELS_HARD || !args_has(args, "embeddings") ||
           err_set(err, ERR_USAGE, "--soft is for the workspace; pairs in files state their probability \"p\"");
}

bool train_read(const struct args *args, struct train_opts *o, struct err *err)
{
    static const char *const splits[] = {"train", "calibration", "test", NULL};
    int kind = 0, split = -1;
    int64_t seed = 1, bins = METRIC_BINS, threads = sysconf(_SC_NPROCESSORS_ONLN), steps = 1000, memory = -1;
    *o = (struct train_opts){.l2 = TRAIN_L2, .holdout = -1};
    if (!args_choice(args, "head", kind_names, &kind, err) || !args_choice(args, "split", splits, &split, err) ||
        !args_number(args, "l2", 0, 1e12, &o->l2, err) || !args_number(args, "holdout", 0, 0.9, &o->holdout, err) ||
        !args_int(args, "seed", 0, INT64_MAX, &seed, err) || !args_int(args, "bins", 1, METRIC_MAX_BINS, &bins, err) ||
        !args_int(args, "threads", 1, 256, &threads, err) ||
        !args_int(args, "max-iterations", 1, 1000000, &steps, err) ||
        !args_int(args, "memory", 0, 1 << 30, &memory, err) || !read_soft(args, o, err))
        return false;
    o->kind = kinds[kind];
    o->need = o->kind->need;
    o->split = split >= 0 ? splits[split] : NULL;
    o->seed = (uint64_t)seed;
    o->bins = (size_t)bins;
    o->threads = (int)threads;
    o->max_iterations = (size_t)steps;
    o->memory = memory >= 0 ? (size_t)memory << 20 : diff_default_memory();
    return kind_check(o->kind, args, err) && warm_read(args, &o->warm, err) &&
           (o->kind->read == NULL || o->kind->read(args, o, err));
}

void train_opts_free(struct train_opts *o)
{
    if (o->kind != NULL && o->kind->free_own != NULL && o->own != NULL)
        o->kind->free_own(o->own);
    o->own = NULL;
    warm_free(&o->warm);
}
