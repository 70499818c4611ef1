/* Tests of proto/access.c; the numbers are those of include/weigh/access.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/access.h>

#include "check.h"

/* --- decisions ----------------------------------------------------------- */

/* Those who ask, in the order of the letters below. */
static const struct asker {
	const char *label;
	struct weigh_who who;
} askers[] = {
	{ "nobody", { .role = WEIGH_ROLE_NOBODY } },
	{ "bad token", { .role = WEIGH_ROLE_NOBODY, .bad = true } },
	{ "read", { .role = WEIGH_ROLE_READ } },
	{ "read, elsewhere", { .role = WEIGH_ROLE_READ, .repos = "zeta/*" } },
	{ "publish", { .role = WEIGH_ROLE_PUBLISH, .repos = "acme/*" } },
	{ "publish, elsewhere",
	    { .role = WEIGH_ROLE_PUBLISH, .repos = "zeta/*" } },
	{ "approve", { .role = WEIGH_ROLE_APPROVE } },
	{ "admin", { .role = WEIGH_ROLE_ADMIN } },
	{ "local", { .role = WEIGH_ROLE_ADMIN, .local = true } },
};
#define ASKERS (sizeof(askers) / sizeof(askers[0]))

static const char letters[] = {
	[WEIGH_ACCESS_ALLOW] = '.',
	[WEIGH_ACCESS_BAD_TOKEN] = 'b',
	[WEIGH_ACCESS_TOKEN_NEEDED] = 't',
	[WEIGH_ACCESS_FORBIDDEN] = 'f',
	[WEIGH_ACCESS_NO_REPO] = 'n',
	[WEIGH_ACCESS_HIDDEN] = 'h',
	[WEIGH_ACCESS_GATED] = 'g',
	[WEIGH_ACCESS_GATED_TOKEN] = 'G',
	[WEIGH_ACCESS_ACCEPT] = 'a',
	[WEIGH_ACCESS_ACCEPT_ANEW] = 'A',
	[WEIGH_ACCESS_WAITS] = 'w',
	[WEIGH_ACCESS_REFUSED] = 'r',
};

#define OPEN WEIGH_RIGHT_OPEN
#define LOOK WEIGH_RIGHT_LOOK
#define READ WEIGH_RIGHT_READ
#define PUBLISH WEIGH_RIGHT_PUBLISH
#define APPROVE WEIGH_RIGHT_APPROVE
#define ADMIN WEIGH_RIGHT_ADMIN
#define PUBLIC WEIGH_PUBLIC
#define GATED WEIGH_GATED
#define AUTO WEIGH_GATED_AUTO
#define MANUAL WEIGH_GATED_MANUAL
#define PRIVATE WEIGH_PRIVATE
#define ABSENT WEIGH_VISIBILITIES     /* no such repository */
#define NONE (WEIGH_VISIBILITIES + 1) /* the question is about none */
#define EVERY \
	{ \
		false, false \
	}
#define KNOWN \
	{ \
		true, false \
	} /* anonymous = none */
#define IGNORE \
	{ \
		false, true \
	} /* unknown_token = ignore */

static const struct weigh_oid terms = { { 1 } };
static const struct weigh_consent accepted = { .accepted = true,
	.terms = { { 1 } } };
static const struct weigh_consent outdated = {
	.accepted = true, .terms = { { 2 } }, .ruling = WEIGH_ANSWER_GRANTED
};
static const struct weigh_consent refused = {
	.accepted = true, .terms = { { 1 } }, .ruling = WEIGH_ANSWER_REFUSED
};
static const struct weigh_consent granted = { .ruling = WEIGH_ANSWER_GRANTED };
static const struct weigh_consent both = {
	.accepted = true, .terms = { { 1 } }, .ruling = WEIGH_ANSWER_GRANTED
};

