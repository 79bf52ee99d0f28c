#include "core/base/lines.h"

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static struct err err;
static struct core_folder folder;
static char path[CORE_PATH];

static void set_up(void)
{
    core_folder_make(&folder);
    core_path(&folder, "x", path);
}

static void tear_down(void)
{
    core_folder_remove(&folder);
}

TestSuite(lines, .init = set_up, .fini = tear_down);

static void expect_lines(const char *file, const char *const *want, size_t n)
{
    struct lines *l = lines_open(file, &err);
    cr_assert(ne(ptr, l, NULL), "%s", err.text);
    char *text;
    size_t len, count = 0;
    for (;; count++) {
        cr_assert(lines_next(l, &text, &len, &err), "%s", err.text);
        if (text == NULL)
            break;
        cr_assert(lt(sz, count, n));
        cr_expect(eq(str, text, (char *)want[count]));
        cr_expect(eq(sz, len, strlen(want[count])));
        cr_expect(eq(long, lines_number(l), (long)count + 1));
    }
    cr_expect(eq(sz, count, n));
    cr_expect(lines_next(l, &text, &len, &err));
    cr_expect(eq(ptr, text, NULL), "the end stays the end");
    lines_close(l);
}

Test(lines, ends_are_dropped_and_the_last_line_needs_none)
{
    core_put_text(&folder, "x",
                  "\xEF\xBB\xBF"
                  "a\r\nb\n\n\rc");
    expect_lines(path, (const char *const[]){"a", "b", "", "\rc"}, 4);
    core_put_text(&folder, "x", "a\n");
    expect_lines(path, (const char *const[]){"a"}, 1);
    core_put_text(&folder, "x", "");
    expect_lines(path, NULL, 0);
    core_put_text(&folder, "x", "\n");
    expect_lines(path, (const char *const[]){""}, 1);
}

Test(lines, utf16_is_refused_by_its_mark)
{
    static const char *const marked[] = {"\xFF\xFE{", "\xFE\xFF"};
    for (size_t i = 0; i < 2; i++) {
        char *text;
        size_t n;
        core_put_text(&folder, "x", marked[i]);
        struct lines *l = lines_open(path, &err);
        cr_assert(ne(ptr, l, NULL), "%s", err.text);
        cr_expect(not(lines_next(l, &text, &n, &err)));
        cr_expect(ne(ptr, strstr(err.text, "is UTF-16, not UTF-8"), NULL), "%s", err.text);
        lines_close(l);
    }
    core_put_text(&folder, "x", "a\n\xFF\xFE");
    expect_lines(path, (const char *const[]){"a", "\xFF\xFE"}, 2);
}

Test(lines, gzip_is_found_out)
{
    gzFile z = gzopen(path, "wb");
    gzputs(z, "a\nb");
    gzclose(z);
    expect_lines(path, (const char *const[]){"a", "b"}, 2);
}

static const char *const two[] = {"a", "b"};

/* As many parts as one likes make one file; what follows gzip and is none is left alone, as gzip does. */
Test(lines, parts_behind_each_other_are_one_file)
{
    char bytes[256];
    size_t n = 0, size;
    for (int i = 0; i < 2; i++) {
        gzFile z = gzopen(path, "wb");
        gzputs(z, i == 0 ? "a\n" : "b\n");
        gzclose(z);
        char *part = core_get(path, &size);
        memcpy(bytes + n, part, size);
        n += size;
        mem_free(part);
    }
    core_put(&folder, "x", bytes, n);
    expect_lines(path, two, 2);
    memcpy(bytes + n, "junk", 4);
    core_put(&folder, "x", bytes, n + 4);
    expect_lines(path, two, 2);
    n = ZSTD_compress(bytes, sizeof bytes, "a\n", 2, 1);
    n += ZSTD_compress(bytes + n, sizeof bytes - n, "b\n", 2, 1);
    core_put(&folder, "x", bytes, n);
    expect_lines(path, two, 2);
}

