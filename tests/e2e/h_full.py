"""A disk that is full, a real one: refused in words, given back, gone on with."""
import contextlib
import errno
import subprocess
import time

import pytest

import models
from house import House, run, tree_of

MiB = 1 << 20


class SmallDisk:
    """A tmpfs on a folder, in a mount namespace that only `enter` leads into."""

    def __init__(self, folder, size):
        folder.mkdir()
        self.folder = folder
        script = f"mount -t tmpfs -o size={size} t {folder} && echo there && exec sleep 600"
        self.holder = subprocess.Popen(["unshare", "-m", "sh", "-c", script],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.enter = ["nsenter", "-t", str(self.holder.pid), "-m", "--"]
        if self.holder.stdout.readline() != "there\n":
            reason = self.holder.stderr.read().strip()
            self.end()
            pytest.skip("a private tmpfs needs root: " + reason)

    def fill(self):
        """Until not a page is left."""
        r = run(*self.enter, "dd", "if=/dev/zero", f"of={self.folder}/ballast", "bs=4k")
        assert "No space left" in r.err, r

    def empty(self):
        run(*self.enter, "rm", f"{self.folder}/ballast")

    def files(self, where="."):
        out = run(*self.enter, "find", self.folder / where, "-type", "f").out
        return out.split()

    def end(self):
        self.holder.kill()
        self.holder.communicate()


@contextlib.contextmanager
def small_disk(folder, size):
    disk = SmallDisk(folder, size)
    try:
        yield disk
    finally:
        disk.end()


@pytest.fixture
def cramped(tmp):
    """A house on 32 MiB, nothing of it kept free."""
    (tmp / "weighd.conf").write_text("[store]\nkeep_free = 0\n")
    with small_disk(tmp / "data", "32m") as disk:
        house = House(tmp, "--config", tmp / "weighd.conf", wrap=disk.enter, enter=disk.enter)
        house.disk = disk
        house.start()
        yield house
        if house.proc:
            house.stop()


def test_full_to_the_last_page(cramped, tmp):
    held = models.small(tmp / "held", weights=5 * MiB)
    cramped.add(held, "acme/held")
    cramped.disk.fill()
    assert cramped.get("/readyz").status == 503
    assert cramped.get("/healthz").status == 200
    before = cramped.weigh("status", "--json").json
    for _ in range(3):
        r = cramped.weigh("add", models.tiny(tmp / "new", 7), "acme/new", "--json", code=1)
        assert r.json["error"]["code"] == "full", r
    after = cramped.weigh("status", "--json").json
    assert (after["blobs"], after["bytes"]) == (before["blobs"], before["bytes"])
    assert cramped.disk.files("incoming") == []
    for path in ("model.safetensors", "config.json"):
        assert cramped.get(f"/acme/held/resolve/main/{path}").body == (held / path).read_bytes()
    cramped.weigh("verify", "acme/held")

    cramped.disk.empty()
    assert cramped.get("/readyz").status == 200
    cramped.add(tmp / "new", "acme/new")
    cramped.weigh("verify", "acme/new")


def test_it_starts_on_a_full_disk(cramped, tmp):
    """Reading must not wait for room."""
    held = models.small(tmp / "held", weights=5 * MiB)
    cramped.add(held, "acme/held")
    cramped.kill9()
    cramped.disk.fill()
    cramped.start()
    assert cramped.get("/readyz").status == 503
    assert (cramped.get("/acme/held/resolve/main/model.safetensors").body
            == (held / "model.safetensors").read_bytes())


def test_the_target_of_a_pull_is_full(house, tmp):
    folder = models.sharded(tmp / "m")
    house.add(folder, "acme/m")
    with small_disk(tmp / "out", "32m") as disk:
        disk.fill()
        house.enter = disk.enter
        r = house.weigh("pull", "acme/m", "--to", tmp / "out", "--json", code=1)
        assert r.json["error"]["code"] == "full", r
        disk.empty()
        house.weigh("pull", "acme/m", "--to", tmp / "out")
        r = house.weigh("verify", "--dir", tmp / "out", "--json")
        assert r.json["bad"] == [], r
