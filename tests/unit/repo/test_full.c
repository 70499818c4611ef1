/* A disk that fills up while a revision is written: it is said so, what was there
 * stays whole, and it works again when there is room. */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "check.h"
#include "gitrun.h"
#include "grove.h"

#define DISK "size=3m"
#define PACK "repos/models/acme/demo.git/objects/pack"

/* Over the test's folder, in a mount namespace of our own: nobody else sees it.
 * Needs root. */
static bool
mount_small(const struct tmpdir *dir)
{
	return unshare(CLONE_NEWNS) == 0 &&
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("none", dir->path, "tmpfs", 0, DISK) == 0;
}

/* Text that does not compress. */
static char *
noise(size_t len, uint64_t seed)
{
	char *text = malloc(len + 1);

	assert_non_null(text);
	for (size_t i = 0; i < len; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1;
		text[i] = (char)('!' + (seed >> 33) % 94);
	}
	text[len] = '\0';
	return text;
}

static const struct full_row {
	const char *label;
	size_t files;
	size_t size; /* of each; all together more than there is */
} rows[] = {
	{ "as files", 10, 600000 },
	{ "as a pack", 100, 60000 },
};

static void
fill_the_disk(struct grove *g, const struct full_row *row)
{
	struct grove_file *files = calloc(row->files, sizeof(*files));
	char(*paths)[32] = calloc(row->files, sizeof(*paths));
	struct repo_commit c;
	struct weigh_err err;

	assert_non_null(files);
	assert_non_null(paths);
	for (size_t i = 0; i < row->files; i++) {
		snprintf(paths[i], sizeof(paths[i]), "f%04zu", i);
		files[i].path = paths[i];
		files[i].text = noise(row->size, i);
	}
	check_code(row->label,
	    grove_write(g, NULL, files, row->files, &c, &err), WEIGH_FULL);
	grove_free(&c);
	for (size_t i = 0; i < row->files; i++)
		free((void *)(uintptr_t)files[i].text);
	free(files);
	free(paths);
}

static void
test_full_disk(void **state)
{
	static const struct grove_file small[] = { { "a", "1", false } };
	struct tmpdir disk;
	struct grove g;

	(void)state;
	tmpdir_make(&disk);
	if (!mount_small(&disk)) {
		print_message("skipped: cannot mount a tmpfs here\n");
		tmpdir_remove(&disk);
		skip();
	}
	setenv("TMPDIR", disk.path, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		grove_open(&g);
		grove_publish(&g, "main", small, 1);
		fill_the_disk(&g, &rows[i]);
		check_u64("no pack stays", (uint64_t)tmpdir_count(&g.dir, PACK),
		    0);
		gitrun(&g.out, g.path, "count-objects", NULL);
		check_has("nor files but the first revision's", g.out.data,
		    "3 objects");
		check_code("swept",
		    repo_root_sweep(g.root, &grove_sweeping, NULL), WEIGH_OK);
		grove_fsck(&g, "what was there");
		grove_close(&g); /* gives the room back */
	}
	unsetenv("TMPDIR");
	check_true("umount", umount2(disk.path, MNT_DETACH) == 0);
	tmpdir_remove(&disk);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests_name("repo full", tests, NULL, NULL);
}
