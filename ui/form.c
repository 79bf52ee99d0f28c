#include "ui/form.h"

void form_init(struct form *f)
{
    *f = (struct form){0};
    editor_init(&f->editor, FORM_TYPED, true);
}

static void free_values(struct form *f)
{
    for (size_t i = 0; i < f->values.n; i++)
        mem_free(f->values.v[i]);
    vec_free(&f->values);
}

void form_release(struct form *f)
{
    free_values(f);
    vec_free(&f->holds);
    editor_release(&f->editor);
}

/* ---- which fields hold ---- */

/* The field of this option; what.n when there is none. */
static size_t find_option(const struct form *f, const char *option)
{
    size_t i = 0;
    while (i < f->what->n && (f->what->field[i].option == NULL || strcmp(f->what->field[i].option, option) != 0))
        i++;
    return i;
}

static bool holds(const struct form *f, size_t field);

static bool is_given(const struct form *f, const char *option)
{
    size_t i = find_option(f, option);
    return i < f->what->n && f->values.v[i][0] != '\0' && holds(f, i);
}

static size_t choice_of(const struct train_field *x, const char *value)
{
    size_t i = 0;
    while (i < x->n && strcmp(x->choice[i].word, value) != 0)
        i++;
    return i;
}

/* Fields name only those before or beside them, never one another in a ring. */
static bool holds(const struct form *f, size_t field)
{
    const struct train_field *x = &f->what->field[field];
    size_t head = find_option(f, "head");
    size_t kind = head < f->what->n ? choice_of(&f->what->field[head], f->values.v[head]) : 0;
    return (kind >= 64 || (x->heads >> kind & 1) != 0) && (x->needs == NULL || is_given(f, x->needs)) &&
           (x->bars == NULL || !is_given(f, x->bars));
}

/* The selected field stays selected as long as it holds. */
static void arrange(struct form *f)
{
    size_t at = f->list.at < f->holds.n ? f->holds.v[f->list.at] : 0, row = 0;
    vec_clear(&f->holds);
    for (size_t i = 0; i < f->what->n; i++)
        if (holds(f, i)) {
            row = i <= at ? f->holds.n : row;
            vec_push(&f->holds, i);
        }
    list_set(&f->list, f->holds.n);
    list_go(&f->list, row);
}

/* ---- values ---- */

static void put(struct form *f, size_t field, const char *value)
{
    mem_free(f->values.v[field]);
    f->values.v[field] = mem_dup(value);
    arrange(f);
}

/* The value that a field of this label had; NULL: it is new, or the value is gone. */
static const char *old_value(const struct train_form *old, char *const *values, const struct train_field *x)
{
    for (size_t i = 0; old != NULL && i < old->n; i++)
        if (strcmp(old->field[i].label, x->label) == 0 && (x->typed || choice_of(x, values[i]) < x->n))
            return values[i];
    return NULL;
}

void form_set(struct form *f, const struct train_form *what)
{
    VEC(char *) values = {0};
    for (size_t i = 0; i < what->n; i++) {
        const char *kept = f->values.n > 0 ? old_value(f->what, f->values.v, &what->field[i]) : NULL;
        vec_push(&values, mem_dup(kept != NULL ? kept : what->field[i].initial));
    }
    free_values(f);
    for (size_t i = 0; i < values.n; i++)
        vec_push(&f->values, values.v[i]);
    vec_free(&values);
    f->what = what;
    arrange(f);
}

static bool selected(const struct form *f, size_t *field)
{
    if (f->list.at >= f->holds.n)
        return false;
    *field = f->holds.v[f->list.at];
    return true;
}

const struct train_field *form_field(const struct form *f)
{
    size_t i;
    return selected(f, &i) ? &f->what->field[i] : NULL;
}

const char *form_value(const struct form *f, size_t field)
{
    return f->values.v[field];
}

const char *form_meaning(const struct form *f, size_t field)
{
    const struct train_field *x = &f->what->field[field];
    size_t i = choice_of(x, f->values.v[field]);
    return i < x->n ? x->choice[i].text : "";
}

bool form_step(struct form *f, int by)
{
    size_t i;
    if (!selected(f, &i) || f->what->field[i].n < 2)
        return false;
    const struct train_field *x = &f->what->field[i];
    size_t at = choice_of(x, f->values.v[i]);
    if (at == x->n) /* something else was typed */
        at = by > 0 ? x->n - 1 : 0;
    put(f, i, x->choice[(at + (by > 0 ? 1 : x->n - 1)) % x->n].word);
    return true;
}

void form_reset_field(struct form *f)
{
    size_t i;
    if (selected(f, &i))
        put(f, i, f->what->field[i].initial);
}

bool form_type(struct form *f)
{
    size_t i;
    if (!selected(f, &i) || !f->what->field[i].typed)
        return false;
    editor_set(&f->editor, f->values.v[i], strlen(f->values.v[i]));
    return f->typing = true;
}

/* Blanks around a value are never meant. */
void form_typed(struct form *f, bool keep)
{
    size_t i, from = 0, to = f->editor.text.len;
    const char *text = f->editor.text.ptr;
    f->typing = false;
    if (!keep || !selected(f, &i))
        return;
    while (from < to && text[from] == ' ')
        from++;
    while (to > from && text[to - 1] == ' ')
        to--;
    char *value = mem_ndup(text + from, to - from);
    put(f, i, value);
    mem_free(value);
}

/* ---- what it says ---- */

static void add_typed_options(const char *text, struct form_words *out)
{
    for (size_t n; *text != '\0'; text += n + (text[n] == ' ')) {
        n = strcspn(text, " ");
        if (n > 0)
            vec_push(&out->v, mem_ndup(text, n));
    }
}

void form_words(const struct form *f, struct form_words *out)
{
    for (size_t k = 0; k < f->holds.n; k++) {
        size_t i = f->holds.v[k];
        const char *value = f->values.v[i];
        if (*value == '\0')
            continue;
        if (f->what->field[i].option == NULL) {
            add_typed_options(value, out);
            continue;
        }
        struct buf word = BUF_INIT;
        buf_addf(&word, "--%s=%s", f->what->field[i].option, value);
        vec_push(&out->v, buf_take(&word));
    }
}

void form_words_free(struct form_words *w)
{
    for (size_t i = 0; i < w->v.n; i++)
        mem_free(w->v.v[i]);
    vec_free(&w->v);
}
