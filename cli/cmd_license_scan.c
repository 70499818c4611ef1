/* weigh license scan: what the license texts in files and folders say. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bars.h"
#include "beneath.h"
#include "cmds.h"
#include "copies.h"
#include "gather.h"
#include "packs.h"
#include "policy.h"
#include "scanned.h"
#include "stop.h"
#include "tell.h"
#include "text.h"

#define DOCUMENT_MAX ((size_t)1 << 30)
#define PATH_ROOM 8192
#define PACE_MS 100

static const struct out_column columns[] = {
	{ "LICENSE", "license", OUT_TEXT, false },
	{ "KIND", "kind", OUT_TEXT, false },
	{ "PATH", "path", OUT_TEXT, false },
	{ "ADDED", "added", OUT_NUMBER, false },
	{ "REMOVED", "removed", OUT_NUMBER, false },
	{ "SHA256", "sha256", OUT_TEXT, false },
};

struct failed {
	char *path;
	char why[256];
	enum weigh_code code;
};

struct scan {
	const struct call *c;
	struct packs packs;
	struct copies copies;
	struct scanned *files; /* in the order of the line, folders by path */
	size_t n, room;
	struct failed *failed;
	size_t nfailed, failed_room;
	uint64_t shown_ms; /* when the pace was; 0: never */
};

static void
scan_free(struct scan *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		scanned_free(&s->files[i]);
	for (i = 0; i < s->nfailed; i++)
		free(s->failed[i].path);
	free(s->files);
	free(s->failed);
	copies_free(&s->copies);
	packs_close(&s->packs);
}

/* --- one file ---------------------------------------------------------------------- */

/* Note down what cannot be read; the others go on. */
static enum weigh_code
fail_file(struct scan *s, const char *path, const struct weigh_err *why,
    struct weigh_err *err)
{
	struct failed *f;

