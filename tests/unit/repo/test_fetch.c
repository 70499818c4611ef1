/*
 * What a git client lacks: random histories with merges, clients that have some of
 * them, shallow or not, and ask for more.  What they must have afterwards is worked
 * out again here, by brute force over sets of at most 32 commits.  The numbers are
 * those of repo/fetch.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "grove.h"
#include "repo/fetching.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define COMMITS 24
#define OBJECTS 512
#define DAY 86400

typedef uint32_t set; /* of commits, a bit each */

/* A history, and what each commit holds. */
struct world {
	struct grove g;
	git_repository *git;
	git_oid ids[COMMITS];
	set parents[COMMITS];
	struct idmap commits, objects; /* their numbers */
	bool holds[COMMITS][OBJECTS];
	set hidden;      /* these were not admitted */
	const char *lie; /* the file at this path is promised to be another */
};

static uint32_t seed;

static uint32_t
dice(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* --- making a history ---------------------------------------------------------------- */

static void
must(int git_rc)
{
	if (git_rc != 0)
		fail_msg("libgit2: %s", git_error_last()->message);
}

static void
note(struct world *w, unsigned commit, const git_oid *id)
{
	uint32_t *number = idmap_find(&w->objects, id);

	if (number == NULL) {
		assert_true(w->objects.count < OBJECTS);
		assert_true(idmap_add(&w->objects, id,
		    (uint32_t)w->objects.count));
		number = idmap_find(&w->objects, id);
	}
	w->holds[commit][*number] = true;
}

static git_oid
tree_of(struct world *w, unsigned commit, const char *file, const char *text,
    const char *folder, const git_oid *below)
{
	git_treebuilder *builder = NULL;
	git_oid blob, id;

	must(git_blob_create_from_buffer(&blob, w->git, text, strlen(text)));
	must(git_treebuilder_new(&builder, w->git, NULL));
	must(git_treebuilder_insert(NULL, builder, file, &blob,
	    GIT_FILEMODE_BLOB));
	if (below != NULL)
		must(git_treebuilder_insert(NULL, builder, folder, below,
		    GIT_FILEMODE_TREE));
	must(git_treebuilder_write(&id, builder));
	git_treebuilder_free(builder);
	note(w, commit, &blob);
	note(w, commit, &id);
	return id;
}

/* A day after the commit before; files a, d/b and d/e/c with few different texts. */
static void
commit_one(struct world *w, unsigned i, set parents)
{
	static const char *const texts[] = { "one\n", "two\n", "three\n",
		"four\n" };
	git_signature *who = NULL;
	git_commit *found[COMMITS];
	const git_commit *from[COMMITS];
	git_tree *tree = NULL;
	size_t n = 0;
	git_oid id;

	id = tree_of(w, i, "c", texts[dice(4)], NULL, NULL);
	id = tree_of(w, i, "b", texts[dice(4)], "e", &id);
	id = tree_of(w, i, "a", texts[dice(4)], "d", &id);
	for (unsigned p = 0; p < i; p++)
		if (parents >> p & 1) {
			must(git_commit_lookup(&found[n], w->git, &w->ids[p]));
			from[n] = found[n];
			n++;
		}
	must(git_tree_lookup(&tree, w->git, &id));
	must(git_signature_new(&who, "A", "a@example.com", DAY * (i + 1), 0));
	must(git_commit_create(&w->ids[i], w->git, NULL, who, who, NULL, "x\n",
	    tree, n, from));
	w->parents[i] = parents;
	assert_true(idmap_add(&w->commits, &w->ids[i], i));
	note(w, i, &w->ids[i]);
	while (n > 0)
		git_commit_free(found[--n]);
	git_tree_free(tree);
	git_signature_free(who);
}

static void
world_open(struct world *w, uint32_t from)
{
	memset(w, 0, sizeof(*w));
	seed = from;
	grove_open(&w->g);
	git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0);
	w->git = w->g.repo->git;
	for (unsigned i = 0; i < COMMITS; i++) {
		set parents = i == 0 || dice(12) == 0 ? 0 : 1u << (i - 1);

		if (i > 1 && dice(3) == 0)
			parents = 1u << dice(i);
		if (i > 1 && dice(4) == 0)
			parents |= 1u << dice(i);
		commit_one(w, i, parents);
	}
}

