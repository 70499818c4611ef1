/*
 * What happens to refs and repositories (gate/change.h): each thing done, refused,
 * and killed at each of its calls that last; then a start, and the catalog made
 * again, which must say the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "gate/acts.h"
#include "gate/change.h"
#include "gatehouse.h"
#include "lastcall.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define CALLS_MAX 1000 /* far more than anything here makes */

static const struct gate_who who = {
	.token = "3f2a",
	.author = "ci-bot",
	.email = "3f2a@token",
	.origin = "done by token 3f2a (ci-bot)",
};
static const struct weigh_repo demo = { WEIGH_MODEL, "acme/demo" };
static const struct weigh_repo fresh = { WEIGH_DATASET, "acme/fresh" };
static const struct weigh_repo moved = { WEIGH_MODEL, "beta/Moved" };

static const struct gatehouse_file files[] = {
	{ .path = "README.md", .text = "hello" },
	{ .path = "w.bin", .noise = 3000, .seed = 1 },
};
static const struct gatehouse_file late = {
	.path = "late.bin", .noise = 2000, .seed = 9
};

/* acme/demo with branches main and dev and a tag v0; another repository. */
static void
begin(struct gatehouse *g)
{
	struct gate_ref dev = { .repo = demo,
		.kind = CATALOG_BRANCH,
		.name = "dev",
		.who = &who },
			v0 = { .repo = demo,
				.kind = CATALOG_TAG,
				.name = "v0",
				.who = &who };
	struct gatehouse_file more = { .path = "more", .text = "on dev" };
	struct gate_publication p;

	gatehouse_make(g);
	check_code("demo",
	    gatehouse_publish(g, &p, "acme/demo", "main", files, 2, NULL),
	    WEIGH_OK);
	check_code("other",
	    gatehouse_publish(g, &p, "other", "main", files, 1, NULL),
	    WEIGH_OK);
	check_code("dev", gate_make_ref(g->gate, g->reader, &dev, NULL),
	    WEIGH_OK);
	check_code("on dev",
	    gatehouse_publish(g, &p, "acme/demo", "dev", &more, 1, NULL),
	    WEIGH_OK);
	check_code("v0", gate_make_ref(g->gate, g->reader, &v0, NULL),
	    WEIGH_OK);
}

static bool
resolves(struct gatehouse *g, const struct weigh_repo *repo, const char *rev)
{
	struct weigh_gitid at;
	bool known;

	return catalog_resolve(g->reader, repo, rev, &at, &known, NULL) ==
	    WEIGH_OK;
}

/* --- what is done ------------------------------------------------------------------ */

static enum weigh_code
create(struct gatehouse *g, struct weigh_err *err)
{
	struct gate_creation c = {
		.repo = fresh, .visibility = WEIGH_PRIVATE, .who = &who
	};

	return gate_create(g->gate, g->reader, &c, err);
}

static enum weigh_visibility
visibility(struct gatehouse *g, const struct weigh_repo *repo)
{
	enum weigh_visibility v = WEIGH_VISIBILITIES;
	struct weigh_repo held;

	(void)catalog_visibility(g->reader, repo, &held, &v, NULL);
	return v;
}

static bool
is_created(struct gatehouse *g)
{
	return visibility(g, &fresh) == WEIGH_PRIVATE &&
	    resolves(g, &fresh, "main");
}

static enum weigh_code
commit(struct gatehouse *g, struct weigh_err *err)
{
	struct gate_change changes[] = {
		{ .kind = GATE_PUT, .path = "late.bin" },
		{ .kind = GATE_DELETE_FILE, .path = "w.bin" },
	};
	struct gate_commit c = {
		.repo = demo,
		.branch = "main",
		.pull = true,
		.message = "late",
		.who = &who,
		.changes = changes,
		.nchanges = 2,
	};
	enum weigh_code rc;

	gatehouse_seal(g, &late, &changes[0].writer, &changes[0].blob);
	rc = gate_commit(g->gate, g->reader, &c, err);
	store_abandon(changes[0].writer);
	return rc;
}

