/*
 * objects: see objects.h.  They are kept in libgit2's in-memory backend, in
 * front of a handle of its own on the same repository, so that an object that
 * is there already is found and not written twice.
 */
#include "objects.h"

#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"

#define IN_FRONT 999 /* priority: before loose files and packs */

/* A file that was written, below the repository's folder. */
struct written {
	char path[80];
};

struct objects {
	struct repo *repo; /* borrowed */
	git_repository *git;
	git_odb *odb;
	git_odb_backend *memory; /* owned by odb */
	git_oid *ids;            /* of what is in memory; may repeat */
	size_t count;
	size_t room;
	size_t bytes;            /* in memory, about */
	bool packed;             /* some went out as a pack already */
	bool fanout[256];        /* objects/xx that hold something of ours */
	struct written *written; /* taken back unless finished */
	size_t nwritten;
};

/* --- opening ------------------------------------------------------------- */

static int
open_in_front(struct objects *o)
{
	int rc;

	rc = git_repository_open_ext(&o->git, o->repo->path,
	    GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT |
		GIT_REPOSITORY_OPEN_BARE,
	    NULL);
	if (rc == 0)
		rc = git_repository_odb(&o->odb, o->git);
	if (rc == 0)
		rc = git_mempack_new(&o->memory);
	if (rc == 0 &&
	    (rc = git_odb_add_backend(o->odb, o->memory, IN_FRONT)) != 0) {
		o->memory->free(o->memory);
		o->memory = NULL;
	}
	return rc;
}

enum weigh_code
objects_open(struct repo *r, struct objects **out, struct weigh_err *err)
{
	struct objects *o = calloc(1, sizeof(*o));
	int rc;

	if (o == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	o->repo = r;
	if ((rc = open_in_front(o)) != 0) {
		objects_close(o);
		return repo_fail(err, rc, "cannot open the repository");
	}
	*out = o;
	return WEIGH_OK;
}

void
objects_close(struct objects *o)
{
	if (o == NULL)
		return;
	git_odb_free(o->odb);
	git_repository_free(o->git);
	/* Nothing leads to these, so losing one of them to a failure here is a
	 * loss of room only. */
	for (size_t i = 0; i < o->nwritten; i++)
		(void)unlinkat(o->repo->fd, o->written[i].path, 0);
	free(o->written);
	free(o->ids);
	free(o);
}

git_repository *
objects_repository(struct objects *o)
{
	return o->git;
}

/* --- to disk ------------------------------------------------------------- */

/* Remember a file to be taken back: before it is written, or (a pack's name
 * follows from its content) right after. */
static bool
note_written(struct objects *o, const char *folder, const char *name,
    const char *suffix)
{
	struct written *written;

	written = reallocarray(o->written, o->nwritten + 1,
	    sizeof(*o->written));
	if (written == NULL)
		return false;
	o->written = written;
	snprintf(written[o->nwritten++].path, sizeof(written->path),
	    "objects/%s/%s%s", folder, name, suffix);
	return true;
}

static int
pack_up(struct objects *o)
{
	git_packbuilder *pack = NULL;
	char name[sizeof("pack-") + GIT_OID_HEXSZ];
	int rc = git_packbuilder_new(&pack, o->git);

	for (size_t i = 0; rc == 0 && i < o->count; i++)
		rc = git_packbuilder_insert(pack, &o->ids[i], NULL);
	if (rc == 0)
		rc = git_packbuilder_write(pack, NULL, 0, NULL, NULL);
	if (rc == 0) {
		snprintf(name, sizeof(name), "pack-%s",
		    git_packbuilder_name(pack));
		if (!note_written(o, "pack", name, ".pack") ||
		    !note_written(o, "pack", name, ".idx"))
			rc = GIT_ERROR;
	}
	git_packbuilder_free(pack);
	return rc;
}

static int
write_one_loose(struct objects *o, const git_oid *id)
{
	char hex[GIT_OID_HEXSZ + 1], folder[3];
	git_odb_object *object = NULL;
	git_oid out;
	int rc = git_odb_read(&object, o->odb, id);

	git_oid_tostr(hex, sizeof(hex), id);
	snprintf(folder, sizeof(folder), "%.2s", hex);
	if (rc == 0 && !note_written(o, folder, hex + 2, ""))
		rc = GIT_ERROR;
	if (rc == 0)
		rc = git_odb_write(&out, o->repo->odb,
		    git_odb_object_data(object), git_odb_object_size(object),
		    git_odb_object_type(object));
	git_odb_object_free(object);
	o->fanout[id->id[0]] = true;
	return rc;
}

static int
write_loose(struct objects *o)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < o->count; i++)
		rc = write_one_loose(o, &o->ids[i]);
	return rc;
}

