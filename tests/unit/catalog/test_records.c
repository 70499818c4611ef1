/* Records of licenses, acts and decisions: the numbers are those of catalog/records.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "catalog/db.h"
#include "catalog/records.h"
#include "catalog/texts.h"
#include "check.h"
#include "shelf.h"

static const struct shelf_file files[] = {
	{ "LICENSE", "a license" },
	{ "README.md", "a card" },
};
static const struct shelf_file others[] = { { "README.md", "another card" } };

static void
admit(struct shelf *s, const char *repo, unsigned commit, unsigned parent)
{
	const struct shelf_revision v = SHELF_REVISION(repo, "main", commit,
	    parent, files);

	check_code(repo, shelf_admit(s, &v, NULL), WEIGH_OK);
}

static void
admit_other(struct shelf *s, const char *repo, unsigned commit)
{
	const struct shelf_revision v = SHELF_REVISION(repo, "main", commit, 0,
	    others);

	check_code(repo, shelf_admit(s, &v, NULL), WEIGH_OK);
}

/* --- who waits ------------------------------------------------------------ */

struct queue {
	struct catalog_unrecorded all[16];
	unsigned n;
	char names[400];
};

static void
see_waiting(void *ctx, const struct catalog_unrecorded *u)
{
	struct queue *q = ctx;
	size_t len = strlen(q->names);

	check_true("room", q->n < 16);
	check_true("in order", q->n == 0 || q->all[q->n - 1].turn < u->turn);
	q->all[q->n++] = *u;
	snprintf(q->names + len, sizeof(q->names) - len, "%s%s@%u",
	    len > 0 ? " " : "", u->repo.name, shelf_number(&u->commit));
}

static const char *
waiting(struct shelf *s, struct queue *q)
{
	*q = (struct queue){ .n = 0 };
	check_code("waiting",
	    catalog_records_waiting(s->reader, 0, 16, see_waiting, q, NULL),
	    WEIGH_OK);
	return q->names;
}

/* Keep a record of the one that waits first, made from `base`. */
static bool
record(struct shelf *s, const char *json, const char *base, int64_t at)
{
	struct catalog_recording k = {
		.turn = 0,
		.record = { .at = at,
		    .name = shelf_oid(json),
		    .judge = shelf_oid("judge"),
		    .terms = shelf_oid("terms"),
		    .concluded = "MIT",
		    .state = "text",
		    .family = "permissive",
		    .findings = "",
		    .json = json },
		.bases = &base,
		.nbases = base != NULL,
	};
	struct queue q;
	bool fresh;

	waiting(s, &q);
	check_true("somebody waits", q.n > 0);
	k.repo = q.all[0].repo;
	k.commit = q.all[0].commit;
	k.turn = q.all[0].turn;
	check_code(json, catalog_keep_record(s->catalog, &k, &fresh, NULL),
	    WEIGH_OK);
	return fresh;
}

static void
look_at(struct shelf *s, const char *text)
{
	const struct catalog_text_found found = {
		.oid = shelf_oid(text),
		.judge = shelf_oid("judge"),
		.kind = "exact",
		.license = "MIT",
		.result = "{\"kind\":\"exact\"}",
	};

	check_code(text, catalog_keep_text(s->catalog, &found, NULL), WEIGH_OK);
}

/* (2) At its admission; when a text of it was looked at; when others decide. */
static void
test_waiting(void **state)
{
	const struct weigh_oid judge = shelf_oid("judge");
	const struct weigh_oid terms = shelf_oid("terms");
	const struct weigh_oid better = shelf_oid("better terms");
	struct queue q;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("a judge",
	    catalog_records_again(s.catalog, &judge, &terms, NULL), WEIGH_OK);
	admit(&s, "acme/demo", 1, 0);
	admit_other(&s, "acme/other", 2);
	check_str("both", waiting(&s, &q), "acme/demo@1 acme/other@2");
	check_true("a record", record(&s, "{1}", NULL, 5));
	check_str("one less", waiting(&s, &q), "acme/other@2");
	look_at(&s, "a license");
	check_str("again", waiting(&s, &q), "acme/other@2 acme/demo@1");
	check_true("another", record(&s, "{2}", NULL, 5));
	check_true("the same is none", !record(&s, "{1}", NULL, 5));
	check_str("nobody", waiting(&s, &q), "");
	check_code("the same judge",
	    catalog_records_again(s.catalog, &judge, &terms, NULL), WEIGH_OK);
	check_str("nobody still", waiting(&s, &q), "");
	check_code("other terms",
	    catalog_records_again(s.catalog, &judge, &better, NULL), WEIGH_OK);
	check_str("all", waiting(&s, &q), "acme/demo@1 acme/other@2");
	shelf_close(&s);
}

