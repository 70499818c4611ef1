/* Tests of proto/address.c and redirect.c: where an address lies, which redirects are
 * followed, what goes round a proxy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <weigh/url.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* --- addresses ----------------------------------------------------------- */

static const struct place {
	const char *text;
	const char *class; /* NULL: no address */
} places[] = {
	{ "8.8.8.8", "public" },
	{ "126.255.255.255", "public" },
	{ "128.0.0.0", "public" },
	{ "172.15.255.255", "public" },
	{ "172.32.0.0", "public" },
	{ "100.63.255.255", "public" },
	{ "100.128.0.0", "public" },
	{ "223.255.255.255", "public" },
	{ "127.0.0.1", "loopback" },
	{ "127.255.255.255", "loopback" },
	{ "0.0.0.0", "loopback" },
	{ "0.1.2.3", "loopback" },
	{ "169.254.169.254", "link-local" },
	{ "169.253.255.255", "public" },
	{ "10.0.0.0", "private" },
	{ "172.16.0.0", "private" },
	{ "172.31.255.255", "private" },
	{ "192.168.255.255", "private" },
	{ "192.169.0.0", "public" },
	{ "100.64.0.0", "private" },
	{ "100.127.255.255", "private" },
	{ "198.18.0.0", "private" },
	{ "198.19.255.255", "private" },
	{ "198.20.0.0", "public" },
	{ "192.0.0.1", "reserved" },
	{ "192.0.2.1", "reserved" },
	{ "192.0.3.1", "public" },
	{ "198.51.100.1", "reserved" },
	{ "203.0.113.1", "reserved" },
	{ "224.0.0.1", "reserved" },
	{ "255.255.255.255", "reserved" },
	{ "2606:4700::1", "public" },
	{ "2a00::1", "public" },
	{ "3fff:ffff::", "public" },
	{ "4000::", "reserved" },
	{ "::", "loopback" },
	{ "::1", "loopback" },
	{ "::2", "reserved" },
	{ "::7f00:1", "reserved" }, /* of old: ::127.0.0.1 */
	{ "fe80::1", "link-local" },
	{ "febf::1", "link-local" },
	{ "fec0::1", "private" },
	{ "fc00::1", "private" },
	{ "fdff::1", "private" },
	{ "fe00::1", "reserved" },
	{ "ff02::1", "reserved" },
	{ "2001:db8::1", "reserved" },
	/* IPv4 within (3) */
	{ "::ffff:127.0.0.1", "loopback" },
	{ "::ffff:169.254.169.254", "link-local" },
	{ "::ffff:8.8.8.8", "public" },
	{ "::ffff:0:10.0.0.1", "private" },
	{ "64:ff9b::192.168.0.1", "private" },
	{ "64:ff9b::8.8.8.8", "public" },
	{ "2002:7f00:1::", "loopback" },
	{ "2002:808:808::", "public" },
	{ "2001:0:1:2:3:4:f5ff:fffe", "private" }, /* Teredo of 10.0.0.1 */
	{ "2001:0:1:2:3:4:80ff:fffe", "loopback" },
	/* spellings */
	{ "0:0:0:0:0:0:0:1", "loopback" },
	{ "0000:0000:0000:0000:0000:0000:0000:0001", "loopback" },
	{ "1::", "reserved" },
	{ "1:2:3:4:5:6:7::", "reserved" },
	{ "::2:3:4:5:6:7:8", "reserved" },
	{ "1:2:3:4:5:6:7:8", "reserved" },
	{ "1:2:3:4:5:6:1.2.3.4", "reserved" },
	{ "FE80::A", "link-local" },
	{ "", NULL },
	{ ".", NULL },
	{ "1.2.3", NULL },
	{ "1.2.3.4.5", NULL },
	{ "1.2.3.4.", NULL },
	{ "1.2.3.256", NULL },
	{ "01.2.3.4", NULL },
	{ "1.2.3.04", NULL },
	{ "1.2.3.0x4", NULL },
	{ " 1.2.3.4", NULL },
	{ ":", NULL },
	{ ":::", NULL },
	{ ":1", NULL },
	{ "1:", NULL },
	{ "1::2::3", NULL },
	{ "1:2:3:4:5:6:7", NULL },
	{ "1:2:3:4:5:6:7:8:9", NULL },
	{ "1:2:3:4:5:6:7:8::", NULL },
	{ "1:2:3:4::5:6:7:8", NULL },
	{ "12345::", NULL },
	{ "::g", NULL },
	{ "::1%eth0", NULL },
	{ "1.2.3.4::", NULL },
	{ "::1.2.3.4:5", NULL },
	{ "::1.2.3", NULL },
	{ "1:2:3:4:5:6:7:1.2.3.4", NULL },
};

static void
test_where_addresses_lie(void **state)
{
	struct weigh_address a;

	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		const struct place *p = &places[i];
		const struct weigh_span text = { p->text, strlen(p->text) };
		bool is = weigh_address_parse(&a, text);

		check_true(p->text, is == (p->class != NULL));
		if (is)
			check_str(p->text,
			    weigh_address_class_name(weigh_address_class(&a)),
			    p->class);
	}
}

static void
test_who_may_go_where(void **state)
{
	(void)state;
	for (int c = WEIGH_ADDRESS_PUBLIC; c <= WEIGH_ADDRESS_NOBODY; c++) {
		enum weigh_address_class class = (enum weigh_address_class)c;
		const char *name = weigh_address_class_name(class);

		check_true(name,
		    weigh_address_allowed(class, false) ==
			(class == WEIGH_ADDRESS_PUBLIC));
		check_true(name,
		    weigh_address_allowed(class, true) ==
			(class != WEIGH_ADDRESS_NOBODY));
	}
}

