#include "core/npy.h"

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static struct err err;
static struct core_folder folder;
static char path[CORE_PATH];

static void set_up(void)
{
    core_folder_make(&folder);
    core_path(&folder, "x.npy", path);
}

static void tear_down(void)
{
    core_folder_remove(&folder);
}

TestSuite(npy, .init = set_up, .fini = tear_down);

/* A file with this header text and data of `bytes` zeros, or of `data`. */
static void put(int version, const char *header, const void *data, size_t bytes)
{
    struct buf b = BUF_INIT;
    size_t n = strlen(header);
    buf_add(&b, "\x93NUMPY", 6);
    buf_addc(&b, (char)version);
    buf_addc(&b, 0);
    for (int i = 0; i < (version == 1 ? 2 : 4); i++)
        buf_addc(&b, (char)(n >> (8 * i)));
    buf_adds(&b, header);
    for (size_t i = 0; i < bytes; i++)
        buf_addc(&b, data != NULL ? ((const char *)data)[i] : 0);
    core_put(&folder, "x.npy", b.ptr, b.len);
    buf_free(&b);
}

#define SHAPE(s) "{'descr': '<f4', 'fortran_order': False, 'shape': " s ", }"

static void expect_refused(const char *reason)
{
    struct tensor t;
    cr_expect(not(tensor_open(path, &t, &err)), "%s was taken", reason);
    cr_expect(ne(ptr, strstr(err.text, reason), NULL), "wanted: %s; is: %s", reason, err.text);
}

Test(npy, what_is_written_is_read)
{
    struct tensor t;
    double row[3];
    cr_assert(npy_write_f32(path, (float[]){1, 2, 3, 4, 5, 6}, 2, 3, &err), "%s", err.text);
    cr_assert(tensor_open(path, &t, &err), "%s", err.text);
    cr_expect(eq(sz, t.rows, 2));
    cr_expect(eq(sz, t.cols, 3));
    tensor_row_f64(&t, 1, row);
    cr_expect(eq(dbl[3], row, ((double[3]){4, 5, 6})));
    tensor_close(&t);
    cr_assert(npy_write_f64(path, (double[]){0.1, 0.2, 0.3}, 3, 0, &err));
    cr_assert(tensor_open(path, &t, &err));
    cr_expect(eq(sz, t.rows, 3));
    cr_expect(eq(sz, t.cols, 1));
    tensor_row_f64(&t, 2, row);
    cr_expect(eq(dbl, row[0], 0.3));
    tensor_close(&t);
}

Test(npy, header_is_as_numpy_writes_it)
{
    size_t n;
    cr_assert(npy_write_f32(path, (float[]){1, 2}, 1, 2, &err));
    char *bytes = core_get(path, &n);
    cr_expect(eq(sz, n, 128 + 8));
    cr_expect(eq(
        int, memcmp(bytes, "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", 69),
        0));
    cr_expect(eq(chr, bytes[127], '\n'));
    mem_free(bytes);
}

Test(npy, versions_types_and_orders_are_known)
{
    static const struct {
        int version;
        const char *descr, *order;
        unsigned char data[32];
        size_t size;
    } table[] = {
        {1, "<f4", "False", {0, 0, 0x80, 0x3F, 0, 0, 0, 0x40}, 4},
        {2, ">f4", "True", {0x3F, 0x80, 0, 0, 0x40, 0, 0, 0}, 4},
        {3, "<f2", "False", {0, 0x3C, 0, 0x40}, 2},
        {1, ">f2", "False", {0x3C, 0, 0x40, 0}, 2},
        {1, "<f8", "True", {0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0x40}, 8},
        {1, ">f8", "False", {0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0}, 8},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char header[128];
        struct tensor t;
        double row[2];
        snprintf(header, sizeof header, "{\"descr\": \"%s\", 'shape': (1,2), 'fortran_order': %s}\n", table[i].descr,
                 table[i].order);
        put(table[i].version, header, table[i].data, 2 * table[i].size);
        cr_assert(tensor_open(path, &t, &err), "%s", err.text);
        tensor_row_f64(&t, 0, row);
        cr_expect(eq(dbl[2], row, ((double[2]){1, 2})));
        tensor_close(&t);
    }
}

