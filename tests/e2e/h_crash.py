"""kill -9 at any moment: nothing acknowledged is lost, nothing bad, nothing left.
The loop over many moments is tests/long/h_kills.py; here are a few, and what is
planted by hand."""
import random
import time

import kills
import models
from house import sha256_of


def test_a_few_kills_while_adding(house, tmp):
    kills.kill_while_adding(house, tmp, random.Random(20260801), 5)


def test_kill_of_the_client_leaves_the_store_as_it_was(house, tmp):
    house.add(models.tiny(tmp / "a"), "acme/a")
    before = set(house.blobs())
    folder = models.write(tmp / "b", {f"{i}.bin": models.noise(8 << 20, i) for i in range(6)})
    p = kills.begin_add(house, folder, "acme/b")
    time.sleep(0.05)
    p.kill()
    p.communicate(timeout=30)
    house.restart()
    assert house.leftovers() == [] and house.bad_blobs() == []
    held = {m["name"] for m in house.weigh("ls", "--json").json["models"]}
    if "acme/b" in held:  # it was faster than we
        house.weigh("verify", "acme/b")
    else:
        assert set(house.blobs()) == before


def test_leftovers_planted_by_a_dead_run_are_swept(house, tmp):
    house.add(models.tiny(tmp / "m"), "acme/m")
    house.kill9()
    repo = house.data / "repos/models/acme/m.git"
    for path in (house.data / "incoming/junk", repo / "refs/heads/main.lock",
                 repo / "objects/tmp_obj_x1", repo / "HEAD.lock"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"junk")
    house.start()
    assert house.leftovers() == []
    house.add(models.tiny(tmp / "n", 3), "acme/m")


def test_a_torn_blob_is_never_served(house, tmp):
    folder = models.small(tmp / "m")
    house.add(folder, "acme/m")
    house.kill9()
    path = house.blobs()[sha256_of(folder / "model.safetensors")]
    path.chmod(0o644)
    with open(path, "r+b") as f:
        f.truncate(5 << 20)
    house.start()
    a = house.get("/acme/m/resolve/main/model.safetensors")
    assert a.status not in (200, 206), a


def test_a_missing_midstate_list_is_made_again(house, tmp):
    folder = models.small(tmp / "m")
    house.add(folder, "acme/m")
    house.stop()
    mids = list(house.data.glob("blobs/sha256/*/*.mid"))
    kept = {m: m.read_bytes() for m in mids}
    assert any(kept.values())
    for m in mids:
        m.unlink()
    house.start()
    house.weigh("verify", "acme/m")
    house.weigh("pull", "acme/m", "--to", tmp / "out", server=house.url)
    for m, data in kept.items():
        if data:
            assert m.read_bytes() == data


def test_without_its_catalog_it_rebuilds_or_refuses(house, tmp):
    """Never silently empty."""
    house.add(models.tiny(tmp / "m"), "acme/m")
    house.stop()
    for p in house.data.glob("catalog.db*"):
        p.unlink()
    try:
        house.start()
    except AssertionError:
        assert house.log, "it ended without a word"
        house.proc.wait()
        house.proc = None
        return
    assert [m["name"] for m in house.weigh("ls", "--json").json["models"]] == ["acme/m"]
    house.weigh("pull", "acme/m", "--to", tmp / "out")
