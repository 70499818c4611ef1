/* url: absolute URLs, and where a Location leads; see weigh/url.h. */
#include <stdio.h>
#include <string.h>

#include <weigh/url.h>

#define HOST_MAX 253 /* RFC 1035, as text */
#define LABEL_MAX 63

static char
small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
begins_nocase(const char *text, const char *small_word)
{
	for (; *small_word != '\0'; text++, small_word++)
		if (small(*text) != *small_word)
			return false;
	return true;
}

/* --- the host ------------------------------------------------------------ */

/* One label of a name: letters, digits, '-' and '_' inside. */
static bool
good_label(const char *p, size_t len)
{
	if (len == 0 || len > LABEL_MAX || p[0] == '-' || p[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!(p[i] >= 'a' && p[i] <= 'z') && !is_digit(p[i]) &&
		    p[i] != '-' && p[i] != '_')
			return false;
	return true;
}

/* "1", "0x7f": what some resolvers take for a part of an address. */
static bool
numeric_label(const char *p, size_t len)
{
	if (len >= 2 && p[0] == '0' && p[1] == 'x')
		return true;
	for (size_t i = 0; i < len; i++)
		if (!is_digit(p[i]))
			return false;
	return true;
}

static bool
good_name(const char *host)
{
	const char *dot;

	for (;; host = dot + 1) {
		dot = strchr(host, '.');
		if (dot == NULL)
			break;
		if (!good_label(host, (size_t)(dot - host)))
			return false;
	}
	return good_label(host, strlen(host)) &&
	    !numeric_label(host, strlen(host)); /* (1) */
}

static bool
read_host(struct weigh_url *out, struct weigh_span host, bool bracket)
{
	if (host.len == 0 || host.len > HOST_MAX)
		return false;
	for (size_t i = 0; i < host.len; i++)
		out->host[i] = small(host.p[i]);
	out->host[host.len] = '\0';
	out->literal = weigh_address_parse(&out->address,
	    (struct weigh_span){ out->host, host.len });
	if (out->literal)
		return out->address.v6 == bracket;
	return !bracket && good_name(out->host);
}

static bool
read_port(struct weigh_url *out, struct weigh_span port)
{
	unsigned n = 0;

	if (port.len == 0 || port.len > 5)
		return false;
	for (size_t i = 0; i < port.len; i++) {
		if (!is_digit(port.p[i]))
			return false;
		n = n * 10 + (unsigned)(port.p[i] - '0');
	}
	out->port = (uint16_t)n;
	return n > 0 && n <= UINT16_MAX;
}

/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT. */
static bool
read_authority(struct weigh_url *out, const char *p, size_t len)
{
	struct weigh_span host = { p, len }, port = { 0 };
	bool bracket = len > 0 && *p == '[';
	const char *end;

	if (bracket) {
		if ((end = memchr(p, ']', len)) == NULL)
			return false;
		host = (struct weigh_span){ p + 1, (size_t)(end - p) - 1 };
		end++;
	} else if ((end = memchr(p, ':', len)) == NULL) {
		end = p + len;
	} else {
		host.len = (size_t)(end - p);
	}
	port.p = end;
	port.len = len - (size_t)(end - p);
	if (!read_host(out, host, bracket))
		return false;
	if (port.len == 0)
		return true;
	return *port.p == ':' &&
	    read_port(out, (struct weigh_span){ port.p + 1, port.len - 1 });
}

/* --- the whole ----------------------------------------------------------- */

/* What no URL has, and some would mend. */
static bool
good_bytes(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text >= 0x7f || *text == '\\' ||
		    *text == '"' || *text == '<' || *text == '>')
			return false;
	return true;
}

enum weigh_code
weigh_url_parse(struct weigh_url *out, const char *text, struct weigh_err *err)
{
	const char *p = text;
	size_t len;

	*out = (struct weigh_url){ .port = 80 };
	if (strnlen(text, WEIGH_URL_MAX) == WEIGH_URL_MAX)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a URL of %d bytes or more", WEIGH_URL_MAX);
	if (!good_bytes(text))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a URL with bytes that no URL has");
	if (begins_nocase(text, "https://")) {
		out->https = true;
		out->port = 443;
		p += 8;
	} else if (begins_nocase(text, "http://")) {
		p += 7;
	} else {
		return weigh_fail(err, WEIGH_MALFORMED,
		    "'%.200s' is not an http or https URL", text);
	}
	len = strcspn(p, "/?#");
	if (!read_authority(out, p, len))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a URL whose host or port cannot be read");
	out->rest.p = p + len;
	out->rest.len = strcspn(p + len, "#");
	return WEIGH_OK;
}

bool
weigh_url_same_origin(const struct weigh_url *a, const struct weigh_url *b)
{
	if (a->https != b->https || a->port != b->port ||
	    a->literal != b->literal)
		return false;
	/* An IPv6 address has many spellings. */
	return a->literal ? a->address.v6 == b->address.v6 &&
		memcmp(a->address.bytes, b->address.bytes,
		    sizeof(a->address.bytes)) == 0 :
			    strcmp(a->host, b->host) == 0;
}

/* Is `host` this name or one below it? */
static bool
below(const char *host, const char *name, size_t len)
{
	size_t n = strlen(host);

	if (n < len || memcmp(host + n - len, name, len) != 0)
		return false;
	return n == len || host[n - len - 1] == '.';
}

