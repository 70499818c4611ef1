/*
 * Intakes over real sockets on 127.0.0.1: bodies, and their codings.  Numbers in
 * brackets are the invariants of intake.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "check.h"
#include "yard.h"

/* --- bodies ------------------------------------------------------------------------------ */

static void
test_large_body(void **state)
{
	char got[4096];
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd,
	    POST("/sink", "Content-Length: 104857600\r\n")));
	assert_true(yard_say_pattern(fd, 0, 100u * MIB));
	assert_true(yard_says(fd,
	    "GET /after HTTP/1.1\r\nHost: x\r\n"
	    "Connection: close\r\n\r\n"));
	assert_true(yard_hear_all(fd, got, sizeof(got)) > 0);
	assert_non_null(strstr(got, "200 OK"));
	assert_non_null(strstr(got, "{\"bytes\":104857600}HTTP/1.1 200 OK"));
	check_u64("begins", atomic_load(&yard.begins), 1);
	check_u64("works", atomic_load(&yard.works), 1);
	check_u64("losts", atomic_load(&yard.losts), 0);
	close(fd);
}

/* A body in small chunks, more of them than are read ahead; and none. */
static void
test_chunked_body(void **state)
{
	char got[2048], chunk[4200];
	uint64_t at = 0;
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd,
	    POST("/plain", "Transfer-Encoding: chunked\r\n")));
	for (int i = 0; i < 50; i++, at += 4096) {
		memcpy(chunk, "1000\r\n", 6);
		for (size_t j = 0; j < 4096; j++)
			chunk[6 + j] = (char)yard_byte(at + j);
		memcpy(chunk + 6 + 4096, "\r\n", 2);
		assert_true(yard_say(fd, chunk, 6 + 4096 + 2));
	}
	assert_true(yard_says(fd, "0\r\n\r\n"));
	yard_hear_until(fd, "{\"bytes\":204800}", got, sizeof(got));
	atomic_store(&yard.bytes, 0);
	assert_true(yard_says(fd, POST("/sink", "Content-Length: 0\r\n")));
	yard_hear_until(fd, "{\"bytes\":0}", got, sizeof(got));
	check_u64("works", atomic_load(&yard.works), 2);
	close(fd);
}

/* intake (4): a disk that stands still holds the client, and its clocks. */
static void
test_backpressure(void **state)
{
	static char piece[MIB];
	struct pollfd p = { .fd = yard_call(), .events = POLLOUT };
	char got[2048];
	uint64_t sent = 0;
	ssize_t n;

	(void)state;
	assert_true(yard_says(p.fd,
	    POST("/stalled", "Content-Length: 33554432\r\n")));
	/* Longer than body_seconds. */
	while (sent < 32u * MIB && poll(&p, 1, 1500) == 1) {
		for (size_t i = 0; i < sizeof(piece); i++)
			piece[i] = (char)yard_byte(sent + i);
		n = send(p.fd, piece, sizeof(piece),
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		assert_true(n > 0);
		sent += (uint64_t)n;
	}
	if (sent > 12u * MIB)
		fail_msg("%llu bytes were taken", (unsigned long long)sent);
	for (int i = 0; i < 1000; i++)
		sem_post(&yard.gate);
	assert_true(yard_say_pattern(p.fd, sent, 32u * MIB - sent));
	yard_hear_until(p.fd, "{\"bytes\":33554432}", got, sizeof(got));
	close(p.fd);
}

static void
test_slow_sender(void **state)
{
	char got[2048];
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd,
	    POST("/sink", "Content-Length: 10000000\r\n")));
	assert_true(yard_say_pattern(fd, 0, 3u * MIB));
	yard_hear_until(fd, "HTTP/1.1 408", got, sizeof(got));
	yard_wait("lost", &yard.losts, 1);
	check_u64("works", atomic_load(&yard.works), 0);
	close(fd);
}

/* Bytes come, but too few of them in each while. */
static void
test_dripping_sender(void **state)
{
	const struct timespec moment = { .tv_nsec = 50000000 };
	char got[2048];
	int fd = yard_call();
	double start = yard_now();

	(void)state;
	assert_true(yard_says(fd,
	    POST("/sink", "Content-Length: 10000000\r\n")));
	assert_true(yard_say_pattern(fd, 0, MIB));
	for (int i = 0; atomic_load(&yard.losts) == 0 && i < 100; i++) {
		yard_say_pattern(fd, MIB + (uint64_t)i, 1);
		nanosleep(&moment, NULL);
	}
	assert_true(yard_now() - start < 4);
	yard_hear_until(fd, "HTTP/1.1 408", got, sizeof(got));
	check_u64("lost", atomic_load(&yard.losts), 1);
	close(fd);
}

static void
test_vanished_sender(void **state)
{
	const struct linger hard = { .l_onoff = 1 };
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd,
	    POST("/sink", "Content-Length: 10000000\r\n")));
	assert_true(yard_say_pattern(fd, 0, 3u * MIB));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fd);
	yard_wait("lost after a reset", &yard.losts, 1);
	fd = yard_call();
	atomic_store(&yard.bytes, 0);
	assert_true(yard_says(fd,
	    POST("/plain", "Content-Length: 10000000\r\n")));
	assert_true(yard_say_pattern(fd, 0, 3u * MIB));
	close(fd);
	yard_wait("lost after an end", &yard.losts, 2);
	check_u64("works", atomic_load(&yard.works), 0);
}

