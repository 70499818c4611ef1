"""Pull-through: what is asked for and not here comes from upstream while it is sent."""
import hashlib
import os
import random
import shutil
import socket
import subprocess
import threading
import time

import pytest

from house import House, read_all, run, sha256_of, until
from upstream import Hub

MIB = 1 << 20
SEGMENT = 4 * MIB
NAME = "acme/model"
FILE = "model.safetensors"
URL = f"/{NAME}/resolve/main/{FILE}"


def make_bytes(size, seed=1):
    return random.Random(seed).randbytes(size)


def make_hub(tmp, size=3 * SEGMENT + 12345, **options):
    return Hub(tmp / "hub", {NAME: {
        "README.md": b"---\nlicense: mit\n---\n# a model\n",
        "config.json": b'{"model_type": "llama"}',
        "empty.txt": b"",
        FILE: make_bytes(size),
    }}, **options)


def through(tmp, hub, mode="any", **settings):
    env = {"WEIGHD_MIRROR_UPSTREAM": hub if isinstance(hub, str) else hub.url,
           "WEIGHD_MIRROR_PULL_THROUGH": mode}
    env.update({f"WEIGHD_MIRROR_{k.upper()}": str(v) for k, v in settings.items()})
    return House(tmp / "house", env=env)


@pytest.fixture
def hub(tmp):
    with make_hub(tmp) as h:
        yield h


@pytest.fixture
def cold(tmp, hub):
    h = through(tmp, hub).start()
    yield h
    if h.proc:
        h.stop()


