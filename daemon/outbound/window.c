/* window: a connection's window follows what passes.  See window.h. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include "window.h"

#define LOOK_US 20000     /* at least so long is measured */
#define STEP (128u << 10) /* bytes: the system enlarges it meanwhile */
#define WINDOW_MOST (1u << 30)
#define FLAT 3            /* looks: the rate does not grow any more */
#define TICK_US 1500      /* the system's measure of a round trip is no finer */
#define GRAIN (16u << 10) /* bytes: finer differences are not worth a call */
#define BATCHES 16 /* of a window; a round trip of 20 ms has 1.25 ms each */

uint64_t
window_size(uint64_t before, uint64_t bytes, int64_t us, uint32_t least,
    uint32_t now)
{
	double fills = (double)least * 3 / 2, size = 0;

	/* Behind the queues of others: no less than what passes now. */
	if (fills < now)
		fills = now;
	if (us > 0)
		size = (double)bytes * fills / (double)us;
	if (size < (double)before * 7 / 8)
		size = (double)before * 7 / 8;
	if (size < WINDOW_LEAST)
		return WINDOW_LEAST;
	return size < WINDOW_MOST ? (uint64_t)size : WINDOW_MOST;
}

bool
window_full(uint32_t least, uint32_t now, int64_t pause)
{
	const uint32_t longer = least / 16 > TICK_US ? least / 16 : TICK_US;

	return least > 0 && now > least && now - least > longer &&
	    pause < now - least;
}

unsigned
window_batch(uint64_t size, uint64_t left)
{
	const uint64_t share = size / BATCHES;

	/* What a TLS library holds back has left the socket already. */
	if (left < 2 * WINDOW_BATCH)
		return 0;
	if (share >= WINDOW_BATCH)
		return WINDOW_BATCH;
	return (unsigned)(share - share % GRAIN);
}

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* What came in `us`, by these facts of the connection. */
static void
learn(struct window *w, uint64_t bytes, int64_t us, const struct tcp_info *info)
{
	const uint64_t rate = bytes * 1000000 / (uint64_t)us;

	w->flat = rate / 9 > w->passed / 8 ? 0 : w->flat + 1;
	if (w->flat == 0 || w->passed > rate)
		w->passed = rate;
	w->full = window_full(info->tcpi_min_rtt, info->tcpi_rcv_rtt, w->pause);
	if (w->size > 0 || w->flat >= FLAT)
		w->size = window_size(w->size, bytes, us, info->tcpi_min_rtt,
		    info->tcpi_rcv_rtt);
}

static void
measure(struct window *w, int fd, uint64_t got, int64_t now)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (w->at != 0 && now - w->at < LOOK_US)
		return;
	if (w->at != 0 &&
	    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	    info.tcpi_min_rtt > 0)
		learn(w, got - w->looked, now - w->at, &info);
	w->looked = got;
	w->at = now;
	w->pause = 0;
}

static void
set_batch(struct window *w, int fd, unsigned batch)
{
	const int least = batch > 0 ? (int)batch : 1;

	if (batch != w->batch)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &least,
		    sizeof(least));
	w->batch = batch;
}

void
window_follow(struct window *w, int fd, uint64_t got, uint64_t left)
{
	const int64_t now = now_us();
	int size;

	if (w->came != 0 && now - w->came > w->pause)
		w->pause = now - w->came;
	w->came = now;
	if (got - w->set < STEP && left >= 2 * WINDOW_BATCH)
		return;
	w->set = got;
	measure(w, fd, got, now);
	size = (int)w->size;
	if (size > 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, &size,
		    sizeof(size));
	set_batch(w, fd, window_batch(w->size, left));
}

void
window_wake(struct window *w, int fd)
{
	set_batch(w, fd, 0);
}
