/* range: one request for a run of bytes, judged (judge.h) and placed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <weigh/midstate.h>
#include <weigh/url.h>

#include "base/fd.h"
#include "fetch/judge.h"
#include "fetch/priv.h"

#define REDIRECTS 5
#define PIECE (1u << 20)
#define LIST_MOST (64u << 20) /* bytes of a list: of a file of 8 TiB */

/* Where the bytes of an answer go. */
struct sink {
	struct fetch *f;
	struct file *file;
	struct range_wanted wanted;
	struct range_verdict verdict;
	uint64_t first, len;  /* the run that is claimed */
	bool streams;         /* … grows, as of struct run_claim */
	atomic_bool full;     /* the road is, outbound says */
	uint64_t at;          /* of the next byte that comes */
	bool done;            /* all that is wanted has come */
	struct weigh_err err; /* why it ended otherwise */
	const struct source_bytes *bytes; /* where it comes from */
};

/* --- where it led -------------------------------------------------------- */

/* A Hub sends each range of a large file to the same place elsewhere: after the first
 * they go there at once, for as long as that answers.  Fields of the URL's own are for
 * its own origin: with them it is asked each time. */
static void
keep_led(struct sink *s, const char *url)
{
	const struct source_bytes *bytes = s->bytes;
	struct source_bytes *known;
	struct weigh_url to;

	if (bytes->fields[0] != '\0' ||
	    weigh_url_parse(&to, url, NULL) != WEIGH_OK ||
	    weigh_url_listed(&to, bytes->url))
		return;
	pthread_mutex_lock(&s->f->lock);
	known = s->file->located;
	if (known != NULL && strcmp(known->url, bytes->url) == 0)
		snprintf(known->led, sizeof(known->led), "%s", url);
	pthread_mutex_unlock(&s->f->lock);
}

/* It does not answer any more: the next one asks where it is now. */
static void
forget_led(struct sink *s, const char *led)
{
	struct source_bytes *known;

	pthread_mutex_lock(&s->f->lock);
	known = s->file->located;
	if (known != NULL && strcmp(known->led, led) == 0)
		known->led[0] = '\0';
	pthread_mutex_unlock(&s->f->lock);
}

/* Too old, or gone from there: no word about the file. */
static bool
is_refused(const struct outbound_head *head)
{
	return head->status >= 400 && head->status < 500 &&
	    head->status != 429 && head->status != 416;
}

/* --- placing ------------------------------------------------------------- */

/* Where the bytes of this answer end. */
static uint64_t
answer_end(const struct sink *s)
{
	return s->verdict.whole ? s->file->size :
				  s->wanted.first + s->wanted.len;
}

/* The last bytes of the run come: what follows it is ours too, unless somebody else has
 * it or is now to have his share. */
static void
grow(struct sink *s)
{
	uint64_t end = s->first + s->len, first, len;
	bool still;

	if (!s->streams || end >= answer_end(s))
		return;
	pthread_mutex_lock(&s->f->lock);
	still = file_streams(s->f, s->file);
	pthread_mutex_unlock(&s->f->lock);
	if (!still ||
	    !store_part_claim(s->file->part, end, RUN_LEAST, &first, &len))
		return;
	if (first != end) {
		store_part_unclaim(s->file->part, first, len);
		return;
	}
	s->first = s->at;
	s->len = end + len - s->at;
}

/* The run is full: in an answer with the whole file, the next one. */
static bool
next_run(struct sink *s)
{
	uint64_t end = s->first + s->len;

	s->len = 0;
	return s->verdict.whole &&
	    store_part_claim(s->file->part, end, UINT64_MAX, &s->first,
		&s->len) &&
	    s->first >= end;
}

/* A segment is not what the list says.  Its first bytes may be with readers; and after
 * a few of them it is the list that is not believed: the whole will tell. */
