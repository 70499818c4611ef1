/* runs: see runs.h. */
#include <stdlib.h>
#include <string.h>

#include "base/runs.h"

#define FEW 8 /* runs that room is made for at first */

void
runs_free(struct runs *r)
{
	free(r->v);
	*r = (struct runs){ 0 };
}

/* The first run that ends behind `at`; r->n if none does. */
static size_t
find(const struct runs *r, uint64_t at)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->v[middle].end > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Put `n` runs in the place of those from `from` until `until`. */
static bool
splice(struct runs *r, size_t from, size_t until, const struct run *with,
    size_t n)
{
	size_t all = r->n - (until - from) + n;

	if (all > r->room) {
		size_t room = all < FEW ? FEW : 2 * all;
		struct run *v = realloc(r->v, room * sizeof(*v));

		if (v == NULL)
			return false;
		r->v = v;
		r->room = room;
	}
	if (r->n > until)
		memmove(r->v + from + n, r->v + until,
		    (r->n - until) * sizeof(*r->v));
	if (n > 0)
		memcpy(r->v + from, with, n * sizeof(*with));
	r->n = all;
	return true;
}

bool
runs_add(struct runs *r, uint64_t first, uint64_t end)
{
	struct run whole = { first, end };
	size_t from, until;

	if (first >= end)
		return true;
	/* One that ends right where this begins is joined too. */
	from = first > 0 ? find(r, first - 1) : 0;
	for (until = from; until < r->n && r->v[until].first <= end; until++) {
		if (r->v[until].first < whole.first)
			whole.first = r->v[until].first;
		if (r->v[until].end > whole.end)
			whole.end = r->v[until].end;
	}
	return splice(r, from, until, &whole, 1);
}

bool
runs_remove(struct runs *r, uint64_t first, uint64_t end)
{
	struct run rest[2];
	size_t from, until, n = 0;

	if (first >= end)
		return true;
	from = find(r, first);
	for (until = from; until < r->n && r->v[until].first < end; until++) {
		const struct run *old = &r->v[until];

		if (old->first < first)
			rest[n++] = (struct run){ old->first, first };
		if (old->end > end)
			rest[n++] = (struct run){ end, old->end };
	}
	return splice(r, from, until, rest, n);
}

uint64_t
runs_end(const struct runs *r, uint64_t from)
{
	size_t i = find(r, from);

	return i < r->n && r->v[i].first <= from ? r->v[i].end : from;
}

uint64_t
runs_next(const struct runs *r, uint64_t from)
{
	size_t i = find(r, from);

	if (i == r->n)
		return UINT64_MAX;
	return r->v[i].first > from ? r->v[i].first : from;
}

uint64_t
runs_total(const struct runs *r)
{
	uint64_t total = 0;

	for (size_t i = 0; i < r->n; i++)
		total += r->v[i].end - r->v[i].first;
	return total;
}
