/*
 * Intakes and outlets over real sockets on 127.0.0.1: a server with one loop and
 * two workers here, a client with blocking sockets there.  Numbers in brackets are
 * the invariants of intake.h and outlet.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "check.h"
#include "net/intake.h"
#include "net/outlet.h"
#include "net/server.h"
#include "net/survey.h"
#include "pool/pool.h"

#define MIB (1u << 20)
#define PATIENCE 10 /* seconds, for what should take none */

/* --- the server's side --------------------------------------------------------- */

static struct yard {
	struct loop *loop;
	struct pool *pool;
	struct server *server;
	char address[80];
	sem_t gate; /* a stalled block waits for it */
	atomic_uint begins, blocks, works, losts, canceled;
	atomic_uint_fast64_t bytes, sum, spouted;
} yard;

/* What every byte of a body is, by its place: a lost or doubled piece shows. */
static unsigned char
pattern(uint64_t at)
{
	return (unsigned char)(at * 7 + at / 4096 * 13 + at / MIB);
}

static bool
count_begin(struct http_intake *in, void *worker)
{
	(void)worker;
	atomic_fetch_add(&yard.begins, 1);
	if (weigh_span_is(http_head(in->task.x)->path, "/elsewhere")) {
		in->task.reply.status = 307;
		http_reply_field(&in->task.reply, "Location", "/there");
		return false;
	}
	if (!weigh_span_is(http_head(in->task.x)->path, "/unwanted"))
		return true;
	in->task.reply.rc = weigh_fail(&in->task.reply.err, WEIGH_DENIED,
	    "not from you");
	return false;
}

static enum weigh_code
count_block(struct http_intake *in, void *worker, const char *data, size_t len,
    struct weigh_err *err)
{
	struct weigh_span path = http_head(in->task.x)->path;
	uint64_t at = atomic_load(&yard.bytes);

	(void)worker;
	if (len == 0 || len > HTTP_INTAKE_BLOCK)
		return weigh_fail(err, WEIGH_BUG, "a block of %zu bytes", len);
	if (weigh_span_is(path, "/stalled"))
		sem_wait(&yard.gate);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)data[i] != pattern(at + i))
			return weigh_fail(err, WEIGH_MISMATCH, "byte %llu",
			    (unsigned long long)(at + i));
	atomic_fetch_add(&yard.blocks, 1);
	atomic_store(&yard.bytes, at + len);
	if (weigh_span_is(path, "/choosy") && at + len > MIB)
		return weigh_fail(err, WEIGH_FULL, "enough");
	return WEIGH_OK;
}

static void
count_lost(struct http_intake *in, void *worker)
{
	(void)in, (void)worker;
	atomic_fetch_add(&yard.losts, 1);
}

static void
count_work(struct http_task *task, void *worker)
{
	(void)worker;
	atomic_fetch_add(&yard.works, 1);
	weigh_buf_addf(&task->reply.body, "{\"bytes\":%llu}",
	    (unsigned long long)atomic_load(&yard.bytes));
}

/* "/spout/N", "/break/N": N bytes, the second without a good end. */
static void
spout(struct http_task *task, void *worker)
{
	const struct weigh_http_target *t = http_target(task->x);
	uint64_t n = strtoull(t->seg[1].text, NULL, 10), at = 0;
	struct weigh_err *err = &task->reply.err;
	struct http_outlet *o;
	char piece[10000];

	(void)worker;
	http_reply_field(&task->reply, "X-Made", "here");
	task->reply.rc = http_outlet_begin(&o, task, "application/octet-stream",
	    err);
	while (task->reply.rc == WEIGH_OK && at < n) {
		size_t len = n - at < sizeof(piece) ? n - at : sizeof(piece);

		for (size_t i = 0; i < len; i++)
			piece[i] = (char)pattern(at + i);
		task->reply.rc = http_outlet_write(o, piece, len, err);
		at += len;
		atomic_store(&yard.spouted, at);
	}
	if (task->reply.rc == WEIGH_CANCELED)
		atomic_fetch_add(&yard.canceled, 1);
	http_outlet_end(o,
	    task->reply.rc == WEIGH_OK && strcmp(t->seg[0].text, "break") != 0);
}

static void
tell(struct http_task *task, void *worker)
{
	(void)worker;
	for (int i = 0; i < 500; i++)
		weigh_buf_addf(&task->reply.body, "[%d,\"again\"],", i);
}