static bool
is_committed(struct gatehouse *g)
{
	return resolves(g, &demo, "refs/pr/1");
}

static enum weigh_code
make_tag(struct gatehouse *g, struct weigh_err *err)
{
	struct gate_ref ref = { .repo = demo,
		.kind = CATALOG_TAG,
		.name = "v1",
		.at = "dev",
		.message = "the first",
		.who = &who };

	return gate_make_ref(g->gate, g->reader, &ref, err);
}

static bool
is_tagged(struct gatehouse *g)
{
	return resolves(g, &demo, "v1");
}

static enum weigh_code
make_branch(struct gatehouse *g, struct weigh_err *err)
{
	struct gate_ref ref = { .repo = demo,
		.kind = CATALOG_BRANCH,
		.name = "new/one",
		.who = &who };

	return gate_make_ref(g->gate, g->reader, &ref, err);
}

static bool
is_branched(struct gatehouse *g)
{
	return resolves(g, &demo, "new/one");
}

static enum weigh_code
lead_branch(struct gatehouse *g, struct weigh_err *err)
{
	struct gate_ref ref = { .repo = demo,
		.kind = CATALOG_BRANCH,
		.name = "dev",
		.at = "v0",
		.replace = true,
		.who = &who };

	return gate_make_ref(g->gate, g->reader, &ref, err);
}

/* Killed or not, the branch is never gone. */
static bool
is_led(struct gatehouse *g)
{
	struct weigh_gitid dev, v0;
	bool known;

	check_code("dev is there",
	    catalog_resolve(g->reader, &demo, "dev", &dev, &known, NULL),
	    WEIGH_OK);
	check_code("v0 is there",
	    catalog_resolve(g->reader, &demo, "v0", &v0, &known, NULL),
	    WEIGH_OK);
	return weigh_gitid_equal(&dev, &v0);
}

static enum weigh_code
drop_branch(struct gatehouse *g, struct weigh_err *err)
{
	struct gate_ref ref = {
		.repo = demo, .kind = CATALOG_BRANCH, .name = "dev", .who = &who
	};

	return gate_drop_ref(g->gate, g->reader, &ref, err);
}

static bool
is_dropped(struct gatehouse *g)
{
	return !resolves(g, &demo, "dev");
}

static enum weigh_code
delete_repo(struct gatehouse *g, struct weigh_err *err)
{
	return gate_delete_repo(g->gate, g->reader, &demo, &who, err);
}

static bool
is_deleted(struct gatehouse *g)
{
	return !resolves(g, &demo, "main");
}

static enum weigh_code
move_repo(struct gatehouse *g, struct weigh_err *err)
{
	return gate_move_repo(g->gate, g->reader, &demo, &moved, &who, err);
}

static bool
is_moved(struct gatehouse *g)
{
	return resolves(g, &moved, "dev");
}

static enum weigh_code
show(struct gatehouse *g, struct weigh_err *err)
{
	return gate_set_visibility(g->gate, g->reader, &demo, WEIGH_GATED, &who,
	    err);
}

static bool
is_shown(struct gatehouse *g)
{
	return visibility(g, &demo) == WEIGH_GATED;
}

static enum weigh_code
approve(struct gatehouse *g, struct weigh_err *err)
{
	char hex[WEIGH_GITID_HEX + 1];
	struct weigh_act act = {
		.kind = WEIGH_ACT_APPROVAL,
		.repo = "acme/demo",
		.commit = hex,
		.rule = "",
		.purpose = "mirror",
		.by = who.origin,
		.why = "read by counsel",
		.ticket = "LEGAL-7",
		.basis = gatehouse_oid(&files[0]),
	};
	struct weigh_gitid at;
	bool known;

	check_code("main",
	    catalog_resolve(g->reader, &demo, "main", &at, &known, NULL),
	    WEIGH_OK);
	weigh_gitid_hex(&at, hex);
	return gate_act(g->gate, g->reader, &act, err);
}

