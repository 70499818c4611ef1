/* store: taking blobs away, and telling which are held. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "store/priv.h"

/* Gone already is gone. */
static enum weigh_code
remove_name(int fan, const char *name, struct weigh_err *err)
{
	if (unlinkat(fan, name, 0) == 0 || errno == ENOENT)
		return WEIGH_OK;
	return weigh_fail_errno(err, errno, "cannot remove '%s'", name);
}

enum weigh_code
store_delete(struct store *s, const struct weigh_oid *oid,
    struct weigh_err *err)
{
	struct blob_names n;
	enum weigh_code rc;
	int fan;

	store_names(&n, oid);
	rc = store_open_fan(s, &n, &fan, err);
	/* List first: a blob without its list is a state we know, a list
	 * without its blob is litter. */
	if (rc == WEIGH_OK)
		rc = remove_name(fan, n.list, err);
	if (rc == WEIGH_OK)
		rc = remove_name(fan, n.blob, err);
	if (rc == WEIGH_OK)
		rc = fd_sync(fan, err);
	fd_close(&fan);
	return weigh_context(err, rc, "blob %s", n.blob);
}

#define APART_MAX 1000 /* finds of one name that are kept */
#define APART_NAME (WEIGH_OID_HEX + 8)

/* A name in quarantine/ that nothing has yet: the blob's, or with a number. */
static enum weigh_code
name_apart(struct store *s, const struct blob_names *n, char out[APART_NAME],
    struct weigh_err *err)
{
	struct stat st;

	snprintf(out, APART_NAME, "%s", n->blob);
	for (unsigned i = 1; i < APART_MAX; i++) {
		if (fstatat(s->quarantine, out, &st, AT_SYMLINK_NOFOLLOW) != 0)
			return errno == ENOENT ?
			    WEIGH_OK :
			    weigh_fail_errno(err, errno, "'%s'", out);
		snprintf(out, APART_NAME, "%s.%u", n->blob, i);
	}
	return weigh_fail(err, WEIGH_FULL,
	    "%d finds of this blob lie in quarantine", APART_MAX);
}

static enum weigh_code
note_why(struct store *s, const char *apart, const char *why,
    struct weigh_err *err)
{
	char name[APART_NAME + 4];
	struct weigh_buf note;
	enum weigh_code rc;

	snprintf(name, sizeof(name), "%s.why", apart);
	weigh_buf_init(&note, 4096);
	if (!weigh_buf_addf(&note, "%.4000s\n", why))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else
		rc = fd_replace_file(s->quarantine, ".", name, note.data,
		    note.len, 0444, err);
	weigh_buf_free(&note);
	return rc;
}

/* Out of blobs/ and into quarantine/. */
static enum weigh_code
set_apart(struct store *s, int fan, const struct blob_names *n,
    const char *apart, struct weigh_err *err)
{
	enum weigh_code rc;

	if ((rc = remove_name(fan, n->list, err)) != WEIGH_OK)
		return rc;
	if (renameat(fan, n->blob, s->quarantine, apart) != 0)
		return weigh_fail_errno(err, errno, "cannot move it away");
	if ((rc = fd_sync(s->quarantine, err)) != WEIGH_OK)
		return rc;
	return fd_sync(fan, err);
}

enum weigh_code
store_quarantine(struct store *s, const struct weigh_oid *oid, const char *why,
    struct weigh_err *err)
{
	char apart[APART_NAME];
	struct blob_names n;
	enum weigh_code rc;
	struct stat st;
	int fan;

