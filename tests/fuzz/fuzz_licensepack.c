/*
 * A pack of fingerprints, damaged.  Input: what to overwrite in a good pack of made-up
 * licenses, four bytes a change (where, 16 bits, and what, 16 bits), then a digest that
 * fits.  What opens is walked to its last word, and makes a pack again.  (3) of
 * weigh/licensepack.h.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../proto/license/pack.h"
#include <weigh/oid.h>

static const struct {
	const char *id, *text;
} texts[] = {
	{ "Gizmo-1.0",
	    "You may <<beginOptional>>use and <<endOptional>>lend this "
	    "<<var;name=\"a\";original=\"gizmo\";match=\"gizmo|widget\">> to "
	    "<<var;name=\"b\";original=\"anybody\";match=\".+\">> as it is, "
	    "whole or in parts, for a day or for good, and nobody owes you "
	    "anything." },
	{ "Gizmo-1.0-or-later",
	    "You may lend this gizmo to anybody as it is, whole or in parts, "
	    "for a day or for good, and nobody owes you anything." },
	{ "Gizmo-2.0", "No gizmo may be lent to anybody who sells gizmos." },
};

static void
make(struct weigh_buf *out)
{
	struct weigh_licensepack_make *m = NULL;

	weigh_buf_init(out, WEIGH_LICENSEPACK_MAX);
	if (weigh_licensepack_make_new(&m, "fuzz", NULL) != WEIGH_OK)
		abort();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct weigh_licensepack_entry e = { .id = texts[i].id };

		if (weigh_licensepack_make_add(m, &e, texts[i].text,
			strlen(texts[i].text), NULL) != WEIGH_OK)
			abort();
	}
	if (weigh_licensepack_make_end(m, out, NULL) != WEIGH_OK)
		abort();
	weigh_licensepack_make_free(m);
}

static void
walk_template(const struct weigh_license_pack *p, uint32_t number)
{
	struct license_postings it;
	struct license_template t;
	uint32_t i, n;
	size_t sum = 0;

	license_pack_template(p, number, &t);
	for (i = 0; i < t.nwords; i++) {
		sum += license_pack_strong(p, t.words[i]);
		sum += strlen(license_pack_clause(p, number, i));
		if (i + LICENSE_SHINGLE <= t.nwords &&
		    license_pack_shingle(p, t.words + i, &it))
			while (license_postings_next(&it, &n))
				if (n >= license_pack_templates(p))
					abort();
	}
	for (i = 0; i < t.nspans; i++)
		for (n = 0; n < t.spans[i].nalternatives; n++) {
			const struct license_alternative *a =
			    &t.alternatives[t.spans[i].alternatives + n];

			for (uint32_t k = 0; k < a->count; k++)
				sum += t.alternative_words[a->from + k];
		}
	for (i = 0; i < t.nlookalikes; i++)
		if (t.lookalikes[i] >= license_pack_templates(p))
			abort();
	if (sum == SIZE_MAX)
		abort();
}

/* Every entry is found, every template read; a pack made from it opens. */
static void
walk(const struct weigh_license_pack *p)
{
	struct weigh_licensepack_make *m = NULL;
	struct weigh_license_pack *again = NULL;
	struct weigh_licensepack_entry e;
	struct weigh_buf out;

	for (size_t i = 0; i < weigh_licensepack_count(p); i++) {
		weigh_licensepack_entry(p, i, &e);
		if (weigh_licensepack_find(p, e.id) > i ||
		    e.first + e.count > license_pack_templates(p))
			abort();
	}
	for (uint32_t i = 0; i < license_pack_templates(p); i++)
		walk_template(p, i);
	weigh_buf_init(&out, WEIGH_LICENSEPACK_MAX);
	if (weigh_licensepack_make_new(&m, weigh_licensepack_version(p),
		NULL) != WEIGH_OK ||
	    weigh_licensepack_make_from(m, p, NULL, NULL) != WEIGH_OK ||
	    weigh_licensepack_make_end(m, &out, NULL) != WEIGH_OK ||
	    weigh_licensepack_open(&again, out.data, out.len, NULL) != WEIGH_OK)
		abort();
	weigh_licensepack_close(again);
	weigh_licensepack_make_free(m);
	weigh_buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weigh_license_pack *p = NULL;
	struct weigh_oid digest;
	struct weigh_buf pack;
	size_t body;

	make(&pack);
	body = pack.len - WEIGH_OID_SIZE;
	for (; size >= 4; data += 4, size -= 4) {
		size_t at = (size_t)(data[0] | data[1] << 8) * 2 % (body - 1);

		memcpy(pack.data + at, data + 2, 2);
	}
	if (!weigh_oid_of(&digest, pack.data, body))
		abort();
	memcpy(pack.data + body, digest.b, sizeof(digest));
	if (weigh_licensepack_open(&p, pack.data, pack.len, NULL) == WEIGH_OK)
		walk(p);
	weigh_licensepack_close(p);
	weigh_buf_free(&pack);
	return 0;
}
