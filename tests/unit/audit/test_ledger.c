/* The journal read once: what it says at its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audit/audit.h"
#include "check.h"
#include "tmpdir.h"

static const struct weigh_repo one = { WEIGH_MODEL, "acme/one" };
static const struct weigh_repo other = { WEIGH_DATASET, "acme/one" };
static const struct weigh_repo taken_back = { WEIGH_MODEL, "acme/two" };
static const struct weigh_repo stranger = { WEIGH_MODEL, "acme/three" };

static void
say(struct audit *a, enum audit_event event, const struct weigh_repo *repo,
    uint8_t revision, const char *origin)
{
	const struct audit_entry entry = {
		.event = event,
		.time = 1767323045,
		.repo = repo,
		.ref = "refs/heads/main",
		.revision = { { revision } },
		.origin = origin,
		.blob = { { revision } },
		.why = "found bad",
	};

	check_code("append", audit_append(a, &entry, NULL), WEIGH_OK);
}

/* In this order; then what is known. */
static const struct line {
	enum audit_event event;
	const struct weigh_repo *repo;
	uint8_t revision;
	const char *origin;
} lines[] = {
	{ AUDIT_ADMIT, &one, 1, "first" },
	{ AUDIT_ADMIT, &one, 2, "second" },
	{ AUDIT_WITHDRAW, &one, 2, "second" },
	{ AUDIT_ADMIT, &one, 3, "third" },
	{ AUDIT_WITHDRAW, &one, 3, "third" },
	{ AUDIT_ADMIT, &one, 3, "third again" },
	{ AUDIT_ADMIT, &other, 1, "of another kind" },
	{ AUDIT_ADMIT, &taken_back, 1, "in vain" },
	{ AUDIT_WITHDRAW, &taken_back, 1, "in vain" },
	{ AUDIT_QUARANTINE, NULL, 9, NULL },
	{ AUDIT_DISCARD, NULL, 8, NULL },
	{ AUDIT_COLLECT, NULL, 0, NULL },
	{ AUDIT_REBUILD, NULL, 0, NULL },
};

static const struct question {
	const char *label;
	const struct weigh_repo *repo;
	uint8_t revision;
	const char *origin; /* NULL: not admitted */
} questions[] = {
	{ "admitted", &one, 1, "first" },
	{ "withdrawn", &one, 2, NULL },
	{ "withdrawn, and admitted again", &one, 3, "third again" },
	{ "never", &one, 4, NULL },
	{ "the same commit elsewhere", &other, 1, "of another kind" },
	{ "not elsewhere", &other, 3, NULL },
};

static enum weigh_code
count(void *ctx, const struct weigh_repo *repo,
    const struct weigh_gitid *revision, struct weigh_err *err)
{
	(void)repo, (void)revision, (void)err;
	(*(unsigned *)ctx)++;
	return WEIGH_OK;
}

static void
test_last_word(void **state)
{
	const struct weigh_oid bad = { { 9 } }, discarded = { { 8 } };
	struct audit_ledger *ledger;
	struct audit *audit;
	struct tmpdir dir;
	unsigned admitted = 0;
	bool cut;

	(void)state;
	tmpdir_make(&dir);
	check_code("open", audit_open(&audit, dir.fd, &cut, NULL), WEIGH_OK);
	check_code("empty", audit_ledger_read(audit, &ledger, NULL), WEIGH_OK);
	check_true("empty",
	    audit_ledger_origin(ledger, &one, &(struct weigh_gitid){ { 1 } }) ==
		NULL);
	audit_ledger_free(ledger);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		say(audit, lines[i].event, lines[i].repo, lines[i].revision,
		    lines[i].origin);
	check_code("read", audit_ledger_read(audit, &ledger, NULL), WEIGH_OK);
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		const struct question *q = &questions[i];
		const struct weigh_gitid id = { { q->revision } };
		const char *origin = audit_ledger_origin(ledger, q->repo, &id);

		check_str(q->label, origin != NULL ? origin : "none",
		    q->origin != NULL ? q->origin : "none");
	}
	check_true("knows", audit_ledger_knows(ledger, &one));
	check_true("knows another kind", audit_ledger_knows(ledger, &other));
	check_true("does not know", !audit_ledger_knows(ledger, &stranger));
	check_true("nor one that was withdrawn",
	    !audit_ledger_knows(ledger, &taken_back));
	check_true("bad", audit_ledger_bad(ledger, &bad));
	check_true("not bad by that", !audit_ledger_bad(ledger, &discarded));
	check_code("each", audit_ledger_each(ledger, count, &admitted, NULL),
	    WEIGH_OK);
	check_u64("each", admitted, 3);
	audit_ledger_free(ledger);
	audit_close(audit);
	tmpdir_remove(&dir);
}

