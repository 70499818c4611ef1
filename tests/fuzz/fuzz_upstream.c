/*
 * What a Hub answers to a mirror.  The first byte says which; pages of a listing have
 * NULs between.  (2), (3) of weigh/upstream.h: whatever comes out follows its grammar,
 * and each path comes once, in order.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/upstream.h>

static void
info(const char *text, size_t len)
{
	struct weigh_upstream_info i;
	struct weigh_repo again;

	if (weigh_upstream_info_parse(&i, WEIGH_DATASET, text, len, NULL) !=
	    WEIGH_OK)
		return;
	if (weigh_repo_parse(&again, WEIGH_DATASET, i.repo.name,
		strlen(i.repo.name), NULL) != WEIGH_OK ||
	    i.date < 0)
		abort();
}

static void
refs(const char *text, size_t len)
{
	enum weigh_upstream_ref ref;

	if (weigh_upstream_refs_find(&ref, "main", text, len, NULL) ==
		WEIGH_OK &&
	    ref != WEIGH_UPSTREAM_NO_REF &&
	    memmem(text, len, "\"name\"", 6) == NULL &&
	    memmem(text, len, "\\u", 2) == NULL)
		abort();
}

static void
must_be_files(struct weigh_upstream_tree *t)
{
	const struct weigh_upstream_file *files;
	size_t n;

	if (weigh_upstream_tree_end(t, &files, &n, NULL) != WEIGH_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *path = files[i].path;

		if (weigh_path_check(path, strlen(path), NULL) != WEIGH_OK ||
		    files[i].size > INT64_MAX ||
		    (i > 0 && strcmp(files[i - 1].path, path) >= 0))
			abort();
	}
}

static void
tree(const char *text, size_t len)
{
	struct weigh_upstream_tree *t = weigh_upstream_tree_new();
	enum weigh_code rc = WEIGH_OK;
	const char *nul;
	bool more = true;

	while (rc == WEIGH_OK && more) {
		nul = memchr(text, '\0', len);
		more = nul != NULL;
		rc = weigh_upstream_tree_page(t, text,
		    more ? (size_t)(nul - text) : len, more, NULL);
		if (more) {
			len -= (size_t)(nul + 1 - text);
			text = nul + 1;
		}
	}
	if (rc == WEIGH_OK)
		must_be_files(t);
	weigh_upstream_tree_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const each[])(const char *, size_t) = { info, refs,
		tree };

	if (size > 0)
		each[data[0] % 3]((const char *)data + 1, size - 1);
	return 0;
}
