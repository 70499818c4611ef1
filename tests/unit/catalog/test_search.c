/* Lists and searches; the numbers are those of search.h and listed.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/db.h"
#include "catalog/search.h"
#include "check.h"
#include "shelf.h"

/* --- what is there ------------------------------------------------------------------- */

struct put {
	const char *repo, *branch;
	unsigned commit, date;
	const char *card; /* JSON */
};

static enum weigh_code
put(struct shelf *s, const struct put *p)
{
	struct catalog_revision v = {
		.commit = shelf_commit(p->commit),
		.manifest = shelf_oid("manifest"),
		.date = p->date,
		.title = "title",
		.origin = "origin",
		.license = "",
		.card = p->card,
	};
	struct catalog_admission a = {
		.repo = shelf_repo(p->repo),
		.ref = p->branch,
		.revision = &v,
		.now = 1000,
	};

	return catalog_admit(s->catalog, &a, NULL);
}

static const struct put house[] = {
	{ "acme/llama-7b", "main", 1, 100,
	    "{\"license\":\"mit\",\"tags\":[\"chat\"],"
	    "\"pipeline_tag\":\"text-generation\"}" },
	{ "acme/Llama-13B", "main", 2, 300,
	    "{\"license\":\"mit\",\"pipeline_tag\":\"text-generation\"}" },
	{ "zoo/bert", "main", 3, 200,
	    "{\"license\":\"apache-2.0\",\"tags\":[\"chat\",\"text-generation\"],"
	    "\"pipeline_tag\":\"fill-mask\"}" },
	{ "zoo/ab", "main", 4, 200,
	    "{\"license\":\"mit\",\"language\":\"no\"}" },
	{ "solo", "main", 5, 50, "" },
	{ "zoo/secret-llama", "main", 6, 250, "{\"license\":\"mit\"}" },
	{ "datasets/acme/llama-data", "main", 7, 400, "{\"license\":\"mit\"}" },
};

static void
open_house(struct shelf *s)
{
	shelf_open(s);
	for (size_t i = 0; i < sizeof(house) / sizeof(house[0]); i++)
		check_code(house[i].repo, put(s, &house[i]), WEIGH_OK);
}

/* --- asking ------------------------------------------------------------------------------ */

struct answer {
	char names[2000];
	unsigned count;
	unsigned most; /* stop behind so many; 0: never */
};

static bool
add_name(void *ctx, const struct catalog_listed *l)
{
	struct answer *a = ctx;

	if (a->names[0] != '\0')
		strcat(a->names, " ");
	strcat(a->names, l->repo.name);
	a->count++;
	return a->most == 0 || a->count < a->most;
}

/* Nobody sees what has "secret" in its name. */
static bool
sees(void *ctx, const struct weigh_repo *repo, enum weigh_visibility visibility)
{
	(void)ctx;
	(void)visibility;
	return strstr(repo->name, "secret") == NULL;
}

static void
ask(struct shelf *s, struct catalog_search *q, struct answer *a)
{
	struct weigh_err err;

	q->sees = sees;
	memset(a, 0, sizeof(*a));
	check_code("search", catalog_search(s->reader, q, add_name, a, &err),
	    WEIGH_OK);
}

