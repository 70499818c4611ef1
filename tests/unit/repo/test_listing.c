/* A folder that cannot be read to its end: no call of readdir, whichever fails,
 * may make what is there look absent. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <dirent.h>

#include "check.h"
#include "grove.h"

static unsigned calls_left; /* until one fails; 0: none does */

struct dirent *
readdir(DIR *dir)
{
	static struct dirent *(*real)(DIR *);

	if (calls_left > 0 && --calls_left == 0) {
		errno = EIO;
		return NULL;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "readdir");
	return real(dir);
}

static void
count_told(void *ctx, const struct weigh_repo *repo,
    const struct weigh_err *err)
{
	unsigned *told = ctx;

	(void)repo;
	check_has("why", err->why, "Input/output error");
	(*told)++;
}

static bool
unclaimed(void *ctx, const struct weigh_repo *repo)
{
	(void)ctx, (void)repo;
	return true;
}

/* A repository that lost its HEAD is removed when it has no refs: it was never
 * finished.  This one has one. */
static void
test_refs_are_not_overlooked(void **state)
{
	static const struct grove_file file = { "a", "text\n", false };
	unsigned told = 0, failed = 0, n = 0;
	const struct repo_sweeping how = { unclaimed, count_told, &told };
	struct grove g;
	char label[32];

	(void)state;
	grove_open(&g);
	grove_publish(&g, "main", &file, 1);
	check_true("no HEAD",
	    unlinkat(g.dir.fd, "repos/models/acme/demo.git/HEAD", 0) == 0);
	do {
		struct weigh_err err;

		snprintf(label, sizeof(label), "call %u", ++n);
		calls_left = n;
		failed += repo_root_sweep(g.root, &how, &err) != WEIGH_OK;
		check_true(label,
		    faccessat(g.dir.fd,
			"repos/models/acme/demo.git/refs/heads/main", F_OK,
			0) == 0);
	} while (calls_left == 0);
	calls_left = 0;
	check_true("some failed", failed > 0 && told > 0);
	grove_close(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refs_are_not_overlooked),
	};

	return cmocka_run_group_tests_name("repo, listing", tests, NULL, NULL);
}
