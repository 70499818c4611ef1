/*
 * delay: a link between two network namespaces, as slow and as long as told, where the
 * kernel has no netem.
 *
 *     delay NETNS ADDRESS NETNS ADDRESS MBIT MS KIB
 *
 * NETNS are files (/proc/PID/ns/net).  In each a device `wire` with its ADDRESS (/24)
 * comes up; what one sends the other receives, MBIT million bits a second in each
 * direction, MS milliseconds later, through a queue of KIB in front of the wire.  What
 * finds the queue full is lost.  Prints "ready" and works until its standard input ends;
 * then one JSON object: packets and bytes of each direction, and those lost.
 *
 * (1) A packet leaves the queue when those before it have passed at the link's rate,
 *     and arrives MS later, in order; nothing is changed on the way.
 * (2) The devices take TCP in pieces of up to 64 KiB and leave cutting them to the
 *     kernel (virtio-net header, tuntap.rst), so that the box costs few calls; what
 *     such a piece counts is what its segments would: their headers too.
 * (3) The devices are gone when it ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PIECE (sizeof(struct virtio_net_hdr) + 65536u)
#define SLOTS 32768u /* packets under way in a direction */
#define AT_ONCE 64   /* taken before we look at the clock again */
#define NS 1000000000

/* A packet that is under way. */
struct packet {
	char *data; /* virtio header and all */
	size_t len;
	int64_t due; /* nanoseconds: when it arrives */
};

/* One direction: taken from `in`, given to `out`. */
struct way {
	int in, out;
	struct packet *ring;   /* SLOTS of them */
	unsigned first, count; /* of the ring */
	int64_t wire_free;     /* when the last byte so far has passed */
	uint64_t packets, bytes, lost;
};

struct box {
	double ns_a_byte;
	int64_t delay;
	int64_t longest_queue; /* nanoseconds */
	char spare[PIECE];
	struct way ways[2];
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "delay: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS + t.tv_nsec;
}

/* --- the devices --------------------------------------------------------- */

static struct ifreq
request(const char *address)
{
	struct ifreq r = { 0 };
	struct sockaddr_in in = { .sin_family = AF_INET };

	snprintf(r.ifr_name, sizeof(r.ifr_name), "wire");
	if (address != NULL && inet_pton(AF_INET, address, &in.sin_addr) != 1)
		die(address);
	memcpy(&r.ifr_addr, &in, sizeof(in));
	return r;
}

/* Up, with its address and the mask of a /24. */
static void
bring_up(const char *address)
{
	struct ifreq addr = request(address), mask = request("255.255.255.0");
	struct ifreq flags = request(NULL), queue = request(NULL);
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	flags.ifr_flags = IFF_UP | IFF_RUNNING;
	queue.ifr_qlen = 10000; /* ours is the queue that counts */
	if (s < 0 || ioctl(s, SIOCSIFADDR, &addr) != 0 ||
	    ioctl(s, SIOCSIFNETMASK, &mask) != 0 ||
	    ioctl(s, SIOCSIFTXQLEN, &queue) != 0 ||
	    ioctl(s, SIOCSIFFLAGS, &flags) != 0)
		die("cannot bring the device up");
	close(s);
}

/* A device in that namespace, which is where we then are. */
static int
open_wire(const char *netns, const char *address)
{
	struct ifreq r = request(NULL);
	unsigned offloads = TUN_F_CSUM | TUN_F_TSO4;
	int ns = open(netns, O_RDONLY | O_CLOEXEC), fd;

	if (ns < 0 || setns(ns, CLONE_NEWNET) != 0)
		die(netns);
	close(ns);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	r.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
	if (fd < 0 || ioctl(fd, TUNSETIFF, &r) != 0 ||
	    ioctl(fd, TUNSETOFFLOAD, offloads) != 0)
		die("/dev/net/tun");
	bring_up(address);
	return fd;
}

/* --- the link ------------------------------------------------------------ */

/* The bytes that this packet is on a wire, cut into segments (2): each has the headers,
 * of which the TCP one begins where the checksum does. */
static uint64_t
bytes_on_wire(const char *data, size_t len)
{
	struct virtio_net_hdr h;
	size_t ip = len - sizeof(h), headers, segments;

	memcpy(&h, data, sizeof(h));
	if (h.gso_type == VIRTIO_NET_HDR_GSO_NONE || h.gso_size == 0 ||
	    h.csum_start + 20u > ip)
		return ip;
	headers = h.csum_start +
	    ((unsigned char)data[sizeof(h) + h.csum_start + 12] >> 4) * 4u;
	if (headers >= ip)
		return ip;
	segments = (ip - headers + h.gso_size - 1) / h.gso_size;
	return ip + (segments - 1) * headers;
}