static void
doubt(struct sink *s)
{
	bool forget;

	lie_note(s->f, &s->file->oid);
	atomic_fetch_add(&s->f->counters.refetched, WEIGH_SEGMENT);
	pthread_mutex_lock(&s->f->lock);
	forget = ++s->file->misses == FILE_MISSES;
	pthread_mutex_unlock(&s->f->lock);
	if (forget)
		(void)store_part_list(s->file->part, NULL, 0, NULL);
}

static enum weigh_code
place(struct sink *s, const uint8_t *data, size_t len, struct weigh_err *err)
{
	enum weigh_code rc;

	rc = store_part_place(s->file->part, s->at, data, len, err);
	if (rc == WEIGH_OK)
		file_arrived(s->f, s->file, s->at, len, atomic_load(&s->full));
	else if (rc == WEIGH_MISMATCH)
		doubt(s);
	return rc;
}

/* Bytes that are wanted, of one run. */
static enum weigh_code
take_wanted(struct sink *s, const uint8_t *data, size_t len,
    struct weigh_err *err)
{
	const uint64_t end = s->first + s->len;
	enum weigh_code rc;

	/* First: who reads there must not find that nobody brings it. */
	if (s->at + len == end)
		grow(s);
	if ((rc = place(s, data, len, err)) == WEIGH_OK && s->at + len == end &&
	    s->first + s->len > end)
		rc = store_part_take(s->file->part, err);
	return rc;
}

static enum weigh_code
take_block(void *ctx, const void *bytes, size_t len, struct weigh_err *err)
{
	const uint8_t *data = bytes;
	struct sink *s = ctx;
	enum weigh_code rc = WEIGH_OK;

	while (len > 0 && rc == WEIGH_OK && !s->done) {
		uint64_t left = s->at < s->first ? /* held already */
		    s->first - s->at :
		    s->first + s->len - s->at;
		size_t n = len < left ? len : (size_t)left;

		if (s->at >= s->first)
			rc = take_wanted(s, data, n, err);
		s->at += n;
		data += n;
		len -= n;
		if (rc == WEIGH_OK && s->at == s->first + s->len)
			s->done = !next_run(s);
	}
	if (rc != WEIGH_OK)
		return rc;
	if (s->done && (s->verdict.whole || s->at < answer_end(s)))
		return weigh_fail(err, WEIGH_CANCELED,
		    "the rest is not wanted");
	if (len > 0)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "more bytes came than were asked for");
	return WEIGH_OK;
}

/* What does not hold is worth a name of its own. */
static enum weigh_code
on_block(void *ctx, const void *data, size_t len, struct weigh_err *err)
{
	struct sink *s = ctx;

	return take_block(s, data, len, &s->err) == WEIGH_OK ?
	    WEIGH_OK :
	    weigh_fail(err, s->err.code, "%s", s->err.why);
}

/* What this answer says of its origin.  False: it knows no ranges, and another worker
 * has the file's first bytes: that one goes on alone. */
static bool
learn(struct sink *s, const struct outbound_head *head)
{
	struct file *file = s->file;
	bool alone;

	pthread_mutex_lock(&s->f->lock);
	file->worked = true;
	if (s->verdict.whole && s->wanted.len != file->size)
		file->whole = true;
	alone = !s->verdict.whole || s->wanted.first == 0 ||
	    file->bringing == 1;
	if (file->etag[0] == '\0')
		memcpy(file->etag, head->etag, sizeof(head->etag));
	pthread_mutex_unlock(&s->f->lock);
	return alone;
}

static enum weigh_code
on_head(void *ctx, const struct outbound_head *head, struct weigh_err *err)
{
	struct sink *s = ctx;
	enum weigh_code rc;

	rc = range_judge(&s->wanted, head, &s->verdict, &s->err);
	if (rc == WEIGH_OK && !learn(s, head))
		rc = weigh_fail(&s->err, WEIGH_CANCELED,
		    "this upstream knows no ranges");
	if (rc != WEIGH_OK)
		return weigh_fail(err, rc, "%s", s->err.why);
	keep_led(s, head->url);
	if (s->verdict.whole)
		s->at = 0;
	return WEIGH_OK;
}