static void
world_close(struct world *w)
{
	idmap_free(&w->commits);
	idmap_free(&w->objects);
	git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	grove_close(&w->g);
}

/* --- the keeper ----------------------------------------------------------------------- */

static enum weigh_code
admitted(void *ctx, const struct weigh_gitid *commit, bool *yes,
    struct weigh_err *err)
{
	const struct world *w = ctx;
	git_oid id = repo_git_oid(commit);
	const uint32_t *number = idmap_find(&w->commits, &id);

	(void)err;
	*yes = number != NULL && !(w->hidden >> *number & 1);
	return WEIGH_OK;
}

static enum weigh_code
promise(void *ctx, const struct weigh_gitid *commit, const char *path,
    struct repo_promise *out, struct weigh_err *err)
{
	const struct world *w = ctx;
	git_oid id = repo_git_oid(commit);
	git_tree_entry *e = NULL;
	git_commit *c = NULL;
	git_blob *blob = NULL;
	git_tree *tree = NULL;

	(void)err;
	must(git_commit_lookup(&c, w->git, &id));
	must(git_commit_tree(&tree, c));
	must(git_tree_entry_bypath(&e, tree, path));
	must(git_blob_lookup(&blob, w->git, git_tree_entry_id(e)));
	*out = (struct repo_promise){
		.git = repo_gitid(git_tree_entry_id(e)),
		.size = (uint64_t)git_blob_rawsize(blob),
	};
	assert_true(weigh_oid_of(&out->oid, git_blob_rawcontent(blob),
	    git_blob_rawsize(blob)));
	if (w->lie != NULL && strcmp(w->lie, path) == 0)
		out->oid.b[0] ^= 1;
	git_blob_free(blob);
	git_tree_entry_free(e);
	git_tree_free(tree);
	git_commit_free(c);
	return WEIGH_OK;
}

static struct repo_fetch *
fetch_new(struct world *w)
{
	const struct repo_keeper keeper = { admitted, promise, w };
	struct repo_fetch *f = NULL;

	assert_int_equal(repo_fetch_new(&f, w->g.repo, &keeper, NULL),
	    WEIGH_OK);
	return f;
}

static struct weigh_gitid
id_of(const struct world *w, unsigned commit)
{
	return repo_gitid(&w->ids[commit]);
}

/* --- by brute force --------------------------------------------------------------------- */

/* All that `from` leads to; the parents of `ends` are not followed. */
static set
reach(const struct world *w, set from, set ends)
{
	for (int i = COMMITS - 1; i >= 0; i--)
		if ((from & ~ends) >> i & 1)
			from |= w->parents[i];
	return from;
}

/* At most `depth` commits away, and exactly so many (*ends). */
static set
within(const struct world *w, set from, unsigned depth, set *ends)
{
	set all = from, level = from;

	while (--depth > 0 && level != 0) {
		set next = 0;

		for (unsigned i = 0; i < COMMITS; i++)
			if (level >> i & 1)
				next |= w->parents[i];
		level = next & ~all;
		all |= next;
	}
	*ends = level;
	return all;
}

/* What `from` leads to without leaving `inside`, and those of it of which a parent
 * is none of it (*ends). */
static set
chosen(const struct world *w, set from, set inside, set *ends)
{
	from &= inside;
	for (int i = COMMITS - 1; i >= 0; i--)
		if (from >> i & 1)
			from |= w->parents[i] & inside;
	*ends = 0;
	for (unsigned i = 0; i < COMMITS; i++)
		if ((from >> i & 1) && (w->parents[i] & ~from))
			*ends |= 1u << i;
	return from;
}

/* --- one client --------------------------------------------------------------------------- */

struct client {
	const struct world *w;
	set has, shallow; /* before, */
	set named;        /* as it says, */
	set wants;
	set after; /* and where its history ends then */
};

static void
keep_shallow(void *ctx, bool shallow, const struct weigh_gitid *commit)
{
	struct client *c = ctx;
	git_oid id = repo_git_oid(commit);
	const uint32_t *number = idmap_find(&c->w->commits, &id);
	set bit;

	assert_non_null(number);
	bit = 1u << *number;
	assert_true(shallow == !(c->after & bit)); /* nothing is told twice */
	c->after ^= bit;
}

