/*
 * send: the objects of a fetch as a pack.  A file's bytes are hashed between being
 * read and being sent.  See fetch.h.
 */
#include <stdio.h>
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
is_promised(const struct sending *o, const void *data, size_t len)
{
	struct weigh_pointer pointer;
	struct weigh_oid oid;

	if (o->lfs)
		return weigh_pointer_parse(&pointer, data, len, NULL) ==
		    WEIGH_OK &&
		    pointer.size == o->promised.size &&
		    weigh_oid_equal(&pointer.oid, &o->promised.oid);
	return len == o->promised.size && weigh_oid_of(&oid, data, len) &&
	    weigh_oid_equal(&oid, &o->promised.oid);
}

/* Paths are not kept: of millions of files one, if any, is asked for its path. */
struct search {
	const git_oid *id;
	char path[512]; /* may be cut: for people */
};

static int
compare_entry(const char *folder, const git_tree_entry *e, void *ctx)
{
	struct search *search = ctx;

	if (!git_oid_equal(git_tree_entry_id(e), search->id))
		return 0;
	snprintf(search->path, sizeof(search->path), "%s%s", folder,
	    git_tree_entry_name(e));
	return -1;
}

static enum weigh_code
refuse_file(const struct sender *s, const struct sending *o,
    struct weigh_err *err)
{
	const struct node *commit = &s->f->graph.nodes[o->at];
	struct search search = { .id = &o->id, .path = "a file" };
	char hex[GIT_OID_HEXSZ + 1];
	git_tree *tree = NULL;

	if (git_tree_lookup(&tree, s->f->repo->git, &commit->tree) == 0)
		(void)git_tree_walk(tree, GIT_TREEWALK_PRE, compare_entry,
		    &search);
	git_tree_free(tree);
	git_oid_tostr(hex, sizeof(hex), &commit->id);
	return weigh_fail(err, WEIGH_MISMATCH,
	    "'%s' of revision %s does not have the promised SHA-256 in the git "
	    "repository here; nothing more is sent",
	    search.path, hex);
}

static enum weigh_code
send_file(struct sender *s, const struct sending *o, const void *data,
    size_t len, struct weigh_err *err)
{
	if (!is_promised(o, data, len))
		return refuse_file(s, o, err);
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
	    type == GIT_OBJECT_BLOB    ? REPO_BLOB_MAX :
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
