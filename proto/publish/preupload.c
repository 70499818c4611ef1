/* publish/preupload: which files shall come, and how; see weigh/publish.h. */
#include <stdlib.h>
#include <string.h>

#include <weigh/publish.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct preupload {
	struct weigh_preupload p;
	size_t room; /* of p.files */
};

struct file {
	char path[WEIGH_PATH_MAX + 1];
	uint64_t size;
	bool has_path, has_size;
};

static enum weigh_code
read_path(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct file *f = out;
	enum weigh_code rc;

	f->has_path = true;
	rc = weigh_json_copy(j, first, f->path, sizeof(f->path), err);
	return rc == WEIGH_OK ?
	    weigh_path_check(f->path, strlen(f->path), err) :
	    rc;
}

static enum weigh_code
read_size(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct file *f = out;

	f->has_size = true;
	return weigh_json_size(j, first, &f->size, err);
}

static enum weigh_code
grow(struct preupload *p, struct weigh_err *err)
{
	size_t more = p->room == 0 ? 64 : p->room * 2;
	struct weigh_preupload_file *bigger;

	if (p->p.nfiles < p->room)
		return WEIGH_OK;
	bigger = realloc(p->p.files, more * sizeof(*bigger));
	if (bigger == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	p->p.files = bigger;
	p->room = more;
	return WEIGH_OK;
}

static enum weigh_code
read_file(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "path", read_path },
		{ "size", read_size },
	};
	struct preupload *p = out;
	struct file f = { .has_path = false };
	enum weigh_code rc;
	char *path;

	rc = weigh_json_members(j, first, rows, COUNT(rows), &f, err);
	if (rc != WEIGH_OK)
		return rc;
	if (!f.has_path || !f.has_size)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a file needs 'path' and 'size'");
	if (p->p.nfiles == WEIGH_PREUPLOAD_FILES)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "at most %d files at a time", WEIGH_PREUPLOAD_FILES);
	if ((rc = grow(p, err)) != WEIGH_OK)
		return rc;
	if ((path = malloc(strlen(f.path) + 1)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	memcpy(path, f.path, strlen(f.path) + 1);
	p->p.files[p->p.nfiles++] = (struct weigh_preupload_file){
		.path = path,
		.size = f.size,
	};
	return WEIGH_OK;
}

static enum weigh_code
read_files(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	return weigh_json_elements(j, first, read_file, out, err);
}

static enum weigh_code
read_rules(struct weigh_json *j, enum weigh_json_token first,
    struct weigh_buf *out, struct weigh_err *err)
{
	size_t len;
	const char *text = weigh_json_text(j, &len);

	if (first != WEIGH_JSON_STRING)
		return weigh_fail(err, WEIGH_MALFORMED, "a string is expected");
	if (!weigh_buf_add(out, text, len))
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "at most %u bytes of rules", WEIGH_PREUPLOAD_RULES);
	return WEIGH_OK;
}

static enum weigh_code
read_attributes(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct preupload *p = out;

	p->p.has_attributes = true;
	return read_rules(j, first, &p->p.attributes, err);
}

static enum weigh_code
read_ignore(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct preupload *p = out;

	p->p.has_ignore = true;
	return read_rules(j, first, &p->p.ignore, err);
}

enum weigh_code
weigh_preupload_parse(struct weigh_preupload *out, const char *text, size_t len,
    struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "files", read_files },
		{ "gitAttributes", read_attributes },
		{ "gitIgnore", read_ignore },
	};
	struct preupload p = { 0 };
	enum weigh_code rc;

	weigh_buf_init(&p.p.attributes, WEIGH_PREUPLOAD_RULES);
	weigh_buf_init(&p.p.ignore, WEIGH_PREUPLOAD_RULES);
	rc = weigh_json_read_object(text, len, rows, COUNT(rows), &p, err);
	if (rc != WEIGH_OK) {
		weigh_preupload_free(&p.p);
		return rc;
	}
	*out = p.p;
	return WEIGH_OK;
}

void
weigh_preupload_free(struct weigh_preupload *p)
{
	for (size_t i = 0; i < p->nfiles; i++)
		free(p->files[i].path);
	free(p->files);
	p->files = NULL;
	p->nfiles = 0;
	weigh_buf_free(&p->attributes);
	weigh_buf_free(&p->ignore);
}

void
weigh_preupload_answer(struct weigh_jw *w, const char *path, bool lfs,
    bool ignored, const char *held)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "path", path);
	weigh_jw_kstr(w, "uploadMode", lfs ? "lfs" : "regular");
	weigh_jw_kbool(w, "shouldIgnore", ignored);
	if (held != NULL)
		weigh_jw_kstr(w, "oid", held);
	weigh_jw_object_end(w);
}