	if (s->nfailed == s->failed_room) {
		size_t room = s->failed_room != 0 ? 2 * s->failed_room : 8;

		f = reallocarray(s->failed, room, sizeof(*f));
		if (f == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		s->failed = f;
		s->failed_room = room;
	}
	f = &s->failed[s->nfailed];
	*f = (struct failed){ .code = why->code };
	f->path = strdup(path);
	snprintf(f->why, sizeof(f->why), "%.255s", why->why);
	if (f->path == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	s->nfailed++;
	return WEIGH_OK;
}

static enum weigh_code
fail_errno(struct scan *s, const char *path, int errnum, struct weigh_err *err)
{
	struct weigh_err why = { 0 };

	if (errnum == EXDEV)
		weigh_fail(&why, WEIGH_IO,
		    "a link that leaves the folder; name the file itself");
	else if (errnum == ELOOP || errnum == ENOSYS)
		weigh_fail(&why, WEIGH_IO, "a link that cannot be followed");
	else if (errnum == EINVAL)
		weigh_fail(&why, WEIGH_IO, "no regular file");
	else
		weigh_fail_errno(&why, errnum, "cannot be read");
	return fail_file(s, path, &why, err);
}

/* Is it worth a line?  What a person named, always; of a folder, a text that is there
 * for another reason only if it says something. */
static bool
is_kept(const struct scanned *f, enum weigh_evidence evidence)
{
	if (evidence == WEIGH_EVIDENCE_NONE || evidence == WEIGH_EVIDENCE_NAMED)
		return true;
	return f->result->kind != WEIGH_LICENSE_NONE;
}

static enum weigh_code
room_for_one(struct scan *s, struct weigh_err *err)
{
	size_t room = s->room != 0 ? 2 * s->room : 16;
	struct scanned *files;

	if (s->n < s->room)
		return WEIGH_OK;
	files = reallocarray(s->files, room, sizeof(*files));
	if (files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	s->files = files;
	s->room = room;
	return WEIGH_OK;
}

/* On a terminal: that something is done, ten times a second. */
static void
show_pace(struct scan *s)
{
	uint64_t now = s->c->out->bars ? bars_now_ms() : 0;

	if (now < s->shown_ms + PACE_MS)
		return;
	s->shown_ms = now;
	fprintf(stderr, "\r%zu files looked at\033[K", s->n);
	fflush(stderr);
}

static void
end_pace(const struct scan *s)
{
	if (s->shown_ms != 0)
		fputs("\r\033[K", stderr);
}

/* Look at an open file.  `evidence`: WEIGH_EVIDENCE_NONE when a person named it. */
static enum weigh_code
scan_open(struct scan *s, const char *path, int fd,
    enum weigh_evidence evidence, struct weigh_err *err)
{
	struct weigh_err why = { 0 };
	struct scanned *f;
	enum weigh_code rc = room_for_one(s, err);

	if (rc != WEIGH_OK)
		return rc;
	f = &s->files[s->n];
	rc = scanned_read(f, path, fd, &why);
	if (rc != WEIGH_OK) {
		scanned_free(f);
		return fail_file(s, path, &why, err);
	}
	if (evidence == WEIGH_EVIDENCE_CARD)
		scanned_blank(f,
		    weigh_evidence_front_matter(f->text.data, f->text.len));
	rc = scanned_scan(f, &s->packs, err);
	scanned_forget(f);
	if (rc != WEIGH_OK || !is_kept(f, evidence)) {
		scanned_free(f);
		return weigh_context(err, rc, "%.200s", path);
	}
	s->n++;
	show_pace(s);
	/* What came by stdin cannot be read again. */
	return f->result->kind == WEIGH_LICENSE_EXACT &&
		strcmp(path, "-") != 0 ?
	    copies_add(&s->copies, path, err) :
	    WEIGH_OK;
}

/* --- files and folders ------------------------------------------------------------- */

static bool
is_too_big(int fd)
{
	struct stat st;

	return fstat(fd, &st) != 0 ||
	    st.st_size > (off_t)WEIGH_EVIDENCE_SMALL_MAX;
}

static enum weigh_code
scan_gathered(struct scan *s, const char *folder, int dir,
    const struct gather_file *f, struct weigh_err *err)
{
	size_t len = strlen(folder);
	enum weigh_code rc = WEIGH_OK;
	char path[PATH_ROOM];
	int fd;

	snprintf(path, sizeof(path), "%s%s%s", folder,
	    len > 0 && folder[len - 1] == '/' ? "" : "/", f->path);
	fd = gather_open(dir, f);
	if (fd < 0)
		return errno == EISDIR ? WEIGH_OK :
					 fail_errno(s, path, errno, err);
	if (f->evidence != WEIGH_EVIDENCE_SMALL || !is_too_big(fd))
		rc = scan_open(s, path, fd, f->evidence, err);
	close(fd);
	return rc;
}

static enum weigh_code
scan_folder(struct scan *s, const char *folder, int dir, struct weigh_err *err)
{
	struct gather g;
	enum weigh_code rc = gather_folder(&g, dir, err);
	size_t first = s->n, i;

	for (i = 0; i < g.count && rc == WEIGH_OK; i++)
		rc = stop_asked() ?
		    stop_fail(err) :
		    scan_gathered(s, folder, dir, &g.files[i], err);
	gather_free(&g);
	if (rc == WEIGH_OK && s->n > first)
		rc = policy_look(&s->files[first], s->n - first, &s->packs,
		    err);
	return weigh_context(err, rc, "%.200s", folder);
}

static enum weigh_code
scan_path(struct scan *s, const char *path, struct weigh_err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	enum weigh_code rc;
	struct stat st;
	int fd = is_stdin ? STDIN_FILENO :
			    beneath_openat(AT_FDCWD, path,
				O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

	if (stop_asked())
		rc = stop_fail(err);
	else if (fd < 0 || fstat(fd, &st) != 0)
		rc = fail_errno(s, path, errno, err);
	else if (S_ISDIR(st.st_mode))
		rc = scan_folder(s, path, fd, err);
	else if (S_ISREG(st.st_mode) || is_stdin)
		rc = scan_open(s, path, fd, WEIGH_EVIDENCE_NONE, err);
	else
		rc = fail_errno(s, path, EINVAL, err);
	if (fd >= 0 && !is_stdin)
		close(fd);
	return rc;
}

/* Quote what is missing, when all files that may have the words are known. */
static enum weigh_code
quote_missing(struct scan *s, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	for (i = 0; i < s->n && rc == WEIGH_OK; i++)
		rc = copies_quote(&s->copies, &s->files[i], &s->packs, err);
	return rc;
}

/* --- what is printed ---------------------------------------------------------------- */

static void
put_failed(struct weigh_jw *w, const struct scan *s)
{
	size_t i;

	weigh_jw_key(w, "failed");
	weigh_jw_array(w);
	for (i = 0; i < s->nfailed; i++) {
		weigh_jw_object(w);
		weigh_jw_kstr(w, "path", s->failed[i].path);
		weigh_jw_kstr(w, "why", s->failed[i].why);
		weigh_jw_object_end(w);
	}
	weigh_jw_array_end(w);
}

static enum weigh_code
print_json(struct scan *s, struct weigh_err *err)
{
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;
	size_t i;

	weigh_buf_init(&b, DOCUMENT_MAX);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.license-scan/1");
	weigh_jw_key(&w, "results");
	weigh_jw_array(&w);
	for (i = 0; i < s->n; i++)
		scanned_json(&w, &s->files[i], &s->packs);
	weigh_jw_array_end(&w);
	put_failed(&w, s);
	weigh_jw_object_end(&w);
	rc = out_buffer(s->c->out, &b, err);
	weigh_buf_free(&b);
	return rc;
}

static bool
fill_row(struct doc *row, const void *from, size_t at)
{
	const struct scan *s = from;
	const struct scanned *f = &s->files[at];
	uint64_t removed = 0, i;

	for (i = 0; i < f->result->npassages; i++)
		removed += f->result->passages[i].removed;
	return doc_put_str(row, "license", tell_license(f)) &&
	    doc_put_str(row, "kind",
		weigh_license_kind_name(f->result->kind)) &&
	    doc_put_str(row, "path", f->path) &&
	    doc_put_u64(row, "added", f->result->npassages - removed) &&
	    doc_put_u64(row, "removed", removed) &&
	    doc_put_str(row, "sha256", f->sha256);
}

/* A line a file, for scripts that want no JSON. */
static enum weigh_code
print_rows(struct scan *s, struct weigh_err *err)
{
	struct doc *list = doc_new(WEIGH_JSON_ARRAY, "");
	bool ok = list != NULL && doc_rows(list, s->n, fill_row, s);
	enum weigh_code rc;

	rc = ok ? out_table(s->c->out, columns,
		      sizeof(columns) / sizeof(columns[0]), list, err) :
		  weigh_fail(err, WEIGH_NOMEM, "out of memory");
	doc_free(list);
	return rc;
}

/* By what it was looked at: the same packs and engine say the same again. */
static void
say_packs(const struct scan *s)
{
	size_t i;

	for (i = 0; i < s->packs.n && s->c->out->verbose; i++)
		out_say(s->c->out,
		    "looked at with the licenses %s%s (%s), "
		    "sha256 %s",
		    i == 0 ? "built in" : "of ", s->packs.dir[i],
		    weigh_licensepack_version(s->packs.pack[i]),
		    weigh_licensepack_sha256(s->packs.pack[i]));
}

static void
print_people(const struct scan *s)
{
	size_t width = 0, i;

	for (i = 0; i < s->n; i++) {
		size_t own = tell_width(&s->files[i]);

		if (own > width)
			width = own;
	}
	for (i = 0; i < s->n; i++)
		tell_scanned(s->c->out, &s->files[i], width);
}

/* "12 files: 10 exact, 1 modified, 1 none" */
static void
say_sum(const struct scan *s)
{
	size_t of_kind[WEIGH_LICENSE_KINDS] = { 0 }, i;
	const char *comma = ": ";
	char files[TEXT_COUNT];
	struct weigh_buf b;
	int kind;

	for (i = 0; i < s->n; i++)
		of_kind[s->files[i].result->kind]++;
	text_count(s->n, "file", files);
	weigh_buf_init(&b, 1024);
	weigh_buf_adds(&b, files);
	for (kind = WEIGH_LICENSE_EXACT; kind >= 0; kind--)
		if (of_kind[kind] > 0) {
			weigh_buf_addf(&b, "%s%zu %s", comma, of_kind[kind],
			    weigh_license_kind_name((enum weigh_license_kind)
				    kind));
			comma = ", ";
		}
	if (s->n > 1 && !b.failed)
		out_say(s->c->out, "%s", b.data);
	weigh_buf_free(&b);
}

/* --- how it ends --------------------------------------------------------------------- */

static enum weigh_code
nothing_scanned(const struct scan *s, struct weigh_err *err)
{
	const struct call *c = s->c;

	if (s->nfailed == 1)
		weigh_fail(err, s->failed[0].code, "%.200s: %s",
		    s->failed[0].path, s->failed[0].why);
	else if (s->nfailed > 1)
		weigh_fail(err, WEIGH_IO, "none of %zu files can be read",
		    s->nfailed);
	else
		weigh_fail(err, WEIGH_NOT_FOUND,
		    "no file there has a name that licenses have");
	weigh_what(err, "found no license in %.180s%s", c->args[0],
	    c->nargs > 1 ? " and the others" : "");
	weigh_fix(err, "%s: weigh license scan FILE",
	    s->nfailed > 0 ? "name what can be read" : "name the file itself");
	return err != NULL ? err->code : WEIGH_NOT_FOUND;
}

static enum weigh_code
partly(const struct scan *s, struct weigh_err *err)
{
	size_t i;

	for (i = 0; i < s->nfailed; i++)
		out_say(s->c->out, "%s: %s", s->failed[i].path,
		    s->failed[i].why);
	weigh_fail(err, WEIGH_PARTLY, "%.200s: %s", s->failed[0].path,
	    s->failed[0].why);
	weigh_what(err, "%zu of %zu files %s not looked at", s->nfailed,
	    s->nfailed + s->n, s->nfailed == 1 ? "was" : "were");
	weigh_fix(err, "make them readable, then scan again");
	return WEIGH_PARTLY;
}

static void
say_unheld(const struct scanned *f, struct weigh_err *err)
{
	const struct scanned_unheld *u = &f->unheld[0];

	weigh_fail(err, WEIGH_FOUND,
	    "the policy that %.200s incorporates is not held there", f->path);
	if (u->policy[0] != '\0')
		weigh_fix(err, "put %s beside it, then scan again", u->policy);
	else
		weigh_fix(err,
		    "put the policy of %s beside it, then scan again", u->id);
}

/* Why a person has to look at a file, and what to type then. */
static void
say_why(const struct scanned *f, struct weigh_err *err)
{
	const char *path = f->path, *id = scanned_base(f);

	if (f->nunheld > 0 && f->result->kind != WEIGH_LICENSE_MODIFIED) {
		say_unheld(f, err);
		return;
	}
	switch (f->result->kind) {
	case WEIGH_LICENSE_MODIFIED:
		if (f->result->matches[0].pointer) {
			weigh_fail(err, WEIGH_FOUND,
			    "%.200s points to %s, and limits it", path, id);
			weigh_fix(err,
			    "have it read: the text of %s is not all "
			    "that holds",
			    id);
			return;
		}
		weigh_fail(err, WEIGH_FOUND, "%.200s is %s, modified", path,
		    id);
		weigh_fix(err, "weigh license diff '%.120s' %.96s", path, id);
		return;
	case WEIGH_LICENSE_UNKNOWN:
		weigh_fail(err, WEIGH_FOUND,
		    "%.200s is no license that is known here", path);
		weigh_fix(err,
		    "have it read; weigh license learn makes it "
		    "known here");
		return;
	case WEIGH_LICENSE_MULTIPLE:
		weigh_fail(err, WEIGH_FOUND,
		    "%.200s has a part that is modified or not known", path);
		break;
	case WEIGH_LICENSE_REFERENCE:
		weigh_fail(err, WEIGH_FOUND,
		    "%.200s points to what nobody here can name", path);
		weigh_fix(err, "write an id of SPDX, or have it read");
		return;
	case WEIGH_LICENSE_NONE:
	case WEIGH_LICENSE_EXACT:
	case WEIGH_LICENSE_KINDS:
		if (f->result->unscanned)
			weigh_fail(err, WEIGH_FOUND,
			    "%.200s is longer than what is looked at", path);
		else
			weigh_fail(err, WEIGH_FOUND,
			    "what %.200s says is not in the terms of %s", path,
			    id);
		break;
	}
	weigh_fix(err, "have it read; weigh license terms shows what is known");
}

/* Say what a person has to look at, the first of it by name. */
static enum weigh_code
found(const struct scan *s, struct weigh_err *err)
{
	const struct scanned *first = NULL;
	size_t n = 0, i;

	for (i = 0; i < s->n; i++) {
		if (!scanned_found(&s->files[i]))
			continue;
		n++;
		if (first == NULL)
			first = &s->files[i];
	}
	if (first == NULL)
		return WEIGH_OK;
	say_why(first, err);
	weigh_what(err, "%zu of %zu file%s %s to be looked at", n, s->n,
	    s->n == 1 ? "" : "s", n == 1 ? "has" : "have");
	return WEIGH_FOUND;
}

static enum weigh_code
print(struct scan *s, struct weigh_err *err)
{
	if (s->c->out->format == OUT_JSON)
		return print_json(s, err);
	if (s->c->out->format != OUT_HUMAN)
		return print_rows(s, err);
	print_people(s);
	say_packs(s);
	say_sum(s);
	return WEIGH_OK;
}

enum weigh_code
cmd_license_scan(const struct call *c, struct weigh_err *err)
{
	struct scan s = { .c = c };
	enum weigh_code rc = packs_open(&s.packs, c->opts, err);
	size_t i;

	if (rc == WEIGH_OK)
		rc = copies_begin(&s.copies, c, err);
	for (i = 0; i < c->nargs && rc == WEIGH_OK; i++)
		rc = scan_path(&s, c->args[i], err);
	if (rc == WEIGH_OK && s.n == 0)
		rc = nothing_scanned(&s, err);
	if (rc == WEIGH_OK)
		rc = quote_missing(&s, err);
	end_pace(&s);
	if (rc == WEIGH_OK)
		rc = print(&s, err);
	if (rc == WEIGH_OK)
		rc = s.nfailed > 0 ? partly(&s, err) : found(&s, err);
	scan_free(&s);
	return rc;
}
