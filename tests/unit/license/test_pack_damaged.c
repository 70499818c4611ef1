/*
 * A pack that was damaged and has a digest that fits again: (3) and (5) of
 * weigh/licensepack.h, and the numbers of proto/license/README.md.  The licenses are
 * made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "../../../proto/license/pack_format.h"
#include "check.h"

/* No license has a zorkmid, and none of them may leave out what stands in its place. */
#define GIZMO(head, owner, thing, must) \
	head "You may use, lend and sell this " thing \
	     " to whomever you like. " \
	     "The name of " owner " on each of its parts, and must not be " \
	     "painted over within three years.\n\n1. It comes " must \
	     ".\n2. Nobody owes you anything when it breaks, or when it " \
	     "breaks something else in the house or in the garden.\n"
#define ACME(title, must) \
	title "The licensor grants you a right to run the machine at home " \
	      "and in one office. Machines are not rented out. Every " \
	      "machine that is " must " is shown to the licensor, who may " \
	      "copy what was changed in it."
#define RIDER " Gizmos may not be used to build other gizmos."

static const struct {
	const char *id, *based_on, *text;
	enum weigh_license_what what;
	bool vendor;
} texts[] = {
	{ "Gizmo-1.0", "",
	    GIZMO("<<beginOptional>>Gizmo License\n\n<<endOptional>>",
		"<<var;name=\"o\";original=\"its maker\";match=\".+\">> stays",
		"<<var;name=\"t\";original=\"gizmo\";match=\"gizmo|widget|brass lamp\">>",
		"as it is"),
	    WEIGH_WHAT_LICENSE, false },
	{ "Gizmo-1.0-or-later", "",
	    GIZMO("<<beginOptional>>Gizmo License\n\n<<endOptional>>",
		"<<var;name=\"o\";original=\"its maker\";match=\".+\">> stays",
		"<<var;name=\"t\";original=\"gizmo\";match=\"gizmo|widget|brass lamp\">>",
		"as it is"),
	    WEIGH_WHAT_LICENSE, false },
	{ "Gizmo-1.0", "", "This part is lent under the Gizmo License.",
	    WEIGH_WHAT_HEADER, false },
	{ "LicenseRef-Acme-2.1", "",
	    ACME("<<beginOptional;name=\"title\">>Acme Machine License\n"
		 "Version 2.1\n\n<<endOptional>>",
		"improved"),
	    WEIGH_WHAT_LICENSE, true },
	{ "LicenseRef-Rider", "Gizmo-1.0",
	    GIZMO("", "its maker stays", "gizmo", "as it is") RIDER,
	    WEIGH_WHAT_LICENSE, true },
};

/* Whole ones, and others that differ by a word that decides. */
static const struct {
	const char *label, *text;
	bool differs;
} scanned[] = {
	{ "a gizmo",
	    GIZMO("Gizmo License\n\n", "Jane Doe stays", "widget", "as it is"),
	    false },
	{ "a machine",
	    ACME("ACME MACHINE LICENSE\nVersion 2.1\n\n", "improved"), false },
	{ "another gizmo",
	    GIZMO("", "its maker stays", "gizmo", "with five zorkmids"), true },
	{ "a word behind a name",
	    GIZMO("", "Jane Doe zorkmids", "gizmo", "as it is"), true },
	{ "another machine",
	    ACME("ACME MACHINE LICENSE\nVersion 2.1\n\n", "not zorked"), true },
	{ "half a gizmo",
	    "You may use, lend and sell this gizmo to whomever you like. "
	    "Zorkmids are never lent.",
	    true },
};

struct made {
	struct weigh_buf bytes;
	struct weigh_license_pack *pack;
};

static void
make(struct made *out)
{
	struct weigh_licensepack_make *m = NULL;
	struct weigh_err err = { 0 };

	check_code("new", weigh_licensepack_make_new(&m, "made up", &err),
	    WEIGH_OK);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct weigh_licensepack_entry e = { .id = texts[i].id,
			.name = texts[i].id,
			.based_on = texts[i].based_on,
			.what = texts[i].what,
			.vendor = texts[i].vendor };

		(void)weigh_licensepack_make_add(m, &e, texts[i].text,
		    strlen(texts[i].text), &err);
		check_str(texts[i].id, err.why, "");
	}
	weigh_buf_init(&out->bytes, WEIGH_LICENSEPACK_MAX);
	check_code("end", weigh_licensepack_make_end(m, &out->bytes, &err),
	    WEIGH_OK);
	weigh_licensepack_make_free(m);
	check_code("opens",
	    weigh_licensepack_open(&out->pack, out->bytes.data, out->bytes.len,
		&err),
	    WEIGH_OK);
}

