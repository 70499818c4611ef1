/*
 * yard: a server with one loop and two workers on 127.0.0.1, whose answers are made to
 * try intakes and outlets, and a client with blocking sockets.
 *
 * POST takes a body: 1 MiB at most under /little, refused under /unwanted, sent elsewhere
 * by /elsewhere; /choosy fails behind a MiB, /stalled waits for yard.gate at each block.
 * GET /spout/N streams N bytes, /break/N ends them badly; any other path answers at once.
 * Every byte of a body is yard_byte() of its place, both ways.
 *
 * A test that cannot go on fails by cmocka.  One yard at a time.
 */
#ifndef TESTS_YARD_H
#define TESTS_YARD_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "net/server.h"

#define MIB (1u << 20)

#define POST(path, more) "POST " path " HTTP/1.1\r\nHost: x\r\n" more "\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

struct yard {
	struct loop *loop;
	struct pool *pool;
	struct server *server;
	char address[80];
	sem_t gate; /* a stalled block waits for it */
	atomic_uint begins, blocks, works, losts, canceled;
	atomic_uint_fast64_t bytes, spouted;
};
extern struct yard yard;

/* Setup and teardown of a test.  A client has to be as fast as 1000 bytes a second, or
 * (demanding) 8 MiB. */
int yard_open(void **state);
int yard_open_demanding(void **state);
/* As main.c does; whatever is under way. */
int yard_close(void **state);

/* What every byte of a body is, by its place: a lost or doubled piece shows. */
unsigned char yard_byte(uint64_t at);

/* --- the client's side: descriptors of connections ----------------------- */

int yard_call(void);
/* False: the server took no more. */
bool yard_say(int fd, const void *data, size_t len);
bool yard_says(int fd, const char *text);
/* Send bytes [from, from + len) of a body. */
bool yard_say_pattern(int fd, uint64_t from, uint64_t len);
/* Everything until the connection ends, at most `max`; -1: it was reset. */
ssize_t yard_hear_all(int fd, char *out, size_t max);
/* Read up to the text `end`, included. */
void yard_hear_until(int fd, const char *end, char *out, size_t max);
/* Read a chunked body and compare it; how many bytes. */
uint64_t yard_hear_chunks(int fd);

/* Wait until a count is what it should be. */
void yard_wait(const char *what, atomic_uint *count, unsigned want);
double yard_now(void); /* seconds, monotonic */

#endif
