/* control: the memory shared with the test, and what it says of a call. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload.h"

static struct preload_control *control; /* NULL: nothing is ever wrong */

/* By system calls of our own: the wrappers are ours too. */
__attribute__((constructor)) static void
control_map(void)
{
	const char *path = getenv("PRELOAD_CONTROL");
	long fd, at;

	if (path == NULL)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	at = syscall(SYS_mmap, NULL, sizeof(*control), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	if (at != -1)
		control = (struct preload_control *)at;
	syscall(SYS_close, fd);
}

void
control_die(void)
{
	syscall(SYS_kill, getpid(), SIGKILL);
	for (;;)
		pause();
}

/* Is it the turn of the call with this number? */
static bool
is_meant(unsigned number)
{
	return control->nth != 0 && number >= control->nth &&
	    (control->span == 0 || number - control->nth < control->span);
}

enum fault
control_next(enum call_class class, const char *call, const char *path)
{
	unsigned number;
	bool broken;

	if (control == NULL || !atomic_load(&control->armed) ||
	    (control->classes & class) == 0)
		return FAULT_NONE;
	broken = control->span == 0 && atomic_load(&control->hit) > 0;
	if (!broken && strstr(path, control->only) == NULL)
		return FAULT_NONE;
	number = atomic_fetch_add(&control->seen, 1) + 1;
	if (!is_meant(number))
		return FAULT_NONE;
	if (class != CALL_MEMORY) /* snprintf may ask for some */
		snprintf(control->where, sizeof(control->where), "%s %.90s",
		    call, path);
	atomic_fetch_add(&control->hit, 1);
	if (control->fault == FAULT_KILL)
		control_die();
	if (control->fault == FAULT_FAIL)
		errno = control->error;
	return (enum fault)control->fault;
}