static void
on_request(void *ctx, struct http_exchange *x)
{
	const char *first = http_target(x)->seg[0].text;
	struct http_intake *in = calloc(1, sizeof(*in));

	(void)ctx;
	assert_non_null(in);
	if (http_head(x)->method == WEIGH_HTTP_POST) {
		http_intake_init(in, x, 4096, count_work);
		in->begin = strcmp(first, "plain") != 0 ? count_begin : NULL;
		in->block = count_block;
		in->lost = count_lost;
		http_intake_start(in, pool_queue(yard.pool),
		    strcmp(first, "little") == 0 ? MIB : 200u * MIB);
		return;
	}
	http_task_init(&in->task, x, MIB,
	    strcmp(first, "spout") == 0 || strcmp(first, "break") == 0 ? spout :
									 tell);
	pool_submit(yard.pool, &in->task.job);
}

static int
open_yard_with(unsigned body_rate)
{
	const struct server_options options = {
		.limits = weigh_http_default_limits,
		.head_seconds = 5,
		.idle_seconds = 5,
		.body_seconds = 1,
		.write_seconds = 1,
		.linger_seconds = 2,
		.body_grace_seconds = 1,
		.body_rate = body_rate,
	};
	const struct pool_options pool = {
		.threads = 2, .name = "worker", .post = loop_post
	};
	const struct http_app app = { .request = on_request };
	struct weigh_err err;

	memset(&yard, 0, sizeof(yard));
	sem_init(&yard.gate, 0, 0);
	assert_int_equal(loop_new(&yard.loop, &err), WEIGH_OK);
	assert_int_equal(pool_new(&yard.pool, &pool, &err), WEIGH_OK);
	assert_int_equal(server_new(&yard.server, &options, &yard.loop, 1, &app,
			     &err),
	    WEIGH_OK);
	assert_int_equal(server_listen(yard.server, "127.0.0.1:0", yard.address,
			     sizeof(yard.address), &err),
	    WEIGH_OK);
	assert_int_equal(loop_start(yard.loop, "loop", &err), WEIGH_OK);
	return 0;
}

static int
open_yard(void **state)
{
	(void)state;
	return open_yard_with(1000);
}

static int
open_demanding_yard(void **state)
{
	(void)state;
	return open_yard_with(8 * MIB);
}

/* As main.c does; whatever is under way. */
static int
close_yard(void **state)
{
	(void)state;
	loop_stop(yard.loop);
	loop_join(yard.loop);
	server_cut(yard.server);
	for (int i = 0; i < 1000; i++)
		sem_post(&yard.gate);
	pool_stop(yard.pool);
	while (loop_finish(yard.loop))
		;
	server_free(yard.server);
	pool_free(yard.pool);
	loop_free(yard.loop);
	sem_destroy(&yard.gate);
	return 0;
}

/* --- the client's side -------------------------------------------------------------- */

static int
call(void)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	const char *colon = strrchr(yard.address, ':');
	const int small = 64 << 10;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && colon != NULL);
	sin.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	return fd;
}

static bool
say(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n)
		if ((n = send(fd, p, len, MSG_NOSIGNAL)) <= 0)
			return false;
	return true;
}

static bool
says(int fd, const char *text)
{
	return say(fd, text, strlen(text));
}

/* Send bytes [from, from + len) of the pattern; false: the server took no more. */
static bool
say_pattern(int fd, uint64_t from, uint64_t len)
{
	static char piece[MIB];
	uint64_t done = 0;

	while (done < len) {
		size_t n = len - done < sizeof(piece) ? len - done :
							sizeof(piece);

		for (size_t i = 0; i < n; i++)
			piece[i] = (char)pattern(from + done + i);
		if (!say(fd, piece, n))
			return false;
		done += n;
	}
	return true;
}

/* Everything until the connection ends, at most `max`; -1: it was reset. */
static ssize_t
hear_all(int fd, char *out, size_t max)
{
	size_t len = 0;
	ssize_t n;

	while (len < max && (n = recv(fd, out + len, max - len, 0)) != 0) {
		if (n < 0)
			return -1;
		len += (size_t)n;
	}
	out[len < max ? len : max - 1] = '\0';
	return (ssize_t)len;
}

