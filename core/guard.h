/* What looks wrong with a text before people are asked to judge it. Made for precision: what it finds is worth a look,
 * and what it does not find may still be wrong. Pure functions on UTF-8 (other bytes do no harm, and are not found).
 *
 *   self-naming   a sentence in the first person that says which model speaks or who made it ("I am ChatGPT", "As an AI
 *                 language model trained by OpenAI"). Names that people and things bear, too (Claude, Gemini) need a
 *                 word like "assistant" or a maker beside them. "As an AI" alone names nobody.
 *   truncated     a fence of code that is not closed; a marker of a list with nothing behind it; in texts of at least
 *                 200 bytes a comma, an open bracket or a word like "the" at the end
 *   mojibake      UTF-8 that was read as Latin-1 or Windows-1252 and written again, and U+FFFD
 *   control       control characters but for tab and line ends, and overrides of the writing direction
 *   long-line     a line of more than 50,000 bytes, or 2,000 bytes of ASCII without a blank
 *   e-mail        an address that is no placeholder (example.com, user@...)
 *   phone         +CC and 9 to 15 digits, or a number of North America; not those kept for fiction (555), toll-free
 *                 ones, and made-up digits (123456, 00000)
 *   near-identical  two responses that differ in blanks, upper and lower case, or the full stop at the end alone */
#ifndef ASSAY_CORE_GUARD_H
#define ASSAY_CORE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/* id, word, in what it is looked for, sentence */
#define GUARD_REASONS(X)                                                                                               \
    X(SELF_NAMING, "self-naming", RESPONSE, "says which model wrote it")                                               \
    X(TRUNCATED, "truncated", RESPONSE, "ends in the middle")                                                          \
    X(MOJIBAKE, "mojibake", ANY, "characters were garbled on the way")                                                 \
    X(CONTROL, "control", ANY, "holds control characters")                                                             \
    X(LONG_LINE, "long-line", ANY, "holds a line that nobody reads")                                                   \
    X(EMAIL, "e-mail", ANY, "holds an e-mail address")                                                                 \
    X(PHONE, "phone", ANY, "holds a phone number")                                                                     \
    X(ALIKE, "near-identical", PAIR, "the responses are as good as the same")
enum guard_reason {
#define X(id, word, where, sentence) GUARD_##id,
    GUARD_REASONS(X)
#undef X
        GUARD_N_REASONS
};
const char *guard_word(enum guard_reason r);
const char *guard_sentence(enum guard_reason r);

enum guard_part { GUARD_PROMPT, GUARD_RESPONSE };

struct guard_finding {
    enum guard_reason reason;
    size_t at, n; /* bytes of the text that show it */
};

/* The first finding of each reason, in the order of the table; returns how many. One pass over the text each. */
size_t guard_text(const char *text, size_t n, enum guard_part part, struct guard_finding out[GUARD_N_REASONS]);
/* Are the two as good as the same? Symmetric. */
bool guard_alike(const char *a, size_t n_a, const char *b, size_t n_b);

#endif
