/* weigh diff: what changed between two revisions. */
#include <stdlib.h>
#include <string.h>

#include <weigh/follow.h>
#include <weigh/http.h>

#include "cmds.h"
#include "compare.h"
#include "lines.h"
#include "text.h"

#define LICENSE_MAX \
	(1u << 20) /* bytes of a license's text; larger are not read */

static const struct out_column columns[] = {
	{ "CHANGE", "change", OUT_TEXT, false },
	{ "PATH", "path", OUT_TEXT, false },
	{ "SIZE", "size", OUT_SIZE, false },
	{ "WAS", "old_size", OUT_SIZE, false },
	{ "FROM", "from", OUT_TEXT, true },
	{ "SHA256", "sha256", OUT_TEXT, false },
	{ "OLD SHA256", "old_sha256", OUT_TEXT, false },
};
/* For people the sizes say enough. */
#define COLUMNS_HUMAN 5
#define COLUMNS_ALL (sizeof(columns) / sizeof(columns[0]))

/* One of the two revisions. */
struct side {
	struct weigh_ref ref; /* pinned */
	struct doc *doc;      /* weigh.files/1 */
	struct compare_file *files;
	size_t count;
	char license[128]; /* as its card declares it */
};

static void
side_free(struct side *s)
{
	doc_free(s->doc);
	free(s->files);
}

static enum weigh_code
read_files(struct side *s, struct weigh_err *err)
{
	const struct doc *list = doc_get(s->doc, "files");
	const struct doc *row;

	s->files = calloc(doc_count(list) + 1, sizeof(*s->files));
	if (s->files == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (row = list != NULL ? list->first : NULL; row; row = row->next) {
		struct compare_file *f = &s->files[s->count++];
		const char *sha256 = doc_str(row, "sha256");

		f->path = doc_str(row, "path");
		f->size = doc_u64(row, "size");
		if (!weigh_oid_parse(&f->oid, sha256, strlen(sha256)))
			return weigh_fail(err, WEIGH_MALFORMED,
			    "the server's answer has no SHA-256 for '%.200s'",
			    f->path);
	}
	return WEIGH_OK;
}

static enum weigh_code
read_license(struct client *client, struct side *s, struct weigh_err *err)
{
	struct doc *d = NULL;
	enum weigh_code rc = call_ref_doc(client, "/-/v1/show", &s->ref,
	    "weigh.show/1", &d, err);

	snprintf(s->license, sizeof(s->license), "%s", doc_str(d, "license"));
	doc_free(d);
	return rc;
}

static enum weigh_code
ask_side(struct client *client, const struct weigh_repo *repo, const char *rev,
    struct side *s, struct weigh_err *err)
{
	size_t len = strlen(rev);
	enum weigh_code rc = weigh_rev_check(rev, len, err);

	if (rc != WEIGH_OK)
		return rc;
	s->ref.repo = *repo;
	memcpy(s->ref.rev, rev, len + 1);
	rc = call_pin(client, &s->ref, err);
	if (rc == WEIGH_OK)
		rc = read_license(client, s, err);
	if (rc == WEIGH_OK)
		rc = call_files(client, &s->ref, &s->doc, err);
	return rc == WEIGH_OK ? read_files(s, err) : rc;
}

static bool
put_oid(struct doc *d, const char *key, const struct weigh_oid *oid)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(oid, hex);
	return doc_put_str(d, key, hex);
}

/* `after` says path and size; of a file that is gone, `before` does. */
static bool
fill_row(struct doc *row, const void *from, size_t i)
{
	const struct compare *c = from;
	const struct compare_change *change = &c->changes[i];
	const struct compare_file *before = change->before;
	const struct compare_file *after = change->after;
	bool ok = doc_put_str(row, "change", compare_word(change->kind)) &&
	    doc_put_str(row, "path", after ? after->path : before->path);

	if (ok && after != NULL)
		ok = doc_put_u64(row, "size", after->size) &&
		    put_oid(row, "sha256", &after->oid);
	if (ok && before != NULL)
		ok = doc_put_u64(row, "old_size", before->size) &&
		    put_oid(row, "old_sha256", &before->oid);
	if (ok && change->kind == COMPARE_RENAMED)
		ok = doc_put_str(row, "from", before->path);
	return ok;
}

