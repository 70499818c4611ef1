"""The catalog is lost, damaged, or made again on request: nothing is forgotten, and
nothing is believed."""
import os
import random
import sqlite3
import subprocess
import threading
import time

import pytest

import models
from house import sha256_of, tree_of, until

MiB = 1 << 20


def rot(path):
    path.chmod(0o644)
    with open(path, "r+b") as f:
        f.seek(100)
        f.write(b"rot")
    path.chmod(0o444)


def say(house):
    """What clients are told of what is held."""
    held = house.weigh("ls", "--json").json["models"]
    return {m["name"]: (m["revision"], m["license"], m["bytes"],
                        house.weigh("show", m["name"], "--json").json["origin"],
                        house.weigh("files", m["name"], "--json").json["files"])
            for m in held}


def catalog_files(house):
    return list(house.data.glob("catalog.db*"))


def damage(house, table):
    """A page in the middle of it, which nobody looks at when it is opened."""
    path = house.data / "catalog.db"
    with sqlite3.connect(path) as db:
        page, = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?",
                           (table,)).fetchone()
        size, = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with open(path, "r+b") as f:
        f.seek((page - 1) * size)
        f.write(b"\xff" * 64)


@pytest.fixture
def filled(house, tmp):
    house.folder = models.small(tmp / "m")
    house.add(models.tiny(tmp / "first", 1), "acme/m")
    house.add(house.folder, "acme/m")
    house.add(models.tiny(tmp / "n", 2), "acme/n", "--revision", "dev")
    house.said = say(house)
    return house


# --- on request ---------------------------------------------------------------------

def test_made_again_it_says_the_same(filled):
    house = filled
    r = house.weigh("rebuild", "--json").json
    assert r["schema"] == "weigh.rebuild/1" and r["items"] == [], r
    assert (r["repositories"], r["revisions"], r["blobs"]) == (2, 3, len(house.blobs())), r
    assert say(house) == house.said
    last = (house.data / "audit/journal.ndjson").read_text().splitlines()[-1]
    assert '"event":"rebuild"' in last and "3 revisions" in last
    assert "3 revisions" in house.weigh("rebuild").out
    house.restart()
    assert say(house) == house.said


