"""What an operator sees: healthz, readyz, metrics, and a clean end."""
import re
import signal
import socket
import time

import pytest

import models
from house import House, read_all, read_answers, until


def test_healthz_and_readyz(shared):
    for url in ("/healthz", "/readyz"):
        assert shared.get(url).status == 200
        head = shared.ask("HEAD", url)
        assert head.status == 200 and head.body == b""


def test_metrics_are_prometheus_text(shared):
    a = shared.get("/metrics")
    assert a.status == 200 and a["Content-Type"].startswith("text/plain")
    names = set()
    for line in a.body.decode().splitlines():
        if line.startswith("#"):
            assert re.match(r"# (HELP|TYPE) weighhouse_[a-z0-9_]+ ", line), line
        elif line:
            m = re.fullmatch(r'(weighhouse_[a-z0-9_]+)(\{[^{}]*\})? [0-9.e+-]+', line)
            assert m, line
            names.add(m[1])
    assert {"weighhouse_http_body_bytes_total", "weighhouse_upstream_body_bytes_total"} <= names
    for repo in shared.folder:
        assert repo.encode() not in a.body  # no label per repository


def test_body_bytes_are_counted_to_the_byte(shared):
    size = (shared.folder["acme/small"] / "model.safetensors").stat().st_size

    def counted(*requests):
        before = shared.metric("weighhouse_http_body_bytes_total")
        own = len(shared.get("/metrics").body)
        for method, headers in requests:
            shared.ask(method, "/acme/small/resolve/main/model.safetensors", **headers)
        return shared.metric("weighhouse_http_body_bytes_total") - before - own

    nothing = counted()  # what asking for the metrics itself costs
    assert abs(counted(("GET", {})) - nothing - size) < 64
    assert abs(counted(("HEAD", {})) - nothing) < 64
    assert abs(counted(("GET", {"Range": "bytes=0-999999"})) - nothing - 1000000) < 64


def test_nothing_came_from_outside(shared):
    assert shared.metric("weighhouse_upstream_body_bytes_total") == 0


def is_refused(house):
    try:
        with house.connect() as late:
            late.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            return not late.recv(1)
    except OSError:
        return True


def is_stopping(house):
    return any("event=stopping" in line for line in house.log)


def test_drain_finishes_what_is_being_answered(house, tmp):
    data = models.noise(32 << 20)
    models.write(tmp / "m", {"w.bin": data})
    house.add(tmp / "m", "acme/m")
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        s.settimeout(20)
        s.connect(("127.0.0.1", house.port))
        s.sendall(b"GET /acme/m/resolve/main/w.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        got = s.recv(4096)
        house.proc.send_signal(signal.SIGTERM)
        until(lambda: is_refused(house))  # nobody is taken in any more
        got += read_all(s)
    assert read_answers(got)[0].body == data
    assert house.ended() == 0


def test_an_idle_connection_does_not_hold_up_the_end(house):
    with house.connect() as s:
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert s.recv(65536)
        begin = time.monotonic()
        house.stop()
        assert time.monotonic() - begin < 15  # answers under way have 30


def test_a_second_signal_ends_at_once(house, tmp):
    models.write(tmp / "m", {"w.bin": models.noise(32 << 20)})
    house.add(tmp / "m", "acme/m")
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", house.port))
        s.sendall(b"GET /acme/m/resolve/main/w.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        s.recv(100)
        house.proc.send_signal(signal.SIGTERM)
        until(lambda: is_stopping(house))
        assert house.proc.poll() is None
        begin = time.monotonic()
        house.proc.send_signal(signal.SIGTERM)
        house.ended()
        assert time.monotonic() - begin < 15


def test_ready_says_no_when_the_store_cannot_be_written(house, tmp):
    """keep_free is set above what any disk has: not ready, and still serving."""
    models.tiny(tmp / "m")
    house.add(tmp / "m", "acme/m")
    house.stop()
    (tmp / "c.conf").write_text("[store]\nkeep_free = 8388607T\n")
    house.options = ("--config", tmp / "c.conf")
    house.start()
    a = house.get("/readyz")
    assert a.status == 503 and a.body, a
    assert house.get("/healthz").status == 200
    assert house.get("/acme/m/resolve/main/w.bin").status == 200
    house.weigh("add", models.tiny(tmp / "n", 5), "acme/n", code=1)


def test_hundreds_of_resets_leak_no_descriptor(tmp):
    """More resets in the middle of answers than weighd may have descriptors."""
    house = House(tmp, wrap=["prlimit", "--nofile=320"]).start()
    house.add(models.small(tmp / "m"), "acme/m")
    for _ in range(400):
        s = socket.create_connection(("127.0.0.1", house.port), timeout=20)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        s.sendall(b"GET /acme/m/resolve/main/model.safetensors HTTP/1.1\r\nHost: x\r\n\r\n")
        s.recv(1000)
        s.close()
    a = house.get("/acme/m/resolve/main/model.safetensors")
    assert a.status == 200 and len(a.body) > 9 << 20
    house.stop()