/* Read up to the text `end`, included. */
static void
hear_until(int fd, const char *end, char *out, size_t max)
{
	size_t len = 0;

	out[0] = '\0';
	while (strstr(out, end) == NULL) {
		assert_true(len + 1 < max);
		if (recv(fd, out + len, 1, 0) != 1)
			fail_msg("ended behind '%s'", out);
		out[++len] = '\0';
	}
}

/* Read a chunked body and compare it with the pattern; how many bytes. */
static uint64_t
hear_chunks(int fd)
{
	static char piece[MIB];
	char line[64];
	uint64_t at = 0;
	size_t size, len;
	ssize_t n;

	for (;;) {
		hear_until(fd, "\r\n", line, sizeof(line));
		size = strtoul(line, NULL, 16);
		assert_true(size + 2 < sizeof(piece));
		for (len = 0; len < size + 2; len += (size_t)n)
			assert_true((n = recv(fd, piece + len, size + 2 - len,
					 0)) > 0);
		for (size_t i = 0; i < size; i++)
			if ((unsigned char)piece[i] != pattern(at + i))
				fail_msg("byte %llu",
				    (unsigned long long)(at + i));
		at += size;
		if (size == 0)
			return at;
	}
}

/* Wait until a count is what it should be. */
static void
wait_for(const char *what, atomic_uint *count, unsigned want)
{
	const struct timespec moment = { .tv_nsec = 5000000 };

	for (int i = 0; i < PATIENCE * 200 && atomic_load(count) < want; i++)
		nanosleep(&moment, NULL);
	check_u64(what, atomic_load(count), want);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- bodies ------------------------------------------------------------------------------ */

#define POST(path, more) "POST " path " HTTP/1.1\r\nHost: x\r\n" more "\r\n"

static void
test_large_body(void **state)
{
	char got[4096];
	int fd = call();

	(void)state;
	assert_true(says(fd, POST("/sink", "Content-Length: 104857600\r\n")));
	assert_true(say_pattern(fd, 0, 100u * MIB));
	assert_true(says(fd,
	    "GET /after HTTP/1.1\r\nHost: x\r\n"
	    "Connection: close\r\n\r\n"));
	assert_true(hear_all(fd, got, sizeof(got)) > 0);
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
	int fd = call();

	(void)state;
	assert_true(says(fd, POST("/plain", "Transfer-Encoding: chunked\r\n")));
	for (int i = 0; i < 50; i++, at += 4096) {
		memcpy(chunk, "1000\r\n", 6);
		for (size_t j = 0; j < 4096; j++)
			chunk[6 + j] = (char)pattern(at + j);
		memcpy(chunk + 6 + 4096, "\r\n", 2);
		assert_true(say(fd, chunk, 6 + 4096 + 2));
	}
	assert_true(says(fd, "0\r\n\r\n"));
	hear_until(fd, "{\"bytes\":204800}", got, sizeof(got));
	atomic_store(&yard.bytes, 0);
	assert_true(says(fd, POST("/sink", "Content-Length: 0\r\n")));
	hear_until(fd, "{\"bytes\":0}", got, sizeof(got));
	check_u64("works", atomic_load(&yard.works), 2);
	close(fd);
}

/* intake (4): a disk that stands still holds the client, and its clocks. */
static void
test_backpressure(void **state)
{
	static char piece[MIB];
	struct pollfd p = { .fd = call(), .events = POLLOUT };
	char got[2048];
	uint64_t sent = 0;
	ssize_t n;

	(void)state;
	assert_true(says(p.fd,
	    POST("/stalled", "Content-Length: 33554432\r\n")));
	/* Longer than body_seconds. */
	while (sent < 32u * MIB && poll(&p, 1, 1500) == 1) {
		for (size_t i = 0; i < sizeof(piece); i++)
			piece[i] = (char)pattern(sent + i);
		n = send(p.fd, piece, sizeof(piece),
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		assert_true(n > 0);
		sent += (uint64_t)n;
	}
	if (sent > 12u * MIB)
		fail_msg("%llu bytes were taken", (unsigned long long)sent);
	for (int i = 0; i < 1000; i++)
		sem_post(&yard.gate);
	assert_true(say_pattern(p.fd, sent, 32u * MIB - sent));
	hear_until(p.fd, "{\"bytes\":33554432}", got, sizeof(got));
	close(p.fd);
}

static void
test_slow_sender(void **state)
{
	char got[2048];
	int fd = call();

	(void)state;
	assert_true(says(fd, POST("/sink", "Content-Length: 10000000\r\n")));
	assert_true(say_pattern(fd, 0, 3u * MIB));
	hear_until(fd, "HTTP/1.1 408", got, sizeof(got));
	wait_for("lost", &yard.losts, 1);
	check_u64("works", atomic_load(&yard.works), 0);
	close(fd);
}

/* Bytes come, but too few of them in each while. */
static void
test_dripping_sender(void **state)
{
	const struct timespec moment = { .tv_nsec = 50000000 };
	char got[2048];
	int fd = call();
	double start = now();

	(void)state;
	assert_true(says(fd, POST("/sink", "Content-Length: 10000000\r\n")));
	assert_true(say_pattern(fd, 0, MIB));
	for (int i = 0; atomic_load(&yard.losts) == 0 && i < 100; i++) {
		say_pattern(fd, MIB + (uint64_t)i, 1);
		nanosleep(&moment, NULL);
	}
	assert_true(now() - start < 4);
	hear_until(fd, "HTTP/1.1 408", got, sizeof(got));
	check_u64("lost", atomic_load(&yard.losts), 1);
	close(fd);
}

static void
test_vanished_sender(void **state)
{
	const struct linger hard = { .l_onoff = 1 };
	int fd = call();

	(void)state;
	assert_true(says(fd, POST("/sink", "Content-Length: 10000000\r\n")));
	assert_true(say_pattern(fd, 0, 3u * MIB));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fd);
	wait_for("lost after a reset", &yard.losts, 1);
	fd = call();
	atomic_store(&yard.bytes, 0);
	assert_true(says(fd, POST("/plain", "Content-Length: 10000000\r\n")));
	assert_true(say_pattern(fd, 0, 3u * MIB));
	close(fd);
	wait_for("lost after an end", &yard.losts, 2);
	check_u64("works", atomic_load(&yard.works), 0);
}

static void
test_failed_block(void **state)
{
	char got[4096];
	int fd = call();

	(void)state;
	assert_true(says(fd, POST("/choosy", "Content-Length: 50000000\r\n")));
	say_pattern(fd, 0, 4u * MIB);
	hear_until(fd, "\r\n\r\n", got, sizeof(got));
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
	int fd = call();

	(void)state;
	assert_true(says(fd,
	    POST("/unwanted",
		"Content-Length: 50000000\r\nExpect: 100-continue\r\n")));
	hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 403"));
	check_u64("losts", atomic_load(&yard.losts), 1);
	close(fd);
	fd = call();
	assert_true(says(fd,
	    POST("/elsewhere", "Content-Length: 5\r\n") "01234"));
	hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 307"));
	assert_non_null(strstr(got, "Location: /there"));
	check_u64("losts", atomic_load(&yard.losts), 2);
	check_u64("blocks", atomic_load(&yard.blocks), 0);
	check_u64("works", atomic_load(&yard.works), 0);
	close(fd);
	fd = call();
	assert_true(says(fd,
	    POST("/sink", "Content-Length: 5\r\nExpect: 100-continue\r\n")));
	hear_until(fd, "\r\n\r\n", got, sizeof(got));
	check_str("interim", got, "HTTP/1.1 100 Continue\r\n\r\n");
	assert_true(say_pattern(fd, 0, 5));
	hear_until(fd, "{\"bytes\":5}", got, sizeof(got));
	close(fd);
}

/* A client that hangs up while begin is at work. */
static void
test_gone_before_the_body(void **state)
{
	int fd = call();

	(void)state;
	assert_true(says(fd, POST("/sink", "Content-Length: 50000000\r\n")));
	close(fd);
	wait_for("lost", &yard.losts, 1);
	check_u64("blocks", atomic_load(&yard.blocks), 0);
}

static void
test_too_large(void **state)
{
	char got[4096];
	int fd = call();

	(void)state;
	assert_true(says(fd, POST("/sink", "Content-Length: 500000000\r\n")));
	hear_until(fd, "HTTP/1.1 413", got, sizeof(got));
	wait_for("lost", &yard.losts, 1);
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
			piece[i] = pattern(at + i);
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
	int fd = call();

	atomic_store(&yard.bytes, 0);
	snprintf(head, sizeof(head),
	    POST("%s", "Content-Encoding: %s\r\nContent-Length: %zu\r\n"), path,
	    coding, len);
	assert_true(says(fd, head));
	say(fd, body, len);
	hear_until(fd, "}", got, max);
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

/* --- outlets ---------------------------------------------------------------------------------- */

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n\r\n"

static void
test_stream(void **state)
{
	struct server_counters *c = server_counters(yard.server);
	const uint64_t bytes = 50u * MIB;
	uint64_t small;
	char got[8192];
	int fd = call();

	(void)state;
	/* Pipelined: before it, it, after it. */
	assert_true(says(fd,
	    GET("/small") GET("/spout/52428800") GET("/small")));
	hear_until(fd, "[499,\"again\"],", got, sizeof(got));
	small = strlen(strstr(got, "\r\n\r\n") + 4);
	hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 200 OK"));
	assert_non_null(strstr(got, "X-Made: here"));
	assert_non_null(strstr(got, "Transfer-Encoding: chunked"));
	assert_null(strstr(got, "Content-Length"));
	check_u64("bytes", hear_chunks(fd), bytes);
	hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "Content-Length"));
	hear_until(fd, "[499,\"again\"],", got, sizeof(got));
	/* Neither frames nor heads are counted as bodies. */
	for (int i = 0;
	     i < 1000 && atomic_load(&c->body_bytes_total) < bytes + 2 * small;
	     i++)
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	check_u64("counted", atomic_load(&c->body_bytes_total),
	    bytes + 2 * small);
	close(fd);
}