def test_no_byte_is_believed(filled):
    """What rotted while nobody looked is found by the first who asks."""
    house = filled
    sha = sha256_of(house.folder / "config.json")
    path = house.blobs()[sha]
    before = path.stat()
    rot(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    house.weigh("rebuild")
    assert house.get("/acme/m/resolve/main/config.json").status == 503
    assert house.get("/acme/m/resolve/main/README.md").status == 200
    house.weigh("verify", "acme/m", code=5)


@pytest.mark.parametrize("how", ["rebuild", "restart"])
def test_bad_stays_bad(filled, how):
    house = filled
    sha = sha256_of(house.folder / "model.safetensors")
    rot(house.blobs()[sha])
    problem = house.weigh("verify", "acme/m", "--json", code=5).json["bad"][0]["problem"]
    if how == "rebuild":
        r = house.weigh("rebuild", "--json").json
        assert [(i["kind"], i["name"]) for i in r["items"]] == [("bad", sha)], r
    else:
        house.stop()
        for p in catalog_files(house):
            p.unlink()
        house.start()
    assert house.weigh("status", "--json").json["bad"] == 1
    assert house.get("/acme/m/resolve/main/model.safetensors").status == 503
    again = house.weigh("verify", "acme/m", "--json", code=5).json["bad"][0]["problem"]
    assert problem in again
    house.add(house.folder, "acme/m")  # and may be healed
    assert house.get("/acme/m/resolve/main/model.safetensors").status == 200


def test_what_is_missing_is_named(filled):
    house = filled
    sha = sha256_of(house.folder / "config.json")
    house.blobs()[sha].unlink()
    r = house.weigh("rebuild", "--json").json
    assert [(i["kind"], i["name"]) for i in r["items"]] == [("missing", sha)], r
    assert house.get("/acme/m/resolve/main/config.json").status in (404, 503)


def test_what_was_found_missing_stays_bad(filled):
    house = filled
    sha = sha256_of(house.folder / "config.json")
    house.blobs()[sha].unlink()
    house.weigh("verify", "acme/m", code=5)
    r = house.weigh("rebuild", "--json").json
    assert [(i["kind"], i["name"]) for i in r["items"]] == [("bad", sha)], r
    assert "it is not there" in r["items"][0]["why"], r  # nobody found bad bytes


def test_an_unreadable_repository_is_named_and_the_rest_is_served(filled, tmp):
    house = filled
    objects = house.data / "repos/models/acme/m.git/objects"
    objects.rename(tmp / "away")
    objects.mkdir()
    r = house.weigh("rebuild", "--json", code=8).json
    assert r["unreadable"] == 1 and r["lost"] == 2 and r["repositories"] == 1, r
    assert [i["name"] for i in r["items"] if i["kind"] == "unreadable"] == ["acme/m"]
    assert set(say(house)) == {"acme/n"}
    assert house.weigh("rebuild", code=8).err.startswith("weigh: the catalog was made again")
    objects.rmdir()
    (tmp / "away").rename(objects)
    house.weigh("rebuild")
    assert say(house) == house.said


def test_readers_see_the_old_or_the_new_never_less(filled):
    house, stop, seen = filled, threading.Event(), []

    def read():
        while not stop.is_set():
            seen.append(house.get("/api/models/acme/m").status)

    thread = threading.Thread(target=read)
    thread.start()
    for _ in range(10):
        house.weigh("rebuild")
    stop.set()
    thread.join()
    assert set(seen) == {200} and len(seen) > 10


def test_killed_in_the_middle_the_old_one_is_in_force(filled):
    house, rng = filled, random.Random(5)
    for _ in range(6):
        p = subprocess.Popen(house.command("rebuild"), env=house.env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        time.sleep(rng.uniform(0.003, 0.04))
        house.kill9()
        p.communicate(timeout=30)
        house.start()
        assert say(house) == house.said
    house.weigh("verify", "acme/m")


def test_adds_and_rebuilds_at_once(house, tmp):
    stop, failures = threading.Event(), []

    def rebuild():
        while not stop.is_set():
            try:
                house.weigh("rebuild")
            except AssertionError as e:
                failures.append(e)

    thread = threading.Thread(target=rebuild)
    thread.start()
    added = [house.add(models.tiny(tmp / f"m{i}", i), f"acme/m{i % 3}")["revision"]
             for i in range(12)]
    stop.set()
    thread.join()
    assert not failures, failures[0]
    for i, revision in enumerate(added):
        house.weigh("verify", f"acme/m{i % 3}@{revision}")


def test_over_the_network_nobody_may(filled):
    filled.weigh("rebuild", server=filled.url, code=6)


# --- lost and damaged ----------------------------------------------------------------

@pytest.mark.parametrize("what", ["a text", "zeros", "a torn header", "cut"])
def test_damaged_at_start_it_is_set_aside_and_made_again(filled, what):
    house = filled
    house.stop()
    path = house.data / "catalog.db"
    data = path.read_bytes()
    bad = {"a text": b"this is no database", "zeros": bytes(len(data)),
           "a torn header": b"SQLite forwat" + data[13:], "cut": data[:5000]}[what]
    path.write_bytes(bad)
    house.start()
    assert say(house) == house.said
    aside = [p for p in catalog_files(house) if ".damaged-" in p.name]
    assert [p.read_bytes() for p in aside if p.suffix not in ("-wal", "-shm")] == [bad]
    log = "\n".join(house.log)
    assert "catalog-made-again" in log and aside[0].name in log, log
    last = (house.data / "audit/journal.ndjson").read_text().splitlines()[-1]
    assert '"event":"rebuild"' in last and aside[0].name in last
    house.restart()
    assert say(house) == house.said and len(catalog_files(house)) <= 4


def test_another_programs_database_is_refused(filled):
    house = filled
    house.stop()
    for p in catalog_files(house):
        p.unlink()
    sqlite3.connect(house.data / "catalog.db").execute("CREATE TABLE t (a)").connection.commit()
    with pytest.raises(AssertionError):
        house.start()
    assert house.proc.wait(20) == 1
    house.proc = None
    assert "not a catalog of ours" in house.log[-1] and "made again" in house.log[-1]


def test_an_unreadable_repository_does_not_stop_a_start(filled, tmp):
    house = filled
    house.stop()
    for p in catalog_files(house):
        p.unlink()
    head = house.data / "repos/models/acme/m.git/HEAD"
    head.rename(tmp / "HEAD")
    house.start()
    assert set(say(house)) == {"acme/n"}
    assert any("repository-hidden" in line and "acme/m" in line for line in house.log)
    assert head.parent.exists()
    house.stop()
    (tmp / "HEAD").rename(head)
    house.start()  # it can be read again: it is there again
    assert say(house) == house.said


def test_deep_damage_is_given_up_and_the_next_start_mends_it(filled):
    house = filled
    house.stop()  # its journal of writes is empty now
    damage(house, "entries")
    house.start()
    r = house.weigh("rebuild", code=1)
    assert "restart weighd" in r.err, r
    house.restart()
    assert say(house) == house.said


def test_damage_that_a_start_meets_is_mended_by_the_next(filled):
    """As a service manager would: it ends with 1, and is started again."""
    house = filled
    house.stop()
    damage(house, "totals")
    with pytest.raises(AssertionError):
        house.start()
    assert house.proc.wait(20) == 1
    house.proc = None
    assert "start weighd again" in house.log[-1], house.log
    house.start()
    assert say(house) == house.said


def test_deleted_under_us_we_are_not_ready(filled):
    house = filled
    assert house.get("/readyz").status == 200
    (house.data / "catalog.db").unlink()
    a = house.get("/readyz")
    assert a.status == 503 and b"catalog.db" in a.body and b"restart" in a.body
    assert "restart weighd" in house.weigh("rebuild", code=1).err
    house.restart()
    assert house.get("/readyz").status == 200 and say(house) == house.said


def test_replaced_under_us_we_are_not_ready(filled):
    house = filled
    path = house.data / "catalog.db"
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    copy.rename(path)
    assert house.get("/readyz").status == 503
    house.restart()
    assert house.get("/readyz").status == 200 and say(house) == house.said


# --- files against rows, after a start -----------------------------------------------

def test_a_row_without_its_file_is_found_after_the_start(filled):
    house = filled
    sha = sha256_of(house.folder / "config.json")
    house.stop()
    house.blobs()[sha].unlink()
    house.start()
    until(lambda: house.weigh("status", "--json").json["bad"] == 1)
    assert house.get("/acme/m/resolve/main/config.json").status == 503
    assert sha in (house.data / "audit/journal.ndjson").read_text()
    house.add(house.folder, "acme/m")
    assert house.get("/acme/m/resolve/main/config.json").status == 200


def test_a_lost_list_is_made_again_after_the_start(filled):
    house = filled
    mids = list(house.data.glob("blobs/sha256/*/*.mid"))
    kept = {m: m.read_bytes() for m in mids}
    assert kept
    house.stop()
    for m in mids:
        m.unlink()
    house.start()
    until(lambda: all(m.exists() and m.read_bytes() == data for m, data in kept.items()))


def test_a_file_without_a_row_is_left_for_gc_or_taken_by_an_add(filled, tmp):
    house = filled
    folder = models.tiny(tmp / "later", 9)
    sha = sha256_of(folder / "w.bin")
    house.stop()
    (house.data / "blobs/sha256" / sha[:2] / sha).write_bytes((folder / "w.bin").read_bytes())
    house.start()
    assert sha in house.blobs()
    house.add(folder, "acme/later")
    house.weigh("pull", "acme/later", "--to", tmp / "out")
    assert tree_of(tmp / "out") == tree_of(folder)
