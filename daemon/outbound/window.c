/* window: a connection's window follows what passes.  See window.h. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include "window.h"

#define LOOK_US 20000     /* at least so long is measured */
#define STEP (128u << 10) /* bytes: the system enlarges it meanwhile */
#define WINDOW_MOST (1u << 30)

uint64_t
window_size(uint64_t before, uint64_t bytes, int64_t us, uint32_t least,
    uint32_t now)
{
	double fills = (double)least * 5 / 4, size = 0;

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

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
measure(struct window *w, int fd, uint64_t got)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	int64_t now = now_us();

	if (w->at != 0 && now - w->at < LOOK_US)
		return;
	if (w->at != 0 &&
	    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	    info.tcpi_min_rtt > 0)
		w->size = window_size(w->size, got - w->looked, now - w->at,
		    info.tcpi_min_rtt, info.tcpi_rcv_rtt);
	w->looked = got;
	w->at = now;
}

void
window_follow(struct window *w, int fd, uint64_t got)
{
	int size;

	if (got - w->set < STEP)
		return;
	w->set = got;
	measure(w, fd, got);
	size = (int)w->size;
	if (size > 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, &size,
		    sizeof(size));
}
