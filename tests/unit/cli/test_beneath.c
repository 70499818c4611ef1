/* Files below a folder, and never outside it (cli/beneath.h); numbers are its.
 * Every row is tried both ways (3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../cli/beneath.c"

#include "check.h"
#include "tmpdir.h"

/* in/ is the folder; out/ must stay as it is. */
static int
make(struct tmpdir *t)
{
	int in;

	tmpdir_make(t);
	assert_int_equal(mkdirat(t->fd, "in", 0755), 0);
	assert_int_equal(mkdirat(t->fd, "in/sub", 0755), 0);
	assert_int_equal(mkdirat(t->fd, "out", 0755), 0);
	tmpdir_write(t, "in/file", "f", 1);
	tmpdir_write(t, "in/sub/file", "f", 1);
	tmpdir_write(t, "out/secret", "s", 1);
	assert_int_equal(symlinkat("../out", t->fd, "in/away"), 0);
	assert_int_equal(symlinkat("../out/secret", t->fd, "in/leak"), 0);
	assert_int_equal(symlinkat("/etc/passwd", t->fd, "in/root"), 0);
	assert_int_equal(symlinkat("sub", t->fd, "in/near"), 0);
	assert_int_equal(symlinkat("sub/file", t->fd, "in/friend"), 0);
	assert_int_equal(symlinkat("nowhere", t->fd, "in/dangling"), 0);
	in = openat(t->fd, "in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(in >= 0);
	return in;
}

static const struct {
	const char *path;
	int error;  /* without following; 0: opens */
	int linked; /* following those that stay inside */
} rows[] = {
	{ "file", 0, 0 },
	{ "sub/file", 0, 0 },
	{ "none", ENOENT, ENOENT },
	{ "file/x", ENOTDIR, ENOTDIR },
	{ "friend", ELOOP, 0 },    /* (1) */
	{ "near/file", ELOOP, 0 }, /* (1) */
	{ "away/secret", ELOOP, EXDEV },
	{ "leak", ELOOP, EXDEV },
	{ "root", ELOOP, EXDEV },
	{ "dangling", ELOOP, ENOENT },
	{ "../out/secret", EXDEV, EXDEV }, /* (2) */
	{ "sub/../../out/secret", EXDEV, EXDEV },
	{ "/etc/passwd", EXDEV, EXDEV },
};

static int
error_of(int fd)
{
	int e = errno;

	if (fd < 0)
		return e;
	close(fd);
	return 0;
}

static void
test_open(void **state)
{
	struct tmpdir t;
	int in = make(&t);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path = rows[i].path;
		uint64_t want = (uint64_t)rows[i].error;

		check_u64(path,
		    (uint64_t)error_of(beneath_open(in, path, O_RDONLY, 0)),
		    want);
		check_u64(path,
		    (uint64_t)error_of(beneath_open_parts(in, path, O_RDONLY,
			0)),
		    want);
	}
	close(in);
	tmpdir_remove(&t);
}

static void
test_open_linked(void **state)
{
	struct tmpdir t;
	int in = make(&t);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int got = error_of(beneath_open_linked(in, rows[i].path,
		    O_RDONLY));

		if (got == ENOSYS) {
			print_message("this kernel has no openat2: skipped\n");
			break;
		}
		check_u64(rows[i].path, (uint64_t)got,
		    (uint64_t)rows[i].linked);
	}
	close(in);
	tmpdir_remove(&t);
}

static void
test_create_does_not_follow(void **state)
{
	const int flags = O_WRONLY | O_CREAT;
	struct tmpdir t;
	int in = make(&t);

	(void)state;
	check_u64("made",
	    (uint64_t)error_of(beneath_open(in, "sub/new", flags, 0600)), 0);
	check_u64("through a folder's link",
	    (uint64_t)error_of(beneath_open(in, "away/new", flags, 0600)),
	    ELOOP);
	check_u64("through a dangling link",
	    (uint64_t)error_of(beneath_open(in, "dangling", flags, 0600)),
	    ELOOP);
	check_true("inside", tmpdir_has(&t, "in/sub/new"));
	assert_int_equal(tmpdir_count(&t, "out"), 1);
	check_true("not made", !tmpdir_has(&t, "in/nowhere"));
	close(in);
	tmpdir_remove(&t);
}

static void
test_parent(void **state)
{
	static const struct {
		const char *path;
		int make, error;
		const char *base;
	} table[] = {
		{ "x", 0, 0, "x" },
		{ "sub/x", 0, 0, "x" },
		{ "a/b/x", 0, ENOENT, NULL },
		{ "a/b/x", 1, 0, "x" },
		{ "a/b/x", 0, 0, "x" },
		{ "away/x", 1, ELOOP, NULL },
		{ "away/deeper/x", 1, ELOOP, NULL },
		{ "file/x", 1, ENOTDIR, NULL },
		{ "../x", 1, EXDEV, NULL },
		{ "sub//x", 1, EXDEV, NULL },
	};
	struct tmpdir t;
	int in = make(&t);

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *base = NULL;
		int fd = beneath_parent(in, table[i].path, table[i].make,
		    &base);

		check_u64(table[i].path, (uint64_t)error_of(fd),
		    (uint64_t)table[i].error);
		if (table[i].error == 0)
			check_str(table[i].path, base, table[i].base);
	}
	check_true("made", tmpdir_has(&t, "in/a/b"));
	assert_int_equal(tmpdir_count(&t, "out"), 1);
	close(in);
	tmpdir_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_open_linked),
		cmocka_unit_test(test_create_does_not_follow),
		cmocka_unit_test(test_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
