/* The assay under test, asked for JSON. */
#ifndef ASSAY_TESTS_SUPPORT_ASSAY_H
#define ASSAY_TESTS_SUPPORT_ASSAY_H

#include "core/base/json.h"

/* `assay --json LINE` in a folder, words separated by blanks; its answer, which is the caller's to put. Fails the test
 * when the status is not 0 or the answer is not JSON. */
struct json_object *assay_json(const char *folder, const char *line);
/* `assay LINE`: the exit status; what it says is dropped. */
int assay_status(const char *folder, const char *line);

/* What stands at "a/b/0/c" below v, or NULL. */
struct json_object *json_at(struct json_object *v, const char *path);
/* Fails the test when there is nothing. */
double json_number(struct json_object *v, const char *path);
const char *json_string(struct json_object *v, const char *path);

#endif
