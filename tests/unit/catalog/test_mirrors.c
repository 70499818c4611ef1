/* Tests of catalog/mirrors.h; numbers are its promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "catalog/mirrors.h"
#include "check.h"
#include "shelf.h"

static const struct shelf_file files[] = {
	{ "a", "lfs 1" },
	{ "b", "lfs 2" },
	{ "c/d", "lfs 1" },
};

/* What was told, word for word. */
struct told {
	char text[1000];
	size_t len;
};

static void
tell(struct told *t, const char *word, long long n)
{
	t->len += (size_t)snprintf(t->text + t->len, sizeof(t->text) - t->len,
	    "%s%s %lld", t->len > 0 ? ", " : "", word, n);
}

/* --- absent blobs -------------------------------------------------------- */

static void
check_totals(struct shelf *s, const char *label, uint64_t blobs,
    uint64_t absent)
{
	struct catalog_totals t;

	check_code(label, catalog_totals(s->reader, &t, NULL), WEIGH_OK);
	check_u64(label, t.blobs, blobs);
	check_u64(label, t.absent, absent);
	check_u64(label, t.bytes, blobs * strlen("lfs 1"));
	check_u64(label, t.absent_bytes, absent * strlen("lfs 1"));
	check_u64(label,
	    (uint64_t)shelf_ask(s, "SELECT count(*) FROM blobs WHERE held = 0"),
	    absent);
}

static void
see_absent(void *ctx, const struct catalog_revision *v)
{
	tell(ctx, "absent", (long long)v->absent);
	tell(ctx, "bytes", (long long)v->absent_bytes);
}

static void
check_revision(struct shelf *s, const char *label, const char *want)
{
	const struct weigh_repo repo = shelf_repo("acme/a");
	const struct weigh_gitid commit = shelf_commit(1);
	struct told t = { .len = 0 };

	check_code(label,
	    catalog_revision(s->reader, &repo, &commit, see_absent, &t, NULL),
	    WEIGH_OK);
	check_str(label, t.text, want);
}

static void
see_entry(void *ctx, const struct catalog_entry *e)
{
	*(bool *)ctx = e->absent;
}

/* (8) It goes and comes wherever it is listed; bad, it does not go. */
static void
test_absent(void **state)
{
	const struct shelf_revision v = SHELF_REVISION("acme/a", "main", 1, 0,
	    files);
	const struct weigh_oid one = shelf_oid("lfs 1");
	const struct weigh_repo repo = shelf_repo("acme/a");
	const struct weigh_gitid commit = shelf_commit(1);
	struct catalog_blob blob = { .oid = one, .size = strlen("lfs 1") };
	struct catalog_check check = { .state = CATALOG_BAD,
		.time = 5,
		.problem = "a problem",
		.segments = "0" };
	struct shelf s;
	bool gone, absent = false;

	(void)state;
	shelf_open(&s);
	check_code("admit", shelf_admit(&s, &v, NULL), WEIGH_OK);
	check_totals(&s, "held", 2, 0);
	check_code("goes", catalog_let_go(s.catalog, &one, &gone, NULL),
	    WEIGH_OK);
	check_true("it was held", gone);
	check_totals(&s, "one went", 1, 1);
	check_revision(&s, "twice in it", "absent 2, bytes 10");
	check_code("entry",
	    catalog_entry(s.reader, &repo, &commit, "c/d", see_entry, &absent,
		NULL),
	    WEIGH_OK);
	check_true("its entry says so", absent);
	check_code("again", catalog_let_go(s.catalog, &one, &gone, NULL),
	    WEIGH_OK);
	check_true("it was not held", !gone);
	blob.stamp = shelf_stamp("lfs 1");
	check_code("comes", catalog_receive(s.catalog, &blob, "job", 7, NULL),
	    WEIGH_OK);
	check_totals(&s, "one came", 2, 0);
	check_revision(&s, "whole", "absent 0, bytes 0");
	check.blob = blob;
	check_code("bad", catalog_mark_blob(s.catalog, &check, NULL), WEIGH_OK);
	check_code("stays", catalog_let_go(s.catalog, &one, &gone, NULL),
	    WEIGH_OK);
	check_true("what is bad is evidence", !gone);
	shelf_close(&s);
}

