#include "core/base/hasher.h"

#include "core/base/mem.h"
#include "core/base/thread.h"

#include <stdatomic.h>
#include <stdbool.h>

/* Bytes between two looks at whether to give up. */
enum { TAKEN = 1 << 20 };

struct hasher {
    struct hasher_block *blocks;
    size_t n;
    pthread_t thread;
    bool running; /* there is a thread that nobody has joined */
    bool done;
    atomic_bool give_up;
};

static bool hash(struct hasher *h, struct hasher_block *b)
{
    struct digest d;
    const unsigned char *p = b->ptr;
    digest_init(&d);
    for (size_t at = 0; at < b->size; at += TAKEN) {
        if (atomic_load(&h->give_up))
            return false;
        digest_add(&d, p + at, b->size - at < TAKEN ? b->size - at : TAKEN);
    }
    digest_hex(&d, b->hex);
    return true;
}

static void *hash_all(void *arg)
{
    struct hasher *h = arg;
    for (size_t i = 0; i < h->n; i++)
        if (!hash(h, &h->blocks[i]))
            break;
    return NULL;
}

struct hasher *hasher_open(struct hasher_block *blocks, size_t n)
{
    struct hasher *h = mem_alloc(sizeof *h);
    h->blocks = blocks;
    h->n = n;
    h->running = thread_start(&h->thread, hash_all, h);
    return h;
}

void hasher_wait(struct hasher *h)
{
    if (h->running)
        pthread_join(h->thread, NULL);
    else if (!h->done)
        hash_all(h);
    h->running = false;
    h->done = true;
}

void hasher_close(struct hasher *h)
{
    if (h == NULL)
        return;
    atomic_store(&h->give_up, true);
    if (h->running)
        pthread_join(h->thread, NULL);
    mem_free(h);
}
