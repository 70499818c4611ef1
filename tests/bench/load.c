/*
 * load: one HTTP/1.1 client for both sides of a comparison.
 *
 *     load [-H] [-1] [-c CONNECTIONS] [-t SECONDS] [-p PATHS]
 *          [-r LENGTH -s SIZE] PORT PATH
 *
 * Keeps CONNECTIONS connections to 127.0.0.1:PORT busy for SECONDS: each asks,
 * reads the whole answer, asks again.  -1: each asks once, and SECONDS is how long
 * that may take.  -H asks with HEAD; -p puts numbers from 0 to PATHS - 1, six digits
 * each, for the '@' in PATH, one after the other; -r asks for ranges of LENGTH bytes
 * of a file of SIZE, one after the other.  Prints one JSON object.  Any answer but
 * 200 (206 with -r) ends it with status 1.
 *
 * One thread and no copies beyond recv(2)'s, so that it takes one core and the
 * server has the rest.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX 8192
#define BODY (256u << 10) /* bytes received at a time */
#define BINS (1u << 20)   /* microseconds that are told apart */
#define CONNECTIONS_MAX 4096

struct options {
	bool head, once;
	unsigned connections, paths;
	double seconds;
	uint64_t length, size; /* of a range, of the file */
	uint16_t port;
	const char *path;
};

struct conn {
	int fd;
	char head[HEAD_MAX]; /* of the answer coming in */
	size_t head_len;
	bool in_body;
	uint64_t left; /* of the body */
	double asked;
};

struct load {
	struct options o;
	int epoll;
	char *body;
	uint64_t asked;    /* requests sent */
	uint64_t answers;  /* complete */
	uint64_t received; /* bytes of bodies */
	double end;
	uint32_t *bins; /* answers by microseconds */
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "load: %s\n", what);
	exit(1);
}

/* --- asking ------------------------------------------------------------------- */

/* The path with the request's number for '@'. */
static void
write_path(const struct options *o, uint64_t n, char *out, size_t size)
{
	const char *at = strchr(o->path, '@');

	if (o->paths == 0 || at == NULL)
		snprintf(out, size, "%s", o->path);
	else
		snprintf(out, size, "%.*s%06" PRIu64 "%s", (int)(at - o->path),
		    o->path, n % o->paths, at + 1);
}

static void
ask(struct load *l, struct conn *c)
{
	char path[1024], range[96] = "", text[2048];
	uint64_t first;
	int len;

	write_path(&l->o, l->asked, path, sizeof(path));
	if (l->o.length > 0) {
		first = l->asked * l->o.length %
		    (l->o.size - l->o.size % l->o.length);
		snprintf(range, sizeof(range),
		    "Range: bytes=%" PRIu64 "-%" PRIu64 "\r\n", first,
		    first + l->o.length - 1);
	}
	len = snprintf(text, sizeof(text),
	    "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n",
	    l->o.head ? "HEAD" : "GET", path, l->o.port, range);
	l->asked++;
	c->asked = now();
	/* A request is far smaller than an empty socket buffer. */
	if (send(c->fd, text, (size_t)len, MSG_NOSIGNAL) != len)
		die("the server does not take a request");
}

/* --- reading ------------------------------------------------------------------ */

static void
answered(struct load *l, struct conn *c)
{
	double us = (now() - c->asked) * 1e6;

	l->bins[us < BINS - 1 ? (size_t)us : BINS - 1]++;
	l->answers++;
	c->in_body = false;
	if (!l->o.once)
		ask(l, c);
	else if (epoll_ctl(l->epoll, EPOLL_CTL_DEL, c->fd, NULL) != 0)
		die("epoll");
}

static uint64_t
content_length(char *head)
{
	char *line, *rest = head;

	while ((line = strsep(&rest, "\n")) != NULL)
		if (strncasecmp(line, "Content-Length:", 15) == 0)
			return strtoull(line + 15, NULL, 10);
	die("an answer without Content-Length");
}

/* A head is complete: `extra` bytes of the body came with it. */
static void
take_head(struct load *l, struct conn *c, size_t extra)
{
	const char *want = l->o.length > 0 ? "HTTP/1.1 206" : "HTTP/1.1 200";

	if (strncmp(c->head, want, 12) != 0)
		die(c->head);
	c->left = content_length(c->head);
	c->head_len = 0;
	if (l->o.head)
		c->left = 0;
	if (extra > c->left)
		die("more bytes than were announced");
	l->received += extra;
	c->left -= extra;
	c->in_body = c->left > 0;
	if (!c->in_body)
		answered(l, c);
}