static bool
is_approved(struct gatehouse *g)
{
	return gatehouse_number(g, "SELECT count(*) FROM acts") == 1;
}

static const struct deed {
	const char *label;
	enum weigh_code (*run)(struct gatehouse *g, struct weigh_err *err);
	bool (*is_done)(struct gatehouse *g);
	const char *journal; /* a word of the line about it */
	int step;            /* from kill to kill */
	bool leaves_rows;    /* of blobs that nobody names; made again, none */
} deeds[] = {
	{ "create", create, is_created, "\"admit\"", 23, false },
	{ "commit a pull request", commit, is_committed, "\"admit\"", 7,
	    false },
	{ "make an annotated tag", make_tag, is_tagged, "\"make\"", 5, false },
	{ "make a branch", make_branch, is_branched, "\"make\"", 3, false },
	{ "lead a branch elsewhere", lead_branch, is_led, "\"make\"", 3,
	    false },
	{ "drop a branch", drop_branch, is_dropped, "\"drop\"", 3, false },
	{ "delete", delete_repo, is_deleted, "\"delete\"", 7, true },
	{ "move", move_repo, is_moved, "\"move\"", 5, false },
	{ "approve a revision", approve, is_approved, "\"approve\"", 1, false },
	{ "show to some", show, is_shown, "\"gated\"", 2, false },
};

/* --- killed at each call ---------------------------------------------------------------- */

static void
run_and_end(struct gatehouse *g, const struct deed *d, int n)
{
	enum weigh_code rc;

	gatehouse_open(g);
	until = n;
	rc = d->run(g, NULL);
	_exit(rc == WEIGH_OK ? 0 : 2);
}

/* The same from repositories and journal alone. */
static void
check_again(struct gatehouse *g, const char *label, const char *before)
{
	static const char *const parts[] = { "catalog.db", "catalog.db-wal",
		"catalog.db-shm" };
	char *after;

	gatehouse_shut(g);
	for (size_t i = 0; i < COUNT(parts); i++)
		(void)syscall(SYS_unlinkat, g->dir.fd, parts[i], 0);
	gatehouse_start(g);
	after = gatehouse_picture(g);
	check_str(label, after, before);
	free(after);
}

/* The house is as before, or it is done. */
static void
check_house(struct gatehouse *g, const struct deed *d, const char *label,
    bool done)
{
	unsigned before = strcmp(d->journal, "\"make\"") == 0 ? 2 : 0;

	gatehouse_check(g, label);
	check_u64(label, gatehouse_journal(g, d->journal, who.origin),
	    before + done);
	check_true(label, !tmpdir_has(&g->dir, "repos/.gone"));
}

static bool
kill_at(struct gatehouse *g, const struct deed *d, int n, bool *done)
{
	char label[128], *picture;
	pid_t child;
	bool through;

	snprintf(label, sizeof(label), "%s, killed at call %d", d->label, n);
	gatehouse_shut(g);
	if ((child = fork()) == 0)
		run_and_end(g, d, n);
	through = check_came_through(label, child);
	gatehouse_start(g);
	*done = d->is_done(g);
	check_true(label, *done || !through);
	check_house(g, d, label, *done);
	if (*done && !d->leaves_rows) {
		picture = gatehouse_picture(g);
		check_again(g, label, picture);
		free(picture);
	}
	check_true(label, d->is_done(g) == *done);
	return through;
}

/* A house in which it was not done is good for the next kill.  Each run meets other
 * calls; over some runs all of them. */
static void
test_kills(void **state)
{
	const struct deed *d = *state;
	unsigned taken_back = 0;
	bool through = false, done = false;
	struct gatehouse g;

	begin(&g);
	for (int n = 1 + getpid() % d->step; !through && n < CALLS_MAX;
	     n += d->step) {
		if (done) {
			gatehouse_remove(&g);
			begin(&g);
		}
		through = kill_at(&g, d, n, &done);
		taken_back += !done;
	}
	check_true("it came through in the end", through);
	check_true("some were taken back", taken_back > 0);
	gatehouse_fsck(&g, d->label);
	gatehouse_remove(&g);
}

