/* license: where texts of licenses stand among what is held, and what is known of the
 * license of a revision. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/records.h"
#include "catalog/texts.h"
#include "gate/texts.h"
#include "mirror.h"
#include "trust/access.h"

#define TEXTS 8          /* that are told, each of other bytes */
#define PLACES_MAX 10000 /* that are looked at for them */

struct texts {
	const struct question *q;
	struct catalog_reader *reader;
	struct weigh_jw w;
	struct weigh_oid told[TEXTS];
	size_t n;
};

static bool
is_told(const struct texts *t, const struct weigh_oid *oid)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (weigh_oid_equal(&t->told[i], oid))
			return true;
	return false;
}

static bool
write_text(void *ctx, const struct catalog_text_copy *copy)
{
	char name[WEIGH_REPO_TEXT], hex[WEIGH_OID_HEX + 1];
	char commit[WEIGH_GITID_HEX + 1];
	struct texts *t = ctx;

	if (is_told(t, &copy->oid) ||
	    !access_reads(t->q->control->parts.tokens, t->reader, &t->q->who,
		&copy->repo, copy->visibility))
		return true;
	weigh_repo_text(&copy->repo, name);
	weigh_oid_hex(&copy->oid, hex);
	weigh_gitid_hex(&copy->commit, commit);
	weigh_jw_object(&t->w);
	weigh_jw_kstr(&t->w, "name", name);
	weigh_jw_kstr(&t->w, "revision", commit);
	weigh_jw_kstr(&t->w, "path", copy->path);
	weigh_jw_ku64(&t->w, "size", copy->size);
	weigh_jw_kstr(&t->w, "sha256", hex);
	weigh_jw_object_end(&t->w);
	t->told[t->n++] = copy->oid;
	return t->n < TEXTS;
}

/* The bytes themselves go by the door that all files go by. */
void
control_license_texts(struct question *q, struct catalog_reader *reader)
{
	struct gate *gate = q->control->parts.gate;
	struct http_reply *r = &q->task.reply;
	struct texts t = { .q = q, .reader = reader };
	char license[WEIGH_LICENSE_ID];
	bool left;

	if (!control_query(q, "license", license, sizeof(license))) {
		r->rc = weigh_fail(&r->err, WEIGH_USAGE,
		    "no license was given");
		return;
	}
	/* Asked before the list: what is found in between is in the list. */
	r->rc = gate_texts_left(gate, reader, &left, &r->err);
	if (r->rc != WEIGH_OK)
		return;
	if (left)
		gate_read_texts(gate);
	weigh_jw_init(&t.w, &r->body);
	weigh_jw_object(&t.w);
	weigh_jw_kstr(&t.w, "schema", "weigh.license-texts/1");
	weigh_jw_kstr(&t.w, "license", license);
	weigh_jw_key(&t.w, "texts");
	weigh_jw_array(&t.w);
	r->rc = catalog_text_copies(reader, license, PLACES_MAX, write_text, &t,
	    &r->err);
	weigh_jw_array_end(&t.w);
	weigh_jw_kbool(&t.w, "looking", left);
	weigh_jw_object_end(&t.w);
}

/* --- the record of a revision ------------------------------------------------ */

struct record {
	struct weigh_jw w;
	bool any;
};

static void
write_record(void *ctx, const struct catalog_record *rec)
{
	struct record *r = ctx;
	char name[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&rec->name, name);
	weigh_jw_kstr(&r->w, "sha256", name);
	weigh_jw_key(&r->w, "at");
	weigh_jw_i64(&r->w, rec->at);
	weigh_jw_key(&r->w, "record");
	weigh_jw_raw(&r->w, rec->json, strlen(rec->json));
	r->any = true;
}

/* A revision whose record is not made yet has none, and that is no error: `waiting`. */
void
control_license_record(struct question *q, struct catalog_reader *reader)
{
	struct http_reply *reply = &q->task.reply;
	struct control_subject s;
	struct record r = { .any = false };
	char commit[WEIGH_GITID_HEX + 1];
	enum weigh_code rc;
	bool waits;

	reply->rc = control_subject(q, reader, &s, &reply->err);
	/* Asked before the record: what is made in between is told. */
	if (reply->rc == WEIGH_OK)
		reply->rc = catalog_record_waits(reader, &s.ref.repo, &s.commit,
		    &waits, &reply->err);
	if (reply->rc != WEIGH_OK)
		return;
	weigh_gitid_hex(&s.commit, commit);
	weigh_jw_init(&r.w, &reply->body);
	weigh_jw_object(&r.w);
	weigh_jw_kstr(&r.w, "schema", "weigh.license-record/1");
	weigh_jw_kstr(&r.w, "name", s.text);
	weigh_jw_kstr(&r.w, "revision", commit);
	rc = catalog_record(reader, &s.ref.repo, &s.commit, 0, write_record, &r,
	    &reply->err);
	if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND)
		reply->rc = rc;
	weigh_jw_kbool(&r.w, "waiting", waits);
	weigh_jw_object_end(&r.w);
}
