/*
 * oci: GGUF models for Ollama and other clients of an OCI registry (distribution-
 * spec 1.1, the reading half).
 *
 *     GET /v2/                            is there a registry?
 *     GET /v2/{id}/manifests/{tag}        or /sha256:HEX: what an image consists of
 *     GET /v2/{id}/blobs/sha256:HEX       one piece of it
 *     GET /v2/{id}/tags/list
 *
 * Layers are files of the repository, by the SHA-256 they have here anyway, and a
 * few small blobs that are made from the model's header (image.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/ollama.h>

#include "image.h"

#define TAG_MAX 128 /* bytes of a tag, as distribution-spec has it */

/* --- errors -------------------------------------------------------------------- */

/* X-Error-Code of the Hub to the code that OCI clients look for. */
static const struct {
	const char *hub, *oci;
} codes[] = {
	{ "RepoNotFound", "NAME_UNKNOWN" },
	{ "RevisionNotFound", "MANIFEST_UNKNOWN" },
	{ "EntryNotFound", "MANIFEST_UNKNOWN" },
	{ "GatedRepo", "DENIED" },
};

static const char *
code_of(int status, const char *hub_code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (hub_code != NULL && strcmp(codes[i].hub, hub_code) == 0)
			return codes[i].oci;
	if (hub_code != NULL)
		return hub_code; /* ours already */
	return status == 401 ? "UNAUTHORIZED" :
	    status == 403    ? "DENIED" :
	    status == 400    ? "UNSUPPORTED" :
			       "UNKNOWN";
}

static int
print_error(struct weigh_buf *out, int status, const char *hub_code,
    const struct weigh_err *err)
{
	struct weigh_jw jw;

	if (status == 0)
		status = weigh_code_info(err->code)->http_status;
	weigh_jw_init(&jw, out);
	weigh_oci_error(&jw, code_of(status, hub_code),
	    err->what[0] != '\0' ? err->what : err->why, weigh_err_fix(err));
	return status;
}

void
oci_send_error(struct http_exchange *x, int status, const char *hub_code,
    const struct weigh_err *err)
{
	struct weigh_buf body;

	weigh_buf_init(&body, 16 << 10);
	status = print_error(&body, status, hub_code, err);
	http_send(x, status, "application/json; charset=utf-8", &body);
}

void
oci_turn_error(struct http_reply *r)
{
	if (r->rc == WEIGH_OK)
		return;
	weigh_buf_reset(&r->body);
	r->status = print_error(&r->body, r->status, r->hub_code, &r->err);
	r->rc = WEIGH_OK;
	r->is_file = false;
	r->type = NULL;
}

/* --- helpers --------------------------------------------------------------------- */

static void
say_version(struct http_reply *r)
{
	http_reply_field(r, "Docker-Distribution-API-Version", "%s",
	    "registry/2.0");
}

/* Clients lower the names of repositories: they are found without case. */
static bool
find_repo(struct ask *ask, struct catalog_reader *reader)
{
	struct weigh_repo held;
	enum weigh_code rc;

	say_version(&ask->task.reply);
	rc = catalog_find_repo(reader, &ask->match.repo, &held,
	    &ask->task.reply.err);
	if (rc == WEIGH_OK)
		ask->match.repo = held;
	else
		ask_fail(ask, rc,
		    rc == WEIGH_NOT_FOUND ? "RepoNotFound" : NULL);
	return rc == WEIGH_OK;
}

static bool
parse_digest(struct weigh_oid *out, const char *text)
{
	return strncmp(text, "sha256:", 7) == 0 &&
	    weigh_oid_parse(out, text + 7, strlen(text + 7));
}

/* The reply becomes this blob, whose size is known. */
static void
give_blob(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_oid *oid, uint64_t size, const char *type)
{
	struct http_reply *r = &ask->task.reply;
	struct gate *gate = ask->serve->parts.gate;
	struct http_entity e = { .etag = r->etag, .size = size };
	enum weigh_code rc;

	weigh_oid_hex(oid, r->blob);
	snprintf(r->etag, sizeof(r->etag), "\"%s\"", r->blob);
	http_reply_field(r, "Docker-Content-Digest", "sha256:%s", r->blob);
	r->type = type;
	r->is_file = true;
	r->size = size;
	if (http_wants_bytes(ask->task.x, &e))
		rc = gate_open(gate, reader, WEIGH_DOOR_OCI, oid, size, &r->fd,
		    &r->err);
	else
		rc = gate_ask(gate, reader, WEIGH_DOOR_OCI, oid, size, &r->err);
	if (rc == WEIGH_OK)
		return;
	r->status = 503; /* it is named; its bytes are what is missing */
	ask_fail(ask, rc, NULL);
}

