/* store: which parts there are. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "store/part.h"

/* Is this the name of a part's bytes, HEX, or of its map, HEX.map? */
static bool
parse_name(const char *name, struct weigh_oid *oid)
{
	const size_t len = strlen(name);

	return len >= WEIGH_OID_HEX &&
	    weigh_oid_parse(oid, name, WEIGH_OID_HEX) &&
	    (len == WEIGH_OID_HEX || strcmp(name + WEIGH_OID_HEX, ".map") == 0);
}

/* Call `each` for all names in the folder. */
static enum weigh_code
each_name(struct store *s,
    enum weigh_code (*each)(struct store *s, const char *name, void *ctx,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct dirent *entry;
	DIR *dir;
	int fd;

	fd = fd_open_beneath(s->incoming, PARTS, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0 && errno == ENOENT)
		return WEIGH_OK;
	if (fd < 0 || (dir = fdopendir(fd)) == NULL) {
		rc = weigh_fail_errno(err, errno, "cannot list the parts");
		fd_close(&fd);
		return rc;
	}
	while (rc == WEIGH_OK && (errno = 0, entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			rc = each(s, entry->d_name, ctx, err);
	if (rc == WEIGH_OK && errno != 0)
		rc = weigh_fail_errno(err, errno, "cannot list the parts");
	closedir(dir);
	return rc;
}

/* Bytes without a map are nobody's, nor is a map without bytes. */
static enum weigh_code
sweep_name(struct store *s, const char *name, void *ctx, struct weigh_err *err)
{
	char path[sizeof(PARTS) + 256];
	struct part_names names;
	struct weigh_oid oid;
	struct stat bytes, map;

	(void)ctx;
	if (parse_name(name, &oid)) {
		part_names_of(&names, &oid);
		if (fstatat(s->incoming, names.bytes, &bytes,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    fstatat(s->incoming, names.map, &map,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(bytes.st_mode) && S_ISREG(map.st_mode))
			return store_sweep_list(s, &oid, err);
	}
	snprintf(path, sizeof(path), PARTS "/%s", name);
	return fd_remove_tree(s->incoming, path, err);
}

enum weigh_code
store_sweep_parts(struct store *s, struct weigh_err *err)
{
	return each_name(s, sweep_name, NULL, err);
}

struct each_part {
	enum weigh_code (*each)(void *ctx, const struct store_left *left,
	    struct weigh_err *err);
	void *ctx;
};

static enum weigh_code
tell_name(struct store *s, const char *name, void *ctx, struct weigh_err *err)
{
	const struct each_part *e = ctx;
	struct store_left left = { .held = 0 };
	struct part_names names;
	struct stat st;

	/* By its bytes, which every part has. */
	if (strlen(name) != WEIGH_OID_HEX || !parse_name(name, &left.oid))
		return WEIGH_OK;
	part_names_of(&names, &left.oid);
	if (fstatat(s->incoming, names.bytes, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return WEIGH_OK; /* whole meanwhile, or dropped */
	left.changed = st.st_mtime;
	(void)part_map_look(s, &names, &left.oid, &left.held);
	return e->each(e->ctx, &left, err);
}

enum weigh_code
store_each_part(struct store *s,
    enum weigh_code (*each)(void *ctx, const struct store_left *left,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct each_part e = { each, ctx };

	return each_name(s, tell_name, &e, err);
}
