/* Tests of daemon/base/fd.c; the numbers are those of fd.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "check.h"
#include "tmpdir.h"

/* (1): what opens and what does not, in a folder with links planted. */
static const struct open_row {
	const char *label;
	const char *path;
	int flags;
	int want; /* errno; 0: opens */
} opens[] = {
	{ "a file", "file", O_RDONLY, 0 },
	{ "below a folder", "dir/sub/file", O_RDONLY, 0 },
	{ "the folder itself", ".", O_RDONLY | O_DIRECTORY, 0 },
	{ "a folder", "dir/sub", O_RDONLY | O_DIRECTORY, 0 },
	{ "slashes doubled", "dir//sub/file", O_RDONLY, 0 },
	{ "a new file", "dir/sub/new", O_WRONLY | O_CREAT | O_EXCL, 0 },
	{ "not there", "dir/sub/none", O_RDONLY, ENOENT },
	{ "no such folder", "none/file", O_RDONLY, ENOENT },
	{ "a file as folder", "file/x", O_RDONLY, ENOTDIR },
	{ "there already", "dir/sub/file", O_WRONLY | O_CREAT | O_EXCL,
	    EEXIST },
	{ "empty", "", O_RDONLY, ENOENT },
	{ "absolute", "/etc/passwd", O_RDONLY, EXDEV },
	{ "up", "../x", O_RDONLY, EXDEV },
	{ "up and back", "dir/../file", O_RDONLY, EXDEV },
	{ "only up", "..", O_RDONLY | O_DIRECTORY, EXDEV },
	{ "up at the end", "dir/..", O_RDONLY | O_DIRECTORY, EXDEV },
	{ "a link to a file", "tofile", O_RDONLY, ELOOP },
	{ "a link to a folder", "todir", O_RDONLY | O_DIRECTORY, ELOOP },
	{ "a link at the end", "dir/tofile", O_RDONLY, ELOOP },
	{ "a link on the way", "todir/sub/file", O_RDONLY, ELOOP },
	{ "a link below, on the way", "dir/todir/file", O_RDONLY, ELOOP },
	{ "a link to nowhere", "tonone", O_WRONLY | O_CREAT, ELOOP },
	{ "a link outside", "outside/passwd", O_RDONLY, ELOOP },
};

static void
plant(const struct tmpdir *t)
{
	check_true("plant",
	    mkdirat(t->fd, "dir", 0755) == 0 &&
		mkdirat(t->fd, "dir/sub", 0755) == 0 &&
		symlinkat("file", t->fd, "tofile") == 0 &&
		symlinkat("dir", t->fd, "todir") == 0 &&
		symlinkat("sub/file", t->fd, "dir/tofile") == 0 &&
		symlinkat("sub", t->fd, "dir/todir") == 0 &&
		symlinkat("none", t->fd, "tonone") == 0 &&
		symlinkat("/etc", t->fd, "outside") == 0);
	tmpdir_write(t, "file", "abc", 3);
	tmpdir_write(t, "dir/sub/file", "abc", 3);
}

/* The label of the first row that answers wrong, or NULL. */
static const char *
wrong_open(const struct tmpdir *t)
{
	for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		int fd = fd_open_beneath(t->fd, opens[i].path, opens[i].flags,
		    0644);
		int got = fd < 0 ? errno : 0;

		if (got == 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
			got = -1;
		if (fd >= 0)
			close(fd);
		if (got != opens[i].want)
			return opens[i].label;
	}
	return NULL;
}

static void
test_open(void **state)
{
	struct tmpdir t;
	const char *wrong;

	(void)state;
	tmpdir_make(&t);
	plant(&t);
	wrong = wrong_open(&t);
	check_str("wrong", wrong != NULL ? wrong : "", "");
	check_true("made", tmpdir_has(&t, "dir/sub/new"));
	check_true("not made", !tmpdir_has(&t, "none"));
	tmpdir_remove(&t);
}

