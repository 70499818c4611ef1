/* uuid: names for things, made of what they are; RFC 9562, version 5. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "priv.h"

void
report_uuid_of(struct report_uuid *out, const struct report_uuid *ns,
    const char *const *parts, size_t nparts)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	uint8_t sum[EVP_MAX_MD_SIZE] = { 0 };

	if (c != NULL && EVP_DigestInit_ex(c, EVP_sha1(), NULL) == 1) {
		EVP_DigestUpdate(c, ns->b, sizeof(ns->b));
		for (size_t i = 0; i < nparts; i++)
			EVP_DigestUpdate(c, parts[i],
			    strlen(parts[i]) + (i + 1 < nparts));
		EVP_DigestFinal_ex(c, sum, NULL);
	}
	EVP_MD_CTX_free(c);
	memcpy(out->b, sum, sizeof(out->b));
	out->b[6] = (uint8_t)((out->b[6] & 0x0f) | 0x50);
	out->b[8] = (uint8_t)((out->b[8] & 0x3f) | 0x80);
}

void
report_uuid_text(const struct report_uuid *id, char out[REPORT_UUID])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(id->b); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[id->b[i] >> 4];
		*out++ = digits[id->b[i] & 15];
	}
	*out = '\0';
}

/* --- sets ------------------------------------------------------------------------ */

/* The slot that has the id, or the free one where it belongs.  The bytes are a digest's:
 * some of them are as good a hash as any. */
static size_t
slot_of(const struct report_ids *s, const struct report_uuid *id)
{
	size_t at;

	memcpy(&at, id->b + 8, sizeof(at));
	at &= s->slots - 1;
	while (s->table[at] != 0 &&
	    memcmp(s->list[s->table[at] - 1].b, id->b, sizeof(id->b)) != 0)
		at = (at + 1) & (s->slots - 1);
	return at;
}

/* Room for one more, with a quarter of the slots free at least. */
static bool
grow(struct report_ids *s)
{
	size_t room = s->room == 0 ? 64 : 2 * s->room;
	struct report_uuid *list;
	uint32_t *table;

	if (s->n < s->room)
		return true;
	if (room > UINT32_MAX / 4 ||
	    (list = realloc(s->list, room * sizeof(*list))) == NULL)
		return false;
	s->list = list;
	if ((table = calloc(2 * room, sizeof(*table))) == NULL)
		return false;
	free(s->table);
	s->table = table;
	s->room = room;
	s->slots = 2 * room;
	for (size_t i = 0; i < s->n; i++)
		s->table[slot_of(s, &s->list[i])] = (uint32_t)i + 1;
	return true;
}

size_t
report_ids_add(struct report_ids *s, const struct report_uuid *id)
{
	size_t at;

	if (!grow(s))
		return REPORT_IDS_NOMEM;
	at = slot_of(s, id);
	if (s->table[at] != 0)
		return s->table[at] - 1;
	s->list[s->n] = *id;
	s->table[at] = (uint32_t)++s->n;
	return REPORT_IDS_NEW;
}

bool
report_ids_has(const struct report_ids *s, const struct report_uuid *id)
{
	return s->n > 0 && s->table[slot_of(s, id)] != 0;
}

void
report_ids_free(struct report_ids *s)
{
	free(s->list);
	free(s->table);
	*s = (struct report_ids){ .list = NULL };
}
