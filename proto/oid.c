/* oid: see weigh/oid.h. */
#include <string.h>

#include <openssl/evp.h>

#include <weigh/oid.h>

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool
hex_parse(uint8_t *out, size_t size, const char *text, size_t len)
{
	uint8_t got[WEIGH_OID_SIZE];

	if (len != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int hi = nibble(text[2 * i]), lo = nibble(text[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		got[i] = (uint8_t)(hi << 4 | lo);
	}
	memcpy(out, got, size);
	return true;
}

static void
hex_print(char *out, const uint8_t *b, size_t size)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		*out++ = digits[b[i] >> 4];
		*out++ = digits[b[i] & 15];
	}
	*out = '\0';
}

static bool
all_zero(const uint8_t *b, size_t size)
{
	uint8_t any = 0;

	for (size_t i = 0; i < size; i++)
		any |= b[i];
	return any == 0;
}

bool
weigh_oid_parse(struct weigh_oid *out, const char *text, size_t len)
{
	return hex_parse(out->b, sizeof(out->b), text, len);
}

void
weigh_oid_hex(const struct weigh_oid *oid, char out[WEIGH_OID_HEX + 1])
{
	hex_print(out, oid->b, sizeof(oid->b));
}

bool
weigh_oid_equal(const struct weigh_oid *a, const struct weigh_oid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool
weigh_oid_is_zero(const struct weigh_oid *oid)
{
	return all_zero(oid->b, sizeof(oid->b));
}

bool
weigh_oid_of(struct weigh_oid *out, const void *data, size_t len)
{
	return EVP_Digest(data, len, out->b, NULL, EVP_sha256(), NULL) == 1;
}

bool
weigh_gitid_parse(struct weigh_gitid *out, const char *text, size_t len)
{
	return hex_parse(out->b, sizeof(out->b), text, len);
}

void
weigh_gitid_hex(const struct weigh_gitid *id, char out[WEIGH_GITID_HEX + 1])
{
	hex_print(out, id->b, sizeof(id->b));
}

bool
weigh_gitid_equal(const struct weigh_gitid *a, const struct weigh_gitid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool
weigh_gitid_is_zero(const struct weigh_gitid *id)
{
	return all_zero(id->b, sizeof(id->b));
}
