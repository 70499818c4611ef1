/* map: shared mappings of a file that may be written.  What is stored there shows
 * when they end. */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload.h"

#define MAPPINGS 64

static struct mapping {
	void *at;
	size_t len;
	int fd; /* our own, so that it is there at the end */
	uint64_t offset;
} mappings[MAPPINGS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
note(void *at, size_t len, int fd, uint64_t offset, const char *path)
{
	if (!trace_begin())
		return;
	trace_file(TRACE_MAP, fd, path, offset);
	trace_end();
	pthread_mutex_lock(&lock);
	for (int i = 0; i < MAPPINGS; i++)
		if (mappings[i].at == NULL) {
			mappings[i] = (struct mapping){ at, len, dup(fd),
				offset };
			break;
		}
	pthread_mutex_unlock(&lock);
}

void *
mmap(void *wish, size_t len, int protection, int flags, int fd, off_t offset)
{
	char path[PATH_MAX];
	void *at;
	REAL(mmap);

	at = real(wish, len, protection, flags, fd, offset);
	if (at != MAP_FAILED && fd >= 0 && (protection & PROT_WRITE) &&
	    (flags & MAP_SHARED) && below_fd(fd, path))
		note(at, len, fd, (uint64_t)offset, path);
	return at;
}

void *
mmap64(void *wish, size_t len, int protection, int flags, int fd,
    off64_t offset)
{
	return mmap(wish, len, protection, flags, fd, offset);
}

int
munmap(void *at, size_t len)
{
	struct mapping m = { .fd = -1 };
	char path[PATH_MAX] = "";
	REAL(munmap);

	pthread_mutex_lock(&lock);
	for (int i = 0; i < MAPPINGS; i++)
		if (mappings[i].at == at) {
			m = mappings[i];
			mappings[i].at = NULL;
		}
	pthread_mutex_unlock(&lock);
	if (m.fd >= 0 && below_fd(m.fd, path) && trace_begin()) {
		trace_data(m.fd, path, m.offset, at, m.len);
		trace_end();
	}
	if (m.fd >= 0)
		syscall(SYS_close, m.fd);
	return real(at, len);
}
