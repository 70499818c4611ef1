/* audit: the journal on disk.  See audit.h; a line's form is line.c's. */
#include "audit/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit/line.h"
#include "base/fd.h"

#define FOLDER "audit"
#define JOURNAL "audit/journal.ndjson"
#define PIECE (64u << 10)

struct audit {
	int fd;
	uint64_t size;         /* bytes, all of them whole lines */
	uint64_t n;            /* of the last line; 0 for none */
	struct weigh_oid last; /* SHA-256 of it; zero for none */
	bool
	    broken; /* a write's outcome is unknown: no more until opened again */
	atomic_bool *cancel; /* of reading it; NULL: it is not canceled */
};

/* --- reading, in pieces ------------------------------------------------ */

enum got {
	GOT_LINE,
	GOT_END,
	GOT_TORN
};

struct lines {
	int fd;
	uint64_t at;        /* where in the file the next line begins */
	uint64_t end;       /* of the file */
	size_t start, have; /* in `piece` */
	char piece[PIECE];
};

/* Move what is left to the front and fill up behind it. */
static enum weigh_code
refill(struct lines *r, struct weigh_err *err)
{
	uint64_t from;
	size_t len;

	r->have -= r->start;
	memmove(r->piece, r->piece + r->start, r->have);
	r->start = 0;
	from = r->at + r->have;
	len = PIECE - r->have;
	if (r->end - from < len)
		len = (size_t)(r->end - from);
	if (len == 0)
		return WEIGH_OK;
	r->have += len;
	return fd_pread_all(r->fd, r->piece + r->have - len, len, from, err);
}

/* The next line, without line feed, in the reader's memory. */
static enum weigh_code
next_line(struct lines *r, enum got *got, const char **text, size_t *len,
    struct weigh_err *err)
{
	enum weigh_code rc;
	const char *lf;

	*got = GOT_END;
	if (r->at == r->end)
		return WEIGH_OK;
	lf = memchr(r->piece + r->start, '\n', r->have - r->start);
	if (lf == NULL) {
		if ((rc = refill(r, err)) != WEIGH_OK)
			return rc;
		lf = memchr(r->piece, '\n', r->have);
	}
	*text = r->piece + r->start;
	*len = lf != NULL ? (size_t)(lf - *text) : r->have;
	if (*len > AUDIT_LINE_MAX)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a line of over %d bytes", AUDIT_LINE_MAX);
	*got = lf != NULL ? GOT_LINE : GOT_TORN;
	if (lf != NULL) {
		r->start += *len + 1;
		r->at += *len + 1;
	}
	return WEIGH_OK;
}

static struct lines *
lines_new(int fd, uint64_t size, struct weigh_err *err)
{
	struct lines *r = malloc(sizeof(*r));

	if (r == NULL) {
		weigh_fail(err, WEIGH_NOMEM, "out of memory");
		return NULL;
	}
	r->fd = fd;
	r->end = size;
	r->at = 0;
	r->start = r->have = 0;
	return r;
}

/* --- opening ----------------------------------------------------------- */

