/*
 * wire: libcurl's multi interface on the event loop (libcurl-multi(3): the socket way).
 * Everything here runs on the loop's thread, but for the three functions that post.
 */
#include <string.h>
#include <time.h>

#include "base/job.h"
#include "priv.h"

#define LULL_MS 200

static int64_t
clock_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t
now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

int64_t
outbound_ms(void)
{
	return clock_us(CLOCK_MONOTONIC_COARSE) / 1000;
}

static void
after(struct event *event, int64_t us)
{
	struct timeval t = { us / 1000000, us % 1000000 };

	event_add(event, &t);
}

/* --- hops come and go -------------------------------------------------------------- */

static void
list_hop(struct hop *h)
{
	struct outbound *o = h->o;

	h->next = o->hops;
	if (o->hops != NULL)
		o->hops->prev = h;
	else
		after(o->tick, 0); /* the first one: see what is set now */
	o->hops = h;
}

static void
unlist_hop(struct hop *h)
{
	if (h->prev != NULL)
		h->prev->next = h->next;
	else
		h->o->hops = h->next;
	if (h->next != NULL)
		h->next->prev = h->prev;
	h->prev = h->next = NULL;
	if (h->o->hops == NULL)
		event_del(h->o->tick);
}

/* The last word: behind it, and behind its jobs, the hop is the asker's. */
static void
finish(struct hop *h, CURLcode code)
{
	curl_multi_remove_handle(h->o->multi, h->easy);
	unlist_hop(h);
	h->added = false;
	pthread_mutex_lock(&h->lock);
	h->code = code;
	h->over = true;
	pthread_cond_signal(&h->news);
	pthread_mutex_unlock(&h->lock);
}

static void
reap(struct outbound *o)
{
	CURLMsg *msg;
	char *hop;
	int left;

	while ((msg = curl_multi_info_read(o->multi, &left)) != NULL)
		if (msg->msg == CURLMSG_DONE &&
		    curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE,
			&hop) == CURLE_OK)
			finish((struct hop *)(void *)hop, msg->data.result);
}

/* A job is done with: from now on the asker may let go of the hop. */
static void
unpost(struct hop *h)
{
	pthread_mutex_lock(&h->lock);
	h->posted--;
	pthread_cond_signal(&h->news);
	pthread_mutex_unlock(&h->lock);
}

static void
on_begin(struct job *job)
{
	struct hop *h = job->home;

	h->heard = outbound_ms();
	list_hop(h);
	h->added = true;
	atomic_fetch_add(&h->o->counters.asked, 1);
	if (curl_multi_add_handle(h->o->multi, h->easy) != CURLM_OK)
		finish(h, CURLE_OUT_OF_MEMORY);
	unpost(h);
}

static void
on_end(struct job *job)
{
	struct hop *h = job->home;

	if (h->added)
		finish(h, CURLE_ABORTED_BY_CALLBACK);
	unpost(h);
}

/* Go on reading, unless something still says wait. */
static void
go_on(struct hop *h)
{
	bool full;

	pthread_mutex_lock(&h->lock);
	full = h->full;
	pthread_mutex_unlock(&h->lock);
	if (!h->added || full || h->waits)
		return;
	h->heard = outbound_ms();
	curl_easy_pause(h->easy, CURLPAUSE_CONT);
}

static void
on_resume(struct job *job)
{
	struct hop *h = job->home;

	pthread_mutex_lock(&h->lock);
	h->resuming = false;
	pthread_mutex_unlock(&h->lock);
	go_on(h);
	reap(h->o);
	unpost(h);
}

static void
post(struct hop *h, struct job *job, void (*done)(struct job *))
{
	*job = (struct job){ .done = done, .home = h };
	h->posted++;
	h->o->parts.post(h->o->parts.home, job);
}

void
wire_begin(struct hop *h)
{
	post(h, &h->begin, on_begin);
}

void
wire_resume(struct hop *h)
{
	h->resuming = true;
	post(h, &h->resume, on_resume);
}

void
wire_end(struct hop *h)
{
	post(h, &h->end, on_end);
}

/* --- the rate ---------------------------------------------------------------------- */

/* Count bytes of a body that came; a bulk one pauses while the rate is exceeded. */
void
wire_account(struct hop *h, size_t len)
{
	struct outbound *o = h->o;
	int64_t now, us;

	h->heard = outbound_ms();
	atomic_fetch_add_explicit(&o->counters.body_bytes, len,
	    memory_order_relaxed);
	if (h->r->kind != OUTBOUND_BULK || o->bucket.rate == 0)
		return;
	now = now_us();
	weigh_bucket_take(&o->bucket, len, now);
	us = weigh_bucket_wait(&o->bucket, now);
	if (us == 0)
		return;
	h->waits = true;
	if (!event_pending(o->paid, EV_TIMEOUT, NULL))
		after(o->paid, us);
}

static void
on_paid(evutil_socket_t fd, short what, void *arg)
{
	struct outbound *o = arg;
	int64_t us = weigh_bucket_wait(&o->bucket, now_us());
	struct hop *h;

	(void)fd;
	(void)what;
	if (us > 0) {
		after(o->paid, us);
		return;
	}
	for (h = o->hops; h != NULL; h = h->next) {
		if (!h->waits)
			continue;
		h->waits = false;
		go_on(h);
	}
	reap(o);
}