/* catalog_has; what it does not find may be an image that was made for a catalog
 * of before. */
static enum weigh_code
find_blob(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_oid *oid, uint64_t *size, char *kind, size_t kind_size)
{
	struct weigh_err *err = &ask->task.reply.err;
	struct image image;
	enum weigh_code rc;

	rc = catalog_has(reader, &ask->match.repo, oid, size, kind, kind_size,
	    err);
	if (rc != WEIGH_NOT_FOUND || !ask_revision(ask, reader))
		return rc;
	image_init(&image, ask, reader);
	if (image_list(&image, NULL) == WEIGH_OK)
		image_remake(&image);
	image_free(&image);
	return catalog_has(reader, &ask->match.repo, oid, size, kind, kind_size,
	    err);
}

/* --- the routes --------------------------------------------------------------------- */

void
serve_oci(struct ask *ask, struct catalog_reader *reader)
{
	(void)reader;
	say_version(&ask->task.reply);
	/* containers/image asks once, here, how one could be known, and shows user
	 * and password nowhere if it is not told. */
	if (ask->who.role == WEIGH_ROLE_NOBODY)
		http_reply_field(&ask->task.reply, "WWW-Authenticate", "%s",
		    "Basic realm=\"weighd\"");
	weigh_buf_adds(&ask->task.reply.body, "{}");
}

void
serve_oci_blob(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	struct weigh_oid oid;
	uint64_t size;
	char kind[8];
	enum weigh_code rc;

	if (!find_repo(ask, reader))
		return;
	if (!parse_digest(&oid, ask->match.path)) {
		rc = weigh_fail(&r->err, WEIGH_USAGE,
		    "a blob is named by sha256: and 64 hex digits");
		ask_fail(ask, rc, "DIGEST_INVALID");
		return;
	}
	rc = find_blob(ask, reader, &oid, &size, kind, sizeof(kind));
	if (rc == WEIGH_OK)
		give_blob(ask, reader, &oid, size, "application/octet-stream");
	else
		ask_fail(ask, rc,
		    rc == WEIGH_NOT_FOUND ? "BLOB_UNKNOWN" : NULL);
}

/* What a made blob was made for begins with its kind. */
static bool
form_of(const char *kind, enum weigh_manifest_form *form)
{
	static const enum weigh_manifest_form forms[] = {
		WEIGH_MANIFEST_DOCKER,
		WEIGH_MANIFEST_OCI,
	};
	size_t len = strcspn(kind, " ");

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		*form = forms[i];
		if (strlen(image_kind(*form)) == len &&
		    memcmp(image_kind(*form), kind, len) == 0)
			return true;
	}
	return false;
}

/* A manifest that was given out before, by its own name. */
static void
manifest_by_digest(struct ask *ask, struct catalog_reader *reader,
    const struct weigh_oid *oid)
{
	struct http_reply *r = &ask->task.reply;
	enum weigh_manifest_form form;
	uint64_t size;
	char kind[32];
	enum weigh_code rc;

	rc = find_blob(ask, reader, oid, &size, kind, sizeof(kind));
	if (rc == WEIGH_OK && !form_of(kind, &form))
		rc = weigh_fail(&r->err, WEIGH_NOT_FOUND,
		    "these bytes are no manifest");
	if (rc == WEIGH_OK)
		give_blob(ask, reader, oid, size, weigh_manifest_type(form));
	else
		ask_fail(ask, rc,
		    rc == WEIGH_NOT_FOUND ? "MANIFEST_UNKNOWN" : NULL);
}

/* Does the client take OCI's own form?  Accept may come in several lines. */
static bool
takes_oci(const struct weigh_http_head *head)
{
	const char *type = weigh_manifest_type(WEIGH_MANIFEST_OCI);

	for (unsigned i = 0; i < head->nfields; i++) {
		const struct weigh_http_field *f = &head->fields[i];

		if (weigh_span_is_nocase(f->name, "Accept") &&
		    memmem(f->value.p, f->value.len, type, strlen(type)) !=
			NULL)
			return true;
	}
	return false;
}

/* llama.cpp of 2025 reads the file's name out of the manifest; who takes OCI's
 * form is given that. */
static struct image_wish
wish_of(const struct ask *ask)
{
	const struct weigh_http_head *head = http_head(ask->task.x);
	struct weigh_span agent = weigh_http_field(head, "User-Agent");

	return (struct image_wish){
		.form = takes_oci(head) ? WEIGH_MANIFEST_OCI :
					  WEIGH_MANIFEST_DOCKER,
		.rfilename = agent.len >= 9 &&
		    memcmp(agent.p, "llama-cpp", 9) == 0,
	};
}

