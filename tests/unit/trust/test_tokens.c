/* Who is known; the numbers are those of tokens.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "check.h"
#include "tmpdir.h"
#include "trust/tokens.h"

#define FILE_NAME "keys/tokens"
#define NOW 1000000

struct place {
	struct tmpdir t;
	struct tokens *tokens;
};

static void
open_place(struct place *p)
{
	tmpdir_make(&p->t);
	check_code("opened", tokens_open(&p->tokens, p->t.fd, NULL), WEIGH_OK);
}

static void
close_place(struct place *p)
{
	tokens_close(p->tokens);
	tmpdir_remove(&p->t);
}

static void
make(struct place *p, const char *name, enum weigh_role role, int64_t expires,
    char text[WEIGH_TOKEN_MADE + 1])
{
	struct weigh_who who = {
		.role = role,
		.created = NOW,
		.expires = expires,
	};

	snprintf(who.name, sizeof(who.name), "%s", name);
	check_code(name, tokens_make(p->tokens, &who, text, NULL), WEIGH_OK);
	check_u64("an id", strlen(who.id), WEIGH_WHO_ID);
}

static struct weigh_who
identify(struct place *p, const char *token, int64_t now)
{
	struct weigh_who who;
	char value[256];

	snprintf(value, sizeof(value), "Bearer %s", token);
	tokens_identify(p->tokens, value, strlen(value), now, &who);
	return who;
}

static void
test_known(void **state)
{
	char text[WEIGH_TOKEN_MADE + 1];
	struct place p;
	struct weigh_who who;
	struct stat st;

	(void)state;
	open_place(&p);
	tokens_identify(p.tokens, NULL, 0, NOW, &who);
	check_true("no token", who.role == WEIGH_ROLE_NOBODY && !who.bad);
	make(&p, "ci", WEIGH_ROLE_PUBLISH, 0, text);
	who = identify(&p, text, NOW);
	check_u64("role", who.role, WEIGH_ROLE_PUBLISH);
	check_str("name", who.name, "ci");
	text[WEIGH_TOKEN_MADE - 1] ^= 1;
	who = identify(&p, text, NOW);
	check_true("another", who.role == WEIGH_ROLE_NOBODY && who.bad);
	assert_int_equal(fstatat(p.t.fd, FILE_NAME, &st, 0), 0);
	check_u64("mode", st.st_mode & 07777, 0600);
	check_u64("nothing else", (uint64_t)tmpdir_count(&p.t, "keys"), 1);
	close_place(&p);
}

/* (1) The text of a token is in no file. */
static void
test_text_is_not_kept(void **state)
{
	char text[WEIGH_TOKEN_MADE + 1];
	struct weigh_buf file;
	struct place p;

	(void)state;
	open_place(&p);
	make(&p, "ci", WEIGH_ROLE_READ, 0, text);
	weigh_buf_init(&file, 1 << 20);
	check_code("read", fd_read_file(p.t.fd, FILE_NAME, &file, NULL),
	    WEIGH_OK);
	check_has("the name is", file.data, " ci\n");
	assert_null(strstr(file.data, text));
	assert_null(strstr(file.data, text + 3));
	weigh_buf_free(&file);
	close_place(&p);
}

/* (2) What was made lasts; what was removed is gone. */
static void
test_lasts(void **state)
{
	char a[WEIGH_TOKEN_MADE + 1], b[WEIGH_TOKEN_MADE + 1];
	struct weigh_who gone;
	struct place p;

	(void)state;
	open_place(&p);
	make(&p, "a", WEIGH_ROLE_READ, 0, a);
	make(&p, "b", WEIGH_ROLE_ADMIN, 0, b);
	check_code("by its name", tokens_remove(p.tokens, "a", &gone, NULL),
	    WEIGH_OK);
	check_str("what it was", gone.name, "a");
	check_true("at once", identify(&p, a, NOW).bad);
	tokens_close(p.tokens);
	check_code("again", tokens_open(&p.tokens, p.t.fd, NULL), WEIGH_OK);
	check_true("gone", identify(&p, a, NOW).bad);
	gone = identify(&p, b, NOW);
	check_u64("there", gone.role, WEIGH_ROLE_ADMIN);
	check_code("by its id", tokens_remove(p.tokens, gone.id, &gone, NULL),
	    WEIGH_OK);
	check_code("no more", tokens_remove(p.tokens, gone.id, &gone, NULL),
	    WEIGH_NOT_FOUND);
	close_place(&p);
}

/* (4) It counts until the second it expires in. */
static void
test_expires(void **state)
{
	char text[WEIGH_TOKEN_MADE + 1];
	struct place p;

	(void)state;
	open_place(&p);
	make(&p, "short", WEIGH_ROLE_READ, NOW + 10, text);
	check_true("before", !identify(&p, text, NOW + 9).bad);
	check_true("then", identify(&p, text, NOW + 10).bad);
	check_u64("nobody", identify(&p, text, NOW + 10).role,
	    WEIGH_ROLE_NOBODY);
	close_place(&p);
}

