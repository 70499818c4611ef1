/* lfs/batch: batch requests and their answers; see weigh/lfs.h. */
#include <stdlib.h>
#include <string.h>

#include <weigh/lfs.h>

#include "priv.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- one object ------------------------------------------------------------------ */

struct object {
	struct weigh_lfs_object o;
	bool has_oid, has_size;
};

enum weigh_code
weigh_lfs_read_oid(struct weigh_json *j, enum weigh_json_token first,
    struct weigh_oid *out, struct weigh_err *err)
{
	char hex[WEIGH_OID_HEX + 1];
	enum weigh_code rc;

	rc = weigh_json_copy(j, first, hex, sizeof(hex), err);
	if (rc == WEIGH_OK && !weigh_oid_parse(out, hex, strlen(hex)))
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "64 lower-case hex digits are expected");
	return rc;
}

static enum weigh_code
read_oid(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct object *o = out;

	o->has_oid = true;
	return weigh_lfs_read_oid(j, first, &o->o.oid, err);
}

static enum weigh_code
read_size(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct object *o = out;

	o->has_size = true;
	return weigh_json_size(j, first, &o->o.size, err);
}

static const struct weigh_json_member object_rows[] = {
	{ "oid", read_oid },
	{ "size", read_size },
};

static enum weigh_code
whole_object(const struct object *o, struct weigh_err *err)
{
	if (o->has_oid && o->has_size)
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_MALFORMED,
	    "an object needs 'oid' and 'size'");
}

enum weigh_code
weigh_lfs_verify_parse(struct weigh_lfs_object *out, const char *text,
    size_t len, struct weigh_err *err)
{
	struct object o = { 0 };
	enum weigh_code rc;

	rc = weigh_json_read_object(text, len, object_rows, COUNT(object_rows),
	    &o, err);
	if (rc == WEIGH_OK)
		rc = whole_object(&o, err);
	if (rc == WEIGH_OK)
		*out = o.o;
	return rc;
}

/* --- the request ------------------------------------------------------------------- */

struct batch {
	struct weigh_lfs_batch b;
	size_t room; /* of b.objects */
	bool has_operation, has_transfers, has_objects;
};

static enum weigh_code
read_operation(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct batch *b = out;
	char word[16];
	enum weigh_code rc;

	if ((rc = weigh_json_copy(j, first, word, sizeof(word), err)) !=
	    WEIGH_OK)
		return rc;
	b->has_operation = true;
	b->b.upload = strcmp(word, "upload") == 0;
	if (!b->b.upload && strcmp(word, "download") != 0)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "neither 'upload' nor 'download'");
	return WEIGH_OK;
}

static enum weigh_code
read_transfer(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct batch *b = out;
	char word[64];
	enum weigh_code rc;

	rc = weigh_json_copy(j, first, word, sizeof(word), err);
	if (rc == WEIGH_OK && strcmp(word, "basic") == 0)
		b->b.basic = true;
	if (rc == WEIGH_OK && strcmp(word, "multipart") == 0)
		b->b.multipart = true;
	return rc;
}

static enum weigh_code
read_transfers(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct batch *b = out;

	b->has_transfers = true;
	return weigh_json_elements(j, first, read_transfer, out, err);
}

static enum weigh_code
read_ref_name(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct batch *b = out;

	return weigh_json_copy(j, first, b->b.ref, sizeof(b->b.ref), err);
}

static enum weigh_code
read_ref(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "name", read_ref_name },
	};

	return weigh_json_members(j, first, rows, COUNT(rows), out, err);
}

static enum weigh_code
read_hash(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	char word[32];
	enum weigh_code rc;

	(void)out;
	rc = weigh_json_copy(j, first, word, sizeof(word), err);
	/* Hub clients in JavaScript say "sha_256". */
	if (rc == WEIGH_OK && strcmp(word, "sha256") != 0 &&
	    strcmp(word, "sha_256") != 0)
		rc = weigh_fail(err, WEIGH_CONFLICT,
		    "objects are named by their SHA-256 only");
	return rc;
}