/* Refuse openat2 for this process, as the filters of old containers do. */
static bool
forbid_openat2(int with)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    (uint32_t)offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K,
		    SECCOMP_RET_ERRNO | ((uint32_t)with & SECCOMP_RET_DATA)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* (1): the same table where openat2 is forbidden.  In a child, as a filter
 * cannot be taken off again; it tells the wrong row's label by a pipe. */
static void
open_without_openat2(int with)
{
	char text[100] = "";
	struct tmpdir t;
	const char *wrong;
	int ends[2], status;
	pid_t child;

	tmpdir_make(&t);
	plant(&t);
	check_true("pipe", pipe(ends) == 0);
	child = fork();
	if (child == 0) {
		wrong = forbid_openat2(with) ? wrong_open(&t) : "no seccomp";
		if (wrong == NULL)
			wrong = "none";
		_exit(write(ends[1], wrong, strlen(wrong)) < 0);
	}
	close(ends[1]);
	check_true("read", read(ends[0], text, sizeof(text) - 1) >= 0);
	close(ends[0]);
	check_true("wait", waitpid(child, &status, 0) == child);
	tmpdir_remove(&t);
	if (strcmp(text, "no seccomp") == 0) {
		print_message("skipped: no seccomp filter possible here\n");
		skip();
	}
	check_u64("status", (uint64_t)status, 0);
	check_str("wrong", text, "none");
}

static void
test_open_enosys(void **state)
{
	(void)state;
	open_without_openat2(ENOSYS);
}

static void
test_open_eperm(void **state)
{
	(void)state;
	open_without_openat2(EPERM);
}

/* --- whole reads and writes ---------------------------------------------- */

struct drip {
	int fd;
	size_t left;
};

/* Take bytes out of a pipe slowly. */
static void *
drip_main(void *arg)
{
	struct drip *d = arg;
	char some[5000];
	ssize_t n;

	while (d->left > 0 && (n = read(d->fd, some, sizeof(some))) > 0) {
		d->left -= (size_t)n;
		usleep(200);
	}
	return NULL;
}

/* (2): a write that the kernel takes in pieces, and that at first would block,
 * is whole. */