/* Cut anywhere, a packed file is refused or, before it shows what it is, read as it stands; never half a file. */
Test(lines, zstd_cut_anywhere_is_an_error)
{
    enum { SIZE = 400000 };
    char *plain = mem_alloc(SIZE), *packed = mem_alloc(ZSTD_compressBound(SIZE));
    for (size_t i = 0; i < SIZE; i++)
        plain[i] = i % 10 == 9 ? '\n' : (char)('a' + (i * i / 7 + i / 64) % 26);
    size_t n = ZSTD_compress(packed, ZSTD_compressBound(SIZE), plain, SIZE, 3);
    for (size_t cut = n; cut > 4; cut = cut == n ? n - 1 : cut - cut / 7 - 1) {
        core_put(&folder, "x", packed, cut);
        struct lines *l = lines_open(path, &err);
        char *text;
        size_t len, count = 0;
        bool ok;
        while ((ok = lines_next(l, &text, &len, &err)) && text != NULL)
            count++;
        cr_expect(eq(int, ok, cut == n), "%zu of %zu", cut, n);
        cr_expect(cut < n || count == SIZE / 10);
        cr_expect(cut == n || strstr(err.text, "damaged zstd") != NULL, "%s", err.text);
        lines_close(l);
    }
    mem_free(plain);
    mem_free(packed);
}

Test(lines, lines_longer_than_a_read_are_whole)
{
    enum { LONG = 600 * 1024 };
    char *big = mem_alloc(2 * LONG + 3);
    memset(big, 'a', LONG);
    big[LONG] = '\n';
    memset(big + LONG + 1, 'b', LONG);
    core_put(&folder, "x", big, 2 * LONG + 1);
    struct lines *l = lines_open(path, &err);
    char *text;
    size_t n;
    double done, total;
    for (int i = 0; i < 2; i++) {
        cr_assert(lines_next(l, &text, &n, &err));
        cr_expect(eq(sz, n, LONG));
        cr_expect(eq(chr, text[n - 1], "ab"[i]));
    }
    lines_position(l, &done, &total);
    cr_expect(eq(dbl, total, 2 * LONG + 1));
    cr_expect(le(dbl, done, total));
    lines_close(l);
    mem_free(big);
}

Test(lines, damaged_gzip_is_an_error)
{
    gzFile z = gzopen(path, "wb");
    for (int i = 0; i < 10000; i++)
        gzprintf(z, "%d\n", i * 7919);
    gzclose(z);
    size_t size;
    char *bytes = core_get(path, &size);
    core_put(&folder, "x", bytes, size / 2);
    mem_free(bytes);
    struct lines *l = lines_open(path, &err);
    char *text;
    size_t n;
    bool ok;
    while ((ok = lines_next(l, &text, &n, &err)) && text != NULL)
        ;
    cr_expect(not(ok));
    cr_expect(eq(int, (int)err.kind, (int)ERR_SYNTAX));
    cr_expect(ne(ptr, strstr(err.text, "damaged gzip"), NULL), "%s", err.text);
    lines_close(l);
}

Test(lines, a_dash_is_standard_input)
{
    core_put_text(&folder, "x", "from stdin\n");
    int fd = open(path, O_RDONLY);
    dup2(fd, STDIN_FILENO);
    close(fd);
    expect_lines("-", (const char *const[]){"from stdin"}, 1);
}

Test(lines, folders_and_absent_files_are_errors)
{
    cr_expect(eq(ptr, lines_open(folder.path, &err), NULL));
    cr_expect(ne(ptr, strstr(err.text, "is a directory"), NULL), "%s", err.text);
    cr_expect(eq(ptr, lines_open(path, &err), NULL));
    cr_expect(eq(int, (int)err.kind, (int)ERR_MISSING));
}

/* ---- a list ---- */

static struct lines *open_text(const char *text, size_t n, bool *list)
{
    core_put(&folder, "x", text, n);
    struct lines *l = lines_open(path, &err);
    cr_assert(ne(ptr, l, NULL), "%s", err.text);
    cr_assert(lines_of_list(l, list, &err), "%s", err.text);
    return l;
}

