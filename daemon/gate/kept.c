/* kept: where a repository comes from, how it is followed, what is pinned.  See
 * mirror.h and kept.h. */
#include "kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "turn.h"

/* --- the catalog says what the file says --------------------------------- */

static enum weigh_code
note_source(struct catalog *catalog, const struct weigh_repo *repo,
    const struct weigh_repofile *facts, struct weigh_err *err)
{
	const struct catalog_mirror m = {
		.repo = *repo,
		.source = facts->source,
		.request = facts->request != NULL ? facts->request : "",
		.follow = facts->follow,
		.through = facts->through,
		.used = time(NULL),
	};

	return facts->source[0] != '\0' ? catalog_set_mirror(catalog, &m, err) :
					  WEIGH_OK;
}

static enum weigh_code
note_told(struct catalog *catalog, const struct weigh_repo *repo,
    const struct weigh_repofile *facts, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; rc == WEIGH_OK && i < facts->nmarks; i++) {
		const struct weigh_repomark *mark = &facts->marks[i];

		if (mark->kind == WEIGH_MARK_TOLD)
			rc = catalog_tell(catalog, repo, &mark->told,
			    &mark->commit, err);
		if (rc == WEIGH_NOT_FOUND) /* that revision is not held */
			rc = WEIGH_OK;
	}
	return rc;
}

