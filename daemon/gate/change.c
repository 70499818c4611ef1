/*
 * change: a commit on top of a parent.  See change.h.
 *
 * The parent's files come from the catalog; nothing of them is read.  What changes
 * is applied to their list; then it is made like any revision.
 */
#include "gate/change.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weigh/manifest.h>

#include "apply.h"
#include "making.h"

/* Steps of matching: half a minute of a hostile pattern; 200,000 files and the Hub's
 * own rules come to half of it. */
#define EFFORT_MAX (UINT64_C(1) << 36)

struct change {
	struct making making; /* first */
	struct gate_commit *c;
	struct apply_list parent;
	struct repo_file *copies;   /* one for each change */
	struct store_writer *rules; /* .gitattributes with more lines */
	bool failed;                /* no memory in a callback */
};

/* --- where it goes ------------------------------------------------------------- */

/* A branch, by its short or full name, or a pull request. */
static enum weigh_code
full_ref(const char *branch, char *out, size_t size, struct weigh_err *err)
{
	enum catalog_ref_kind kind = CATALOG_BRANCH;
	const char *name = catalog_ref_short(branch, &kind);

	if (branch[0] == '\0' || strcmp(branch, "HEAD") == 0)
		branch = "main";
	if (name == NULL)
		snprintf(out, size, "refs/heads/%.*s", WEIGH_REV_MAX, branch);
	else
		snprintf(out, size, "%.*s", WEIGH_REV_MAX + 11, branch);
	if (kind == CATALOG_TAG ||
	    !weigh_rev_ok(name != NULL ? name : branch,
		strlen(name != NULL ? name : branch)))
		return weigh_fail(err, WEIGH_USAGE,
		    "'%.255s' is no branch, and only branches take commits",
		    branch);
	return WEIGH_OK;
}

static enum weigh_code
find_branch(struct making *m, struct weigh_err *err)
{
	struct gate_commit *c = ((struct change *)m)->c;
	enum weigh_code rc;
	bool known;

	rc = full_ref(c->branch, m->ref, sizeof(m->ref), err);
	if (rc != WEIGH_OK)
		return rc;
	rc = catalog_resolve(m->reader, m->name, m->ref, &m->commit.parent,
	    &known, err);
	if (rc == WEIGH_NOT_FOUND)
		c->missing = known ? GATE_MISSING_REVISION : GATE_MISSING_REPO;
	if (rc != WEIGH_OK)
		return rc;
	if (!weigh_gitid_is_zero(&c->parent) &&
	    !weigh_gitid_equal(&c->parent, &m->commit.parent)) {
		rc = weigh_fail(err, WEIGH_STALE,
		    "'%s' has moved on since: it is not at the parent commit "
		    "that was named",
		    c->branch);
		return rc;
	}
	rc = repo_open(m->gate->parts.repos, m->name, false, &m->repo, err);
	if (rc == WEIGH_OK)
		rc = repo_ref(m->repo, m->ref, &m->from, NULL, err);
	if (rc == WEIGH_NOT_FOUND) /* for the catalog it is there */
		rc = WEIGH_IO;
	if (rc == WEIGH_OK && !weigh_gitid_equal(&m->from, &m->commit.parent)) {
		rc = weigh_fail(err, WEIGH_IO,
		    "git's '%s' is not where the catalog has it", m->ref);
		weigh_fix(err, "run: weigh rebuild");
	}
	return rc;
}

static void
note_pull(void *ctx, enum catalog_ref_kind kind, const char *name,
    const struct weigh_gitid *commit)
{
	unsigned *highest = ctx;
	unsigned long n;

	(void)commit;
	if (kind != CATALOG_PULL)
		return;
	n = strtoul(name, NULL, 10);
	if (n > *highest && n < UINT32_MAX)
		*highest = (unsigned)n;
}

/* A pull request is a ref of its own on top of the branch. */
static enum weigh_code
choose_pull(struct making *m, struct weigh_err *err)
{
	struct gate_commit *c = ((struct change *)m)->c;
	enum weigh_code rc;

	if (!c->pull)
		return WEIGH_OK;
	c->number = 0;
	rc = catalog_refs(m->reader, m->name, note_pull, &c->number, err);
	c->number++;
	snprintf(m->ref, sizeof(m->ref), "refs/pr/%u", c->number);
	m->from = (struct weigh_gitid){ { 0 } };
	return rc;
}

