/*
 * ini: the lines of files that people write: [section], key = value.  Private to proto/.
 *
 * (1) Lines are counted from 1; empty ones and those that begin with '#' or ';' are passed
 *     over.  Blanks around a name, a key and a value are no part of them.
 * (2) With `remarks`, a '#' that has a blank before it and is not in double quotes begins a
 *     comment too.
 * (3) A line that is not UTF-8, or has a control character, is told as such, so that a
 *     message may say so without repeating it.
 */
#ifndef PROTO_INI_H
#define PROTO_INI_H

#include "cursor.h"

struct ini {
	struct cursor rest; /* of the text; the caller's */
	unsigned line;      /* the one that was told last */
	bool remarks;       /* see (2) */
};

enum ini_kind {
	INI_END,
	INI_SECTION, /* its name is `key` */
	INI_PAIR,
	INI_OTHER,  /* neither; all of it is `key` */
	INI_UNCLEAN /* see (3) */
};

struct ini_line {
	enum ini_kind kind;
	struct cursor key, value;
};

struct ini_line weigh_ini_next(struct ini *ini);

/* Without blanks at both ends. */
struct cursor weigh_ini_trim(struct cursor s);
/* The part before the first `stop`, which is taken away with it; all if there is none. */
struct cursor weigh_ini_cut(struct cursor *s, char stop);

#endif