bool
weigh_url_loopback(const struct weigh_url *u)
{
	if (u->literal)
		return weigh_address_class(&u->address) ==
		    WEIGH_ADDRESS_LOOPBACK;
	return below(u->host, "localhost", 9);
}

bool
weigh_url_listed(const struct weigh_url *u, const char *list)
{
	char one[WEIGH_URL_MAX];
	struct weigh_url other;
	size_t len;

	for (; *list != '\0'; list += len) {
		list += strspn(list, " \t");
		len = strcspn(list, " \t");
		if (len == 0 || len >= sizeof(one))
			continue;
		memcpy(one, list, len);
		one[len] = '\0';
		if (weigh_url_parse(&other, one, NULL) == WEIGH_OK &&
		    weigh_url_same_origin(u, &other))
			return true;
	}
	return false;
}

/* --- Location ------------------------------------------------------------ */

/* "https:…", not "a/b:c". */
static bool
has_scheme(const char *s)
{
	size_t n = strcspn(s, ":/?#");

	return n > 0 && s[n] == ':';
}

/* Take the last segment of the path in `out` away, of which `floor` stays. */
static size_t
without_last(const char *out, size_t len, size_t floor)
{
	while (len > floor && out[len - 1] != '/')
		len--;
	return len > floor ? len - 1 : floor;
}

/* Append a path and query, its dot segments removed (RFC 3986 section 5.2.4). */
static size_t
add_path(char out[WEIGH_URL_MAX], size_t len, const char *path, size_t path_len)
{
	const char *end = path + path_len, *query, *next;
	size_t floor = len, n;

	query = memchr(path, '?', path_len);
	if (query == NULL)
		query = end;
	for (; path < query; path = next) {
		/* Each segment has its '/' in front. */
		next = memchr(path + 1, '/', (size_t)(query - path - 1));
		if (next == NULL)
			next = query;
		n = (size_t)(next - path);
		if (n == 2 && memcmp(path, "/.", 2) == 0) {
			if (next == query)
				out[len++] = '/';
		} else if (n == 3 && memcmp(path, "/..", 3) == 0) {
			len = without_last(out, len, floor);
			if (next == query)
				out[len++] = '/';
		} else {
			memcpy(out + len, path, n);
			len += n;
		}
	}
	memcpy(out + len, query, (size_t)(end - query));
	return len + (size_t)(end - query);
}

static int
print_origin(char out[WEIGH_URL_MAX], const struct weigh_url *u)
{
	const bool v6 = u->literal && u->address.v6;

	return snprintf(out, WEIGH_URL_MAX, "%s://%s%s%s:%u",
	    u->https ? "https" : "http", v6 ? "[" : "", u->host, v6 ? "]" : "",
	    (unsigned)u->port);
}

/* `path` is what stands behind the origin, at most WEIGH_URL_MAX - 1 bytes. */
static enum weigh_code
put_together(char out[WEIGH_URL_MAX], const struct weigh_url *base,
    const char *path, struct weigh_err *err)
{
	size_t len = (size_t)print_origin(out, base), n = strcspn(path, "#");

	if (len + n + 2 > WEIGH_URL_MAX)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a redirect to a URL of %d bytes or more", WEIGH_URL_MAX);
	len = add_path(out, len, path, n);
	out[len] = '\0';
	return WEIGH_OK;
}

/* The base's path up to and with its last '/', then `location`; of "?q" and "" the
 * whole path. */
static bool
merge(char path[WEIGH_URL_MAX], const struct weigh_url *base,
    const char *location)
{
	struct weigh_span p = base->rest;
	const char *query = p.len > 0 ? memchr(p.p, '?', p.len) : NULL;
	size_t n = strcspn(location, "#");

	if (query != NULL && n > 0)
		p.len = (size_t)(query - p.p);
	if (n > 0 && *location != '?')
		while (p.len > 0 && p.p[p.len - 1] != '/')
			p.len--;
	if (p.len == 0 || *p.p != '/')
		return snprintf(path, WEIGH_URL_MAX, "/%.*s", (int)n,
			   location) < WEIGH_URL_MAX;
	return snprintf(path, WEIGH_URL_MAX, "%.*s%.*s", (int)p.len, p.p,
		   (int)n, location) < WEIGH_URL_MAX;
}

enum weigh_code
weigh_url_resolve(char out[WEIGH_URL_MAX], const struct weigh_url *base,
    const char *location, struct weigh_err *err)
{
	char path[WEIGH_URL_MAX];
	struct weigh_url check;
	enum weigh_code rc = WEIGH_OK;
	int n;

	if (strnlen(location, WEIGH_URL_MAX) == WEIGH_URL_MAX ||
	    !good_bytes(location))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a redirect to what is no URL");
	if (has_scheme(location)) {
		n = snprintf(out, WEIGH_URL_MAX, "%.*s",
		    (int)strcspn(location, "#"), location);
	} else if (location[0] == '/' && location[1] == '/') {
		n = snprintf(out, WEIGH_URL_MAX, "%s:%.*s",
		    base->https ? "https" : "http", (int)strcspn(location, "#"),
		    location);
	} else if (location[0] == '/') {
		n = 0;
		rc = put_together(out, base, location, err);
	} else if (merge(path, base, location)) {
		n = 0;
		rc = put_together(out, base, path, err);
	} else {
		n = WEIGH_URL_MAX;
	}
	if (n >= WEIGH_URL_MAX)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "a redirect to a URL of %d bytes or more", WEIGH_URL_MAX);
	return rc == WEIGH_OK ? weigh_url_parse(&check, out, err) : rc;
}
