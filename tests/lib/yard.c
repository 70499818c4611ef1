/* yard: see yard.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "check.h"
#include "net/intake.h"
#include "net/outlet.h"
#include "pool/pool.h"
#include "yard.h"

#define PATIENCE 10 /* seconds, for what should take none */

/* --- the server's side --------------------------------------------------------- */

struct yard yard;

unsigned char
yard_byte(uint64_t at)
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
		if ((unsigned char)data[i] != yard_byte(at + i))
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
			piece[i] = (char)yard_byte(at + i);
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

int
yard_open(void **state)
{
	(void)state;
	return open_yard_with(1000);
}

int
yard_open_demanding(void **state)
{
	(void)state;
	return open_yard_with(8 * MIB);
}

int
yard_close(void **state)
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

int
yard_call(void)
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

bool
yard_say(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n)
		if ((n = send(fd, p, len, MSG_NOSIGNAL)) <= 0)
			return false;
	return true;
}

bool
yard_says(int fd, const char *text)
{
	return yard_say(fd, text, strlen(text));
}

bool
yard_say_pattern(int fd, uint64_t from, uint64_t len)
{
	static char piece[MIB];
	uint64_t done = 0;

	while (done < len) {
		size_t n = len - done < sizeof(piece) ? len - done :
							sizeof(piece);

		for (size_t i = 0; i < n; i++)
			piece[i] = (char)yard_byte(from + done + i);
		if (!yard_say(fd, piece, n))
			return false;
		done += n;
	}
	return true;
}

ssize_t
yard_hear_all(int fd, char *out, size_t max)
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

void
yard_hear_until(int fd, const char *end, char *out, size_t max)
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

uint64_t
yard_hear_chunks(int fd)
{
	static char piece[MIB];
	char line[64];
	uint64_t at = 0;
	size_t size, len;
	ssize_t n;

	for (;;) {
		yard_hear_until(fd, "\r\n", line, sizeof(line));
		size = strtoul(line, NULL, 16);
		assert_true(size + 2 < sizeof(piece));
		for (len = 0; len < size + 2; len += (size_t)n)
			assert_true((n = recv(fd, piece + len, size + 2 - len,
					 0)) > 0);
		for (size_t i = 0; i < size; i++)
			if ((unsigned char)piece[i] != yard_byte(at + i))
				fail_msg("byte %llu",
				    (unsigned long long)(at + i));
		at += size;
		if (size == 0)
			return at;
	}
}

void
yard_wait(const char *what, atomic_uint *count, unsigned want)
{
	const struct timespec moment = { .tv_nsec = 5000000 };

	for (int i = 0; i < PATIENCE * 200 && atomic_load(count) < want; i++)
		nanosleep(&moment, NULL);
	check_u64(what, atomic_load(count), want);
}

double
yard_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
