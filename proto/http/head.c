/*
 * head: what the lines of a request's head mean (RFC 9112 sections 3, 6).
 *
 * The reader has checked every octet; here a whole line is looked at, as soon
 * as its LF is there.  A field that matters to framing is a row of a table.
 */
#include <string.h>

#include "priv.h"

#define LENGTH_MAX ((uint64_t)INT64_MAX)

static const char *const methods[WEIGH_HTTP_METHODS] = {
	[WEIGH_HTTP_GET] = "GET",
	[WEIGH_HTTP_HEAD] = "HEAD",
	[WEIGH_HTTP_POST] = "POST",
	[WEIGH_HTTP_PUT] = "PUT",
	[WEIGH_HTTP_DELETE] = "DELETE",
	[WEIGH_HTTP_PATCH] = "PATCH",
	[WEIGH_HTTP_OPTIONS] = "OPTIONS",
	[WEIGH_HTTP_CONNECT] = "CONNECT",
	[WEIGH_HTTP_TRACE] = "TRACE",
};

const char *
weigh_http_method_name(enum weigh_http_method method)
{
	return method < WEIGH_HTTP_METHODS ? methods[method] : "";
}

struct weigh_span
weigh_http_field(const struct weigh_http_head *head, const char *name)
{
	return weigh_http_find(head->fields, head->nfields, name);
}

/*
 * The request line.
 */

static bool
read_method(struct weigh_span s, enum weigh_http_method *out)
{
	for (unsigned i = 0; i < WEIGH_HTTP_METHODS; i++) {
		if (weigh_span_is(s, methods[i])) {
			*out = (enum weigh_http_method)i;
			return true;
		}
	}
	return false;
}

static void
split_query(struct weigh_http_head *h, struct weigh_span s)
{
	const char *mark = memchr(s.p, '?', s.len);

	h->path = s;
	if (mark == NULL)
		return;
	h->has_query = true;
	h->path.len = (size_t)(mark - s.p);
	h->query.p = mark + 1;
	h->query.len = s.len - h->path.len - 1;
}

/* How long the scheme and "://" of an absolute-form target are; 0 if it is
 * something else. */
static size_t
scheme_length(struct weigh_span s)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		size_t len = strlen(schemes[i]);

		if (s.len >= len &&
		    weigh_span_is_nocase((struct weigh_span){ s.p, len },
			schemes[i]))
			return len;
	}
	return 0;
}

/* RFC 9112 section 3.2.2.  Without a path it asks for "/", or for "*" when the
 * method is OPTIONS: the last '/' before the authority lends its place. */
static bool
read_absolute(struct weigh_http_reader *r, struct weigh_span s, size_t scheme)
{
	struct weigh_http_head *h = &r->head;
	size_t len = 0, rest = s.len - scheme;
	const char *authority = s.p + scheme;

	while (len < rest && authority[len] != '/' && authority[len] != '?')
		len++;
	h->host = (struct weigh_span){ authority, len };
	split_query(h, (struct weigh_span){ authority + len, rest - len });
	if (h->path.len == 0) {
		size_t slash = (size_t)(authority - r->s->text) - 1;

		if (h->method == WEIGH_HTTP_OPTIONS && !h->has_query)
			r->s->text[slash] = '*';
		h->path = (struct weigh_span){ r->s->text + slash, 1 };
	}
	return weigh_http_authority_ok(h->host);
}

static bool
read_target(struct weigh_http_reader *r, struct weigh_span s)
{
	struct weigh_http_head *h = &r->head;
	size_t scheme;

	if (!weigh_http_escapes_ok(s))
		return false;
	if (s.p[0] == '/') {
		split_query(h, s);
		return true;
	}
	if (weigh_span_is(s, "*")) {
		h->path = s;
		return h->method == WEIGH_HTTP_OPTIONS;
	}
	if ((scheme = scheme_length(s)) > 0)
		return read_absolute(r, s, scheme);
	if (h->method != WEIGH_HTTP_CONNECT)
		return false;
	h->host = s;
	h->path = (struct weigh_span){ s.p, 0 };
	return weigh_http_authority_ok(s);
}

enum weigh_http_event
weigh_http_request_line(struct weigh_http_reader *r)
{
	struct weigh_http_reader_state *s = r->s;
	const char *space = memchr(s->text, ' ', s->len);
	const char *version = s->text + s->mark;
	struct weigh_span method = { s->text, (size_t)(space - s->text) };
	struct weigh_span target = { space + 1, (size_t)(version - space) - 2 };

	if (s->major != '1' || s->minor > '1')
		return weigh_http_refuse(r, 505, "not HTTP/1.1 or HTTP/1.0");
	r->head.minor = s->minor == '1';
	if (!read_method(method, &r->head.method))
		return weigh_http_refuse(r, 501, "unknown method");
	if (!read_target(r, target))
		return weigh_http_refuse(r, 400, "bad request target");
	/* Whoever wants a tunnel may send anything behind our answer. */
	r->head.close = s->minor == '0' || r->head.method == WEIGH_HTTP_CONNECT;
	return WEIGH_HTTP_MORE;
}

/*
 * Fields that matter to framing.
 */