static void
random_client(struct world *w, struct client *c)
{
	*c = (struct client){ .w = w };
	for (unsigned n = dice(3); n > 0; n--)
		c->has |= 1u << dice(COMMITS);
	if (dice(2) == 0)
		c->has = within(w, c->has, 1 + dice(5), &c->shallow);
	else
		c->has = reach(w, c->has, 0);
	/* All but those at its ends, whose parents it has by another way. */
	for (unsigned i = 0; i < COMMITS; i++)
		if ((c->has >> i & 1) && dice(2) == 0)
			c->named |= 1u << i;
	for (unsigned n = 1 + dice(2); n > 0; n--)
		c->wants |= 1u << dice(COMMITS);
	c->after = c->shallow;
}

static struct repo_fetch *
introduce(struct world *w, const struct client *c)
{
	struct repo_fetch *f = fetch_new(w);

	for (unsigned i = 0; i < COMMITS; i++) {
		struct weigh_gitid id = id_of(w, i);
		bool known = false;

		if (c->shallow >> i & 1)
			assert_int_equal(repo_fetch_shallow(f, &id, NULL), 0);
		if (c->wants >> i & 1)
			assert_int_equal(repo_fetch_want(f, &id, NULL), 0);
		if (c->named >> i & 1) {
			assert_int_equal(repo_fetch_have(f, &id, &known, NULL),
			    0);
			assert_true(known);
		}
	}
	return f;
}

/* What it asks of its history's end, and what that must be.  False: nothing of it is
 * left. */
static bool
deepen(struct world *w, struct repo_fetch *f, struct client *c)
{
	unsigned kind = dice(6), depth = 1 + dice(6), out = dice(COMMITS);
	struct weigh_gitid id = id_of(w, out);
	struct repo_deepen how = { .since = INT64_MIN };
	set ends = 0, inside = 0;
	enum weigh_code rc;

	switch (kind) {
	case 0:
		return true; /* nothing */
	case 1:
		how.all = true;
		inside = c->shallow;
		break;
	case 2:
		how.relative = true;
		how.depth = depth;
		inside = within(w, c->shallow, depth + 1, &ends);
		break;
	case 3:
		how.depth = depth;
		inside = within(w, c->wants, depth, &ends);
		break;
	case 4:
		how.since = DAY * (1 + (int64_t)out);
		inside = chosen(w, c->wants, ~0u << out, &ends);
		break;
	default:
		how.excluded = &id;
		how.nexcluded = 1;
		inside = chosen(w, c->wants, ~reach(w, 1u << out, 0), &ends);
	}
	rc = repo_fetch_deepen(f, &how, keep_shallow, c, NULL);
	if (kind >= 4 && inside == 0) {
		assert_int_equal(rc, WEIGH_NOT_FOUND);
		return false;
	}
	assert_int_equal(rc, WEIGH_OK);
	assert_int_equal(c->after, (c->shallow & ~inside) | ends);
	return true;
}

/* Does it now have everything?  (3) */
static void
check_complete(const struct world *w, const struct repo_fetch *f,
    const struct client *c)
{
	bool objects[OBJECTS] = { false };
	set commits = c->has;
	set all = reach(w, c->wants | c->has, c->after);

	for (size_t i = 0; i < f->count; i++) {
		const git_oid *id = &f->sendings[i].id;
		const uint32_t *n = idmap_find(&w->commits, id);

		objects[*idmap_find(&w->objects, id)] = true;
		if (n != NULL)
			commits |= 1u << *n;
	}
	for (unsigned i = 0; i < COMMITS; i++)
		for (unsigned o = 0; (c->has >> i & 1) && o < OBJECTS; o++)
			objects[o] |= w->holds[i][o];
	assert_int_equal(all & ~commits, 0);
	for (unsigned i = 0; i < COMMITS; i++)
		for (unsigned o = 0; (all >> i & 1) && o < OBJECTS; o++)
			assert_true(objects[o] || !w->holds[i][o]);
}

/* Nothing twice; a difference is to a tree that stands before it, or to one of the
 * client's. */