static const struct {
    const char *text;
    long numbers[4];
    const char *lines[4];
} lists[] = {
    {"[]", {0}, {NULL}},
    {" \n[ ] \n", {0}, {NULL}},
    {"[{}]", {1}, {"{}"}},
    {"\xEF\xBB\xBF[{\"a\":1},{\"b\":[2,3]}]", {1, 1}, {"{\"a\":1}", "{\"b\":[2,3]}"}},
    {"[\n  {\n    \"a\": 1\n  },\r\n  {\"b\": 2} ,\n  7\n]\n", {2, 5, 6}, {"{     \"a\": 1   }", "{\"b\": 2}", "7"}},
    {"[{\"a\":\"x\ny\r\"\n}]", {1}, {"{\"a\":\"x\ny\r\" }"}},
    {"[{\"a\":\"],[{\\\"\\\\\"},{\"b\":\"\\\\\\\"}\"}]", {1, 1}, {"{\"a\":\"],[{\\\"\\\\\"}", "{\"b\":\"\\\\\\\"}\"}"}},
};

Test(lines, elements_of_a_list_are_lines_however_they_are_laid_out)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        bool list;
        char *text;
        size_t n;
        struct lines *l = open_text(lists[i].text, strlen(lists[i].text), &list);
        cr_expect(list, "%zu", i);
        for (size_t k = 0; lists[i].lines[k] != NULL; k++) {
            cr_assert(lines_next(l, &text, &n, &err), "%zu: %s", i, err.text);
            cr_assert(ne(ptr, text, NULL), "%zu: %zu elements", i, k);
            cr_expect(eq(str, text, (char *)lists[i].lines[k]));
            cr_expect(eq(long, lines_number(l), lists[i].numbers[k]));
        }
        for (int k = 0; k < 2; k++) {
            cr_assert(lines_next(l, &text, &n, &err), "%s", err.text);
            cr_expect(eq(ptr, text, NULL), "%zu: the end stays the end", i);
        }
        lines_close(l);
    }
}

static const struct {
    const char *text, *says;
} faults[] = {
    {"[{}", "x:1: the list does not end"},
    {"[{},\n", "x:2: the list does not end"},
    {"[{\"a\":\"]\n", "x:2: the list does not end"},
    {"[{} {}]", "x:1: "},
    {"[{},,{}]", "x:1: a comma too many"},
    {"[{},]", "x:1: a comma too many"},
    {"[{}]\n{}\n", "x:2: something follows the list"},
};

Test(lines, what_is_wrong_with_a_list_is_said_with_its_line)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        bool list, ok = true;
        char *text;
        size_t n, count = 0;
        struct lines *l = open_text(faults[i].text, strlen(faults[i].text), &list);
        cr_expect(list, "%zu", i);
        do
            ok = lines_next(l, &text, &n, &err);
        while (ok && text != NULL && count++ < 9);
        if (i != 3) { /* that one is an element that no reader takes */
            cr_expect(not(ok), "%s", faults[i].text);
            cr_expect(ne(ptr, strstr(err.text, faults[i].says), NULL), "%s: %s", faults[i].text, err.text);
        } else {
            cr_expect(eq(sz, count, 1));
        }
        lines_close(l);
    }
}

Test(lines, what_is_no_list_of_objects_is_read_by_the_line)
{
    static const char *const others[] = {"", "\n", "[1]\n", "{}\n[{}]\n", "[\"x\"],y\n", "[", "a\n"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        bool list;
        char *text;
        size_t n;
        struct lines *l = open_text(others[i], strlen(others[i]), &list);
        cr_expect(not(list), "%s", others[i]);
        cr_assert(lines_next(l, &text, &n, &err), "%s", err.text);
        if (others[i][0] != '\0')
            cr_expect(eq(sz, n, strcspn(others[i], "\n")), "%s", others[i]);
        lines_close(l);
    }
}

/* Elements that end just before, at and behind the end of a read. */
Test(lines, elements_longer_than_a_read_are_whole)
{
    enum { READ = 256 * 1024 };
    for (int more = -3; more <= 3; more++) {
        struct buf b = BUF_INIT;
        bool list;
        char *text;
        size_t n, long_one = (size_t)(READ + more);
        buf_adds(&b, "[{\"a\":\"");
        while (b.len < long_one)
            buf_addc(&b, 'x');
        buf_adds(&b, "\"},{\"b\":2}]");
        struct lines *l = open_text(b.ptr, b.len, &list);
        cr_assert(lines_next(l, &text, &n, &err), "%s", err.text);
        cr_expect(eq(sz, n, long_one + 1));
        cr_assert(lines_next(l, &text, &n, &err), "%s", err.text);
        cr_expect(eq(str, text, "{\"b\":2}"));
        lines_close(l);
        buf_free(&b);
    }
}
