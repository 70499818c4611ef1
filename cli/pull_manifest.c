/* pull: what the revision consists of, and which of it is wanted. */
#include <stdlib.h>
#include <string.h>

#include <weigh/control.h>

#include "pull.h"
#include "text.h"

/* The headers say which commit it is, and what the text must hash to. */
static enum weigh_code
check_manifest(struct pull *p, const struct weigh_buf *text,
    struct weigh_err *err)
{
	const char *commit = client_header(&p->client, "X-Repo-Commit");
	const char *digest = client_header(&p->client, WEIGH_HEADER_MANIFEST);
	struct weigh_gitid id;
	struct weigh_oid promised, got;

	if (commit == NULL || !weigh_gitid_parse(&id, commit, strlen(commit)))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the server's answer does not name a commit");
	if (digest == NULL ||
	    !weigh_oid_parse(&promised, digest, strlen(digest)))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the server's answer does not name its SHA-256");
	p->partial_there = client_header(&p->client, WEIGH_HEADER_LEFT_OUT) !=
	    NULL;
	weigh_gitid_hex(&id, p->commit);
	weigh_oid_hex(&promised, p->digest);
	if (!weigh_oid_of(&got, text->data != NULL ? text->data : "",
		text->len))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (!weigh_oid_equal(&got, &promised))
		return weigh_fail(err, WEIGH_MISMATCH,
		    "the manifest does not have the promised SHA-256");
	return weigh_manifest_parse(&p->manifest,
	    text->data != NULL ? text->data : "", text->len, err);
}

enum weigh_code
pull_ask_manifest(struct pull *p, struct weigh_err *err)
{
	struct weigh_buf path, text;
	enum weigh_code rc;

	weigh_buf_init(&path, 4096);
	weigh_buf_init(&text, WEIGH_MANIFEST_MAX);
	weigh_buf_adds(&path, "/-/v1/manifest");
	call_query_ref(&path, &p->ref);
	rc = path.failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			   client_ask(&p->client, path.data, NULL, &text, err);
	if (rc == WEIGH_OK)
		rc = check_manifest(p, &text, err);
	weigh_buf_free(&text);
	weigh_buf_free(&path);
	return rc;
}

/* Chosen: matches some --include, if any is given, and no --exclude. */
static bool
chosen(const struct opts *o, const char *path)
{
	bool any = false, in = false;
	size_t i;

	for (i = 0; i < o->ngiven; i++) {
		const struct opt_given *g = &o->given[i];

		if (g->id == OPT_EXCLUDE && weigh_glob_match(g->value, path))
			return false;
		if (g->id == OPT_INCLUDE) {
			any = true;
			in = in || weigh_glob_match(g->value, path);
		}
	}
	return in || !any;
}

/* What of it the server has: rows of weigh.files/1, in the manifest's order. */
static enum weigh_code
ask_what_is_held(struct pull *p, struct doc **out, struct weigh_err *err)
{
	struct weigh_ref ref = p->ref;

	if (!p->partial_there)
		return WEIGH_OK;
	memcpy(ref.rev, p->commit, sizeof(p->commit));
	return call_files(&p->client, &ref, out, err);
}

/* Is it one that the server does not hold?  *row goes along with the paths. */
static bool
is_left_out(const struct doc **row, const char *path)
{
	while (*row != NULL && strcmp(doc_str(*row, "path"), path) < 0)
		*row = (*row)->next;
	return *row != NULL && strcmp(doc_str(*row, "path"), path) == 0 &&
	    doc_bool(*row, "absent");
}

/* Our own folder cannot come from a server. */
static bool
is_ours(const char *path)
{
	return strncasecmp(path, ".weigh", 6) == 0 &&
	    (path[6] == '/' || path[6] == '\0');
}

/* Nothing is left of it. */
static enum weigh_code
none(const struct pull *p, struct weigh_err *err)
{
	char files[TEXT_COUNT];

	text_count(p->manifest.count, "file", files);
	if (p->left_out > 0)
		weigh_fail(err, WEIGH_NOT_FOUND,
		    "of its %s, none that is wanted is held there", files);
	else
		weigh_fail(err, WEIGH_NOT_FOUND,
		    "of its %s, --include and --exclude leave none", files);
	weigh_fix(err, "weigh files %.100s lists the paths", p->name);
	return WEIGH_NOT_FOUND;
}

static enum weigh_code
choose_of(struct pull *p, const struct doc *row, struct weigh_err *err)
{
	const struct weigh_manifest *m = &p->manifest;

	for (size_t i = 0; i < m->count; i++) {
		if (!chosen(p->c->opts, m->files[i].path))
			continue;
		if (is_left_out(&row, m->files[i].path)) {
			if (p->left_out++ == 0)
				p->left_out_first = m->files[i].path;
			p->left_out_bytes += m->files[i].size;
			continue;
		}
		if (is_ours(m->files[i].path)) {
			weigh_fail(err, WEIGH_DENIED,
			    "'%.200s' would change weigh's own folder",
			    m->files[i].path);
			weigh_fix(err, "leave it out: --exclude '.weigh*'");
			return WEIGH_DENIED;
		}
		p->files[p->count++].want = &m->files[i];
		p->bytes += m->files[i].size;
	}
	return p->count > 0 || m->count == 0 ? WEIGH_OK : none(p, err);
}

enum weigh_code
pull_choose(struct pull *p, struct weigh_err *err)
{
	struct doc *held = NULL;
	const struct doc *list;
	enum weigh_code rc;

	p->files = calloc(p->manifest.count + 1, sizeof(*p->files));
	if (p->files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = ask_what_is_held(p, &held, err);
	list = doc_get(held, "files");
	if (rc == WEIGH_OK)
		rc = choose_of(p, list != NULL ? list->first : NULL, err);
	doc_free(held);
	return rc;
}
