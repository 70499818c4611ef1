/* Tests of daemon/outbound/window.c: how much may be on its way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "outbound/window.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define MIB (1u << 20)

static void
test_size(void **state)
{
	static const struct row {
		const char *label;
		uint64_t before, bytes;
		int64_t us;
		uint32_t least, now; /* microseconds */
		uint64_t size;
	} rows[] = {
		{ "a quarter more than passes", 0, 4 * MIB, 40000, 20000, 0,
		    5 * MIB / 2 },
		{ "own queue keeps nothing more", 0, 4 * MIB, 40000, 20000,
		    24000, 5 * MIB / 2 },
		{ "behind others' queues what passes", 0, 4 * MIB, 40000, 20000,
		    40000, 4 * MIB },
		{ "a far one", 0, 4 * MIB, 40000, 200000, 200000, 25 * MIB },
		{ "one next door", 0, 4 * MIB, 40000, 50, 60, WINDOW_LEAST },
		{ "it grows at once", MIB, 4 * MIB, 40000, 20000, 0,
		    5 * MIB / 2 },
		{ "and falls slowly", 8 * MIB, 4 * MIB, 40000, 20000, 0,
		    7 * MIB },
		{ "silence", 0, 0, 40000, 20000, 20000, WINDOW_LEAST },
		{ "no time at all", 0, MIB, 0, 20000, 20000, WINDOW_LEAST },
		{ "a bound", 0, UINT64_MAX / 2, 1, UINT32_MAX, UINT32_MAX,
		    1u << 30 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];

		check_u64(r->label,
		    window_size(r->before, r->bytes, r->us, r->least, r->now),
		    r->size);
	}
}

/* A connection of this machine to itself, its connecting end. */
static int
connect_here(int *far)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
	    near = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check_true("listen",
	    bind(listening, (struct sockaddr *)&at, len) == 0 &&
		listen(listening, 1) == 0 &&
		getsockname(listening, (struct sockaddr *)&at, &len) == 0);
	check_true("connect", connect(near, (struct sockaddr *)&at, len) == 0);
	*far = accept(listening, NULL, NULL);
	check_true("accept", *far >= 0);
	(void)close(listening);
	return near;
}

static int
clamp_of(int fd)
{
	socklen_t len = sizeof(int);
	int clamp = 0;

	check_true("ask",
	    getsockopt(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, &clamp, &len) == 0);
	return clamp;
}

/* The system is told; not before there is something to go by. */
static void
test_follow(void **state)
{
	const struct timespec pause = { .tv_nsec = 25000000 };
	struct window w = { 0 };
	int far, near = connect_here(&far), before = clamp_of(near);

	(void)state;
	window_follow(&w, near, 1000);
	window_follow(&w, near, MIB);
	check_true("not yet", clamp_of(near) == before);
	nanosleep(&pause, NULL);
	window_follow(&w, near, MIB + 1000);
	check_true("nor for so little", clamp_of(near) == before);
	window_follow(&w, near, 2 * MIB);
	check_true("measured", w.size >= WINDOW_LEAST);
	check_u64("told", (uint64_t)clamp_of(near), w.size);
	(void)close(near);
	(void)close(far);
	window_follow(&w, -1, 4 * MIB); /* no connection: nothing happens */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_follow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
