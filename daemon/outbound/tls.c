/* tls: what a certificate must be, beyond libcurl's own rules. */
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "priv.h"

/*
 * libcurl takes a name in CN when subjectAltName has none, so the name is asked of
 * OpenSSL as well, by rules that never look there.  Called for each connection, before
 * its handshake; proxies that speak TLS themselves are not used.
 */
CURLcode
tls_rules(CURL *easy, void *ssl_ctx, void *hop)
{
	const struct hop *h = hop;
	SSL_CTX *ctx = ssl_ctx;
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);
	const char *ca = h->r->site->ca_file;
	int named;

	(void)easy;
	/* At the site itself libcurl took these and no others. */
	if (ca != NULL && ca[0] != '\0' && !h->own &&
	    SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1)
		return CURLE_SSL_CACERT_BADFILE;
	SSL_CTX_set_security_level(ctx, 2);
	X509_VERIFY_PARAM_set_auth_level(param, 2);
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
		X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER) != 1)
		return CURLE_SSL_CERTPROBLEM;
	named = h->url.literal ?
	    X509_VERIFY_PARAM_set1_ip_asc(param, h->url.host) :
	    X509_VERIFY_PARAM_set1_host(param, h->url.host, 0);
	return named == 1 ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}
