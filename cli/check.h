/*
 * check: files below a folder against the size and SHA-256 they should have,
 * several at once.
 *
 * (1) RIGHT only if every byte was read and hashed just now.
 * (2) Nothing outside the folder is opened (see beneath.h).
 * (3) A thread owns one item at a time; items share nothing.
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/oid.h>

#include "bars.h"

enum check_verdict {
	CHECK_UNKNOWN, /* not looked at yet */
	CHECK_RIGHT,
	CHECK_MISSING,
	CHECK_NOT_FILE, /* a link, a folder, or under one that is a file */
	CHECK_SIZE,
	CHECK_DIGEST,
	CHECK_UNREADABLE /* errnum says why */
};

struct check_item {
	const char *path;
	uint64_t size; /* it should have; after SIZE or DIGEST: it has */
	struct weigh_oid oid;
	enum check_verdict verdict;
	int errnum;
};

/* "missing", "has another size", … : the problem in words. */
const char *check_problem(const struct check_item *item);

/* Judge all `n` items on up to `threads` threads; bars may be NULL.
 * WEIGH_CANCELED after Ctrl-C. */
enum weigh_code check_files(int dir, struct check_item *items, size_t n,
    unsigned threads, struct bars *bars, struct weigh_err *err);

#endif
