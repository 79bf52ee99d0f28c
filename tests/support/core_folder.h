/* A temporary folder for tests of files. */
#ifndef ASSAY_TESTS_CORE_FOLDER_H
#define ASSAY_TESTS_CORE_FOLDER_H

#include <stddef.h>

struct core_folder {
    char path[64];
};

void core_folder_make(struct core_folder *f);
/* Removes the files in it, too. */
void core_folder_remove(struct core_folder *f);
/* The path of a file in it; out must hold 160 bytes. */
enum { CORE_PATH = 160 };
const char *core_path(const struct core_folder *f, const char *name, char out[CORE_PATH]);
/* Write n bytes to a file in it. */
void core_put(const struct core_folder *f, const char *name, const void *bytes, size_t n);
/* Write a text. */
void core_put_text(const struct core_folder *f, const char *name, const char *text);
/* The bytes of a file, terminated, and their number; free with mem_free. */
char *core_get(const char *path, size_t *n);
/* Number of entries in the folder. */
size_t core_count(const struct core_folder *f);

#endif
