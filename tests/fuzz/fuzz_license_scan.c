/*
 * Any bytes against a pack of made-up licenses.  (3) and (5) of weigh/license.h: exact
 * has nothing added and nothing missing; passages are bytes of the file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/licensepack.h>

#define BOAT \
	"<<beginOptional>>Boat License 1.0<<endOptional>> Whoever has this " \
	"boat may row it, paint it and lend it to <<var;name=\"who\";" \
	"original=\"friends\";match=\".+\">>, as long as it is back before 8 " \
	"in the evening and the oars are dry. It must not leave the lake. The " \
	"owner is not liable for wet feet, wet dogs or wet sandwiches."
#define RAFT \
	"A raft is lent to everyone who asks for it and says when it comes " \
	"back. Nobody may take it apart, except to repair it, and nobody may " \
	"charge others a fee for the crossing. Fish that jump on it are free."

static struct weigh_license_pack *
pack_of(struct weigh_buf *bytes)
{
	static const struct {
		const char *id, *text;
		bool vendor;
	} texts[] = { { "Boat-1.0", BOAT, false },
		{ "LicenseRef-Raft", RAFT, true } };
	struct weigh_licensepack_make *m = NULL;
	struct weigh_license_pack *p = NULL;

	if (weigh_licensepack_make_new(&m, "fuzz", NULL) != WEIGH_OK)
		abort();
	for (size_t i = 0; i < 2; i++) {
		struct weigh_licensepack_entry e = { .id = texts[i].id,
			.name = texts[i].id,
			.based_on = "",
			.vendor = texts[i].vendor };

		if (weigh_licensepack_make_add(m, &e, texts[i].text,
			strlen(texts[i].text), NULL) != WEIGH_OK)
			abort();
	}
	weigh_buf_init(bytes, WEIGH_LICENSEPACK_MAX);
	if (weigh_licensepack_make_end(m, bytes, NULL) != WEIGH_OK ||
	    weigh_licensepack_open(&p, bytes->data, bytes->len, NULL) !=
		WEIGH_OK)
		abort();
	weigh_licensepack_make_free(m);
	return p;
}

static void
check(const struct weigh_license_result *r, size_t size)
{
	uint32_t last = 0;

	if (r->kind == WEIGH_LICENSE_EXACT &&
	    (r->npassages > 0 || r->score < 1 || r->nmatches == 0))
		abort();
	if (r->kind == WEIGH_LICENSE_MODIFIED && r->npassages == 0)
		abort();
	for (size_t i = 0; i < r->npassages; i++) {
		const struct weigh_license_passage *p = &r->passages[i];

		if (p->start < last || p->end < p->start || p->end > size ||
		    p->words == 0)
			abort();
		last = p->start;
	}
	for (size_t i = 0; i < r->nmatches; i++)
		if (r->matches[i].end < r->matches[i].start ||
		    r->matches[i].end > size || r->matches[i].score > 1)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct weigh_buf bytes;
	static struct weigh_license_pack *pack;
	const struct weigh_license_pack *packs[1];
	struct weigh_license_result *r = NULL;
	uint32_t start, end;

	if (pack == NULL)
		pack = pack_of(&bytes);
	packs[0] = pack;
	if (weigh_license_scan(&r, data, size, packs, 1, NULL) != WEIGH_OK)
		abort();
	check(r, size);
	for (size_t i = 0; i < r->npassages; i++)
		if (r->passages[i].removed)
			(void)weigh_license_words(&r->passages[i], "Boat-1.0",
			    data, size, packs, 1, &start, &end, NULL);
	weigh_license_result_free(r);
	if (weigh_license_compare(&r, data, size, "LicenseRef-Raft", packs, 1,
		NULL) != WEIGH_OK)
		abort();
	weigh_license_result_free(r);
	return 0;
}
