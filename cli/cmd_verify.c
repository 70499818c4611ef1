/* weigh verify: every byte again, in the store or in a pulled folder. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "cmds.h"
#include "job.h"
#include "note.h"
#include "text.h"

static const struct out_column columns[] = {
	{ "PATH", "path", OUT_TEXT, false },
	{ "PROBLEM", "problem", OUT_TEXT, false },
	{ "SHA256", "sha256", OUT_TEXT, true },
};

/* Print a weigh.verify/1; WEIGH_MISMATCH if something in it is bad. */
static enum weigh_code
conclude(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	const struct doc *bad = doc_get(d, "bad");
	char files[TEXT_FILES], size[TEXT_SIZE];
	enum weigh_code rc = WEIGH_OK;

	text_files(doc_u64(d, "files"), files);
	text_size(doc_u64(d, "bytes"), size);
	if (bad == NULL)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the answer does not say what is bad");
	if (c->out->format == OUT_JSON || doc_count(bad) > 0 ||
	    c->out->format == OUT_TSV)
		rc = call_print_list(c, d, "bad", columns,
		    sizeof(columns) / sizeof(columns[0]), err);
	else if (c->out->format == OUT_HUMAN)
		out_line("%s@%s  %s, %s, every byte matches its SHA-256",
		    doc_str(d, "name"), doc_str(d, "revision"), files, size);
	if (rc != WEIGH_OK || doc_count(bad) == 0)
		return rc;
	weigh_fail(err, WEIGH_MISMATCH,
	    "%zu of %s are not what the manifest promises (first: '%.200s' %s)",
	    doc_count(bad), files, doc_str(bad->first, "path"),
	    doc_str(bad->first, "problem"));
	weigh_what(err, "verification failed");
	return WEIGH_MISMATCH;
}

static enum weigh_code
verify_store(const struct call *c, struct weigh_err *err)
{
	struct client client = { 0 };
	struct job_asker asker = { .client = &client };
	struct doc *started = NULL, *d = NULL;
	char name[WEIGH_REPO_TEXT];
	struct weigh_ref ref;
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc = call_ref(&ref, c->args[0], err);

	weigh_buf_init(&b, 4096);
	if (rc == WEIGH_OK)
		rc = call_client(c, &client, err);
	if (rc == WEIGH_OK) {
		weigh_repo_text(&ref.repo, name);
		weigh_jw_init(&w, &b);
		weigh_jw_object(&w);
		weigh_jw_kstr(&w, "name", name);
		if (ref.rev[0] != '\0')
			weigh_jw_kstr(&w, "revision", ref.rev);
		weigh_jw_object_end(&w);
		rc = client_doc(&client, "/-/v1/verify",
		    b.data != NULL ? b.data : "", "weigh.job/1", &started, err);
	}
	if (rc == WEIGH_OK)
		rc = job_wait(&asker, started, c->out, c->args[0], &d, err);
	if (rc == WEIGH_OK)
		rc = doc_schema(d, "weigh.verify/1", err);
	if (rc == WEIGH_OK)
		rc = conclude(c, d, err);
	doc_free(d);
	doc_free(started);
	weigh_buf_free(&b);
	client_close(&client);
	return rc;
}

/* "NAME@COMMIT\n", or nothing. */
static void
write_revision(struct weigh_jw *w, int own)
{
	struct weigh_buf text;
	char *at;

	weigh_buf_init(&text, 1u << 20);
	if (note_read(own, "revision", &text, NULL) == WEIGH_OK &&
	    text.len > 0) {
		text.data[strcspn(text.data, "\n")] = '\0';
		at = strchr(text.data, '@');
		if (at != NULL)
			*at++ = '\0';
		weigh_jw_kstr(w, "name", text.data);
		weigh_jw_kstr(w, "revision", at != NULL ? at : "");
	}
	weigh_buf_free(&text);
}

static void
write_bad(struct weigh_jw *w, const struct check_item *item)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&item->oid, hex);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "path", item->path);
	weigh_jw_kstr(w, "sha256", hex);
	weigh_jw_kstr(w, "problem", check_problem(item));
	weigh_jw_object_end(w);
}

