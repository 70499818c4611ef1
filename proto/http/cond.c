/*
 * cond: preconditions in the order of RFC 9110 section 13.2.2.
 *
 * A condition that cannot be read does not hold: an If-Match that is not a list
 * of entity tags fails, an If-Range that is no strong tag and no strong date gives
 * the whole file.  Dates that cannot be read, or come twice, are passed over.
 */
#include <string.h>

#include "priv.h"

static bool
is_tag_octet(char c)
{
	return c != '"' && c != ' ' && c != '\t' && in_class(c, CLASS_VALUE);
}

/* Take [W/] DQUOTE *etagc DQUOTE from the front of *s: *tag is the quoted part.
 * False if there is none. */
static bool
take_tag(struct weigh_span *s, struct weigh_span *tag, bool *weak)
{
	size_t at = 0, n;

	*weak = s->len >= 2 && s->p[0] == 'W' && s->p[1] == '/';
	if (*weak)
		at = 2;
	if (at >= s->len || s->p[at] != '"')
		return false;
	for (n = at + 1; n < s->len && is_tag_octet(s->p[n]); n++)
		continue;
	if (n == s->len || s->p[n] != '"')
		return false;
	*tag = (struct weigh_span){ s->p + at, n + 1 - at };
	s->p += n + 1;
	s->len -= n + 1;
	return true;
}

/* Does one of the list's tags equal ours?  A weak one counts if allowed. */
static bool
list_has(struct weigh_span list, const char *etag, bool weak_counts)
{
	struct weigh_span tag;
	bool weak;

	for (;;) {
		while (list.len > 0 && strchr(" \t,", list.p[0]) != NULL) {
			list.p++;
			list.len--;
		}
		if (list.len == 0 || !take_tag(&list, &tag, &weak))
			return false;
		if ((weak_counts || !weak) && weigh_span_is(tag, etag))
			return true;
		list = weigh_http_trim(list);
		if (list.len > 0 && list.p[0] != ',')
			return false;
	}
}

enum answer {
	ABSENT,
	NO,
	YES
};

/* Ask all fields of this name, which are one list. */
static enum answer
ask_tags(const struct weigh_http_head *head, const char *name, const char *etag,
    bool weak_counts)
{
	enum answer answer = ABSENT;

	for (unsigned i = 0; i < head->nfields; i++) {
		const struct weigh_http_field *f = &head->fields[i];

		if (!weigh_span_is_nocase(f->name, name))
			continue;
		if (weigh_span_is(f->value, "*") ||
		    (etag != NULL && list_has(f->value, etag, weak_counts)))
			return YES;
		answer = NO;
	}
	return answer;
}

/* Was the file changed after the date in this field? */
static enum answer
ask_later(const struct weigh_http_head *head, const char *name, time_t changed)
{
	struct weigh_span value = weigh_http_field(head, name);
	time_t when;

	if (value.p == NULL || changed == -1 ||
	    !weigh_http_date_parse(value, &when))
		return ABSENT;
	return changed > when ? YES : NO;
}

static bool
has(const struct weigh_http_head *head, const char *name)
{
	for (unsigned i = 0; i < head->nfields; i++)
		if (weigh_span_is_nocase(head->fields[i].name, name))
			return true;
	return false;
}

/* May a Range be answered in part? */
static bool
range_holds(const struct weigh_http_head *head,
    const struct weigh_http_validators *v)
{
	struct weigh_span value = weigh_http_field(head, "if-range");
	time_t when;

	if (head->method != WEIGH_HTTP_GET)
		return false;
	if (!has(head, "if-range"))
		return true;
	if (value.p == NULL || value.len == 0)
		return false;
	if (value.p[0] == '"')
		return v->etag != NULL && weigh_span_is(value, v->etag);
	return v->last_modified != -1 && v->strong_date &&
	    weigh_http_date_parse(value, &when) && when == v->last_modified;
}

enum weigh_precondition
weigh_http_conditions(const struct weigh_http_head *head,
    const struct weigh_http_validators *v)
{
	bool reading = head->method == WEIGH_HTTP_GET ||
	    head->method == WEIGH_HTTP_HEAD;
	enum answer match = ask_tags(head, "if-match", v->etag, false);
	enum answer none = ask_tags(head, "if-none-match", v->etag, true);

	if (match == NO)
		return WEIGH_COND_FAILED;
	if (match == ABSENT &&
	    ask_later(head, "if-unmodified-since", v->last_modified) == YES)
		return WEIGH_COND_FAILED;
	if (none == YES)
		return reading ? WEIGH_COND_NOT_MODIFIED : WEIGH_COND_FAILED;
	if (none == ABSENT && reading &&
	    ask_later(head, "if-modified-since", v->last_modified) == NO)
		return WEIGH_COND_NOT_MODIFIED;
	if (has(head, "range") && !range_holds(head, v))
		return WEIGH_COND_WHOLE;
	return WEIGH_COND_GO;
}