/* Into the queue, or lost. */
static void
queue_packet(struct box *b, struct way *w, size_t len, int64_t at)
{
	struct packet *p = &w->ring[(w->first + w->count) % SLOTS];
	uint64_t bytes = bytes_on_wire(b->spare, len);

	if (w->wire_free < at)
		w->wire_free = at;
	if (w->wire_free - at > b->longest_queue || w->count == SLOTS ||
	    (p->data = malloc(len)) == NULL) {
		w->lost++;
		return;
	}
	memcpy(p->data, b->spare, len);
	p->len = len;
	w->wire_free += (int64_t)((double)bytes * b->ns_a_byte);
	p->due = w->wire_free + b->delay;
	w->count++;
	w->packets++;
	w->bytes += bytes;
}

static void
take(struct box *b, struct way *w)
{
	int64_t at = now();
	ssize_t n;
	int i;

	for (i = 0; i < AT_ONCE; i++) {
		n = read(w->in, b->spare, sizeof(b->spare));
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < (ssize_t)sizeof(struct virtio_net_hdr))
			die("cannot read from a device");
		queue_packet(b, w, (size_t)n, at);
	}
}

/* Give what is due.  A device that takes no more loses it, as a full one does. */
static void
give(struct way *w, int64_t at)
{
	struct packet *p;

	while (w->count > 0 && (p = &w->ring[w->first])->due <= at) {
		if (write(w->out, p->data, p->len) < 0)
			w->lost++;
		free(p->data);
		w->first = (w->first + 1) % SLOTS;
		w->count--;
	}
}

/* Nanoseconds until the next packet is due; a second if none is. */
static int64_t
patience(const struct box *b)
{
	int64_t at = now(), soonest = at + NS, due;
	int i;

	for (i = 0; i < 2; i++) {
		if (b->ways[i].count == 0)
			continue;
		due = b->ways[i].ring[b->ways[i].first].due;
		soonest = due < soonest ? due : soonest;
	}
	return soonest > at ? soonest - at : 0;
}

static void
run(struct box *b)
{
	struct pollfd fds[3] = { { .fd = b->ways[0].in, .events = POLLIN },
		{ .fd = b->ways[1].in, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN } };
	struct timespec t;
	int64_t left;
	int i;

	while (fds[2].revents == 0) {
		left = patience(b);
		t = (struct timespec){ left / NS, left % NS };
		if (ppoll(fds, 3, &t, NULL) < 0 && errno != EINTR)
			die("ppoll");
		for (i = 0; i < 2; i++) {
			if (fds[i].revents & POLLIN)
				take(b, &b->ways[i]);
			give(&b->ways[i], now());
		}
	}
}

static void
report(const struct box *b)
{
	struct rusage r;
	int i;

	getrusage(RUSAGE_SELF, &r);
	printf("{\"ways\":[");
	for (i = 0; i < 2; i++)
		printf("%s{\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64
		       ",\"lost\":%" PRIu64 "}",
		    i > 0 ? "," : "", b->ways[i].packets, b->ways[i].bytes,
		    b->ways[i].lost);
	printf("],\"cpu_seconds\":%.3f}\n",
	    (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
		(double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6);
}

int
main(int argc, char **argv)
{
	static struct box b;
	double mbit, ms, kib;
	int i, fds[2];

	if (argc != 8 || (mbit = strtod(argv[5], NULL)) <= 0 ||
	    (ms = strtod(argv[6], NULL)) < 0 ||
	    (kib = strtod(argv[7], NULL)) <= 0) {
		fputs("usage: delay NETNS ADDRESS NETNS ADDRESS MBIT MS KIB\n",
		    stderr);
		return 2;
	}
	b.ns_a_byte = 8000 / mbit;
	b.delay = (int64_t)(ms * 1e6);
	b.longest_queue = (int64_t)(kib * 1024 * b.ns_a_byte);
	prctl(PR_SET_TIMERSLACK, 1);
	for (i = 0; i < 2; i++)
		fds[i] = open_wire(argv[1 + 2 * i], argv[2 + 2 * i]);
	for (i = 0; i < 2; i++) {
		b.ways[i].in = fds[i];
		b.ways[i].out = fds[1 - i];
		b.ways[i].ring = calloc(SLOTS, sizeof(*b.ways[i].ring));
		if (b.ways[i].ring == NULL)
			die("out of memory");
	}
	puts("ready");
	fflush(stdout);
	run(&b);
	report(&b);
	return 0;
}
