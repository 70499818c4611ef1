/* What was said of terms: the numbers are those of catalog/consents.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/consents.h"
#include "catalog/db.h"
#include "check.h"
#include "shelf.h"

static const struct shelf_file files[] = {
	{ "LICENSE", "a license" },
	{ "README.md", "a card" },
	{ "sub/USE_POLICY.md", "a policy" },
	{ "weights.bin", "no text" },
};
static const struct shelf_file others[] = {
	{ "LICENSE", "another license" },
	{ "README.md", "a card" },
	{ "sub/USE_POLICY.md", "a policy" },
};
static const struct shelf_file longer[] = {
	{ "LICENSE", "a license" },
	{ "README.md", "another card" },
	{ "sub/USE_POLICY.md", "a policy" },
	{ "weights.bin", "no text at all" },
};

static void
say(struct shelf *s, const char *repo, const char *token,
    enum weigh_consent_act act, const char *terms)
{
	const struct weigh_consent with = { .terms = shelf_oid(terms),
		.card = shelf_oid("a card"),
		.commit = shelf_commit(1) };
	struct catalog_consent said = {
		.repo = shelf_repo(repo),
		.token = token,
		.act = act,
		.by = "by a test",
		.why = "",
		.time = 7,
	};

	check_code("where they stand",
	    catalog_own_consent(s->catalog, &said.repo, token, &said.now, NULL),
	    WEIGH_OK);
	weigh_consent_apply(&said.now, act, &with);
	check_code("said", catalog_say_consent(s->catalog, &said, NULL),
	    WEIGH_OK);
}

static struct weigh_consent
stand(struct shelf *s, const char *repo, const char *token)
{
	const struct weigh_repo name = shelf_repo(repo);
	struct weigh_consent c;

	check_code(token, catalog_consent(s->reader, &name, token, &c, NULL),
	    WEIGH_OK);
	return c;
}

static void
end(struct shelf *s, const char *repo, const char *to)
{
	const struct weigh_repo name = shelf_repo(repo),
				target = shelf_repo(to != NULL ? to : repo);

	check_code(repo,
	    catalog_end_consents(s->catalog, &name, to != NULL ? &target : NULL,
		9, NULL),
	    WEIGH_OK);
}

/* (1) The last word counts, of this token and this repository alone. */
static void
test_the_last_word(void **state)
{
	const struct weigh_oid terms = shelf_oid("terms");
	struct weigh_consent c;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	say(&s, "acme/demo", "aa", WEIGH_CONSENT_ACCEPT, "terms");
	say(&s, "acme/demo", "aa", WEIGH_CONSENT_GRANT, "");
	say(&s, "acme/demo", "bb", WEIGH_CONSENT_REFUSE, "");
	shelf_reopen(&s);
	c = stand(&s, "acme/demo", "aa");
	check_true("accepted", c.accepted && weigh_oid_equal(&c.terms, &terms));
	check_u64("and granted", c.ruling, WEIGH_ANSWER_GRANTED);
	c = stand(&s, "ACME/Demo", "bb");
	check_true("refused", !c.accepted && c.ruling == WEIGH_ANSWER_REFUSED);
	check_true("of another", !stand(&s, "acme/other", "aa").accepted);
	check_true("another kind",
	    !stand(&s, "datasets/acme/demo", "aa").accepted);
	check_true("of nobody", !stand(&s, "acme/demo", "cc").accepted);
	shelf_close(&s);
}

static void
list(void *ctx, const struct catalog_consent *c)
{
	char *text = ctx;
	size_t len = strlen(text);

	snprintf(text + len, 200 - len, " %s:%s", c->token,
	    weigh_consent_act_name(c->act));
}

static void
check_list(struct shelf *s, const char *repo, const char *want)
{
	const struct weigh_repo name = shelf_repo(repo);
	char text[200] = "";

	check_code(repo, catalog_consents(s->reader, &name, list, text, NULL),
	    WEIGH_OK);
	check_str(repo, text, want);
}