static int
compare_pins(const void *a, const void *b)
{
	const struct catalog_pin *x = a, *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

/* In the order in which they were made. */
static enum weigh_code
note_pins(struct catalog *catalog, const struct weigh_repo *repo,
    const struct weigh_repofile *facts, struct weigh_err *err)
{
	struct catalog_pin *pins = calloc(facts->nmarks + 1, sizeof(*pins));
	enum weigh_code rc;
	size_t n = 0;

	if (pins == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < facts->nmarks; i++) {
		const struct weigh_repomark *mark = &facts->marks[i];

		if (mark->kind == WEIGH_MARK_PIN)
			pins[n++] = (struct catalog_pin){
				.repo = *repo,
				.commit = mark->commit,
				.time = mark->time,
				.why = mark->why,
			};
	}
	qsort(pins, n, sizeof(*pins), compare_pins);
	rc = catalog_keep_pins(catalog, repo, pins, n, err);
	free(pins);
	return rc;
}

enum weigh_code
gate_note_facts(struct catalog *catalog, const struct weigh_repo *repo,
    const struct weigh_repofile *facts, struct weigh_err *err)
{
	enum weigh_code rc = note_source(catalog, repo, facts, err);

	if (rc == WEIGH_OK)
		rc = note_told(catalog, repo, facts, err);
	if (rc == WEIGH_OK)
		rc = note_pins(catalog, repo, facts, err);
	return rc;
}

/* --- both together ------------------------------------------------------- */

enum weigh_code
kept_change(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_repofile *facts,
    struct weigh_err *err)
{
	struct turn t = {
		.gate = g,
		.reader = reader,
		.verb = CATALOG_KEEP,
		.repo = *repo,
		.origin = "",
		.keep = facts,
	};

	return turn_run(&t, err);
}

/* One change of what is said of a repository that is held. */
struct change {
	struct gate *gate;
	struct catalog_reader *reader;
	const struct weigh_repo *repo;
	enum weigh_code (*edit)(struct weigh_repofile *facts, const void *what,
	    struct weigh_err *err);
	const void *what;
};

static enum weigh_code
change_held(const struct change *c, struct weigh_err *err)
{
	struct weigh_repofile facts = { .visibility = WEIGH_PUBLIC };
	enum weigh_code rc = gate_tidy_held(c->gate, c->reader, err);
	int64_t created;

	if (rc == WEIGH_OK)
		rc = catalog_created(c->reader, c->repo, &created, err);
	if (rc == WEIGH_OK)
		rc = repo_read_facts(c->gate->parts.repos, c->repo, &facts,
		    err);
	if (rc == WEIGH_OK)
		rc = c->edit(&facts, c->what, err);
	if (rc == WEIGH_OK)
		rc = kept_change(c->gate, c->reader, c->repo, &facts, err);
	weigh_repofile_free(&facts);
	return rc;
}

static enum weigh_code
change(const struct change *c, struct weigh_err *err)
{
	enum weigh_code rc;

	gate_hold(c->gate);
	rc = change_held(c, err);
	gate_release(c->gate);
	return rc;
}

/* --- where it comes from ------------------------------------------------- */

enum weigh_code
kept_set_source(struct weigh_repofile *facts, const char *source, bool through,
    struct weigh_err *err)
{
	bool fresh = facts->source[0] == '\0';

	if (!weigh_repofile_set_source(facts, source))
		return weigh_fail(err, WEIGH_USAGE,
		    "a source is one line of at most %d bytes",
		    WEIGH_REPOFILE_SOURCE - 1);
	facts->through = through && (fresh || facts->through);
	return WEIGH_OK;
}

static enum weigh_code
edit_source(struct weigh_repofile *facts, const void *what,
    struct weigh_err *err)
{
	const struct catalog_mirror *m = what;
	enum weigh_code rc = kept_set_source(facts, m->source, m->through, err);

	if (rc == WEIGH_OK)
		rc = weigh_repofile_set_request(facts, m->request, err);
	facts->through = m->through; /* said outright */
	facts->follow = m->follow && facts->request != NULL;
	return rc;
}

enum weigh_code
gate_follow(struct gate *g, struct catalog_reader *reader,
    const struct catalog_mirror *m, struct weigh_err *err)
{
	const struct change c = { g, reader, &m->repo, edit_source, m };

	return change(&c, err);
}

struct followed {
	bool follow;
	char source[WEIGH_REPOFILE_SOURCE];
};

static void
look_at_follow(void *ctx, const struct catalog_mirror *m)
{
	struct followed *f = ctx;

	f->follow = m->follow;
	snprintf(f->source, sizeof(f->source), "%s", m->source);
}

enum weigh_code
gate_check_ours(struct catalog_reader *reader, const struct weigh_repo *repo,
    struct weigh_err *err)
{
	struct followed f = { .follow = false };
	enum weigh_code rc;

	rc = catalog_mirror(reader, repo, look_at_follow, &f, err);
	if (rc != WEIGH_OK && rc != WEIGH_NOT_FOUND)
		return rc;
	weigh_err_clear(err);
	if (!f.follow)
		return WEIGH_OK;
	(void)weigh_fail(err, WEIGH_EXISTS,
	    "'%s' follows %s: the next look there would move its branches "
	    "away from what is published here",
	    repo->name, f.source);
	weigh_fix(err,
	    "publish under another name, or end that first with weigh mirror "
	    "rm %s",
	    repo->name);
	return WEIGH_EXISTS;
}

/* --- pins ---------------------------------------------------------------- */

static enum weigh_code
edit_pin(struct weigh_repofile *facts, const void *what, struct weigh_err *err)
{
	return weigh_repofile_mark(facts, what, err);
}

static enum weigh_code
edit_unpin(struct weigh_repofile *facts, const void *what,
    struct weigh_err *err)
{
	const struct weigh_gitid *commit = what;

	(void)err;
	(void)weigh_repofile_unmark(facts, WEIGH_MARK_PIN, commit);
	return WEIGH_OK;
}

enum weigh_code
gate_pin(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    const char *why, struct weigh_err *err)
{
	const struct weigh_repomark mark = {
		.kind = WEIGH_MARK_PIN,
		.commit = *commit,
		.time = time(NULL),
		.why = (char *)(uintptr_t)why, /* copied */
	};
	const struct change c = { g, reader, repo, edit_pin, &mark };
	enum weigh_code rc;
	bool pinned;

	/* A revision once admitted stays as long as its repository does. */
	rc = catalog_pinned(reader, repo, commit, &pinned, err);
	return rc == WEIGH_OK ? change(&c, err) : rc;
}

enum weigh_code
gate_unpin(struct gate *g, struct catalog_reader *reader,
    const struct weigh_repo *repo, const struct weigh_gitid *commit,
    struct weigh_err *err)
{
	const struct change c = { g, reader, repo, edit_unpin, commit };
	enum weigh_code rc;
	bool pinned;

	rc = catalog_pinned(reader, repo, commit, &pinned, err);
	return rc == WEIGH_OK ? change(&c, err) : rc;
}
