/* Stages: packs of somebody else, whole, cut and made to hurt (repo/stage.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <weigh/gitpack.h>

#include "check.h"
#include "gitrun.h"
#include "grove.h"
#include "repo/priv.h"
#include "repo/stage.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PACK_MAX (64u << 20)

struct yard {
	struct grove g;
	struct stage *stage;
};

static void
yard_open(struct yard *y)
{
	grove_open(&y->g);
	check_code("stage",
	    stage_open(&y->stage, y->g.dir.fd, y->g.dir.path, "job-1", NULL),
	    WEIGH_OK);
}

static void
yard_close(struct yard *y)
{
	stage_close(y->stage);
	grove_close(&y->g);
}

/* --- packs, object by object --------------------------------------------- */

struct object {
	enum weigh_pack_type type;
	char data[1024];
	size_t len;
	struct weigh_gitid id;
};

static void
name_object(struct object *o)
{
	static const git_object_t types[] = { 0, GIT_OBJECT_COMMIT,
		GIT_OBJECT_TREE, GIT_OBJECT_BLOB, GIT_OBJECT_TAG };
	git_oid id;

	check_true("id",
	    git_odb_hash(&id, o->data, o->len, types[o->type]) == 0);
	o->id = repo_gitid(&id);
}

static void
make_text(struct object *o, enum weigh_pack_type type, const char *text)
{
	*o = (struct object){ .type = type, .len = strlen(text) };
	check_true("fits", o->len <= sizeof(o->data));
	memcpy(o->data, text, o->len);
	name_object(o);
}

static void
add_entry(struct object *tree, const char *mode, const char *name,
    const struct weigh_gitid *id)
{
	tree->len += (size_t)snprintf(tree->data + tree->len,
			 sizeof(tree->data) - tree->len, "%s %s", mode, name) +
	    1;
	memcpy(tree->data + tree->len, id->b, sizeof(id->b));
	tree->len += sizeof(id->b);
}

#define PEOPLE "author a <b> 1 +0000\ncommitter a <b> 1 +0000\n"

static void
make_commit(struct object *o, const struct weigh_gitid *tree, const char *rest)
{
	char hex[WEIGH_GITID_HEX + 1], text[900];

	weigh_gitid_hex(tree, hex);
	snprintf(text, sizeof(text), "tree %s\n%s", hex, rest);
	make_text(o, WEIGH_PACK_COMMIT, text);
}

static enum weigh_code
take_piece(void *ctx, const char *data, size_t len, struct weigh_err *err)
{
	(void)err;
	return weigh_buf_add(ctx, data, len) ? WEIGH_OK : WEIGH_NOMEM;
}

static void
pack_up(struct weigh_buf *out, const struct object *objects, size_t count)
{
	struct weigh_pack *p = NULL;

	weigh_buf_init(out, PACK_MAX);
	check_code("begin",
	    weigh_pack_begin(&p, (uint32_t)count, take_piece, out, NULL),
	    WEIGH_OK);
	for (size_t i = 0; i < count; i++)
		check_code("add",
		    weigh_pack_add(p, objects[i].type, objects[i].data,
			objects[i].len, NULL),
		    WEIGH_OK);
	check_code("end", weigh_pack_end(p, NULL), WEIGH_OK);
	weigh_pack_free(p);
}

/* In pieces of `step` bytes. */
static enum weigh_code
bring(struct stage *s, const char *data, size_t len, size_t step, uint64_t max,
    struct weigh_err *err)
{
	enum weigh_code rc = stage_pack_begin(s, max, err);

	for (size_t at = 0; rc == WEIGH_OK && at < len; at += step)
		rc = stage_pack_add(s, data + at,
		    len - at < step ? len - at : step, err);
	if (rc == WEIGH_OK)
		rc = stage_pack_end(s, err);
	stage_pack_abandon(s);
	return rc;
}

