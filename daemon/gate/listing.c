/* listing: see listing.h. */
#include "listing.h"

#include <stdlib.h>
#include <string.h>

#include <weigh/manifest.h>

void
listing_free(struct listing *l)
{
	for (size_t i = 0; i < l->count; i++)
		free((char *)(uintptr_t)l->entries[i].path);
	free(l->entries);
	*l = (struct listing){ 0 };
}

static bool
listing_grow(struct listing *l)
{
	size_t room = l->room == 0 ? 64 : 2 * l->room;
	struct catalog_entry *bigger;

	if (l->count < l->room)
		return true;
	bigger = realloc(l->entries, room * sizeof(*bigger));
	if (bigger == NULL)
		return false;
	l->entries = bigger;
	l->room = room;
	return true;
}

enum weigh_code
listing_add(void *ctx, const struct repo_entry *e, struct weigh_err *err)
{
	struct listing *l = ctx;
	char *path;

	if (!listing_grow(l) || (path = strdup(e->path)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	l->entries[l->count++] = (struct catalog_entry){
		.path = path,
		.directory = e->directory,
		.git = e->git,
		.size = e->size,
		.oid = e->oid,
		.lfs = e->lfs,
		.pointer_size = e->pointer_size,
	};
	if (!e->directory) {
		l->files++;
		l->bytes += e->size;
	}
	return WEIGH_OK;
}

static int
compare_path(const void *key, const void *entry)
{
	return strcmp(key, ((const struct catalog_entry *)entry)->path);
}

const struct catalog_entry *
listing_find(const struct listing *l, const char *path)
{
	if (l->count == 0)
		return NULL;
	return bsearch(path, l->entries, l->count, sizeof(l->entries[0]),
	    compare_path);
}

enum weigh_code
listing_manifest(const struct listing *l, struct weigh_oid *out,
    struct weigh_err *err)
{
	struct weigh_file *files = calloc(l->files + 1, sizeof(*files));
	struct weigh_buf text;
	enum weigh_code rc;
	size_t n = 0;

	if (files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < l->count; i++) {
		const struct catalog_entry *e = &l->entries[i];

		if (!e->directory)
			files[n++] = (struct weigh_file){
				.path = e->path,
				.size = e->size,
				.oid = e->oid,
				.git = e->git,
				.lfs = e->lfs,
			};
	}
	weigh_buf_init(&text, WEIGH_MANIFEST_MAX);
	rc = weigh_manifest_print(&text, files, n, err);
	if (rc == WEIGH_OK && !weigh_oid_of(out, text.data, text.len))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_buf_free(&text);
	free(files);
	return rc;
}

static int
compare_blob(const void *a, const void *b)
{
	const struct catalog_blob *x = a, *y = b;

	return memcmp(&x->oid, &y->oid, sizeof(x->oid));
}

enum weigh_code
listing_blobs(const struct listing *l, struct catalog_blob **out, size_t *count,
    struct weigh_err *err)
{
	struct catalog_blob *blobs = calloc(l->files + 1, sizeof(*blobs));
	size_t n = 0, distinct = 0;

	if (blobs == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < l->count; i++)
		if (!l->entries[i].directory)
			blobs[n++] = (struct catalog_blob){
				.oid = l->entries[i].oid,
				.size = l->entries[i].size,
			};
	qsort(blobs, n, sizeof(*blobs), compare_blob);
	for (size_t i = 0; i < n; i++)
		if (i == 0 ||
		    !weigh_oid_equal(&blobs[i].oid, &blobs[distinct - 1].oid))
			blobs[distinct++] = blobs[i];
	*out = blobs;
	*count = distinct;
	return WEIGH_OK;
}

struct catalog_blob *
listing_blob(struct catalog_blob *blobs, size_t count,
    const struct weigh_oid *oid)
{
	const struct catalog_blob key = { .oid = *oid };

	if (count == 0)
		return NULL;
	return bsearch(&key, blobs, count, sizeof(*blobs), compare_blob);
}
