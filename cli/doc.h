/*
 * doc: a JSON answer of weighd as a small tree, to be looked into and printed
 * again with fields this weigh does not know yet.
 *
 * (1) A tree is of at most 64 MiB of text, 64 levels deep.
 * (2) Asking for what is not there, or is of another type, answers the default:
 *     "" , 0, false, NULL.
 */
#ifndef CLI_DOC_H
#define CLI_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/json.h>

struct doc {
	enum weigh_json_token type; /* OBJECT, ARRAY, STRING, NUMBER, TRUE, … */
	struct doc *first;          /* child of an object or array */
	struct doc *next;           /* sibling */
	size_t len;                 /* of text */
	char *text;                 /* STRING, NUMBER; NUL-terminated */
	char key[];                 /* inside an object; "" in an array */
};

/* Read `len` bytes; *out is the caller's until doc_free. */
enum weigh_code doc_parse(struct doc **out, const char *json, size_t len,
    struct weigh_err *err);
void doc_free(struct doc *d);

/* The member `key`, or NULL; d may be NULL. */
struct doc *doc_get(const struct doc *d, const char *key);
/* A member's value, or the default (2). */
const char *doc_str(const struct doc *d, const char *key);
uint64_t doc_u64(const struct doc *d, const char *key);
bool doc_bool(const struct doc *d, const char *key);
/* How many children. */
size_t doc_count(const struct doc *d);

/* Is it an object with this "schema"?  WEIGH_MALFORMED says what came. */
enum weigh_code doc_schema(const struct doc *d, const char *schema,
    struct weigh_err *err);

/* Write the value (without its key). */
void doc_write(struct weigh_jw *w, const struct doc *d);

/* Making a tree: a node for a key ("" in an array, or at the top); NULL when out
 * of memory.  doc_put_… append a member to an object; false: out of memory. */
struct doc *doc_new(enum weigh_json_token type, const char *key);
bool doc_put(struct doc *d, struct doc *member);
bool doc_put_str(struct doc *d, const char *key, const char *text);
bool doc_put_u64(struct doc *d, const char *key, uint64_t n);
bool doc_put_bool(struct doc *d, const char *key, bool value);

/* Append `n` objects to an array, each filled by `fill`, which is told what the row is
 * made of and its number from 0.  False: out of memory; what is there is the array's. */
typedef bool doc_fill(struct doc *row, const void *from, size_t i);
bool doc_rows(struct doc *list, size_t n, doc_fill *fill, const void *from);

/* Move the children of `from` behind those of `to`. */
void doc_move(struct doc *to, struct doc *from);
/* Remove the member `key`, if there. */
void doc_drop(struct doc *d, const char *key);

#endif