static void
unmake(struct made *m)
{
	weigh_licensepack_close(m->pack);
	weigh_buf_free(&m->bytes);
}

/* Give the bytes the digest that fits. */
static void
seal(struct made *m)
{
	size_t len = m->bytes.len - WEIGH_OID_SIZE;
	struct weigh_oid digest;

	check_true("digest", weigh_oid_of(&digest, m->bytes.data, len));
	memcpy(m->bytes.data + len, digest.b, WEIGH_OID_SIZE);
}

/* What the file has at the place of a pointer into it. */
static char *
place(struct made *m, const void *at)
{
	return m->bytes.data + ((const char *)at - m->bytes.data);
}

static enum weigh_code
reopen(struct made *m, struct weigh_license_pack **out)
{
	seal(m);
	return weigh_licensepack_open(out, m->bytes.data, m->bytes.len, NULL);
}

/* --- one field ---------------------------------------------------------------- */

/* What nothing but the field itself says is refused wherever the rest says otherwise. */
static void
test_refused(void **state)
{
	struct made m;
	const struct weigh_license_pack *p;
	struct row {
		const char *label;
		const void *at;
		uint32_t value;
		size_t size;
	} rows[48];
	size_t n = 0;
	const struct license_span *title; /* of a vendor's license */
	uint32_t one = 0;                 /* the span with alternatives */

	(void)state;
	make(&m);
	p = m.pack;
	title = &p->spans[p->templates[2].spans.first];
	while (p->spans[one].kind != SPAN_ONE_OF)
		one++;
#define ROW(text, member, wrong) \
	rows[n++] = (struct row){ text, &(member), wrong, sizeof(member) }
	/* F1 */
	ROW("padding", p->alternative_words[p->counts[PACK_ALTERNATIVE_WORDS]],
	    1);
	/* F2 */
	ROW("based on no id", p->entries[4].based_on, p->header->version);
	ROW("a sibling's first", p->entries[2].first, 1);
	ROW("a sibling's count", p->entries[2].count, 2);
	ROW("a sibling's flags", p->entries[2].flags, PACK_VENDOR);
	ROW("a sibling's kind", p->entries[2].what, WEIGH_WHAT_POLICY);
	ROW("the title is free", p->entries[3].flags, 0);
	/* F3 */
	ROW("one less required", p->templates[0].nrequired,
	    p->templates[0].nrequired - 1);
	ROW("one more required", p->templates[0].nrequired,
	    p->templates[0].nrequired + 1);
	ROW("none required", p->templates[2].nrequired, 0);
	ROW("a header of a license", p->templates[1].entry, 0);
	/* F4 */
	ROW("an optional part begins later", p->spans[0].from, 1);
	ROW("and ends later", p->spans[0].to, p->spans[0].to + 1);
	ROW("another kind", p->spans[0].kind, SPAN_ONE_OF);
	ROW("one of none", title->kind, SPAN_ONE_OF);
	ROW("alternatives without a place", p->spans[one].kind, SPAN_ANY);
	ROW("one alternative less", p->spans[one].nalternatives,
	    p->spans[one].nalternatives - 1);
	ROW("none", p->spans[one].nalternatives, 0);
	ROW("alternatives of none", p->spans[one].alternatives, 1);
	/* F5 */
	ROW("a word less", p->alternatives[0].count,
	    p->alternatives[0].count - 1);
	ROW("other words", p->alternatives[1].from, 0);
	/* F6 */
	ROW("like itself", p->lookalikes[0], 0);
	/* F8 */
	ROW("an unknown strength", p->strong[0], 0x80);
#undef ROW
	for (size_t i = 0; i < n; i++) {
		struct weigh_license_pack *damaged = NULL;
		char *at = place(&m, rows[i].at), saved[sizeof(uint32_t)];

		memcpy(saved, at, rows[i].size);
		memcpy(at, &rows[i].value, rows[i].size);
		check_true(rows[i].label, memcmp(saved, at, rows[i].size) != 0);
		check_code(rows[i].label, reopen(&m, &damaged),
		    WEIGH_MALFORMED);
		weigh_licensepack_close(damaged);
		memcpy(at, saved, rows[i].size);
	}
	unmake(&m);
}

/* --- every field -------------------------------------------------------------- */

