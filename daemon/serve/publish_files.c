/* publish_files: before a commit: how each file shall come, and which not. */
#include <string.h>

#include <weigh/ignore.h>

#include "base/fd.h"
#include "publish.h"

/* Bytes of rules times bytes of paths: seconds of one worker, at worst. */
#define EFFORT_MAX (UINT64_C(1) << 34)

const struct route_body serve_preupload_body = { .max = WEIGH_PREUPLOAD_BODY };

struct preupload {
	struct ask *ask;
	struct catalog_reader *reader;
	struct weigh_preupload request;
	struct repo_attributes *attributes;
	struct weigh_ignore *ignore;
};

/* --- rules that the revision holds -------------------------------------------------- */

struct entry {
	bool found;
	bool lfs;
	struct weigh_oid oid;
	struct weigh_gitid git;
	uint64_t size;
};

static void
keep_entry(void *ctx, const struct catalog_entry *e)
{
	struct entry *out = ctx;

	if (e->directory)
		return;
	*out = (struct entry){
		.found = true,
		.lfs = e->lfs,
		.oid = e->oid,
		.git = e->git,
		.size = e->size,
	};
}

/* The file at this path of the revision, if there is one. */
static enum weigh_code
find_entry(struct preupload *p, const char *path, struct entry *out)
{
	struct ask *ask = p->ask;
	enum weigh_code rc;

	*out = (struct entry){ .found = false };
	rc = catalog_entry(p->reader, &ask->match.repo, &ask->commit, path,
	    keep_entry, out, &ask->task.reply.err);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

/* The bytes of a small file of the revision; *found: it is there.  It is opened by the
 * gate, as everything is. */
static enum weigh_code
read_rules(struct preupload *p, const char *path, struct weigh_buf *out,
    bool *found)
{
	struct weigh_err *err = &p->ask->task.reply.err;
	struct entry e;
	enum weigh_code rc;
	char *room;
	int fd = -1;

	rc = find_entry(p, path, &e);
	*found = rc == WEIGH_OK && e.found && e.size <= WEIGH_PREUPLOAD_RULES;
	if (!*found)
		return rc;
	rc = gate_open(p->ask->serve->parts.gate, p->reader, WEIGH_DOOR_NONE,
	    &e.oid, e.size, &fd, err);
	if (rc != WEIGH_OK)
		return rc;
	room = weigh_buf_room(out, (size_t)e.size);
	rc = room != NULL ? fd_pread_all(fd, room, (size_t)e.size, 0, err) :
			    weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK)
		out->len += (size_t)e.size;
	fd_close(&fd);
	return rc;
}

/* What the request brings along wins over what the revision holds. */
static enum weigh_code
load_rules(struct preupload *p)
{
	struct weigh_preupload *r = &p->request;
	struct weigh_err *err = &p->ask->task.reply.err;
	enum weigh_code rc = WEIGH_OK;

	if (!r->has_attributes)
		rc = read_rules(p, ".gitattributes", &r->attributes,
		    &r->has_attributes);
	if (rc == WEIGH_OK && !r->has_ignore)
		rc = read_rules(p, ".gitignore", &r->ignore, &r->has_ignore);
	if (rc == WEIGH_OK)
		rc = repo_attributes_parse(&p->attributes,
		    !r->has_attributes             ? NULL :
			r->attributes.data != NULL ? r->attributes.data :
						     "",
		    r->attributes.len, err);
	if (rc == WEIGH_OK)
		rc = weigh_ignore_parse(&p->ignore,
		    r->ignore.data != NULL ? r->ignore.data : "", r->ignore.len,
		    err);
	return rc;
}

/* Each path is held against each rule, and a pattern made for it takes as many steps
 * as its length times that of the path. */
static enum weigh_code
check_effort(struct preupload *p)
{
	const struct weigh_preupload *r = &p->request;
	uint64_t rules = r->attributes.len + r->ignore.len, paths = 0;

	for (size_t i = 0; i < r->nfiles; i++)
		paths += strlen(r->files[i].path);
	if (rules * paths <= EFFORT_MAX)
		return WEIGH_OK;
	return weigh_fail(&p->ask->task.reply.err, WEIGH_TOO_BIG,
	    "too many paths for so many rules of .gitattributes and "
	    ".gitignore; ask for fewer at a time");
}

/* --- the answer ------------------------------------------------------------------------ */

/* No bytes are no object of LFS: clients send such a file with the commit. */
static bool
comes_as_lfs(const struct preupload *p, const struct weigh_preupload_file *f)
{
	return f->size > 0 &&
	    repo_attributes_lfs(p->attributes, f->path, f->size);
}

static enum weigh_code
answer_file(struct preupload *p, struct weigh_jw *w,
    const struct weigh_preupload_file *f)
{
	char hex[WEIGH_OID_HEX + 1];
	struct entry e;
	enum weigh_code rc = find_entry(p, f->path, &e);

	if (rc != WEIGH_OK)
		return rc;
	if (e.lfs)
		weigh_oid_hex(&e.oid, hex);
	else
		weigh_gitid_hex(&e.git, hex);
	weigh_preupload_answer(w, f->path, comes_as_lfs(p, f),
	    weigh_ignore_has(p->ignore, f->path), e.found ? hex : NULL);
	return WEIGH_OK;
}

static enum weigh_code
answer(struct preupload *p)
{
	struct weigh_jw w;
	enum weigh_code rc = WEIGH_OK;

	weigh_jw_init(&w, &p->ask->task.reply.body);
	weigh_jw_object(&w);
	weigh_jw_key(&w, "files");
	weigh_jw_array(&w);
	for (size_t i = 0; i < p->request.nfiles && rc == WEIGH_OK; i++)
		rc = answer_file(p, &w, &p->request.files[i]);
	weigh_jw_array_end(&w);
	weigh_jw_object_end(&w);
	p->ask->task.reply.status = 200;
	return rc;
}

void
serve_preupload(struct ask *ask, struct catalog_reader *reader)
{
	struct preupload p = { .ask = ask, .reader = reader };
	enum weigh_code rc;

	if (!publish_repo(ask, reader) || !ask_revision(ask, reader))
		return;
	rc = weigh_preupload_parse(&p.request, ask->body.data, ask->body.len,
	    &ask->task.reply.err);
	if (rc != WEIGH_OK) {
		ask_fail(ask, rc, NULL);
		return;
	}
	rc = load_rules(&p);
	if (rc == WEIGH_OK)
		rc = check_effort(&p);
	if (rc == WEIGH_OK)
		rc = answer(&p);
	if (rc != WEIGH_OK) {
		weigh_buf_reset(&ask->task.reply.body);
		ask->task.reply.status = 0;
		ask_fail(ask, rc, NULL);
	}
	repo_attributes_free(p.attributes);
	weigh_ignore_free(p.ignore);
	weigh_preupload_free(&p.request);
}
