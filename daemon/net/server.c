/* server: listeners, and the book-keeping of all loops.  See server.h. */
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "address.h"
#include "priv.h"

#define SPARE_DESCRIPTORS 256 /* for blobs, the catalog, repositories */

/* --- who comes ------------------------------------------------------------ */

static void
name_peer(struct conn_origin *o, evutil_socket_t fd, struct sockaddr *sa,
    int len)
{
	char host[48], port[8];
	struct ucred cred;
	socklen_t size = sizeof(cred);

	o->local = sa->sa_family == AF_UNIX;
	if (o->local) {
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) != 0)
			cred.uid = (uid_t)-1;
		snprintf(o->peer, sizeof(o->peer), "uid %u", cred.uid);
		return;
	}
	if (getnameinfo(sa, (socklen_t)len, host, sizeof(host), port,
		sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		snprintf(o->peer, sizeof(o->peer), "unknown");
		return;
	}
	snprintf(o->peer, sizeof(o->peer),
	    sa->sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

/* A lane's longest idle connection is to be cut, on the lane's own loop. */
struct cut_job {
	struct job job; /* first: the job is the cut_job */
	struct lane *lane;
};

static void
cut_idle(struct job *job)
{
	struct lane *lane = ((struct cut_job *)job)->lane;

	free(job);
	if (lane->idle.first != NULL)
		conn_cut(lane->idle.first);
}

/* The lane whose first idle connection is idle longest; NULL: none is idle. */
static struct lane *
longest_idle(struct server *s)
{
	struct lane *found = NULL;
	int64_t least = INT64_MAX, since;
	unsigned i;

	for (i = 0; i < s->nlanes; i++) {
		since = atomic_load_explicit(&s->lanes[i].idle_since,
		    memory_order_relaxed);
		if (since < least) {
			least = since;
			found = &s->lanes[i];
		}
	}
	return found;
}

/* Is there a place for one more?  When all are taken, the connection that was idle
 * longest gives its own up.  On another lane that takes a moment, in which there
 * may be one too many: the spare descriptors allow for it. */
static bool
make_room(struct lane *lane)
{
	struct server *s = lane->server;
	struct lane *other;
	struct cut_job *cut;

	if (atomic_load(&s->counters.connections) < s->most)
		return true;
	if ((other = longest_idle(s)) == NULL)
		return false;
	if (other == lane) {
		conn_cut(lane->idle.first);
		return true;
	}
	if ((cut = calloc(1, sizeof(*cut))) == NULL)
		return false;
	cut->job.done = cut_idle;
	cut->lane = other;
	loop_post(other->loop, &cut->job);
	return true;
}

/* Why there is no place for a connection from there; NULL: there is one. */
static const char *
find_place(struct lane *lane, const struct sockaddr *sa,
    struct conn_origin *origin)
{
	struct server *s = lane->server;
	unsigned most;
	bool counted;

	if (origin->local) /* the operator gets in */
		return NULL;
	pthread_mutex_lock(&s->lock);
	most = s->options.connections_per_address;
	counted = most > 0 || s->options.requests_per_address > 0;
	pthread_mutex_unlock(&s->lock);
	if (counted) {
		origin->address = address_come(s->addresses, sa, most);
		if (origin->address == NULL)
			return "too many connections from one address";
	}
	return make_room(lane) ? NULL : "too many connections";
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *sa, int len, void *arg)
{
	struct conn_origin origin = { .address = NULL };
	struct lane *lane = arg;
	const char *no_place;

	(void)listener;
	name_peer(&origin, fd, sa, len);
	no_place = find_place(lane, sa, &origin);
	conn_accept(lane, fd, &origin, no_place);
}

/* --- out of descriptors ------------------------------------------------------ */

static int
open_spare(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct lane *lane = arg;
	unsigned i;

	(void)fd, (void)what;
	if (lane->spare < 0)
		lane->spare = open_spare();
	for (i = 0; i < lane->nlisteners; i++)
		if (lane->listeners[i] != NULL)
			evconnlistener_enable(lane->listeners[i]);
}

/* Give up the spare descriptor to take one connection off the queue and end it,
 * then pause: never spin. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	const struct timeval pause = { .tv_usec = 100000 };
	struct lane *lane = arg;
	int fd;

	if (errno == EMFILE || errno == ENFILE) {
		if (lane->idle.first != NULL)
			conn_cut(lane->idle.first);
		if (lane->spare >= 0)
			close(lane->spare);
		fd = accept(evconnlistener_get_fd(listener), NULL, NULL);
		if (fd >= 0)
			close(fd);
		lane->spare = open_spare();
	}
	evconnlistener_disable(listener);
	event_add(lane->resume, &pause);
}

/* --- listeners ----------------------------------------------------------------- */

/* Split "ADDR:PORT" or "[ADDR]:PORT". */
static bool
split_address(const char *text, char host[64], char port[8])
{
	const char *colon = strrchr(text, ':');
	size_t len;

	if (colon == NULL || strlen(colon + 1) > 5 || colon[1] == '\0')
		return false;
	len = (size_t)(colon - text);
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len == 0 || len > 63)
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	memcpy(port, colon + 1, strlen(colon + 1) + 1);
	return true;
}

static enum weigh_code
resolve(const char *address, struct addrinfo **out, struct weigh_err *err)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	};
	char host[64], port[8];

	if (!split_address(address, host, port) ||
	    getaddrinfo(host, port, &hints, out) != 0)
		return weigh_fail(err, WEIGH_USAGE,
		    "'%s' is not ADDRESS:PORT with a numeric address", address);
	return WEIGH_OK;
}

