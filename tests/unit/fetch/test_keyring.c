/* The file of tokens for upstreams; the numbers are those of keyring.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "fetch/keyring.h"
#include "tmpdir.h"

#define LINE "https://hub.example secret\n"

static const struct row {
	const char *label, *text;
	mode_t mode;
	enum weigh_code rc;
} rows[] = {
	{ "its owner's", LINE, 0600, WEIGH_OK },
	{ "to be read only", LINE, 0400, WEIGH_OK },
	{ "empty", "", 0600, WEIGH_OK },
	{ "(1) the group reads", LINE, 0640, WEIGH_DENIED },
	{ "(1) all read", LINE, 0604, WEIGH_DENIED },
	{ "(1) the group writes", LINE, 0620, WEIGH_DENIED },
	{ "(2) malformed", "secret https://hub.example\n", 0600,
	    WEIGH_MALFORMED },
};

static void
test_rows(void **state)
{
	struct weigh_source_tokens *t;
	struct weigh_err err;
	struct tmpdir dir;
	char path[300];

	(void)state;
	tmpdir_make(&dir);
	(void)snprintf(path, sizeof(path), "%s/tokens", dir.path);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];

		tmpdir_write(&dir, "tokens", r->text, strlen(r->text));
		check_true(r->label, chmod(path, r->mode) == 0);
		weigh_err_clear(&err);
		check_code(r->label, keyring_read(&t, path, &err), r->rc);
		check_true("(2)", strstr(err.why, "secret") == NULL);
		if (r->rc != WEIGH_OK)
			check_has(r->label, err.why, path);
		check_str(r->label,
		    weigh_source_token(t, "https://hub.example"),
		    r->rc == WEIGH_OK && r->text[0] != '\0' ? "secret" : "");
		weigh_source_tokens_free(t);
	}
	tmpdir_remove(&dir);
}

static void
test_no_file(void **state)
{
	struct weigh_source_tokens *t;
	struct tmpdir dir;
	char path[300];

	(void)state;
	tmpdir_make(&dir);
	check_code("none named", keyring_read(&t, "", NULL), WEIGH_OK);
	check_true("none named", t == NULL);
	check_code("a folder", keyring_read(&t, dir.path, NULL), WEIGH_DENIED);
	(void)snprintf(path, sizeof(path), "%s/pipe", dir.path);
	check_code("absent", keyring_read(&t, path, NULL), WEIGH_NOT_FOUND);
	check_true("pipe", mkfifo(path, 0600) == 0);
	check_code("(1) a pipe", keyring_read(&t, path, NULL), WEIGH_DENIED);
	tmpdir_remove(&dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
