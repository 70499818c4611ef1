/* weigh mirror: repositories from elsewhere: ordered, and what an order would do. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/control.h>

#include "cmds.h"
#include "job.h"
#include "mirror.h"
#include "text.h"

#define PATH "/-/v1/mirror"

/* --- an order, as it is written on the line ------------------------------ */

static void
write_globs(const struct opts *opts, enum opt_id id, const char *key,
    struct weigh_jw *w)
{
	if (!opts_has(opts, id))
		return;
	weigh_jw_key(w, key);
	weigh_jw_array(w);
	for (size_t i = 0; i < opts->ngiven; i++)
		if (opts->given[i].id == id)
			weigh_jw_str(w, opts->given[i].value);
	weigh_jw_array_end(w);
}

/* The number as it stands there; what is none is refused by who reads it. */
static enum weigh_code
write_priority(const struct opts *opts, struct weigh_jw *w,
    struct weigh_err *err)
{
	const char *text = opts_value(opts, OPT_PRIORITY, "0");
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end != '\0' || n < -WEIGH_FETCH_PRIORITY ||
	    n > WEIGH_FETCH_PRIORITY)
		return weigh_fail(err, WEIGH_USAGE,
		    "--priority takes a number from -%d to %d, not '%.40s'",
		    WEIGH_FETCH_PRIORITY, WEIGH_FETCH_PRIORITY, text);
	weigh_jw_key(w, "priority");
	weigh_jw_i64(w, n);
	return WEIGH_OK;
}

