/*
 * A base, NUL, a Location (or, without NUL, an address).  (1), (2) and (3) of
 * weigh/url.h: whatever is read names one host, an address is never taken for a name,
 * and what a Location leads to is a URL again, the same when it is read twice.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/url.h>

/* What the system's own reader says of an address must be what ours says. */
static void
must_agree(const char *text)
{
	const struct weigh_span span = { text, strlen(text) };
	struct weigh_address a;
	unsigned char theirs[16];
	bool ours = weigh_address_parse(&a, span);

	if (ours &&
	    (inet_pton(a.v6 ? AF_INET6 : AF_INET, text, theirs) != 1 ||
		memcmp(theirs, a.bytes, a.v6 ? 16 : 4) != 0))
		abort();
	if (!ours && inet_pton(AF_INET, text, theirs) == 1)
		abort();
	if (ours)
		(void)weigh_address_class(&a);
}

static void
must_be_one_host(const struct weigh_url *u)
{
	struct in_addr loose;

	if (u->port == 0 || strcspn(u->host, "@/\\?#%[] ") != strlen(u->host))
		abort();
	/* inet_aton takes 127.1 and 0x7f000001: no name may look so. */
	if (!u->literal && inet_aton(u->host, &loose) != 0)
		abort();
}

static void
must_lead_to_a_url(const struct weigh_url *base, const char *location)
{
	char once[WEIGH_URL_MAX], twice[WEIGH_URL_MAX];
	struct weigh_url to;
	struct weigh_redirect_facts facts = {
		.from = base, .to = &to, .status = 302, .most = 1
	};
	enum weigh_redirect verdict;

	if (weigh_url_resolve(once, base, location, NULL) != WEIGH_OK)
		return;
	if (strchr(once, '#') != NULL ||
	    weigh_url_parse(&to, once, NULL) != WEIGH_OK)
		abort();
	must_be_one_host(&to);
	verdict = weigh_redirect_judge(&facts);
	if (verdict == WEIGH_REDIRECT_FOLLOW &&
	    !weigh_url_same_origin(base, &to)) /* (4) */
		abort();
	if (verdict == WEIGH_REDIRECT_BARE && to.literal &&
	    weigh_address_class(&to.address) != WEIGH_ADDRESS_PUBLIC)
		abort();
	if (weigh_url_resolve(twice, &to, once, NULL) != WEIGH_OK ||
	    strcmp(once, twice) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *nul = memchr(data, '\0', size);
	char *text = malloc(size + 1);
	struct weigh_url base;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (nul == NULL) {
		must_agree(text);
	} else if (weigh_url_parse(&base, text, NULL) == WEIGH_OK) {
		must_be_one_host(&base);
		if (!weigh_url_same_origin(&base, &base) ||
		    !weigh_url_listed(&base, text))
			abort();
		must_lead_to_a_url(&base, text + strlen(text) + 1);
		(void)weigh_proxy_bypassed(&base, text + strlen(text) + 1);
	}
	free(text);
	return 0;
}
