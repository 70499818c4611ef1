/*
 * preload: a library put in front of weighd or weigh by LD_PRELOAD.  Below one
 * folder it makes the N-th call of a class fail, fall short, tear or lie, and it
 * writes down everything that is written there.
 *
 * Environment:
 *     PRELOAD_BELOW    the folder, absolute and without links; nothing outside it
 *                      is counted, failed or recorded
 *     PRELOAD_CONTROL  a file of sizeof(struct preload_control), which a test maps
 *                      too: arming, counting and reading happen in place
 *     PRELOAD_TRACE    a file for the records of trace.c
 *     PRELOAD_OUTWARD  a file for a line of each name looked up and each address
 *                      spoken to (outward.c); needs none of the others
 *
 * (1) Without PRELOAD_CONTROL, or while it is not armed, every call is as if
 *     this library were not there.
 * (2) A call is counted whether or not its fault can be given (a write of one
 *     byte cannot be short), so N counts the same calls for every fault.
 * (3) Records stand in the trace in the order in which the calls took effect:
 *     one lock is held around call and record.
 *
 * What it cannot see: stdio's own writes, io_uring, static programs, system calls
 * made without libc (but openat2, which is made by syscall()), and stores into a
 * shared mapping until it is unmapped: then all of it is recorded.  readdir and
 * opendir call inside libc and are not seen either.
 *
 * Threads: any call from any thread.  errno is changed only as the call itself
 * would change it.
 */
#ifndef PRELOAD_H
#define PRELOAD_H

#include <dlfcn.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Kinds of calls, as bits of preload_control.classes. */
enum call_class {
	CALL_WRITE = 1,   /* write, pwrite, copy_file_range, ftruncate, … */
	CALL_SYNC = 2,    /* fsync, fdatasync, sync_file_range, syncfs */
	CALL_NAME = 4,    /* rename, link, mkdir, chmod: what may need room */
	CALL_UNLINK = 8,  /* unlink, rmdir, a cut: what gives it back */
	CALL_OPEN = 16,   /* open, openat, openat2: for reading */
	CALL_CREATE = 32, /* the same for writing, or making a file */
	CALL_CLOSE = 64,  /* close */
	CALL_READ = 128,  /* read, pread */
	CALL_MEMORY = 256 /* malloc, calloc, realloc: of the whole program */
};

enum fault {
	FAULT_NONE,
	FAULT_FAIL,  /* -1 and preload_control.error; nothing is done */
	FAULT_SHORT, /* half of the bytes; for reads and writes */
	FAULT_TORN,  /* half of the bytes, then SIGKILL */
	FAULT_KILL,  /* SIGKILL before the call */
	FAULT_LIE    /* success, but nothing is done; for writes and syncs */
};

/* Shared with the test, which fills it while `armed` is 0.  tests/e2e/faults.py
 * knows this layout. */
struct preload_control {
	atomic_uint armed;
	uint32_t classes; /* enum call_class */
	uint32_t nth;     /* the first call to fail, from 1; 0: only count */
	uint32_t span;    /* how many in a row fail; 0: all from there on,
			   * then whatever their path */
	uint32_t fault;   /* enum fault */
	int32_t error;    /* errno of FAULT_FAIL */
	atomic_uint seen; /* calls counted */
	atomic_uint hit;  /* faults given */
	char only[64];    /* "" or a part that the path must have */
	char where[128];  /* the last call that was hit, in words */
};

/* The function that stands behind ours, found once. */
#define REAL(name) \
	static __typeof__(name) *real; \
	if (real == NULL) \
	*(void **)(void *)&real = dlsym(RTLD_NEXT, #name)

/* --- below.c: is it ours? ---------------------------------------------------- */

/* Where something is, relative to PRELOAD_BELOW.  False: it is not below. */
bool below_path(int dirfd, const char *path, char out[PATH_MAX]);
bool below_fd(int fd, char out[PATH_MAX]);

/* --- control.c: what shall become of a call? --------------------------------- */

/* Count a call on `path` and answer its fault; FAULT_KILL never returns.  For
 * FAULT_FAIL errno is set. */
enum fault control_next(enum call_class class, const char *call,
    const char *path);
void control_die(void) __attribute__((noreturn));

/* --- trace.c: records -------------------------------------------------------- */

/* The form is told in README.md. */
enum trace_op {
	TRACE_CREATE = 1, /* path, inode; offset: its mode */
	TRACE_WRITE,      /* path, inode, offset, data */
	TRACE_SIZE,       /* path, inode; offset: its new size */
	TRACE_SYNC,       /* path, inode: of a file or a folder */
	TRACE_MKDIR,      /* path; offset: its mode */
	TRACE_RENAME,     /* path to other */
	TRACE_LINK,       /* path, other: the new name */
	TRACE_UNLINK,     /* path; also of a folder */
	TRACE_MODE,       /* path, inode; offset: its new mode */
	TRACE_MAP,        /* path: it was mapped for writing */
	TRACE_ANSWER      /* data that was sent to a socket */
};

/* Begin a call that may be recorded; false when nothing is.  The lock is held
 * until trace_end. */
bool trace_begin(void);
void trace_end(void);

void trace_names(enum trace_op op, const char *path, const char *other,
    uint64_t offset);
/* About the open file `fd`. */
void trace_file(enum trace_op op, int fd, const char *path, uint64_t offset);
void trace_data(int fd, const char *path, uint64_t offset, const void *data,
    size_t len);
/* The bytes are in the file: read them back. */
void trace_data_of(int fd, const char *path, uint64_t offset, size_t len);
void trace_answer(int fd, const void *data, size_t len);

#endif
