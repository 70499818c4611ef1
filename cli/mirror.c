/* mirror: jobs of weighd, ordered, waited for, told. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <weigh/http.h>

#include "bars.h"
#include "job.h"
#include "mirror.h"
#include "stop.h"
#include "text.h"

void
mirror_free(struct mirror_job *jobs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		doc_free(jobs[i].doc);
}

void
mirror_job_init(struct mirror_job *job, const char *name)
{
	*job = (struct mirror_job){ .name = name, .line = -1 };
}

void
mirror_fail(struct mirror_job *job, const struct weigh_err *err)
{
	job->over = true;
	job->err = *err;
}

/* Take the member "job" out of an answer; NULL: it has none. */
static struct doc *
take_job(struct doc *answer)
{
	struct doc **at = &answer->first;
	struct doc *found;

	while (*at != NULL && strcmp((*at)->key, "job") != 0)
		at = &(*at)->next;
	if ((found = *at) != NULL) {
		*at = found->next;
		found->next = NULL;
	}
	return found;
}

/* The job inside an answer; the answer is used up. */
static enum weigh_code
take(struct mirror_job *job, struct doc *answer, struct weigh_err *err)
{
	struct doc *found = take_job(answer);

	doc_free(answer);
	if (found == NULL)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "the server's answer tells of no job");
	doc_free(job->doc);
	job->doc = found;
	return WEIGH_OK;
}

void
mirror_take_seen(struct mirror_job *job, struct doc *seen)
{
	if ((job->doc = take_job(seen)) != NULL) {
		doc_free(seen);
		return;
	}
	job->doc = seen;
	job->over = job->seen = true;
}

enum weigh_code
mirror_begin(struct client *client, const char *path,
    const struct weigh_buf *body, struct mirror_job *job, struct weigh_err *err)
{
	struct doc *answer = NULL;
	enum weigh_code rc;

	if (body->failed)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else
		rc = client_doc(client, path, body->data, "weigh.mirror-job/1",
		    &answer, err);
	if (rc == WEIGH_OK)
		rc = take(job, answer, err);
	if (rc != WEIGH_OK)
		mirror_fail(job, err);
	return rc;
}

/* --- how one stands ------------------------------------------------------ */

static enum weigh_fetch_state
state_of(const struct mirror_job *job)
{
	const char *word = doc_str(job->doc, "state");
	enum weigh_fetch_state s;

	for (s = WEIGH_FETCH_QUEUED; s < WEIGH_FETCH_STATES; s++)
		if (strcmp(weigh_fetch_state_name(s), word) == 0)
			return s;
	return WEIGH_FETCH_QUEUED; /* a newer weighd's: it goes on */
}

/* The job's own words about its last failure; false: there was none. */
static bool
read_failure(const struct mirror_job *job, struct weigh_err *err)
{
	const struct doc *e = doc_get(job->doc, "error");
	const char *code = doc_str(e, "code");

	if (code[0] == '\0')
		return false;
	weigh_fail(err, weigh_code_named(code, strlen(code)), "%s",
	    doc_str(e, "why"));
	if (doc_str(e, "fix")[0] != '\0')
		weigh_fix(err, "%s", doc_str(e, "fix"));
	return true;
}

/* It has not come further for too long: say why, and that it goes on (1). */
static void
give_up(struct mirror_job *job, unsigned seconds)
{
	struct weigh_err own = { .code = WEIGH_OK };
	bool begun = doc_str(job->doc, "commit")[0] != '\0';

	(void)read_failure(job, &own);
	weigh_fail(&job->err,
	    !begun && own.code != WEIGH_OK ? own.code : WEIGH_NOT_YET,
	    "no further for %u seconds%s%.600s", seconds,
	    own.code != WEIGH_OK ? ": " : "", own.why);
	if (own.code == WEIGH_FULL) /* a person can do something */
		weigh_fix(&job->err, "%.400s", weigh_err_fix(&own));
	else
		weigh_fix(&job->err,
		    "weighd goes on trying by itself: weigh mirror ls shows "
		    "how far, weigh mirror cancel %" PRIu64 " ends it",
		    doc_u64(job->doc, "id"));
	job->over = true;
}