/* (2) What came while a record was made is not lost with it. */
static void
test_turns(void **state)
{
	struct catalog_recording k = {
		.record = { .name = shelf_oid("x"),
		    .concluded = "",
		    .state = "",
		    .family = "",
		    .findings = "",
		    .json = "x" },
	};
	struct queue q;
	struct shelf s;
	bool fresh, waits;

	(void)state;
	shelf_open(&s);
	admit(&s, "acme/demo", 1, 0);
	waiting(&s, &q);
	k.repo = q.all[0].repo;
	k.commit = q.all[0].commit;
	k.turn = q.all[0].turn;
	look_at(&s, "a license");
	check_code("kept", catalog_keep_record(s.catalog, &k, &fresh, NULL),
	    WEIGH_OK);
	check_str("it waits on", waiting(&s, &q), "acme/demo@1");
	check_true("with a later turn", q.all[0].turn > k.turn);
	check_code("asked by name",
	    catalog_record_waits(s.reader, &k.repo, &k.commit, &waits, NULL),
	    WEIGH_OK);
	check_true("it waits", waits);
	k.turn = q.all[0].turn;
	check_code("kept", catalog_keep_record(s.catalog, &k, &fresh, NULL),
	    WEIGH_OK);
	check_true("the same", !fresh);
	check_str("no more", waiting(&s, &q), "");
	k.commit = shelf_commit(9);
	check_code("one that is not held",
	    catalog_keep_record(s.catalog, &k, &fresh, NULL), WEIGH_OK);
	check_true("is passed over", !fresh);
	shelf_close(&s);
}

/* (2) What a model was made from: it comes, has a record, moves, is seen by others, goes. */
static void
test_lineage(void **state)
{
	struct weigh_repo base, moved = shelf_repo("acme/moved");
	struct queue q;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	admit(&s, "acme/tuned", 1, 0);
	check_true("a record", record(&s, "{1}", "Acme/Base", 5));
	check_str("of a base that was not known", waiting(&s, &q),
	    "acme/tuned@1");
	check_true("is made again", !record(&s, "{1}", "Acme/Base", 5));
	check_str("nobody", waiting(&s, &q), "");
	admit_other(&s, "acme/base", 2);
	check_str("with its base", waiting(&s, &q), "acme/base@2 acme/tuned@1");
	check_true("of the base", record(&s, "{2}", NULL, 5));
	check_str("nothing doubled", waiting(&s, &q), "acme/tuned@1");
	check_true("no other", !record(&s, "{1}", "acme/base", 6));
	check_str("nobody", waiting(&s, &q), "");
	base = shelf_repo("acme/base");
	check_code("shown", catalog_show(s.catalog, &base, WEIGH_PRIVATE, NULL),
	    WEIGH_OK);
	check_str("both", waiting(&s, &q), "acme/base@2 acme/tuned@1");
	check_true("the same", !record(&s, "{2}", NULL, 5));
	check_true("the same", !record(&s, "{1}", "acme/base", 6));
	check_code("moved", catalog_move(s.catalog, &base, &moved, NULL),
	    WEIGH_OK);
	check_str("the child", waiting(&s, &q), "acme/tuned@1");
	check_true("of another name", record(&s, "{3}", "acme/moved", 7));
	check_true("again", !record(&s, "{3}", "acme/moved", 7));
	check_code("gone", catalog_delete(s.catalog, &moved, NULL), WEIGH_OK);
	check_str("the child", waiting(&s, &q), "acme/tuned@1");
	check_true("without it", record(&s, "{4}", NULL, 7));
	check_u64("nothing is made from anything",
	    (uint64_t)shelf_ask(&s, "SELECT count(*) FROM lineage"), 0);
	shelf_close(&s);
}