static int
listening_socket(const struct sockaddr *sa, socklen_t len)
{
	const int one = 1;
	int fd = socket(sa->sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (sa->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, sa, len) == 0 && listen(fd, 1024) == 0)
		return fd;
	close(fd);
	return -1;
}

static enum weigh_code
add_listener(struct lane *lane, int fd, struct weigh_err *err)
{
	struct evconnlistener *l;

	if (lane->nlisteners == NET_LISTENERS) {
		close(fd);
		return weigh_fail(err, WEIGH_USAGE,
		    "more than %d addresses to listen on", NET_LISTENERS);
	}
	l = evconnlistener_new(loop_base(lane->loop), on_accept, lane,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, -1, fd);
	if (l == NULL) {
		close(fd);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	evconnlistener_set_error_cb(l, on_accept_error);
	lane->listeners[lane->nlisteners++] = l;
	return WEIGH_OK;
}

/* Is anybody listening there already?  SO_REUSEPORT would let two daemons of one
 * user share a port and each get half of the clients. */
static bool
is_taken(const struct sockaddr *sa, socklen_t len)
{
	int fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int one = 1;
	bool taken;

	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (sa->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	taken = bind(fd, sa, len) != 0 && errno == EADDRINUSE;
	close(fd);
	return taken;
}

static enum weigh_code
listen_lanes(struct server *s, const char *address, struct sockaddr *sa,
    socklen_t len, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	unsigned i;
	int fd;

	if (is_taken(sa, len))
		return weigh_fail_errno(err, EADDRINUSE, "cannot listen on %s",
		    address);
	for (i = 0; i < s->nlanes && rc == WEIGH_OK; i++) {
		if ((fd = listening_socket(sa, len)) < 0)
			return weigh_fail_errno(err, errno,
			    "cannot listen on %s", address);
		/* Port 0 was a question: the others take the answer. */
		if (getsockname(fd, sa, &len) != 0) {
			close(fd);
			return weigh_fail_errno(err, errno,
			    "cannot listen on %s", address);
		}
		rc = add_listener(&s->lanes[i], fd, err);
	}
	return rc;
}

enum weigh_code
server_listen(struct server *s, const char *address, char *taken, size_t size,
    struct weigh_err *err)
{
	struct addrinfo *info = NULL;
	char host[64], port[8];
	enum weigh_code rc;

	if ((rc = resolve(address, &info, err)) != WEIGH_OK)
		return rc;
	rc = listen_lanes(s, address, info->ai_addr, info->ai_addrlen, err);
	if (rc == WEIGH_OK &&
	    getnameinfo(info->ai_addr, info->ai_addrlen, host, sizeof(host),
		port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(taken, size,
		    info->ai_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
		    port);
	freeaddrinfo(info);
	return rc;
}

enum weigh_code
server_listen_local(struct server *s, const char *path, mode_t mode,
    struct weigh_err *err)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd, rc;

	if (strlen(path) >= sizeof(sun.sun_path))
		return weigh_fail(err, WEIGH_USAGE,
		    "the path of the control socket is longer than %zu bytes",
		    sizeof(sun.sun_path) - 1);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return weigh_fail_errno(err, errno, "cannot make a socket");
	unlink(path); /* ours: the lock on the data folder is held */
	/* Under our umask nobody but the owner may write to it, so connect, before
	 * the mode is set. */
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0 ||
	    chmod(path, mode) != 0 || listen(fd, 128) != 0) {
		rc = errno;
		close(fd);
		return weigh_fail_errno(err, rc, "cannot listen on %s", path);
	}
	return add_listener(&s->lanes[0], fd, err);
}

/* --- the whole --------------------------------------------------------------------- */

static unsigned
most_connections(const struct server_options *o)
{
	struct rlimit limit;

	if (o->connections > 0)
		return o->connections;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return SPARE_DESCRIPTORS;
	if (limit.rlim_cur <= 2 * SPARE_DESCRIPTORS)
		return (unsigned)limit.rlim_cur / 2 + 1;
	if (limit.rlim_cur > 1u << 20)
		return 1u << 20;
	return (unsigned)limit.rlim_cur - SPARE_DESCRIPTORS;
}

void
server_set_options(struct server *s, const struct server_options *options)
{
	pthread_mutex_lock(&s->lock);
	s->options = *options;
	pthread_mutex_unlock(&s->lock);
}

enum weigh_code
server_new(struct server **out, const struct server_options *options,
    struct loop **loops, unsigned nloops, const struct http_app *app,
    struct weigh_err *err)
{
	struct server *s;
	enum weigh_code rc;
	unsigned i;

	if ((s = calloc(1, sizeof(*s))) == NULL ||
	    (s->lanes = calloc(nloops, sizeof(*s->lanes))) == NULL) {
		free(s);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	rc = addresses_new(&s->addresses, err);
	if (rc != WEIGH_OK) {
		free(s->lanes);
		free(s);
		return rc;
	}
	s->app = *app;
	s->options = *options;
	s->most = most_connections(options);
	s->nlanes = nloops;
	pthread_mutex_init(&s->lock, NULL);
	for (i = 0; i < nloops; i++) {
		struct lane *lane = &s->lanes[i];

		lane->server = s;
		lane->loop = loops[i];
		lane->index = i;
		atomic_init(&lane->idle_since, INT64_MAX);
		lane->spare = open_spare();
		lane->resume = evtimer_new(loop_base(loops[i]), on_resume,
		    lane);
		if (lane->resume == NULL) {
			server_free(s);
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
		}
	}
	*out = s;
	return WEIGH_OK;
}

struct server_counters *
server_counters(struct server *s)
{
	return &s->counters;
}

unsigned
server_connections(struct server *s)
{
	return (unsigned)atomic_load(&s->counters.connections);
}

/* --- draining: each lane by itself, on its own loop ----------------------------------- */

struct drain_job {
	struct job job; /* first: the job is the drain_job */
	struct lane *lane;
};

static void
close_listeners(struct lane *lane)
{
	unsigned i;

	for (i = 0; i < lane->nlisteners; i++)
		if (lane->listeners[i] != NULL)
			evconnlistener_free(lane->listeners[i]);
	lane->nlisteners = 0;
}

static void
drain_list(struct conn_list *list)
{
	struct conn *c, *next;

	for (c = list->first; c != NULL; c = next) {
		next = conn_list_next(c);
		conn_drain(c);
	}
}

static void
drain_lane(struct job *job)
{
	struct lane *lane = ((struct drain_job *)job)->lane;

	free(job);
	lane->draining = true;
	close_listeners(lane);
	drain_list(&lane->busy);
	drain_list(&lane->idle);
}

void
server_drain(struct server *s)
{
	unsigned i;

	for (i = 0; i < s->nlanes; i++) {
		struct drain_job *d = calloc(1, sizeof(*d));

		if (d == NULL)
			continue; /* what is left is cut at the end */
		d->job.done = drain_lane;
		d->lane = &s->lanes[i];
		loop_post(s->lanes[i].loop, &d->job);
	}
}

void
server_cut(struct server *s)
{
	unsigned i;

	for (i = 0; i < s->nlanes; i++) {
		struct lane *lane = &s->lanes[i];

		close_listeners(lane);
		while (lane->busy.first != NULL)
			conn_cut(lane->busy.first);
		while (lane->idle.first != NULL)
			conn_cut(lane->idle.first);
	}
}

void
server_free(struct server *s)
{
	unsigned i;

	if (s == NULL)
		return;
	server_cut(s);
	for (i = 0; i < s->nlanes; i++) {
		if (s->lanes[i].resume != NULL)
			event_free(s->lanes[i].resume);
		if (s->lanes[i].spare >= 0)
			close(s->lanes[i].spare);
	}
	addresses_free(s->addresses);
	pthread_mutex_destroy(&s->lock);
	free(s->lanes);
	free(s);
}
