/* store: opening, sweeping, names and room.  See store.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/priv.h"

#define FANS 256

void
store_names(struct blob_names *n, const struct weigh_oid *oid)
{
	weigh_oid_hex(oid, n->blob);
	snprintf(n->fan, sizeof(n->fan), "%.2s", n->blob);
	snprintf(n->list, sizeof(n->list), "%s.mid", n->blob);
	snprintf(n->blob_path, sizeof(n->blob_path), "%.2s/%s", n->fan,
	    n->blob);
	snprintf(n->list_path, sizeof(n->list_path), "%.2s/%s.mid", n->fan,
	    n->blob);
}

enum weigh_code
store_open_fan(struct store *s, const struct blob_names *n, int *fd,
    struct weigh_err *err)
{
	*fd = fd_open_beneath(s->blobs, n->fan, O_RDONLY | O_DIRECTORY, 0);
	if (*fd < 0)
		return weigh_fail_errno(err, errno,
		    "cannot open blobs/sha256/%s", n->fan);
	return WEIGH_OK;
}

enum weigh_code
store_new_temp(struct store *s, const char *kind, char name[STORE_TEMP_NAME],
    int *fd, struct weigh_err *err)
{
	uint64_t serial;

	do {
		serial = atomic_fetch_add(&s->serial, 1);
		snprintf(name, STORE_TEMP_NAME, "%016llx.%s",
		    (unsigned long long)serial, kind);
		*fd = openat(s->incoming, name,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	} while (*fd < 0 && (errno == EEXIST || errno == EINTR));
	if (*fd >= 0)
		return WEIGH_OK;
	name[0] = '\0';
	return weigh_fail_errno(err, errno, "cannot make a file in incoming");
}

/* --- room -------------------------------------------------------------- */

static uint64_t
less(uint64_t from, uint64_t what)
{
	return from > what ? from - what : 0;
}

/* With the lock held.  Read-only, out of inodes or not ours to write: 0. */
static uint64_t
room_now(struct store *s)
{
	struct statvfs v;
	uint64_t room;

	if (faccessat(s->incoming, ".", W_OK, AT_EACCESS) != 0 ||
	    fstatvfs(s->incoming, &v) != 0 || (v.f_flag & ST_RDONLY) ||
	    (v.f_files != 0 && v.f_favail == 0))
		return 0;
	room = (uint64_t)v.f_bavail * v.f_frsize;
	return less(less(room, atomic_load(&s->keep_free)), s->promised);
}

uint64_t
store_room(struct store *s)
{
	uint64_t room;

	pthread_mutex_lock(&s->lock);
	room = room_now(s);
	pthread_mutex_unlock(&s->lock);
	return room;
}

uint64_t
store_lack(struct store *s, uint64_t bytes)
{
	struct statvfs v;
	uint64_t needed;

	if (fstatvfs(s->incoming, &v) != 0)
		return 0;
	pthread_mutex_lock(&s->lock);
	needed = atomic_load(&s->keep_free) + s->promised + bytes;
	pthread_mutex_unlock(&s->lock);
	return less(needed, (uint64_t)v.f_bavail * v.f_frsize);
}

uint64_t
store_keep_free(const struct store *s)
{
	return atomic_load(&s->keep_free);
}

enum weigh_code
store_promise(struct store *s, uint64_t bytes, struct weigh_err *err)
{
	uint64_t room;
	bool fits;

	pthread_mutex_lock(&s->lock);
	room = room_now(s);
	fits = room > 0 && bytes <= room;
	if (fits)
		s->promised += bytes;
	pthread_mutex_unlock(&s->lock);
	if (fits)
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_FULL,
	    "no room for %llu bytes: %llu are left above the %llu to keep free",
	    (unsigned long long)bytes, (unsigned long long)room,
	    (unsigned long long)atomic_load(&s->keep_free));
}

void
store_unpromise(struct store *s, uint64_t bytes)
{
	pthread_mutex_lock(&s->lock);
	s->promised -= bytes;
	pthread_mutex_unlock(&s->lock);
}

/* --- opening ----------------------------------------------------------- */

/* What is resumed, by whoever keeps it: part.h, repo/stage.h. */
static bool
stays(const char *name)
{
	static const char *const kept[] = { ".", "..", "parts", "stages" };

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (strcmp(name, kept[i]) == 0)
			return true;
	return false;
}

enum weigh_code
store_sweep_list(struct store *s, const struct weigh_oid *oid,
    struct weigh_err *err)
{
	struct blob_names n;
	enum weigh_code rc;
	struct stat st;
	int fan;