/* --- what is told --------------------------------------------------------- */

struct told {
	unsigned n;
	char json[100];
	int64_t id, at;
};

static void
tell(void *ctx, const struct catalog_record *rec)
{
	struct told *t = ctx;
	size_t len = strlen(t->json);

	snprintf(t->json + len, sizeof(t->json) - len, "%s", rec->json);
	t->id = rec->id;
	t->at = rec->at;
	t->n++;
}

static const char *
last(struct shelf *s, int64_t as_of, struct told *t)
{
	const struct weigh_repo repo = shelf_repo("acme/demo");
	const struct weigh_gitid commit = shelf_commit(1);

	*t = (struct told){ .n = 0 };
	if (catalog_record(s->reader, &repo, &commit, as_of, tell, t, NULL) !=
	    WEIGH_OK)
		return "none";
	return t->json;
}

/* (1) The last counts, at any moment; time never runs back. */
static void
test_history(void **state)
{
	const struct weigh_repo repo = shelf_repo("acme/demo");
	const struct weigh_gitid commit = shelf_commit(1);
	struct shelf s;
	struct told t;
	int64_t newest;

	(void)state;
	shelf_open(&s);
	admit(&s, "acme/demo", 1, 0);
	check_str("nothing yet", last(&s, 0, &t), "none");
	record(&s, "{1}", NULL, 100);
	look_at(&s, "a license");
	record(&s, "{2}", NULL, 200);
	look_at(&s, "a license");
	record(&s, "{3}", NULL, 150); /* a clock that was set back */
	check_str("the last", last(&s, 0, &t), "{3}");
	check_u64("not before the one before", (uint64_t)t.at, 200);
	newest = t.id;
	check_str("at 199", last(&s, 199, &t), "{1}");
	check_str("at 99", last(&s, 99, &t), "none");
	t = (struct told){ .n = 0 };
	check_code("history",
	    catalog_record_history(s.reader, &repo, &commit, 0, 2, tell, &t,
		NULL),
	    WEIGH_OK);
	check_str("newest first, a page", t.json, "{3}{2}");
	t = (struct told){ .n = 0 };
	check_code("history",
	    catalog_record_history(s.reader, &repo, &commit, newest, 9, tell,
		&t, NULL),
	    WEIGH_OK);
	check_str("those before", t.json, "{2}{1}");
	shelf_reopen(&s);
	check_str("after a restart", last(&s, 0, &t), "{3}");
	shelf_close(&s);
}

struct page {
	char text[200];
};

static void
tell_one(void *ctx, const struct catalog_recorded *one)
{
	struct page *p = ctx;
	size_t len = strlen(p->text);

	snprintf(p->text + len, sizeof(p->text) - len, "%s%s@%u=%s%s",
	    len > 0 ? " " : "", one->repo.name, shelf_number(&one->commit),
	    one->record != NULL ? one->record->json : "-",
	    one->visibility == WEIGH_PRIVATE ? "!" : "");
}

/* Each repository once, by name, with what HEAD means. */
static void
test_each(void **state)
{
	const struct weigh_repo demo = shelf_repo("acme/demo");
	struct page p = { "" };
	struct weigh_repo at;
	struct shelf s;
	unsigned n;

	(void)state;
	shelf_open(&s);
	admit(&s, "acme/demo", 1, 0);
	record(&s, "{1}", NULL, 100);
	admit(&s, "acme/demo", 2, 1);
	record(&s, "{2}", NULL, 200);
	admit_other(&s, "acme/aaa", 3);
	admit_other(&s, "datasets/acme/zzz", 4);
	check_code("private",
	    catalog_show(s.catalog, &demo, WEIGH_PRIVATE, NULL), WEIGH_OK);
	check_code("a page",
	    catalog_records_each(s.reader, NULL, 2, 0, tell_one, &p, &at, &n,
		NULL),
	    WEIGH_OK);
	check_str("two", p.text, "acme/aaa@3=- acme/demo@2={2}!");
	check_u64("of two", n, 2);
	p.text[0] = '\0';
	check_code("the next",
	    catalog_records_each(s.reader, &at, 2, 0, tell_one, &p, &at, &n,
		NULL),
	    WEIGH_OK);
	check_str("one", p.text, "acme/zzz@4=-");
	check_u64("of one", n, 1);
	p.text[0] = '\0';
	check_code("of that time",
	    catalog_records_each(s.reader, NULL, 2, 199, tell_one, &p, &at, &n,
		NULL),
	    WEIGH_OK);
	check_str("not made then", p.text, "acme/aaa@3=- acme/demo@2=-!");
	shelf_close(&s);
}

