/* copies: texts that have the words which a file misses. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "beneath.h"
#include "copies.h"
#include "stop.h"

#define SYSTEM "/usr/share/common-licenses"

enum weigh_code
copies_begin(struct copies *c, const struct call *call, struct weigh_err *err)
{
	const char *folder = opts_value(call->opts, OPT_TEXTS, NULL);
	struct stat st;

	*c = (struct copies){ .folder = folder };
	held_begin(&c->held, call);
	if (folder == NULL || (stat(folder, &st) == 0 && S_ISDIR(st.st_mode)))
		return WEIGH_OK;
	weigh_fail(err, WEIGH_NOT_FOUND, "%.300s is no folder", folder);
	weigh_fix(err, "name a folder of texts: --texts DIR");
	return WEIGH_NOT_FOUND;
}

/* --- the list --------------------------------------------------------------------- */

enum weigh_code
copies_add(struct copies *c, const char *path, struct weigh_err *err)
{
	struct copy *list;

	if (c->count == COPIES_MAX)
		return WEIGH_OK;
	if (c->count == c->room) {
		size_t room = c->room != 0 ? 2 * c->room : 32;

		list = reallocarray(c->list, room, sizeof(*list));
		if (list == NULL)
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		c->list = list;
		c->room = room;
	}
	list = &c->list[c->count];
	*list = (struct copy){ .looked = false };
	list->path = strdup(path);
	if (list->path == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	c->count++;
	return WEIGH_OK;
}

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* The files of a folder; links to files count (GPL -> GPL-3), other links do not. */
static enum weigh_code
list_folder(struct copies *c, const char *folder, struct weigh_err *err)
{
	char *roots[2] = { strdup(folder), NULL };
	enum weigh_code rc = WEIGH_OK;
	FTS *fts = NULL;
	FTSENT *e;

	if (roots[0] != NULL)
		fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	if (fts == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	while (rc == WEIGH_OK && (e = fts_read(fts)) != NULL) {
		if (stop_asked())
			rc = stop_fail(err);
		else if (e->fts_info == FTS_D && e->fts_level > COPIES_DEPTH)
			fts_set(fts, e, FTS_SKIP);
		else if (e->fts_info == FTS_F || e->fts_info == FTS_SL)
			rc = copies_add(c, e->fts_accpath, err);
	}
	if (fts != NULL)
		fts_close(fts);
	free(roots[0]);
	return rc;
}

static enum weigh_code
list_all(struct copies *c, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct stat st;

	if (c->listed)
		return WEIGH_OK;
	c->listed = true;
	if (c->folder != NULL)
		rc = list_folder(c, c->folder, err);
	if (rc == WEIGH_OK && stat(SYSTEM, &st) == 0)
		rc = list_folder(c, SYSTEM, err);
	return rc;
}

/* --- one text --------------------------------------------------------------------- */

static bool
has_match(const struct weigh_license_result *r, const char *id)
{
	size_t i;

	for (i = 0; i < r->nmatches; i++)
		if (strcmp(r->matches[i].id, id) == 0)
			return true;
	return false;
}

static enum weigh_code
read_file(struct scanned *s, const char *path, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_IO;
	struct stat st;
	int fd = beneath_openat(AT_FDCWD, path,
	    O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size <= PACKS_TEXT_MAX)
		rc = scanned_read(s, path, fd, err);
	if (fd >= 0)
		close(fd);
	return rc;
}

static enum weigh_code
read_held(struct copies *c, struct scanned *s, const struct held_text *t,
    struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, PACKS_TEXT_MAX);
	rc = held_read(&c->held, t, &text, err);
	if (rc == WEIGH_OK)
		rc = scanned_take(s, t->name, &text, err);
	weigh_buf_free(&text);
	return rc;
}

/* Read it and see what it is.  What cannot be read has no words; only want of memory
 * is an error. */
static enum weigh_code
look(struct copies *c, struct copy *copy, struct packs *packs,
    struct weigh_err *err)
{
	struct scanned *s = calloc(1, sizeof(*s));
	enum weigh_code rc;

	copy->looked = true;
	if (s == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = copy->held != NULL ? read_held(c, s, copy->held, err) :
				  read_file(s, copy->path, err);
	if (rc == WEIGH_OK)
		rc = scanned_scan(s, packs, err);
	if (rc == WEIGH_OK && s->result->nmatches > 0 &&
	    c->bytes + s->text.len <= COPIES_BYTES) {
		c->bytes += s->text.len;
		copy->is = s;
		return WEIGH_OK;
	}
	scanned_free(s);
	free(s);
	return rc == WEIGH_NOMEM ? rc : WEIGH_OK;
}

/* --- the words -------------------------------------------------------------------- */

/* From one text.  False: it has not these words, or is another license. */
static bool
quote_from(struct copies *c, struct copy *copy,
    const struct weigh_license_passage *p, const char *id,
    struct scanned_quote *q, struct packs *packs, enum weigh_code *rc,
    struct weigh_err *err)
{
	uint32_t start, end;

	if (!copy->looked)
		*rc = look(c, copy, packs, err);
	if (*rc != WEIGH_OK || copy->is == NULL ||
	    !has_match(copy->is->result, id))
		return false;
	*rc = weigh_license_words(p, id, copy->is->text.data,
	    copy->is->text.len, packs_list(packs), packs->n, &start, &end, err);
	if (*rc == WEIGH_NOT_FOUND) {
		*rc = WEIGH_OK;
		return false;
	}
	if (*rc == WEIGH_OK)
		*rc = scanned_quote(q, copy->is->result->encoding,
		    copy->is->text.data + start, end - start, err);
	if (*rc == WEIGH_OK &&
	    ((q->from = strdup(copy->path)) == NULL ||
		(copy->held != NULL &&
		    (q->at = strdup(c->held.where)) == NULL)))
		*rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return *rc == WEIGH_OK;
}

/* Is the file, or the folder it is in, named as the id: MIT.txt, MIT/1.txt? */
static bool
is_named(const char *path, const char *id)
{
	size_t len = strlen(id);
	const char *name = strrchr(path, '/');
	const char *folder = name;

	name = name != NULL ? name + 1 : path;
	if (strncasecmp(name, id, len) == 0 &&
	    (name[len] == '\0' || name[len] == '.'))
		return true;
	while (folder != NULL && folder > path && folder[-1] != '/')
		folder--;
	return folder != NULL && strncasecmp(folder, id, len) == 0 &&
	    folder[len] == '/';
}

static enum weigh_code
quote(struct copies *c, const struct weigh_license_passage *p, const char *id,
    struct scanned_quote *q, struct packs *packs, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t i;
	int other;

	for (other = 0; other < 2; other++)
		for (i = 0; i < c->count && rc == WEIGH_OK; i++) {
			if (is_named(c->list[i].path, id) == (other != 0))
				continue;
			if (stop_asked())
				return stop_fail(err);
			if (quote_from(c, &c->list[i], p, id, q, packs, &rc,
				err))
				return WEIGH_OK;
		}
	return rc;
}

/* The text that a site learned of this id, if it did. */
static enum weigh_code
add_learned(struct copies *c, const char *id, const struct packs *packs,
    struct weigh_err *err)
{
	struct weigh_licensepack_entry e;
	char path[PACKS_PATH];
	enum weigh_code rc = WEIGH_OK;
	size_t i, k, at;

	for (i = 1; i < packs->n && rc == WEIGH_OK; i++) {
		k = weigh_licensepack_find(packs->pack[i], id);
		if (k == SIZE_MAX)
			continue;
		weigh_licensepack_entry(packs->pack[i], k, &e);
		packs_path(path, packs->dir[i], "texts", e.id, "txt");
		for (at = 0; at < c->count; at++)
			if (strcmp(c->list[at].path, path) == 0)
				break;
		if (at == c->count)
			rc = copies_add(c, path, err);
	}
	return rc;
}

static bool
was_asked(const struct copies *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->nasked; i++)
		if (strcmp(c->asked[i], id) == 0)
			return true;
	return c->nasked == COPIES_ASKED;
}

static enum weigh_code
add_one_held(struct copies *c, const struct held_text *t, struct weigh_err *err)
{
	struct held_text *own = malloc(sizeof(*own));
	size_t before = c->count;
	enum weigh_code rc = own == NULL ?
	    weigh_fail(err, WEIGH_NOMEM, "out of memory") :
	    copies_add(c, t->name, err);

	if (rc != WEIGH_OK || c->count == before) {
		struct held_text gone = *t;

		held_text_free(&gone);
		free(own);
		return rc;
	}
	*own = *t;
	c->list[before].held = own;
	return WEIGH_OK;
}

/* Those that a weighd holds; *more: they may have the words. */
static enum weigh_code
add_held(struct copies *c, const char *id, bool *more, struct weigh_err *err)
{
	struct held_text texts[HELD_TEXTS];
	size_t n, i, before = c->count;
	enum weigh_code rc;

	*more = false;
	if (was_asked(c, id))
		return WEIGH_OK;
	snprintf(c->asked[c->nasked++], WEIGH_LICENSE_ID, "%s", id);
	rc = held_ask(&c->held, id, texts, &n, err);
	for (i = 0; i < n; i++)
		if (rc == WEIGH_OK)
			rc = add_one_held(c, &texts[i], err);
		else
			held_text_free(&texts[i]);
	*more = c->count > before;
	return rc;
}

enum weigh_code
copies_quote(struct copies *c, struct scanned *s, struct packs *packs,
    struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	bool more = false;
	size_t i;

	for (i = 0; i < s->result->npassages && rc == WEIGH_OK; i++) {
		const struct weigh_license_passage *p = &s->result->passages[i];
		const char *id = scanned_against(s, p);

		if (!p->removed || id[0] == '\0')
			continue;
		rc = list_all(c, err);
		if (rc == WEIGH_OK)
			rc = add_learned(c, id, packs, err);
		if (rc == WEIGH_OK)
			rc = quote(c, p, id, &s->quotes[i], packs, err);
		if (rc == WEIGH_OK && s->quotes[i].text == NULL)
			rc = add_held(c, id, &more, err);
		if (rc == WEIGH_OK && more && s->quotes[i].text == NULL)
			rc = quote(c, p, id, &s->quotes[i], packs, err);
	}
	return rc;
}

void
copies_free(struct copies *c)
{
	size_t i;

	for (i = 0; i < c->count; i++) {
		if (c->list[i].is != NULL)
			scanned_free(c->list[i].is);
		free(c->list[i].is);
		if (c->list[i].held != NULL)
			held_text_free(c->list[i].held);
		free(c->list[i].held);
		free(c->list[i].path);
	}
	free(c->list);
	held_end(&c->held);
	*c = (struct copies){ .count = 0 };
}
