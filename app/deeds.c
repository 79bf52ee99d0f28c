#include "app/deeds.h"

#include "app/rights.h"

#include "store/content.h"

#include <stdio.h>

bool deed_retire(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    snprintf(out->message, sizeof out->message, "retired: given to nobody, left out of everything");
    return content_retire(c->db, deed->row, true, c->person, deed->text, err);
}

bool deed_restore(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    snprintf(out->message, sizeof out->message, "restored");
    return content_retire(c->db, deed->row, false, c->person, deed->text, err);
}

bool deeds_perform(void *context, const struct deed *deed, struct reaction *out, struct err *err)
{
    static bool (*const functions[])(struct deed_context *, const struct deed *, struct reaction *, struct err *) = {
#define X(id, name) [DEED_##id] = deed_##name,
        DEEDS(X)
#undef X
    };
    struct deed_context *c = context;
    enum role needed = deed->kind == DEED_ASSIGN ? ROLE_OWNER : ROLE_REVIEWER;
    return rights_check(c->db, needed, err) && functions[deed->kind](c, deed, out, err);
}
