#include "ui/reflow.h"

#include "core/safe.h"

#include <string.h>

enum { PROSE_WORDS = 5 }; /* what follows a name is a sentence from so many words on */

static bool is_blank(char c)
{
    return c == ' ' || c == '\n';
}

/* Where the sentence of a line begins that can be wrapped; n: it is none. */
static size_t sentence_of(const char *line, size_t n)
{
    size_t from = strspn(line, " "), runs = 0, words = 1;
    for (size_t i = from; i < n; i++) {
        if (line[i] != ' ')
            continue;
        size_t blanks = strspn(line + i, " ");
        if (i + blanks >= n)
            break;
        words++;
        if (blanks > 1) {
            from = i + blanks;
            runs++;
            words = 1;
        }
        i += blanks - 1;
    }
    return from < n && (runs == 0 || (runs == 1 && words >= PROSE_WORDS)) ? from : n;
}

/* Returns the columns of the widest row. */
static int wrap_sentence(const char *line, size_t n, size_t from, int width, struct buf *out)
{
    int hang = (int)safe_width(line, from), col = hang, widest = 0;
    buf_add(out, line, from);
    for (size_t i = from; i < n;) {
        size_t word = strcspn(line + i, " \n");
        int columns = (int)safe_width(line + i, word);
        if (col > hang && col + 1 + columns > width) {
            buf_addf(out, "\n%*s", hang, "");
            col = hang;
        } else if (col > hang) {
            buf_addc(out, ' ');
            col++;
        }
        buf_add(out, line + i, word);
        col += columns;
        widest = col > widest ? col : widest;
        i += word;
        i += i < n ? strspn(line + i, " ") : 0;
    }
    return widest;
}

int reflow(const char *text, int width, struct buf *out)
{
    int widest = 0;
    for (const char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\n"), from = n;
        int columns = (int)safe_width(line, n);
        if (columns > width)
            from = sentence_of(line, n);
        if (from < n)
            columns = wrap_sentence(line, n, from, width, out);
        else
            buf_add(out, line, n);
        widest = columns > widest ? columns : widest;
        line += n;
        if (*line == '\n')
            buf_addc(out, *line++);
    }
    return widest;
}

size_t reflow_place(const char *from, size_t at, const char *to)
{
    size_t signs = 0, i = 0;
    for (size_t k = 0; k < at && from[k] != '\0'; k++)
        signs += !is_blank(from[k]);
    while (to[i] != '\0' && (signs > 0 || is_blank(to[i])))
        signs -= !is_blank(to[i++]);
    return i;
}
