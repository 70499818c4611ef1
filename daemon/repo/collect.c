/*
 * collect: taking away the git objects that nothing leads to.  See repo.h.
 *
 * First everything that refs and roots lead to is walked, each object once, and
 * found to be there; then what was not met is removed.  Order of a pack that is
 * made anew: new pack, fsync, read back, old index, old pack.  A kill leaves both,
 * or the old one without its index, which the next start sweeps.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <git2/odb_backend.h>
#include <git2/sys/odb_backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/litter.h"
#include "idset.h"
#include "priv.h"

struct collector {
	struct repo *repo;
	struct repo_collecting *c;
	struct idwalk walk; /* everything that something leads to */
};

static enum weigh_code
go_on(const struct collector *k, struct weigh_err *err)
{
	const atomic_bool *cancel = k->c->cancel;

	if (cancel != NULL && atomic_load(cancel))
		return weigh_fail(err, WEIGH_CANCELED, "weighd is stopping");
	return WEIGH_OK;
}

/* --- what is led to ----------------------------------------------------------- */

static enum weigh_code
meet(struct collector *k, const git_oid *id, struct weigh_err *err)
{
	return idwalk_meet(&k->walk, id, GIT_OBJECT_ANY, err);
}

static enum weigh_code
meet_tip(struct repo *r, void *ctx, const git_oid *id, struct weigh_err *err)
{
	(void)r;
	return meet(ctx, id, err);
}

static enum weigh_code
meet_roots(struct collector *k, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < k->c->nroots; i++) {
		git_oid id = repo_git_oid(&k->c->roots[i]);

		rc = meet(k, &id, err);
	}
	return rc;
}

static enum weigh_code
look_into_commit(struct collector *k, const git_oid *id, struct weigh_err *err)
{
	git_commit *commit = NULL;
	bool shallow;
	enum weigh_code rc = repo_is_shallow(k->repo, id, &shallow, err);
	int git_rc;

	if (rc != WEIGH_OK)
		return rc;
	if ((git_rc = git_commit_lookup(&commit, k->repo->git, id)) != 0)
		return repo_fail(err, git_rc, "cannot read a commit");
	rc = meet(k, git_commit_tree_id(commit), err);
	for (unsigned i = 0;
	     rc == WEIGH_OK && !shallow && i < git_commit_parentcount(commit);
	     i++)
		rc = meet(k, git_commit_parent_id(commit, i), err);
	git_commit_free(commit);
	return rc;
}

static enum weigh_code
look_into_tree(struct collector *k, const git_oid *id, struct weigh_err *err)
{
	git_tree *tree = NULL;
	enum weigh_code rc = WEIGH_OK;
	int git_rc = git_tree_lookup(&tree, k->repo->git, id);

	if (git_rc != 0)
		return repo_fail(err, git_rc, "cannot read a tree");
	for (size_t i = 0; rc == WEIGH_OK && i < git_tree_entrycount(tree);
	     i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);

		/* A submodule's commit is another repository's. */
		if (git_tree_entry_filemode(e) != GIT_FILEMODE_COMMIT)
			rc = meet(k, git_tree_entry_id(e), err);
	}
	git_tree_free(tree);
	return rc;
}

static enum weigh_code
look_into_tag(struct collector *k, const git_oid *id, struct weigh_err *err)
{
	git_tag *tag = NULL;
	enum weigh_code rc;
	int git_rc = git_tag_lookup(&tag, k->repo->git, id);

	if (git_rc != 0)
		return repo_fail(err, git_rc, "cannot read a tag");
	rc = meet(k, git_tag_target_id(tag), err);
	git_tag_free(tag);
	return rc;
}

/* Its header tells that it is there, and what it is. */
static enum weigh_code
look_into(struct collector *k, const git_oid *id, struct weigh_err *err)
{
	git_object_t type;
	size_t size;
	int git_rc = git_odb_read_header(&size, &type, k->repo->odb, id);

	if (git_rc != 0)
		return repo_fail(err, git_rc, "cannot read a git object");
	if (type == GIT_OBJECT_BLOB)
		return WEIGH_OK;
	if (size > REPO_TREE_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "a git object of %zu bytes", size);
	if (type == GIT_OBJECT_COMMIT)
		return look_into_commit(k, id, err);
	if (type == GIT_OBJECT_TREE)
		return look_into_tree(k, id, err);
	if (type == GIT_OBJECT_TAG)
		return look_into_tag(k, id, err);
	return weigh_fail(err, WEIGH_MALFORMED, "a git object of no kind");
}

