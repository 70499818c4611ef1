/* Tests of proto/url.c: which texts are URLs, and where a Location leads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <weigh/url.h>

#include "check.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define L63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

static const struct row {
	const char *label, *text;
	const char *host; /* NULL: refused */
	unsigned port;
	const char *rest;
} rows[] = {
	{ "plain", "http://hub.example", "hub.example", 80, "" },
	{ "secure", "https://hub.example/", "hub.example", 443, "/" },
	{ "capitals", "HTTPS://Hub.EXAMPLE/A", "hub.example", 443, "/A" },
	{ "a port", "http://hub.example:8080/a/b", "hub.example", 8080,
	    "/a/b" },
	{ "a query", "http://h/a?b=c", "h", 80, "/a?b=c" },
	{ "a query without path", "http://h?b", "h", 80, "?b" },
	{ "a fragment goes", "http://h/a?b#c?d", "h", 80, "/a?b" },
	{ "a fragment alone", "http://h#c", "h", 80, "" },
	{ "an at sign in the path", "http://h/a@b", "h", 80, "/a@b" },
	{ "underscores", "http://_a_.b/", "_a_.b", 80, "/" },
	{ "a label of 63", "http://" L63 "/", L63, 80, "/" },
	{ "a quad", "http://192.0.2.1:1/", "192.0.2.1", 1, "/" },
	{ "IPv6", "http://[2001:DB8::1]:65535/x", "2001:db8::1", 65535, "/x" },
	{ "a name that begins with digits", "http://1a.2b/", "1a.2b", 80, "/" },

	{ "nothing", "", NULL, 0, "" },
	{ "no scheme", "hub.example/a", NULL, 0, "" },
	{ "another scheme", "ftp://h/", NULL, 0, "" },
	{ "a file", "file:///etc/passwd", NULL, 0, "" },
	{ "one slash", "http:/h/", NULL, 0, "" },
	{ "no host", "http:///a", NULL, 0, "" },
	{ "a user", "http://user@h/", NULL, 0, "" },
	{ "a user and a word", "http://u:w@h/", NULL, 0, "" },
	{ "a user with a port", "http://u@h:80/", NULL, 0, "" },
	{ "a blank", "http://h/a b", NULL, 0, "" },
	{ "a line end", "http://h/a\r\nX: y", NULL, 0, "" },
	{ "a backslash", "http://h\\@other/", NULL, 0, "" },
	{ "not ASCII", "http://h\xc3\xa4/", NULL, 0, "" },
	{ "an escaped host", "http://%31.2.3.4/", NULL, 0, "" },
	{ "an empty port", "http://h:/", NULL, 0, "" },
	{ "port 0", "http://h:0/", NULL, 0, "" },
	{ "port 65536", "http://h:65536/", NULL, 0, "" },
	{ "a port in letters", "http://h:8o/", NULL, 0, "" },
	{ "a label of 64", "http://" L63 "g/", NULL, 0, "" },
	{ "an empty label", "http://a..b/", NULL, 0, "" },
	{ "a dot at the end", "http://a./", NULL, 0, "" },
	{ "a hyphen in front", "http://-a/", NULL, 0, "" },
	/* (1) */
	{ "three parts", "http://127.0.1/", NULL, 0, "" },
	{ "two parts", "http://127.1/", NULL, 0, "" },
	{ "one number", "http://2130706433/", NULL, 0, "" },
	{ "hex", "http://0x7f.0.0.1/", NULL, 0, "" },
	{ "hex at the end", "http://a.0x7f/", NULL, 0, "" },
	{ "octal", "http://0177.0.0.1/", NULL, 0, "" },
	{ "a quad too large", "http://1.2.3.256/", NULL, 0, "" },
	{ "a name that ends in a number", "http://a.1/", NULL, 0, "" },
	{ "IPv6 without brackets", "http://::1/", NULL, 0, "" },
	{ "IPv4 in brackets", "http://[127.0.0.1]/", NULL, 0, "" },
	{ "a name in brackets", "http://[h]/", NULL, 0, "" },
	{ "a zone", "http://[fe80::1%25eth0]/", NULL, 0, "" },
	{ "an open bracket", "http://[::1/", NULL, 0, "" },
	{ "text behind the bracket", "http://[::1]x/", NULL, 0, "" },
};