/* --- failing -------------------------------------------------------------------------- */

/* The journal has its line and the catalog cannot be written: an error now, and the
 * next change finds it finished, journaled once. */
static void
test_finished_before_the_next(void **state)
{
	const struct deed *d = *state;
	struct weigh_err err = { .code = WEIGH_OK };
	struct gatehouse g;

	begin(&g);
	/* Its intent cannot end: something refers to it. */
	gatehouse_meddle(&g,
	    "CREATE TABLE away (intent INTEGER REFERENCES intents);"
	    "INSERT INTO away VALUES (1)");
	check_true("it fails", d->run(&g, &err) != WEIGH_OK);
	check_true("words", err.why[0] != '\0');
	check_true("not yet", !d->is_done(&g));
	gatehouse_meddle(&g, "DROP TABLE away");
	check_code(d->label, gate_tidy(g.gate, g.reader, &err), WEIGH_OK);
	check_true("done now", d->is_done(&g));
	check_code("aside", repo_sweep_aside(g.repos, &err), WEIGH_OK);
	check_house(&g, d, d->label, true);
	gatehouse_fsck(&g, d->label);
	gatehouse_remove(&g);
}

/* --- refusals ------------------------------------------------------------------------------- */

#define MAKE(k, n, a) k, n, a, true
#define DROP(k, n) k, n, NULL, false

static const struct refusal {
	const char *label;
	enum catalog_ref_kind kind;
	const char *name, *at;
	bool make;
	enum weigh_code code;
	enum gate_missing missing;
} refusals[] = {
	{ "a branch that is there", MAKE(CATALOG_BRANCH, "dev", NULL),
	    WEIGH_EXISTS, 0 },
	{ "a tag that is there", MAKE(CATALOG_TAG, "v0", NULL), WEIGH_EXISTS,
	    0 },
	{ "a branch like a tag", MAKE(CATALOG_BRANCH, "v0", NULL), WEIGH_EXISTS,
	    0 },
	{ "a tag like a branch", MAKE(CATALOG_TAG, "main", NULL), WEIGH_EXISTS,
	    0 },
	{ "below a branch", MAKE(CATALOG_BRANCH, "dev/x", NULL), WEIGH_EXISTS,
	    0 },
	{ "at nothing", MAKE(CATALOG_TAG, "v9", "v8"), WEIGH_NOT_FOUND,
	    GATE_MISSING_REVISION },
	{ "a full name", MAKE(CATALOG_TAG, "refs/tags/x", NULL), WEIGH_USAGE,
	    0 },
	{ "a commit's name",
	    MAKE(CATALOG_TAG, "0123456789012345678901234567890123456789", NULL),
	    WEIGH_USAGE, 0 },
	{ "two dots", MAKE(CATALOG_BRANCH, "a..b", NULL), WEIGH_USAGE, 0 },
	{ "a pull request", MAKE(CATALOG_PULL, "1", NULL), WEIGH_USAGE, 0 },
	{ "no such tag", DROP(CATALOG_TAG, "v9"), WEIGH_NOT_FOUND,
	    GATE_MISSING_REVISION },
	{ "a branch as a tag", DROP(CATALOG_TAG, "dev"), WEIGH_NOT_FOUND,
	    GATE_MISSING_REVISION },
	{ "main", DROP(CATALOG_BRANCH, "main"), WEIGH_DENIED, 0 },
};

