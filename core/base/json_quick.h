/* Plain JSON read quickly: what almost every record is made of (objects, lists, texts, numbers, in UTF-8) goes into
 * json-c's tree in one go, texts eight bytes at a time. Whatever is not plain (errors above all, halves of surrogate
 * pairs, keys with escapes, numbers that json-c would round, deep nesting) is left to json-c itself, which json_parse
 * asks then; so this one never has to explain. It differs where json-c is wrong: that takes U+1D800 to U+1DFFF, when
 * they are written as a pair, for halves of pairs and loses them. */
#ifndef ASSAY_CORE_BASE_JSON_QUICK_H
#define ASSAY_CORE_BASE_JSON_QUICK_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* n bytes of valid UTF-8, one value with white space around it. False: it is not plain, and *out is not set. */
bool json_quick(const char *text, size_t n, struct json_object **out);

#endif
