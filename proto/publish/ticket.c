/* publish/ticket: see weigh/ticket.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <weigh/ticket.h>

#define MAC 32 /* bytes */
#define MAC_HEX (2 * MAC)
#define TEXT_MAX 1024 /* all parts together are shorter */

/* The text that is signed. */
static int
print_text(char *out, size_t size, const struct weigh_ticket *t)
{
	char repo[WEIGH_REPO_TEXT], oid[WEIGH_OID_HEX + 1];

	weigh_repo_text(&t->repo, repo);
	weigh_oid_hex(&t->oid, oid);
	return snprintf(out, size,
	    "weighhouse upload 1\n%s\n%s\n%s\n%" PRIu64 "\n%" PRIu64
	    "\n%" PRIu64 "\n%" PRId64 "\n%s\n",
	    t->post ? "POST" : "PUT", repo, oid, t->size, t->part_size, t->part,
	    t->expires, t->token);
}

static bool
sign(const struct weigh_ticket *t, const uint8_t key[WEIGH_TICKET_KEY],
    char out[MAC_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	char text[TEXT_MAX];
	int n = print_text(text, sizeof(text), t);

	if (n < 0 || (size_t)n >= sizeof(text) ||
	    HMAC(EVP_sha256(), key, WEIGH_TICKET_KEY,
		(const unsigned char *)text, (size_t)n, mac, &len) == NULL ||
	    len != MAC)
		return false;
	for (unsigned i = 0; i < MAC; i++) {
		out[2 * i] = digits[mac[i] >> 4];
		out[2 * i + 1] = digits[mac[i] & 15];
	}
	out[MAC_HEX] = '\0';
	return true;
}

void
weigh_ticket_print(struct weigh_buf *out, const struct weigh_ticket *t,
    const uint8_t key[WEIGH_TICKET_KEY])
{
	char signature[MAC_HEX + 1];

	if (!sign(t, key, signature)) {
		out->failed = true;
		return;
	}
	weigh_buf_addf(out,
	    "size=%" PRIu64 "&part_size=%" PRIu64 "&part=%" PRIu64
	    "&expires=%" PRId64 "&token=%s&signature=%s",
	    t->size, t->part_size, t->part, t->expires, t->token, signature);
}

/* A decimal number of the query, as we print it. */
static bool
read_number(struct weigh_span query, const char *name, uint64_t *out)
{
	char text[24];

	if (weigh_http_query(query, name, text, sizeof(text)) != 1 ||
	    text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return false;
	*out = 0;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' ||
		    *out > (uint64_t)(INT64_MAX - (*p - '0')) / 10)
			return false;
		*out = *out * 10 + (uint64_t)(*p - '0');
	}
	return true;
}

static bool
read_query(struct weigh_ticket *t, struct weigh_span query,
    char signature[MAC_HEX + 1])
{
	uint64_t expires = 0;
	bool ok = read_number(query, "size", &t->size) &&
	    read_number(query, "part_size", &t->part_size) &&
	    read_number(query, "part", &t->part) &&
	    read_number(query, "expires", &expires) &&
	    weigh_http_query(query, "token", t->token, sizeof(t->token)) == 1 &&
	    weigh_http_query(query, "signature", signature, MAC_HEX + 1) == 1 &&
	    strlen(signature) == MAC_HEX;

	t->expires = (int64_t)expires;
	return ok;
}

enum weigh_code
weigh_ticket_read(struct weigh_ticket *t, struct weigh_span query,
    const uint8_t key[WEIGH_TICKET_KEY], int64_t now, struct weigh_err *err)
{
	char given[MAC_HEX + 1] = "", right[MAC_HEX + 1];
	enum weigh_code rc;

	if (!read_query(t, query, given) || !sign(t, key, right) ||
	    CRYPTO_memcmp(given, right, MAC_HEX) != 0)
		rc = weigh_fail(err, WEIGH_DENIED,
		    "the URL of this upload is not one that was given out here");
	else if (now >= t->expires)
		rc = weigh_fail(err, WEIGH_DENIED,
		    "the URL of this upload is no longer valid");
	else
		return WEIGH_OK;
	weigh_fix(err, "begin the upload again");
	return rc;
}