/* Does the line follow the one before it? */
static enum weigh_code
check_line(struct audit *a, const char *text, size_t len, struct weigh_err *err)
{
	struct audit_line line;
	enum weigh_code rc;

	if ((rc = line_parse(&line, text, len, err)) != WEIGH_OK)
		return rc;
	if (line.n != a->n + 1)
		return weigh_fail(err, WEIGH_MALFORMED, "it has number %llu",
		    (unsigned long long)line.n);
	if (!weigh_oid_equal(&line.prev, &a->last))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "its 'prev' is not the SHA-256 of the line before");
	if (!weigh_oid_of(&a->last, text, len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	a->n = line.n;
	a->size += len + 1;
	return WEIGH_OK;
}

/* The last line may have its end and yet be torn: after a power cut, sectors of it
 * that never came are zeros, which no line has. */
static bool
has_holes(const struct lines *r, const char *text, size_t len)
{
	return r->at == r->end && memchr(text, '\0', len) != NULL;
}

/* Read all lines; a->size is then the end of the last whole one. */
static enum weigh_code
read_all(struct audit *a, uint64_t size, bool *torn, struct weigh_err *err)
{
	enum got got = GOT_LINE;
	enum weigh_code rc;
	struct lines *r;
	const char *text;
	size_t len;

	if ((r = lines_new(a->fd, size, err)) == NULL)
		return WEIGH_NOMEM;
	do {
		rc = next_line(r, &got, &text, &len, err);
		if (rc == WEIGH_OK && got == GOT_LINE &&
		    has_holes(r, text, len))
			got = GOT_TORN;
		if (rc == WEIGH_OK && got == GOT_LINE)
			rc = check_line(a, text, len, err);
		if (rc == WEIGH_OK && a->cancel != NULL &&
		    atomic_load(a->cancel))
			rc = weigh_fail(err, WEIGH_CANCELED, "canceled");
	} while (rc == WEIGH_OK && got == GOT_LINE);
	*torn = rc == WEIGH_OK && got == GOT_TORN;
	free(r);
	return weigh_context(err, rc, "line %llu",
	    (unsigned long long)a->n + 1);
}

/* Only what was never whole goes: audit_append never returned for it (2). */
static enum weigh_code
cut_torn(struct audit *a, struct weigh_err *err)
{
	if (ftruncate(a->fd, (off_t)a->size) != 0)
		return weigh_fail_errno(err, errno,
		    "cannot cut off the torn last line");
	return fd_sync(a->fd, err);
}

static enum weigh_code
open_journal(struct audit *a, int dirfd, uint64_t *size, struct weigh_err *err)
{
	enum weigh_code rc;
	struct stat st;

	if ((rc = fd_make_dirs(dirfd, FOLDER, 0755, err)) != WEIGH_OK)
		return rc;
	a->fd = fd_open_beneath(dirfd, JOURNAL, O_RDWR | O_APPEND | O_CREAT,
	    0644);
	if (a->fd < 0 || fstat(a->fd, &st) != 0)
		return weigh_fail_errno(err, errno, "cannot open it");
	if (!S_ISREG(st.st_mode))
		return weigh_fail(err, WEIGH_IO, "not a regular file");
	*size = (uint64_t)st.st_size;
	return fd_sync_dir(dirfd, FOLDER, err);
}

enum weigh_code
audit_open(struct audit **out, int dirfd, bool *cut, struct weigh_err *err)
{
	enum weigh_code rc;
	struct audit *a;
	uint64_t size = 0;

	*out = NULL;
	*cut = false;
	if ((a = calloc(1, sizeof(*a))) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	a->fd = -1;
	if ((rc = open_journal(a, dirfd, &size, err)) != WEIGH_OK ||
	    (rc = read_all(a, size, cut, err)) != WEIGH_OK)
		goto out;
	if (*cut && (rc = cut_torn(a, err)) != WEIGH_OK)
		goto out;
	*out = a;
	a = NULL;
out:
	audit_close(a);
	return weigh_context(err, rc, "journal '%s'", JOURNAL);
}

void
audit_close(struct audit *a)
{
	if (a == NULL)
		return;
	fd_close(&a->fd);
	free(a);
}

/* --- appending --------------------------------------------------------- */

/* The bytes of the next line, with line feed, and its hash. */
static enum weigh_code
compose(struct audit *a, const struct audit_entry *entry, struct weigh_buf *out,
    struct weigh_oid *hash, struct weigh_err *err)
{
	struct audit_line line;
	enum weigh_code rc;

	if ((rc = line_from_entry(&line, entry, err)) != WEIGH_OK)
		return rc;
	line.n = a->n + 1;
	line.prev = a->last;
	if (!line_render(&line, out) ||
	    !weigh_oid_of(hash, out->data, out->len) ||
	    !weigh_buf_addc(out, '\n'))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

/* A line that did not get whole onto the disk is taken back.  If even that
 * fails, or the sync did, nobody knows what the disk has: no more lines, until
 * the journal is opened and read again. */
static enum weigh_code
write_line(struct audit *a, const struct weigh_buf *line, bool sync,
    struct weigh_err *err)
{
	enum weigh_code rc;

	rc = fd_write_all(a->fd, line->data, line->len, err);
	if (rc == WEIGH_OK && sync) {
		rc = fd_sync(a->fd, err);
		a->broken = rc != WEIGH_OK;
	}
	if (rc != WEIGH_OK && ftruncate(a->fd, (off_t)a->size) != 0)
		a->broken = true;
	return rc;
}

static enum weigh_code
check_ours(struct audit *a, struct weigh_err *err)
{
	struct stat st;

	if (a->broken)
		return weigh_fail(err, WEIGH_IO,
		    "an earlier line may not have reached the disk");
	if (fstat(a->fd, &st) != 0)
		return weigh_fail_errno(err, errno, "cannot look at it");
	if ((uint64_t)st.st_size != a->size)
		return weigh_fail(err, WEIGH_IO,
		    "somebody else changed it: %lld bytes instead of %llu",
		    (long long)st.st_size, (unsigned long long)a->size);
	return WEIGH_OK;
}

static enum weigh_code
append(struct audit *a, const struct audit_entry *entry, bool sync,
    struct weigh_err *err)
{
	struct weigh_oid hash;
	struct weigh_buf line;
	enum weigh_code rc;

	weigh_buf_init(&line, AUDIT_LINE_MAX + 1);
	if ((rc = check_ours(a, err)) != WEIGH_OK ||
	    (rc = compose(a, entry, &line, &hash, err)) != WEIGH_OK ||
	    (rc = write_line(a, &line, sync, err)) != WEIGH_OK)
		goto out;
	a->size += line.len;
	a->last = hash;
	a->n++;
out:
	weigh_buf_free(&line);
	if (a->broken)
		weigh_fix(err, "check the disk, then restart weighd");
	return weigh_context(err, rc, "journal '%s'", JOURNAL);
}

enum weigh_code
audit_append(struct audit *a, const struct audit_entry *entry,
    struct weigh_err *err)
{
	return append(a, entry, true, err);
}

enum weigh_code
audit_append_unsynced(struct audit *a, const struct audit_entry *entry,
    struct weigh_err *err)
{
	return append(a, entry, false, err);
}

enum weigh_code
audit_sync(struct audit *a, struct weigh_err *err)
{
	enum weigh_code rc = fd_sync(a->fd, err);

	if (rc != WEIGH_OK)
		a->broken = true;
	return weigh_context(err, rc, "journal '%s'", JOURNAL);
}

uint64_t
audit_number(const struct audit *a)
{
	return a->n;
}

bool
audit_in_doubt(const struct audit *a)
{
	return a->broken;
}

/* --- asking ------------------------------------------------------------ */

#define DELETES "\"event\":\"delete\""

static bool
is_about(const struct audit_line *line, const struct weigh_repo *repo)
{
	return line->repo.kind == repo->kind &&
	    strcmp(line->repo.name, repo->name) == 0;
}

/* Keep this line if it admits or withdraws this revision of this repository; forget
 * what is kept if it takes the repository away. */
static enum weigh_code
match_admit(const char *text, size_t len, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, struct audit_line *last,
    struct weigh_err *err)
{
	char hex[WEIGH_GITID_HEX + 1];
	struct audit_line line;
	enum weigh_code rc;

	/* Most lines are about another revision: look before reading. */
	weigh_gitid_hex(revision, hex);
	if (memmem(text, len, hex, WEIGH_GITID_HEX) == NULL &&
	    memmem(text, len, DELETES, strlen(DELETES)) == NULL)
		return WEIGH_OK;
	if ((rc = line_parse(&line, text, len, err)) != WEIGH_OK)
		return rc;
	if (!is_about(&line, repo))
		return WEIGH_OK;
	if (line.event == AUDIT_DELETE)
		last->n = 0;
	else if ((line.event == AUDIT_ADMIT || line.event == AUDIT_WITHDRAW) &&
	    weigh_gitid_equal(&line.revision, revision))
		*last = line;
	return WEIGH_OK;
}

/* The last such line; one with number 0 when there is none. */
static enum weigh_code
last_word(struct audit *a, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, struct audit_line *last,
    struct weigh_err *err)
{
	enum weigh_code rc;
	struct lines *r;
	const char *text;
	enum got got;
	size_t len;

	last->n = 0;
	if ((r = lines_new(a->fd, a->size, err)) == NULL)
		return WEIGH_NOMEM;
	do {
		rc = next_line(r, &got, &text, &len, err);
		if (rc == WEIGH_OK && got == GOT_LINE)
			rc = match_admit(text, len, repo, revision, last, err);
	} while (rc == WEIGH_OK && got == GOT_LINE);
	free(r);
	return weigh_context(err, rc, "journal '%s'", JOURNAL);
}

enum weigh_code
audit_find_admit(struct audit *a, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, char *origin, size_t size, bool *found,
    struct weigh_err *err)
{
	struct audit_line last;
	enum weigh_code rc = last_word(a, repo, revision, &last, err);

	*found = rc == WEIGH_OK && last.n != 0 && last.event == AUDIT_ADMIT;
	if (rc == WEIGH_OK && last.n != 0)
		snprintf(origin, size, "%s", last.origin);
	return rc;
}

enum weigh_code
audit_withdraw(struct audit *a, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, struct weigh_err *err)
{
	struct audit_line last;
	struct audit_entry entry = {
		.event = AUDIT_WITHDRAW,
		.time = time(NULL),
		.repo = &last.repo,
		.ref = last.ref,
		.revision = *revision,
		.origin = last.origin,
	};
	enum weigh_code rc = last_word(a, repo, revision, &last, err);

	if (rc != WEIGH_OK || last.n == 0 || last.event == AUDIT_WITHDRAW)
		return rc;
	entry.manifest = last.manifest;
	return audit_append(a, &entry, err);
}

enum weigh_code
audit_each_line(struct audit *a,
    enum weigh_code (*each)(void *ctx, const struct audit_line *line,
	struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct lines *r = lines_new(a->fd, a->size, err);
	enum weigh_code rc = r != NULL ? WEIGH_OK : WEIGH_NOMEM;
	struct audit_line line;
	enum got got = r != NULL ? GOT_LINE : GOT_END;
	const char *text;
	size_t len;

	while (rc == WEIGH_OK && got == GOT_LINE) {
		rc = next_line(r, &got, &text, &len, err);
		if (rc != WEIGH_OK || got != GOT_LINE)
			break;
		if ((rc = line_parse(&line, text, len, err)) == WEIGH_OK)
			rc = each(ctx, &line, err);
	}
	free(r);
	return weigh_context(err, rc, "journal '%s'", JOURNAL);
}

/* --- acts and decisions --------------------------------------------------- */

struct acts {
	enum weigh_code (*each)(void *ctx, uint64_t number,
	    const struct audit_entry *entry, struct weigh_err *err);
	void *ctx;
};

static enum weigh_code
see_act(void *ctx, const struct audit_line *line, struct weigh_err *err)
{
	const struct acts *acts = ctx;
	struct audit_entry entry;

	if (line->event != AUDIT_APPROVE && line->event != AUDIT_WAIVE &&
	    line->event != AUDIT_REVOKE && line->event != AUDIT_DECIDE)
		return WEIGH_OK;
	line_to_entry(line, &entry);
	return acts->each(acts->ctx, line->n, &entry, err);
}

enum weigh_code
audit_each_act(struct audit *a,
    enum weigh_code (*each)(void *ctx, uint64_t number,
	const struct audit_entry *entry, struct weigh_err *err),
    void *ctx, struct weigh_err *err)
{
	struct acts acts = { each, ctx };

	return audit_each_line(a, see_act, &acts, err);
}

/* --- was it said? ---------------------------------------------------------- */

struct saying {
	const struct audit_line *want;
	bool said;
};

static bool
says_same(const struct audit_line *a, const struct audit_line *b)
{
	return a->event == b->event && strcmp(a->ref, b->ref) == 0 &&
	    weigh_gitid_equal(&a->revision, &b->revision) &&
	    a->target.kind == b->target.kind &&
	    strcmp(a->target.name, b->target.name) == 0 &&
	    a->visibility == b->visibility;
}

static enum weigh_code
compare_line(void *ctx, const struct audit_line *line, struct weigh_err *err)
{
	struct saying *s = ctx;

	(void)err;
	if (is_about(line, &s->want->repo))
		s->said = says_same(line, s->want);
	return WEIGH_OK;
}

enum weigh_code
audit_said(struct audit *a, const struct audit_entry *entry, bool *said,
    struct weigh_err *err)
{
	struct audit_line want;
	struct saying s = { .want = &want };
	enum weigh_code rc = line_from_entry(&want, entry, err);

	if (rc == WEIGH_OK)
		rc = audit_each_line(a, compare_line, &s, err);
	*said = s.said;
	return rc;
}

/* --- reading it again ---------------------------------------------------- */

void
audit_head(const struct audit *a, struct audit_head *out)
{
	*out = (struct audit_head){ a->size, a->n, a->last };
}

/* All lines up to the head, from the disk and not from the page cache. */
static enum weigh_code
read_to_head(struct audit *a, int dirfd, const struct audit_head *head,
    struct weigh_err *err)
{
	enum weigh_code rc;
	bool torn;

	a->fd = fd_open_beneath(dirfd, JOURNAL, O_RDONLY | O_NONBLOCK, 0);
	if (a->fd < 0)
		return weigh_fail_errno(err, errno, "cannot open it");
	(void)posix_fadvise(a->fd, 0, 0, POSIX_FADV_DONTNEED);
	rc = read_all(a, head->size, &torn, err);
	if (rc != WEIGH_OK)
		return rc;
	if (torn || a->n != head->n || !weigh_oid_equal(&a->last, &head->last))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "it does not end as it was written");
	return WEIGH_OK;
}

/* Damage is the answer, what keeps us from reading at all a failure. */
static bool
is_damage(enum weigh_code rc)
{
	return rc == WEIGH_MALFORMED || rc == WEIGH_IO || rc == WEIGH_NOT_FOUND;
}

enum weigh_code
audit_check(int dirfd, const struct audit_head *head, atomic_bool *cancel,
    char *problem, size_t size, struct weigh_err *err)
{
	struct audit a = { .fd = -1, .cancel = cancel };
	struct weigh_err found;
	enum weigh_code rc;

	problem[0] = '\0';
	weigh_err_clear(&found);
	rc = read_to_head(&a, dirfd, head, &found);
	fd_close(&a.fd);
	if (rc == WEIGH_OK)
		return rc;
	if (!is_damage(rc))
		return weigh_fail(err, rc, "journal '%s': %s", JOURNAL,
		    found.why);
	snprintf(problem, size, "%s", found.why);
	return WEIGH_OK;
}
