"""Room for what is pulled through, and a house that asks nobody."""
import hashlib
import os
import socket
import sqlite3
import sys
import time

import pytest

import models
from a_doctor import doctor
from certs import Certs
from faults import LIBRARY, preload_or_skip
from h_full import small_disk
from house import House, run, until
from upstream import Hub

MIB = 1 << 20
NOW = ("--older", "0")
AGE = """import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE mirrors SET used = used - 100000")
db.commit()
"""
DENIED = 4  # exit status: policy says no


def weights(i):
    return models.noise(MIB + i, i)


def target(i, file="w.safetensors"):
    return f"/acme/m{i}/resolve/main/{file}"


def mirror(tmp, hub, **settings):
    env = {"WEIGHD_MIRROR_UPSTREAM": hub if isinstance(hub, str) else hub.url,
           "WEIGHD_MIRROR_PULL_THROUGH": "any"}
    env.update({f"WEIGHD_MIRROR_{k.upper()}": str(v) for k, v in settings.items()})
    return House(tmp / "house", env=env)


@pytest.fixture
def hub(tmp):
    repos = {f"acme/m{i}": {"README.md": models.CARD, "w.safetensors": weights(i)}
             for i in range(4)}
    with Hub(tmp / "hub", repos) as h:
        yield h


def pull(house, i):
    a = house.get(target(i))
    assert (a.status, a.body) == (200, weights(i)), a.status


def items(report, kind):
    return sorted(i["bytes"] - MIB for i in report["items"]
                  if i["kind"] == kind and i["fate"] in ("taken", "would be taken"))


@pytest.fixture
def full(tmp, hub):
    """Four that were pulled through; m1 was read longest ago, then m3, m0 and m2."""
    house = mirror(tmp, hub, cache=0).start()
    for i in range(4):
        pull(house, i)
        until(lambda: len(house.blobs()) >= 2 + i)  # README.md, and so many weights
    house.stop()
    db = sqlite3.connect(house.data / "catalog.db")
    for ago, i in enumerate((2, 0, 3, 1), 1):
        db.execute("UPDATE mirrors SET used = used - ? WHERE repo ="
                   " (SELECT id FROM repositories WHERE name = ?)", (1000 * ago, f"acme/m{i}"))
    db.commit()
    db.close()
    yield house
    if house.proc:
        house.stop()


def begin(house, **settings):
    house.env.update({f"WEIGHD_{k.upper()}": str(v) for k, v in settings.items()})
    return house.start()


def gc(house, *args):
    return house.weigh("gc", *NOW, "--json", *args).json


def is_held(house, i):
    return hashlib.sha256(weights(i)).hexdigest() in house.blobs()


# --- the cache (7) ---------------------------------------------------------------------


def test_the_longest_unread_goes_first_and_no_more_than_it_takes(full, hub):
    house = begin(full, mirror_cache=2 * MIB + 100)
    dry = gc(house, "--dry-run")
    assert items(dry, "cached") == [1, 3] and all(is_held(house, i) for i in range(4))
    real = gc(house)
    assert items(real, "cached") == [1, 3] and real["freed"] == dry["freed"], real
    assert [i for i in range(4) if is_held(house, i)] == [0, 2]
    assert items(gc(house), "cached") == []
    assert house.bad_blobs() == [] and house.weigh("verify", "acme/m1", "--json").json["bad"] == []
    before = hub.file_bytes()
    pull(house, 0)
    assert hub.file_bytes() == before
    pull(house, 1)  # it comes again
    assert hub.file_bytes() == before + MIB + 1
    assert "out of the cache" in gc_words(house)


def gc_words(house):
    until(lambda: is_held(house, 1))
    house.stop()
    db = sqlite3.connect(house.data / "catalog.db")
    db.execute("UPDATE mirrors SET used = used - 100000")
    db.commit()
    db.close()
    house.start()
    return house.weigh("gc", *NOW).out


def test_reading_counts(full):
    """m1 was read longest ago; after a GET it is the last to go, and not for a minute."""
    house = begin(full, mirror_cache=2 * MIB + 100)
    pull(house, 1)
    until(lambda: items(gc(house, "--dry-run"), "cached") == [0, 3])
    gc(house)
    assert [i for i in range(4) if is_held(house, i)] == [1, 2]


def test_pinned_and_ordered_ones_stay(full):
    house = begin(full, mirror_cache=1)
    house.weigh("pin", "acme/m1")
    house.weigh("mirror", "acme/m3")
    assert items(gc(house), "cached") == [0, 2]
    assert [i for i in range(4) if is_held(house, i)] == [1, 3]


