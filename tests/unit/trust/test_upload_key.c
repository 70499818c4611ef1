/* The secret of upload URLs; the numbers are those of upload_key.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "check.h"
#include "tmpdir.h"
#include "trust/upload_key.h"

#define FILE_NAME "keys/upload.key"

static void
test_made_once(void **state)
{
	uint8_t key[WEIGH_TICKET_KEY] = { 0 }, again[WEIGH_TICKET_KEY],
		none[WEIGH_TICKET_KEY] = { 0 };
	struct tmpdir t;
	struct stat st;

	(void)state;
	tmpdir_make(&t);
	check_code("made", upload_key_read(key, t.fd, NULL), WEIGH_OK);
	check_true("random", memcmp(key, none, sizeof(key)) != 0);
	assert_int_equal(fstatat(t.fd, FILE_NAME, &st, 0), 0);
	check_u64("mode", st.st_mode & 07777, 0600);
	check_code("again", upload_key_read(again, t.fd, NULL), WEIGH_OK);
	check_bytes("the same", again, sizeof(again), key, sizeof(key));
	tmpdir_remove(&t);
}

/* (1) */
static void
test_refused(void **state)
{
	uint8_t key[WEIGH_TICKET_KEY];
	struct tmpdir t;

	(void)state;
	tmpdir_make(&t);
	check_code("made", upload_key_read(key, t.fd, NULL), WEIGH_OK);
	assert_int_equal(fchmodat(t.fd, FILE_NAME, 0640, 0), 0);
	check_code("others can read it", upload_key_read(key, t.fd, NULL),
	    WEIGH_DENIED);
	assert_int_equal(fchmodat(t.fd, FILE_NAME, 0600, 0), 0);
	tmpdir_write(&t, FILE_NAME, "short", 5);
	assert_int_equal(fchmodat(t.fd, FILE_NAME, 0600, 0), 0);
	check_code("too short", upload_key_read(key, t.fd, NULL),
	    WEIGH_MALFORMED);
	tmpdir_write(&t, FILE_NAME, "0123456789012345678901234567890123", 34);
	assert_int_equal(fchmodat(t.fd, FILE_NAME, 0600, 0), 0);
	check_code("too long", upload_key_read(key, t.fd, NULL),
	    WEIGH_MALFORMED);
	tmpdir_remove(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_once),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
