/* auth: tokens, and the Authorization field that brings one; see weigh/access.h. */
#include <string.h>

#include <weigh/access.h>
#include <weigh/base64.h>

#define PREFIX "hf_"
#define PREFIX_LEN 3
#define BASIC_MAX 1024 /* bytes of user and password */

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
#define LETTERS 62

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9');
}

bool
weigh_token_ok(const char *text, size_t len)
{
	if (len < WEIGH_TOKEN_MIN || len > WEIGH_TOKEN_MAX ||
	    memcmp(text, PREFIX, PREFIX_LEN) != 0)
		return false;
	for (size_t i = PREFIX_LEN; i < len; i++)
		if (!is_letter(text[i]))
			return false;
	return true;
}

bool
weigh_token_draw(char out[WEIGH_TOKEN_MADE + 1], const uint8_t *random,
    size_t len)
{
	size_t n = PREFIX_LEN, i;

	memcpy(out, PREFIX, PREFIX_LEN);
	for (i = 0; i < len && n < WEIGH_TOKEN_MADE; i++)
		if (random[i] < 4 * LETTERS) /* else some came more often */
			out[n++] = letters[random[i] % LETTERS];
	out[n] = '\0';
	return n == WEIGH_TOKEN_MADE;
}

static enum weigh_auth
read_token(struct weigh_oid *out, const char *text, size_t len)
{
	return weigh_token_ok(text, len) && weigh_oid_of(out, text, len) ?
	    WEIGH_AUTH_TOKEN :
	    WEIGH_AUTH_BAD;
}

/* git asks for a user and a password: the token is either. */
static enum weigh_auth
read_basic(struct weigh_oid *out, const char *text, size_t len)
{
	char plain[BASIC_MAX];
	enum weigh_auth got = WEIGH_AUTH_BAD;
	const char *colon;
	size_t n, user;
	long made;

	made = weigh_base64_decode(plain, sizeof(plain), text, len);
	if (made <= 0)
		return WEIGH_AUTH_BAD;
	n = (size_t)made;
	if ((colon = memchr(plain, ':', n)) == NULL)
		return WEIGH_AUTH_BAD;
	if (n == 1) /* skopeo and podman, when they know nobody */
		return WEIGH_AUTH_NONE;
	user = (size_t)(colon - plain);
	if (user + 1 < n)
		got = read_token(out, colon + 1, n - user - 1);
	else
		got = read_token(out, plain, user);
	return got;
}

/* The credentials behind a scheme's name, of any case, and its blanks. */
static bool
take_scheme(const char **p, size_t *len, const char *scheme)
{
	size_t n = strlen(scheme), i;

	if (*len <= n || (*p)[n] != ' ')
		return false;
	for (i = 0; i < n; i++) {
		char c = (*p)[i];

		if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != scheme[i])
			return false;
	}
	while (n < *len && (*p)[n] == ' ')
		n++;
	*p += n;
	*len -= n;
	return true;
}

enum weigh_auth
weigh_auth_parse(struct weigh_oid *out, const char *value, size_t len)
{
	if (value == NULL)
		return WEIGH_AUTH_NONE;
	if (take_scheme(&value, &len, "bearer"))
		return read_token(out, value, len);
	if (take_scheme(&value, &len, "basic"))
		return read_basic(out, value, len);
	return WEIGH_AUTH_BAD;
}
