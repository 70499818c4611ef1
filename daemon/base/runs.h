/*
 * runs: a set of numbers, as runs [first, end) in ascending order: which bytes of a
 * file are there, and which are being brought.  Pure but for its memory.
 *
 * (1) No two runs touch: what adjoins is one run.
 */
#ifndef BASE_RUNS_H
#define BASE_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run {
	uint64_t first, end;
};
struct runs { /* {0} is the empty set */
	struct run *v;
	size_t n, room;
};

void runs_free(struct runs *r);
/* Put in, or take out, [first, end).  False: out of memory, and nothing changed. */
bool runs_add(struct runs *r, uint64_t first, uint64_t end);
bool runs_remove(struct runs *r, uint64_t first, uint64_t end);
/* Where the run that covers `from` ends; `from` itself where none does. */
uint64_t runs_end(const struct runs *r, uint64_t from);
/* The first number at or behind `from` that is in it; UINT64_MAX: none. */
uint64_t runs_next(const struct runs *r, uint64_t from);
/* How many are in it. */
uint64_t runs_total(const struct runs *r);

#endif
