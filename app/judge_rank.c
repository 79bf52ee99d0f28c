#include "app/judge_rank.h"

#include <ctype.h>
#include <string.h>

static bool find_by_id(const struct task *t, const char *name, size_t n, int *answer, struct err *err)
{
    int found = 0;
    for (int i = 0; i < t->n && n >= 4 && n < sizeof t->answer[0]; i++)
        if (strncmp(t->answer[i], name, n) == 0) {
            *answer = i;
            found++;
        }
    if (found > 1)
        return err_set(err, ERR_USAGE, "--rank: several answers begin with \"%.*s\"; give more digits", (int)n, name);
    return found == 1 || err_set(err, ERR_USAGE, "--rank: \"%.*s\" is no answer; there are A to %c, and their ids",
                                 (int)(n < 40 ? n : 40), name, 'A' + t->n - 1);
}

static bool find(const struct task *t, const char *name, size_t n, int *answer, struct err *err)
{
    *answer = n == 1 ? tolower((unsigned char)name[0]) - 'a' : -1;
    return (*answer >= 0 && *answer < t->n) || find_by_id(t, name, n, answer, err);
}

static bool perform(struct session *s, int answer, int value, struct err *err)
{
    struct action a = {.kind = ACT_PLACE, .cell = answer, .value = value, .cursor = s->task.draft.cell};
    struct reaction r = {0};
    if (!session_perform(s, &a, &r, err))
        return false;
    return !r.refused || err_set(err, ERR_RANGE, "%s", r.message);
}

bool judge_rank(struct session *s, const char *order, struct err *err)
{
    const struct task *t = &s->task;
    bool named[ANSWERS_MOST] = {false};
    int place = 0;
    char before = '>';
    if (t->n < 3)
        return err_set(err, ERR_USAGE,
                       "--rank puts several answers in order, and here are two; --prefer takes -%d to %d",
                       s->rubric.preference_max, s->rubric.preference_max);
    for (int i = 0; i < t->n; i++)
        if (t->draft.place[i] > 0 && !perform(s, i, 0, err))
            return false;
    for (const char *at = order;; at++) {
        size_t n = strcspn(at, ">=");
        const char *name = at, *end = at + n;
        int answer;
        while (name < end && *name == ' ')
            name++;
        while (end > name && end[-1] == ' ')
            end--;
        if (!find(t, name, (size_t)(end - name), &answer, err))
            return false;
        if (named[answer])
            return err_set(err, ERR_USAGE, "--rank names answer %c twice", 'A' + answer);
        named[answer] = true;
        place += before == '>';
        if (!perform(s, answer, before == '>' ? place : -place, err))
            return false;
        at += n;
        before = *at;
        if (before == '\0')
            return true;
    }
}