static void
test_old_reader(void **state)
{
	static char got[3 * MIB];
	const char *body;
	ssize_t len;
	int fd = call();

	(void)state;
	assert_true(says(fd, "GET /spout/2000000 HTTP/1.0\r\n\r\n"));
	len = hear_all(fd, got, sizeof(got));
	body = strstr(got, "\r\n\r\n");
	assert_non_null(body);
	assert_null(strstr(got, "chunked"));
	assert_true(got + len - (body + 4) == 2000000);
	for (size_t i = 0; i < 2000000; i++)
		assert_true((unsigned char)body[4 + i] == pattern(i));
	close(fd);
}

static void
test_head_of_stream(void **state)
{
	char got[2048];
	int fd = call();

	(void)state;
	assert_true(says(fd,
	    "HEAD /spout/2000000 HTTP/1.1\r\nHost: x\r\n\r\n" GET("/spout/5")));
	hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "chunked"));
	hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_true(strncmp(got, "HTTP/1.1 200", 12) == 0);
	check_u64("bytes", hear_chunks(fd), 5);
	close(fd);
}

/* outlet (2), and then all of it. */
static void
test_slow_reader(void **state)
{
	const struct timespec moment = { .tv_nsec = 300000000 };
	char got[2048];
	int fd = call();

	(void)state;
	assert_true(says(fd, GET("/spout/31457280")));
	nanosleep(&moment, NULL);
	assert_true(atomic_load(&yard.spouted) < 12u * MIB);
	hear_until(fd, "\r\n\r\n", got, sizeof(got));
	check_u64("bytes", hear_chunks(fd), 30u * MIB);
	close(fd);
}