static void
settle(struct mirror_job *job, unsigned patience, uint64_t now)
{
	switch (state_of(job)) {
	case WEIGH_FETCH_DONE:
		job->over = true;
		break;
	case WEIGH_FETCH_FAILED:
		job->over = true;
		if (!read_failure(job, &job->err))
			weigh_fail(&job->err, WEIGH_BUG,
			    "the job failed and does not say why");
		break;
	case WEIGH_FETCH_CANCELED:
		job->over = true;
		weigh_fail(&job->err, WEIGH_CANCELED,
		    "somebody gave the job up");
		break;
	case WEIGH_FETCH_PAUSED:
		job->over = true;
		weigh_fail(&job->err, WEIGH_NOT_YET, "the job rests");
		weigh_fix(&job->err, "weigh mirror resume %" PRIu64,
		    doc_u64(job->doc, "id"));
		break;
	case WEIGH_FETCH_WAITING:
		if (now - job->further_ms > (uint64_t)patience * 1000)
			give_up(job, patience);
		break;
	case WEIGH_FETCH_QUEUED:
	case WEIGH_FETCH_RESOLVING:
	case WEIGH_FETCH_LISTING:
	case WEIGH_FETCH_BYTES:
	case WEIGH_FETCH_ADMITTING:
	case WEIGH_FETCH_STATES:
		break;
	}
}

/* --- waiting ------------------------------------------------------------- */

struct wait {
	const struct call *c;
	struct client *client;
	struct bars bars;
	unsigned patience; /* seconds */
};

/* Why it waits, once for each reason. */
static void
say_waiting(struct wait *w, struct mirror_job *job)
{
	const char *why = doc_str(doc_get(job->doc, "error"), "why");
	char text[sizeof(job->said)];

	if (state_of(job) != WEIGH_FETCH_WAITING)
		return;
	snprintf(text, sizeof(text), "%.127s",
	    why[0] != '\0' ? why : "for its time, or for room");
	if (strcmp(text, job->said) == 0)
		return;
	memcpy(job->said, text, sizeof(text));
	bars_say(&w->bars, "%s waits: %s", job->name,
	    why[0] != '\0' ? why : text);
}

static enum weigh_code
look(struct wait *w, struct mirror_job *job, struct weigh_err *err)
{
	struct doc *answer = NULL;
	uint64_t measure, now;
	char path[64];
	enum weigh_code rc;

	snprintf(path, sizeof(path), "/-/v1/mirror/jobs/%" PRIu64,
	    doc_u64(job->doc, "id"));
	rc = client_doc(w->client, path, NULL, "weigh.mirror-job/1", &answer,
	    err);
	if (rc == WEIGH_OK)
		rc = take(job, answer, err);
	if (rc != WEIGH_OK)
		return rc;
	now = bars_now_ms();
	measure = doc_u64(job->doc, "done_bytes") +
	    doc_u64(job->doc, "done_files") + doc_u64(job->doc, "files");
	if (measure != job->measure || job->further_ms == 0) {
		job->measure = measure;
		job->further_ms = now;
	}
	say_waiting(w, job);
	settle(job, w->patience, now);
	return WEIGH_OK;
}

/* One line for each of several, and one for all. */
static void
draw(struct wait *w, struct mirror_job *jobs, size_t n)
{
	uint64_t done = 0, total = 0;

	for (size_t i = 0; i < n; i++) {
		struct mirror_job *job = &jobs[i];
		uint64_t d = doc_u64(job->doc, "done_bytes");
		uint64_t t = doc_u64(job->doc, "bytes");

		done += d;
		total += t;
		if (n > 1 && t > 0 && !job->over && job->line < 0)
			job->line = bars_add(&w->bars, job->name, d, t);
		bars_file(&w->bars, job->line, d);
		if (job->over && job->line >= 0) {
			bars_drop(&w->bars, job->line,
			    job->err.code == WEIGH_OK);
			job->line = -1;
		}
	}
	if (total == 0) /* not known yet: nothing is not all of it */
		return;
	w->bars.total = total;
	bars_total(&w->bars, done);
	bars_draw(&w->bars);
}

