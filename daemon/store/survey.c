/* store: all that lies there, blob or not, and in quarantine; for upkeep. */
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

/* --- is it being read? --------------------------------------------------- */

static bool
is_file(const char *number, const struct stat *file)
{
	struct stat st;
	char *end;
	long fd = strtol(number, &end, 10);

	return *end == '\0' && fstat((int)fd, &st) == 0 &&
	    st.st_ino == file->st_ino && st.st_dev == file->st_dev;
}

/* Is the file among these descriptors?  A list that ends early says nothing. */
static bool
is_among(DIR *dir, const struct stat *st)
{
	struct dirent *entry;

	for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0)
		if (entry->d_name[0] != '.' && is_file(entry->d_name, st))
			return true;
	return errno != 0;
}

bool
store_is_open(struct store *s, const struct weigh_oid *oid)
{
	struct blob_names n;
	struct stat st;
	DIR *dir = NULL;
	bool open = true;
	int fan;

	store_names(&n, oid);
	if (store_open_fan(s, &n, &fan, NULL) != WEIGH_OK)
		return true;
	if (fstatat(fan, n.blob, &st, AT_SYMLINK_NOFOLLOW) != 0)
		open = errno != ENOENT;
	else if ((dir = opendir("/proc/self/fd")) != NULL)
		open = is_among(dir, &st);
	if (dir != NULL)
		closedir(dir);
	fd_close(&fan);
	return open;
}

/* --- the names in a folder, copied and sorted --------------------------- */

struct roll {
	char **names;
	size_t count, room;
};

static void
roll_free(struct roll *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->names[i]);
	free(r->names);
}