static void
test_what_is_a_url(void **state)
{
	struct weigh_url u;
	struct weigh_err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		enum weigh_code rc = weigh_url_parse(&u, r->text, &err);

		check_code(r->label, rc,
		    r->host != NULL ? WEIGH_OK : WEIGH_MALFORMED);
		if (r->host == NULL)
			continue;
		check_str(r->label, u.host, r->host);
		check_u64(r->label, u.port, r->port);
		check_bytes(r->label, u.rest.p, u.rest.len, r->rest,
		    strlen(r->rest));
		check_true(r->label,
		    u.https == (r->text[4] == 's' || r->text[4] == 'S'));
	}
}

static void
test_the_longest_url(void **state)
{
	char text[WEIGH_URL_MAX + 1];
	struct weigh_url u;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "http://h/", 9);
	text[WEIGH_URL_MAX - 1] = '\0';
	check_code("one that fits", weigh_url_parse(&u, text, NULL), WEIGH_OK);
	text[WEIGH_URL_MAX - 1] = 'a';
	text[WEIGH_URL_MAX] = '\0';
	check_code("one more", weigh_url_parse(&u, text, NULL),
	    WEIGH_MALFORMED);
}

/* --- Location ------------------------------------------------------------ */

#define BASE "http://h:8/b/c/d?q"

static const struct lead {
	const char *label, *base, *location, *want; /* NULL: refused */
} leads[] = {
	{ "absolute", BASE, "https://x/y", "https://x/y" },
	{ "a fragment goes", BASE, "https://x/y#z", "https://x/y" },
	{ "another host, same scheme", BASE, "//x/y", "http://x/y" },
	{ "a path", BASE, "/y", "http://h:8/y" },
	{ "a path with a query", BASE, "/y?p", "http://h:8/y?p" },
	/* RFC 3986 section 5.4, as far as they apply */
	{ "g", BASE, "g", "http://h:8/b/c/g" },
	{ "./g", BASE, "./g", "http://h:8/b/c/g" },
	{ "g/", BASE, "g/", "http://h:8/b/c/g/" },
	{ "?y", BASE, "?y", "http://h:8/b/c/d?y" },
	{ "g?y", BASE, "g?y", "http://h:8/b/c/g?y" },
	{ "#s", BASE, "#s", "http://h:8/b/c/d?q" },
	{ "empty", BASE, "", "http://h:8/b/c/d?q" },
	{ ".", BASE, ".", "http://h:8/b/c/" },
	{ "./", BASE, "./", "http://h:8/b/c/" },
	{ "..", BASE, "..", "http://h:8/b/" },
	{ "../g", BASE, "../g", "http://h:8/b/g" },
	{ "../..", BASE, "../..", "http://h:8/" },
	{ "../../g", BASE, "../../g", "http://h:8/g" },
	{ "past the root", BASE, "../../../../g", "http://h:8/g" },
	{ "/../g", BASE, "/../g", "http://h:8/g" },
	{ "/./g", BASE, "/./g", "http://h:8/g" },
	{ "g.", BASE, "g.", "http://h:8/b/c/g." },
	{ "..g", BASE, "..g", "http://h:8/b/c/..g" },
	{ "g/../h", BASE, "g/../h", "http://h:8/b/c/h" },
	{ "dots in a query stay", BASE, "g?y/../x", "http://h:8/b/c/g?y/../x" },
	{ "a base without path", "https://h", "g", "https://h:443/g" },
	{ "a base of a query", "https://h?x", "g", "https://h:443/g" },
	{ "IPv6", "http://[::1]/a", "/b", "http://[::1]:80/b" },

	{ "another scheme (2)", BASE, "file:///etc/passwd", NULL },
	{ "a scheme without slashes (2)", BASE, "javascript:x", NULL },
	{ "a user (2)", BASE, "//u@x/", NULL },
	{ "a number for a host (1)", BASE, "//2130706433/", NULL },
	{ "a blank", BASE, "/a b", NULL },
	{ "a control character", BASE, "/a\x01", NULL },
};

