#include "core/words.h"

#include "core/base/buf.h"
#include "core/base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static void expect_words(const char *text, const char *want)
{
    struct buf b = BUF_INIT;
    struct words w;
    words_init(&w, text, strlen(text));
    while (words_next(&w)) {
        for (size_t i = 0; i < w.word.n; i++) {
            char bytes[4];
            buf_add(&b, bytes, (size_t)utf8_encode(w.word.v[i], bytes));
        }
        buf_addc(&b, '|');
    }
    words_free(&w);
    cr_expect(eq(str, b.ptr, (char *)want));
    buf_free(&b);
}

Test(words, are_runs_of_letters_marks_and_digits_in_lower_case)
{
    expect_words("Hello, World! 42nd", "hello|world|42nd|");
    expect_words("", "");
    expect_words(" .,- ", "");
    expect_words("ÄÖÜ Straße ΣΊΣΥΦΟΣ", "äöü|straße|σίσυφοσ|");
    expect_words("cafe\u0301s", "cafe\u0301s|");
    expect_words("日本語のテキスト。はい", "日本語のテキスト|はい|");
    expect_words("a\xFF"
                 "b",
                 "a|b|");
}

Test(words, hashes_depend_on_content_length_and_seed)
{
    struct words w;
    words_init(&w, "abcabc", 6);
    cr_assert(words_next(&w));
    cr_expect(eq(u64, words_hash(&w, 0, 3, 1), words_hash(&w, 3, 3, 1)));
    cr_expect(ne(u64, words_hash(&w, 0, 3, 1), words_hash(&w, 0, 3, 2)));
    cr_expect(ne(u64, words_hash(&w, 0, 3, 1), words_hash(&w, 0, 2, 1)));
    cr_expect(ne(u64, words_hash(&w, 0, 3, 1), words_hash(&w, 1, 3, 1)));
    words_free(&w);
}
