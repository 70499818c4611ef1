/* Who counts as one address, how many connections it holds, how often it asks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "net/address.h"

#define SECOND INT64_C(1000000000)

static struct sockaddr_storage
address(const char *text)
{
	struct sockaddr_storage ss = { .ss_family = AF_INET };

	if (strchr(text, ':') != NULL) {
		ss.ss_family = AF_INET6;
		assert_int_equal(inet_pton(AF_INET6, text,
				     &((struct sockaddr_in6 *)&ss)->sin6_addr),
		    1);
	} else {
		assert_int_equal(inet_pton(AF_INET, text,
				     &((struct sockaddr_in *)&ss)->sin_addr),
		    1);
	}
	return ss;
}

static struct address *
come(struct addresses *a, const char *text, unsigned most)
{
	struct sockaddr_storage ss = address(text);

	return address_come(a, (struct sockaddr *)&ss, most);
}

static struct addresses *
table(void)
{
	struct addresses *a = NULL;
	struct weigh_err err;

	check_code("table", addresses_new(&a, &err), WEIGH_OK);
	return a;
}

static const struct pair {
	const char *label, *one, *other;
	bool same;
} pairs[] = {
	{ "an address and itself", "192.0.2.1", "192.0.2.1", true },
	{ "neighbors in IPv4", "192.0.2.1", "192.0.2.2", false },
	{ "first octet", "1.0.2.1", "192.0.2.1", false },
	{ "a /64", "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true },
	{ "two /64 side by side", "2001:db8:0:1::1", "2001:db8:0:2::1", false },
	{ "IPv4 in IPv6", "::ffff:192.0.2.1", "192.0.2.1", true },
	{ "two of IPv4 in IPv6", "::ffff:192.0.2.1", "::ffff:192.0.2.2",
	    false },
	{ "this machine, twice", "127.0.0.1", "::1", false },
};

static void
who_is_one(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *p = &pairs[i];
		struct addresses *a = table();
		struct address *one = come(a, p->one, 1);
		struct address *other = come(a, p->other, 1);

		check_true(p->label, one != NULL);
		check_true(p->label, (other == NULL) == p->same);
		address_leave(a, one);
		if (other != NULL)
			address_leave(a, other);
		addresses_free(a);
	}
}

static void
connections_are_given_back(void **state)
{
	struct addresses *a = table();
	struct address *held[3], *elsewhere;
	unsigned i;

	(void)state;
	for (i = 0; i < 3; i++)
		held[i] = come(a, "192.0.2.1", 3);
	check_true("three", held[2] != NULL);
	check_true("no fourth", come(a, "192.0.2.1", 3) == NULL);
	elsewhere = come(a, "192.0.2.2", 3);
	check_true("but elsewhere", elsewhere != NULL);
	check_true("0 is any number", come(a, "192.0.2.1", 0) == held[0]);
	for (i = 0; i < 2; i++)
		address_leave(a, held[i]);
	held[0] = come(a, "192.0.2.1", 3);
	check_true("again", held[0] == held[2]);
	for (i = 0; i < 3; i++)
		address_leave(a, held[2]);
	address_leave(a, elsewhere);
	addresses_free(a);
}

/* At a moment in milliseconds: may it ask?  `many` requests at two a second. */
static const struct ask {
	const char *label;
	int64_t at;
	bool may;
} asks[] = {
	{ "the first", 1000, true },
	{ "the second at once", 1000, true },
	{ "no third", 1000, false },
	{ "nor a little later", 1499, false },
	{ "half a second later one", 1500, true },
	{ "and no more", 1500, false },
	{ "long after, again two", 9000, true },
	{ "not saved up: two", 9000, true },
	{ "not saved up: no third", 9000, false },
};

static void
requests_come_at_a_rate(void **state)
{
	struct addresses *a = table();
	struct address *from = come(a, "192.0.2.1", 0);
	struct address *other = come(a, "192.0.2.2", 0);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		check_true(asks[i].label,
		    address_may_ask(a, from, 2, asks[i].at * SECOND / 1000) ==
			asks[i].may);
	check_true("the neighbor may", address_may_ask(a, other, 2, SECOND));
	address_leave(a, from);
	from = come(a, "192.0.2.1", 0);
	check_true("a new connection is no new budget",
	    !address_may_ask(a, from, 2, 9 * SECOND));
	check_true("one a second", address_may_ask(a, other, 1, 60 * SECOND));
	check_true("and not two", !address_may_ask(a, other, 1, 60 * SECOND));
	address_leave(a, from);
	address_leave(a, other);
	addresses_free(a);
}

/* (1) */
static void
memory_is_bounded(void **state)
{
	struct addresses *a = table();
	struct address *first = come(a, "10.255.0.1", 0);
	char text[32];
	unsigned i;

	(void)state;
	check_true("used up", address_may_ask(a, first, 1, SECOND));
	for (i = 0; i < 4 * ADDRESS_QUIET; i++) {
		snprintf(text, sizeof(text), "10.%u.%u.%u", i >> 16 & 255,
		    i >> 8 & 255, i & 255);
		address_leave(a, come(a, text, 0));
	}
	check_u64("known", addresses_count(a), ADDRESS_QUIET + 1);
	check_true("who is here is not forgotten",
	    come(a, "10.255.0.1", 0) == first);
	check_true("nor what it asked", !address_may_ask(a, first, 1, SECOND));
	address_leave(a, first);
	address_leave(a, first);
	addresses_free(a);
	addresses_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_one),
		cmocka_unit_test(connections_are_given_back),
		cmocka_unit_test(requests_come_at_a_rate),
		cmocka_unit_test(memory_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
