#include "core/word_diff.h"

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/rng.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* One of the two texts with [ ] around what stands in it alone. */
static char *marked(const char *text, const struct word_ranges *only)
{
    struct buf out = BUF_INIT;
    size_t at = 0;
    for (size_t i = 0; i < only->at.n; i++) {
        buf_add(&out, text + at, only->at.v[i].from - at);
        buf_addc(&out, '[');
        buf_add(&out, text + only->at.v[i].from, only->at.v[i].to - only->at.v[i].from);
        buf_addc(&out, ']');
        at = only->at.v[i].to;
    }
    buf_adds(&out, text + at);
    return buf_take(&out);
}

static void expect(const char *a, const char *b, const char *a_marked, const char *b_marked)
{
    struct word_diff d = {0};
    word_diff_make(&d, a, strlen(a), b, strlen(b));
    char *left = marked(a, &d.only[0]), *right = marked(b, &d.only[1]);
    cr_expect(eq(str, left, (char *)a_marked));
    cr_expect(eq(str, right, (char *)b_marked));
    mem_free(left);
    mem_free(right);
    word_diff_free(&d);
}

Test(word_diff, words_that_differ_are_told_whole)
{
    expect("the sky is blue today", "the sky is green today", "the sky is [blue] today", "the sky is [green] today");
    expect("a b c d e f g h", "a b c d e f g h", "a b c d e f g h", "a b c d e f g h");
    expect("one two", "", "[one two]", "");
    expect("", "", "", "");
    expect("", "one", "", "[one]");
    expect("int best = 0;", "size_t best = 0;", "[int] best = 0;", "[size_t] best = 0;");
}

Test(word_diff, blanks_and_line_breaks_do_not_count)
{
    expect("a  b\n\tc", "a b c", "a  b\n\tc", "a b c");
    expect("  if (x)\n    y;", "if (x) y;", "  if (x)\n    y;", "if (x) y;");
}

Test(word_diff, characters_of_scripts_without_blanks_stand_for_themselves)
{
    expect("空はなぜ青いのですか", "空はなぜ赤いのですか", "空はなぜ[青]いのですか", "空はなぜ[赤]いのですか");
    expect("한국어 문장", "한국말 문장", "한국[어] 문장", "한국[말] 문장");
    expect("a 👩‍👩‍👧 b", "a 👩‍👩‍👦 b", "a [👩‍👩‍👧] b", "a [👩‍👩‍👦] b");
    expect("cafe\u0301 noir", "cafe noir", "[cafe\u0301] noir", "[cafe] noir");
}

Test(word_diff, a_word_in_common_between_two_long_differences_is_counted_to_them)
{
    expect("because of dust in the upper air", "reflecting salt in enormous oceans",
           "[because of dust in the upper air]", "[reflecting salt in enormous oceans]");
    expect("x = 1; the same long words again; y = 2", "x = 3; the same long words again; y = 4",
           "x = [1]; the same long words again; y = [2]", "x = [3]; the same long words again; y = [4]");
}

Test(word_diff, bytes_that_are_not_utf8_are_compared_like_others)
{
    expect("a \xff b", "a \xfe b", "a [\xff] b", "a [\xfe] b");
}

Test(word_diff, swapping_the_texts_swaps_the_answer)
{
    expect("north wind blows", "south wind blows", "[north] wind blows", "[south] wind blows");
    expect("south wind blows", "north wind blows", "[south] wind blows", "[north] wind blows");
}

/* What is left of a text when what stands in it alone is taken out, without blanks. */
static void common(const char *text, size_t n, const struct word_ranges *only, struct buf *out)
{
    size_t k = 0;
    buf_reset(out);
    for (size_t i = 0; i < n; i++) {
        while (k < only->at.n && only->at.v[k].to <= i)
            k++;
        if (text[i] != ' ' && !(k < only->at.n && only->at.v[k].from <= i))
            buf_addc(out, text[i]);
    }
}

static size_t alone(const struct word_ranges *only)
{
    size_t sum = 0;
    for (size_t i = 0; i < only->at.n; i++)
        sum += only->at.v[i].to - only->at.v[i].from;
    return sum;
}

