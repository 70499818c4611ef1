/*
 * Flows over real sockets on 127.0.0.1: a server with two loops here, clients with
 * blocking sockets there, and this thread brings the bytes.  Numbers in brackets are
 * the invariants of flow.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "check.h"
#include "net/flow.h"
#include "net/reply.h"
#include "net/server.h"

#define KIB 1024u
#define SIZE (3000 * KIB)
#define TAIL (1000 * KIB) /* held back */
#define PATIENCE 10       /* seconds, for what should take none */
#define MOMENT 100        /* milliseconds, for what should not happen */

static struct yard {
	struct loop *loops[2];
	struct server *server;
	char address[80];
	struct flow *flow;
	int fd; /* the file, to write to */
	atomic_uint_fast64_t wanted;
	atomic_uint wants, left;
} yard;

static unsigned char
pattern(uint64_t at)
{
	return (unsigned char)(at * 7 + at / 4096 * 13);
}

/* --- the server's side --------------------------------------------------- */

static void
on_wanted(void *ctx, uint64_t offset)
{
	(void)ctx;
	atomic_store(&yard.wanted, offset);
	atomic_fetch_add(&yard.wants, 1);
}

static void
on_readers(void *ctx, unsigned readers)
{
	(void)ctx;
	(void)readers;
	atomic_fetch_add(&yard.left, 1);
}

/* Any path is the file. */
static void
on_request(void *ctx, struct http_exchange *x)
{
	struct http_reply r;

	(void)ctx;
	http_reply_init(&r, 0);
	r.is_file = true;
	r.flow = flow_hold(yard.flow);
	r.size = SIZE;
	snprintf(r.etag, sizeof(r.etag), "\"etag\"");
	http_reply_send(x, &r);
}

static int
open_yard(void **state)
{
	const struct server_options options = {
		.limits = weigh_http_default_limits,
		.head_seconds = 5,
		.idle_seconds = 5,
		.body_seconds = 5,
		.write_seconds = 1,
		.linger_seconds = 2,
		.connections = 100,
	};
	const struct http_app app = { .request = on_request };
	const struct flow_feeder feeder = { on_wanted, on_readers, NULL };

	(void)state;
	memset(&yard, 0, sizeof(yard));
	yard.fd = memfd_create("flow", MFD_CLOEXEC);
	assert_true(yard.fd >= 0 && ftruncate(yard.fd, SIZE) == 0);
	check_code("flow",
	    flow_new(&yard.flow, dup(yard.fd), SIZE, TAIL, &feeder, NULL),
	    WEIGH_OK);
	for (int i = 0; i < 2; i++)
		check_code("loop", loop_new(&yard.loops[i], NULL), WEIGH_OK);
	check_code("server",
	    server_new(&yard.server, &options, yard.loops, 2, &app, NULL),
	    WEIGH_OK);
	check_code("listen",
	    server_listen(yard.server, "127.0.0.1:0", yard.address,
		sizeof(yard.address), NULL),
	    WEIGH_OK);
	for (int i = 0; i < 2; i++)
		check_code("start", loop_start(yard.loops[i], "loop", NULL),
		    WEIGH_OK);
	return 0;
}

static int
close_yard(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		loop_stop(yard.loops[i]);
	for (int i = 0; i < 2; i++)
		loop_join(yard.loops[i]);
	server_cut(yard.server);
	while (loop_finish(yard.loops[0]) || loop_finish(yard.loops[1]))
		;
	check_u64("all have left", flow_readers(yard.flow), 0);
	server_free(yard.server);
	for (int i = 0; i < 2; i++)
		loop_free(yard.loops[i]);
	flow_unfeed(yard.flow);
	flow_drop(yard.flow);
	close(yard.fd);
	return 0;
}

/* Bytes come from upstream. */
static void
arrive(uint64_t first, uint64_t end)
{
	static unsigned char bytes[SIZE];

	for (uint64_t at = first; at < end; at++)
		bytes[at] = pattern(at);
	assert_int_equal(pwrite(yard.fd, bytes + first, end - first,
			     (off_t)first),
	    (ssize_t)(end - first));
	flow_arrived(yard.flow, first, end - first);
}

