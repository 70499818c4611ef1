/*
 * authority: uri-host [ ":" port ], as it stands in Host and in absolute-form
 * targets (RFC 9110 section 4.2.1, RFC 3986 section 3.2).
 *
 * Two things the grammar would allow are refused.  A comma, because that is how
 * two Host fields look after somebody has joined them; and an address of a
 * future version, `[v1.x]`, because there is none.
 */
#include <string.h>

#include "priv.h"

#define PORT_MAX 65535

/* ":" and digits, possibly none. */
static bool
port_ok(struct weigh_span s)
{
	unsigned long port = 0;

	for (size_t i = 1; i < s.len; i++) {
		if (!in_class(s.p[i], CLASS_DIGIT))
			return false;
		port = port * 10 + weigh_http_hex(s.p[i]);
		if (port > PORT_MAX)
			return false;
	}
	return s.len == 0 || s.p[0] == ':';
}

/* Four decimal numbers up to 255, without leading zeros. */
static bool
ipv4_ok(struct weigh_span s)
{
	size_t i = 0;

	for (unsigned part = 0; part < 4; part++) {
		unsigned value = 0;
		size_t n;

		if (part > 0 && (i == s.len || s.p[i++] != '.'))
			return false;
		n = weigh_http_run(s.p + i, s.len - i, CLASS_DIGIT);
		if (n == 0 || n > 3 || (n > 1 && s.p[i] == '0'))
			return false;
		for (size_t end = i + n; i < end; i++)
			value = value * 10 + weigh_http_hex(s.p[i]);
		if (value > 255)
			return false;
	}
	return i == s.len;
}

/* Eight groups of one to four hex digits, the last two possibly as IPv4; one
 * "::" may stand for groups of zeros.  Without the brackets. */
static bool
ipv6_ok(struct weigh_span s)
{
	unsigned groups = 0;
	bool gap = false;
	size_t i = 0, n;

	while (i < s.len) {
		if (s.len - i >= 2 && s.p[i] == ':' && s.p[i + 1] == ':') {
			if (gap)
				return false;
			gap = true;
			i += 2;
			if (i == s.len)
				break;
		} else if (groups > 0 && s.p[i++] != ':') {
			return false;
		}
		n = weigh_http_run(s.p + i, s.len - i, CLASS_HEX);
		if (i + n < s.len && s.p[i + n] == '.') {
			if (!ipv4_ok((struct weigh_span){ s.p + i, s.len - i }))
				return false;
			groups += 2;
			break;
		}
		if (n == 0 || n > 4 || ++groups > 8)
			return false;
		i += n;
	}
	return gap ? groups < 8 : groups == 8;
}

/* How long the name, or the address in its brackets, is; 0 if it is bad. */
static size_t
host_length(struct weigh_span s)
{
	const char *end;
	size_t n = 0;

	if (s.len > 0 && s.p[0] == '[') {
		if ((end = memchr(s.p, ']', s.len)) == NULL)
			return 0;
		n = (size_t)(end - s.p);
		return ipv6_ok((struct weigh_span){ s.p + 1, n - 1 }) ? n + 1 :
									0;
	}
	while (n < s.len && (in_class(s.p[n], CLASS_HOST) || s.p[n] == '%'))
		n++;
	return weigh_http_escapes_ok((struct weigh_span){ s.p, n }) ? n : 0;
}

bool
weigh_http_authority_ok(struct weigh_span s)
{
	size_t host = host_length(s);

	return host > 0 &&
	    port_ok((struct weigh_span){ s.p + host, s.len - host });
}
