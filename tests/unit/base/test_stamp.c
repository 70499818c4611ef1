/* Tests of daemon/base/stamp.c: every way of changing a file shows. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/stamp.h"
#include "check.h"
#include "tmpdir.h"

static struct stamp
look(const struct tmpdir *t)
{
	struct stat st;

	check_true("stat", fstatat(t->fd, "file", &st, 0) == 0);
	return stamp_of(&st);
}

static bool
write_byte(const struct tmpdir *t)
{
	tmpdir_flip(t, "file", 0);
	return true;
}

/* A write whose trace in mtime was covered up. */
static bool
write_and_hide(const struct tmpdir *t)
{
	struct timespec times[2];
	struct stat st;

	if (fstatat(t->fd, "file", &st, 0) != 0)
		return false;
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	tmpdir_flip(t, "file", 0);
	return utimensat(t->fd, "file", times, 0) == 0;
}

static bool
replace(const struct tmpdir *t)
{
	tmpdir_write(t, "other", "abc", 3);
	return renameat(t->fd, "other", t->fd, "file") == 0;
}

static bool
append(const struct tmpdir *t)
{
	int fd = openat(t->fd, "file", O_WRONLY | O_APPEND);
	bool done = write(fd, "d", 1) == 1;

	close(fd);
	return done;
}

static bool
only_read(const struct tmpdir *t)
{
	char byte;
	int fd = openat(t->fd, "file", O_RDONLY);
	bool done = read(fd, &byte, 1) == 1;

	close(fd);
	return done;
}

static const struct row {
	const char *label;
	bool (*change)(const struct tmpdir *t);
	bool same;
} rows[] = {
	{ "a byte written", write_byte, false },
	{ "a byte written, mtime set back", write_and_hide, false },
	{ "replaced by the same bytes", replace, false },
	{ "appended to", append, false },
	{ "only read", only_read, true },
};

static void
test_changes(void **state)
{
	struct stamp before, after;
	struct tmpdir t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tmpdir_make(&t);
		tmpdir_write(&t, "file", "abc", 3);
		before = look(&t);
		usleep(20000); /* past the granularity of the kernel's clock */
		check_true(rows[i].label, rows[i].change(&t));
		after = look(&t);
		check_u64(rows[i].label, stamp_equal(&before, &after),
		    rows[i].same);
		tmpdir_remove(&t);
	}
}

/* Each of the four counts. */
static void
test_fields(void **state)
{
	const struct stamp a = { 1, 2, 3, 4 };
	const struct stamp others[] = {
		{ 0, 2, 3, 4 },
		{ 1, 0, 3, 4 },
		{ 1, 2, 0, 4 },
		{ 1, 2, 3, 0 },
	};

	(void)state;
	check_true("itself", stamp_equal(&a, &a));
	for (size_t i = 0; i < 4; i++)
		check_true("another", !stamp_equal(&a, &others[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests_name("base, stamp", tests, NULL, NULL);
}