/* False when there is nothing more for now. */
static bool
read_head(struct load *l, struct conn *c)
{
	ssize_t n = recv(c->fd, c->head + c->head_len,
	    HEAD_MAX - 1 - c->head_len, MSG_DONTWAIT);
	char *end;

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0)
		die("the server closed a connection");
	c->head_len += (size_t)n;
	c->head[c->head_len] = '\0';
	end = strstr(c->head, "\r\n\r\n");
	if (end == NULL && c->head_len == HEAD_MAX - 1)
		die("a head without end");
	if (end == NULL)
		return true;
	*end = '\0';
	take_head(l, c, c->head_len - (size_t)(end + 4 - c->head));
	return l->o.head ? false : true;
}

static bool
read_body(struct load *l, struct conn *c)
{
	size_t most = c->left < BODY ? (size_t)c->left : BODY;
	ssize_t n = recv(c->fd, l->body, most, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0)
		die("the server closed a connection");
	l->received += (uint64_t)n;
	c->left -= (uint64_t)n;
	if (c->left > 0)
		return (size_t)n == most;
	answered(l, c);
	return false;
}

/* --- the whole ------------------------------------------------------------------ */

static void
connect_one(struct load *l, struct conn *c)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(l->o.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
	const int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 ||
	    connect(c->fd, (const struct sockaddr *)(const void *)&to,
		sizeof(to)) != 0 ||
	    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) !=
		0 ||
	    epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &e) != 0)
		die("cannot connect");
}

static bool
is_over(const struct load *l)
{
	return now() >= l->end || (l->o.once && l->answers == l->o.connections);
}

static void
run(struct load *l)
{
	struct epoll_event events[256];
	struct conn *c;
	int n, i;

	while (!is_over(l)) {
		n = epoll_wait(l->epoll, events, 256, 1000);
		for (i = 0; i < n; i++) {
			c = events[i].data.ptr;
			while (c->in_body ? read_body(l, c) : read_head(l, c))
				;
		}
		if (n == 0 && !l->o.once)
			die("no answer for a second");
	}
	if (l->o.once && l->answers < l->o.connections)
		die("not everybody was answered in time");
}

/* The microseconds within which that share of the answers came. */
static unsigned
quantile(const struct load *l, double share)
{
	uint64_t want = (uint64_t)((double)l->answers * share), seen = 0;
	unsigned us = 0;

	while (us < BINS - 1 && (seen += l->bins[us]) < want)
		us++;
	return us;
}

static void
report(const struct load *l, double seconds)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	printf("{\"answers\":%" PRIu64 ",\"bytes\":%" PRIu64
	       ",\"seconds\":%.6f,\"p50_us\":%u,\"p99_us\":%u,"
	       "\"cpu_seconds\":%.6f}\n",
	    l->answers, l->received, seconds, quantile(l, 0.50),
	    quantile(l, 0.99),
	    (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
		(double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6);
}

static bool
read_options(struct options *o, int argc, char **argv)
{
	int c;

	*o = (struct options){ .connections = 1, .seconds = 1 };
	while ((c = getopt(argc, argv, "1Hc:t:p:r:s:")) != -1)
		switch (c) {
		case '1':
			o->once = true;
			break;
		case 'H':
			o->head = true;
			break;
		case 'c':
			o->connections = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 't':
			o->seconds = strtod(optarg, NULL);
			break;
		case 'p':
			o->paths = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'r':
			o->length = strtoull(optarg, NULL, 10);
			break;
		case 's':
			o->size = strtoull(optarg, NULL, 10);
			break;
		default:
			return false;
		}
	if (argc - optind != 2 || o->connections < 1 ||
	    o->connections > CONNECTIONS_MAX || o->length > o->size)
		return false;
	o->port = (uint16_t)strtoul(argv[optind], NULL, 10);
	o->path = argv[optind + 1];
	return true;
}

int
main(int argc, char **argv)
{
	struct load l = { .epoll = -1 };
	struct conn *conns;
	double begun;

	if (!read_options(&l.o, argc, argv))
		die("usage: load [-H] [-1] [-c CONNECTIONS] [-t SECONDS] "
		    "[-p PATHS] [-r LENGTH -s SIZE] PORT PATH");
	conns = calloc(l.o.connections, sizeof(*conns));
	l.bins = calloc(BINS, sizeof(*l.bins));
	l.body = malloc(BODY);
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (conns == NULL || l.bins == NULL || l.body == NULL || l.epoll < 0)
		die("out of memory");
	for (unsigned i = 0; i < l.o.connections; i++)
		connect_one(&l, &conns[i]);
	begun = now();
	l.end = begun + l.o.seconds;
	for (unsigned i = 0; i < l.o.connections; i++)
		ask(&l, &conns[i]);
	run(&l);
	report(&l, now() - begun);
	free(conns);
	free(l.bins);
	free(l.body);
	return 0;
}