/* --- the text of the license --------------------------------------------------- */

/* A file of one of the two revisions; none, or one too large, is empty. */
static enum weigh_code
read_text(struct client *client, const struct side *s,
    const struct compare_file *f, struct weigh_buf *out, struct weigh_err *err)
{
	enum weigh_code rc;

	if (f == NULL || f->size > LICENSE_MAX)
		return WEIGH_OK;
	rc = call_file(client, &s->ref, f->path, out, err);
	return rc == WEIGH_OK ? rc : weigh_context(err, rc, "'%s'", f->path);
}

/* One more of texts[]: path, change, and what differs. */
static enum weigh_code
put_text(struct client *client, const struct side side[2],
    const struct compare_change *change, struct doc **tail,
    struct weigh_err *err)
{
	const struct compare_file *f = change->after != NULL ? change->after :
							       change->before;
	struct weigh_buf text[2], diff;
	enum weigh_code rc;

	weigh_buf_init(&text[0], LICENSE_MAX);
	weigh_buf_init(&text[1], LICENSE_MAX);
	weigh_buf_init(&diff, 4 * LICENSE_MAX);
	rc = read_text(client, &side[0], change->before, &text[0], err);
	if (rc == WEIGH_OK)
		rc = read_text(client, &side[1], change->after, &text[1], err);
	if (rc == WEIGH_OK)
		rc = lines_diff(&diff, text[0].data, text[0].len, text[1].data,
		    text[1].len, err);
	if (rc == WEIGH_OK &&
	    ((*tail = doc_new(WEIGH_JSON_OBJECT, "")) == NULL ||
		!doc_put_str(*tail, "path", f->path) ||
		!doc_put_str(*tail, "change", compare_word(change->kind)) ||
		!doc_put_str(*tail, "diff", diff.len > 0 ? diff.data : "")))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_buf_free(&diff);
	weigh_buf_free(&text[0]);
	weigh_buf_free(&text[1]);
	return rc;
}

