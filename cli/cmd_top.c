/* weigh top: what is going on now; live on a terminal, else once. */
#include <time.h>

#include "cmds.h"
#include "screen.h"
#include "stop.h"
#include "view.h"

#define EACH_MS 1000

static const struct out_column fields[] = {
	{ "connections", "connections", OUT_NUMBER, false },
	{ "requests/s", "requests_per_second", OUT_NUMBER, false },
	{ "bytes/s", "bytes_per_second", OUT_SIZE, false },
	{ "upstream/s", "upstream_per_second", OUT_SIZE, false },
	{ "waiting", "worker_queue", OUT_NUMBER, false },
	{ "heavy", "heavy_queue", OUT_NUMBER, false },
	{ "streams", "streams_queue", OUT_NUMBER, false },
	{ "blobs", "blobs", OUT_NUMBER, false },
	{ "size", "bytes", OUT_SIZE, false },
	{ "bad", "bad", OUT_NUMBER, false },
	{ "room", "room", OUT_SIZE, false },
	{ "up", "uptime_seconds", OUT_SECONDS, false },
};

static const struct out_column answers[] = {
	{ "CONNECTION", "connection", OUT_NUMBER, false },
	{ "CLIENT", "client", OUT_TEXT, false },
	{ "STATE", "state", OUT_TEXT, false },
	{ "SENT", "sent", OUT_SIZE, false },
	{ "TOTAL", "total", OUT_SIZE, false },
	{ "RATE", "rate", OUT_SIZE, false },
	{ "PATH", "path", OUT_TEXT, true },
};

static const struct out_column jobs[] = {
	{ "JOB", "kind", OUT_TEXT, false },
	{ "SUBJECT", "subject", OUT_TEXT, false },
	{ "DONE", "done", OUT_SIZE, false },
	{ "TOTAL", "total", OUT_SIZE, false },
};

static const struct out_column mirrors[] = {
	{ "MIRROR", "name", OUT_TEXT, false },
	{ "STATE", "state", OUT_TEXT, false },
	{ "DONE", "done_bytes", OUT_SIZE, false },
	{ "TOTAL", "bytes", OUT_SIZE, false },
	{ "RATE", "rate", OUT_SIZE, false },
	{ "FROM", "source", OUT_TEXT, true },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static enum weigh_code
ask(struct client *client, struct doc **out, struct weigh_err *err)
{
	return client_doc(client, "/-/v1/top", NULL, "weigh.top/1", out, err);
}

/* Ask again; *now then has the rates, and the one before it is gone. */
static enum weigh_code
ask_again(struct client *client, struct doc **now, struct weigh_err *err)
{
	struct doc *before = *now;
	enum weigh_code rc;

	*now = NULL;
	rc = ask(client, now, err);
	if (rc == WEIGH_OK && !view_rates(*now, before))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	doc_free(before);
	return rc;
}

/* --- once ----------------------------------------------------------------------- */

static enum weigh_code
print_list(const struct call *c, const struct doc *d, const char *key,
    const struct out_column *columns, size_t n, struct weigh_err *err)
{
	if (doc_count(doc_get(d, key)) == 0)
		return WEIGH_OK;
	out_line("%s", "");
	return out_table(c->out, columns, n, doc_get(d, key), err);
}

static enum weigh_code
print(const struct call *c, const struct doc *d, struct weigh_err *err)
{
	enum weigh_code rc;

	if (c->out->format != OUT_HUMAN)
		return call_print_list(c, d, "answers", answers, COUNT(answers),
		    err);
	rc = call_print(c, d, fields, COUNT(fields), err);
	if (rc == WEIGH_OK)
		rc = print_list(c, d, "jobs", jobs, COUNT(jobs), err);
	if (rc == WEIGH_OK)
		rc = print_list(c, d, "mirrors", mirrors, COUNT(mirrors), err);
	if (rc == WEIGH_OK)
		rc = print_list(c, d, "answers", answers, COUNT(answers), err);
	return rc;
}

static enum weigh_code
once(const struct call *c, struct client *client, struct weigh_err *err)
{
	const struct timespec pause = { EACH_MS / 1000, 0 };
	struct doc *d = NULL;
	enum weigh_code rc = ask(client, &d, err);

	if (rc == WEIGH_OK) {
		nanosleep(&pause, NULL);
		rc = stop_asked() ? stop_fail(err) : ask_again(client, &d, err);
	}
	if (rc == WEIGH_OK)
		rc = print(c, d, err);
	doc_free(d);
	return rc;
}

/* --- live ------------------------------------------------------------------------ */

static void
draw(const struct call *c, const struct client *client, const struct doc *d)
{
	char server[SERVER_TEXT + 8];
	struct weigh_buf lines;
	unsigned columns, rows;

	screen_size(&columns, &rows);
	weigh_buf_init(&lines, 1u << 20);
	view_screen(&lines, d, server_text(&client->server, server), columns,
	    rows, c->out->utf8);
	screen_draw(&lines);
	weigh_buf_free(&lines);
}

/* Until q or Ctrl-C, which here is an end like any other. */
static enum weigh_code
live(const struct call *c, struct client *client, struct weigh_err *err)
{
	enum screen_event event = SCREEN_TIME;
	struct screen screen;
	struct doc *d = NULL;
	enum weigh_code rc = ask(client, &d, err);

	if (rc == WEIGH_OK)
		rc = screen_open(&screen, err);
	else
		screen = (struct screen){ .open = false };
	while (rc == WEIGH_OK && event != SCREEN_QUIT) {
		draw(c, client, d);
		event = screen_wait(EACH_MS);
		if (event == SCREEN_TIME)
			rc = ask_again(client, &d, err);
	}
	screen_close(&screen);
	doc_free(d);
	return stop_asked() ? WEIGH_OK : rc;
}

enum weigh_code
cmd_top(const struct call *c, struct weigh_err *err)
{
	struct client client;
	enum weigh_code rc = call_client(c, &client, err);

	if (rc == WEIGH_OK && screen_possible(c->out))
		rc = live(c, &client, err);
	else if (rc == WEIGH_OK)
		rc = once(c, &client, err);
	client_close(&client);
	return rc;
}