static void
test_write_all(void **state)
{
	struct drip drip = { .left = 300000 };
	pthread_t thread;
	char *data;
	int ends[2];

	(void)state;
	check_true("pipe", pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
	check_true("reader blocks", fcntl(ends[0], F_SETFL, 0) == 0);
	drip.fd = ends[0];
	data = calloc(1, drip.left);
	check_true("thread",
	    pthread_create(&thread, NULL, drip_main, &drip) == 0);
	check_code("write", fd_write_all(ends[1], data, 300000, NULL),
	    WEIGH_OK);
	close(ends[1]);
	pthread_join(thread, NULL);
	check_u64("all of it", drip.left, 0);
	close(ends[0]);
	free(data);
}

static void
test_write_errors(void **state)
{
	struct weigh_err err;
	int fd;

	(void)state;
	fd = open("/dev/full", O_WRONLY);
	check_code("full", fd_write_all(fd, "abc", 3, &err), WEIGH_FULL);
	check_has("says so", err.why, "cannot write: ");
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	check_code("not for writing", fd_write_all(fd, "abc", 3, NULL),
	    WEIGH_IO);
	close(fd);
}

/* (2): exactly so many bytes, or an error. */
static void
test_pread_all(void **state)
{
	struct weigh_err err;
	char text[8] = "";
	struct tmpdir t;
	int fd;

	(void)state;
	tmpdir_make(&t);
	tmpdir_write(&t, "file", "abcdef", 6);
	fd = openat(t.fd, "file", O_RDONLY);
	check_code("middle", fd_pread_all(fd, text, 3, 2, NULL), WEIGH_OK);
	check_str("middle", text, "cde");
	check_code("nothing", fd_pread_all(fd, text, 0, 99, NULL), WEIGH_OK);
	check_code("too far", fd_pread_all(fd, text, 3, 4, &err), WEIGH_IO);
	check_str("too far", err.why, "the file ends 1 bytes early");
	close(fd);
	tmpdir_remove(&t);
}

static const struct read_row {
	const char *label;
	const char *path;
	size_t max;
	enum weigh_code want;
} reads[] = {
	{ "fits", "file", 100, WEIGH_OK },
	{ "just fits", "file", 6, WEIGH_OK },
	{ "does not fit", "file", 5, WEIGH_TOO_BIG },
	{ "empty", "empty", 0, WEIGH_OK },
	{ "not there", "none", 10, WEIGH_NOT_FOUND },
	{ "a folder", ".", 10, WEIGH_IO },
	{ "a fifo", "fifo", 10, WEIGH_IO },
	{ "a link", "link", 10, WEIGH_IO },
};

static void
test_read_file(void **state)
{
	struct weigh_err err;
	struct weigh_buf out;
	struct tmpdir t;

	(void)state;
	tmpdir_make(&t);
	tmpdir_write(&t, "file", "abcdef", 6);
	tmpdir_write(&t, "empty", "", 0);
	check_true("fifo", mkfifoat(t.fd, "fifo", 0600) == 0);
	check_true("link", symlinkat("file", t.fd, "link") == 0);
	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
		weigh_buf_init(&out, reads[i].max);
		check_code(reads[i].label,
		    fd_read_file(t.fd, reads[i].path, &out, &err),
		    reads[i].want);
		if (reads[i].want == WEIGH_OK && reads[i].max > 0)
			check_str(reads[i].label, out.data, "abcdef");
		if (reads[i].want != WEIGH_OK)
			check_has(reads[i].label, err.why, reads[i].path);
		weigh_buf_free(&out);
	}
	tmpdir_remove(&t);
}

/* --- names that last ------------------------------------------------------ */

static void
test_make_dirs(void **state)
{
	struct weigh_err err;
	struct tmpdir t;

	(void)state;
	tmpdir_make(&t);
	check_code("deep", fd_make_dirs(t.fd, "a/b/c", 0755, NULL), WEIGH_OK);
	check_true("there", tmpdir_count(&t, "a/b/c") == 0);
	check_code("again", fd_make_dirs(t.fd, "a/b/c", 0755, NULL), WEIGH_OK);
	check_code("deeper", fd_make_dirs(t.fd, "a/b/c/d", 0755, NULL),
	    WEIGH_OK);
	check_code("itself", fd_make_dirs(t.fd, ".", 0755, NULL), WEIGH_OK);
	tmpdir_write(&t, "file", "abc", 3);
	check_true("link", symlinkat("a", t.fd, "link") == 0);
	check_code("over a file", fd_make_dirs(t.fd, "file/x", 0755, &err),
	    WEIGH_IO);
	check_has("names it", err.why, "folder 'file/x': ");
	check_code("through a link", fd_make_dirs(t.fd, "link/x", 0755, NULL),
	    WEIGH_IO);
	check_true("nothing there", !tmpdir_has(&t, "a/x"));
	check_code("up", fd_make_dirs(t.fd, "../x", 0755, NULL), WEIGH_IO);
	check_code("absolute", fd_make_dirs(t.fd, "/x", 0755, NULL), WEIGH_IO);
	check_code("sync", fd_sync_dir(t.fd, "a/b", NULL), WEIGH_OK);
	check_code("sync of none", fd_sync_dir(t.fd, "none", NULL),
	    WEIGH_NOT_FOUND);
	tmpdir_remove(&t);
}

/* Does the file hold this text, with this mode, and stand alone in its folder? */
static void
check_file(const struct tmpdir *t, const char *text, mode_t mode)
{
	struct weigh_buf out;
	struct stat st;

	weigh_buf_init(&out, 100);
	check_code("read", fd_read_file(t->fd, "dir/file", &out, NULL),
	    WEIGH_OK);
	check_str("text", out.data, text);
	weigh_buf_free(&out);
	check_true("stat", fstatat(t->fd, "dir/file", &st, 0) == 0);
	check_u64("mode", st.st_mode & 07777, mode);
	check_u64("alone", (uint64_t)tmpdir_count(t, "dir"), 1);
}

