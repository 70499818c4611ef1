/*
 * Packs: made, opened, read, damaged.  The licenses are made up; the numbers are those of
 * weigh/licensepack.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../../proto/license/pack_format.h"
#include "check.h"

#define GIZMO \
	"You may use, lend and sell this gizmo, and its parts, to whomever you " \
	"like, as long as the name of its maker stays on each of them. It comes " \
	"as it is. Nobody owes you anything when it breaks, or when it breaks " \
	"something else."
#define RIDER " Gizmos may not be used to build other gizmos."
#define DUTY \
	"Whoever sells a widget tells the buyer where its drawings are, and " \
	"hands them over for the price of the paper, within three years."

#define HALF \
	"You may use, lend and sell this gizmo, and its parts, to whomever you " \
	"like. Whoever has it tells all who ask which of its parts were made by " \
	"hand, which by other gizmos, and which of them were found on a beach."

static const struct text {
	const char *id, *name, *based_on, *text;
	enum weigh_license_what what;
	bool vendor, deprecated;
	uint32_t popularity;
} texts[] = {
	{ "Widget-1.0", "Widget License", "", DUTY, WEIGH_WHAT_LICENSE, false,
	    false, 7 },
	{ "Gizmo-2.0-or-later", "Gizmo 2", "", GIZMO, WEIGH_WHAT_LICENSE, false,
	    false, 9 },
	{ "Gizmo-2.0", "Gizmo 2", "", GIZMO, WEIGH_WHAT_LICENSE, false, true,
	    90 },
	{ "Gizmo-2.0-only", "Gizmo 2", "", GIZMO, WEIGH_WHAT_LICENSE, false,
	    false, 1 },
	{ "LicenseRef-Acme", "Acme", "Gizmo-2.0-only", GIZMO RIDER,
	    WEIGH_WHAT_LICENSE, true, false, 0 },
	{ "Widget-1.0", "ignored", "ignored", DUTY " Or five.",
	    WEIGH_WHAT_LICENSE, true, true, 1 },
	{ "Widget-1.0", "Widget License", "", "Whoever sells a widget tells.",
	    WEIGH_WHAT_HEADER, false, false, 0 },
	{ "Widget-1.0", "Widget License", "", DUTY, WEIGH_WHAT_LICENSE, false,
	    false, 0 },
	{ "Zoo-1.0", "Zoo", "", DUTY " " HALF, WEIGH_WHAT_LICENSE, false, false,
	    0 },
};
#define NTEXTS (sizeof(texts) / sizeof(texts[0]))

struct made {
	struct weigh_buf bytes;
	struct weigh_license_pack *pack;
};

static void
add(struct weigh_licensepack_make *m, const struct text *t)
{
	struct weigh_licensepack_entry e = { .id = t->id,
		.name = t->name,
		.based_on = t->based_on,
		.what = t->what,
		.vendor = t->vendor,
		.deprecated = t->deprecated,
		.popularity = t->popularity };

	check_code(t->id,
	    weigh_licensepack_make_add(m, &e, t->text, strlen(t->text), NULL),
	    WEIGH_OK);
}

static void
end_of(struct weigh_licensepack_make *m, struct made *out)
{
	struct weigh_err err;

	weigh_buf_init(&out->bytes, WEIGH_LICENSEPACK_MAX);
	check_code("end", weigh_licensepack_make_end(m, &out->bytes, NULL),
	    WEIGH_OK);
	weigh_licensepack_make_free(m);
	weigh_err_clear(&err);
	(void)weigh_licensepack_open(&out->pack, out->bytes.data,
	    out->bytes.len, &err);
	check_str("opens", err.why, "");
}

static struct weigh_licensepack_make *
begin(void)
{
	struct weigh_licensepack_make *m = NULL;

	check_code("begin", weigh_licensepack_make_new(&m, "made up 1", NULL),
	    WEIGH_OK);
	return m;
}

static void
make(struct made *out)
{
	struct weigh_licensepack_make *m = begin();

	for (size_t i = 0; i < NTEXTS; i++)
		add(m, &texts[i]);
	end_of(m, out);
}

static void
unmake(struct made *m)
{
	weigh_licensepack_close(m->pack);
	weigh_buf_free(&m->bytes);
}

/* --- what is in it ------------------------------------------------------------ */

