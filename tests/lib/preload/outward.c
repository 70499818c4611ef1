/* outward: what a program asks of the world: a line for each name looked up and each
 * address spoken to, but for sockets of this machine's file system. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload.h"

/* Appended at once, by system calls of our own. */
static void
note(const char *call, const char *what)
{
	const char *path = getenv("PRELOAD_OUTWARD");
	char line[600];
	long fd;
	int n;

	if (path == NULL)
		return;
	n = snprintf(line, sizeof(line), "%s %s\n", call, what);
	fd = syscall(SYS_openat, AT_FDCWD, path,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	(void)syscall(SYS_write, fd, line, (size_t)n);
	(void)syscall(SYS_close, fd);
}

static void
note_address(const char *call, const struct sockaddr *to)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (to == NULL)
		return;
	if (to->sa_family == AF_INET) {
		memcpy(&in, to, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text));
	} else if (to->sa_family == AF_INET6) {
		memcpy(&in6, to, sizeof(in6));
		inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof(text));
	}
	if (text[0] != '\0')
		note(call, text);
}

/* The C library's own type for such a parameter is a union of all kinds. */
int
connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t len)
{
	REAL(connect);

	note_address("connect", to.__sockaddr__);
	return real(fd, to, len);
}

ssize_t
sendto(int fd, const void *data, size_t len, int flags, __CONST_SOCKADDR_ARG to,
    socklen_t to_len)
{
	REAL(sendto);

	note_address("sendto", to.__sockaddr__);
	return real(fd, data, len, flags, to, to_len);
}

int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
    struct addrinfo **out)
{
	REAL(getaddrinfo);

	/* Addresses are written as such when weighd binds to them. */
	if (name != NULL &&
	    (hints == NULL || (hints->ai_flags & AI_NUMERICHOST) == 0))
		note("getaddrinfo", name);
	return real(name, service, hints, out);
}
