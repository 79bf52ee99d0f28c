#include "app/history.h"

#include "app/app.h"
#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "core/safe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "response 1 much better": of a preference, negative for the first. */
static void add_preference(int preference, struct buf *out)
{
    static const char *const words[] = {"", "slightly better", "better", "much better"};
    if (preference == 0)
        buf_adds(out, "both are as good");
    else
        buf_addf(out, "response %d %s", preference < 0 ? 1 : 2, words[abs(preference)]);
}

/* One line, whatever the text holds. */
static void add_safe(struct json_text t, struct buf *out)
{
    safe_text(t.ptr, t.len, out, SIZE_MAX);
}

static void add_name(const char *label, const char *name, struct buf *out)
{
    if (name == NULL)
        return;
    buf_addf(out, "  %s ", label);
    app_add_name(out, name);
}

static void subject_text(const struct history *h, struct buf *out)
{
    char at[CLOCK_ISO_SIZE];
    buf_addf(out, "comparison %s\n", h->id);
    for (int k = 0; k < 2; k++)
        buf_addf(out, "response %d %s\n", k + 1, h->response_id[k]);
    buf_adds(out, "source ");
    app_add_name(out, h->source);
    add_name("split", h->split, out);
    add_name("subset", h->subset, out);
    buf_addc(out, '\n');
    if (h->principle != NULL) {
        buf_adds(out, "judged by: ");
        app_add_name(out, h->principle);
        buf_addc(out, '\n');
    }
    if (h->repeats[0] != '\0') {
        buf_addf(out, "gives %s once more, to ", h->repeats);
        app_add_name(out, h->reserved != NULL ? h->reserved : "nobody");
        buf_adds(out, " alone; it counts in no label\n");
    } else if (h->retired != 0) {
        clock_iso(h->retired, at);
        buf_addf(out, "retired %s: handed to nobody, in no export", at);
        if (h->retired_why != NULL) {
            buf_adds(out, "; ");
            app_add_name(out, h->retired_why);
        }
        buf_addc(out, '\n');
    } else {
        buf_addf(out, "in work, handled by %lld %s", (long long)h->people, h->people == 1 ? "person" : "people");
        if (h->wanted >= 0)
            buf_addf(out, " of %lld", (long long)h->wanted);
        buf_addc(out, '\n');
    }
}

static void label_text(const struct label *l, struct buf *out)
{
    buf_adds(out, "label: ");
    if (l->n == 0) {
        buf_adds(out, "none, because nobody has judged it\n");
        return;
    }
    if (l->has)
        add_preference(l->strength, out);
    else
        buf_adds(out, l->n_neither > 0 ? "none, because neither is valid" : "none, because no preference was stated");
    if (l->has && l->from_ratings)
        buf_addf(out, " (helpfulness differs by %.4g)", l->mean);
    else if (l->has)
        buf_addf(out, " (mean %.4g of %d)", l->mean, l->n_stated);
    buf_addf(out, ", by %s: %d judgement%s count%s", l->said_by, l->n, PLURAL(l->n), l->n == 1 ? "s" : "");
    if (l->n_neither > 0)
        buf_addf(out, ", %d of them \"neither\"", l->n_neither);
    buf_addc(out, '\n');
}

/* "  ratings of 1 and 2: helpfulness 4 2, ..." in the order given; what one of the two lacks is a dash. */
static void ratings_text(const struct judgement *j, int of, struct buf *out)
{
    for (size_t i = 0; i < j->n_aspects; i++) {
        buf_adds(out, i == 0 ? "    rated (both together): " : ", ");
        app_add_name(out, j->aspects[i].attribute);
        buf_addf(out, j->aspects[i].leans ? " %+d" : " %d", j->aspects[i].value);
    }
    if (j->n_aspects > 0)
        buf_addc(out, '\n');
    if (j->failed != 0)
        buf_addf(out, "    %s a criterion of the rubric\n",
                 j->failed == 3   ? "both fail"
                 : j->failed == 1 ? "1 fails"
                                  : "2 fails");
    if (j->n_ratings == 0)
        return;
    buf_addf(out, "    rated%s:", of != 0 ? "" : " (1 and 2)");
    for (size_t i = 0; i < j->n_ratings; i++) {
        const struct rating *r = &j->ratings[i];
        const struct rating *other = NULL;
        bool told = false;
        for (size_t k = 0; k < j->n_ratings; k++)
            if (k != i && strcmp(j->ratings[k].attribute, r->attribute) == 0) {
                other = &j->ratings[k];
                told = k < i;
            }
        if (told)
            continue;
        buf_addc(out, ' ');
        app_add_name(out, r->attribute);
        if (of != 0)
            buf_addf(out, " %d", r->value);
        else if (other != NULL)
            buf_addf(out, " %d %d", r->which == 0 ? r->value : other->value, r->which == 0 ? other->value : r->value);
        else
            buf_addf(out, r->which == 0 ? " %d -" : " - %d", r->value);
        buf_addc(out, ',');
    }
    buf_truncate(out, out->len - 1);
    buf_addc(out, '\n');
}

static void judgement_text(const struct history_entry *e, struct buf *out)
{
    const struct judgement *j = e->said;
    if (e->of != 0)
        buf_addf(out, " of response %d alone", e->of);
    if (j->revision > 1)
        buf_addf(out, ", revision %d", j->revision);
    buf_addf(out, ": %s\n", history_standing_word(e->standing));
    if (j->has_preference || j->neither) {
        buf_adds(out, "    ");
        if (j->neither)
            buf_adds(out, "neither is valid");
        else
            add_preference(j->preference, out);
        if (e->of == 0)
            buf_addf(out, " (response %d stood on side A)", j->a_is);
        buf_addc(out, '\n');
    }
    ratings_text(j, e->of, out);
    if (j->justification.len > 0) {
        buf_adds(out, "    because: ");
        add_safe(j->justification, out);
        buf_addc(out, '\n');
    }
    if (j->reason[0] != '\0') {
        buf_adds(out, "    reason: ");
        app_add_name(out, j->reason);
        buf_addc(out, '\n');
    }
}

