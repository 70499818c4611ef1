"""The words of the rows: requests, and answers byte for byte."""
import json
from typing import NamedTuple

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
ALLOW_ALL = "Allow: GET, HEAD, POST, PUT, DELETE, OPTIONS"


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


# --- why the parser refuses -----------------------------------------------------------

LINE_END = "bad HTTP version or line end"
TARGET = "bad character in the target"
BAD_TARGET = "bad request target"
VALUE = "bad character in a field value"
NAME = "bad character in a field name"
BAD_HOST = "bad Host"
LENGTH = "bad Content-Length"
BOTH = "Transfer-Encoding and Content-Length"
