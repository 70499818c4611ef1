/* gitrun: see gitrun.h. */
#include "gitrun.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define ARGUMENTS 24

static void
become_git(char *const *argv, int output)
{
	setenv("HOME", "/nonexistent", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("LC_ALL", "C", 1);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execvp("git", argv);
	_exit(127);
}

static void
collect(struct weigh_buf *out, int fd)
{
	char *room;
	ssize_t n;

	weigh_buf_reset(out);
	weigh_buf_adds(out, "");
	while ((room = weigh_buf_room(out, 4096)) != NULL &&
	    (n = read(fd, room, 4096)) > 0) {
		out->len += (size_t)n;
		out->data[out->len] = '\0';
	}
	check_true("what git printed fits", !out->failed);
}

int
gitrun(struct weigh_buf *out, const char *folder, ...)
{
	const char *argv[ARGUMENTS] = { "git", "-C", folder };
	char *given[ARGUMENTS];
	int ends[2], status = -1;
	size_t n = 3;
	va_list ap;
	pid_t pid;

	va_start(ap, folder);
	while (n < ARGUMENTS - 1 && (argv[n] = va_arg(ap, char *)) != NULL)
		n++;
	va_end(ap);
	for (size_t i = 0; i < n; i++) {
		given[i] = strdup(argv[i]);
		check_true("memory", given[i] != NULL);
	}
	given[n] = NULL;
	check_true("pipe", pipe(ends) == 0);
	if ((pid = fork()) == 0)
		become_git(given, ends[1]);
	close(ends[1]);
	collect(out, ends[0]);
	close(ends[0]);
	check_true("waitpid", waitpid(pid, &status, 0) == pid);
	for (size_t i = 0; i < n; i++)
		free(given[i]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
