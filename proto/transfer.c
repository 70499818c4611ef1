/* transfer: one file on its way in; the picture is in the header. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <weigh/transfer.h>

static enum weigh_transfer_action fail(struct weigh_transfer *t,
    enum weigh_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static enum weigh_transfer_action
fail(struct weigh_transfer *t, enum weigh_code code, const char *fmt, ...)
{
	char why[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	weigh_fail(&t->err, code, "%s", why);
	t->state = WEIGH_TRANSFER_FAILED;
	return WEIGH_DO_REPORT;
}

/* Forget what is not checked. */
static void
back_to_good(struct weigh_transfer *t, uint64_t good)
{
	t->refetched += t->have - good;
	t->have = t->good = good;
}

static unsigned
backoff_ms(unsigned losses)
{
	unsigned ms = WEIGH_TRANSFER_BACKOFF_MS;

	while (losses-- > 1 && ms < WEIGH_TRANSFER_BACKOFF_MAX_MS)
		ms *= 2;
	return ms < WEIGH_TRANSFER_BACKOFF_MAX_MS ?
	    ms :
	    WEIGH_TRANSFER_BACKOFF_MAX_MS;
}

/* The bytes since `good` are lost; only a list makes any of them good. */
static enum weigh_transfer_action
lose(struct weigh_transfer *t, const char *why)
{
	back_to_good(t, t->good);
	if (++t->tries > WEIGH_TRANSFER_TRIES)
		return fail(t, WEIGH_NETWORK, "no progress in %d attempts: %s",
		    WEIGH_TRANSFER_TRIES + 1, why);
	t->delay_ms = backoff_ms(t->tries);
	t->state = WEIGH_TRANSFER_WAIT;
	return WEIGH_DO_SLEEP;
}

/* The same while an answer is still coming in, which must be stopped first. */
static enum weigh_transfer_action
stop(struct weigh_transfer *t, const char *why)
{
	enum weigh_transfer_action next = lose(t, why);

	return next == WEIGH_DO_SLEEP ? WEIGH_DO_STOP : next;
}

/* All bytes came, and together they are not what was promised. */
static enum weigh_transfer_action
digest_bad(struct weigh_transfer *t)
{
	t->bad_segments++;
	if (t->again)
		return fail(t, WEIGH_MISMATCH,
		    "the bytes do not have the promised SHA-256");
	t->again = true;
	back_to_good(t, 0);
	return stop(t, "the bytes do not have the promised SHA-256");
}

/* The segment at `good` does not end where the list says (6). */
static enum weigh_transfer_action
segment_bad(struct weigh_transfer *t)
{
	t->bad_segments++;
	if (++t->bad_here > 1) {
		t->list = NULL;
		t->again = true;
		back_to_good(t, 0);
	}
	return stop(t, "a segment does not have the promised SHA-256");
}

static enum weigh_transfer_action
done(struct weigh_transfer *t)
{
	t->good = t->size;
	t->state = WEIGH_TRANSFER_DONE;
	return WEIGH_DO_KEEP;
}

/* Bytes of a file with a list: each segment is judged when it is complete. */
static enum weigh_transfer_action
take_listed(struct weigh_transfer *t, const uint8_t *data, size_t len)
{
	while (len > 0) {
		size_t n = len < t->segment.left ? len :
						   (size_t)t->segment.left;

		weigh_segment_update(&t->segment, data, n);
		t->have += n;
		data += n;
		len -= n;
		if (t->segment.left > 0)
			break;
		if (!weigh_segment_end(&t->segment, t->list, &t->oid))
			return segment_bad(t);
		t->good = t->have;
		t->tries = t->bad_here = 0;
		if (t->good == t->size)
			return done(t);
		weigh_segment_begin(&t->segment, t->list, t->size,
		    t->good / WEIGH_SEGMENT);
	}
	return WEIGH_DO_NOTHING;
}

/* Bytes of a file without one: nothing is known before the last. */
static enum weigh_transfer_action
take_plain(struct weigh_transfer *t, const uint8_t *data, size_t len)
{
	struct weigh_oid got;

	if (!weigh_hasher_update(t->hasher, data, len))
		return fail(t, WEIGH_NOMEM, "out of memory");
	t->have += len;
	if (t->have < t->size)
		return WEIGH_DO_NOTHING;
	if (!weigh_hasher_final(t->hasher, &got))
		return fail(t, WEIGH_NOMEM, "out of memory");
	return weigh_oid_equal(&got, &t->oid) ? done(t) : digest_bad(t);
}

enum weigh_transfer_action
weigh_transfer_bytes(struct weigh_transfer *t, const void *data, size_t len)
{
	if (t->state != WEIGH_TRANSFER_BODY)
		return WEIGH_DO_NOTHING; /* after DONE: (3) */
	if (len > t->size - t->have)
		len = (size_t)(t->size - t->have);
	return t->list != NULL ? take_listed(t, data, len) :
				 take_plain(t, data, len);
}

