/*
 * reader: the JSON reader inside, for read.c and lex.c only.
 *
 * Two small machines, one inside the other.  `place` is where in the grammar
 * the next token must fit (read.c); `lex` says whether the input was cut inside
 * a string, a number or a word (lex.c).  Nothing else survives from piece to
 * piece.
 *
 * (1) lex.c moves `lex`, never `place`; read.c moves `place`, and `lex` only to
 *     begin something.
 */
#ifndef JSON_READER_H
#define JSON_READER_H

#include <stdbool.h>
#include <stdint.h>

#include <weigh/buf.h>
#include <weigh/json.h>

#include "../utf8.h"
#include "keys.h"
#include "number.h"

enum place {
	AT_VALUE,        /* a value must follow */
	AT_VALUE_OR_END, /* behind '[' */
	AT_KEY,          /* behind ',' in an object */
	AT_KEY_OR_END,   /* behind '{' */
	AT_COLON,        /* behind a key */
	AT_COMMA_OR_END, /* behind a value in an array or object */
	AT_TEXT_END      /* behind the outermost value */
};

enum lex {
	LEX_NONE,
	LEX_STRING,
	LEX_ESCAPE,    /* behind a backslash */
	LEX_HEX,       /* inside \uXXXX */
	LEX_LOW_SLASH, /* behind a high surrogate: '\' must follow */
	LEX_LOW_U,     /* then 'u' */
	LEX_NUMBER,
	LEX_WORD
};

struct level {
	bool object;
	uint64_t number; /* of the object, counted from the start */
	size_t keys;     /* how many the objects around it have */
};

struct weigh_json {
	struct weigh_json_limits limits;

	const char *piece, *p, *end;
	uint64_t before; /* bytes of the pieces before this one */
	bool last;       /* no piece follows */
	bool cut;        /* the piece goes on past limits.bytes */

	enum place place;
	struct level *level;
	unsigned depth;
	uint64_t objects; /* begun so far */
	struct keys keys;

	enum lex lex;
	bool is_key;
	bool parts; /* values that are strings come in parts */
	bool given; /* `text` is a part that was told */
	struct weigh_buf text;
	struct utf8 utf8;
	uint32_t unit,
	    high;        /* UTF-16: being read; waiting for its other half */
	unsigned digits; /* of unit */
	enum weigh_number number;
	const char *word; /* the rest of it, to come */
	enum weigh_json_token word_token;

	enum weigh_code code; /* why it is BAD */
	const char *why;
	uint64_t where;
};

/* Go on with the string, number or word that `lex` names, until it or the input
 * ends: its token once it is whole, MORE, or BAD. */
enum weigh_json_token weigh_json_lex(struct weigh_json *j);

/* Stop here, for ever: `why` is static text.  Answers BAD. */
enum weigh_json_token weigh_json_bad(struct weigh_json *j, enum weigh_code code,
    const char *why);
enum weigh_json_token weigh_json_malformed(struct weigh_json *j,
    const char *why);
/* The input is used up: MORE, or BAD if no more will come. */
enum weigh_json_token weigh_json_dry(struct weigh_json *j, const char *why);

#endif
