"""What weighd answers to which bytes, as rows: label, request, the whole answer.

In the order of RFC 9110 and 9112: request line, targets, fields, Host, framing, what is
too long, connections, ranges, conditions.  A comment above some rows is the rule they
stand for.  The answer is written out by the functions below, byte for byte; only the
date is left open.  `{commit}` is the revision of acme/small, `{modified}` its date, in
requests also as `{rfc850}` and `{asctime}`.

After an answer that closes (`refused`, or `close=True`) nothing is answered any more,
whatever follows.  After any other the next request is answered as if nothing had been.
"""
import hashlib
import json
from typing import NamedTuple

import models

CRLF = b"\r\n"
HOST = b"Host: x\r\n"
GOOD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
DATE = b"Date: ?\r\n"  # stands for any date


class Row(NamedTuple):
    label: str
    request: bytes
    answer: bytes
    closes: bool


# --- requests --------------------------------------------------------------------


def line(text):
    """A request with this request line."""
    return text + CRLF + HOST + CRLF


def get(*fields, target=b"/healthz", method=b"GET", version=b"HTTP/1.1"):
    """A request with these field lines and no others."""
    return b"%s %s %s\r\n" % (method, target, version) + b"".join(f + CRLF for f in fields) + CRLF


def at(target, method=b"GET"):
    return get(b"Host: x", target=target, method=method)


def field(*lines):
    return get(b"Host: x", *lines)


def post(*fields, body=b"", target=b"/api/none"):
    return get(b"Host: x", *fields, target=target, method=b"POST") + body


def chunks(body):
    return post(b"Transfer-Encoding: chunked", body=body)


def of(path, *fields, method=b"GET"):
    """A request for a file of acme/small."""
    return get(b"Host: x", *fields, target=b"/acme/small/resolve/main/" + path, method=method)


# --- answers ---------------------------------------------------------------------

WORDS = {200: "OK", 204: "No Content", 206: "Partial Content", 304: "Not Modified",
         400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
         412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long",
         416: "Range Not Satisfiable", 417: "Expectation Failed", 421: "Misdirected Request",
         431: "Request Header Fields Too Large", 501: "Not Implemented",
         505: "HTTP Version Not Supported"}
CODES = {400: "malformed", 404: "not_found", 405: "usage", 413: "too_big", 414: "too_big",
         417: "usage", 431: "too_big", 501: "usage", 505: "usage"}
FIXES = {"malformed": "correct the input; weighd does not guess what was meant",
         "not_found": "check the name; 'weigh ls' lists what is held here",
         "usage": "'weigh help' shows how it is used",
         "too_big": "make it smaller, or split it"}


def answer(status, *fields, kind=None, body=None, length=None, close=False):
    """An answer as bytes.  `length` when it is not that of the body."""
    head = [f"HTTP/1.1 {status} {WORDS[status]}", DATE.decode().rstrip(), "Server: weighd"]
    if close:
        head.append("Connection: close")
    if kind:
        head += [f"Content-Type: {kind}", "X-Content-Type-Options: nosniff"]
    if length is None and body is not None:
        length = len(body)
    if length is not None:
        head.append(f"Content-Length: {length}")
    return "\r\n".join([*head, *fields]).encode() + CRLF + CRLF + (body or b"")


def problem(status, what, why, *fields, close=False, head=False):
    code = CODES[status]
    body = json.dumps({"error": what, "weigh": {"code": code, "what": what, "why": why,
                                                "fix": FIXES[code]}},
                      separators=(",", ":")).encode()
    return answer(status, *fields, kind="application/json; charset=utf-8",
                  body=b"" if head else body, length=len(body), close=close)


def row(label, request, whole, closes=False):
    return Row(label, request, whole, closes)


def refused(label, request, status, why):
    """Refused by the parser: one answer, and nothing behind it is looked at."""
    return Row(label, request, problem(status, "cannot take this request", why, close=True), True)


def failed(label, request, status, why, *fields, close=False, head=False):
    """Understood, and answered with an error."""
    return Row(label, request, problem(status, why, why, *fields, f"X-Error-Message: {why}",
                                       close=close, head=head), close)


NOTHING = "there is nothing at this path"
WELL = answer(200, kind="text/plain; charset=utf-8", body=b"ok\n")
WELL_HEAD = answer(200, kind="text/plain; charset=utf-8", length=3)
WELL_CLOSE = answer(200, kind="text/plain; charset=utf-8", body=b"ok\n", close=True)
ALLOW_ALL = "Allow: GET, HEAD, POST, DELETE, OPTIONS"


def well(label, request):
    """Answered like a plain GET /healthz."""
    return Row(label, request, WELL, False)


def not_found(label, request):
    return failed(label, request, 404, NOTHING)


def no_entry(label, request, name, head=False):
    """The revision has no such file."""
    return failed(label, request, 404, f"this revision of 'acme/small' has no entry '{name}'",
                  "X-Repo-Commit: {commit}", "X-Error-Code: EntryNotFound", head=head)


def bad_part(label, target):
    """A target that could be read as a path somewhere else."""
    return failed(label, at(target), 400, "the path has a part that no route takes")


def not_a(what, label, target):
    names = {"path": ("the path of a file", "EntryNotFound"),
             "rev": ("the name of a revision", "RevisionNotFound"),
             "repo": ("the name of a repository", "RepoNotFound")}
    words, code = names[what]
    return failed(label, at(target), 404, f"this is not {words}", f"X-Error-Code: {code}")


# --- request line: RFC 9112 section 3 -----------------------------------------------

