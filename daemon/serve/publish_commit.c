/*
 * publish_commit: a commit, line by line: the bytes of its files go to the store as
 * they come, and when the last line was read the gate makes a revision of it all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/changes.h>

#include "publish.h"

#define BODY_MAX (UINT64_C(16) << 30) /* bytes of one commit */
/* Bytes of paths and the like: of 200,000 changes, 300 each.  They wait in memory
 * until the last line. */
#define TEXTS_MAX ((size_t)64 << 20)
#define OPEN_MAX \
	64 /* files, each with a descriptor, that are sealed together */

struct committing {
	struct weigh_changes *lines;
	struct store_writer *writer; /* of the file whose line is being read */
	struct gate_change *changes;
	size_t n, room;
	size_t open[OPEN_MAX]; /* which of them wait to be sealed */
	size_t nopen;
	char **texts; /* all strings that it owns */
	size_t ntexts, texts_room;
	size_t texts_len; /* bytes of all */
	const char *message;
	struct weigh_gitid parent;
};

static void
committing_free(struct committing *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->n; i++)
		store_abandon(c->changes[i].writer);
	for (i = 0; i < c->ntexts; i++)
		free(c->texts[i]);
	free(c->texts);
	free(c->changes);
	store_abandon(c->writer);
	weigh_changes_free(c->lines);
	free(c);
}

/* --- lines ------------------------------------------------------------------------- */

/* A copy that lives as long as the commit; NULL: no memory. */
static const char *
keep_text(struct committing *c, const char *text)
{
	size_t more = c->texts_room == 0 ? 64 : c->texts_room * 2;
	char **bigger, *copy;

	if (c->ntexts == c->texts_room) {
		bigger = realloc(c->texts, more * sizeof(*bigger));
		if (bigger == NULL)
			return NULL;
		c->texts = bigger;
		c->texts_room = more;
	}
	if ((copy = strdup(text)) == NULL)
		return NULL;
	c->texts[c->ntexts++] = copy;
	c->texts_len += strlen(copy) + 1;
	return copy;
}

/* One more change, all zero but its path. */
static struct gate_change *
add_change(struct committing *c, const struct weigh_change *line,
    enum gate_change_kind kind)
{
	size_t more = c->room == 0 ? 64 : c->room * 2;
	struct gate_change *change;

	if (c->n == c->room) {
		change = realloc(c->changes, more * sizeof(*change));
		if (change == NULL)
			return NULL;
		c->changes = change;
		c->room = more;
	}
	change = &c->changes[c->n];
	*change = (struct gate_change){ .kind = kind };
	if ((change->path = keep_text(c, line->path)) == NULL)
		return NULL;
	c->n++;
	return change;
}