void
serve_oci_manifest(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	const struct image_wish wish = wish_of(ask);
	struct image image;
	struct weigh_oid oid;
	char hex[WEIGH_OID_HEX + 1];
	enum weigh_code rc;

	http_reply_field(r, "Vary", "Accept, User-Agent");
	if (!find_repo(ask, reader))
		return;
	if (parse_digest(&oid, ask->match.path)) {
		manifest_by_digest(ask, reader, &oid);
		return;
	}
	if (!ask_revision(ask, reader))
		return;
	image_init(&image, ask, reader);
	rc = image_list(&image, &r->err);
	if (rc == WEIGH_OK)
		rc = image_make(&image, ask->match.path, &wish, &r->body, &oid,
		    &r->err);
	if (rc == WEIGH_OK) {
		weigh_oid_hex(&oid, hex);
		http_reply_field(r, "Docker-Content-Digest", "sha256:%s", hex);
		snprintf(r->etag, sizeof(r->etag), "\"%s\"", hex);
		r->type = weigh_manifest_type(wish.form);
	} else {
		r->status = image.status;
		ask_fail(ask, rc, image.code);
	}
	image_free(&image);
}

/* --- tags ------------------------------------------------------------------------------- */

struct tags {
	char (*names)[TAG_MAX + 1];
	size_t count;
};

/* What cannot be a tag, as distribution-spec has them, is not listed. */
static void
add_tag(struct tags *t, const char *name)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
	size_t len = strlen(name);

	if (len == 0 || len > TAG_MAX || strspn(name, ok) != len ||
	    name[0] == '.' || name[0] == '-')
		return;
	memcpy(t->names[t->count++], name, len + 1);
}

static int
compare_tag(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
collect_tags(struct tags *t, const struct image *image)
{
	if (weigh_gguf_choose(image->names, image->count, "latest") >= 0)
		add_tag(t, "latest");
	for (size_t i = 0; i < image->count; i++) {
		const struct weigh_gguf_name *f = &image->names[i];
		const char *slash = strrchr(f->path, '/');

		if (f->parts > 0 || f->projector)
			continue;
		add_tag(t, f->quantization);
		add_tag(t, slash != NULL ? slash + 1 : f->path);
	}
	if (t->count > 1)
		qsort(t->names, t->count, sizeof(t->names[0]), compare_tag);
}

/* The page after `last`, of at most `limit`; a further one is told by Link, as
 * distribution-spec has it. */
static void
write_tags(struct ask *ask, const struct tags *t, uint64_t limit,
    const char *last)
{
	struct http_reply *r = &ask->task.reply;
	const char *before = "";
	struct weigh_jw jw;
	uint64_t n = 0;

	weigh_jw_init(&jw, &r->body);
	weigh_jw_object(&jw);
	weigh_jw_kstr(&jw, "name", ask->match.repo.name);
	weigh_jw_key(&jw, "tags");
	weigh_jw_array(&jw);
	for (size_t i = 0; i < t->count; i++) {
		if (strcmp(t->names[i], last) <= 0 ||
		    strcmp(t->names[i], before) == 0)
			continue;
		if (n == limit) {
			if (n == 0)
				break;
			http_reply_field(r, "Link",
			    "</v2/%s/tags/list?n=%llu&last=%s>; rel=\"next\"",
			    ask->match.repo.name, (unsigned long long)limit,
			    before);
			break;
		}
		n++;
		before = t->names[i];
		weigh_jw_str(&jw, before);
	}
	weigh_jw_array_end(&jw);
	weigh_jw_object_end(&jw);
}

void
serve_oci_tags(struct ask *ask, struct catalog_reader *reader)
{
	struct http_reply *r = &ask->task.reply;
	char n[16], last[TAG_MAX + 1];
	struct tags t = { .names = NULL };
	struct image image;
	uint64_t limit = 10000;
	enum weigh_code rc;

	if (!find_repo(ask, reader) || !ask_revision(ask, reader))
		return;
	if (ask_query(ask, "n", n, sizeof(n)))
		limit = strtoull(n, NULL, 10); /* no number: none of them */
	ask_query(ask, "last", last, sizeof(last));
	image_init(&image, ask, reader);
	rc = image_list(&image, &r->err);
	t.names = calloc(2 * image.count + 1, sizeof(*t.names));
	if (rc == WEIGH_OK && t.names == NULL)
		rc = weigh_fail(&r->err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK) {
		collect_tags(&t, &image);
		write_tags(ask, &t, limit, last);
	} else {
		ask_fail(ask, rc, NULL);
	}
	free(t.names);
	image_free(&image);
}