static enum weigh_code
wait_all(struct wait *w, struct mirror_job *jobs, size_t n,
    struct weigh_err *err)
{
	const uint64_t begun = bars_now_ms();
	enum weigh_code rc = WEIGH_OK;
	size_t under_way;

	for (;;) {
		under_way = 0;
		for (size_t i = 0; i < n && rc == WEIGH_OK; i++) {
			if (!jobs[i].over)
				rc = look(w, &jobs[i], err);
			under_way += !jobs[i].over;
		}
		if (rc != WEIGH_OK)
			return rc;
		draw(w, jobs, n);
		if (under_way == 0)
			return WEIGH_OK;
		if (stop_asked())
			return stop_fail(err);
		job_pause(begun, w->bars.done, w->bars.total);
	}
}

enum weigh_code
mirror_wait(const struct call *c, struct client *client,
    struct mirror_job *jobs, size_t n, struct weigh_err *err)
{
	struct wait w = { .c = c, .client = client };
	enum weigh_code rc = call_timeout(c, &w.patience, err);

	if (rc != WEIGH_OK)
		return rc;
	bars_begin(&w.bars, c->out, n == 1 ? jobs[0].name : "all", 0);
	rc = wait_all(&w, jobs, n, err);
	bars_end(&w.bars);
	if (rc == WEIGH_CANCELED) {
		weigh_what(err, "not waiting any longer");
		weigh_fix(err,
		    "weighd goes on by itself: weigh mirror ls shows how far, "
		    "weigh mirror cancel NAME ends it");
	}
	return rc;
}

/* --- what came of it ----------------------------------------------------- */

static const struct out_column columns[] = {
	{ "NAME", "name", OUT_TEXT, false },
	{ "REVISION", "revision", OUT_REVISION, false },
	{ "FILES", "files", OUT_NUMBER, false },
	{ "SIZE", "bytes", OUT_SIZE, false },
	{ "STATE", "state", OUT_TEXT, false },
	{ "JOB", "job", OUT_NUMBER, false },
	{ "FROM", "source", OUT_TEXT, true },
};

static bool
put_error(struct doc *d, const struct weigh_err *err)
{
	struct doc *e = doc_new(WEIGH_JSON_OBJECT, "error");

	if (e == NULL || !doc_put(d, e))
		return false;
	return doc_put_str(e, "code", weigh_code_info(err->code)->name) &&
	    doc_put_str(e, "what", err->what) &&
	    doc_put_str(e, "why", err->why) &&
	    doc_put_str(e, "fix", weigh_err_fix(err));
}

/* How far it was checked is known when it is there, and not said before. */
static bool
put_proof(struct doc *d, const struct doc *job)
{
	return strcmp(doc_str(job, "state"), "done") != 0 ||
	    doc_put_str(d, "proof",
		doc_bool(job, "proved") ? "checked" : "told");
}

/* The members that scripts count on. */
static bool
put_job(struct doc *d, const struct mirror_job *job)
{
	if (job->seen)
		return doc_put_str(d, "name", doc_str(job->doc, "name")) &&
		    doc_put_str(d, "revision", doc_str(job->doc, "revision")) &&
		    doc_put_str(d, "state", "unchanged") &&
		    doc_put_str(d, "upstream", doc_str(job->doc, "upstream"));
	if (!doc_put_str(d, "name",
		job->doc != NULL ? doc_str(job->doc, "name") : job->name))
		return false;
	if (job->doc != NULL &&
	    !(doc_put_str(d, "revision", doc_str(job->doc, "commit")) &&
		doc_put_u64(d, "files", doc_u64(job->doc, "files")) &&
		doc_put_u64(d, "bytes", doc_u64(job->doc, "bytes")) &&
		doc_put_str(d, "state", doc_str(job->doc, "state")) &&
		doc_put_u64(d, "job", doc_u64(job->doc, "id")) &&
		doc_put_str(d, "source", doc_str(job->doc, "source")) &&
		doc_put_bool(d, "unchanged", doc_bool(job->doc, "unchanged")) &&
		put_proof(d, job->doc)))
		return false;
	return job->err.code == WEIGH_OK || put_error(d, &job->err);
}

