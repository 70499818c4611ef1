/* manifest: see weigh/manifest.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/manifest.h>

#include "cursor.h"

#define SIZE_LIMIT ((uint64_t)INT64_MAX)

/*
 * Invariant (1) in one pass.  The folder conflict needs care: `a` and `a/b` are
 * not neighbors when `a-b` stands between them.  But all paths between them
 * begin with `a`, so it is enough to remember, of the path before, which of its
 * beginnings were files.
 */
struct order {
	const char *last;              /* the path before, or NULL */
	bool file[WEIGH_PATH_MAX + 1]; /* its first n bytes are a file */
};

static const char *
order_next(struct order *o, const char *path)
{
	const char *last = o->last != NULL ? o->last : "";
	size_t same = 0;

	while (last[same] != '\0' && last[same] == path[same])
		same++;
	if (o->last != NULL && last[same] == '\0' && path[same] == '\0')
		return "stands there twice";
	if ((unsigned char)last[same] > (unsigned char)path[same])
		return "is not sorted";
	for (size_t n = same + 1; n <= strlen(last); n++)
		o->file[n] = false;
	for (size_t n = 0; n <= same && path[n] != '\0'; n++)
		if (path[n] == '/' && o->file[n])
			return "lies in a folder that is also a file";
	o->file[strlen(path)] = true;
	o->last = path;
	return NULL;
}

static enum weigh_code
check_file(struct order *o, const struct weigh_file *f, struct weigh_err *err)
{
	enum weigh_code rc = weigh_path_check(f->path, strlen(f->path), err);
	const char *bad;

	if (rc != WEIGH_OK)
		return rc;
	if (f->size > SIZE_LIMIT)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "'%s' has a size of 2^63 or more", f->path);
	if ((bad = order_next(o, f->path)) != NULL)
		return weigh_fail(err, WEIGH_MALFORMED, "'%s' %s", f->path,
		    bad);
	return WEIGH_OK;
}

/* Take one line; the '\n' behind the path becomes the path's NUL. */
static bool
take_line(struct cursor *c, struct weigh_file *f)
{
	char *end;

	if (!take_oid(c, &f->oid) || !take_text(c, " ") ||
	    !take_u63(c, &f->size) || !take_text(c, " ") ||
	    !take_gitid(c, &f->git))
		return false;
	if (take_text(c, " lfs "))
		f->lfs = true;
	else if (take_text(c, " git "))
		f->lfs = false;
	else
		return false;
	if ((end = memchr(c->p, '\n', c->len)) == NULL)
		return false;
	*end = '\0';
	f->path = c->p;
	cursor_skip(c, (size_t)(end - c->p) + 1);
	return strlen(f->path) == (size_t)(end - f->path);
}

static size_t
count_lines(const char *text, size_t len)
{
	const char *end = text + len;
	size_t n = 0;

	while ((text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
		text++;
		n++;
	}
	return n;
}

/* Before any memory is taken. */
static enum weigh_code
check_limits(size_t len, size_t lines, struct weigh_err *err)
{
	if (len > WEIGH_MANIFEST_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a manifest has at most %u bytes, this one %zu",
		    WEIGH_MANIFEST_MAX, len);
	if (lines > WEIGH_MANIFEST_FILES + 1)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a manifest has at most %d files, this one %zu",
		    WEIGH_MANIFEST_FILES, lines - 1);
	return WEIGH_OK;
}

static enum weigh_code
read_files(struct weigh_manifest *m, size_t len, struct weigh_err *err)
{
	struct cursor c = { m->text, len };
	struct order order = { 0 };
	enum weigh_code rc;

	if (!take_text(&c, WEIGH_MANIFEST_FIRST))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the first line is not 'weighhouse manifest 1'");
	while (c.len > 0) {
		struct weigh_file *f = &m->files[m->count];

		rc = WEIGH_MALFORMED;
		if (!take_line(&c, f))
			(void)weigh_fail(err, rc, "it is no line of a file");
		else
			rc = check_file(&order, f, err);
		if (rc != WEIGH_OK)
			return weigh_context(err, rc,
			    "line %zu of the manifest", m->count + 2);
		m->count++;
	}
	return WEIGH_OK;
}