/* --- what is told of both while they are under way --- */

static struct told {
	sem_t done;
	struct server_answer answers[4];
	size_t count;
} told;

static void
keep_survey(void *ctx, const struct server_survey *s)
{
	(void)ctx;
	told.count = s->count < 4 ? s->count : 4;
	memcpy(told.answers, s->answers, told.count * sizeof(told.answers[0]));
	sem_post(&told.done);
}

static const struct server_answer *
find_told(const char *target)
{
	for (size_t i = 0; i < told.count; i++)
		if (strcmp(told.answers[i].target, target) == 0)
			return &told.answers[i];
	fail_msg("nothing is told of '%s'", target);
	return NULL;
}

static void
test_survey(void **state)
{
	const struct timespec moment = { .tv_nsec = 300000000 };
	const struct server_answer *a;
	int down = call(), up = call();

	(void)state;
	sem_init(&told.done, 0, 0);
	assert_true(says(down, GET("/spout/99999999")));
	assert_true(says(up, POST("/stalled", "Content-Length: 4194304\r\n")));
	assert_true(say_pattern(up, 0, MIB));
	nanosleep(&moment, NULL);
	assert_true(server_survey(yard.server, 0, yard.loop, keep_survey,
	    NULL));
	sem_wait(&told.done);
	check_u64("told of", told.count, 2);
	a = find_told("/spout/99999999");
	assert_non_null(a);
	assert_true(a->sending && a->open);
	assert_true(a->sent > 0 && a->sent < a->total);
	assert_true(a->total <= atomic_load(&yard.spouted));
	a = find_told("/stalled");
	assert_non_null(a);
	assert_true(!a->sending && !a->open && a->ms >= 200);
	sem_destroy(&told.done);
	close(down);
	close(up);
}

