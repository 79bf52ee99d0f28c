#include "tests/support/assay.h"

#include "core/base/mem.h"
#include "core/base/vec.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct program run(const char *folder, const char *first, const char *line)
{
    static const char *const env[] = {"ASSAY_ANNOTATOR=ada", "OPENBLAS_NUM_THREADS=1", NULL};
    VEC(char *) words = {0};
    vec_push(&words, mem_dup(program_assay()));
    if (first != NULL)
        vec_push(&words, mem_dup(first));
    for (const char *p = line; *p != '\0';) {
        size_t n = strcspn(p, " ");
        vec_push(&words, mem_ndup(p, n));
        p += n + (p[n] == ' ');
    }
    vec_push(&words, NULL);
    struct program p = program_run((const char *const *)words.v, env, folder, NULL);
    for (size_t i = 0; words.v[i] != NULL; i++)
        mem_free(words.v[i]);
    vec_free(&words);
    return p;
}

struct json_object *assay_json(const char *folder, const char *line)
{
    struct program p = run(folder, "--json", line);
    struct json_object *v = NULL;
    struct err err = {0};
    cr_assert(p.status == 0, "assay %s: status %d: %s", line, p.status, p.err.ptr);
    cr_assert(json_parse(p.out.ptr, p.out.len, &v, &err), "assay %s: %s", line, err.text);
    program_free(&p);
    return v;
}

int assay_status(const char *folder, const char *line)
{
    struct program p = run(folder, NULL, line);
    int status = p.status;
    program_free(&p);
    return status;
}

struct json_object *json_at(struct json_object *v, const char *path)
{
    while (v != NULL && *path != '\0') {
        size_t n = strcspn(path, "/");
        char key[128];
        snprintf(key, sizeof key, "%.*s", (int)n, path);
        struct json_object *next = NULL;
        if (json_object_is_type(v, json_type_array))
            next = json_object_array_get_idx(v, (size_t)strtoul(key, NULL, 10));
        else
            json_object_object_get_ex(v, key, &next);
        v = next;
        path += n + (path[n] == '/');
    }
    return v;
}

double json_number(struct json_object *v, const char *path)
{
    struct json_object *x = json_at(v, path);
    cr_assert(x != NULL, "no %s", path);
    return json_object_get_double(x);
}

const char *json_string(struct json_object *v, const char *path)
{
    struct json_object *x = json_at(v, path);
    cr_assert(x != NULL, "no %s", path);
    return json_object_get_string(x);
}
