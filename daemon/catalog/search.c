/*
 * search: see search.h.
 *
 * What is asked for is walked along one road, in the order of the list, and each
 * repository on it is looked at.  The road is the shortest there is: those of the
 * rarest word that is asked for; or those whose names have all trigrams of the text
 * (FTS5 merges their lists); or all.  By age only `all` has an order of its own; a
 * road of few is then gathered and sorted, and one of many left for `all`.
 */
#include "search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listed.h"

#define NEEDLES 8   /* words of a text; what follows is not looked at */
#define FEW 1000    /* uses of a word; then it is a better road than trigrams */
#define GATHER 8000 /* as many are sorted */
#define GRAM 3

/* What things cost of CATALOG_SEARCH_WORK: about 0.08 µs each. */
#define STEP_COST 1 /* one more row of a road, its name compared */
#define ASK_COST 8  /* a row looked up */
#define SEE_COST 20 /* two of them, and a decision */

struct word {
	int64_t id, uses;
};

/* A repository on the road. */
struct step {
	int64_t at; /* in this list: place, or born */
	int64_t place;
};

struct hunt {
	struct db *db;
	struct catalog_search *s;
	struct word words[CATALOG_SEARCH_TAGS + 2];
	unsigned nwords;
	char text[CATALOG_SEARCH_TEXT + 1]; /* lowered; needles end with NULs */
	const char *needles[NEEDLES];
	unsigned nneedles;
	char match[CATALOG_SEARCH_TEXT * 10]; /* for FTS5: "abc" AND "bcd" */
	int64_t low,
	    high; /* the kind's places, and those behind `after`: between */
	unsigned work; /* left */
	unsigned found;
	int64_t last;    /* where the road was left, if it was */
	int64_t *places; /* the page */
	struct weigh_err *err;
};

/* --- what is asked for ---------------------------------------------------- */

