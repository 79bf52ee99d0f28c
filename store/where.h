/* A filter of comparisons, in words of our own; it never becomes SQL.
 *
 *     any    = all { "or" all }
 *     all    = one { ["and"] one }
 *     one    = "not" one | "(" any ")" | field op value | phrase | state
 *     op     = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":" | ":" op     (texts: "=", "!=" and ":" only; ":" is "=")
 *     value  = a word, a number, or a text in double quotes, where \" and \\ stand for themselves
 *     phrase = a word or a text in double quotes that is to be found; "word*": words that begin so
 *
 *     source, split, subset   of the comparison; "" when it has none
 *     language                of either response
 *     annotator               of anyone whose judgement counts
 *     skipped, flagged        of anyone who did; alone: did anyone?
 *     failed                  a response by a criterion, of anyone whose judgement counts; alone: for anyone?
 *     strength                how much better one is, 0 (a tie) to 3; no value without a label
 *     preference              of any judgement that counts, -3 (first much better) to 3, in stored order
 *     judgements              how many count
 *     neither                 how many of them say that neither is valid
 *     confidence, seconds     of any of them
 *     rating:NAME             mean rating of either response
 *     aspect:NAME             rating of the two together, of any judgement that counts; of one that leans negative is
 *                             the first, in stored order
 *     prompt, answer, because one phrase, to be found there
 *     retired                 alone: out of work; a search leaves those out that do not ask for it
 *
 * A field with several values (language, annotator, rating, ...) passes when one of them does; "!=" is the contrary of
 * "=". Phrases that stand side by side are found when all of them are in the texts of the comparison, or all in what
 * one judgement gives as its reason. Case and accents make no difference. */
#ifndef ASSAY_STORE_WHERE_H
#define ASSAY_STORE_WHERE_H

#include "store/label.h"

struct where;

/* What is asked of. */
struct where_subject {
    struct db *db;                 /* whose index of words is asked */
    const struct label_pair *pair; /* with the label */
    struct json_text language[2];
    bool retired;
    const struct judgement *judgements; /* as label_judgements gives them */
    size_t n;
    enum label_by by;
};

/* ERR_USAGE with the column of the fault; `what` is how the filter is called there ("--where"). Lives in `a`; `text`
 * may go. */
MUST_CHECK bool where_parse(const char *what, const char *text, struct arena *a, const struct where **out,
                            struct err *err);
/* Every attribute that it asks for is of a rubric of the workspace: a slip would else find nothing, without a word.
 * ERR_MISSING with those that there are. */
MUST_CHECK bool where_check(struct db *db, const char *what, const struct where *w, struct err *err);
/* Names of the fields, to complete what is typed; ends with NULL. */
const char *const *where_names(void);
/* Are there phrases in it? The index of words must then be complete (store/words.h). */
bool where_has_words(const struct where *w);
MUST_CHECK bool where_passes(const struct where *w, const struct where_subject *s, bool *passes, struct err *err);

#endif