static const struct row {
	const char *label;
	struct catalog_search q;
	const char *names;
} rows[] = {
	{ "(1) all, newest first; of one date the last that came", { 0 },
	    "acme/Llama-13B zoo/ab zoo/bert acme/llama-7b solo" },
	{ "oldest first", { .ascending = true },
	    "solo acme/llama-7b zoo/bert zoo/ab acme/Llama-13B" },
	{ "another kind", { .kind = WEIGH_DATASET }, "acme/llama-data" },
	{ "a kind without any", { .kind = WEIGH_SPACE }, "" },
	{ "a word", { .text = "llama" }, "acme/Llama-13B acme/llama-7b" },
	{ "in another case", { .text = "LLAMA-13b" }, "acme/Llama-13B" },
	{ "the middle of one", { .text = "lam" },
	    "acme/Llama-13B acme/llama-7b" },
	{ "with the author", { .text = "oo/be" }, "zoo/bert" },
	{ "two words", { .text = " llama  7b " }, "acme/llama-7b" },
	{ "two that no name has", { .text = "llama bert" }, "" },
	{ "two letters", { .text = "7b" }, "acme/llama-7b" },
	{ "one letter", { .text = "z" }, "zoo/ab zoo/bert" },
	{ "trigrams that are there, apart", { .text = "allama" }, "" },
	{ "nothing", { .text = "" },
	    "acme/Llama-13B zoo/ab zoo/bert acme/llama-7b solo" },
	{ "no letters of names", { .text = "ll\" OR \"x" }, "" },
	{ "a star", { .text = "lla*" }, "" },
	{ "too long",
	    { .text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		      "aaaaa" },
	    "" },
	{ "a tag", { .tags = { "license:mit" }, .ntags = 1 },
	    "acme/Llama-13B zoo/ab acme/llama-7b" },
	{ "a language", { .tags = { "no" }, .ntags = 1 }, "zoo/ab" },
	{ "two tags", { .tags = { "license:mit", "chat" }, .ntags = 2 },
	    "acme/llama-7b" },
	{ "one that nobody has", { .tags = { "license:mit", "x" }, .ntags = 2 },
	    "" },
	{ "a task is a tag, too", { .tags = { "text-generation" }, .ntags = 1 },
	    "acme/Llama-13B zoo/bert acme/llama-7b" },
	{ "a tag is no task", { .task = "text-generation" },
	    "acme/Llama-13B acme/llama-7b" },
	{ "an author", { .author = "zoo" }, "zoo/ab zoo/bert" },
	{ "in another case", { .author = "ZOO" }, "zoo/ab zoo/bert" },
	{ "a part of one", { .author = "zo" }, "" },
	{ "text and tag", { .text = "llama", .tags = { "chat" }, .ntags = 1 },
	    "acme/llama-7b" },
	{ "all at once",
	    { .text = "b",
		.author = "acme",
		.task = "text-generation",
		.tags = { "license:mit" },
		.ntags = 1,
		.ascending = true },
	    "acme/llama-7b acme/Llama-13B" },
	{ "by age", { .by_created = true },
	    "acme/Llama-13B zoo/ab zoo/bert acme/llama-7b solo" },
	{ "by age, of a tag, oldest first",
	    { .by_created = true,
		.ascending = true,
		.tags = { "license:mit" },
		.ntags = 1 },
	    "acme/llama-7b zoo/ab acme/Llama-13B" },
	{ "by age, of a text", { .by_created = true, .text = "llama" },
	    "acme/Llama-13B acme/llama-7b" },
};

static void
test_rows(void **state)
{
	struct answer a;
	struct shelf s;

	(void)state;
	open_house(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct catalog_search q = rows[i].q;

		ask(&s, &q, &a);
		check_str(rows[i].label, a.names, rows[i].names);
		check_u64(rows[i].label, (uint64_t)q.next, 0);
	}
	shelf_close(&s);
}

/* (1) Pages put together are the list, whatever their size; the last one says so;
 * also when the caller ends them. */
