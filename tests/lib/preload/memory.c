/* memory: allocations that fail.  glibc's own names stand behind ours, because
 * dlsym itself asks for memory. */
#include <errno.h>
#include <stdlib.h>

#include "preload.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool
refused(const char *call)
{
	int saved = errno;
	bool is = control_next(CALL_MEMORY, call, "") == FAULT_FAIL;

	if (!is)
		errno = saved;
	return is;
}

void *
malloc(size_t size)
{
	return refused("malloc") ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return refused("calloc") ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
	return refused("realloc") ? NULL : __libc_realloc(old, size);
}

void *
reallocarray(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, bytes);
}