/* --- asking -------------------------------------------------------------- */

/* What came of it; `rc` is outbound's. */
static enum weigh_code
outcome(struct sink *s, enum weigh_code rc, struct weigh_err *err)
{
	if (s->err.code == WEIGH_CANCELED && s->done)
		return WEIGH_OK; /* we hung up: the rest was not needed */
	if (s->err.code != WEIGH_OK) {
		*err = s->err;
		return s->err.code;
	}
	if (rc != WEIGH_OK)
		return rc;
	if (!s->done)
		return weigh_fail(err, WEIGH_NETWORK,
		    "the answer ended before its bytes");
	return WEIGH_OK;
}

static enum weigh_code
ask_at(struct sink *s, const struct place *p, const struct source_bytes *bytes,
    const char *url, struct outbound_head *head, struct weigh_err *err)
{
	struct file *file = s->file;
	bool all = s->wanted.first == 0 && s->wanted.len == file->size;
	const struct outbound_request r = {
		.site = &bytes->site,
		.kind = OUTBOUND_BULK,
		.method = "GET",
		.url = url,
		.fields = bytes->fields[0] != '\0' ? bytes->fields : NULL,
		.ranged = !all,
		.first = s->wanted.first,
		.last = s->wanted.first + s->wanted.len - 1,
		.redirects = REDIRECTS,
		.max = file->size + 1,
		.cancel = &file->cancel,
		.head = on_head,
		.block = on_block,
		.ctx = s,
		.full = &s->full,
	};
	const bool elsewhere = url == bytes->led;
	enum weigh_code rc = WEIGH_OK;

	*head = (struct outbound_head){ .status = 0, .retry_after = -1 };
	if (!elsewhere)
		rc = file_ask(s->f, file, p, err);
	if (rc == WEIGH_OK)
		rc = outbound_ask(p->at.outbound, &r, head, err);
	if (head->status != 0 && !elsewhere)
		governor_told(s->f, p, head);
	return outcome(s, rc, err);
}

static enum weigh_code
ask(struct sink *s, const struct place *p, const struct source_bytes *bytes,
    int64_t *wait, struct weigh_err *err)
{
	struct outbound_head head;
	enum weigh_code rc;

	s->bytes = bytes;
	rc = ask_at(s, p, bytes,
	    bytes->led[0] != '\0' ? bytes->led : bytes->url, &head, err);
	if (rc != WEIGH_OK && bytes->led[0] != '\0' && is_refused(&head)) {
		forget_led(s, bytes->led);
		weigh_err_clear(&s->err);
		weigh_err_clear(err);
		rc = ask_at(s, p, bytes, bytes->url, &head, err);
	}
	*wait = head.retry_after >= 0 || head.left != 0 ? head.retry_after :
							  head.reset;
	return rc;
}

/* From a folder of this machine. */
static enum weigh_code
copy(struct sink *s, int fd, struct weigh_err *err)
{
	uint8_t *piece = malloc(PIECE);
	enum weigh_code rc = piece != NULL ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");

	while (rc == WEIGH_OK && !s->done) {
		uint64_t left = s->first + s->len - s->at;
		size_t n = left < PIECE ? (size_t)left : PIECE;

		rc = fd_pread_all(fd, piece, n, s->at, err);
		if (rc == WEIGH_OK)
			rc = take_block(s, piece, n, err);
		if (rc == WEIGH_OK && atomic_load(&s->file->cancel))
			rc = weigh_fail(err, WEIGH_CANCELED,
			    "it was told to stop");
	}
	free(piece);
	return s->done ? WEIGH_OK : rc;
}

/* --- where --------------------------------------------------------------- */

/* Where the bytes are: as it was said before, or asked anew. */
static enum weigh_code
locate(struct fetch *f, struct file *file, const struct origin *o,
    const struct place *p, struct source_bytes *out, int64_t *wait,
    struct weigh_err *err)
{
	const struct source_file wanted = {
		.path = o->path,
		.size = file->size,
		.lfs = true,
		.oid = file->oid,
	};
	struct source_place at = p->at;
	struct source_bytes *copy;
	enum weigh_code rc;
	bool known;

