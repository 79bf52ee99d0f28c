#include "store/transcript.h"

#include <string.h>

const struct transcript_speaker transcript_speakers[TRANSCRIPT_SPEAKERS] = {{"\n\nHuman:", "user"},
                                                                            {"\n\nAssistant:", "assistant"}};

int transcript_mark_at(const char *p, size_t left)
{
    for (int i = 0; i < TRANSCRIPT_SPEAKERS; i++) {
        size_t n = strlen(transcript_speakers[i].mark);
        if (left >= n && memcmp(p, transcript_speakers[i].mark, n) == 0)
            return i;
    }
    return -1;
}

static bool has_mark(struct json_text t)
{
    for (size_t at = 0; at < t.len; at++)
        if (t.ptr[at] == '\n' && transcript_mark_at(t.ptr + at, t.len - at) >= 0)
            return true;
    return false;
}

bool transcript_add(struct buf *b, const char *role, struct json_text text)
{
    int who = 0;
    while (who < TRANSCRIPT_SPEAKERS && strcmp(transcript_speakers[who].role, role) != 0)
        who++;
    if (who == TRANSCRIPT_SPEAKERS || has_mark(text))
        return false;
    buf_adds(b, transcript_speakers[who].mark);
    buf_adds(b, " ");
    buf_add(b, text.ptr, text.len);
    return true;
}
