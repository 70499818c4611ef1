/* tokens: see tokens.h. */
#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "roll.h"
#include "secret.h"
#include "tokens.h"

#define NAME "tokens"

struct tokens {
	int dirfd;
	pthread_mutex_t writer; /* one change at a time, disk included */
	/* Of the pointer: taken for writing only to exchange it. */
	pthread_rwlock_t lock;
	struct roll *roll;
	atomic_bool anonymous_none, unknown_ignored;
};

/* --- the file ------------------------------------------------------------ */

static enum weigh_code
load(int dirfd, struct roll **out, struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, ROLL_MAX);
	rc = secret_read(dirfd, NAME, &text, err);
	if (rc == WEIGH_OK) {
		rc = roll_parse(out, text.data, text.len, err);
	} else if (rc == WEIGH_NOT_FOUND) {
		*out = calloc(1, sizeof(**out));
		rc = *out != NULL ?
		    WEIGH_OK :
		    weigh_fail(err, WEIGH_NOMEM, "out of memory");
	}
	secret_free(&text);
	if (rc == WEIGH_OK)
		return WEIGH_OK;
	if (rc == WEIGH_MALFORMED || rc == WEIGH_TOO_BIG)
		weigh_fix(err,
		    "lay back a good keys/tokens, or remove it and make new "
		    "tokens: weigh token new");
	return weigh_context(err, rc, "the list of tokens keys/" NAME);
}

static enum weigh_code
save(int dirfd, const struct roll *roll, struct weigh_err *err)
{
	struct weigh_buf text;
	enum weigh_code rc;

	weigh_buf_init(&text, ROLL_MAX);
	if (!roll_print(&text, roll))
		rc = weigh_fail(err, WEIGH_NOMEM, "out of memory");
	else
		rc = secret_write(dirfd, NAME, text.data, text.len, err);
	secret_free(&text);
	return rc;
}

/* --- the table ----------------------------------------------------------- */

/* Nobody keeps a row beyond the lock, so the old table can go at once. */
static void
exchange(struct tokens *t, struct roll *fresh)
{
	struct roll *old;

	pthread_rwlock_wrlock(&t->lock);
	old = t->roll;
	t->roll = fresh;
	pthread_rwlock_unlock(&t->lock);
	free(old);
}

