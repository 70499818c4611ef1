/*
 * Outlets over real sockets on 127.0.0.1: answers while they are made, and what is told
 * of answers and bodies meanwhile.  Numbers in brackets are the invariants of outlet.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <semaphore.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "net/survey.h"
#include "yard.h"

/* --- outlets ---------------------------------------------------------------------------------- */

static void
test_stream(void **state)
{
	struct server_counters *c = server_counters(yard.server);
	const uint64_t bytes = 50u * MIB;
	uint64_t small;
	char got[8192];
	int fd = yard_call();

	(void)state;
	/* Pipelined: before it, it, after it. */
	assert_true(yard_says(fd,
	    GET("/small") GET("/spout/52428800") GET("/small")));
	yard_hear_until(fd, "[499,\"again\"],", got, sizeof(got));
	small = strlen(strstr(got, "\r\n\r\n") + 4);
	yard_hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "HTTP/1.1 200 OK"));
	assert_non_null(strstr(got, "X-Made: here"));
	assert_non_null(strstr(got, "Transfer-Encoding: chunked"));
	assert_null(strstr(got, "Content-Length"));
	check_u64("bytes", yard_hear_chunks(fd), bytes);
	yard_hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "Content-Length"));
	yard_hear_until(fd, "[499,\"again\"],", got, sizeof(got));
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
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd, "GET /spout/2000000 HTTP/1.0\r\n\r\n"));
	len = yard_hear_all(fd, got, sizeof(got));
	body = strstr(got, "\r\n\r\n");
	assert_non_null(body);
	assert_null(strstr(got, "chunked"));
	assert_true(got + len - (body + 4) == 2000000);
	for (size_t i = 0; i < 2000000; i++)
		assert_true((unsigned char)body[4 + i] == yard_byte(i));
	close(fd);
}

static void
test_head_of_stream(void **state)
{
	char got[2048];
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd,
	    "HEAD /spout/2000000 HTTP/1.1\r\nHost: x\r\n\r\n" GET("/spout/5")));
	yard_hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "chunked"));
	yard_hear_until(fd, "\r\n\r\n", got, sizeof(got));
	assert_true(strncmp(got, "HTTP/1.1 200", 12) == 0);
	check_u64("bytes", yard_hear_chunks(fd), 5);
	close(fd);
}

/* outlet (2), and then all of it. */
static void
test_slow_reader(void **state)
{
	const struct timespec moment = { .tv_nsec = 300000000 };
	char got[2048];
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd, GET("/spout/31457280")));
	nanosleep(&moment, NULL);
	assert_true(atomic_load(&yard.spouted) < 12u * MIB);
	yard_hear_until(fd, "\r\n\r\n", got, sizeof(got));
	check_u64("bytes", yard_hear_chunks(fd), 30u * MIB);
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
	int down = yard_call(), up = yard_call();

	(void)state;
	sem_init(&told.done, 0, 0);
	assert_true(yard_says(down, GET("/spout/99999999")));
	assert_true(yard_says(up,
	    POST("/stalled", "Content-Length: 4194304\r\n")));
	assert_true(yard_say_pattern(up, 0, MIB));
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
	double start = yard_now();
	char byte;
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd, GET("/spout/99999999")));
	assert_int_equal(recv(fd, &byte, 1, 0), 1);
	close(fd);
	yard_wait("gone", &yard.canceled, 1);
	fd = yard_call();
	assert_true(yard_says(fd, GET("/spout/99999999")));
	yard_wait("takes nothing", &yard.canceled, 2);
	close(fd);
	assert_true(yard_now() - start < 6);
}

/* It takes something all the time, but less than body_rate. */
static void
test_crawling_reader(void **state)
{
	const struct timespec moment = { .tv_nsec = 5000000 };
	static char piece[16 << 10];
	double start = yard_now();
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd, GET("/spout/99999999")));
	while (atomic_load(&yard.canceled) == 0 && yard_now() - start < 6) {
		(void)recv(fd, piece, sizeof(piece), MSG_DONTWAIT);
		nanosleep(&moment, NULL);
	}
	check_u64("canceled", atomic_load(&yard.canceled), 1);
	assert_true(yard_now() - start >= 1);
	close(fd);
}

/* outlet (4) */
static void
test_broken_stream(void **state)
{
	static char got[MIB];
	int fd = yard_call();

	(void)state;
	assert_true(yard_says(fd, GET("/break/100000")));
	assert_int_equal(yard_hear_all(fd, got, sizeof(got)), -1);
	assert_int_equal(errno, ECONNRESET);
	close(fd);
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, yard_open, yard_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(test_stream),
		STORY(test_old_reader),
		STORY(test_head_of_stream),
		STORY(test_slow_reader),
		STORY(test_survey),
		STORY(test_bad_readers),
		cmocka_unit_test_setup_teardown(test_crawling_reader,
		    yard_open_demanding, yard_close),
		STORY(test_broken_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