/* --- refs ---------------------------------------------------------------------- */

static const struct ref_line {
	enum audit_event event;
	const struct weigh_repo *repo;
	const char *ref;
	uint8_t revision;
	const struct weigh_repo *target;
} ref_lines[] = {
	{ AUDIT_ADMIT, &one, "refs/heads/main", 1, NULL },
	{ AUDIT_ADMIT, &one, "refs/heads/main", 2, NULL },
	{ AUDIT_MAKE_REF, &one, "refs/tags/v1", 1, NULL },
	{ AUDIT_MAKE_REF, &one, "refs/tags/v2", 1, NULL },
	{ AUDIT_DROP_REF, &one, "refs/tags/v2", 1, NULL },
	{ AUDIT_ADMIT, &one, "refs/heads/dev", 3, NULL },
	{ AUDIT_WITHDRAW, &one, "refs/heads/dev", 3, NULL },
	{ AUDIT_ADMIT, &taken_back, "refs/heads/main", 4, NULL },
	{ AUDIT_DELETE, &taken_back, NULL, 0, NULL },
	{ AUDIT_ADMIT, &other, "refs/heads/main", 5, NULL },
	{ AUDIT_MOVE, &one, NULL, 0, &stranger },
};

static enum weigh_code
write_ref(void *ctx, const struct weigh_repo *repo, const char *ref,
    const struct weigh_gitid *revision, struct weigh_err *err)
{
	char line[WEIGH_REPO_TEXT + 160];

	(void)err;
	snprintf(line, sizeof(line), "%d %s %s %u\n", (int)repo->kind,
	    repo->name, ref, (unsigned)revision->b[0]);
	strcat(ctx, line);
	return WEIGH_OK;
}

/* Where each ref was last said to lead, under its repository's name of now. */
static void
test_refs(void **state)
{
	struct audit_ledger *ledger;
	struct audit *audit;
	struct tmpdir dir;
	char told[2048] = "";
	bool cut;

	(void)state;
	tmpdir_make(&dir);
	check_code("open", audit_open(&audit, dir.fd, &cut, NULL), WEIGH_OK);
	for (size_t i = 0; i < sizeof(ref_lines) / sizeof(ref_lines[0]); i++) {
		const struct audit_entry entry = {
			.event = ref_lines[i].event,
			.time = 1767323045,
			.repo = ref_lines[i].repo,
			.ref = ref_lines[i].ref,
			.revision = { { ref_lines[i].revision } },
			.target = ref_lines[i].target,
			.origin = "somebody",
		};

		check_code("append", audit_append(audit, &entry, NULL),
		    WEIGH_OK);
	}
	check_code("read", audit_ledger_read(audit, &ledger, NULL), WEIGH_OK);
	check_code("each", audit_ledger_each_ref(ledger, write_ref, told, NULL),
	    WEIGH_OK);
	check_str("refs", told,
	    "0 acme/three refs/heads/main 2\n"
	    "0 acme/three refs/tags/v1 1\n"
	    "1 acme/one refs/heads/main 5\n");
	audit_ledger_free(ledger);
	audit_close(audit);
	tmpdir_remove(&dir);
}

