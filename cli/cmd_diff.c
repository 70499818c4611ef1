/* weigh diff: what changed between two revisions. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "compare.h"
#include "text.h"

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
fill_row(struct doc *row, const struct compare_change *change)
{
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

static bool
fill_changes(struct doc *list, const struct compare *c)
{
	struct doc **tail = &list->first;
	size_t i;

	for (i = 0; i < c->count; i++) {
		*tail = doc_new(WEIGH_JSON_OBJECT, "");
		if (*tail == NULL || !fill_row(*tail, &c->changes[i]))
			return false;
		tail = &(*tail)->next;
	}
	return true;
}

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
	    doc_put_str(d, "revision", side[1].ref.rev);
	for (i = 0; i < COMPARE_KINDS && ok; i++)
		ok = doc_put_u64(d, compare_word((enum compare_kind)i),
		    c->of_kind[i]);
	ok = ok && doc_put_u64(d, "same", c->same) &&
	    doc_put_u64(d, "new_bytes", c->new_bytes) && fill_changes(list, c);
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
print(const struct call *c, const struct side side[2],
    const struct compare *cmp, struct weigh_err *err)
{
	struct doc *d = make_document(side, cmp);
	bool quiet = c->out->format == OUT_QUIET;
	enum weigh_code rc;

	if (d == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = call_print_list(c, d, "changes", quiet ? columns + 1 : columns,
	    c->out->format == OUT_HUMAN ? COLUMNS_HUMAN : COLUMNS_ALL - quiet,
	    err);
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
		rc = print(c, side, &cmp, err);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot compare revisions of %.180s",
		    c->args[0]);
	compare_free(&cmp);
	side_free(&side[0]);
	side_free(&side[1]);
	client_close(&client);
	return rc;
}
