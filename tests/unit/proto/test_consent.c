/* Tests of proto/consent.c; the numbers are those of include/weigh/consent.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/consent.h>

#include "check.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- terms --------------------------------------------------------------- */

static struct weigh_oid
digest(const char *prompt, const char *path, const char *text)
{
	struct weigh_oid oid, out = { { 0 } };
	struct weigh_buf b;

	weigh_buf_init(&b, WEIGH_GATING_MAX);
	weigh_gating_begin(&b);
	if (prompt != NULL)
		weigh_gating_prompt(&b, prompt, strlen(prompt));
	if (path != NULL) {
		check_true("hashed", weigh_oid_of(&oid, text, strlen(text)));
		weigh_gating_text(&b, path, &oid);
	}
	check_code("digested", weigh_gating_end(&b, &out, NULL), WEIGH_OK);
	weigh_buf_free(&b);
	return out;
}

/* (1) Each of these is another digest than every other. */
static void
test_what_is_digested(void **state)
{
	const struct weigh_oid all[] = {
		digest(NULL, NULL, NULL),
		digest("", NULL, NULL),
		digest("be nice", NULL, NULL),
		digest("be nicer", NULL, NULL),
		digest(NULL, "LICENSE", "be nice"),
		digest(NULL, "COPYING", "be nice"),
		digest(NULL, "LICENSE", "be nicer"),
		digest("be nice", "LICENSE", "be nice"),
	};
	const struct weigh_oid again = digest("be nice", "LICENSE", "be nice");
	char hex[WEIGH_OID_HEX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++)
		for (size_t k = 0; k < i; k++)
			check_true("another",
			    !weigh_oid_equal(&all[i], &all[k]));
	check_true("the same", weigh_oid_equal(&again, &all[COUNT(all) - 1]));
	weigh_oid_hex(&all[0], hex); /* printf 'weigh gating 1\n' | sha256sum */
	check_str("nothing to accept", hex,
	    "969a8cead27972a7e2f72024825ae0978c220af8a36ed002b854bba5cfa1a72e");
}

static const struct card {
	const char *label, *json, *prompt; /* NULL: none */
} cards[] = {
	{ "none", "", NULL },
	{ "another key", "{\"license\":\"mit\"}", NULL },
	{ "a prompt",
	    "{\"license\":\"mit\",\"extra_gated_prompt\":\"be\\nnice\"}",
	    "be\nnice" },
	{ "deeper", "{\"a\":{\"extra_gated_prompt\":\"x\"}}", NULL },
	{ "no text", "{\"extra_gated_prompt\":[\"x\"]}", NULL },
	{ "an empty one", "{\"extra_gated_prompt\":\"\"}", NULL },
	{ "no JSON", "{\"extra_gated_prompt\":", NULL },
};

static void
test_cards(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cards); i++) {
		const struct card *c = &cards[i];
		struct weigh_buf b;
		bool has;

		weigh_buf_init(&b, 1024);
		has = weigh_gating_of_card(c->json, strlen(c->json), &b);
		check_u64(c->label, has, c->prompt != NULL);
		if (has && c->prompt != NULL)
			check_str(c->label, b.data, c->prompt);
		weigh_buf_free(&b);
	}
}

static const struct file {
	const char *path;
	uint64_t size;
	bool is;
} files[] = {
	{ "LICENSE", 1, true },
	{ "USE_POLICY.md", 4000, true },
	{ "LICENSE", 0, false },
	{ "LICENSE", (256u << 10) + 1, false },
	{ "my-license.json", 64u << 10, true },
	{ "my-license.json", (64u << 10) + 1, false },
	{ "README.md", 100, false },
	{ "config.json", 100, false },
};

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++)
		check_u64(files[i].path,
		    weigh_gating_is_text(files[i].path, files[i].size),
		    files[i].is);
}

/* --- where somebody stands ----------------------------------------------- */

