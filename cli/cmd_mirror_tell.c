/* weigh mirror pause, resume, cancel, rm: a job is told something. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/control.h>
#include <weigh/fetchjob.h>

#include "cmds.h"

#define JOBS "/-/v1/mirror/jobs"

/* --- which job ----------------------------------------------------------- */

static bool
is_live(const struct doc *job)
{
	enum weigh_fetch_state s;

	for (s = WEIGH_FETCH_QUEUED; s < WEIGH_FETCH_STATES; s++)
		if (strcmp(weigh_fetch_state_name(s), doc_str(job, "state")) ==
		    0)
			return weigh_fetch_state_live(s);
	return true; /* a newer weighd's */
}

/* The newest job of that repository that has not ended. */
static enum weigh_code
find_by_name(struct client *client, const char *text, uint64_t *id,
    struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT];
	const struct doc *job;
	struct weigh_ref ref;
	struct doc *d = NULL;
	enum weigh_code rc = call_ref(&ref, text, err);

	if (rc == WEIGH_OK)
		rc = call_pages(client, JOBS, "weigh.mirror-jobs/1", "jobs", &d,
		    err);
	if (rc != WEIGH_OK)
		return rc;
	weigh_repo_text(&ref.repo, name);
	job = doc_get(d, "jobs");
	for (job = job != NULL ? job->first : NULL; job; job = job->next)
		if (strcmp(doc_str(job, "name"), name) == 0 && is_live(job))
			break;
	*id = doc_u64(job, "id");
	doc_free(d);
	if (*id != 0)
		return WEIGH_OK;
	weigh_fail(err, WEIGH_NOT_FOUND, "no job of '%s' is under way", name);
	weigh_fix(err, "weigh mirror ls shows the jobs there are");
	return WEIGH_NOT_FOUND;
}

static enum weigh_code
find_job(struct client *client, const char *text, uint64_t *id,
    struct weigh_err *err)
{
	if (text[0] != '\0' && strlen(text) < 19 &&
	    text[strspn(text, "0123456789")] == '\0') {
		*id = strtoull(text, NULL, 10);
		return WEIGH_OK;
	}
	return find_by_name(client, text, id, err);
}

/* --- and what it is told ------------------------------------------------- */

static enum weigh_code
tell(struct client *client, uint64_t id, const char *verb, struct doc **out,
    struct weigh_err *err)
{
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;

	weigh_buf_init(&b, WEIGH_CONTROL_BODY);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_ku64(&w, "job", id);
	weigh_jw_kstr(&w, "do", verb);
	weigh_jw_object_end(&w);
	rc = b.failed ?
	    weigh_fail(err, WEIGH_NOMEM, "out of memory") :
	    client_doc(client, JOBS, b.data, "weigh.mirror-job/1", out, err);
	weigh_buf_free(&b);
	return rc;
}

static enum weigh_code
run(const struct call *c, const char *verb, struct weigh_err *err)
{
	struct client client = { 0 };
	const struct doc *job;
	struct doc *d = NULL;
	uint64_t id = 0;
	enum weigh_code rc = call_client(c, &client, err);

	if (rc == WEIGH_OK)
		rc = find_job(&client, c->args[0], &id, err);
	if (rc == WEIGH_OK)
		rc = tell(&client, id, verb, &d, err);
	job = doc_get(d, "job");
	if (rc == WEIGH_OK && c->out->format == OUT_JSON)
		rc = out_document(c->out, d, err);
	else if (rc == WEIGH_OK && c->out->format == OUT_HUMAN)
		out_line("%s  job %" PRIu64 ", %s", doc_str(job, "name"), id,
		    doc_str(job, "state"));
	else if (rc == WEIGH_OK)
		out_line("%" PRIu64, id);
	if (rc != WEIGH_OK && call_needs_what(err))
		weigh_what(err, "cannot %s %.180s", verb, c->args[0]);
	doc_free(d);
	client_close(&client);
	return rc;
}

enum weigh_code
cmd_mirror_pause(const struct call *c, struct weigh_err *err)
{
	return run(c, "pause", err);
}

enum weigh_code
cmd_mirror_resume(const struct call *c, struct weigh_err *err)
{
	return run(c, "resume", err);
}

enum weigh_code
cmd_mirror_cancel(const struct call *c, struct weigh_err *err)
{
	return run(c, "cancel", err);
}

/* --- rm ------------------------------------------------------------------ */

enum weigh_code
cmd_mirror_rm(const struct call *c, struct weigh_err *err)
{
	char name[WEIGH_REPO_TEXT] = "";
	struct client client = { 0 };
	struct doc *d = NULL;
	struct weigh_buf b;
	struct weigh_ref ref;
	struct weigh_jw w;
	enum weigh_code rc;

	weigh_buf_init(&b, WEIGH_CONTROL_BODY);
	rc = call_open_ref(c, c->args[0], &ref, &client, err);
	if (rc == WEIGH_OK && ref.rev[0] != '\0')
		rc = weigh_fail(err, WEIGH_USAGE,
		    "a repository is mirrored, not a revision of it");
	if (rc == WEIGH_OK) {
		weigh_repo_text(&ref.repo, name);
		weigh_jw_init(&w, &b);
		weigh_jw_object(&w);
		weigh_jw_kstr(&w, "name", name);
		weigh_jw_object_end(&w);
		rc = client_doc(&client, "/-/v1/mirror/rm", b.data,
		    "weigh.mirror-rm/1", &d, err);
	}
	if (rc == WEIGH_OK && c->out->format == OUT_JSON)
		rc = out_document(c->out, d, err);
	else if (rc == WEIGH_OK)
		out_line("%s", name);
	if (rc == WEIGH_OK)
		out_say(c->out,
		    "it is not looked at upstream any more; what is held "
		    "stays\nnext: weigh rm %s would take that away",
		    name);
	else if (call_needs_what(err))
		weigh_what(err, "cannot end mirroring %.180s", c->args[0]);
	doc_free(d);
	weigh_buf_free(&b);
	client_close(&client);
	return rc;
}