/* --- redirects ----------------------------------------------------------- */

#define F WEIGH_REDIRECT_FOLLOW
#define B WEIGH_REDIRECT_BARE
#define DOWN WEIGH_REDIRECT_DOWNGRADE
#define IN WEIGH_REDIRECT_INWARD
#define BODY WEIGH_REDIRECT_BODY

static const struct row {
	const char *label, *from, *to;
	int status;
	bool post, configured;
	enum weigh_redirect want;
} rows[] = {
	{ "the same place", "https://h/a", "https://h/b", 302, false, false,
	    F },
	{ "the same, inside", "http://10.0.0.1/a", "http://10.0.0.1/b", 302,
	    false, false, F },
	{ "another host", "https://h/", "https://cdn/", 302, false, false, B },
	{ "another port", "https://h/", "https://h:8443/", 307, false, false,
	    B },
	{ "up to https", "http://h/", "https://h/", 301, false, false, B },
	{ "down to http (4)", "https://h/", "http://h/", 301, false, false,
	    DOWN },
	{ "down, though configured (4)", "https://h/", "http://h/", 302, false,
	    true, DOWN },
	{ "to loopback", "https://h/", "https://127.0.0.1/", 302, false, false,
	    IN },
	{ "to localhost", "https://h/", "https://localhost/", 302, false, false,
	    IN },
	{ "to link-local", "http://h/", "http://169.254.169.254/", 302, false,
	    false, IN },
	{ "to a private one", "http://h/", "http://[fd00::1]/", 302, false,
	    false, IN },
	{ "to a private one that is named", "http://h/", "http://10.1.1.1/",
	    302, false, true, B },
	{ "to nobody's, though named", "http://h/", "http://224.0.0.1/", 302,
	    false, true, IN },
	{ "to a public address", "http://h/", "http://8.8.8.8/", 302, false,
	    false, B },
	{ "a body, 307", "https://h/a", "https://h/b", 307, true, false, F },
	{ "a body, 308", "https://h/a", "https://h/b", 308, true, false, F },
	{ "a body, 301", "https://h/a", "https://h/b", 301, true, false, BODY },
	{ "a body, 303", "https://h/a", "https://h/b", 303, true, false, BODY },
	{ "a body elsewhere", "https://h/a", "https://x/b", 307, true, true,
	    BODY },
};

static void
test_which_redirects_are_followed(void **state)
{
	struct weigh_url from, to;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct weigh_redirect_facts f = {
			.from = &from,
			.to = &to,
			.status = r->status,
			.post = r->post,
			.configured = r->configured,
			.followed = 2,
			.most = 3,
		};

		weigh_url_parse(&from, r->from, NULL);
		weigh_url_parse(&to, r->to, NULL);
		check_u64(r->label, weigh_redirect_judge(&f), r->want);
		f.followed = 3;
		check_u64(r->label, weigh_redirect_judge(&f),
		    WEIGH_REDIRECT_TOO_MANY);
	}
	check_str("why", weigh_redirect_why(DOWN),
	    "a redirect from https to http");
}

/* --- proxies ------------------------------------------------------------- */

static const struct round_row {
	const char *url, *list;
	bool round;
} rounds[] = {
	{ "http://h", "", false },
	{ "http://h", "*", true },
	{ "http://h", "h", true },
	{ "http://h", "H", true },
	{ "http://a.h", "h", true },
	{ "http://a.h", ".h", true },
	{ "http://a.h", "*.h", true },
	{ "http://ah", "h", false },
	{ "http://h", "a.h", false },
	{ "http://h", "x, y ,h", true },
	{ "http://h", ", ,", false },
	{ "http://h", ".", false },
	{ "http://10.1.2.3", "10.1.2.3", true },
	{ "http://10.1.2.3", "10.0.0.0/8", true },
	{ "http://11.1.2.3", "10.0.0.0/8", false },
	{ "http://10.1.2.3", "10.1.2.2/31", true },
	{ "http://10.1.2.4", "10.1.2.2/31", false },
	{ "http://10.1.2.3", "0.0.0.0/0", true },
	{ "http://10.1.2.3", "10.0.0.0/", false },
	{ "http://10.1.2.3", "10.0.0.0/33", false },
	{ "http://10.1.2.3", "10.0.0.0/8x", false },
	{ "http://10.1.2.3", "10.0.0.0/0008", false },
	{ "http://10.1.2.3", "2.3", false },
	{ "http://[fd00::1]", "fd00::/8", true },
	{ "http://[fd00::1]", "10.0.0.0/8", false },
	{ "http://[fd00::1]", "fd00:0::1", true },
};

static void
test_what_goes_round_a_proxy(void **state)
{
	struct weigh_url u;

	(void)state;
	for (size_t i = 0; i < COUNT(rounds); i++) {
		weigh_url_parse(&u, rounds[i].url, NULL);
		check_true(rounds[i].list,
		    weigh_proxy_bypassed(&u, rounds[i].list) ==
			rounds[i].round);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_addresses_lie),
		cmocka_unit_test(test_who_may_go_where),
		cmocka_unit_test(test_which_redirects_are_followed),
		cmocka_unit_test(test_what_goes_round_a_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
