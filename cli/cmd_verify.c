/* weigh verify: every byte again, in the store or in a pulled folder. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beneath.h"
#include "check.h"
#include "cmds.h"
#include "extra.h"
#include "job.h"
#include "note.h"
#include "place.h"
#include "seal.h"
#include "text.h"

static const struct out_column columns[] = {
	{ "PATH", "path", OUT_TEXT, false },
	{ "PROBLEM", "problem", OUT_TEXT, false },
	{ "SHA256", "sha256", OUT_TEXT, false },
};

/* "NAME@COMMIT  …", and for a folder what to compare it with. */
static void
print_right(const struct out *o, const struct doc *d, const char *files,
    const char *size)
{
	const char *manifest = doc_str(d, "manifest");
	const char *whole = doc_str(d, "part_of");
	uint64_t extra = doc_u64(d, "extra");
	char others[TEXT_COUNT];

	out_line("%s@%s  %s, %s, every byte matches its SHA-256",
	    doc_str(d, "name"), doc_str(d, "revision"), files, size);
	if (manifest[0] != '\0')
		out_line("manifest %s%s", manifest,
		    whole[0] != '\0' ? " (of the part that was pulled)" : "");
	if (whole[0] != '\0')
		out_line("revision %s", whole);
	text_count(extra, "file", others);
	if (extra > 0)
		out_say(o, "%s here %s not part of it", others,
		    extra == 1 ? "is" : "are");
}

/* Of a revision that is partial: what of it is not here, which is no failure. */
static void
say_absent(const struct out *o, const struct doc *d)
{
	const struct doc *list = doc_get(d, "absent");
	uint64_t n = doc_u64(d, "absent_files");
	char files[TEXT_COUNT], size[TEXT_SIZE];

	if (n == 0 || list == NULL || list->first == NULL)
		return;
	text_count(n, "file", files);
	text_size(doc_u64(d, "absent_bytes"), size);
	out_say(o, "%s more, %s, %s not held here%s '%.200s'", files, size,
	    n == 1 ? "is" : "are", n == 1 ? ":" : "; the first is",
	    doc_str(list->first, "path"));
}

/* Print a weigh.verify/1; WEIGH_MISMATCH if something in it is bad. */
static enum weigh_code
conclude(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	const struct doc *bad = doc_get(d, "bad");
	char files[TEXT_COUNT], size[TEXT_SIZE];
	enum weigh_code rc = WEIGH_OK;

	text_count(doc_u64(d, "files"), "file", files);
	text_size(doc_u64(d, "bytes"), size);
	if (bad == NULL)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the answer does not say what is bad");
	if (c->out->format == OUT_JSON || doc_count(bad) > 0 ||
	    c->out->format == OUT_TSV)
		rc = call_print_list(c, d, "bad", columns,
		    sizeof(columns) / sizeof(columns[0]), err);
	else if (c->out->format == OUT_HUMAN)
		print_right(c->out, d, files, size);
	if (rc == WEIGH_OK && c->out->format == OUT_HUMAN)
		say_absent(c->out, d);
	if (rc != WEIGH_OK || doc_count(bad) == 0)
		return rc;
	weigh_fail(err, WEIGH_MISMATCH,
	    "%zu of %s %s not what the manifest promises (first: '%.200s' %s)",
	    doc_count(bad), files, doc_count(bad) == 1 ? "is" : "are",
	    doc_str(bad->first, "path"), doc_str(bad->first, "problem"));
	weigh_what(err, "verification failed");
	return WEIGH_MISMATCH;
}

static enum weigh_code
verify_store(const struct call *c, struct weigh_err *err)
{
	struct client client = { 0 };
	struct doc *d = NULL;
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
		rc = job_run(&client, "/-/v1/verify", &b, c->out, c->args[0],
		    "weigh.verify/1", &d, err);
	}
	if (rc == WEIGH_OK)
		rc = conclude(c, d, err);
	doc_free(d);
	weigh_buf_free(&b);
	client_close(&client);
	return rc;
}

