/* Field lines and the fields that matter to the reader (RFC 9112 section 5,
 * RFC 9110 sections 5, 7.2, 10.1.1), in every cutting: invariant (1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_rows.h"

#define GET1 "GET / HTTP/1.1\r\n"
#define GET0 "GET / HTTP/1.0\r\n"
#define H "Host: h\r\n"
#define BEGIN GET1 H
#define END "\r\n\r\n"

// clang-format off
static const struct refused refused[] = {
	/* the name */
	{ "blank before the colon", 400, BYTES(BEGIN "A "), BYTES(": b" END) },
	{ "tab before the colon", 400, BYTES(BEGIN "A\t"), BYTES(": b" END) },
	{ "blank in Content-Length's name", 400, BYTES(BEGIN "Content-Length "),
	    BYTES(": 5" END) },
	{ "no name", 400, BYTES(BEGIN ":"), BYTES(" b" END) },
	{ "no name, blank", 400, BYTES(BEGIN " "), BYTES(": b" END) },
	{ "no colon", 400, BYTES(BEGIN "A\r"), BYTES("\n\r\n") },
	{ "no colon, two words", 400, BYTES(BEGIN "A "), BYTES("b" END) },
	{ "NUL in the name", 400, BYTES(BEGIN "A\0"), BYTES("B: c" END) },
	{ "NUL first", 400, BYTES(BEGIN "\0"), BYTES("A: c" END) },
	{ "a bracket in the name", 400, BYTES(BEGIN "X["), BYTES("]: c" END) },
	{ "a slash in the name", 400, BYTES(BEGIN "X/"), BYTES("Y: c" END) },
	{ "a quote in the name", 400, BYTES(BEGIN "\""), BYTES("Host\": c" END) },
	{ "a brace in the name", 400, BYTES(BEGIN "X{"), BYTES(": c" END) },
	{ "a semicolon in the name", 400, BYTES(BEGIN "X;"), BYTES(": c" END) },
	{ "an equals sign in the name", 400, BYTES(BEGIN "X="), BYTES(": c" END) },
	{ "a control in the name", 400, BYTES(BEGIN "A\x01"), BYTES(": c" END) },
	{ "a vertical tab in the name", 400,
	    BYTES(BEGIN "Transfer-Encoding\v"), BYTES(": chunked" END) },
	{ "an octet above 0x7F in the name", 400, BYTES(BEGIN "A\xe9"),
	    BYTES(": c" END) },

	/* folding */
	{ "the first line begins with a blank", 400, BYTES(GET1 " "),
	    BYTES(H "\r\n") },
	{ "the first line begins with a tab", 400, BYTES(GET1 "\t"),
	    BYTES(H "\r\n") },
	{ "a folded value", 400, BYTES(BEGIN "A: b\r\n "), BYTES("c" END) },
	{ "a value folded by a tab", 400, BYTES(BEGIN "A: b\r\n\t"),
	    BYTES("c" END) },
	{ "a folded empty line", 400, BYTES(BEGIN "A: b\r\n "), BYTES(END) },
	{ "folded Transfer-Encoding", 400,
	    BYTES(BEGIN "Transfer-Encoding:\r\n"), BYTES(" chunked" END) },

	/* the value */
	{ "NUL in a value", 400, BYTES(BEGIN "A: b\0"), BYTES("c" END) },
	{ "a control in a value", 400, BYTES(BEGIN "A: b\x01"), BYTES("c" END) },
	{ "backspace in a value", 400, BYTES(BEGIN "A: b\b"), BYTES("c" END) },
	{ "a form feed in a value", 400, BYTES(BEGIN "A: \f"), BYTES("c" END) },
	{ "DEL in a value", 400, BYTES(BEGIN "A: b\x7f"), BYTES("c" END) },
	{ "a bare CR in a value", 400, BYTES(BEGIN "A: b\rc"), BYTES(END) },
	{ "two CR behind a value", 400, BYTES(BEGIN "A: b\r\r"), BYTES("\n\r\n") },
	{ "a bare LF behind a value", 400, BYTES(BEGIN "A: b\n"), BYTES("\r\n") },
	{ "a bare LF behind a name", 400, BYTES(BEGIN "A\n"), BYTES("\r\n") },
	{ "a bare LF for the last line", 400, BYTES(BEGIN "\n"), BYTES("") },
	{ "CR and something for the last line", 400, BYTES(BEGIN "\rX"),
	    BYTES("\n") },

	/* Host */
	{ "no Host", 400, BYTES(GET1 "\r\n"), BYTES(GET1 H "\r\n") },
	{ "no Host among others", 400, BYTES(GET1 "A: b" END), BYTES("") },
	{ "Hosts is not Host", 400, BYTES(GET1 "Hosts: h" END), BYTES("") },
	{ "two Hosts", 400, BYTES(BEGIN "Host: i\r\n"), BYTES("\r\n") },
	{ "the same Host twice", 400, BYTES(BEGIN "A: b\r\nhOST: h\r\n"),
	    BYTES("\r\n") },
	{ "two Hosts in HTTP/1.0", 400, BYTES(GET0 H H), BYTES("\r\n") },
	{ "an empty Host", 400, BYTES(GET1 "Host:\r\n"), BYTES("\r\n") },
	{ "a blank Host", 400, BYTES(GET1 "Host: \t \r\n"), BYTES("\r\n") },
	{ "an empty Host in HTTP/1.0", 400, BYTES(GET0 "Host:\r\n"),
	    BYTES("\r\n") },
	{ "no Host beside absolute-form", 400,
	    BYTES("GET http://h/ HTTP/1.1\r\n\r\n"), BYTES("") },
	{ "a bad Host beside absolute-form", 400,
	    BYTES("GET http://h/ HTTP/1.1\r\nHost: a b\r\n"), BYTES("\r\n") },
	{ "two Hosts beside absolute-form", 400,
	    BYTES("GET http://h/ HTTP/1.1\r\n" H H), BYTES("\r\n") },
	{ "a blank in Host", 400, BYTES(GET1 "Host: a b\r\n"), BYTES("\r\n") },
	{ "two names in Host", 400, BYTES(GET1 "Host: a, b\r\n"), BYTES("\r\n") },
	{ "two names joined by a comma", 400, BYTES(GET1 "Host: a,b\r\n"),
	    BYTES("\r\n") },
	{ "a slash in Host", 400, BYTES(GET1 "Host: a/b\r\n"), BYTES("\r\n") },
	{ "a backslash in Host", 400, BYTES(GET1 "Host: a\\b\r\n"),
	    BYTES("\r\n") },
	{ "a query in Host", 400, BYTES(GET1 "Host: a?b\r\n"), BYTES("\r\n") },
	{ "a fragment in Host", 400, BYTES(GET1 "Host: a#b\r\n"), BYTES("\r\n") },
	{ "a user in Host", 400, BYTES(GET1 "Host: u@a\r\n"), BYTES("\r\n") },
	{ "a URL in Host", 400, BYTES(GET1 "Host: http://a\r\n"),
	    BYTES("\r\n") },
	{ "markup in Host", 400, BYTES(GET1 "Host: <a>\r\n"), BYTES("\r\n") },
	{ "a quote in Host", 400, BYTES(GET1 "Host: \"a\"\r\n"), BYTES("\r\n") },
	{ "octets above 0x7F in Host", 400, BYTES(GET1 "Host: \xc3\xa9\r\n"),
	    BYTES("\r\n") },
	{ "a bad escape in Host", 400, BYTES(GET1 "Host: a%zz\r\n"),
	    BYTES("\r\n") },
	{ "an escaped NUL in Host", 400, BYTES(GET1 "Host: a%00\r\n"),
	    BYTES("\r\n") },
	{ "a port alone", 400, BYTES(GET1 "Host: :80\r\n"), BYTES("\r\n") },
	{ "letters for a port", 400, BYTES(GET1 "Host: a:b\r\n"), BYTES("\r\n") },
	{ "a signed port", 400, BYTES(GET1 "Host: a:+80\r\n"), BYTES("\r\n") },
	{ "a negative port", 400, BYTES(GET1 "Host: a:-80\r\n"), BYTES("\r\n") },
	{ "a port in hex", 400, BYTES(GET1 "Host: a:0x50\r\n"), BYTES("\r\n") },
	{ "a port too high", 400, BYTES(GET1 "Host: a:65536\r\n"),
	    BYTES("\r\n") },
	{ "a port far too high", 400,
	    BYTES(GET1 "Host: a:18446744073709551696\r\n"), BYTES("\r\n") },
	{ "two ports", 400, BYTES(GET1 "Host: a:80:80\r\n"), BYTES("\r\n") },
	{ "an address without brackets", 400, BYTES(GET1 "Host: ::1\r\n"),
	    BYTES("\r\n") },
	{ "an open bracket", 400, BYTES(GET1 "Host: [::1\r\n"), BYTES("\r\n") },
	{ "a closing bracket", 400, BYTES(GET1 "Host: ::1]\r\n"), BYTES("\r\n") },
	{ "empty brackets", 400, BYTES(GET1 "Host: []\r\n"), BYTES("\r\n") },
	{ "a name in brackets", 400, BYTES(GET1 "Host: [a.b]\r\n"),
	    BYTES("\r\n") },
	{ "an IPv4 address in brackets", 400, BYTES(GET1 "Host: [127.0.0.1]\r\n"),
	    BYTES("\r\n") },
	{ "text behind the bracket", 400, BYTES(GET1 "Host: [::1]x\r\n"),
	    BYTES("\r\n") },
	{ "two gaps", 400, BYTES(GET1 "Host: [1::2::3]\r\n"), BYTES("\r\n") },
	{ "three colons", 400, BYTES(GET1 "Host: [:::1]\r\n"), BYTES("\r\n") },
	{ "seven groups", 400, BYTES(GET1 "Host: [1:2:3:4:5:6:7]\r\n"),
	    BYTES("\r\n") },
	{ "nine groups", 400, BYTES(GET1 "Host: [1:2:3:4:5:6:7:8:9]\r\n"),
	    BYTES("\r\n") },
	{ "eight groups and a gap", 400, BYTES(GET1 "Host: [1:2:3:4::5:6:7:8]\r\n"),
	    BYTES("\r\n") },
	{ "five digits in a group", 400, BYTES(GET1 "Host: [::12345]\r\n"),
	    BYTES("\r\n") },
	{ "a colon at the end", 400, BYTES(GET1 "Host: [1:2:3:4:5:6:7:]\r\n"),
	    BYTES("\r\n") },
	{ "a colon at the beginning", 400, BYTES(GET1 "Host: [:1:2:3:4:5:6:7]\r\n"),
	    BYTES("\r\n") },
	{ "a group that is no number", 400, BYTES(GET1 "Host: [::g]\r\n"),
	    BYTES("\r\n") },
	{ "a zone", 400, BYTES(GET1 "Host: [fe80::1%25eth0]\r\n"), BYTES("\r\n") },
	{ "a bad IPv4 tail", 400, BYTES(GET1 "Host: [::1.2.3.256]\r\n"),
	    BYTES("\r\n") },
	{ "a short IPv4 tail", 400, BYTES(GET1 "Host: [::1.2.3]\r\n"),
	    BYTES("\r\n") },
	{ "an IPv4 tail with a zero in front", 400,
	    BYTES(GET1 "Host: [::1.2.3.04]\r\n"), BYTES("\r\n") },
	{ "an IPv4 tail too late", 400,
	    BYTES(GET1 "Host: [1:2:3:4:5:6:7:1.2.3.4]\r\n"), BYTES("\r\n") },
	{ "an IPv4 tail in the middle", 400, BYTES(GET1 "Host: [::1.2.3.4:5]\r\n"),
	    BYTES("\r\n") },
	{ "an address of the future", 400, BYTES(GET1 "Host: [v1.a]\r\n"),
	    BYTES("\r\n") },

	/* fields that may stand once */
	{ "two Authorizations", 400,
	    BYTES(BEGIN "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"),
	    BYTES("\r\n") },
	{ "the same Authorization twice", 400,
	    BYTES(BEGIN "Authorization: x\r\nAUTHORIZATION: x\r\n"),
	    BYTES("\r\n") },

	/* Expect */
	{ "another expectation", 417, BYTES(BEGIN "Expect: 200-ok" END),
	    BYTES("GET") },
	{ "an empty expectation", 417, BYTES(BEGIN "Expect:" END), BYTES("") },
	{ "two expectations in one field", 417,
	    BYTES(BEGIN "Expect: 100-continue, x" END), BYTES("") },
	{ "an expectation with a parameter", 417,
	    BYTES(BEGIN "Expect: 100-continue;q=1" END), BYTES("") },
	{ "another expectation in HTTP/1.0", 417, BYTES(GET0 "Expect: x" END),
	    BYTES("") },
};

