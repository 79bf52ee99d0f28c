/* The commands of README.md work as they stand: every block marked "sh" is run, in order, in one fresh folder. Lines
 * that begin with make, git or cd are for people; the annotation screen is worked by a script. */
#include "core/base/mem.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool for_people(const char *line)
{
    static const char *const words[] = {"make", "git ", "cd ", "sudo "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(line, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* Lines of all ```sh blocks. */
static void collect(char *text, struct buf *script, size_t *n)
{
    bool inside = false;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (strncmp(line, "```", 3) == 0) {
            inside = !inside && strcmp(line, "```sh") == 0;
            continue;
        }
        if (inside && !for_people(line)) {
            buf_addf(script, "%s\n", line);
            *n += strncmp(line, "assay ", 6) == 0;
        }
    }
}

Test(readme, its_commands_run_as_they_stand)
{
    struct buf text = BUF_INIT, script = BUF_INIT, path = BUF_INIT, bin = BUF_INIT, keys = BUF_INIT;
    char *folder = temp_make();
    size_t commands = 0;
    buf_addf(&path, "%s/../README.md", program_tests());
    cr_assert(file_read(path.ptr, &text));
    buf_adds(&script, "set -e\n");
    collect(text.ptr, &script, &commands);
    cr_assert(gt(sz, commands, 6), "README.md shows hardly any command");

    buf_reset(&path);
    buf_addf(&path, "%s/bin", folder);
    buf_addf(&bin, "mkdir %s && ln -s %s %s/assay", path.ptr, program_assay(), path.ptr);
    struct program p = program_run((const char *const[]){"/bin/sh", "-c", bin.ptr, NULL}, NULL, folder, NULL);
    cr_assert(eq(int, p.status, 0));
    program_free(&p);
    buf_addf(&keys, "%s/keys", folder);
    file_write(keys.ptr, "4 3 4 1 1\n2 1 3 1 1\n< <\n<Enter>\n");

    struct buf path_env = BUF_INIT, script_env = BUF_INIT;
    buf_addf(&path_env, "PATH=%s:%s", path.ptr, getenv("PATH"));
    buf_addf(&script_env, "ASSAY_SCRIPT=%s", keys.ptr);
    const char *const env[] = {path_env.ptr, script_env.ptr, "ASSAY_ANNOTATOR=ada", NULL};
    p = program_run((const char *const[]){"/bin/sh", "-c", script.ptr, NULL}, env, folder, NULL);
    cr_expect(eq(int, p.status, 0), "%s\n%s\n%s", script.ptr, p.out.ptr, p.err.ptr);
    program_free(&p);
    temp_remove(folder);
    buf_free(&text);
    buf_free(&script);
    buf_free(&path);
    buf_free(&bin);
    buf_free(&keys);
    buf_free(&path_env);
    buf_free(&script_env);
}

/* ---- what the documents link to ---- */

/* A link within the repository: the path before "#", or nothing for one that leads out or stays on its page. */
static void target_of(const char *link, size_t n, const char *folder, struct buf *path)
{
    size_t part = strcspn(link, "#)");
    buf_reset(path);
    if (part > n || part == 0 || strncmp(link, "http", 4) == 0)
        return;
    buf_addf(path, "%s/%.*s", folder, (int)part, link);
}

static size_t check_links(const char *folder, const char *name)
{
    struct buf text = BUF_INIT, path = BUF_INIT;
    size_t links = 0;
    buf_addf(&path, "%s/%s", folder, name);
    cr_assert(file_read(path.ptr, &text), "%s", path.ptr);
    for (const char *at = text.ptr; (at = strstr(at, "](")) != NULL;) {
        at += 2;
        target_of(at, strcspn(at, ")\n"), folder, &path);
        if (path.len == 0)
            continue;
        links++;
        cr_expect(eq(int, access(path.ptr, R_OK), 0), "%s links to %s, which is not there", name, path.ptr);
    }
    buf_free(&text);
    buf_free(&path);
    return links;
}

Test(readme, every_link_and_picture_of_the_documents_is_there)
{
    static const char *const documents[][2] = {
        {"/..", "README.md"},
        {"/../assets/doc", "CONTRIBUTING.md"},
        {"/../assets/doc", "screens.md"},
        {"/../assets/doc", "map.md"},
        {"/../assets/doc", "formats.md"},
        {"/../assets/doc", "objectives.md"},
        {"/../assets/doc/adr", "README.md"},
        {"", "README.md"},
    };
    struct buf folder = BUF_INIT;
    size_t links = 0;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        buf_reset(&folder);
        buf_addf(&folder, "%s%s", program_tests(), documents[i][0]);
        links += check_links(folder.ptr, documents[i][1]);
    }
    cr_expect(gt(sz, links, 15), "only %zu links", links);
    buf_free(&folder);
}

Test(readme, the_index_of_decisions_has_each_of_them)
{
    struct buf path = BUF_INIT, index = BUF_INIT;
    glob_t found;
    buf_addf(&path, "%s/../assets/doc/adr/README.md", program_tests());
    cr_assert(file_read(path.ptr, &index));
    buf_reset(&path);
    buf_addf(&path, "%s/../assets/doc/adr/0*.md", program_tests());
    cr_assert(eq(int, glob(path.ptr, 0, NULL, &found), 0));
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        cr_expect(ne(ptr, strstr(index.ptr, name), NULL), "%s is not in the index", name);
    }
    globfree(&found);
    buf_free(&path);
    buf_free(&index);
}