static void
see_listing(void *ctx, const struct catalog_listing *l)
{
	tell(ctx, l->repo.name, shelf_number(&l->commit));
	tell(ctx, l->mirrored ? "mirrored" : "ours", (long long)l->absent);
	tell(ctx, l->through ? "through" : "asked", l->pinned);
}

static struct catalog_mirror
mirror_of(const char *name, const char *request, bool follow, bool through)
{
	return (struct catalog_mirror){
		.repo = shelf_repo(name),
		.source = "https://hub.example",
		.request = request,
		.follow = follow,
		.through = through,
		.used = 100,
		.etag = "",
		.error = "",
	};
}

static void
admit_all(struct shelf *s)
{
	static const char *const names[] = { "acme/a", "acme/b", "acme/c" };

	for (unsigned i = 0; i < 3; i++) {
		const struct shelf_revision v = {
			.repo = names[i],
			.ref = "main",
			.commit = i + 1,
			.files = files,
			.nfiles = 3,
		};

		check_code(names[i], shelf_admit(s, &v, NULL), WEIGH_OK);
	}
}

static void
set_mirror(struct shelf *s, const struct catalog_mirror *m)
{
	check_code(m->repo.name, catalog_set_mirror(s->catalog, m, NULL),
	    WEIGH_OK);
}

/* The pins of `name`: one, or two where `second` is not 0. */
static void
pin(struct shelf *s, const char *name, unsigned first, unsigned second)
{
	const struct weigh_repo repo = shelf_repo(name);
	const struct catalog_pin pins[] = {
		{ .repo = repo, .commit = shelf_commit(first), .why = "" },
		{ .repo = repo, .commit = shelf_commit(second), .why = "" },
	};

	check_code("pin",
	    catalog_keep_pins(s->catalog, &repo, pins, second == 0 ? 1 : 2,
		NULL),
	    WEIGH_OK);
}

static void
test_listings(void **state)
{
	const struct weigh_oid two = shelf_oid("lfs 2");
	const struct catalog_mirror b = mirror_of("acme/b", "", false, true);
	const struct catalog_mirror c = mirror_of("acme/c", "", false, false);
	struct told t = { .len = 0 };
	struct shelf s;

	(void)state;
	shelf_open(&s);
	admit_all(&s);
	set_mirror(&s, &b);
	set_mirror(&s, &c);
	pin(&s, "acme/c", 3, 0);
	check_code("ask",
	    catalog_listings(s.reader, &two, 10, see_listing, &t, NULL),
	    WEIGH_OK);
	check_str("each", t.text,
	    "acme/a 1, ours 0, asked 0, acme/b 2, mirrored 0, through 0, "
	    "acme/c 3, mirrored 0, asked 1");
	shelf_close(&s);
}

/* --- where they come from ------------------------------------------------ */

static void
see_mirror(void *ctx, const struct catalog_mirror *m)
{
	tell(ctx, m->repo.name, m->next);
}

typedef enum weigh_code ask_fn(struct shelf *s, struct told *t);

static enum weigh_code
ask_due(struct shelf *s, struct told *t)
{
	return catalog_mirrors_due(s->reader, 1000, 10, see_mirror, t, NULL);
}

static enum weigh_code
ask_all(struct shelf *s, struct told *t)
{
	return catalog_mirrors(s->reader, NULL, 10, see_mirror, t, NULL);
}

static enum weigh_code
ask_after(struct shelf *s, struct told *t)
{
	const struct weigh_repo after = shelf_repo("acme/A");

	return catalog_mirrors(s->reader, &after, 1, see_mirror, t, NULL);
}

static enum weigh_code
ask_unread(struct shelf *s, struct told *t)
{
	return catalog_mirrors_unread(s->reader, 10, see_mirror, t, NULL);
}

