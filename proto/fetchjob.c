/* fetchjob: orders and jobs as JSON; see weigh/fetchjob.h. */
#include <stdio.h>
#include <string.h>

#include <weigh/control.h>
#include <weigh/fetchjob.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *
weigh_fetch_state_name(enum weigh_fetch_state state)
{
	static const char *const names[WEIGH_FETCH_STATES] = {
		[WEIGH_FETCH_QUEUED] = "queued",
		[WEIGH_FETCH_RESOLVING] = "resolving",
		[WEIGH_FETCH_LISTING] = "listing",
		[WEIGH_FETCH_BYTES] = "fetching",
		[WEIGH_FETCH_ADMITTING] = "admitting",
		[WEIGH_FETCH_WAITING] = "waiting",
		[WEIGH_FETCH_PAUSED] = "paused",
		[WEIGH_FETCH_DONE] = "done",
		[WEIGH_FETCH_FAILED] = "failed",
		[WEIGH_FETCH_CANCELED] = "canceled",
	};

	return (unsigned)state < WEIGH_FETCH_STATES ? names[state] : "unknown";
}

bool
weigh_fetch_state_live(enum weigh_fetch_state state)
{
	return state < WEIGH_FETCH_DONE;
}

/* --- writing an order ---------------------------------------------------- */

void
weigh_fetch_order_write(struct weigh_jw *w,
    const struct weigh_fetch_order *order)
{
	char name[WEIGH_REPO_TEXT];

	weigh_repo_text(&order->repo, name);
	weigh_jw_object(w);
	weigh_jw_kstr(w, "name", name);
	weigh_jw_kstr(w, "revision", order->revision);
	weigh_jw_kstr(w, "source", order->source);
	weigh_select_print(w, &order->select);
	weigh_jw_kbool(w, "follow", order->follow);
	weigh_jw_key(w, "priority");
	weigh_jw_i64(w, order->priority);
	weigh_jw_object_end(w);
}

/* --- reading an order ---------------------------------------------------- */

static enum weigh_code
read_name(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_fetch_order *o = out;
	char text[WEIGH_REPO_TEXT];
	struct weigh_ref ref;
	enum weigh_code rc = weigh_json_copy(j, first, text, sizeof(text), err);

	if (rc == WEIGH_OK)
		rc = weigh_ref_parse(&ref, text, err);
	if (rc == WEIGH_OK && ref.rev[0] != '\0')
		rc = weigh_fail(err, WEIGH_USAGE,
		    "the revision has a field of its own");
	if (rc == WEIGH_OK)
		o->repo = ref.repo;
	return rc;
}

static enum weigh_code
read_revision(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_fetch_order *o = out;
	enum weigh_code rc;

	rc = weigh_json_copy(j, first, o->revision, sizeof(o->revision), err);
	if (rc == WEIGH_OK && o->revision[0] != '\0')
		rc = weigh_rev_check(o->revision, strlen(o->revision), err);
	return rc;
}

static enum weigh_code
read_source(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_fetch_order *o = out;

	return weigh_json_copy(j, first, o->source, sizeof(o->source), err);
}

static enum weigh_code
read_include(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_fetch_order *o = out;

	return weigh_select_read_include(j, first, &o->select, err);
}

static enum weigh_code
read_exclude(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_fetch_order *o = out;

	return weigh_select_read_exclude(j, first, &o->select, err);
}

static enum weigh_code
read_formats(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_fetch_order *o = out;

	return weigh_select_read_formats(j, first, &o->select, err);
}

static enum weigh_code
read_follow(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_fetch_order *o = out;

	(void)j;
	if (first != WEIGH_JSON_TRUE && first != WEIGH_JSON_FALSE)
		return weigh_fail(err, WEIGH_MALFORMED,
		    "true or false is expected");
	o->follow = first == WEIGH_JSON_TRUE;
	return WEIGH_OK;
}

static enum weigh_code
read_priority(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_fetch_order *o = out;
	int64_t n;

	if (first != WEIGH_JSON_NUMBER || !weigh_json_i64(j, &n) ||
	    n < -WEIGH_FETCH_PRIORITY || n > WEIGH_FETCH_PRIORITY)
		return weigh_fail(err, WEIGH_USAGE,
		    "a priority is a whole number from -%d to %d",
		    WEIGH_FETCH_PRIORITY, WEIGH_FETCH_PRIORITY);
	o->priority = (int)n;
	return WEIGH_OK;
}

static const struct weigh_json_member order_rows[] = {
	{ "name", read_name },
	{ "revision", read_revision },
	{ "source", read_source },
	{ "include", read_include },
	{ "exclude", read_exclude },
	{ "formats", read_formats },
	{ "follow", read_follow },
	{ "priority", read_priority },
};