class Reader(threading.Thread):
    """A GET that notes how far it is, and when its first byte came."""

    def __init__(self, house, target=URL, first=None, last=None):
        super().__init__(daemon=True)
        self.house, self.target = house, target
        self.range = f"Range: bytes={first}-{'' if last is None else last}\r\n" \
            if first is not None else ""
        self.status, self.begun, self.ended, self.whole = None, None, None, False
        self.length, self.got, self.body = None, 0, hashlib.sha256()
        self.leave = threading.Event()
        self.start()

    def run(self):
        with socket.create_connection(("127.0.0.1", self.house.port), timeout=30) as s:
            s.sendall(f"GET {self.target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                      f"{self.range}\r\n".encode())
            head = b""
            try:
                while b"\r\n\r\n" not in head:
                    head += s.recv(65536) or b"\r\n\r\n"
                head, _, body = head.partition(b"\r\n\r\n")
                self.status = int(head.split(b" ")[1])
                self.length = int(head.lower().split(b"content-length: ")[1].split(b"\r")[0])
                while not self.leave.is_set():
                    if body:
                        self.begun = self.begun or time.monotonic()
                        self.got += len(body)
                        self.body.update(body)
                    if not (body := s.recv(MIB)):
                        break
                self.whole = self.got == self.length
            except OSError:
                pass  # cut: `whole` is False
            self.ended = time.monotonic()

    def finish(self, seconds=30):
        self.join(seconds)
        assert not self.is_alive(), f"still reading, {self.got} of {self.length}"
        return self


SHA = hashlib.sha256(make_bytes(3 * SEGMENT + 12345)).hexdigest()


# --- repositories and revisions -------------------------------------------------------


QUESTIONS = {
    "info": lambda h, n: h.get(f"/api/models/{n}"),
    "revision": lambda h, n: h.get(f"/api/models/{n}/revision/main"),
    "tree": lambda h, n: h.get(f"/api/models/{n}/tree/main?recursive=true"),
    "refs": lambda h, n: h.get(f"/api/models/{n}/refs"),
    "commits": lambda h, n: h.get(f"/api/models/{n}/commits/main"),
    "auth": lambda h, n: h.get(f"/api/models/{n}/auth-check"),
    "paths": lambda h, n: h.ask("POST", f"/api/models/{n}/paths-info/main", b"paths=config.json",
                                Content_Type="application/x-www-form-urlencoded"),
    "head": lambda h, n: h.ask("HEAD", f"/{n}/resolve/main/{FILE}"),
    "raw": lambda h, n: h.get(f"/{n}/raw/main/{FILE}"),
    "git": lambda h, n: h.get(f"/{n}.git/info/refs?service=git-upload-pack",
                              Git_Protocol="version=2"),
}


def test_any_question_makes_it_known(cold, hub):
    """Each of a repository of its own, that nobody asked for before."""
    for what, ask in QUESTIONS.items():
        name = f"acme/by-{what}"
        hub.add(name, {"config.json": b"{}", FILE: what.encode() * 1000})
        assert ask(cold, name).status == 200, what
        asked = len(hub.asked)
        assert ask(cold, name).status == 200, what
        assert len(hub.asked) == asked, f"{what}: upstream is not asked twice"
    assert hub.file_bytes() == 0


def test_many_ask_at_once(cold, hub):
    hub.misbehave("silent", "/api/models", seconds=0.5)
    readers = [Reader(cold, f"/api/models/{NAME}") for _ in range(40)]
    assert [r.finish().status for r in readers] == [200] * 40
    assert hub.calls(f"/api/models/{NAME}") == 1


def test_what_upstream_does_not_have(cold, hub):
    a = cold.get("/api/models/acme/none")
    assert (a.status, a["X-Error-Code"]) == (404, "RepoNotFound")
    a = cold.get(f"/api/models/{NAME}/revision/v9")
    assert (a.status, a["X-Error-Code"]) == (404, "RevisionNotFound")
    a = cold.ask("HEAD", f"/{NAME}/resolve/main/none.bin")
    assert (a.status, a["X-Error-Code"]) == (404, "EntryNotFound")
    assert a["X-Repo-Commit"]
    asked = len(hub.asked)
    assert cold.get("/api/models/acme/none").status == 404
    assert len(hub.asked) == asked, "it was remembered"


def test_names_that_nobody_has_keep_nobody_out(cold, hub):
    """More of them within a minute than answers are remembered."""
    def flood(which):
        cold.talk(b"".join(b"GET /api/models/acme/n%d HTTP/1.1\r\nHost: x\r\n\r\n" % n
                           for n in range(which, 1100, 4)))

    flooders = [threading.Thread(target=flood, args=(n,)) for n in range(4)]
    for t in flooders:
        t.start()
    for t in flooders:
        t.join()
    assert hub.calls("acme/n") >= 1024
    assert cold.get(f"/api/models/{NAME}").status == 200


def test_another_revision(cold, hub):
    old = hub[NAME].find("main")
    assert cold.get(f"/api/models/{NAME}").json["sha"] == old
    new = hub[NAME].commit({"config.json": b'{"model_type": "other"}'})
    a = cold.get(f"/{NAME}/resolve/{new}/config.json")
    assert (a.status, a.body) == (200, b'{"model_type": "other"}')
    assert cold.get(f"/{NAME}/resolve/{old}/config.json").body == b'{"model_type": "llama"}'


def test_only_what_is_listed(tmp, hub):
    hub.add("other/model", {"a.txt": b"a"})
    house = through(tmp, hub, "listed", listed="acme/*").start()
    assert house.get("/api/models/other/model").status == 404
    assert house.get(f"/api/models/{NAME}").status == 200
    assert hub.calls("other") == 0
    house.stop()


# --- bytes -----------------------------------------------------------------------------


def test_head_at_once_and_bytes_as_they_come(cold, hub):
    """HEAD waits for no byte; the first byte is here within 1 s of upstream's first."""
    hub.misbehave("silent", "/resolve/", seconds=1.5, times=1)
    began = time.monotonic()
    a = cold.ask("HEAD", URL)
    assert a.status == 200 and a["X-Linked-ETag"] == f'"{SHA}"'
    assert int(a["Content-Length"]) == 3 * SEGMENT + 12345
    assert time.monotonic() - began < 1.4
    hub.rate = 4 * MIB
    reader = Reader(cold)
    until(lambda: reader.begun)
    first = min(c.when for c in hub.of("/resolve/", "GET")) + 1.5
    assert reader.begun - first < 1
    assert reader.got < 3 * SEGMENT, "it has not all come yet"
    assert reader.finish().whole and reader.body.hexdigest() == SHA


def test_hundred_clients_one_fetch(tmp):
    with make_hub(tmp, rate=6 * MIB) as hub:
        house = through(tmp, hub).start()
        readers = [Reader(house) for _ in range(100)]
        for r in readers:
            assert r.finish(60).whole and r.body.hexdigest() == SHA
        assert hub.file_bytes() == 3 * SEGMENT + 12345
        assert cold_again(house).body.hexdigest() == SHA
        assert hub.file_bytes() == 3 * SEGMENT + 12345
        house.stop()


def cold_again(house):
    return Reader(house).finish()


def test_a_client_that_leaves(tmp):
    with make_hub(tmp, rate=6 * MIB) as hub:
        house = through(tmp, hub).start()
        leaves, stays = Reader(house), Reader(house)
        until(lambda: leaves.got > MIB)
        leaves.leave.set()
        leaves.finish()
        assert not leaves.whole
        assert stays.finish().body.hexdigest() == SHA
        assert hub.file_bytes() == 3 * SEGMENT + 12345
        house.stop()


def test_killed_in_the_middle(tmp):
    """What was held is not asked for again, but for little."""
    with make_hub(tmp, rate=6 * MIB) as hub:
        house = through(tmp, hub).start()
        reader = Reader(house)
        until(lambda: reader.got > 5 * MIB)
        house.kill9()
        assert not reader.finish().whole
        hub.rate = None
        hub.fresh()
        house.start()
        assert cold_again(house).body.hexdigest() == SHA
        assert hub.file_bytes() < 2 * SEGMENT + 12345
        assert not house.bad_blobs()
        house.stop()


def test_a_range_ahead_moves_the_fetch(tmp):
    size, far = 64 * MIB, 50 * MIB
    with make_hub(tmp, size, rate=4 * MIB) as hub:
        house = through(tmp, hub, ranges=2).start()
        front = Reader(house)
        until(lambda: front.got > MIB)
        ahead = Reader(house, first=far, last=far + 999).finish(5)
        assert (ahead.status, ahead.got, ahead.whole) == (206, 1000, True)
        want = make_bytes(size)[far:far + 1000]
        assert ahead.body.digest() == hashlib.sha256(want).digest()
        assert front.got < 32 * MIB, "the frontier had not come there"
        hub.rate = None
        assert front.finish().whole
        assert hub.file_bytes() <= 1.3 * size
        house.stop()


def test_the_last_segment_waits_for_the_hash(tmp):
    """Whatever range is asked: nobody completes a file that is not proved."""
    with make_hub(tmp) as hub:
        hub.misbehave("silent", "/resolve/", seconds=2, after=100_000, times=1)
        house = through(tmp, hub, ranges=2).start()
        tail = Reader(house, first=3 * SEGMENT)
        time.sleep(1)
        assert tail.got == 0
        tail.finish()
        assert (tail.got, tail.whole) == (12345, True)
        house.stop()


# --- an upstream that lies --------------------------------------------------------------------


def lied_to(tmp, hub, **settings):
    """A house whose upstream lied once about the file; answers it, and the broken copy."""
    hub.misbehave("wrong_byte_at", "/resolve/", at=SEGMENT + 77, times=1)
    house = through(tmp, hub, ranges=1, **settings).start()
    reader = Reader(house).finish()
    assert not reader.whole, "it was cut"
    assert reader.got <= 3 * SEGMENT, "(1) the last segment went to nobody"
    assert house.blobs().get(SHA) is None or not house.bad_blobs()
    return house, reader


def test_upstream_lied_and_curl_goes_on(tmp, hub):
    hub.rate = 20 * MIB
    house, reader = lied_to(tmp, hub)
    copy = tmp / "copy"
    copy.write_bytes(make_bytes(3 * SEGMENT + 12345)[:reader.got])
    r = run("curl", "-sS", "--fail", "-C", "-", "-o", str(copy), house.url + URL)
    assert r.code == 22 and "416" in r.err, r
    assert copy.stat().st_size == reader.got, "nothing was added"
    a = house.get(URL, Range=f"bytes={reader.got}-")
    assert a.status == 416 and a["Content-Range"] == f"bytes */{3 * SEGMENT + 12345}"
    assert cold_again(house).body.hexdigest() == SHA, "the whole is sent"
    assert house.get(URL, Range="bytes=0-9").status == 416, "though it is held now"
    house.stop()


def test_upstream_lied_and_the_grace_ends(tmp, hub):
    house, reader = lied_to(tmp, hub, lied_seconds=2)
    until(lambda: house.get(URL, Range="bytes=0-9").status == 206, 10)
    house.stop()


@pytest.mark.skipif(not shutil.which("aria2c"), reason="aria2c is not installed")
def test_upstream_lied_and_aria2_goes_on(tmp, hub):
    hub.misbehave("wrong_byte_at", "/resolve/", at=SEGMENT + 77, times=1)
    house = through(tmp, hub, ranges=1).start()
    get = ["aria2c", "-q", "--max-tries=1", "--retry-wait=0", "-x4", "-s4", "-k1M",
           "--allow-overwrite=false", "-d", str(tmp), "-o", "copy", house.url + URL]
    run(*get)
    run(*get)
    copy = tmp / "copy"
    control = tmp / "copy.aria2"
    if copy.exists() and not control.exists():
        assert hashlib.sha256(copy.read_bytes()).hexdigest() == SHA
    house.stop()


def test_upstream_lied_while_others_begin(tmp, hub):
    """Who comes while the bytes are being checked gets no 206 either: what it has of the
    file may be of the lie, and so nobody gets its end."""
    end = f"GET {URL} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: bytes=-1000\r\n\r\n"
    hub.misbehave("wrong_byte_at", "/resolve/", at=SEGMENT + 77, times=1)
    house = through(tmp, hub, ranges=1).start()
    assert house.get(f"/api/models/{NAME}").status == 200
    links = [house.connect() for _ in range(300)]
    first = Reader(house)
    while not first.begun:  # all of it is on its way
        time.sleep(0.0005)
    for link in links:
        link.sendall(end.encode())
        time.sleep(0.0005)
    assert not first.finish().whole
    begun = [read_all(link) for link in links]
    for link in links:
        link.close()
    whole = [b for b in begun if b.startswith(b"HTTP/1.1 206") and
             len(b.partition(b"\r\n\r\n")[2]) == 1000]
    assert not whole, f"{len(whole)} of {len(begun)}"
    house.stop()


# --- an upstream that is not there -----------------------------------------------------------------


def is_down(answer, status=502):
    return answer.status == status and answer["X-Error-Code"] is None


def test_upstream_is_down(tmp, hub):
    house = through(tmp, hub).start()
    assert house.ask("HEAD", URL).status == 200
    hub.close()
    assert house.ask("HEAD", URL).status == 200, "from what is known"
    assert is_down(house.get(URL))
    assert is_down(house.get("/api/models/acme/other"))
    assert is_down(house.ask("HEAD", "/acme/other/resolve/main/config.json"))
    assert house.get(f"/{NAME}/resolve/main/config.json").status == 200
    house.stop()


def test_upstream_has_trouble(cold, hub):
    hub.misbehave("broken", "/api/models", status=500)
    a = cold.get(f"/api/models/{NAME}")
    assert a.status in (502, 504) and a["X-Error-Code"] is None
    hub.behave()
    assert cold.get(f"/api/models/{NAME}").status == 200, "trouble is not remembered"


def test_gated_there(cold, hub):
    hub.misbehave("gated", "/resolve/")
    assert cold.ask("HEAD", URL).status == 200
    a = cold.get(URL)
    assert (a.status, a["X-Error-Code"]) == (403, "GatedRepo")
    hub.behave()
    hub.misbehave("gated", "/api/models/acme/shut")
    a = cold.get("/api/models/acme/shut")
    assert (a.status, a["X-Error-Code"]) == (403, "GatedRepo")


def test_offline_is_answered_at_once(tmp, hub):
    house = through(tmp, hub, offline="yes").start()
    began = time.monotonic()
    a = house.get(f"/api/models/{NAME}")
    assert (a.status, a["X-Error-Code"]) == (404, "RepoNotFound")
    assert time.monotonic() - began < 1
    assert hub.connected == 0
    house.stop()


def test_what_is_not_held_when_nobody_brings_it(tmp, hub):
    """Files that are listed upstream and not here are left out, and are no file here."""
    house = through(tmp, hub).start()
    assert house.ask("HEAD", URL).status == 200
    house.stop()
    house = through(tmp, hub, "off").start()
    names = [s["rfilename"] for s in house.get(f"/api/models/{NAME}").json["siblings"]]
    assert "config.json" in names and FILE not in names
    tree = [e["path"] for e in house.get(f"/api/models/{NAME}/tree/main").json]
    assert "config.json" in tree and FILE not in tree
    found = house.ask("POST", f"/api/models/{NAME}/paths-info/main",
                      f"paths=config.json&paths={FILE}".encode(),
                      Content_Type="application/x-www-form-urlencoded").json
    assert [e["path"] for e in found] == ["config.json"]
    for method in ("HEAD", "GET"):
        a = house.ask(method, URL)
        assert (a.status, a["X-Error-Code"]) == (404, "EntryNotFound")
        assert a["X-Repo-Commit"] and "left out" in a["X-Error-Message"]
    house.stop()


# --- another weighd as upstream, and git ---------------------------------------------------------------


def test_through_two_mirrors(tmp, hub):
    near = through(tmp / "a", hub).start()
    far = through(tmp / "b", near.url).start()
    assert cold_again(far).body.hexdigest() == SHA
    assert hub.file_bytes() == 3 * SEGMENT + 12345
    far.stop()
    near.stop()


def test_git_clone_of_what_is_not_here(cold, hub, tmp):
    env = {**os.environ, "GIT_LFS_SKIP_SMUDGE": "1", "GIT_TERMINAL_PROMPT": "0",
           "HOME": str(tmp)}
    subprocess.run(["git", "clone", "-q", f"{cold.url}/{NAME}", str(tmp / "clone")], env=env,
                   check=True, timeout=60)
    assert (tmp / "clone/config.json").read_bytes() == b'{"model_type": "llama"}'
    assert SHA in (tmp / "clone" / FILE).read_text()
    assert hub.file_bytes() == 0
    if not shutil.which("git-lfs"):
        return
    subprocess.run(["git", "lfs", "pull"], cwd=tmp / "clone", env=env, check=True, timeout=60)
    assert sha256_of(tmp / "clone" / FILE) == SHA
    assert hub.file_bytes() == 3 * SEGMENT + 12345


def test_hits_and_misses_are_counted(cold):
    cold_again(cold)
    cold.get(f"/{NAME}/resolve/main/config.json")
    cold.ask("HEAD", URL)
    assert cold.metric("weighhouse_file_misses_total") == 1
    assert cold.metric("weighhouse_file_hits_total") == 1


# --- a flood of names that nobody has ---------------------------------------------------


def flood(house, names):
    """Ask for all of them at once; how each was answered."""
    readers = [Reader(house, f"/api/models/{n}") for n in names]
    return [r.finish().status for r in readers]


def test_questions_leave_calls_to_jobs(tmp):
    """Of what upstream says is left, clients have their share: then they are told to come
    again, at once, and a job goes on."""
    with make_hub(tmp) as hub:
        hub.add("acme/told", {"a.txt": b"a", "b.txt": b"b"}, git=False)
        hub.misbehave("counts_down", "acme/told/resolve/", left=60, seconds=300)
        house = through(tmp, hub).start()
        house.weigh("mirror", "acme/told")  # 60 are left, or a few fewer
        hub.fresh()
        began = time.monotonic()
        statuses = flood(house, [f"no/{i}" for i in range(60)])
        assert statuses.count(504) >= 20 and statuses.count(404) >= 30, statuses
        assert 30 <= hub.calls("/no/") <= 40
        assert flood(house, [f"no/more{i}" for i in range(9)]) == [504] * 9
        house.weigh("mirror", NAME)
        assert time.monotonic() - began < 20
        house.stop()


def test_unknown_names_keep_nobody_waiting_who_is_known(tmp):
    """Upstream is silent about names that nobody has: a new revision of what is here is
    asked for all the same."""
    with make_hub(tmp) as hub:
        house = through(tmp, hub).start()
        assert house.get(f"/api/models/{NAME}").status == 200
        hub.misbehave("silent", "/no/", seconds=4)
        readers = [Reader(house, f"/api/models/no/{i}") for i in range(12)]
        until(lambda: hub.calls("/no/") >= 2)
        time.sleep(0.3)
        assert hub.calls("/no/") == 2, "two threads are theirs"
        hub[NAME].commit({"config.json": b"{}"}, branch="new")
        began = time.monotonic()
        assert house.get(f"/api/models/{NAME}/revision/new").status == 200
        assert time.monotonic() - began < 3
        hub.behave()
        assert {r.finish().status for r in readers} == {404}
        house.stop()