/* On disk first (2); `fresh` may be NULL for lack of memory, and is taken. */
static enum weigh_code
change(struct tokens *t, struct roll *fresh, struct weigh_err *err)
{
	enum weigh_code rc;

	if (fresh == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if ((rc = save(t->dirfd, fresh, err)) != WEIGH_OK)
		free(fresh);
	else
		exchange(t, fresh);
	return rc;
}

enum weigh_code
tokens_open(struct tokens **out, int dirfd, struct weigh_err *err)
{
	struct tokens *t = calloc(1, sizeof(*t));
	enum weigh_code rc;

	if (t == NULL)
		return weigh_fail(err, WEIGH_NOMEM, "out of memory");
	if ((rc = load(dirfd, &t->roll, err)) != WEIGH_OK) {
		free(t);
		return rc;
	}
	t->dirfd = dirfd;
	pthread_mutex_init(&t->writer, NULL);
	pthread_rwlock_init(&t->lock, NULL);
	*out = t;
	return WEIGH_OK;
}

void
tokens_close(struct tokens *t)
{
	if (t == NULL)
		return;
	pthread_rwlock_destroy(&t->lock);
	pthread_mutex_destroy(&t->writer);
	free(t->roll);
	free(t);
}

enum weigh_code
tokens_reload(struct tokens *t, struct weigh_err *err)
{
	struct roll *fresh = NULL;
	enum weigh_code rc;

	pthread_mutex_lock(&t->writer);
	if ((rc = load(t->dirfd, &fresh, err)) == WEIGH_OK)
		exchange(t, fresh);
	pthread_mutex_unlock(&t->writer);
	return rc;
}

/* --- who is it? ---------------------------------------------------------- */

void
tokens_set_rules(struct tokens *t, const struct weigh_access_rules *rules)
{
	atomic_store(&t->anonymous_none, rules->anonymous_none);
	atomic_store(&t->unknown_ignored, rules->unknown_ignored);
}

struct weigh_access_rules
tokens_rules(const struct tokens *t)
{
	return (struct weigh_access_rules){
		.anonymous_none = atomic_load(&t->anonymous_none),
		.unknown_ignored = atomic_load(&t->unknown_ignored),
	};
}

static bool
find(struct tokens *t, const struct weigh_oid *hash, int64_t now,
    struct weigh_who *out)
{
	const struct roll_token *row;

	pthread_rwlock_rdlock(&t->lock);
	row = roll_find(t->roll, hash);
	if (row != NULL)
		*out = row->who;
	pthread_rwlock_unlock(&t->lock);
	return row != NULL && (out->expires == 0 || now < out->expires);
}

void
tokens_identify(struct tokens *t, const char *value, size_t len, int64_t now,
    struct weigh_who *out)
{
	struct weigh_oid hash;

	*out = (struct weigh_who){ .role = WEIGH_ROLE_NOBODY };
	switch (weigh_auth_parse(&hash, value, len)) {
	case WEIGH_AUTH_NONE:
		return;
	case WEIGH_AUTH_TOKEN:
		if (find(t, &hash, now, out))
			return;
		break;
	case WEIGH_AUTH_BAD:
		break;
	}
	*out = (struct weigh_who){ .role = WEIGH_ROLE_NOBODY, .bad = true };
}

bool
tokens_find(struct tokens *t, const char *id, int64_t now,
    struct weigh_who *out)
{
	bool found = false;

	pthread_rwlock_rdlock(&t->lock);
	for (size_t i = 0; i < t->roll->n && !found; i++) {
		found = strcmp(t->roll->rows[i].who.id, id) == 0;
		if (found)
			*out = t->roll->rows[i].who;
	}
	pthread_rwlock_unlock(&t->lock);
	return found && (out->expires == 0 || now < out->expires);
}

/* --- changing the list --------------------------------------------------- */

/* By id or name; under `writer` or `lock`, so the table stands. */
static const struct roll_token *
named(const struct tokens *t, const char *id)
{
	for (size_t i = 0; i < t->roll->n; i++) {
		const struct weigh_who *who = &t->roll->rows[i].who;

		if (strcmp(who->id, id) == 0 || strcmp(who->name, id) == 0)
			return &t->roll->rows[i];
	}
	return NULL;
}

static enum weigh_code
check_wish(const struct weigh_who *who, struct weigh_err *err)
{
	if (!weigh_who_name_ok(who->name, strlen(who->name)))
		return weigh_fail(err, WEIGH_USAGE,
		    "a token's name is 1 to %d letters, digits, '.', '_' and "
		    "'-', and begins with a letter or digit",
		    WEIGH_WHO_NAME);
	if (!weigh_who_repos_ok(who->repos, strlen(who->repos)))
		return weigh_fail(err, WEIGH_USAGE,
		    "the patterns of repositories are not visible ASCII");
	if (who->role == WEIGH_ROLE_ADMIN && who->repos[0] != '\0')
		return weigh_fail(err, WEIGH_USAGE,
		    "an administrator may do everything: patterns would "
		    "promise less; leave them out, or take another role");
	if (who->role <= WEIGH_ROLE_NOBODY || who->role >= WEIGH_ROLES ||
	    who->created < 0 || who->expires < 0 ||
	    who->created > ROLL_TIME_LAST || who->expires > ROLL_TIME_LAST ||
	    (who->expires != 0 && who->expires <= who->created))
		return weigh_fail(err, WEIGH_USAGE,
		    "a token needs a role, and an end that is yet to come");
	return WEIGH_OK;
}

/* Its text and its id, by chance. */
static enum weigh_code
draw(struct roll_token *row, char text[WEIGH_TOKEN_MADE + 1],
    struct weigh_err *err)
{
	uint8_t random[WEIGH_TOKEN_RANDOM], id[WEIGH_WHO_ID / 2];
	bool drawn;

	if (getrandom(random, sizeof(random), 0) != sizeof(random) ||
	    getrandom(id, sizeof(id), 0) != sizeof(id))
		return weigh_fail_errno(err, errno, "no random numbers");
	drawn = weigh_token_draw(text, random, sizeof(random));
	OPENSSL_cleanse(random, sizeof(random));
	if (!drawn || !weigh_oid_of(&row->hash, text, strlen(text)))
		return weigh_fail(err, WEIGH_NOMEM, "no token could be drawn");
	for (size_t i = 0; i < sizeof(id); i++)
		snprintf(row->who.id + 2 * i, 3, "%02x", id[i]);
	return WEIGH_OK;
}

static enum weigh_code
make(struct tokens *t, struct roll_token *row, char *text,
    struct weigh_err *err)
{
	enum weigh_code rc;

	if (t->roll->n >= TOKENS_MAX)
		return weigh_fail(err, WEIGH_TOO_BIG,
		    "there are %d tokens, and more are not kept", TOKENS_MAX);
	if (named(t, row->who.name) != NULL)
		return weigh_fail(err, WEIGH_EXISTS, "there is a token '%s'",
		    row->who.name);
	if ((rc = draw(row, text, err)) != WEIGH_OK)
		return rc;
	return change(t, roll_with(t->roll, row), err);
}

enum weigh_code
tokens_make(struct tokens *t, struct weigh_who *who,
    char text[WEIGH_TOKEN_MADE + 1], struct weigh_err *err)
{
	struct roll_token row = { .who = *who };
	enum weigh_code rc;

	if ((rc = check_wish(who, err)) != WEIGH_OK)
		return rc;
	pthread_mutex_lock(&t->writer);
	rc = make(t, &row, text, err);
	pthread_mutex_unlock(&t->writer);
	if (rc == WEIGH_OK)
		memcpy(who->id, row.who.id, sizeof(who->id));
	return rc;
}

bool
tokens_named(struct tokens *t, const char *text, struct weigh_who *out)
{
	const struct roll_token *row;

	pthread_rwlock_rdlock(&t->lock);
	row = named(t, text);
	if (row != NULL)
		*out = row->who;
	pthread_rwlock_unlock(&t->lock);
	return row != NULL;
}

enum weigh_code
tokens_remove(struct tokens *t, const char *id, struct weigh_who *who,
    struct weigh_err *err)
{
	const struct roll_token *row;
	enum weigh_code rc;

	pthread_mutex_lock(&t->writer);
	if ((row = named(t, id)) == NULL) {
		rc = weigh_fail(err, WEIGH_NOT_FOUND,
		    "there is no token '%.64s'", id);
		weigh_fix(err, "'weigh token ls' lists the tokens");
	} else {
		*who = row->who;
		rc = change(t, roll_without(t->roll, row), err);
	}
	pthread_mutex_unlock(&t->writer);
	return rc;
}

void
tokens_each(struct tokens *t,
    void (*each)(void *ctx, const struct weigh_who *who), void *ctx)
{
	pthread_rwlock_rdlock(&t->lock);
	for (size_t i = 0; i < t->roll->n; i++)
		each(ctx, &t->roll->rows[i].who);
	pthread_rwlock_unlock(&t->lock);
}
