"""HTTP/1.1 as conversations: what comes behind what, slowly, in excess, or not at all.
Single requests and their answers, byte for byte, are b_rules' business."""
import os
import socket
import struct
import time
from contextlib import ExitStack

import pytest

import models
from house import BUILD, House, read_all, read_answers, remove, short_tmp, steady, until

GOOD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def get(*lines, target=b"/healthz", version=b"HTTP/1.1"):
    return (b"GET " + target + b" " + version + b"\r\n"
            + b"".join(line + b"\r\n" for line in lines) + b"\r\n")


def post(target, *fields):
    return (b"POST " + target + b" HTTP/1.1\r\n"
            + b"".join(f + b"\r\n" for f in (b"Host: x", *fields)) + b"\r\n")


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


@pytest.mark.parametrize("first, status", [
    (b"\x16", 400), (b"\x80", 400), (b"\0", 400), (b"{", 400), (b" ", 400), (b"\n", 400),
    (b"\r\r", 400), (b"\r\n\r", 400), (b"GET\t", 400), (b"SSH-2.0-O\r", 400), (b"GET /\x80", 400),
    (b"GET / HTTQ", 400), (b"PRI * HTTP/2.0\r\n", 505), (b"BREW / HTTP/1.1\r\n", 501),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX ", 400), (b"GET / HTTP/1.1\r\nHost: x\r\n ", 400),
    (b"GET / HTTP/1.1\r\nHost: a b\r\n", 400), (b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +\r\n", 400),
    (post(b"/", b"Transfer-Encoding: chunked") + b"+", 400),
    (post(b"/", b"Transfer-Encoding: chunked") + b"1\r\naa", 400),
])
def test_what_cannot_become_a_request_is_refused_at_its_first_wrong_byte(shared, first, status):
    """No byte more is sent, and the clock of heads runs for 15 seconds."""
    with shared.connect() as s:
        began = time.monotonic()
        s.sendall(first)
        assert [a.status for a in read_answers(read_all(s))] == [status]
        assert time.monotonic() - began < 12


# --- bodies that somebody wants, or not ------------------------------------------


def control(house):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(str(house.data / "control.sock"))
    return s


EXPECT = b"Expect: 100-continue"
VERIFY = b'{"name":"acme/small"}'


def test_who_is_not_wanted_is_told_before_the_body(shared):
    with shared.connect() as s:
        s.sendall(post(b"/api/none", EXPECT, b"Content-Length: 5"))
        answers = read_answers(read_all(s))
        assert [a.status for a in answers] == [404] and answers[0]["Connection"] == "close"


@pytest.mark.parametrize("expect", [b"100-continue", b"100-Continue"])
def test_who_is_wanted_is_told_to_go_on(shared, expect):
    with control(shared) as s:
        s.sendall(post(b"/-/v1/verify", b"Expect: " + expect, b"Content-Length: %d" % len(VERIFY)))
        assert s.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        s.sendall(VERIFY)
        answers = read_answers(s.recv(65536))
        assert [a.status for a in answers] == [202] and answers[0]["Connection"] is None
        s.sendall(LAST)
        assert read_answers(read_all(s))[0].status == 200


def test_1_0_is_never_told_to_go_on(shared):
    with control(shared) as s:
        s.sendall(post(b"/-/v1/verify", EXPECT, b"Content-Length: %d" % len(VERIFY))
                  .replace(b"HTTP/1.1", b"HTTP/1.0") + VERIFY)
        assert [a.status for a in read_answers(read_all(s))] == [202]


WANTED = 64 << 10  # bytes of a control request's body


@pytest.mark.parametrize("request_, status", [
    (post(b"/-/v1/verify", b"Content-Length: %d" % (WANTED + 1)), 413),
    (post(b"/-/v1/verify", b"Content-Length: 9223372036854775807"), 413),
    (post(b"/-/v1/verify", EXPECT, b"Content-Length: %d" % (WANTED + 1)), 413),
    (post(b"/-/v1/verify", b"Transfer-Encoding: chunked") + b"%x\r\n" % (WANTED + 1)
     + b" " * (WANTED + 1), 413),
    (post(b"/-/v1/verify", b"Transfer-Encoding: chunked") + (b"10000\r\n" + b" " * 65536 + b"\r\n")
     * (WANTED // 65536) + b"1\r\n ", 413),
    (post(b"/-/v1/verify", b"Content-Length: %d" % WANTED) + VERIFY.ljust(WANTED) + LAST, 202),
    (post(b"/-/v1/verify", b"Transfer-Encoding: chunked") + b"%x\r\n" % WANTED
     + VERIFY.ljust(WANTED) + b"\r\n0\r\n\r\n" + LAST, 202),
], ids=["a length", "the largest length", "a length, asking first", "a chunk", "chunks",
        "just as long", "a chunk just as long"])
def test_a_body_larger_than_allowed_is_refused_as_soon_as_it_is_known(shared, request_, status):
    with control(shared) as s:
        s.sendall(request_)  # and no byte more: the answer does not wait for one
        answers = read_answers(read_all(s))
    assert answers[0].status == status, answers
    if status == 413:
        assert len(answers) == 1 and answers[0]["Connection"] == "close"
        assert answers[0].json["weigh"]["code"] == "too_big"


# --- names --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def named():
    """A house that goes by these names only."""
    folder = short_tmp()
    house = House(folder, env={"WEIGHD_HTTP_HOSTS": "mirror.example 127.0.0.1 [::1]"}).start()
    yield house
    house.stop()
    remove(folder)


@pytest.mark.parametrize("host, target, status", [
    ("mirror.example", "/healthz", 200),
    ("MIRROR.example:8477", "/healthz", 200),
    ("127.0.0.1:1", "/healthz", 200),
    ("[::1]:8477", "/healthz", 200),
    ("attacker.example", "/healthz", 421),
    ("mirror.example.attacker.example", "/healthz", 421),
    ("mirror.exampl", "/healthz", 421),
    ("[::2]", "/healthz", 421),
    ("attacker.example", "http://mirror.example/healthz", 200),
    ("mirror.example", "http://attacker.example/healthz", 421),
])
def test_a_request_for_another_host_is_not_answered(named, host, target, status):
    got = named.talk(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
                     + LAST.replace(b"Host: x", b"Host: 127.0.0.1"))
    assert [a.status for a in read_answers(got)] == [status, 200]
    if status == 421:
        named.weigh("ls")  # by the control socket, under any name


# --- in excess -----------------------------------------------------------------


def memory(house, name):
    """KiB that the process has (VmRSS), had at most (VmHWM), or has alone (RssAnon)."""
    for line in open(f"/proc/{house.proc.pid}/status", encoding="ascii"):
        if line.startswith(name + ":"):
            return int(line.split()[1])
    raise AssertionError("no " + name)


def is_sanitized():
    """Sanitizers keep freed memory for a while: figures prove nothing then."""
    program = (BUILD / "weighd").read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


@pytest.fixture(scope="module")
def lean():
    """A house that has done nothing yet, so that what it costs is seen."""
    folder = short_tmp()
    house = House(folder).start()
    house.get("/healthz")
    yield house
    house.stop()
    remove(folder)


LENGTH, CHUNKED = b"Content-Length: 100000000", b"Transfer-Encoding: chunked"
CHUNK = b"10000\r\n" + b"a" * 65536 + b"\r\n"
SMALL_CHUNKS = b"1\r\na\r\n" * 10000
# label, what begins it, what is repeated, for how many bytes, the answers it may be.
EXCESS = [
    ("a method", b"", b"A" * 65536, 16 << 20, {414}),
    ("a request line", b"GET /", b"a" * 65536, 16 << 20, {414}),
    ("a field line", b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"a" * 65536, 16 << 20, {431}),
    ("a field name", b"GET / HTTP/1.1\r\nHost: x\r\n", b"a" * 65536, 16 << 20, {431}),
    ("blanks before a value", b"GET / HTTP/1.1\r\nHost: x\r\nX:", b" " * 65536, 16 << 20, {431}),
    ("short fields", b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n" * 10000, 16 << 20, {431}),
    ("long fields", b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: " + b"y" * 16000 + b"\r\n", 16 << 20,
     {431}),
    ("empty lines", b"", b"\r\n" * 30000, 16 << 20, {400}),
    ("a chunk extension", post(b"/api/none", CHUNKED) + b"5;", b"a" * 65536, 16 << 20, {400}),
    ("chunk extensions", post(b"/api/none", CHUNKED), (b"1;" + b"a" * 1000 + b"\r\na\r\n") * 60,
     16 << 20, {400}),
    ("a trailer line", post(b"/api/none", CHUNKED) + b"0\r\nX: ", b"a" * 65536, 16 << 20, {400}),
    ("trailer lines", post(b"/api/none", CHUNKED) + b"0\r\n", b"X: y\r\n" * 10000, 16 << 20, {400}),
    ("a body for 404", post(b"/api/none", LENGTH), b"a" * 65536, 10 ** 8, {404}),
    ("a body for 405", post(b"/healthz", LENGTH), b"a" * 65536, 10 ** 8, {405}),
    ("a body for 401", post(b"/-/v1/add", LENGTH), b"a" * 65536, 10 ** 8, {401}),
    ("a body for GET", get(b"Host: x", LENGTH), b"a" * 65536, 10 ** 8, {200}),
    ("a body for HTTP/1.0", b"POST /api/none HTTP/1.0\r\n" + LENGTH + b"\r\n\r\n", b"a" * 65536,
     10 ** 8, {404}),
    ("chunks for 404", post(b"/api/none", CHUNKED), CHUNK, 10 ** 8, {404}),
    ("chunks for 405", post(b"/healthz", CHUNKED), CHUNK, 10 ** 8, {405}),
    ("chunks for 401", post(b"/-/v1/add", CHUNKED), CHUNK, 10 ** 8, {401}),
    ("chunks for GET", get(b"Host: x", CHUNKED), CHUNK, 10 ** 8, {200}),
    ("chunks of a byte", post(b"/api/none", CHUNKED), SMALL_CHUNKS, 10 ** 8, {404}),
]


@pytest.mark.parametrize("label, head, again, size, status", EXCESS, ids=[row[0] for row in EXCESS])
def test_much_of_what_nobody_wants_costs_little(lean, label, head, again, size, status):
    before = memory(lean, "VmRSS")
    with lean.connect() as s:
        try:
            s.sendall(head)
            for _ in range(size // len(again)):
                s.sendall(again)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough
        got = read_all(s)
    assert memory(lean, "VmHWM") - before < 8 << 10 or is_sanitized()
    if got:  # else the answer was lost with the connection
        answers = read_answers(got)
        assert len(answers) == 1 and answers[0].status in status, answers
        assert answers[0]["Connection"] == "close"
    assert lean.get("/healthz").status == 200


def test_a_pipeline_whose_answers_nobody_reads_is_not_kept(lean):
    before = memory(lean, "VmRSS")
    with lean.connect() as s:
        s.settimeout(0.5)
        requests = get(b"Host: x", target=b"/" + b"a" * 8000) * 100
        with pytest.raises(socket.timeout):  # it stops reading before that
            for _ in range((64 << 20) // len(requests)):
                s.sendall(requests)
    assert memory(lean, "VmHWM") - before < 8 << 10 or is_sanitized()


@pytest.mark.parametrize("request_, each", [
    (b"GET / HTTP/1.1\r\nHost: x\r\n" + (b"X: " + b"y" * 16000 + b"\r\n") * 4, 128),
    (post(b"/api/none", b"Content-Length: 65536") + b"a" * 65000, 128),
    (b"POST /api/none HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\n"
     + (b"X: " + b"y" * 16000 + b"\r\n") * 4 + b"\r\n" + b"a" * 65000, 128),
    (post(b"/api/none", CHUNKED) + CHUNK * 3, 128),
], ids=["a head", "a body", "a head and a body", "chunks"])
def test_who_has_no_route_yet_has_128_kib_at_most(lean, request_, each):
    """(5) of daemon/net/server.h."""
    n = 200
    before = memory(lean, "RssAnon")
    with ExitStack() as held:
        for _ in range(n):
            held.enter_context(lean.connect()).sendall(request_)
        steady(lean.unread)
        assert (memory(lean, "RssAnon") - before) / n < each or is_sanitized()
    until(lambda: lean.metric("weighhouse_http_connections") == 1)


# --- slowly, or not to the end ----------------------------------------------------


def test_many_slow_heads_do_not_delay_a_good_request(shared):
    slow = [shared.connect() for _ in range(100)]
    for i, s in enumerate(slow):
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: "[:10 + i % 20])
    begin = time.monotonic()
    assert shared.get("/healthz").status == 200
    assert time.monotonic() - begin < 10  # their clock runs for 15 seconds
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


def test_a_date_less_than_a_minute_old_never_glues_two_versions(house, tmp):
    house.add(models.write(tmp / "m", {"a.txt": b"one way or the other\n"}), "acme/m")
    target = "/acme/m/resolve/main/a.txt"
    date = house.get(target)["Last-Modified"]
    a = house.get(target, Range="bytes=4-6", If_Range=date)
    assert a.status == 200 and a.body == b"one way or the other\n"
    a = house.get(target, Range="bytes=4-6", If_Range=house.get(target)["ETag"])
    assert a.status == 206 and a.body == b"way"


RESET = struct.pack("ii", 1, 0)


def descriptors(house):
    return len(os.listdir(f"/proc/{house.proc.pid}/fd"))


def test_five_hundred_resets_leave_nothing(shared):
    before = descriptors(shared)
    for i in range(500):
        with shared.connect() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            s.sendall(get(b"Host: x", target=b"/acme/small/resolve/main/model.safetensors"))
            if i % 3:
                assert s.recv(1000 * (i % 3)).startswith(b"HTTP/1.1 200 OK\r\n")
    until(lambda: descriptors(shared) <= before)
    until(lambda: shared.metric("weighhouse_http_connections") == 1)


def test_slow_readers_cost_no_memory(shared):
    n = 100
    before = memory(shared, "RssAnon")
    with ExitStack() as held:
        for _ in range(n):
            s = held.enter_context(socket.socket())
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.connect(("127.0.0.1", shared.port))
            s.sendall(get(b"Host: x", target=b"/acme/small/resolve/main/model.safetensors"))
        until(lambda: shared.metric("weighhouse_http_connections") == n + 1)
        until(lambda: shared.unread() == 0)
        assert (memory(shared, "RssAnon") - before) / n < 32 or is_sanitized()
    until(lambda: shared.metric("weighhouse_http_connections") == 1)


def test_a_file_that_ends_early_is_cut_never_padded_and_not_served_again(house, tmp):
    weights = models.safetensors(12 << 20, 3)
    house.add(models.write(tmp / "m", {"w.bin": weights, "other.txt": b"other\n"}), "acme/m")
    blob = max(house.blobs().values(), key=lambda path: path.stat().st_size)
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.settimeout(20)
        s.connect(("127.0.0.1", house.port))
        # The one behind it is asked for already: it is not the one that is blamed.
        s.sendall(get(b"Host: x", target=b"/acme/m/resolve/main/w.bin")
                  + get(b"Host: x", target=b"/acme/m/resolve/main/other.txt"))
        got = s.recv(4096)
        os.chmod(blob, 0o644)
        os.truncate(blob, 9 << 20)
        with pytest.raises(ConnectionResetError):
            while piece := s.recv(1 << 20):
                got += piece
    body = got.partition(b"\r\n\r\n")[2]
    assert len(body) <= 9 << 20 and weights.startswith(body)
    until(lambda: house.metric("weighhouse_bad_blobs") == 1)
    assert house.get("/acme/m/resolve/main/w.bin").status == 503
    assert house.get("/acme/m/resolve/main/other.txt").body == b"other\n"
