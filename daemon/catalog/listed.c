/* listed: see listed.h. */
#include "listed.h"

#include <stdio.h>
#include <string.h>

#include <weigh/model.h>

#include "reader.h"
#include "rows.h"

int64_t
listed_place(enum weigh_kind kind, int64_t date, int64_t repo)
{
	const int64_t end = (int64_t)1 << LISTED_DATE_BITS;

	if (date < 0)
		date = 0;
	if (date >= end)
		date = end - 1;
	return ((int64_t)kind * end + date) * (1 << LISTED_REPO_BITS) + repo;
}

/* --- taking a row away --------------------------------------------------- */

struct row {
	int64_t place; /* 0: there is none */
	int64_t born;
	int64_t revision;
	char key[WEIGH_NAME_MAX + 1];
};

static enum weigh_code
find_row(struct db *db, int64_t repo, struct row *row, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_LISTED_OF);

	memset(row, 0, sizeof(*row));
	query_int(&q, repo);
	if (query_row(&q)) {
		row->place = sqlite3_column_int64(q.stmt, 0);
		row->born = sqlite3_column_int64(q.stmt, 1);
		row->revision = sqlite3_column_int64(q.stmt, 2);
		snprintf(row->key, sizeof(row->key), "%s",
		    query_column_text(&q, 3));
	}
	return query_end(&q, err);
}

static enum weigh_code
run_at(struct db *db, enum db_statement which, int64_t place,
    struct weigh_err *err)
{
	struct query q = query_begin(db, which);

	query_int(&q, place);
	return query_run(&q, err);
}

static enum weigh_code
run_key(struct db *db, enum db_statement which, const struct row *row,
    struct weigh_err *err)
{
	struct query q = query_begin(db, which);

	query_int(&q, row->place);
	query_text(&q, row->key);
	return query_run(&q, err);
}

/* The text must go from the index with the very key it came with. */
static enum weigh_code
remove_row(struct db *db, const struct row *row, struct weigh_err *err)
{
	static const enum db_statement steps[] = { SQL_WORDS_LEAVE,
		SQL_TAGGED_DELETE, SQL_LISTED_DELETE };
	enum weigh_code rc;
	struct query q;

	if (row->place == 0)
		return WEIGH_OK;
	rc = run_key(db, SQL_FOUND_DELETE, row, err);
	for (size_t i = 0; rc == WEIGH_OK && i < 3; i++)
		rc = run_at(db, steps[i], row->place, err);
	if (rc != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_WORDS_FORGET);
	return query_run(&q, err);
}

enum weigh_code
listed_forget(struct db *db, int64_t repo, struct weigh_err *err)
{
	struct row row;
	enum weigh_code rc = find_row(db, repo, &row, err);

	if (rc == WEIGH_OK)
		rc = remove_row(db, &row, err);
	return rc == WEIGH_OK ? rows_children_wait(db, row.key, err) : rc;
}

/* --- putting one there --------------------------------------------------- */

static enum weigh_code
add_word(struct db *db, enum weigh_kind kind, int64_t place, char sort,
    const char *text, size_t len, struct weigh_err *err)
{
	char word[1 + WEIGH_TAG_MAX + 1];
	enum weigh_code rc;
	int64_t id = 0;
	struct query q;

	if (len == 0 || len > WEIGH_TAG_MAX)
		return WEIGH_OK;
	word[0] = sort;
	memcpy(word + 1, text, len);
	word[1 + len] = '\0';
	q = query_begin(db, SQL_WORD_USE);
	query_int(&q, kind);
	query_text(&q, word);
	if ((rc = query_run(&q, err)) != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_WORD);
	query_int(&q, kind);
	query_text(&q, word);
	if (query_row(&q))
		id = sqlite3_column_int64(q.stmt, 0);
	if ((rc = query_end(&q, err)) != WEIGH_OK)
		return rc;
	q = query_begin(db, SQL_TAGGED_INSERT);
	query_int(&q, id);
	query_int(&q, place);
	return query_run(&q, err);
}

static enum weigh_code
add_words(struct db *db, enum weigh_kind kind, const struct row *row,
    const struct weigh_model *m, struct weigh_err *err)
{
	const char *slash = strchr(row->key, '/'), *tag = NULL;
	enum weigh_code rc = WEIGH_OK;

	if (slash != NULL)
		rc = add_word(db, kind, row->place, '@', row->key,
		    (size_t)(slash - row->key), err);
	if (rc == WEIGH_OK)
		rc = add_word(db, kind, row->place, '!', m->task,
		    strlen(m->task), err);
	while (rc == WEIGH_OK && (tag = weigh_model_tag(m, tag)) != NULL)
		rc = add_word(db, kind, row->place, '#', tag, strlen(tag), err);
	return rc;
}

