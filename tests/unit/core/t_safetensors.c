#include "core/safetensors.h"

#include "core/base/mem.h"
#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct err err;
static struct core_folder folder;
static char path[CORE_PATH];

static void set_up(void)
{
    core_folder_make(&folder);
    core_path(&folder, "x.safetensors", path);
}

static void tear_down(void)
{
    core_folder_remove(&folder);
}

TestSuite(safetensors, .init = set_up, .fini = tear_down);

static void put_sized(uint64_t size, const char *header, size_t bytes)
{
    struct buf b = BUF_INIT;
    for (int i = 0; i < 8; i++)
        buf_addc(&b, (char)(size >> (8 * i)));
    buf_adds(&b, header);
    for (size_t i = 0; i < bytes; i++)
        buf_addc(&b, 0);
    core_put(&folder, "x.safetensors", b.ptr, b.len);
    buf_free(&b);
}

static void put(const char *header, size_t bytes)
{
    put_sized(strlen(header), header, bytes);
}

static void expect_refused(const char *reason)
{
    struct safetensors s;
    cr_expect(not(safetensors_open(path, &s, &err)), "%s was taken", reason);
    cr_expect(ne(ptr, strstr(err.text, reason), NULL), "wanted: %s; is: %s", reason, err.text);
}

static const float A[] = {1, 2, 3, 4, 5, 6};
static const double B[] = {0.5, 0.25};
static const struct safetensors_out tensors[] = {{"b", TENSOR_F64, 1, {2, 0}, B}, {"a", TENSOR_F32, 2, {2, 3}, A}};
static const struct safetensors_pair meta[] = {{"z", "last"}, {"a", "{\"x\":1}"}};

Test(safetensors, what_is_written_is_read)
{
    struct safetensors s;
    struct tensor t;
    double row[3];
    cr_assert(safetensors_write(path, tensors, 2, meta, 2, &err), "%s", err.text);
    cr_assert(safetensors_open(path, &s, &err), "%s", err.text);
    cr_expect(eq(sz, s.n, 2));
    cr_expect(eq(str, (char *)safetensors_meta(&s, "a"), "{\"x\":1}"));
    cr_expect(eq(str, (char *)safetensors_meta(&s, "z"), "last"));
    cr_expect(eq(ptr, (void *)safetensors_meta(&s, "no"), NULL));
    cr_assert(safetensors_tensor(&s, "a", &t, &err));
    tensor_row_f64(&t, 1, row);
    cr_expect(eq(dbl[3], row, ((double[3]){4, 5, 6})));
    cr_assert(safetensors_tensor(&s, "b", &t, &err));
    cr_expect(eq(sz, t.cols, 1));
    tensor_row_f64(&t, 1, row);
    cr_expect(eq(dbl, row[0], 0.25));
    safetensors_close(&s);
}

Test(safetensors, bytes_are_settled)
{
    static const char want[] = "{\"__metadata__\":{\"a\":\"{\\\"x\\\":1}\",\"z\":\"last\"},"
                               "\"b\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},"
                               "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[16,40]}}";
    size_t n, m;
    cr_assert(safetensors_write(path, tensors, 2, meta, 2, &err));
    char *bytes = core_get(path, &n);
    size_t header = (unsigned char)bytes[0];
    cr_expect(eq(sz, header % 8, 0));
    cr_expect(eq(int, memcmp(bytes + 8, want, sizeof want - 1), 0));
    cr_expect(eq(sz, n, 8 + header + 40));
    cr_assert(safetensors_write(path, tensors, 2, (struct safetensors_pair[]){meta[1], meta[0]}, 2, &err));
    char *again = core_get(path, &m);
    cr_expect(eq(sz, n, m));
    cr_expect(eq(int, memcmp(bytes, again, n), 0), "the order of the metadata does not matter");
    mem_free(bytes);
    mem_free(again);
}

Test(safetensors, one_tensor_needs_no_name)
{
    struct tensor t;
    char named[CORE_PATH];
    cr_assert(safetensors_write(path, tensors + 1, 1, NULL, 0, &err));
    cr_assert(tensor_open(path, &t, &err), "%s", err.text);
    cr_expect(eq(sz, t.rows, 2));
    tensor_close(&t);
    cr_assert(safetensors_write(path, tensors, 2, NULL, 0, &err));
    cr_expect(not(tensor_open(path, &t, &err)));
    cr_expect(ne(ptr, strstr(err.text, "choose one with FILE:NAME: b, a"), NULL), "%s", err.text);
    cr_assert(tensor_open(core_path(&folder, "x.safetensors:a", named), &t, &err), "%s", err.text);
    cr_expect(eq(sz, t.cols, 3));
    tensor_close(&t);
    cr_expect(not(tensor_open(core_path(&folder, "x.safetensors:c", named), &t, &err)));
    cr_expect(ne(ptr, strstr(err.text, "there is no tensor \"c\"; there are: b, a"), NULL), "%s", err.text);
}

