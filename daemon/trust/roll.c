/* roll: see roll.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "roll.h"

#define FIRST "weighhouse-tokens 1\n"
#define LAST "end "
#define LAST_LEN (4 + WEIGH_OID_HEX + 1)

/* --- reading ------------------------------------------------------------- */

/* A line without its line feed; words are taken off its front. */
struct line {
	const char *p;
	size_t len;
};

/* The next word, and the one blank behind it.  False: it is empty. */
static bool
take_word(struct line *l, struct line *word)
{
	const char *blank = memchr(l->p, ' ', l->len);

	word->p = l->p;
	word->len = blank != NULL ? (size_t)(blank - l->p) : l->len;
	l->p += word->len + (blank != NULL);
	l->len -= word->len + (blank != NULL);
	return word->len > 0;
}

static bool
take_id(struct line *l, char out[WEIGH_WHO_ID + 1])
{
	struct line w;

	if (!take_word(l, &w) || w.len != WEIGH_WHO_ID)
		return false;
	for (size_t i = 0; i < w.len; i++)
		if (strchr("0123456789abcdef", w.p[i]) == NULL ||
		    w.p[i] == '\0')
			return false;
	memcpy(out, w.p, w.len);
	out[w.len] = '\0';
	return true;
}

static bool
take_time(struct line *l, int64_t *out)
{
	struct line w;
	int64_t n = 0;

	if (!take_word(l, &w) || w.len > 12 || (w.len > 1 && w.p[0] == '0'))
		return false;
	for (size_t i = 0; i < w.len; i++) {
		if (w.p[i] < '0' || w.p[i] > '9')
			return false;
		n = n * 10 + (w.p[i] - '0');
	}
	*out = n;
	return n <= ROLL_TIME_LAST;
}

static bool
read_row(struct roll_token *row, struct line l)
{
	struct weigh_who *who = &row->who;
	struct line hash, role, name;

	*row = (struct roll_token){ 0 };
	if (!take_word(&l, &hash) ||
	    !weigh_oid_parse(&row->hash, hash.p, hash.len) ||
	    !take_id(&l, who->id) || !take_word(&l, &role) ||
	    !weigh_role_parse(&who->role, role.p, role.len) ||
	    !take_time(&l, &who->created) || !take_time(&l, &who->expires) ||
	    !take_word(&l, &name) || !weigh_who_name_ok(name.p, name.len))
		return false;
	/* A blank behind the name begins patterns, and then there are some. */
	if ((name.p[name.len] == ' ') != (l.len > 0) ||
	    !weigh_who_repos_ok(l.p, l.len) ||
	    (l.len > 0 && who->role == WEIGH_ROLE_ADMIN))
		return false;
	memcpy(who->name, name.p, name.len);
	memcpy(who->repos, l.p, l.len);
	return true;
}

/* The first line, and the last, which holds the SHA-256 of all before it: what
 * stands between is what was written. */
static enum weigh_code
check_seal(const char *text, size_t len, struct weigh_err *err)
{
	struct weigh_oid said, is;
	size_t body = len - LAST_LEN;

	if (len > ROLL_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "it has %zu bytes, at most %u are read", len, ROLL_MAX);
	if (len < strlen(FIRST) + LAST_LEN ||
	    memcmp(text, FIRST, strlen(FIRST)) != 0 ||
	    memcmp(text + body, LAST, strlen(LAST)) != 0 ||
	    text[len - 1] != '\n' || text[body - 1] != '\n' ||
	    !weigh_oid_parse(&said, text + body + strlen(LAST), WEIGH_OID_HEX))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "its first or last line is not that of a list of tokens");
	if (!weigh_oid_of(&is, text, body))
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if (!weigh_oid_equal(&said, &is))
		return weigh_fail(err, WEIGH_MALFORMED,
		    "its bytes do not have the SHA-256 in its last line");
	return WEIGH_OK;
}