bool
weigh_http_length_parse(struct weigh_span value, uint64_t *out)
{
	uint64_t sum = 0;

	if (value.len == 0)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		unsigned digit = (unsigned)(value.p[i] - '0');

		if (!in_class(value.p[i], CLASS_DIGIT) ||
		    sum > (LENGTH_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*out = sum;
	return true;
}

int
weigh_http_coding_check(struct weigh_span value)
{
	struct weigh_span coding;
	bool unknown = false, chunked = false;

	while (weigh_http_list_next(&value, &coding)) {
		if (chunked || coding.len == 0 ||
		    weigh_http_run(coding.p, coding.len, CLASS_TOKEN) !=
			coding.len)
			return 400;
		chunked = weigh_span_is_nocase(coding, "chunked");
		unknown = unknown || !chunked;
	}
	return unknown ? 501 : chunked ? 0 : 400;
}

bool
weigh_http_says_close(struct weigh_span value)
{
	struct weigh_span option;

	while (weigh_http_list_next(&value, &option))
		if (weigh_span_is_nocase(option, "close"))
			return true;
	return false;
}

static enum weigh_http_event
see_host(struct weigh_http_reader *r, struct weigh_span value)
{
	if (!weigh_http_authority_ok(value))
		return weigh_http_refuse(r, 400, "bad Host");
	if (r->head.host.p == NULL) /* else the target has named it */
		r->head.host = value;
	return WEIGH_HTTP_MORE;
}

static enum weigh_http_event
see_length(struct weigh_http_reader *r, struct weigh_span value)
{
	if (!weigh_http_length_parse(value, &r->head.length))
		return weigh_http_refuse(r, 400, "bad Content-Length");
	r->head.has_body = r->head.length > 0;
	return WEIGH_HTTP_MORE;
}

static enum weigh_http_event
see_coding(struct weigh_http_reader *r, struct weigh_span value)
{
	int status = weigh_http_coding_check(value);

	if (r->head.minor == 0)
		return weigh_http_refuse(r, 400,
		    "Transfer-Encoding in HTTP/1.0");
	if (status != 0)
		return weigh_http_refuse(r, status,
		    status == 501 ? "unknown transfer coding" :
				    "bad Transfer-Encoding");
	r->head.has_body = r->head.chunked = true;
	return WEIGH_HTTP_MORE;
}

static enum weigh_http_event
see_connection(struct weigh_http_reader *r, struct weigh_span value)
{
	r->head.close = r->head.close || weigh_http_says_close(value);
	return WEIGH_HTTP_MORE;
}

enum framing_field {
	HOST,
	CONTENT_LENGTH,
	CODING,
	CONNECTION,
	AUTHORIZATION
};

static const struct {
	const char *name;
	size_t len;
	const char *twice; /* why a second one is refused; NULL: it is not */
	/* Take note of its value; NULL: only its number matters here. */
	enum weigh_http_event (*see)(struct weigh_http_reader *,
	    struct weigh_span);
} framing[] = {
#define NAMED(text) (text), sizeof(text) - 1
	[HOST] = { NAMED("host"), "two Host fields", see_host },
	[CONTENT_LENGTH] = { NAMED("content-length"),
	    "two Content-Length fields", see_length },
	[CODING] = { NAMED("transfer-encoding"), "two Transfer-Encoding fields",
	    see_coding },
	[CONNECTION] = { NAMED("connection"), NULL, see_connection },
	[AUTHORIZATION] = { NAMED("authorization"), "two Authorization fields",
	    NULL },
#undef NAMED
};

enum weigh_http_event
weigh_http_field_line(struct weigh_http_reader *r)
{
	struct weigh_http_reader_state *s = r->s;
	struct weigh_http_field *f = &r->head.fields[r->head.nfields++];

	f->name = (struct weigh_span){ s->text + s->line,
		s->mark - 1 - s->line };
	f->value = weigh_http_trim((struct weigh_span){
	    s->text + s->mark, s->len - s->mark });
	for (unsigned i = 0; i < sizeof(framing) / sizeof(*framing); i++) {
		if (f->name.len != framing[i].len ||
		    !weigh_span_is_nocase(f->name, framing[i].name))
			continue;
		if ((s->seen & 1u << i) != 0 && framing[i].twice != NULL)
			return weigh_http_refuse(r, 400, framing[i].twice);
		s->seen |= 1u << i;
		if (framing[i].see != NULL)
			return framing[i].see(r, f->value);
	}
	return WEIGH_HTTP_MORE;
}

enum weigh_http_event
weigh_http_head_end(struct weigh_http_reader *r)
{
	struct weigh_http_head *h = &r->head;
	unsigned both = 1u << CONTENT_LENGTH | 1u << CODING;
	struct weigh_span expect = weigh_http_field(h, "expect");

	if (h->minor == 1 && (r->s->seen & 1u << HOST) == 0)
		return weigh_http_refuse(r, 400, "no Host");
	if ((r->s->seen & both) == both)
		return weigh_http_refuse(r, 400,
		    "Transfer-Encoding and Content-Length");
	if (expect.p == NULL)
		return WEIGH_HTTP_MORE;
	if (!weigh_span_is_nocase(expect, "100-continue"))
		return weigh_http_refuse(r, 417, "unknown expectation");
	h->expect_continue = h->minor == 1 && h->has_body;
	return WEIGH_HTTP_MORE;
}
