/*
 * plan: what an order would do, asked of upstream now: the revision and its small
 * files come into a stage that is dropped again, nothing else is brought.
 */
#include <stdio.h>
#include <string.h>

#include <weigh/card.h>
#include <weigh/closure.h>

#include "fetch/small.h"

#define PAGE 1000     /* entries of a listing that one answer has */
#define GIT_CALLS 1   /* a Hub's git: its objects */
#define FORGE_CALLS 3 /* what a name means, who is there, its objects */
#define TOLD_CALLS 1  /* is there git? */
#define RUN ((uint64_t)128 << 20) /* bytes one request brings, about */

struct planning {
	struct fetch *f;
	struct catalog_reader *reader;
	const struct weigh_fetch_order *order;
	struct weigh_fetch_plan *plan;
	struct source_revision rev;
	struct listing list;
	struct weigh_jw files;
	bool local; /* nobody is asked: a folder of this machine */
	bool forge;
};

/* --- asking --------------------------------------------------------------------------- */

static enum weigh_code
ask_place(void *ctx, const struct place *place, int64_t *wait,
    struct weigh_err *err)
{
	struct planning *p = ctx;
	struct source_place at = place->at;
	enum weigh_code rc;

	at.cancel = &p->f->stop;
	rc = governor_ask(p->f, place, at.cancel, err);
	if (rc == WEIGH_OK)
		rc = place->kind->resolve(&at, &p->order->repo,
		    p->order->revision, "", &p->rev, wait, err);
	revision_hint(p->order->revision, rc, err);
	if (rc == WEIGH_OK)
		rc = listing_look(p->f, &p->list, place, &p->order->repo,
		    &p->rev, wait, err);
	if (rc == WEIGH_OK)
		snprintf(p->plan->source, sizeof(p->plan->source), "%s",
		    place->name);
	p->local = place->at.dirfd >= 0;
	p->forge = place->kind == &source_git;
	return rc;
}

/* The first that answers, as a job would. */
static enum weigh_code
ask_places(struct planning *p, struct weigh_err *err)
{
	struct places *places = NULL;
	enum weigh_code rc = places_for(p->f, p->order, &places, err);
	int64_t wait;

	if (rc != WEIGH_OK)
		return rc;
	rc = places_ask(places, ask_place, p, &wait, err);
	places_drop(places);
	return rc;
}

/* --- files ---------------------------------------------------------------------------- */

/* Small files have no SHA-256 yet; they are here if their revision is. */
static bool
has_revision(const struct planning *p)
{
	char hex[WEIGH_GITID_HEX + 1];
	struct weigh_gitid commit;
	bool known;

	weigh_gitid_hex(&p->rev.commit, hex);
	return catalog_resolve(p->reader, &p->order->repo, hex, &commit, &known,
		   NULL) == WEIGH_OK;
}

static void
count_file(struct weigh_fetch_plan *plan, const struct listed *file, bool held)
{
	if (!file->wanted) {
		plan->skipped_files++;
		plan->skipped_bytes += file->size;
		return;
	}
	plan->files++;
	plan->bytes += file->size;
	if (held) {
		plan->held_files++;
		plan->held_bytes += file->size;
	}
	if (!held && file->lfs)
		plan->calls += file->size / RUN + 1;
}

static void
print_file(struct weigh_jw *w, const struct listed *file, bool held)
{
	weigh_jw_object(w);
	weigh_jw_kstr(w, "path", file->path);
	weigh_jw_ku64(w, "size", file->size);
	weigh_jw_kbool(w, "held", held);
	if (!file->wanted)
		weigh_jw_kstr(w, "skipped", weigh_select_why_text(file->why));
	weigh_jw_object_end(w);
}

static void
tell_files(struct planning *p)
{
	bool here = has_revision(p);

	weigh_jw_array(&p->files);
	for (size_t i = 0; i < p->list.n; i++) {
		const struct listed *file = &p->list.files[i];
		bool held = file->lfs ? file->held : here;

		count_file(p->plan, file, held);
		print_file(&p->files, file, held);
	}
	weigh_jw_array_end(&p->files);
}

/* What the revision means, and what it holds; what its large files take is counted. */
static enum weigh_code
count_calls(struct planning *p, struct weigh_err *err)
{
	uint64_t small = 0;
	enum weigh_code rc = WEIGH_OK;

	if (p->local) {
		p->plan->calls = 0;
		return WEIGH_OK;
	}
	if (!p->list.proved)
		rc = small_count(&p->list, &small, err);
	p->plan->calls += 1 +
	    (p->forge              ? FORGE_CALLS :
		    p->list.proved ? GIT_CALLS :
				     TOLD_CALLS + p->list.n / PAGE + 1 + small);
	return rc;
}

/* --- what its files say ----------------------------------------------------------------- */

static enum weigh_code
read_file(struct planning *p, const struct listed *file,
    struct weigh_closure *also, struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	if (file->lfs || file->size > WEIGH_CLOSURE_FILE)
		return WEIGH_OK;
	weigh_buf_init(&text, WEIGH_CLOSURE_FILE);
	rc = stage_blob(p->list.stage, &file->git, &text, err);
	if (rc == WEIGH_OK && text.len > 0)
		rc = weigh_closure_read(also, file->path, text.data, text.len,
		    err);
	if (rc == WEIGH_OK && text.len > 0 &&
	    strcmp(file->path, "README.md") == 0)
		(void)weigh_card_license(text.data, text.len, p->plan->license,
		    sizeof(p->plan->license));
	weigh_buf_free(&text);
	return rc;
}

static enum weigh_code
tell_others(struct planning *p, struct weigh_err *err)
{
	struct weigh_closure also;
	enum weigh_code rc = WEIGH_OK;
	struct weigh_jw w;

	weigh_closure_init(&also, &p->order->repo);
	for (size_t i = 0; i < p->list.n && rc == WEIGH_OK; i++)
		if (weigh_closure_tells(p->list.files[i].path))
			rc = read_file(p, &p->list.files[i], &also, err);
	weigh_jw_init(&w, &p->plan->also_json);
	weigh_closure_print(&w, &also);
	return rc;
}

enum weigh_code
fetch_plan(struct fetch *f, struct catalog_reader *reader,
    const struct weigh_fetch_order *order, struct weigh_fetch_plan *out,
    struct weigh_err *err)
{
	struct planning p = {
		.f = f,
		.reader = reader,
		.order = order,
		.plan = out,
	};
	enum weigh_code rc;

	snprintf(p.list.stage_name, sizeof(p.list.stage_name), "plan-%u-%u",
	    fetch_chance(), fetch_chance());
	weigh_jw_init(&p.files, &out->files_json);
	rc = ask_places(&p, err);
	if (rc == WEIGH_OK)
		rc = listing_select(f, reader, &p.list, &order->repo,
		    &order->select, err);
	if (rc == WEIGH_OK) {
		out->commit = p.rev.commit;
		out->proved = p.list.proved;
		out->room = store_room(f->parts.store);
		tell_files(&p);
		rc = count_calls(&p, err);
	}
	if (rc == WEIGH_OK)
		rc = tell_others(&p, err);
	listing_close(&p.list);
	(void)stage_drop(f->parts.dirfd, p.list.stage_name, NULL);
	return rc;
}