static const struct question {
	const char *label;
	ask_fn *ask;
	const char *want;
} questions[] = {
	{ "all", ask_all, "acme/a 900, acme/b 800, acme/c 0" },
	{ "one behind another, case aside", ask_after, "acme/b 800" },
	{ "due, the longest first", ask_due, "acme/b 800, acme/a 900" },
	{ "only pulled through", ask_unread, "acme/c 0" },
};

/* (9) What was asked last stays when source and order change. */
static void
test_where_from(void **state)
{
	struct catalog_mirror a = mirror_of("acme/a", "{}", true, false);
	struct catalog_mirror b = mirror_of("acme/b", "{}", true, false);
	const struct catalog_mirror c = mirror_of("acme/c", "", false, true);
	const struct catalog_mirror none = mirror_of("acme/none", "", false,
	    false);
	struct shelf s;
	int64_t next;

	(void)state;
	shelf_open(&s);
	admit_all(&s);
	set_mirror(&s, &a);
	set_mirror(&s, &b);
	set_mirror(&s, &c);
	a.next = 900;
	b.next = 800;
	check_code("a", catalog_mirror_asked(s.catalog, &a, NULL), WEIGH_OK);
	check_code("b", catalog_mirror_asked(s.catalog, &b, NULL), WEIGH_OK);
	b.next = 0;
	set_mirror(&s, &b);
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		struct told t = { .len = 0 };

		check_code(questions[i].label, questions[i].ask(&s, &t),
		    WEIGH_OK);
		check_str(questions[i].label, t.text, questions[i].want);
	}
	check_code("next", catalog_mirrors_next(s.reader, &next, NULL),
	    WEIGH_OK);
	check_u64("next", (uint64_t)next, 800);
	check_code("nobody", catalog_set_mirror(s.catalog, &none, NULL),
	    WEIGH_NOT_FOUND);
	check_code("used", catalog_mirror_used(s.catalog, &c.repo, 500, NULL),
	    WEIGH_OK);
	check_u64("used",
	    (uint64_t)shelf_ask(&s, "SELECT max(used) FROM mirrors"), 500);
	check_code("deleted", catalog_delete(s.catalog, &c.repo, NULL),
	    WEIGH_OK);
	check_u64("goes with it",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM mirrors"), 2);
	shelf_close(&s);
}

static void
test_told(void **state)
{
	const struct weigh_repo repo = shelf_repo("acme/b");
	const struct weigh_gitid commit = shelf_commit(2);
	const struct weigh_gitid told = shelf_commit(77);
	struct weigh_gitid found;
	char hex[WEIGH_GITID_HEX + 1];
	struct shelf s;
	bool known;

	(void)state;
	shelf_open(&s);
	admit_all(&s);
	weigh_gitid_hex(&told, hex);
	check_code("not yet",
	    catalog_resolve(s.reader, &repo, hex, &found, &known, NULL),
	    WEIGH_NOT_FOUND);
	check_code("tell", catalog_tell(s.catalog, &repo, &told, &commit, NULL),
	    WEIGH_OK);
	check_code("by it",
	    catalog_resolve(s.reader, &repo, hex, &found, &known, NULL),
	    WEIGH_OK);
	check_u64("leads to", shelf_number(&found), 2);
	check_code("told", catalog_told(s.reader, &repo, &commit, &found, NULL),
	    WEIGH_OK);
	check_u64("is", shelf_number(&found), 77);
	check_code("of nothing",
	    catalog_tell(s.catalog, &repo, &told, &told, NULL),
	    WEIGH_NOT_FOUND);
	shelf_close(&s);
}

/* --- pins, events, lies -------------------------------------------------- */

static void
see_pin(void *ctx, int64_t id, const struct catalog_pin *p)
{
	(void)p;
	tell(ctx, p->repo.name, id);
}

static void
check_pins(struct shelf *s, const char *label, int64_t after, unsigned limit,
    const char *want)
{
	struct told t = { .len = 0 };

	check_code(label,
	    catalog_pins(s->reader, NULL, after, limit, see_pin, &t, NULL),
	    WEIGH_OK);
	check_str(label, t.text, want);
}