/* A revision of two files and a folder, whose parent never comes. */
#define PARENT "parent 0123456789012345678901234567890123456789\n"
#define POINTER \
	"version https://git-lfs.github.com/spec/v1\noid sha256:" \
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" \
	"\nsize 3\n"

static void
make_revision(struct object objects[5])
{
	make_text(&objects[0], WEIGH_PACK_BLOB, "# hello\n");
	make_text(&objects[1], WEIGH_PACK_BLOB, POINTER);
	objects[2] = (struct object){ .type = WEIGH_PACK_TREE };
	add_entry(&objects[2], "100644", "w.bin", &objects[1].id);
	name_object(&objects[2]);
	objects[3] = (struct object){ .type = WEIGH_PACK_TREE };
	add_entry(&objects[3], "100644", "README.md", &objects[0].id);
	add_entry(&objects[3], "40000", "a", &objects[2].id);
	name_object(&objects[3]);
	make_commit(&objects[4], &objects[3].id, PARENT PEOPLE "\nit\n");
}

static enum weigh_code
join_entry(void *ctx, const struct repo_entry *e, struct weigh_err *err)
{
	(void)err;
	weigh_buf_addf(ctx, "%s%s%s %llu\n", e->path, e->directory ? "/" : "",
	    e->lfs ? "*" : "", (unsigned long long)e->size);
	return WEIGH_OK;
}

static void
check_entries(struct yard *y, const char *label,
    const struct weigh_gitid *commit, const char *want)
{
	struct weigh_buf got;
	bool whole;

	weigh_buf_init(&got, 4096);
	check_code(label, stage_has(y->stage, commit, &whole, NULL), WEIGH_OK);
	check_true(label, whole);
	check_code(label,
	    stage_each_entry(y->stage, commit, join_entry, &got, NULL),
	    WEIGH_OK);
	check_str(label, got.data, want);
	weigh_buf_free(&got);
}

#define ENTRIES "README.md 8\na/ 0\na/w.bin* 3\n"

static void
test_cuttings(void **state)
{
	static const size_t steps[] = { 1, 7, 64, PACK_MAX };
	struct object objects[5];
	struct weigh_buf pack;

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct yard y;
		bool whole;

		yard_open(&y);
		make_revision(objects);
		pack_up(&pack, objects, 5);
		check_code("not yet",
		    stage_has(y.stage, &objects[4].id, &whole, NULL), WEIGH_OK);
		check_true("not yet", !whole);
		check_code("bring",
		    bring(y.stage, pack.data, pack.len, steps[i], pack.len,
			NULL),
		    WEIGH_OK);
		check_entries(&y, "entries", &objects[4].id, ENTRIES);
		weigh_buf_free(&pack);
		yard_close(&y);
	}
}

static const char too_long[] = "1234567890123456789012345678901234567890"
			       "1234567890123456789012345";

/* (3): another opening of the same name finds it; dropped, it is gone. */
static enum weigh_code
join_name(void *ctx, const char *name, struct weigh_err *err)
{
	(void)err;
	weigh_buf_addf(ctx, "%s ", name);
	return WEIGH_OK;
}

static void
test_life(void **state)
{
	static const char *const bad[] = { "", ".", "..", "a/b", "A", "a_b",
		too_long };
	struct object objects[5];
	struct stage *other = NULL;
	struct weigh_buf pack, names;
	struct yard y;

	(void)state;
	yard_open(&y);
	make_revision(objects);
	pack_up(&pack, objects, 5);
	check_code("bring",
	    bring(y.stage, pack.data, pack.len, 100, PACK_MAX, NULL), WEIGH_OK);
	stage_close(y.stage);
	check_code("again",
	    stage_open(&y.stage, y.g.dir.fd, y.g.dir.path, "job-1", NULL),
	    WEIGH_OK);
	check_entries(&y, "again", &objects[4].id, ENTRIES);
	for (size_t i = 0; i < COUNT(bad); i++)
		check_code(bad[i],
		    stage_open(&other, y.g.dir.fd, y.g.dir.path, bad[i], NULL),
		    WEIGH_USAGE);
	weigh_buf_init(&names, 100);
	check_code("each", stage_each(y.g.dir.fd, join_name, &names, NULL),
	    WEIGH_OK);
	check_str("each", names.data, "job-1 ");
	check_code("drop", stage_drop(y.g.dir.fd, "job-1", NULL), WEIGH_OK);
	check_code("twice", stage_drop(y.g.dir.fd, "job-1", NULL), WEIGH_OK);
	check_u64("gone", (uint64_t)tmpdir_count(&y.g.dir, "incoming/stages"),
	    0);
	weigh_buf_free(&names);
	weigh_buf_free(&pack);
	yard_close(&y);
}

