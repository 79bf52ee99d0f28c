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

bool transcript_open(struct buf *b, const char *role)
{
    for (int i = 0; i < TRANSCRIPT_SPEAKERS; i++)
        if (strcmp(transcript_speakers[i].role, role) == 0) {
            buf_addf(b, "%s ", transcript_speakers[i].mark);
            return true;
        }
    return false;
}

bool transcript_add(struct buf *b, const char *role, struct json_text text)
{
    if (has_mark(text) || !transcript_open(b, role))
        return false;
    buf_add(b, text.ptr, text.len);
    return true;
}