/* All pins of a repository at once: those that stay keep their numbers. */
static void
test_pins(void **state)
{
	const struct weigh_repo repo = shelf_repo("acme/a");
	struct shelf_revision more = SHELF_REVISION("acme/a", "main", 9, 1,
	    files);
	struct catalog_pin keep[2] = {
		{ .repo = repo,
		    .commit = shelf_commit(9),
		    .time = 3,
		    .why = "" },
		{ .repo = repo, .commit = shelf_commit(50), .why = "" },
	};
	struct shelf s;

	(void)state;
	shelf_open(&s);
	admit_all(&s);
	check_code("more", shelf_admit(&s, &more, NULL), WEIGH_OK);
	pin(&s, "acme/a", 1, 0);
	pin(&s, "acme/b", 2, 0);
	pin(&s, "acme/a", 1, 9);
	check_pins(&s, "all", 0, 10, "acme/a 1, acme/b 2, acme/a 3");
	check_pins(&s, "a page", 1, 1, "acme/b 2");
	check_code("keep", catalog_keep_pins(s.catalog, &repo, keep, 2, NULL),
	    WEIGH_OK);
	check_pins(&s, "others stay", 0, 10, "acme/b 2, acme/a 3");
	check_code("none", catalog_keep_pins(s.catalog, &repo, NULL, 0, NULL),
	    WEIGH_OK);
	check_pins(&s, "gone", 0, 10, "acme/b 2");
	shelf_close(&s);
}

static void
see_event(void *ctx, const struct catalog_event *e)
{
	tell(ctx, e->kind, e->id);
}

static void
test_events(void **state)
{
	struct catalog_event e = { .time = 1, .what = "it moved", .more = "" };
	static const char *const names[] = { "acme/a", "acme/b", "acme/a" };
	struct told all = { .len = 0 }, of = { .len = 0 };
	struct shelf s;

	(void)state;
	shelf_open(&s);
	for (unsigned i = 0; i < 3; i++) {
		e.kind = i == 1 ? "gated" : "moved";
		e.name = names[i];
		check_code("note", catalog_note(s.catalog, &e, NULL), WEIGH_OK);
		check_u64("number", (uint64_t)e.id, i + 1);
	}
	check_code("all",
	    catalog_events(s.reader, "", 0, 2, see_event, &all, NULL),
	    WEIGH_OK);
	check_str("newest first", all.text, "moved 3, gated 2");
	check_code("of one",
	    catalog_events(s.reader, "acme/a", 3, 9, see_event, &of, NULL),
	    WEIGH_OK);
	check_str("before the third", of.text, "moved 1");
	shelf_close(&s);
}

static void
see_lie(void *ctx, const struct weigh_oid *oid, int64_t until)
{
	const struct weigh_oid one = shelf_oid("1");

	tell(ctx, weigh_oid_equal(oid, &one) ? "1" : "2", until);
}

static void
check_lies(struct shelf *s, const char *label, int64_t now, const char *want)
{
	struct told t = { .len = 0 };

	check_code(label, catalog_lies(s->reader, now, see_lie, &t, NULL),
	    WEIGH_OK);
	check_str(label, t.text, want);
}

static void
test_lies(void **state)
{
	const struct weigh_oid one = shelf_oid("1"), two = shelf_oid("2");
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("lie", catalog_lie(s.catalog, &one, 10, 100, NULL),
	    WEIGH_OK);
	check_code("a shorter one", catalog_lie(s.catalog, &one, 10, 50, NULL),
	    WEIGH_OK);
	check_lies(&s, "the longer holds", 99, "1 100");
	check_lies(&s, "over", 100, "");
	check_code("another", catalog_lie(s.catalog, &two, 100, 200, NULL),
	    WEIGH_OK);
	check_u64("forgotten",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM lies"), 1);
	shelf_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_listings),
		cmocka_unit_test(test_where_from),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_pins),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_lies),
	};

	return cmocka_run_group_tests_name("catalog mirrors", tests, NULL,
	    NULL);
}