static void
set_main(struct yard *y, const struct weigh_gitid *commit)
{
	const struct weigh_gitid none = { { 0 } };

	check_code("ref",
	    repo_move_ref(y->g.repo, "refs/heads/main", &none, commit, NULL),
	    WEIGH_OK);
}

/* --- packs that are none ------------------------------------------------- */

/* A byte changed anywhere, or an end anywhere, is found. */
static void
test_damage(void **state)
{
	struct object objects[5];
	struct weigh_buf pack;
	struct yard y;
	bool whole;

	(void)state;
	yard_open(&y);
	make_revision(objects);
	pack_up(&pack, objects, 5);
	for (size_t i = 0; i < pack.len; i += 3) {
		check_true("cut",
		    bring(y.stage, pack.data, i, 64, PACK_MAX, NULL) !=
			WEIGH_OK);
		pack.data[i] ^= 0x10;
		check_true("flipped",
		    bring(y.stage, pack.data, pack.len, 64, PACK_MAX, NULL) !=
			WEIGH_OK);
		pack.data[i] ^= 0x10;
	}
	check_code("too long",
	    bring(y.stage, pack.data, pack.len, 64, pack.len - 1, NULL),
	    WEIGH_TOO_BIG);
	weigh_buf_addc(&pack, 'x');
	check_true("more behind it",
	    bring(y.stage, pack.data, pack.len, 64, PACK_MAX, NULL) !=
		WEIGH_OK);
	check_code("none came",
	    stage_has(y.stage, &objects[4].id, &whole, NULL), WEIGH_OK);
	check_true("none came", !whole);
	check_u64("no litter",
	    (uint64_t)tmpdir_count(&y.g.dir,
		"incoming/stages/job-1/objects/pack"),
	    0);
	weigh_buf_free(&pack);
	yard_close(&y);
}

/* One object missing: it is told, whichever it is. */
static void
test_missing(void **state)
{
	struct object objects[5], fewer[4];
	struct weigh_buf pack;
	bool whole;

	(void)state;
	for (size_t gone = 0; gone < 5; gone++) {
		struct yard y;
		size_t n = 0;

		yard_open(&y);
		make_revision(objects);
		for (size_t i = 0; i < 5; i++)
			if (i != gone)
				fewer[n++] = objects[i];
		pack_up(&pack, fewer, n);
		check_code("bring",
		    bring(y.stage, pack.data, pack.len, 100, PACK_MAX, NULL),
		    WEIGH_OK);
		check_code("has",
		    stage_has(y.stage, &objects[4].id, &whole, NULL), WEIGH_OK);
		check_true("not whole", !whole);
		check_code("no entries",
		    stage_each_entry(y.stage, &objects[4].id, join_entry, NULL,
			NULL),
		    WEIGH_NOT_FOUND);
		check_code("not given",
		    stage_give(y.stage, &objects[4].id, y.g.repo, NULL, NULL,
			NULL),
		    WEIGH_NOT_FOUND);
		weigh_buf_free(&pack);
		yard_close(&y);
	}
}

/* A delta: the sizes of base and result, "insert one byte" as often as it takes,
 * or a copy of much. */