	pthread_mutex_lock(&f->lock);
	known = file->located != NULL;
	if (known)
		*out = *file->located;
	pthread_mutex_unlock(&f->lock);
	if (known)
		return WEIGH_OK;
	at.cancel = &file->cancel;
	rc = p->kind->locate(&at, &o->repo, &o->rev, &wanted, 1, out, wait,
	    err);
	if (rc != WEIGH_OK || out->fd >= 0 ||
	    (copy = malloc(sizeof(*copy))) == NULL)
		return rc;
	*copy = *out;
	pthread_mutex_lock(&f->lock);
	if (file->located == NULL && o == &file->origins[file->at]) {
		file->located = copy;
		copy = NULL;
	}
	pthread_mutex_unlock(&f->lock);
	free(copy);
	return rc;
}

/* A weighd tells midstates: then each segment can be judged as it comes.  Without
 * them all goes on as well. */
static void
bring_list(struct file *file, const struct place *p)
{
	uint64_t count = weigh_midstate_count(file->size);
	char hex[WEIGH_OID_HEX + 1], url[1024];
	struct outbound_head head;
	struct outbound_request r = {
		.site = &p->at.site,
		.kind = OUTBOUND_SMALL,
		.method = "GET",
		.url = url,
		.max = LIST_MOST,
		.cancel = &file->cancel,
	};
	struct weigh_buf list;

	weigh_oid_hex(&file->oid, hex);
	if (count == 0 || count > LIST_MOST / WEIGH_MIDSTATE_SIZE ||
	    snprintf(url, sizeof(url), "%s/-/v1/midstates/%s", p->at.site.base,
		hex) >= (int)sizeof(url))
		return;
	weigh_buf_init(&list, LIST_MOST);
	if (outbound_collect(p->at.outbound, &r, &head, &list, NULL) ==
		WEIGH_OK &&
	    head.status == 200 && list.len == count * WEIGH_MIDSTATE_SIZE)
		(void)store_part_list(file->part, (const uint8_t *)list.data,
		    count, NULL);
	weigh_buf_free(&list);
}

static bool
wants_list(struct fetch *f, struct file *file, bool segments)
{
	bool wants;

	pthread_mutex_lock(&f->lock);
	wants = segments && !file->listed;
	file->listed = true;
	pthread_mutex_unlock(&f->lock);
	return wants;
}

enum weigh_code
range_bring(struct fetch *f, struct file *file, const struct run_claim *run,
    int64_t *wait, struct weigh_err *err)
{
	const struct origin *o = &file->origins[run->at];
	const struct place *p = &o->places->list[o->at];
	struct source_bytes bytes = { .fd = -1 };
	struct sink s = {
		.f = f,
		.file = file,
		.wanted = { .oid = file->oid,
		    .size = file->size,
		    .first = run->first,
		    .len = run->len },
		.first = run->first,
		.len = run->len,
		.at = run->first,
		.streams = run->streams,
	};
	enum weigh_code rc;

	if (run->streams)
		s.wanted.len = store_part_gap(file->part,
				   run->first + run->len) -
		    run->first;
	pthread_mutex_lock(&f->lock);
	memcpy(s.wanted.etag, file->etag, sizeof(file->etag));
	pthread_mutex_unlock(&f->lock);
	rc = shown_check(f, file, o, wait, err);
	if (rc == WEIGH_OK)
		rc = locate(f, file, o, p, &bytes, wait, err);
	if (rc == WEIGH_OK && wants_list(f, file, bytes.segments))
		bring_list(file, p);
	if (rc == WEIGH_OK)
		rc = bytes.fd >= 0 ? copy(&s, bytes.fd, err) :
				     ask(&s, p, &bytes, wait, err);
	fd_close(&bytes.fd);
	if (s.len > 0)
		store_part_unclaim(file->part, s.first, s.len);
	return rc;
}