/* The same document that weighd makes, from what was found here. */
static enum weigh_code
make_document(struct doc **out, int own, const struct weigh_manifest *m,
    const struct check_item *items, struct weigh_err *err)
{
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;
	size_t i;

	weigh_buf_init(&b, WEIGH_MANIFEST_MAX);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.verify/1");
	write_revision(&w, own);
	weigh_jw_ku64(&w, "files", m->count);
	weigh_jw_ku64(&w, "bytes", weigh_manifest_bytes(m));
	weigh_jw_key(&w, "bad");
	weigh_jw_array(&w);
	for (i = 0; i < m->count; i++)
		if (items[i].verdict != CHECK_RIGHT)
			write_bad(&w, &items[i]);
	weigh_jw_array_end(&w);
	weigh_jw_object_end(&w);
	rc = b.failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			doc_parse(out, b.data, b.len, err);
	weigh_buf_free(&b);
	return rc;
}

static enum weigh_code
check_manifest(const struct call *c, int dir, const struct weigh_manifest *m,
    struct check_item *items, struct weigh_err *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct bars bars;
	unsigned jobs;
	enum weigh_code rc;
	size_t i;

	rc = opts_number(c->opts, OPT_JOBS, 1, 64,
	    cores > 0 && cores < 64 ? (unsigned)cores : 1, &jobs, err);
	if (rc != WEIGH_OK)
		return rc;
	for (i = 0; i < m->count; i++) {
		items[i].path = m->files[i].path;
		items[i].size = m->files[i].size;
		items[i].oid = m->files[i].oid;
	}
	bars_begin(&bars, c->out, "verify", weigh_manifest_bytes(m));
	rc = check_files(dir, items, m->count, jobs, &bars, err);
	bars_end(&bars);
	return rc;
}

/* Needs no weighd: the manifest lies beside the files. */
static enum weigh_code
verify_folder(const struct call *c, const char *path, struct weigh_err *err)
{
	struct weigh_manifest m = { 0 };
	struct check_item *items = NULL;
	struct doc *d = NULL;
	enum weigh_code rc = WEIGH_OK;
	int own = -1;
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0) {
		rc = weigh_fail_errno(err, errno, "the folder '%.200s'", path);
		goto out;
	}
	own = openat(dir, ".weigh",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (own < 0) {
		rc = weigh_fail_errno(err, errno, ".weigh in '%.200s'", path);
		weigh_fix(err, "give a folder that weigh pull has written");
		goto out;
	}
	rc = note_read_manifest(own, "manifest", &m, err);
	if (rc != WEIGH_OK) {
		weigh_fix(err, "pull it again; what is right is kept");
		goto out;
	}
	items = calloc(m.count + 1, sizeof(*items));
	if (items == NULL) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	rc = check_manifest(c, dir, &m, items, err);
	if (rc == WEIGH_OK)
		rc = make_document(&d, own, &m, items, err);
	if (rc == WEIGH_OK)
		rc = conclude(c, d, err);
out:
	doc_free(d);
	free(items);
	weigh_manifest_free(&m);
	if (own >= 0)
		close(own);
	if (dir >= 0)
		close(dir);
	return rc;
}

enum weigh_code
cmd_verify(const struct call *c, struct weigh_err *err)
{
	const char *dir = opts_value(c->opts, OPT_DIR, NULL);
	enum weigh_code rc;

	if ((dir != NULL) == (c->nargs > 0)) {
		weigh_fail(err, WEIGH_USAGE,
		    dir != NULL ? "both a name and --dir were given" :
				  "neither a name nor --dir was given");
		weigh_fix(err,
		    "weigh verify NAME[@REV], or weigh verify "
		    "--dir DIR");
		return WEIGH_USAGE;
	}
	rc = dir != NULL ? verify_folder(c, dir, err) : verify_store(c, err);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot verify '%.200s'",
		    dir != NULL ? dir : c->args[0]);
	return rc;
}