static void
put_size(struct weigh_buf *b, uint64_t n)
{
	for (; n > 127; n >>= 7)
		weigh_buf_addc(b, (char)(0x80 | (n & 127)));
	weigh_buf_addc(b, (char)n);
}

static const struct delta_row {
	const char *label;
	uint64_t result; /* as it says */
	unsigned copies; /* of the whole base, 8 bytes */
	bool thin;       /* its base is not in the pack */
	bool good;
} deltas[] = {
	{ "an honest one", 16, 2, false, true },
	{ "it says too much", 17, 2, false, false },
	{ "it says too little", 8, 2, false, false },
	{ "it says 128 GiB", 128ull << 30, 2, false, false },
	{ "it says 2^63", 1ull << 63, 2, false, false },
	{ "its base is elsewhere", 16, 2, true, false },
};

static void
test_deltas(void **state)
{
	struct object base;

	(void)state;
	for (size_t i = 0; i < COUNT(deltas); i++) {
		const struct delta_row *row = &deltas[i];
		struct weigh_pack *p = NULL;
		struct weigh_buf pack, delta;
		enum weigh_code rc;
		struct yard y;

		yard_open(&y);
		make_text(&base, WEIGH_PACK_BLOB, "12345678");
		weigh_buf_init(&pack, PACK_MAX);
		weigh_buf_init(&delta, PACK_MAX);
		put_size(&delta, 8);
		put_size(&delta, row->result);
		for (unsigned j = 0; j < row->copies; j++)
			weigh_buf_add(&delta, "\x90\x08", 2);
		check_code("begin",
		    weigh_pack_begin(&p, 1 + !row->thin, take_piece, &pack,
			NULL),
		    WEIGH_OK);
		if (!row->thin)
			weigh_pack_add(p, base.type, base.data, base.len, NULL);
		weigh_pack_add_delta(p, &base.id, delta.data, delta.len, NULL);
		weigh_pack_end(p, NULL);
		rc = bring(y.stage, pack.data, pack.len, 50, PACK_MAX, NULL);
		check_true(row->label, (rc == WEIGH_OK) == row->good);
		weigh_pack_free(p);
		weigh_buf_free(&pack);
		weigh_buf_free(&delta);
		yard_close(&y);
	}
}

/* --- what git fsck would say --------------------------------------------- */

