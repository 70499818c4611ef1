/*
 * body: a request's body, by its length or in chunks (RFC 9112 sections 6, 7).
 * Bytes are handed on where they lie; nothing is copied or kept.
 */
#include "priv.h"

#define SIZE_DIGITS 16             /* of a chunk's size */
#define EXTENSION_MAX 1024         /* bytes behind a chunk's ';' */
#define EXTENSIONS_MAX (16 * 1024) /* the same for the whole body */

static enum weigh_http_event
refuse_byte(struct weigh_http_reader *r, struct cursor *c, const char *reason)
{
	c->p++;
	return weigh_http_refuse(r, 400, reason);
}

/* Hand on what the piece has of the bytes left; then comes `next`. */
static enum weigh_http_event
hand_on(struct weigh_http_reader *r, struct cursor *c, enum phase next)
{
	struct weigh_http_reader_state *s = r->s;
	size_t n = (size_t)(c->end - c->p);

	if (n > s->left)
		n = (size_t)s->left;
	r->body = (struct weigh_span){ c->p, n };
	c->p += n;
	s->left -= n;
	if (s->left == 0)
		s->phase = next;
	return WEIGH_HTTP_BODY;
}

enum weigh_http_event
weigh_http_step_length(struct weigh_http_reader *r, struct cursor *c)
{
	return hand_on(r, c, DONE);
}

/* Digits of a chunk's size, then CR or ';'. */
enum weigh_http_event
weigh_http_step_size(struct weigh_http_reader *r, struct cursor *c)
{
	struct weigh_http_reader_state *s = r->s;

	if (in_class(*c->p, CLASS_HEX)) {
		if (s->matched == 0)
			s->left = 0;
		if (s->matched == SIZE_DIGITS || s->left >> 59 != 0)
			return refuse_byte(r, c, "chunk too large");
		s->left = s->left << 4 | weigh_http_hex(*c->p);
		s->matched++;
		c->p++;
		return WEIGH_HTTP_MORE;
	}
	if (s->matched == 0 || (*c->p != '\r' && *c->p != ';'))
		return refuse_byte(r, c, "bad chunk size");
	s->phase = *c->p == ';' ? EXTENSION : SIZE_LF;
	s->room = EXTENSION_MAX;
	if (s->room > EXTENSIONS_MAX - s->extensions)
		s->room = EXTENSIONS_MAX - s->extensions;
	c->p++;
	return WEIGH_HTTP_MORE;
}

/* What stands behind the ';' is passed over, up to its CR. */
enum weigh_http_event
weigh_http_step_extension(struct weigh_http_reader *r, struct cursor *c)
{
	struct weigh_http_reader_state *s = r->s;
	size_t len = (size_t)(c->end - c->p), n;

	n = weigh_http_run(c->p, len <= s->room ? len : s->room + 1,
	    CLASS_VALUE);
	c->p += n;
	if (n > s->room)
		return weigh_http_refuse(r, 400, "chunk extension too long");
	s->room -= n;
	s->extensions += n;
	if (c->p == c->end)
		return WEIGH_HTTP_MORE;
	if (*c->p != '\r')
		return refuse_byte(r, c, "bad character in a chunk extension");
	c->p++;
	s->phase = SIZE_LF;
	return WEIGH_HTTP_MORE;
}

enum weigh_http_event
weigh_http_step_size_lf(struct weigh_http_reader *r, struct cursor *c)
{
	if (*c->p != '\n')
		return refuse_byte(r, c, "CR without LF");
	c->p++;
	r->s->phase = DATA;
	if (r->s->left == 0)
		weigh_http_begin_trailer(r);
	return WEIGH_HTTP_MORE;
}

enum weigh_http_event
weigh_http_step_data(struct weigh_http_reader *r, struct cursor *c)
{
	return hand_on(r, c, DATA_CR);
}

enum weigh_http_event
weigh_http_step_data_cr(struct weigh_http_reader *r, struct cursor *c)
{
	if (*c->p != '\r')
		return refuse_byte(r, c, "chunk longer than its size");
	c->p++;
	r->s->phase = DATA_LF;
	return WEIGH_HTTP_MORE;
}

enum weigh_http_event
weigh_http_step_data_lf(struct weigh_http_reader *r, struct cursor *c)
{
	if (*c->p != '\n')
		return refuse_byte(r, c, "CR without LF");
	c->p++;
	r->s->phase = SIZE;
	r->s->matched = 0;
	return WEIGH_HTTP_MORE;
}
