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
		{ "half more than passes", 0, 4 * MIB, 40000, 20000, 0,
		    3 * MIB },
		{ "own queue keeps nothing more", 0, 4 * MIB, 40000, 20000,
		    29000, 3 * MIB },
		{ "behind others' queues what passes", 0, 4 * MIB, 40000, 20000,
		    40000, 4 * MIB },
		{ "a far one", 0, 4 * MIB, 40000, 200000, 200000, 30 * MIB },
		{ "one next door", 0, 4 * MIB, 40000, 50, 60, WINDOW_LEAST },
		{ "it grows at once", MIB, 4 * MIB, 40000, 20000, 0, 3 * MIB },
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

static void
test_full(void **state)
{
	static const struct row {
		const char *label;
		uint32_t least, now; /* microseconds */
		int64_t pause;
		bool full;
	} rows[] = {
		{ "(3) longer than the shortest", 20000, 22500, 0, true },
		{ "and bytes all the time", 20000, 22500, 2000, true },
		{ "the sender paused", 20000, 22500, 2500, false },
		{ "as long", 20000, 20000, 0, false },
		{ "by what the system rounds", 20000, 21000, 0, false },
		{ "next door, rounded", 50, 1000, 0, false },
		{ "far: a sixteenth", 160000, 169000, 0, false },
		{ "far: more", 160000, 171000, 0, true },
		{ "not known", 0, 50000, 0, false },
		{ "not measured", 20000, 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_u64(rows[i].label,
		    window_full(rows[i].least, rows[i].now, rows[i].pause),
		    rows[i].full);
}

static void
test_batch(void **state)
{
	static const struct row {
		const char *label;
		uint64_t size, left;
		unsigned batch;
	} rows[] = {
		{ "(4) a share of the window", MIB, 1u << 30, 64u << 10 },
		{ "in whole grains", MIB + 100000, 1u << 30, 64u << 10 },
		{ "no more than is worth it", 1u << 30, 1u << 30,
		    WINDOW_BATCH },
		{ "a narrow one", WINDOW_LEAST - 1, 1u << 30, 0 },
		{ "not known yet", 0, 1u << 30, 0 },
		{ "near the end", 1u << 30, 2 * WINDOW_BATCH - 1, 0 },
		{ "never more than is to come", 1u << 30, 2 * WINDOW_BATCH,
		    WINDOW_BATCH },
		{ "nobody knows how much is to come", 1u << 30, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_u64(rows[i].label,
		    window_batch(rows[i].size, rows[i].left), rows[i].batch);
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
option_of(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int value = 0;

	check_true("ask", getsockopt(fd, level, name, &value, &len) == 0);
	return value;
}

static int
clamp_of(int fd)
{
	return option_of(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP);
}

/* One look more, when `got` bytes have come and `left` are to come. */
static void
look(struct window *w, int fd, uint64_t got, uint64_t left)
{
	const struct timespec pause = { .tv_nsec = 25000000 };

	nanosleep(&pause, NULL);
	window_follow(w, fd, got, left);
}

/* The system is told; not before there is something to go by. */
static void
test_follow(void **state)
{
	const uint64_t left = 1u << 30;
	struct window w = { 0 };
	int far, near = connect_here(&far), before = clamp_of(near);
	uint64_t got = MIB;

	(void)state;
	window_follow(&w, near, 1000, left);
	window_follow(&w, near, MIB, left);
	check_true("not yet", clamp_of(near) == before);
	look(&w, near, MIB + 1000, left);
	check_true("nor for so little", clamp_of(near) == before);
	/* So much that a busy machine's longer pauses do not matter. */
	for (uint64_t i = 16; i < 1u << 20; i *= 16)
		look(&w, near, got += i * MIB, left);
	check_true("(1) it grows", w.size == 0 && clamp_of(near) == before);
	for (uint64_t i = 256; i > 0; i /= 16)
		look(&w, near, got += i * MIB, left);
	check_true("(2) it does not grow any more", w.size >= WINDOW_LEAST);
	check_u64("told", (uint64_t)clamp_of(near), w.size);
	(void)close(near);
	(void)close(far);
	window_follow(&w, -1, 2 * got, left); /* no connection */
}

/* (4) What we are woken for: some at a time, then whatever comes. */
static void
test_wake(void **state)
{
	struct window w = { .size = 4 * MIB };
	int far, near = connect_here(&far);

	(void)state;
	window_follow(&w, near, MIB, 1u << 30);
	check_u64("a batch", (uint64_t)option_of(near, SOL_SOCKET, SO_RCVLOWAT),
	    WINDOW_BATCH);
	window_wake(&w, near);
	check_u64("a lull", (uint64_t)option_of(near, SOL_SOCKET, SO_RCVLOWAT),
	    1);
	window_follow(&w, near, 2 * MIB, 1u << 30);
	check_u64("again", (uint64_t)option_of(near, SOL_SOCKET, SO_RCVLOWAT),
	    WINDOW_BATCH);
	window_follow(&w, near, 2 * MIB + 1000, 1000);
	check_u64("the end", (uint64_t)option_of(near, SOL_SOCKET, SO_RCVLOWAT),
	    1);
	(void)close(near);
	(void)close(far);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_wake),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