Test(npy, shapes_must_have_rows_and_columns)
{
    put(1, SHAPE("(2, 2, 2)"), NULL, 32);
    expect_refused("more than two dimensions");
    put(1, SHAPE("()"), NULL, 4);
    expect_refused("a single number");
    put(1, SHAPE("(-1, 2)"), NULL, 4);
    expect_refused("not a size");
    put(1, SHAPE("(2 2)"), NULL, 16);
    expect_refused("does not end");
    put(1, SHAPE("2"), NULL, 8);
    expect_refused("not a tuple");
}

Test(npy, shapes_must_match_the_file)
{
    put(1, SHAPE("(2, 2)"), NULL, 15);
    expect_refused("2 x 2 numbers take 16 bytes, but 15 follow");
    put(1, SHAPE("(2, 2)"), NULL, 17);
    expect_refused("but 17 follow");
    put(1, SHAPE("(4611686018427387904, 1)"), NULL, 0);
    expect_refused("cannot be");
    put(1, SHAPE("(4294967296, 4294967296)"), NULL, 0);
    expect_refused("cannot be");
    put(1, SHAPE("(99999999999999999999999, 1)"), NULL, 0);
    expect_refused("not a size");
}

Test(npy, empty_matrices_are_read)
{
    struct tensor t;
    put(1, SHAPE("(0, 5)"), NULL, 0);
    cr_assert(tensor_open(path, &t, &err), "%s", err.text);
    cr_expect(eq(sz, t.rows, 0));
    tensor_close(&t);
}

Test(npy, types_that_are_not_floats_are_refused)
{
    put(1, "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", NULL, 8);
    expect_refused("type \"<i8\"");
    put(1, "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", NULL, 8);
    expect_refused("type \"|O\"");
    put(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", NULL, 4);
    expect_refused("records or an unknown type");
}

Test(npy, damaged_headers_are_refused)
{
    static const struct {
        const char *header, *reason;
    } table[] = {
        {"", "not a dictionary"},
        {"{", "a key is missing"},
        {"{'descr': '<f4'", "does not end"},
        {"{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}", "neither True nor False"},
        {"{'descr': '<f4', 'shape': (1,)}", "is missing"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "unexpected key \"descr\""},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}", "unexpected key \"more\""},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", "more text after its end"},
        {"{'descr: '<f4'}", "missing"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        put(1, table[i].header, NULL, 4);
        expect_refused(table[i].reason);
    }
}

Test(npy, headers_that_outgrow_the_file_are_refused)
{
    core_put(&folder, "x.npy", "\x93NUMPY\x01\x00\xFF\xFF{}", 12);
    expect_refused("a header of 65535 bytes in a file of 12");
    core_put(&folder, "x.npy", "\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{}", 14);
    expect_refused("a header of 4294967295 bytes");
    core_put(&folder, "x.npy", "\x93NUMPY\x01\x00", 8);
    expect_refused("ends in its header");
    core_put(&folder, "x.npy", "\x93NUMPY\x09\x00\x02\x00{}  ", 14);
    expect_refused("version 9.0");
}

/* Cut anywhere, a good file is refused and nothing is read beyond its end. */
Test(npy, every_truncation_is_refused)
{
    size_t n;
    struct tensor t;
    cr_assert(npy_write_f32(path, (float[]){1, 2, 3, 4}, 2, 2, &err));
    char *bytes = core_get(path, &n);
    for (size_t i = 0; i < n; i++) {
        core_put(&folder, "x.npy", bytes, i);
        cr_expect(not(tensor_open(path, &t, &err)), "cut at %zu", i);
    }
    mem_free(bytes);
}

Test(npy, a_failed_write_leaves_nothing)
{
    char gone[CORE_PATH];
    cr_expect(not(npy_write_f32(core_path(&folder, "no/such/x.npy", gone), (float[]){1}, 1, 1, &err)));
    cr_expect(eq(sz, core_count(&folder), 0));
}
