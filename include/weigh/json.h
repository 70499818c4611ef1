/*
 * json: a strict streaming reader and a writer (RFC 8259, I-JSON's RFC 7493
 * rules on duplicates and UTF-8).
 *
 * (1) The reader accepts input in pieces of any size and answers the same for
 *     every cutting.
 * (2) It refuses duplicate keys, invalid UTF-8, lone surrogates, control
 *     characters in strings, leading zeros, NaN, comments, trailing commas, a
 *     byte order mark, anything behind the value, and what is over a limit.
 * (3) Its memory is one string (limits.string), 24 bytes a level, and 16 to 32
 *     bytes a key of the objects that are open: a 60 MB index of 250,000 keys
 *     costs under 16 MiB.
 * (4) What the writer writes, the reader accepts.
 */
#ifndef WEIGH_JSON_H
#define WEIGH_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/err.h>

enum weigh_json_token {
	WEIGH_JSON_MORE, /* the piece is used up: feed the next */
	WEIGH_JSON_END,  /* the value is complete and nothing stood behind it */
	WEIGH_JSON_BAD,  /* see weigh_json_error */
	WEIGH_JSON_OBJECT,
	WEIGH_JSON_OBJECT_END,
	WEIGH_JSON_ARRAY,
	WEIGH_JSON_ARRAY_END,
	WEIGH_JSON_KEY,    /* text: the key */
	WEIGH_JSON_STRING, /* text: the string */
	WEIGH_JSON_NUMBER, /* text: as written */
	WEIGH_JSON_TRUE,
	WEIGH_JSON_FALSE,
	WEIGH_JSON_NULL,
	WEIGH_JSON_PART /* text: a part of a string; see weigh_json_parts */
};

struct weigh_json_limits {
	unsigned depth; /* nested arrays and objects */
	size_t string;  /* bytes of one key, string or number, decoded */
	size_t keys;    /* keys of all open objects together */
	uint64_t bytes; /* of the whole text */
};

/* 64 levels, 1 MiB a string, 1,000,000 keys, 4 MiB of text. */
extern const struct weigh_json_limits weigh_json_small;
/* 64 levels, 1 MiB a string, 4,000,000 keys, 1 GiB of text. */
extern const struct weigh_json_limits weigh_json_big;

struct weigh_json; /* the reader */

/* A reader, or NULL when out of memory.  The limits are copied. */
struct weigh_json *weigh_json_new(const struct weigh_json_limits *limits);
void weigh_json_free(struct weigh_json *j);

/* Give the next piece; it must stay until weigh_json_next answers MORE.
 * `last` says that no piece follows. */
void weigh_json_feed(struct weigh_json *j, const char *data, size_t len,
    bool last);

/* The next token. */
enum weigh_json_token weigh_json_next(struct weigh_json *j);

/* The text of a KEY, STRING or NUMBER: NUL-terminated, valid until the next
 * call of weigh_json_next.  A string may hold NULs; *len counts them. */
const char *weigh_json_text(const struct weigh_json *j, size_t *len);

/* The NUMBER as an integer: false if it has a fraction or an exponent, is
 * negative (u64), or does not fit. */
bool weigh_json_u64(const struct weigh_json *j, uint64_t *out);
bool weigh_json_i64(const struct weigh_json *j, int64_t *out);

/* From now on (or no longer) strings that are values come in parts: PART any
 * number of times, then STRING with the rest, which may be "".  No part is longer
 * than limits.string, a string is as long as the text may be; where the parts
 * end depends on the cutting, what they are together does not. */
void weigh_json_parts(struct weigh_json *j, bool on);

/* How many bytes of the text were used, up to the end of the last token (of a number:
 * and perhaps what stands behind it). */
uint64_t weigh_json_taken(const struct weigh_json *j);

/* How many arrays and objects are open. */
unsigned weigh_json_depth(const struct weigh_json *j);

/* Read over the value that starts with `first`, already taken from
 * weigh_json_next.  For input given as one piece.  False if it is BAD. */
bool weigh_json_skip(struct weigh_json *j, enum weigh_json_token first);

/* Why it was BAD: WEIGH_MALFORMED, WEIGH_TOO_BIG or WEIGH_NOMEM, with the byte
 * offset in the words. */