static enum weigh_code
flush(struct objects *o, struct weigh_err *err)
{
	int rc = 0;

	if (o->count == 0)
		return WEIGH_OK;
	if (o->packed || o->count > OBJECTS_LOOSE) {
		o->packed = true;
		rc = pack_up(o);
	} else {
		rc = write_loose(o);
	}
	if (rc == 0)
		rc = git_mempack_reset(o->memory);
	if (rc == 0)
		rc = git_odb_refresh(o->odb);
	if (rc != 0)
		return repo_fail(err, rc, "cannot write git objects");
	o->count = 0;
	o->bytes = 0;
	return WEIGH_OK;
}

/* The folders' entries.  libgit2 syncs the folder of each file it writes, but
 * not the one above, and nothing of what it finds there already, which a killed
 * run may have left without a sync. */
static enum weigh_code
sync_folders(struct objects *o, struct weigh_err *err)
{
	enum weigh_code rc;

	for (unsigned i = 0; i < 256; i++) {
		char folder[sizeof("objects/xx")];

		if (!o->fanout[i])
			continue;
		snprintf(folder, sizeof(folder), "objects/%02x", i & 0xff);
		rc = fd_sync_dir(o->repo->fd, folder, err);
		if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND) /* it is packed */
			return rc;
	}
	rc = fd_sync_dir(o->repo->fd, "objects/pack", err);
	if (rc == WEIGH_OK)
		rc = fd_sync_dir(o->repo->fd, "objects", err);
	return rc;
}

enum weigh_code
objects_finish(struct objects *o, struct weigh_err *err)
{
	enum weigh_code rc = flush(o, err);
	int git_rc;

	if (rc == WEIGH_OK)
		rc = sync_folders(o, err);
	if (rc == WEIGH_OK && (git_rc = git_odb_refresh(o->repo->odb)) != 0)
		rc = repo_fail(err, git_rc, "cannot read the repository again");
	if (rc == WEIGH_OK)
		o->nwritten = 0; /* they stay */
	return rc;
}

/* --- to memory ----------------------------------------------------------- */

static bool
make_room(struct objects *o)
{
	size_t room = o->room != 0 ? 2 * o->room : OBJECTS_LOOSE;
	git_oid *ids;

	if (o->count < o->room)
		return true;
	if ((ids = reallocarray(o->ids, room, sizeof(*ids))) == NULL)
		return false;
	o->ids = ids;
	o->room = room;
	return true;
}

enum weigh_code
objects_note(struct objects *o, const git_oid *id, size_t len,
    struct weigh_err *err)
{
	if (!o->memory->exists(o->memory, id)) {
		o->fanout[id->id[0]] = true; /* it was there before us */
		return WEIGH_OK;
	}
	if (!make_room(o))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	o->ids[o->count++] = *id;
	o->bytes += len;
	if (o->bytes < OBJECTS_BYTES)
		return WEIGH_OK;
	o->packed = true;
	return flush(o, err);
}

enum weigh_code
objects_write(struct objects *o, git_object_t type, const void *data,
    size_t len, struct weigh_gitid *out, struct weigh_err *err)
{
	git_oid id;
	int rc = git_odb_write(&id, o->odb, data, len, type);

	if (rc != 0)
		return repo_fail(err, rc, "cannot make a git object");
	*out = repo_gitid(&id);
	return objects_note(o, &id, len, err);
}
