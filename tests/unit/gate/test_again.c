/* A lost catalog is made again from repositories, journal and blobs: it says the
 * same, and believes no file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blobs.h"
#include "check.h"
#include "gatehouse.h"
#include "gitrun.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define DEMO "repos/models/acme/demo.git"

static const struct gatehouse_file first[] = {
	{ "README.md", "---\nlicense: apache-2.0\n---\n# one\n", 0, 0 },
	{ "model.bin", NULL, 5 * MIB, 1 },
	{ "sub/copy.bin", NULL, 5 * MIB, 1 },
	{ "sub/empty", "", 0, 0 },
};
static const struct gatehouse_file second[] = {
	{ "README.md", "---\nlicense: mit\n---\n# two\n", 0, 0 },
	{ "model.bin", NULL, 5 * MIB, 1 },
	{ "sub/empty", "", 0, 0 },
	{ "sub/more/a", "a\n", 0, 0 },
};
static const struct gatehouse_file other[] = {
	{ "model.bin", NULL, 5 * MIB, 1 },
};

static void
publish(struct gatehouse *g, const char *repo, const char *branch,
    const struct gatehouse_file *files, size_t nfiles)
{
	struct gate_publication p;

	check_code(repo,
	    gatehouse_publish(g, &p, repo, branch, files, nfiles, NULL),
	    WEIGH_OK);
}

static int
setup(void **state)
{
	struct gatehouse *g = malloc(sizeof(*g));

	if (g == NULL)
		return -1;
	gatehouse_make(g);
	publish(g, "acme/demo", "main", first, COUNT(first));
	publish(g, "acme/demo", "main", second, COUNT(second));
	publish(g, "acme/demo", "dev", other, COUNT(other));
	publish(g, "datasets/acme/demo", "main", first, COUNT(first));
	publish(g, "alone", "main", second, COUNT(second));
	*state = g;
	return 0;
}

static int
teardown(void **state)
{
	gatehouse_remove(*state);
	free(*state);
	return 0;
}

static void
lose(struct gatehouse *g, const char *path)
{
	if (tmpdir_has(&g->dir, path))
		check_true(path, unlinkat(g->dir.fd, path, 0) == 0);
}

static unsigned
start_without_catalog(struct gatehouse *g)
{
	gatehouse_shut(g);
	lose(g, "catalog.db");
	lose(g, "catalog.db-wal");
	lose(g, "catalog.db-shm");
	return gatehouse_start(g);
}

static void
open_all(struct gatehouse *g, const struct gatehouse_file *files, size_t n,
    enum weigh_code want)
{
	for (size_t i = 0; i < n; i++) {
		struct weigh_oid oid = gatehouse_oid(&files[i]);
		size_t size = files[i].text != NULL ? strlen(files[i].text) :
						      files[i].noise;
		int fd = -1;

		check_code(files[i].path,
		    gate_open(g->gate, g->reader, WEIGH_DOOR_HUB, &oid, size,
			&fd, NULL),
		    want);
		if (fd >= 0)
			close(fd);
	}
}

/* Revisions, manifests, origins, licenses, last changes, totals: one picture. */
static void
test_same(void **state)
{
	struct gatehouse *g = *state;
	char *before = gatehouse_picture(g), *after;

	check_u64("revisions", start_without_catalog(g), 5);
	after = gatehouse_picture(g);
	check_str("picture", after, before);
	gatehouse_check(g, "made again");
	gatehouse_shut(g);
	check_u64("nothing is left to do", gatehouse_start(g), 0);
	free(before);
	free(after);
}

/* No file was looked at; the first who asks has it hashed. */
static void
test_lazily_verified(void **state)
{
	struct gatehouse *g = *state;
	static const char unseen[] =
	    "SELECT count(*) FROM blobs WHERE stamp_inode = 0";

	start_without_catalog(g);
	check_u64("unseen", (uint64_t)gatehouse_number(g, unseen), 5);
	open_all(g, first, COUNT(first), WEIGH_OK);
	check_u64("unseen", (uint64_t)gatehouse_number(g, unseen), 2);
	open_all(g, second, COUNT(second), WEIGH_OK);
	check_u64("unseen", (uint64_t)gatehouse_number(g, unseen), 0);
}

