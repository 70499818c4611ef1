/*
 * send: the objects of a fetch as a pack.  A file's bytes are hashed between being
 * read and being sent.  See fetch.h.
 */
#include <string.h>

#include <weigh/pointer.h>

#include "fetching.h"

#define DELTA_MAX (REPO_TREE_MAX / 2)

struct sender {
	struct repo_fetch *f;
	struct weigh_pack *pack;
	struct weigh_buf delta;
	bool thin;
};

/* --- files ------------------------------------------------------------------------ */

static bool
is_promised(const struct repo_promise *p, const void *data, size_t len)
{
	struct weigh_pointer pointer;
	struct weigh_oid oid;

	if (p->lfs)
		return weigh_pointer_parse(&pointer, data, len, NULL) ==
		    WEIGH_OK &&
		    pointer.size == p->size &&
		    weigh_oid_equal(&pointer.oid, &p->oid);
	return len == p->size && weigh_oid_of(&oid, data, len) &&
	    weigh_oid_equal(&oid, &p->oid);
}

static enum weigh_code
send_file(struct sender *s, const struct sending *o, const void *data,
    size_t len, struct weigh_err *err)
{
	char hex[GIT_OID_HEXSZ + 1];

	if (!is_promised(&o->promise, data, len)) {
		git_oid_tostr(hex, sizeof(hex), &s->f->graph.nodes[o->at].id);
		return weigh_fail(err, WEIGH_MISMATCH,
		    "a file of revision %s does not have the promised SHA-256 "
		    "in the git repository here; nothing more is sent",
		    hex);
	}
	return weigh_pack_add(s->pack, WEIGH_PACK_BLOB, data, len, err);
}

/* --- trees ----------------------------------------------------------------------------- */

/* Make the difference of a tree to its base; false: send it whole. */
static bool
make_delta(struct sender *s, const struct sending *o, const void *data,
    size_t len)
{
	git_odb_object *base = NULL;
	bool good;

	if (git_oid_is_zero(&o->base) || (o->thin && !s->thin) ||
	    git_odb_read(&base, s->f->repo->odb, &o->base) != 0)
		return false;
	good = weigh_pack_tree_delta(&s->delta, git_odb_object_data(base),
	    git_odb_object_size(base), data, len);
	git_odb_object_free(base);
	return good;
}

static enum weigh_code
send_tree(struct sender *s, const struct sending *o, const void *data,
    size_t len, struct weigh_err *err)
{
	struct weigh_gitid base = repo_gitid(&o->base);

	if (make_delta(s, o, data, len))
		return weigh_pack_add_delta(s->pack, &base, s->delta.data,
		    s->delta.len, err);
	return weigh_pack_add(s->pack, WEIGH_PACK_TREE, data, len, err);
}

/* --- all of them --------------------------------------------------------------------------- */

static enum weigh_code
send_bytes(struct sender *s, const struct sending *o, const void *data,
    size_t len, struct weigh_err *err)
{
	switch (o->type) {
	case GIT_OBJECT_COMMIT:
		return weigh_pack_add(s->pack, WEIGH_PACK_COMMIT, data, len,
		    err);
	case GIT_OBJECT_TREE:
		return send_tree(s, o, data, len, err);
	case GIT_OBJECT_BLOB:
		return send_file(s, o, data, len, err);
	case GIT_OBJECT_TAG:
		return weigh_pack_add(s->pack, WEIGH_PACK_TAG, data, len, err);
	case GIT_OBJECT_ANY:
	case GIT_OBJECT_INVALID:
	case GIT_OBJECT_OFS_DELTA:
	case GIT_OBJECT_REF_DELTA:
		break;
	}
	return weigh_fail(err, WEIGH_BUG, "an object of no type");
}

static size_t
most(git_object_t type)
{
	return type == GIT_OBJECT_TREE ? REPO_TREE_MAX :
	    type == GIT_OBJECT_BLOB    ? REPO_SMALL_MAX :
					 REPO_COMMIT_MAX;
}

static enum weigh_code
send_object(struct sender *s, const struct sending *o, struct weigh_err *err)
{
	git_odb *odb = s->f->repo->odb;
	git_odb_object *object = NULL;
	enum weigh_code rc;
	size_t size;
	int git_rc;

	rc = repo_check_object(odb, &o->id, o->type, most(o->type), &size, err);
	if (rc != WEIGH_OK)
		return rc;
	if ((git_rc = git_odb_read(&object, odb, &o->id)) != 0)
		return repo_fail(err, git_rc, "cannot read a git object");
	rc = send_bytes(s, o, git_odb_object_data(object),
	    git_odb_object_size(object), err);
	git_odb_object_free(object);
	return rc;
}

enum weigh_code
repo_fetch_send(struct repo_fetch *f, bool thin, weigh_pack_sink *sink,
    void *ctx, struct weigh_err *err)
{
	struct sender s = { .f = f, .thin = thin };
	enum weigh_code rc;

	weigh_buf_init(&s.delta, DELTA_MAX);
	rc = weigh_pack_begin(&s.pack, (uint32_t)f->count, sink, ctx, err);
	for (size_t i = 0; rc == WEIGH_OK && i < f->count; i++)
		rc = send_object(&s, &f->sendings[i], err);
	if (rc == WEIGH_OK)
		rc = weigh_pack_end(s.pack, err);
	weigh_pack_free(s.pack);
	weigh_buf_free(&s.delta);
	return rc;
}