#define POST "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\n"

static const struct understood understood[] = {
	{ "blanks around a value", BYTES(BEGIN "A: \t b \t c\t \r\n\r\n"),
	    "GET / @h fields=Host:h,A:b \t c {} end@41\nmore@41" },
	{ "no blank before a value", BYTES(GET1 "Host:h\r\nA:b\r\n\r\n"),
	    "GET / @h fields=Host:h,A:b {} end@31\nmore@31" },
	{ "an empty value", BYTES(BEGIN "A:\r\nB: \r\n\r\n"),
	    "GET / @h fields=Host:h,A:,B: {} end@36\nmore@36" },
	{ "a colon in a value", BYTES(BEGIN "A::b:\r\n\r\n"),
	    "GET / @h fields=Host:h,A::b: {} end@34\nmore@34" },
	{ "octets above 0x7F in a value", BYTES(BEGIN "A: \xc3\xa9\xff\x80\r\n\r\n"),
	    "GET / @h fields=Host:h,A:\xc3\xa9\xff\x80 {} end@36\nmore@36" },
	{ "every tchar in a name", BYTES(BEGIN "!#$%&'*+-.^_`|~09azAZ: b\r\n\r\n"),
	    "GET / @h fields=Host:h,!#$%&'*+-.^_`|~09azAZ:b {} end@53\nmore@53" },
	{ "a field twice", BYTES(BEGIN "A: b\r\na: c\r\n\r\n"),
	    "GET / @h fields=Host:h,A:b,a:c {} end@39\nmore@39" },
	{ "names that only look like framing",
	    BYTES(BEGIN "Content_Length: 5\r\nTransfer_Encoding: chunked\r\n"
		"Content-Lengthy: 5\r\nX-Content-Length: 5\r\n\r\n"),
	    "GET / @h fields=Host:h,Content_Length:5,Transfer_Encoding:chunked,"
	    "Content-Lengthy:5,X-Content-Length:5 {} end@115\nmore@115" },
	{ "Upgrade and HTTP2-Settings",
	    BYTES(BEGIN "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
		"HTTP2-Settings: x\r\n\r\n"),
	    "GET / @h fields=Host:h,Connection:Upgrade, HTTP2-Settings,"
	    "Upgrade:h2c,HTTP2-Settings:x {} end@97\nmore@97" },

	/* Host */
	{ "Host in capitals", BYTES(GET1 "HOST: H\r\n\r\n"),
	    "GET / @H fields=HOST:H {} end@27\nmore@27" },
	{ "Host last", BYTES(GET1 "A: b\r\nHost: h\r\n\r\n"),
	    "GET / @h fields=A:b,Host:h {} end@33\nmore@33" },
	{ "Host with a port", BYTES(GET1 "Host: a.b-c_d:65535\r\n\r\n"),
	    "GET / @a.b-c_d:65535 fields=Host:a.b-c_d:65535 {} end@39\nmore@39" },
	{ "Host with an empty port", BYTES(GET1 "Host: a:\r\n\r\n"),
	    "GET / @a: fields=Host:a: {} end@28\nmore@28" },
	{ "Host with zeros before the port", BYTES(GET1 "Host: a:000080\r\n\r\n"),
	    "GET / @a:000080 fields=Host:a:000080 {} end@34\nmore@34" },
	{ "Host by IPv4 address", BYTES(GET1 "Host: 127.0.0.1:80\r\n\r\n"),
	    "GET / @127.0.0.1:80 fields=Host:127.0.0.1:80 {} end@38\nmore@38" },
	{ "Host by IPv6 address", BYTES(GET1 "Host: [::1]\r\n\r\n"),
	    "GET / @[::1] fields=Host:[::1] {} end@31\nmore@31" },
	{ "all zeros", BYTES(GET1 "Host: [::]:1\r\n\r\n"),
	    "GET / @[::]:1 fields=Host:[::]:1 {} end@32\nmore@32" },
	{ "eight groups", BYTES(GET1 "Host: [1:2:3:4:5:6:7:AbCd]\r\n\r\n"),
	    "GET / @[1:2:3:4:5:6:7:AbCd] fields=Host:[1:2:3:4:5:6:7:AbCd] {} "
	    "end@46\nmore@46" },
	{ "a gap at the end", BYTES(GET1 "Host: [1:2:3:4:5:6:7::]\r\n\r\n"),
	    "GET / @[1:2:3:4:5:6:7::] fields=Host:[1:2:3:4:5:6:7::] {} end@43\n"
	    "more@43" },
	{ "an IPv4 tail", BYTES(GET1 "Host: [::ffff:192.0.2.255]\r\n\r\n"),
	    "GET / @[::ffff:192.0.2.255] fields=Host:[::ffff:192.0.2.255] {} "
	    "end@46\nmore@46" },
	{ "six groups and an IPv4 tail",
	    BYTES(GET1 "Host: [1:2:3:4:5:6:0.0.0.0]\r\n\r\n"),
	    "GET / @[1:2:3:4:5:6:0.0.0.0] fields=Host:[1:2:3:4:5:6:0.0.0.0] {} "
	    "end@47\nmore@47" },
	{ "sub-delimiters and escapes in a name",
	    BYTES(GET1 "Host: !$&'()*+;=~%41\r\n\r\n"),
	    "GET / @!$&'()*+;=~%41 fields=Host:!$&'()*+;=~%41 {} end@40\n"
	    "more@40" },
	{ "HTTP/1.0 without Host", BYTES(GET0 "A: b\r\n\r\n"),
	    "GET / 1.0 close fields=A:b {} end@24\nmore@24" },
	{ "HTTP/1.0 with Host", BYTES(GET0 H "\r\n"),
	    "GET / @h 1.0 close fields=Host:h {} end@27\nmore@27" },
	{ "absolute-form replaces Host",
	    BYTES("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n"),
	    "GET / @a fields=Host:b {} end@35\nmore@35" },

	/* Connection */
	{ "Connection: close", BYTES(BEGIN "Connection: close\r\n\r\n"),
	    "GET / @h close fields=Host:h,Connection:close {} end@46\nmore@46" },
	{ "Connection: CLOSE in a list",
	    BYTES(BEGIN "Connection: te,, ,CLOSE\t,x\r\n\r\n"),
	    "GET / @h close fields=Host:h,Connection:te,, ,CLOSE\t,x {} end@55\n"
	    "more@55" },
	{ "Connection in two fields",
	    BYTES(BEGIN "Connection: te\r\nConnection: close\r\n\r\n"),
	    "GET / @h close fields=Host:h,Connection:te,Connection:close {} "
	    "end@62\nmore@62" },
	{ "close and then something else",
	    BYTES(BEGIN "Connection: close\r\nConnection: te\r\n\r\n"),
	    "GET / @h close fields=Host:h,Connection:close,Connection:te {} "
	    "end@62\nmore@62" },
	{ "words that only begin like close",
	    BYTES(BEGIN "Connection: closed, clos, keep-alive\r\n\r\n"),
	    "GET / @h fields=Host:h,Connection:closed, clos, keep-alive {} "
	    "end@65\nmore@65" },
	{ "keep-alive in HTTP/1.0 is not offered",
	    BYTES(GET0 "Connection: keep-alive\r\n\r\n"),
	    "GET / 1.0 close fields=Connection:keep-alive {} end@42\nmore@42" },

	/* Expect */
	{ "100-continue", BYTES(POST "Expect: 100-Continue\r\n\r\nx"),
	    "POST / @h expect length=1 fields=Host:h,Content-Length:1,"
	    "Expect:100-Continue {x} end@70\nmore@70" },
	{ "100-continue without a body", BYTES(BEGIN "Expect: 100-continue\r\n\r\n"),
	    "GET / @h fields=Host:h,Expect:100-continue {} end@49\nmore@49" },
	{ "100-continue in HTTP/1.0",
	    BYTES("POST / HTTP/1.0\r\nContent-Length: 1\r\n"
		"Expect: 100-continue\r\n\r\nx"),
	    "POST / 1.0 close length=1 fields=Content-Length:1,"
	    "Expect:100-continue {x} end@61\nmore@61" },
	{ "Expect twice is passed over", BYTES(POST "Expect: 100-continue\r\n"
		"Expect: 100-continue\r\n\r\nx"),
	    "POST / @h length=1 fields=Host:h,Content-Length:1,"
	    "Expect:100-continue,Expect:100-continue {x} end@92\nmore@92" },
};
// clang-format on