/* What opened is used for all that packs are used for. */
static void
use(struct weigh_license_pack *p, size_t at)
{
	const struct weigh_license_pack *packs[] = { p };

	for (size_t i = 0; i < sizeof(scanned) / sizeof(scanned[0]); i++) {
		struct weigh_license_result *r = NULL;

		check_code(scanned[i].label,
		    weigh_license_scan(&r, scanned[i].text,
			strlen(scanned[i].text), packs, 1, NULL),
		    WEIGH_OK);
		if (scanned[i].differs && r->kind == WEIGH_LICENSE_EXACT)
			fail_msg("%s is exact: byte %zu", scanned[i].label, at);
		weigh_license_result_free(r);
	}
}

/* One element of `size` bytes, in the ways in which numbers are wrong. */
static size_t
damage(struct made *m, char *at, size_t size)
{
	uint64_t is = 0, wrong[6];
	size_t opened = 0;

	memcpy(&is, at, size);
	wrong[0] = 0;
	wrong[1] = is + 1;
	wrong[2] = is - 1;
	wrong[3] = is ^ (uint64_t)1 << (8 * size - 1);
	wrong[4] = UINT64_MAX;
	wrong[5] = is ^ 2;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct weigh_license_pack *p = NULL;

		memcpy(at, &wrong[i], size);
		if (memcmp(at, &is, size) == 0)
			continue;
		if (reopen(m, &p) == WEIGH_OK) {
			use(p, (size_t)(at - m->bytes.data));
			opened++;
		}
		weigh_licensepack_close(p);
	}
	memcpy(at, &is, size);
	return opened;
}

/* The fields of a section's elements by their bytes. */
static size_t
damage_section(struct made *m, enum pack_section section, const void *begin)
{
	static const char *const fields[PACK_SECTIONS] = {
		[PACK_ENTRIES] = "44444422",
		[PACK_TEMPLATES] = "44444444444444",
		[PACK_WORDS] = "2",
		[PACK_SPANS] = "442244",
		[PACK_ALTERNATIVES] = "44",
		[PACK_ALTERNATIVE_WORDS] = "2",
		[PACK_LOOKALIKES] = "4",
		[PACK_CLAUSES] = "44",
		[PACK_VOCABULARY] = "8",
		[PACK_STRONG] = "1",
		[PACK_WORD_INDEX] = "2",
		[PACK_SHINGLE_INDEX] = "4",
		[PACK_SHINGLES] = "4",
		[PACK_LISTS] = "4",
		[PACK_POSTINGS] = "1",
		[PACK_STRINGS] = "1",
	};
	char *at = place(m, begin);
	size_t opened = 0;

	check_true("the section has elements", m->pack->counts[section] > 0);
	for (uint32_t i = 0; i < m->pack->counts[section]; i++)
		for (const char *f = fields[section]; *f != '\0'; f++) {
			opened += damage(m, at, (size_t)(*f - '0'));
			at += *f - '0';
		}
	return opened;
}

/* (5) It is refused, or it opens and no text is taken for a license that it is not. */
static void
test_every_field(void **state)
{
	struct made m;
	const struct weigh_license_pack *p;
	size_t opened = 0;

	(void)state;
	make(&m);
	p = m.pack;
	for (size_t i = PACK_MAGIC_SIZE; i < sizeof(*p->header); i += 4)
		opened += damage(&m, place(&m, p->header) + i, 4);
	opened += damage_section(&m, PACK_ENTRIES, p->entries);
	opened += damage_section(&m, PACK_TEMPLATES, p->templates);
	opened += damage_section(&m, PACK_WORDS, p->words);
	opened += damage_section(&m, PACK_SPANS, p->spans);
	opened += damage_section(&m, PACK_ALTERNATIVES, p->alternatives);
	opened += damage_section(&m, PACK_ALTERNATIVE_WORDS,
	    p->alternative_words);
	opened += damage_section(&m, PACK_LOOKALIKES, p->lookalikes);
	opened += damage_section(&m, PACK_CLAUSES, p->clauses);
	opened += damage_section(&m, PACK_VOCABULARY, p->vocabulary);
	opened += damage_section(&m, PACK_STRONG, p->strong);
	opened += damage_section(&m, PACK_WORD_INDEX, p->word_index);
	opened += damage_section(&m, PACK_SHINGLE_INDEX, p->shingle_index);
	opened += damage_section(&m, PACK_SHINGLES, p->shingles);
	opened += damage_section(&m, PACK_LISTS, p->lists);
	opened += damage_section(&m, PACK_POSTINGS, p->postings);
	opened += damage_section(&m, PACK_STRINGS, p->strings);
	check_true("some opened", opened > 0);
	unmake(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_every_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
