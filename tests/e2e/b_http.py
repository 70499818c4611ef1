"""HTTP/1.1 by the byte: what is ambiguous is refused, once, and nothing behind it
is ever answered (RFC 9112; RFC 9110).

Each row is sent in one piece and one byte at a time, followed by a whole request
that would count as smuggled if it were answered."""
import socket
import time

import pytest

from house import BUILD, read_all, read_answers

GOOD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
H = b"Host: x\r\n"


def get(*lines, target=b"/healthz", version=b"HTTP/1.1"):
    return (b"GET " + target + b" " + version + b"\r\n"
            + b"".join(line + b"\r\n" for line in lines) + b"\r\n")


def post(*lines, body=b""):
    return (b"POST /api/none HTTP/1.1\r\nHost: x\r\n"
            + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body)


def chunked(body):
    return post(b"Transfer-Encoding: chunked", body=body)


# label, request, statuses allowed (0: silent close).  All of them end the
# connection: GOOD behind them gets no answer.
REFUSED = [
    # request line, RFC 9112 section 3
    ("two spaces", b"GET  /healthz HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("tab", b"GET\t/healthz HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("leading blank", b" GET /healthz HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("trailing blank", b"GET /healthz HTTP/1.1 \r\n" + H + b"\r\n", {400}),
    ("bare LF", b"GET /healthz HTTP/1.1\nHost: x\n\n", {400}),
    ("bare LF behind a field", b"GET /healthz HTTP/1.1\r\nHost: x\n\r\n", {400}),
    ("bare CR", b"GET /healthz HTTP/1.1\rHost: x\r\n\r\n", {400}),
    ("two empty lines", b"\r\n\r\n" + GOOD, {400}),
    ("method not a token", b"G(T /healthz HTTP/1.1\r\n" + H + b"\r\n", {400}),
    ("no version", b"GET /healthz\r\n\r\n", {400}),
    ("version 2.0", get(b"Host: x", version=b"HTTP/2.0"), {505}),
    ("version 1.2", get(b"Host: x", version=b"HTTP/1.2"), {505}),
    ("version with digits", get(b"Host: x", version=b"HTTP/1.10"), {400}),
    ("version huge", get(b"Host: x", version=b"HTTP/4294967297.1"), {400}),
    ("version lower case", get(b"Host: x", version=b"http/1.1"), {400}),
    ("preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505, 0}),
    ("TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32), {400, 0}),
    ("target with octet 0xC3", get(b"Host: x", target=b"/\xc3\xa9"), {400}),
    ("target with NUL", get(b"Host: x", target=b"/a\0b"), {400}),
    ("target without slash", get(b"Host: x", target=b"healthz"), {400}),
    ("asterisk for GET", get(b"Host: x", target=b"*"), {400}),
    ("line of 17,000", get(b"Host: x", target=b"/" + b"a" * 17000), {414}),
    # fields, RFC 9112 section 5
    ("no Host", get(), {400}),
    ("two Hosts", get(b"Host: x", b"Host: x"), {400}),
    ("nonsense in Host", get(b"Host: a b"), {400}),
    ("Host with path", get(b"Host: x/y"), {400}),
    ("Host with user", get(b"Host: u@x"), {400}),
    ("blank before colon", get(b"Host : x"), {400}),
    ("empty name", get(b"Host: x", b": y"), {400}),
    ("no colon", get(b"Host: x", b"nonsense"), {400}),
    ("name with bracket", get(b"Host: x", b"X[]: y"), {400}),
    ("NUL in name", get(b"Host: x", b"X\0: y"), {400}),
    ("NUL in value", get(b"Host: x", b"X: a\0b"), {400}),
    ("CR in value", get(b"Host: x", b"X: a\rb"), {400}),
    ("control in value", get(b"Host: x", b"X: a\x01b"), {400}),
    ("folded line", get(b"Host: x", b"X: a", b" b"), {400}),
    ("first line folded", get(b" Host: x"), {400}),
    ("field of 17,000", get(b"Host: x", b"X: " + b"a" * 17000), {431}),
    ("201 fields", get(b"Host: x", *[b"X%d: y" % i for i in range(200)]), {431}),
    ("section of 70,000", get(b"Host: x", *[b"X%d: %s" % (i, b"y" * 1000) for i in range(70)]), {431}),
    ("two Authorizations", get(b"Host: x", b"Authorization: a", b"Authorization: b"), {400}),
    # framing, RFC 9112 sections 6 and 7
    ("length and chunked", post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), {400}),
    ("chunked and length", post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n"), {400}),
    ("two lengths", post(b"Content-Length: 1", b"Content-Length: 2", body=b"xx"), {400}),
    ("list of lengths", post(b"Content-Length: 1, 2", body=b"xx"), {400}),
    ("length +5", post(b"Content-Length: +5", body=b"hello"), {400}),
    ("length -1", post(b"Content-Length: -1"), {400}),
    ("length 0x5", post(b"Content-Length: 0x5", body=b"hello"), {400}),
    ("length empty", post(b"Content-Length: "), {400}),
    ("length 5 5", post(b"Content-Length: 5 5", body=b"hello"), {400}),
    ("length 1.0", post(b"Content-Length: 1.0", body=b"h"), {400}),
    ("length over 63 bits", post(b"Content-Length: 9223372036854775808"), {400, 413}),
    ("coding unknown", post(b"Transfer-Encoding: nonsense"), {400, 501}),
    ("coding gzip, chunked", post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), {400, 501}),
    ("coding chunked twice", post(b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"), {400, 501}),
    ("two codings", post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), {400, 501}),
    ("coding identity", post(b"Transfer-Encoding: identity"), {400, 501}),
    ("coding quoted", post(b'Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"), {400, 501}),
    ("coding with parameter", post(b"Transfer-Encoding: chunked;a=b", body=b"0\r\n\r\n"), {400, 501}),
    ("coding empty", post(b"Transfer-Encoding: "), {400, 501}),
    ("coding with vertical tab", post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"), {400, 501}),
    ("chunked in 1.0", b"POST /api/none HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    ("chunk 0x5", chunked(b"0x5\r\nhello\r\n0\r\n\r\n"), {400}),
    ("chunk +5", chunked(b"+5\r\nhello\r\n0\r\n\r\n"), {400}),
    ("chunk -5", chunked(b"-5\r\nhello\r\n0\r\n\r\n"), {400}),
    ("chunk blank 5", chunked(b" 5\r\nhello\r\n0\r\n\r\n"), {400}),
    ("chunk 5 x", chunked(b"5 x\r\nhello\r\n0\r\n\r\n"), {400}),
    ("chunk empty size", chunked(b"\r\nhello\r\n0\r\n\r\n"), {400}),
    ("chunk 17 digits", chunked(b"00000000000000005\r\nhello\r\n0\r\n\r\n"), {400}),
    ("chunk over 63 bits", chunked(b"ffffffffffffffff\r\n"), {400, 413}),
    ("chunk bare LF", chunked(b"5\nhello\r\n0\r\n\r\n"), {400}),
    ("chunk LF in extension", chunked(b"5;a=b\nhello\r\n0\r\n\r\n"), {400}),
    ("chunk extension of 2,000", chunked(b"5;" + b"a" * 2000 + b"\r\nhello\r\n0\r\n\r\n"), {400}),
    ("chunk too long", chunked(b"5\r\nhelloX\r\n0\r\n\r\n"), {400}),
    ("chunk ends in LF", chunked(b"5\r\nhello\n0\r\n\r\n"), {400}),
    ("trailer without colon", chunked(b"0\r\nnonsense\r\n\r\n"), {400}),
    ("trailer of 9,000", chunked(b"0\r\nX: " + b"a" * 9000 + b"\r\n\r\n"), {400, 431}),
    ("unknown expectation", get(b"Host: x", b"Expect: coffee"), {417}),
]

# label, request, status.  The connection goes on: the request behind it is
# answered too.  (An error may end it, but must say so.)
ANSWERED = [
    ("plain", GOOD, 200),
    ("one empty line before", b"\r\n" + GOOD, 200),
    ("absolute form", get(b"Host: y", target=b"http://x/healthz"), 200),
    ("empty value", get(b"Host: x", b"X:"), 200),
    ("octets above 0x7F in a value", get(b"Host: x", b"X: \xc3\xa9"), 200),
    ("blanks around a value", get(b"Host: \t x \t"), 200),
    ("token of 4,000", get(b"Host: x", b"X-Long: " + b"a" * 4000), 200),
    ("100 fields", get(b"Host: x", *[b"X%d: y" % i for i in range(99)]), 200),
    ("line of 8,000", get(b"Host: x", target=b"/healthz?" + b"a" * 7980), 200),
    ("Content_Length is no length", get(b"Host: x", b"Content_Length: 5"), 200),
    ("Upgrade is ignored", get(b"Host: x", b"Connection: Upgrade", b"Upgrade: h2c"), 200),
    ("GET with a body", b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /", 200),
    ("leading zeros in a length", b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0005\r\n\r\nGET /", 200),
    ("unknown path with a body", post(b"Content-Length: 5", body=b"GET /"), 404),
    ("chunked", chunked(b"5\r\nGET /\r\n0\r\n\r\n"), 404),
    ("chunked, any case", post(b"transfer-ENCODING: ChUnKeD", body=b"3;a=b\r\nGET\r\n0\r\nX: y\r\n\r\n"), 404),
    ("unknown method", b"BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    ("method in lower case", b"get /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    ("method not for this route", b"DELETE /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    ("CONNECT", b"CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n", 405),
    ("TRACE", b"TRACE /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    ("OPTIONS *", b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 204),
    ("stray percent", get(b"Host: x", target=b"/a%zz"), 400),
    ("%00", get(b"Host: x", target=b"/acme/small/resolve/main/a%00b"), 400),
    ("encoded backslash", get(b"Host: x", target=b"/acme/small/resolve/main/a%5Cb"), 400),
]
# A target that is no route ends in 400 or 404, never in something else's bytes.
HOSTILE = [b"/acme/small/resolve/main/../../../../etc/passwd",
           b"/acme/small/resolve/main/..%2f..%2f..%2fetc%2fpasswd",
           b"/acme/small/resolve/main/%2e%2e/config.json",
           b"/acme/small/resolve/main/./config.json",
           b"/acme/small/resolve/main//config.json",
           b"/acme/small/resolve/main/%252e%252e/config.json",
           b"/../catalog.db", b"/..%2fcatalog.db", b"/catalog.db", b"/keys/", b"/control.sock",
           b"/acme%2fsmall/resolve/main/config.json%00",
           b"/acme/small/resolve/main%00/config.json",
           b"/acme/small/resolve/main~1/config.json",
           b"/acme/small/resolve/main%5E%7Btree%7D/config.json",
           b"/acme/small/resolve/main@%7B1%7D/config.json",
           b"/acme/small/resolve/main:config.json/config.json",
           b"/api/models/../models/acme/small", b"/api/models/acme/small;x=y/../refs",
           b"/.git/config", b"/acme/small.git/config", b"/acme/small/resolve/main/.git/config"]


def ids(rows):
    return [row[0] for row in rows]


@pytest.mark.parametrize("pieces", [None, 1], ids=["whole", "by-byte"])
@pytest.mark.parametrize("label, request_, allowed", REFUSED, ids=ids(REFUSED))
def test_refused_once_and_then_silence(shared, label, request_, allowed, pieces):
    got = shared.talk(request_ + GOOD, pieces, half_close=False)
    if not got:
        assert 0 in allowed
        return
    answers = read_answers(got)
    assert len(answers) == 1, answers
    assert answers[0].status in allowed, answers[0]
    assert answers[0]["Connection"].lower() == "close"


@pytest.mark.parametrize("pieces", [None, 1], ids=["whole", "by-byte"])
@pytest.mark.parametrize("label, request_, status", ANSWERED, ids=ids(ANSWERED))
def test_answered_and_the_next_one_too(shared, label, request_, status, pieces):
    answers = read_answers(shared.talk(request_ + LAST, pieces))
    assert answers[0].status == status, answers
    if status == 405 or label == "OPTIONS *":
        assert answers[0]["Allow"]
    if status >= 400 and (answers[0]["Connection"] or "").lower() == "close":
        assert len(answers) == 1
    else:
        assert [a.status for a in answers[1:]] == [200], answers


@pytest.mark.parametrize("target", HOSTILE)
def test_a_target_is_not_a_path(shared, target):
    a = read_answers(shared.talk(get(b"Host: x", target=target) + LAST))[0]
    assert a.status in (400, 404), a
    assert b"root:" not in a.body and b"SQLite" not in a.body


def test_pipelined_answers_come_in_order(shared):
    paths = [b"config.json", b"README.md", b"none", b"empty.txt", b".hidden"] * 20 \
        + [b"model.safetensors", b"config.json"]
    request = b"".join(get(b"Host: x", target=b"/acme/small/resolve/main/" + p) for p in paths)
    answers = read_answers(shared.talk(request))
    for path, a in zip(paths, answers, strict=True):
        if path == b"none":
            assert a.status == 404
        else:
            assert a.body == (shared.folder["acme/small"] / path.decode()).read_bytes()


def test_head_in_a_pipeline_has_no_body(shared):
    head = b"HEAD /acme/small/resolve/main/config.json HTTP/1.1\r\nHost: x\r\n\r\n"
    answers = read_answers(shared.talk(head + head + LAST), [True, True, False])
    assert [a.status for a in answers] == [200, 200, 200]
    assert answers[0]["Content-Length"] == answers[1]["Content-Length"] != "0"


def test_close_is_obeyed(shared):
    assert len(read_answers(shared.talk(LAST + GOOD, half_close=False))) == 1


def test_1_0_closes(shared):
    answers = read_answers(shared.talk(b"GET /healthz HTTP/1.0\r\n\r\n" + GOOD, half_close=False))
    assert len(answers) == 1 and answers[0].status == 200


def test_half_closed_clients_are_answered(shared):
    assert read_answers(shared.talk(GOOD, half_close=True))[0].status == 200


def test_expect_continue_gets_an_answer_before_the_body(shared):
    with shared.connect() as s:
        s.sendall(b"POST /api/none HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                  b"Expect: 100-continue\r\nConnection: close\r\n\r\n")
        first = s.recv(65536)
        assert first.startswith((b"HTTP/1.1 100 ", b"HTTP/1.1 404 ")), first


def resident(pid):
    """KiB of memory that a process has of its own."""
    for line in open(f"/proc/{pid}/status", encoding="ascii"):
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise AssertionError("no RssAnon")


@pytest.mark.parametrize("head, size, status", [
    (b"POST /api/none HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n", 100000000, {404, 413}),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", 16 << 20, {431}),
    (b"GET /", 16 << 20, {414}),
], ids=["100 MB nobody wants", "a field of 16 MiB", "a line of 16 MiB"])
def test_much_of_what_nobody_wants_costs_little(shared, head, size, status):
    before = most = resident(shared.proc.pid)
    with shared.connect() as s:
        try:
            s.sendall(head)
            for _ in range(size // 65536):
                s.sendall(b"a" * 65536)
                most = max(most, resident(shared.proc.pid))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough
        got = read_all(s)
    # AddressSanitizer keeps freed memory for a while: it proves nothing here.
    assert most - before < 8 << 10 or b"__asan_init" in (BUILD / "weighd").read_bytes()
    if got:  # else the answer was lost with the connection
        assert read_answers(got)[0].status in status
    assert shared.get("/healthz").status == 200


def test_many_slow_heads_do_not_delay_a_good_request(shared):
    slow = [shared.connect() for _ in range(100)]
    for i, s in enumerate(slow):
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: "[:10 + i % 20])
    begin = time.monotonic()
    assert shared.get("/healthz").status == 200
    assert time.monotonic() - begin < 1
    for s in slow:
        s.close()


@pytest.mark.parametrize("path", ["config.json", "model.safetensors"])
def test_a_slow_reader_gets_every_byte(shared, path):
    want = (shared.folder["acme/small"] / path).read_bytes()
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        s.settimeout(20)
        s.connect(("127.0.0.1", shared.port))
        s.sendall(b"GET /acme/small/resolve/main/" + path.encode()
                  + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        got = b""
        for _ in range(20):
            got += s.recv(1000)
            time.sleep(0.005)
            if len(got) >= len(want):
                break
        got += read_all(s)
    assert read_answers(got)[0].body == want