enum weigh_code weigh_json_error(const struct weigh_json *j,
    struct weigh_err *err);

/*
 * A flat object into a struct, by table: the way requests of our own API are
 * read.  Unknown keys are an error; so is a missing required one.
 */
enum weigh_json_type {
	WEIGH_JSON_T_STRING, /* char[size] at offset, NUL-terminated; a NUL inside
	                        or more than size - 1 bytes: refused */
	WEIGH_JSON_T_U64,    /* uint64_t at offset */
	WEIGH_JSON_T_BOOL    /* bool at offset */
};

struct weigh_json_field {
	const char *key;
	enum weigh_json_type type;
	size_t offset;
	size_t size; /* strings only */
	bool required;
};

/* Read `len` bytes into *out by `n` rows (at most 64).  Fields not given keep
 * what *out held before. */
enum weigh_code weigh_json_read_fields(const char *data, size_t len,
    const struct weigh_json_field *rows, size_t n, void *out,
    struct weigh_err *err);

/*
 * What other people's clients send: the members of an object or the elements of
 * an array, each read by a function.  For input given as one piece.
 */
struct weigh_json_member {
	const char *key;
	/* Read the value that begins with `first`, already taken, into *out. */
	enum weigh_code (*read)(struct weigh_json *j,
	    enum weigh_json_token first, void *out, struct weigh_err *err);
};

/* Read the members of the object that `first` opens.  A key that no row names is
 * read over; a value `null` counts as not given. */
enum weigh_code weigh_json_members(struct weigh_json *j,
    enum weigh_json_token first, const struct weigh_json_member *rows, size_t n,
    void *out, struct weigh_err *err);
/* Call `read` for each element of the array that `first` opens. */
enum weigh_code weigh_json_elements(struct weigh_json *j,
    enum weigh_json_token first,
    enum weigh_code (*read)(struct weigh_json *j, enum weigh_json_token first,
	void *out, struct weigh_err *err),
    void *out, struct weigh_err *err);
/* The value is a string of at most size - 1 bytes without NUL: copy it. */
enum weigh_code weigh_json_copy(struct weigh_json *j,
    enum weigh_json_token first, char *out, size_t size, struct weigh_err *err);
/* The value is a whole number of 0 to 2^63 - 1. */
enum weigh_code weigh_json_size(struct weigh_json *j,
    enum weigh_json_token first, uint64_t *out, struct weigh_err *err);
/* A whole text that is one object, by weigh_json_members. */
enum weigh_code weigh_json_read_object(const char *data, size_t len,
    const struct weigh_json_member *rows, size_t n, void *out,
    struct weigh_err *err);

/*
 * The writer: appends to a buffer, sets commas by itself.  A failure (depth over
 * 64, ceiling, memory) is the buffer's `failed`.
 */
struct weigh_jw {
	struct weigh_buf *out;
	unsigned depth;
	uint64_t has_item; /* bit per level: a comma is due */
	bool after_key;
};

void weigh_jw_init(struct weigh_jw *w, struct weigh_buf *out);
void weigh_jw_object(struct weigh_jw *w);
void weigh_jw_object_end(struct weigh_jw *w);
void weigh_jw_array(struct weigh_jw *w);
void weigh_jw_array_end(struct weigh_jw *w);
void weigh_jw_key(struct weigh_jw *w, const char *key);
void weigh_jw_key_text(struct weigh_jw *w, const char *key, size_t len);
/* Bytes that are not UTF-8 are written as U+FFFD. */
void weigh_jw_text(struct weigh_jw *w, const char *text, size_t len);
void weigh_jw_str(struct weigh_jw *w, const char *text);
void weigh_jw_u64(struct weigh_jw *w, uint64_t n);
void weigh_jw_i64(struct weigh_jw *w, int64_t n);
void weigh_jw_bool(struct weigh_jw *w, bool b);
void weigh_jw_null(struct weigh_jw *w);
/* Text that is JSON already, as one value. */
void weigh_jw_raw(struct weigh_jw *w, const char *json, size_t len);

/* key and value in one call */
void weigh_jw_kstr(struct weigh_jw *w, const char *key, const char *text);
void weigh_jw_ku64(struct weigh_jw *w, const char *key, uint64_t n);
void weigh_jw_kbool(struct weigh_jw *w, const char *key, bool b);

#endif
