/* judge: see judge.h. */
#include "fetch/judge.h"

#include <inttypes.h>
#include <string.h>

#include <weigh/upstream.h>

/* An entity tag that is a SHA-256 is that of the file. */
static bool
names_other(const struct range_wanted *w, const char *etag)
{
	struct weigh_oid oid;
	size_t len = strlen(etag);

	return len == WEIGH_OID_HEX + 2 &&
	    weigh_oid_parse(&oid, etag + 1, WEIGH_OID_HEX) &&
	    !weigh_oid_equal(&oid, &w->oid);
}

static enum weigh_code
judge_part(const struct range_wanted *w, const struct outbound_head *head,
    struct weigh_err *err)
{
	if (!head->has_range)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a part came without Content-Range");
	if (head->range_total != UINT64_MAX && head->range_total != w->size)
		return weigh_fail(err, WEIGH_MISMATCH,
		    "upstream has %" PRIu64 " bytes of it, not %" PRIu64,
		    head->range_total, w->size);
	if (head->range_first != w->first ||
	    head->range_last != w->first + w->len - 1)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "bytes %" PRIu64 " to %" PRIu64 " came, not %" PRIu64
		    " to %" PRIu64,
		    head->range_first, head->range_last, w->first,
		    w->first + w->len - 1);
	return WEIGH_OK;
}

static enum weigh_code
judge_whole(const struct range_wanted *w, const struct outbound_head *head,
    struct range_verdict *out, struct weigh_err *err)
{
	out->whole = true;
	if (head->has_length && head->length != w->size)
		return weigh_fail(err, WEIGH_MISMATCH,
		    "upstream has %" PRIu64 " bytes of it, not %" PRIu64,
		    head->length, w->size);
	return WEIGH_OK;
}

enum weigh_code
range_judge(const struct range_wanted *w, const struct outbound_head *head,
    struct range_verdict *out, struct weigh_err *err)
{
	enum weigh_code rc;

	out->whole = false;
	if (head->status == 416)
		return weigh_fail(err, WEIGH_MISMATCH,
		    "upstream has fewer bytes of it");
	rc = weigh_upstream_refusal(head->status, head->error_code, err);
	if (rc != WEIGH_OK)
		return rc;
	if (head->coded)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the bytes came coded, which was not asked for");
	if (names_other(w, head->linked_etag) || names_other(w, head->etag))
		return weigh_fail(err, WEIGH_MISMATCH,
		    "upstream has another file there now");
	if (w->etag[0] != '\0' && head->etag[0] != '\0' &&
	    strcmp(w->etag, head->etag) != 0)
		return weigh_fail(err, WEIGH_CHANGED,
		    "the file changed there between two ranges");
	if (head->status == 206)
		return judge_part(w, head, err);
	if (head->status == 200)
		return judge_whole(w, head, out, err);
	return weigh_fail(err, WEIGH_MALFORMED, "an answer with status %d",
	    head->status);
}