/* Split the text, in lower case, at blanks.  False: no name has such letters. */
static bool
take_text(struct hunt *h, const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789"
				      "-_./ ";
	size_t len = strnlen(text, CATALOG_SEARCH_TEXT), i;

	for (i = 0; i < len; i++) {
		char c = text[i];

		h->text[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		if (strchr(letters, h->text[i]) == NULL)
			return false;
		if (c == ' ')
			h->text[i] = '\0';
	}
	for (i = 0; i < len && h->nneedles < NEEDLES; i++)
		if (h->text[i] != '\0' && (i == 0 || h->text[i - 1] == '\0'))
			h->needles[h->nneedles++] = h->text + i;
	return true;
}

/* Every trigram of the needles, in quotes; false when there is none. */
static bool
make_match(struct hunt *h)
{
	char *out = h->match;

	for (unsigned n = 0; n < h->nneedles; n++)
		for (const char *p = h->needles[n]; strlen(p) >= GRAM; p++) {
			if (out != h->match) {
				memcpy(out, " AND ", 5);
				out += 5;
			}
			*out++ = '"';
			memcpy(out, p, GRAM);
			out += GRAM;
			*out++ = '"';
		}
	*out = '\0';
	return out != h->match;
}

/* Look up a word; one that nobody uses has uses 0. */
static enum weigh_code
take_word(struct hunt *h, char sort, const char *text, bool lower)
{
	struct word *w = &h->words[h->nwords];
	char word[256] = { sort };
	size_t len = strlen(text), i;
	struct query q;

	*w = (struct word){ 0 };
	h->nwords++;
	if (len + 2 > sizeof(word))
		return WEIGH_OK;
	for (i = 0; i < len; i++) {
		char c = text[i];

		word[1 + i] = lower && c >= 'A' && c <= 'Z' ?
		    (char)(c - 'A' + 'a') :
		    c;
	}
	q = query_begin(h->db, SQL_WORD);
	query_int(&q, h->s->kind);
	query_text(&q, word);
	if (query_row(&q))
		*w = (struct word){ sqlite3_column_int64(q.stmt, 0),
			sqlite3_column_int64(q.stmt, 1) };
	return query_end(&q, h->err);
}

static enum weigh_code
take_words(struct hunt *h)
{
	const struct catalog_search *s = h->s;
	enum weigh_code rc = WEIGH_OK;

	if (s->ntags > CATALOG_SEARCH_TAGS)
		return weigh_fail(h->err, WEIGH_TOO_BIG,
		    "more than %d filters at once", CATALOG_SEARCH_TAGS);
	if (s->author != NULL)
		rc = take_word(h, '@', s->author, true);
	if (rc == WEIGH_OK && s->task != NULL)
		rc = take_word(h, '!', s->task, false);
	for (unsigned i = 0; rc == WEIGH_OK && i < s->ntags; i++)
		rc = take_word(h, '#', s->tags[i], false);
	return rc;
}

/* The rarest word first: it is the road. */
static void
order_words(struct hunt *h)
{
	for (unsigned i = 1; i < h->nwords; i++)
		if (h->words[i].uses < h->words[0].uses) {
			struct word rarer = h->words[i];

			h->words[i] = h->words[0];
			h->words[0] = rarer;
		}
}

/* The rows between: those of the kind, on this side of where a page ended. */
static void
take_range(struct hunt *h)
{
	const struct catalog_search *s = h->s;

	h->low = listed_place(s->kind, 0, 0) - 1;
	h->high = listed_place((enum weigh_kind)(s->kind + 1), 0, 0);
	if (s->after != 0 && s->after > h->low && s->after < h->high) {
		if (s->ascending)
			h->low = s->after;
		else
			h->high = s->after;
	}
}

/* --- looking at one --------------------------------------------------------- */

static void
spend(struct hunt *h, unsigned cost)
{
	h->work -= cost < h->work ? cost : h->work;
}

static bool
has_needles(const struct hunt *h, const char *key)
{
	for (unsigned i = 0; i < h->nneedles; i++)
		if (strstr(key, h->needles[i]) == NULL)
			return false;
	return true;
}

static enum weigh_code
check_key(struct hunt *h, int64_t place, bool *ok)
{
	struct query q = query_begin(h->db, SQL_LISTED_KEY);

	spend(h, ASK_COST);
	query_int(&q, place);
	*ok = query_row(&q) && has_needles(h, query_column_text(&q, 1));
	return query_end(&q, h->err);
}

static enum weigh_code
check_words(struct hunt *h, int64_t place, unsigned from, bool *ok)
{
	enum weigh_code rc = WEIGH_OK;

	for (unsigned i = from; *ok && rc == WEIGH_OK && i < h->nwords; i++) {
		struct query q = query_begin(h->db, SQL_TAGGED);

		spend(h, ASK_COST);
		query_int(&q, h->words[i].id);
		query_int(&q, place);
		*ok = query_row(&q);
		rc = query_end(&q, h->err);
	}
	return rc;
}

static enum weigh_code
check_sight(struct hunt *h, int64_t place, bool *ok)
{
	struct query q = query_begin(h->db, SQL_LISTED_WHO);

	spend(h, SEE_COST);
	query_int(&q, place);
	*ok = query_row(&q);
	if (*ok) {
		struct weigh_repo repo = {
			.kind = (enum weigh_kind)sqlite3_column_int(q.stmt, 0),
		};

		snprintf(repo.name, sizeof(repo.name), "%s",
		    query_column_text(&q, 1));
		*ok = h->s->sees(h->s->ctx, &repo,
		    (enum weigh_visibility)sqlite3_column_int(q.stmt, 2));
	}
	return query_end(&q, h->err);
}

/* Take a repository into the page if it is what is asked for.  `key`: "" when the
 * road does not know it; `from`: the words before it are the road's. */
static enum weigh_code
consider(struct hunt *h, const struct step *step, const char *key,
    unsigned from)
{
	bool ok = true;
	enum weigh_code rc = WEIGH_OK;

	if (h->nneedles > 0 && key[0] != '\0')
		ok = has_needles(h, key);
	else if (h->nneedles > 0)
		rc = check_key(h, step->place, &ok);
	if (ok && rc == WEIGH_OK)
		rc = check_words(h, step->place, from, &ok);
	if (ok && rc == WEIGH_OK)
		rc = check_sight(h, step->place, &ok);
	if (ok && rc == WEIGH_OK)
		h->places[h->found++] = step->place;
	return rc;
}

/* --- roads ---------------------------------------------------------------------- */

struct road {
	enum db_statement up, down;
	bool by_created; /* the order it has */
	unsigned words;  /* of the hunt, that lead along it */
};
static const struct road by_word = { SQL_LIST_TAGGED_UP, SQL_LIST_TAGGED_DOWN,
	false, 1 };
static const struct road by_text = { SQL_LIST_FOUND_UP, SQL_LIST_FOUND_DOWN,
	false, 0 };
static const struct road by_date = { SQL_LIST_UP, SQL_LIST_DOWN, false, 0 };
static const struct road by_birth = { SQL_LIST_BORN_UP, SQL_LIST_BORN_DOWN,
	true, 0 };

static struct query
set_out(struct hunt *h, const struct road *road, int64_t low, int64_t high)
{
	struct query q = query_begin(h->db,
	    h->s->ascending ? road->up : road->down);

	query_int(&q, low);
	query_int(&q, high);
	if (road == &by_word)
		query_int(&q, h->words[0].id);
	if (road == &by_text)
		query_text(&q, h->match);
	return q;
}

static struct step
step_row(const struct query *q)
{
	return (struct step){ sqlite3_column_int64(q->stmt, 0),
		sqlite3_column_int64(q->stmt, 1) };
}

/* Go along a road that has the list's order, until the page is full and one more
 * is there, or the work is spent. */
static enum weigh_code
walk(struct hunt *h, const struct road *road)
{
	struct query q = set_out(h, road, h->low, h->high);
	enum weigh_code rc = WEIGH_OK, ended;

	while (rc == WEIGH_OK && query_row(&q)) {
		struct step step = step_row(&q);

		if (h->work == 0 || h->found == h->s->limit) {
			h->s->next = h->last;
			break;
		}
		spend(h, STEP_COST);
		rc = consider(h, &step, query_column_text(&q, 2), road->words);
		h->last = step.at;
	}
	ended = query_end(&q, rc == WEIGH_OK ? h->err : NULL);
	return rc != WEIGH_OK ? rc : ended;
}

static int
compare_step(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* All of a road, with when each was born; *n is GATHER + 1 when there are more. */
static enum weigh_code
gather(struct hunt *h, const struct road *road, struct step *steps, size_t *n)
{
	int64_t low = listed_place(h->s->kind, 0, 0) - 1;
	int64_t high = listed_place((enum weigh_kind)(h->s->kind + 1), 0, 0);
	struct query q = set_out(h, road, low, high), born;
	enum weigh_code rc = WEIGH_OK, ended;

	*n = 0;
	spend(h, GATHER * ASK_COST);
	while (rc == WEIGH_OK && *n <= GATHER && query_row(&q)) {
		struct step *s = &steps[(*n)++];

		*s = step_row(&q);
		born = query_begin(h->db, SQL_LISTED_KEY);
		query_int(&born, s->place);
		if (query_row(&born))
			s->at = sqlite3_column_int64(born.stmt, 0);
		rc = query_end(&born, h->err);
	}
	ended = query_end(&q, rc == WEIGH_OK ? h->err : NULL);
	return rc != WEIGH_OK ? rc : ended;
}

/* Go along what was gathered, in the list's order. */
static enum weigh_code
walk_gathered(struct hunt *h, const struct road *road, struct step *steps,
    size_t n)
{
	enum weigh_code rc = WEIGH_OK;

	qsort(steps, n, sizeof(*steps), compare_step);
	for (size_t i = 0; rc == WEIGH_OK && i < n; i++) {
		const struct step *s = &steps[h->s->ascending ? i : n - 1 - i];

		if (s->at <= h->low || s->at >= h->high)
			continue;
		if (h->work == 0 || h->found == h->s->limit) {
			h->s->next = h->last;
			break;
		}
		spend(h, STEP_COST);
		rc = consider(h, s, "", road->words);
		h->last = s->at;
	}
	return rc;
}

/* A road whose order is not the list's. */
static enum weigh_code
walk_sorted(struct hunt *h, const struct road *road)
{
	struct step *steps;
	enum weigh_code rc;
	size_t n;

	if (road == &by_word && h->words[0].uses > GATHER)
		return walk(h, &by_birth);
	if ((steps = calloc(GATHER + 1, sizeof(*steps))) == NULL)
		return weigh_fail(h->err, WEIGH_NOMEM, "out of memory");
	rc = gather(h, road, steps, &n);
	if (rc == WEIGH_OK && n <= GATHER)
		rc = walk_gathered(h, road, steps, n);
	else if (rc == WEIGH_OK)
		rc = walk(h, &by_birth);
	free(steps);
	return rc;
}

static enum weigh_code
go(struct hunt *h)
{
	const struct road *road = h->s->by_created ? &by_birth : &by_date;

	if (h->nwords > 0)
		order_words(h);
	if (h->nwords > 0)
		road = &by_word;
	if (make_match(h) && (h->nwords == 0 || h->words[0].uses > FEW))
		road = &by_text;
	return road->by_created == h->s->by_created ? walk(h, road) :
						      walk_sorted(h, road);
}

/* --- the page --------------------------------------------------------------------- */

static enum weigh_code
tell(struct hunt *h, int64_t place, bool *more,
    bool (*each)(void *ctx, const struct catalog_listed *l), void *ctx)
{
	struct query q = query_begin(h->db, SQL_LISTED);

	query_int(&q, place);
	query_int(&q, h->s->cards);
	if (query_row(&q)) {
		struct catalog_listed l = {
			.place = h->s->by_created ?
			    sqlite3_column_int64(q.stmt, 0) :
			    place,
			.repo.kind = (enum weigh_kind)sqlite3_column_int(q.stmt,
			    1),
			.visibility = (enum weigh_visibility)
			    sqlite3_column_int(q.stmt, 3),
			.created = sqlite3_column_int64(q.stmt, 4),
			.commit = query_column_gitid(&q, 5),
			.modified = sqlite3_column_int64(q.stmt, 6),
			.license = query_column_text(&q, 7),
			.bytes = query_column_size(&q, 8),
			.task = query_column_text(&q, 9),
			.library = query_column_text(&q, 10),
			.tags = query_column_text(&q, 11),
			.marks = (uint32_t)sqlite3_column_int64(q.stmt, 12),
			.card = query_column_text(&q, 13),
			.config = query_column_text(&q, 14),
		};

		snprintf(l.repo.name, sizeof(l.repo.name), "%s",
		    query_column_text(&q, 2));
		*more = each(ctx, &l);
		h->last = l.place;
	}
	return query_end(&q, h->err);
}

static enum weigh_code
search(struct hunt *h, bool (*each)(void *ctx, const struct catalog_listed *l),
    void *ctx)
{
	bool more = true;
	enum weigh_code rc;
	unsigned i;

	take_range(h);
	if (h->s->text != NULL && !take_text(h, h->s->text))
		return WEIGH_OK;
	if ((rc = take_words(h)) == WEIGH_OK)
		rc = go(h);
	for (i = 0; rc == WEIGH_OK && more && i < h->found; i++)
		rc = tell(h, h->places[i], &more, each, ctx);
	if (i < h->found) /* the caller has enough */
		h->s->next = h->last;
	return rc;
}

enum weigh_code
catalog_search(struct catalog_reader *r, struct catalog_search *s,
    bool (*each)(void *ctx, const struct catalog_listed *l), void *ctx,
    struct weigh_err *err)
{
	struct hunt *h = calloc(1, sizeof(*h));
	enum weigh_code rc;

	s->next = 0;
	if (s->limit == 0 || s->limit > CATALOG_SEARCH_PAGE)
		s->limit = CATALOG_SEARCH_PAGE;
	if (h != NULL)
		h->places = calloc(s->limit, sizeof(*h->places));
	if (h == NULL || h->places == NULL) {
		free(h);
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	h->db = &r->db;
	h->s = s;
	h->err = err;
	h->work = s->work != 0 ? s->work : CATALOG_SEARCH_WORK;
	rc = search(h, each, ctx);
	free(h->places);
	free(h);
	return rc;
}