static const struct wish {
	const char *label, *name, *repos;
	enum weigh_role role;
	int64_t expires;
	enum weigh_code want;
} wishes[] = {
	{ "fine", "a", "acme/*", WEIGH_ROLE_READ, NOW + 1, WEIGH_OK },
	{ "the name is taken", "a", "", WEIGH_ROLE_READ, 0, WEIGH_EXISTS },
	{ "no name", "", "", WEIGH_ROLE_READ, 0, WEIGH_USAGE },
	{ "a bad name", "a b", "", WEIGH_ROLE_READ, 0, WEIGH_USAGE },
	{ "no role", "b", "", WEIGH_ROLE_NOBODY, 0, WEIGH_USAGE },
	{ "bad patterns", "b", "a  b", WEIGH_ROLE_READ, 0, WEIGH_USAGE },
	{ "an admin of some", "b", "a/*", WEIGH_ROLE_ADMIN, 0, WEIGH_USAGE },
	{ "over already", "b", "", WEIGH_ROLE_READ, NOW, WEIGH_USAGE },
	{ "after the year 9999", "b", "", WEIGH_ROLE_READ,
	    INT64_C(253402300800), WEIGH_USAGE },
};

static void
test_wishes(void **state)
{
	char text[WEIGH_TOKEN_MADE + 1];
	struct place p;

	(void)state;
	open_place(&p);
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		const struct wish *w = &wishes[i];
		struct weigh_who who = {
			.role = w->role,
			.created = NOW,
			.expires = w->expires,
		};

		snprintf(who.name, sizeof(who.name), "%s", w->name);
		snprintf(who.repos, sizeof(who.repos), "%s", w->repos);
		check_code(w->label, tokens_make(p.tokens, &who, text, NULL),
		    w->want);
	}
	close_place(&p);
}

static void
damage(struct place *p, off_t size, mode_t mode)
{
	int fd = openat(p->t.fd, FILE_NAME, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* (3) A damaged file opens no door, and takes no token away from who runs. */
static void
test_damage(void **state)
{
	char text[WEIGH_TOKEN_MADE + 1];
	struct tokens *other = NULL;
	struct weigh_err err;
	struct place p;

	(void)state;
	open_place(&p);
	make(&p, "ci", WEIGH_ROLE_READ, 0, text);
	damage(&p, 30, 0600);
	check_code("at start", tokens_open(&other, p.t.fd, &err),
	    WEIGH_MALFORMED);
	check_has("why", err.why, "keys/tokens");
	check_has("fix", err.fix, "weigh token new");
	check_code("at a reload", tokens_reload(p.tokens, NULL),
	    WEIGH_MALFORMED);
	check_true("still known", !identify(&p, text, NOW).bad);
	damage(&p, 0, 0600);
	check_code("an empty file", tokens_open(&other, p.t.fd, NULL),
	    WEIGH_MALFORMED);
	damage(&p, 0, 0640);
	check_code("others may read it", tokens_open(&other, p.t.fd, NULL),
	    WEIGH_DENIED);
	assert_int_equal(unlinkat(p.t.fd, FILE_NAME, 0), 0);
	assert_int_equal(symlinkat("/dev/null", p.t.fd, FILE_NAME), 0);
	check_code("a link", tokens_open(&other, p.t.fd, NULL), WEIGH_DENIED);
	assert_int_equal(unlinkat(p.t.fd, FILE_NAME, 0), 0);
	check_code("no file", tokens_reload(p.tokens, NULL), WEIGH_OK);
	check_true("no tokens", identify(&p, text, NOW).bad);
	close_place(&p);
}

/* A change that cannot be written does not count. */
static void
test_cannot_be_written(void **state)
{
	char text[WEIGH_TOKEN_MADE + 1];
	struct weigh_who who = { .role = WEIGH_ROLE_READ, .name = "b" };
	struct place p;

	(void)state;
	open_place(&p);
	make(&p, "a", WEIGH_ROLE_READ, 0, text);
	assert_int_equal(renameat(p.t.fd, "keys", p.t.fd, "away"), 0);
	close(openat(p.t.fd, "keys", O_CREAT | O_WRONLY, 0600));
	check_true("not made",
	    tokens_make(p.tokens, &who, text, NULL) != WEIGH_OK);
	check_true("not removed",
	    tokens_remove(p.tokens, "a", &who, NULL) != WEIGH_OK);
	check_code("still there", tokens_remove(p.tokens, "b", &who, NULL),
	    WEIGH_NOT_FOUND);
	close_place(&p);
}

static void
test_rules(void **state)
{
	struct weigh_access_rules rules;
	struct place p;

	(void)state;
	open_place(&p);
	rules = tokens_rules(p.tokens);
	check_true("read, refuse",
	    !rules.anonymous_none && !rules.unknown_ignored);
	rules.anonymous_none = true;
	tokens_set_rules(p.tokens, &rules);
	rules = tokens_rules(p.tokens);
	check_true("none, refuse",
	    rules.anonymous_none && !rules.unknown_ignored);
	close_place(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_text_is_not_kept),
		cmocka_unit_test(test_lasts),
		cmocka_unit_test(test_expires),
		cmocka_unit_test(test_wishes),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_cannot_be_written),
		cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
