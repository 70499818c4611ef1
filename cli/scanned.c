/* scanned: one file that was looked at. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scanned.h"

#define PIECE 65536u
#define DIFFERENCES 16

/* --- reading ---------------------------------------------------------------------- */

/* Up to one byte more than is looked at, which says that there is more. */
static enum weigh_code
read_text(struct scanned *s, int fd, struct weigh_err *err)
{
	ssize_t n = 1;
	char *room;

	weigh_buf_init(&s->text, WEIGH_LICENSE_MAX + PIECE);
	while (n != 0 && s->text.len <= WEIGH_LICENSE_MAX) {
		room = weigh_buf_room(&s->text, PIECE);
		if (room == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		n = read(fd, room, PIECE);
		if (n > 0)
			s->text.len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1; /* go on */
		else if (n < 0)
			return weigh_fail_errno(err, errno, "cannot be read");
	}
	if (s->text.len > WEIGH_LICENSE_MAX)
		s->text.len = WEIGH_LICENSE_MAX + 1;
	return WEIGH_OK;
}

static enum weigh_code
name_text(struct scanned *s, struct weigh_err *err)
{
	struct weigh_oid oid;

	if (!weigh_oid_of(&oid, s->text.len > 0 ? s->text.data : "",
		s->text.len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_oid_hex(&oid, s->sha256);
	return WEIGH_OK;
}

enum weigh_code
scanned_read(struct scanned *s, const char *path, int fd, struct weigh_err *err)
{
	struct stat st;
	enum weigh_code rc;

	*s = (struct scanned){ .path = strdup(path) };
	if (s->path == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = read_text(s, fd, err);
	if (rc != WEIGH_OK)
		return rc;
	s->bytes = s->text.len;
	if (s->text.len > WEIGH_LICENSE_MAX) {
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
			s->bytes = (uint64_t)st.st_size;
		return WEIGH_OK;
	}
	return name_text(s, err);
}

enum weigh_code
scanned_take(struct scanned *s, const char *path, struct weigh_buf *text,
    struct weigh_err *err)
{
	*s = (struct scanned){ .path = strdup(path), .text = *text };
	*text = (struct weigh_buf){ .data = NULL };
	s->bytes = s->text.len;
	if (s->path == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return name_text(s, err);
}

void
scanned_blank(struct scanned *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < s->text.len; i++)
		if (s->text.data[i] != '\n' && s->text.data[i] != '\r')
			s->text.data[i] = ' ';
}

void
scanned_forget(struct scanned *s)
{
	weigh_buf_free(&s->text);
}

void
scanned_free(struct scanned *s)
{
	size_t i, n = s->result != NULL ? s->result->npassages : 0;

	for (i = 0; i < n && s->quotes != NULL; i++) {
		free(s->quotes[i].text);
		free(s->quotes[i].from);
		free(s->quotes[i].at);
	}
	free(s->quotes);
	free(s->lines);
	free(s->differences);
	free(s->unheld);
	weigh_license_result_free(s->result);
	weigh_buf_free(&s->text);
	free(s->path);
	*s = (struct scanned){ .path = NULL };
}

/* --- words ------------------------------------------------------------------------ */

/* Where `most` characters of the text end. */
static size_t
characters(const char *text, size_t len, size_t most)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80 && most-- == 0)
			return i;
	return len;
}

enum weigh_code
scanned_quote(struct scanned_quote *q, const char *encoding, const void *bytes,
    size_t len, struct weigh_err *err)
{
	/* No encoding takes more than four bytes a character: what is cut off
	 * in the middle of one lies behind the cut. */
	size_t most = 4 * (SCANNED_QUOTE + 2);
	struct weigh_buf b;
	enum weigh_code rc;
	size_t end;

	weigh_buf_init(&b, 4 * most);
	rc = weigh_license_utf8(&b, encoding, bytes, len < most ? len : most,
	    err);
	if (rc == WEIGH_OK && b.failed)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK) {
		end = characters(b.data, b.len, SCANNED_QUOTE);
		q->cut = end < b.len || len > most;
		q->text = strndup(b.len > 0 ? b.data : "", end);
		if (q->text == NULL)
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	weigh_buf_free(&b);
	return rc;
}

static enum weigh_code
quote_added(struct scanned *s, struct weigh_err *err)
{
	const struct weigh_license_result *r = s->result;
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	s->quotes = calloc(r->npassages + 1, sizeof(*s->quotes));
	if (s->quotes == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 0; i < r->npassages && rc == WEIGH_OK; i++) {
		const struct weigh_license_passage *p = &r->passages[i];

		if (!p->removed)
			rc = scanned_quote(&s->quotes[i], r->encoding,
			    s->text.data + p->start, p->end - p->start, err);
	}
	return rc;
}

/* --- lines ------------------------------------------------------------------------ */

/* Ends of lines in [from, to), as the file has them: LF, of CR LF too, or CR alone. */
static uint32_t
ends(const struct weigh_buf *text, char end, uint32_t from, uint32_t to)
{
	uint32_t n = 0;

	for (; from < to && from < text->len; from++)
		n += text->data[from] == end;
	return n;
}

/* Matches are in the file's order, so that it is read once. */
static enum weigh_code
count_lines(struct scanned *s, struct weigh_err *err)
{
	const struct weigh_license_result *r = s->result;
	uint32_t at = 0, line = 1;
	char end;
	size_t i;

	s->lines = calloc(r->nmatches + 1, sizeof(*s->lines));
	if (s->lines == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (s->text.len == 0)
		return WEIGH_OK;
	end = memchr(s->text.data, '\n', s->text.len) != NULL ? '\n' : '\r';
	for (i = 0; i < r->nmatches; i++) {
		const struct weigh_license_match *m = &r->matches[i];

		if (m->start < at) { /* one inside of another */
			at = 0;
			line = 1;
		}
		line += ends(&s->text, end, at, m->start);
		at = m->start;
		s->lines[i].first = line;
		s->lines[i].last = line + ends(&s->text, end, m->start, m->end);
	}
	return WEIGH_OK;
}

/* --- terms ------------------------------------------------------------------------ */

/* Where the file's numbers differ from what is known of one of its licenses. */
static enum weigh_code
compare_terms(struct scanned *s, const char *id, struct packs *packs,
    struct weigh_err *err)
{
	struct weigh_terms_difference found[DIFFERENCES];
	struct weigh_license_terms *t = NULL;
	struct scanned_difference *list;
	enum weigh_code rc = packs_terms(packs, id, &t, err);
	size_t i, n;

	if (rc == WEIGH_NOT_FOUND)
		return WEIGH_OK;
	if (rc != WEIGH_OK)
		return rc;
	n = weigh_terms_compare(t, s->result, found, DIFFERENCES);
	weigh_license_terms_free(t);
	if (n > DIFFERENCES)
		n = DIFFERENCES;
	list = reallocarray(s->differences, s->ndifferences + n + 1,
	    sizeof(*list));
	if (list == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	s->differences = list;
	for (i = 0; i < n; i++) {
		struct scanned_difference *d = &list[s->ndifferences];

		if (found[i].text[0] ==
		    '\0') /* a passage tells what is missing */
			continue;
		s->ndifferences++;
		snprintf(d->id, sizeof(d->id), "%s", id);
		d->what = found[i];
	}
	return WEIGH_OK;
}

static enum weigh_code
conclude(struct scanned *s, struct packs *packs, struct weigh_err *err)
{
	const struct weigh_license_result *r = s->result;
	enum weigh_code rc = quote_added(s, err);

	if (rc == WEIGH_OK)
		rc = count_lines(s, err);
	/* With several licenses nobody can say whose a number is. */
	if (rc == WEIGH_OK && r->nmatches == 1 &&
	    (r->kind == WEIGH_LICENSE_EXACT ||
		r->kind == WEIGH_LICENSE_MODIFIED))
		rc = compare_terms(s, r->matches[0].id, packs, err);
	return rc;
}

enum weigh_code
scanned_scan(struct scanned *s, struct packs *packs, struct weigh_err *err)
{
	enum weigh_code rc = weigh_license_scan(&s->result, s->text.data,
	    s->text.len, packs_list(packs), packs->n, err);

	return rc == WEIGH_OK ? conclude(s, packs, err) : rc;
}

enum weigh_code
scanned_compare(struct scanned *s, const char *id, struct packs *packs,
    struct weigh_err *err)
{
	enum weigh_code rc = weigh_license_compare(&s->result, s->text.data,
	    s->text.len, id, packs_list(packs), packs->n, err);

	if (rc != WEIGH_OK)
		return rc;
	if (s->result->words == 0) { /* bytes without text change no license */
		s->result->kind = WEIGH_LICENSE_NONE;
		s->result->license[0] = '\0';
	}
	return conclude(s, packs, err);
}

/* --- what it means ---------------------------------------------------------------- */

/* Is a passage what a known license has over its base, and not what this file has over
 * the license? */
static bool
is_known(const struct weigh_license_result *r,
    const struct weigh_license_passage *p)
{
	return p->match < r->nmatches &&
	    r->matches[p->match].kind == WEIGH_LICENSE_EXACT;
}

static bool
parts_found(const struct weigh_license_result *r)
{
	size_t i;

	for (i = 0; i < r->nmatches; i++)
		if (r->matches[i].kind == WEIGH_LICENSE_MODIFIED ||
		    r->matches[i].kind == WEIGH_LICENSE_UNKNOWN)
			return true;
	for (i = 0; i < r->npassages; i++)
		if (!is_known(r, &r->passages[i]))
			return true;
	return false;
}

/* A pointer to what is on no list, or that nobody can read. */
static bool
is_doubtful(const struct weigh_license_result *r)
{
	size_t i;

	for (i = 0; i < r->nrefs; i++)
		if (r->refs[i].doubt != WEIGH_LICENSE_DOUBT_NONE)
			return true;
	return false;
}

bool
scanned_found(const struct scanned *s)
{
	const struct weigh_license_result *r = s->result;

	switch (r->kind) {
	case WEIGH_LICENSE_MODIFIED:
	case WEIGH_LICENSE_UNKNOWN:
		return true;
	case WEIGH_LICENSE_MULTIPLE:
		if (parts_found(r) || is_doubtful(r))
			return true;
		break;
	case WEIGH_LICENSE_NONE:
		return false;
	case WEIGH_LICENSE_REFERENCE:
		if (is_doubtful(r))
			return true;
		break;
	case WEIGH_LICENSE_EXACT:
	case WEIGH_LICENSE_KINDS:
		break;
	}
	return r->unscanned || s->ndifferences > 0 || s->nunheld > 0;
}

const char *
scanned_against(const struct scanned *s, const struct weigh_license_passage *p)
{
	const struct weigh_license_match *m;

	if (p->match >= s->result->nmatches)
		return "";
	m = &s->result->matches[p->match];
	if (m->kind == WEIGH_LICENSE_UNKNOWN)
		return "";
	return is_known(s->result, p) ? m->based_on : m->id;
}

const char *
scanned_base(const struct scanned *s)
{
	const struct weigh_license_result *r = s->result;

	return r->nmatches == 1 ? r->matches[0].id : r->license;
}