/* What a model was made from is what its base was then. */
static void
test_current(void **state)
{
	static const struct current_row {
		const char *label, *name;
		int64_t by; /* days after the first */
		unsigned want;
	} rows[] = {
		{ "before all", "acme/demo", -9, 3 },
		{ "at the first", "acme/demo", 0, 1 },
		{ "after all", "acme/demo", 9999, 3 },
		{ "by another spelling", "ACME/Demo", 9999, 3 },
		{ "by a former name", "acme/first", 9999, 3 },
	};
	const struct weigh_repo first = shelf_repo("acme/first");
	const struct weigh_repo demo = shelf_repo("acme/demo");
	struct shelf s;

	(void)state;
	shelf_open(&s);
	admit(&s, "acme/first", 1, 0);
	admit(&s, "acme/first", 2, 1);
	admit(&s, "acme/first", 3, 2);
	check_code("moved", catalog_move(s.catalog, &first, &demo, NULL),
	    WEIGH_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct weigh_repo asked = shelf_repo(rows[i].name), held;
		enum weigh_visibility visibility;
		struct weigh_gitid commit;

		check_code(rows[i].label,
		    catalog_current(s.reader, &asked,
			shelf_date(1) + rows[i].by * 86400, &held, &visibility,
			&commit, NULL),
		    WEIGH_OK);
		check_u64(rows[i].label, shelf_number(&commit), rows[i].want);
		check_str(rows[i].label, held.name, "acme/demo");
	}
	shelf_close(&s);
}

static void
tell_text(void *ctx, const struct catalog_text_of *t)
{
	struct page *p = ctx;
	size_t len = strlen(p->text);

	snprintf(p->text + len, sizeof(p->text) - len, "%s%s=%s%s",
	    len > 0 ? " " : "", t->path, t->result, t->waits ? "?" : "");
}

/* The texts of a revision, those of its root first, and which are still to be read. */
static void
test_texts(void **state)
{
	static const struct shelf_file deep[] = {
		{ "A/LICENSE", "deep" },
		{ "LICENSE", "a license" },
		{ "README.md", "a card" },
	};
	const struct shelf_revision v = SHELF_REVISION("acme/demo", "main", 1,
	    0, deep);
	const struct weigh_repo repo = shelf_repo("acme/demo");
	const struct weigh_gitid commit = shelf_commit(1);
	struct page p = { "" };
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("admit", shelf_admit(&s, &v, NULL), WEIGH_OK);
	look_at(&s, "a license");
	check_code("texts",
	    catalog_texts_of(s.reader, &repo, &commit, 9, tell_text, &p, NULL),
	    WEIGH_OK);
	check_str("root first", p.text,
	    "LICENSE={\"kind\":\"exact\"} A/LICENSE=?");
	shelf_close(&s);
}

/* --- acts ----------------------------------------------------------------- */

static struct weigh_act
act_of(int64_t number, const char *repo, const char *hex)
{
	return (struct weigh_act){
		.number = number,
		.kind = WEIGH_ACT_APPROVAL,
		.repo = repo,
		.commit = hex,
		.rule = "",
		.purpose = "serve",
		.by = "alice",
		.why = "read by counsel",
		.ticket = "LEGAL-7",
		.at = 1000,
		.until = 2000,
		.basis = shelf_oid("basis"),
	};
}

static void
tell_act(void *ctx, const struct weigh_act *act)
{
	struct page *p = ctx;
	size_t len = strlen(p->text);

	check_str("by", act->by, "alice");
	check_str("why", act->why, "read by counsel");
	check_str("ticket", act->ticket, "LEGAL-7");
	check_str("purpose", act->purpose, "serve");
	check_true("times", act->at == 1000 && act->until == 2000);
	check_u64("commit", strlen(act->commit), WEIGH_GITID_HEX);
	snprintf(p->text + len, sizeof(p->text) - len, "%s%lld:%s",
	    len > 0 ? " " : "", (long long)act->number, act->repo);
}