static void
check_order(const struct repo_fetch *f)
{
	struct idmap before = { 0 };

	for (size_t i = 0; i < f->count; i++) {
		const struct sending *s = &f->sendings[i];

		assert_null(idmap_find(&before, &s->id));
		if (s->type == GIT_OBJECT_TREE && !git_oid_is_zero(&s->base))
			assert_true(s->thin ==
			    (idmap_find(&before, &s->base) == NULL));
		assert_true(idmap_add(&before, &s->id, 0));
	}
	idmap_free(&before);
}

static void
check_meets(const struct world *w, struct repo_fetch *f, const struct client *c)
{
	bool want = c->named != 0, got;

	for (unsigned i = 0; i < COMMITS; i++)
		if ((c->wants >> i & 1) && !(reach(w, 1u << i, 0) & c->named))
			want = false;
	assert_int_equal(repo_fetch_meets(f, &got, NULL), WEIGH_OK);
	assert_int_equal(got, want);
}

/* What it has by what it named is not sent again, and nothing past the end. */
static void
check_little(const struct world *w, const struct repo_fetch *f,
    const struct client *c)
{
	set known = reach(w, c->named, c->shallow) |
	    ~reach(w, c->wants | c->shallow, c->after);

	for (size_t i = 0; i < f->count; i++) {
		const uint32_t *n = idmap_find(&w->commits, &f->sendings[i].id);

		assert_true(n == NULL || !(known >> *n & 1));
	}
}

static void
test_clients(void **state)
{
	struct world w;

	(void)state;
	for (uint32_t from = 1; from <= 4; from++) {
		world_open(&w, from);
		for (unsigned round = 0; round < 300; round++) {
			struct repo_fetch *f;
			struct client c;

			random_client(&w, &c);
			f = introduce(&w, &c);
			check_meets(&w, f, &c);
			if (deepen(&w, f, &c)) {
				assert_int_equal(repo_fetch_collect(f, false,
						     NULL),
				    WEIGH_OK);
				check_complete(&w, f, &c);
				check_order(f);
				check_little(&w, f, &c);
			}
			repo_fetch_free(f);
		}
		world_close(&w);
	}
}

/* --- what is refused ------------------------------------------------------------------------ */

static enum weigh_code
count_bytes(void *ctx, const char *data, size_t len, struct weigh_err *err)
{
	(void)data;
	(void)err;
	*(size_t *)ctx += len;
	return WEIGH_OK;
}

/* (1): neither as a want nor as somebody's parent. */
static void
test_not_admitted(void **state)
{
	struct weigh_gitid id;
	struct repo_fetch *f;
	struct weigh_err err;
	struct world w;
	bool known;

	(void)state;
	world_open(&w, 7);
	w.hidden = 1u << 20 | w.parents[21];
	f = fetch_new(&w);
	id = id_of(&w, 20);
	assert_int_equal(repo_fetch_want(f, &id, &err), WEIGH_NOT_FOUND);
	check_has("its words", err.why, "upload-pack: not our ref ");
	assert_int_equal(repo_fetch_have(f, &id, &known, &err), WEIGH_OK);
	assert_false(known);
	id = id_of(&w, 21);
	assert_int_equal(repo_fetch_want(f, &id, &err), WEIGH_OK);
	assert_int_equal(repo_fetch_collect(f, false, &err), WEIGH_DENIED);
	check_has("its words", err.why, "never admitted here");
	repo_fetch_free(f);
	world_close(&w);
}

/* A commit whose three files differ. */
static unsigned
colorful(const struct world *w)
{
	for (unsigned i = 0; i < COMMITS; i++) {
		unsigned held = 0;

		for (unsigned o = 0; o < OBJECTS; o++)
			held += w->holds[i][o];
		if (held == 7)
			return i;
	}
	fail_msg("no such commit");
	return 0;
}