def test_what_is_being_read_stays(full):
    house = begin(full, mirror_cache=1)
    with socket.create_connection(("127.0.0.1", house.port)) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.sendall(f"GET {target(1)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert s.recv(100).startswith(b"HTTP/1.1 200")
        assert items(gc(house), "cached") == [0, 2, 3]
        assert is_held(house, 1)


def test_keep_free_is_given_back(full):
    """Nothing is over the ceiling, but the disk is: as much goes as it takes, all if need be."""
    free = os.statvfs(full.data)
    keep = free.f_bavail * free.f_frsize + (1 << 40)
    house = begin(full, store_keep_free=keep)
    assert items(gc(house), "cached") == [0, 1, 2, 3]


def test_without_a_ceiling_all_stays(full):
    house = begin(full, mirror_cache=0)
    assert items(gc(house), "cached") == []


# --- offline (8) ------------------------------------------------------------------------


def outward(tmp):
    path = tmp / "outward"
    return path.read_text().splitlines() if path.exists() else []


def watched(tmp, house):
    preload_or_skip()
    house.env.update(PRELOAD_OUTWARD=str(tmp / "outward"))
    house.wrap = ["env", f"LD_PRELOAD={LIBRARY}"]
    return house


QUESTIONS = ["/api/models/acme/m0", "/api/models/acme/m0/tree/main", target(0),
             "/api/models/acme/m0/refs", "/acme/m0/raw/main/README.md",
             "/acme/m0.git/info/refs?service=git-upload-pack"]


def test_the_watch_sees_what_goes_out(tmp, hub):
    """So that silence below is silence."""
    house = watched(tmp, mirror(tmp, hub)).start()
    pull(house, 0)
    house.stop()
    assert f"connect {hub.host}" in outward(tmp)


def test_a_name_is_seen_being_looked_up(tmp):
    house = watched(tmp, mirror(tmp, "http://localhost.invalid")).start()
    house.get("/api/models/acme/m0")
    house.stop()
    assert "getaddrinfo localhost.invalid" in outward(tmp), outward(tmp)


@pytest.mark.parametrize("upstream", ["http://no.such.host.example", "hub"])
def test_offline_nothing_goes_out(tmp, hub, upstream):
    """No connection and no name: whoever asks is answered at once, also where much waits."""
    url = hub.url if upstream == "hub" else upstream
    house = watched(tmp, mirror(tmp, url, offline="yes", follow_seconds=60)).start()
    begin = time.monotonic()
    for question in QUESTIONS:
        a = house.get(question)
        assert a.status in (404, 502, 503, 504), (question, a.status)
    for order in [("acme/m1",), ("acme/m2", "--dry-run"), ("acme/m3", "--follow", "--detach")]:
        assert "offline" in house.weigh("mirror", *order, code=DENIED).err
    assert time.monotonic() - begin < 5
    found = doctor(house, "--full")
    assert "upstream" not in found
    (state, what, _), = found["outside"]
    assert state == "ok" and what.startswith("offline: nothing is asked of anybody"), what
    house.weigh("gc", *NOW)
    house.stop()
    assert outward(tmp) == [] and len(hub.asked) == 0


# --- doctor ---------------------------------------------------------------------------------


def test_doctor_asks_upstreams_when_all_is_looked_at(tmp, hub):
    with socket.create_server(("127.0.0.1", 0)) as door:
        nobody = f"http://127.0.0.1:{door.getsockname()[1]}"
    house = mirror(tmp, f"{hub.url} {nobody}").start()
    assert "upstream" not in doctor(house) and len(hub.asked) == 0
    found = doctor(house, "--full")
    states = {what.split(" ")[0].rstrip(":"): (state, what) for state, what, _ in found["upstream"]}
    assert states[hub.url] == ("ok", f"{hub.url} answers")
    assert states[nobody][0] == "warn" and "127.0.0.1" in states[nobody][1], states
    assert "upstreams: 2; since the start" in doctor(house)["outside"][0][1]
    house.stop()


def test_doctor_sees_a_certificate_that_does_not_hold(tmp):
    certs = Certs(tmp / "certs")
    with Hub(tmp / "hub", {}, tls=certs, cert="expired") as hub:
        house = mirror(tmp, hub, ca_file=certs.ca).start()
        (state, what, fix), = doctor(house, "--full")["upstream"]
        assert state == "warn" and "certificate" in what and "ca_file" in fix, what
        house.stop()


def test_pull_through_from_nowhere_is_said(tmp):
    house = mirror(tmp, "").start()
    assert doctor(house)["outside"][0][0] == "warn"
    house.stop()


# --- a disk that is full of the cache ---------------------------------------------------------


def test_the_cache_gives_way_to_what_is_wanted(tmp, hub):
    """On 8 MiB four files of 1 MiB are pulled through; then 5 MiB are asked for."""
    big = models.noise(5 * MIB, 77)
    hub.add("acme/big", {"README.md": models.CARD, "w.safetensors": big})
    (tmp / "house").mkdir()
    with small_disk(tmp / "house/data", "8m") as disk:
        house = mirror(tmp, hub)
        house.wrap = house.enter = disk.enter
        house.env["WEIGHD_STORE_KEEP_FREE"] = "0"
        house.start()
        for i in range(4):
            pull(house, i)
        assert house.get("/acme/big/resolve/main/w.safetensors").status in (502, 503, 507), "just read"
        house.stop()
        run(*disk.enter, sys.executable, "-c", AGE, house.data / "catalog.db")
        house.start()
        a = house.get("/acme/big/resolve/main/w.safetensors")
        assert (a.status, a.body) == (200, big), a.status
        assert any("room-made" in line for line in house.log), house.log
        house.stop()
