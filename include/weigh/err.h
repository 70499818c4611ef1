/*
 * err: a code for the program, three sentences for the person.
 *
 * (1) Every function that can fail for an outside reason answers an
 *     enum weigh_code; WEIGH_OK is 0.
 * (2) The first failure writes the cause; each layer above may put its own
 *     words in front (weigh_context), so the operator reads one sentence.
 * (3) `what` is what could not be done, `why` the cause, `fix` something one
 *     can do.  A code brings a default fix; weigh_fix says a better one.
 * (4) A NULL struct weigh_err is allowed everywhere: the code still travels.
 *
 * Sentences are lower case, without full stop, subject in quotes.  Nothing
 * here blocks or allocates.
 */
#ifndef WEIGH_ERR_H
#define WEIGH_ERR_H

#include <stddef.h>

enum weigh_code {
	WEIGH_OK,
	/* expected */
	WEIGH_NOT_FOUND,    /* no such repository, revision, file, blob */
	WEIGH_EXISTS,       /* the name is taken */
	WEIGH_CONFLICT,     /* somebody else was faster; try again */
	WEIGH_STALE,        /* the asker's picture of it is out of date */
	WEIGH_DENIED,       /* policy or license says no */
	WEIGH_UNAUTHORIZED, /* who are you? */
	WEIGH_FORBIDDEN,    /* known, and may not do that */
	WEIGH_NOT_YET,      /* being worked on; try again later */
	WEIGH_CANCELED,     /* the asker went away or said stop */
	WEIGH_FOUND,        /* a scan found something to look at */
	/* bad input */
	WEIGH_USAGE,     /* a wrong argument */
	WEIGH_MALFORMED, /* bytes that do not follow their format */
	WEIGH_TOO_BIG,   /* over a stated limit */
	WEIGH_MISMATCH,  /* bytes do not have the promised SHA-256 */
	WEIGH_CHANGED,   /* a file changed while it was read */
	/* our trouble */
	WEIGH_IO,
	WEIGH_FULL, /* no room, or quota used up */
	WEIGH_NOMEM,
	WEIGH_NETWORK, /* the other side cannot be reached or hung up */
	WEIGH_PARTLY,  /* some of it was done; the rest is listed */
	WEIGH_BUG,     /* should not happen; please report */
	WEIGH_CODES    /* how many there are */
};

struct weigh_err {
	enum weigh_code code;
	char what[256];
	char why[768];
	char fix[256];
};

/* One row per code: what scripts, HTTP and people see of it. */
struct weigh_code_info {
	enum weigh_code code;
	const char *name; /* "not_found": JSON's error.code */
	int exit_status;  /* of weigh, see control.h */
	int http_status;
	const char *fix; /* default advice */
};

/* The row of a code; an unknown code gets WEIGH_BUG's.  Never NULL. */
const struct weigh_code_info *weigh_code_info(enum weigh_code code);

/* The code with this name, or WEIGH_BUG. */
enum weigh_code weigh_code_named(const char *name, size_t len);

/* Make *err empty: WEIGH_OK and no words. */
void weigh_err_clear(struct weigh_err *err);

/* Record a failure: code and cause.  Returns code, for `return weigh_fail(…)`.
 * Forgets what an earlier failure said. */
enum weigh_code weigh_fail(
    struct weigh_err *err, enum weigh_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same from errno's value `errnum`: picks the code (ENOSPC and EDQUOT are
 * WEIGH_FULL, ENOENT WEIGH_NOT_FOUND, ENOMEM WEIGH_NOMEM, else WEIGH_IO) and
 * appends ": " and the system's words. */
enum weigh_code weigh_fail_errno(
    struct weigh_err *err, int errnum, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Put words and ": " in front of the cause.  Returns rc unchanged; does nothing
 * when rc is WEIGH_OK. */
enum weigh_code weigh_context(
    struct weigh_err *err, enum weigh_code rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Say what could not be done: the headline.  The outermost caller's call. */
void weigh_what(struct weigh_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Say what one can do about it. */
void weigh_fix(struct weigh_err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The advice to print: the recorded fix, else the code's default. */
const char *weigh_err_fix(const struct weigh_err *err);

#endif