/* (2) */
static void
test_moved_and_deleted(void **state)
{
	struct shelf s;

	(void)state;
	shelf_open(&s);
	say(&s, "acme/demo", "aa", WEIGH_CONSENT_ACCEPT, "old");
	say(&s, "acme/demo", "aa", WEIGH_CONSENT_ACCEPT, "new");
	say(&s, "acme/demo", "bb", WEIGH_CONSENT_GRANT, "");
	check_list(&s, "acme/demo", " aa:accept bb:grant");
	end(&s, "acme/demo", "acme/Demo"); /* the same name */
	check_list(&s, "acme/demo", " aa:accept bb:grant");
	end(&s, "acme/demo", "zeta/demo");
	check_list(&s, "acme/demo", "");
	check_list(&s, "zeta/demo", " aa:accept bb:grant");
	check_true("gone from here", !stand(&s, "acme/demo", "aa").accepted);
	check_true("taken along", stand(&s, "zeta/demo", "aa").accepted);
	end(&s, "zeta/demo", NULL);
	check_list(&s, "zeta/demo", "");
	check_true("ended", !stand(&s, "zeta/demo", "aa").accepted);
	check_u64("granted no more", stand(&s, "zeta/demo", "bb").ruling,
	    WEIGH_ANSWER_NONE);
	end(&s, "zeta/demo", NULL);
	check_u64("nothing to end twice",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM consents"), 9);
	say(&s, "zeta/demo", "aa", WEIGH_CONSENT_ACCEPT, "new");
	check_list(&s, "zeta/demo", " aa:accept");
	shelf_close(&s);
}

/* (1) Nobody who opens the file changes them by the way. */
static void
test_rows_stay(void **state)
{
	static const char *const tries[] = {
		"DELETE FROM consents",
		"UPDATE consents SET ruling = 1",
	};
	sqlite3 *other = NULL;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	say(&s, "acme/demo", "aa", WEIGH_CONSENT_ACCEPT, "terms");
	check_u64("open", (uint64_t)sqlite3_open(s.path, &other), SQLITE_OK);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		check_u64(tries[i],
		    (uint64_t)sqlite3_exec(other, tries[i], NULL, NULL, NULL) &
			0xff,
		    SQLITE_CONSTRAINT);
	sqlite3_close(other);
	check_code("made again", catalog_empty(s.catalog, NULL), WEIGH_OK);
	check_u64("emptied",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM consents"), 0);
	shelf_close(&s);
}

static void
see_text(void *ctx, const char *path, const struct weigh_oid *oid,
    uint64_t size)
{
	char *text = ctx;
	size_t len = strlen(text);

	(void)oid;
	snprintf(text + len, 200 - len, " %s:%u", path, (unsigned)size);
}

static struct catalog_gating
gating(struct shelf *s, const char *want)
{
	char seen[200] = "";
	const struct catalog_gating_texts texts = { .text = see_text,
		.ctx = seen };
	const struct weigh_repo name = shelf_repo("acme/demo");
	struct catalog_gating g, own;

	check_code("terms", catalog_gating(s->reader, &name, &texts, &g, NULL),
	    WEIGH_OK);
	check_str("texts", seen, want);
	check_code("the writer's",
	    catalog_own_gating(s->catalog, &name, &own, NULL), WEIGH_OK);
	check_true("the same", weigh_oid_equal(&g.terms, &own.terms));
	return g;
}

/* Another license is other terms; another card, other weights are not. */
static void
test_terms(void **state)
{
	const struct shelf_revision one = SHELF_REVISION("acme/demo", "main", 1,
					0, files),
				    two = SHELF_REVISION("acme/demo", "main", 2,
					1, longer),
				    three = SHELF_REVISION("acme/demo", "main",
					3, 2, others),
				    aside = SHELF_REVISION("acme/demo", "dev",
					4, 2, others);
	const struct weigh_oid card = shelf_oid("a card");
	struct catalog_gating none, a, b, c;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	none = gating(&s, "");
	check_true("no revision", weigh_gitid_is_zero(&none.commit));
	check_code("one", shelf_admit(&s, &one, NULL), WEIGH_OK);
	a = gating(&s, " LICENSE:9 sub/USE_POLICY.md:8");
	check_u64("HEAD", shelf_number(&a.commit), 1);
	check_true("the card", weigh_oid_equal(&a.card, &card));
	check_code("two", shelf_admit(&s, &two, NULL), WEIGH_OK);
	b = gating(&s, " LICENSE:9 sub/USE_POLICY.md:8");
	check_u64("HEAD moved", shelf_number(&b.commit), 2);
	check_true("same terms", weigh_oid_equal(&a.terms, &b.terms));
	check_code("aside", shelf_admit(&s, &aside, NULL), WEIGH_OK);
	c = gating(&s, " LICENSE:9 sub/USE_POLICY.md:8");
	check_true("another branch", weigh_oid_equal(&a.terms, &c.terms));
	check_code("three", shelf_admit(&s, &three, NULL), WEIGH_OK);
	c = gating(&s, " LICENSE:15 sub/USE_POLICY.md:8");
	check_true("other terms", !weigh_oid_equal(&a.terms, &c.terms));
	shelf_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_last_word),
		cmocka_unit_test(test_moved_and_deleted),
		cmocka_unit_test(test_rows_stay),
		cmocka_unit_test(test_terms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
