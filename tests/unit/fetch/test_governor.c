/* How often upstreams are asked, however many there are (fetch.h, 5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fetch/priv.h"

#define LONGEST 300 /* bytes of a URL: longer than most */

static int
set_up(void **state)
{
	struct fetch *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	pthread_mutex_init(&f->governor_lock, NULL);
	f->settings.ranges = 4;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fetch *f = *state;

	pthread_mutex_destroy(&f->governor_lock);
	free(f);
	return 0;
}

/* The n-th upstream, as a client asks it. */
static struct place
place_of(unsigned n, char base[WEIGH_SOURCE_MAX])
{
	snprintf(base, WEIGH_SOURCE_MAX, "http://127.0.0.1/%0*u", LONGEST, n);
	return (struct place){
		.at.site = { .base = base, .token = "" },
		.asker = PLACE_CLIENT,
	};
}

static enum weigh_code
ask(struct fetch *f, unsigned n)
{
	char base[WEIGH_SOURCE_MAX];
	const struct place p = place_of(n, base);

	return governor_ask(f, &p, NULL, NULL);
}

/* Upstream n says: not before an hour has passed. */
static void
refuse(struct fetch *f, unsigned n)
{
	const struct outbound_head head = {
		.status = 429, .retry_after = 3600, .left = -1, .reset = -1
	};
	char base[WEIGH_SOURCE_MAX];
	const struct place p = place_of(n, base);

	governor_told(f, &p, &head);
}

static void
test_any_number(void **state)
{
	struct fetch *f = *state;

	for (unsigned n = 0; n < 3 * GOVERNORS; n++) {
		check_u64("at first", ask(f, n), WEIGH_OK);
		refuse(f, n);
		check_u64("after its word", ask(f, n), WEIGH_NOT_YET);
	}
}

static void
test_who_is_asked_is_not_forgotten(void **state)
{
	struct fetch *f = *state;

	refuse(f, 0);
	for (unsigned n = 1; n < 3 * GOVERNORS; n++) {
		/* Which one was asked last is told by milliseconds. */
		for (int64_t now = fetch_ms(); fetch_ms() == now;)
			;
		check_u64("another", ask(f, n), WEIGH_OK);
		check_u64("the first", ask(f, 0), WEIGH_NOT_YET);
	}
}

/* A late one is brought by as many connections as are worth it, too. */
static void
test_late_ones_widen(void **state)
{
	struct fetch *f = *state;
	char base[WEIGH_SOURCE_MAX];
	const struct place p = place_of(GOVERNORS, base);
	unsigned sure;

	for (unsigned n = 0; n < GOVERNORS; n++)
		(void)ask(f, n);
	check_u64("at first", governor_width(f, &p, &sure), 1);
	for (unsigned i = 0; i < GOVERNORS; i++)
		if (strcmp(f->governors[i].base, base) == 0)
			f->governors[i].pace.more = 2;
	check_u64("when that was worth it", governor_width(f, &p, &sure), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_any_number, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    test_who_is_asked_is_not_forgotten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_late_ones_widen, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