static const struct hostile_row {
	const char *label;
	const char *mode, *name; /* of one entry */
	const char *commit;      /* behind its tree */
	const char *text;        /* of the file */
	enum weigh_code code;
} hostile[] = {
	{ "a good one", "100644", "a", PEOPLE "\nx\n", "x", WEIGH_OK },
	{ "an executable", "100755", "a", PEOPLE "\nx\n", "x", WEIGH_OK },
	{ "without a message", "100644", "a", PEOPLE, "x", WEIGH_OK },
	{ "a signed one", "100644", "a",
	    PEOPLE "gpgsig -----BEGIN\n \n -----END\n\nx\n", "x", WEIGH_OK },
	{ "an author of two words", "100644", "a",
	    "author A B <c@d> 1700000000 -0130\n"
	    "committer \xc3\xa4 <> 0 +0000\n\n",
	    "x", WEIGH_OK },
	{ "no author", "100644", "a", "committer a <b> 1 +0000\n\nx\n", "x",
	    WEIGH_MALFORMED },
	{ "two authors", "100644", "a", "author a <b> 1 +0000\n" PEOPLE "\nx\n",
	    "x", WEIGH_MALFORMED },
	{ "a nameless author", "100644", "a",
	    "author <b> 1 +0000\ncommitter a <b> 1 +0000\n\nx\n", "x",
	    WEIGH_MALFORMED },
	{ "no space before <", "100644", "a",
	    "author a<b> 1 +0000\ncommitter a <b> 1 +0000\n\nx\n", "x",
	    WEIGH_MALFORMED },
	{ "> in a name", "100644", "a",
	    "author a> <b> 1 +0000\ncommitter a <b> 1 +0000\n\nx\n", "x",
	    WEIGH_MALFORMED },
	{ "a padded date", "100644", "a",
	    "author a <b> 01 +0000\ncommitter a <b> 1 +0000\n\nx\n", "x",
	    WEIGH_MALFORMED },
	{ "a date past 2^63", "100644", "a",
	    "author a <b> 9223372036854775808 +0000\n"
	    "committer a <b> 1 +0000\n\nx\n",
	    "x", WEIGH_MALFORMED },
	{ "a zone of words", "100644", "a",
	    "author a <b> 1 UTC\ncommitter a <b> 1 +0000\n\nx\n", "x",
	    WEIGH_MALFORMED },
	{ "a parent that is none", "100644", "a",
	    "parent 012345678901234567890123456789012345678g\n" PEOPLE "\n",
	    "x", WEIGH_MALFORMED },
	{ "a header without end", "100644", "a", PEOPLE "encoding", "x",
	    WEIGH_MALFORMED },
	{ "a symbolic link", "120000", "a", PEOPLE "\nx\n", "x",
	    WEIGH_MALFORMED },
	{ "a submodule", "160000", "a", PEOPLE "\nx\n", "x", WEIGH_MALFORMED },
	{ "a mode with zeros in front", "0100644", "a", PEOPLE "\nx\n", "x",
	    WEIGH_MALFORMED },
	{ "a mode of its own", "100600", "a", PEOPLE "\nx\n", "x",
	    WEIGH_MALFORMED },
	{ "no name", "100644", "", PEOPLE "\nx\n", "x", WEIGH_MALFORMED },
	{ "..", "100644", "..", PEOPLE "\nx\n", "x", WEIGH_MALFORMED },
	{ ".git", "100644", ".git", PEOPLE "\nx\n", "x", WEIGH_MALFORMED },
	{ "GIT~1", "100644", "GIT~1", PEOPLE "\nx\n", "x", WEIGH_MALFORMED },
	{ "a slash", "100644", "a/b", PEOPLE "\nx\n", "x", WEIGH_MALFORMED },
	{ "submodules' list", "100644", ".gitmodules", PEOPLE "\nx\n", "x",
	    WEIGH_MALFORMED },
	{ "a pointer", "100644", "a", PEOPLE "\nx\n", POINTER, WEIGH_OK },
};

static void
test_hostile(void **state)
{
	struct object objects[3];
	struct weigh_buf pack, got;

	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		const struct hostile_row *row = &hostile[i];
		struct yard y;

		yard_open(&y);
		weigh_buf_init(&got, 4096);
		make_text(&objects[0], WEIGH_PACK_BLOB, row->text);
		objects[1] = (struct object){ .type = WEIGH_PACK_TREE };
		add_entry(&objects[1], row->mode, row->name, &objects[0].id);
		name_object(&objects[1]);
		make_commit(&objects[2], &objects[1].id, row->commit);
		pack_up(&pack, objects, 3);
		check_code("bring",
		    bring(y.stage, pack.data, pack.len, 100, PACK_MAX, NULL),
		    WEIGH_OK);
		check_code(row->label,
		    stage_each_entry(y.stage, &objects[2].id, join_entry, &got,
			NULL),
		    row->code);
		check_true("nothing told of what is refused",
		    row->code == WEIGH_OK || got.len == 0);
		if (row->code == WEIGH_OK) {
			check_code(row->label,
			    stage_give(y.stage, &objects[2].id, y.g.repo, NULL,
				NULL, NULL),
			    WEIGH_OK);
			set_main(&y, &objects[2].id);
			grove_fsck(&y.g, row->label);
		}
		weigh_buf_free(&pack);
		weigh_buf_free(&got);
		yard_close(&y);
	}
}

/* --- given to a repository ----------------------------------------------- */

static enum weigh_code
no_pace(void *ctx, size_t bytes, struct weigh_err *err)
{
	(void)ctx;
	(void)bytes;
	(void)err;
	return WEIGH_OK;
}

