/* facts: what the house knows of itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "facts.h"

static uint64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- the data folder ----------------------------------------------------------- */

/* A file without a name, where the file system can; it is gone at once. */
static bool
try_to_write(int dirfd, int *problem)
{
	int fd = openat(dirfd, "incoming", O_TMPFILE | O_WRONLY | O_CLOEXEC,
	    0600);

	if (fd >= 0) {
		fd_close(&fd);
		return true;
	}
	*problem = errno;
	if (errno != EOPNOTSUPP && errno != EISDIR)
		return false;
	if (faccessat(dirfd, "incoming", W_OK, AT_EACCESS) == 0)
		return true;
	*problem = errno;
	return false;
}

static void
look_at_folder(struct facts *f, const struct control_parts *parts)
{
	struct weigh_house_facts *h = &f->house;
	struct statvfs v;
	int problem = 0;

	h->data = parts->data;
	h->writable = try_to_write(parts->dirfd, &problem);
	if (!h->writable)
		snprintf(f->write_problem, sizeof(f->write_problem), "%s",
		    strerror(problem));
	h->keep_free = store_keep_free(parts->store);
	if (fstatvfs(parts->dirfd, &v) != 0)
		return;
	h->disk_total = (uint64_t)v.f_blocks * v.f_frsize;
	h->disk_free = (uint64_t)v.f_bavail * v.f_frsize;
	h->inodes_total = v.f_files;
	h->inodes_free = v.f_favail;
}

static void
look_at_key(struct weigh_house_facts *h, int dirfd)
{
	struct stat st;

	if (fstatat(dirfd, "keys/mirror.key", &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode))
		return;
	h->key_there = true;
	h->key_mode = st.st_mode & 07777;
	h->key_foreign = st.st_uid != geteuid();
}

/* --- catalog, journal, scrub ----------------------------------------------------- */

static void
look_at_catalog(struct facts *f, struct catalog_reader *reader)
{
	struct weigh_house_facts *h = &f->house;
	uint64_t begun = monotonic_ms();
	struct catalog_totals t = { 0 };
	struct weigh_err err;

	if (catalog_totals(reader, &t, &err) != WEIGH_OK)
		snprintf(f->catalog_problem, sizeof(f->catalog_problem), "%s",
		    err.why);
	h->catalog_ms = monotonic_ms() - begun;
	h->catalog_schema = CATALOG_SCHEMA; /* another is not opened */
	h->catalog_moved = catalog_has_moved(reader);
	h->blobs = t.blobs;
	h->bad = t.bad;
}

static void
look_at_journal(struct facts *f, int dirfd)
{
	struct weigh_house_facts *h = &f->house;
	struct weigh_err err;

	if (audit_last(dirfd, &h->journal_lines, &h->newest, &err) != WEIGH_OK)
		snprintf(f->journal_problem, sizeof(f->journal_problem), "%s",
		    err.why);
}

static void
keep_problem(char *to, size_t size, const char *found, const char *what)
{
	if (to[0] == '\0' && found[0] != '\0')
		snprintf(to, size, "scrub read %s: %s", what, found);
}

/* What scrub found in catalog and journal holds until it finds otherwise. */
static void
look_at_scrub(struct facts *f, struct scrub *scrub,
    struct catalog_reader *reader)
{
	struct weigh_house_facts *h = &f->house;
	struct scrub_status s;

	scrub_look(scrub, &s);
	h->scrub_off = s.state == SCRUB_OFF;
	h->scrub_days = s.pace.days;
	h->scrub_began = s.round.began;
	h->scrub_ended = s.round.ended;
	if (catalog_scrub_oldest(reader, &h->oldest, NULL) != WEIGH_OK)
		h->oldest = 0;
	keep_problem(f->catalog_problem, sizeof(f->catalog_problem),
	    s.catalog_problem, "the catalog");
	keep_problem(f->journal_problem, sizeof(f->journal_problem),
	    s.journal_problem, "the journal");
}

/* "http://a:1, http://b:2" as "a:1 b:2". */
static void
list_doors(char *out, size_t size, const char *addresses)
{
	size_t n = 0;

	while (*addresses != '\0' && n + 1 < size) {
		if (strncmp(addresses, "http://", 7) == 0)
			addresses += 7;
		else if (*addresses == ',')
			addresses++;
		else
			out[n++] = *addresses++;
	}
	out[n] = '\0';
}

static void
look_outside(struct weigh_house_facts *h, const struct control_parts *parts)
{
	const struct outbound_counters *c = outbound_counters(parts->outbound);
	struct fetch_outlook outlook;

	fetch_outlook(parts->fetch, &outlook);
	h->offline = outlook.offline;
	h->upstreams = outlook.upstreams;
	h->through = outlook.through != FETCH_THROUGH_OFF;
	h->asked = atomic_load(&c->asked);
	h->unanswered = atomic_load(&c->failed);
}

void
facts_gather(struct facts *f, const struct control_parts *parts,
    struct catalog_reader *reader)
{
	*f = (struct facts){ .house = { .now = time(NULL) } };
	f->house.write_problem = f->write_problem;
	f->house.catalog_problem = f->catalog_problem;
	f->house.journal_problem = f->journal_problem;
	f->house.listening = f->listening;
	list_doors(f->listening, sizeof(f->listening), parts->addresses);
	look_at_folder(f, parts);
	look_at_key(&f->house, parts->dirfd);
	look_outside(&f->house, parts);
	look_at_catalog(f, reader);
	look_at_journal(f, parts->dirfd);
	look_at_scrub(f, parts->scrub, reader);
	facts_process(&f->house);
	facts_kernel(&f->house);
}

/* --- read whole ---------------------------------------------------------------------- */

static enum weigh_code
read_head(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	(void)catalog, (void)err;
	audit_head(audit, ctx);
	return WEIGH_OK;
}

enum weigh_code
facts_read_whole(struct facts *f, const struct control_parts *parts,
    struct catalog_reader *reader, atomic_bool *cancel, struct weigh_err *err)
{
	struct audit_head head;
	enum weigh_code rc;

	rc = catalog_quick_check(reader, cancel, f->catalog_problem,
	    sizeof(f->catalog_problem), err);
	if (rc == WEIGH_OK)
		rc = gate_write(parts->gate, read_head, &head, err);
	if (rc == WEIGH_OK)
		rc = audit_check(parts->dirfd, &head, cancel,
		    f->journal_problem, sizeof(f->journal_problem), err);
	if (f->journal_problem[0] == '\0')
		look_at_journal(f,
		    parts->dirfd); /* what stands behind its head */
	f->house.whole = rc == WEIGH_OK;
	return rc;
}