enum weigh_code
weigh_fetch_order_asked(struct weigh_fetch_order *out, enum weigh_formats usual,
    const char *text, size_t len, struct weigh_err *err)
{
	enum weigh_code rc;

	if (len > WEIGH_FETCH_ORDER_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "an order has at most %u bytes", WEIGH_FETCH_ORDER_MAX);
	memset(out, 0, sizeof(*out));
	out->select.formats = usual;
	rc = weigh_json_read_object(text, len, order_rows, COUNT(order_rows),
	    out, err);
	if (rc == WEIGH_OK && out->repo.name[0] == '\0')
		rc = weigh_fail(err, WEIGH_MALFORMED, "'name' is missing");
	return rc;
}

enum weigh_code
weigh_fetch_order_read(struct weigh_fetch_order *out, const char *text,
    size_t len, struct weigh_err *err)
{
	return weigh_fetch_order_asked(out, WEIGH_FORMATS_ALL, text, len, err);
}

bool
weigh_fetch_order_same(const struct weigh_fetch_order *a,
    const struct weigh_fetch_order *b)
{
	return a->repo.kind == b->repo.kind &&
	    strcmp(a->repo.name, b->repo.name) == 0 &&
	    strcmp(a->revision, b->revision) == 0 &&
	    weigh_select_equal(&a->select, &b->select);
}

/* --- a job, and what went wrong ------------------------------------------ */

void
weigh_fetch_job_write(struct weigh_jw *w, const struct weigh_fetch_job *job)
{
	char name[WEIGH_REPO_TEXT], commit[WEIGH_GITID_HEX + 1] = "";

	weigh_repo_text(&job->order.repo, name);
	if (!weigh_gitid_is_zero(&job->commit))
		weigh_gitid_hex(&job->commit, commit);
	weigh_jw_object(w);
	weigh_jw_key(w, "id");
	weigh_jw_i64(w, job->id);
	weigh_jw_kstr(w, "name", name);
	weigh_jw_kstr(w, "revision", job->order.revision);
	weigh_jw_kstr(w, "commit", commit);
	weigh_jw_kstr(w, "state", weigh_fetch_state_name(job->state));
	weigh_jw_kbool(w, "follow", job->order.follow);
	weigh_jw_key(w, "priority");
	weigh_jw_i64(w, job->order.priority);
	weigh_jw_kstr(w, "source", job->from);
	weigh_jw_ku64(w, "files", job->files);
	weigh_jw_ku64(w, "bytes", job->bytes);
	weigh_jw_ku64(w, "done_files", job->done_files);
	weigh_jw_ku64(w, "done_bytes", job->done_bytes);
	weigh_jw_ku64(w, "rate", job->rate);
	weigh_jw_key(w, "until");
	weigh_jw_i64(w, job->until);
	weigh_jw_key(w, "made");
	weigh_jw_i64(w, job->made);
	weigh_jw_key(w, "changed");
	weigh_jw_i64(w, job->changed);
	weigh_jw_kbool(w, "proved", job->proved);
	weigh_jw_kbool(w, "unchanged",
	    job->unchanged && job->state == WEIGH_FETCH_DONE);
	weigh_jw_key(w, "error");
	if (job->err.code == WEIGH_OK)
		weigh_jw_null(w);
	else
		weigh_control_error(w, &job->err);
	weigh_jw_object_end(w);
}

void
weigh_fetch_error_write(struct weigh_buf *out, const struct weigh_err *err)
{
	struct weigh_jw w;

	if (err->code == WEIGH_OK)
		return;
	weigh_jw_init(&w, out);
	weigh_control_error(&w, err);
}

static enum weigh_code
read_code(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_err *e = out;
	char word[32];
	enum weigh_code rc = weigh_json_copy(j, first, word, sizeof(word), err);

	if (rc == WEIGH_OK)
		e->code = weigh_code_named(word, strlen(word));
	return rc;
}

static enum weigh_code
read_what(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_err *e = out;

	return weigh_json_copy(j, first, e->what, sizeof(e->what), err);
}

static enum weigh_code
read_why(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_err *e = out;

	return weigh_json_copy(j, first, e->why, sizeof(e->why), err);
}

static enum weigh_code
read_fix(struct weigh_json *j, enum weigh_json_token first, void *out,
    struct weigh_err *err)
{
	struct weigh_err *e = out;

	return weigh_json_copy(j, first, e->fix, sizeof(e->fix), err);
}

void
weigh_fetch_error_read(struct weigh_err *out, const char *text, size_t len)
{
	static const struct weigh_json_member rows[] = {
		{ "code", read_code },
		{ "what", read_what },
		{ "why", read_why },
		{ "fix", read_fix },
	};

	weigh_err_clear(out);
	if (len > 0 &&
	    weigh_json_read_object(text, len, rows, COUNT(rows), out, NULL) !=
		WEIGH_OK)
		(void)weigh_fail(out, WEIGH_BUG,
		    "what went wrong was not written down well");
}