enum weigh_code
weigh_manifest_parse(struct weigh_manifest *out, const char *text, size_t len,
    struct weigh_err *err)
{
	struct weigh_manifest m = { 0 };
	enum weigh_code rc;
	size_t lines;

	if (len == 0)
		text = ""; /* an empty buffer's text is NULL */
	lines = len <= WEIGH_MANIFEST_MAX ? count_lines(text, len) : 0;
	if ((rc = check_limits(len, lines, err)) != WEIGH_OK)
		return rc;
	m.text = malloc(len + 1);
	m.files = calloc(lines + 1, sizeof(*m.files));
	if (m.text != NULL && m.files != NULL) {
		memcpy(m.text, text, len);
		m.text[len] = '\0';
		rc = read_files(&m, len, err);
	} else {
		rc = weigh_fail(err, WEIGH_NOMEM, "no memory for a manifest");
	}
	if (rc == WEIGH_OK) {
		*out = m;
		m = (struct weigh_manifest){ 0 }; /* the caller's now */
	}
	weigh_manifest_free(&m);
	return rc;
}

void
weigh_manifest_free(struct weigh_manifest *m)
{
	if (m == NULL)
		return;
	free(m->files);
	free(m->text);
	*m = (struct weigh_manifest){ 0 };
}

static int
compare_paths(const void *a, const void *b)
{
	const struct weigh_file *fa = a, *fb = b;

	return strcmp(fa->path, fb->path);
}

void
weigh_manifest_line(struct weigh_buf *out, const struct weigh_file *f)
{
	char oid[WEIGH_OID_HEX + 1], git[WEIGH_GITID_HEX + 1];

	weigh_oid_hex(&f->oid, oid);
	weigh_gitid_hex(&f->git, git);
	weigh_buf_addf(out, "%s %" PRIu64 " %s %s %s\n", oid, f->size, git,
	    f->lfs ? "lfs" : "git", f->path);
}

static enum weigh_code
check_files(const struct weigh_file *files, size_t count, struct weigh_err *err)
{
	struct order order = { 0 };
	enum weigh_code rc;

	if (count > WEIGH_MANIFEST_FILES)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a manifest has at most %d files, this one %zu",
		    WEIGH_MANIFEST_FILES, count);
	for (size_t i = 0; i < count; i++)
		if ((rc = check_file(&order, &files[i], err)) != WEIGH_OK)
			return rc;
	return WEIGH_OK;
}

enum weigh_code
weigh_manifest_print(struct weigh_buf *out, struct weigh_file *files,
    size_t count, struct weigh_err *err)
{
	size_t start = out->len;
	enum weigh_code rc;

	if (count > 1)
		qsort(files, count, sizeof(*files), compare_paths);
	if ((rc = check_files(files, count, err)) != WEIGH_OK)
		return rc;
	weigh_buf_adds(out, WEIGH_MANIFEST_FIRST);
	for (size_t i = 0; i < count; i++)
		weigh_manifest_line(out, &files[i]);
	if (out->failed)
		return weigh_fail(err, WEIGH_NOMEM,
		    "the manifest does not fit into its buffer");
	if (out->len - start > WEIGH_MANIFEST_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "the manifest would have %zu bytes, at most %u allowed",
		    out->len - start, WEIGH_MANIFEST_MAX);
	return WEIGH_OK;
}

const struct weigh_file *
weigh_manifest_find(const struct weigh_manifest *m, const char *path)
{
	const struct weigh_file key = { .path = path };

	if (m->count == 0)
		return NULL;
	return bsearch(&key, m->files, m->count, sizeof(*m->files),
	    compare_paths);
}

uint64_t
weigh_manifest_bytes(const struct weigh_manifest *m)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->count; i++)
		sum = sum > UINT64_MAX - m->files[i].size ?
		    UINT64_MAX :
		    sum + m->files[i].size;
	return sum;
}
