/*
 * local: what comes by a Unix socket: bytes, and descriptors with them (unix(7),
 * SCM_RIGHTS).
 *
 * (1) At most LOCAL_FDS descriptors wait; one more breaks the connection, because
 *     nobody could tell whose would be whose.
 */
#ifndef NET_LOCAL_H
#define NET_LOCAL_H

#define LOCAL_FDS 16

struct evbuffer;

/* Descriptors that came and were not taken yet, in their order. */
struct local_fds {
	int fd[LOCAL_FDS];
	unsigned count;
};

enum local_result {
	LOCAL_BYTES, /* perhaps none */
	LOCAL_EOF,
	LOCAL_BROKEN
};

/* Read what is there into `in` and `fds`.  Does not block. */
enum local_result local_receive(
    int socket, struct evbuffer *in, struct local_fds *fds);

/* The oldest descriptor, now the caller's; -1 if there is none. */
int local_take(struct local_fds *fds);

/* Close those that nobody took. */
void local_close(struct local_fds *fds);

#endif