static void
check_entry(const struct weigh_license_pack *p, size_t i, const char *id,
    enum weigh_license_what what, uint32_t count)
{
	struct weigh_licensepack_entry e;

	weigh_licensepack_entry(p, i, &e);
	check_str("id", e.id, id);
	check_u64(id, e.what, what);
	check_u64(id, e.count, count);
}

static void
test_entries(void **state)
{
	struct weigh_licensepack_entry e;
	struct made m;

	(void)state;
	make(&m);
	check_str("version", weigh_licensepack_version(m.pack), "made up 1");
	check_u64("entries", weigh_licensepack_count(m.pack), 7);
	check_entry(m.pack, 0, "Gizmo-2.0", WEIGH_WHAT_LICENSE, 1);
	check_entry(m.pack, 1, "Gizmo-2.0-only", WEIGH_WHAT_LICENSE, 1);
	check_entry(m.pack, 2, "Gizmo-2.0-or-later", WEIGH_WHAT_LICENSE, 1);
	check_entry(m.pack, 3, "LicenseRef-Acme", WEIGH_WHAT_LICENSE, 1);
	/* The same text twice is one; the first text's words count. */
	check_entry(m.pack, 4, "Widget-1.0", WEIGH_WHAT_LICENSE, 2);
	check_entry(m.pack, 5, "Widget-1.0", WEIGH_WHAT_HEADER, 1);
	check_entry(m.pack, 6, "Zoo-1.0", WEIGH_WHAT_LICENSE, 1);
	weigh_licensepack_entry(m.pack, 4, &e);
	check_str("name", e.name, "Widget License");
	check_u64("popularity", e.popularity, 7);
	check_true("not vendor", !e.vendor && !e.deprecated);
	weigh_licensepack_entry(m.pack, 3, &e);
	check_true("vendor", e.vendor);
	check_str("based on", e.based_on, "Gizmo-2.0-only");
	unmake(&m);
}

static void
test_find(void **state)
{
	static const struct {
		const char *id;
		size_t at;
	} rows[] = {
		{ "Gizmo-2.0", 0 },
		{ "gizmo-2.0-ONLY", 1 },
		{ "licenseref-acme", 3 },
		{ "Widget-1.0", 4 },
		{ "", SIZE_MAX },
		{ "Gizmo", SIZE_MAX },
		{ "Gizmo-2.0-", SIZE_MAX },
		{ "zzz", SIZE_MAX },
	};
	struct made m;

	(void)state;
	make(&m);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_u64(rows[i].id,
		    weigh_licensepack_find(m.pack, rows[i].id), rows[i].at);
	unmake(&m);
}

/* One text under three ids: the one in use, and the narrower one, has it. */
static void
test_shared_text(void **state)
{
	struct weigh_licensepack_entry e;
	struct license_template t;
	struct made m;

	(void)state;
	make(&m);
	check_u64("templates", license_pack_templates(m.pack), 6);
	for (size_t i = 0; i < 3; i++) {
		weigh_licensepack_entry(m.pack, i, &e);
		license_pack_template(m.pack, e.first, &t);
		check_u64(e.id, t.entry, 1);
	}
	unmake(&m);
}

/* The words of a template are those of its text, in their order. */
static void
test_words(void **state)
{
	static const char *const first[] = { "you", "may", "use", "lend" };
	struct license_template t;
	struct made m;

	(void)state;
	make(&m);
	license_pack_template(m.pack, 0, &t);
	for (size_t i = 0; i < 4; i++)
		check_u64(first[i],
		    license_pack_word(m.pack,
			license_word_hash(first[i], strlen(first[i]))),
		    t.words[i]);
	check_u64("another", license_pack_word(m.pack, 12345), LICENSE_NO_WORD);
	check_true("may decides",
	    (license_pack_strong(m.pack, t.words[1]) & WEIGH_STRONG_MODAL) !=
		0);
	check_u64("lend does not", license_pack_strong(m.pack, t.words[3]), 0);
	check_u64("no word", license_pack_strong(m.pack, LICENSE_NO_WORD), 0);
	check_true("tiny", t.nwords >= LICENSE_TINY && !t.tiny);
	license_pack_template(m.pack, 4, &t);
	check_true("tiny", t.tiny);
	unmake(&m);
}