static enum weigh_code
take_header(struct committing *c, const struct weigh_change *line,
    struct weigh_err *err)
{
	c->parent = line->parent;
	c->message = keep_text(c, line->message);
	return c->message != NULL ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

static enum weigh_code
take_content(struct ask *ask, struct committing *c, struct weigh_err *err)
{
	size_t len;
	const char *bytes = weigh_changes_content(c->lines, &len);
	enum weigh_code rc = WEIGH_OK;

	if (c->writer == NULL)
		rc = store_begin(ask->serve->parts.store, 0, &c->writer, err);
	return rc == WEIGH_OK ? store_append(c->writer, bytes, len, err) : rc;
}

/* Syncs that wait together wait once. */
static enum weigh_code
seal_open(struct committing *c, struct weigh_err *err)
{
	struct store_writer *writers[OPEN_MAX];
	struct store_blob blobs[OPEN_MAX];
	enum weigh_code rc;
	size_t i;

	for (i = 0; i < c->nopen; i++)
		writers[i] = c->changes[c->open[i]].writer;
	rc = store_seal_many(writers, c->nopen, blobs, err);
	for (i = 0; i < c->nopen && rc == WEIGH_OK; i++)
		c->changes[c->open[i]].blob = blobs[i];
	c->nopen = 0;
	return rc;
}

static enum weigh_code
take_file(struct ask *ask, struct committing *c,
    const struct weigh_change *line, struct weigh_err *err)
{
	struct gate_change *change;
	enum weigh_code rc = WEIGH_OK;

	if (c->writer == NULL) /* no bytes came: it is empty */
		rc = store_begin(ask->serve->parts.store, 0, &c->writer, err);
	if (rc != WEIGH_OK)
		return rc;
	if ((change = add_change(c, line, GATE_PUT)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	change->writer = c->writer;
	c->writer = NULL;
	c->open[c->nopen++] = c->n - 1;
	return c->nopen == OPEN_MAX ? seal_open(c, err) : WEIGH_OK;
}

/* The size is not always told: then it is that of the blob, if whoever asks may use
 * it; if not, the gate says so of the same. */
static enum weigh_code
take_lfs(struct ask *ask, struct catalog_reader *reader, struct committing *c,
    const struct weigh_change *line, struct weigh_err *err)
{
	struct gate_change *change = add_change(c, line, GATE_PUT_HELD);
	struct publisher p;
	enum weigh_code rc;

	if (change == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	change->blob.oid = line->oid;
	change->blob.size = line->size;
	if (line->has_size)
		return WEIGH_OK;
	publisher_fill(&p, ask);
	rc = gate_may_use(ask->serve->parts.gate, reader, &line->oid, &p.who,
	    &change->blob.size, err);
	return rc == WEIGH_NOT_FOUND ? WEIGH_OK : rc;
}

static enum weigh_code
take_copy(struct committing *c, const struct weigh_change *line,
    struct weigh_err *err)
{
	struct gate_change *change = add_change(c, line, GATE_COPY);
	bool elsewhere = line->from_rev[0] != '\0';

	if (change == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	change->from = keep_text(c, line->from);
	if (elsewhere)
		change->from_rev = keep_text(c, line->from_rev);
	if (change->from == NULL || (elsewhere && change->from_rev == NULL))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

static enum weigh_code
take_deletion(struct committing *c, const struct weigh_change *line,
    enum gate_change_kind kind, struct weigh_err *err)
{
	return add_change(c, line, kind) != NULL ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

static enum weigh_code
take_event(struct ask *ask, struct catalog_reader *reader, struct committing *c,
    enum weigh_changes_event event, struct weigh_err *err)
{
	const struct weigh_change *line = weigh_changes_line(c->lines);

	switch (event) {
	case WEIGH_CHANGES_HEADER:
		return take_header(c, line, err);
	case WEIGH_CHANGES_CONTENT:
		return take_content(ask, c, err);
	case WEIGH_CHANGES_FILE_END:
		return take_file(ask, c, line, err);
	case WEIGH_CHANGES_LFS_FILE:
		return take_lfs(ask, reader, c, line, err);
	case WEIGH_CHANGES_DELETED_FILE:
		return take_deletion(c, line, GATE_DELETE_FILE, err);
	case WEIGH_CHANGES_DELETED_FOLDER:
		return take_deletion(c, line, GATE_DELETE_FOLDER, err);
	case WEIGH_CHANGES_COPY:
		return take_copy(c, line, err);
	case WEIGH_CHANGES_MORE:
	case WEIGH_CHANGES_END:
	case WEIGH_CHANGES_BAD:
		break;
	}
	return weigh_changes_error(c->lines, err);
}

/* All that these bytes say. */
static enum weigh_code
take(struct ask *ask, struct catalog_reader *reader, const char *data,
    size_t len, bool last, struct weigh_err *err)
{
	struct committing *c = ask->own;
	enum weigh_changes_event event;
	enum weigh_code rc = WEIGH_OK;

	weigh_changes_feed(c->lines, data, len, last);
	while (rc == WEIGH_OK) {
		event = weigh_changes_next(c->lines);
		if (event == WEIGH_CHANGES_MORE || event == WEIGH_CHANGES_END)
			return WEIGH_OK;
		rc = take_event(ask, reader, c, event, err);
		if (rc == WEIGH_OK && c->texts_len > TEXTS_MAX)
			rc = weigh_fail(err, WEIGH_TOO_BIG,
			    "the paths of this commit are too long together; "
			    "commit fewer files at a time");
	}
	weigh_what(err, "%s", err->why);
	return rc;
}

/* --- the body ------------------------------------------------------------------------- */

/* Does what it wants to build on exist?  Asked before all of it comes. */
static bool
begin(struct ask *ask, struct catalog_reader *reader)
{
	struct committing *c;

	if (!publish_repo(ask, reader) || !ask_revision(ask, reader))
		return false;
	if ((c = calloc(1, sizeof(*c))) != NULL &&
	    (c->lines = weigh_changes_new()) != NULL) {
		ask->own = c;
		return true;
	}
	free(c);
	ask_fail(ask,
	    weigh_fail(&ask->task.reply.err, WEIGH_NOMEM, "out of memory"),
	    NULL);
	return false;
}

static enum weigh_code
block(struct ask *ask, struct catalog_reader *reader, const char *data,
    size_t len, struct weigh_err *err)
{
	return take(ask, reader, data, len, false, err);
}

static void
lost(struct ask *ask, struct catalog_reader *reader)
{
	(void)reader;
	committing_free(ask->own);
	ask->own = NULL;
}

const struct route_body serve_commit_body = {
	.max = BODY_MAX,
	.begin = begin,
	.block = block,
	.lost = lost,
};

/* --- the answer ------------------------------------------------------------------------- */

static void
key_url(struct ask *ask, struct weigh_jw *w, const char *key, const char *what,
    const char *name)
{
	struct weigh_buf url;

	weigh_buf_init(&url, 16 << 10);
	publish_url(ask, &ask->match.repo, &url);
	weigh_buf_addf(&url, "/%s/%s", what, name);
	weigh_jw_key(w, key);
	weigh_jw_text(w, url.data != NULL ? url.data : "", url.len);
	weigh_buf_free(&url);
}

static void
answer(struct ask *ask, const struct gate_commit *g)
{
	char hex[WEIGH_GITID_HEX + 1], number[16];
	struct weigh_jw w;

	weigh_gitid_hex(&g->commit, hex);
	weigh_jw_init(&w, &ask->task.reply.body);
	weigh_jw_object(&w);
	weigh_jw_kbool(&w, "success", true);
	weigh_jw_kstr(&w, "commitOid", hex);
	key_url(ask, &w, "commitUrl", "commit", hex);
	weigh_jw_kstr(&w, "hookOutput", "");
	if (g->pull) {
		snprintf(number, sizeof(number), "%u", g->number);
		key_url(ask, &w, "pullRequestUrl", "discussions", number);
	}
	weigh_jw_object_end(&w);
	ask->task.reply.status = 200;
}

/* "main" of "refs/heads/main"; a pull request keeps its whole name. */
static const char *
branch_of(const char *rev)
{
	enum catalog_ref_kind kind;
	const char *name = catalog_ref_short(rev, &kind);

	return name != NULL && kind == CATALOG_BRANCH ? name : rev;
}

static void
commit(struct ask *ask, struct catalog_reader *reader, struct committing *c)
{
	struct publisher p;
	struct gate_commit g = {
		.repo = ask->match.repo,
		.branch = branch_of(ask->match.rev),
		.pull = ask_flag(ask, "create_pr"),
		.parent = c->parent,
		.message = c->message,
		.who = &p.who,
		.changes = c->changes,
		.nchanges = c->n,
	};
	enum weigh_code rc;

	publisher_fill(&p, ask);
	rc = gate_commit(ask->serve->parts.gate, reader, &g,
	    &ask->task.reply.err);
	if (rc == WEIGH_OK)
		answer(ask, &g);
	else
		publish_fail(ask, rc, g.missing);
}

void
serve_commit(struct ask *ask, struct catalog_reader *reader)
{
	enum weigh_code rc;

	/* What was found for `begin` goes into its errors only. */
	weigh_buf_reset(&ask->task.reply.fields);
	rc = take(ask, reader, "", 0, true, &ask->task.reply.err);
	if (rc == WEIGH_OK)
		rc = seal_open(ask->own, &ask->task.reply.err);
	if (rc == WEIGH_OK)
		commit(ask, reader, ask->own);
	else
		ask_fail(ask, rc, NULL);
	committing_free(ask->own);
	ask->own = NULL;
}
