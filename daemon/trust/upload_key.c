/* upload_key: see upload_key.h. */
#include <openssl/rand.h>
#include <string.h>

#include "secret.h"
#include "upload_key.h"

#define NAME "upload.key"

static enum weigh_code
make(uint8_t out[WEIGH_TICKET_KEY], int dirfd, struct weigh_err *err)
{
	if (RAND_priv_bytes(out, WEIGH_TICKET_KEY) != 1)
		return weigh_fail(err, WEIGH_IO, "no random bytes to be had");
	return secret_write(dirfd, NAME, out, WEIGH_TICKET_KEY, err);
}

enum weigh_code
upload_key_read(uint8_t out[WEIGH_TICKET_KEY], int dirfd, struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, WEIGH_TICKET_KEY + 1);
	rc = secret_read(dirfd, NAME, &text, err);
	if (rc == WEIGH_NOT_FOUND) {
		rc = make(out, dirfd, err);
	} else if (rc == WEIGH_OK && text.len == WEIGH_TICKET_KEY) {
		memcpy(out, text.data, WEIGH_TICKET_KEY);
	} else if (rc == WEIGH_OK || rc == WEIGH_TOO_BIG) {
		rc = weigh_fail(err, WEIGH_MALFORMED,
		    "'keys/" NAME "' does not have %d bytes", WEIGH_TICKET_KEY);
		weigh_fix(err, "remove it; a new one is made at the start");
	}
	secret_free(&text);
	return weigh_context(err, rc, "the key of upload URLs");
}