/* --- once a second ---------------------------------------------------------------- */

/* The rate of this hour, and how much of it may come at once: a tenth of a second. */
static void
set_rate(struct outbound *o)
{
	struct tm local = { 0 };
	time_t now = time(NULL);
	uint64_t rate;
	int64_t burst;

	(void)localtime_r(&now, &local);
	pthread_mutex_lock(&o->lock);
	rate = weigh_night(o->settings.night_from, o->settings.night_until,
		   (unsigned)local.tm_hour) ?
	    o->settings.night_rate :
	    o->settings.rate;
	o->silent_seconds = o->settings.silent_seconds;
	pthread_mutex_unlock(&o->lock);
	burst = (int64_t)(rate / 10 < INT64_MAX ? rate / 10 : 0);
	if (rate != o->bucket.rate)
		weigh_bucket_set(&o->bucket, rate, burst, now_us());
}

/* Has nothing come for too long, though we would have taken it? */
static bool
silent(struct hop *h, int64_t now)
{
	bool full;

	pthread_mutex_lock(&h->lock);
	full = h->full;
	pthread_mutex_unlock(&h->lock);
	return h->asked && !full && !h->waits && h->o->silent_seconds > 0 &&
	    now - h->heard > (int64_t)h->o->silent_seconds * 1000;
}

/* What is too little to be woken for (window.h, 4) has waited long enough. */
static void
look_after(struct hop *h, int64_t now)
{
	if (h->window.batch > 0 && h->socket >= 0 && now - h->heard > LULL_MS)
		window_wake(&h->window, h->socket);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct outbound *o = arg;
	struct hop *h, *next;
	int64_t now = outbound_ms();

	(void)fd;
	(void)what;
	set_rate(o);
	after(o->tick, 1000000);
	for (h = o->hops; h != NULL; h = next) {
		next = h->next;
		look_after(h, now);
		if (!silent(h, now))
			continue;
		h->rc = weigh_fail(&h->err, WEIGH_NETWORK,
		    "'%s' said nothing for %u seconds", h->url.host,
		    o->silent_seconds);
		finish(h, CURLE_OPERATION_TIMEDOUT);
	}
	if (o->bucket.rate == 0)
		on_paid(-1, 0, o); /* who waited for another rate */
}

/* --- sockets and timers for libcurl ------------------------------------------------- */

static void
act(struct outbound *o, curl_socket_t s, int what)
{
	int running;

	curl_multi_socket_action(o->multi, s, what, &running);
	reap(o);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	act(arg, fd,
	    (what & EV_READ ? CURL_CSELECT_IN : 0) |
		(what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* This is the socket that its answer comes by: catch.c looks at it. */
static void
note_socket(CURL *easy, curl_socket_t s)
{
	char *hop = NULL;

	if (curl_easy_getinfo(easy, CURLINFO_PRIVATE, &hop) == CURLE_OK &&
	    hop != NULL)
		((struct hop *)(void *)hop)->socket = s;
}

/* libcurl's: watch this socket so from now on.  `event` is what we assigned. */
static int
on_socket(CURL *easy, curl_socket_t s, int what, void *arg, void *event)
{
	struct outbound *o = arg;
	struct event *ev = event;
	short want = EV_PERSIST;

	if (what == CURL_POLL_REMOVE) {
		if (ev != NULL)
			event_free(ev);
		curl_multi_assign(o->multi, s, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		want |= EV_READ;
	note_socket(easy, s);
	if (what & CURL_POLL_OUT)
		want |= EV_WRITE;
	if (ev == NULL) {
		ev = event_new(o->parts.base, s, want, on_ready, o);
		if (ev == NULL)
			return -1;
		curl_multi_assign(o->multi, s, ev);
	} else {
		event_del(ev);
		event_assign(ev, o->parts.base, s, want, on_ready, o);
	}
	return event_add(ev, NULL);
}

static int
on_timeout(CURLM *multi, long ms, void *arg)
{
	struct outbound *o = arg;

	(void)multi;
	if (ms < 0)
		event_del(o->timer);
	else
		after(o->timer, (int64_t)ms * 1000);
	return 0;
}

enum weigh_code
wire_start(struct outbound *o, struct weigh_err *err)
{
	o->timer = event_new(o->parts.base, -1, 0, on_timer, o);
	o->tick = event_new(o->parts.base, -1, 0, on_tick, o);
	o->paid = event_new(o->parts.base, -1, 0, on_paid, o);
	o->multi = curl_multi_init();
	if (o->timer == NULL || o->tick == NULL || o->paid == NULL ||
	    o->multi == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	curl_multi_setopt(o->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(o->multi, CURLMOPT_SOCKETDATA, o);
	curl_multi_setopt(o->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(o->multi, CURLMOPT_TIMERDATA, o);
	curl_multi_setopt(o->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	curl_multi_setopt(o->multi, CURLMOPT_MAXCONNECTS, 64L);
	weigh_bucket_init(&o->bucket, 0, 0, now_us());
	set_rate(o);
	return WEIGH_OK;
}

void
wire_stop(struct outbound *o)
{
	if (o->multi != NULL)
		curl_multi_cleanup(o->multi); /* calls on_socket */
	if (o->timer != NULL)
		event_free(o->timer);
	if (o->tick != NULL)
		event_free(o->tick);
	if (o->paid != NULL)
		event_free(o->paid);
}
