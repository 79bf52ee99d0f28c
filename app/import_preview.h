/* The first records of a file as they were read, for `import --dry-run`. */
#ifndef ASSAY_APP_IMPORT_PREVIEW_H
#define ASSAY_APP_IMPORT_PREVIEW_H

#include "core/base/json_writer.h"
#include "core/base/vec.h"
#include "store/import.h"

enum { IMPORT_PREVIEW_RECORDS = 5 };

struct import_preview {
    struct import_preview_record {
        long line;
        struct buf text; /* lines */
        struct import_preview_list {
            struct buf json;
            struct json_writer w;
        } prompt, responses, judgements;
        size_t n_responses;
    } record[IMPORT_PREVIEW_RECORDS];
    size_t n;
};

/* For import_options.seen. */
void import_preview_take(struct import_preview *p, const struct import_seen *s);
/* A record that had begun was refused after all. */
void import_preview_refuse(struct import_preview *p, long line);
void import_preview_text(const struct import_preview *p, struct buf *out);
/* The member "preview". */
void import_preview_json(const struct import_preview *p, struct json_writer *w);
/* Ready for the next file. */
void import_preview_reset(struct import_preview *p);

#endif