static enum weigh_code
add_shown(struct db *db, const struct row *row, const struct weigh_model *m,
    struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_SHOWN_INSERT);
	const char *tag = NULL;
	struct weigh_buf tags;
	struct weigh_jw w;
	enum weigh_code rc;

	weigh_buf_init(&tags, 7 * m->tags.len + 16); /* each byte as \u00XX */
	weigh_jw_init(&w, &tags);
	weigh_jw_array(&w);
	while ((tag = weigh_model_tag(m, tag)) != NULL)
		weigh_jw_str(&w, tag);
	weigh_jw_array_end(&w);
	query_int(&q, row->place);
	query_text(&q, m->task);
	query_text(&q, m->library);
	query_text(&q, tags.data);
	rc = query_run(&q, err);
	if (tags.failed)
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	weigh_buf_free(&tags);
	return rc;
}

static enum weigh_code
insert_row(struct db *db, enum weigh_kind kind, int64_t repo,
    const struct row *row, const struct weigh_model *m, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_LISTED_INSERT);
	enum weigh_code rc;

	query_int(&q, row->place);
	query_int(&q, row->born);
	query_int(&q, repo);
	query_int(&q, row->revision);
	query_text(&q, row->key);
	if ((rc = query_run(&q, err)) == WEIGH_OK)
		rc = add_shown(db, row, m, err);
	if (rc == WEIGH_OK)
		rc = run_key(db, SQL_FOUND_INSERT, row, err);
	if (rc == WEIGH_OK)
		rc = add_words(db, kind, row, m, err);
	return rc;
}

/* What the row should be; of the texts in `q` the model is made. */
static enum weigh_code
replace_row(struct db *db, int64_t repo, const struct row *old,
    const struct query *q, int64_t revision, struct weigh_err *err)
{
	enum weigh_kind kind = (enum weigh_kind)sqlite3_column_int(q->stmt, 0);
	struct row row = {
		.place = listed_place(kind, sqlite3_column_int64(q->stmt, 3),
		    repo),
		.born = listed_place(kind, sqlite3_column_int64(q->stmt, 2),
		    repo),
		.revision = revision,
	};
	struct weigh_model m;
	enum weigh_code rc = WEIGH_OK;

	snprintf(row.key, sizeof(row.key), "%s", query_column_text(q, 1));
	if (row.place == old->place && row.born == old->born &&
	    row.revision == old->revision && strcmp(row.key, old->key) == 0)
		return WEIGH_OK;
	if (!weigh_model_read(&m, kind, query_column_text(q, 5),
		query_column_text(q, 6),
		(uint32_t)sqlite3_column_int64(q->stmt, 7),
		query_column_text(q, 4)))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (rc == WEIGH_OK)
		rc = remove_row(db, old, err);
	if (rc == WEIGH_OK)
		rc = insert_row(db, kind, repo, &row, &m, err);
	if (rc == WEIGH_OK)
		rc = rows_children_wait(db, row.key, err);
	if (rc == WEIGH_OK && strcmp(row.key, old->key) != 0)
		rc = rows_children_wait(db, old->key, err);
	weigh_model_free(&m);
	return rc;
}

enum weigh_code
listed_refresh(struct db *db, int64_t repo, struct weigh_err *err)
{
	enum weigh_code rc, ended;
	int64_t revision;
	struct row old;
	struct query q;

	if (repo >= (int64_t)1 << LISTED_REPO_BITS)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "catalog: there are too many repositories");
	rc = reader_head(db, repo, &revision, err);
	if (rc == WEIGH_OK)
		rc = find_row(db, repo, &old, err);
	if (rc != WEIGH_OK)
		return rc;
	if (revision == 0)
		return remove_row(db, &old, err);
	q = query_begin(db, SQL_LISTED_HEAD);
	query_int(&q, repo);
	query_int(&q, revision);
	if (query_row(&q))
		rc = replace_row(db, repo, &old, &q, revision, err);
	ended = query_end(&q, rc == WEIGH_OK ? err : NULL);
	return rc != WEIGH_OK ? rc : ended;
}

static enum weigh_code
refresh_all(struct db *db, struct weigh_err *err)
{
	int64_t repo = 0, before;
	enum weigh_code rc;

	do {
		struct query q = query_begin(db, SQL_REPO_NEXT);

		before = repo;
		query_int(&q, repo);
		if (query_row(&q))
			repo = sqlite3_column_int64(q.stmt, 0);
		rc = query_end(&q, err);
		if (rc == WEIGH_OK && repo != before)
			rc = listed_refresh(db, repo, err);
	} while (rc == WEIGH_OK && repo != before);
	return rc;
}

enum weigh_code
listed_fill(struct db *db, struct weigh_err *err)
{
	struct query q = query_begin(db, SQL_LISTED_ANY);
	bool any = query_row(&q);
	enum weigh_code rc = query_end(&q, err);

	if (rc != WEIGH_OK || any)
		return rc;
	if ((rc = db_begin(db, err)) == WEIGH_OK)
		rc = db_end(db, refresh_all(db, err), err);
	return rc;
}