	store_names(&n, oid);
	if ((rc = store_open_fan(s, &n, &fan, err)) != WEIGH_OK)
		goto out;
	if (fstatat(fan, n.blob, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		rc = weigh_fail_errno(err, errno, "cannot find it");
		goto out;
	}
	rc = name_apart(s, &n, apart, err);
	if (rc == WEIGH_OK)
		rc = note_why(s, apart, why, err);
	if (rc == WEIGH_OK)
		rc = set_apart(s, fan, &n, apart, err);
out:
	fd_close(&fan);
	return weigh_context(err, rc, "quarantine of blob %s", n.blob);
}

bool
store_quarantine_note(struct store *s, const struct weigh_oid *oid, char *out,
    size_t size)
{
	struct blob_names n;
	char name[APART_NAME + 4];
	struct weigh_buf note;
	bool found = false;

	store_names(&n, oid);
	weigh_buf_init(&note, 8192);
	/* The last find has the highest number. */
	for (unsigned i = 0; i < APART_MAX; i++) {
		if (i == 0)
			snprintf(name, sizeof(name), "%s.why", n.blob);
		else
			snprintf(name, sizeof(name), "%s.%u.why", n.blob, i);
		weigh_buf_reset(&note);
		if (fd_read_file(s->quarantine, name, &note, NULL) != WEIGH_OK)
			break;
		found = true;
		snprintf(out, size, "%.*s",
		    note.len > 0 ? (int)note.len - 1 : 0,
		    note.len > 0 ? note.data : "");
	}
	weigh_buf_free(&note);
	return found;
}

/* --- what is held ------------------------------------------------------ */

struct names {
	struct weigh_oid *oids;
	size_t count, cap;
};

static int
compare_oids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct weigh_oid));
}

static bool
remember(struct names *names, const struct weigh_oid *oid)
{
	struct weigh_oid *more;
	size_t cap;

	if (names->count == names->cap) {
		cap = names->cap == 0 ? 256 : 2 * names->cap;
		more = reallocarray(names->oids, cap, sizeof(*more));
		if (more == NULL)
			return false;
		names->oids = more;
		names->cap = cap;
	}
	names->oids[names->count++] = *oid;
	return true;
}

/* Lists and whatever else lies there are not blobs: only names that are
 * digests count. */
static enum weigh_code
list_fan(DIR *dir, struct names *names, struct weigh_err *err)
{
	struct dirent *entry;
	struct weigh_oid oid;

	for (;;) {
		errno = 0;
		if ((entry = readdir(dir)) == NULL)
			break;
		if (weigh_oid_parse(&oid, entry->d_name,
			strlen(entry->d_name)) &&
		    !remember(names, &oid))
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	if (errno != 0)
		return weigh_fail_errno(err, errno, "cannot list it");
	if (names->count > 0)
		qsort(names->oids, names->count, sizeof(names->oids[0]),
		    compare_oids);
	return WEIGH_OK;
}

typedef enum weigh_code each_fn(void *ctx, const struct weigh_oid *oid,
    uint64_t size, struct weigh_err *err);

static enum weigh_code
tell_fan(int fan, const struct names *names, each_fn *each, void *ctx,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	char hex[WEIGH_OID_HEX + 1];
	struct stat st;

	for (size_t i = 0; rc == WEIGH_OK && i < names->count; i++) {
		weigh_oid_hex(&names->oids[i], hex);
		if (fstatat(fan, hex, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(st.st_mode))
			continue; /* gone meanwhile, or never a blob */
		rc = each(ctx, &names->oids[i], (uint64_t)st.st_size, err);
	}
	return rc;
}

static enum weigh_code
each_in_fan(struct store *s, unsigned i, each_fn *each, void *ctx,
    struct weigh_err *err)
{
	struct names names = { .oids = NULL };
	enum weigh_code rc;
	DIR *dir = NULL;
	char fan[3];
	int fd;

	snprintf(fan, sizeof(fan), "%02x", i);
	fd = fd_open_beneath(s->blobs, fan, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0 || (dir = fdopendir(fd)) == NULL) {
		rc = weigh_fail_errno(err, errno, "cannot open blobs/sha256/%s",
		    fan);
		fd_close(&fd);
		return rc;
	}
	rc = list_fan(dir, &names, err);
	if (rc == WEIGH_OK)
		rc = tell_fan(dirfd(dir), &names, each, ctx, err);
	closedir(dir);
	free(names.oids);
	return rc;
}

enum weigh_code
store_each(struct store *s, each_fn *each, void *ctx, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (unsigned i = 0; rc == WEIGH_OK && i < 256; i++)
		rc = each_in_fan(s, i, each, ctx, err);
	return rc;
}
