#include "ui/key.h"

#include "core/base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct named {
    const char *name;
    uint32_t code;
} named[] = {
#define X(id, name) {name, K_##id},
    NAMED_KEYS(X)
#undef X
        {"Space", ' '},
    {"lt", '<'},
    {"gt", '>'},
};

static const char *name_of(uint32_t code)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].code == code && code != '<' && code != '>')
            return named[i].name;
    return NULL;
}

struct key key_from_control(unsigned char byte)
{
    switch (byte) {
    case '\r':
    case '\n':
        return (struct key){K_ENTER, false};
    case '\t':
        return (struct key){K_TAB, false};
    case 0x08:
    case 0x7f:
        return (struct key){K_BACKSPACE, false};
    case 0x1b:
        return (struct key){K_ESC, false};
    case 0:
        return (struct key){' ', true};
    default:
        return (struct key){byte < 27 ? (uint32_t)(byte - 1 + 'a') : (uint32_t)(byte + '@'), true};
    }
}

static bool parse_named(const char *name, size_t n, uint32_t *code)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (strlen(named[i].name) == n && strncasecmp(named[i].name, name, n) == 0)
            return *code = named[i].code, true;
    return false;
}

/* A whole name that is one character. */
static bool parse_character(const char *name, size_t n, uint32_t *code)
{
    int len = n > 0 ? utf8_decode(name, n, code) : 0;
    return len > 0 && (size_t)len == n && *code >= ' ' && *code != 0x7f && !(*code >= 0x80 && *code < 0xa0);
}

static bool parse_ctrl(const char *name, size_t n, struct key *out)
{
    if (parse_named(name, n, &out->code)) {
        out->ctrl = true;
        return true;
    }
    if (n != 1 || (unsigned char)name[0] < '?' || (unsigned char)name[0] > 'z')
        return false;
    *out = key_from_control((unsigned char)(name[0] == '?' ? 0x7f : name[0] & 0x1f));
    return true;
}

bool key_parse(const char *name, size_t n, struct key *out)
{
    *out = (struct key){0};
    if (parse_character(name, n, &out->code))
        return true;
    if (n < 3 || name[0] != '<' || name[n - 1] != '>')
        return false;
    name++, n -= 2;
    if (parse_named(name, n, &out->code))
        return true;
    return n > 2 && (name[0] == 'C' || name[0] == 'c') && name[1] == '-' && parse_ctrl(name + 2, n - 2, out);
}

static void base_name(struct key k, char out[KEY_NAME_SIZE])
{
    const char *name = name_of(k.code);
    if (name != NULL)
        snprintf(out, KEY_NAME_SIZE, "%s", name);
    else
        out[utf8_encode(k.code, out)] = '\0';
}

void key_spell(struct key k, char out[KEY_NAME_SIZE])
{
    char base[KEY_NAME_SIZE];
    base_name(k, base);
    if (k.ctrl)
        snprintf(out, KEY_NAME_SIZE, "<C-%.10s>", base);
    else
        snprintf(out, KEY_NAME_SIZE, name_of(k.code) != NULL ? "<%.12s>" : "%.12s", base);
}

void key_label(struct key k, char out[KEY_NAME_SIZE])
{
    char base[KEY_NAME_SIZE];
    if (k.code == K_OTHER) {
        snprintf(out, KEY_NAME_SIZE, "That key");
        return;
    }
    base_name(k, base);
    if (k.ctrl && base[1] == '\0' && base[0] >= 'a' && base[0] <= 'z')
        base[0] = (char)(base[0] - 'a' + 'A');
    snprintf(out, KEY_NAME_SIZE, k.ctrl ? "Ctrl-%.9s" : "%.12s", base);
}
