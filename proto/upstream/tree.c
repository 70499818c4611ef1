/* upstream/tree: a listing, page by page; see weigh/upstream.h. */
#include <stdlib.h>
#include <string.h>

#include <weigh/json.h>
#include <weigh/upstream.h>

#include "../json/keys.h"

#define CHUNK \
	((size_t)256 << 10) /* paths are kept in blocks of so many bytes */

static const struct weigh_json_limits limits = {
	.depth = 16,
	.string = 1u << 20, /* titles of commits, if it tells them */
	.keys = 10000,
	.bytes = WEIGH_UPSTREAM_PAGE,
};

struct chunk {
	struct chunk *next;
	size_t used;
	char data[CHUNK];
};

struct weigh_upstream_tree {
	struct chunk *paths; /* the newest first */
	struct weigh_upstream_file *files;
	size_t count, room;
	struct keys seen; /* every path, of files and folders */
};

struct weigh_upstream_tree *
weigh_upstream_tree_new(void)
{
	struct weigh_upstream_tree *t = calloc(1, sizeof(*t));

	if (t != NULL) /* no two listings hash alike: see json/read.c */
		weigh_keys_init(&t->seen, (uint64_t)(uintptr_t)t);
	return t;
}

void
weigh_upstream_tree_free(struct weigh_upstream_tree *t)
{
	struct chunk *c;

	if (t == NULL)
		return;
	while ((c = t->paths) != NULL) {
		t->paths = c->next;
		free(c);
	}
	weigh_keys_free(&t->seen);
	free(t->files);
	free(t);
}

/* --- keeping ------------------------------------------------------------- */

static const char *
keep_path(struct weigh_upstream_tree *t, const char *path)
{
	size_t size = strlen(path) + 1;
	struct chunk *c = t->paths;
	char *at;

	if (c == NULL || size > sizeof(c->data) - c->used) {
		if ((c = malloc(sizeof(*c))) == NULL)
			return NULL;
		c->next = t->paths;
		c->used = 0;
		t->paths = c;
	}
	at = c->data + c->used;
	memcpy(at, path, size);
	c->used += size;
	return at;
}

static bool
make_room(struct weigh_upstream_tree *t)
{
	size_t room = t->room == 0 ? 256 : 2 * t->room;
	struct weigh_upstream_file *more;

	if (t->count < t->room)
		return true;
	if ((more = realloc(t->files, room * sizeof(*more))) == NULL)
		return false;
	t->files = more;
	t->room = room;
	return true;
}

static enum weigh_code
keep_file(struct weigh_upstream_tree *t, const struct weigh_upstream_file *f,
    struct weigh_err *err)
{
	struct weigh_upstream_file kept = *f;

