#include "core/base/pump.h"

#include "core/base/buf.h"
#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static void collect(void *ctx, const char *p, size_t n)
{
    cr_assert(le(sz, n, (size_t)PUMP_BLOCK));
    buf_add(ctx, p, n);
}

/* In pieces of 1, 2, 3, … bytes up to `most`, then from 1 again. */
static void pumped_in_order(size_t total, size_t most)
{
    struct buf want = BUF_INIT, got = BUF_INIT;
    for (size_t i = 0; i < total; i++)
        buf_addc(&want, (char)(i * i >> 5));
    struct pump *p = pump_open(collect, &got);
    for (size_t at = 0, piece = 1; at < total; at += piece, piece = piece % most + 1) {
        piece = piece < total - at ? piece : total - at;
        pump_put(p, want.ptr + at, piece);
    }
    pump_flush(p);
    cr_assert(eq(sz, got.len, want.len));
    cr_expect(memcmp(got.ptr, want.ptr, want.len) == 0, "other bytes, or in another order");
    pump_put(p, "end", 3);
    pump_flush(p);
    cr_expect(eq(sz, got.len, want.len + 3), "it goes on after a flush");
    pump_close(p);
    buf_free(&want);
    buf_free(&got);
}

Test(pump, takes_every_byte_once_in_order)
{
    pumped_in_order(0, 1);
    pumped_in_order(10, 3);
    pumped_in_order(PUMP_BLOCK - 1, 700);
    pumped_in_order(PUMP_BLOCK, 700);
    pumped_in_order(5 * PUMP_BLOCK + 1, 5000);
    pumped_in_order(4 * PUMP_BLOCK, 3 * PUMP_BLOCK);
}

Test(pump, closed_early_takes_no_more)
{
    struct buf got = BUF_INIT;
    struct pump *p = pump_open(collect, &got);
    char *block = mem_alloc(PUMP_BLOCK);
    pump_put(p, block, PUMP_BLOCK);
    pump_put(p, block, 5);
    pump_close(p);
    cr_expect(le(sz, got.len, (size_t)PUMP_BLOCK), "what was not handed over is forgotten");
    buf_free(&got);
    mem_free(block);
    pump_close(NULL);
}
