/*
 * reader: requests out of pieces of bytes.
 *
 * One step per phase (the picture is in priv.h).  A step looks only at bytes it
 * takes, and every byte is judged when it is taken: by its class, then by the
 * length of its line.  So what is refused, with which status and after how many
 * bytes, cannot depend on the cutting, and bytes that can no longer become a
 * request (a TLS hello, say) are refused at once.
 */
#include <stdlib.h>
#include <string.h>

#include "priv.h"

/* Memory for a head begins with this; six doublings make the default limits'
 * 80 KiB, so that old and new stay under 128 KiB even while copying. */
#define TEXT_MIN 1280
#define TRAILER_MAX 8192
#define LINE_END 2 /* CR LF: counts for a section, not for a line */

const struct weigh_http_limits weigh_http_default_limits = {
	.line = 16 * 1024,
	.field = 16 * 1024,
	.head = 64 * 1024,
	.fields = WEIGH_HTTP_FIELDS_MAX,
};

enum weigh_http_event
weigh_http_refuse(struct weigh_http_reader *r, int status, const char *reason)
{
	r->idle = false;
	r->status = status;
	r->reason = reason;
	return WEIGH_HTTP_BAD;
}

/* Refuse because of the next byte, which counts as taken. */
static enum weigh_http_event
refuse_byte(struct weigh_http_reader *r, struct cursor *c, const char *reason)
{
	c->p++;
	return weigh_http_refuse(r, 400, reason);
}

static enum weigh_http_event
refuse_length(struct weigh_http_reader *r)
{
	const struct weigh_http_reader_state *s = r->s;

	if (s->trailer)
		return weigh_http_refuse(r, 400, "trailer too long");
	if (s->phase < LINE)
		return weigh_http_refuse(r, 414, "request line too long");
	return weigh_http_refuse(r, 431, "header section too long");
}

/*
 * Memory.
 */

/* Point a span of the old memory to the same place in the new. */
static void
move_span(struct weigh_span *s, const char *from, const char *to)
{
	if (s->p != NULL)
		s->p = to + (s->p - from);
}

static void
move_head(struct weigh_http_head *h, const char *from, const char *to)
{
	move_span(&h->path, from, to);
	move_span(&h->query, from, to);
	move_span(&h->host, from, to);
	for (unsigned i = 0; i < h->nfields; i++) {
		move_span(&h->fields[i].name, from, to);
		move_span(&h->fields[i].value, from, to);
	}
}

/* Make room for n more bytes of text. */
static bool
grow(struct weigh_http_reader *r, size_t n)
{
	struct weigh_http_reader_state *old = r->s, *s;
	size_t cap = old->cap;

	while (cap - old->len < n)
		cap *= 2;
	if (cap == old->cap)
		return true;
	if ((s = malloc(sizeof(*s) + cap)) == NULL)
		return false;
	memcpy(s, old, sizeof(*s) + old->len);
	s->cap = cap;
	move_head(&r->head, old->text, s->text);
	r->s = s;
	free(old);
	return true;
}

/* Forget the last head; the array of fields is left as it is, for it is large
 * and nfields says that none of it counts. */
static void
clear_head(struct weigh_http_head *h)
{
	h->method = WEIGH_HTTP_GET;
	h->minor = 0;
	h->path = h->query = h->host = (struct weigh_span){ NULL, 0 };
	h->has_query = h->close = h->expect_continue = false;
	h->has_body = h->chunked = false;
	h->nfields = 0;
	h->length = 0;
}

void
weigh_http_reader_init(struct weigh_http_reader *r,
    const struct weigh_http_limits *limits)
{
	clear_head(&r->head);
	r->body = (struct weigh_span){ NULL, 0 };
	r->status = 0;
	r->reason = NULL;
	r->idle = true;
	r->lead = 0;
	r->s = NULL;
	r->limits = *limits;
	if (r->limits.fields > WEIGH_HTTP_FIELDS_MAX)
		r->limits.fields = WEIGH_HTTP_FIELDS_MAX;
}

void
weigh_http_reader_free(struct weigh_http_reader *r)
{
	free(r->s);
	r->s = NULL;
	clear_head(&r->head);
}

void
weigh_http_reader_next(struct weigh_http_reader *r)
{
	bool whole = r->s == NULL || r->s->phase == DONE;

	weigh_http_reader_free(r);
	r->body = (struct weigh_span){ NULL, 0 };
	if (r->status != 0)
		return;
	r->lead = 0;
	r->idle = true;
	if (!whole) /* the rest of a body must never be read as a request */
		(void)weigh_http_refuse(r, 400, "request not read to its end");
}

/*
 * Lines.
 */

static void
begin_line(struct weigh_http_reader_state *s, size_t max)
{
	s->line = s->len;
	s->room = s->max = max;
}