static void
test_where_a_location_leads(void **state)
{
	char out[WEIGH_URL_MAX];
	struct weigh_url base;

	(void)state;
	for (size_t i = 0; i < COUNT(leads); i++) {
		const struct lead *l = &leads[i];
		enum weigh_code rc;

		check_code(l->label, weigh_url_parse(&base, l->base, NULL),
		    WEIGH_OK);
		rc = weigh_url_resolve(out, &base, l->location, NULL);
		check_code(l->label, rc,
		    l->want != NULL ? WEIGH_OK : WEIGH_MALFORMED);
		if (l->want != NULL)
			check_str(l->label, out, l->want);
	}
}

/* --- origins ------------------------------------------------------------- */

static const struct origin {
	const char *label, *a, *b;
	bool same;
} origins[] = {
	{ "itself", "http://h/a", "http://h/b", true },
	{ "its port, said", "http://h", "http://h:80/", true },
	{ "capitals", "https://H", "https://h", true },
	{ "two spellings of IPv6", "http://[::1]", "http://[0:0::0:1]", true },
	{ "another scheme", "http://h:443", "https://h:443", false },
	{ "another port", "http://h", "http://h:81", false },
	{ "another host", "http://h", "http://h.h", false },
	{ "another address", "http://10.0.0.1", "http://10.0.0.2", false },
	{ "IPv4 in IPv6", "http://[::ffff:10.0.0.1]", "http://10.0.0.1",
	    false },
};

static void
test_origins(void **state)
{
	struct weigh_url a, b;

	(void)state;
	for (size_t i = 0; i < COUNT(origins); i++) {
		const struct origin *o = &origins[i];

		weigh_url_parse(&a, o->a, NULL);
		weigh_url_parse(&b, o->b, NULL);
		check_true(o->label, weigh_url_same_origin(&a, &b) == o->same);
		check_true(o->label, weigh_url_same_origin(&b, &a) == o->same);
		check_true(o->label, weigh_url_listed(&a, o->b) == o->same);
	}
}

static void
test_lists_of_origins(void **state)
{
	struct weigh_url u;

	(void)state;
	weigh_url_parse(&u, "https://cdn.example:8443/x", NULL);
	check_true("none", !weigh_url_listed(&u, ""));
	check_true("blanks", !weigh_url_listed(&u, "   "));
	check_true("the second",
	    weigh_url_listed(&u, " https://a  https://cdn.example:8443/path "));
	check_true("among what is no URL",
	    weigh_url_listed(&u,
		"dir:/x git+https://y https://cdn.example:8443"));
	check_true("a part of it",
	    !weigh_url_listed(&u,
		"https://cdn.example https://cdn.example:84430"));
}

static void
test_this_machine_by_name(void **state)
{
	static const char *const are[] = { "http://localhost",
		"http://x.LOCALHOST:1", "http://127.9.9.9", "http://[::1]",
		"http://0.0.0.0", "http://[::ffff:127.0.0.1]" };
	static const char *const are_not[] = { "http://localhost.x",
		"http://xlocalhost", "http://10.0.0.1", "http://h" };
	struct weigh_url u;

	(void)state;
	for (size_t i = 0; i < COUNT(are); i++) {
		weigh_url_parse(&u, are[i], NULL);
		check_true(are[i], weigh_url_loopback(&u));
	}
	for (size_t i = 0; i < COUNT(are_not); i++) {
		weigh_url_parse(&u, are_not[i], NULL);
		check_true(are_not[i], !weigh_url_loopback(&u));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_a_url),
		cmocka_unit_test(test_the_longest_url),
		cmocka_unit_test(test_where_a_location_leads),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_lists_of_origins),
		cmocka_unit_test(test_this_machine_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
