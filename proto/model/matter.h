/*
 * matter: the front matter of a card, a YAML document, as a tree of values.
 * Private to proto/model.
 *
 * (1) At most MATTER_DEPTH levels, MATTER_VALUES values, MATTER_KEYS keys a mapping and
 *     MATTER_ANCHORS anchors; more is WEIGH_TOO_BIG.
 * (2) An alias is a value that points to one that was complete before it, so
 *     there are no cycles; nothing is copied.
 */
#ifndef MODEL_MATTER_H
#define MODEL_MATTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>

#define MATTER_DEPTH 32
#define MATTER_VALUES (1u << 17)
#define MATTER_KEYS 1024
#define MATTER_ANCHORS 256

enum matter_kind {
	MATTER_STRING,
	MATTER_NULL,
	MATTER_TRUE,
	MATTER_FALSE,
	MATTER_NUMBER,
	MATTER_LIST,
	MATTER_MAP,
	MATTER_ALIAS
};

struct matter_value {
	enum matter_kind kind;
	uint32_t
	    first; /* list: value; map: key, its value, the next key…; alias:
			 * what it means.  0: none */
	uint32_t next;  /* behind it in the same list or map; 0: the last */
	uint32_t count; /* list: values; map: pairs */
	uint32_t line;  /* of the card, from 1 */
	size_t text;    /* scalar: its place in the texts */
	size_t len;
};

struct matter {
	struct matter_value *values; /* 0 is none, 1 the root if there is one */
	uint32_t count, room;
	struct weigh_buf texts; /* as written between quotes, or plain */
};

/* Read one document.  An empty one has no root.  Free it, whatever came. */
enum weigh_code weigh_matter_read(struct matter *m, const char *text,
    size_t len, struct weigh_err *err);
void weigh_matter_free(struct matter *m);

/* The value itself; of an alias, what it means. */
const struct matter_value *weigh_matter_at(const struct matter *m,
    uint32_t value);
/* A scalar's text, with a NUL behind it (and perhaps in it). */
const char *weigh_matter_text(const struct matter *m,
    const struct matter_value *v);
bool weigh_matter_is_scalar(const struct matter_value *v);
/* Two scalars with one text? */
bool weigh_matter_same(const struct matter *m, const struct matter_value *a,
    const struct matter_value *b);
/* The value of the last `key` in a map, or 0. */
uint32_t weigh_matter_find(const struct matter *m,
    const struct matter_value *map, const char *key);

/* card.c: the text between the two `---` lines; false if there is no such thing. */
bool weigh_card_front(const char *text, size_t len, const char **from,
    size_t *length);

/* It as a tree whose root is a map; codes as of weigh_card_json.  weigh_matter_free,
 * whatever came. */
enum weigh_code weigh_card_read(struct matter *m, const char *text, size_t len,
    struct weigh_err *err);

/* scalar.c: what a plain scalar is by YAML 1.2's core schema. */
enum matter_kind weigh_matter_plain_kind(const char *text, size_t len);
/* A plain number as JSON has it; false if it has no place there (.inf). */
bool weigh_matter_number(struct weigh_buf *out, const char *text, size_t len);

#endif
