/*
 * survey: what all loops are answering now, for whoever watches.
 *
 * A question goes to each loop as a job; each looks at its own connections and
 * writes into its own part of the survey, so there is no lock, and nothing is
 * counted that nobody asked for.  The last one to answer sends the survey home.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"
#include "net/survey.h"

#define NOTED \
	NET_OUT_HIGH /* bytes: smaller answers are gone before one looks */

/* --- what a connection remembers of a large answer --------------------------- */

static void
remember(struct conn *c, uint64_t total, bool open)
{
	struct weigh_span path = c->machine.reader.head.path;
	struct sending *s;

	if (path.len >= SERVER_TARGET)
		path.len = SERVER_TARGET - 1;
	/* Without memory for it, it is sent all the same. */
	if ((s = malloc(sizeof(*s) + path.len + 1)) == NULL)
		return;
	s->since = c->asked;
	s->total = total;
	s->open = open;
	memcpy(s->target, path.p, path.len);
	s->target[path.len] = '\0';
	c->sending = s;
}

void
conn_note(struct conn *c)
{
	size_t waiting = evbuffer_get_length(bufferevent_get_output(c->bev));

	if (waiting >= NOTED && c->sending == NULL)
		remember(c, waiting - c->heads, false);
	if (c->sending != NULL && c->x == NULL)
		c->sending->open = false;
}

void
conn_note_stream(struct conn *c)
{
	if (c->sending == NULL)
		remember(c, 0, true);
}

void
conn_note_more(struct conn *c, size_t bytes)
{
	if (c->sending != NULL && c->sending->open)
		c->sending->total += bytes;
}

void
conn_unnote(struct conn *c)
{
	free(c->sending);
	c->sending = NULL;
}

/* --- one loop's part ----------------------------------------------------------- */

struct part {
	struct job job; /* first: the job is the part */
	struct survey *survey;
	struct lane *lane;
	struct server_answer answers[SERVER_ANSWERS];
	size_t count, more;
};

struct survey {
	struct job job; /* first: the way home */
	void (*then)(void *ctx, const struct server_survey *s);
	void *ctx;
	struct loop *home;
	uint64_t except;  /* the connection that asks */
	atomic_uint left; /* parts that are still out */
	unsigned nparts;
	struct part parts[];
};

static void
look_at_sending(const struct conn *c, struct server_answer *a)
{
	size_t waiting = evbuffer_get_length(bufferevent_get_output(c->bev));
	uint64_t left = waiting > c->heads ? waiting - c->heads : 0;

	a->sending = true;
	a->total = c->sending->total;
	a->open = c->sending->open;
	a->sent = left < a->total ? a->total - left : 0;
	memcpy(a->target, c->sending->target, strlen(c->sending->target) + 1);
}

static void
look_at_asked(const struct conn *c, struct server_answer *a)
{
	struct weigh_span path = c->machine.reader.head.path;
	size_t len = path.len < SERVER_TARGET ? path.len : SERVER_TARGET - 1;

	if (len > 0)
		memcpy(a->target, path.p, len);
	a->target[len] = '\0';
}

static void
look_at(struct part *p, const struct conn *c, int64_t now)
{
	int64_t since = c->sending != NULL ? c->sending->since : c->asked;
	struct server_answer *a;

	if (c->sending == NULL && (c->x == NULL || c->x->collecting))
		return; /* a head or a body is on its way, or a few last bytes */
	if (p->count == SERVER_ANSWERS) {
		p->more++;
		return;
	}
	a = &p->answers[p->count++];
	*a = (struct server_answer){ .connection = c->id };
	memcpy(a->peer, c->origin.peer, sizeof(a->peer));
	a->ms = now > since ? (uint64_t)(now - since) / 1000000 : 0;
	if (c->sending != NULL)
		look_at_sending(c, a);
	else
		look_at_asked(c, a);
}

/* --- there and back ------------------------------------------------------------- */

static void
come_home(struct job *job)
{
	struct survey *s = (struct survey *)job;
	struct server_survey all = { .count = 0 };
	unsigned i;

	for (i = 0; i < s->nparts; i++)
		all.count += s->parts[i].count;
	all.answers = calloc(all.count + 1, sizeof(*all.answers));
	all.failed = all.answers == NULL;
	all.count = 0;
	for (i = 0; i < s->nparts && !all.failed; i++) {
		memcpy(all.answers + all.count, s->parts[i].answers,
		    s->parts[i].count * sizeof(*all.answers));
		all.count += s->parts[i].count;
		all.more += s->parts[i].more;
	}
	s->then(s->ctx, &all);
	free(all.answers);
	free(s);
}

static void
visit(struct job *job)
{
	struct part *p = (struct part *)job;
	struct survey *s = p->survey;
	const int64_t now = net_now();
	const struct conn *c;

	for (c = p->lane->busy.first; c != NULL; c = conn_list_next(c))
		if (c->id != s->except)
			look_at(p, c, now);
	if (atomic_fetch_sub(&s->left, 1) == 1)
		loop_post(s->home, &s->job);
}

bool
server_survey(struct server *server, uint64_t except, struct loop *home,
    void (*then)(void *ctx, const struct server_survey *s), void *ctx)
{
	struct survey *s = calloc(1,
	    sizeof(*s) + server->nlanes * sizeof(s->parts[0]));
	unsigned i;

	if (s == NULL)
		return false;
	s->job.done = come_home;
	s->then = then;
	s->ctx = ctx;
	s->home = home;
	s->except = except;
	s->nparts = server->nlanes;
	atomic_init(&s->left, server->nlanes);
	for (i = 0; i < server->nlanes; i++) {
		s->parts[i].job.done = visit;
		s->parts[i].survey = s;
		s->parts[i].lane = &server->lanes[i];
	}
	/* After the last post the survey may be gone. */
	for (i = 0; i < server->nlanes; i++)
		loop_post(server->lanes[i].loop, &s->parts[i].job);
	return true;
}