/* Nothing to ask for: no pull request comes of it. */
static enum weigh_code
drop_vain_pull(struct making *m, struct weigh_err *err)
{
	struct gate_commit *c = ((struct change *)m)->c;

	if (!c->pull || !m->unchanged)
		return WEIGH_OK;
	c->number = 0;
	return full_ref(c->branch, m->ref, sizeof(m->ref), err);
}

/* --- the parent's files ------------------------------------------------------------ */

static struct repo_file
file_of(const struct catalog_entry *e)
{
	return (struct repo_file){
		.path = e->path,
		.size = e->size,
		.oid = e->oid,
		.lfs = e->lfs,
		.known = true,
		.git = e->git,
		.pointer_size = e->pointer_size,
	};
}

static void
take_entry(void *ctx, const struct catalog_entry *e)
{
	struct change *x = ctx;
	struct repo_file file = file_of(e);

	if (!e->directory && !x->failed)
		x->failed = !apply_list_add(&x->parent, &file);
}

static enum weigh_code
load_parent(struct making *m, struct weigh_err *err)
{
	struct change *x = (struct change *)m;
	enum weigh_code rc;

	rc = catalog_tree(m->reader, m->name, &m->commit.parent, "", true, "",
	    WEIGH_MANIFEST_FILES * 2, take_entry, x, err);
	if (rc == WEIGH_OK && x->failed)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	return rc;
}

/* --- what changes -------------------------------------------------------------------- */

static void
take_copy(void *ctx, const struct catalog_entry *e)
{
	struct repo_file *copy = ctx;

	if (!e->directory)
		*copy = file_of(e);
	copy->path = NULL; /* it lives no longer than this */
}

static enum weigh_code
find_copy(struct change *x, size_t i, struct weigh_err *err)
{
	struct making *m = &x->making;
	const struct gate_change *change = &x->c->changes[i];
	struct weigh_gitid at = m->commit.parent;
	enum weigh_code rc = WEIGH_OK;
	bool known;

	if (change->from_rev != NULL && change->from_rev[0] != '\0') {
		rc = catalog_resolve(m->reader, m->name, change->from_rev, &at,
		    &known, err);
		if (rc == WEIGH_NOT_FOUND)
			x->c->missing = GATE_MISSING_REVISION;
	}
	if (rc != WEIGH_OK)
		return rc;
	rc = catalog_entry(m->reader, m->name, &at, change->from, take_copy,
	    &x->copies[i], err);
	if (rc == WEIGH_OK && !x->copies[i].known)
		rc = weigh_fail(err, WEIGH_NOT_FOUND,
		    "'%s' is a folder; files are copied one by one",
		    change->from);
	if (rc == WEIGH_NOT_FOUND)
		x->c->missing = GATE_MISSING_ENTRY;
	return rc;
}

static enum weigh_code
check_change(struct change *x, size_t i, struct weigh_err *err)
{
	const struct gate_change *change = &x->c->changes[i];
	enum weigh_code rc;

	rc = weigh_path_check(change->path, strlen(change->path), err);
	if (rc == WEIGH_OK && change->kind == GATE_PUT_HELD &&
	    strcmp(change->path, ".gitattributes") == 0)
		rc = weigh_fail(err, WEIGH_USAGE,
		    "'.gitattributes' cannot be LFS: git must read it itself");
	if (rc == WEIGH_OK && change->kind == GATE_COPY)
		rc = find_copy(x, i, err);
	return rc;
}

