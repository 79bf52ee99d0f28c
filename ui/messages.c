#include "ui/messages.h"

#include "core/base/clock.h"

#include <string.h>

void messages_free(struct messages *m)
{
    for (size_t i = 0; i < m->lines.n; i++)
        mem_free(m->lines.v[i].text);
    vec_free(&m->lines);
}

void messages_add(struct messages *m, const char *text, bool error)
{
    if (m->lines.n == MESSAGES_MOST) {
        mem_free(m->lines.v[0].text);
        memmove(m->lines.v, m->lines.v + 1, --m->lines.n * sizeof *m->lines.v);
    }
    vec_push(&m->lines, ((struct message_line){clock_now_ms(), mem_dup(text), error}));
}

void messages_tell(const struct messages *m, struct buf *out)
{
    for (size_t i = m->lines.n; i-- > 0;) {
        char time[CLOCK_HMS_SIZE];
        clock_hms(m->lines.v[i].at, time);
        buf_addf(out, "%s %s %s\n", time, m->lines.v[i].error ? "!" : " ", m->lines.v[i].text);
    }
}
