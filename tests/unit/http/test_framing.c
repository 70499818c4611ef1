/* Where a request ends (RFC 9112 sections 6, 7), in every cutting: invariants
 * (1), (2) and (4).  What follows a refused request is written as a request of
 * its own: it must never be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_rows.h"

#define NEXT "GET /next HTTP/1.1\r\nHost: h\r\n\r\n"
#define POST "POST / HTTP/1.1\r\nHost: h\r\n"
#define CL "Content-Length: "
#define TE "Transfer-Encoding: "
#define CHUNKED POST TE "chunked\r\n\r\n"
#define E "\r\n\r\n"

// clang-format off
static const struct refused refused[] = {
	/* both */
	{ "Content-Length, then Transfer-Encoding", 400,
	    BYTES(POST CL "3\r\n" TE "chunked" E), BYTES("0\r\n\r\n" NEXT) },
	{ "Transfer-Encoding, then Content-Length", 400,
	    BYTES(POST TE "chunked\r\n" CL "3" E), BYTES("0\r\n\r\n" NEXT) },
	{ "both, length 0", 400, BYTES(POST CL "0\r\n" TE "chunked" E),
	    BYTES("0\r\n\r\n" NEXT) },
	{ "both, unknown coding", 501, BYTES(POST CL "3\r\n" TE "gzip\r\n"),
	    BYTES("\r\nabc" NEXT) },
	{ "both, bad length", 400, BYTES(POST CL "x\r\n"),
	    BYTES(TE "chunked" E NEXT) },

	/* Content-Length */
	{ "a plus sign", 400, BYTES(POST CL "+5\r\n"), BYTES("\r\nhello" NEXT) },
	{ "a minus sign", 400, BYTES(POST CL "-1\r\n"), BYTES("\r\n" NEXT) },
	{ "minus zero", 400, BYTES(POST CL "-0\r\n"), BYTES("\r\n" NEXT) },
	{ "hex", 400, BYTES(POST CL "0x5\r\n"), BYTES("\r\nhello" NEXT) },
	{ "a blank inside", 400, BYTES(POST CL "1 0\r\n"), BYTES("\r\nx" NEXT) },
	{ "empty", 400, BYTES(POST "Content-Length:\r\n"), BYTES("\r\n" NEXT) },
	{ "blank", 400, BYTES(POST CL " \t \r\n"), BYTES("\r\n" NEXT) },
	{ "a decimal point", 400, BYTES(POST CL "5.0\r\n"), BYTES("\r\nhello" NEXT) },
	{ "an exponent", 400, BYTES(POST CL "1e1\r\n"), BYTES("\r\n" NEXT) },
	{ "letters", 400, BYTES(POST CL "five\r\n"), BYTES("\r\nhello" NEXT) },
	{ "letters behind", 400, BYTES(POST CL "5x\r\n"), BYTES("\r\nhello" NEXT) },
	{ "an underscore", 400, BYTES(POST CL "1_0\r\n"), BYTES("\r\n" NEXT) },
	{ "quoted", 400, BYTES(POST CL "\"5\"\r\n"), BYTES("\r\nhello" NEXT) },
	{ "a semicolon", 400, BYTES(POST CL "5;\r\n"), BYTES("\r\nhello" NEXT) },
	{ "a list of different values", 400, BYTES(POST CL "5, 6\r\n"),
	    BYTES("\r\nhello" NEXT) },
	{ "a list of one value twice", 400, BYTES(POST CL "5, 5\r\n"),
	    BYTES("\r\nhello" NEXT) },
	{ "a comma behind", 400, BYTES(POST CL "5,\r\n"), BYTES("\r\nhello" NEXT) },
	{ "a comma before", 400, BYTES(POST CL ",5\r\n"), BYTES("\r\nhello" NEXT) },
	{ "two fields, different values", 400,
	    BYTES(POST CL "5\r\n" CL "6\r\n"), BYTES("\r\nhello" NEXT) },
	{ "two fields, the same value", 400,
	    BYTES(POST CL "5\r\nContent-length: 5\r\n"), BYTES("\r\nhello" NEXT) },
	{ "2^63", 400, BYTES(POST CL "9223372036854775808\r\n"),
	    BYTES("\r\n" NEXT) },
	{ "2^64", 400, BYTES(POST CL "18446744073709551616\r\n"),
	    BYTES("\r\n" NEXT) },
	{ "2^64 + 5, which would wrap to 5", 400,
	    BYTES(POST CL "18446744073709551621\r\n"), BYTES("\r\nhello" NEXT) },
	{ "forty digits", 400,
	    BYTES(POST CL "1000000000000000000000000000000000000000\r\n"),
	    BYTES("\r\n" NEXT) },
	{ "octets above 0x7F", 400, BYTES(POST CL "\xd9\xa5\r\n"),
	    BYTES("\r\nhello" NEXT) },
	{ "a tab inside", 400, BYTES(POST CL "5\t5\r\n"), BYTES("\r\nhello" NEXT) },
	{ "a bad length in HTTP/1.0", 400,
	    BYTES("POST / HTTP/1.0\r\n" CL "5a\r\n"), BYTES("\r\nhello" NEXT) },
	{ "a bad length of a GET", 400,
	    BYTES("GET / HTTP/1.1\r\nHost: h\r\n" CL "+0\r\n"), BYTES("\r\n" NEXT) },

	/* Transfer-Encoding */
	{ "gzip", 501, BYTES(POST TE "gzip\r\n"), BYTES("\r\n" NEXT) },
	{ "identity", 501, BYTES(POST TE "identity\r\n"), BYTES("\r\n" NEXT) },
	{ "nonsense", 501, BYTES(POST TE "xchunked\r\n"), BYTES("\r\n" NEXT) },
	{ "a coding begun", 501, BYTES(POST TE "chunk\r\n"), BYTES("\r\n" NEXT) },
	{ "gzip and chunked", 501, BYTES(POST TE "gzip, chunked\r\n"),
	    BYTES("\r\n" NEXT) },
	{ "identity and chunked", 501, BYTES(POST TE "identity, chunked\r\n"),
	    BYTES("\r\n" NEXT) },
	{ "chunked twice", 400, BYTES(POST TE "chunked, chunked\r\n"),
	    BYTES("\r\n0" E NEXT) },
	{ "chunked in two fields", 400,
	    BYTES(POST TE "chunked\r\n" TE "chunked\r\n"), BYTES("\r\n0" E NEXT) },
	{ "chunked, then identity in a second field", 400,
	    BYTES(POST TE "chunked\r\n" TE "identity\r\n"), BYTES("\r\n0" E NEXT) },
	{ "chunked not last", 400, BYTES(POST TE "chunked, gzip\r\n"),
	    BYTES("\r\n" NEXT) },
	{ "quoted", 400, BYTES(POST TE "\"chunked\"\r\n"), BYTES("\r\n0" E NEXT) },
	{ "single quotes are tokens", 501, BYTES(POST TE "'chunked'\r\n"),
	    BYTES("\r\n0" E NEXT) },
	{ "with a parameter", 400, BYTES(POST TE "chunked;q=1\r\n"),
	    BYTES("\r\n0" E NEXT) },
	{ "with a semicolon", 400, BYTES(POST TE "chunked;\r\n"),
	    BYTES("\r\n0" E NEXT) },
	{ "gzip with a parameter", 400, BYTES(POST TE "gzip;q=1\r\n"),
	    BYTES("\r\n" NEXT) },
	{ "empty", 400, BYTES(POST "Transfer-Encoding:\r\n"), BYTES("\r\n" NEXT) },
	{ "a comma", 400, BYTES(POST TE ",\r\n"), BYTES("\r\n" NEXT) },
	{ "a comma before", 400, BYTES(POST TE ", chunked\r\n"),
	    BYTES("\r\n0" E NEXT) },
	{ "a comma behind", 400, BYTES(POST TE "chunked,\r\n"),
	    BYTES("\r\n0" E NEXT) },
	{ "two words", 400, BYTES(POST TE "chunked chunked\r\n"),
	    BYTES("\r\n0" E NEXT) },
	{ "a vertical tab before", 400, BYTES(POST TE "\v"),
	    BYTES("chunked" E NEXT) },
	{ "a control behind", 400, BYTES(POST TE "chunked\x1f"),
	    BYTES(E NEXT) },
	{ "NUL behind", 400, BYTES(POST TE "chunked\0"), BYTES(E NEXT) },
	{ "no-break space before", 400, BYTES(POST TE "\xc2\xa0" "chunked\r\n"),
	    BYTES("\r\n0" E NEXT) },
	{ "octet 0xFF behind", 400, BYTES(POST TE "chunked\xff\r\n"),
	    BYTES("\r\n0" E NEXT) },
	{ "in HTTP/1.0", 400, BYTES("POST / HTTP/1.0\r\n" TE "chunked\r\n"),
	    BYTES("\r\n0" E NEXT) },
	{ "an unknown one in HTTP/1.0", 400,
	    BYTES("POST / HTTP/1.0\r\n" TE "gzip\r\n"), BYTES("\r\n" NEXT) },

	/* chunk sizes */
	{ "no size", 400, BYTES(CHUNKED "\r"), BYTES("\n" NEXT) },
	{ "an extension without a size", 400, BYTES(CHUNKED ";"),
	    BYTES("a\r\n" NEXT) },
	{ "a plus sign", 400, BYTES(CHUNKED "+"), BYTES("5\r\nhello\r\n" NEXT) },
	{ "a minus sign", 400, BYTES(CHUNKED "-"), BYTES("1\r\n" NEXT) },
	{ "a prefix", 400, BYTES(CHUNKED "0x"), BYTES("5\r\nhello\r\n" NEXT) },
	{ "a blank before", 400, BYTES(CHUNKED " "), BYTES("5\r\nhello" NEXT) },
	{ "a tab before", 400, BYTES(CHUNKED "\t"), BYTES("5\r\nhello" NEXT) },
	{ "a blank behind", 400, BYTES(CHUNKED "5 "), BYTES("\r\nhello" NEXT) },
	{ "a blank before the extension", 400, BYTES(CHUNKED "5 "),
	    BYTES(";a\r\nhello" NEXT) },
	{ "a blank and more", 400, BYTES(CHUNKED "5 "), BYTES("x\r\nhello" NEXT) },
	{ "an underscore", 400, BYTES(CHUNKED "1_"), BYTES("0\r\nhello" NEXT) },
	{ "no hex digit", 400, BYTES(CHUNKED "g"), BYTES("\r\n" NEXT) },
	{ "a comma", 400, BYTES(CHUNKED "5,"), BYTES("\r\n" NEXT) },
	{ "an octet above 0x7F", 400, BYTES(CHUNKED "\xb2"), BYTES("\r\n" NEXT) },
	{ "NUL", 400, BYTES(CHUNKED "5\0"), BYTES("\r\n" NEXT) },
	{ "a bare LF", 400, BYTES(CHUNKED "5\n"), BYTES("hello\r\n" NEXT) },
	{ "a bare CR", 400, BYTES(CHUNKED "5\rh"), BYTES("ello\r\n" NEXT) },
	{ "two CR", 400, BYTES(CHUNKED "5\r\r"), BYTES("\nhello\r\n" NEXT) },
	{ "2^63", 400, BYTES(CHUNKED "8000000000000000"), BYTES("\r\n" NEXT) },
	{ "2^64 - 1", 400, BYTES(CHUNKED "ffffffffffffffff"),
	    BYTES("\r\n" NEXT) },
	{ "17 digits", 400, BYTES(CHUNKED "00000000000000005"),
	    BYTES("\r\nhello" NEXT) },
	{ "2^64 + 5, which would wrap to 5", 400,
	    BYTES(CHUNKED "10000000000000005"), BYTES("\r\nhello" NEXT) },
	{ "a second chunk without a size", 400,
	    BYTES(CHUNKED "5\r\nhello\r\n\r"), BYTES("\n" NEXT) },

	/* chunk extensions */
	{ "a bare LF behind an extension", 400, BYTES(CHUNKED "5;a\n"),
	    BYTES("hello\r\n" NEXT) },
	{ "a CR inside an extension", 400, BYTES(CHUNKED "5;a\rb"),
	    BYTES("\r\nhello\r\n" NEXT) },
	{ "a LF inside a quoted extension", 400, BYTES(CHUNKED "5;a=\"\n"),
	    BYTES("\"\r\nhello\r\n" NEXT) },
	{ "a CR LF inside a quoted extension ends it", 400,
	    BYTES(CHUNKED "2;a=\"\r\n\"\r\n"), BYTES("hello\r\n" NEXT) },
	{ "NUL in an extension", 400, BYTES(CHUNKED "5;\0"),
	    BYTES("\r\nhello\r\n" NEXT) },

	/* chunk data */
	{ "data longer than its size", 400, BYTES(CHUNKED "5\r\nhello!"),
	    BYTES("\r\n0" E NEXT) },
	{ "data shorter than its size", 400, BYTES(CHUNKED "5\r\nhell\r\n"),
	    BYTES("0" E NEXT) },
	{ "a bare LF behind data", 400, BYTES(CHUNKED "5\r\nhello\n"),
	    BYTES("0" E NEXT) },
	{ "a bare CR behind data", 400, BYTES(CHUNKED "5\r\nhello\r0"),
	    BYTES(E NEXT) },
	{ "a blank behind data", 400, BYTES(CHUNKED "5\r\nhello "),
	    BYTES("\r\n0" E NEXT) },
	{ "nothing behind data", 400, BYTES(CHUNKED "5\r\nhello0"),
	    BYTES(E NEXT) },

	/* trailers */
	{ "a trailer without a colon", 400, BYTES(CHUNKED "0\r\nA\r"),
	    BYTES("\n" NEXT) },
	{ "a trailer without a name", 400, BYTES(CHUNKED "0\r\n:"),
	    BYTES("a" E NEXT) },
	{ "blank before a trailer's colon", 400, BYTES(CHUNKED "0\r\nA "),
	    BYTES(": b" E NEXT) },
	{ "a folded trailer", 400, BYTES(CHUNKED "0\r\nA: b\r\n "),
	    BYTES("c" E NEXT) },
	{ "a trailer that begins with a blank", 400, BYTES(CHUNKED "0\r\n "),
	    BYTES("A: b" E NEXT) },
	{ "NUL in a trailer", 400, BYTES(CHUNKED "0\r\nA: \0"), BYTES(E NEXT) },
	{ "a bare LF behind a trailer", 400, BYTES(CHUNKED "0\r\nA: b\n"),
	    BYTES("\r\n" NEXT) },
	{ "a bare LF for the last line", 400, BYTES(CHUNKED "0\r\n\n"),
	    BYTES(NEXT) },
	{ "CR and something for the last line", 400, BYTES(CHUNKED "0\r\n\rX"),
	    BYTES("\n" NEXT) },
	{ "a last chunk that is a request", 400, BYTES(CHUNKED "0\r\nGET "),
	    BYTES("/ HTTP/1.1" E) },

	/* after a good request */
	{ "the second request is bad", 400, BYTES(NEXT "GET\t"),
	    BYTES("/ HTTP/1.1" E NEXT) },
	{ "bytes behind a body", 400, BYTES(POST CL "1" E "x\n"), BYTES(NEXT) },
	{ "bytes behind the end of chunks", 400, BYTES(CHUNKED "0" E "\n"),
	    BYTES(NEXT) },
};

