/* base64: see weigh/base64.h. */
#include <stdbool.h>
#include <stdint.h>

#include <weigh/base64.h>

/* What a letter stands for; 64: nothing. */
static unsigned
value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Four letters, the last `pad` of them '=', as 24 bits.  False: not such letters,
 * or bits behind the last byte (1). */
static bool
read_group(const char *text, unsigned pad, uint32_t *bits)
{
	unsigned i, v;

	*bits = 0;
	for (i = 0; i < 4; i++) {
		v = i + pad < 4 ? value(text[i]) : 0;
		if (v == 64)
			return false;
		*bits = *bits << 6 | v;
	}
	return (*bits & ((UINT32_C(1) << 8 * pad) - 1)) == 0;
}

static unsigned
padding(const char *text, size_t len)
{
	if (len == 0 || text[len - 1] != '=')
		return 0;
	return text[len - 2] == '=' ? 2 : 1;
}

long
weigh_base64_decode(void *out, size_t size, const char *text, size_t len)
{
	size_t n = len / 4 * 3, done = 0, i, k;
	uint8_t *to = out;
	uint32_t bits;
	unsigned pad, here;

	if (len % 4 != 0)
		return -1;
	pad = padding(text, len);
	if (n - pad > size)
		return -1;
	for (i = 0; i < len; i += 4) {
		here = i + 4 == len ? pad : 0;
		if (!read_group(text + i, here, &bits))
			return -1;
		for (k = 0; k < 3 - here; k++)
			to[done++] = (uint8_t)(bits >> (16 - 8 * k));
	}
	return (long)done;
}