static enum weigh_code
count_commit(void *ctx, const struct repo_history *h, struct weigh_err *err)
{
	(void)err;
	check_true("no parent", weigh_gitid_is_zero(&h->parent));
	++*(unsigned *)ctx;
	return WEIGH_OK;
}

static enum weigh_code
count_reached(void *ctx, const struct weigh_gitid *commit,
    struct weigh_err *err)
{
	(void)commit;
	(void)err;
	++*(unsigned *)ctx;
	return WEIGH_OK;
}

/* Everything that reads a repository takes a shallow commit as one without parents. */
static void
check_shallow(struct yard *y, const struct weigh_gitid *commit)
{
	struct repo_collecting c = { .now = INT32_MAX };
	unsigned commits = 0, reached = 0;
	char problem[200];

	grove_fsck(&y->g, "fsck");
	check_code("verify",
	    repo_verify(y->g.repo, no_pace, NULL, problem, sizeof(problem),
		NULL),
	    WEIGH_OK);
	check_str("verify", problem, "");
	check_code("history",
	    repo_each_commit(y->g.repo, commit, count_commit, &commits, NULL),
	    WEIGH_OK);
	check_u64("history", commits, 1);
	check_code("reached",
	    repo_each_reached(y->g.repo, count_reached, &reached, NULL),
	    WEIGH_OK);
	check_u64("reached", reached, 1);
	check_code("collect", repo_collect(y->g.repo, &c, NULL), WEIGH_OK);
	check_u64("nothing to take", c.objects, 0);
}