static void
test_failed_block(void **state)
{
	char got[4096];
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd,
	    POST("/choosy", "Content-Length: 50000000\r\n")));
	yard_say_pattern(fd, 0, 4u * MIB);
	yard_hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 507"));
	assert_non_null(strstr(got, "X-Error-Message: enough"));
	assert_non_null(strstr(got, "Connection: close"));
	check_u64("losts", atomic_load(&yard.losts), 1);
	check_u64("works", atomic_load(&yard.works), 0);
	close(fd);
}

/* intake (2): who waits for 100 is refused before it, and told 100 after it. */
static void
test_unwanted(void **state)
{
	char got[4096];
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd,
	    POST("/unwanted",
		"Content-Length: 50000000\r\nExpect: 100-continue\r\n")));
	yard_hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 403"));
	check_u64("losts", atomic_load(&yard.losts), 1);
	close(fd);
	fd = yard_call();
	assert_true(yard_says(fd,
	    POST("/elsewhere", "Content-Length: 5\r\n") "01234"));
	yard_hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 307"));
	assert_non_null(strstr(got, "Location: /there"));
	check_u64("losts", atomic_load(&yard.losts), 2);
	check_u64("blocks", atomic_load(&yard.blocks), 0);
	check_u64("works", atomic_load(&yard.works), 0);
	close(fd);
	fd = yard_call();
	assert_true(yard_says(fd,
	    POST("/sink", "Content-Length: 5\r\nExpect: 100-continue\r\n")));
	yard_hear_until(fd, "\r\n\r\n", got, sizeof(got));
	check_str("interim", got, "HTTP/1.1 100 Continue\r\n\r\n");
	assert_true(yard_say_pattern(fd, 0, 5));
	yard_hear_until(fd, "{\"bytes\":5}", got, sizeof(got));
	close(fd);
}

/* A client that hangs up while begin is at work. */
static void
test_gone_before_the_body(void **state)
{
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd,
	    POST("/sink", "Content-Length: 50000000\r\n")));
	close(fd);
	yard_wait("lost", &yard.losts, 1);
	check_u64("blocks", atomic_load(&yard.blocks), 0);
}

static void
test_too_large(void **state)
{
	char got[4096];
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd,
	    POST("/sink", "Content-Length: 500000000\r\n")));
	yard_hear_until(fd, "HTTP/1.1 413", got, sizeof(got));
	yard_wait("lost", &yard.losts, 1);
	close(fd);
}

/* --- codings ------------------------------------------------------------------------------- */

/* gzip `len` bytes of the pattern. */
static size_t
pack(int level, size_t len, unsigned char *out, size_t max)
{
	z_stream z = { .next_out = out, .avail_out = (unsigned)max };
	static unsigned char piece[MIB];

	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8,
			     Z_DEFAULT_STRATEGY),
	    Z_OK);
	for (size_t at = 0; at < len; at += z.total_in - at) {
		size_t n = len - at < sizeof(piece) ? len - at : sizeof(piece);

		for (size_t i = 0; i < n; i++)
			piece[i] = yard_byte(at + i);
		z.next_in = piece;
		z.avail_in = (unsigned)n;
		deflate(&z, at + n == len ? Z_FINISH : Z_NO_FLUSH);
	}
	deflateEnd(&z);
	return max - z.avail_out;
}

static void
post_coded(const char *path, const char *coding, const void *body, size_t len,
    char *got, size_t max)
{
	char head[256];
	int fd = yard_call();

	atomic_store(&yard.bytes, 0);
	snprintf(head, sizeof(head),
	    POST("%s", "Content-Encoding: %s\r\nContent-Length: %zu\r\n"), path,
	    coding, len);
	assert_true(yard_says(fd, head));
	yard_say(fd, body, len);
	yard_hear_until(fd, "}", got, max);
	close(fd);
}

static void
test_codings(void **state)
{
	static unsigned char body[8 * MIB];
	char got[4096];
	size_t len = pack(6, 5u * MIB, body, sizeof(body));

	(void)state;
	post_coded("/sink", "gzip", body, len, got, sizeof(got));
	assert_non_null(strstr(got, "{\"bytes\":5242880}"));
	memcpy(body + len, body, len); /* two members */
	len = pack(6, 4096u * 256, body, sizeof(body) / 2);
	post_coded("/sink", "x-gzip", body, len, got, sizeof(got));
	assert_non_null(strstr(got, "{\"bytes\":1048576}"));
	post_coded("/sink", "gzip", body, len - 1, got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 400"));
	body[len] = 'x';
	post_coded("/sink", "gzip", body, len + 1, got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 400"));
	post_coded("/sink", "br", body, len, got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 415"));
	assert_non_null(strstr(got, "Accept-Encoding: gzip"));
	post_coded("/sink", "gzip, gzip", body, len, got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 415"));
	/* intake (5) */
	len = pack(6, MIB, body, sizeof(body));
	post_coded("/little", "gzip", body, len, got, sizeof(got));
	assert_non_null(strstr(got, "{\"bytes\":1048576}"));
	len = pack(0, MIB, body, sizeof(body)); /* stored: a little larger */
	assert_true(len > MIB);
	post_coded("/little", "gzip", body, len, got, sizeof(got));
	assert_non_null(strstr(got, "{\"bytes\":1048576}"));
	len = pack(6, 2 * MIB, body, sizeof(body));
	assert_true(len < MIB / 4);
	post_coded("/little", "gzip", body, len, got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 413"));
	check_u64("losts", atomic_load(&yard.losts), 5);
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, yard_open, yard_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(test_large_body),
		STORY(test_chunked_body),
		STORY(test_backpressure),
		STORY(test_slow_sender),
		STORY(test_dripping_sender),
		STORY(test_vanished_sender),
		STORY(test_failed_block),
		STORY(test_unwanted),
		STORY(test_gone_before_the_body),
		STORY(test_too_large),
		STORY(test_codings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