/* A letter for each asker. */
static const struct row {
	const char *label;
	struct weigh_access_rules rules;
	int repo; /* its visibility, or ABSENT, or NONE */
	enum weigh_right right;
	const char *verdicts;
	const struct weigh_consent *consent; /* of each of them */
} rows[] = {
	{ "open", EVERY, NONE, OPEN, ".........", NULL },
	{ "look, none", EVERY, NONE, LOOK, ".b.......", NULL },
	{ "publish, none", EVERY, NONE, PUBLISH, "tbff.....", NULL },
	{ "admin, none", EVERY, NONE, ADMIN, "tbfffff..", NULL },
	{ "look, absent", EVERY, ABSENT, LOOK, "nbnnnnnnn", NULL },
	{ "read, absent", EVERY, ABSENT, READ, "nbnnnnnnn", NULL },
	{ "publish, absent", EVERY, ABSENT, PUBLISH, "tbff.f...", NULL },
	{ "look, public", EVERY, PUBLIC, LOOK, ".b.......", NULL },
	{ "read, public", EVERY, PUBLIC, READ, ".b.......", NULL },
	{ "publish, public", EVERY, PUBLIC, PUBLISH, "tbff.f...", NULL },
	{ "admin, public", EVERY, PUBLIC, ADMIN, "tbfffff..", NULL },
	{ "look, gated", EVERY, GATED, LOOK, ".b.......", NULL },
	{ "read, gated", EVERY, GATED, READ, "Gb.g.g...", NULL },
	{ "publish, gated", EVERY, GATED, PUBLISH, "tbff.f...", NULL },
	{ "approve, none", EVERY, NONE, APPROVE, "tbffff...", NULL },
	{ "approve, absent", EVERY, ABSENT, APPROVE, "tbffff...", NULL },
	{ "approve, gated", EVERY, AUTO, APPROVE, "tbffff...", NULL },
	{ "approve, private", EVERY, PRIVATE, APPROVE, "tbffff...", NULL },
	/* (6) */
	{ "look, terms", EVERY, AUTO, LOOK, ".b.......", NULL },
	{ "publish, terms", EVERY, MANUAL, PUBLISH, "tbff.f...", NULL },
	{ "read, terms", EVERY, AUTO, READ, "Gbagagaa.", NULL },
	{ "read, accepted", EVERY, AUTO, READ, "Gb.g.g...", &accepted },
	{ "read, others accepted", EVERY, AUTO, READ, "GbAgAgAA.", &outdated },
	{ "read, refused", EVERY, AUTO, READ, "Gbrgrgrr.", &refused },
	{ "read, granted alone", EVERY, MANUAL, READ, "Gbagagaa.", &granted },
	{ "read, to be granted", EVERY, MANUAL, READ, "Gbwgwgww.", &accepted },
	{ "read, both", EVERY, MANUAL, READ, "Gb.g.g...", &both },
	{ "read, gated, refused", EVERY, GATED, READ, "Gb.g.g...", &refused },
	{ "read, public, refused", EVERY, PUBLIC, READ, ".b.......", &refused },
	{ "read, terms, known only", KNOWN, AUTO, READ, "hbananaa.", NULL },
	{ "read, terms, ignored", IGNORE, AUTO, READ, "GGagagaa.", NULL },

	{ "look, private", EVERY, PRIVATE, LOOK, "hb.n.n...", NULL },
	{ "read, private", EVERY, PRIVATE, READ, "hb.n.n...", NULL },
	{ "publish, private", EVERY, PRIVATE, PUBLISH, "tbff.f...", NULL },
	{ "admin, private", EVERY, PRIVATE, ADMIN, "tbfffff..", NULL },

	{ "open, known only", KNOWN, NONE, OPEN, ".........", NULL },
	{ "look, none, known only", KNOWN, NONE, LOOK, "tb.......", NULL },
	{ "look, absent, known only", KNOWN, ABSENT, LOOK, "hbnnnnnnn", NULL },
	{ "look, public, known only", KNOWN, PUBLIC, LOOK, "hb.n.n...", NULL },
	{ "read, public, known only", KNOWN, PUBLIC, READ, "hb.n.n...", NULL },
	{ "look, gated, known only", KNOWN, GATED, LOOK, "hb.n.n...", NULL },
	{ "read, gated, known only", KNOWN, GATED, READ, "hb.n.n...", NULL },
	{ "read, private, known only", KNOWN, PRIVATE, READ, "hb.n.n...",
	    NULL },
	{ "publish, public, known only", KNOWN, PUBLIC, PUBLISH, "tbff.f...",
	    NULL },

	{ "look, none, ignored", IGNORE, NONE, LOOK, ".........", NULL },
	{ "read, public, ignored", IGNORE, PUBLIC, READ, ".........", NULL },
	{ "read, gated, ignored", IGNORE, GATED, READ, "GG.g.g...", NULL },
	{ "read, private, ignored", IGNORE, PRIVATE, READ, "hh.n.n...", NULL },
	{ "publish, public, ignored", IGNORE, PUBLIC, PUBLISH, "tbff.f...",
	    NULL },
	{ "admin, none, ignored", IGNORE, NONE, ADMIN, "tbfffff..", NULL },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct weigh_repo model = { WEIGH_MODEL, "acme/demo" };

static struct weigh_access_facts
facts_of(const struct row *r, const struct weigh_who *who)
{
	return (struct weigh_access_facts){
		.who = who,
		.right = r->right,
		.repo = r->repo != NONE ? &model : NULL,
		.held = r->repo < ABSENT,
		.visibility = r->repo < ABSENT ?
		    (enum weigh_visibility)r->repo :
		    WEIGH_PUBLIC,
		.consent = r->consent,
		.terms = &terms,
		.rules = r->rules,
	};
}

static enum weigh_access
decide(const struct row *r, size_t asker)
{
	const struct weigh_access_facts f = facts_of(r, &askers[asker].who);

	return weigh_access_decide(&f);
}

static void
test_table(void **state)
{
	char got[ASKERS + 1];

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t k = 0; k < ASKERS; k++)
			got[k] = letters[decide(&rows[i], k)];
		got[ASKERS] = '\0';
		check_str(rows[i].label, got, rows[i].verdicts);
	}
}

