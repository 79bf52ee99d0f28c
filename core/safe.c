#define _XOPEN_SOURCE 700 /* wcwidth() */

#include "core/safe.h"

#include "core/base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>
#include <wchar.h>

enum {
    TEXT_SELECTOR = 0xFE0E,
    EMOJI_SELECTOR = 0xFE0F,
    JOINER = 0x200D,
    FIRST_SKIN_TONE = 0x1F3FB,
    LAST_SKIN_TONE = 0x1F3FF
};

static bool is_pictograph(uint32_t cp)
{
    return utf8proc_get_property((utf8proc_int32_t)cp)->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

/* Hangul vowels and final consonants are drawn into the cell of the syllable's first letter. */
static bool is_inner_jamo(uint32_t cp)
{
    return (cp >= 0x1160 && cp <= 0x11FF) || (cp >= 0xD7B0 && cp <= 0xD7FB);
}

static bool is_invisible(const utf8proc_property_t *property)
{
    switch (property->category) {
    case UTF8PROC_CATEGORY_CN: /* unassigned and noncharacters */
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO: /* private use: may look like anything */
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return property->ignorable;
    }
}

/* Columns of one code point: 0 for a mark, 1, 2, or -1 when it must be replaced. */
static int width_of(uint32_t cp, bool wide)
{
    if (cp < 0x7F)
        return cp < 0x20 ? -1 : 1;
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)cp);
    if (is_invisible(property))
        return -1;
    int width = property->charwidth;
    if (property->category == UTF8PROC_CATEGORY_MC)
        width = 1; /* the vowel signs of Indic scripts: terminals and wcwidth() give them a column */
    else if (is_inner_jamo(cp))
        width = 0;
    return wide && wcwidth((wchar_t)cp) != width ? -1 : width;
}

void safe_init(struct safe_iter *it, const char *text, size_t n)
{
    memset(it, 0, sizeof *it);
    it->text = text;
    it->len = n;
    it->wide = utf8_locale();
}

/* Have `n` bytes of ASCII handed out for source bytes [from, pos). */
static void queue(struct safe_iter *it, const char *ascii, int n, size_t from, bool replacement)
{
    memcpy(it->pending, ascii, (size_t)n);
    it->pending_at = 0;
    it->pending_len = (uint8_t)n;
    it->pending_replacement = replacement;
    it->from = from;
}

static void queue_replacement(struct safe_iter *it, uint32_t cp, size_t from)
{
    char text[SAFE_PENDING];
    int n;
    if (cp < 0x20 || cp == 0x7F)
        n = snprintf(text, sizeof text, "^%c", (char)(cp ^ 0x40));
    else
        n = snprintf(text, sizeof text, "<U+%04X>", cp);
    queue(it, text, n, from, true);
}

static bool take_pending(struct safe_iter *it, struct glyph *g)
{
    if (it->pending_at == it->pending_len)
        return false;
    memset(g, 0, sizeof *g);
    g->text[0] = it->pending[it->pending_at++];
    g->len = g->width = 1;
    g->replacement = it->pending_replacement;
    g->from = it->from;
    g->to = it->pos;
    it->column++;
    return true;
}

/* What has been put behind a base so far. */
struct tail {
    uint32_t before; /* the last code point of the cluster */
    utf8proc_int32_t state;
    bool selector, tone, pictograph;
    int marks;
};

enum step { STOP, SWALLOW, SWALLOW_LAST, MARK };

static bool joins_pictograph(const struct safe_iter *it, size_t at)
{
    uint32_t next;
    return utf8_decode(it->text + at, it->len - at, &next) > 0 && is_pictograph(next);
}