static void
test_replace_file(void **state)
{
	struct tmpdir t;

	(void)state;
	tmpdir_make(&t);
	check_true("mkdir", mkdirat(t.fd, "dir", 0755) == 0);
	check_code("new",
	    fd_replace_file(t.fd, "dir", "file", "one", 3, 0600, NULL),
	    WEIGH_OK);
	check_file(&t, "one", 0600);
	check_code("over it",
	    fd_replace_file(t.fd, "dir", "file", "two", 3, 0444, NULL),
	    WEIGH_OK);
	check_file(&t, "two", 0444);
	/* What a crash left behind is in nobody's way, and no link is written
	 * through. */
	tmpdir_write(&t, "victim", "mine", 4);
	check_true("link", symlinkat("../victim", t.fd, "dir/file.new") == 0);
	check_code("over a leftover",
	    fd_replace_file(t.fd, "dir", "file", "three", 5, 0444, NULL),
	    WEIGH_OK);
	check_file(&t, "three", 0444);
	check_code("no folder",
	    fd_replace_file(t.fd, "none", "file", "x", 1, 0444, NULL),
	    WEIGH_NOT_FOUND);
	check_code("a path",
	    fd_replace_file(t.fd, "dir", "../file", "x", 1, 0444, NULL),
	    WEIGH_BUG);
	tmpdir_remove(&t);
}

static void
test_remove_tree(void **state)
{
	struct tmpdir t;

	(void)state;
	tmpdir_make(&t);
	plant(&t);
	tmpdir_write(&t, "kept", "abc", 3);
	check_code("a folder", fd_remove_tree(t.fd, "dir", NULL), WEIGH_OK);
	check_true("gone", !tmpdir_has(&t, "dir"));
	check_code("again", fd_remove_tree(t.fd, "dir", NULL), WEIGH_OK);
	check_code("in none", fd_remove_tree(t.fd, "none/x", NULL), WEIGH_OK);
	check_code("a file", fd_remove_tree(t.fd, "file", NULL), WEIGH_OK);
	check_true("gone", !tmpdir_has(&t, "file"));
	/* A link goes, not what it points to. */
	check_true("mkdir", mkdirat(t.fd, "full", 0755) == 0);
	tmpdir_write(&t, "full/file", "abc", 3);
	check_true("link",
	    symlinkat("full", t.fd, "tofull") == 0 &&
		mkdirat(t.fd, "tree", 0755) == 0 &&
		symlinkat("../full", t.fd, "tree/tofull") == 0);
	check_code("a link", fd_remove_tree(t.fd, "tofull", NULL), WEIGH_OK);
	check_code("a link in it", fd_remove_tree(t.fd, "tree", NULL),
	    WEIGH_OK);
	check_true("not followed", tmpdir_has(&t, "full/file"));
	check_code("through a link",
	    fd_remove_tree(t.fd, "outside/passwd", NULL), WEIGH_IO);
	check_code("up", fd_remove_tree(t.fd, "../x", NULL), WEIGH_IO);
	check_true("kept", tmpdir_has(&t, "kept"));
	tmpdir_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_open_enosys),
		cmocka_unit_test(test_open_eperm),
		cmocka_unit_test(test_write_all),
		cmocka_unit_test(test_write_errors),
		cmocka_unit_test(test_pread_all),
		cmocka_unit_test(test_read_file),
		cmocka_unit_test(test_make_dirs),
		cmocka_unit_test(test_replace_file),
		cmocka_unit_test(test_remove_tree),
	};

	return cmocka_run_group_tests_name("base, fd", tests, NULL, NULL);
}