static enum weigh_code
write_consent(void *ctx, const struct audit_consent *said,
    struct weigh_err *err)
{
	char line[1024];

	(void)err;
	snprintf(line, sizeof(line), "%d %s %s %u %u %s\n", (int)said->event,
	    said->repo.name,
	    said->event == AUDIT_MOVE ? said->target.name : said->token,
	    (unsigned)said->terms.b[0], (unsigned)said->revision.b[0],
	    said->why);
	strcat(ctx, line);
	return WEIGH_OK;
}

/* What was said of consent comes back in order, with what became of repositories
 * since. */
static void
test_consents(void **state)
{
	static const struct audit_entry said[] = {
		{ .event = AUDIT_DELETE, .repo = &other, .origin = "x" },
		{ .event = AUDIT_ACCEPT,
		    .repo = &one,
		    .origin = "x",
		    .token = "aa",
		    .terms = { { 7 } },
		    .revision = { { 5 } } },
		{ .event = AUDIT_GRANT,
		    .repo = &one,
		    .origin = "x",
		    .token = "aa",
		    .why = "for the lab" },
		{ .event = AUDIT_SHOW, .repo = &one, .origin = "x" },
		{ .event = AUDIT_MOVE,
		    .repo = &one,
		    .target = &stranger,
		    .origin = "x" },
		{ .event = AUDIT_REFUSE,
		    .repo = &stranger,
		    .origin = "x",
		    .token = "bb",
		    .why = "" },
		{ .event = AUDIT_DELETE, .repo = &stranger, .origin = "x" },
	};
	char told[2048] = "", want[2048];
	struct audit_ledger *ledger;
	struct audit *audit;
	struct tmpdir dir;
	bool cut;

	(void)state;
	tmpdir_make(&dir);
	check_code("open", audit_open(&audit, dir.fd, &cut, NULL), WEIGH_OK);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct audit_entry entry = said[i];

		entry.time = 1767323045;
		check_code("append", audit_append(audit, &entry, NULL),
		    WEIGH_OK);
	}
	check_code("read", audit_ledger_read(audit, &ledger, NULL), WEIGH_OK);
	check_code("each",
	    audit_ledger_each_consent(ledger, write_consent, told, NULL),
	    WEIGH_OK);
	snprintf(want, sizeof(want),
	    "%d %s aa 7 5 \n%d %s aa 0 0 for the lab\n%d %s %s 0 0 \n"
	    "%d %s bb 0 0 \n%d %s  0 0 \n",
	    AUDIT_ACCEPT, one.name, AUDIT_GRANT, one.name, AUDIT_MOVE, one.name,
	    stranger.name, AUDIT_REFUSE, stranger.name, AUDIT_DELETE,
	    stranger.name);
	check_str("said", told, want);
	audit_ledger_free(ledger);
	audit_close(audit);
	tmpdir_remove(&dir);
}

/* Lines that waited for their sync are lines like others. */
static void
test_unsynced(void **state)
{
	const struct audit_entry entry = {
		.event = AUDIT_REBUILD, .time = 1767323045, .why = "made again"
	};
	struct audit *audit;
	struct tmpdir dir;
	bool cut;

	(void)state;
	tmpdir_make(&dir);
	check_code("open", audit_open(&audit, dir.fd, &cut, NULL), WEIGH_OK);
	for (int i = 0; i < 3; i++)
		check_code("append", audit_append_unsynced(audit, &entry, NULL),
		    WEIGH_OK);
	check_code("sync", audit_sync(audit, NULL), WEIGH_OK);
	check_code("append", audit_append(audit, &entry, NULL), WEIGH_OK);
	audit_close(audit);
	check_code("the chain holds", audit_open(&audit, dir.fd, &cut, NULL),
	    WEIGH_OK);
	check_true("whole", !cut);
	audit_close(audit);
	tmpdir_remove(&dir);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_word),
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_consents),
		cmocka_unit_test(test_unsynced),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
