/* HH-RLHF: two whole transcripts that are the same up to the last answer. */
#include "store/export_format.h"
#include "store/transcript.h"

static bool add_prompt(struct buf *b, const struct message *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (m[i].name.ptr != NULL || !transcript_add(b, m[i].role.ptr, m[i].content))
            return false;
    return true;
}

static bool write_pair(struct export *e, const struct export_item *i, int better, struct err *err)
{
    struct message *m;
    size_t n;
    if (!content_messages(i->messages, &e->arena, &m, &n, err))
        return false;
    struct buf text[2] = {BUF_INIT, BUF_INIT};
    bool held = add_prompt(&text[0], m, n);
    buf_add(&text[1], text[0].ptr, text[0].len);
    held = held && transcript_add(&text[0], "assistant", i->responses[better].text) &&
           transcript_add(&text[1], "assistant", i->responses[1 - better].text);
    if (held) {
        export_begin(e);
        jw_kstrn(&e->w, "chosen", text[0].ptr, text[0].len);
        jw_kstrn(&e->w, "rejected", text[1].ptr, text[1].len);
        export_end(e);
    }
    e->counts->unheld += !held;
    buf_free(&text[0]);
    buf_free(&text[1]);
    return true;
}

const struct export_format export_hh_rlhf = {.pair = write_pair};
