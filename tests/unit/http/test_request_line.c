/* The request line (RFC 9112 section 3), and invariant (1) of http.h with it:
 * every row is read in every cutting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_rows.h"

#define HOST "Host: h\r\n\r\n"
#define ONE " HTTP/1.1\r\n" HOST

// clang-format off
static const struct refused refused[] = {
	/* bytes that cannot become a request line, at once */
	{ "a TLS hello", 400, BYTES("\x16"), BYTES("\x03\x01\x02\x00\x01") },
	{ "an SSLv2 hello", 400, BYTES("\x80"), BYTES("\x2e\x01\x00\x02") },
	{ "an HTTP/2 preface", 505, BYTES("PRI * HTTP/2.0\r\n"),
	    BYTES("\r\nSM\r\n\r\n") },
	{ "an SSH greeting", 400, BYTES("SSH-2.0-OpenSSH_9.2p1\r"), BYTES("\n") },
	{ "NUL first", 400, BYTES("\0"), BYTES("GET /" ONE) },
	{ "a number sign is a method, alone it is none", 400, BYTES("#\r"),
	    BYTES("\n") },
	{ "JSON", 400, BYTES("{"), BYTES("\"a\":1}\r\n\r\n") },
	{ "markup", 400, BYTES("<"), BYTES("policy-file-request/>\0") },
	{ "an octet above 0x7F", 400, BYTES("\xc3"), BYTES("\xa9") },

	/* empty lines before it */
	{ "two empty lines", 400, BYTES("\r\n\r"), BYTES("\nGET /" ONE) },
	{ "an empty line that is a bare LF", 400, BYTES("\n"), BYTES("GET /" ONE) },
	{ "CR alone", 400, BYTES("\rG"), BYTES("ET /" ONE) },
	{ "NUL behind an empty line", 400, BYTES("\r\n\0"), BYTES("GET /" ONE) },
	{ "CR CR LF", 400, BYTES("\r\r"), BYTES("\nGET /" ONE) },

	/* blanks */
	{ "a leading blank", 400, BYTES(" "), BYTES("GET /" ONE) },
	{ "a leading tab", 400, BYTES("\t"), BYTES("GET /" ONE) },
	{ "two blanks before the target", 400, BYTES("GET  "), BYTES("/" ONE) },
	{ "a tab before the target", 400, BYTES("GET\t"), BYTES("/" ONE) },
	{ "blank and tab before the target", 400, BYTES("GET \t"), BYTES("/" ONE) },
	{ "two blanks before the version", 400, BYTES("GET /  "),
	    BYTES("HTTP/1.1\r\n" HOST) },
	{ "a tab before the version", 400, BYTES("GET /\t"),
	    BYTES("HTTP/1.1\r\n" HOST) },
	{ "a trailing blank", 400, BYTES("GET / HTTP/1.1 "), BYTES("\r\n" HOST) },
	{ "a trailing tab", 400, BYTES("GET / HTTP/1.1\t"), BYTES("\r\n" HOST) },
	{ "a blank inside the target", 400, BYTES("GET /a b"), BYTES(ONE) },
	{ "a vertical tab for a blank", 400, BYTES("GET\v"), BYTES("/" ONE) },
	{ "a form feed for a blank", 400, BYTES("GET /\f"),
	    BYTES("HTTP/1.1\r\n" HOST) },

	/* line ends */
	{ "a bare LF", 400, BYTES("GET / HTTP/1.1\n"), BYTES(HOST) },
	{ "a bare CR", 400, BYTES("GET / HTTP/1.1\rH"), BYTES("ost: h\r\n\r\n") },
	{ "two CR", 400, BYTES("GET / HTTP/1.1\r\r"), BYTES("\n" HOST) },
	{ "CR inside the target", 400, BYTES("GET /\r"), BYTES("a" ONE) },
	{ "LF inside the method", 400, BYTES("GE\n"), BYTES("T /" ONE) },

	/* version */
	{ "no version: HTTP/0.9", 400, BYTES("GET /\r"), BYTES("\n") },
	{ "no version, bare LF", 400, BYTES("GET /\n"), BYTES("") },
	{ "no target", 400, BYTES("GET HTTP/1.1\r"), BYTES("\n" HOST) },
	{ "nothing behind the method", 400, BYTES("GET\r"), BYTES("\n") },
	{ "nothing behind the first blank", 400, BYTES("GET \r"), BYTES("\n") },
	{ "HTTP/2.0", 505, BYTES("GET / HTTP/2.0\r\n"), BYTES(HOST) },
	{ "HTTP/1.2", 505, BYTES("GET / HTTP/1.2\r\n"), BYTES(HOST) },
	{ "HTTP/1.9", 505, BYTES("GET / HTTP/1.9\r\n"), BYTES(HOST) },
	{ "HTTP/0.9 in full", 505, BYTES("GET / HTTP/0.9\r\n"), BYTES(HOST) },
	{ "HTTP/0.0", 505, BYTES("GET / HTTP/0.0\r\n"), BYTES(HOST) },
	{ "HTTP/9.1", 505, BYTES("FOO x HTTP/9.1\r\n"), BYTES(HOST) },
	{ "two digits behind the point", 400, BYTES("GET / HTTP/1.10"),
	    BYTES("\r\n" HOST) },
	{ "two digits before the point", 400, BYTES("GET / HTTP/11"),
	    BYTES(".1\r\n" HOST) },
	{ "a version past 32 bits", 400, BYTES("GET / HTTP/42"),
	    BYTES("94967297.1\r\n" HOST) },
	{ "a leading zero", 400, BYTES("GET / HTTP/01"), BYTES(".1\r\n" HOST) },
	{ "a sign", 400, BYTES("GET / HTTP/+"), BYTES("1.1\r\n" HOST) },
	{ "a comma", 400, BYTES("GET / HTTP/1,"), BYTES("1\r\n" HOST) },
	{ "a hex digit", 400, BYTES("GET / HTTP/A"), BYTES(".1\r\n" HOST) },
	{ "lower case", 400, BYTES("GET / h"), BYTES("ttp/1.1\r\n" HOST) },
	{ "another protocol", 400, BYTES("GET / I"), BYTES("CY/1.1\r\n" HOST) },
	{ "a blank inside", 400, BYTES("GET / HTTP "), BYTES("/1.1\r\n" HOST) },
	{ "no minor", 400, BYTES("GET / HTTP/1\r"), BYTES("\n" HOST) },
	{ "junk behind", 400, BYTES("GET / HTTP/1.1x"), BYTES("\r\n" HOST) },
	{ "a word behind", 400, BYTES("GET / HTTP/1.1 "), BYTES("x\r\n" HOST) },
	{ "NUL behind", 400, BYTES("GET / HTTP/1.1\0"), BYTES("\r\n" HOST) },

	/* method */
	{ "no method", 400, BYTES(" "), BYTES("/" ONE) },
	{ "a separator in the method", 400, BYTES("GE("), BYTES("T /" ONE) },
	{ "a colon in the method", 400, BYTES("GET:"), BYTES(" /" ONE) },
	{ "a slash in the method", 400, BYTES("GET/"), BYTES(" /" ONE) },
	{ "NUL in the method", 400, BYTES("GET\0"), BYTES(" /" ONE) },
	{ "DEL in the method", 400, BYTES("GET\x7f"), BYTES(" /" ONE) },
	{ "an octet above 0x7F in the method", 400, BYTES("G\xc9"),
	    BYTES("T /" ONE) },
	{ "lower-case method", 501, BYTES("get / HTTP/1.1\r\n"), BYTES(HOST) },
	{ "mixed-case method", 501, BYTES("Get / HTTP/1.1\r\n"), BYTES(HOST) },
	{ "unknown method", 501, BYTES("PROPFIND / HTTP/1.1\r\n"), BYTES(HOST) },
	{ "unknown method with a dash", 501, BYTES("M-SEARCH * HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "a method begun", 501, BYTES("GE / HTTP/1.1\r\n"), BYTES(HOST) },
	{ "a method and more", 501, BYTES("GETS / HTTP/1.1\r\n"), BYTES(HOST) },
	{ "odd tchars", 501, BYTES("!#$%&'*+-.^_`|~1 / HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "unknown method in HTTP/1.0", 501, BYTES("LINK / HTTP/1.0\r\n"),
	    BYTES("\r\n") },

	/* form of the target */
	{ "a star for GET", 400, BYTES("GET * HTTP/1.1\r\n"), BYTES(HOST) },
	{ "a star and more", 400, BYTES("OPTIONS *x HTTP/1.1\r\n"), BYTES(HOST) },
	{ "a star and a query", 400, BYTES("OPTIONS *?x HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "no leading slash", 400, BYTES("GET a/b HTTP/1.1\r\n"), BYTES(HOST) },
	{ "a query alone", 400, BYTES("GET ?x HTTP/1.1\r\n"), BYTES(HOST) },
	{ "dots", 400, BYTES("GET ../a HTTP/1.1\r\n"), BYTES(HOST) },
	{ "a backslash first", 400, BYTES("GET \\a HTTP/1.1\r\n"), BYTES(HOST) },
	{ "authority-form for GET", 400, BYTES("GET h:80 HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "another scheme", 400, BYTES("GET ftp://h/ HTTP/1.1\r\n"), BYTES(HOST) },
	{ "file", 400, BYTES("GET file:///etc HTTP/1.1\r\n"), BYTES(HOST) },
	{ "one slash behind the scheme", 400, BYTES("GET http:/h HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "a scheme alone", 400, BYTES("GET http:// HTTP/1.1\r\n"), BYTES(HOST) },
	{ "no authority", 400, BYTES("GET http:///x HTTP/1.1\r\n"), BYTES(HOST) },
	{ "no authority, a query", 400, BYTES("GET http://?x HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "user information", 400, BYTES("GET http://u@h/ HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "user and password", 400, BYTES("GET http://u:p@h/ HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "a port that is none", 400, BYTES("GET http://h:x/ HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "a port too high", 400, BYTES("GET http://h:65536/ HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "an open bracket", 400, BYTES("GET http://[::1/ HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "a backslash in the authority", 400,
	    BYTES("GET http://h\\x/ HTTP/1.1\r\n"), BYTES(HOST) },
	{ "CONNECT with a path behind", 400, BYTES("CONNECT h:1/x HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "CONNECT to a star", 400, BYTES("CONNECT * HTTP/1.1\r\n"), BYTES("") },

	/* octets of the target */
	{ "NUL in the target", 400, BYTES("GET /a\0"), BYTES("b" ONE) },
	{ "a control in the target", 400, BYTES("GET /a\x01"), BYTES("b" ONE) },
	{ "an escape in the target", 400, BYTES("GET /a\x1b"), BYTES("b" ONE) },
	{ "DEL in the target", 400, BYTES("GET /a\x7f"), BYTES("b" ONE) },
	{ "UTF-8 in the target", 400, BYTES("GET /a\xc3"), BYTES("\xa9" ONE) },
	{ "0xFF in the target", 400, BYTES("GET /\xff"), BYTES(ONE) },
	{ "0x80 in the query", 400, BYTES("GET /?\x80"), BYTES(ONE) },
	{ "a fragment", 400, BYTES("GET /a#"), BYTES("b" ONE) },
	{ "a fragment in the query", 400, BYTES("GET /a?b#"), BYTES(ONE) },
	{ "a fragment first", 400, BYTES("GET #"), BYTES(ONE) },

	/* percent escapes */
	{ "a stray percent", 400, BYTES("GET /a%/b HTTP/1.1\r\n"), BYTES(HOST) },
	{ "a percent at the end", 400, BYTES("GET /a% HTTP/1.1\r\n"), BYTES(HOST) },
	{ "one digit", 400, BYTES("GET /a%4 HTTP/1.1\r\n"), BYTES(HOST) },
	{ "letters that are no digits", 400, BYTES("GET /%zz HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "a second letter that is none", 400, BYTES("GET /%4g HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "a sign in an escape", 400, BYTES("GET /%+1 HTTP/1.1\r\n"), BYTES(HOST) },
	{ "an escaped NUL", 400, BYTES("GET /a%00 HTTP/1.1\r\n"), BYTES(HOST) },
	{ "an escaped NUL in the query", 400, BYTES("GET /?a=%00 HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "a stray percent in the query", 400, BYTES("GET /?a=%x HTTP/1.1\r\n"),
	    BYTES(HOST) },
	{ "%u", 400, BYTES("GET /%u0041 HTTP/1.1\r\n"), BYTES(HOST) },
};

static const struct understood understood[] = {
	{ "the least", BYTES("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
	    "GET / @h fields=Host:h {} end@27\nmore@27" },
	{ "one empty line before", BYTES("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
	    "GET / @h fields=Host:h {} end@29\nmore@29" },
	{ "one empty line alone", BYTES("\r\n"), "more@2" },
	{ "nothing", BYTES(""), "more@0" },
	{ "a line begun", BYTES("GET / HTT"), "more@9" },
	{ "one empty line before each",
	    BYTES("\r\nGET /a" ONE "\r\nGET /b" ONE),
	    "GET /a @h fields=Host:h {} end@30\n"
	    "GET /b @h fields=Host:h {} end@60\nmore@60" },
	{ "HEAD", BYTES("HEAD /" ONE), "HEAD / @h fields=Host:h {} end@28\nmore@28" },
	{ "POST", BYTES("POST /" ONE), "POST / @h fields=Host:h {} end@28\nmore@28" },
	{ "PUT", BYTES("PUT /" ONE), "PUT / @h fields=Host:h {} end@27\nmore@27" },
	{ "DELETE", BYTES("DELETE /" ONE),
	    "DELETE / @h fields=Host:h {} end@30\nmore@30" },
	{ "PATCH", BYTES("PATCH /" ONE),
	    "PATCH / @h fields=Host:h {} end@29\nmore@29" },
	{ "OPTIONS", BYTES("OPTIONS /" ONE),
	    "OPTIONS / @h fields=Host:h {} end@31\nmore@31" },
	{ "OPTIONS and a star", BYTES("OPTIONS *" ONE),
	    "OPTIONS * @h fields=Host:h {} end@31\nmore@31" },
	{ "TRACE, for a 405", BYTES("TRACE /" ONE),
	    "TRACE / @h fields=Host:h {} end@29\nmore@29" },
	{ "CONNECT, for a 405", BYTES("CONNECT a:443" ONE),
	    "CONNECT  @a:443 close fields=Host:h {} end@35\nmore@35" },
	{ "CONNECT to a path, for a 405", BYTES("CONNECT /" ONE),
	    "CONNECT / @h close fields=Host:h {} end@31\nmore@31" },
	{ "HTTP/1.0", BYTES("GET / HTTP/1.0\r\n\r\n"),
	    "GET / 1.0 close {} end@18\nmore@18" },
	{ "a query", BYTES("GET /a?b=c" ONE),
	    "GET /a?b=c @h fields=Host:h {} end@32\nmore@32" },
	{ "an empty query", BYTES("GET /a?" ONE),
	    "GET /a? @h fields=Host:h {} end@29\nmore@29" },
	{ "two question marks", BYTES("GET /a?b?c" ONE),
	    "GET /a?b?c @h fields=Host:h {} end@32\nmore@32" },
	{ "escapes", BYTES("GET /a%2Fb?c=%e2%82%ac" ONE),
	    "GET /a%2Fb?c=%e2%82%ac @h fields=Host:h {} end@44\nmore@44" },
	{ "every visible octet", BYTES("GET /!\"$&'()*+,-.:;<=>@[\\]^_`{|}~" ONE),
	    "GET /!\"$&'()*+,-.:;<=>@[\\]^_`{|}~ @h fields=Host:h {} end@55\n"
	    "more@55" },
	{ "a path that begins with two slashes", BYTES("GET //evil/x" ONE),
	    "GET //evil/x @h fields=Host:h {} end@34\nmore@34" },
	{ "a URL in the path", BYTES("GET /http://x/" ONE),
	    "GET /http://x/ @h fields=Host:h {} end@36\nmore@36" },
	{ "absolute-form", BYTES("GET http://a.b:80/c?d" ONE),
	    "GET /c?d @a.b:80 fields=Host:h {} end@43\nmore@43" },
	{ "absolute-form, https, upper case", BYTES("GET HTTPS://A/c" ONE),
	    "GET /c @A fields=Host:h {} end@37\nmore@37" },
	{ "absolute-form without a path", BYTES("GET http://a" ONE),
	    "GET / @a fields=Host:h {} end@34\nmore@34" },
	{ "absolute-form, a query and no path", BYTES("GET http://a?b" ONE),
	    "GET /?b @a fields=Host:h {} end@36\nmore@36" },
	{ "absolute-form, slash in the query", BYTES("GET http://a?b/c" ONE),
	    "GET /?b/c @a fields=Host:h {} end@38\nmore@38" },
	{ "absolute-form of a star", BYTES("OPTIONS http://a" ONE),
	    "OPTIONS * @a fields=Host:h {} end@38\nmore@38" },
	{ "absolute-form, OPTIONS of a path", BYTES("OPTIONS http://a/" ONE),
	    "OPTIONS / @a fields=Host:h {} end@39\nmore@39" },
	{ "absolute-form, an address", BYTES("GET http://[2001:db8::1]:8477/" ONE),
	    "GET / @[2001:db8::1]:8477 fields=Host:h {} end@52\nmore@52" },
	{ "absolute-form in HTTP/1.0", BYTES("GET http://a/ HTTP/1.0\r\n\r\n"),
	    "GET / @a 1.0 close {} end@26\nmore@26" },
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_understood),
	};

	return cmocka_run_group_tests_name("http: request line", tests, NULL,
	    NULL);
}