static void
wait_until(const char *label, atomic_uint *what, unsigned least)
{
	const struct timespec moment = { .tv_nsec = 2000000 };

	for (int i = 0; i < PATIENCE * 500 && atomic_load(what) < least; i++)
		nanosleep(&moment, NULL);
	check_true(label, atomic_load(what) >= least);
}

/* --- the client's side --------------------------------------------------- */

struct client {
	int fd;
	const char
	    *status; /* of the head, which is still to be read; else NULL */
	uint64_t at, end; /* of the file */
};

static int
call(void)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	const char *colon = strrchr(yard.address, ':');
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && colon != NULL);
	sin.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	return fd;
}

static struct client
ask(const char *request, const char *status, uint64_t first, uint64_t end)
{
	struct client c = { call(), status, first, end };

	assert_int_equal(send(c.fd, request, strlen(request), MSG_NOSIGNAL),
	    (ssize_t)strlen(request));
	return c;
}

static void
hear_head(struct client *c)
{
	char head[2048];
	size_t len = 0;

	if (c->status == NULL)
		return;
	head[0] = '\0';
	while (strstr(head, "\r\n\r\n") == NULL) {
		assert_true(len + 1 < sizeof(head));
		if (recv(c->fd, head + len, 1, 0) != 1)
			fail_msg("ended behind '%s'", head);
		head[++len] = '\0';
	}
	check_has("its status", head, c->status);
	c->status = NULL;
}

#define GET "GET /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
static struct client
ask_all(void)
{
	return ask(GET "\r\n", "HTTP/1.1 200 ", 0, SIZE);
}

/* Read up to byte `until` of the file; each is right. */
static void
hear(struct client *c, uint64_t until)
{
	static unsigned char piece[64 * KIB];
	ssize_t n;

	hear_head(c);
	while (c->at < until) {
		size_t most = until - c->at < sizeof(piece) ? until - c->at :
							      sizeof(piece);

		if ((n = recv(c->fd, piece, most, 0)) <= 0)
			fail_msg("ended at %llu, wanted %llu",
			    (unsigned long long)c->at,
			    (unsigned long long)until);
		for (ssize_t i = 0; i < n; i++)
			if (piece[i] != pattern(c->at + (uint64_t)i))
				fail_msg("byte %llu",
				    (unsigned long long)c->at +
					(unsigned long long)i);
		c->at += (uint64_t)n;
	}
}

static void
hear_nothing(const char *label, const struct client *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	check_true(label, poll(&p, 1, MOMENT) == 0);
}

static void
hear_end(struct client *c)
{
	char bytes[4096]; /* room for the words of an error */
	ssize_t n;

	hear(c, c->end);
	while (c->end == 0 && (n = recv(c->fd, bytes, sizeof(bytes), 0)) > 0)
		;
	check_true("a clean end", recv(c->fd, bytes, 1, 0) == 0);
	close(c->fd);
}

static void
hear_reset(struct client *c)
{
	char bytes[4096];
	ssize_t n;

	while ((n = recv(c->fd, bytes, sizeof(bytes), 0)) > 0)
		;
	check_true("(2) a reset", n < 0 && errno == ECONNRESET);
	close(c->fd);
}

/* --- stories ------------------------------------------------------------- */

/* Bytes leave as they come, for all who read; (1) the tail waits. */
static void
test_follows(void **state)
{
	struct client first = ask_all(), second;

	(void)state;
	arrive(0, 100 * KIB);
	hear(&first, 100 * KIB);
	hear_nothing("no more yet", &first);
	second = ask_all();
	hear(&second, 100 * KIB);
	arrive(100 * KIB, SIZE);
	hear(&first, SIZE - TAIL);
	hear(&second, SIZE - TAIL);
	hear_nothing("(1) not the tail", &first);
	hear_nothing("(1) nor for the second", &second);
	flow_whole(yard.flow);
	hear_end(&first);
	hear_end(&second);
	second = ask_all(); /* who comes late has it at once */
	hear_end(&second);
}

/* Many at once, on both loops, while the bytes come. */
static void
test_many(void **state)
{
	struct client c[40] = { { 0, NULL, 0, 0 } };

	(void)state;
	for (int i = 0; i < 40; i++)
		c[i] = ask_all();
	for (uint64_t at = 0; at < SIZE; at += 50 * KIB)
		arrive(at, at + 50 * KIB);
	flow_whole(yard.flow);
	for (int i = 0; i < 40; i++)
		hear_end(&c[i]);
}

