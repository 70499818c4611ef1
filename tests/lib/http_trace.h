/*
 * http_trace: what a reader makes of some bytes, as text, so that two cuttings
 * of the same bytes can be compared.  In the header, for the fuzz targets link
 * nothing of tests/.
 *
 * One line per request:
 *     GET /path?query @host close expect length=3 fields=2 {body} end@57
 * and at last what was left: `bad 400@12`, or `more@0`.  The number behind '@'
 * is how many bytes were taken since the beginning.
 */
#ifndef TESTS_HTTP_TRACE_H
#define TESTS_HTTP_TRACE_H

#include <stdlib.h>
#include <string.h>

#include <weigh/buf.h>
#include <weigh/http.h>

#define HTTP_TRACE_MAX (8u << 20)

static inline void
http_trace_span(struct weigh_buf *out, const char *before, struct weigh_span s)
{
	if (s.p == NULL)
		return;
	weigh_buf_adds(out, before);
	weigh_buf_add(out, s.p, s.len);
}

static inline void
http_trace_head(struct weigh_buf *out, const struct weigh_http_head *h)
{
	weigh_buf_adds(out, weigh_http_method_name(h->method));
	http_trace_span(out, " ", h->path);
	if (h->has_query)
		http_trace_span(out, "?", h->query);
	http_trace_span(out, " @", h->host);
	if (h->minor == 0)
		weigh_buf_adds(out, " 1.0");
	if (h->close)
		weigh_buf_adds(out, " close");
	if (h->expect_continue)
		weigh_buf_adds(out, " expect");
	if (h->chunked)
		weigh_buf_adds(out, " chunked");
	else if (h->has_body)
		weigh_buf_addf(out, " length=%llu",
		    (unsigned long long)h->length);
	for (unsigned i = 0; i < h->nfields; i++) {
		http_trace_span(out, i == 0 ? " fields=" : ",",
		    h->fields[i].name);
		http_trace_span(out, ":", h->fields[i].value);
	}
}

/* Feed one piece from memory of exactly its size.  False after BAD. */
static inline bool
http_trace_piece(struct weigh_http_reader *r, struct weigh_buf *out,
    struct weigh_buf *head, const char *data, size_t len, size_t *at)
{
	char *copy = malloc(len > 0 ? len : 1);
	enum weigh_http_event event = WEIGH_HTTP_END;
	size_t done = 0, used;

	if (copy == NULL)
		abort();
	memcpy(copy, data, len);
	while (event != WEIGH_HTTP_MORE && event != WEIGH_HTTP_BAD) {
		event = weigh_http_read(r, copy + done, len - done, &used);
		done += used;
		*at += used;
		switch (event) {
		case WEIGH_HTTP_MORE:
			if (done != len)
				abort(); /* MORE uses all of the piece */
			break;
		case WEIGH_HTTP_HEAD_DONE:
			weigh_buf_reset(head);
			http_trace_head(head, &r->head);
			weigh_buf_add(out, head->data, head->len);
			weigh_buf_adds(out, " {");
			break;
		case WEIGH_HTTP_BODY:
			if (r->body.len == 0)
				abort(); /* no empty pieces */
			weigh_buf_add(out, r->body.p, r->body.len);
			break;
		case WEIGH_HTTP_END:
			weigh_buf_addf(out, "} end@%zu\n", *at);
			/* The head still stands after the body was read. */
			http_trace_head(out, &r->head);
			if (out->len < head->len ||
			    memcmp(out->data + out->len - head->len, head->data,
				head->len) != 0)
				abort();
			out->len -= head->len;
			out->data[out->len] = '\0';
			weigh_http_reader_next(r);
			break;
		case WEIGH_HTTP_BAD:
			weigh_buf_addf(out, "bad %d@%zu", r->status, *at);
			break;
		}
	}
	free(copy);
	return event != WEIGH_HTTP_BAD;
}

/* Trace `len` bytes, the first piece of `first` bytes and the others of `piece`
 * bytes each. */
static inline void
http_trace(struct weigh_buf *out, const char *data, size_t len, size_t first,
    size_t piece, const struct weigh_http_limits *limits)
{
	struct weigh_http_reader *r = malloc(sizeof(*r));
	struct weigh_buf head;
	size_t at = 0, fed = 0, n = first;
	bool good = true;

	if (r == NULL)
		abort();
	weigh_buf_init(&head, HTTP_TRACE_MAX);
	weigh_buf_reset(out);
	weigh_http_reader_init(r, limits);
	do {
		if (n > len - fed)
			n = len - fed;
		good = http_trace_piece(r, out, &head, data + fed, n, &at);
		fed += n;
		n = piece;
	} while (good && fed < len);
	if (good)
		weigh_buf_addf(out, "more@%zu", at);
	weigh_buf_free(&head);
	weigh_http_reader_free(r);
	free(r);
}

#endif
