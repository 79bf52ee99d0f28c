#include "core/tensor.h"

#include "core/npy.h"
#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;
static struct core_folder folder;

static void set_up(void)
{
    core_folder_make(&folder);
}

static void tear_down(void)
{
    core_folder_remove(&folder);
}

TestSuite(tensor, .init = set_up, .fini = tear_down);

Test(tensor, half_precision_is_exact)
{
    static const struct {
        uint16_t bits;
        double value;
    } table[] = {{0x0000, 0},        {0x0001, 0x1p-24}, {0x8001, -0x1p-24},       {0x03FF, 0x3FFp-24},
                 {0x0400, 0x1p-14},  {0x3C00, 1},       {0x3C01, 1 + 0x1p-10},    {0xC000, -2},
                 {0x7BFF, 65504},    {0xFBFF, -65504},  {0x3555, 0.333251953125}, {0x7C00, INFINITY},
                 {0xFC00, -INFINITY}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        cr_expect(eq(dbl, (double)tensor_f16_to_f32(table[i].bits), table[i].value));
    cr_expect(isnan(tensor_f16_to_f32(0x7E00)) && isnan(tensor_f16_to_f32(0xFC01)));
    cr_expect(signbit(tensor_f16_to_f32(0x8000)) != 0);
}

/* Every finite half is sign * fraction * 2^exponent. */
Test(tensor, all_halves_equal_their_definition)
{
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        int exponent = (int)(bits >> 10) & 0x1F;
        if (exponent == 0x1F)
            continue;
        double fraction = (double)(bits & 0x3FF);
        double want = exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25);
        want = (bits & 0x8000) != 0 ? -want : want;
        if ((double)tensor_f16_to_f32((uint16_t)bits) != want)
            cr_assert(eq(dbl, (double)tensor_f16_to_f32((uint16_t)bits), want), "0x%04x", bits);
    }
}

Test(tensor, bfloat_is_the_upper_half_of_a_float)
{
    cr_expect(eq(dbl, (double)tensor_bf16_to_f32(0x3F80), 1));
    cr_expect(eq(dbl, (double)tensor_bf16_to_f32(0xC040), -3));
    cr_expect(eq(dbl, (double)tensor_bf16_to_f32(0x0001), 0x1p-133));
    cr_expect(eq(dbl, (double)tensor_bf16_to_f32(0x7F80), INFINITY));
    cr_expect(isnan(tensor_bf16_to_f32(0x7FC0)));
}

Test(tensor, rows_are_read_in_either_order)
{
    static const float by_rows[] = {1, 2, 3, 4, 5, 6};
    struct tensor t;
    double row[3];
    tensor_borrow(&t, TENSOR_F32, by_rows, 2, 3);
    tensor_row_f64(&t, 1, row);
    cr_expect(eq(dbl[3], row, ((double[3]){4, 5, 6})));
    t.fortran = true; /* the same bytes by columns: (1 3 5) (2 4 6) */
    tensor_row_f64(&t, 1, row);
    cr_expect(eq(dbl[3], row, ((double[3]){2, 4, 6})));
}

Test(tensor, bytes_are_read_in_either_endianness)
{
    static const unsigned char big[] = {0x3F, 0xF8, 0, 0, 0, 0, 0, 0}, half[] = {0x3C, 0x00};
    struct tensor t = {.type = TENSOR_F64, .big_endian = true, .rows = 1, .cols = 1, .data = big};
    double d;
    float f;
    tensor_row_f64(&t, 0, &d);
    cr_expect(eq(dbl, d, 1.5));
    t = (struct tensor){.type = TENSOR_F16, .big_endian = true, .rows = 1, .cols = 1, .data = half};
    tensor_row_f32(&t, 0, &f);
    cr_expect(eq(flt, f, 1));
}

/* Values that float, half and bfloat16 all hold, in every type, order and endianness: 2 rows of 3. */
Test(tensor, every_layout_reads_the_same)
{
    static const double want[2][3] = {{1, -2, 0.5}, {8, -0.25, 3}};
    static const struct {
        enum tensor_type type;
        uint64_t bits[6];
    } layouts[] = {
        {TENSOR_F16, {0x3C00, 0xC000, 0x3800, 0x4800, 0xB400, 0x4200}},
        {TENSOR_BF16, {0x3F80, 0xC000, 0x3F00, 0x4100, 0xBE80, 0x4040}},
        {TENSOR_F32, {0x3F800000, 0xC0000000, 0x3F000000, 0x41000000, 0xBE800000, 0x40400000}},
        {TENSOR_F64,
         {0x3FF0000000000000, 0xC000000000000000, 0x3FE0000000000000, 0x4020000000000000, 0xBFD0000000000000,
          0x4008000000000000}},
    };
    for (size_t l = 0; l < sizeof layouts / sizeof *layouts; l++)
        for (int way = 0; way < 4; way++) {
            unsigned char bytes[48];
            size_t size = tensor_type_size(layouts[l].type);
            struct tensor t = {.type = layouts[l].type,
                               .big_endian = way % 2 == 1,
                               .fortran = way / 2 == 1,
                               .rows = 2,
                               .cols = 3,
                               .data = bytes};
            for (size_t i = 0; i < 6; i++)
                for (size_t b = 0; b < size; b++)
                    bytes[(t.fortran ? i % 3 * 2 + i / 3 : i) * size + (t.big_endian ? size - 1 - b : b)] =
                        (unsigned char)(layouts[l].bits[i] >> (8 * b));
            for (size_t i = 0; i < 2; i++) {
                double row[3];
                float narrow[3];
                tensor_row_f64(&t, i, row);
                tensor_row_f32(&t, i, narrow);
                for (size_t j = 0; j < 3; j++) {
                    cr_expect(eq(dbl, row[j], want[i][j]), "%s way %d", tensor_type_name(t.type), way);
                    cr_expect(eq(dbl, (double)narrow[j], want[i][j]), "%s way %d", tensor_type_name(t.type), way);
                }
            }
        }
}

