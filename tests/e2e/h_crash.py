"""kill -9 at any moment: nothing acknowledged is lost, nothing bad, nothing left."""
import json
import random
import subprocess
import time

import models
from house import sha256_of

KILLS = 20  # that interrupt an add; about as many fall behind its answer


def content(folder, rng, i):
    """Varying content: sizes from nothing to several segments."""
    files = {"README.md": b"# %d\n" % i, "empty": b""}
    for n in range(rng.randint(1, 4)):
        size = rng.choice([100, 70_000, 1_100_000, 5 << 20, 9 << 20])
        files[f"part-{n}.bin"] = rng.randbytes(size)
    return models.write(folder, files)


def begin_add(house, folder, name):
    return subprocess.Popen(house.command("add", str(folder), name, "--json"), env=house.env,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_twenty_kills_while_adding(house, tmp):
    rng = random.Random(20260801)
    acknowledged, hashed, interrupted, tries = set(), set(), 0, 0
    longest = 0.3  # seconds; follows the machine, so that about half come too late
    while interrupted < KILLS:
        tries += 1
        assert tries <= 5 * KILLS, f"only {interrupted} kills hit an add"
        name = f"crash/m{tries % 5}"
        p = begin_add(house, content(tmp / f"c{tries}", rng, tries), name)
        time.sleep(rng.uniform(0, longest))
        house.kill9()
        out, err = p.communicate(timeout=30)
        assert b"Sanitizer" not in err, err
        if p.returncode == 0:
            acknowledged.add((name, json.loads(out)["revision"]))
            longest *= 0.9
        else:
            interrupted += 1
            longest *= 1.1
        house.start()
        check_invariants(house, acknowledged)
        new = set(house.blobs()) - hashed
        assert [b for b in new if sha256_of(house.blobs()[b]) != b] == []
        hashed |= new
    assert acknowledged
    check_deeply(house, acknowledged)


def check_invariants(house, acknowledged):
    assert house.leftovers() == []
    status = house.weigh("status", "--json").json
    assert status["blobs"] == len(house.blobs())  # no blob without a row, no row without one
    assert status["bytes"] == sum(p.stat().st_size for p in house.blobs().values())
    for name, revision in acknowledged:
        files = house.weigh("files", f"{name}@{revision}", "--json").json["files"]
        assert files and {f["sha256"] for f in files} <= set(house.blobs())


def check_deeply(house, acknowledged):
    assert house.bad_blobs() == []
    for name, revision in acknowledged:
        assert house.weigh("verify", f"{name}@{revision}", "--json").json["bad"] == []
    for repo in (house.data / "repos/models").rglob("*.git"):
        r = subprocess.run(["git", "-c", f"safe.directory={repo}", "-C", repo, "fsck",
                            "--strict", "--full"], capture_output=True, env=house.env)
        assert r.returncode == 0, r
    for m in house.weigh("ls", "--json").json["models"]:
        house.weigh("verify", m["name"])  # what is visible is whole, acknowledged or not


def test_kill_of_the_client_leaves_the_store_as_it_was(house, tmp):
    house.add(models.tiny(tmp / "a"), "acme/a")
    before = set(house.blobs())
    folder = models.write(tmp / "b", {f"{i}.bin": models.noise(8 << 20, i) for i in range(6)})
    p = begin_add(house, folder, "acme/b")
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
