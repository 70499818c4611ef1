/*
 * coding: content codings (RFC 9110 sections 8.4, 12.5.3) and the frames of
 * chunks (RFC 9112 section 7.1).
 */
#include <stdio.h>
#include <string.h>

#include "priv.h"

static bool
is_gzip(struct weigh_span coding)
{
	return weigh_span_is_nocase(coding, "gzip") ||
	    weigh_span_is_nocase(coding, "x-gzip");
}

enum weigh_http_coding
weigh_http_content_coding(const struct weigh_http_head *head)
{
	enum weigh_http_coding found = WEIGH_CODING_IDENTITY;
	struct weigh_span value, coding;

	for (unsigned i = 0; i < head->nfields; i++) {
		if (!weigh_span_is_nocase(head->fields[i].name,
			"Content-Encoding"))
			continue;
		value = head->fields[i].value;
		while (weigh_http_list_next(&value, &coding)) {
			if (coding.len == 0 ||
			    weigh_span_is_nocase(coding, "identity"))
				continue;
			if (!is_gzip(coding) || found != WEIGH_CODING_IDENTITY)
				return WEIGH_CODING_OTHER;
			found = WEIGH_CODING_GZIP;
		}
	}
	return found;
}

/* The weight of one element in thousandths, its name cut to what stands before
 * the ';'.  -1: it is malformed. */
static int
take_weight(struct weigh_span *element)
{
	const char *semicolon = memchr(element->p, ';', element->len);
	struct weigh_span q;
	int weight = 0, unit = 1000;

	if (semicolon == NULL)
		return 1000;
	q = (struct weigh_span){ semicolon + 1,
		(size_t)(element->p + element->len - semicolon - 1) };
	element->len = (size_t)(semicolon - element->p);
	*element = weigh_http_trim(*element);
	q = weigh_http_trim(q);
	if (q.len < 3 || q.len > 7 || (q.p[0] != 'q' && q.p[0] != 'Q') ||
	    q.p[1] != '=' || (q.len > 3 && q.p[3] != '.'))
		return -1;
	for (size_t i = 2; i < q.len; i++) {
		if (i == 3)
			continue;
		if (!in_class(q.p[i], CLASS_DIGIT))
			return -1;
		weight += (q.p[i] - '0') * unit;
		unit /= 10;
	}
	return weight <= 1000 ? weight : -1;
}

bool
weigh_http_accepts_gzip(const struct weigh_http_head *head)
{
	struct weigh_span value = weigh_http_field(head, "Accept-Encoding");
	struct weigh_span element;
	int gzip = -1, rest = -1, weight;

	while (value.p != NULL && weigh_http_list_next(&value, &element)) {
		weight = element.len > 0 ? take_weight(&element) : -1;
		if (is_gzip(element))
			gzip = weight;
		else if (weigh_span_is(element, "*"))
			rest = weight;
	}
	return gzip >= 0 ? gzip > 0 : rest > 0;
}

size_t
weigh_http_chunk(char out[WEIGH_HTTP_CHUNK], size_t len)
{
	return (size_t)snprintf(out, WEIGH_HTTP_CHUNK, "%zx\r\n", len);
}
