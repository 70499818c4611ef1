"""A Hub that offers no git: its small files come one by one, several at once."""
import threading
import time

import pytest

from mirroring import done, jobs, mirror_house, order, same_files, say, wait_for
from upstream import Hub

COUNT = 24
FILES = {f"{n:02}.txt": b"file %d\n" % n for n in range(COUNT)}


@pytest.fixture
def hub(tmp):
    with Hub(tmp / "hub") as h:
        h.add("acme/m", FILES, git=False)
        yield h


@pytest.fixture
def house(tmp, hub):
    h = mirror_house(tmp, mirror_upstream=hub.url, mirror_files=3).start()
    yield h
    h.stop()


class AtOnce:
    """Counts questions that are under way, each of which takes a while."""

    def __init__(self, hub):
        self.lock, self.now, self.most = threading.Lock(), 0, 0
        hub.misbehave("call", "/resolve/", do=self)

    def __call__(self, _hub, _asked):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.05)
        with self.lock:
            self.now -= 1


def test_as_many_at_once_as_the_setting_says(hub, house):
    count = AtOnce(hub)
    house.weigh("mirror", "acme/m")
    assert count.most == 3 and hub.calls("/resolve/") == COUNT + 1  # .gitattributes
    same_files(house, "acme/m", hub["acme/m"], hub["acme/m"].head)


def test_one_that_fails_ends_the_others(hub, house):
    AtOnce(hub)
    hub.misbehave("missing", r"/resolve/.*/0\d\.txt")
    order(house, "acme/m")
    job = wait_for(house, ["acme/m"])["acme/m"]
    assert job["state"] == "failed" and ".txt'" in say(job)
    assert hub.calls("/resolve/") < COUNT


def test_what_came_before_a_pause_is_not_asked_again(hub, house):
    hub.limit = (14, 1)
    order(house, "acme/m")
    done(house, "acme/m")
    asked = [a.path for a in hub.of("/resolve/") if a.status == 200]
    assert len(asked) == len(set(asked)) == COUNT + 1
    refused = [a for a in hub.of("/resolve/") if a.status == 429]
    assert 0 < len(refused) <= 3  # what was under way


def test_a_word_ends_all_of_them(hub, house):
    hub.misbehave("silent", "/resolve/", seconds=10)
    order(house, "acme/m")
    while not hub.calls("/resolve/"):
        time.sleep(0.01)
    begun = time.monotonic()
    house.weigh("mirror", "cancel", "acme/m")
    wait_for(house, ["acme/m"])
    assert jobs(house)["acme/m"]["state"] == "canceled" and time.monotonic() - begun < 0.9
    assert hub.calls("/resolve/") <= 3
