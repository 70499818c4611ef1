/* weigh doctor: is the house well, and the way to it? */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <weigh/control.h>
#include <weigh/doctor.h>

#include "cmds.h"
#include "job.h"
#include "text.h"

static const struct out_column columns[] = {
	{ "CHECK", "check", OUT_TEXT, false },
	{ "STATE", "state", OUT_TEXT, false },
	{ "WHAT", "what", OUT_TEXT, false },
	{ "FIX", "fix", OUT_TEXT, false },
};

/* --- facts about the way there ------------------------------------------------------ */

struct way {
	struct weigh_way_facts facts; /* its texts lie below */
	struct server server;
	char name[SERVER_TEXT + 8];
	char socket[SERVER_TEXT], folder[SERVER_TEXT];
	char version[64], problem[768];
	int socket_errno; /* why nobody took a connection there; 0: one did */
};

/* Somebody listening takes a connection at once; on this machine that tells. */
static bool
port_is_heard(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(WEIGH_DEFAULT_PORT),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool heard = fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0;

	if (fd >= 0)
		close(fd);
	return heard;
}

static void
look_at_socket(struct way *w)
{
	struct server there = { .local = true };
	struct stat st;
	char *slash;
	int fd;

	if (w->server.local)
		snprintf(w->socket, sizeof(w->socket), "%s", w->server.path);
	else if (!w->server.chosen)
		server_default_socket(w->socket);
	if (w->socket[0] == '\0')
		return;
	if (lstat(w->socket, &st) == 0) {
		w->facts.socket_there = true;
		w->facts.socket_is_one = S_ISSOCK(st.st_mode);
		w->facts.socket_mode = st.st_mode & 07777;
	}
	snprintf(there.path, sizeof(there.path), "%s", w->socket);
	if ((fd = server_connect(&there)) >= 0)
		close(fd);
	else
		w->socket_errno = errno;
	w->facts.socket_heard = fd >= 0;
	w->facts.refused = w->socket_errno == EACCES ||
	    w->socket_errno == EPERM;
	snprintf(w->folder, sizeof(w->folder), "%s", w->socket);
	slash = strrchr(w->folder, '/');
	*(slash != NULL ? slash : w->folder) = '\0';
	w->facts.folder_there = stat(w->folder, &st) == 0 &&
	    S_ISDIR(st.st_mode);
}

/* Does a weighd answer?  Which one, or why not. */
static void
ask_who(struct way *w, struct client *client)
{
	struct weigh_err err = { 0 };
	struct doc *d = NULL;
	enum weigh_code rc;

	if (w->socket_errno != 0 && w->server.local) {
		snprintf(w->problem, sizeof(w->problem), "%s",
		    strerror(w->socket_errno));
		return;
	}
	rc = client_doc(client, "/-/v1/status", NULL, "weigh.status/1", &d,
	    &err);
	if (rc == WEIGH_OK)
		snprintf(w->version, sizeof(w->version), "%s",
		    doc_str(d, "version"));
	else
		snprintf(w->problem, sizeof(w->problem), "%s", err.why);
	w->facts.unwelcome = rc == WEIGH_UNAUTHORIZED || rc == WEIGH_FORBIDDEN;
	doc_free(d);
}

/* All facts; the client is open, if it could be opened. */
static enum weigh_code
find_way(const struct call *c, struct way *w, struct client *client,
    struct weigh_err *err)
{
	struct weigh_way_facts *f = &w->facts;
	enum weigh_code rc = call_client(c, client, err);

	w->server = client->server;
	if (rc != WEIGH_OK)
		return rc;
	f->server = server_text(&w->server, w->name);
	f->named = w->server.chosen;
	f->local = w->server.local;
	f->token = client->token[0] != '\0';
	f->version = w->version;
	f->problem = w->problem;
	f->socket = w->socket;
	f->folder = w->folder;
	look_at_socket(w);
	ask_who(w, client);
	if (w->version[0] == '\0' && !f->named)
		f->port_heard = port_is_heard();
	return WEIGH_OK;
}

/* --- the report --------------------------------------------------------------------- */

static bool
put_finding(struct doc *checks, const struct weigh_finding *f)
{
	struct doc *d = doc_new(WEIGH_JSON_OBJECT, "");

	return d != NULL && doc_put(checks, d) &&
	    doc_put_str(d, "check", f->check) &&
	    doc_put_str(d, "state", weigh_health_name(f->health)) &&
	    doc_put_str(d, "what", f->what) && doc_put_str(d, "fix", f->fix);
}

static enum weigh_code
put_way(struct doc *checks, const struct way *w, struct weigh_err *err)
{
	struct weigh_finding list[WEIGH_WAY_CHECKS];
	size_t i, n = weigh_doctor_way(&w->facts, list);

	for (i = 0; i < n; i++)
		if (!put_finding(checks, &list[i]))
			return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return WEIGH_OK;
}

static enum weigh_code
ask_house(const struct call *c, struct client *client, struct doc **out,
    struct weigh_err *err)
{
	struct weigh_buf nothing;