/* A status that is neither 200 nor 206. */
static enum weigh_transfer_action
refused(struct weigh_transfer *t, int status)
{
	char why[64];

	snprintf(why, sizeof(why), "the server answered %d", status);
	if (status >= 500 || status == 408 || status == 429)
		return stop(t, why);
	if (status == 404 || status == 410)
		return fail(t, WEIGH_NOT_FOUND, "%s", why);
	if (status == 401)
		return fail(t, WEIGH_UNAUTHORIZED, "%s", why);
	if (status == 403 || status == 451)
		return fail(t, WEIGH_DENIED, "%s", why);
	if (status == 416)
		return fail(t, WEIGH_CHANGED,
		    "the server's file is shorter than promised");
	return fail(t, WEIGH_NETWORK, "%s, which is not expected here", why);
}

/* (2): what a 206 must say. */
static bool
range_right(const struct weigh_transfer *t, const struct weigh_transfer_head *h)
{
	return t->good > 0 && h->has_range && h->range_first == t->good &&
	    h->range_last == t->size - 1 && h->range_total == t->size;
}

static void
begin_body(struct weigh_transfer *t)
{
	t->state = WEIGH_TRANSFER_BODY;
	if (t->list != NULL)
		weigh_segment_begin(&t->segment, t->list, t->size,
		    t->good / WEIGH_SEGMENT);
	else
		weigh_hasher_reset(t->hasher);
}

enum weigh_transfer_action
weigh_transfer_head(struct weigh_transfer *t,
    const struct weigh_transfer_head *head)
{
	if (t->state != WEIGH_TRANSFER_ASKED)
		return fail(t, WEIGH_BUG, "an answer that nobody asked for");
	if (head->status != 200 && head->status != 206)
		return refused(t, head->status);
	if (head->etag != NULL && t->etag[0] != '\0' &&
	    strcmp(head->etag, t->etag) != 0)
		return fail(t, WEIGH_CHANGED,
		    "the server has another file now (ETag %.80s, not %s)",
		    head->etag, t->etag);
	if (head->status == 206 && !range_right(t, head))
		return fail(t, WEIGH_NETWORK,
		    "the answer is not the range that was asked for");
	if (head->status == 200)
		back_to_good(t, 0);
	if (head->has_length && head->length != t->size - t->good)
		return fail(t, WEIGH_CHANGED,
		    "the answer has %" PRIu64 " bytes, %" PRIu64
		    " were promised",
		    head->length, t->size - t->good);
	begin_body(t);
	return WEIGH_DO_NOTHING;
}

enum weigh_transfer_action
weigh_transfer_ended(struct weigh_transfer *t, const char *why)
{
	switch (t->state) {
	case WEIGH_TRANSFER_ASKED:
	case WEIGH_TRANSFER_BODY:
		return lose(t, why);
	case WEIGH_TRANSFER_IDLE:
	case WEIGH_TRANSFER_WAIT:
	case WEIGH_TRANSFER_DONE:
	case WEIGH_TRANSFER_FAILED:
		break;
	}
	return WEIGH_DO_NOTHING;
}

enum weigh_transfer_action
weigh_transfer_next(struct weigh_transfer *t)
{
	if (t->state == WEIGH_TRANSFER_WAIT)
		return WEIGH_DO_SLEEP;
	return t->state == WEIGH_TRANSFER_FAILED ? WEIGH_DO_REPORT :
						   WEIGH_DO_NOTHING;
}

enum weigh_transfer_action
weigh_transfer_wake(struct weigh_transfer *t)
{
	if (t->state != WEIGH_TRANSFER_WAIT)
		return WEIGH_DO_NOTHING;
	t->state = WEIGH_TRANSFER_ASKED;
	return WEIGH_DO_ASK;
}

/* A file of no bytes is right or wrong before anything is asked. */
static enum weigh_transfer_action
start_empty(struct weigh_transfer *t)
{
	struct weigh_oid nothing;

	if (!weigh_oid_of(&nothing, "", 0))
		return fail(t, WEIGH_NOMEM, "out of memory");
	if (!weigh_oid_equal(&nothing, &t->oid))
		return fail(t, WEIGH_MISMATCH,
		    "no bytes cannot have the promised SHA-256");
	return done(t);
}

enum weigh_transfer_action
weigh_transfer_start(struct weigh_transfer *t)
{
	if (t->size == 0)
		return start_empty(t);
	if (t->good == t->size)
		return done(t);
	t->state = WEIGH_TRANSFER_ASKED;
	return WEIGH_DO_ASK;
}

enum weigh_code
weigh_transfer_init(struct weigh_transfer *t, const struct weigh_oid *oid,
    uint64_t size, const char *etag, const uint8_t *list, uint64_t held,
    struct weigh_err *err)
{
	memset(t, 0, sizeof(*t));
	if (held > size || (held < size && held % WEIGH_SEGMENT != 0) ||
	    (held > 0 && held < size && list == NULL))
		return weigh_fail(err, WEIGH_BUG,
		    "%" PRIu64 " held bytes cannot have been checked", held);
	if (strlen(etag) >= sizeof(t->etag))
		return weigh_fail(err, WEIGH_BUG, "the ETag is too long");
	t->hasher = weigh_hasher_new();
	if (t->hasher == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	t->oid = *oid;
	t->size = size;
	t->list = weigh_midstate_count(size) > 0 ? list : NULL;
	t->good = t->have = held;
	snprintf(t->etag, sizeof(t->etag), "%s", etag);
	return WEIGH_OK;
}

void
weigh_transfer_free(struct weigh_transfer *t)
{
	weigh_hasher_free(t->hasher);
	t->hasher = NULL;
}
