#include "core/guard_name.h"

#include "core/base/utf8.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What a word can be in such a sentence. */
enum word {
    OTHER,
    SELF,    /* "I" */
    SELF_AM, /* "I'm" */
    MY,
    NAME,
    AM, /* am, was, is, been */
    AS, /* opens the sentence */
    NOT,
    MACHINE, /* a word for what speaks */
    MADE,
    BY,
    MAKER,
    SURE,   /* the name of a model and of nothing else */
    UNSURE, /* of a model, and of people or things */
};

/* By the alphabet. */
static const struct known {
    const char *text;
    enum word word;
} words[] = {
    {"ai", MACHINE},
    {"alibaba", MAKER},
    {"alpaca", UNSURE},
    {"am", AM},
    {"anthropic", MAKER},
    {"as", AS},
    {"assistant", MACHINE},
    {"baidu", MAKER},
    {"bard", UNSURE},
    {"been", AM},
    {"bing", UNSURE},
    {"bloom", UNSURE},
    {"bot", MACHINE},
    {"built", MADE},
    {"by", BY},
    {"bytedance", MAKER},
    {"chatbot", MACHINE},
    {"chatglm", SURE},
    {"chatgpt", SURE},
    {"claude", UNSURE},
    {"cohere", MAKER},
    {"copilot", UNSURE},
    {"created", MADE},
    {"databricks", MAKER},
    {"deepmind", MAKER},
    {"deepseek", SURE},
    {"designed", MADE},
    {"developed", MADE},
    {"dolly", UNSURE},
    {"eleutherai", MAKER},
    {"ernie", UNSURE},
    {"falcon", UNSURE},
    {"gemini", UNSURE},
    {"google", MAKER},
    {"gpt", SURE},
    {"grok", UNSURE},
    {"i", SELF},
    {"i'm", SELF_AM},
    {"im", SELF_AM},
    {"instructgpt", SURE},
    {"internlm", SURE},
    {"is", AM},
    {"koala", UNSURE},
    {"laion", MAKER},
    {"llama", UNSURE},
    {"llm", MACHINE},
    {"lmsys", MAKER},
    {"made", MADE},
    {"meta", MAKER},
    {"microsoft", MAKER},
    {"mistral", UNSURE},
    {"mixtral", SURE},
    {"model", MACHINE},
    {"moonshot", MAKER},
    {"my", MY},
    {"name", NAME},
    {"not", NOT},
    {"nvidia", MAKER},
    {"openai", MAKER},
    {"openassistant", SURE},
    {"palm", UNSURE},
    {"programmed", MADE},
    {"qwen", SURE},
    {"tencent", MAKER},
    {"trained", MADE},
    {"vicuna", SURE},
    {"was", AM},
    {"wizardlm", SURE},
    {"xai", MAKER},
    {"zhipu", MAKER},
};

enum { WORD_MAX = 24, NEAR = 4, FAR = 10 };

static int compare(const void *key, const void *entry)
{
    return strcmp(key, ((const struct known *)entry)->text);
}

/* "GPT-4" is "gpt": what follows a hyphen or is a digit at the end says which one. */
static enum word kind_of(const char *text, size_t n)
{
    char low[WORD_MAX];
    size_t k = 0;
    for (size_t i = 0; i < n && text[i] != '-'; i++) {
        if (k + 1 == sizeof low)
            return OTHER;
        low[k++] = (char)tolower((unsigned char)text[i]);
    }
    while (k > 1 && isdigit((unsigned char)low[k - 1]))
        k--;
    low[k] = '\0';
    const struct known *found = bsearch(low, words, sizeof words / sizeof *words, sizeof *words, compare);
    return found != NULL ? found->word : OTHER;
}

/* How far a sentence has come; places are counted in words, from 1, 0: not yet. */
struct sentence {
    int place;
    int self; /* where its subject is the one who speaks */
    bool opens_as, says_i, machine, maker, negated;
    int i, my, name, made, by;
    bool sure, unsure, made_by_maker;
};

static bool is_near(int earlier, int now, int reach)
{
    return earlier > 0 && now - earlier <= reach;
}

static void take(struct sentence *s, enum word w)
{
    int now = ++s->place;
    switch (w) {
    case SELF:
        s->i = now;
        s->says_i = true;
        break;
    case SELF_AM:
        s->self = now;
        s->says_i = true;
        break;
    case MY:
        s->my = now;
        break;
    case NAME:
        s->name = is_near(s->my, now, 1) ? now : s->name;
        break;
    case AM:
        if (is_near(s->i, now, 2) || is_near(s->name, now, 1))
            s->self = now;
        break;
    case AS:
        s->opens_as = s->opens_as || now == 1;
        s->self = now == 1 ? now : s->self;
        break;
    case NOT:
        s->negated = s->negated || is_near(s->self, now, NEAR);
        break;
    case MACHINE:
        s->machine = true;
        break;
    case MADE:
        s->made = is_near(s->self, now, FAR) ? now : s->made;
        break;
    case BY:
        s->by = is_near(s->made, now, 2) ? now : s->by;
        break;
    case MAKER:
        s->maker = true;
        s->made_by_maker = s->made_by_maker || is_near(s->by, now, NEAR);
        break;
    case SURE:
        s->sure = s->sure || is_near(s->self, now, NEAR);
        break;
    case UNSURE:
        s->unsure = s->unsure || is_near(s->self, now, NEAR);
        break;
    case OTHER:
        break;
    }
}

static bool names_itself(const struct sentence *s)
{
    if (s->negated || (s->opens_as && !s->says_i))
        return false;
    return s->sure || (s->unsure && (s->machine || s->maker)) ||
           (s->made_by_maker && (s->machine || is_near(s->self, s->made, 2)));
}

static bool is_letter(unsigned char c)
{
    return isalnum(c) || c == '-' || c == '\'' || c >= 0x80;
}

/* Ends at a line end, or at a full stop with a blank or nothing behind it. */
static bool ends_sentence(const char *text, size_t n, size_t i)
{
    if (text[i] == '\n')
        return true;
    return ascii_one_of(".!?", text[i]) && (i + 1 == n || isspace((unsigned char)text[i + 1]));
}

bool guard_find_name(const char *text, size_t n, struct guard_span *out)
{
    struct sentence s = {0};
    size_t from = 0;
    for (size_t i = 0; i <= n;) {
        if (i == n || ends_sentence(text, n, i)) {
            if (names_itself(&s)) {
                while (from < i && isspace((unsigned char)text[from]))
                    from++;
                *out = (struct guard_span){from, i - from};
                return true;
            }
            s = (struct sentence){0};
            from = ++i;
            continue;
        }
        size_t k = i;
        while (k < n && is_letter((unsigned char)text[k]))
            k++;
        if (k > i)
            take(&s, kind_of(text + i, k - i));
        i = k > i ? k : i + 1;
    }
    return false;
}