/* (3), (4) */
static void
test_acts(void **state)
{
	const struct weigh_gitid commit = shelf_commit(1);
	struct weigh_repo demo = shelf_repo("acme/demo");
	struct weigh_repo moved = shelf_repo("acme/moved");
	char hex[WEIGH_GITID_HEX + 1];
	struct weigh_act act;
	struct page p = { "" };
	struct shelf s;

	(void)state;
	shelf_open(&s);
	admit(&s, "acme/demo", 1, 0);
	weigh_gitid_hex(&commit, hex);
	act = act_of(7, "acme/demo", hex);
	check_code("added", catalog_add_act(s.catalog, &act, NULL), WEIGH_OK);
	check_code("twice", catalog_add_act(s.catalog, &act, NULL), WEIGH_OK);
	act = act_of(5, "datasets/acme/demo", hex);
	check_code("another kind", catalog_add_act(s.catalog, &act, NULL),
	    WEIGH_OK);
	act = act_of(0, "acme/demo", hex);
	check_code("no number", catalog_add_act(s.catalog, &act, NULL),
	    WEIGH_BUG);
	act = act_of(8, "acme/demo", "main");
	check_code("no commit", catalog_add_act(s.catalog, &act, NULL),
	    WEIGH_BUG);
	check_code("of it",
	    catalog_acts(s.reader, &demo, &commit, tell_act, &p, NULL),
	    WEIGH_OK);
	check_str("is one", p.text, "7:acme/demo");
	p.text[0] = '\0';
	check_code("all", catalog_acts_each(s.reader, 0, 9, tell_act, &p, NULL),
	    WEIGH_OK);
	check_str("by number", p.text, "5:datasets/acme/demo 7:acme/demo");
	check_code("moved", catalog_move(s.catalog, &demo, &moved, NULL),
	    WEIGH_OK);
	p.text[0] = '\0';
	check_code("by its new name",
	    catalog_acts(s.reader, &moved, &commit, tell_act, &p, NULL),
	    WEIGH_OK);
	check_str("the act of the old", p.text, "7:acme/demo");
	check_code("gone", catalog_delete(s.catalog, &moved, NULL), WEIGH_OK);
	p.text[0] = '\0';
	check_code("by its number",
	    catalog_act(s.reader, 7, tell_act, &p, NULL), WEIGH_OK);
	check_str("it stays", p.text, "7:acme/demo");
	check_code("none", catalog_act(s.reader, 8, tell_act, &p, NULL),
	    WEIGH_NOT_FOUND);
	shelf_close(&s);
}

/* --- decisions ------------------------------------------------------------ */

static struct catalog_decision
decision_of(enum weigh_ruling ruling, const char *rule, int64_t at)
{
	return (struct catalog_decision){
		.repo = shelf_repo("acme/demo"),
		.commit = shelf_commit(1),
		.purpose = "serve",
		.ruling = ruling,
		.rule = rule,
		.reason = "too large a limit",
		.because = "threshold.mau > 1000",
		.policy = shelf_oid("policy"),
		.record = shelf_oid("record"),
		.at = at,
	};
}

static void
tell_decision(void *ctx, const struct catalog_decision *d)
{
	static const char *const rulings[] = { "allow", "review", "deny" };
	struct page *p = ctx;
	size_t len = strlen(p->text);

	check_str("reason", d->reason, "too large a limit");
	check_str("because", d->because, "threshold.mau > 1000");
	snprintf(p->text + len, sizeof(p->text) - len, "%s%s:%s",
	    len > 0 ? " " : "", rulings[d->ruling], d->rule);
}

