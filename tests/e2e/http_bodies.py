"""Rows about where a request ends: framing, and connections."""
from http_words import (ALLOW_ALL, answer, at, BAD_HOST, BOTH, chunks, CRLF, failed, field, get,
                        GOOD, LENGTH, NAME, not_found, NOTHING, post, problem, refused, row,
                        VALUE, WELL, well, WELL_CLOSE, WELL_HEAD)

# --- framing: RFC 9112 sections 6 and 7 ------------------------------------------------

SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def length(text, body=b"hello"):
    return post(b"Content-Length: " + text, body=body)


def coding(text):
    return post(b"Transfer-Encoding: " + text, body=b"0\r\n\r\n")


FRAMING = [
    # 1. A length and a coding together.
    refused("length, chunked", post(b"Content-Length: 5", b"Transfer-Encoding: chunked",
                                    body=b"0\r\n\r\n"), 400, BOTH),
    refused("chunked, length", post(b"Transfer-Encoding: chunked", b"Content-Length: 5",
                                    body=b"0\r\n\r\n"), 400, BOTH),
    refused("length 0, chunked", post(b"Content-Length: 0", b"Transfer-Encoding: chunked",
                                      body=b"0\r\n\r\n" + SMUGGLED), 400, BOTH),
    refused("chunked, length, in a GET", field(b"Transfer-Encoding: chunked", b"Content-Length: 0"),
            400, BOTH),
    # 2. A length is digits within 63 bits, once.
    not_found("5", length(b"5", b"GET /")),
    not_found("zeros before", length(b"0005", b"GET /")),
    not_found("many zeros before", length(b"0" * 60 + b"5", b"GET /")),
    not_found("0", length(b"0", b"")),
    not_found("blanks around", length(b" \t5 \t", b"GET /")),
    refused("+5", length(b"+5"), 400, LENGTH),
    refused("-5", length(b"-5"), 400, LENGTH),
    refused("-0", length(b"-0"), 400, LENGTH),
    refused("0x5", length(b"0x5"), 400, LENGTH),
    refused("blank inside", length(b"5 5"), 400, LENGTH),
    refused("empty", length(b""), 400, LENGTH),
    refused("5.0", length(b"5.0"), 400, LENGTH),
    refused("5e0", length(b"5e0"), 400, LENGTH),
    refused("letters", length(b"five"), 400, LENGTH),
    refused("underscore", length(b"1_0"), 400, LENGTH),
    refused("digits that are not ASCII", length(b"\xd9\xa5"), 400, LENGTH),
    refused("list of two", length(b"5, 6"), 400, LENGTH),
    refused("list of equal ones", length(b"5, 5"), 400, LENGTH),
    refused("two fields", post(b"Content-Length: 5", b"Content-Length: 6", body=b"hello"), 400,
            "two Content-Length fields"),
    refused("two equal fields", post(b"Content-Length: 5", b"Content-Length: 5", body=b"hello"),
            400, "two Content-Length fields"),
    refused("2^63", length(b"9223372036854775808"), 400, LENGTH),
    refused("2^64 + 5", length(b"18446744073709551621"), 400, LENGTH),
    refused("99 digits", length(b"9" * 99), 400, LENGTH),
    # 3. A coding is `chunked`, once, in any case; nothing else.
    not_found("chunked", chunks(b"5\r\nGET /\r\n0\r\n\r\n")),
    not_found("chunked in any case", post(b"transfer-ENCODING: ChUnKeD",
                                          body=b"5\r\nGET /\r\n0\r\n\r\n")),
    refused("unknown", coding(b"nonsense"), 501, "unknown transfer coding"),
    refused("identity", coding(b"identity"), 501, "unknown transfer coding"),
    refused("gzip", coding(b"gzip"), 501, "unknown transfer coding"),
    refused("gzip, chunked", coding(b"gzip, chunked"), 501, "unknown transfer coding"),
    refused("chunked not last", coding(b"chunked, gzip"), 400, "bad Transfer-Encoding"),
    refused("chunked twice", coding(b"chunked, chunked"), 400, "bad Transfer-Encoding"),
    refused("two fields of chunked", post(
        b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 400,
        "two Transfer-Encoding fields"),
    refused("two fields of which one is empty", post(
        b"Transfer-Encoding: chunked", b"Transfer-Encoding:", body=b"0\r\n\r\n"), 400,
        "two Transfer-Encoding fields"),
    refused("quoted", coding(b'"chunked"'), 400, "bad Transfer-Encoding"),
    refused("with a parameter", coding(b"chunked;a=b"), 400, "bad Transfer-Encoding"),
    refused("empty", coding(b""), 400, "bad Transfer-Encoding"),
    refused("empty in a list", coding(b", chunked"), 400, "bad Transfer-Encoding"),
    refused("an empty one behind", coding(b"chunked,"), 400, "bad Transfer-Encoding"),
    refused("vertical tab before", coding(b"\x0bchunked"), 400, VALUE),
    refused("form feed behind", coding(b"chunked\x0c"), 400, VALUE),
    refused("NUL behind", coding(b"chunked\0"), 400, VALUE),
    refused("no-break space before", coding(b"\xa0chunked"), 400, "bad Transfer-Encoding"),
    refused("blank inside", coding(b"chun ked"), 400, "bad Transfer-Encoding"),
    refused("prefix", coding(b"chunke"), 501, "unknown transfer coding"),
    refused("and more", coding(b"chunkedd"), 501, "unknown transfer coding"),
    refused("folded", post(b"Transfer-Encoding:", b" chunked", body=b"0\r\n\r\n"), 400,
            "bad Transfer-Encoding"),
    # 4. No coding in HTTP/1.0.
    refused("chunked in 1.0", b"POST /api/none HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\n", 400, "Transfer-Encoding in HTTP/1.0"),
    # 5. A chunk's size is 1 to 16 hex digits within 63 bits, then CR LF or ';'.
    not_found("chunks", chunks(b"3\r\nGET\r\n2\r\n /\r\n0\r\n\r\n")),
    not_found("size in capitals and zeros", chunks(b"000000000000000A\r\nGET / HTTP\r\n0\r\n\r\n")),
    not_found("last chunk of many zeros", chunks(b"0000000000000000\r\n\r\n")),
    not_found("extension", chunks(b"5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n")),
    not_found("extension of 1,024", chunks(b"5;" + b"a" * 1024 + b"\r\nhello\r\n0\r\n\r\n")),
    refused("chunk size 0x5", chunks(b"0x5\r\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("chunk size +5", chunks(b"+5\r\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("chunk size -5", chunks(b"-5\r\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("blank before", chunks(b" 5\r\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("blank behind", chunks(b"5 \r\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("junk behind", chunks(b"5 x\r\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("blank before ';'", chunks(b"5 ;a\r\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("chunk size underscore", chunks(b"1_0\r\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("not hex", chunks(b"g\r\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("chunk size no size", chunks(b"\r\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("extension without size", chunks(b";a\r\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("17 digits", chunks(b"00000000000000005\r\nhello\r\n0\r\n\r\n"), 400,
            "chunk too large"),
    refused("chunk of 2^63", chunks(b"8000000000000000\r\n"), 400, "chunk too large"),
    refused("chunk of 2^64 - 1", chunks(b"ffffffffffffffff\r\n"), 400, "chunk too large"),
    refused("chunk of 2^64 + 5", chunks(b"10000000000000005\r\nhello\r\n0\r\n\r\n"), 400,
            "chunk too large"),
    refused("bare LF", chunks(b"5\nhello\r\n0\r\n\r\n"), 400, "bad chunk size"),
    refused("bare CR", chunks(b"5\rhello\r\n0\r\n\r\n"), 400, "CR without LF"),
    refused("LF in an extension", chunks(b"5;a\nhello\r\n0\r\n\r\n"), 400,
            "bad character in a chunk extension"),
    refused("CR in an extension", chunks(b"5;a\rb\r\nhello\r\n0\r\n\r\n"), 400, "CR without LF"),
    refused("NUL in an extension", chunks(b"5;a\0b\r\nhello\r\n0\r\n\r\n"), 400,
            "bad character in a chunk extension"),
    refused("extension of 1,025", chunks(b"5;" + b"a" * 1025 + b"\r\nhello\r\n0\r\n\r\n"), 400,
            "chunk extension too long"),
    not_found("extensions of 16 KiB", chunks((b"1;" + b"a" * 1024 + b"\r\nx\r\n") * 16
                                             + b"0\r\n\r\n")),
    refused("extensions of more", chunks((b"1;" + b"a" * 1024 + b"\r\nx\r\n") * 16
                                         + b"1;a\r\nx\r\n0\r\n\r\n"), 400,
            "chunk extension too long"),
    # 6. CR LF behind a chunk; the trailer obeys the rules of fields, and is dropped.
    refused("longer than its size", chunks(b"5\r\nhelloX\r\n0\r\n\r\n"), 400,
            "chunk longer than its size"),
    refused("LF behind", chunks(b"5\r\nhello\n0\r\n\r\n"), 400, "chunk longer than its size"),
    refused("CR without LF behind", chunks(b"5\r\nhello\r0\r\n\r\n"), 400, "CR without LF"),
    refused("nothing behind", chunks(b"5\r\nhello0\r\n\r\n"), 400, "chunk longer than its size"),
    refused("bare LF behind the last", chunks(b"0\n\r\n"), 400, "bad chunk size"),
    refused("bare LF at the end", chunks(b"0\r\n\n"), 400, "no field name"),
    not_found("trailer", chunks(b"0\r\nX: y\r\nY: z\r\n\r\n")),
    not_found("trailer that would frame", chunks(b"0\r\nContent-Length: 99\r\nTransfer-Encoding: x"
                                                 b"\r\nHost: y\r\n\r\n")),
    not_found("trailer of 8,000", chunks(b"0\r\nX: " + b"a" * 8000 + b"\r\n\r\n")),
    refused("trailer of 9,000", chunks(b"0\r\nX: " + b"a" * 9000 + b"\r\n\r\n"), 400,
            "trailer too long"),
    refused("trailer of many lines", chunks(b"0\r\n" + b"X: y\r\n" * 2000 + b"\r\n"), 400,
            "trailer too long"),
    refused("trailer without colon", chunks(b"0\r\nnonsense\r\n\r\n"), 400, NAME),
    refused("trailer folded", chunks(b"0\r\nX: y\r\n z\r\n\r\n"), 400, "folded field line"),
    refused("trailer, blank before the colon", chunks(b"0\r\nX : y\r\n\r\n"), 400, NAME),
    refused("trailer, NUL", chunks(b"0\r\nX: \0\r\n\r\n"), 400, VALUE),
    # 7. No length given, no body: what follows is the next request.
    not_found("POST without a length", post()),
    failed("PUT without a length", at(b"/api/none", b"PUT"), 404, NOTHING),
    # 8. A body is taken whatever the method and whatever the answer.
    well("GET with a body", field(b"Content-Length: 5") + b"GET /"),
    row("HEAD with a body", at(b"/healthz", b"HEAD")[:-2] + b"Content-Length: 5\r\n\r\nGET /",
        WELL_HEAD),
    well("GET with chunks", field(b"Transfer-Encoding: chunked") + b"5\r\nGET /\r\n0\r\n\r\n"),
    row("OPTIONS with a body", get(b"Host: x", b"Content-Length: 5", target=b"*",
                                   method=b"OPTIONS") + b"GET /", answer(204, ALLOW_ALL)),
    not_found("404, a request in the body", length(b"%d" % len(SMUGGLED), SMUGGLED)),
    failed("405, a request in the body", get(
        b"Host: x", b"Content-Length: %d" % len(SMUGGLED), method=b"DELETE") + SMUGGLED, 405,
        "this path does not take this method", "Allow: GET, HEAD"),
    row("401, a request in the body", post(b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED,
                                           target=b"/-/v1/add"),
        answer(401, 'WWW-Authenticate: Bearer realm="weighd"',
               "X-Error-Message: over the network this needs a token",
               kind="application/json; charset=utf-8",
               body=b'{"error":"over the network this needs a token","weigh":{"code":"unauthorized",'
                    b'"what":"over the network this needs a token","why":"over the network this '
                    b'needs a token","fix":"set HF_TOKEN or WEIGH_TOKEN to a token of this mirror; '
                    b'its administrator makes one with: weigh token new"}}')),
    not_found("chunks that look like requests", chunks(
        b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n")),
    failed("a large body nobody wants", length(b"70000", SMUGGLED * 2000), 404, NOTHING,
           close=True),
    failed("large chunks nobody wants", chunks(b"11170\r\n" + b"a" * 70000 + b"\r\n0\r\n\r\n"),
           404, NOTHING, close=True),
    not_found("64 KiB nobody wants", length(b"65536", b"a" * 65536)),
    refused("a framing error late in a body nobody wants", chunks(
        b"1\r\na\r\n" * 100 + b"+1\r\na\r\n0\r\n\r\n"), 400, "bad chunk size"),
]

# --- connections: RFC 9112 section 9 ------------------------------------------------------

CONNECTIONS = [
    well("keep-alive", field(b"Connection: keep-alive")),
    row("close", field(b"Connection: close"), WELL_CLOSE, True),
    row("Close, in a list", field(b"Connection: keep-alive, Close"), WELL_CLOSE, True),
    row("close in a second field", field(b"Connection: keep-alive", b"Connection: close"),
        WELL_CLOSE, True),
    well("closed is not close", field(b"Connection: closed")),
    well("close quoted is not close", field(b'Connection: "close"')),
    row("close, and a body", field(b"Connection: close", b"Content-Length: 5") + b"GET /",
        WELL_CLOSE, True),
    row("two at once", GOOD + GOOD, WELL + WELL),
    row("seventeen at once", GOOD * 17, WELL * 17),
    row("good, then bad", GOOD + get(b"Host : x"),
        WELL + problem(400, "cannot take this request", NAME, close=True), True),
    row("good with a body, then good", field(b"Content-Length: 5") + b"GET /" + GOOD, WELL + WELL),
    row("an empty line between", GOOD + CRLF + GOOD, WELL + WELL),
    row("two empty lines between", GOOD + CRLF + CRLF + GOOD,
        WELL + problem(400, "cannot take this request", "no method", close=True), True),
    row("HEAD, then GET", at(b"/healthz", b"HEAD") + GOOD, WELL_HEAD + WELL),
    failed("HEAD of nothing has no body", at(b"/api/none", b"HEAD"), 404, NOTHING, head=True),
    row("HEAD refused has no body", get(b"Host: a b", method=b"HEAD"), problem(
        400, "cannot take this request", BAD_HOST, close=True, head=True), True),
]