	weigh_buf_init(&nothing, 0);
	if (opts_has(c->opts, OPT_FULL))
		return job_run(client, "/-/v1/doctor", &nothing, c->out,
		    "doctor", "weigh.doctor/1", out, err);
	return client_doc(client, "/-/v1/doctor", NULL, "weigh.doctor/1", out,
	    err);
}

/* What weighd says of itself, or that it does not tell us. */
static enum weigh_code
put_house(const struct call *c, struct client *client, struct doc *checks,
    struct weigh_err *err)
{
	struct weigh_finding f = { .check = "house",
		.health = WEIGH_HEALTH_WARN };
	struct weigh_err why = { 0 };
	struct doc *house = NULL;
	enum weigh_code rc = ask_house(c, client, &house, &why);

	if (rc == WEIGH_OK && doc_get(house, "checks") != NULL)
		doc_move(checks, doc_get(house, "checks"));
	doc_free(house);
	if (rc == WEIGH_OK)
		return WEIGH_OK;
	if (rc == WEIGH_CANCELED) {
		*err = why;
		return rc;
	}
	if (rc != WEIGH_UNAUTHORIZED && rc != WEIGH_FORBIDDEN)
		f.health = WEIGH_HEALTH_BAD;
	snprintf(f.what, sizeof(f.what),
	    "weighd does not say how it is: %.400s", why.why);
	snprintf(f.fix, sizeof(f.fix), "%s", weigh_err_fix(&why));
	return put_finding(checks, &f) ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

static size_t
count_state(const struct doc *checks, enum weigh_health health)
{
	const struct doc *row;
	size_t n = 0;

	for (row = checks->first; row != NULL; row = row->next)
		n += strcmp(doc_str(row, "state"), weigh_health_name(health)) ==
		    0;
	return n;
}

/* --- printing ------------------------------------------------------------------------ */

/* "bad   clock         it is …", and the fix below it. */
static void
print_check(const struct doc *row)
{
	struct weigh_buf what, fix;

	weigh_buf_init(&what, 1u << 16);
	weigh_buf_init(&fix, 1u << 16);
	text_clean(&what, doc_str(row, "what"));
	text_clean(&fix, doc_str(row, "fix"));
	out_line("%-4s  %-12.40s  %s", doc_str(row, "state"),
	    doc_str(row, "check"), what.data != NULL ? what.data : "");
	if (fix.len > 0)
		out_line("%20sfix: %s", "", fix.data);
	weigh_buf_free(&what);
	weigh_buf_free(&fix);
}

static enum weigh_code
print(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	const struct doc *checks = doc_get(d, "checks");
	const struct doc *row;

	if (c->out->format == OUT_JSON || c->out->format == OUT_TSV)
		return call_print_list(c, d, "checks", columns,
		    sizeof(columns) / sizeof(columns[0]), err);
	for (row = checks->first; row != NULL; row = row->next)
		if (c->out->format == OUT_HUMAN)
			print_check(row);
		else if (strcmp(doc_str(row, "state"), "ok") != 0)
			out_line("%.40s", doc_str(row, "check"));
	return WEIGH_OK;
}

/* Status 1 when something is bad; a warning is no failure. */
static enum weigh_code
conclude(const struct call *c, struct doc *d, struct weigh_err *err)
{
	const struct doc *checks = doc_get(d, "checks");
	size_t ok = count_state(checks, WEIGH_HEALTH_OK);
	size_t warn = count_state(checks, WEIGH_HEALTH_WARN);
	size_t bad = count_state(checks, WEIGH_HEALTH_BAD);
	enum weigh_code rc;

	if (!doc_put_u64(d, "ok", ok) || !doc_put_u64(d, "warn", warn) ||
	    !doc_put_u64(d, "bad", bad))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = print(c, d, err);
	if (rc != WEIGH_OK)
		return rc;
	if (bad == 0) {
		out_say(c->out, "%zu checks: %zu ok, %zu warn, none bad",
		    ok + warn, ok, warn);
		return WEIGH_OK;
	}
	weigh_fail(err, WEIGH_IO, "%zu of %zu checks %s bad", bad,
	    ok + warn + bad, bad == 1 ? "is" : "are");
	weigh_what(err, "not all is well");
	weigh_fix(err, "each bad check stands above with its own");
	return WEIGH_IO;
}

enum weigh_code
cmd_doctor(const struct call *c, struct weigh_err *err)
{
	struct way way = { .version = "" };
	struct doc *d = doc_new(WEIGH_JSON_OBJECT, "");
	struct doc *checks = doc_new(WEIGH_JSON_ARRAY, "checks");
	struct client client = { 0 };
	enum weigh_code rc = WEIGH_NOMEM;

	if (d == NULL || checks == NULL ||
	    !doc_put_str(d, "schema", "weigh.doctor/1")) {
		doc_free(checks);
		weigh_fail(err, WEIGH_NOMEM, "out of memory");
		goto out;
	}
	doc_put(d, checks);
	rc = find_way(c, &way, &client, err);
	if (rc == WEIGH_OK)
		rc = put_way(checks, &way, err);
	if (rc == WEIGH_OK && way.version[0] != '\0')
		rc = put_house(c, &client, checks, err);
	if (rc == WEIGH_OK)
		rc = conclude(c, d, err);
out:
	doc_free(d);
	client_close(&client);
	return rc;
}
