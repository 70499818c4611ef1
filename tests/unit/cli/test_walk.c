/* The files of a folder that is to be published (cli/walk.h); numbers are its. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "../../../cli/beneath.c"
#include "../../../cli/text.c"
#include "../../../cli/walk.c"

#include "check.h"
#include "tmpdir.h"

static int
make(struct tmpdir *t)
{
	int in;

	tmpdir_make(t);
	assert_int_equal(mkdirat(t->fd, "in", 0755), 0);
	assert_int_equal(mkdirat(t->fd, "in/sub", 0755), 0);
	tmpdir_write(t, "in/b", "12345", 5);
	tmpdir_write(t, "in/sub/a", "1", 1);
	in = openat(t->fd, "in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(in >= 0);
	return in;
}

/* `path:size` of every file, in order. */
static void
spell(const struct walk *w, char out[512])
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < w->count; i++)
		at += (size_t)snprintf(out + at, 512 - at, "%s:%d ",
		    w->files[i].path, (int)w->files[i].size);
}

static void
test_list(void **state)
{
	struct tmpdir t;
	struct walk w;
	char got[512];
	int in = make(&t);

	(void)state;
	assert_int_equal(mkdirat(t.fd, "in/.git", 0755), 0);
	assert_int_equal(mkdirat(t.fd, "in/.weigh", 0755), 0);
	assert_int_equal(mkdirat(t.fd, "in/sub/.git", 0755), 0);
	assert_int_equal(mkdirat(t.fd, "in/nothing", 0755), 0);
	tmpdir_write(&t, "in/.git/config", "x", 1);
	tmpdir_write(&t, "in/.weigh/manifest", "x", 1);
	tmpdir_write(&t, "in/sub/.git/config", "x", 1);
	tmpdir_write(&t, "in/.gitattributes", "x", 1);               /* (2) */
	assert_int_equal(symlinkat("../b", t.fd, "in/sub/link"), 0); /* (1) */
	check_code("list", walk_read(&w, in, NULL), WEIGH_OK);
	spell(&w, got);
	check_str("files, sorted", got,
	    ".gitattributes:1 b:5 sub/a:1 sub/link:5 ");
	check_u64("bytes", w.bytes, 12);
	for (size_t i = 0; i < w.count; i++)
		check_true("linked", w.files[i].linked == (i == 3));
	walk_free(&w);
	close(in);
	tmpdir_remove(&t);
}

static void
make_link(struct tmpdir *t, const char *to)
{
	assert_int_equal(symlinkat(to, t->fd, "in/sub/bad"), 0);
}

static void
link_out(struct tmpdir *t)
{
	tmpdir_write(t, "secret", "s", 1);
	make_link(t, "../../secret");
}

static void
link_absolute(struct tmpdir *t)
{
	make_link(t, "/etc/passwd");
}

static void
link_folder(struct tmpdir *t)
{
	make_link(t, "../sub");
}

static void
link_dangling(struct tmpdir *t)
{
	make_link(t, "nowhere");
}

static void
link_loop(struct tmpdir *t)
{
	make_link(t, "bad");
}

static void
link_fifo(struct tmpdir *t)
{
	assert_int_equal(mkfifoat(t->fd, "in/.pipe", 0600), 0);
	make_link(t, "../.pipe");
}

static void
fifo(struct tmpdir *t)
{
	assert_int_equal(mkfifoat(t->fd, "in/sub/bad", 0600), 0);
}

static void
not_utf8(struct tmpdir *t)
{
	tmpdir_write(t, "in/sub/bad\xff", "x", 1);
}

static void
backslash(struct tmpdir *t)
{
	tmpdir_write(t, "in/sub/bad\\", "x", 1);
}

static void
line_end(struct tmpdir *t)
{
	tmpdir_write(t, "in/sub/bad\n", "x", 1);
}

static void
git_in_capitals(struct tmpdir *t)
{
	assert_int_equal(mkdirat(t->fd, "in/sub/.GIT", 0755), 0);
	tmpdir_write(t, "in/sub/.GIT/bad", "x", 1);
}

/* (3): each of these ends the walk, and the sentence names the path. */
static void
test_refused(void **state)
{
	static const struct {
		const char *label;
		void (*plant)(struct tmpdir *t);
		const char *path;
	} rows[] = {
		{ "a link that leaves", link_out, "sub/bad" },
		{ "an absolute link", link_absolute, "sub/bad" },
		{ "a link to a folder", link_folder, "link to a folder" },
		{ "a link to nothing", link_dangling, "leads nowhere" },
		{ "a link to itself", link_loop, "leads nowhere" },
		{ "a link to a pipe", link_fifo, "a pipe" },
		{ "a pipe", fifo, "'sub/bad': a pipe" },
		{ "not UTF-8", not_utf8, "sub/bad\\xff" },
		{ "a backslash", backslash, "sub/bad\\" },
		{ "a line end", line_end, "sub/bad\\x0a" },
		{ ".git in capitals", git_in_capitals, "sub/.GIT" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct weigh_err err = { 0 };
		struct tmpdir t;
		struct walk w;
		int in = make(&t);

		rows[i].plant(&t);
		if (walk_read(&w, in, &err) == WEIGH_OK)
			fail_msg("%s: taken", rows[i].label);
		check_has(rows[i].label, err.why, rows[i].path);
		check_true(rows[i].label, err.fix[0] != '\0');
		check_u64(rows[i].label,
		    (uint64_t)weigh_code_info(err.code)->exit_status, 1);
		walk_free(&w);
		close(in);
		tmpdir_remove(&t);
	}
}

static void
test_empty(void **state)
{
	struct weigh_err err = { 0 };
	struct tmpdir t;
	struct walk w;

	(void)state;
	tmpdir_make(&t);
	assert_int_equal(mkdirat(t.fd, "sub", 0755), 0);
	check_code("folders only", walk_read(&w, t.fd, &err), WEIGH_MALFORMED);
	check_has("says so", err.why, "empty");
	walk_free(&w);
	tmpdir_remove(&t);
}

/* A file that was listed and is a link by now is refused (1). */
static void
test_open_again(void **state)
{
	struct weigh_err err = { 0 };
	struct tmpdir t;
	struct walk w;
	int fd, in = make(&t);

	(void)state;
	tmpdir_write(&t, "secret", "s", 1);
	check_code("list", walk_read(&w, in, NULL), WEIGH_OK);
	fd = walk_open(in, &w.files[0], &err);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(unlinkat(in, "b", 0), 0);
	assert_int_equal(symlinkat("../secret", in, "b"), 0);
	assert_int_equal(walk_open(in, &w.files[0], &err), -1);
	check_has("names it", err.why, "'b'");
	walk_free(&w);
	close(in);
	tmpdir_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_open_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