/* (3) What nobody in particular may do, everybody who is known may. */
static void
test_a_token_takes_nothing_away(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (size_t k = 2; k < ASKERS; k++)
			if (decide(&rows[i], 0) == WEIGH_ACCESS_ALLOW)
				check_u64(rows[i].label, decide(&rows[i], k),
				    WEIGH_ACCESS_ALLOW);
}

/* (2) A role may all that the one before it may. */
static void
test_roles_are_an_order(void **state)
{
	struct weigh_who who = { .role = WEIGH_ROLE_NOBODY };
	bool before, now;

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		before = false;
		for (int role = WEIGH_ROLE_READ; role < WEIGH_ROLES; role++) {
			const struct weigh_access_facts f = facts_of(&rows[i],
			    &who);

			who.role = (enum weigh_role)role;
			now = weigh_access_decide(&f) == WEIGH_ACCESS_ALLOW;
			check_true(rows[i].label, now || !before);
			before = now;
		}
	}
}

/* (4) A repository that one may not see is answered as one that is not there; to
 * those who are known, for without a token it is 401 against 404. */
static void
test_hidden_is_absent(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct row hidden = rows[i], absent = rows[i];

		hidden.repo = PRIVATE;
		absent.repo = ABSENT;
		for (size_t k = 2; k < ASKERS; k++)
			if (decide(&hidden, k) != WEIGH_ACCESS_ALLOW)
				check_u64(askers[k].label, decide(&hidden, k),
				    decide(&absent, k));
	}
}

static void
test_open_is_what_nobody_may(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (size_t k = 0; k < ASKERS; k++) {
			const struct weigh_access_facts f = facts_of(&rows[i],
			    &askers[k].who);

			check_u64(rows[i].label, weigh_access_is_open(&f),
			    decide(&rows[i], 0) == WEIGH_ACCESS_ALLOW);
		}
}

/* --- patterns ------------------------------------------------------------- */

