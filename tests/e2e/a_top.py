"""weigh top: what weighd is doing now, once or live on a terminal."""
import fcntl
import http.client
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import time

import pytest

import models
from house import PATIENCE, House, read_all, read_answers, until

PATH = "/acme/m/resolve/main/model.safetensors"


@pytest.fixture
def reader(house, tmp):
    """A client that asked for 9 MiB and has not read them."""
    house.add(models.small(tmp / "m"), "acme/m")
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", house.port))
        s.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        s.settimeout(PATIENCE)
        assert s.recv(100)
        yield s


def top(house):
    """What weighd answers at once; weigh itself looks twice, a second apart."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(f"{house.data}/control.sock")
        s.sendall(b"GET /-/v1/top HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        (answer,) = read_answers(read_all(s))
    assert answer.status == 200, answer
    return answer.json


def test_an_answer_under_way_is_told(house, reader):
    until(lambda: top(house)["connections"] == 2)  # weigh add has left
    d = top(house)
    assert d["schema"] == "weigh.top/1"
    (a,) = d["answers"]
    assert a["path"] == PATH and a["state"] == "sending"
    assert a["client"] == "%s:%d" % reader.getsockname()
    size = len(models.safetensors(9 * models.MiB))
    assert a["total"] == size and 0 < a["sent"] < size
    while a["sent"] > 0 and reader.recv(1 << 20):
        if not top(house)["answers"]:
            return  # all of it is in the sockets' buffers now
    raise AssertionError("it is told although it was read")


def test_what_was_small_or_is_over_is_not(house, reader):
    assert house.get("/acme/m/resolve/main/config.json").status == 200
    d = top(house)
    assert [a["path"] for a in d["answers"]] == [PATH]
    assert d["scrub"]["state"] and d["scrub"]["done"] <= d["scrub"]["total"]
    reader.close()
    until(lambda: top(house)["answers"] == [])


def test_the_next_answer_of_a_connection_is_another(house, tmp):
    house.add(models.sharded(tmp / "m", shards=2), "acme/m")
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # 6 MiB shall not fit
        s.connect(("127.0.0.1", house.port))
        s.settimeout(PATIENCE)
        for shard in (1, 2):
            path = f"/acme/m/resolve/main/model-{shard:05}-of-00002.safetensors"
            s.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            until(lambda: [a["path"] for a in top(house)["answers"]] == [path])
            data = s.recv(1 << 16)
            head, _, body = data.partition(b"\r\n\r\n")
            left = int(re.search(rb"Content-Length: (\d+)", head)[1]) - len(body)
            while left:
                left -= len(s.recv(min(left, 1 << 20)))


def test_rates_are_counted_between_two_looks(house):
    p = subprocess.Popen(house.command("top", "--json"), env=house.env, stdout=subprocess.PIPE)
    asked = 0
    while p.poll() is None and asked < 2000:
        house.get("/healthz")
        asked += 1
    d = json.loads(p.communicate(timeout=PATIENCE)[0])
    assert 1 <= d["requests_per_second"] <= asked and d["bytes_per_second"] > 0


def test_more_than_a_loop_tells_is_counted(tmp):
    """80 readers on one loop: 64 are told, the others counted."""
    house = House(tmp, env={"WEIGHD_HTTP_LOOPS": "1"}).start()
    house.add(models.small(tmp / "m"), "acme/m")
    readers = []
    for _ in range(80):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", house.port))
        s.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        readers.append(s)
    until(lambda: top(house)["more"] == 16)
    assert len(top(house)["answers"]) == 64
    for s in readers:
        s.close()
    until(lambda: top(house)["answers"] == [])
    house.stop()


def test_an_add_under_way_is_a_job(house):
    body = b'{"name":"datasets/acme/slow"}'
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(f"{house.data}/control.sock")
        s.sendall(b"POST /-/v1/add HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                  % (len(body), body))
        assert b" 200 " in s.recv(4096)
        (job,) = top(house)["jobs"]
        assert (job["kind"], job["subject"]) == ("add", "datasets/acme/slow")
        text = house.weigh("top").out
        assert "JOB" in text and "datasets/acme/slow" in text
    until(lambda: top(house)["jobs"] == [])


def test_the_other_ways_to_say_it(house, reader):
    head, line = house.weigh("top", "--format", "tsv").out.splitlines()
    assert head.split("\t") == ["connection", "client", "state", "sent", "total", "rate", "path"]
    assert line.split("\t")[-1] == PATH
    assert house.weigh("top", "-q").out == line.split("\t")[0] + "\n"
    text = house.weigh("top").out
    assert re.search(r"^connections: +2$", text, re.M) and PATH in text, text


def test_over_the_network_nobody_is_told(house):
    r = house.weigh("top", server=house.url, code=6)
    assert "over the network this needs a token" in r.err
    assert house.get("/-/v1/top").status == 401


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, argv, env, rows=24, columns=80):
        try:
            self.master, self.slave = pty.openpty()
        except OSError as e:
            pytest.skip(f"no terminal can be made here: {e}")
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        self.text = ""
        self.p = subprocess.Popen(argv, env=dict(env, TERM="xterm"), stdin=self.slave,
                                  stdout=self.slave, stderr=self.slave, start_new_session=True,
                                  preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def resize(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """False: nothing came."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        self.text += os.read(self.master, 65536).decode("utf-8", "replace")
        return True

    def until_shown(self, pattern):
        self.text, end = "", time.monotonic() + PATIENCE
        while not re.search(pattern, self.text):
            assert time.monotonic() < end, f"no {pattern!r} in {self.text!r}"
            self.read(0.1)
        return self.text

    def type(self, keys):
        os.write(self.master, keys)

    def ended(self):
        """Its exit status; the terminal must be as it was."""
        end = time.monotonic() + PATIENCE
        while self.p.poll() is None:
            assert time.monotonic() < end, self.text
            self.read(0.05)
        while self.read(0.2):
            pass
        assert self.text.endswith("\x1b[?25h\x1b[?1049l"), self.text[-200:]
        assert termios.tcgetattr(self.slave) == self.before
        return self.p.returncode

    def close(self):
        if self.p.poll() is None:
            self.p.kill()
            self.p.wait()
        os.close(self.slave)
        os.close(self.master)


