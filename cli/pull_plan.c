/* pull: compare what is wanted with what lies in the folder. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "beneath.h"
#include "check.h"
#include "pull.h"
#include "text.h"

/* Judge every file of the plan as it is in the folder. */
static enum weigh_code
judge(struct pull *p, struct check_item *items, struct weigh_err *err)
{
	enum weigh_code rc;
	size_t i;

	for (i = 0; i < p->count; i++) {
		items[i].path = p->files[i].want->path;
		items[i].size = p->files[i].want->size;
		items[i].oid = p->files[i].want->oid;
	}
	bars_begin(&p->bars, p->c->out, "looking at what is here", p->bytes);
	rc = check_files(p->dir, items, p->count, p->jobs, &p->bars, err);
	bars_end(&p->bars);
	return rc;
}

/* Is what stands at `path` exactly what an earlier pull put there? */
static enum weigh_code
is_from_earlier(struct pull *p, const struct check_item *found, bool *yes,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	*yes = false;
	for (i = 0; i < 2 && rc == WEIGH_OK && !*yes; i++) {
		const struct weigh_file *old = weigh_manifest_find(&p->old[i],
		    found->path);
		struct check_item item = { .path = found->path };

		if (old == NULL || old->size != found->size)
			continue;
		item.size = old->size;
		item.oid = old->oid;
		rc = check_files(p->dir, &item, 1, 1, NULL, err);
		*yes = item.verdict == CHECK_RIGHT;
	}
	return rc;
}

/* Would --yes help?  It replaces files and links, but neither a folder nor
 * what lies on the way to the path. */
static bool
may_replace(struct pull *p, const char *path)
{
	const char *base;
	struct stat st;
	bool may = false;
	int fd = beneath_parent(p->dir, path, 0, &base);

	if (fd < 0)
		return false;
	may = fstatat(fd, base, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    !S_ISDIR(st.st_mode);
	close(fd);
	return may;
}

static enum weigh_code
in_the_way(const struct check_item *item, bool yes_helps, struct weigh_err *err)
{
	if (item->verdict == CHECK_UNREADABLE)
		weigh_fail(err, WEIGH_EXISTS, "'%.300s' is there and %s: %s",
		    item->path, check_problem(item), strerror(item->errnum));
	else
		weigh_fail(err, WEIGH_EXISTS,
		    "'%.300s' is in the way: it %s, and is not as an earlier "
		    "pull left it",
		    item->path, check_problem(item));
	if (yes_helps)
		weigh_fix(err, "move it away, or replace it with --yes");
	else
		weigh_fix(err,
		    "move it away, or pull into another folder with "
		    "--to");
	return WEIGH_EXISTS;
}

static enum weigh_code
decide(struct pull *p, struct pull_file *f, const struct check_item *item,
    struct weigh_err *err)
{
	bool yes = opts_has(p->c->opts, OPT_YES);
	bool earlier = false;
	enum weigh_code rc;

	if (item->verdict == CHECK_RIGHT || item->verdict == CHECK_MISSING) {
		f->how = item->verdict == CHECK_RIGHT ? PULL_KEEP : PULL_FETCH;
		return WEIGH_OK;
	}
	f->how = PULL_FETCH;
	f->replace = true;
	if (item->verdict == CHECK_NOT_FILE && !may_replace(p, item->path))
		return in_the_way(item, false, err);
	if (yes)
		return WEIGH_OK;
	if (item->verdict == CHECK_SIZE || item->verdict == CHECK_DIGEST) {
		rc = is_from_earlier(p, item, &earlier, err);
		if (rc != WEIGH_OK || earlier)
			return rc;
	}
	return in_the_way(item, true, err);
}

/* By content; of the same content those that are here come first. */
static int
by_content(const void *a, const void *b)
{
	const struct pull_file *f = *(const struct pull_file *const *)a;
	const struct pull_file *g = *(const struct pull_file *const *)b;
	int order = memcmp(&f->want->oid, &g->want->oid, sizeof(f->want->oid));

	if (order != 0)
		return order;
	if ((f->how == PULL_KEEP) != (g->how == PULL_KEEP))
		return f->how == PULL_KEEP ? -1 : 1;
	return f < g ? -1 : f > g;
}

/* Bytes that are wanted twice are fetched once. */
static enum weigh_code
find_twins(struct pull *p, struct weigh_err *err)
{
	struct pull_file **order = calloc(p->count + 1, sizeof(*order));
	const struct pull_file *first = NULL;
	size_t i;

	if (order == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 0; i < p->count; i++)
		order[i] = &p->files[i];
	qsort(order, p->count, sizeof(*order), by_content);
	for (i = 0; i < p->count; i++) {
		struct pull_file *f = order[i];

		if (first == NULL ||
		    !weigh_oid_equal(&first->want->oid, &f->want->oid)) {
			first = f;
		} else if (f->how == PULL_FETCH) {
			f->how = PULL_COPY;
			f->twin = (size_t)(first - p->files);
		}
	}
	free(order);
	return WEIGH_OK;
}

/* Say so before the first byte if it cannot fit. */
static enum weigh_code
check_room(struct pull *p, uint64_t need, struct weigh_err *err)
{
	char needed[TEXT_SIZE], there[TEXT_SIZE];
	struct statvfs vfs;
	uint64_t room;

	if (fstatvfs(p->dir, &vfs) != 0)
		return WEIGH_OK;
	room = (uint64_t)vfs.f_bavail * vfs.f_frsize;
	if (need <= room)
		return WEIGH_OK;
	text_size(need, needed);
	text_size(room, there);
	return weigh_fail(err, WEIGH_FULL,
	    "'%.200s' needs %s more and has %s free", p->folder, needed, there);
}

/* Bytes of this file that an earlier pull left in partial/. */
static uint64_t
held_bytes(struct pull *p, const struct pull_file *f)
{
	char name[WEIGH_OID_HEX + 1];
	struct stat st;

	weigh_oid_hex(&f->want->oid, name);
	if (fstatat(p->partial, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode) || (uint64_t)st.st_size > f->want->size)
		return 0;
	return (uint64_t)st.st_size;
}

enum weigh_code
pull_plan(struct pull *p, struct weigh_err *err)
{
	struct check_item *items = calloc(p->count + 1, sizeof(*items));
	enum weigh_code rc;
	uint64_t need = 0;
	size_t i;

	if (items == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = judge(p, items, err);
	for (i = 0; i < p->count && rc == WEIGH_OK; i++)
		rc = decide(p, &p->files[i], &items[i], err);
	free(items);
	if (rc == WEIGH_OK)
		rc = find_twins(p, err);
	for (i = 0; i < p->count && rc == WEIGH_OK; i++) {
		const struct pull_file *f = &p->files[i];

		if (f->how == PULL_KEEP)
			p->kept++;
		else
			need += f->want->size - held_bytes(p, f);
		if (f->how == PULL_FETCH)
			p->to_fetch += f->want->size;
	}
	return rc == WEIGH_OK ? check_room(p, need, err) : rc;
}