static const struct cover {
	const char *repos;
	enum weigh_kind kind;
	const char *name;
	bool covers;
} covers[] = {
	{ "", WEIGH_MODEL, "acme/demo", true },
	{ "*", WEIGH_MODEL, "acme/demo", true },
	{ "*", WEIGH_DATASET, "acme/demo", true },
	{ "acme/*", WEIGH_MODEL, "acme/demo", true },
	{ "acme/*", WEIGH_DATASET, "acme/demo", false },
	{ "acme/*", WEIGH_MODEL, "acme2/demo", false },
	{ "acme/*", WEIGH_MODEL, "x/acme", false },
	{ "acme/", WEIGH_MODEL, "acme/demo", true },
	{ "datasets/acme/*", WEIGH_DATASET, "acme/demo", true },
	{ "datasets/acme/*", WEIGH_SPACE, "acme/demo", false },
	{ "acme/demo", WEIGH_MODEL, "acme/demo", true },
	{ "acme/demo", WEIGH_MODEL, "acme/demo2", false },
	{ "ACME/*", WEIGH_MODEL, "acme/demo", true },
	{ "acme/*", WEIGH_MODEL, "ACME/Demo", true },
	{ "zeta/* acme/*", WEIGH_MODEL, "acme/demo", true },
	{ "acme/* zeta/*", WEIGH_MODEL, "acme/demo", true },
	{ "zeta/* acme/d", WEIGH_MODEL, "acme/demo", false },
	{ "gpt2", WEIGH_MODEL, "gpt2", true },
};

static void
test_patterns(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(covers) / sizeof(covers[0]); i++) {
		const struct cover *c = &covers[i];
		struct weigh_who who = { .role = WEIGH_ROLE_READ };
		struct weigh_repo repo = { .kind = c->kind };
		char label[128];

		snprintf(label, sizeof(label), "'%s' %d %s", c->repos,
		    (int)c->kind, c->name);
		snprintf(who.repos, sizeof(who.repos), "%s", c->repos);
		snprintf(repo.name, sizeof(repo.name), "%s", c->name);
		check_u64(label, weigh_who_covers(&who, &repo), c->covers);
		who.role = WEIGH_ROLE_NOBODY;
		check_true("nobody has none", !weigh_who_covers(&who, &repo));
	}
}

/* --- grammars -------------------------------------------------------------- */

static const struct text {
	const char *text;
	bool name, repos;
} texts[] = {
	{ "", false, true },
	{ "ci", true, true },
	{ "ci-2.x_Y", true, true },
	{ "-ci", false, true },
	{ ".ci", false, true },
	{ "c i", false, true },
	{ " ci", false, false },
	{ "ci ", false, false },
	{ "a  b", false, false },
	{ "a\tb", false, false },
	{ "a\nb", false, false },
	{ "caf\xc3\xa9", false, false },
	{ "acme/*", false, true },
};

static void
test_grammars(void **state)
{
	char longest[WEIGH_WHO_REPOS + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct text *t = &texts[i];

		check_u64(t->text, weigh_who_name_ok(t->text, strlen(t->text)),
		    t->name);
		check_u64(t->text, weigh_who_repos_ok(t->text, strlen(t->text)),
		    t->repos);
	}
	memset(longest, 'a', sizeof(longest));
	check_true("the longest name", weigh_who_name_ok(longest, 64));
	check_true("a longer name", !weigh_who_name_ok(longest, 65));
	check_true("the longest list",
	    weigh_who_repos_ok(longest, WEIGH_WHO_REPOS));
	check_true("a longer list",
	    !weigh_who_repos_ok(longest, WEIGH_WHO_REPOS + 1));
}

static void
test_roles(void **state)
{
	enum weigh_role role = WEIGH_ROLE_NOBODY;

	(void)state;
	for (int i = WEIGH_ROLE_READ; i < WEIGH_ROLES; i++) {
		const char *name = weigh_role_name((enum weigh_role)i);

		check_true(name, weigh_role_parse(&role, name, strlen(name)));
		check_u64(name, role, (uint64_t)i);
		check_str(name, weigh_role_hub_name(role),
		    i == WEIGH_ROLE_READ ? "read" : "write");
	}
	check_true("nobody is no token's role",
	    !weigh_role_parse(&role, "nobody", 6));
	check_true("half a name", !weigh_role_parse(&role, "adm", 3));
	check_true("more than a name", !weigh_role_parse(&role, "admins", 6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_a_token_takes_nothing_away),
		cmocka_unit_test(test_roles_are_an_order),
		cmocka_unit_test(test_hidden_is_absent),
		cmocka_unit_test(test_open_is_what_nobody_may),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_grammars),
		cmocka_unit_test(test_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
