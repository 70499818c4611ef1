"""A disk that fails at one call of an add, a gc or a pull: refused in words or done, never
half, and gone on with.  Every call of every fault is tests/long/h_every_fault.py's
business; here is a handful, and what that loop has found."""
import random
import signal

import pytest

import aftermath
import models
import ordeal
from faults import (CREATE, FAULTS, LIE, NAME, OPEN, READ, SYNC, UNLINK, WRITE, Fault,
                    FaultyHouse, failing)
from house import until
from upstream import Hub

CALLS = 75  # an add and a pull have about as many of most classes


def one_turn_each(ordeal):
    for fault in FAULTS:
        ordeal.fault = fault
        ordeal.turn(random.Random(fault.label).randrange(1, CALLS))


def test_adds_with_a_failing_call(tmp):
    o = ordeal.AddOrdeal(tmp)
    one_turn_each(o)
    o.end()


def test_gcs_with_a_failing_call(tmp):
    o = ordeal.GcOrdeal(tmp)
    for fault in FAULTS[::2]:
        o.fault = fault
        o.turn(random.Random(fault.label).randrange(1, 12))
    o.end()


def test_pulls_with_a_failing_call(shared, tmp):
    one_turn_each(ordeal.PullOrdeal(tmp, shared))


@pytest.mark.parametrize("n", [1, 2, 9])
def test_a_write_that_lies_is_found_and_kept_by_nobody(tmp, n):
    """The disk says that it took the bytes, and has others."""
    o = ordeal.AddOrdeal(tmp, Fault("lie", WRITE, LIE, only=".part"))
    o.prepare(n)
    o.control.arm(o.fault, n)
    r = o.operate()
    assert o.control.disarm()[1] == 1
    if r.code == 0:  # else it was short, and that was seen
        lies = o.house.bad_blobs()
        assert len(lies) == 1
        o.house.weigh("pull", o.name, "--to", tmp / "out", code=5)
        bad = o.house.weigh("verify", o.name, "--json", code=5).json["bad"]
        assert [b["sha256"] for b in bad] == lies
        assert o.house.get(f"/{o.name}/resolve/main/{bad[0]['path']}").status in (404, 503)
    o.repeat()
    o.end()


# --- found by the loop ---------------------------------------------------------------


def another(folder, n):
    return models.tiny(folder, 1000 + n)


def test_a_ref_that_moved_though_its_sync_failed_moves_back(tmp):
    """The move was taken for undone, and the branch led to a revision that nobody
    had admitted, without its blobs."""
    fault = failing(SYNC, "EIO", only="refs/heads")
    o = ordeal.AddOrdeal(tmp, fault)
    o.house.add(another(tmp / "a", 0), "acme/m1")
    first = aftermath.ask(o.house, "SELECT count(*) FROM revisions")
    o.prepare(1)
    o.control.arm(fault, 1)
    assert o.operate().code != 0
    assert o.control.disarm()[1] == 1
    assert aftermath.ask(o.house, "SELECT count(*) FROM revisions") == first
    aftermath.check_repositories(o.house)
    o.house.add(another(tmp / "b", 1), "acme/m1")
    o.end()


def test_a_catalog_in_doubt_is_left_alone(tmp):
    """The sync of its last commit failed; after a kill the commit may be there all the
    same, and then so must be its blobs."""
    fault = failing(SYNC, "EIO", only="catalog.db-wal")
    o = ordeal.AddOrdeal(tmp, fault)
    o.prepare(2)
    o.control.arm(fault, 2)
    r = o.operate()
    assert o.control.disarm()[1] == 1
    assert r.json["error"]["fix"] == "check the disk, then restart weighd", r
    o.still_reads()
    ready = o.house.get("/readyz")
    assert ready.status == 503 and b"restart weighd" in ready.body, ready
    o.house.kill9()
    o.house.start()
    assert o.house.get("/readyz").status == 200
    o.repeat()
    o.end()


@pytest.mark.parametrize("where,nth", [("audit/journal", 1), ("refs/heads/main", 2)])
def test_what_could_not_be_taken_back_is_taken_back_first(tmp, where, nth):
    """The disk is full when journal or catalog are written; moving the ref back needs
    room too.  With room again no restart is needed, and nothing of it shows."""
    o = ordeal.AddOrdeal(tmp, failing(WRITE | NAME | CREATE, "ENOSPC", span=0, only=where))
    o.house.add(another(tmp / "a", 0), "acme/m1")
    o.prepare(1)
    o.control.arm(o.fault, nth)
    r = o.operate()
    o.control.disarm()
    assert r.json["error"]["code"] == "full", r
    assert any("left-unsettled" in line for line in o.house.log), o.house.log
    o.house.add(another(tmp / "b", 1), "acme/m1")
    titles, = aftermath.ask(o.house, "SELECT count(*) FROM revisions v JOIN repositories r"
                                     " ON v.repo = r.id WHERE r.name = 'acme/m1'")
    assert titles == [(2,)]
    o.end()


