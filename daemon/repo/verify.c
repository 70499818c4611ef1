/*
 * Reading every object of a repository again.  libgit2 compares each with its
 * hash (GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION); a lost object does not show
 * itself, so what each names is asked for: then, from the refs down, all of it is
 * there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "priv.h"

struct round {
	struct repo *repo;
	enum weigh_code (*each)(void *ctx, size_t bytes, struct weigh_err *err);
	void *ctx;
	uint64_t bad;
	char *problem; /* the first */
	size_t size;
	enum weigh_code rc; /* why it ended early */
	struct weigh_err *err;
};

static void
find(struct round *v, const git_oid *id, const char *what)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), id);
	if (v->bad++ == 0)
		snprintf(v->problem, v->size, "git object %s %s", hex, what);
}

/* --- from the disk --------------------------------------------------------- */

/* The page cache would hide what the disk holds. */
static void
forget_folder(int dirfd_above, const char *name, unsigned depth)
{
	int fd = fd_open_beneath(dirfd_above, name, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *d;

	if (dir == NULL) {
		fd_close(&fd);
		return;
	}
	while ((d = readdir(dir)) != NULL) {
		int file;

		if (d->d_name[0] == '.')
			continue;
		if (depth > 0) {
			forget_folder(dirfd(dir), d->d_name, depth - 1);
			continue;
		}
		file = fd_open_beneath(dirfd(dir), d->d_name,
		    O_RDONLY | O_NONBLOCK, 0);
		if (file >= 0)
			(void)posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
		fd_close(&file);
	}
	closedir(dir);
}

/* --- one object -------------------------------------------------------------- */

static void
check_named(struct round *v, const git_oid *by, const git_oid *id)
{
	char what[GIT_OID_HEXSZ + 40], hex[GIT_OID_HEXSZ + 1];

	if (git_odb_exists(v->repo->odb, id) == 1)
		return;
	git_oid_tostr(hex, sizeof(hex), id);
	snprintf(what, sizeof(what), "names %s, which is not there", hex);
	find(v, by, what);
}

/* The parents of a shallow commit never came. */
static void
check_commit_named(struct round *v, const git_commit *c)
{
	const git_oid *by = git_commit_id(c);
	bool shallow;

	check_named(v, by, git_commit_tree_id(c));
	if (repo_is_shallow(v->repo, by, &shallow, NULL) != WEIGH_OK)
		find(v, by,
		    "may be shallow, but the file 'shallow' is damaged");
	for (unsigned i = 0; !shallow && i < git_commit_parentcount(c); i++)
		check_named(v, by, git_commit_parent_id(c, i));
}

static void
check_all_named(struct round *v, git_object *object)
{
	const git_oid *by = git_object_id(object);

	if (git_object_type(object) == GIT_OBJECT_COMMIT) {
		check_commit_named(v, (const git_commit *)object);
	} else if (git_object_type(object) == GIT_OBJECT_TREE) {
		const git_tree *t = (const git_tree *)object;

		for (size_t i = 0; i < git_tree_entrycount(t); i++)
			check_named(v, by,
			    git_tree_entry_id(git_tree_entry_byindex(t, i)));
	} else if (git_object_type(object) == GIT_OBJECT_TAG) {
		check_named(v, by, git_tag_target_id((const git_tag *)object));
	}
}

/* The most that anything written here has. */
static size_t
most_bytes(git_object_t type)
{
	return type == GIT_OBJECT_BLOB ? REPO_BLOB_MAX :
	    type == GIT_OBJECT_COMMIT  ? REPO_COMMIT_MAX :
	    type == GIT_OBJECT_TREE    ? REPO_TREE_MAX :
	    type == GIT_OBJECT_TAG     ? REPO_COMMIT_MAX :
					 0;
}

static void
read_object(struct round *v, const git_oid *id, size_t *bytes)
{
	git_object *object = NULL;
	git_object_t type;
	const git_error *e;

	*bytes = 0;
	if (git_odb_read_header(bytes, &type, v->repo->odb, id) != 0) {
		find(v, id, "cannot be read");
	} else if (*bytes > most_bytes(type)) {
		find(v, id, "is larger than anything written here");
	} else if (git_object_lookup(&object, v->repo->git, id,
		       GIT_OBJECT_ANY) != 0) {
		e = git_error_last();
		find(v, id,
		    e != NULL && e->message != NULL ? e->message :
						      "cannot be read");
	} else {
		check_all_named(v, object);
	}
	git_object_free(object);
}

static int
visit_object(const git_oid *id, void *ctx)
{
	struct round *v = ctx;
	size_t bytes;

	read_object(v, id, &bytes);
	v->rc = v->each(v->ctx, bytes, v->err);
	return v->rc == WEIGH_OK ? 0 : GIT_EUSER;
}

static enum weigh_code
visit_ref(void *ctx, const char *ref, const git_oid *id, struct weigh_err *err)
{
	struct round *v = ctx;

	(void)ref;
	(void)err;
	if (git_odb_exists(v->repo->odb, id) != 1)
		find(v, id, "is not there, but a ref leads to it");
	return WEIGH_OK;
}

enum weigh_code
repo_verify(struct repo *r,
    enum weigh_code (*each)(void *ctx, size_t bytes, struct weigh_err *err),
    void *ctx, char *problem, size_t size, struct weigh_err *err)
{
	struct round v = { .repo = r,
		.each = each,
		.ctx = ctx,
		.problem = problem,
		.size = size,
		.err = err };
	enum weigh_code rc;
	int git_rc;

	problem[0] = '\0';
	forget_folder(r->fd, "objects", 1);
	git_rc = git_odb_foreach(r->odb, visit_object, &v);
	if (v.rc != WEIGH_OK)
		return v.rc;
	if (git_rc != 0)
		return repo_fail(err, git_rc, "cannot list the git objects");
	rc = repo_each_raw_ref(r, visit_ref, &v, err);
	if (rc == WEIGH_MALFORMED || rc == WEIGH_IO) { /* a torn ref */
		snprintf(problem, size, "its refs cannot be read: %.100s",
		    err != NULL ? err->why : "");
		return WEIGH_OK;
	}
	return rc;
}
