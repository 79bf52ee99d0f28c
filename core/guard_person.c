#include "core/guard_person.h"

#include "core/base/utf8.h"

#include <ctype.h>
#include <string.h>

bool guard_is_one_of(const char *const *list, const char *text, size_t n)
{
    for (; *list != NULL; list++) {
        size_t k = 0;
        while (k < n && (*list)[k] != '\0' && tolower((unsigned char)text[k]) == (*list)[k])
            k++;
        if (k == n && (*list)[k] == '\0')
            return true;
    }
    return false;
}

static bool is_local(unsigned char c)
{
    return isalnum(c) || ascii_one_of("._%+-", (char)c);
}

/* "host.example.org" from p on: its length, 0: no domain. */
static size_t domain_length(const char *p, size_t n)
{
    size_t label = 0, end = 0;
    bool dotted = false; /* before what ends there: a full stop at the end is that of a sentence */
    for (size_t i = 0; i < n && (isalnum((unsigned char)p[i]) || p[i] == '-' || p[i] == '.'); i++) {
        if (p[i] == '.' && label == 0)
            break;
        if (p[i] == '.') {
            label = 0;
            continue;
        }
        label++;
        dotted = dotted || (end > 0 && end < i);
        end = i + 1;
    }
    return dotted ? end : 0;
}

static bool is_placeholder(const char *local, size_t n_local, const char *domain, size_t n)
{
    static const char *const nobody[] = {"git",      "user",     "username", "you", "your",    "yourname",
                                         "name",     "test",     "foo",      "bar", "example", "someone",
                                         "noreply",  "no-reply", "email",    "abc", "xyz",     "john.doe",
                                         "jane.doe", "johndoe",  "janedoe",  NULL};
    static const char *const nowhere[] = {"example",     "domain",      "yourdomain", "email", "test",
                                          "company",     "yourcompany", "website",    "mail",  "abc",
                                          "yourwebsite", "xyz",         NULL};
    static const char *const no_end[] = {"local", "localhost", "internal", "test", "invalid", "example", "png", "jpg",
                                         "jpeg",  "gif",       "svg",      "webp", "py",      "js",      "css", NULL};
    const char *dot = domain + n;
    while (dot[-1] != '.')
        dot--;
    size_t end = (size_t)(domain + n - dot), label = 0;
    while (domain[label] != '.')
        label++;
    for (size_t i = 0; i < end; i++)
        if (!isalpha((unsigned char)dot[i]))
            return true;
    return end < 2 || guard_is_one_of(nobody, local, n_local) || guard_is_one_of(nowhere, domain, label) ||
           guard_is_one_of(no_end, dot, end);
}

bool guard_find_email(const char *text, size_t n, struct guard_span *out)
{
    const char *at = memchr(text, '@', n);
    for (; at != NULL; at = memchr(at + 1, '@', n - (size_t)(at + 1 - text))) {
        size_t from = (size_t)(at - text), here = from;
        while (from > 0 && is_local((unsigned char)text[from - 1]))
            from--;
        while (from < here && !isalnum((unsigned char)text[from]))
            from++;
        size_t domain = domain_length(at + 1, n - here - 1);
        if (from < here && domain > 0 && !is_placeholder(text + from, here - from, at + 1, domain)) {
            *out = (struct guard_span){from, here - from + 1 + domain};
            return true;
        }
    }
    return false;
}

enum { PHONE_MAX = 15 };

/* Digits in a row that go up by one or stay the same: nobody's number. */
static bool is_made_up(const char *d, int n)
{
    int up = 1, same = 1;
    for (int i = 1; i < n; i++) {
        up = d[i] == d[i - 1] + 1 ? up + 1 : 1;
        same = d[i] == d[i - 1] ? same + 1 : 1;
        if (up >= 5 || same >= 5)
            return true;
    }
    return false;
}

/* Ten digits: area, exchange, line (North American Numbering Plan). */
static bool is_american(const char *d)
{
    static const char *const free_of_charge[] = {"800", "833", "844", "855", "866", "877", "888", "900", NULL};
    return d[0] >= '2' && d[3] >= '2' && memcmp(d, "555", 3) != 0 && memcmp(d + 3, "555", 3) != 0 &&
           !guard_is_one_of(free_of_charge, d, 3);
}

/* Digits from p on, in groups parted by one blank, hyphen or full stop, or in brackets. Returns the bytes they take. */
static size_t read_digits(const char *p, size_t n, char d[PHONE_MAX + 1], int *count, int *groups)
{
    size_t i = 0, end = 0;
    bool apart = true;
    for (*count = 0, *groups = 0; i < n; i++) {
        if (isdigit((unsigned char)p[i])) {
            if (*count == PHONE_MAX)
                return 0;
            *groups += apart;
            d[(*count)++] = p[i];
            apart = false;
            end = i + 1;
        } else if (ascii_one_of(" -.()", p[i]) && (!apart || ascii_one_of("( ", p[i])) && i - end < 3) {
            apart = true;
        } else {
            break;
        }
    }
    d[*count] = '\0';
    return end;
}

/* "(201) 234-9876", "201-234-9876", "201.234.9876", with or without a 1 before it */
static bool is_written_american(const char *p, size_t n, const char *d, int groups)
{
    char mark = p[0] == '(' ? p[n - 5] : p[3];
    return groups == 3 && (p[0] == '(' ? p[4] == ')' : p[3] == p[7]) && (mark == '-' || mark == '.') && n >= 12 &&
           n <= 14 && is_american(d);
}

static bool is_phone(const char *p, size_t left, size_t *n)
{
    char d[PHONE_MAX + 1];
    int count = 0, groups = 0;
    bool plus = *p == '+';
    *n = read_digits(p + plus, left - plus, d, &count, &groups);
    if (*n == 0 || is_made_up(d, count))
        return false;
    if (!plus)
        return count == 10 && is_written_american(p, *n, d, groups);
    *n += 1;
    if (!isdigit((unsigned char)p[1]) || p[1] == '0' || count < 9 || (groups == 1 && count < 11))
        return false;
    return d[0] != '1' || (count == 11 && is_american(d + 1));
}

bool guard_find_phone(const char *text, size_t n, struct guard_span *out)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i], before = i > 0 ? (unsigned char)text[i - 1] : ' ';
        bool starts =
            (isdigit(c) || c == '+' || c == '(') && !isalnum(before) && !ascii_one_of("+-./#$(=_", (char)before);
        if (!starts)
            continue;
        size_t len = 0;
        if (is_phone(text + i, n - i, &len) && (i + len == n || !isalnum((unsigned char)text[i + len]))) {
            *out = (struct guard_span){i, len};
            return true;
        }
        while (i + 1 < n && isdigit((unsigned char)text[i + 1]))
            i++;
    }
    return false;
}