/* outlet (3) */
static void
test_bad_readers(void **state)
{
	double start = now();
	char byte;
	int fd = call();

	(void)state;
	assert_true(says(fd, GET("/spout/99999999")));
	assert_int_equal(recv(fd, &byte, 1, 0), 1);
	close(fd);
	wait_for("gone", &yard.canceled, 1);
	fd = call();
	assert_true(says(fd, GET("/spout/99999999")));
	wait_for("takes nothing", &yard.canceled, 2);
	close(fd);
	assert_true(now() - start < 6);
}

/* It takes something all the time, but less than body_rate. */
static void
test_crawling_reader(void **state)
{
	const struct timespec moment = { .tv_nsec = 5000000 };
	static char piece[16 << 10];
	double start = now();
	int fd = call();

	(void)state;
	assert_true(says(fd, GET("/spout/99999999")));
	while (atomic_load(&yard.canceled) == 0 && now() - start < 6) {
		(void)recv(fd, piece, sizeof(piece), MSG_DONTWAIT);
		nanosleep(&moment, NULL);
	}
	check_u64("canceled", atomic_load(&yard.canceled), 1);
	assert_true(now() - start >= 1);
	close(fd);
}

/* outlet (4) */
static void
test_broken_stream(void **state)
{
	static char got[MIB];
	int fd = call();

	(void)state;
	assert_true(says(fd, GET("/break/100000")));
	assert_int_equal(hear_all(fd, got, sizeof(got)), -1);
	assert_int_equal(errno, ECONNRESET);
	close(fd);
}

/* --- the end of the house ------------------------------------------------------------------------ */

static void
test_drain(void **state)
{
	char got[2048];
	int down = call(), up = call();

	(void)state;
	assert_true(says(down, GET("/spout/31457280")));
	assert_true(says(up, POST("/sink", "Content-Length: 4194304\r\n")));
	assert_true(say_pattern(up, 0, MIB));
	hear_until(down, "\r\n\r\n", got, sizeof(got));
	server_drain(yard.server);
	check_u64("bytes", hear_chunks(down), 30u * MIB);
	assert_true(say_pattern(up, MIB, 3u * MIB));
	hear_until(up, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "Connection: close"));
	hear_until(up, "{\"bytes\":4194304}", got, sizeof(got));
	assert_int_equal(recv(down, got, 1, 0), 0);
	close(down);
	close(up);
	for (int i = 0; i < 1000 && server_connections(yard.server) > 0; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	check_u64("connections", server_connections(yard.server), 0);
}

/* Everything is cut in the middle: by close_yard, and what it must find. */
static void
test_cut(void **state)
{
	char got[2048];
	int down = call(), up = call(), stalled = call();

	assert_true(says(down, GET("/spout/99999999")));
	hear_until(down, "\r\n\r\n", got, sizeof(got));
	assert_true(says(up, POST("/plain", "Content-Length: 4194304\r\n")));
	assert_true(say_pattern(up, 0, MIB));
	assert_true(says(stalled,
	    POST("/stalled", "Content-Length: 4194304\r\n")));
	wait_for("stalled", &yard.begins, 1);
	close_yard(state);
	check_u64("lost", atomic_load(&yard.losts), 2);
	check_u64("works", atomic_load(&yard.works), 0);
	check_u64("canceled", atomic_load(&yard.canceled), 1);
	close(down);
	close(up);
	close(stalled);
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, open_yard, close_yard)

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
		STORY(test_stream),
		STORY(test_old_reader),
		STORY(test_head_of_stream),
		STORY(test_slow_reader),
		STORY(test_survey),
		STORY(test_bad_readers),
		cmocka_unit_test_setup_teardown(test_crawling_reader,
		    open_demanding_yard, close_yard),
		STORY(test_broken_stream),
		STORY(test_drain),
		cmocka_unit_test_setup(test_cut, open_yard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
