/* What changed upstream between two looks, and in what is held (weigh/follow.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <weigh/follow.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* A look in a few letters: state (? t g r x), commit (0 none, 1, 2), name, error. */
struct look {
	char state;
	int commit;
	const char *called, *error;
};

static struct weigh_upstream
upstream(const struct look *l)
{
	static const char letters[] = "?tgrx";
	struct weigh_upstream u = {
		.state = (enum weigh_upstream_state)(strchr(letters, l->state) -
		    letters),
	};

	u.commit.b[0] = (uint8_t)l->commit;
	snprintf(u.called.name, sizeof(u.called.name), "%s", l->called);
	snprintf(u.error, sizeof(u.error), "%s", l->error);
	return u;
}

static const struct row {
	const char *label;
	struct look before, now;
	const char *kinds; /* of the events, in their order */
	const char *word;  /* in the first sentence; NULL: none */
} rows[] = {
	{ "the first look tells nothing (1)", { '?', 0, "", "" },
	    { 't', 1, "", "" }, "", NULL },
	{ "the first look, gated", { '?', 0, "", "" }, { 'g', 1, "", "" }, "",
	    NULL },
	{ "the first look finds nobody", { '?', 0, "", "" },
	    { '?', 0, "", "no route" }, "lost ", "no route" },
	{ "the same again (1)", { 't', 1, "", "" }, { 't', 1, "", "" }, "",
	    NULL },
	{ "another commit", { 't', 1, "", "" }, { 't', 2, "", "" }, "moved ",
	    "from 010000000000 to 020000000000" },
	{ "gone", { 't', 1, "", "" }, { 'x', 1, "", "" }, "deleted ",
	    "'v1' is not there upstream any more, or hidden; what is held stays" },
	{ "still gone", { 'x', 1, "", "" }, { 'x', 1, "", "" }, "", NULL },
	{ "back, elsewhere", { 'x', 1, "", "" }, { 't', 2, "", "" },
	    "back moved ", "there again" },
	{ "back and gated", { 'x', 1, "", "" }, { 'g', 1, "", "" },
	    "back gated ", "there again" },
	{ "gated", { 't', 1, "", "" }, { 'g', 1, "", "" }, "gated ",
	    "for those it let in" },
	{ "let in no more", { 'g', 1, "", "" }, { 'r', 1, "", "" }, "refused ",
	    "does not let us in any more" },
	{ "let in again", { 'r', 1, "", "" }, { 'g', 1, "", "" }, "gated ",
	    NULL },
	{ "open to everybody", { 'g', 1, "", "" }, { 't', 1, "", "" },
	    "opened ", "to everybody" },
	{ "another name", { 't', 1, "", "" }, { 't', 1, "new/name", "" },
	    "renamed ", "'new/name'" },
	{ "that name still", { 't', 1, "new/name", "" },
	    { 't', 1, "new/name", "" }, "", NULL },
	{ "nobody answers (2)", { 't', 1, "", "" }, { 't', 1, "", "timed out" },
	    "lost ", "timed out" },
	{ "nobody answers still", { 't', 1, "", "timed out" },
	    { 't', 1, "", "refused" }, "", NULL },
	{ "answers again, moved", { 't', 1, "", "timed out" },
	    { 't', 2, "", "" }, "found moved ", "answers again" },
	{ "all at once", { 'x', 1, "", "down" }, { 'g', 2, "new/name", "" },
	    "found back gated renamed moved ", NULL },
};

static void
test_between_two_looks(void **state)
{
	struct weigh_event events[WEIGH_FOLLOW_MOST];
	size_t i, k, n;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct weigh_upstream before = upstream(&r->before);
		struct weigh_upstream now = upstream(&r->now);
		char kinds[128] = "";

		n = weigh_follow_judge("v1", &before, &now, events);
		for (k = 0; k < n; k++) {
			strcat(kinds, weigh_event_name(events[k].kind));
			strcat(kinds, " ");
		}
		check_str(r->label, kinds, r->kinds);
		if (r->word != NULL)
			check_true(r->label,
			    strstr(events[0].what, r->word) != NULL);
	}
}

static void
test_a_move_names_both_commits(void **state)
{
	const struct look a = { 't', 1, "", "" }, b = { 't', 2, "", "" };
	struct weigh_upstream before = upstream(&a), now = upstream(&b);
	struct weigh_event events[WEIGH_FOLLOW_MOST];

	(void)state;
	check_u64("one", weigh_follow_judge("", &before, &now, events), 1);
	check_true("old", weigh_gitid_equal(&events[0].before, &before.commit));
	check_true("new", weigh_gitid_equal(&events[0].after, &now.commit));
	check_true("the default branch",
	    strstr(events[0].what, "the default branch moved") != NULL);
}

