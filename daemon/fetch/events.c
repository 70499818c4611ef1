/* events: see events.h. */
#include "fetch/events.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <weigh/json.h>

#include "catalog/mirrors.h"
#include "log/log.h"

#define ROOT_FILES 1000 /* of a root that are looked at for a license */

/* --- writing ------------------------------------------------------------- */

struct note {
	const struct weigh_event *events;
	size_t n;
	char name[WEIGH_REPO_TEXT];
	int64_t now;
};

/* The commits that an event is about, as a JSON object; "" none. */
static void
write_commits(struct weigh_buf *out, const struct weigh_event *e)
{
	char hex[WEIGH_GITID_HEX + 1];
	struct weigh_jw w;

	if (weigh_gitid_is_zero(&e->before) && weigh_gitid_is_zero(&e->after))
		return;
	weigh_jw_init(&w, out);
	weigh_jw_object(&w);
	weigh_gitid_hex(&e->before, hex);
	if (!weigh_gitid_is_zero(&e->before))
		weigh_jw_kstr(&w, "before", hex);
	weigh_gitid_hex(&e->after, hex);
	if (!weigh_gitid_is_zero(&e->after))
		weigh_jw_kstr(&w, "after", hex);
	weigh_jw_object_end(&w);
}

static enum weigh_code
write_one(const struct note *note, const struct weigh_event *e,
    struct catalog *catalog, struct weigh_err *err)
{
	struct catalog_event row = {
		.time = note->now,
		.kind = weigh_event_name(e->kind),
		.name = note->name,
		.what = e->what,
	};
	struct weigh_buf more;
	enum weigh_code rc;

	weigh_buf_init(&more, 1024);
	write_commits(&more, e);
	row.more = more.len > 0 ? more.data : "";
	rc = more.failed ? weigh_fail(err, WEIGH_NOMEM, "out of memory") :
			   catalog_note(catalog, &row, err);
	weigh_buf_free(&more);
	return rc;
}

static enum weigh_code
write_all(void *ctx, struct catalog *catalog, struct audit *audit,
    struct weigh_err *err)
{
	const struct note *note = ctx;
	enum weigh_code rc = WEIGH_OK;

	(void)audit;
	for (size_t i = 0; i < note->n && rc == WEIGH_OK; i++)
		rc = write_one(note, &note->events[i], catalog, err);
	return rc;
}

enum weigh_code
events_note(struct gate *g, const struct weigh_repo *repo,
    const struct weigh_event *events, size_t n, struct weigh_err *err)
{
	struct note note = { .events = events, .n = n, .now = time(NULL) };

	if (n == 0)
		return WEIGH_OK;
	weigh_repo_text(repo, note.name);
	for (size_t i = 0; i < n; i++)
		log_event(LOG_INFO_LEVEL, "mirror", "repo", note.name,
		    "kind", weigh_event_name(events[i].kind), "what",
		    events[i].what, NULL);
	return gate_write(g, write_all, &note, err);
}

/* --- what a revision says of itself -------------------------------------- */

struct declared {
	struct weigh_declared is;
	char license[128];
	char path[256]; /* of the license's own file */
};

static void
keep_license(void *ctx, const struct catalog_revision *rev)
{
	struct declared *d = ctx;

	snprintf(d->license, sizeof(d->license), "%s", rev->license);
}

static void
keep_file(void *ctx, const struct catalog_entry *e)
{
	struct declared *d = ctx;

	if (e->directory)
		return;
	if (strcmp(e->path, "README.md") == 0)
		d->is.card = e->git;
	if (d->path[0] == '\0' && weigh_follow_is_license(e->path)) {
		d->is.text = e->git;
		snprintf(d->path, sizeof(d->path), "%.255s", e->path);
	}
}

static enum weigh_code
look(struct declared *d, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    struct weigh_err *err)
{
	enum weigh_code rc;

	*d = (struct declared){ .is.commit = *commit };
	d->is.license = d->license;
	d->is.text_path = d->path;
	rc = catalog_revision(reader, repo, commit, keep_license, d, err);
	if (rc == WEIGH_OK)
		rc = catalog_tree(reader, repo, commit, "", false, "",
		    ROOT_FILES, keep_file, d, err);
	return rc;
}

/* --- a job's end --------------------------------------------------------- */

enum weigh_code
events_mirrored(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, const char *source,
    const struct weigh_gitid *before, const struct weigh_gitid *after,
    struct weigh_err *err)
{
	struct weigh_event events[1 + WEIGH_DECLARED_MOST] = {
		{ .kind = WEIGH_EVENT_MIRRORED },
	};
	struct declared was, is;
	char hex[WEIGH_GITID_HEX + 1];
	size_t n = 1;

	weigh_gitid_hex(after, hex);
	snprintf(events[0].what, sizeof(events[0].what),
	    "revision %.12s came from %.400s", hex, source);
	events[0].after = *after;
	if (!weigh_gitid_is_zero(before) && !weigh_gitid_equal(before, after) &&
	    look(&was, reader, repo, before, err) == WEIGH_OK &&
	    look(&is, reader, repo, after, err) == WEIGH_OK) {
		events[0].before = *before;
		n += weigh_follow_declared(&was.is, &is.is, events + 1);
	}
	return events_note(g, repo, events, n, err);
}

enum weigh_code
events_failed(struct gate *g, const struct weigh_repo *repo,
    const struct weigh_err *why, struct weigh_err *err)
{
	struct weigh_event event = { .kind = WEIGH_EVENT_FAILED };

	snprintf(event.what, sizeof(event.what), "it did not come: %.480s",
	    why->why);
	return events_note(g, repo, &event, 1, err);
}
