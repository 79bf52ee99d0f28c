#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/mention.h"

#include <string.h>

static struct json_text text(const char *s)
{
    return (struct json_text){s, strlen(s)};
}

static void expect(struct buf *b, const char *wanted)
{
    cr_expect(eq(str, b->ptr, (char *)wanted));
    buf_reset(b);
}

Test(mention, sides_become_responses_in_stored_order)
{
    struct buf b = BUF_INIT;
    mention_to_responses(text("@A beats @B. @A!"), 1, &b);
    expect(&b, "@Response 1 beats @Response 2. @Response 1!");
    mention_to_responses(text("@A beats @B"), 2, &b);
    expect(&b, "@Response 2 beats @Response 1");
    buf_free(&b);
}

Test(mention, only_whole_names_count)
{
    struct buf b = BUF_INIT;
    mention_to_responses(text("@Ada and user@A, @B2, @"), 1, &b);
    expect(&b, "@Ada and user@Response 1, @B2, @");
    mention_from_responses(text("@Response 12 or @Response 2's"), &b);
    expect(&b, "@Response 12 or @B's");
    buf_free(&b);
}

Test(mention, swapping_twice_gives_the_text_back)
{
    struct buf once = BUF_INIT, twice = BUF_INIT;
    mention_swap(text("@A@B \xE2\x9C\x93 @B"), &once);
    cr_expect(eq(str, once.ptr, "@B@A \xE2\x9C\x93 @A"));
    mention_swap((struct json_text){once.ptr, once.len}, &twice);
    expect(&twice, "@A@B \xE2\x9C\x93 @B");
    buf_free(&once);
    buf_free(&twice);
}