	store_names(&n, oid);
	if ((rc = store_open_fan(s, &n, &fan, err)) != WEIGH_OK)
		return rc;
	if (fstatat(fan, n.blob, &st, AT_SYMLINK_NOFOLLOW) != 0)
		rc = fd_remove_tree(fan, n.list, err);
	fd_close(&fan);
	return rc;
}

/* A file that was proved and about to get its name, HEX.SERIAL, may have put
 * its list in place before the end came: a list without a blob goes too. */
static enum weigh_code
sweep_list(struct store *s, const char *name, struct weigh_err *err)
{
	struct weigh_oid oid;

	if (strlen(name) <= WEIGH_OID_HEX || name[WEIGH_OID_HEX] != '.' ||
	    !weigh_oid_parse(&oid, name, WEIGH_OID_HEX))
		return WEIGH_OK;
	return store_sweep_list(s, &oid, err);
}

static enum weigh_code
sweep_entries(struct store *s, DIR *dir, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct dirent *entry;

	while (rc == WEIGH_OK) {
		errno = 0;
		if ((entry = readdir(dir)) == NULL)
			break;
		if (stays(entry->d_name))
			continue;
		rc = sweep_list(s, entry->d_name, err);
		if (rc == WEIGH_OK)
			rc = fd_remove_tree(s->incoming, entry->d_name, err);
	}
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list it");
	return rc;
}

/* Nobody resumes what else lies in incoming/, so all of it goes (invariant 3). */
static enum weigh_code
sweep(struct store *s, struct weigh_err *err)
{
	enum weigh_code rc;
	struct statvfs v;
	DIR *dir = NULL;
	int fd;

	if (fstatvfs(s->incoming, &v) == 0 && (v.f_flag & ST_RDONLY))
		return WEIGH_OK; /* still good for reading */
	fd = fd_open_beneath(s->incoming, ".", O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0 || (dir = fdopendir(fd)) == NULL) {
		rc = weigh_fail_errno(err, errno, "cannot list it");
		fd_close(&fd);
	} else {
		rc = sweep_entries(s, dir, err);
		closedir(dir);
	}
	if (rc == WEIGH_OK)
		rc = store_sweep_parts(s, err);
	return weigh_context(err, rc, "sweeping incoming");
}

/* All 256 fan-out folders at once: one sync of their parent covers them, and no
 * ingest has to ask whether the folder it names a blob in will last. */
static enum weigh_code
make_fans(struct store *s, struct weigh_err *err)
{
	char fan[3];

	for (unsigned i = 0; i < FANS; i++) {
		snprintf(fan, sizeof(fan), "%02x", i);
		if (mkdirat(s->blobs, fan, 0755) != 0 && errno != EEXIST)
			return weigh_fail_errno(err, errno,
			    "cannot make blobs/sha256/%s", fan);
	}
	return fd_sync(s->blobs, err);
}

static enum weigh_code
open_folder(int dirfd, const char *path, int *fd, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = fd_make_dirs(dirfd, path, 0755, err)) != WEIGH_OK)
		return rc;
	*fd = fd_open_beneath(dirfd, path, O_RDONLY | O_DIRECTORY, 0);
	if (*fd < 0)
		return weigh_fail_errno(err, errno, "cannot open '%s'", path);
	return WEIGH_OK;
}

enum weigh_code
store_open(struct store **out, int dirfd, const struct store_options *options,
    struct weigh_err *err)
{
	enum weigh_code rc;
	struct store *s;

	*out = NULL;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	s->blobs = s->incoming = s->quarantine = -1;
	atomic_init(&s->keep_free, options->keep_free);
	pthread_mutex_init(&s->lock, NULL);
	if ((rc = open_folder(dirfd, "blobs/sha256", &s->blobs, err)) != 0 ||
	    (rc = open_folder(dirfd, "incoming", &s->incoming, err)) != 0 ||
	    (rc = open_folder(dirfd, "quarantine", &s->quarantine, err)) != 0 ||
	    (rc = make_fans(s, err)) != 0 || (rc = sweep(s, err)) != 0)
		goto out;
	*out = s;
	s = NULL;
out:
	store_close(s);
	return weigh_context(err, rc, "the blob store");
}

void
store_set_keep_free(struct store *s, uint64_t bytes)
{
	atomic_store(&s->keep_free, bytes);
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	fd_close(&s->blobs);
	fd_close(&s->incoming);
	fd_close(&s->quarantine);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