static enum weigh_code
read_batch_object(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct batch *b = out;
	struct object o = { 0 };
	enum weigh_code rc;

	rc = weigh_json_members(j, first, object_rows, COUNT(object_rows), &o,
	    err);
	if (rc == WEIGH_OK)
		rc = whole_object(&o, err);
	if (rc != WEIGH_OK)
		return rc;
	if (b->b.nobjects == WEIGH_LFS_OBJECTS)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "at most %d objects at a time", WEIGH_LFS_OBJECTS);
	rc = weigh_lfs_grow((void **)&b->b.objects, &b->room, b->b.nobjects,
	    sizeof(*b->b.objects), err);
	if (rc == WEIGH_OK)
		b->b.objects[b->b.nobjects++] = o.o;
	return rc;
}

static enum weigh_code
read_objects(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct batch *b = out;

	b->has_objects = true;
	return weigh_json_elements(j, first, read_batch_object, out, err);
}

enum weigh_code
weigh_lfs_grow(void **list, size_t *room, size_t have, size_t size,
    struct weigh_err *err)
{
	size_t more = *room == 0 ? 16 : *room * 2;
	void *bigger;

	if (have < *room)
		return WEIGH_OK;
	if ((bigger = realloc(*list, more * size)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	*list = bigger;
	*room = more;
	return WEIGH_OK;
}

enum weigh_code
weigh_lfs_batch_parse(struct weigh_lfs_batch *out, const char *text, size_t len,
    struct weigh_err *err)
{
	static const struct weigh_json_member rows[] = {
		{ "operation", read_operation },
		{ "transfers", read_transfers },
		{ "objects", read_objects },
		{ "hash_algo", read_hash },
		{ "ref", read_ref },
	};
	struct batch b = { 0 };
	enum weigh_code rc;

	rc = weigh_json_read_object(text, len, rows, COUNT(rows), &b, err);
	if (rc == WEIGH_OK && (!b.has_operation || !b.has_objects))
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "a batch needs 'operation' and 'objects'");
	if (rc != WEIGH_OK) {
		weigh_lfs_batch_free(&b.b);
		return rc;
	}
	if (!b.has_transfers)
		b.b.basic = true; /* batch.md: the default */
	*out = b.b;
	return WEIGH_OK;
}

void
weigh_lfs_batch_free(struct weigh_lfs_batch *b)
{
	free(b->objects);
	b->objects = NULL;
	b->nobjects = 0;
}

/* --- the answer ---------------------------------------------------------------------- */

static void
begin_object(struct weigh_jw *w, const struct weigh_lfs_object *o)
{
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&o->oid, hex);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "oid", hex);
	weigh_jw_ku64(w, "size", o->size);
}

void
weigh_lfs_answer_begin(struct weigh_jw *w, const char *transfer)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "transfer", transfer);
	weigh_jw_kstr(w, "hash_algo", "sha256");
	weigh_jw_key(w, "objects");
	weigh_jw_array(w);
}

void
weigh_lfs_answer_end(struct weigh_jw *w)
{
	weigh_jw_array_end(w);
	weigh_jw_object_end(w);
}

void
weigh_lfs_answer_held(struct weigh_jw *w, const struct weigh_lfs_object *o)
{
	begin_object(w, o);
	weigh_jw_object_end(w);
}

void
weigh_lfs_answer_error(struct weigh_jw *w, const struct weigh_lfs_object *o,
    int code, const char *message)
{
	begin_object(w, o);
	weigh_jw_key(w, "error");
	weigh_jw_object(w);
	weigh_jw_ku64(w, "code", (uint64_t)code);
	weigh_jw_kstr(w, "message", message);
	weigh_jw_object_end(w);
	weigh_jw_object_end(w);
}

void
weigh_lfs_answer_object(struct weigh_jw *w, const struct weigh_lfs_object *o)
{
	begin_object(w, o);
	/* The URL is all that is needed: no second question for a password. */
	weigh_jw_kbool(w, "authenticated", true);
	weigh_jw_key(w, "actions");
	weigh_jw_object(w);
}

void
weigh_lfs_answer_action(struct weigh_jw *w, const char *name, const char *href,
    unsigned expires_in)
{
	weigh_jw_key(w, name);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "href", href);
	if (expires_in > 0)
		weigh_jw_ku64(w, "expires_in", expires_in);
	weigh_jw_key(w, "header");
	weigh_jw_object(w);
}

void
weigh_lfs_answer_action_end(struct weigh_jw *w)
{
	weigh_jw_object_end(w);
	weigh_jw_object_end(w);
}

void
weigh_lfs_answer_object_end(struct weigh_jw *w)
{
	weigh_jw_object_end(w);
	weigh_jw_object_end(w);
}