static size_t
count_lines(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

static enum weigh_code
read_rows(struct roll *roll, const char *text, size_t len,
    struct weigh_err *err)
{
	const char *end = text + len, *feed;
	struct line line;
	size_t i;

	for (i = 0; i < roll->n; i++, text = feed + 1) {
		feed = memchr(text, '\n', (size_t)(end - text));
		line = (struct line){ text, (size_t)(feed - text) };
		if (!read_row(&roll->rows[i], line))
			return weigh_fail(err, WEIGH_MALFORMED,
			    "line %zu is not that of a token", i + 2);
		if (i > 0 &&
		    memcmp(&roll->rows[i - 1].hash, &roll->rows[i].hash,
			WEIGH_OID_SIZE) >= 0)
			return weigh_fail(err, WEIGH_MALFORMED,
			    "line %zu is not in its place", i + 2);
	}
	return WEIGH_OK;
}

static struct roll *
roll_new(size_t n)
{
	struct roll *roll = calloc(1,
	    sizeof(*roll) + n * sizeof(struct roll_token));

	if (roll != NULL)
		roll->n = n;
	return roll;
}

enum weigh_code
roll_parse(struct roll **out, const char *text, size_t len,
    struct weigh_err *err)
{
	const char *rows;
	struct roll *roll;
	size_t size, n;
	enum weigh_code rc;

	if ((rc = check_seal(text, len, err)) != WEIGH_OK)
		return rc;
	rows = text + strlen(FIRST);
	size = len - strlen(FIRST) - LAST_LEN;
	if ((n = count_lines(rows, size)) > TOKENS_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "it has %zu tokens, at most %d are kept", n, TOKENS_MAX);
	if ((roll = roll_new(n)) == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if ((rc = read_rows(roll, rows, size, err)) != WEIGH_OK)
		free(roll);
	else
		*out = roll;
	return rc;
}

/* --- writing ------------------------------------------------------------- */

static void
print_row(struct weigh_buf *out, const struct roll_token *row)
{
	const struct weigh_who *who = &row->who;
	char hex[WEIGH_OID_HEX + 1];

	weigh_oid_hex(&row->hash, hex);
	weigh_buf_addf(out, "%s %s %s %" PRId64 " %" PRId64 " %s%s%s\n", hex,
	    who->id, weigh_role_name(who->role), who->created, who->expires,
	    who->name, who->repos[0] != '\0' ? " " : "", who->repos);
}

bool
roll_print(struct weigh_buf *out, const struct roll *roll)
{
	char hex[WEIGH_OID_HEX + 1];
	struct weigh_oid seal;
	size_t from = out->len;

	weigh_buf_adds(out, FIRST);
	for (size_t i = 0; i < roll->n; i++)
		print_row(out, &roll->rows[i]);
	if (out->failed ||
	    !weigh_oid_of(&seal, out->data + from, out->len - from))
		return false;
	weigh_oid_hex(&seal, hex);
	return weigh_buf_addf(out, LAST "%s\n", hex);
}

/* --- tables -------------------------------------------------------------- */

static int
compare(const void *hash, const void *row)
{
	return memcmp(hash, &((const struct roll_token *)row)->hash,
	    WEIGH_OID_SIZE);
}

const struct roll_token *
roll_find(const struct roll *roll, const struct weigh_oid *hash)
{
	return bsearch(hash, roll->rows, roll->n, sizeof(roll->rows[0]),
	    compare);
}

struct roll *
roll_with(const struct roll *old, const struct roll_token *row)
{
	struct roll *fresh = roll_new(old->n + 1);
	size_t at = 0;

	if (fresh == NULL)
		return NULL;
	while (at < old->n && compare(&row->hash, &old->rows[at]) > 0)
		at++;
	memcpy(fresh->rows, old->rows, at * sizeof(*row));
	fresh->rows[at] = *row;
	memcpy(fresh->rows + at + 1, old->rows + at,
	    (old->n - at) * sizeof(*row));
	return fresh;
}

struct roll *
roll_without(const struct roll *old, const struct roll_token *row)
{
	size_t at = (size_t)(row - old->rows);
	struct roll *fresh = roll_new(old->n - 1);

	if (fresh == NULL)
		return NULL;
	memcpy(fresh->rows, old->rows, at * sizeof(*row));
	memcpy(fresh->rows + at, old->rows + at + 1,
	    (old->n - at - 1) * sizeof(*row));
	return fresh;
}
