/* The end of a server that has bodies and answers under way: drained, or cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "yard.h"

/* --- the end of the house ------------------------------------------------------------------------ */

static void
test_drain(void **state)
{
	char got[2048];
	int down = yard_call(), up = yard_call();

	(void)state;
	assert_true(yard_says(down, GET("/spout/31457280")));
	assert_true(yard_says(up,
	    POST("/sink", "Content-Length: 4194304\r\n")));
	assert_true(yard_say_pattern(up, 0, MIB));
	yard_hear_until(down, "\r\n\r\n", got, sizeof(got));
	server_drain(yard.server);
	check_u64("bytes", yard_hear_chunks(down), 30u * MIB);
	assert_true(yard_say_pattern(up, MIB, 3u * MIB));
	yard_hear_until(up, "\r\n\r\n", got, sizeof(got));
	assert_non_null(strstr(got, "Connection: close"));
	yard_hear_until(up, "{\"bytes\":4194304}", got, sizeof(got));
	assert_int_equal(recv(down, got, 1, 0), 0);
	close(down);
	close(up);
	for (int i = 0; i < 1000 && server_connections(yard.server) > 0; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	check_u64("connections", server_connections(yard.server), 0);
}

/* Everything is cut in the middle: by yard_close, and what it must find. */
static void
test_cut(void **state)
{
	char got[2048];
	int down = yard_call(), up = yard_call(), stalled = yard_call();

	assert_true(yard_says(down, GET("/spout/99999999")));
	yard_hear_until(down, "\r\n\r\n", got, sizeof(got));
	assert_true(yard_says(up,
	    POST("/plain", "Content-Length: 4194304\r\n")));
	assert_true(yard_say_pattern(up, 0, MIB));
	assert_true(yard_says(stalled,
	    POST("/stalled", "Content-Length: 4194304\r\n")));
	yard_wait("stalled", &yard.begins, 1);
	yard_close(state);
	check_u64("lost", atomic_load(&yard.losts), 2);
	check_u64("works", atomic_load(&yard.works), 0);
	check_u64("canceled", atomic_load(&yard.canceled), 1);
	close(down);
	close(up);
	close(stalled);
}

#define STORY(test) cmocka_unit_test_setup_teardown(test, yard_open, yard_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(test_drain),
		cmocka_unit_test_setup(test_cut, yard_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