static void
test_rot_meanwhile(void **state)
{
	struct gatehouse *g = *state;
	struct weigh_oid oid = gatehouse_oid(&first[1]);

	tmpdir_flip(&g->dir, blobs_path(&oid, ""), 4711);
	start_without_catalog(g);
	open_all(g, &first[0], 1, WEIGH_OK);
	open_all(g, &first[1], 1, WEIGH_MISMATCH);
}

/* What lies in quarantine is no blob; published again, it is one. */
static void
test_quarantined_before(void **state)
{
	struct gatehouse *g = *state;
	struct weigh_oid oid = gatehouse_oid(&first[1]);

	tmpdir_flip(&g->dir, blobs_path(&oid, ""), 4711);
	open_all(g, &first[1], 1, WEIGH_MISMATCH);
	start_without_catalog(g);
	open_all(g, &first[1], 1, WEIGH_MISMATCH); /* bad, not only missing */
	publish(g, "acme/demo", "main", second, COUNT(second));
	open_all(g, second, COUNT(second), WEIGH_OK);
}

/* Without a journal either, where it came from is not known; it is journaled. */
static void
test_without_journal(void **state)
{
	struct gatehouse *g = *state;

	gatehouse_shut(g);
	lose(g, "audit/journal.ndjson");
	gatehouse_open(g);
	check_u64("revisions", start_without_catalog(g), 5);
	gatehouse_ask(g, &g->text, "SELECT DISTINCT origin FROM revisions");
	check_str("origin", g->text.data, "found in the repository\n");
	check_u64("lines", gatehouse_journal(g, "admit", ""), 5);
	gatehouse_check(g, "made again");
}

/* A tag, as git makes one, is a tag; its name is taken. */
static void
test_tag(void **state)
{
	struct gatehouse *g = *state;
	struct weigh_repo repo = { WEIGH_MODEL, "acme/demo" };
	char path[400];

	snprintf(path, sizeof(path), "%s/" DEMO, g->dir.path);
	check_u64("git",
	    (uint64_t)gitrun(&g->text, path, "tag", "v1", "main~1", NULL), 0);
	start_without_catalog(g);
	gatehouse_check(g, "made again");
	gatehouse_ask(g, &g->text,
	    "SELECT kind, name FROM refs WHERE kind = 1");
	check_str("tag", g->text.data, "1 v1\n");
	check_code("taken", gate_may_publish(g->reader, &repo, "v1", NULL),
	    WEIGH_EXISTS);
}

/* A repository that cannot be read does not stop the start: it is hidden, the
 * others are there; when it is mended, the next start admits it. */
static void
test_damaged_repository(void **state)
{
	struct gatehouse *g = *state;
	char *before = gatehouse_picture(g), *after;

	gatehouse_shut(g);
	lose(g, "catalog.db");
	check_true("break",
	    renameat(g->dir.fd, DEMO "/objects", g->dir.fd, "away") == 0);
	check_true("mkdir", mkdirat(g->dir.fd, DEMO "/objects", 0755) == 0);
	check_u64("the others", gatehouse_start(g), 2);
	gatehouse_ask(g, &g->text,
	    "SELECT kind, name FROM repositories ORDER BY kind, name");
	check_str("the others", g->text.data, "0 alone\n1 acme/demo\n");
	gatehouse_shut(g);
	check_true("rmdir",
	    unlinkat(g->dir.fd, DEMO "/objects", AT_REMOVEDIR) == 0);
	check_true("mend",
	    renameat(g->dir.fd, "away", g->dir.fd, DEMO "/objects") == 0);
	check_u64("mended", gatehouse_start(g), 3);
	after = gatehouse_picture(g);
	check_str("picture", after, before);
	free(before);
	free(after);
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_same),
		CASE(test_lazily_verified),
		CASE(test_rot_meanwhile),
		CASE(test_quarantined_before),
		CASE(test_without_journal),
		CASE(test_tag),
		CASE(test_damaged_repository),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
