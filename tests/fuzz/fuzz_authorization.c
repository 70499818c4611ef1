/* Authorization fields: what is accepted is a scheme and a token, and answers the
 * SHA-256 of that token alone (weigh/access.h, 5). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/access.h>

/* Is there a token in the value whose SHA-256 this is?  Bearer only. */
static bool
holds(const char *value, size_t len, const struct weigh_oid *hash)
{
	struct weigh_oid is;

	for (size_t i = 0; i + WEIGH_TOKEN_MIN <= len; i++)
		if (value[i] == 'h' && weigh_token_ok(value + i, len - i) &&
		    weigh_oid_of(&is, value + i, len - i) &&
		    weigh_oid_equal(&is, hash))
			return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *value = (const char *)data;
	struct weigh_oid hash;

	if (weigh_auth_parse(&hash, value, size) != WEIGH_AUTH_TOKEN)
		return 0;
	if (size < 6 ||
	    (value[1] != 'a' && value[1] != 'A' && !holds(value, size, &hash)))
		abort();
	return 0;
}