static bool
is_in(struct license_postings *it, uint32_t wanted)
{
	uint32_t number, last = 0, n = 0;
	bool found = false;

	while (license_postings_next(it, &number)) {
		check_true("rising", n == 0 || number > last);
		found |= number == wanted;
		last = number;
		n++;
	}
	check_u64("as many as said", n, it->count);
	return found;
}

/* Every shingle of every template leads to it, and others lead nowhere. */
static void
test_shingles(void **state)
{
	uint16_t none[LICENSE_SHINGLE] = { 0, 0, 0, 0, 0 };
	struct license_postings it;
	struct license_template t;
	struct made m;

	(void)state;
	make(&m);
	for (uint32_t n = 0; n < license_pack_templates(m.pack); n++) {
		license_pack_template(m.pack, n, &t);
		for (uint32_t i = 0; i + LICENSE_SHINGLE <= t.nwords; i++) {
			check_true("is there",
			    license_pack_shingle(m.pack, t.words + i, &it));
			check_true("leads to it", is_in(&it, n));
		}
	}
	check_true("none", !license_pack_shingle(m.pack, none, &it));
	unmake(&m);
}

/* Who has 80 % of what the other requires, either way: a text and the same with a rider or
 * inside of a long one; not one that shares a sentence, and no line. */
static void
test_lookalikes(void **state)
{
	static const struct {
		const char *label;
		uint32_t template, n, numbers[2];
	} rows[] = {
		{ "Gizmo", 0, 1, { 1 } },
		{ "Gizmo with a rider", 1, 1, { 0 } },
		{ "Widget", 2, 2, { 3, 5 } },
		{ "Widget, another copy", 3, 2, { 2, 5 } },
		{ "a line", 4, 0, { 0 } },
		{ "Zoo, which has Widget inside", 5, 2, { 2, 3 } },
	};
	struct license_template t;
	struct made m;

	(void)state;
	make(&m);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		license_pack_template(m.pack, rows[i].template, &t);
		check_u64(rows[i].label, t.nlookalikes, rows[i].n);
		for (uint32_t k = 0; k < rows[i].n; k++)
			check_u64(rows[i].label, t.lookalikes[k],
			    rows[i].numbers[k]);
	}
	unmake(&m);
}

/* --- making ------------------------------------------------------------------- */

/* (2) The order of ids does not matter, only that of an id's texts. */
static void
test_same_bytes(void **state)
{
	struct weigh_licensepack_make *m = begin();
	struct made a, b;

	(void)state;
	make(&a);
	for (size_t i = NTEXTS; i-- > 0;)
		if (strcmp(texts[i].id, "Widget-1.0") != 0)
			add(m, &texts[i]);
	for (size_t i = 0; i < NTEXTS; i++)
		if (strcmp(texts[i].id, "Widget-1.0") == 0)
			add(m, &texts[i]);
	end_of(m, &b);
	check_bytes("another order", a.bytes.data, a.bytes.len, b.bytes.data,
	    b.bytes.len);
	check_str("its name", weigh_licensepack_sha256(a.pack),
	    weigh_licensepack_sha256(b.pack));
	unmake(&a);
	unmake(&b);
}

/* (2) A pack that is made from another one has the same bytes. */
static void
test_from(void **state)
{
	struct weigh_licensepack_make *m = begin();
	struct made a, b;

	(void)state;
	make(&a);
	check_code("from", weigh_licensepack_make_from(m, a.pack, NULL, NULL),
	    WEIGH_OK);
	end_of(m, &b);
	check_bytes("all of it", a.bytes.data, a.bytes.len, b.bytes.data,
	    b.bytes.len);
	unmake(&b);

	m = begin();
	check_code("from",
	    weigh_licensepack_make_from(m, a.pack, "WIDGET-1.0", NULL),
	    WEIGH_OK);
	end_of(m, &b);
	check_u64("entries", weigh_licensepack_count(b.pack), 5);
	check_u64("gone", weigh_licensepack_find(b.pack, "Widget-1.0"),
	    SIZE_MAX);
	check_u64("words of it too",
	    license_pack_word(b.pack, license_word_hash("five", 4)),
	    LICENSE_NO_WORD);
	unmake(&a);
	unmake(&b);
}

