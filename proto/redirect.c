/* redirect: which redirects are followed, and what goes round a proxy; see
 * weigh/url.h. */
#include <string.h>

#include <weigh/url.h>

enum weigh_redirect
weigh_redirect_judge(const struct weigh_redirect_facts *f)
{
	const bool same = weigh_url_same_origin(f->from, f->to);

	if (f->followed >= f->most)
		return WEIGH_REDIRECT_TOO_MANY;
	if (f->from->https && !f->to->https)
		return WEIGH_REDIRECT_DOWNGRADE;
	if (!same && f->to->literal &&
	    !weigh_address_allowed(weigh_address_class(&f->to->address),
		f->configured))
		return WEIGH_REDIRECT_INWARD;
	if (!same && weigh_url_loopback(f->to) && !f->configured)
		return WEIGH_REDIRECT_INWARD;
	/* Of these two only the method that was asked with comes out again. */
	if (f->post && (!same || (f->status != 307 && f->status != 308)))
		return WEIGH_REDIRECT_BODY;
	return same ? WEIGH_REDIRECT_FOLLOW : WEIGH_REDIRECT_BARE;
}

const char *
weigh_redirect_why(enum weigh_redirect verdict)
{
	switch (verdict) {
	case WEIGH_REDIRECT_FOLLOW:
	case WEIGH_REDIRECT_BARE:
		return "a redirect";
	case WEIGH_REDIRECT_TOO_MANY:
		return "one redirect too many";
	case WEIGH_REDIRECT_DOWNGRADE:
		return "a redirect from https to http";
	case WEIGH_REDIRECT_INWARD:
		return "a redirect to an address that is not public";
	case WEIGH_REDIRECT_BODY:
		break;
	}
	return "a redirect of a request with a body";
}

/* --- proxies ------------------------------------------------------------- */

/* Is the literal host in `entry`, ADDRESS or ADDRESS/BITS? */
static bool
in_block(const struct weigh_url *u, struct weigh_span entry)
{
	const char *slash = memchr(entry.p, '/', entry.len);
	struct weigh_span text = entry;
	struct weigh_address a;
	unsigned bits, i;

	if (slash != NULL)
		text.len = (size_t)(slash - entry.p);
	if (!u->literal || !weigh_address_parse(&a, text) ||
	    a.v6 != u->address.v6)
		return false;
	bits = a.v6 ? 128 : 32;
	if (slash != NULL) {
		bits = 0;
		for (i = 1; i < entry.len - text.len && i < 4; i++) {
			if (slash[i] < '0' || slash[i] > '9')
				return false;
			bits = bits * 10 + (unsigned)(slash[i] - '0');
		}
		if (i != entry.len - text.len || i == 1 ||
		    bits > (a.v6 ? 128u : 32u))
			return false;
	}
	for (i = 0; i < bits; i++)
		if ((a.bytes[i / 8] ^ u->address.bytes[i / 8]) >> (7 - i % 8) &
		    1)
			return false;
	return true;
}

/* Is the host this name, or below it?  A dot or "*." in front changes nothing. */
static bool
in_name(const struct weigh_url *u, struct weigh_span entry)
{
	size_t n = strlen(u->host);

	if (entry.len > 1 && entry.p[0] == '*' && entry.p[1] == '.') {
		entry.p++;
		entry.len--;
	}
	if (entry.len > 0 && *entry.p == '.') {
		entry.p++;
		entry.len--;
	}
	if (u->literal || entry.len == 0 || n < entry.len)
		return false;
	return weigh_span_is_nocase(entry, u->host + n - entry.len) &&
	    (n == entry.len || u->host[n - entry.len - 1] == '.');
}

bool
weigh_proxy_bypassed(const struct weigh_url *u, const char *no_proxy)
{
	struct weigh_span entry;

	for (; *no_proxy != '\0'; no_proxy += entry.len) {
		no_proxy += strspn(no_proxy, ", \t");
		entry.p = no_proxy;
		entry.len = strcspn(no_proxy, ", \t");
		if (weigh_span_is(entry, "*") || in_block(u, entry) ||
		    in_name(u, entry))
			return true;
	}
	return false;
}