/* (1) whatever range is asked; and one that needs no tail ends without it. */
static void
test_ranges(void **state)
{
	struct client in, tail, suffix;

	(void)state;
	in = ask(GET "Range: bytes=1024-2047\r\n\r\n", "206", KIB, 2 * KIB);
	tail = ask(GET "Range: bytes=2500000-\r\n\r\n", "206", 2500000, SIZE);
	suffix = ask(GET "Range: bytes=-1\r\n\r\n", "206", SIZE - 1, SIZE);
	arrive(SIZE - TAIL, SIZE);
	hear_nothing("(1) an open end", &tail);
	hear_nothing("(1) one byte", &suffix);
	arrive(0, 10 * KIB);
	hear_end(&in);
	flow_whole(yard.flow);
	hear_end(&tail);
	hear_end(&suffix);
}

/* (4) what is waited for is told. */
static void
test_wanted(void **state)
{
	struct client c;

	(void)state;
	c = ask(GET "Range: bytes=1000000-1999999\r\n\r\n", "206", 1000000,
	    2000000);
	wait_until("(4) told", &yard.wants, 1);
	check_u64("(4) the first byte", atomic_load(&yard.wanted), 1000000);
	arrive(1000000, 1500000);
	wait_until("(4) again", &yard.wants, 2);
	check_u64("(4) where it stands", atomic_load(&yard.wanted), 1500000);
	arrive(1500000, 2000000);
	hear_end(&c);
	wait_until("left", &yard.left, 1);
}

/* (2) in the middle, at the tail, and for who comes then. */
static void
test_failed(void **state)
{
	struct client c[3] = { { 0, NULL, 0, 0 } };
	struct weigh_err err;

	(void)state;
	weigh_fail(&err, WEIGH_MISMATCH, "other bytes");
	arrive(0, 10 * KIB);
	c[0] = ask_all();
	c[1] = ask(GET "Range: bytes=2500000-\r\n\r\n", "502", 0, 0);
	hear(&c[0], 10 * KIB);
	arrive(10 * KIB, SIZE);
	hear(&c[0], SIZE - TAIL);
	hear_nothing("no head without a byte", &c[1]);
	flow_failed(yard.flow, &err);
	hear_reset(&c[0]);
	hear_end(&c[1]); /* of whom nothing was told */
	c[2] = ask(GET "\r\n", "HTTP/1.1 502", 0, 0);
	hear_end(&c[2]);
}

/* Readers who leave, early or late, hold up nobody. */
static void
test_leaving(void **state)
{
	struct client stays = ask_all(), goes = ask_all(), slow = ask_all();

	(void)state;
	close(goes.fd);
	for (uint64_t at = 0; at < SIZE; at += 100 * KIB)
		arrive(at, at + 100 * KIB);
	hear(&stays, SIZE - TAIL);
	close(slow.fd);
	flow_whole(yard.flow);
	hear_end(&stays);
	wait_until("all left", &yard.left, 3);
}

/* HEAD and conditions wait for nothing. */
static void
test_no_bytes(void **state)
{
	struct client c;

	(void)state;
	c = ask("HEAD /file HTTP/1.1\r\nHost: x\r\n\r\n",
	    "Content-Length: 3072000", 0, 0);
	hear_head(&c);
	close(c.fd);
	c = ask(GET "If-None-Match: \"etag\"\r\n\r\n", "304", 0, 0);
	hear_end(&c);
	wait_until("left", &yard.left, 2);
	check_u64("nothing is wanted", atomic_load(&yard.wants), 0);
}

/* weighd stops while they wait. */
static void
test_cut(void **state)
{
	struct client c = ask_all();

	arrive(0, 10 * KIB);
	hear(&c, 10 * KIB);
	arrive(10 * KIB, 20 * KIB);
	close_yard(state);
	close(c.fd);
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, open_yard, close_yard)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(test_follows),
		STORY(test_many),
		STORY(test_ranges),
		STORY(test_wanted),
		STORY(test_failed),
		STORY(test_leaving),
		STORY(test_no_bytes),
		cmocka_unit_test_setup(test_cut, open_yard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
