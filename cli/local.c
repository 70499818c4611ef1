/* local: HTTP over the Unix socket, with descriptors. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <weigh/control.h>
#include <weigh/http.h>

#include "bars.h"
#include "local.h"
#include "stop.h"

#define ANSWER_MAX (64u << 20) /* as much as weighd ever says in one */
#define PIECE 16384
#define LOOK_MS 200 /* how often a wait looks whether to stop */

enum weigh_code
local_open(struct local *l, const struct server *s, unsigned timeout,
    struct weigh_err *err)
{
	*l = (struct local){ .fd = server_connect(s), .timeout = timeout };
	if (l->fd >= 0)
		return WEIGH_OK;
	return server_refused(s, errno, err);
}

void
local_close(struct local *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

static enum weigh_code
broken(struct weigh_err *err, const char *why)
{
	enum weigh_code rc = weigh_fail(err, WEIGH_NETWORK, "%s", why);

	weigh_fix(err, "look at weighd's log; nothing was published");
	return rc;
}

/* Wait until the socket is ready for `events`, or it is time to give up. */
static enum weigh_code
wait_for(struct local *l, short events, struct weigh_err *err)
{
	uint64_t end = bars_now_ms() + (uint64_t)l->timeout * 1000;

	while (!stop_asked()) {
		struct pollfd p = { .fd = l->fd, .events = events };
		int n = poll(&p, 1, LOOK_MS);

		if (n > 0)
			return WEIGH_OK;
		if (n < 0 && errno != EINTR)
			return weigh_fail_errno(err, errno, "poll");
		if (bars_now_ms() >= end)
			return broken(err, "weighd does not answer");
	}
	return stop_fail(err);
}

/* Send some bytes, the first time with the descriptor (unless -1). */
static ssize_t
send_some(struct local *l, const char *data, size_t len, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { 0 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	memset(&control, 0, sizeof(control));
	memcpy(&iov.iov_base, &data, sizeof(data)); /* sendmsg only reads it */
	iov.iov_len = len;
	if (fd >= 0) {
		m.msg_control = control.bytes;
		m.msg_controllen = sizeof(control.bytes);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(l->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static enum weigh_code
send_all(struct local *l, const struct weigh_buf *b, int fd,
    struct weigh_err *err)
{
	size_t sent = 0;

	while (sent < b->len) {
		ssize_t n = send_some(l, b->data + sent, b->len - sent, fd);
		enum weigh_code rc;

		if (n > 0) {
			sent += (size_t)n;
			fd = -1;
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return broken(err, "weighd closed the connection");
		rc = wait_for(l, POLLOUT, err);
		if (rc != WEIGH_OK)
			return rc;
	}
	return WEIGH_OK;
}

/* Read a piece more. */
static enum weigh_code
receive(struct local *l, struct weigh_buf *b, struct weigh_err *err)
{
	enum weigh_code rc = wait_for(l, POLLIN, err);
	char *room = weigh_buf_room(b, PIECE);
	ssize_t n;

	if (rc != WEIGH_OK)
		return rc;
	if (room == NULL)
		return weigh_fail(err, WEIGH_TOO_BIG, "the answer is too long");
	n = recv(l->fd, room, PIECE, MSG_DONTWAIT);
	if (n > 0)
		b->len += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		return broken(err, "weighd closed the connection");
	return WEIGH_OK;
}

/* One whole answer: its head in *a (pointing into `b`), its body at *body. */
static enum weigh_code
read_answer(struct local *l, struct weigh_buf *b, struct weigh_http_answer *a,
    size_t *body, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	long head = 0;

	while (rc == WEIGH_OK && head == 0) {
		rc = receive(l, b, err);
		if (rc == WEIGH_OK)
			head = weigh_http_answer_parse(a, b->data, b->len);
	}
	if (rc != WEIGH_OK)
		return rc;
	if (head < 0 || a->chunked || !a->has_length || a->length > ANSWER_MAX)
		return broken(err, "weighd's answer makes no sense");
	*body = (size_t)head;
	while (rc == WEIGH_OK && b->len < *body + a->length)
		rc = receive(l, b, err);
	return rc;
}

static void
write_request(struct weigh_buf *b, const char *path, const char *json, int fd)
{
	weigh_buf_addf(b, "%s %s HTTP/1.1\r\nHost: localhost\r\n",
	    json != NULL ? "POST" : "GET", path);
	if (json != NULL)
		weigh_buf_addf(b,
		    "Content-Type: application/json\r\n"
		    "Content-Length: %zu\r\n",
		    strlen(json));
	if (fd >= 0)
		weigh_buf_adds(b, WEIGH_HEADER_DESCRIPTOR ": 1\r\n");
	weigh_buf_addf(b, "\r\n%s", json != NULL ? json : "");
}

enum weigh_code
local_doc(struct local *l, const char *path, const char *json, int fd,
    const char *schema, struct doc **out, struct weigh_err *err)
{
	struct weigh_http_answer a;
	struct weigh_buf b;
	enum weigh_code rc;
	size_t body = 0;

	*out = NULL;
	weigh_buf_init(&b, ANSWER_MAX);
	write_request(&b, path, json, fd);
	rc = b.failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			send_all(l, &b, fd, err);
	weigh_buf_reset(&b);
	if (rc == WEIGH_OK)
		rc = read_answer(l, &b, &a, &body, err);
	if (rc == WEIGH_OK && a.status >= 300) {
		weigh_control_error_read(err, a.status, b.data + body,
		    (size_t)a.length);
		rc = err->code;
	}
	if (rc == WEIGH_OK)
		rc = doc_parse(out, b.data + body, (size_t)a.length, err);
	if (rc == WEIGH_OK && schema != NULL)
		rc = doc_schema(*out, schema, err);
	weigh_buf_free(&b);
	return rc;
}
