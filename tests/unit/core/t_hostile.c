/* Damaged files and random bytes, thousands of them: an error or a result, never a crash (run under sanitizers by `make
 * asan`). */
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/embedding.h"
#include "core/head.h"
#include "core/npy.h"
#include "core/pairs.h"
#include "core/safe.h"
#include "core/words.h"
#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <string.h>

enum { ROUNDS = 1500 };

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

TestSuite(hostile, .init = set_up, .fini = tear_down);

/* A few bytes overwritten, mostly near the front where the headers are; sometimes cut. Returns the new length. */
static size_t damage(struct rng *r, char *bytes, size_t n)
{
    for (uint64_t i = 1 + rng_below(r, 4); i > 0; i--) {
        size_t at = (size_t)rng_below(r, rng_below(r, 4) == 0 ? n : n < 120 ? n : 120);
        static const char likely[] = "0129-{}[](),:'\"<>fF \\\n";
        bytes[at] = rng_below(r, 2) == 0 ? likely[rng_below(r, sizeof likely - 1)] : (char)rng_below(r, 256);
    }
    return rng_below(r, 8) == 0 ? (size_t)rng_below(r, n) : n;
}

/* Every message must be there and fit. */
static void expect_told(void)
{
    if (err.kind == ERR_NONE || err.text[0] == '\0' || memchr(err.text, '\0', sizeof err.text) == NULL)
        cr_assert(ne(int, (int)err.kind, (int)ERR_NONE));
}

static size_t survive(bool (*take)(void))
{
    size_t n, taken = 0;
    char *good = core_get(path, &n), *bytes = mem_alloc(n);
    struct rng r;
    rng_seed(&r, 1);
    for (int i = 0; i < ROUNDS; i++) {
        memcpy(bytes, good, n);
        size_t length = damage(&r, bytes, n);
        core_put(&folder, "x", bytes, length);
        err = (struct err){0};
        if (take())
            taken++;
        else
            expect_told();
    }
    mem_free(good);
    mem_free(bytes);
    return taken;
}

static bool read_tensor(void)
{
    struct tensor t;
    if (!tensor_open(path, &t, &err))
        return false;
    float *row = mem_array(t.cols + 1, sizeof *row);
    for (size_t i = 0; i < t.rows; i++)
        tensor_row_f32(&t, i, row);
    mem_free(row);
    tensor_close(&t);
    return true;
}

Test(hostile, damaged_npy_files)
{
    cr_assert(npy_write_f32(path, (float[]){1, 2, 3, 4, 5, 6}, 2, 3, &err));
    size_t taken = survive(read_tensor);
    cr_expect(taken > 0 && taken < ROUNDS, "%zu", taken);
}

static bool read_head(void)
{
    struct head h;
    if (!head_load(path, &h, &err))
        return false;
    head_free(&h);
    return true;
}

Test(hostile, damaged_heads)
{
    struct head h;
    head_init(&h, "bt", (const char *const[]){"reward"}, 1, 4);
    head_set_meta(&h, "settings", "{\"l2\":0.1}");
    cr_assert(head_save(path, &h, &err));
    head_free(&h);
    size_t taken = survive(read_head);
    cr_expect(taken > 0 && taken < ROUNDS, "%zu", taken);
}

static struct embeddings two_rows;

static bool read_pairs(void)
{
    struct pair_set set = {0};
    bool ok = pairs_read(path, &two_rows, &set, &err);
    for (size_t i = 0; i < set.pairs.n; i++)
        if (set.pairs.v[i].chosen >= 2 || set.pairs.v[i].rejected >= 2)
            cr_assert(false, "row out of range");
    pairs_free(&set);
    return ok;
}

Test(hostile, damaged_pairs)
{
    struct tensor t;
    tensor_borrow(&t, TENSOR_F32, (float[]){1, 2}, 2, 1);
    cr_assert(embeddings_add_tensor(&two_rows, &t, "memory", (const char *const[]){"a", "b"}, &err));
    core_put_text(&folder, "x",
                  "{\"chosen\": \"a\", \"rejected\": 1, \"p\": 0.5, \"split\": \"train\"}\n{\"chosen\": 0, "
                  "\"rejected\": \"b\"}\n");
    size_t taken = survive(read_pairs);
    cr_expect(taken > 0 && taken < ROUNDS, "%zu", taken);
    embeddings_close(&two_rows);
}

/* Nothing but printable characters comes out of safe_text, whatever went in. */
Test(hostile, random_bytes_as_text)
{
    static const char *const pieces[] = {"\x1b[", "\xE2\x80\xAE", "\u0301", "👩",    "\u200D", "\uFE0F",
                                         "漢",    "\t",           "\n",     "\xFF", "🏽",   "\u093E"};
    struct buf text = BUF_INIT, out = BUF_INIT;
    struct rng r;
    setlocale(LC_ALL, "C.UTF-8");
    rng_seed(&r, 2);
    for (int round = 0; round < ROUNDS; round++) {
        buf_reset(&text);
        buf_reset(&out);
        for (uint64_t i = rng_below(&r, 60); i > 0; i--) {
            if (rng_below(&r, 2) == 0)
                buf_addc(&text, (char)rng_below(&r, 256));
            else
                buf_adds(&text, pieces[rng_below(&r, sizeof pieces / sizeof *pieces)]);
        }
        size_t max = (size_t)rng_below(&r, 40), columns = safe_text(text.ptr, text.len, &out, max);
        struct words w;
        words_init(&w, text.ptr, text.len);
        while (words_next(&w))
            ;
        words_free(&w);
        cr_assert(le(sz, columns, max));
        for (size_t i = 0; i < out.len; i++)
            if ((unsigned char)out.ptr[i] < 0x20 || out.ptr[i] == 0x7F)
                cr_assert(false, "byte %d came through", out.ptr[i]);
        struct safe_iter it;
        struct glyph g;
        safe_init(&it, out.ptr, out.len);
        while (safe_next(&it, &g))
            if (g.replacement || g.line_break)
                cr_assert(false, "what is safe once is not safe twice: %s", out.ptr);
        buf_reset(&out);
        safe_html(text.ptr, text.len, &out);
        safe_csv(text.ptr, text.len, &out);
    }
    buf_free(&text);
    buf_free(&out);
}