static bool
put_row(struct doc *row, const void *from, size_t i)
{
	const struct mirror_job *jobs = from;

	return put_job(row, &jobs[i]);
}

/* weigh.mirror/1: repositories[], and of a single one its members themselves. */
static struct doc *
make_document(const struct mirror_job *jobs, size_t n)
{
	struct doc *d = doc_new(WEIGH_JSON_OBJECT, "");
	struct doc *list = doc_new(WEIGH_JSON_ARRAY, "repositories");
	bool ok = d != NULL && list != NULL &&
	    doc_put_str(d, "schema", "weigh.mirror/1");

	if (ok && n == 1)
		ok = put_job(d, &jobs[0]);
	if (ok && doc_rows(list, n, put_row, jobs) && doc_put(d, list))
		return d;
	doc_free(list);
	doc_free(d);
	return NULL;
}

static void
print_one(const struct call *c, const struct mirror_job *job, bool waited)
{
	char files[TEXT_COUNT], size[TEXT_SIZE];
	const struct doc *d = job->doc;

	if (job->err.code != WEIGH_OK)
		return;
	if (job->seen) {
		out_line("%s@%s  nothing new", doc_str(d, "name"),
		    doc_str(d, "revision"));
		return;
	}
	if (!waited) {
		out_line("%s  job %" PRIu64 ", %s", doc_str(d, "name"),
		    doc_u64(d, "id"), doc_str(d, "state"));
		return;
	}
	text_count(doc_u64(d, "files"), "file", files);
	text_size(doc_u64(d, "bytes"), size);
	out_line("%s@%s  %s, %s", doc_str(d, "name"), doc_str(d, "commit"),
	    files, size);
	if (doc_bool(d, "unchanged"))
		out_say(c->out, "nothing new: all of it was held already");
	out_say(c->out, "from %s, %s", doc_str(d, "source"),
	    doc_bool(d, "proved") ?
		"checked from the commit's id down to every byte" :
		"every byte checked; the listing is as told by upstream");
}

/* What failed of several, for people; one alone is told as every error is. */
static void
say_failures(const struct call *c, const struct mirror_job *jobs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (jobs[i].err.code != WEIGH_OK)
			out_say(c->out, "%s: %s\n  fix: %s", jobs[i].name,
			    jobs[i].err.why, weigh_err_fix(&jobs[i].err));
}

static enum weigh_code
conclude(const struct mirror_job *jobs, size_t n, struct weigh_err *err)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++)
		failed += jobs[i].err.code != WEIGH_OK;
	if (failed == 0)
		return WEIGH_OK;
	if (n == 1) {
		*err = jobs[0].err;
		if (call_needs_what(err))
			weigh_what(err, "cannot mirror %.180s", jobs[0].name);
		return err->code;
	}
	weigh_fail(err, WEIGH_PARTLY, "%zu of %zu repositories did not come",
	    failed, n);
	weigh_what(err, "cannot mirror all of them");
	return WEIGH_PARTLY;
}

enum weigh_code
mirror_print(const struct call *c, const struct mirror_job *jobs, size_t n,
    bool waited, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct doc *d;

	if (n == 1 && jobs[0].err.code != WEIGH_OK)
		return conclude(jobs, n, err);
	if (c->out->format == OUT_HUMAN) {
		for (size_t i = 0; i < n; i++)
			print_one(c, &jobs[i], waited);
		say_failures(c, jobs, n);
		return conclude(jobs, n, err);
	}
	if ((d = make_document(jobs, n)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	rc = call_print_list(c, d, "repositories", columns,
	    sizeof(columns) / sizeof(columns[0]), err);
	doc_free(d);
	return rc == WEIGH_OK ? conclude(jobs, n, err) : rc;
}