	if (!make_room(t) || (kept.path = keep_path(t, f->path)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	t->files[t->count++] = kept;
	return WEIGH_OK;
}

/* (3), (4) */
static enum weigh_code
note_path(struct weigh_upstream_tree *t, const char *path,
    struct weigh_err *err)
{
	if (t->seen.count == WEIGH_UPSTREAM_ENTRIES)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "the listing has more than %d entries",
		    WEIGH_UPSTREAM_ENTRIES);
	switch (weigh_keys_add(&t->seen, 0, path, strlen(path))) {
	case KEYS_NEW:
		return WEIGH_OK;
	case KEYS_TWICE:
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the listing has '%.200s' twice", path);
	case KEYS_NOMEM:
		break;
	}
	return weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

/* --- one entry ----------------------------------------------------------- */

/* The members as they come; judged together. */
struct entry {
	char type[16];
	char path[WEIGH_PATH_MAX + 1];
	char git[WEIGH_GITID_HEX + 1];
	char oid[WEIGH_OID_HEX + 1];
	uint64_t size, lfs_size;
	bool sized, lfs, lfs_sized;
};

static enum weigh_code
read_type(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct entry *e = out;

	return weigh_json_copy(j, first, e->type, sizeof(e->type), err);
}

static enum weigh_code
read_path(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct entry *e = out;

	return weigh_json_copy(j, first, e->path, sizeof(e->path), err);
}

static enum weigh_code
read_git(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct entry *e = out;

	return weigh_json_copy(j, first, e->git, sizeof(e->git), err);
}

static enum weigh_code
read_size(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct entry *e = out;

	e->sized = true;
	return weigh_json_size(j, first, &e->size, err);
}

static enum weigh_code
read_lfs_oid(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct entry *e = out;

	return weigh_json_copy(j, first, e->oid, sizeof(e->oid), err);
}

static enum weigh_code
read_lfs_size(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct entry *e = out;

	e->lfs_sized = true;
	return weigh_json_size(j, first, &e->lfs_size, err);
}

static const struct weigh_json_member lfs_rows[] = {
	{ "oid", read_lfs_oid },
	{ "size", read_lfs_size },
};

static enum weigh_code
read_lfs(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct entry *e = out;

	e->lfs = true;
	return weigh_json_members(j, first, lfs_rows,
	    sizeof(lfs_rows) / sizeof(lfs_rows[0]), out, err);
}

static const struct weigh_json_member entry_rows[] = {
	{ "type", read_type },
	{ "path", read_path },
	{ "oid", read_git },
	{ "size", read_size },
	{ "lfs", read_lfs },
};

/* What a file's members must be, all of them together. */
static enum weigh_code
take_file(struct weigh_upstream_tree *t, const struct entry *e,
    struct weigh_err *err)
{
	struct weigh_upstream_file f = { .path = e->path, .lfs = e->lfs };
	const char *wrong = NULL;

	f.size = e->size;
	if (!e->sized)
		wrong = "it has no size";
	else if (!weigh_gitid_parse(&f.git, e->git, strlen(e->git)))
		wrong = "its 'oid' is no git id of 40 hex digits";
	else if (e->lfs && !weigh_oid_parse(&f.oid, e->oid, strlen(e->oid)))
		wrong = "the 'oid' of its LFS object is no SHA-256 of 64 hex "
			"digits";
	else if (e->lfs && (!e->lfs_sized || e->lfs_size != e->size))
		wrong = "its LFS object has another size";
	if (wrong != NULL)
		return weigh_fail(err, WEIGH_MALFORMED, "'%.200s': %s", e->path,
		    wrong);
	return keep_file(t, &f, err);
}

static enum weigh_code
take_entry(struct weigh_upstream_tree *t, const struct entry *e,
    struct weigh_err *err)
{
	enum weigh_code rc = weigh_path_check(e->path, strlen(e->path), err);

	if (rc == WEIGH_OK)
		rc = note_path(t, e->path, err);
	if (rc != WEIGH_OK || strcmp(e->type, "directory") == 0)
		return rc;
	if (strcmp(e->type, "file") != 0)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "'%.200s' is neither file nor directory", e->path);
	return take_file(t, e, err);
}

static enum weigh_code
read_entry(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_upstream_tree *t = out;
	size_t place = t->seen.count + 1;
	struct entry e;
	enum weigh_code rc;

	/* Not by initializer: that would clear 4 KiB of path for each entry. */
	e.type[0] = e.path[0] = e.git[0] = e.oid[0] = '\0';
	e.sized = e.lfs = e.lfs_sized = false;
	e.size = e.lfs_size = 0;
	rc = weigh_json_members(j, first, entry_rows,
	    sizeof(entry_rows) / sizeof(entry_rows[0]), &e, err);
	if (rc == WEIGH_OK)
		rc = take_entry(t, &e, err);
	return weigh_context(err, rc, "entry %zu of the listing", place);
}

/* --- pages --------------------------------------------------------------- */

enum weigh_code
weigh_upstream_tree_page(struct weigh_upstream_tree *t, const char *text,
    size_t len, bool more, struct weigh_err *err)
{
	struct weigh_json *j = weigh_json_new(&limits);
	size_t before = t->seen.count;
	enum weigh_code rc;

	if (j == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_json_feed(j, text, len, true);
	rc = weigh_json_elements(j, weigh_json_next(j), read_entry, t, err);
	if (rc == WEIGH_OK && weigh_json_next(j) != WEIGH_JSON_END)
		rc = weigh_json_error(j, err);
	weigh_json_free(j);
	if (rc == WEIGH_OK && more && t->seen.count == before)
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "a page of the listing is empty and names a next one");
	return rc;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct weigh_upstream_file *)a)->path,
	    ((const struct weigh_upstream_file *)b)->path);
}

/* Is a folder of this path a file, too?  Folders in common with the path before it
 * were looked at. */
static bool
has_file_as_folder(const struct weigh_upstream_tree *t, const char *path,
    const char *before)
{
	char folder[WEIGH_PATH_MAX + 1];
	struct weigh_upstream_file key = { .path = folder };
	size_t common = 0;

	while (path[common] != '\0' && path[common] == before[common])
		common++;
	for (size_t i = common; path[i] != '\0'; i++) {
		if (path[i] != '/')
			continue;
		memcpy(folder, path, i);
		folder[i] = '\0';
		if (bsearch(&key, t->files, t->count, sizeof(key), by_path) !=
		    NULL)
			return true;
	}
	return false;
}

enum weigh_code
weigh_upstream_tree_end(struct weigh_upstream_tree *t,
    const struct weigh_upstream_file **files, size_t *count,
    struct weigh_err *err)
{
	const char *before = "";

	if (t->count > 0)
		qsort(t->files, t->count, sizeof(*t->files), by_path);
	for (size_t i = 0; i < t->count; i++) {
		if (has_file_as_folder(t, t->files[i].path, before))
			return weigh_fail(err, WEIGH_MALFORMED,
			    "a folder of '%.200s' is a file, too",
			    t->files[i].path);
		before = t->files[i].path;
	}
	*files = t->files;
	*count = t->count;
	return WEIGH_OK;
}