static void
refuse_refs(struct gatehouse *g)
{
	for (size_t i = 0; i < COUNT(refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct gate_ref ref = { .repo = demo,
			.kind = r->kind,
			.name = r->name,
			.at = r->at,
			.who = &who };

		check_code(r->label,
		    (r->make ? gate_make_ref : gate_drop_ref)(g->gate,
			g->reader, &ref, NULL),
		    r->code);
		check_u64(r->label, ref.missing, r->missing);
	}
}

/* After all that all is as before. */
static void
test_refusals(void **state)
{
	const struct weigh_repo none = { WEIGH_MODEL, "acme/none" },
				upper = { WEIGH_MODEL, "Acme/Demo" },
				other = { WEIGH_MODEL, "other" },
				data = { WEIGH_DATASET, "acme/demo" };
	struct gate_creation c = { .repo = upper, .who = &who };
	struct gatehouse g;
	char *before, *after;

	(void)state;
	begin(&g);
	before = gatehouse_picture(&g);
	refuse_refs(&g);
	check_code("made twice", gate_create(g.gate, g.reader, &c, NULL),
	    WEIGH_EXISTS);
	check_code("delete nothing",
	    gate_delete_repo(g.gate, g.reader, &none, &who, NULL),
	    WEIGH_NOT_FOUND);
	check_code("move nothing",
	    gate_move_repo(g.gate, g.reader, &none, &moved, &who, NULL),
	    WEIGH_NOT_FOUND);
	check_code("onto another",
	    gate_move_repo(g.gate, g.reader, &demo, &other, &who, NULL),
	    WEIGH_EXISTS);
	check_code("to another kind",
	    gate_move_repo(g.gate, g.reader, &demo, &data, &who, NULL),
	    WEIGH_USAGE);
	check_code("show nothing",
	    gate_set_visibility(g.gate, g.reader, &none, WEIGH_GATED, &who,
		NULL),
	    WEIGH_NOT_FOUND);
	after = gatehouse_picture(&g);
	check_str("as before", after, before);
	free(after);
	free(before);
	gatehouse_remove(&g);
}

/* --- former names ------------------------------------------------------------------------------ */

/* The old name leads to the new one until somebody takes it; there and back again
 * it has its first name, and the second leads to it. */
static void
test_former_names(void **state)
{
	const struct weigh_repo upper = { WEIGH_MODEL, "Acme/Demo" };
	struct gate_creation c = { .repo = demo, .who = &who };
	struct weigh_err err = { .code = WEIGH_OK };
	struct gatehouse g;

	(void)state;
	begin(&g);
	check_code("there", move_repo(&g, &err), WEIGH_OK);
	check_code("back",
	    gate_move_repo(g.gate, g.reader, &moved, &demo, &who, &err),
	    WEIGH_OK);
	gatehouse_ask(&g, &g.text, "SELECT key FROM renames");
	check_str("only the second", g.text.data, "beta/moved\n");
	check_code("case",
	    gate_move_repo(g.gate, g.reader, &demo, &upper, &who, &err),
	    WEIGH_OK);
	gatehouse_ask(&g, &g.text, "SELECT key FROM renames");
	check_str("another case is no other name", g.text.data, "beta/moved\n");
	check_code("there",
	    gate_move_repo(g.gate, g.reader, &upper, &moved, &who, &err),
	    WEIGH_OK);
	check_code("taken", gate_create(g.gate, g.reader, &c, &err), WEIGH_OK);
	gatehouse_ask(&g, &g.text, "SELECT key FROM renames");
	check_str("it leads nowhere", g.text.data, "");
	gatehouse_check(&g, "moved");
	gatehouse_remove(&g);
}

int
main(void)
{
	struct CMUnitTest tests[2 * COUNT(deeds) + 2] = { 0 };
	size_t n = 0;

	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_refusals);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_former_names);
	for (size_t i = 0; i < COUNT(deeds); i++) {
		void *deed = (void *)(uintptr_t)&deeds[i];

		tests[n++] = (struct CMUnitTest){
			.name = deeds[i].label,
			.test_func = test_kills,
			.initial_state = deed,
		};
		if (strcmp(deeds[i].journal, "\"admit\"") != 0)
			tests[n++] = (struct CMUnitTest){
				.name = deeds[i].label,
				.test_func = test_finished_before_the_next,
				.initial_state = deed,
			};
	}
	return _cmocka_run_group_tests("gate turns", tests, n, NULL, NULL);
}