static void
test_refused(void **state)
{
	(void)state;
	http_check_refused(refused, COUNT(refused));
}

static void
test_understood(void **state)
{
	(void)state;
	http_check_understood(understood, COUNT(understood));
}

/* A field that is absent or stands twice has no value; an empty one has. */
static void
test_field(void **state)
{
	static const char text[] = BEGIN "A: b\r\nC: d\r\nc: e\r\nF:\r\n\r\n";
	static const struct {
		const char *name;
		const char *value; /* NULL: none */
	} rows[] = {
		{ "a", "b" },
		{ "A", "b" },
		{ "c", NULL },
		{ "f", "" },
		{ "host", "h" },
		{ "hos", NULL },
		{ "hostx", NULL },
		{ "", NULL },
	};
	struct weigh_http_reader r;
	size_t used;

	(void)state;
	weigh_http_reader_init(&r, &weigh_http_default_limits);
	assert_int_equal(weigh_http_read(&r, text, sizeof(text) - 1, &used),
	    WEIGH_HTTP_HEAD_DONE);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct weigh_span v = weigh_http_field(&r.head, rows[i].name);

		if ((rows[i].value == NULL) != (v.p == NULL) ||
		    (v.p != NULL && !weigh_span_is(v, rows[i].value)))
			fail_msg("field '%s'", rows[i].name);
	}
	weigh_http_reader_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_understood),
		cmocka_unit_test(test_field),
	};

	return cmocka_run_group_tests_name("http: fields", tests, NULL, NULL);
}
