#include "tests/support/people.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/rng.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct person {
    const char *name;
    int near, far;       /* in a hundred judgements: one step off, any number of steps off */
    const char *because; /* NULL: what the sample says; else with the better and the other side in it */
} everybody[] = {
    {"bo", 25, 0, NULL},
    {"cy", 40, 0, "%s says what was asked for and no more, while %s leaves the reader to work it out."},
    {"dee", 45, 25, "I would rather be given %s: it sounds sure of itself, and %s takes longer to get there."},
};
enum { PEOPLE = sizeof everybody / sizeof *everybody, ABSENT = 15, DAYS = 17 };

static bool chance(struct rng *r, int percent)
{
    return rng_below(r, 100) < (uint64_t)percent;
}

/* v as somebody else may see it. */
static int64_t seen(struct rng *r, const struct person *p, int64_t v, int64_t lo, int64_t hi)
{
    if (chance(r, p->far))
        return lo + (int64_t)rng_below(r, (uint64_t)(hi - lo + 1));
    if (chance(r, p->near))
        v += chance(r, 50) ? 1 : -1;
    return v < lo ? lo : v > hi ? hi : v;
}

static struct json_object *ratings(struct rng *r, const struct person *p, struct json_object *as_came)
{
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(as_came); i++) {
        struct json_object *one = json_object_new_object();
        json_object_object_foreach(json_object_array_get_idx(as_came, i), key, level)
            json_object_object_add(one, key, json_object_new_int64(seen(r, p, json_object_get_int64(level), 0, 4)));
        json_object_array_add(list, one);
    }
    return list;
}

static struct json_object *judgement(struct rng *r, const struct person *p, struct json_object *as_came, int64_t when)
{
    struct json_object *j = json_object_new_object();
    int64_t preference = seen(r, p, json_object_get_int64(json_object_object_get(as_came, "preference")), -3, 3);
    char created[CLOCK_ISO_SIZE];
    struct buf why = BUF_INIT;
    clock_iso(when, created);
    if (p->because == NULL)
        buf_adds(&why, json_object_get_string(json_object_object_get(as_came, "justification")));
    else
        buf_addf(&why, p->because, preference < 0 ? "@A" : "@B", preference < 0 ? "@B" : "@A");
    json_object_object_add(j, "annotator", json_object_new_string(p->name));
    json_object_object_add(j, "ratings", ratings(r, p, json_object_object_get(as_came, "ratings")));
    json_object_object_add(j, "preference", json_object_new_int64(preference));
    json_object_object_add(j, "justification", json_object_new_string(why.ptr));
    json_object_object_add(j, "seconds", json_object_new_int64(20 + (int64_t)rng_below(r, 90)));
    json_object_object_add(j, "created", json_object_new_string(created));
    buf_free(&why);
    return j;
}

/* What everybody says of one line of the sample, as lines. */
static void judge(struct rng *r, struct json_object *line, int64_t when, struct buf *out)
{
    struct json_object *as_came = json_object_get(json_object_object_get(line, "judgement"));
    for (size_t k = 0; as_came != NULL && k < PEOPLE; k++) {
        if (chance(r, ABSENT))
            continue;
        json_object_object_add(line, "judgement", judgement(r, &everybody[k], as_came, when + (int64_t)k * 60 * 1000));
        buf_addf(out, "%s\n", json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN));
    }
    json_object_put(as_came);
}

void people_judge(const char *sample, int n, uint64_t seed, int64_t end, struct buf *out)
{
    const int64_t span = (int64_t)DAYS * 24 * 3600 * 1000;
    struct rng r;
    rng_seed(&r, seed);
    for (int i = 0; i < n && *sample != '\0'; i++) {
        size_t length = strcspn(sample, "\n");
        struct json_object *line = NULL;
        struct err err = {0};
        cr_assert(json_parse(sample, length, &line, &err), "%s", err.text);
        judge(&r, line, end - span + span * i / n, out);
        json_object_put(line);
        sample += length + (sample[length] == '\n');
    }
}