/* A pulled folder, as .weigh describes it. */
struct pulled {
	int dir, own; /* the folder, and its .weigh */
	struct seal seal;
	struct weigh_manifest manifest;
	uint64_t extra; /* what else lies there */
};

/* The seal, and the manifest it is of: what does not fit is not looked at. */
static enum weigh_code
read_notes(struct pulled *f, struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, WEIGH_MANIFEST_MAX);
	rc = note_read(f->own, "revision", &text, err);
	if (rc == WEIGH_OK) {
		rc = seal_parse(&f->seal, text.data != NULL ? text.data : "",
		    text.len, err);
		rc = weigh_context(err, rc, ".weigh/revision");
	}
	weigh_buf_reset(&text);
	if (rc == WEIGH_OK)
		rc = note_read(f->own, "manifest", &text, err);
	if (rc == WEIGH_OK) {
		rc = seal_check(&f->seal, &text, err);
		if (rc == WEIGH_OK)
			rc = weigh_manifest_parse(&f->manifest,
			    text.data != NULL ? text.data : "", text.len, err);
		if (rc == WEIGH_MALFORMED && err != NULL)
			rc = err->code = WEIGH_MISMATCH;
		rc = weigh_context(err, rc, ".weigh/manifest");
	}
	weigh_buf_free(&text);
	if (rc != WEIGH_OK)
		weigh_fix(err, "pull it again; what is right is kept");
	return rc;
}

static void
write_seal(struct weigh_jw *w, const struct seal *s)
{
	char name[WEIGH_REPO_TEXT], hex[WEIGH_OID_HEX + 1];

	weigh_repo_text(&s->ref.repo, name);
	weigh_jw_kstr(w, "name", name);
	weigh_jw_kstr(w, "revision", s->ref.rev);
	weigh_oid_hex(&s->manifest, hex);
	weigh_jw_kstr(w, "manifest", hex);
	if (!seal_is_whole(s)) {
		weigh_oid_hex(&s->revision, hex);
		weigh_jw_kstr(w, "part_of", hex);
	}
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
make_document(struct doc **out, const struct pulled *f,
    const struct check_item *items, struct weigh_err *err)
{
	const struct weigh_manifest *m = &f->manifest;
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;
	size_t i;

	weigh_buf_init(&b, WEIGH_MANIFEST_MAX);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "schema", "weigh.verify/1");
	write_seal(&w, &f->seal);
	weigh_jw_ku64(&w, "files", m->count);
	weigh_jw_ku64(&w, "bytes", weigh_manifest_bytes(m));
	weigh_jw_ku64(&w, "extra", f->extra);
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

	rc = call_jobs(c, cores > 0 && cores < 64 ? (unsigned)cores : 1, &jobs,
	    err);
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
	struct pulled f = { .dir = -1, .own = -1 };
	struct check_item *items = NULL;
	struct doc *d = NULL;
	enum weigh_code rc;

	f.dir = beneath_openat(AT_FDCWD, path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (f.dir < 0) {
		rc = place_fail(err, errno, path);
		goto out;
	}
	f.own = beneath_openat(f.dir, ".weigh",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	if (f.own < 0) {
		rc = weigh_fail_errno(err, errno, ".weigh in '%.200s'", path);
		weigh_fix(err, "give a folder that weigh pull has written");
		goto out;
	}
	rc = read_notes(&f, err);
	if (rc != WEIGH_OK)
		goto out;
	items = calloc(f.manifest.count + 1, sizeof(*items));
	if (items == NULL) {
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	rc = check_manifest(c, f.dir, &f.manifest, items, err);
	f.extra = extra_count(path, &f.manifest);
	if (rc == WEIGH_OK)
		rc = make_document(&d, &f, items, err);
	if (rc == WEIGH_OK)
		rc = conclude(c, d, err);
out:
	doc_free(d);
	free(items);
	weigh_manifest_free(&f.manifest);
	if (f.own >= 0)
		close(f.own);
	if (f.dir >= 0)
		close(f.dir);
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