Test(tensor, the_first_bad_row_is_found)
{
    static const double values[] = {1, 2, 3, INFINITY, NAN, 0};
    struct tensor t;
    size_t bad = 99;
    tensor_borrow(&t, TENSOR_F64, values, 3, 2);
    cr_expect(not(tensor_check_finite(&t, &bad)));
    cr_expect(eq(sz, bad, 1));
    t.rows = 1;
    cr_expect(tensor_check_finite(&t, &bad));
    t.rows = 0;
    cr_expect(tensor_check_finite(&t, &bad));
}

/* Rows 2 and 5 of 7 hold NaN; in both orders, whole and line by line, the least row below a bound is told. */
Test(tensor, bad_rows_are_found_in_parts_of_either_order)
{
    enum { ROWS = 7, COLS = 3 };
    for (int fortran = 0; fortran < 2; fortran++) {
        double values[ROWS * COLS] = {0};
        struct tensor t;
        size_t bad, least = ROWS;
        values[fortran ? 1 * ROWS + 5 : 5 * COLS + 1] = NAN;
        values[fortran ? 2 * ROWS + 2 : 2 * COLS + 2] = -INFINITY;
        tensor_borrow(&t, TENSOR_F64, values, ROWS, COLS);
        t.fortran = fortran;
        cr_assert(eq(sz, tensor_lines(&t), fortran ? COLS : ROWS));
        cr_expect(not(tensor_check_finite(&t, &bad)));
        cr_expect(eq(sz, bad, 2));
        for (size_t line = tensor_lines(&t); line > 0; line--)
            least = tensor_bad_row(&t, line - 1, 1, least);
        cr_expect(eq(sz, least, 2));
        cr_expect(eq(sz, tensor_bad_row(&t, 0, tensor_lines(&t), 2), 2), "nothing stands below row 2");
        cr_expect(eq(sz, tensor_bad_row(&t, fortran ? 1 : 3, fortran ? 1 : 4, ROWS), 5));
    }
}

/* Longer than what is widened at a time; every type against its definition. */
Test(tensor, long_rows_equal_their_elements)
{
    enum { COLS = 1100 };
    static uint16_t half[COLS];
    static float single[COLS], narrow[COLS];
    static double wide[COLS];
    struct tensor t;
    for (size_t j = 0; j < COLS; j++) {
        half[j] = (uint16_t)(j * 53 % 0x7C00); /* finite, both as f16 and as bf16 */
        single[j] = (float)j / 7;
    }
    for (enum tensor_type type = TENSOR_F16; type <= TENSOR_F32; type++) {
        tensor_borrow(&t, type, type == TENSOR_F32 ? (const void *)single : (const void *)half, 1, COLS);
        tensor_row_f64(&t, 0, wide);
        tensor_row_f32(&t, 0, narrow);
        for (size_t j = 0; j < COLS; j++) {
            float want = type == TENSOR_F32   ? single[j]
                         : type == TENSOR_F16 ? tensor_f16_to_f32(half[j])
                                              : tensor_bf16_to_f32(half[j]);
            if (wide[j] != (double)want || narrow[j] != want)
                cr_assert(eq(dbl, wide[j], (double)want), "%s column %zu", tensor_type_name(type), j);
        }
    }
}

Test(tensor, files_that_are_neither_kind_are_refused)
{
    char path[CORE_PATH];
    struct tensor t;
    core_put_text(&folder, "text", "hello");
    cr_expect(not(tensor_open(core_path(&folder, "text", path), &t, &err)));
    cr_expect(ne(ptr, strstr(err.text, "neither .npy nor .safetensors"), NULL), "%s", err.text);
    core_put_text(&folder, "empty", "");
    cr_expect(not(tensor_open(core_path(&folder, "empty", path), &t, &err)));
    cr_expect(not(tensor_open(core_path(&folder, "absent", path), &t, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_MISSING));
    cr_expect(not(tensor_open(folder.path, &t, &err)));
    cr_expect(ne(ptr, strstr(err.text, "not a regular file"), NULL), "%s", err.text);
}

Test(tensor, a_tensor_name_needs_safetensors)
{
    char path[CORE_PATH];
    struct tensor t;
    cr_assert(npy_write_f32(core_path(&folder, "x.npy", path), (float[]){1}, 1, 1, &err));
    cr_expect(not(tensor_open(core_path(&folder, "x.npy:w", path), &t, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_USAGE));
}

Test(tensor, a_colon_in_a_file_name_is_no_tensor_name)
{
    char path[CORE_PATH];
    struct tensor t;
    cr_assert(npy_write_f32(core_path(&folder, "a:b.npy", path), (float[]){1}, 1, 1, &err));
    cr_expect(tensor_open(path, &t, &err), "%s", err.text);
    tensor_close(&t);
}
