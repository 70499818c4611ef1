/* call: what every verb needs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/http.h>

#include "call.h"

#define TIMEOUT_SECONDS 60
#define JOBS_MOST 64
#define PATH_TEXT_MAX (64u << 10)
#define PAGE "1000"

enum weigh_code
call_timeout(const struct call *c, unsigned *seconds, struct weigh_err *err)
{
	return opts_number(c->opts, OPT_TIMEOUT, 1, 86400, TIMEOUT_SECONDS,
	    seconds, err);
}

enum weigh_code
call_jobs(const struct call *c, unsigned otherwise, unsigned *jobs,
    struct weigh_err *err)
{
	return opts_number(c->opts, OPT_JOBS, 1, JOBS_MOST, otherwise, jobs,
	    err);
}

enum weigh_code
call_client(const struct call *c, struct client *client, struct weigh_err *err)
{
	struct server s;
	unsigned timeout;
	enum weigh_code rc;

	*client = (struct client){ 0 };
	rc = call_timeout(c, &timeout, err);
	if (rc == WEIGH_OK)
		rc = server_find(&s, opts_value(c->opts, OPT_SERVER, NULL),
		    err);
	if (rc == WEIGH_OK)
		rc = client_open(client, &s, timeout, err);
	return rc;
}

enum weigh_code
call_ref(struct weigh_ref *ref, const char *text, struct weigh_err *err)
{
	struct weigh_err why = { 0 };

	if (weigh_ref_parse(ref, text, &why) == WEIGH_OK)
		return WEIGH_OK;
	weigh_fail(err, WEIGH_USAGE, "%s", why.why);
	weigh_fix(err,
	    "a name is org/name, name or datasets/org/name, with "
	    "@REV for a branch, tag or commit");
	return WEIGH_USAGE;
}

bool
call_needs_what(const struct weigh_err *err)
{
	return err->code != WEIGH_USAGE &&
	    (err->what[0] == '\0' || strcmp(err->what, err->why) == 0);
}

void
call_query(struct weigh_buf *path, const char *key, const char *value)
{
	bool first = path->data == NULL || strchr(path->data, '?') == NULL;

	weigh_buf_addf(path, "%c%s=", first ? '?' : '&', key);
	weigh_http_escape(path, value, false);
}

void
call_query_ref(struct weigh_buf *path, const struct weigh_ref *ref)
{
	char name[WEIGH_REPO_TEXT];

	weigh_repo_text(&ref->repo, name);
	call_query(path, "name", name);
	if (ref->rev[0] != '\0')
		call_query(path, "revision", ref->rev);
}

enum weigh_code
call_open_ref(const struct call *c, const char *text, struct weigh_ref *ref,
    struct client *client, struct weigh_err *err)
{
	enum weigh_code rc = call_ref(ref, text, err);

	*client = (struct client){ 0 };
	return rc == WEIGH_OK ? call_client(c, client, err) : rc;
}

enum weigh_code
call_ref_doc(struct client *client, const char *path,
    const struct weigh_ref *ref, const char *schema, struct doc **out,
    struct weigh_err *err)
{
	struct weigh_buf b;
	enum weigh_code rc;

	weigh_buf_init(&b, PATH_TEXT_MAX);
	weigh_buf_adds(&b, path);
	call_query_ref(&b, ref);
	rc = b.failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			client_doc(client, b.data, NULL, schema, out, err);
	weigh_buf_free(&b);
	return rc;
}

enum weigh_code
call_pin(struct client *client, struct weigh_ref *ref, struct weigh_err *err)
{
	struct weigh_gitid id;
	struct doc *d = NULL;
	const char *text;
	enum weigh_code rc;

	rc = call_ref_doc(client, "/-/v1/show", ref, "weigh.show/1", &d, err);
	text = doc_str(d, "revision");
	if (rc == WEIGH_OK && !weigh_gitid_parse(&id, text, strlen(text)))
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "the server's answer has no commit id");
	if (rc == WEIGH_OK)
		weigh_gitid_hex(&id, ref->rev);
	doc_free(d);
	return rc;
}

/* One page behind `after`. */
static enum weigh_code
read_page(struct client *client, const char *path, const char *after,
    const char *schema, struct doc **out, struct weigh_err *err)
{
	struct weigh_buf b;
	enum weigh_code rc;

	*out = NULL;
	weigh_buf_init(&b, PATH_TEXT_MAX);
	weigh_buf_adds(&b, path);
	call_query(&b, "limit", PAGE);
	if (after != NULL)
		call_query(&b, "after", after);
	rc = b.failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			client_doc(client, b.data, NULL, schema, out, err);
	weigh_buf_free(&b);
	return rc;
}

