"""Rows about files: ranges, conditions."""
import hashlib

import models
from http_words import answer, of, row

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
        206, *entity(models.CARD), f"Content-Range: bytes 0-2/{len(models.CARD)}",
        kind=BYTES, body=models.CARD[:3])),
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
