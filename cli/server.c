/* server: which weighd is meant. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <weigh/control.h>

#include "server.h"

#define SOCKET_NAME "control.sock"
#define DENIED_FIX "run it as the user of weighd, or as a member of its group"

int
server_connect(const struct server *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;
	int e;

	if (strlen(s->path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(a.sun_path, s->path, strlen(s->path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

static bool
starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Is the host of an http URL this machine? */
static bool
is_loopback(const char *host)
{
	static const char *const hosts[] = { "127.", "localhost", "[::1]" };
	size_t i;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		size_t len = strlen(hosts[i]);
		char after = starts(host, hosts[i]) ? host[len] : 'x';

		if (i == 0 && starts(host, hosts[i]))
			return strspn(host, "0123456789.") ==
			    strcspn(host, ":/");
		if (after == '\0' || after == ':' || after == '/')
			return true;
	}
	return false;
}

static enum weigh_code
named(struct server *s, const char *text, struct weigh_err *err)
{
	bool http = starts(text, "http://");
	size_t len = strlen(text);

	if (len >= sizeof(s->url))
		return weigh_fail(err, WEIGH_USAGE,
		    "the server's name is too long");
	if (starts(text, "unix:") && text[5] != '\0') {
		s->local = s->loopback = true;
		memcpy(s->path, text + 5, len - 4);
		snprintf(s->url, sizeof(s->url), "http://localhost");
		return WEIGH_OK;
	}
	if ((http && text[7] != '\0') ||
	    (starts(text, "https://") && text[8] != '\0')) {
		while (text[len - 1] == '/')
			len--;
		memcpy(s->url, text, len);
		s->url[len] = '\0';
		s->loopback = is_loopback(text + (http ? 7 : 8));
		return WEIGH_OK;
	}
	weigh_fail(err, WEIGH_USAGE, "'%.200s' names no server", text);
	weigh_fix(err, "take --server http://HOST:PORT or --server unix:PATH");
	return WEIGH_USAGE;
}

/* The two data folders that weighd takes without an option. */
static void
default_sockets(char root[SERVER_TEXT], char user[SERVER_TEXT])
{
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");

	snprintf(root, SERVER_TEXT, "/var/lib/weighhouse/" SOCKET_NAME);
	user[0] = '\0';
	if (data != NULL && data[0] == '/')
		snprintf(user, SERVER_TEXT, "%.900s/weighhouse/" SOCKET_NAME,
		    data);
	else if (home != NULL && home[0] == '/')
		snprintf(user, SERVER_TEXT,
		    "%.900s/.local/share/weighhouse/" SOCKET_NAME, home);
}

void
server_default_socket(char out[SERVER_TEXT])
{
	char root[SERVER_TEXT], user[SERVER_TEXT];

	default_sockets(root, user);
	memcpy(out, geteuid() == 0 ? root : user, SERVER_TEXT);
}

static bool
is_denial(int errnum)
{
	return errnum == EACCES || errnum == EPERM;
}

/* Does somebody listen at `path`?  If not, the note says why. */
static bool
try_socket(struct server *s, const char *path)
{
	size_t len = strlen(s->note);
	int fd;

	if (path[0] == '\0')
		return false;
	snprintf(s->path, sizeof(s->path), "%s", path);
	fd = server_connect(s);
	if (fd >= 0) {
		close(fd);
		s->local = s->loopback = true;
		s->denied = false;
		snprintf(s->url, sizeof(s->url), "http://localhost");
		return true;
	}
	s->denied = s->denied || is_denial(errno);
	snprintf(s->note + len, sizeof(s->note) - len, "%s%.400s: %s",
	    len > 0 ? ", " : "", path, strerror(errno));
	s->path[0] = '\0';
	return false;
}

enum weigh_code
server_find(struct server *s, const char *given, struct weigh_err *err)
{
	char root[SERVER_TEXT], user[SERVER_TEXT];
	bool is_root = geteuid() == 0;

	*s = (struct server){ 0 };
	if (given == NULL)
		given = getenv("WEIGH_SERVER");
	s->chosen = given != NULL && given[0] != '\0';
	if (s->chosen)
		return named(s, given, err);
	default_sockets(root, user);
	if (try_socket(s, is_root ? root : user) ||
	    try_socket(s, is_root ? user : root))
		return WEIGH_OK;
	snprintf(s->url, sizeof(s->url), "%s", WEIGH_DEFAULT_URL);
	s->loopback = true;
	return WEIGH_OK;
}

const char *
server_text(const struct server *s, char out[SERVER_TEXT + 8])
{
	if (s->local)
		snprintf(out, SERVER_TEXT + 8, "unix:%s", s->path);
	else
		snprintf(out, SERVER_TEXT + 8, "%s", s->url);
	return out;
}

void
server_advice(const struct server *s, struct weigh_err *err)
{
	const char *hub = getenv("HF_ENDPOINT");

	if (s->denied)
		weigh_fix(err, DENIED_FIX);
	else if (!s->chosen && hub != NULL && hub[0] != '\0')
		weigh_fix(err, "HF_ENDPOINT is set; try: --server %.180s", hub);
	else if (!s->chosen)
		weigh_fix(err,
		    "start weighd, or name a server: --server "
		    "http://HOST:PORT");
	else
		weigh_fix(err, "check that weighd runs there, and the address");
}

enum weigh_code
server_refused(const struct server *s, int errnum, struct weigh_err *err)
{
	if (is_denial(errnum)) {
		weigh_fail(err, WEIGH_UNAUTHORIZED,
		    "you may not use weighd's socket %.300s", s->path);
		weigh_fix(err, DENIED_FIX);
		return WEIGH_UNAUTHORIZED;
	}
	weigh_fail(err, WEIGH_NETWORK,
	    "unix:%.300s: no weighd answers there (%s)", s->path,
	    strerror(errnum));
	server_advice(s, err);
	return WEIGH_NETWORK;
}
