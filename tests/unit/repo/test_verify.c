/* Every object of a repository read again: any byte of any of them, and any that
 * is lost. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "check.h"
#include "grove.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define REPO "repos/models/acme/demo.git"

static const struct grove_file files[] = {
	{ "README.md", "# hello\n", false },
	{ "a/x.bin", "lots of bytes", true },
	{ "a/y.txt", "small", false },
};

struct seen {
	unsigned count, most; /* 0: no end */
};

static enum weigh_code
count_object(void *ctx, size_t bytes, struct weigh_err *err)
{
	struct seen *seen = ctx;

	(void)bytes;
	seen->count++;
	if (seen->most > 0 && seen->count == seen->most)
		return weigh_fail(err, WEIGH_CANCELED, "enough");
	return WEIGH_OK;
}

/* By a handle of its own, which has read nothing yet. */
static unsigned
verify(struct grove *g, const char *label, char problem[200])
{
	struct weigh_ref ref;
	struct seen seen = { 0 };
	struct repo *repo = NULL;

	check_code(label, weigh_ref_parse(&ref, "acme/demo", NULL), WEIGH_OK);
	check_code(label, repo_open(g->root, &ref.repo, false, &repo, NULL),
	    WEIGH_OK);
	check_code(label,
	    repo_verify(repo, count_object, &seen, problem, 200, NULL),
	    WEIGH_OK);
	repo_close(repo);
	return seen.count;
}

static void
test_right(void **state)
{
	char problem[200];
	struct grove g;

	(void)state;
	grove_open(&g);
	check_u64("nothing yet", verify(&g, "empty", problem), 0);
	check_str("nothing yet", problem, "");
	grove_publish(&g, "main", files, COUNT(files));
	/* three files, two trees, a commit */
	check_u64("objects", verify(&g, "right", problem), 6);
	check_str("right", problem, "");
	grove_close(&g);
}

static void
test_stops(void **state)
{
	struct seen seen = { .most = 2 };
	char problem[200];
	struct grove g;

	(void)state;
	grove_open(&g);
	grove_publish(&g, "main", files, COUNT(files));
	check_code("stopped",
	    repo_verify(g.repo, count_object, &seen, problem, sizeof(problem),
		NULL),
	    WEIGH_CANCELED);
	check_u64("at once", seen.count, 2);
	grove_close(&g);
}

/* --- each object ------------------------------------------------------------- */

/* The n-th loose object, as a path; false: there are not so many. */
static bool
nth_object(struct grove *g, unsigned n, char path[400])
{
	for (unsigned fan = 0; fan < 256; fan++) {
		char folder[100];
		struct dirent *d;
		DIR *dir;
		int fd;

		snprintf(folder, sizeof(folder), REPO "/objects/%02x", fan);
		fd = openat(g->dir.fd, folder, O_RDONLY | O_DIRECTORY);
		dir = fd >= 0 ? fdopendir(fd) : NULL;
		while (dir != NULL && (d = readdir(dir)) != NULL) {
			if (d->d_name[0] == '.' || n-- > 0)
				continue;
			snprintf(path, 400, "%s/%s", folder, d->d_name);
			closedir(dir);
			return true;
		}
		if (dir != NULL)
			closedir(dir);
	}
	return false;
}

static void
hurt_each(const char *label, void (*hurt)(struct grove *g, const char *path),
    const char *words)
{
	char problem[200], path[400];
	bool more = true;
	unsigned n;

	for (n = 0; more; n++) {
		struct grove g;

		grove_open(&g);
		grove_publish(&g, "main", files, COUNT(files));
		if ((more = nth_object(&g, n, path))) {
			hurt(&g, path);
			(void)verify(&g, label, problem);
			check_true(path, problem[0] != '\0');
			check_has(path, problem, words);
		}
		grove_close(&g);
	}
	check_u64(label, n, 7);
}

static void
flip(struct grove *g, const char *path)
{
	struct stat st;

	check_true(path, fstatat(g->dir.fd, path, &st, 0) == 0);
	tmpdir_flip(&g->dir, path, st.st_size / 2);
}

static void
cut(struct grove *g, const char *path)
{
	tmpdir_write(&g->dir, path, "", 0);
}

static void
take_away(struct grove *g, const char *path)
{
	check_true(path, unlinkat(g->dir.fd, path, 0) == 0);
}

static void
test_flipped(void **state)
{
	(void)state;
	hurt_each("a bit", flip, "git object ");
}

static void
test_lost(void **state)
{
	(void)state;
	hurt_each("lost", take_away, "not there");
}

static void
cut_writable(struct grove *g, const char *path)
{
	check_true(path, fchmodat(g->dir.fd, path, 0644, 0) == 0);
	cut(g, path);
}

static void
test_cut(void **state)
{
	(void)state;
	hurt_each("empty", cut_writable, "git object ");
}

/* --- a pack -------------------------------------------------------------------- */

#define MANY 100

static bool
find_pack(struct grove *g, const char *suffix, char path[400])
{
	int fd = openat(g->dir.fd, REPO "/objects/pack",
	    O_RDONLY | O_DIRECTORY);
	DIR *dir = fdopendir(fd);
	struct dirent *d;
	bool found = false;

	check_true("packs", dir != NULL);
	while (!found && (d = readdir(dir)) != NULL)
		if ((found = strstr(d->d_name, suffix) != NULL))
			snprintf(path, 400, REPO "/objects/pack/%s", d->d_name);
	closedir(dir);
	return found;
}

static void
test_pack(void **state)
{
	static char texts[MANY][40], paths[MANY][20];
	struct grove_file many[MANY];
	char problem[200], path[400];
	struct stat st;
	struct grove g;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(texts[i], sizeof(texts[i]), "text number %u", i);
		snprintf(paths[i], sizeof(paths[i]), "file-%03u", i);
		many[i] = (struct grove_file){ paths[i], texts[i], false };
	}
	grove_open(&g);
	grove_publish(&g, "main", many, MANY);
	check_true("it is a pack", find_pack(&g, ".pack", path));
	check_u64("objects", verify(&g, "right", problem), MANY + 2);
	check_str("right", problem, "");
	check_true(path, fstatat(g.dir.fd, path, &st, 0) == 0);
	tmpdir_flip(&g.dir, path, st.st_size / 2);
	(void)verify(&g, "a bit of a pack", problem);
	check_has("a bit of a pack", problem, "git object ");
	tmpdir_flip(&g.dir, path, st.st_size / 2);
	(void)verify(&g, "as before", problem);
	check_str("as before", problem, "");
	check_true("index", find_pack(&g, ".idx", path));
	take_away(&g, path);
	(void)verify(&g, "no index", problem);
	check_has("no index", problem, "a ref leads to it");
	grove_close(&g);
}

/* --- refs ------------------------------------------------------------------------ */

static void
test_refs(void **state)
{
	static const char nowhere[] =
	    "1234567890123456789012345678901234567890\n";
	char problem[200];
	struct grove g;

	(void)state;
	grove_open(&g);
	grove_publish(&g, "main", files, COUNT(files));
	tmpdir_write(&g.dir, REPO "/refs/heads/main", nowhere, strlen(nowhere));
	(void)verify(&g, "nowhere", problem);
	check_has("nowhere", problem,
	    "1234567890123456789012345678901234567890 is not there, but a ref "
	    "leads to it");
	grove_close(&g);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_stops),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_pack),
		cmocka_unit_test(test_refs),
	};

	return cmocka_run_group_tests_name("repo verify", tests, NULL, NULL);
}