static enum weigh_code
apply(struct making *m, struct weigh_err *err)
{
	struct change *x = (struct change *)m;
	struct gate_commit *c = x->c;
	enum weigh_code rc = WEIGH_OK;

	x->copies = calloc(c->nchanges + 1, sizeof(*x->copies));
	if (x->copies == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	for (size_t i = 0; i < c->nchanges && rc == WEIGH_OK; i++)
		rc = check_change(x, i, err);
	if (rc != WEIGH_OK)
		return rc;
	rc = apply_changes(&x->parent, c->changes, c->nchanges, x->copies,
	    &m->commit.files, &m->commit.nfiles, err);
	if (rc == WEIGH_NOT_FOUND)
		c->missing = GATE_MISSING_ENTRY;
	if (rc == WEIGH_OK && m->commit.nfiles == 0)
		rc = weigh_fail(err, WEIGH_USAGE,
		    "nothing would be left; a repository has at least one "
		    "file");
	return rc;
}

/* --- bytes that are held ---------------------------------------------------------------- */

static int
compare_path(const void *key, const void *file)
{
	return strcmp(key, ((const struct repo_file *)file)->path);
}

/* The same file as the parent has: then it is carried. */
static bool
is_parents(struct change *x, struct repo_file *f)
{
	const struct repo_file *was = NULL;

	if (x->parent.count > 0)
		was = bsearch(f->path, x->parent.files, x->parent.count,
		    sizeof(*was), compare_path);
	if (was == NULL || was->lfs != f->lfs || was->size != f->size ||
	    !weigh_oid_equal(&was->oid, &f->oid))
		return false;
	*f = *was;
	return true;
}

static enum weigh_code
check_held(struct change *x, const struct repo_file *f, struct weigh_err *err)
{
	char hex[WEIGH_OID_HEX + 1];
	uint64_t size;
	enum weigh_code rc;

	weigh_oid_hex(&f->oid, hex);
	rc = gate_may_use(x->making.gate, x->making.reader, &f->oid, x->c->who,
	    &size, err);
	if (rc == WEIGH_NOT_FOUND) {
		weigh_fail(err, WEIGH_USAGE,
		    "'%s': the bytes %s were not uploaded", f->path, hex);
		weigh_fix(err, "upload them, then commit again");
		return WEIGH_USAGE;
	}
	if (rc == WEIGH_OK && size != f->size)
		rc = weigh_fail(err, WEIGH_USAGE,
		    "'%s': %s has %llu bytes, not %llu", f->path, hex,
		    (unsigned long long)size, (unsigned long long)f->size);
	return rc;
}

/* Each file that changed learns where its bytes are. */
static enum weigh_code
find_bytes(struct making *m, struct weigh_err *err)
{
	struct change *x = (struct change *)m;
	enum weigh_code rc = WEIGH_OK;

	for (size_t i = 0; i < m->commit.nfiles && rc == WEIGH_OK; i++) {
		struct repo_file *f = &m->commit.files[i];
		struct gate_change *change = f->mine;

		if (change == NULL)
			continue;
		f->mine = NULL;
		if (change->kind == GATE_PUT)
			f->mine = &change->writer;
		else if (!is_parents(x, f))
			rc = check_held(x, f, err);
	}
	return rc;
}

/* --- what is LFS --------------------------------------------------------------------------- */

/* Append a line for each LFS file that came and that the rules do not know. */
static bool
add_lines(struct making *m, const struct repo_attributes *rules,
    struct weigh_buf *text)
{
	size_t before = text->len;

	for (size_t i = 0; i < m->commit.nfiles; i++) {
		const struct repo_file *f = &m->commit.files[i];

		if (f->lfs && !f->known &&
		    !repo_attributes_lfs(rules, f->path, 1))
			(void)repo_attributes_add(text, f->path);
	}
	return !text->failed && text->len > before &&
	    text->len <= MAKING_RULES_MAX;
}

/* Seal a text as the bytes of `f`. */
static enum weigh_code
seal(struct making *m, const struct weigh_buf *text,
    struct store_writer **writer, struct repo_file *f, struct weigh_err *err)
{
	struct store_blob blob;
	enum weigh_code rc;

	store_abandon(*writer);
	*writer = NULL;
	rc = store_begin(m->gate->parts.store, text->len, writer, err);
	if (rc == WEIGH_OK)
		rc = store_append(*writer, text->data, text->len, err);
	if (rc == WEIGH_OK)
		rc = store_seal(*writer, NULL, &blob, err);
	if (rc != WEIGH_OK)
		return rc;
	f->oid = blob.oid;
	f->size = blob.size;
	f->known = false;
	f->mine = writer;
	return WEIGH_OK;
}

/* The rules are asked about these. */
static bool
is_judged(const struct repo_file *f)
{
	return f->mine != NULL || (f->lfs && !f->known);
}

/* Each path is held against each rule, and a pattern made for it takes as many steps
 * as its length times that of the path: nobody shall hold the gate for hours. */
static enum weigh_code
check_effort(const struct making *m, uint64_t rules, struct weigh_err *err)
{
	uint64_t paths = 0;

	for (size_t i = 0; i < m->commit.nfiles; i++)
		if (is_judged(&m->commit.files[i]))
			paths += strlen(m->commit.files[i].path);
	if (rules * paths <= EFFORT_MAX)
		return WEIGH_OK;
	return weigh_fail(err, WEIGH_TOO_BIG,
	    "too many files for so many rules of .gitattributes; commit fewer "
	    "at a time");
}

/* Of files whose bytes came along the rules say whether they are LFS; of LFS files
 * the rules are told.  Rules that cannot be read any more hinder nothing. */
static enum weigh_code
apply_rules(struct making *m, struct weigh_err *err)
{
	struct change *x = (struct change *)m;
	struct repo_file *file = making_find(m, ".gitattributes");
	struct repo_attributes *rules = NULL;
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, 2 * MAKING_RULES_MAX);
	rc = making_read_rules(m, &rules, &text, err);
	if (rc != WEIGH_OK && file != NULL && file->known) {
		file = NULL;
		rc = repo_attributes_parse(&rules, NULL, 0, err);
	}
	if (rc == WEIGH_OK)
		rc = check_effort(m, text.len, err);
	for (size_t i = 0; i < m->commit.nfiles && rc == WEIGH_OK; i++) {
		struct repo_file *f = &m->commit.files[i];

		if (f->mine != NULL) {
			f->lfs = repo_attributes_lfs(rules, f->path, f->size);
			(void)is_parents(x, f);
		}
	}
	if (rc == WEIGH_OK && file != NULL && add_lines(m, rules, &text))
		rc = seal(m, &text, &x->rules, file, err);
	repo_attributes_free(rules);
	weigh_buf_free(&text);
	return rc;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* In the order in which they must last. */
static making_step *const steps[] = {
	find_branch,
	load_parent,
	apply,
	find_bytes,
	apply_rules,
	choose_pull,
	making_read_about,
	making_list_blobs,
	making_find_fresh,
	making_intend,
	making_settle,
	making_write_commit,
	drop_vain_pull,
	making_name_manifest,
	making_move_ref,
	making_admit,
};

static enum weigh_code
commit(struct gate *g, struct catalog_reader *reader, struct gate_commit *c,
    struct weigh_err *err)
{
	struct change x = {
		.making = {
			.gate = g,
			.reader = reader,
			.name = &c->repo,
			.message = c->message,
			.origin = c->who->origin,
			.commit = {
				.author = c->who->author,
				.email = c->who->email,
			},
		},
		.c = c,
	};
	enum weigh_code rc = WEIGH_OK;

	if (!c->pull)
		rc = gate_check_ours(reader, &c->repo, err);
	if (rc == WEIGH_OK)
		rc = making_run(&x.making, steps,
		    sizeof(steps) / sizeof(steps[0]), err);
	c->commit = x.making.commit.id;
	c->bytes = x.making.new_bytes;
	c->unchanged = x.making.unchanged;
	making_free(&x.making);
	apply_list_free(&x.parent);
	free(x.copies);
	store_abandon(x.rules);
	return rc;
}

enum weigh_code
gate_commit(struct gate *g, struct catalog_reader *reader,
    struct gate_commit *c, struct weigh_err *err)
{
	enum weigh_code rc;

	c->missing = GATE_MISSING_NOTHING;
	gate_hold(g);
	rc = gate_tidy_held(g, reader, err);
	if (rc == WEIGH_OK)
		rc = commit(g, reader, c, err);
	gate_release(g);
	return rc;
}
