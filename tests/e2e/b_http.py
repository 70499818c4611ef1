"""HTTP/1.1 as conversations: what comes behind what, slowly, in excess, or not at all.
Single requests and their answers, byte for byte, are b_rules' business."""
import socket
import time

import pytest

from house import BUILD, read_all, read_answers

GOOD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def get(*lines, target=b"/healthz", version=b"HTTP/1.1"):
    return (b"GET " + target + b" " + version + b"\r\n"
            + b"".join(line + b"\r\n" for line in lines) + b"\r\n")


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