static void
begin_section(struct weigh_http_reader *r, size_t budget)
{
	r->s->budget = budget;
	r->s->phase = LINE;
}

void
weigh_http_begin_trailer(struct weigh_http_reader *r)
{
	r->s->trailer = true;
	begin_section(r, TRAILER_MAX);
}

/* Put n bytes of the piece, which the line has room for, to the text. */
static enum weigh_http_event
keep(struct weigh_http_reader *r, struct cursor *c, size_t n)
{
	const char *from = c->p;

	c->p += n;
	r->s->room -= n;
	if (r->s->trailer)
		return WEIGH_HTTP_MORE;
	if (!grow(r, n))
		return weigh_http_refuse(r, 503, "out of memory");
	memcpy(r->s->text + r->s->len, from, n);
	r->s->len += n;
	return WEIGH_HTTP_MORE;
}

/* Keep the run of bytes of this class at the front of the piece. */
static enum weigh_http_event
keep_run(struct weigh_http_reader *r, struct cursor *c, unsigned class)
{
	size_t len = (size_t)(c->end - c->p), room = r->s->room, n;

	n = weigh_http_run(c->p, len <= room ? len : room + 1, class);
	if (n > room) {
		c->p += n;
		return refuse_length(r);
	}
	return keep(r, c, n);
}

/* Keep one byte. */
static enum weigh_http_event
keep_one(struct weigh_http_reader *r, struct cursor *c)
{
	if (r->s->room > 0)
		return keep(r, c, 1);
	c->p++;
	return refuse_length(r);
}

/* Keep the separator, if it is the next byte, and enter the next phase. */
static enum weigh_http_event
keep_separator(struct weigh_http_reader *r, struct cursor *c, char separator,
    enum phase next, const char *reason)
{
	if (c->p == c->end)
		return WEIGH_HTTP_MORE;
	if (*c->p != separator)
		return refuse_byte(r, c, reason);
	if (keep_one(r, c) == WEIGH_HTTP_BAD)
		return WEIGH_HTTP_BAD;
	r->s->mark = r->s->len;
	r->s->phase = next;
	return WEIGH_HTTP_MORE;
}

/*
 * The request line.
 */

static enum weigh_http_event
step_method(struct weigh_http_reader *r, struct cursor *c)
{
	if (r->s->len == 0 && !in_class(*c->p, CLASS_TOKEN))
		return refuse_byte(r, c, "no method");
	if (keep_run(r, c, CLASS_TOKEN) == WEIGH_HTTP_BAD)
		return WEIGH_HTTP_BAD;
	return keep_separator(r, c, ' ', TARGET, "bad character in the method");
}

static enum weigh_http_event
step_target(struct weigh_http_reader *r, struct cursor *c)
{
	if (r->s->len == r->s->mark && !in_class(*c->p, CLASS_TARGET))
		return refuse_byte(r, c, "no target");
	if (keep_run(r, c, CLASS_TARGET) == WEIGH_HTTP_BAD)
		return WEIGH_HTTP_BAD;
	r->s->matched = 0;
	return keep_separator(r, c, ' ', VERSION,
	    "bad character in the target");
}

/* Compare with "HTTP/d.d" CR LF, where d is any digit. */
static enum weigh_http_event
step_version(struct weigh_http_reader *r, struct cursor *c)
{
	static const char form[] = "HTTP/d.d\r\n";
	struct weigh_http_reader_state *s = r->s;
	char want = form[s->matched], got = *c->p;

	if (want == 'd' ? !in_class(got, CLASS_DIGIT) : got != want)
		return refuse_byte(r, c, "bad HTTP version or line end");
	if (want == '\r' || want == '\n')
		c->p++;
	else if (keep_one(r, c) == WEIGH_HTTP_BAD)
		return WEIGH_HTTP_BAD;
	s = r->s;
	s->matched++;
	if (want != '\n')
		return WEIGH_HTTP_MORE;
	s->minor = s->text[s->len - 1];
	s->major = s->text[s->len - 3];
	begin_section(r, r->limits.head);
	return weigh_http_request_line(r);
}

/*
 * Field lines, of the header section and of the trailer section.
 */

/* The first byte of a line. */
static enum weigh_http_event
step_line(struct weigh_http_reader *r, struct cursor *c)
{
	struct weigh_http_reader_state *s = r->s;
	size_t most = s->budget > LINE_END ? s->budget - LINE_END : 0;

	if (*c->p == '\r') {
		c->p++;
		s->phase = LAST_LF;
		return WEIGH_HTTP_MORE;
	}
	if (*c->p == ' ' || *c->p == '\t')
		return refuse_byte(r, c, "folded field line");
	if (!in_class(*c->p, CLASS_TOKEN))
		return refuse_byte(r, c, "no field name");
	if (!s->trailer && r->head.nfields == r->limits.fields) {
		c->p++;
		return weigh_http_refuse(r, 431, "too many fields");
	}
	begin_line(s, most < r->limits.field ? most : r->limits.field);
	s->phase = NAME;
	return WEIGH_HTTP_MORE;
}