static void
test_refused_entries(void **state)
{
	static const struct {
		const char *label;
		struct weigh_licensepack_entry entry;
		const char *text;
		enum weigh_code rc;
	} rows[] = {
		{ "no id", { .id = "" }, "words", WEIGH_MALFORMED },
		{ "a blank", { .id = "a b" }, "words", WEIGH_MALFORMED },
		{ "a slash", { .id = "a/b" }, "words", WEIGH_MALFORMED },
		{ "a control character", { .id = "a", .name = "b\nc" }, "words",
		    WEIGH_MALFORMED },
		{ "no UTF-8", { .id = "a", .name = "b\xff" }, "words",
		    WEIGH_MALFORMED },
		{ "based on what", { .id = "a", .based_on = "b c" }, "words",
		    WEIGH_MALFORMED },
		{ "no kind", { .id = "a", .what = WEIGH_WHATS }, "words",
		    WEIGH_USAGE },
		{ "no words", { .id = "a" }, "", WEIGH_MALFORMED },
		{ "plus and dot", { .id = "a++.b" }, "words", WEIGH_OK },
	};
	struct weigh_licensepack_make *m = begin();
	struct made out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_code(rows[i].label,
		    weigh_licensepack_make_add(m, &rows[i].entry, rows[i].text,
			strlen(rows[i].text), NULL),
		    rows[i].rc);
	end_of(m, &out);
	check_u64("only the right one", weigh_licensepack_count(out.pack), 1);
	unmake(&out);
}

/* What was refused half-way leaves no word behind. */
static void
test_refused_text(void **state)
{
	static const char end[] = "<<var;original=\"s\";match=\"s|z\">>";
	struct weigh_licensepack_make *m = begin();
	struct weigh_licensepack_entry e = { .id = "a" };
	char text[4096] = "gizmo ";
	struct made out;

	(void)state;
	memset(text + 6, 'w', 3000);
	memcpy(text + 3006, end, sizeof(end));
	check_code("an alternative too long",
	    weigh_licensepack_make_add(m, &e, text, strlen(text), NULL),
	    WEIGH_TOO_BIG);
	end_of(m, &out);
	check_u64("entries", weigh_licensepack_count(out.pack), 0);
	check_u64("word",
	    license_pack_word(out.pack, license_word_hash("gizmo", 5)),
	    LICENSE_NO_WORD);
	unmake(&out);
}

static void
test_empty(void **state)
{
	struct license_postings it;
	uint16_t words[LICENSE_SHINGLE] = { 0, 1, 2, 3, 4 };
	struct made m;

	(void)state;
	end_of(begin(), &m);
	check_u64("entries", weigh_licensepack_count(m.pack), 0);
	check_u64("word", license_pack_word(m.pack, 1), LICENSE_NO_WORD);
	check_true("shingle", !license_pack_shingle(m.pack, words, &it));
	unmake(&m);
}

/* --- damage ------------------------------------------------------------------- */

static enum weigh_code
reopen(const char *bytes, size_t len)
{
	struct weigh_license_pack *p = NULL;
	enum weigh_code rc = weigh_licensepack_open(&p, bytes, len, NULL);

	weigh_licensepack_close(p);
	return rc;
}

/* (3) Each byte, and each length. */
static void
test_damage(void **state)
{
	struct made m;

	(void)state;
	make(&m);
	for (size_t i = 0; i < m.bytes.len; i++) {
		m.bytes.data[i] ^= 1;
		check_code("a bit", reopen(m.bytes.data, m.bytes.len),
		    WEIGH_MALFORMED);
		m.bytes.data[i] ^= 1;
		check_code("cut", reopen(m.bytes.data, i), WEIGH_MALFORMED);
	}
	check_code("whole", reopen(m.bytes.data, m.bytes.len), WEIGH_OK);
	unmake(&m);
}

/* Give the bytes the digest that fits. */
static void
seal(char *bytes, size_t len)
{
	struct weigh_oid digest;

	check_true("digest",
	    weigh_oid_of(&digest, bytes, len - WEIGH_OID_SIZE));
	memcpy(bytes + len - WEIGH_OID_SIZE, digest.b, WEIGH_OID_SIZE);
}