LINE_END = "bad HTTP version or line end"
REQUEST_LINE = [
    well("plain", GOOD),
    row("HEAD has the length and no body", at(b"/healthz", b"HEAD"), WELL_HEAD),
    # One empty line may stand before a request, not two.
    well("an empty line before", CRLF + GOOD),
    refused("two empty lines before", CRLF + CRLF + GOOD, 400, "no method"),
    refused("a bare LF before", b"\n" + GOOD, 400, "no method"),
    refused("a bare CR before", b"\r" + GOOD, 400, "CR without LF"),
    # METHOD SP target SP version CR LF, and no other blank anywhere.
    refused("two blanks behind the method", line(b"GET  /healthz HTTP/1.1"), 400, "no target"),
    refused("two blanks behind the target", line(b"GET /healthz  HTTP/1.1"), 400, LINE_END),
    refused("tab behind the method", line(b"GET\t/healthz HTTP/1.1"), 400,
            "bad character in the method"),
    refused("tab behind the target", line(b"GET /healthz\tHTTP/1.1"), 400,
            "bad character in the target"),
    refused("leading blank", line(b" GET /healthz HTTP/1.1"), 400, "no method"),
    refused("leading tab", line(b"\tGET /healthz HTTP/1.1"), 400, "no method"),
    refused("trailing blank", line(b"GET /healthz HTTP/1.1 "), 400, LINE_END),
    refused("trailing tab", line(b"GET /healthz HTTP/1.1\t"), 400, LINE_END),
    refused("a fourth word", line(b"GET /healthz HTTP/1.1 x"), 400, LINE_END),
    refused("nothing but a line end behind GET", line(b"GET"), 400, "bad character in the method"),
    refused("no target", line(b"GET HTTP/1.1"), 400, "bad character in the target"),
    # Lines end in CR LF, all of them.
    refused("bare LF", b"GET /healthz HTTP/1.1\nHost: x\n\n", 400, LINE_END),
    refused("bare LF behind a field", b"GET /healthz HTTP/1.1\r\nHost: x\n\r\n", 400,
            "bad character in a field value"),
    refused("bare LF at the end", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\n", 400, "no field name"),
    refused("bare CR", b"GET /healthz HTTP/1.1\rHost: x\r\n\r\n", 400, LINE_END),
    refused("bare CR behind a field", b"GET /healthz HTTP/1.1\r\nHost: x\rX: y\r\n\r\n", 400,
            "CR without LF"),
    refused("bare CR at the end", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\rGET", 400,
            "CR without LF"),
    refused("LF CR", b"GET /healthz HTTP/1.1\n\rHost: x\n\r\n\r", 400, LINE_END),
    # A method is a token; its case matters; one that nobody knows is 501.
    refused("method not a token", line(b"G(T /healthz HTTP/1.1"), 400,
            "bad character in the method"),
    refused("method with an octet above 0x7F", line(b"G\xc9T /healthz HTTP/1.1"), 400,
            "bad character in the method"),
    refused("method with NUL", line(b"G\0T /healthz HTTP/1.1"), 400,
            "bad character in the method"),
    refused("unknown method", line(b"BREW /healthz HTTP/1.1"), 501, "unknown method"),
    refused("lower case", line(b"get /healthz HTTP/1.1"), 501, "unknown method"),
    refused("first letter only", line(b"Get /healthz HTTP/1.1"), 501, "unknown method"),
    refused("a prefix of a method", line(b"GE /healthz HTTP/1.1"), 501, "unknown method"),
    refused("a method and more", line(b"GETS /healthz HTTP/1.1"), 501, "unknown method"),
    refused("a token that is no word", line(b"!#$ /healthz HTTP/1.1"), 501, "unknown method"),
    # A method that is known but not for this route is told what is.
    failed("DELETE", at(b"/healthz", b"DELETE"), 405, "this path does not take this method",
           "Allow: GET, HEAD"),
    failed("PUT", at(b"/healthz", b"PUT"), 405, "this path does not take this method",
           "Allow: GET, HEAD"),
    failed("PATCH", at(b"/api/models/acme/small", b"PATCH"), 405,
           "this path does not take this method", "Allow: GET, HEAD"),
    failed("POST of a file", of(b"config.json", method=b"POST"), 405,
           "this path does not take this method", "Allow: GET, HEAD"),
    failed("GET of a verb that is POST", at(b"/-/v1/verify"), 405,
           "this path does not take this method", "Allow: POST"),
    failed("TRACE", at(b"/healthz", b"TRACE"), 405, "this method is not offered", ALLOW_ALL),
    failed("CONNECT", get(b"Host: x:1", target=b"x:1", method=b"CONNECT"), 405,
           "this method is not offered", ALLOW_ALL, close=True),
    refused("CONNECT without port and host", at(b"/", b"CONNECT")[:-2] + b"Host: y\r\n\r\n", 400,
            "two Host fields"),
    # HTTP/1.1 and HTTP/1.0; another HTTP/d.d is 505, anything else no version.
    row("1.0 closes", b"GET /healthz HTTP/1.0\r\n\r\n", WELL_CLOSE, True),
    row("1.0 is not kept alive", b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        WELL_CLOSE, True),
    refused("version 2.0", line(b"GET /healthz HTTP/2.0"), 505, "not HTTP/1.1 or HTTP/1.0"),
    refused("version 1.2", line(b"GET /healthz HTTP/1.2"), 505, "not HTTP/1.1 or HTTP/1.0"),
    refused("version 0.9", line(b"GET /healthz HTTP/0.9"), 505, "not HTTP/1.1 or HTTP/1.0"),
    refused("version 9.9", line(b"GET /healthz HTTP/9.9"), 505, "not HTTP/1.1 or HTTP/1.0"),
    refused("version with two digits", line(b"GET /healthz HTTP/1.10"), 400, LINE_END),
    refused("version with a zero before", line(b"GET /healthz HTTP/01.1"), 400, LINE_END),
    refused("version that wraps to 1", line(b"GET /healthz HTTP/4294967297.1"), 400, LINE_END),
    refused("version without minor", line(b"GET /healthz HTTP/1"), 400, LINE_END),
    refused("version with a comma", line(b"GET /healthz HTTP/1,1"), 400, LINE_END),
    refused("version in lower case", line(b"GET /healthz http/1.1"), 400, LINE_END),
    refused("another protocol", line(b"GET /healthz RTSP/1.0"), 400, LINE_END),
    refused("version signed", line(b"GET /healthz HTTP/+1.1"), 400, LINE_END),
    refused("no version", b"GET /healthz\r\n\r\n", 400, "bad character in the target"),
    refused("no version, a blank", b"GET /healthz \r\n\r\n", 400, LINE_END),
    # What cannot become a request is refused at its first wrong byte.
    refused("preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505,
            "not HTTP/1.1 or HTTP/1.0"),
    refused("TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32), 400,
            "no method"),
    refused("SSLv2 hello", b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10", 400, "no method"),
    refused("SSH", b"SSH-2.0-OpenSSH_9.2\r\n", 400, "bad character in the method"),
    refused("SMB", b"\0\0\0\x54\xffSMBr\0\0\0\0", 400, "no method"),
    refused("an answer", b"HTTP/1.1 200 OK\r\n\r\n", 400, "bad character in the method"),
    refused("JSON", b'{"a":1}\r\n', 400, "no method"),
    refused("NULs", bytes(64), 400, "no method"),
    refused("a proxy's line", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + GOOD, 400, LINE_END),
]

# --- targets: RFC 9112 section 3.2, RFC 3986 -----------------------------------------

TARGET = "bad character in the target"
BAD_TARGET = "bad request target"
TARGETS = [
    # origin-form; absolute-form, whose authority counts; * for OPTIONS only.
    well("with a query", at(b"/healthz?a=b&c=d%20e+f")),
    well("an empty query", at(b"/healthz?")),
    well("two question marks", at(b"/healthz?a?b")),
    well("absolute form", get(b"Host: y", target=b"http://x/healthz")),
    well("absolute form, https, port", get(b"Host: y", target=b"https://x:8477/healthz")),
    well("absolute form, scheme in capitals", get(b"Host: y", target=b"HTTP://x/healthz")),
    row("absolute form without a path", get(b"Host: y", target=b"http://x"),
        answer(200, kind="text/plain; charset=utf-8",
               body=b"weighd {version}: a mirror of model weights.\n"
                    b"Set HF_ENDPOINT to this address, or: weigh --server URL ls\n",
               length="{front}")),
    refused("absolute form without Host", get(target=b"http://x/healthz"), 400, "no Host"),
    refused("absolute form, bad Host beside it", get(b"Host: a b", target=b"http://x/healthz"), 400,
            "bad Host"),
    refused("absolute form, user", get(b"Host: x", target=b"http://u@x/healthz"), 400, BAD_TARGET),
    refused("absolute form, no authority", get(b"Host: x", target=b"http:///healthz"), 400,
            BAD_TARGET),
    refused("absolute form, bad port", get(b"Host: x", target=b"http://x:65536/healthz"), 400,
            BAD_TARGET),
    refused("absolute form, port not a number", get(b"Host: x", target=b"http://x:a/healthz"), 400,
            BAD_TARGET),
    refused("absolute form, comma in the authority", get(b"Host: x", target=b"http://x,y/healthz"),
            400, BAD_TARGET),
    refused("absolute form, another scheme", at(b"ftp://x/healthz"), 400, BAD_TARGET),
    refused("absolute form, file", at(b"file:///etc/passwd"), 400, BAD_TARGET),
    row("OPTIONS *", at(b"*", b"OPTIONS"), answer(204, ALLOW_ALL)),
    row("OPTIONS of a path", at(b"/healthz", b"OPTIONS"), answer(204, ALLOW_ALL)),
    row("OPTIONS of an authority", at(b"http://x", b"OPTIONS"), answer(204, ALLOW_ALL)),
    refused("* for GET", at(b"*"), 400, BAD_TARGET),
    row("* for HEAD", at(b"*", b"HEAD"), problem(
        400, "cannot take this request", BAD_TARGET, close=True, head=True), True),
    refused("* and more", at(b"*x", b"OPTIONS"), 400, BAD_TARGET),
    refused("authority for GET", at(b"x:1"), 400, BAD_TARGET),
    refused("no slash before", at(b"healthz"), 400, BAD_TARGET),
    refused("a query only", at(b"?a=b"), 400, BAD_TARGET),
    # Visible ASCII without '#'; every escape two hex digits, and never of NUL.
    refused("octet above 0x7F", at(b"/\xc3\xa9"), 400, TARGET),
    refused("NUL", at(b"/a\0b"), 400, TARGET),
    refused("control", at(b"/a\x01b"), 400, TARGET),
    refused("DEL", at(b"/a\x7fb"), 400, TARGET),
    refused("fragment", at(b"/healthz#a"), 400, TARGET),
    refused("stray percent", at(b"/a%zz"), 400, BAD_TARGET),
    refused("percent at the end", at(b"/a%"), 400, BAD_TARGET),
    refused("half an escape", at(b"/a%4"), 400, BAD_TARGET),
    refused("half an escape in the query", at(b"/healthz?a=%4"), 400, BAD_TARGET),
    refused("escape with a sign", at(b"/a%+1"), 400, BAD_TARGET),
    refused("%00", at(b"/acme/small/resolve/main/a%00b"), 400, BAD_TARGET),
    refused("%00 in the query", at(b"/healthz?a=%00"), 400, BAD_TARGET),
    refused("%00 behind the name", at(b"/acme/small/resolve/main/config.json%00"), 400, BAD_TARGET),
    bad_part("escaped control", b"/acme/small/resolve/main/a%01b"),
    bad_part("escaped CR LF", b"/acme/small/resolve/main/a%0d%0aX:%20y"),
    bad_part("escaped DEL", b"/acme/small/resolve/main/a%7Fb"),
    bad_part("not UTF-8", b"/acme/small/resolve/main/a%ff"),
    bad_part("overlong UTF-8", b"/acme/small/resolve/main/%c0%ae%c0%ae/config.json"),
    bad_part("a surrogate", b"/acme/small/resolve/main/%ed%a0%80"),
    bad_part("backslash", b"/acme/small/resolve/main/a\\b"),
    bad_part("escaped backslash", b"/acme/small/resolve/main/a%5Cb"),
    bad_part("backslash dots", b"/acme/small/resolve/main/..%5c..%5cconfig.json"),
    # A target is not a path: nothing in it is walked, nothing is put right.
    bad_part("..", b"/acme/small/resolve/main/../config.json"),
    bad_part(".. many", b"/acme/small/resolve/main/../../../../etc/passwd"),
    bad_part(".. first", b"/../catalog.db"),
    bad_part(".. last", b"/acme/small/resolve/main/.."),
    bad_part(".. escaped", b"/acme/small/resolve/main/%2e%2e/config.json"),
    bad_part(".. half escaped", b"/acme/small/resolve/main/.%2E/config.json"),
    bad_part(".. with escaped slashes", b"/acme/small/resolve/main/..%2f..%2f..%2fetc%2fpasswd"),
    bad_part(".. behind an escaped slash", b"/acme/small/resolve/main/sub%2f..%2fconfig.json"),
    bad_part(".", b"/acme/small/resolve/main/./config.json"),
    bad_part(". escaped", b"/acme/small/resolve/main/%2e/config.json"),
    bad_part("an empty part", b"/acme/small/resolve/main//config.json"),
    bad_part("two slashes first", b"///healthz"),
    bad_part("escaped slash first", b"/acme/small/resolve/main/%2fconfig.json"),
    not_found("escaped slash in a literal", at(b"/api%2fmodels/acme/small")),
    not_found("escaped slash in a name", at(b"/acme%2fsmall/resolve/main/config.json")),
    not_found("a slash behind", at(b"/healthz/")),
    not_found("parameters", at(b"/healthz;a=b")),
    not_found("another case", at(b"/Healthz")),
    not_found("a file of the house", at(b"/catalog.db")),
    not_found("a folder of the house", at(b"/keys/")),
    not_found("the control socket", at(b"/control.sock")),
    not_found("a repository's file", at(b"/.git/config")),
    not_found("a repository's file by name", at(b"/acme/small.git/config")),
    failed("too many parts", at(b"/a" * 100), 404, "the path has a part that no route takes"),
    bad_part("too many parts, one bad", b"/a" * 10 + b"/../a"),
    no_entry("escaped twice is decoded once", of(b"%252e%252e/config.json"),
             "%2e%2e/config.json"),
    no_entry("parameters behind a name", of(b"config.json;x=y"), "config.json;x=y"),
    no_entry("no such file, HEAD", of(b"none", method=b"HEAD"), "none", head=True),
    not_a("path", ".git is nobody's file", b"/acme/small/resolve/main/.git/config"),
    not_a("rev", "git's ~1", b"/acme/small/resolve/main~1/config.json"),
    not_a("rev", "git's ^{tree}", b"/acme/small/resolve/main%5E%7Btree%7D/config.json"),
    not_a("rev", "git's @{1}", b"/acme/small/resolve/main@%7B1%7D/config.json"),
    not_a("rev", "git's rev:path", b"/acme/small/resolve/main:config.json/config.json"),
]

# --- fields: RFC 9110 section 5, RFC 9112 section 5 --------------------------------------

VALUE = "bad character in a field value"
NAME = "bad character in a field name"
FIELDS = [
    # name ':' value, blanks around the value only.
    well("no blank behind the colon", field(b"X:y")),
    well("blanks around a value", field(b"X: \t y \t ")),
    well("an empty value", field(b"X:")),
    well("a value of blanks", field(b"X:  \t")),
    well("every character of a name", field(b"!#$%&'*+-.^_`|~09azAZ: y")),
    well("octets from 0x80 in a value", field(b"X: \xc3\xa9\x80\xff")),
    well("a tab in a value", field(b"X: a\tb")),
    well("colons in a value", field(b"X: a:b::c")),
    well("names in any case", get(b"hOsT: x", b"CONNECTION: Keep-Alive")),
    refused("blank before the colon", field(b"X : y"), 400, NAME),
    refused("tab before the colon", field(b"X\t: y"), 400, NAME),
    refused("blank in a name", field(b"X Y: z"), 400, NAME),
    refused("empty name", field(b": y"), 400, "no field name"),
    refused("no colon", field(b"nonsense"), 400, NAME),
    refused("bracket in a name", field(b"X[]: y"), 400, NAME),
    refused("quote in a name", field(b'"X": y'), 400, "no field name"),
    refused("slash in a name", field(b"X/Y: z"), 400, NAME),
    refused("NUL in a name", field(b"X\0: y"), 400, NAME),
    refused("octet above 0x7F in a name", field(b"X\xc3\xa9: y"), 400, NAME),
    refused("NUL in a value", field(b"X: a\0b"), 400, VALUE),
    refused("CR in a value", field(b"X: a\rb"), 400, "CR without LF"),
    refused("LF in a value", field(b"X: a\nb"), 400, VALUE),
    refused("escape in a value", field(b"X: a\x1bb"), 400, VALUE),
    refused("vertical tab in a value", field(b"X: a\x0bb"), 400, VALUE),
    refused("DEL in a value", field(b"X: a\x7fb"), 400, VALUE),
    # A line that begins with a blank continues nothing.
    refused("folded", field(b"X: a", b" b"), 400, "folded field line"),
    refused("folded by a tab", field(b"X: a", b"\tb"), 400, "folded field line"),
    refused("the first one", get(b" Host: x"), 400, "folded field line"),
    refused("a blank line that is not empty", b"GET /healthz HTTP/1.1\r\nHost: x\r\n \r\n\r\n", 400,
            "folded field line"),
    # What may stand once and stands twice is refused where it matters, else no
    # field at all.
    refused("two Authorizations", field(b"Authorization: Bearer a", b"Authorization: Bearer b"),
            400, "two Authorization fields"),
    refused("two equal Authorizations", field(b"Authorization: a", b"authorization: a"), 400,
            "two Authorization fields"),
    well("two Content-Types", field(b"Content-Type: a/b", b"Content-Type: c/d")),
    # Names that only look like framing are ordinary.
    well("Content_Length", field(b"Content_Length: 5")),
    well("Transfer_Encoding", field(b"Transfer_Encoding: chunked")),
    well("Content-Length-", field(b"Content-Length-: 5")),
    well("X-Transfer-Encoding", field(b"X-Transfer-Encoding: chunked")),
    # An upgrade is not offered and not refused.
    well("Upgrade: h2c", field(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c",
                               b"HTTP2-Settings: AAMAAABkAAQAAP__")),
    well("Upgrade: websocket", field(b"Connection: Upgrade", b"Upgrade: websocket")),
    # 100-continue is the only thing to expect.
    refused("coffee", field(b"Expect: coffee"), 417, "unknown expectation"),
    refused("100-continue and more", field(b"Expect: 100-continue, coffee"), 417,
            "unknown expectation"),
    refused("an empty expectation", field(b"Expect:"), 417, "unknown expectation"),
    well("100-continue without a body", field(b"Expect: 100-continue")),
    well("100-Continue in 1.1 without a body", field(b"Expect: 100-Continue")),
    failed("100-continue, nobody wants it, it is sent", post(
        b"Expect: 100-continue", b"Content-Length: 5", body=b"hello"), 404, NOTHING, close=True),
]

# --- Host: RFC 9112 section 3.2, RFC 9110 section 7.2 ------------------------------------

BAD_HOST = "bad Host"


def host(text):
    return get(b"Host:" + (b" " + text if text else b""))


HOSTS = [
    well("name and port", host(b"mirror.example:8477")),
    well("name and an empty port", host(b"x:")),
    well("IPv4", host(b"127.0.0.1:80")),
    well("IPv6", host(b"[::1]:8477")),
    well("IPv6 without port", host(b"[2001:db8::1]")),
    well("IPv6 with IPv4 in it", host(b"[::ffff:192.0.2.1]")),
    well("escapes", host(b"m%69rror")),
    well("an underscore", host(b"my_mirror")),
    well("blanks around", get(b"Host: \t x \t")),
    row("1.0 needs none", get(version=b"HTTP/1.0"), WELL_CLOSE, True),
    row("1.0 may have one", get(b"Host: x", version=b"HTTP/1.0"), WELL_CLOSE, True),
    refused("1.0, two", get(b"Host: x", b"Host: x", version=b"HTTP/1.0"), 400, "two Host fields"),
    refused("1.0, nonsense", get(b"Host: a b", version=b"HTTP/1.0"), 400, BAD_HOST),
    refused("none", get(), 400, "no Host"),
    refused("none, other fields", get(b"X: y"), 400, "no Host"),
    refused("empty", host(b""), 400, BAD_HOST),
    refused("two", get(b"Host: x", b"Host: y"), 400, "two Host fields"),
    refused("two equal ones", get(b"Host: x", b"host: x"), 400, "two Host fields"),
    refused("two far apart", get(b"Host: x", b"A: b", b"C: d", b"HOST: x"), 400, "two Host fields"),
    refused("two in one", host(b"x, y"), 400, BAD_HOST),
    refused("two in one, no blank", host(b"x,y"), 400, BAD_HOST),
    refused("blank", host(b"a b"), 400, BAD_HOST),
    refused("path", host(b"x/y"), 400, BAD_HOST),
    refused("user", host(b"u@x"), 400, BAD_HOST),
    refused("scheme", host(b"http://x"), 400, BAD_HOST),
    refused("query", host(b"x?y"), 400, BAD_HOST),
    refused("fragment", host(b"x#y"), 400, BAD_HOST),
    refused("backslash", host(b"x\\y"), 400, BAD_HOST),
    refused("octets above 0x7F", host(b"\xc3\xa9"), 400, BAD_HOST),
    refused("port only", host(b":80"), 400, BAD_HOST),
    refused("port too large", host(b"x:65536"), 400, BAD_HOST),
    refused("port that wraps", host(b"x:4294967376"), 400, BAD_HOST),
    refused("port signed", host(b"x:+80"), 400, BAD_HOST),
    refused("port in hex", host(b"x:0x50"), 400, BAD_HOST),
    refused("two ports", host(b"x:80:80"), 400, BAD_HOST),
    refused("IPv6 without brackets", host(b"::1"), 400, BAD_HOST),
    refused("IPv6 not closed", host(b"[::1"), 400, BAD_HOST),
    refused("IPv6 with a zone", host(b"[fe80::1%25eth0]"), 400, BAD_HOST),
    refused("IPv6 with nine groups", host(b"[1:2:3:4:5:6:7:8:9]"), 400, BAD_HOST),
    refused("empty brackets", host(b"[]"), 400, BAD_HOST),
    refused("brackets and more", host(b"[::1]x"), 400, BAD_HOST),
    refused("a later version of addresses", host(b"[v1.x]"), 400, BAD_HOST),
    refused("bad escape", host(b"x%zz"), 400, BAD_HOST),
    refused("escaped NUL", host(b"x%00"), 400, BAD_HOST),
]

# --- framing: RFC 9112 sections 6 and 7 ------------------------------------------------

LENGTH = "bad Content-Length"
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def length(text, body=b"hello"):
    return post(b"Content-Length: " + text, body=body)


def coding(text):
    return post(b"Transfer-Encoding: " + text, body=b"0\r\n\r\n")


BOTH = "Transfer-Encoding and Content-Length"
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
        answer(401, "X-Error-Message: this needs more rights than reading",
               kind="application/json; charset=utf-8",
               body=b'{"error":"this needs more rights than reading","weigh":{"code":"unauthorized",'
                    b'"what":"this needs more rights than reading","why":"over the network this '
                    b'mirror can only be read","fix":"run weigh on the mirror itself, as the user '
                    b'weighd runs as or root"}}')),
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

# --- what is too long --------------------------------------------------------------------

TOO_LONG = [
    well("request line of 8,000", at(b"/healthz?" + b"a" * 7977)),
    well("request line of 16,384", at(b"/healthz?" + b"a" * (16384 - 22))),
    refused("request line of 16,385", at(b"/healthz?" + b"a" * (16385 - 22)), 414,
            "request line too long"),
    refused("method of 17,000", b"A" * 17000 + b" / HTTP/1.1\r\n\r\n", 414, "request line too long"),
    well("bearer token of 4,000", field(b"Authorization: Bearer " + b"a" * 4000)),
    well("field line of 16,384", field(b"X: " + b"a" * 16381)),
    refused("field line of 16,385", field(b"X: " + b"a" * 16382), 431, "header section too long"),
    refused("field name of 17,000", field(b"X" * 17000 + b": y"), 431, "header section too long"),
    well("100 fields", field(*[b"X%d: y" % i for i in range(99)])),
    well("200 fields", field(*[b"X%d: y" % i for i in range(199)])),
    refused("201 fields", field(*[b"X%d: y" % i for i in range(200)]), 431, "too many fields"),
    well("header section of 65,536", field(*[b"X%02d: %s" % (i, b"y" * 1017) for i in range(63)],
                                           b"Z: " + b"y" * 1010)),
    refused("header section of 65,537", field(
        *[b"X%02d: %s" % (i, b"y" * 1017) for i in range(63)], b"Z: " + b"y" * 1011), 431,
        "header section too long"),
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

# --- ranges: RFC 9110 section 14 ------------------------------------------------------------

CONFIG = b'{"model_type":"small"}\n'
N = len(CONFIG)


def tag(data):
    """The ETag of a file that git holds: the id of its blob."""
    return '"%s"' % hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


COMMIT = "X-Repo-Commit: {commit}"
TAG = tag(CONFIG)


def entity(data):
    """The fields that every answer about a file has, 304 and 416 too."""
    return (COMMIT, "Last-Modified: {modified}", "Cache-Control: no-cache", f"ETag: {tag(data)}",
            "Accept-Ranges: bytes")


ENTITY = entity(CONFIG)
EMPTY = entity(b"")
BYTES = "application/octet-stream"
WHOLE = answer(200, *ENTITY, kind=BYTES, body=CONFIG)


def ranged(label, text, first, last):
    """206 with these bytes of config.json, both ends included."""
    return row(label, of(b"config.json", b"Range: " + text), answer(
        206, *ENTITY, f"Content-Range: bytes {first}-{last}/{N}", kind=BYTES,
        body=CONFIG[first:last + 1]))


def beyond(label, text):
    return row(label, of(b"config.json", b"Range: " + text), answer(
        416, *ENTITY, f"Content-Range: bytes */{N}", length=0))


def whole(label, *fields, method=b"GET"):
    return row(label, of(b"config.json", *fields, method=method),
               WHOLE if method == b"GET" else answer(200, *ENTITY, kind=BYTES, length=N))


RANGES = [
    whole("none"),
    whole("HEAD", method=b"HEAD"),
    ranged("a-b", b"bytes=2-5", 2, 5),
    ranged("one byte", b"bytes=0-0", 0, 0),
    ranged("the last byte", b"bytes=22-22", 22, 22),
    ranged("a-", b"bytes=5-", 5, 22),
    ranged("0-", b"bytes=0-", 0, 22),
    ranged("clipped at the end", b"bytes=20-99", 20, 22),
    ranged("all of it", b"bytes=0-22", 0, 22),
    ranged("-n", b"bytes=-3", 20, 22),
    ranged("-n of more than there is", b"bytes=-99", 0, 22),
    ranged("unit in capitals", b"BYTES=2-5", 2, 5),
    ranged("zeros before", b"bytes=0002-0005", 2, 5),
    ranged("last beyond 63 bits", b"bytes=2-99999999999999999999", 2, 22),
    ranged("last that wraps to 5", b"bytes=2-18446744073709551621", 2, 22),
    ranged("suffix beyond 63 bits", b"bytes=-99999999999999999999", 0, 22),
    beyond("at the end", b"bytes=23-"),
    beyond("past the end", b"bytes=99-100"),
    beyond("-0", b"bytes=-0"),
    beyond("first beyond 63 bits", b"bytes=9223372036854775808-"),
    beyond("first that wraps to 2", b"bytes=18446744073709551618-18446744073709551620"),
    whole("two ranges", b"Range: bytes=0-1,3-4"),
    whole("two that touch", b"Range: bytes=0-1,2-3"),
    whole("two that overlap", b"Range: bytes=0-9,2-3"),
    whole("one of two beyond", b"Range: bytes=0-1,99-"),
    whole("seventeen ranges", b"Range: bytes=" + b",".join(b"%d-%d" % (i, i) for i in range(17))),
    whole("a comma behind", b"Range: bytes=0-1,"),
    whole("another unit", b"Range: lines=0-1"),
    whole("no unit", b"Range: 0-1"),
    whole("no =", b"Range: bytes 0-1"),
    whole("blank behind =", b"Range: bytes= 0-1"),
    whole("blank before =", b"Range: bytes =0-1"),
    whole("blank inside", b"Range: bytes=0 -1"),
    whole("blank inside, behind", b"Range: bytes=0- 1"),
    whole("letters", b"Range: bytes=a-b"),
    whole("plus", b"Range: bytes=+0-5"),
    whole("minus twice", b"Range: bytes=--5"),
    whole("hex", b"Range: bytes=0x0-0x5"),
    whole("a > b", b"Range: bytes=5-2"),
    whole("empty", b"Range: bytes="),
    whole("empty field", b"Range:"),
    whole("a dash", b"Range: bytes=-"),
    whole("a number", b"Range: bytes=5"),
    whole("three numbers", b"Range: bytes=0-1-2"),
    whole("octets above 0x7F", b"Range: bytes=\xd9\xa0-\xd9\xa1"),
    whole("* as a range", b"Range: bytes=*"),
    whole("two fields", b"Range: bytes=0-1", b"Range: bytes=3-4"),
    whole("two equal fields", b"Range: bytes=0-1", b"Range: bytes=0-1"),
    whole("on HEAD", b"Range: bytes=0-1", method=b"HEAD"),
    whole("beyond, on HEAD", b"Range: bytes=99-", method=b"HEAD"),
    whole("a coding accepted", b"Accept-Encoding: gzip, deflate, br"),
    row("a coding accepted, and a range", of(b"config.json", b"Accept-Encoding: gzip",
                                             b"Range: bytes=2-5"),
        answer(206, *ENTITY, f"Content-Range: bytes 2-5/{N}", kind=BYTES, body=CONFIG[2:6])),
    row("nothing, whole", of(b"empty.txt"), answer(200, *EMPTY, kind=BYTES, body=b"")),
    row("nothing, 0-0", of(b"empty.txt", b"Range: bytes=0-0"), answer(
        206, *EMPTY, "Content-Range: bytes 0-0/0", kind=BYTES, body=b"")),
    row("nothing, 0-", of(b"empty.txt", b"Range: bytes=0-"), answer(
        416, *EMPTY, "Content-Range: bytes */0", length=0)),
    row("nothing, 0-5", of(b"empty.txt", b"Range: bytes=0-5"), answer(
        416, *EMPTY, "Content-Range: bytes */0", length=0)),
    row("nothing, -1", of(b"empty.txt", b"Range: bytes=-1"), answer(
        416, *EMPTY, "Content-Range: bytes */0", length=0)),
    row("a text is bytes too", of(b"README.md", b"Range: bytes=0-2"), answer(
        206, *entity(models.CARD), f"Content-Range: bytes 0-2/{len(models.CARD)}", kind=BYTES, body=models.CARD[:3])),
]

# --- conditions: RFC 9110 section 13 -----------------------------------------------------

T = TAG.encode()
NOT_MODIFIED = answer(304, *ENTITY)
FAILED = answer(412, *ENTITY, length=0)
PART = answer(206, *ENTITY, f"Content-Range: bytes 2-5/{N}", kind=BYTES, body=CONFIG[2:6])
RANGE = b"Range: bytes=2-5"
OLD = b"Sun, 06 Nov 1994 08:49:37 GMT"
LATE = b"Fri, 31 Dec 2100 23:59:59 GMT"


def met(label, *fields, method=b"GET"):
    return row(label, of(b"config.json", *fields, method=method), NOT_MODIFIED)


def unmet(label, *fields, method=b"GET"):
    return row(label, of(b"config.json", *fields, method=method), FAILED)


def part(label, *fields):
    return row(label, of(b"config.json", *fields), PART)


CONDITIONS = [
    # If-Match, by strong comparison: 412 unless one holds.
    whole("If-Match, ours", b"If-Match: " + T),
    whole("If-Match, a list with ours", b'If-Match: "a", ' + T + b' , "b"'),
    whole("If-Match, in two fields", b'If-Match: "a"', b"If-Match: " + T),
    whole("If-Match *", b"If-Match: *"),
    unmet("If-Match, another", b'If-Match: "a"'),
    unmet("If-Match, ours but weak", b"If-Match: W/" + T),
    unmet("If-Match, ours without quotes", b"If-Match: " + T.strip(b'"')),
    unmet("If-Match, empty", b"If-Match:"),
    unmet("If-Match, another, HEAD", b'If-Match: "a"', method=b"HEAD"),
    unmet("If-Match, another, and a range", b'If-Match: "a"', RANGE),
    part("If-Match, ours, and a range", b"If-Match: " + T, RANGE),
    # If-None-Match, by weak comparison: 304 if one holds.
    met("If-None-Match, ours", b"If-None-Match: " + T),
    met("If-None-Match, ours, weak", b"If-None-Match: W/" + T),
    met("If-None-Match, a list with ours", b'If-None-Match: "a",,' + T),
    met("If-None-Match, in two fields", b'If-None-Match: "a"', b"If-None-Match: " + T),
    met("If-None-Match *", b"If-None-Match: *"),
    met("If-None-Match, ours, HEAD", b"If-None-Match: " + T, method=b"HEAD"),
    met("If-None-Match, ours, and a range", b"If-None-Match: " + T, RANGE),
    whole("If-None-Match, another", b'If-None-Match: "a"'),
    whole("If-None-Match, ours with a comma in the quotes", b'If-None-Match: "a,' + T[1:]),
    whole("If-None-Match, not a tag", b"If-None-Match: nonsense"),
    part("If-None-Match, another, and a range", b'If-None-Match: "a"', RANGE),
    unmet("If-Match before If-None-Match", b'If-Match: "a"', b"If-None-Match: " + T),
    met("If-Match holds, If-None-Match too", b"If-Match: " + T, b"If-None-Match: " + T),
    # If-Modified-Since, where there is no If-None-Match: 304 unless later.
    met("If-Modified-Since, then", b"If-Modified-Since: {modified}"),
    met("If-Modified-Since, then, RFC 850", b"If-Modified-Since: {rfc850}"),
    met("If-Modified-Since, then, asctime", b"If-Modified-Since: {asctime}"),
    met("If-Modified-Since, later", b"If-Modified-Since: " + LATE),
    met("If-Modified-Since, then, HEAD", b"If-Modified-Since: {modified}", method=b"HEAD"),
    met("If-Modified-Since, then, and a range", b"If-Modified-Since: {modified}", RANGE),
    whole("If-Modified-Since, before", b"If-Modified-Since: " + OLD),
    whole("If-Modified-Since, nonsense", b"If-Modified-Since: yesterday"),
    whole("If-Modified-Since, no such day", b"If-Modified-Since: Sun, 31 Feb 2100 08:49:37 GMT"),
    whole("If-Modified-Since, another zone", b"If-Modified-Since: " + LATE[:-3] + b"+0000"),
    whole("If-Modified-Since twice", b"If-Modified-Since: " + LATE, b"If-Modified-Since: " + LATE),
    whole("If-None-Match another, If-Modified-Since later", b'If-None-Match: "a"',
          b"If-Modified-Since: " + LATE),
    met("If-None-Match ours, If-Modified-Since before", b"If-None-Match: " + T,
        b"If-Modified-Since: " + OLD),
    # If-Unmodified-Since, where there is no If-Match: 412 if later.
    whole("If-Unmodified-Since, then", b"If-Unmodified-Since: {modified}"),
    whole("If-Unmodified-Since, later", b"If-Unmodified-Since: " + LATE),
    unmet("If-Unmodified-Since, before", b"If-Unmodified-Since: " + OLD),
    unmet("If-Unmodified-Since, before, HEAD", b"If-Unmodified-Since: " + OLD, method=b"HEAD"),
    whole("If-Unmodified-Since, nonsense", b"If-Unmodified-Since: yesterday"),
    whole("If-Match ours, If-Unmodified-Since before", b"If-Match: " + T,
          b"If-Unmodified-Since: " + OLD),
    unmet("If-Unmodified-Since before, If-None-Match ours", b"If-Unmodified-Since: " + OLD,
          b"If-None-Match: " + T),
    # If-Range: our strong tag, or a date exactly (b_http tells when), else the whole file.
    whole("If-Range, another date", b"If-Range: " + OLD, RANGE),
    whole("If-Range, a later date", b"If-Range: " + LATE, RANGE),
    part("If-Range, ours", b"If-Range: " + T, RANGE),
    whole("If-Range, another", b'If-Range: "a"', RANGE),
    whole("If-Range, ours but weak", b"If-Range: W/" + T, RANGE),
    whole("If-Range, ours without quotes", b"If-Range: " + T.strip(b'"'), RANGE),
    whole("If-Range, a list", b"If-Range: " + T + b", " + T, RANGE),
    whole("If-Range, empty", b"If-Range:", RANGE),
    whole("If-Range *", b"If-Range: *", RANGE),
    whole("If-Range twice", b"If-Range: " + T, b"If-Range: " + T, RANGE),
    whole("If-Range, another, a range beyond", b'If-Range: "a"', b"Range: bytes=99-"),
    whole("If-Range without a range", b"If-Range: " + T),
    whole("If-Range, nonsense", b"If-Range: nonsense", RANGE),
]

SECTIONS = {
    "request line": REQUEST_LINE, "target": TARGETS, "field": FIELDS, "Host": HOSTS,
    "framing": FRAMING, "too long": TOO_LONG, "connection": CONNECTIONS, "range": RANGES,
    "condition": CONDITIONS,
}
ROWS = [row_._replace(label=f"{name}: {row_.label}")
        for name, rows in SECTIONS.items() for row_ in rows]
