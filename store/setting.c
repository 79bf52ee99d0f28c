#include "store/setting.h"

#include "store/stmt.h"

#include <stdio.h>
#include <stdlib.h>

bool setting_get(struct db *db, const char *key, struct arena *a, const char **value, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_SETTING_GET, ARGS(v_str(key)), err))
        return false;
    *value = rows_next(&q) ? rows_dup(&q, 0, a) : NULL;
    return rows_close(&q, err);
}

bool setting_get_int(struct db *db, const char *key, int64_t otherwise, int64_t *value, struct err *err)
{
    struct arena a = {0};
    const char *text = NULL;
    bool ok = setting_get(db, key, &a, &text, err);
    char *end = NULL;
    *value = text != NULL ? strtoll(text, &end, 10) : otherwise;
    if (text != NULL && (end == text || *end != '\0'))
        *value = otherwise;
    arena_free(&a);
    return ok;
}

bool setting_set(struct db *db, const char *key, const char *value, struct err *err)
{
    if (value == NULL)
        return stmt_run(db, STMT_SETTING_CLEAR, ARGS(v_str(key)), err);
    return stmt_run(db, STMT_SETTING_SET, ARGS(v_str(key), v_str(value)), err);
}

bool setting_set_int(struct db *db, const char *key, int64_t value, struct err *err)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    return setting_set(db, key, text, err);
}