@pytest.fixture
def terminal(house):
    t = Terminal(house.command("top"), house.env)
    yield t
    t.close()


def test_live_until_q(terminal, reader):
    first = terminal.until_shown(r"resolve/main/model\.safetensors")
    assert "\x1b[?1049h" in first or "q ends" in first
    terminal.until_shown("q ends")  # and again, a second later
    terminal.type(b"x")  # no key of ours
    terminal.until_shown("q ends")
    terminal.type(b"q")
    assert terminal.ended() == 0


@pytest.mark.parametrize("end", ["Ctrl-C", "SIGTERM"])
def test_live_until_interrupted(terminal, end):
    terminal.until_shown("q ends")
    if end == "Ctrl-C":
        terminal.type(b"\x03")
    else:
        terminal.p.send_signal(signal.SIGTERM)
    assert terminal.ended() == 0


def test_interrupted_while_weighd_says_nothing(house, terminal):
    terminal.until_shown("q ends")
    house.proc.send_signal(signal.SIGSTOP)
    try:
        time.sleep(1.5)  # it has asked, and waits
        terminal.type(b"\x03")
        assert terminal.ended() == 0
    finally:
        house.proc.send_signal(signal.SIGCONT)


def test_another_window_size_is_honored(terminal, reader):
    terminal.until_shown(r"resolve/main/model\.safetensors")
    terminal.resize(3, 20)
    small = re.compile(r"\x1b\[H([^\x1b]*\x1b\[K\r\n){2}[^\x1b\n]*\x1b\[K\x1b\[J")
    shown = terminal.until_shown(small)
    for line in re.split(r"\x1b\[[HKJ]|\r\n", small.search(shown)[0]):
        assert len(line) <= 20, shown
    terminal.type(b"q")
    assert terminal.ended() == 0


def test_weighd_goes_away_meanwhile(house, terminal):
    terminal.until_shown("q ends")
    house.stop()
    end = time.monotonic() + PATIENCE
    while terminal.p.poll() is None and time.monotonic() < end:
        terminal.read(0.1)
    assert terminal.p.returncode == 7, terminal.text
    while terminal.read(0.2):
        pass
    last = terminal.text.rsplit("\x1b[?1049l", 1)[1]  # behind the end of the screen
    assert last.startswith("weigh: cannot show what weighd is doing now"), last
    assert termios.tcgetattr(terminal.slave) == terminal.before


def test_a_long_job_keeps_its_result_though_many_short_ones_came(house, tmp):
    """64 are remembered; the first to go is the one that ended first, not that began first."""
    (tmp / "big").mkdir()
    with open(tmp / "big/model.bin", "wb") as f:
        f.truncate(256 << 20)
    house.add(tmp / "big", "acme/big")
    house.add(models.tiny(tmp / "m"), "acme/tiny")

    def ask(conn, method, path, body=None):
        conn.request(method, "/-/v1/" + path, body, {"Content-Type": "application/json"})
        a = conn.getresponse()
        return a.status, json.loads(a.read())

    conn = http.client.HTTPConnection("localhost", timeout=20)
    conn.sock = socket.socket(socket.AF_UNIX)
    conn.sock.connect(str(house.data / "control.sock"))
    begun = [ask(conn, "POST", "verify", json.dumps({"name": name}))
             for name in ["acme/big"] + ["acme/tiny"] * 63]
    assert all(status == 202 for status, _ in begun), begun
    slow = "jobs/" + begun[0][1]["job"]
    while ask(conn, "GET", slow)[1]["state"] == "running":
        pass
    assert ask(conn, "POST", "verify", '{"name":"acme/tiny"}')[0] == 202
    status, answer = ask(conn, "GET", slow)
    assert status == 200 and answer["state"] == "done", answer
    conn.close()