void history_text(const struct history *h, struct buf *out)
{
    subject_text(h, out);
    label_text(&h->label, out);
    for (size_t i = 0; i < h->n; i++) {
        const struct history_entry *e = &h->entries[i];
        char at[CLOCK_ISO_SIZE];
        clock_iso(e->at, at);
        buf_addf(out, "\n%s  ", at);
        app_add_column(out, e->what, 10);
        buf_adds(out, "  ");
        app_add_name(out, e->who);
        if (e->said != NULL) {
            judgement_text(e, out);
            buf_truncate(out, out->len - 1);
        } else if (e->detail != NULL) {
            buf_adds(out, "  ");
            app_add_name(out, e->detail);
        }
    }
    buf_addc(out, '\n');
}

static void kstr_or_null(struct json_writer *w, const char *key, const char *value)
{
    jw_key(w, key);
    if (value != NULL)
        jw_str(w, value);
    else
        jw_null(w);
}

static void kint_or_null(struct json_writer *w, const char *key, bool there, int64_t value)
{
    jw_key(w, key);
    if (there)
        jw_int(w, value);
    else
        jw_null(w);
}

static void ktime(struct json_writer *w, const char *key, int64_t ms)
{
    char at[CLOCK_ISO_SIZE];
    clock_iso(ms, at);
    kstr_or_null(w, key, ms != 0 ? at : NULL);
}

static void label_json(const struct label *l, struct json_writer *w)
{
    jw_key(w, "label");
    jw_object(w);
    kint_or_null(w, "preference", l->has, l->strength);
    jw_key(w, "mean");
    jw_num(w, l->has ? l->mean : (double)NAN);
    jw_kstr(w, "said_by", l->said_by);
    jw_kbool(w, "from_ratings", l->from_ratings);
    jw_kint(w, "judgements", l->n);
    jw_kint(w, "stated", l->n_stated);
    jw_kint(w, "neither", l->n_neither);
    jw_object_end(w);
}

static void judgement_json(const struct history_entry *e, struct json_writer *w)
{
    const struct judgement *j = e->said;
    char id[ID_HEX_SIZE];
    id_hex(&j->id, id);
    jw_kstr(w, "id", id);
    jw_kint(w, "revision", j->revision);
    jw_kstr(w, "standing", history_standing_word(e->standing));
    kint_or_null(w, "response", e->of != 0, e->of);
    kint_or_null(w, "preference", j->has_preference, j->preference);
    jw_kbool(w, "neither", j->neither);
    jw_kint(w, "a_is", j->a_is);
    jw_key(w, "ratings");
    jw_array(w);
    for (size_t i = 0; i < j->n_ratings; i++) {
        jw_object(w);
        jw_kint(w, "response", e->of != 0 ? e->of : j->ratings[i].which + 1);
        jw_kstr(w, "attribute", j->ratings[i].attribute);
        jw_kint(w, "value", j->ratings[i].value);
        jw_object_end(w);
    }
    jw_array_end(w);
    if (j->n_aspects > 0) {
        jw_key(w, "aspects");
        jw_object(w);
        for (size_t i = 0; i < j->n_aspects; i++)
            jw_kint(w, j->aspects[i].attribute, j->aspects[i].value);
        jw_object_end(w);
    }
    if (j->failed != 0)
        jw_kint(w, "failed", j->failed);
    jw_kstrn(w, "justification", j->justification.ptr, j->justification.len);
    jw_kstr(w, "reason", j->reason);
    jw_knum(w, "seconds", j->seconds);
    kint_or_null(w, "confidence", j->confidence != 0, j->confidence);
}

static void entry_json(const struct history_entry *e, struct json_writer *w)
{
    jw_object(w);
    ktime(w, "at", e->at);
    jw_kstr(w, "who", e->who);
    jw_kstr(w, "what", e->what);
    if (e->detail != NULL) {
        jw_key(w, "detail");
        jw_raw(w, e->detail, strlen(e->detail));
    }
    if (e->said != NULL)
        judgement_json(e, w);
    jw_object_end(w);
}

void history_json(const struct history *h, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "comparison", h->id);
    jw_kstr(&w, "first", h->response_id[0]);
    jw_kstr(&w, "second", h->response_id[1]);
    jw_kstr(&w, "source", h->source);
    kstr_or_null(&w, "split", h->split);
    kstr_or_null(&w, "subset", h->subset);
    kstr_or_null(&w, "principle", h->principle);
    ktime(&w, "created", h->created);
    ktime(&w, "retired", h->retired);
    if (h->retired_why != NULL)
        jw_kstr(&w, "reason", h->retired_why);
    jw_kint(&w, "people", h->people);
    kint_or_null(&w, "wanted", h->wanted >= 0, h->wanted);
    kstr_or_null(&w, "repeats", h->repeats[0] != '\0' ? h->repeats : NULL);
    kstr_or_null(&w, "reserved", h->reserved);
    label_json(&h->label, &w);
    jw_key(&w, "entries");
    jw_array(&w);
    for (size_t i = 0; i < h->n; i++)
        entry_json(&h->entries[i], &w);
    jw_array_end(&w);
    jw_object_end(&w);
    buf_addc(out, '\n');
}
