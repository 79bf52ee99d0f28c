#include "app/verdicts.h"

#include "app/data.h"
#include "app/place.h"
#include "core/head.h"
#include "core/interval.h"
#include "core/linalg.h"
#include "store/db.h"
#include "store/embedding.h"
#include "store/run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RUNS = 50 };

struct judging_head {
    struct db *db;
    struct arena arena;
    struct head h;
    struct embeddings e;
    struct calibration map;
    struct interval_source sure;
    int64_t set;
    bool has_head;
    double *x; /* three rows */
};

/* The newest head that can be asked. */
static bool find_head(struct judging_head *j, struct verdicts *out, struct err *err)
{
    struct run *runs;
    size_t n;
    if (!run_list(j->db, RUNS, &j->arena, &runs, &n, err))
        return false;
    for (size_t i = 0; i < n && !j->has_head; i++) {
        char *path = runs[i].model != NULL ? place_find(db_path(j->db), runs[i].model) : NULL;
        bool loaded = path != NULL && head_load(path, &j->h, NULL);
        mem_free(path);
        if (!loaded)
            continue;
        if (j->h.gate != NULL) {
            head_free(&j->h);
            continue;
        }
        const char *slash = strrchr(runs[i].model, '/');
        snprintf(out->head, sizeof out->head, "%.60s", slash != NULL ? slash + 1 : runs[i].model);
        j->has_head = true;
    }
    if (!j->has_head)
        snprintf(out->why, sizeof out->why, "no head was fitted yet, or its file is gone");
    return true;
}

/* The set whose digest stands among what the head was fitted to. */
static bool find_rows(struct judging_head *j, struct verdicts *out, struct err *err)
{
    struct embedding_set *sets;
    size_t n;
    const char *inputs = head_meta(&j->h, "inputs");
    if (!embedding_set_list(j->db, &j->arena, &sets, &n, err))
        return false;
    for (size_t i = n; i-- > 0 && j->set == 0;) {
        struct embeddings e;
        char digest[SHA256_HEX_SIZE];
        if (sets[i].d != (int64_t)j->h.d)
            continue;
        embeddings_init(&e);
        char *path = place_find(db_path(j->db), sets[i].path);
        bool mapped = path != NULL && embeddings_add(&e, path, NULL, NULL);
        mem_free(path);
        if (mapped)
            embeddings_digest(&e, digest);
        if (mapped && inputs != NULL && strstr(inputs, digest) != NULL) {
            j->e = e;
            j->set = sets[i].row;
        } else {
            embeddings_close(&e);
        }
    }
    if (j->set == 0) {
        snprintf(out->why, sizeof out->why, "%.60s was fitted to embeddings that are not there any more", out->head);
        out->head[0] = '\0';
    }
    return true;
}

static bool judge(struct judging_head *j, const int64_t rows[2], struct verdict *v, struct err *err)
{
    size_t d = j->h.d;
    double *first = j->x, *second = j->x + d, *apart = j->x + 2 * d;
    struct interval in;
    embeddings_row_f64(&j->e, (size_t)rows[0], first);
    embeddings_row_f64(&j->e, (size_t)rows[1], second);
    double margin = head_reward(&j->h, first) - head_reward(&j->h, second);
    v->p = calibration_probability(&j->map, margin);
    if (j->sure.kind == INTERVAL_NONE)
        return true;
    memcpy(apart, first, d * sizeof *apart);
    linalg_axpy(-1, second, apart, d);
    if (!interval_of_rows(&j->sure, apart, 1, &margin, &in, err))
        return false;
    v->low = calibration_probability(&j->map, in.lo);
    v->high = calibration_probability(&j->map, in.hi);
    return true;
}

static bool judge_all(struct judging_head *j, const int64_t *comparisons, size_t n, struct verdicts *out,
                      struct err *err)
{
    if (!interval_source_of(&j->h, &j->sure, err))
        return false;
    head_calibration(&j->h, &j->map);
    j->x = mem_array(3 * j->h.d, sizeof *j->x);
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        int64_t rows[2];
        ok = embedding_set_pair(j->db, j->set, comparisons[i], rows, err) &&
             (rows[0] < 0 || rows[1] < 0 || judge(j, rows, &out->of[i], err));
    }
    mem_free(j->x);
    calibration_free(&j->map);
    return ok;
}

bool verdicts_read(const char *path, const int64_t *comparisons, size_t n, struct verdicts *out, struct err *err)
{
    struct judging_head j = {0};
    for (size_t i = 0; i < n; i++)
        out->of[i] = (struct verdict){(double)NAN, (double)NAN, (double)NAN};
    bool ok = db_open(path, DB_READ, &j.db, err) && find_head(&j, out, err) &&
              (!j.has_head || find_rows(&j, out, err)) && (j.set == 0 || judge_all(&j, comparisons, n, out, err));
    if (j.set != 0)
        embeddings_close(&j.e);
    if (j.has_head)
        head_free(&j.h);
    arena_free(&j.arena);
    db_close(j.db);
    return ok;
}