static enum weigh_code
walk(struct collector *k, struct weigh_err *err)
{
	enum weigh_code rc = repo_each_tip(k->repo, meet_tip, k, err);
	struct idwalk_item at;

	if (rc == WEIGH_OK)
		rc = meet_roots(k, err);
	while (rc == WEIGH_OK && idwalk_next(&k->walk, &at)) {
		rc = go_on(k, err);
		if (rc == WEIGH_OK)
			rc = look_into(k, &at.id, err);
	}
	return rc;
}

/* What nothing leads to, and lies in a file of this age. */
static bool
may_go(const struct collector *k, int64_t changed)
{
	const struct litter_facts facts = {
		.changed = changed,
		.now = k->c->now,
		.grace = k->c->grace,
	};

	return litter_decide(&facts) == LITTER_TAKE;
}

/* --- loose objects -------------------------------------------------------------- */

static enum weigh_code
take_loose(struct collector *k, int fan, const char *name, bool *removed,
    struct weigh_err *err)
{
	struct stat st;

	if (fstatat(fan, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ?
		    WEIGH_OK :
		    weigh_fail_errno(err, errno, "cannot look at '%s'", name);
	if (!may_go(k, st.st_ctime)) {
		k->c->young++;
		return WEIGH_OK;
	}
	if (!k->c->dry && unlinkat(fan, name, 0) != 0)
		return weigh_fail_errno(err, errno, "cannot remove '%s'", name);
	k->c->objects++;
	k->c->bytes += (uint64_t)st.st_size;
	*removed = !k->c->dry;
	return WEIGH_OK;
}

/* Take what is not met among the names in the folder objects/xx. */
static enum weigh_code
collect_fan(struct collector *k, const char *fan, DIR *dir,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	bool removed = false;
	struct dirent *d;
	char hex[3 + NAME_MAX];
	git_oid id;

	while (rc == WEIGH_OK && (errno = 0, d = readdir(dir)) != NULL) {
		snprintf(hex, sizeof(hex), "%s%s", fan, d->d_name);
		if (strlen(hex) == GIT_OID_HEXSZ &&
		    git_oid_fromstr(&id, hex) == 0 &&
		    !idset_has(&k->walk.met, &id))
			rc = take_loose(k, dirfd(dir), d->d_name, &removed,
			    err);
	}
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list it");
	if (rc == WEIGH_OK && removed)
		rc = fd_sync(dirfd(dir), err);
	return rc;
}

static enum weigh_code
collect_loose(struct collector *k, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	char path[sizeof("objects/xx")];

	for (unsigned i = 0; rc == WEIGH_OK && i < 256; i++) {
		DIR *dir = NULL;
		int fd;

		if ((rc = go_on(k, err)) != WEIGH_OK)
			break;
		snprintf(path, sizeof(path), "objects/%02x", i & 0xff);
		fd = fd_open_beneath(k->repo->fd, path, O_RDONLY | O_DIRECTORY,
		    0);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || (dir = fdopendir(fd)) == NULL) {
			rc = weigh_fail_errno(err, errno, "cannot open it");
			fd_close(&fd);
		} else {
			rc = collect_fan(k, path + strlen("objects/"), dir,
			    err);
			closedir(dir);
		}
		rc = weigh_context(err, rc, "'%s'", path);
	}
	return rc;
}

/* --- packs ------------------------------------------------------------------------ */

#define MANY_PACKS "objects/pack/multi-pack-index"
#define PACK_NAME (sizeof("pack-") + GIT_OID_HEXSZ)

/* One pack: how many of its objects are met, and which. */
struct pack {
	struct collector *k;
	char name[PACK_NAME];
	uint64_t bytes; /* with its index */
	int64_t changed;
	size_t count, met;
	git_packbuilder *builder; /* takes those that are met; or NULL */
};

static int
count_object(const git_oid *id, void *ctx)
{
	struct pack *p = ctx;

	p->count++;
	if (!idset_has(&p->k->walk.met, id))
		return 0;
	p->met++;
	return p->builder != NULL ?
	    git_packbuilder_insert(p->builder, id, NULL) :
	    0;
}

/* Hand each object of the pack, read by its own index, to count_object. */
static enum weigh_code
read_pack(struct pack *p, struct weigh_err *err)
{
	git_odb_backend *backend = NULL;
	git_odb *odb = NULL;
	char *path = NULL;
	int rc;

	if (asprintf(&path, "%s/objects/pack/%s.idx", p->k->repo->path,
		p->name) < 0)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = git_odb_new(&odb);
	if (rc == 0)
		rc = git_odb_backend_one_pack(&backend, path);
	if (rc == 0 && (rc = git_odb_add_backend(odb, backend, 1)) != 0)
		backend->free(backend);
	p->count = p->met = 0;
	if (rc == 0)
		rc = git_odb_foreach(odb, count_object, p);
	git_odb_free(odb);
	free(path);
	return rc == 0 ? WEIGH_OK : repo_fail(err, rc, "cannot read a pack");
}

static bool
stat_part(const struct pack *p, const char *suffix, struct stat *st)
{
	char path[PACK_NAME + 32];

	snprintf(path, sizeof(path), "objects/pack/%s%s", p->name, suffix);
	return fstatat(p->k->repo->fd, path, st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The index first: a pack without one is nobody's.  Before it the index of many
 * packs, which git can do without, but which may not name one that is gone. */
static enum weigh_code
remove_pack(const struct pack *p, struct weigh_err *err)
{
	static const char *const parts[] = { ".idx", ".rev", ".bitmap",
		".mtimes", ".pack" };
	char path[PACK_NAME + 32];

	if (unlinkat(p->k->repo->fd, MANY_PACKS, 0) != 0 && errno != ENOENT)
		return weigh_fail_errno(err, errno, "cannot remove '%s'",
		    MANY_PACKS);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(path, sizeof(path), "objects/pack/%s%s", p->name,
		    parts[i]);
		if (unlinkat(p->k->repo->fd, path, 0) != 0 && errno != ENOENT)
			return weigh_fail_errno(err, errno, "cannot remove it");
	}
	return fd_sync_dir(p->k->repo->fd, "objects/pack", err);
}

/* Was everything that should stay written into the new one? */
static enum weigh_code
read_back(const struct pack *old, const char *name, uint64_t *bytes,
    struct weigh_err *err)
{
	struct pack fresh = { .k = old->k };
	struct stat pack, index;
	enum weigh_code rc;

	snprintf(fresh.name, sizeof(fresh.name), "%s", name);
	if ((rc = read_pack(&fresh, err)) != WEIGH_OK)
		return rc;
	if (fresh.met != old->met || !stat_part(&fresh, ".pack", &pack) ||
	    !stat_part(&fresh, ".idx", &index))
		return weigh_fail(err, WEIGH_IO,
		    "the new pack has %zu of the %zu objects that stay",
		    fresh.met, old->met);
	*bytes = (uint64_t)pack.st_size + (uint64_t)index.st_size;
	return WEIGH_OK;
}

/* Write what stays into a pack of its own; *bytes is how large that is. */
static enum weigh_code
write_rest(struct pack *p, uint64_t *bytes, struct weigh_err *err)
{
	char name[PACK_NAME];
	enum weigh_code rc;
	int git_rc = git_packbuilder_new(&p->builder, p->k->repo->git);

	if (git_rc != 0)
		return repo_fail(err, git_rc, "cannot begin a pack");
	if ((rc = read_pack(p, err)) != WEIGH_OK)
		goto out;
	git_rc = git_packbuilder_write(p->builder, NULL, 0, NULL, NULL);
	if (git_rc != 0) {
		rc = repo_fail(err, git_rc, "cannot write a pack");
		goto out;
	}
	snprintf(name, sizeof(name), "pack-%s",
	    git_packbuilder_name(p->builder));
	if (strcmp(name, p->name) == 0)
		rc = weigh_fail(err, WEIGH_BUG, "the new pack is the old one");
	if (rc == WEIGH_OK)
		rc = fd_sync_dir(p->k->repo->fd, "objects/pack", err);
	if (rc == WEIGH_OK)
		rc = read_back(p, name, bytes, err);
out:
	git_packbuilder_free(p->builder);
	p->builder = NULL;
	return rc;
}

static enum weigh_code
take_from_pack(struct pack *p, struct weigh_err *err)
{
	struct repo_collecting *c = p->k->c;
	uint64_t rest = p->count != 0 ? p->bytes * p->met / p->count : 0;
	enum weigh_code rc = WEIGH_OK;

	if (!c->dry && p->met > 0)
		rc = write_rest(p, &rest, err);
	if (!c->dry && rc == WEIGH_OK)
		rc = remove_pack(p, err);
	if (rc != WEIGH_OK)
		return rc;
	c->objects += p->count - p->met;
	c->bytes += p->bytes > rest ? p->bytes - rest : 0;
	c->packs += p->met > 0;
	return WEIGH_OK;
}

static enum weigh_code
collect_pack(struct collector *k, const char *name, struct weigh_err *err)
{
	struct pack p = { .k = k };
	struct stat pack, index, keep;
	enum weigh_code rc;

	snprintf(p.name, sizeof(p.name), "%.*s", (int)PACK_NAME - 1, name);
	if (!stat_part(&p, ".pack", &pack) || !stat_part(&p, ".idx", &index) ||
	    stat_part(&p, ".keep", &keep))
		return WEIGH_OK;
	p.bytes = (uint64_t)pack.st_size + (uint64_t)index.st_size;
	p.changed = pack.st_ctime;
	if ((rc = read_pack(&p, err)) != WEIGH_OK || p.met == p.count)
		return rc;
	if (!may_go(k, p.changed))
		k->c->young += p.count - p.met;
	else
		rc = take_from_pack(&p, err);
	return rc;
}

static bool
is_index(const char *name)
{
	return strlen(name) == PACK_NAME - 1 + strlen(".idx") &&
	    strncmp(name, "pack-", 5) == 0 &&
	    strcmp(name + PACK_NAME - 1, ".idx") == 0;
}

/* The names first: packs come and go while they are looked at. */
static enum weigh_code
list_packs(struct collector *k, char (**names)[PACK_NAME], size_t *count,
    struct weigh_err *err)
{
	int fd = fd_open_beneath(k->repo->fd, "objects/pack",
	    O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	enum weigh_code rc = WEIGH_OK;
	struct dirent *d;

	if (dir == NULL) {
		rc = weigh_fail_errno(err, errno, "cannot list 'objects/pack'");
		fd_close(&fd);
		return rc;
	}
	while (rc == WEIGH_OK && (errno = 0, d = readdir(dir)) != NULL) {
		char(*more)[PACK_NAME];

		if (!is_index(d->d_name))
			continue;
		more = reallocarray(*names, *count + 1, sizeof(**names));
		if (more == NULL) {
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
			break;
		}
		*names = more;
		snprintf(more[(*count)++], PACK_NAME, "%.*s",
		    (int)PACK_NAME - 1, d->d_name);
	}
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list 'objects/pack'");
	closedir(dir);
	return rc;
}

static enum weigh_code
collect_packs(struct collector *k, struct weigh_err *err)
{
	char(*names)[PACK_NAME] = NULL;
	size_t count = 0;
	enum weigh_code rc = list_packs(k, &names, &count, err);

	for (size_t i = 0; rc == WEIGH_OK && i < count; i++)
		if ((rc = go_on(k, err)) == WEIGH_OK)
			rc = weigh_context(err, collect_pack(k, names[i], err),
			    "'%s'", names[i]);
	free(names);
	return rc;
}

/* --- the whole ---------------------------------------------------------------------- */

/* A line of what is gone only costs room; but a commit too young to go needs its. */
static bool
is_there(void *ctx, const git_oid *id)
{
	return git_odb_exists(ctx, id) == 1;
}

enum weigh_code
repo_collect(struct repo *r, struct repo_collecting *c, struct weigh_err *err)
{
	struct collector k = { .repo = r, .c = c };
	enum weigh_code rc;

	c->objects = c->bytes = c->young = c->packs = 0;
	/* Others may have written or removed packs since it was opened. */
	(void)git_odb_refresh(r->odb);
	rc = walk(&k, err);
	if (rc == WEIGH_OK)
		rc = collect_loose(&k, err);
	if (rc == WEIGH_OK)
		rc = collect_packs(&k, err);
	if (rc == WEIGH_OK)
		(void)git_odb_refresh(r->odb);
	if (rc == WEIGH_OK && !c->dry)
		rc = repo_sift_shallow(r, is_there, r->odb, err);
	idwalk_free(&k.walk);
	return rc;
}