@pytest.mark.parametrize("failures", [1, 2])
def test_a_lock_that_could_not_be_removed_holds_nobody_up(tmp, failures):
    """A branch that begins gets its name by link and unlink; libgit2 does not look how the
    unlink ends.  Its lock lay there until the next start, and every publication to
    the branch was refused.  One that fails is made up for; where the second does too,
    the publication is refused, and taken back before the next one."""
    o = ordeal.AddOrdeal(tmp, failing(UNLINK, "EROFS", failures, only="main.lock"))
    o.prepare(1)
    o.control.arm(o.fault, 1)
    r = o.operate()
    assert o.control.disarm()[1] == failures
    if failures == 1:
        assert r.code == 0 and o.house.leftovers() == [], r
    else:
        assert r.json["error"]["code"] == "io", r
        assert any("left-unsettled" in line for line in o.house.log), o.house.log
    o.house.add(another(tmp / "b", 1), o.name)
    until(lambda: o.house.leftovers() == [])
    o.end()


def test_a_rebuild_admits_nothing_that_failed(tmp):
    """From one call on the disk is full, so the ref that has moved cannot be moved back;
    the publisher was told that nothing happened."""
    o = ordeal.AddOrdeal(tmp, failing(WRITE | NAME | CREATE, "ENOSPC", span=0))
    o.house.add(another(tmp / "a", 0), "acme/m1")
    o.prepare(1)
    ref = o.house.data / "repos/models/acme/m1.git/refs/heads/main"
    tip, nth = ref.read_bytes(), 0
    before = aftermath.ask(o.house, "SELECT git, title FROM revisions ORDER BY git")
    while ref.read_bytes() == tip:
        nth += 1
        o.control.arm(o.fault, nth)
        assert o.operate().code != 0
        o.control.disarm()
    assert any("left-unsettled" in line for line in o.house.log), o.house.log
    o.house.weigh("rebuild")
    assert ref.read_bytes() == tip
    assert aftermath.ask(o.house, "SELECT git, title FROM revisions ORDER BY git") == before
    o.house.add(another(tmp / "b", 1), "acme/m1")
    o.end()


def test_a_signal_while_weigh_opens_its_notes_is_nothing(shared, tmp):
    """An interrupted open ended the pull; an interrupted read of the notes made it take
    its own files for somebody else's."""
    for classes in (OPEN | CREATE, READ):
        o = ordeal.PullOrdeal(tmp, shared, failing(classes, "EINTR", only=".weigh"))
        n = 1
        while o.turn(n):
            n += 1
        assert n > 2


# --- threads that begin while descriptors are short -----------------------------------

SHORT = failing(OPEN | CREATE, "EMFILE", span=3, only="catalog.db")
MANY = {"config.json": b"{}", "w.safetensors": models.noise(20 << 20, 1)}


def words(house, event):
    return sum(f"event={event}" in line for line in house.log)


def short_of_descriptors(house, happen):
    """`happen` while a thread that begins finds no descriptor: it says so and goes on."""
    said, went_on = words(house, "fetch-thread-waits"), words(house, "fetch-thread-goes-on")
    house.control.arm(SHORT, 1)
    result = happen()
    until(lambda: words(house, "fetch-thread-goes-on") > went_on)
    assert house.control.disarm()[1] == 3
    assert words(house, "fetch-thread-waits") > said
    return result


def test_threads_that_bring_wait_for_a_descriptor(tmp):
    """They ended silently and for good: what clients and jobs waited for never came."""
    conf = tmp / "weighd.conf"
    text = "[mirror]\nupstream = {}\npull_through = any\njobs = {}\n"
    with Hub(tmp / "hub", {"acme/m": MANY}) as hub:
        conf.write_text(text.format(hub.url, 1))
        house = FaultyHouse(tmp, "--config", conf).start()
        a = short_of_descriptors(house, lambda: house.get("/api/models/acme/m"))
        assert a.status == 200
        a = short_of_descriptors(
            house, lambda: house.get("/acme/m/resolve/main/w.safetensors"))
        assert a.body == MANY["w.safetensors"]

        def one_job_more():
            conf.write_text(text.format(hub.url, 2))
            house.proc.send_signal(signal.SIGHUP)
        short_of_descriptors(house, one_job_more)
        house.weigh("mirror", "acme/m")
        house.control.arm(failing(OPEN | CREATE, "EMFILE", span=100, only="catalog.db"), 1)
        conf.write_text(text.format(hub.url, 3))
        said = words(house, "fetch-thread-waits")
        house.proc.send_signal(signal.SIGHUP)
        until(lambda: words(house, "fetch-thread-waits") > said)
        house.stop()  # a thread that waits holds nobody up