#define ENTRY(dtype, shape, offsets) "{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

Test(safetensors, damaged_headers_are_refused)
{
    static const struct {
        const char *header;
        size_t bytes;
        const char *reason;
    } table[] = {
        {"{", 0, "not JSON"},
        {"{\"a\":1}", 0, "not an object"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "\"data_offsets\" is missing"},
        {"{\"a\":" ENTRY("F32", "[1]", "[0]") "}", 4, "must be two numbers"},
        {"{\"a\":" ENTRY("F32", "[1]", "[0,4,8]") "}", 4, "more than 2"},
        {"{\"a\":" ENTRY("F33", "[1]", "[0,4]") "}", 4, "type \"F33\" is not known"},
        {"{\"a\":" ENTRY("F32", "[2]", "[0,4]") "}", 4, "needs 8 bytes, but it has 4"},
        {"{\"a\":" ENTRY("F32", "[1]", "[0,8]") "}", 4, "outside the 4 bytes"},
        {"{\"a\":" ENTRY("F32", "[1]", "[8,4]") "}", 8, "outside"},
        {"{\"a\":" ENTRY("F32", "[-1]", "[0,4]") "}", 4, "outside 0 to"},
        {"{\"a\":" ENTRY("F32", "[\"1\"]", "[0,4]") "}", 4, "must be an integer"},
        {"{\"a\":" ENTRY("F32", "[9223372036854775807,9223372036854775807]", "[0,4]") "}", 4, "too large"},
        {"{\"a\":" ENTRY("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 4, "more than 8"},
        {"{\"a\":" ENTRY("F32", "[1]", "[0,4]") ",\"b\":" ENTRY("F32", "[1]", "[0,4]") "}", 4, "overlaps"},
        {"{\"a\":" ENTRY("F32", "[1]", "[0,4]") ",\"b\":" ENTRY("F32", "[1]", "[8,12]") "}", 12, "does not follow"},
        {"{\"a\":" ENTRY("F32", "[1]", "[0,4]") "}", 8, "take 4 bytes, but 8 follow"},
        {"{\"a\":" ENTRY("F32", "[1]", "[0,4]") ",\"a\":" ENTRY("F32", "[1]", "[4,8]") "}", 8, "does not follow"},
        {"{\"__metadata__\":{\"k\":1}}", 0, "must be a string"},
        {"{\"__metadata__\":[]}", 0, "\"__metadata__\" is not an object"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        put(table[i].header, table[i].bytes);
        expect_refused(table[i].reason);
    }
}

Test(safetensors, header_lengths_are_checked)
{
    put_sized(3, "{}", 0);
    expect_refused("a header of 3 bytes in a file of 10");
    put_sized(UINT64_MAX, "{}", 0);
    expect_refused("a header of 18446744073709551615 bytes");
    core_put(&folder, "x.safetensors", "abc", 3);
    expect_refused("ends in its header");
    put_sized(SAFETENSORS_MAX_HEADER + UINT64_C(1), "{}", 0);
    expect_refused("a header of");
}

Test(safetensors, tensors_that_are_no_matrix_are_refused_when_asked_for)
{
    struct safetensors s;
    struct tensor t;
    put("{\"i\":" ENTRY("I64", "[1]", "[0,8]") ",\"c\":" ENTRY("F32", "[1,1,1]",
                                                               "[8,12]") ",\"s\":" ENTRY("F32", "[]", "[12,16]") "}",
        16);
    cr_assert(safetensors_open(path, &s, &err), "%s", err.text);
    cr_expect(not(safetensors_tensor(&s, "i", &t, &err)));
    cr_expect(ne(ptr, strstr(err.text, "of type I64"), NULL), "%s", err.text);
    cr_expect(not(safetensors_tensor(&s, "c", &t, &err)));
    cr_expect(ne(ptr, strstr(err.text, "3 dimensions"), NULL), "%s", err.text);
    cr_expect(not(safetensors_tensor(&s, "s", &t, &err)));
    safetensors_close(&s);
}

Test(safetensors, empty_files_are_legal)
{
    struct safetensors s;
    struct tensor t;
    put("{}      ", 0);
    cr_assert(safetensors_open(path, &s, &err), "%s", err.text);
    cr_expect(not(safetensors_tensor(&s, NULL, &t, &err)));
    cr_expect(ne(ptr, strstr(err.text, "holds no tensor"), NULL), "%s", err.text);
    safetensors_close(&s);
}

Test(safetensors, every_truncation_is_refused)
{
    size_t n;
    struct safetensors s;
    cr_assert(safetensors_write(path, tensors, 2, meta, 2, &err));
    char *bytes = core_get(path, &n);
    for (size_t i = 0; i < n; i++) {
        core_put(&folder, "x.safetensors", bytes, i);
        cr_expect(not(safetensors_open(path, &s, &err)), "cut at %zu", i);
    }
    mem_free(bytes);
}
