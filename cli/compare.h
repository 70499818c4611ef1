/*
 * compare: what changed between two lists of files.  Pure.
 *
 * (1) Both lists are in the order of their paths, each path once; else
 *     WEIGH_MALFORMED.
 * (2) Every path of either list is in exactly one change, or is the same in both.
 * (3) A file that is gone and one that is new with the same bytes are one change,
 *     renamed: the first by path with the first.
 * (4) New bytes are those of contents the old list has nowhere, each once.
 *
 * Time is that of sorting; 24 bytes a file are taken beside the changes.
 */
#ifndef CLI_COMPARE_H
#define CLI_COMPARE_H

#include <stddef.h>
#include <stdint.h>

#include <weigh/err.h>
#include <weigh/oid.h>

struct compare_file {
	const char *path; /* the caller's */
	uint64_t size;
	struct weigh_oid oid;
};

enum compare_kind {
	COMPARE_ADDED,
	COMPARE_REMOVED,
	COMPARE_CHANGED,
	COMPARE_RENAMED,
	COMPARE_KINDS
};

struct compare_change {
	enum compare_kind kind;
	const struct compare_file *before; /* NULL: added */
	const struct compare_file *after;  /* NULL: removed */
};

struct compare {
	struct compare_change *changes; /* by path, of `after` if there is one */
	size_t count;
	size_t of_kind[COMPARE_KINDS];
	size_t same;
	uint64_t new_bytes;
};

/* Compare; *out points into both lists and is given back by compare_free. */
enum weigh_code compare_lists(struct compare *out,
    const struct compare_file *before, size_t nbefore,
    const struct compare_file *after, size_t nafter, struct weigh_err *err);
void compare_free(struct compare *c);

/* "added", "removed", "changed", "renamed". */
const char *compare_word(enum compare_kind kind);

#endif
