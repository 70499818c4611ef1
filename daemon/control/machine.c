/* machine: facts about this process and the kernel it runs on. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "facts.h"

/* The first line of a small file of the kernel's; "" when there is none. */
static const char *
first_line(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, out, size - 1) : 0;

	if (fd >= 0)
		close(fd);
	out[n > 0 ? n : 0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return out;
}

/* --- descriptors and memory ------------------------------------------------------ */

static uint64_t
open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *e;
	uint64_t n = 0;

	if (dir == NULL)
		return 0;
	while ((e = readdir(dir)) != NULL)
		n += e->d_name[0] != '.';
	closedir(dir);
	return n > 0 ? n - 1 : 0; /* one of them was this look */
}

/* A number of bytes; 0 for "max", and for what is as good as no limit. */
static uint64_t
read_limit(const char *path)
{
	char text[64];
	uint64_t n = strtoull(first_line(path, text, sizeof(text)), NULL, 10);

	return n < UINT64_C(1) << 62 ? n : 0;
}

static uint64_t
lower(uint64_t a, uint64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

/* Of the control groups we are in: our own and those above it (cgroups(7)); in a
 * container the topmost that is seen is our own. */
static uint64_t
group_limit(void)
{
	char path[600], group[512];
	uint64_t limit = read_limit("/sys/fs/cgroup/memory.max");
	char *end;

	limit = lower(limit,
	    read_limit("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
	first_line("/proc/self/cgroup", group, sizeof(group));
	if (strncmp(group, "0::/", 4) != 0)
		return limit;
	while ((end = strrchr(group + 3, '/')) != NULL && end[1] != '\0') {
		snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.max",
		    group + 3);
		limit = lower(limit, read_limit(path));
		*end = '\0';
	}
	return limit;
}

/* The second number is of pages in memory: proc(5). */
static uint64_t
resident(void)
{
	char text[128], *end;

	first_line("/proc/self/statm", text, sizeof(text));
	(void)strtoull(text, &end, 10);
	return strtoull(end, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

void
facts_process(struct weigh_house_facts *h)
{
	struct rlimit limit;

	h->files_open = open_files();
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		h->files_limit = limit.rlim_cur;
	h->memory_used = resident();
	h->memory_limit = group_limit();
	if (getrlimit(RLIMIT_AS, &limit) == 0 &&
	    limit.rlim_cur != RLIM_INFINITY)
		h->memory_limit = lower(h->memory_limit, limit.rlim_cur);
}

/* --- the kernel ----------------------------------------------------------------------- */

static bool
has_openat2(void)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC };
	long fd = syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how));

	if (fd >= 0)
		close((int)fd);
	return fd >= 0;
}

static bool
has_seccomp(void)
{
	uint32_t action = SECCOMP_RET_ERRNO;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static int
landlock_version(void)
{
	long n = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return n > 0 ? (int)n : 0;
}

void
facts_kernel(struct weigh_house_facts *h)
{
	h->openat2 = has_openat2();
	h->seccomp = has_seccomp();
	h->landlock = landlock_version();
	h->root = geteuid() == 0;
	h->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
	h->filtered = prctl(PR_GET_SECCOMP) == 2;
}
