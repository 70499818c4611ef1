"""kill -9 while it mirrors: the job is still there and ends right.  The loop over many
moments is tests/long/u_kills.py; here are a few, and those that somebody chose."""
import random

import aftermath
import kills
import mirroring
import models
import pytest
from house import until
from upstream import Hub

W = "w.safetensors"
FILES = {"README.md": models.CARD, "a/b.txt": b"b\n", W: models.noise(13 << 20, 9)}


@pytest.fixture
def hub(tmp):
    with Hub(tmp / "hub", {"acme/m": FILES}, rate=24 << 20) as h:
        yield h


@pytest.fixture
def house(tmp):
    h = mirroring.mirror_house(tmp / "house").start()
    yield h
    if h.proc:
        h.stop()


def test_a_few_kills(house, hub):
    kills.kill_while_mirroring(house, hub, random.Random(20261122), 3)


def test_what_is_held_is_not_asked_for_again(house, hub):
    """Killed when half is there: the other half comes, and little else."""
    hub.rate = 12 << 20
    mirroring.order(house, "acme/m", hub.url)
    until(lambda: hub.file_bytes() > 9 << 20)
    house.kill9()
    hub.hang_up()
    sent = hub.file_bytes()
    house.start()
    mirroring.done(house, "acme/m")
    mirroring.same_files(house, "acme/m", hub["acme/m"])
    size = len(FILES[W])
    again = hub.file_bytes() - size
    assert 0 <= again < size // 2, (sent, again)


def test_a_job_that_rests_rests_after_a_kill(house, hub):
    hub.misbehave("slow", W, rate=1 << 20)
    mirroring.order(house, "acme/m", hub.url)
    until(lambda: hub.file_bytes() > 0)
    house.weigh("mirror", "pause", "acme/m")
    house.kill9()
    house.start()
    assert mirroring.jobs(house)["acme/m"]["state"] == "paused"
    calls = hub.calls()
    hub.behave()
    house.weigh("mirror", "resume", "acme/m")
    mirroring.done(house, "acme/m")
    assert hub.calls() > calls


def test_a_word_that_was_taken_holds_though_nobody_has_heard_it(tmp, hub):
    """The one thread is at another job: pause and cancel are written down before they are
    answered, and who orders again what was canceled gets a job."""
    hub.misbehave("slow", W, rate=1 << 20)
    for name in ("acme/rests", "acme/ends"):
        hub.add(name, FILES)
    house = mirroring.mirror_house(tmp / "house", mirror_jobs=1).start()
    mirroring.order(house, "acme/m", hub.url)
    until(lambda: hub.file_bytes() > 0)
    for name, word in (("acme/rests", "pause"), ("acme/ends", "cancel")):
        mirroring.order(house, name, hub.url)
        house.weigh("mirror", word, name)
    house.kill9()
    house.start()
    jobs = mirroring.jobs(house)
    assert [jobs[n]["state"] for n in ("acme/rests", "acme/ends")] == ["paused", "canceled"]
    before = jobs["acme/m"]["id"]
    house.weigh("mirror", "cancel", "acme/m")
    mirroring.order(house, "acme/m", hub.url)
    assert mirroring.jobs(house)["acme/m"]["id"] != before
    hub.behave()
    hub.hang_up()
    mirroring.done(house, "acme/m")
    house.stop()


def test_a_job_that_was_canceled_leaves_nothing(house, hub):
    hub.misbehave("slow", W, rate=1 << 20)
    mirroring.order(house, "acme/m", hub.url)
    until(lambda: hub.file_bytes() > 0)
    house.weigh("mirror", "cancel", "acme/m")
    assert mirroring.jobs(house)["acme/m"]["state"] == "canceled"
    house.restart()
    house.weigh("gc", "--older", "0", "--yes")
    assert house.leftovers() == [] and house.blobs() == {}
    assert house.weigh("ls", "--json").json["models"] == []
    aftermath.check_deeply(house, set())


def test_stopped_in_the_middle_it_goes_on(house, hub):
    """SIGTERM is prompt, and no failure of the job."""
    hub.misbehave("slow", W, rate=1 << 20)
    mirroring.order(house, "acme/m", hub.url)
    until(lambda: hub.file_bytes() > 0)
    house.stop()
    hub.behave()
    house.start()
    job = mirroring.done(house, "acme/m")
    assert not job["error"]
    mirroring.same_files(house, "acme/m", hub["acme/m"])
