"""What one client may take: places, requests, time.  Each limit is made small and met.
Numbers in brackets are the promises of daemon/net/server.h."""
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest

import models
from house import PATIENCE, House, read_all, read_answers, steady, until

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@contextmanager
def limited(tmp, **settings):
    """A house with these settings of [http]."""
    house = House(tmp, env={f"WEIGHD_HTTP_{k.upper()}": str(v) for k, v in settings.items()})
    house.start()
    try:
        yield house
    finally:
        if house.proc:
            house.stop()


def one_answer(s):
    """The one answer that comes now; the connection stays."""
    data = s.recv(65536)
    assert data, "closed"
    answers = read_answers(data)
    assert len(answers) == 1, answers
    return answers[0]


def ask(s, request=GET):
    s.sendall(request)
    return one_answer(s)


def is_closed(s):
    try:
        return s.recv(1) == b""
    except ConnectionResetError:
        return True


def turned_away(house):
    """A new connection is told 503 before it says anything, and is closed (6)."""
    with house.connect() as s:
        answers = read_answers(read_all(s))
        assert [a.status for a in answers] == [503], answers
        assert answers[0]["Retry-After"] == "5" and answers[0]["Connection"] == "close"
        assert answers[0]["Date"] and answers[0]["Server"] == "weighd"
        return answers[0]


def descriptors(house):
    return len(os.listdir(f"/proc/{house.proc.pid}/fd"))


def at_rest_with(house):
    """How many it has, once the threads that begin behind "ready" have theirs."""
    return steady(lambda: descriptors(house))


# --- places ---------------------------------------------------------------------


def test_one_address_holds_so_many_connections_and_no_more(tmp):
    with limited(tmp, connections_per_address=3) as house, ExitStack() as held:
        places = [held.enter_context(house.connect()) for _ in range(3)]
        for s in places:
            assert ask(s).status == 200
        for _ in range(3):
            assert "from one address" in turned_away(house).json["weigh"]["why"]
        house.weigh("ls")  # by the control socket, which nobody counts
        places[0].close()

        def free():
            with house.connect() as s:
                s.sendall(LAST)
                return read_answers(read_all(s))[0].status == 200
        until(free)
        assert ask(places[1]).status == 200


def test_one_address_asks_so_often_and_no_more(tmp):
    with limited(tmp, requests_per_address=5) as house, house.connect() as s:
        began = time.monotonic()
        answers = read_answers(house.talk(GET * 99 + LAST))
        took = time.monotonic() - began
        statuses = [a.status for a in answers]
        assert len(statuses) == 100 and statuses[:5] == [200] * 5, statuses
        assert statuses.count(200) <= 5 + took * 5 + 1, statuses
        late = [a for a in answers if a.status == 429]
        assert late and all(a["Retry-After"] == "1" for a in late)
        assert late[0].json["weigh"]["code"] == "not_yet"
        time.sleep(1.1)
        assert ask(s).status == 200  # the connection was kept, the second is over
        for _ in range(8):
            house.weigh("ls")
    with limited(tmp) as house:  # off unless set
        assert [a.status for a in read_answers(house.talk(GET * 99 + LAST))] == [200] * 100


def test_a_limit_set_by_reload_holds_for_connections_to_come(tmp):
    conf = tmp / "weighd.conf"
    conf.write_text("[http]\n")
    house = House(tmp, "--config", conf).start()
    try:
        with house.connect() as old, ExitStack() as held:
            assert ask(old).status == 200
            conf.write_text("[http]\nconnections_per_address = 1\n")
            house.proc.send_signal(signal.SIGHUP)
            until(lambda: any("reloaded" in line for line in house.log))
            assert ask(held.enter_context(house.connect())).status == 200
            turned_away(house)
            assert ask(old).status == 200
    finally:
        house.stop()


@pytest.mark.parametrize("loops", [1, 4])
def test_the_connection_idle_longest_makes_room(tmp, loops):
    with limited(tmp, connections=20, loops=loops) as house, ExitStack() as held:
        places = []
        for _ in range(20):
            places.append(held.enter_context(house.connect()))
            assert ask(places[-1]).status == 200
            time.sleep(0.02)  # so that it is known who came first, to a tick
        assert ask(places[0]).status == 200  # now the one idle shortest
        for i in range(1, 6):
            more = held.enter_context(house.connect())
            assert ask(more).status == 200
            assert is_closed(places[i])
        assert ask(places[0]).status == 200


