/* HelpSteer2-Preference: strength and statement of the label, and what each annotator said. */
#include "store/export_voices.h"

#include <stdlib.h>
#include <string.h>

enum { NEITHER = -100, TRIPLE = 3 };

static const char *statement(int strength)
{
    static const char *const texts[] = {
        "Response 1 is much better than Response 2",     "Response 1 is better than Response 2",
        "Response 1 is slightly better than Response 2", "Response 1 is about as good as Response 2",
        "Response 2 is slightly better than Response 1", "Response 2 is better than Response 1",
        "Response 2 is much better than Response 1"};
    return texts[strength + PREFERENCE_MAX];
}

/* The words of someone who leans the way the label does. */
static const struct judgement *spokesperson(const struct judgement *const *voice, size_t n, int strength)
{
    for (size_t k = 0; k < n; k++) {
        int p = voice[k]->preference;
        if (voice[k]->has_preference && voice[k]->justification.len > 0 &&
            (p > 0) - (p < 0) == (strength > 0) - (strength < 0))
            return voice[k];
    }
    return NULL;
}

static int64_t spread(const int64_t *s)
{
    int64_t low = s[0], high = s[0];
    for (int i = 1; i < TRIPLE; i++) {
        low = s[i] < low ? s[i] : low;
        high = s[i] > high ? s[i] : high;
    }
    return high - low;
}

/* Smallest range, then smallest variance, then smallest absolute mean; the file's makers do not say how they choose. */
static bool is_closer(const int64_t *x, const int64_t *y)
{
    int64_t sx = x[0] + x[1] + x[2], sy = y[0] + y[1] + y[2];
    int64_t vx = TRIPLE * (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) - sx * sx;
    int64_t vy = TRIPLE * (y[0] * y[0] + y[1] * y[1] + y[2] * y[2]) - sy * sy;
    if (spread(x) != spread(y))
        return spread(x) < spread(y);
    return vx != vy ? vx < vy : llabs(sx) < llabs(sy);
}

/* Indices of the three stated preferences that are most alike; fewer when fewer were stated. */
static size_t most_similar(const struct judgement *const *voice, size_t n, size_t out[TRIPLE])
{
    size_t found = 0;
    int64_t best[TRIPLE] = {0};
    for (size_t a = 0; a < n && found < TRIPLE; a++)
        if (voice[a]->has_preference) {
            best[found] = voice[a]->preference;
            out[found++] = a;
        }
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++)
            for (size_t c = b + 1; c < n; c++) {
                int64_t s[TRIPLE] = {voice[a]->preference, voice[b]->preference, voice[c]->preference};
                if (voice[a]->has_preference && voice[b]->has_preference && voice[c]->has_preference &&
                    is_closer(s, best)) {
                    memcpy(best, s, sizeof best);
                    memcpy(out, (const size_t[]){a, b, c}, TRIPLE * sizeof *out);
                }
            }
    return found;
}

static void write_similar(struct export *e, const struct judgement *const *voice, size_t n)
{
    size_t chosen[TRIPLE], count = most_similar(voice, n, chosen);
    jw_key(&e->w, "three_most_similar_preferences");
    jw_array(&e->w);
    for (size_t i = 0; i < count; i++) {
        const struct judgement *j = voice[chosen[i]];
        jw_object(&e->w);
        jw_kstr(&e->w, "statement", statement(j->preference));
        export_words(e, "elaboration", j);
        jw_kint(&e->w, "strength", j->preference);
        jw_object_end(&e->w);
    }
    jw_array_end(&e->w);
}

static void write_raw(struct export *e, const struct judgement *const *voice, size_t n)
{
    jw_key(&e->w, "all_preferences_unprocessed");
    jw_array(&e->w);
    for (size_t i = 0; i < n; i++) {
        jw_object(&e->w);
        jw_kint(&e->w, "strength", voice[i]->neither ? NEITHER : voice[i]->preference);
        export_words(e, "justification", voice[i]);
        jw_object_end(&e->w);
    }
    jw_array_end(&e->w);
}

static bool write_item(struct export *e, const struct export_item *i, struct err *err)
{
    struct json_text prompt;
    if (!export_prompt_helpsteer(e, i->messages, &prompt, err))
        return false;
    if (!i->pair.label.has || prompt.ptr == NULL) {
        e->counts->unlabelled++;
        return true;
    }
    int strength = i->pair.label.strength;
    e->counts->ties += strength == 0;
    const struct judgement **voice = arena_array(&e->arena, i->n + 1, sizeof *voice);
    size_t n = export_voices(e, i, voice);
    const struct judgement *aggregate = export_aggregate(e, i);
    struct json_object *extra = NULL;
    if (aggregate != NULL && !json_parse(aggregate->extra.ptr, aggregate->extra.len, &extra, err))
        return false;
    export_begin(e);
    if (i->pair.split != NULL)
        jw_kstr(&e->w, "split", i->pair.split);
    jw_kstrn(&e->w, "prompt", prompt.ptr, prompt.len);
    jw_kstrn(&e->w, "response_1", i->responses[0].text.ptr, i->responses[0].text.len);
    jw_kstrn(&e->w, "response_2", i->responses[1].text.ptr, i->responses[1].text.len);
    jw_kint(&e->w, "preference_strength", strength);
    if (!export_kept(e, extra, "preference_statement"))
        jw_kstr(&e->w, "preference_statement", statement(strength));
    if (!export_kept(e, extra, "preference_elaboration"))
        export_words(e, "preference_elaboration", spokesperson(voice, n, strength));
    if (!export_kept(e, extra, "three_most_similar_preferences"))
        write_similar(e, voice, n);
    write_raw(e, voice, n);
    export_end(e);
    json_object_put(extra);
    return true;
}

const struct export_format export_helpsteer2_preference = {.item = write_item};
