/* pull: several flights at once, by one curl_multi. */
#include <stdlib.h>

#include "flight.h"
#include "pull.h"
#include "stop.h"

#define LOOK_MS 100

struct fleet {
	struct pull *p;
	CURLM *multi;
	struct flight *flights;
	size_t n;    /* p->jobs */
	size_t next; /* the first file of the plan not looked at yet */
	uint64_t landed_bytes;
};

/* The next file to fetch, or NULL. */
static struct pull_file *
next_file(struct fleet *fleet)
{
	struct pull *p = fleet->p;

	while (fleet->next < p->count) {
		struct pull_file *f = &p->files[fleet->next++];

		if (f->how == PULL_FETCH)
			return f;
	}
	return NULL;
}

/* What became of a flight that neither flies nor sleeps. */
static enum weigh_code
receive(struct fleet *fleet, struct flight *f, struct weigh_err *err)
{
	if (f->state == FLIGHT_FAILED) {
		*err = f->err;
		err->what[0] = '\0'; /* the server's words; why has them too */
		return weigh_context(err, f->err.code, "'%.200s'",
		    f->file->want->path);
	}
	fleet->p->fetched++;
	fleet->landed_bytes += f->file->want->size;
	flight_drop(f, true);
	return WEIGH_OK;
}

/* Bring every flight forward that waits for us; *flying counts the others. */
static enum weigh_code
tend(struct fleet *fleet, size_t *flying, struct weigh_err *err)
{
	struct pull_file *file;
	size_t i;

	*flying = 0;
	for (i = 0; i < fleet->n; i++) {
		struct flight *f = &fleet->flights[i];

		if (f->state == FLIGHT_ASLEEP && bars_now_ms() >= f->wake_ms)
			flight_wake(f);
		while (f->state != FLIGHT_LIST && f->state != FLIGHT_BODY &&
		    f->state != FLIGHT_ASLEEP) {
			if (f->state != FLIGHT_FREE) {
				enum weigh_code rc = receive(fleet, f, err);

				if (rc != WEIGH_OK)
					return rc;
			}
			if (stop_asked())
				return stop_fail(err);
			file = next_file(fleet);
			if (file == NULL)
				break;
			flight_begin(f, file);
		}
		*flying += f->state != FLIGHT_FREE;
	}
	return WEIGH_OK;
}

/* Let libcurl work, and hear which exchanges ended. */
static enum weigh_code
perform(struct fleet *fleet, struct weigh_err *err)
{
	CURLMsg *message;
	int running, left;

	if (curl_multi_poll(fleet->multi, NULL, 0, LOOK_MS, NULL) != CURLM_OK ||
	    curl_multi_perform(fleet->multi, &running) != CURLM_OK)
		return weigh_fail(err, WEIGH_NOMEM, "libcurl gave up");
	while ((message = curl_multi_info_read(fleet->multi, &left)) != NULL) {
		char *private = NULL;
		struct flight *f;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
		    &private);
		f = (struct flight *)(void *)private;
		flight_ended(f, message->data.result);
	}
	return stop_asked() ? stop_fail(err) : WEIGH_OK;
}

static void
draw(struct fleet *fleet)
{
	uint64_t done = fleet->landed_bytes;
	size_t i;

	for (i = 0; i < fleet->n; i++)
		done += fleet->flights[i].t.have;
	bars_total(&fleet->p->bars, done);
	bars_draw(&fleet->p->bars);
}

static enum weigh_code
fly(struct fleet *fleet, struct weigh_err *err)
{
	enum weigh_code rc;
	size_t flying;

	while ((rc = tend(fleet, &flying, err)) == WEIGH_OK && flying > 0) {
		rc = perform(fleet, err);
		if (rc != WEIGH_OK)
			break;
		draw(fleet);
	}
	return rc;
}

static enum weigh_code
copy_twins(struct pull *p, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	for (i = 0; i < p->count && rc == WEIGH_OK; i++)
		if (p->files[i].how == PULL_COPY)
			rc = pull_copy(p, &p->files[i], err);
	return rc;
}

enum weigh_code
pull_fetch(struct pull *p, struct weigh_err *err)
{
	struct fleet fleet = { .p = p, .n = p->jobs };
	enum weigh_code rc = WEIGH_OK;
	size_t i;

	fleet.multi = curl_multi_init();
	fleet.flights = calloc(fleet.n, sizeof(*fleet.flights));
	if (fleet.multi == NULL || fleet.flights == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (i = 0; fleet.flights != NULL && i < fleet.n; i++)
		if (!flight_init(&fleet.flights[i], p, fleet.multi))
			rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	bars_begin(&p->bars, p->c->out, p->name, p->to_fetch);
	if (rc == WEIGH_OK)
		rc = fly(&fleet, err);
	for (i = 0; fleet.flights != NULL && i < fleet.n; i++)
		flight_free(&fleet.flights[i]);
	bars_end(&p->bars);
	curl_multi_cleanup(fleet.multi);
	free(fleet.flights);
	return rc == WEIGH_OK ? copy_twins(p, err) : rc;
}