def test_none_idle_none_makes_room(tmp):
    with limited(tmp, connections=8, loops=2) as house, ExitStack() as held:
        busy = [held.enter_context(house.connect()) for _ in range(8)]
        for s in busy:
            s.sendall(GET[:20])
        until(lambda: house.unread() == 0)  # one not seen as busy yet would make room
        assert "too many connections" == turned_away(house).json["weigh"]["why"]
        house.weigh("ls")  # the operator gets in (6)
        for s in busy:
            assert ask(s, GET[20:]).status == 200


def test_a_crowd_without_a_place_is_told_and_does_not_linger(tmp):
    with limited(tmp, connections=1, loops=1) as house, house.connect() as busy:
        busy.sendall(GET[:20])
        until(lambda: house.unread() == 0)
        at_rest = at_rest_with(house)
        with ExitStack() as held:
            crowd = [held.enter_context(house.connect()) for _ in range(200)]
            for s in crowd:
                assert b"HTTP/1.1 503 " in read_all(s)
            # Most were closed at once; some are heard out for a moment.
            assert descriptors(house) < at_rest + 60
        busy.sendall(GET[20:])
        assert one_answer(busy).status == 200


def cpu(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_busy(house):
    """Does it use much of a processor for a second?"""
    before = cpu(house.proc.pid)
    time.sleep(1)
    return cpu(house.proc.pid) - before >= 0.3


def test_bodies_that_never_end_fill_no_memory(house):
    """Each is small enough; together they are bounded, and then it says so."""
    size = 4 << 20
    head = (b"POST /api/models/acme/m/paths-info/main HTTP/1.1\r\nHost: x\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size)
    house.add(models.tiny(house.data.parent / "m"), "acme/m")
    with ExitStack() as open_ones:
        begun = [open_ones.enter_context(house.connect()) for _ in range(80)]
        for s in begun:
            s.sendall(head + b" " * (size - 1))
        def refused():
            found = 0
            for s in begun:
                s.setblocking(False)
                try:
                    found += s.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 503"
                except BlockingIOError:
                    pass
            return found
        until(lambda: refused() > 0)
        assert refused() < 40, "most fit"
        assert house.get("/api/models/acme/m").status == 200
    asked = lambda: house.ask("POST", "/api/models/acme/m/paths-info/main", b'{"paths":["w.bin"]}',
                              Content_Type="application/json").status == 200
    until(asked)  # once they are gone


def test_out_of_descriptors_it_says_no_and_does_not_spin(tmp):
    house = House(tmp, wrap=["prlimit", "--nofile=120"],
                  env={"WEIGHD_HTTP_CONNECTIONS": "1000", "WEIGHD_POOL_STREAMS": "2"}).start()
    try:
        at_rest = at_rest_with(house)
        with ExitStack() as held:
            for _ in range(200):
                try:
                    s = held.enter_context(house.connect())
                    s.sendall(GET[:20])  # busy: nobody makes room
                except ConnectionError:
                    pass  # taken and closed
            until(lambda: not is_busy(house))  # one that spins does so for good
        until(lambda: descriptors(house) <= at_rest + 5)
        assert house.get("/healthz").status == 200
    finally:
        house.stop()


# --- time ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A house with every clock at a second."""
    folder = tmp_path_factory.mktemp("h", numbered=True)
    with limited(folder, head_seconds=1, idle_seconds=1, body_seconds=1, linger_seconds=1,
                 write_seconds=1, body_grace_seconds=2, body_rate=1000) as house:
        house.add(models.small(folder / "m"), "acme/small")
        yield house


POST = b"POST /api/none HTTP/1.1\r\nHost: x\r\n"
# What is sent at once, what drips behind it, the answer (0: closed without), and
# when: at least so many seconds after the beginning.
CLOCKS = [
    ("nothing at all", b"", b"", 0, 0.9),
    ("an empty line, and no more", b"\r\n", b"", 0, 0.9),
    ("half a head", GET[:20], b"", 408, 0.9),
    ("half a head behind an answer", GET + GET[:20], b"", 408, 0.9),
    ("a head that drips", GET[:20], GET[20:] * 9, 408, 0.9),
    ("a body that stops", POST + b"Content-Length: 9\r\n\r\n1234", b"", 408, 0.9),
    ("chunks that stop", POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe", b"", 408, 0.9),
    ("a chunk's size that drips", POST + b"Transfer-Encoding: chunked\r\n\r\n",
     b"5;" + b"a" * 99, 408, 0.9),
    ("a trailer that drips", POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n",
     b"a: " + b"a" * 99, 408, 0.9),
    ("a body that drips, byte by byte", POST + b"Content-Length: 99\r\n\r\n",
     b"a" * 99, 408, 1.9),
    ("a body that was fast and drips", POST + b"Content-Length: 60000\r\n\r\n" + b"a" * 50000,
     b"a" * 99, 408, 1.9),
    ("a large body nobody wants, that drips", POST + b"Content-Length: 99999999\r\n\r\n",
     b"a" * 99, 404, 0),
]


def play_clock(house, first, then):
    """Send, drip five bytes a second, read to the end: (what came, seconds)."""
    with house.connect() as s:
        began = time.monotonic()
        s.sendall(first)
        s.settimeout(0.2)
        got, drops = b"", iter(then)
        while time.monotonic() < began + PATIENCE:
            try:
                piece = s.recv(65536)
                if not piece:
                    break
                got += piece
            except socket.timeout:
                try:
                    s.sendall(bytes([next(drops)]))
                except (StopIteration, BrokenPipeError, ConnectionResetError):
                    pass
            except ConnectionResetError:
                break
        return got, time.monotonic() - began


@pytest.fixture(scope="module")
def played(hasty):
    """All rows at once: they wait together."""
    with ThreadPoolExecutor(len(CLOCKS)) as pool:
        plays = {row[0]: pool.submit(play_clock, hasty, row[1], row[2]) for row in CLOCKS}
        return {label: play.result() for label, play in plays.items()}


@pytest.mark.parametrize("label, first, then, status, least", CLOCKS,
                         ids=[row[0] for row in CLOCKS])
def test_every_clock_runs_out(played, label, first, then, status, least):
    """Without its clock each goes on for 20 seconds or more."""
    got, took = played[label]
    assert least <= took < 12, (took, got)
    before = [200] if first.startswith(GET) else []
    statuses = [a.status for a in read_answers(got)]
    assert statuses == before + ([status] if status else []), statuses


def test_a_body_in_time_is_taken_however_long_the_connection_has_been(tmp):
    body = POST + b"Content-Length: 5\r\n\r\nhello"
    with limited(tmp, body_grace_seconds=1, body_rate=1000) as house, house.connect() as s:
        for _ in range(6):  # together longer than body_grace_seconds
            assert ask(s, body).status == 404
            time.sleep(0.4)


def open_blobs(house):
    folder, found = f"/proc/{house.proc.pid}/fd", 0
    for name in os.listdir(folder):
        try:
            found += "/blobs/sha256/" in os.readlink(f"{folder}/{name}")
        except FileNotFoundError:
            pass  # closed meanwhile
    return found


def test_a_reader_who_takes_nothing_is_cut(hasty):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.settimeout(20)
        s.connect(("127.0.0.1", hasty.port))
        s.sendall(b"GET /acme/small/resolve/main/model.safetensors HTTP/1.1\r\nHost: x\r\n\r\n")
        assert s.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
        until(lambda: open_blobs(hasty) == 0)
        with pytest.raises(ConnectionResetError):  # never as if that were all
            while s.recv(1 << 20):
                pass


def test_lingering_ends(hasty):
    with hasty.connect() as s:
        began = time.monotonic()
        s.sendall(b"GET  / HTTP/1.1\r\n\r\n")
        assert read_answers(read_all(s))[0].status == 400
        while time.monotonic() < began + PATIENCE:
            try:
                s.sendall(b"a")
            except (BrokenPipeError, ConnectionResetError):
                break
            time.sleep(0.05)
        assert 0.9 < time.monotonic() - began < 12