#define SECOND "GET /next @h fields=Host:h {} end@"
#define HEAD "POST / @h chunked fields=Host:h,Transfer-Encoding:chunked {"

static const struct understood understood[] = {
	{ "no length: no body", BYTES(POST "\r\n" NEXT),
	    "POST / @h fields=Host:h {} end@28\n" SECOND "59\nmore@59" },
	{ "length 0", BYTES(POST CL "0" E NEXT),
	    "POST / @h fields=Host:h,Content-Length:0 {} end@47\n" SECOND
	    "78\nmore@78" },
	{ "a length", BYTES(POST CL "5" E "hello" NEXT),
	    "POST / @h length=5 fields=Host:h,Content-Length:5 {hello} end@52\n"
	    SECOND "83\nmore@83" },
	{ "leading zeros", BYTES(POST CL "000000000000000000000005" E "hello" NEXT),
	    "POST / @h length=5 fields=Host:h,"
	    "Content-Length:000000000000000000000005 {hello} end@75\n"
	    SECOND "106\nmore@106" },
	{ "blanks around a length", BYTES(POST CL " 5\t" E "hello"),
	    "POST / @h length=5 fields=Host:h,Content-Length:5 {hello} end@54\n"
	    "more@54" },
	{ "the largest length", BYTES(POST CL "9223372036854775807" E "abc"),
	    "POST / @h length=9223372036854775807 fields=Host:h,"
	    "Content-Length:9223372036854775807 {abcmore@68" },
	{ "a body that is not whole", BYTES(POST CL "5" E "hel"),
	    "POST / @h length=5 fields=Host:h,Content-Length:5 {helmore@50" },
	{ "a body that looks like a request", BYTES(POST CL "31" E NEXT NEXT),
	    "POST / @h length=31 fields=Host:h,Content-Length:31 {" NEXT "} "
	    "end@79\n" SECOND "110\nmore@110" },
	{ "a body of a GET", BYTES("GET / HTTP/1.1\r\nHost: h\r\n" CL "31" E NEXT),
	    "GET / @h length=31 fields=Host:h,Content-Length:31 {" NEXT "} "
	    "end@78\nmore@78" },
	{ "a body of a HEAD", BYTES("HEAD / HTTP/1.1\r\nHost: h\r\n" CL "2" E "ab"),
	    "HEAD / @h length=2 fields=Host:h,Content-Length:2 {ab} end@49\n"
	    "more@49" },
	{ "a body of a DELETE",
	    BYTES("DELETE / HTTP/1.1\r\nHost: h\r\n" TE "chunked" E "1\r\nx\r\n0" E),
	    "DELETE / @h chunked fields=Host:h,Transfer-Encoding:chunked {x} "
	    "end@69\nmore@69" },
	{ "a body of a TRACE", BYTES("TRACE / HTTP/1.1\r\nHost: h\r\n" CL "1" E "x"),
	    "TRACE / @h length=1 fields=Host:h,Content-Length:1 {x} end@49\n"
	    "more@49" },
	{ "a body of an OPTIONS",
	    BYTES("OPTIONS * HTTP/1.1\r\nHost: h\r\n" CL "1" E "x"),
	    "OPTIONS * @h length=1 fields=Host:h,Content-Length:1 {x} end@51\n"
	    "more@51" },
	{ "a body in HTTP/1.0", BYTES("POST / HTTP/1.0\r\n" CL "2" E "ab"),
	    "POST / 1.0 close length=2 fields=Content-Length:2 {ab} end@40\n"
	    "more@40" },
	{ "binary", BYTES(POST CL "4" E "\x01\r\n\xff"),
	    "POST / @h length=4 fields=Host:h,Content-Length:4 {\x01\r\n\xff} "
	    "end@51\nmore@51" },

	{ "one chunk", BYTES(CHUNKED "5\r\nhello\r\n0" E NEXT),
	    HEAD "hello} end@71\n" SECOND "102\nmore@102" },
	{ "no chunk but the last", BYTES(CHUNKED "0" E NEXT),
	    HEAD "} end@61\n" SECOND "92\nmore@92" },
	{ "three chunks", BYTES(CHUNKED "1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0" E),
	    HEAD "abcdef} end@82\nmore@82" },
	{ "hex digits of both cases", BYTES(CHUNKED "a\r\n0123456789\r\n"
		"B\r\n0123456789a\r\n0" E),
	    HEAD "01234567890123456789a} end@92\nmore@92" },
	{ "sixteen digits", BYTES(CHUNKED "0000000000000005\r\nhello\r\n"
		"0000000000000000" E),
	    HEAD "hello} end@101\nmore@101" },
	{ "the largest chunk", BYTES(CHUNKED "7fffffffffffffff\r\nabc"),
	    HEAD "abcmore@77" },
	{ "chunked in capitals", BYTES(POST TE "\tCHUNKED " E "0" E),
	    "POST / @h chunked fields=Host:h,Transfer-Encoding:CHUNKED {} "
	    "end@63\nmore@63" },
	{ "extensions", BYTES(CHUNKED "5;a=b;c=\"d\\\"e\";\t \xff\r\nhello\r\n0;x" E),
	    HEAD "hello} end@90\nmore@90" },
	{ "an empty extension", BYTES(CHUNKED "5;\r\nhello\r\n0;" E),
	    HEAD "hello} end@73\nmore@73" },
	{ "data that looks like chunks", BYTES(CHUNKED "5\r\n0\r\n\r\n\r\n0" E),
	    HEAD "0\r\n\r\n} end@71\nmore@71" },
	{ "trailers are dropped", BYTES(CHUNKED "1\r\nx\r\n0\r\nA: b\r\n"
		"Content-Length: x\r\nHost: , \r\n\r\n" NEXT),
	    HEAD "x} end@102\n" SECOND "133\nmore@133" },
	{ "chunks that are not whole", BYTES(CHUNKED "5\r\nhello\r\n0\r\n"),
	    HEAD "hellomore@69" },
	{ "pipelined", BYTES(NEXT POST CL "1" E "x" CHUNKED "0" E NEXT),
	    SECOND "31\n"
	    "POST / @h length=1 fields=Host:h,Content-Length:1 {x} end@79\n"
	    HEAD "} end@140\n" SECOND "171\nmore@171" },
	{ "an empty line behind a body", BYTES(POST CL "1" E "x\r\n" NEXT),
	    "POST / @h length=1 fields=Host:h,Content-Length:1 {x} end@48\n"
	    SECOND "81\nmore@81" },
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

	return cmocka_run_group_tests_name("http: framing", tests, NULL, NULL);
}
