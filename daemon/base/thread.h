/*
 * thread: a thread of weighd's own.
 *
 * (1) Signals are the main thread's: it begins with all of them blocked, but for those
 *     that a bad instruction raises, which must still kill, with a core.
 *
 * Not for helpers that live no longer than a call: they inherit their caller's mask.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/* Start one that runs `run(arg)`; the caller joins it.  `name` has at most 15 bytes, as
 * ps and gdb show it; NULL: that of the process.  0, or an errno: nothing was started. */
int thread_start(pthread_t *out, void *(*run)(void *arg), void *arg,
    const char *name);

#endif