#define NONE WEIGH_STANDING_NONE
#define OUTDATED WEIGH_STANDING_OUTDATED
#define WAITING WEIGH_STANDING_WAITING
#define REFUSED WEIGH_STANDING_REFUSED
#define MAY WEIGH_STANDING_MAY

/* What was said: a accept, A accept other terms, g grant, r refuse, o reopen, e end.
 * Then where they stand with `auto` and with `manual`. */
static const struct life {
	const char *said;
	enum weigh_standing by_auto, by_manual;
} lives[] = {
	{ "", NONE, NONE },
	{ "a", MAY, WAITING },
	{ "ag", MAY, MAY },
	{ "agr", REFUSED, REFUSED },
	{ "agro", MAY, WAITING },
	{ "ar", REFUSED, REFUSED },
	{ "ara", REFUSED, REFUSED }, /* (3) */
	{ "arg", MAY, MAY },
	{ "g", NONE, NONE }, /* (2) */
	{ "ga", MAY, MAY },
	{ "r", REFUSED, REFUSED },
	{ "o", NONE, NONE },
	{ "A", OUTDATED, OUTDATED },
	{ "Ag", OUTDATED, OUTDATED },
	{ "Aga", MAY, MAY }, /* (2) */
	{ "aA", OUTDATED, OUTDATED },
	{ "Ar", REFUSED, REFUSED },
	{ "age", NONE, NONE },
	{ "are", NONE, NONE },
	{ "agea", MAY, WAITING },
};

static const struct weigh_consent now = { .terms = { { 1 } },
	.commit = { { 2 } },
	.ruling = WEIGH_ANSWER_GRANTED /* which accepting does not bring */ };
static const struct weigh_consent then = { .terms = { { 3 } } };

static struct weigh_consent
live(const char *said)
{
	struct weigh_consent c = { .accepted = false };

	for (; *said != '\0'; said++)
		weigh_consent_apply(&c,
		    *said == 'g'     ? WEIGH_CONSENT_GRANT :
			*said == 'r' ? WEIGH_CONSENT_REFUSE :
			*said == 'o' ? WEIGH_CONSENT_REOPEN :
			*said == 'e' ? WEIGH_CONSENT_END :
				       WEIGH_CONSENT_ACCEPT,
		    *said == 'a'     ? &now :
			*said == 'A' ? &then :
				       NULL);
	return c;
}

static void
test_standings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lives); i++) {
		const struct life *l = &lives[i];
		const struct weigh_consent c = live(l->said);

		check_u64(l->said,
		    weigh_consent_standing(&c, WEIGH_GATED_AUTO, &now.terms),
		    l->by_auto);
		check_u64(l->said,
		    weigh_consent_standing(&c, WEIGH_GATED_MANUAL, &now.terms),
		    l->by_manual);
		check_u64("nothing is asked",
		    weigh_consent_standing(&c, WEIGH_GATED, &now.terms), MAY);
		check_true("terms that are not known let nobody in",
		    weigh_consent_standing(&c, WEIGH_GATED_AUTO, NULL) != MAY);
	}
	check_u64("nobody known",
	    weigh_consent_standing(NULL, WEIGH_GATED_AUTO, &now.terms), NONE);
}

static void
test_words(void **state)
{
	enum weigh_consent_act act = WEIGH_CONSENT_ACTS;

	(void)state;
	for (int i = 0; i < WEIGH_CONSENT_ACTS; i++) {
		const char *name =
		    weigh_consent_act_name((enum weigh_consent_act)i);

		check_true(name,
		    weigh_consent_act_parse(&act, name, strlen(name)));
		check_u64(name, act, (uint64_t)i);
	}
	check_true("half a word", !weigh_consent_act_parse(&act, "gran", 4));
	check_str("a standing", weigh_standing_name(WAITING), "waiting");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_digested),
		cmocka_unit_test(test_cards),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_standings),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
