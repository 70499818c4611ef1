/* weigh mirror sync: look upstream now, and bring what is new. */
#include <stdlib.h>
#include <string.h>

#include <weigh/control.h>

#include "cmds.h"
#include "job.h"
#include "mirror.h"

#define PATH "/-/v1/mirror/sync"

/* --- which --------------------------------------------------------------- */

struct names {
	char (*text)[WEIGH_REPO_TEXT];
	size_t n;
};

/* Those that were only pulled through are looked at when somebody asks for them. */
static enum weigh_code
all_names(struct client *client, struct names *out, struct weigh_err *err)
{
	const struct doc *m;
	struct doc *d = NULL;
	enum weigh_code rc;

	rc = call_pages(client, "/-/v1/mirror", "weigh.mirror-ls/1", "mirrors",
	    &d, err);
	if (rc != WEIGH_OK)
		return rc;
	out->text = calloc(doc_count(doc_get(d, "mirrors")) + 1,
	    sizeof(*out->text));
	m = doc_get(d, "mirrors");
	for (m = m != NULL ? m->first : NULL; m != NULL && out->text != NULL;
	     m = m->next)
		if (!doc_bool(m, "through"))
			snprintf(out->text[out->n++], WEIGH_REPO_TEXT, "%s",
			    doc_str(m, "name"));
	doc_free(d);
	return out->text != NULL ?
	    WEIGH_OK :
	    weigh_fail(err, WEIGH_NOMEM, "out of memory");
}

static enum weigh_code
given_names(const struct call *c, struct names *out, struct weigh_err *err)
{
	struct weigh_ref ref;
	enum weigh_code rc = WEIGH_OK;

	out->text = calloc(c->nargs, sizeof(*out->text));
	if (out->text == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (; out->n < c->nargs && rc == WEIGH_OK; out->n++) {
		rc = call_ref(&ref, c->args[out->n], err);
		if (rc == WEIGH_OK && ref.rev[0] != '\0')
			rc = weigh_fail(err, WEIGH_USAGE,
			    "a repository is mirrored, not a revision of it");
		if (rc == WEIGH_OK)
			weigh_repo_text(&ref.repo, out->text[out->n]);
	}
	return rc;
}

/* --- one ----------------------------------------------------------------- */

/* Look; the job that was begun for it, if any, is in *job. */
static enum weigh_code
look(const struct call *c, struct client *client, const char *name,
    struct mirror_job *job, struct weigh_err *err)
{
	struct doc *d = NULL;
	struct weigh_buf b;
	struct weigh_jw w;
	enum weigh_code rc;

	weigh_buf_init(&b, WEIGH_CONTROL_BODY);
	weigh_jw_init(&w, &b);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "name", name);
	weigh_jw_object_end(&w);
	rc = job_run(client, PATH, &b, c->out, name, "weigh.mirror-sync/1", &d,
	    err);
	weigh_buf_free(&b);
	if (rc == WEIGH_OK)
		mirror_take_seen(job, d);
	else
		doc_free(d);
	if (rc != WEIGH_OK)
		mirror_fail(job, err);
	return rc;
}

static enum weigh_code
sync_all(const struct call *c, struct client *client, const struct names *names,
    struct mirror_job *jobs, struct weigh_err *err)
{
	bool wait = !opts_has(c->opts, OPT_DETACH);
	enum weigh_code rc;

	for (size_t i = 0; i < names->n; i++) {
		mirror_job_init(&jobs[i], names->text[i]);
		rc = look(c, client, names->text[i], &jobs[i], err);
		if (rc == WEIGH_CANCELED)
			return rc;
	}
	weigh_err_clear(err);
	if (names->n == 0)
		out_say(c->out,
		    "nothing comes from elsewhere yet\n"
		    "next: weigh mirror ORG/NAME");
	rc = wait ? mirror_wait(c, client, jobs, names->n, err) : WEIGH_OK;
	return rc == WEIGH_OK ? mirror_print(c, jobs, names->n, wait, err) : rc;
}

enum weigh_code
cmd_mirror_sync(const struct call *c, struct weigh_err *err)
{
	struct names names = { .text = NULL };
	struct mirror_job *jobs = NULL;
	struct client client = { 0 };
	enum weigh_code rc;

	rc = call_client(c, &client, err);
	if (rc == WEIGH_OK)
		rc = c->nargs > 0 ? given_names(c, &names, err) :
				    all_names(&client, &names, err);
	if (rc == WEIGH_OK &&
	    (jobs = calloc(names.n + 1, sizeof(*jobs))) == NULL)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK)
		rc = sync_all(c, &client, &names, jobs, err);
	if (jobs != NULL)
		mirror_free(jobs, names.n);
	free(jobs);
	free(names.text);
	client_close(&client);
	return rc;
}