/* What becomes of cp behind the cluster; `after` is the byte after it. */
static enum step next_step(const struct safe_iter *it, struct tail *t, uint32_t cp, size_t after)
{
    if (cp == TEXT_SELECTOR || cp == EMOJI_SELECTOR) {
        enum step step = t->selector ? STOP : SWALLOW;
        t->selector = true;
        return step;
    }
    if (cp >= FIRST_SKIN_TONE && cp <= LAST_SKIN_TONE) {
        enum step step = t->pictograph && !t->tone ? SWALLOW : STOP;
        t->tone = true;
        return step;
    }
    if (cp == JOINER)
        return t->pictograph && joins_pictograph(it, after) ? SWALLOW_LAST : STOP;
    if (width_of(cp, it->wide) != 0)
        return STOP;
    bool apart = utf8proc_grapheme_break_stateful((utf8proc_int32_t)t->before, (utf8proc_int32_t)cp, &t->state);
    return apart ? STOP : MARK;
}

/* Marks beyond what one cell takes: count them, however many there are, and tell the number. */
static void queue_flood(struct safe_iter *it, struct tail *t, size_t from)
{
    size_t count = 0;
    while (it->pos < it->len) {
        uint32_t cp;
        int n = utf8_decode(it->text + it->pos, it->len - it->pos, &cp);
        if (n == 0 || next_step(it, t, cp, it->pos + (size_t)n) != MARK)
            break;
        it->pos += (size_t)n;
        count++;
    }
    char text[SAFE_PENDING];
    int n = snprintf(text, sizeof text, "<+%zu marks>", count);
    queue(it, text, n, from, true);
}

static void add_code_point(struct glyph *g, uint32_t cp)
{
    g->len = (uint8_t)(g->len + utf8_encode(cp, g->text + g->len));
    g->text[g->len] = '\0';
}

static void read_cluster(struct safe_iter *it, struct glyph *g, uint32_t base)
{
    struct tail t = {.before = base, .pictograph = base > 0x7F && is_pictograph(base)};
    add_code_point(g, base);
    while (it->pos < it->len && (unsigned char)it->text[it->pos] >= 0x80) {
        uint32_t cp;
        int n = utf8_decode(it->text + it->pos, it->len - it->pos, &cp);
        size_t after = it->pos + (size_t)n;
        enum step step = n == 0 ? STOP : next_step(it, &t, cp, after);
        if (step == STOP)
            break;
        if (step == MARK && t.marks == SAFE_MAX_MARKS) {
            g->to = it->pos;
            queue_flood(it, &t, it->pos);
            return;
        }
        it->pos = after;
        t.before = cp;
        if (step == MARK) {
            t.marks++;
            add_code_point(g, cp);
        }
        if (step == SWALLOW_LAST)
            break;
    }
    g->to = it->pos;
}

static bool take_line_break(struct safe_iter *it, struct glyph *g)
{
    const char *p = it->text + it->pos;
    size_t n = *p == '\n' ? 1 : *p == '\r' && it->pos + 1 < it->len && p[1] == '\n' ? 2 : 0;
    if (n == 0)
        return false;
    g->line_break = true;
    g->to = it->pos += n;
    it->column = 0;
    return true;
}

bool safe_next(struct safe_iter *it, struct glyph *g)
{
    if (take_pending(it, g))
        return true;
    memset(g, 0, sizeof *g);
    if (it->pos >= it->len)
        return false;
    size_t from = g->from = it->pos;
    if (take_line_break(it, g))
        return true;
    uint32_t cp;
    int n = utf8_decode(it->text + from, it->len - from, &cp);
    it->pos += (size_t)(n > 0 ? n : 1);
    if (n == 0) {
        char text[SAFE_PENDING];
        n = snprintf(text, sizeof text, "\\x%02X", (unsigned char)it->text[from]);
        queue(it, text, n, from, true);
        return take_pending(it, g);
    }
    if (cp == '\t') {
        queue(it, "        ", SAFE_TAB - (int)(it->column % SAFE_TAB), from, false);
        return take_pending(it, g);
    }
    int width = width_of(cp, it->wide);
    if (width < 1) { /* also a mark that has no base */
        queue_replacement(it, cp, from);
        return take_pending(it, g);
    }
    g->width = (uint8_t)width;
    read_cluster(it, g, cp);
    it->column += (size_t)width;
    return true;
}

