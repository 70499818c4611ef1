/* hop: a request as libcurl is to send it, and a sentence for how it ended. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <weigh/version.h>

#include "priv.h"

#define TOKEN_MAX 4096

/* --- lines of the request ----------------------------------------------------------- */

static bool
add_line(struct hop *h, const char *line)
{
	struct curl_slist *more = curl_slist_append(h->lines, line);

	if (more == NULL)
		return false;
	h->lines = more;
	return true;
}

static bool
add_field(struct hop *h, const char *name, const char *value)
{
	char line[1024];
	int n = snprintf(line, sizeof(line), "%s: %s", name, value);

	return n < (int)sizeof(line) && add_line(h, line);
}

/* The request's own lines; true in *authorized if one of them is Authorization. */
static bool
add_fields(struct hop *h, const char *fields, bool *authorized)
{
	char line[TOKEN_MAX];

	while (*fields != '\0') {
		size_t len = strcspn(fields, "\r\n");

		if (len == 0 || len >= sizeof(line))
			return false;
		memcpy(line, fields, len);
		line[len] = '\0';
		if (strncasecmp(line, "authorization:", 14) == 0)
			*authorized = true;
		if (!add_line(h, line))
			return false;
		fields += len;
		fields += strspn(fields, "\r\n");
	}
	return true;
}

static bool
good_token(const char *token)
{
	size_t n = strlen(token);

	for (size_t i = 0; i < n; i++)
		if (token[i] <= ' ' || token[i] >= 0x7f)
			return false;
	return n > 0 && n < TOKEN_MAX / 2;
}

/* git's servers take a token as a password, with any user's name. */
static bool
add_basic(struct hop *h, const char *token)
{
	char pair[TOKEN_MAX], line[2 * TOKEN_MAX] = "Authorization: Basic ";
	int n = snprintf(pair, sizeof(pair), "%s%s",
	    strchr(token, ':') != NULL ? "" : "x-access-token:", token);

	EVP_EncodeBlock((unsigned char *)line + strlen(line),
	    (const unsigned char *)pair, n);
	return add_line(h, line);
}

static enum weigh_code
add_token(struct hop *h, struct weigh_err *err)
{
	const struct outbound_site *site = h->r->site;
	char line[TOKEN_MAX];
	bool ok;

	if (site->token == NULL || site->token[0] == '\0' || !h->own)
		return WEIGH_OK;
	if (!good_token(site->token))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the token for '%s' has a blank, or more than %d bytes",
		    h->url.host, TOKEN_MAX / 2);
	if (!h->url.https && !site->plain_token && !weigh_url_loopback(&h->url))
		return weigh_fail(err, WEIGH_DENIED,
		    "the token for '%s' does not go over plain http",
		    h->url.host);
	if (h->r->basic) {
		ok = add_basic(h, site->token);
	} else {
		snprintf(line, sizeof(line), "Authorization: Bearer %s",
		    site->token);
		ok = add_line(h, line);
	}
	return ok ? WEIGH_OK : weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

static bool
add_range(struct hop *h)
{
	char value[64];

	if (h->r->last == UINT64_MAX)
		snprintf(value, sizeof(value), "bytes=%llu-",
		    (unsigned long long)h->r->first);
	else
		snprintf(value, sizeof(value), "bytes=%llu-%llu",
		    (unsigned long long)h->r->first,
		    (unsigned long long)h->r->last);
	return add_field(h, "Range", value);
}

static enum weigh_code
add_lines(struct hop *h, struct weigh_err *err)
{
	const struct outbound_request *r = h->r;
	bool authorized = false, ok;

	ok = add_field(h, "Accept", r->accept != NULL ? r->accept : "*/*") &&
	    (r->gzip || add_line(h, "Accept-Encoding: identity")) &&
	    (!r->ranged || add_range(h)) && add_line(h, "Expect:") &&
	    (r->type == NULL || add_field(h, "Content-Type", r->type));
	if (ok && h->first && r->fields != NULL &&
	    !add_fields(h, r->fields, &authorized))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "header fields that cannot be sent to '%s'", h->url.host);
	if (!ok)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return authorized ? WEIGH_OK : add_token(h, err);
}

/* --- options ------------------------------------------------------------------------- */

/* libcurl copies texts, and without memory would go on with its own: another proxy,
 * other certificates. */
static bool
set_text(struct hop *h, CURLoption option, const char *value)
{
	return curl_easy_setopt(h->easy, option, value) == CURLE_OK;
}