static enum weigh_code
put_texts(struct client *client, const struct side side[2],
    const struct compare *c, struct doc *d, struct weigh_err *err)
{
	struct doc *list = doc_new(WEIGH_JSON_ARRAY, "texts");
	struct doc **tail = list != NULL ? &list->first : NULL;
	enum weigh_code rc = WEIGH_OK;

	if (list == NULL || !doc_put(d, list)) {
		doc_free(list);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	for (size_t i = 0; i < c->count && rc == WEIGH_OK; i++) {
		const struct compare_change *change = &c->changes[i];

		if (change->kind == COMPARE_RENAMED ||
		    !weigh_follow_is_license(change->after != NULL ?
			    change->after->path :
			    change->before->path))
			continue;
		rc = put_text(client, side, change, tail, err);
		if (*tail != NULL)
			tail = &(*tail)->next;
	}
	return rc;
}

/* For people: what the cards declare, then each text. */
static void
print_texts(const struct call *c, const struct doc *d)
{
	const char *old = doc_str(d, "old_license");
	const char *new = doc_str(d, "license");
	const struct doc *text = doc_get(d, "texts");
	struct weigh_buf clean;

	if (strcmp(old, new) != 0)
		out_say(c->out, "the license was %s and is %s",
		    old[0] != '\0' ? old : "not declared",
		    new[0] != '\0' ? new : "not declared");
	for (text = text->first; text != NULL; text = text->next) {
		const char *line = doc_str(text, "diff");
		size_t len;

		out_line("\n%s %s", doc_str(text, "path"),
		    doc_str(text, "change"));
		for (; *line != '\0'; line += len + (line[len] == '\n')) {
			char *copy = strndup(line, len = strcspn(line, "\n"));

			weigh_buf_init(&clean, 8 * LICENSE_MAX);
			if (copy != NULL)
				text_clean(&clean, copy);
			out_line("%s", clean.len > 0 ? clean.data : "");
			weigh_buf_free(&clean);
			free(copy);
		}
	}
}

/* --- what is printed -------------------------------------------------------------- */

/* weigh.diff/1 */
static struct doc *
make_document(const struct side side[2], const struct compare *c)
{
	struct doc *d = doc_new(WEIGH_JSON_OBJECT, "");
	struct doc *list = doc_new(WEIGH_JSON_ARRAY, "changes");
	char name[WEIGH_REPO_TEXT];
	bool ok = d != NULL && list != NULL;
	int i;

	weigh_repo_text(&side[0].ref.repo, name);
	ok = ok && doc_put_str(d, "schema", "weigh.diff/1") &&
	    doc_put_str(d, "name", name) &&
	    doc_put_str(d, "old_revision", side[0].ref.rev) &&
	    doc_put_str(d, "revision", side[1].ref.rev) &&
	    doc_put_str(d, "old_license", side[0].license) &&
	    doc_put_str(d, "license", side[1].license);
	for (i = 0; i < COMPARE_KINDS && ok; i++)
		ok = doc_put_u64(d, compare_word((enum compare_kind)i),
		    c->of_kind[i]);
	ok = ok && doc_put_u64(d, "same", c->same) &&
	    doc_put_u64(d, "new_bytes", c->new_bytes) &&
	    doc_rows(list, c->count, fill_row, c);
	if (ok)
		return doc_put(d, list) ? d : NULL;
	doc_free(list);
	doc_free(d);
	return NULL;
}

/* "3 files changed, 1 added, 9.8 GB are new" */
static void
say_sum(const struct out *o, const struct compare *c)
{
	struct weigh_buf b;
	char size[TEXT_SIZE];
	int i;

	weigh_buf_init(&b, 1024);
	for (i = 0; i < COMPARE_KINDS; i++)
		if (c->of_kind[i] > 0)
			weigh_buf_addf(&b, "%zu %s, ", c->of_kind[i],
			    compare_word((enum compare_kind)i));
	text_size(c->new_bytes, size);
	if (c->count == 0)
		out_say(o, "no file differs");
	else if (!b.failed)
		out_say(o, "%s%zu the same; %s are new", b.data, c->same, size);
	weigh_buf_free(&b);
}

static enum weigh_code
print(const struct call *c, struct client *client, const struct side side[2],
    const struct compare *cmp, struct weigh_err *err)
{
	struct doc *d = make_document(side, cmp);
	bool quiet = c->out->format == OUT_QUIET;
	enum weigh_code rc;

	if (d == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = put_texts(client, side, cmp, d, err);
	if (rc == WEIGH_OK)
		rc = call_print_list(c, d, "changes",
		    quiet ? columns + 1 : columns,
		    c->out->format == OUT_HUMAN ? COLUMNS_HUMAN :
						  COLUMNS_ALL - quiet,
		    err);
	if (rc == WEIGH_OK && c->out->format == OUT_HUMAN)
		print_texts(c, d);
	doc_free(d);
	if (rc == WEIGH_OK)
		say_sum(c->out, cmp);
	return rc;
}

enum weigh_code
cmd_diff(const struct call *c, struct weigh_err *err)
{
	struct side side[2] = { { .doc = NULL }, { .doc = NULL } };
	struct compare cmp = { .changes = NULL };
	struct client client;
	struct weigh_ref ref;
	enum weigh_code rc;
	int i;

	rc = call_open_ref(c, c->args[0], &ref, &client, err);
	if (rc == WEIGH_OK && ref.rev[0] != '\0') {
		rc = weigh_fail(err, WEIGH_USAGE,
		    "the revisions follow the name: '@%.60s' is too much",
		    ref.rev);
		weigh_fix(err, "weigh diff NAME OLD NEW");
	}
	for (i = 0; i < 2 && rc == WEIGH_OK; i++)
		rc = ask_side(&client, &ref.repo, c->args[1 + i], &side[i],
		    err);
	if (rc == WEIGH_OK)
		rc = compare_lists(&cmp, side[0].files, side[0].count,
		    side[1].files, side[1].count, err);
	if (rc == WEIGH_OK)
		rc = print(c, &client, side, &cmp, err);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot compare revisions of %.180s",
		    c->args[0]);
	compare_free(&cmp);
	side_free(&side[0]);
	side_free(&side[1]);
	client_close(&client);
	return rc;
}