size_t safe_width(const char *text, size_t n)
{
    struct safe_iter it;
    struct glyph g;
    size_t columns = 0;
    safe_init(&it, text, n);
    while (safe_next(&it, &g))
        columns += g.line_break ? 1 : g.width;
    return columns;
}

size_t safe_text(const char *text, size_t n, struct buf *out, size_t max_columns)
{
    struct safe_iter it;
    struct glyph g;
    size_t columns = 0;
    size_t fits = out->len, fits_columns = 0; /* where an ellipsis still has room */
    if (max_columns == 0)
        return 0;
    safe_init(&it, text, n);
    while (safe_next(&it, &g)) {
        size_t width = g.line_break ? 1 : g.width;
        if (columns + width > max_columns) {
            buf_truncate(out, fits);
            buf_adds(out, "…");
            return fits_columns + 1;
        }
        if (g.line_break)
            buf_adds(out, "⏎");
        else
            buf_add(out, g.text, g.len);
        columns += width;
        if (columns < max_columns) {
            fits = out->len;
            fits_columns = columns;
        }
    }
    return columns;
}

size_t safe_fit(const char *text, size_t n, size_t columns)
{
    struct safe_iter it;
    struct glyph g;
    size_t used = 0, cut = 0;
    safe_init(&it, text, n);
    it.wide = false;
    while (safe_next(&it, &g)) {
        size_t width = g.line_break ? 1 : g.width;
        if (used + width > columns)
            return cut;
        used += width;
        if (used < columns && it.pending_at == it.pending_len)
            cut = g.to;
    }
    return n;
}

static void add_html(struct buf *out, const char *p, size_t n)
{
    static const char special[] = "&<>\"'";
    static const char *const entity[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    for (size_t i = 0; i < n; i++) {
        const char *at = p[i] != '\0' ? strchr(special, p[i]) : NULL;
        if (at != NULL)
            buf_adds(out, entity[at - special]);
        else
            buf_addc(out, p[i]);
    }
}

void safe_html(const char *text, size_t n, struct buf *out)
{
    struct safe_iter it;
    struct glyph g;
    safe_init(&it, text, n);
    it.wide = false; /* columns do not matter, and the file must not depend on the locale */
    while (safe_next(&it, &g)) {
        if (g.replacement)
            add_html(out, g.text, g.len);
        else if (text[g.from] == '\t') {
            buf_addc(out, '\t');
            it.pending_at = it.pending_len;
        } else if (g.line_break)
            buf_addc(out, '\n');
        else
            add_html(out, text + g.from, g.to - g.from); /* with its joiners: browsers draw emoji sequences */
    }
}

void safe_csv(const char *text, size_t n, struct buf *out)
{
    size_t marks = 0; /* of a text that looks as if it had been made safe before: one more, so that none is lost */
    while (marks < n && text[marks] == '\'')
        marks++;
    bool formula = marks < n && text[marks] != '\0' && strchr("=+-@\t\r", text[marks]) != NULL;
    bool quoted = formula;
    for (size_t i = 0; i < n && !quoted; i++)
        quoted = text[i] != '\0' && strchr("\",;\t\r\n", text[i]) != NULL;
    quoted = quoted || (n > 0 && (text[0] == ' ' || text[n - 1] == ' '));
    if (quoted)
        buf_addc(out, '"');
    if (formula)
        buf_addc(out, '\'');
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        int len = utf8_decode(text + i, n - i, &cp);
        if (len == 0 || cp == 0)
            buf_adds(out, "\xEF\xBF\xBD");
        else if (cp == '"')
            buf_adds(out, "\"\"");
        else
            buf_add(out, text + i, (size_t)len);
        i += (size_t)(len > 0 ? len : 1);
    }
    if (quoted)
        buf_addc(out, '"');
}