/* What one look says, by how asking ended. */
static const struct asked {
	const char *label;
	enum weigh_code rc;
	char state;
	int commit;
	const char *error;
} asked[] = {
	{ "an answer", WEIGH_OK, 'g', 2, "" },
	{ "no such repository", WEIGH_NOT_FOUND, 'x', 1, "" },
	{ "who are you", WEIGH_UNAUTHORIZED, 'r', 1, "" },
	{ "not you", WEIGH_FORBIDDEN, 'r', 1, "" },
	{ "no network (2)", WEIGH_NETWORK, 't', 1, "why" },
	{ "offline (2)", WEIGH_DENIED, 't', 1, "why" },
	{ "too busy (2)", WEIGH_NOT_YET, 't', 1, "why" },
	{ "nonsense (2)", WEIGH_MALFORMED, 't', 1, "why" },
};

static void
test_one_look(void **state)
{
	const struct look b = { 't', 1, "", "was down" };
	const struct look f = { 'g', 2, "", "" };
	struct weigh_upstream before = upstream(&b), found = upstream(&f);
	struct weigh_err err = { .why = "why" };

	(void)state;
	for (size_t i = 0; i < COUNT(asked); i++) {
		const struct asked *a = &asked[i];
		const struct look want = { a->state, a->commit, "", a->error };
		struct weigh_upstream out, expected = upstream(&want);

		weigh_upstream_look(&out, &before, a->rc, &err, &found);
		check_u64(a->label, out.state, expected.state);
		check_true(a->label,
		    weigh_gitid_equal(&out.commit, &expected.commit));
		check_str(a->label, out.error, a->error);
	}
}

/* --- what is held -------------------------------------------------------- */

static const struct held {
	const char *label;
	const char *license[2];
	int card[2], text[2];
	const char *kinds, *word;
} held[] = {
	{ "all the same", { "mit", "mit" }, { 1, 1 }, { 1, 1 }, "", NULL },
	{ "another license", { "mit", "other" }, { 1, 2 }, { 1, 2 },
	    "license card ", "declares other, and declared mit before" },
	{ "none any more", { "mit", "" }, { 1, 1 }, { 0, 0 }, "license ",
	    "declares no license, and" },
	{ "another text", { "mit", "mit" }, { 1, 1 }, { 1, 2 }, "license ",
	    "the text in 'LICENSE.md' changed" },
	{ "a text for the first time", { "mit", "mit" }, { 1, 1 }, { 0, 2 },
	    "license ", "'LICENSE.md' is new" },
	{ "no text any more", { "mit", "mit" }, { 1, 1 }, { 1, 0 }, "license ",
	    "'LICENSE' is gone" },
	{ "another card", { "mit", "mit" }, { 1, 2 }, { 0, 0 }, "card ",
	    "README.md, changed" },
	{ "no card", { "", "" }, { 1, 0 }, { 0, 0 }, "card ",
	    "README.md, is gone" },
};

static struct weigh_declared
declared(const struct held *h, int side)
{
	struct weigh_declared d = { .license = h->license[side],
		.text_path = side == 0 ? "LICENSE" : "LICENSE.md" };

	d.commit.b[0] = (uint8_t)(side + 1);
	d.card.b[0] = (uint8_t)h->card[side];
	d.text.b[0] = (uint8_t)h->text[side];
	return d;
}

static void
test_between_two_revisions(void **state)
{
	struct weigh_event events[WEIGH_DECLARED_MOST];
	size_t i, k, n;

	(void)state;
	for (i = 0; i < COUNT(held); i++) {
		const struct held *h = &held[i];
		struct weigh_declared before = declared(h, 0);
		struct weigh_declared now = declared(h, 1);
		char kinds[64] = "";

		n = weigh_follow_declared(&before, &now, events);
		for (k = 0; k < n; k++) {
			strcat(kinds, weigh_event_name(events[k].kind));
			strcat(kinds, " ");
			check_u64(h->label, events[k].after.b[0], 2);
		}
		check_str(h->label, kinds, h->kinds);
		if (h->word != NULL)
			check_true(h->label,
			    strstr(events[0].what, h->word) != NULL);
	}
}

static void
test_names_of_licenses(void **state)
{
	static const char *const are[] = { "LICENSE", "LICENSE.md",
		"license.txt", "LICENCE", "COPYING", "NOTICE",
		"USE_POLICY.md" };
	static const char *const are_not[] = { "", "LICENSES", "LICENSE.py",
		"my-LICENSE", "sub/LICENSE", "README.md",
		"LICENSE.md.LICENSE.md.LICENSE.md.LICENSE.md" };

	(void)state;
	for (size_t i = 0; i < COUNT(are); i++)
		check_true(are[i], weigh_follow_is_license(are[i]));
	for (size_t i = 0; i < COUNT(are_not); i++)
		check_true(are_not[i], !weigh_follow_is_license(are_not[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_between_two_looks),
		cmocka_unit_test(test_a_move_names_both_commits),
		cmocka_unit_test(test_one_look),
		cmocka_unit_test(test_between_two_revisions),
		cmocka_unit_test(test_names_of_licenses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