static bool
roll_add(struct roll *r, const char *name)
{
	size_t room = r->room == 0 ? 256 : 2 * r->room;
	char **names;

	if (r->count == r->room) {
		names = reallocarray(r->names, room, sizeof(*names));
		if (names == NULL)
			return false;
		r->names = names;
		r->room = room;
	}
	if ((r->names[r->count] = strdup(name)) == NULL)
		return false;
	r->count++;
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* `folder` below `dirfd`; *fd stays open for whoever looks at the names. */
static enum weigh_code
roll_read(struct roll *r, int dirfd, const char *folder, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct dirent *entry;
	DIR *dir = NULL;
	int fd = fd_open_beneath(dirfd, folder, O_RDONLY | O_DIRECTORY, 0);

	if (fd < 0 || (dir = fdopendir(fd)) == NULL) {
		rc = weigh_fail_errno(err, errno, "cannot open it");
		fd_close(&fd);
		return rc;
	}
	while (errno = 0, (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    !roll_add(r, entry->d_name)) {
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
			break;
		}
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list it");
	closedir(dir);
	if (r->count > 1)
		qsort(r->names, r->count, sizeof(*r->names), compare_names);
	return rc;
}

/* --- below blobs/sha256 -------------------------------------------------- */

enum weigh_code
store_look(struct store *s, const struct weigh_oid *oid,
    struct store_sight *out, struct weigh_err *err)
{
	struct blob_names n;
	struct stat st;

	store_names(&n, oid);
	*out = (struct store_sight){ .there = false };
	if (fstatat(s->blobs, n.blob_path, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno == ENOENT)
			return WEIGH_OK;
		return weigh_fail_errno(err, errno, "blob %s", n.blob);
	}
	out->there = S_ISREG(st.st_mode);
	out->stamp = stamp_of(&st);
	out->listed = weigh_midstate_count((uint64_t)st.st_size) == 0 ||
	    fstatat(s->blobs, n.list_path, &st, AT_SYMLINK_NOFOLLOW) == 0;
	return WEIGH_OK;
}

/* What a name in the fan-out folder `fan` says it is. */
static enum store_kind
kind_of(const char *fan, const char *name, struct weigh_oid *oid)
{
	size_t len = strlen(name);

	*oid = (struct weigh_oid){ { 0 } };
	if (len < WEIGH_OID_HEX || strncmp(name, fan, 2) != 0 ||
	    !weigh_oid_parse(oid, name, WEIGH_OID_HEX))
		return STORE_STRANGE;
	if (len == WEIGH_OID_HEX)
		return STORE_BLOB;
	if (strcmp(name + WEIGH_OID_HEX, ".mid") == 0)
		return STORE_LIST;
	*oid = (struct weigh_oid){ { 0 } };
	return STORE_STRANGE;
}

static bool
has_blob(struct store *s, const struct weigh_oid *oid)
{
	struct blob_names n;
	struct stat st;

	store_names(&n, oid);
	return fstatat(s->blobs, n.blob_path, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno != ENOENT;
}

typedef enum weigh_code item_fn(void *ctx, const struct store_item *item,
    struct weigh_err *err);

static enum weigh_code
tell_item(struct store *s, const char *fan, const char *name, item_fn *each,
    void *ctx, struct weigh_err *err)
{
	char path[NAME_MAX + 8];
	struct store_item item = { .name = path };
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", fan, name);
	if (fstatat(s->blobs, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? /* gone meanwhile */
		    WEIGH_OK :
		    weigh_fail_errno(err, errno, "blobs/sha256/%s", path);
	item.kind = kind_of(fan, name, &item.oid);
	if (S_ISREG(st.st_mode))
		item.size = (uint64_t)st.st_size;
	else
		item.kind = STORE_STRANGE;
	if (item.kind == STORE_LIST && !has_blob(s, &item.oid))
		item.kind = STORE_LONE_LIST;
	item.changed = st.st_ctime;
	return each(ctx, &item, err);
}

enum weigh_code
store_each_item(struct store *s, item_fn *each, void *ctx,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	char fan[3];

	for (unsigned i = 0; rc == WEIGH_OK && i < 256; i++) {
		struct roll roll = { 0 };

		snprintf(fan, sizeof(fan), "%02x", i);
		rc = weigh_context(err, roll_read(&roll, s->blobs, fan, err),
		    "blobs/sha256/%s", fan);
		for (size_t k = 0; rc == WEIGH_OK && k < roll.count; k++)
			rc = tell_item(s, fan, roll.names[k], each, ctx, err);
		roll_free(&roll);
	}
	return rc;
}

enum weigh_code
store_drop_lone_list(struct store *s, const struct weigh_oid *oid,
    bool *removed, struct weigh_err *err)
{
	struct blob_names n;
	enum weigh_code rc;
	int fan = -1;

	*removed = false;
	store_names(&n, oid);
	if (has_blob(s, oid))
		return WEIGH_OK;
	if ((rc = store_open_fan(s, &n, &fan, err)) != WEIGH_OK)
		return rc;
	if (unlinkat(fan, n.list, 0) == 0) {
		*removed = true;
		rc = fd_sync(fan, err);
	} else if (errno != ENOENT) {
		rc = weigh_fail_errno(err, errno, "cannot remove '%s'", n.list);
	}
	fd_close(&fan);
	return rc;
}

/* --- quarantine ----------------------------------------------------------- */

/* HEX or HEX.N: bytes that were set apart; not the notes, HEX.why. */
static bool
parse_apart(const char *name, struct weigh_oid *oid)
{
	const char *number = name + WEIGH_OID_HEX + 1;

	if (strlen(name) < WEIGH_OID_HEX ||
	    !weigh_oid_parse(oid, name, WEIGH_OID_HEX))
		return false;
	if (name[WEIGH_OID_HEX] == '\0')
		return true;
	return name[WEIGH_OID_HEX] == '.' && number[0] != '\0' &&
	    number[strspn(number, "0123456789")] == '\0';
}

typedef enum weigh_code apart_fn(void *ctx, const struct store_apart *apart,
    struct weigh_err *err);

static enum weigh_code
tell_apart(struct store *s, const char *name, apart_fn *each, void *ctx,
    struct weigh_err *err)
{
	struct store_apart apart = { .name = name, .why = "" };
	char path[NAME_MAX + 8];
	struct weigh_buf note;
	enum weigh_code rc;
	struct stat st;

	if (!parse_apart(name, &apart.oid) ||
	    fstatat(s->quarantine, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return WEIGH_OK;
	apart.size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	apart.since = st.st_ctime; /* it was renamed then */
	snprintf(path, sizeof(path), "%s.why", name);
	weigh_buf_init(&note, 8192);
	if (fd_read_file(s->quarantine, path, &note, NULL) == WEIGH_OK &&
	    weigh_buf_addc(&note, '\0')) {
		note.data[strcspn(note.data, "\n")] = '\0';
		apart.why = note.data;
	}
	rc = each(ctx, &apart, err);
	weigh_buf_free(&note);
	return rc;
}

enum weigh_code
store_each_apart(struct store *s, apart_fn *each, void *ctx,
    struct weigh_err *err)
{
	struct roll roll = { 0 };
	enum weigh_code rc = roll_read(&roll, s->quarantine, ".", err);

	for (size_t i = 0; rc == WEIGH_OK && i < roll.count; i++)
		rc = tell_apart(s, roll.names[i], each, ctx, err);
	roll_free(&roll);
	return weigh_context(err, rc, "quarantine");
}

enum weigh_code
store_discard(struct store *s, const char *name, struct weigh_err *err)
{
	struct weigh_oid oid;
	enum weigh_code rc;

	if (!parse_apart(name, &oid))
		return weigh_fail(err, WEIGH_USAGE,
		    "'%.80s' is no name in quarantine", name);
	rc = fd_remove_tree(s->quarantine, name, err);
	if (rc == WEIGH_OK)
		rc = fd_sync(s->quarantine, err);
	return weigh_context(err, rc, "quarantine/%s", name);
}