static void
test_pages(void **state)
{
	struct answer page;
	char whole[4000];
	struct shelf s;

	(void)state;
	open_house(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (unsigned size = 1; size <= 8; size++) {
			struct catalog_search q = rows[i].q;
			unsigned turns = 0;

			whole[0] = '\0';
			q.limit = size > 4 ? 3 : size;
			q.sees = sees;
			do {
				memset(&page, 0, sizeof(page));
				page.most = size > 4 ? size - 4 : 0;
				check_code("page",
				    catalog_search(s.reader, &q, add_name,
					&page, NULL),
				    WEIGH_OK);
				if (whole[0] != '\0' && page.count > 0)
					strcat(whole, " ");
				strcat(whole, page.names);
				q.after = q.next;
			} while (q.next != 0 && ++turns < 20);
			check_str(rows[i].label, whole, rows[i].names);
		}
	shelf_close(&s);
}

/* (2) Little work a page: pages end early, and all of them are the list. */
static void
test_work(void **state)
{
	struct answer page;
	char whole[4000];
	struct shelf s;

	(void)state;
	open_house(&s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct catalog_search q = rows[i].q;
		unsigned turns = 0;

		whole[0] = '\0';
		q.work = 2;
		q.sees = sees;
		if (q.by_created && (q.ntags > 0 || q.text != NULL))
			continue; /* gathering costs more than that at once */
		do {
			memset(&page, 0, sizeof(page));
			check_code("page",
			    catalog_search(s.reader, &q, add_name, &page, NULL),
			    WEIGH_OK);
			check_true("bounded", page.count <= 2);
			if (whole[0] != '\0' && page.count > 0)
				strcat(whole, " ");
			strcat(whole, page.names);
			q.after = q.next;
		} while (q.next != 0 && ++turns < 20);
		check_str(rows[i].label, whole, rows[i].names);
	}
	shelf_close(&s);
}

static bool
count_card(void *ctx, const struct catalog_listed *l)
{
	*(size_t *)ctx += strlen(l->card);
	return true;
}

/* Cards come along where they are wanted. */
static void
test_cards(void **state)
{
	struct catalog_search q = { .text = "ab", .sees = sees };
	struct shelf s;
	size_t bytes = 0;

	(void)state;
	open_house(&s);
	check_code("without",
	    catalog_search(s.reader, &q, count_card, &bytes, NULL), WEIGH_OK);
	check_u64("without", bytes, 0);
	q.cards = true;
	check_code("with",
	    catalog_search(s.reader, &q, count_card, &bytes, NULL), WEIGH_OK);
	check_u64("with", bytes, strlen(house[3].card));
	shelf_close(&s);
}

static void
test_too_many_tags(void **state)
{
	struct catalog_search q = { .ntags = CATALOG_SEARCH_TAGS + 1,
		.sees = sees };
	struct shelf s;

	(void)state;
	open_house(&s);
	check_code("refused",
	    catalog_search(s.reader, &q, add_name, NULL, NULL), WEIGH_TOO_BIG);
	shelf_close(&s);
}

/* --- what changes ---------------------------------------------------------------------- */

static void
check_list(struct shelf *s, const char *label, const struct catalog_search *q,
    const char *names)
{
	struct catalog_search copy = *q;
	struct answer a;

	ask(s, &copy, &a);
	check_str(label, a.names, names);
}

/* FTS5's own check of its index against the table, and no row too many. */
static void
check_whole(struct shelf *s)
{
	check_u64("found",
	    (uint64_t)sqlite3_exec(s->catalog->db.sqlite,
		"INSERT INTO found (found, rank) VALUES ('integrity-check', 1)",
		NULL, NULL, NULL),
	    SQLITE_OK);
	check_u64("uses",
	    (uint64_t)shelf_ask(s,
		"SELECT count(*) FROM words AS w WHERE uses <>"
		" (SELECT count(*) FROM tagged AS t WHERE t.word = w.id)"),
	    0);
	check_u64("shown",
	    (uint64_t)shelf_ask(s,
		"SELECT count(*) FROM shown WHERE place NOT IN"
		" (SELECT place FROM listed)"),
	    0);
	check_u64("places",
	    (uint64_t)shelf_ask(s,
		"SELECT count(*) FROM listed AS l JOIN repositories AS p"
		" ON p.id = l.repo JOIN revisions AS v ON v.id = l.revision"
		" WHERE l.key <> p.key OR v.repo <> p.id OR l.place <>"
		" ((p.kind << 58) + (v.date << 24) + p.id)"),
	    0);
}

static const struct catalog_search all = { 0 };
static const struct catalog_search chat = { .tags = { "chat" }, .ntags = 1 };
static const struct catalog_search bert = { .text = "bert" };

/* listed.h (1), (2): the revision of HEAD counts, wherever it moves. */
static void
test_head_moves(void **state)
{
	static const struct put later = { "zoo/bert", "main", 20, 500, "{}" };
	static const struct put aside = { "solo", "dev", 21, 600,
		"{\"tags\":[\"chat\"]}" };
	static const struct put again = { "zoo/bert", "main", 22, 500,
		"{\"tags\":[\"chat\"]}" };
	struct weigh_repo repo = shelf_repo("zoo/bert");
	struct weigh_gitid first = shelf_commit(3);
	struct shelf s;

	(void)state;
	open_house(&s);
	check_code("later", put(&s, &later), WEIGH_OK);
	check_list(&s, "it comes first", &all,
	    "zoo/bert acme/Llama-13B zoo/ab acme/llama-7b solo");
	check_list(&s, "without its tags", &chat, "acme/llama-7b");
	check_list(&s, "by its name", &bert, "zoo/bert");
	check_code("in the same second", put(&s, &again), WEIGH_OK);
	check_list(&s, "the last one's tags", &chat, "zoo/bert acme/llama-7b");
	check_code("another branch", put(&s, &aside), WEIGH_OK);
	check_list(&s, "does not count", &chat, "zoo/bert acme/llama-7b");
	check_code("back",
	    catalog_set_ref(s.catalog, &repo, CATALOG_BRANCH, "main", &first,
		NULL),
	    WEIGH_OK);
	check_list(&s, "as before", &chat, "zoo/bert acme/llama-7b");
	check_whole(&s);
	shelf_close(&s);
}

/* Without main the only branch counts. */
static void
test_ref_dropped(void **state)
{
	static const struct put dev = { "zoo/bert", "dev", 20, 500,
		"{\"tags\":[\"other\"]}" };
	static const struct catalog_search other = { .tags = { "other" },
		.ntags = 1 };
	struct weigh_repo repo = shelf_repo("zoo/bert");
	struct shelf s;

	(void)state;
	open_house(&s);
	check_code("dev", put(&s, &dev), WEIGH_OK);
	check_list(&s, "before", &other, "");
	check_code("main goes",
	    catalog_drop_ref(s.catalog, &repo, CATALOG_BRANCH, "main", NULL),
	    WEIGH_OK);
	check_list(&s, "dev counts", &other, "zoo/bert");
	check_list(&s, "main does not", &chat, "acme/llama-7b");
	check_whole(&s);
	shelf_close(&s);
}

static void
test_moved_and_deleted(void **state)
{
	static const struct catalog_search zoo = { .author = "zoo" };
	static const struct catalog_search park = { .author = "park" };
	struct weigh_repo from = shelf_repo("zoo/bert");
	struct weigh_repo to = shelf_repo("park/Robert");
	struct shelf s;

	(void)state;
	open_house(&s);
	check_code("move", catalog_move(s.catalog, &from, &to, NULL), WEIGH_OK);
	check_list(&s, "not here", &zoo, "zoo/ab");
	check_list(&s, "but here", &park, "park/Robert");
	check_list(&s, "by both names", &bert, "park/Robert");
	check_whole(&s);
	check_code("delete", catalog_delete(s.catalog, &to, NULL), WEIGH_OK);
	check_list(&s, "gone", &bert, "");
	check_list(&s, "its tags, too", &chat, "acme/llama-7b");
	check_whole(&s);
	check_u64("words that nobody uses go",
	    (uint64_t)shelf_ask(&s,
		"SELECT count(*) FROM words WHERE text = '@park'"
		" OR text = '!fill-mask'"),
	    0);
	shelf_close(&s);
}

/* A catalog that was emptied, and filled again, is the same. */
static void
test_emptied(void **state)
{
	struct shelf s;

	(void)state;
	open_house(&s);
	check_code("begin", catalog_begin(s.catalog, NULL), WEIGH_OK);
	check_code("empty",
	    catalog_end(s.catalog, catalog_empty(s.catalog, NULL), NULL),
	    WEIGH_OK);
	check_list(&s, "nothing", &all, "");
	check_list(&s, "of no name", &bert, "");
	check_whole(&s);
	for (size_t i = 0; i < sizeof(house) / sizeof(house[0]); i++)
		check_code(house[i].repo, put(&s, &house[i]), WEIGH_OK);
	check_list(&s, "again", &bert, "zoo/bert");
	check_whole(&s);
	shelf_close(&s);
}

/* A catalog from before there were lists gets them when it is opened. */
static void
test_filled(void **state)
{
	static const char clear[] =
	    "INSERT INTO found (found) VALUES ('delete-all');"
	    "DELETE FROM tagged; DELETE FROM words; DELETE FROM shown;"
	    "DELETE FROM listed;";
	struct shelf s;

	(void)state;
	open_house(&s);
	check_u64("clear",
	    (uint64_t)sqlite3_exec(s.catalog->db.sqlite, clear, NULL, NULL,
		NULL),
	    SQLITE_OK);
	check_list(&s, "nothing", &all, "");
	shelf_reopen(&s);
	check_list(&s, "all", &all,
	    "acme/Llama-13B zoo/ab zoo/bert acme/llama-7b solo");
	check_list(&s, "with tags", &chat, "zoo/bert acme/llama-7b");
	check_whole(&s);
	shelf_close(&s);
}

/* Dates that no place has are brought into it; the order of rows then decides. */
static void
test_odd_dates(void **state)
{
	static const struct put old = { "acme/old", "main", 1, 0, "" };
	struct catalog_revision v = {
		.commit = shelf_commit(2),
		.manifest = shelf_oid("manifest"),
		.date = INT64_MAX,
		.title = "",
		.origin = "",
		.license = "",
	};
	struct catalog_admission a = {
		.repo = shelf_repo("acme/new"), .ref = "main", .revision = &v
	};
	struct shelf s;

	(void)state;
	shelf_open(&s);
	check_code("old", put(&s, &old), WEIGH_OK);
	check_code("new", catalog_admit(s.catalog, &a, NULL), WEIGH_OK);
	v.date = -5;
	v.commit = shelf_commit(3);
	a.repo = shelf_repo("acme/older");
	check_code("older", catalog_admit(s.catalog, &a, NULL), WEIGH_OK);
	check_list(&s, "all of them", &all, "acme/new acme/older acme/old");
	shelf_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_cards),
		cmocka_unit_test(test_too_many_tags),
		cmocka_unit_test(test_head_moves),
		cmocka_unit_test(test_ref_dropped),
		cmocka_unit_test(test_moved_and_deleted),
		cmocka_unit_test(test_emptied),
		cmocka_unit_test(test_filled),
		cmocka_unit_test(test_odd_dates),
	};

	return cmocka_run_group_tests_name("catalog search", tests, NULL, NULL);
}