/* What the reader would refuse is refused here already, as a wrong line. */
static enum weigh_code
check_order(const struct weigh_buf *b, struct weigh_err *err)
{
	struct weigh_fetch_order *order = malloc(sizeof(*order));
	enum weigh_code rc;

	if (order == NULL || b->failed) {
		free(order);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	rc = weigh_fetch_order_read(order, b->data, b->len, err);
	free(order);
	if (rc != WEIGH_OK && rc != WEIGH_NOMEM && err != NULL)
		rc = err->code = WEIGH_USAGE;
	return rc;
}

static enum weigh_code
write_order(const struct call *c, const char *text, struct weigh_buf *out,
    struct weigh_err *err)
{
	const char *rev = opts_value(c->opts, OPT_REVISION, NULL);
	char name[WEIGH_REPO_TEXT];
	struct weigh_ref ref;
	struct weigh_jw w;
	enum weigh_code rc = call_ref(&ref, text, err);

	if (rc != WEIGH_OK)
		return rc;
	weigh_repo_text(&ref.repo, name);
	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	weigh_jw_kstr(&w, "name", name);
	weigh_jw_kstr(&w, "revision", rev != NULL ? rev : ref.rev);
	weigh_jw_kstr(&w, "source", opts_value(c->opts, OPT_FROM, ""));
	write_globs(c->opts, OPT_INCLUDE, "include", &w);
	write_globs(c->opts, OPT_EXCLUDE, "exclude", &w);
	if (opts_has(c->opts, OPT_FORMATS))
		weigh_jw_kstr(&w, "formats",
		    opts_value(c->opts, OPT_FORMATS, ""));
	weigh_jw_kbool(&w, "follow", opts_has(c->opts, OPT_FOLLOW));
	rc = write_priority(c->opts, &w, err);
	weigh_jw_object_end(&w);
	return rc == WEIGH_OK ? check_order(out, err) : rc;
}

/* --- --dry-run: what it would do ----------------------------------------- */

static const struct out_column plan_columns[] = {
	{ "PATH", "path", OUT_TEXT, false },
	{ "SIZE", "size", OUT_SIZE, false },
	{ "FATE", "fate", OUT_TEXT, false },
};

static const struct out_column also_columns[] = {
	{ "ALSO", "name", OUT_TEXT, false },
	{ "WHY", "why", OUT_TEXT, true },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "held", "left out: a copy of …", "fetched": one word more for each file. */
static bool
tell_fates(struct doc *list)
{
	struct doc *f = list != NULL ? list->first : NULL;
	char fate[160];

	for (; f != NULL; f = f->next) {
		const char *skipped = doc_str(f, "skipped");

		if (skipped[0] != '\0')
			snprintf(fate, sizeof(fate), "left out: %.120s",
			    skipped);
		else
			snprintf(fate, sizeof(fate), "%s",
			    doc_bool(f, "held") ? "held already" : "fetched");
		if (!doc_put_str(f, "fate", fate))
			return false;
	}
	return true;
}

static void
count_line(const char *what, uint64_t files, uint64_t bytes)
{
	char count[TEXT_COUNT], size[TEXT_SIZE];

	text_count(files, "file", count);
	text_size(bytes, size);
	out_line("%-12s %s, %s", what, count, size);
}

static void
print_plan_sum(const struct call *c, const struct doc *d)
{
	uint64_t bytes = doc_u64(d, "bytes") - doc_u64(d, "held_bytes");
	char room[TEXT_SIZE], calls[TEXT_COUNT];
	const char *license = doc_str(d, "license");

	out_line("%s@%s from %s", doc_str(d, "name"), doc_str(d, "revision"),
	    doc_str(d, "source"));
	count_line("to fetch:", doc_u64(d, "files") - doc_u64(d, "held_files"),
	    bytes);
	if (doc_u64(d, "held_files") > 0)
		count_line("held here:", doc_u64(d, "held_files"),
		    doc_u64(d, "held_bytes"));
	if (doc_u64(d, "skipped_files") > 0)
		count_line("left out:", doc_u64(d, "skipped_files"),
		    doc_u64(d, "skipped_bytes"));
	text_count(doc_u64(d, "calls"), "request", calls);
	text_size(doc_u64(d, "room"), room);
	out_line("%-12s about %s; there is room for %s", "cost:", calls, room);
	out_line("%-12s %s",
	    "license:", license[0] != '\0' ? license : "none is declared");
	out_line("%-12s %s", "proof:",
	    doc_bool(d, "proved") ?
		"from the commit's id down, by git" :
		"each byte; the listing is as told by upstream");
	if (bytes > doc_u64(d, "room"))
		out_say(c->out,
		    "there is not enough room\nnext: weigh gc --dry-run");
}

static enum weigh_code
print_plan(const struct call *c, struct doc *d, struct weigh_err *err)
{
	enum weigh_code rc;

	if (c->out->format == OUT_JSON)
		return out_document(c->out, d, err);
	if (!tell_fates(doc_get(d, "list")))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (c->out->format != OUT_HUMAN)
		return call_print_list(c, d, "list", plan_columns,
		    COUNT(plan_columns), err);
	rc = out_table(c->out, plan_columns, COUNT(plan_columns),
	    doc_get(d, "list"), err);
	if (rc == WEIGH_OK)
		print_plan_sum(c, d);
	if (rc == WEIGH_OK && doc_count(doc_get(d, "also")) > 0) {
		out_line("%s", "");
		rc = out_table(c->out, also_columns, COUNT(also_columns),
		    doc_get(d, "also"), err);
	}
	return rc;
}

static enum weigh_code
plan(const struct call *c, struct client *client, struct weigh_err *err)
{
	struct doc *d = NULL;
	struct weigh_buf b;
	enum weigh_code rc;

	if (c->nargs > 1) {
		weigh_fail(err, WEIGH_USAGE,
		    "--dry-run looks at one repository at a time");
		return WEIGH_USAGE;
	}
	weigh_buf_init(&b, WEIGH_FETCH_ORDER_MAX);
	rc = write_order(c, c->args[0], &b, err);
	if (rc == WEIGH_OK)
		rc = job_run(client, PATH "/plan", &b, c->out, c->args[0],
		    "weigh.mirror-plan/1", &d, err);
	if (rc == WEIGH_OK)
		rc = print_plan(c, d, err);
	doc_free(d);
	weigh_buf_free(&b);
	return rc;
}

/* --- and the order itself ------------------------------------------------ */

/* Every line is read before the first order goes out. */
static enum weigh_code
check_all(const struct call *c, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	struct weigh_buf b;

	for (size_t i = 0; i < c->nargs && rc == WEIGH_OK; i++) {
		weigh_buf_init(&b, WEIGH_FETCH_ORDER_MAX);
		rc = write_order(c, c->args[i], &b, err);
		weigh_buf_free(&b);
	}
	return rc;
}

/* A refusal ends nothing: the others are ordered all the same. */
static void
order_all(const struct call *c, struct client *client, struct mirror_job *jobs)
{
	struct weigh_err err;
	struct weigh_buf b;

	for (size_t i = 0; i < c->nargs; i++) {
		weigh_err_clear(&err);
		weigh_buf_init(&b, WEIGH_FETCH_ORDER_MAX);
		mirror_job_init(&jobs[i], c->args[i]);
		if (write_order(c, c->args[i], &b, &err) != WEIGH_OK)
			mirror_fail(&jobs[i], &err);
		else
			(void)mirror_begin(client, PATH, &b, &jobs[i], &err);
		weigh_buf_free(&b);
	}
}

enum weigh_code
cmd_mirror(const struct call *c, struct weigh_err *err)
{
	struct mirror_job jobs[MIRROR_JOBS] = { { .doc = NULL } };
	bool wait = !opts_has(c->opts, OPT_DETACH);
	struct client client = { 0 };
	enum weigh_code rc;

	rc = check_all(c, err);
	if (rc == WEIGH_OK)
		rc = call_client(c, &client, err);
	if (rc == WEIGH_OK && opts_has(c->opts, OPT_DRY_RUN)) {
		rc = plan(c, &client, err);
		if (rc != WEIGH_OK && call_needs_what(err))
			weigh_what(err,
			    "cannot tell what mirroring %.180s "
			    "would do",
			    c->args[0]);
		client_close(&client);
		return rc;
	}
	if (rc == WEIGH_OK) {
		order_all(c, &client, jobs);
		rc = wait ? mirror_wait(c, &client, jobs, c->nargs, err) :
			    WEIGH_OK;
	}
	if (rc == WEIGH_OK)
		rc = mirror_print(c, jobs, c->nargs, wait, err);
	if (rc == WEIGH_OK && wait)
		out_say(c->out, "next: weigh pull %.180s", c->args[0]);
	else if (rc == WEIGH_OK)
		out_say(c->out, "next: weigh mirror ls");
	mirror_free(jobs, c->nargs);
	client_close(&client);
	return rc;
}