/* A copy of where the next page begins, or NULL after the last. */
static char *
next_page(const struct doc *page)
{
	const char *next = doc_str(page, "next");

	return next[0] != '\0' ? strdup(next) : NULL;
}

enum weigh_code
call_pages(struct client *client, const char *path, const char *schema,
    const char *list, struct doc **out, struct weigh_err *err)
{
	struct doc *all = NULL, *page = NULL;
	char *after = NULL;
	enum weigh_code rc;

	*out = NULL;
	rc = read_page(client, path, NULL, schema, &all, err);
	while (rc == WEIGH_OK &&
	    (after = next_page(page ? page : all)) != NULL) {
		doc_free(page);
		rc = read_page(client, path, after, schema, &page, err);
		free(after);
		if (rc == WEIGH_OK && doc_count(doc_get(page, list)) == 0)
			break; /* a page that brings us no further */
		if (rc == WEIGH_OK && doc_get(all, list) != NULL)
			doc_move(doc_get(all, list), doc_get(page, list));
	}
	if (rc == WEIGH_OK) {
		doc_drop(all, "next");
		*out = all;
		all = NULL;
	}
	doc_free(page);
	doc_free(all);
	return rc;
}

enum weigh_code
call_files(struct client *client, const struct weigh_ref *ref, struct doc **out,
    struct weigh_err *err)
{
	struct weigh_buf b;
	enum weigh_code rc;

	weigh_buf_init(&b, PATH_TEXT_MAX);
	weigh_buf_adds(&b, "/-/v1/files");
	call_query_ref(&b, ref);
	rc = b.failed ?
	    weigh_fail(err, WEIGH_NOMEM, "out of memory") :
	    call_pages(client, b.data, "weigh.files/1", "files", out, err);
	weigh_buf_free(&b);
	return rc;
}

enum weigh_code
call_file(struct client *client, const struct weigh_ref *ref, const char *path,
    struct weigh_buf *out, struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT];
	struct weigh_buf url;
	enum weigh_code rc;

	weigh_repo_text(&ref->repo, name);
	weigh_buf_init(&url, PATH_TEXT_MAX);
	weigh_buf_addf(&url, "/%s/resolve/%s/", name, ref->rev);
	weigh_http_escape(&url, path, true);
	rc = url.failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			  client_ask(client, url.data, NULL, out, err);
	weigh_buf_free(&url);
	return rc;
}

bool
call_any(const struct doc *d, const char *list, const char *key)
{
	const struct doc *rows = doc_get(d, list);
	const struct doc *row;

	for (row = rows != NULL ? rows->first : NULL; row; row = row->next)
		if (doc_bool(row, key) || doc_u64(row, key) > 0)
			return true;
	return false;
}

void
call_say_bad(const struct call *c)
{
	out_say(c->out,
	    "some files are bad and are not given out\n"
	    "next: weigh doctor");
}

enum weigh_code
call_print_list(const struct call *c, const struct doc *d, const char *list,
    const struct out_column *columns, size_t n, struct weigh_err *err)
{
	if (c->out->format == OUT_JSON)
		return out_document(c->out, d, err);
	return out_table(c->out, columns, n, doc_get(d, list), err);
}

enum weigh_code
call_print_items(const struct call *c, const struct doc *d,
    const struct out_column *columns, size_t n,
    void (*print_summary)(const struct doc *d), struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	if (c->out->format != OUT_HUMAN || doc_count(doc_get(d, "items")) > 0)
		rc = call_print_list(c, d, "items", columns, n, err);
	if (rc == WEIGH_OK && c->out->format == OUT_HUMAN)
		print_summary(d);
	if (doc_u64(d, "unlisted") > 0)
		out_say(c->out, "%" PRIu64 " more are not listed",
		    doc_u64(d, "unlisted"));
	if (rc == WEIGH_OK && doc_u64(d, "missing") > 0)
		out_say(c->out,
		    "next: weigh scrub --all, which names who uses what is "
		    "missing");
	return rc;
}

enum weigh_code
call_print(const struct call *c, const struct doc *d,
    const struct out_column *columns, size_t n, struct weigh_err *err)
{
	if (c->out->format == OUT_JSON)
		return out_document(c->out, d, err);
	return out_fields(c->out, columns, n, d, err);
}
