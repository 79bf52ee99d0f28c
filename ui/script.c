#include "ui/script.h"

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/lines.h"
#include "core/base/utf8.h"
#include "core/base/vec.h"

struct script {
    struct arena arena;
    const char *name;
    VEC(struct script_step) steps;
    size_t at;
};

static void add(struct script *s, long line, struct script_step step)
{
    step.line = line;
    vec_push(&s->steps, step);
}

/* A quoted text at p; *p then stands behind it. */
static bool quoted(const char **p, const char *end, struct buf *out, struct err *err)
{
    const char *c = *p + 1;
    for (; c < end && *c != '"'; c++) {
        if (*c == '\\' && c + 1 < end) {
            c++;
            if (*c != 'n' && *c != '"' && *c != '\\')
                return err_set(err, ERR_SYNTAX, "\\%c means nothing; there are \\n, \\\" and \\\\", *c);
            buf_addc(out, *c == 'n' ? '\n' : *c);
        } else {
            buf_addc(out, *c);
        }
    }
    if (c == end)
        return err_set(err, ERR_SYNTAX, "the quoted text does not end");
    *p = c + 1;
    return true;
}

static bool add_typed(struct script *s, const struct buf *text, long line, struct err *err)
{
    for (size_t i = 0; i < text->len;) {
        uint32_t cp;
        int n = utf8_decode(text->ptr + i, text->len - i, &cp);
        if (n == 0)
            return err_set(err, ERR_SYNTAX, "the text is not UTF-8");
        struct key key = cp < ' ' ? key_from_control((unsigned char)cp) : (struct key){cp, false};
        add(s, line, (struct script_step){.kind = SCRIPT_KEY, .key = key});
        i += (size_t)n;
    }
    return true;
}

static bool add_quoted(struct script *s, const char **p, const char *end, bool paste, long line, struct err *err)
{
    struct buf text = BUF_INIT;
    bool ok = quoted(p, end, &text, err);
    if (ok && paste)
        add(s, line, (struct script_step){.kind = SCRIPT_PASTE, .text = arena_ndup(&s->arena, text.ptr, text.len)});
    else if (ok)
        ok = add_typed(s, &text, line, err);
    buf_free(&text);
    return ok;
}

static bool add_key(struct script *s, const char **p, const char *end, long line, struct err *err)
{
    const char *start = *p;
    while (*p < end && **p != ' ' && **p != '\t')
        (*p)++;
    struct key key;
    size_t n = (size_t)(*p - start);
    if (!key_parse(start, n, &key))
        return err_set(err, ERR_SYNTAX, "\"%.*s\" is no key; keys are written a, <Enter>, <C-r>, and text in quotes",
                       (int)(n > 60 ? 60 : n), start);
    add(s, line, (struct script_step){.kind = SCRIPT_KEY, .key = key});
    return true;
}

static bool is_paste(const char *p, const char *end)
{
    return end - p > 6 && memcmp(p, "paste \"", 7) == 0;
}

static bool parse_line(struct script *s, const char *p, const char *end, long line, struct err *err)
{
    while (end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    if (end - p > 1 && *p == ':' && p[1] != ' ') {
        add(s, line,
            (struct script_step){.kind = SCRIPT_COMMAND, .text = arena_ndup(&s->arena, p + 1, (size_t)(end - p - 1))});
        return true;
    }
    if (p < end && *p == '#')
        return true;
    while (p < end) {
        bool paste = is_paste(p, end);
        if (paste)
            p += 6;
        bool text = *p == '"' && end - p > 1;
        if (text ? !add_quoted(s, &p, end, paste, line, err) : !add_key(s, &p, end, line, err))
            return false;
        while (p < end && (*p == ' ' || *p == '\t'))
            p++;
    }
    return true;
}

static struct script *new_script(const char *name)
{
    struct script *s = mem_alloc(sizeof *s);
    s->name = arena_dup(&s->arena, name);
    return s;
}

struct script *script_parse(const char *text, size_t n, const char *name, struct err *err)
{
    struct script *s = new_script(name);
    const char *end = text + n;
    for (long line = 1; text < end; line++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (stop == NULL)
            stop = end;
        if (!parse_line(s, text, stop, line, err)) {
            err_context(err, "%s:%ld", name, line);
            script_free(s);
            return NULL;
        }
        text = stop + (stop < end);
    }
    return s;
}

static bool read_lines(struct script *s, struct lines *l, struct err *err)
{
    char *text;
    size_t n;
    while (lines_next(l, &text, &n, err)) {
        if (text == NULL)
            return true;
        if (!parse_line(s, text, text + n, lines_number(l), err))
            return err_context(err, "%s:%ld", lines_name(l), lines_number(l));
    }
    return false;
}

struct script *script_open(const char *path, struct err *err)
{
    struct lines *l = lines_open(path, err);
    if (l == NULL)
        return NULL;
    struct script *s = new_script(path);
    bool ok = read_lines(s, l, err);
    lines_close(l);
    if (ok)
        return s;
    script_free(s);
    return NULL;
}

void script_free(struct script *s)
{
    if (s == NULL)
        return;
    arena_free(&s->arena);
    vec_free(&s->steps);
    mem_free(s);
}

struct script_step script_next(struct script *s)
{
    return s->at < s->steps.n ? s->steps.v[s->at++] : (struct script_step){.kind = SCRIPT_END};
}

const char *script_name(const struct script *s)
{
    return s->name;
}
