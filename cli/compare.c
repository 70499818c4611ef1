/* compare: two sorted lists, walked side by side. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

const char *
compare_word(enum compare_kind kind)
{
	static const char *const words[COMPARE_KINDS] = {
		[COMPARE_ADDED] = "added",
		[COMPARE_REMOVED] = "removed",
		[COMPARE_CHANGED] = "changed",
		[COMPARE_RENAMED] = "renamed",
	};

	return kind < COMPARE_KINDS ? words[kind] : "";
}

void
compare_free(struct compare *c)
{
	free(c->changes);
	*c = (struct compare){ .changes = NULL };
}

static bool
is_sorted(const struct compare_file *files, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (strcmp(files[i - 1].path, files[i].path) >= 0)
			return false;
	return true;
}

/* --- by path ------------------------------------------------------------------ */

static void
note(struct compare *c, enum compare_kind kind,
    const struct compare_file *before, const struct compare_file *after)
{
	c->changes[c->count++] = (struct compare_change){ kind, before, after };
}

/* Where a list that has ended stands behind all paths. */
static int
order(const struct compare_file *a, const struct compare_file *a_end,
    const struct compare_file *b, const struct compare_file *b_end)
{
	if (a == a_end)
		return 1;
	return b == b_end ? -1 : strcmp(a->path, b->path);
}

static void
walk(struct compare *c, const struct compare_file *a, size_t na,
    const struct compare_file *b, size_t nb)
{
	const struct compare_file *a_end = a + na, *b_end = b + nb;

	while (a < a_end || b < b_end) {
		int way = order(a, a_end, b, b_end);

		if (way < 0)
			note(c, COMPARE_REMOVED, a++, NULL);
		else if (way > 0)
			note(c, COMPARE_ADDED, NULL, b++);
		else if (weigh_oid_equal(&a->oid, &b->oid))
			a++, b++, c->same++;
		else
			note(c, COMPARE_CHANGED, a++, b++);
	}
}

/* --- by content --------------------------------------------------------------- */

/* A file of either list, to be sorted by its bytes' name. */
struct content {
	const struct compare_file *file;
	struct compare_change *change; /* NULL: only its content counts */
	bool old;
};

/* By SHA-256; of one content the old ones first, then as they were noted, which
 * is by path. */
static int
by_content(const void *left, const void *right)
{
	const struct content *a = left, *b = right;
	int way = memcmp(&a->file->oid, &b->file->oid, sizeof(a->file->oid));

	if (way != 0)
		return way;
	if (a->old != b->old)
		return a->old ? -1 : 1;
	return strcmp(a->file->path, b->file->path);
}

static size_t
list_contents(struct content *list, struct compare *c,
    const struct compare_file *before, size_t nbefore)
{
	size_t i, n = 0;

	for (i = 0; i < nbefore; i++)
		list[n++] = (struct content){ &before[i], NULL, true };
	for (i = 0; i < c->count; i++)
		if (c->changes[i].after != NULL)
			list[n++] = (struct content){ c->changes[i].after,
				&c->changes[i], false };
	return n;
}

/* The files that are gone, in the order of `before`: change by path. */
static void
link_removed(struct content *list, size_t nbefore, struct compare *c)
{
	size_t i, k = 0;

	for (i = 0; i < c->count; i++) {
		if (c->changes[i].kind != COMPARE_REMOVED)
			continue;
		while (k < nbefore && list[k].file != c->changes[i].before)
			k++;
		if (k < nbefore)
			list[k].change = &c->changes[i];
	}
}

/* The next that is gone, and the next that is added, from `at` to `end`. */
static struct compare_change *
next_of(const struct content *list, size_t *at, size_t end,
    enum compare_kind kind)
{
	while (*at < end) {
		struct compare_change *change = list[(*at)++].change;

		if (change != NULL && change->kind == kind)
			return change;
	}
	return NULL;
}

/* One content, list[first..end): pair what is gone with what is added (3).  A
 * change that became part of another is left without files. */
static void
pair(const struct content *list, size_t first, size_t end)
{
	size_t gone_at = first, added_at = first;
	struct compare_change *gone, *added;

	while ((gone = next_of(list, &gone_at, end, COMPARE_REMOVED)) != NULL &&
	    (added = next_of(list, &added_at, end, COMPARE_ADDED)) != NULL) {
		added->kind = COMPARE_RENAMED;
		added->before = gone->before;
		gone->before = NULL;
	}
}

static void
look_at_contents(struct compare *c, const struct content *list, size_t n)
{
	size_t first, end;

	for (first = 0; first < n; first = end) {
		end = first + 1;
		while (end < n &&
		    weigh_oid_equal(&list[first].file->oid,
			&list[end].file->oid))
			end++;
		if (!list[first].old)
			c->new_bytes += list[first].file->size; /* (4) */
		else
			pair(list, first, end);
	}
}

/* Drop changes without files, and count. */
static void
settle(struct compare *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->count; i++) {
		if (c->changes[i].before == NULL && c->changes[i].after == NULL)
			continue;
		c->of_kind[c->changes[i].kind]++;
		c->changes[n++] = c->changes[i];
	}
	c->count = n;
}

enum weigh_code
compare_lists(struct compare *out, const struct compare_file *before,
    size_t nbefore, const struct compare_file *after, size_t nafter,
    struct weigh_err *err)
{
	struct content *list;
	size_t n;

	*out = (struct compare){ .changes = NULL };
	if (!is_sorted(before, nbefore) || !is_sorted(after, nafter))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a list of files is not in the order of its paths");
	out->changes = calloc(nbefore + nafter + 1, sizeof(*out->changes));
	list = calloc(nbefore + nafter + 1, sizeof(*list));
	if (out->changes == NULL || list == NULL) {
		free(list);
		compare_free(out);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	walk(out, before, nbefore, after, nafter);
	n = list_contents(list, out, before, nbefore);
	link_removed(list, nbefore, out);
	qsort(list, n, sizeof(*list), by_content);
	look_at_contents(out, list, n);
	settle(out);
	free(list);
	return WEIGH_OK;
}