/* (2) */
static void
test_not_promised(void **state)
{
	static const char *const paths[] = { "a", "d/b", "d/e/c" };
	const struct repo_deepen one = { .depth = 1 };
	struct weigh_err err;
	struct world w;
	struct client c = { .w = &w };

	(void)state;
	world_open(&w, 8);
	for (size_t i = 0; i <= COUNT(paths); i++) {
		struct repo_fetch *f = fetch_new(&w);
		struct weigh_gitid id = id_of(&w, colorful(&w));
		size_t bytes = 0;

		c.after = 0;
		w.lie = i < COUNT(paths) ? paths[i] : NULL;
		assert_int_equal(repo_fetch_want(f, &id, NULL), WEIGH_OK);
		assert_int_equal(repo_fetch_deepen(f, &one, keep_shallow, &c,
				     NULL),
		    WEIGH_OK);
		assert_int_equal(repo_fetch_collect(f, false, NULL), WEIGH_OK);
		check_code(w.lie != NULL ? w.lie : "no lie",
		    repo_fetch_send(f, false, count_bytes, &bytes, &err),
		    w.lie != NULL ? WEIGH_MISMATCH : WEIGH_OK);
		assert_true((w.lie == NULL) == (bytes > 0));
		if (w.lie != NULL)
			check_has("it is named", err.why, w.lie);
		repo_fetch_free(f);
	}
	world_close(&w);
}

/* --- tags ---------------------------------------------------------------------------------- */

static git_oid
tag(struct world *w, const char *name, const git_oid *at, git_object_t type)
{
	git_signature *who = NULL;
	git_object *target = NULL;
	git_oid id;

	must(git_signature_new(&who, "A", "a@example.com", DAY, 0));
	must(git_object_lookup(&target, w->git, at, type));
	must(git_tag_create(&id, w->git, name, target, who, "words\n", 0));
	git_object_free(target);
	git_signature_free(who);
	return id;
}

/* What stands in the catalog counts: a tag object that leads elsewhere is not
 * shown, and what was not shown cannot be wanted. */
static void
test_tags(void **state)
{
	struct weigh_gitid got, commit, id;
	git_oid plain, nested, lost;
	struct repo_fetch *f;
	struct world w;
	bool annotated;

	(void)state;
	world_open(&w, 9);
	commit = id_of(&w, 3);
	plain = tag(&w, "plain", &w.ids[3], GIT_OBJECT_COMMIT);
	nested = tag(&w, "nested", &plain, GIT_OBJECT_TAG);
	lost = tag(&w, "lost", &w.ids[4], GIT_OBJECT_COMMIT);

	f = fetch_new(&w);
	id = repo_gitid(&nested);
	assert_int_equal(repo_fetch_want(f, &id, NULL), WEIGH_NOT_FOUND);
	assert_int_equal(repo_fetch_tag(f, "refs/tags/lost", &commit, &got,
			     &annotated, NULL),
	    WEIGH_OK);
	assert_true(!annotated && weigh_gitid_equal(&got, &commit));
	id = repo_gitid(&lost);
	assert_int_equal(repo_fetch_want(f, &id, NULL), WEIGH_NOT_FOUND);
	assert_int_equal(repo_fetch_tag(f, "refs/tags/none", &commit, &got,
			     &annotated, NULL),
	    WEIGH_OK);
	assert_false(annotated);
	assert_int_equal(repo_fetch_tag(f, "refs/tags/nested", &commit, &got,
			     &annotated, NULL),
	    WEIGH_OK);
	id = repo_gitid(&nested);
	assert_true(annotated && weigh_gitid_equal(&got, &id));
	assert_int_equal(repo_fetch_want(f, &id, NULL), WEIGH_OK);
	assert_int_equal(repo_fetch_collect(f, false, NULL), WEIGH_OK);
	assert_int_equal(f->sendings[f->count - 1].type, GIT_OBJECT_TAG);
	assert_true(git_oid_equal(&f->sendings[f->count - 2].id, &nested));
	assert_true(git_oid_equal(&f->sendings[f->count - 1].id, &plain));
	repo_fetch_free(f);

	/* With its commit, where that was asked for. */
	for (int with = 0; with < 2; with++) {
		f = fetch_new(&w);
		assert_int_equal(repo_fetch_tag(f, "refs/tags/plain", &commit,
				     &got, &annotated, NULL),
		    WEIGH_OK);
		assert_int_equal(repo_fetch_want(f, &commit, NULL), WEIGH_OK);
		assert_int_equal(repo_fetch_collect(f, with == 1, NULL),
		    WEIGH_OK);
		assert_int_equal(f->sendings[f->count - 1].type ==
			GIT_OBJECT_TAG,
		    with);
		repo_fetch_free(f);
	}
	world_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_not_admitted),
		cmocka_unit_test(test_not_promised),
		cmocka_unit_test(test_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