static void
test_give(void **state)
{
	const struct weigh_gitid none = { { 0 } };
	struct repo_collecting all = { .now = INT32_MAX };
	struct object objects[5];
	struct weigh_buf pack;
	struct yard y;

	(void)state;
	yard_open(&y);
	make_revision(objects);
	pack_up(&pack, objects, 5);
	check_code("bring",
	    bring(y.stage, pack.data, pack.len, 100, PACK_MAX, NULL), WEIGH_OK);
	for (int i = 0; i < 2; i++) /* again: nothing changes */
		check_code("give",
		    stage_give(y.stage, &objects[4].id, y.g.repo, NULL, NULL,
			NULL),
		    WEIGH_OK);
	set_main(&y, &objects[4].id);
	check_shallow(&y, &objects[4].id);
	check_true("noted",
	    tmpdir_has(&y.g.dir, "repos/models/acme/demo.git/shallow"));
	check_code("its ref goes",
	    repo_move_ref(y.g.repo, "refs/heads/main", &objects[4].id, &none,
		NULL),
	    WEIGH_OK);
	check_code("collect", repo_collect(y.g.repo, &all, NULL), WEIGH_OK);
	check_u64("all of it goes", all.objects, 5);
	gitrun(&y.g.out, y.g.dir.path, "hash-object",
	    "repos/models/acme/demo.git/shallow", NULL);
	check_str("and its note", y.g.out.data,
	    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n");
	weigh_buf_free(&pack);
	yard_close(&y);
}

static bool
is_known(void *ctx, const struct weigh_gitid *parent)
{
	return weigh_gitid_equal(ctx, parent);
}

/* A parent that was admitted is led to. */
static void
test_give_known(void **state)
{
	static const struct grove_file files[] = { { "a", "1", false } };
	struct object objects[5];
	char hex[WEIGH_GITID_HEX + 1], text[300];
	struct weigh_gitid first;
	struct weigh_buf pack;
	struct yard y;

	(void)state;
	yard_open(&y);
	first = grove_publish(&y.g, "main", files, 1);
	make_revision(objects);
	weigh_gitid_hex(&first, hex);
	snprintf(text, sizeof(text), "parent %s\n" PEOPLE "\nit\n", hex);
	make_commit(&objects[4], &objects[3].id, text);
	pack_up(&pack, objects, 5);
	check_code("bring",
	    bring(y.stage, pack.data, pack.len, 100, PACK_MAX, NULL), WEIGH_OK);
	check_code("give",
	    stage_give(y.stage, &objects[4].id, y.g.repo, is_known, &first,
		NULL),
	    WEIGH_OK);
	check_true("not shallow",
	    !tmpdir_has(&y.g.dir, "repos/models/acme/demo.git/shallow"));
	check_code("ref",
	    repo_move_ref(y.g.repo, "refs/heads/main", &first, &objects[4].id,
		NULL),
	    WEIGH_OK);
	gitrun(&y.g.out, y.g.path, "rev-list", "--count", "main", NULL);
	check_str("two commits", y.g.out.data, "2\n");
	grove_fsck(&y.g, "fsck");
	weigh_buf_free(&pack);
	yard_close(&y);
}

/* --- without git --------------------------------------------------------- */

static void
put_text(struct stage *s, struct repo_file *f, const char *path,
    const char *text)
{
	git_oid id;

	*f = (struct repo_file){ .path = path, .size = strlen(text) };
	check_true("hash",
	    git_odb_hash(&id, text, strlen(text), GIT_OBJECT_BLOB) == 0);
	f->git = repo_gitid(&id);
	check_code(path, stage_put_blob(s, &f->git, text, strlen(text), NULL),
	    WEIGH_OK);
}

static void
test_make(void **state)
{
	struct repo_file files[3];
	struct stage_told told = {
		.message = "as told", .date = 1700000000, .files = files
	};
	struct weigh_gitid first;
	struct yard y;

	(void)state;
	yard_open(&y);
	put_text(y.stage, &files[0], "README.md", "# hello\n");
	put_text(y.stage, &files[1], "a/b", "");
	files[2] = (struct repo_file){
		.path = "w.bin", .size = 3, .lfs = true
	};
	check_true("oid", weigh_oid_of(&files[2].oid, "abc", 3));
	told.nfiles = 3;
	check_code("make", stage_make(y.stage, &told, NULL), WEIGH_OK);
	check_entries(&y, "made", &told.commit,
	    "README.md 8\na/ 0\na/b 0\nw.bin* 3\n");
	first = told.commit;
	check_code("again", stage_make(y.stage, &told, NULL), WEIGH_OK);
	check_true("the same", weigh_gitid_equal(&first, &told.commit));
	check_code("give",
	    stage_give(y.stage, &first, y.g.repo, NULL, NULL, NULL), WEIGH_OK);
	set_main(&y, &first);
	check_true("it has no parent to lack",
	    !tmpdir_has(&y.g.dir, "repos/models/acme/demo.git/shallow"));
	grove_fsck(&y.g, "fsck");
	files[0].size = 9;
	check_code("another size", stage_make(y.stage, &told, NULL),
	    WEIGH_MISMATCH);
	put_text(y.stage, &files[0], "README.md", POINTER);
	check_code("a pointer as a plain file",
	    stage_make(y.stage, &told, NULL), WEIGH_MALFORMED);
	files[0].git.b[0] ^= 1;
	check_code("bytes that are not here", stage_make(y.stage, &told, NULL),
	    WEIGH_NOT_FOUND);
	yard_close(&y);
}

static void
test_put(void **state)
{
	struct weigh_gitid wrong = { { 1 } };
	char *big = calloc(1, REPO_BLOB_MAX + 1);
	struct yard y;

	(void)state;
	assert_non_null(big);
	yard_open(&y);
	check_code("another id", stage_put_blob(y.stage, &wrong, "x", 1, NULL),
	    WEIGH_MISMATCH);
	check_code("too big",
	    stage_put_blob(y.stage, &wrong, big, REPO_BLOB_MAX + 1, NULL),
	    WEIGH_TOO_BIG);
	free(big);
	yard_close(&y);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cuttings),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_deltas),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_give),
		cmocka_unit_test(test_give_known),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_put),
	};

	return cmocka_run_group_tests_name("repo stage", tests, NULL, NULL);
}