static bool
set_tls(struct hop *h)
{
	const char *ca = h->r->site->ca_file;
	const bool more = ca != NULL && ca[0] != '\0';

	curl_easy_setopt(h->easy, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(h->easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(h->easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(h->easy, CURLOPT_SSL_CTX_FUNCTION, tls_rules);
	curl_easy_setopt(h->easy, CURLOPT_SSL_CTX_DATA, h);
	/* tls_rules adds to what would else be shared. */
	if (more)
		curl_easy_setopt(h->easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
	return !(more && h->own) ||
	    (set_text(h, CURLOPT_CAINFO, ca) &&
		set_text(h, CURLOPT_CAPATH, NULL));
}

static bool
set_method(struct hop *h)
{
	const struct outbound_request *r = h->r;

	if (strcmp(r->method, "HEAD") == 0)
		curl_easy_setopt(h->easy, CURLOPT_NOBODY, 1L);
	if (r->body != NULL) {
		curl_easy_setopt(h->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, r->body);
		curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)r->body_len);
	}
	curl_easy_setopt(h->easy, CURLOPT_HTTP_VERSION,
	    r->kind == OUTBOUND_BULK ? (long)CURL_HTTP_VERSION_1_1 :
				       (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(h->easy, CURLOPT_BUFFERSIZE,
	    r->kind == OUTBOUND_BULK ? 256L << 10 : 16L << 10);
	return !r->gzip || set_text(h, CURLOPT_ACCEPT_ENCODING, "gzip");
}

/* Nothing here asks the environment, a file, or another protocol. */
static bool
set_common(struct hop *h, unsigned connect_seconds, const char *proxy)
{
	curl_easy_setopt(h->easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(h->easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(h->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(h->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(h->easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h->easy, CURLOPT_NOSIGNAL, 1L);
	/* Or a resolver that hangs would hold the loop. */
	curl_easy_setopt(h->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(h->easy, CURLOPT_CONNECTTIMEOUT,
	    (long)connect_seconds);
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->lines);
	return set_text(h, CURLOPT_URL, h->text) &&
	    set_text(h, CURLOPT_PROTOCOLS_STR, "http,https") &&
	    set_text(h, CURLOPT_PROXY, proxy) &&
	    set_text(h, CURLOPT_NOPROXY, "") &&
	    set_text(h, CURLOPT_USERAGENT, "weighd/" WEIGH_VERSION);
}

/* --- proxies -------------------------------------------------------------------------- */

/* Which proxy, into `out`; "" none.  o->lock is held. */
static void
choose_proxy(char *out, size_t size, const struct outbound *o,
    const struct weigh_url *u)
{
	const char *proxy = o->settings.proxy;

	if (proxy[0] == '\0')
		proxy = u->https ? o->env_https : o->env_http;
	if (weigh_proxy_bypassed(u, o->env_no))
		proxy = "";
	snprintf(out, size, "%s", proxy);
}

/* Hosts that only we could judge, because the proxy would just go there. */
static enum weigh_code
judge_proxied(const struct hop *h, struct weigh_err *err)
{
	if (!h->proxied || h->configured)
		return WEIGH_OK;
	if (weigh_url_loopback(&h->url) ||
	    (h->url.literal &&
		!weigh_address_allowed(weigh_address_class(&h->url.address),
		    false)))
		return weigh_fail(err, WEIGH_DENIED,
		    "'%s' is not a public address, and nobody named it",
		    h->url.host);
	return WEIGH_OK;
}

/* --- a hop ------------------------------------------------------------------------------ */

bool
hop_configured(struct outbound *o, const struct outbound_request *r,
    const struct weigh_url *u)
{
	bool listed;

	if (weigh_url_listed(u, r->site->base))
		return true;
	pthread_mutex_lock(&o->lock);
	listed = weigh_url_listed(u, o->settings.trusted);
	pthread_mutex_unlock(&o->lock);
	return listed;
}

static void
init_lock(struct hop *h)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&h->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&h->news, &attr);
	pthread_condattr_destroy(&attr);
}

enum weigh_code
hop_init(struct hop *h, struct outbound *o, const struct outbound_request *r,
    const char *url, const struct weigh_url *origin, struct weigh_err *err)
{
	char proxy[sizeof(o->settings.proxy)];
	unsigned connect_seconds;
	enum weigh_code rc;

	init_lock(h);
	h->o = o;
	h->r = r;
	h->socket = -1;
	head_init(&h->head);
	snprintf(h->text, sizeof(h->text), "%.*s", (int)strcspn(url, "#"), url);
	if ((rc = weigh_url_parse(&h->url, h->text, err)) != WEIGH_OK)
		return rc;
	h->own = weigh_url_listed(&h->url, r->site->base);
	h->first = weigh_url_same_origin(&h->url, origin);
	h->configured = hop_configured(o, r, &h->url);
	h->follows = r->redirects > 0;
	pthread_mutex_lock(&o->lock);
	choose_proxy(proxy, sizeof(proxy), o, &h->url);
	connect_seconds = o->settings.connect_seconds;
	pthread_mutex_unlock(&o->lock);
	h->proxied = proxy[0] != '\0';
	rc = judge_proxied(h, err);
	if (rc == WEIGH_OK)
		rc = add_lines(h, err);
	if (rc != WEIGH_OK)
		return rc;
	h->easy = curl_easy_init();
	if (r->block != NULL) {
		h->ring.size = RING;
		h->ring.data = malloc(RING);
	}
	if (h->easy == NULL || (r->block != NULL && h->ring.data == NULL) ||
	    !set_common(h, connect_seconds, proxy) || !set_method(h) ||
	    !set_tls(h))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	catch_all(h);
	return WEIGH_OK;
}

void
hop_free(struct hop *h)
{
	if (h->easy != NULL)
		curl_easy_cleanup(h->easy);
	curl_slist_free_all(h->lines);
	free(h->ring.data);
	pthread_cond_destroy(&h->news);
	pthread_mutex_destroy(&h->lock);
}

enum weigh_code
hop_judge(const struct hop *h, struct weigh_err *err)
{
	const char *words = h->words[0] != '\0' ? h->words :
						  curl_easy_strerror(h->code);

	if (h->rc != WEIGH_OK) {
		if (err != NULL)
			*err = h->err;
		return h->rc;
	}
	if (h->code == CURLE_OK || h->enough)
		return WEIGH_OK;
	if (h->inward) {
		weigh_fail(err, WEIGH_DENIED,
		    "'%s' is at %s, a %s address, and nobody named it",
		    h->url.host, h->address,
		    weigh_address_class_name(h->class));
		weigh_fix(err,
		    "if it belongs there, name its origin in [mirror] trusted");
		return WEIGH_DENIED;
	}
	if (h->code == CURLE_OUT_OF_MEMORY)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return weigh_fail(err, WEIGH_NETWORK, "'%s': %s", h->url.host, words);
}
