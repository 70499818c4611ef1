/*
 * answer: the head of an answer (RFC 9112 sections 4, 6), as strict as the
 * reader of requests.  One thing is tolerated, because it is common and has one
 * meaning: no blank behind the status when there are no words.
 */
#include <string.h>

#include "priv.h"

#define HEAD_MAX (64 * 1024)

/* Take a line, ended by CR LF, from the front of *s, of which `line` then is
 * the text.  1; 0 when its end is not there; -1 when it ends in a bare LF. */
static int
take_line(struct weigh_span *s, struct weigh_span *line)
{
	const char *lf = s->len > 0 ? memchr(s->p, '\n', s->len) : NULL;

	if (lf == NULL)
		return 0;
	if (lf == s->p || lf[-1] != '\r')
		return -1;
	*line = (struct weigh_span){ s->p, (size_t)(lf - s->p) - 1 };
	s->len -= line->len + 2;
	s->p = lf + 1;
	return 1;
}

/* HTTP/1.d SP 3DIGIT [ SP words ] */
static bool
read_status(struct weigh_http_answer *a, struct weigh_span s, bool *minor)
{
	static const char form[] = "HTTP/1.d ddd";
	size_t len = sizeof(form) - 1;

	if (s.len < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (form[i] == 'd' ? !in_class(s.p[i], CLASS_DIGIT) :
				     s.p[i] != form[i])
			return false;
	if (s.p[7] > '1' || (s.len > len && s.p[len] != ' '))
		return false;
	*minor = s.p[7] == '1';
	for (size_t i = 9; i < len; i++)
		a->status = a->status * 10 + (int)weigh_http_hex(s.p[i]);
	return a->status >= 100 && a->status <= 599 &&
	    weigh_http_run(s.p, s.len, CLASS_VALUE) == s.len;
}

static bool
read_field(struct weigh_http_answer *a, struct weigh_span s)
{
	size_t name = weigh_http_run(s.p, s.len, CLASS_TOKEN);
	struct weigh_http_field *f = &a->fields[a->nfields];

	if (name == 0 || name == s.len || s.p[name] != ':' ||
	    a->nfields == WEIGH_HTTP_FIELDS_MAX ||
	    weigh_http_run(s.p, s.len, CLASS_VALUE) != s.len)
		return false;
	f->name = (struct weigh_span){ s.p, name };
	f->value = weigh_http_trim((struct weigh_span){
	    s.p + name + 1, s.len - name - 1 });
	a->nfields++;
	return true;
}

/* Take note of a field that matters to framing. */
static bool
meet(struct weigh_http_answer *a, const struct weigh_http_field *f, bool minor)
{
	uint64_t length;

	if (weigh_span_is_nocase(f->name, "content-length")) {
		if (!weigh_http_length_parse(f->value, &length) ||
		    (a->has_length && a->length != length))
			return false;
		a->has_length = true;
		a->length = length;
	} else if (weigh_span_is_nocase(f->name, "transfer-encoding")) {
		if (a->chunked || !minor ||
		    weigh_http_coding_check(f->value) != 0)
			return false;
		a->chunked = true;
	} else if (weigh_span_is_nocase(f->name, "connection")) {
		a->close = a->close || weigh_http_says_close(f->value);
	}
	return !(a->chunked && a->has_length);
}

/* Can these bytes still become "HTTP/1.x"? */
static bool
begins_well(const char *data, size_t len)
{
	static const char begin[] = "HTTP/1.";
	size_t n = sizeof(begin) - 1;

	return memcmp(data, begin, len < n ? len : n) == 0;
}

long
weigh_http_answer_parse(struct weigh_http_answer *a, const char *data,
    size_t len)
{
	struct weigh_span rest = { data, len < HEAD_MAX ? len : HEAD_MAX };
	struct weigh_span line;
	bool minor;
	int taken;

	a->status = 0;
	a->close = a->chunked = a->has_length = false;
	a->length = 0;
	a->nfields = 0;
	if (len == 0)
		return 0;
	if (!begins_well(data, len))
		return -1;
	if ((taken = take_line(&rest, &line)) == 1) {
		if (!read_status(a, line, &minor))
			return -1;
		a->close = !minor;
	}
	while (taken == 1 && (taken = take_line(&rest, &line)) == 1) {
		if (line.len == 0)
			return (long)(rest.p - data);
		if (!read_field(a, line) ||
		    !meet(a, &a->fields[a->nfields - 1], minor))
			return -1;
	}
	return taken == 0 && len < HEAD_MAX ? 0 : -1;
}

struct weigh_span
weigh_http_answer_field(const struct weigh_http_answer *a, const char *name)
{
	return weigh_http_find(a->fields, a->nfields, name);
}
