/* local: see local.h. */
#include <errno.h>
#include <event2/buffer.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "local.h"

#define READ_STEP 65536 /* bytes of one recvmsg */

/* Room for the descriptors of one message. */
union control {
	char space[CMSG_SPACE(LOCAL_FDS * sizeof(int))];
	struct cmsghdr align;
};

static bool
keep(struct local_fds *fds, const int *fd, size_t n)
{
	bool all = true;
	size_t i;

	for (i = 0; i < n; i++) {
		if (fds->count < LOCAL_FDS) {
			fds->fd[fds->count++] = fd[i];
		} else {
			close(fd[i]);
			all = false;
		}
	}
	return all;
}

/* False if there were more than fit: the kernel closed, or we did, the rest. */
static bool
keep_descriptors(struct local_fds *fds, struct msghdr *msg)
{
	bool all = (msg->msg_flags & MSG_CTRUNC) == 0;
	struct cmsghdr *h;
	int fd[LOCAL_FDS];

	for (h = CMSG_FIRSTHDR(msg); h != NULL; h = CMSG_NXTHDR(msg, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		/* More than the room we gave cannot have come. */
		memcpy(fd, CMSG_DATA(h), n * sizeof(int));
		all = keep(fds, fd, n) && all;
	}
	return all;
}

enum local_result
local_receive(int socket, struct evbuffer *in, struct local_fds *fds)
{
	struct evbuffer_iovec room;
	union control control;
	struct iovec iov;
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (evbuffer_reserve_space(in, READ_STEP, &room, 1) < 1)
		return LOCAL_BROKEN;
	iov = (struct iovec){ room.iov_base, room.iov_len };
	msg.msg_control = control.space;
	msg.msg_controllen = sizeof(control.space);
	n = recvmsg(socket, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	room.iov_len = n > 0 ? (size_t)n : 0;
	evbuffer_commit_space(in, &room, 1);
	if (n == 0)
		return LOCAL_EOF;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? LOCAL_BYTES :
							   LOCAL_BROKEN;
	return keep_descriptors(fds, &msg) ? LOCAL_BYTES : LOCAL_BROKEN;
}

int
local_take(struct local_fds *fds)
{
	int fd;

	if (fds->count == 0)
		return -1;
	fd = fds->fd[0];
	fds->count--;
	memmove(fds->fd, fds->fd + 1, fds->count * sizeof(int));
	return fd;
}

void
local_close(struct local_fds *fds)
{
	while (fds->count > 0)
		close(fds->fd[--fds->count]);
}