/* The longest common subsequence of the letters, the slow way. */
static size_t longest_common(const char *a, size_t n, const char *b, size_t m)
{
    size_t *row = mem_array(m + 1, sizeof *row), longest;
    for (size_t i = 0; i < n; i++) {
        size_t corner = 0;
        for (size_t j = 0; j < m && a[i] != ' '; j++) {
            size_t above = row[j + 1];
            if (b[j] != ' ' && a[i] == b[j])
                row[j + 1] = corner + 1;
            else if (row[j] > above)
                row[j + 1] = row[j];
            corner = above;
        }
    }
    longest = row[m];
    mem_free(row);
    return longest;
}

static void random_letters(struct rng *rng, int n, const char *alphabet, struct buf *out)
{
    buf_reset(out);
    for (int i = 0; i < n; i++) {
        buf_addc(out, alphabet[rng_below(rng, strlen(alphabet))]);
        buf_addc(out, ' ');
    }
}

Test(word_diff, what_is_not_told_apart_is_the_same_in_both_and_all_of_it_where_nothing_is_joined)
{
    struct rng rng;
    struct buf a = BUF_INIT, b = BUF_INIT, x = BUF_INIT, y = BUF_INIT;
    struct word_diff d = {0};
    rng_seed(&rng, 7);
    for (int i = 0; i < 3000; i++) {
        random_letters(&rng, (int)rng_below(&rng, 40), "abcdefgh", &a);
        random_letters(&rng, (int)rng_below(&rng, 40), "abcdefgh", &b);
        word_diff_make(&d, a.ptr, a.len, b.ptr, b.len);
        common(a.ptr, a.len, &d.only[0], &x);
        common(b.ptr, b.len, &d.only[1], &y);
        cr_assert(eq(str, x.ptr, y.ptr), "%s / %s", a.ptr, b.ptr);
        cr_assert(le(sz, x.len, longest_common(a.ptr, a.len, b.ptr, b.len)));
    }
    word_diff_free(&d);
    buf_free(&a), buf_free(&b), buf_free(&x), buf_free(&y);
}

Test(word_diff, a_few_changes_in_a_long_text_are_the_only_ones_told)
{
    struct rng rng;
    struct buf a = BUF_INIT, b = BUF_INIT;
    struct word_diff d = {0};
    rng_seed(&rng, 8);
    for (int i = 0; i < 20000; i++) {
        buf_addf(&a, "word%llu ", (unsigned long long)rng_below(&rng, 500));
        if (i % 1000 == 999)
            buf_adds(&b, "quite another thing ");
        buf_addf(&b, "%s", strrchr(a.ptr, 'w'));
    }
    word_diff_make(&d, a.ptr, a.len, b.ptr, b.len);
    cr_expect(eq(sz, alone(&d.only[0]), 0));
    cr_expect(eq(sz, d.only[1].at.n, 20));
    cr_expect(eq(sz, alone(&d.only[1]), 20 * strlen("quite another thing")));
    word_diff_free(&d);
    buf_free(&a), buf_free(&b);
}

Test(word_diff, a_megabyte_without_anything_in_common_takes_a_moment)
{
    struct rng rng;
    struct buf a = BUF_INIT, b = BUF_INIT, x = BUF_INIT, y = BUF_INIT;
    struct word_diff d = {0};
    rng_seed(&rng, 9);
    random_letters(&rng, 1 << 18, "abcdefghijklmnopqrstuvwxyz0123456789", &a);
    random_letters(&rng, 1 << 18, "abcdefghijklmnopqrstuvwxyz0123456789", &b);
    double start = clock_monotonic();
    word_diff_make(&d, a.ptr, a.len, b.ptr, b.len);
    cr_expect(lt(dbl, clock_monotonic() - start, 20.0), "it is not quadratic");
    common(a.ptr, a.len, &d.only[0], &x);
    common(b.ptr, b.len, &d.only[1], &y);
    cr_expect(eq(str, x.ptr, y.ptr));
    word_diff_free(&d);
    buf_free(&a), buf_free(&b), buf_free(&x), buf_free(&y);
}
