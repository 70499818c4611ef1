/* Files that could be a license: the numbers are those of catalog/texts.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/db.h"
#include "catalog/texts.h"
#include "check.h"
#include "shelf.h"

static const struct shelf_file first[] = {
	{ "LICENSE", "a license" },
	{ "LICENSES/MIT.txt", "" },
	{ "README.md", "a card" },
	{ "my-license.json", "a small text" },
	{ "weights.bin", "no text" },
};
static const struct shelf_file second[] = {
	{ "COPYING", "a license" }, /* the same bytes */
	{ "NOTICE", "a notice" },
};

static void
admit(struct shelf *s, const char *repo, unsigned commit,
    const struct shelf_file *files, size_t n)
{
	const struct shelf_revision v = {
		.repo = repo,
		.ref = "main",
		.commit = commit,
		.files = files,
		.nfiles = n,
	};

	check_code(repo, shelf_admit(s, &v, NULL), WEIGH_OK);
}
#define ADMIT(s, repo, commit, files) \
	admit((s), (repo), (commit), (files), sizeof(files) / sizeof(*(files)))

struct seen {
	struct catalog_text last;
	unsigned n;
};

static void
see(void *ctx, const struct catalog_text *t)
{
	struct seen *seen = ctx;

	check_true("in order", t->place > seen->last.place);
	seen->last = *t;
	seen->n++;
}

static unsigned
waiting(struct shelf *s, int64_t after, unsigned limit)
{
	struct seen seen = { .n = 0 };

	check_code("waiting",
	    catalog_texts_waiting(s->reader, after, limit, see, &seen, NULL),
	    WEIGH_OK);
	return seen.n;
}

static void
keep(struct shelf *s, const char *text, const char *judge, const char *kind,
    const char *license)
{
	const struct catalog_text_found found = {
		.oid = shelf_oid(text),
		.judge = shelf_oid(judge),
		.kind = kind,
		.license = license,
		.result = "{}",
	};

	check_code(text, catalog_keep_text(s->catalog, &found, NULL), WEIGH_OK);
}

/* (1) By name and size, each bytes once; deeper or empty ones are none. */
static void
test_noted(void **state)
{
	struct shelf s;

	(void)state;
	shelf_open(&s);
	ADMIT(&s, "acme/demo", 1, first);
	check_u64("two of five", waiting(&s, 0, 10), 2);
	ADMIT(&s, "acme/other", 2, second);
	check_u64("one more", waiting(&s, 0, 10), 3);
	check_u64("a page", waiting(&s, 0, 2), 2);
	check_u64("of what is noted",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM license_texts"), 3);
	shelf_close(&s);
}

struct copies {
	unsigned n, stop;
	char names[256];
};

static bool
list_copy(void *ctx, const struct catalog_text_copy *copy)
{
	struct copies *c = ctx;
	size_t len = strlen(c->names);

	snprintf(c->names + len, sizeof(c->names) - len, " %s:%s",
	    copy->repo.name, copy->path);
	check_true("its bytes", copy->size == strlen("a license"));
	return ++c->n != c->stop;
}

static unsigned
copies(struct shelf *s, const char *license, unsigned stop, struct copies *c)
{
	*c = (struct copies){ .stop = stop };
	check_code(license,
	    catalog_text_copies(s->reader, license, 100, list_copy, c, NULL),
	    WEIGH_OK);
	return c->n;
}

/* What was found is told by its license, wherever it stands; only of exact texts. */
static void
test_found(void **state)
{
	struct copies c;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	ADMIT(&s, "acme/demo", 1, first);
	ADMIT(&s, "acme/other", 2, second);
	check_u64("nothing yet", copies(&s, "MIT", 0, &c), 0);
	keep(&s, "a license", "judge", "exact", "MIT");
	keep(&s, "a notice", "judge", "modified", "MIT");
	keep(&s, "nobody's", "judge", "exact", "MIT");
	check_u64("one still waits", waiting(&s, 0, 10), 1);
	check_u64("in two places", copies(&s, "MIT", 0, &c), 2);
	check_has("here", c.names, "acme/demo:LICENSE");
	check_has("and there", c.names, "acme/other:COPYING");
	check_u64("until it is enough", copies(&s, "MIT", 1, &c), 1);
	check_u64("of another license", copies(&s, "MIT-0", 0, &c), 0);
	shelf_close(&s);
}

/* (2) The same judge keeps its word; another looks again. */
static void
test_judges(void **state)
{
	struct weigh_oid same = shelf_oid("judge"), other = shelf_oid("other");
	struct copies c;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	ADMIT(&s, "acme/other", 2, second);
	keep(&s, "a license", "judge", "exact", "MIT");
	keep(&s, "a notice", "judge", "none", "");
	check_code("the same", catalog_texts_again(s.catalog, &same, NULL),
	    WEIGH_OK);
	check_u64("nothing waits", waiting(&s, 0, 10), 0);
	check_code("another", catalog_texts_again(s.catalog, &other, NULL),
	    WEIGH_OK);
	check_u64("all wait", waiting(&s, 0, 10), 2);
	check_u64("and nothing is told", copies(&s, "MIT", 0, &c), 0);
	shelf_close(&s);
}

/* A repository that is taken away takes its places along; the row goes with the blob. */
static void
test_gone(void **state)
{
	struct weigh_repo other = shelf_repo("acme/other");
	struct weigh_oid notice = shelf_oid("a notice");
	struct copies c;
	bool dropped;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	ADMIT(&s, "acme/demo", 1, first);
	ADMIT(&s, "acme/other", 2, second);
	keep(&s, "a license", "judge", "exact", "MIT");
	check_code("deleted", catalog_delete(s.catalog, &other, NULL),
	    WEIGH_OK);
	check_u64("one place is left", copies(&s, "MIT", 0, &c), 1);
	check_code("swept",
	    catalog_drop_blob(s.catalog, &notice, &dropped, NULL), WEIGH_OK);
	check_true("gone", dropped);
	check_u64("with its row",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM license_texts"), 2);
	check_code("emptied", catalog_empty(s.catalog, NULL), WEIGH_OK);
	check_u64("all of it",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM license_texts"), 0);
	shelf_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noted),
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_judges),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests_name("catalog texts", tests, NULL, NULL);
}
