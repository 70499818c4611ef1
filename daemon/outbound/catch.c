/*
 * catch: what libcurl hands over while a hop is under way.  All of it runs on the
 * loop's thread, inside of libcurl: nothing here ends a hop by itself, it answers what
 * makes libcurl do so.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "priv.h"

/* --- addresses (3) ------------------------------------------------------------------ */

static bool
allow(struct hop *h, const struct weigh_address *a, const char *text)
{
	enum weigh_address_class class = weigh_address_class(a);

	if (h->proxied || weigh_address_allowed(class, h->configured))
		return true;
	h->inward = true;
	h->class = class;
	snprintf(h->address, sizeof(h->address), "%s", text);
	return false;
}

static bool
allow_sockaddr(struct hop *h, const struct sockaddr *addr)
{
	struct weigh_address a = { 0 };
	char text[INET6_ADDRSTRLEN] = "";

	if (addr->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, addr, sizeof(in));
		memcpy(a.bytes, &in.sin_addr, 4);
		inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
	} else if (addr->sa_family == AF_INET6) {
		struct sockaddr_in6 in;

		memcpy(&in, addr, sizeof(in));
		a.v6 = true;
		memcpy(a.bytes, &in.sin6_addr, 16);
		inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof(text));
	} else {
		return false;
	}
	return allow(h, &a, text);
}

/* Before a socket is made.  Of a name's other addresses one may do. */
static curl_socket_t
on_open(void *hop, curlsocktype purpose, struct curl_sockaddr *addr)
{
	struct hop *h = hop;

	if (purpose != CURLSOCKTYPE_IPCXN || !allow_sockaddr(h, &addr->addr))
		return CURL_SOCKET_BAD;
	return socket(addr->family, addr->socktype | SOCK_CLOEXEC,
	    addr->protocol);
}

/* Before a request goes over a connection, new or kept. */
static int
on_connected(void *hop, char *remote, char *local, int remote_port,
    int local_port)
{
	struct hop *h = hop;
	struct weigh_address a;

	(void)local;
	(void)remote_port;
	(void)local_port;
	h->asked = true;
	h->heard = outbound_ms();
	if (h->proxied)
		return CURL_PREREQFUNC_OK;
	if (!weigh_address_parse(&a,
		(struct weigh_span){ remote, strlen(remote) }) ||
	    !allow(h, &a, remote))
		return CURL_PREREQFUNC_ABORT;
	h->inward = false; /* another address of that name did */
	return CURL_PREREQFUNC_OK;
}

/* --- heads ------------------------------------------------------------------------- */

static size_t
on_head(char *line, size_t one, size_t len, void *hop)
{
	struct hop *h = hop;

	(void)one;
	h->heard = outbound_ms();
	h->head_bytes += len;
	if (h->head_bytes > HEAD_MAX) {
		h->rc = weigh_fail(&h->err, WEIGH_MALFORMED,
		    "'%s' sent a head of more than %u KiB", h->url.host,
		    HEAD_MAX >> 10);
		return 0;
	}
	pthread_mutex_lock(&h->lock);
	head_line(&h->head, line, len, time(NULL));
	if (h->head.done && !h->head_done) {
		h->head_done = true;
		pthread_cond_signal(&h->news);
	}
	pthread_mutex_unlock(&h->lock);
	return len;
}

/* --- bodies ------------------------------------------------------------------------- */

/* Hand bytes to the asker; false: there is no room. */
static bool
put(struct hop *h, const char *data, size_t len)
{
	size_t before;
	bool fits;

	pthread_mutex_lock(&h->lock);
	before = h->ring.len;
	fits = ring_room(&h->ring) >= len;
	h->full = !fits;
	if (fits)
		ring_put(&h->ring, data, len);
	if (!fits || (before < h->wants && before + len >= h->wants))
		pthread_cond_signal(&h->news);
	pthread_mutex_unlock(&h->lock);
	return fits;
}

static uint64_t
still_to_come(const struct hop *h)
{
	const struct outbound_head *told = &h->head.told;

	if (!told->has_length || told->coded || told->length < h->got)
		return 0;
	return told->length - h->got;
}

/* No more on its way than fills the road. */
static void
narrow(struct hop *h)
{
	if (h->r->kind != OUTBOUND_BULK || h->socket < 0)
		return;
	window_follow(&h->window, h->socket, h->got, still_to_come(h));
	if (h->r->full != NULL)
		atomic_store_explicit(h->r->full, h->window.full,
		    memory_order_relaxed);
}

static size_t
on_body(char *data, size_t one, size_t len, void *hop)
{
	struct hop *h = hop;

	(void)one;
	if (h->waits)
		return CURL_WRITEFUNC_PAUSE;
	if (h->follows && head_redirects(&h->head)) {
		h->got += len;
		h->enough = h->got > DROP_MAX;
		return h->enough ? 0 : len;
	}
	if (len > h->r->max || h->got > h->r->max - len) {
		h->rc = weigh_fail(&h->err, WEIGH_TOO_BIG,
		    "'%s' sent more than the %llu bytes that were expected",
		    h->url.host, (unsigned long long)h->r->max);
		return 0;
	}
	if (h->r->block != NULL && !put(h, data, len))
		return CURL_WRITEFUNC_PAUSE;
	h->got += len;
	narrow(h);
	wire_account(h, len);
	return len;
}

void
catch_all(struct hop *h)
{
	curl_easy_setopt(h->easy, CURLOPT_PRIVATE, (char *)(void *)h);
	curl_easy_setopt(h->easy, CURLOPT_ERRORBUFFER, h->words);
	curl_easy_setopt(h->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
	curl_easy_setopt(h->easy, CURLOPT_OPENSOCKETDATA, h);
	curl_easy_setopt(h->easy, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(h->easy, CURLOPT_PREREQDATA, h);
	curl_easy_setopt(h->easy, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(h->easy, CURLOPT_HEADERDATA, h);
	curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, h);
}