/* (3) Nothing stands behind the last section. */
static void
test_longer(void **state)
{
	struct made m;

	(void)state;
	make(&m);
	check_true("room", weigh_buf_room(&m.bytes, PACK_ALIGN) != NULL);
	m.bytes.len += PACK_ALIGN;
	seal(m.bytes.data, m.bytes.len);
	check_code("longer", reopen(m.bytes.data, m.bytes.len),
	    WEIGH_MALFORMED);
	m.bytes.len -= PACK_ALIGN;
	seal(m.bytes.data, m.bytes.len);
	check_code("as it was", reopen(m.bytes.data, m.bytes.len), WEIGH_OK);
	unmake(&m);
}

/* What the file has at the place of a pointer into it. */
static char *
place(struct made *m, const void *at)
{
	return m->bytes.data + ((const char *)at - m->bytes.data);
}

/* (3) Somebody who can compute a SHA-256 gets no further. */
static void
test_forged(void **state)
{
	struct made m;
	const struct weigh_license_pack *p;
	struct row {
		const char *label;
		const void *at;
		uint32_t value;
		size_t size;
	} rows[32];
	size_t n = 0;

	(void)state;
	make(&m);
	p = m.pack;
#define ROW(text, member, wrong) \
	rows[n++] = (struct row){ text, &(member), wrong, sizeof(member) }
	ROW("format", p->header->format, 2);
	ROW("version", p->header->version, 99999);
	ROW("a version inside of a string", p->header->version,
	    p->header->version + 1);
	ROW("a count", p->header->counts[PACK_WORDS], 3);
	ROW("id", p->entries[0].id, 99999);
	ROW("order of ids", p->entries[0].id, p->entries[5].id);
	ROW("kind", p->entries[0].what, WEIGH_WHATS);
	ROW("flags", p->entries[0].flags, 64);
	ROW("first", p->entries[0].first, 6);
	ROW("count", p->entries[0].count, 7);
	ROW("no template", p->entries[0].count, 0);
	ROW("owner", p->templates[0].entry, 7);
	ROW("another owner", p->templates[0].entry, 4);
	ROW("words", p->templates[1].words.first, 1);
	ROW("more required than words", p->templates[0].nrequired, 9999);
	ROW("a word", p->words[3], p->counts[PACK_VOCABULARY]);
	ROW("a look-alike", p->lookalikes[0], 6);
	ROW("the first word", p->word_index[0], 1);
	ROW("order of words", p->word_index[1], 9);
	ROW("order of shingles", p->shingle_index[1], 9999);
	ROW("a list", p->lists[0], p->lists[0] + 1);
	ROW("an empty list", p->postings[0], 0);
	ROW("a template that is not there", p->postings[1], 0x7f);
	ROW("a string", p->strings[p->counts[PACK_STRINGS] - 1], 'x');
	ROW("a control character", p->strings[1], 7);
#undef ROW
	for (size_t i = 0; i < n; i++) {
		char saved[sizeof(uint32_t)];
		char *at = place(&m, rows[i].at);

		memcpy(saved, at, rows[i].size);
		memcpy(at, &rows[i].value, rows[i].size);
		seal(m.bytes.data, m.bytes.len);
		check_code(rows[i].label, reopen(m.bytes.data, m.bytes.len),
		    WEIGH_MALFORMED);
		memcpy(at, saved, rows[i].size);
	}
	unmake(&m);
}

/* The one that is built in: what people ask for first is in it. */
static void
test_builtin(void **state)
{
	static const char *const ids[] = { "MIT", "Apache-2.0", "GPL-3.0-only",
		"LicenseRef-Llama-3.1-Community" };
	struct weigh_license_pack *p = NULL;
	const void *bytes;
	size_t len;

	(void)state;
	weigh_licensepack_builtin(&bytes, &len);
	check_code("opens", weigh_licensepack_open(&p, bytes, len, NULL),
	    WEIGH_OK);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		check_true(ids[i],
		    weigh_licensepack_find(p, ids[i]) != SIZE_MAX);
	check_true("small", len < 6u << 20);
	weigh_licensepack_close(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_shared_text),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_shingles),
		cmocka_unit_test(test_lookalikes),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_from),
		cmocka_unit_test(test_refused_entries),
		cmocka_unit_test(test_refused_text),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_longer),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_builtin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