/* A new one only when something differs; and does it turn what may be done? */
static void
test_decisions(void **state)
{
	static const struct decision_row {
		const char *label;
		enum weigh_ruling ruling;
		const char *rule;
		bool fresh, turned;
	} rows[] = {
		{ "the first, that allows", WEIGH_RULING_ALLOW, "", true,
		    false },
		{ "the same", WEIGH_RULING_ALLOW, "", false, false },
		{ "another rule", WEIGH_RULING_ALLOW, "a", true, false },
		{ "denied", WEIGH_RULING_DENY, "b", true, true },
		{ "the same", WEIGH_RULING_DENY, "b", false, false },
		{ "allowed again", WEIGH_RULING_ALLOW, "a", true, true },
	};
	const struct weigh_repo demo = shelf_repo("acme/demo");
	const struct weigh_gitid commit = shelf_commit(1);
	struct catalog_decision d;
	struct page p = { "" };
	bool fresh, turned;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		d = decision_of(rows[i].ruling, rows[i].rule,
		    (int64_t)i * 10 + 10);
		check_code(rows[i].label,
		    catalog_keep_decision(s.catalog, &d, &fresh, &turned, NULL),
		    WEIGH_OK);
		check_true(rows[i].label, fresh == rows[i].fresh);
		check_true(rows[i].label, turned == rows[i].turned);
	}
	check_code("all",
	    catalog_decisions_each(s.reader, 0, 9, tell_decision, &p, NULL),
	    WEIGH_OK);
	check_str("four", p.text, "allow: allow:a deny:b allow:a");
	p.text[0] = '\0';
	check_code("of that time",
	    catalog_decision(s.reader, &demo, &commit, "serve", 45,
		tell_decision, &p, NULL),
	    WEIGH_OK);
	check_str("denied", p.text, "deny:b");
	check_code("for something else",
	    catalog_decision(s.reader, &demo, &commit, "use", 0, tell_decision,
		&p, NULL),
	    WEIGH_NOT_FOUND);
	shelf_close(&s);
}

/* (1) Nobody changes what people decided by hand; a catalog is emptied to be made again. */
static void
test_never_changed(void **state)
{
	static const char *const refused[] = {
		"UPDATE acts SET until = 0",
		"DELETE FROM acts",
		"UPDATE decisions SET ruling = 0",
		"DELETE FROM decisions",
	};
	const struct weigh_gitid commit = shelf_commit(1);
	struct catalog_decision d = decision_of(WEIGH_RULING_DENY, "a", 1);
	char hex[WEIGH_GITID_HEX + 1];
	sqlite3 *sqlite = NULL;
	struct weigh_act act;
	bool fresh, turned;
	struct shelf s;

	(void)state;
	shelf_open(&s);
	weigh_gitid_hex(&commit, hex);
	act = act_of(7, "acme/demo", hex);
	check_code("an act", catalog_add_act(s.catalog, &act, NULL), WEIGH_OK);
	check_code("a decision",
	    catalog_keep_decision(s.catalog, &d, &fresh, &turned, NULL),
	    WEIGH_OK);
	check_u64("open", (uint64_t)sqlite3_open(s.path, &sqlite), SQLITE_OK);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		check_u64(refused[i],
		    (uint64_t)sqlite3_exec(sqlite, refused[i], NULL, NULL,
			NULL),
		    SQLITE_CONSTRAINT);
	sqlite3_close(sqlite);
	for (size_t i = 0; i < SQL_COUNT; i++) {
		const char *sql = db_sql[i].sql;

		check_true(sql,
		    strstr(sql, "UPDATE acts") == NULL &&
			strstr(sql, "DELETE FROM acts") == NULL &&
			strstr(sql, "UPDATE decisions") == NULL &&
			strstr(sql, "DELETE FROM decisions") == NULL &&
			strstr(sql, "REPLACE INTO acts") == NULL &&
			strstr(sql, "REPLACE INTO decisions") == NULL);
	}
	check_code("emptied", catalog_empty(s.catalog, NULL), WEIGH_OK);
	check_u64("nothing left",
	    (uint64_t)shelf_ask(&s,
		"SELECT (SELECT count(*) FROM acts) +"
		" (SELECT count(*) FROM decisions)"),
	    0);
	shelf_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_lineage),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_current),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_acts),
		cmocka_unit_test(test_decisions),
		cmocka_unit_test(test_never_changed),
	};

	return cmocka_run_group_tests_name("catalog records", tests, NULL,
	    NULL);
}