static enum weigh_http_event
step_name(struct weigh_http_reader *r, struct cursor *c)
{
	if (keep_run(r, c, CLASS_TOKEN) == WEIGH_HTTP_BAD)
		return WEIGH_HTTP_BAD;
	return keep_separator(r, c, ':', VALUE,
	    "bad character in a field name");
}

static enum weigh_http_event
step_value(struct weigh_http_reader *r, struct cursor *c)
{
	if (keep_run(r, c, CLASS_VALUE) == WEIGH_HTTP_BAD)
		return WEIGH_HTTP_BAD;
	if (c->p == c->end)
		return WEIGH_HTTP_MORE;
	if (*c->p != '\r')
		return refuse_byte(r, c, "bad character in a field value");
	c->p++;
	r->s->phase = LINE_LF;
	return WEIGH_HTTP_MORE;
}

static enum weigh_http_event
step_line_lf(struct weigh_http_reader *r, struct cursor *c)
{
	struct weigh_http_reader_state *s = r->s;

	if (*c->p != '\n')
		return refuse_byte(r, c, "CR without LF");
	c->p++;
	s->budget -= s->max - s->room + LINE_END;
	s->phase = LINE;
	return s->trailer ? WEIGH_HTTP_MORE : weigh_http_field_line(r);
}

static enum weigh_http_event
step_last_lf(struct weigh_http_reader *r, struct cursor *c)
{
	struct weigh_http_reader_state *s = r->s;
	const struct weigh_http_head *h = &r->head;

	if (*c->p != '\n')
		return refuse_byte(r, c, "CR without LF");
	c->p++;
	if (s->trailer) {
		s->phase = DONE;
		return WEIGH_HTTP_END;
	}
	if (weigh_http_head_end(r) == WEIGH_HTTP_BAD)
		return WEIGH_HTTP_BAD;
	s->phase = h->chunked ? SIZE : h->has_body ? LENGTH : DONE;
	s->matched = 0;
	s->left = h->length;
	return WEIGH_HTTP_HEAD_DONE;
}

static enum weigh_http_event
step_done(struct weigh_http_reader *r, struct cursor *c)
{
	(void)r;
	(void)c;
	return WEIGH_HTTP_END;
}

static enum weigh_http_event (*const steps[PHASES])(struct weigh_http_reader *,
    struct cursor *) = {
	[METHOD] = step_method,
	[TARGET] = step_target,
	[VERSION] = step_version,
	[LINE] = step_line,
	[NAME] = step_name,
	[VALUE] = step_value,
	[LINE_LF] = step_line_lf,
	[LAST_LF] = step_last_lf,
	[LENGTH] = weigh_http_step_length,
	[SIZE] = weigh_http_step_size,
	[EXTENSION] = weigh_http_step_extension,
	[SIZE_LF] = weigh_http_step_size_lf,
	[DATA] = weigh_http_step_data,
	[DATA_CR] = weigh_http_step_data_cr,
	[DATA_LF] = weigh_http_step_data_lf,
	[DONE] = step_done,
};

/* Skip one empty line before a request, which some clients send behind a body;
 * at the request's first byte take memory for its head. */
static enum weigh_http_event
begin_request(struct weigh_http_reader *r, struct cursor *c)
{
	struct weigh_http_reader_state *s;

	while (c->p < c->end && r->lead < 2 && *c->p == "\r\n"[r->lead]) {
		c->p++;
		r->lead++;
	}
	if (c->p == c->end)
		return WEIGH_HTTP_MORE;
	if (r->lead == 1)
		return refuse_byte(r, c, "CR without LF");
	if ((s = malloc(sizeof(*s) + TEXT_MIN)) == NULL)
		return weigh_http_refuse(r, 503, "out of memory");
	memset(s, 0, sizeof(*s));
	s->cap = TEXT_MIN;
	begin_line(s, r->limits.line);
	clear_head(&r->head);
	r->s = s;
	r->idle = false;
	return WEIGH_HTTP_MORE;
}

enum weigh_http_event
weigh_http_read(struct weigh_http_reader *r, const char *data, size_t len,
    size_t *used)
{
	enum weigh_http_event event = WEIGH_HTTP_MORE;
	struct cursor c = { data, data + len };

	*used = 0;
	if (r->status != 0)
		return WEIGH_HTTP_BAD;
	if (r->s == NULL)
		event = begin_request(r, &c);
	while (event == WEIGH_HTTP_MORE && r->s != NULL &&
	    (c.p < c.end || r->s->phase == DONE))
		event = steps[r->s->phase](r, &c);
	*used = (size_t)(c.p - data);
	return event;
}
