"""Repositories come in from another weighd, from a forge, from a Hub, from a folder, and
are what they were there."""
import json

import pytest

import mirroring
import models
from house import clean_env, run
from upstream import Hub

W = "w.safetensors"
FILES = {"README.md": models.CARD, "a/b.txt": b"b\n", "empty": b"",
         "a b#c%d+\u00e9.txt": b"odd\n", W: models.noise(9 << 20, 3),
         "sub/second.safetensors": models.noise(70_000, 4)}


@pytest.fixture
def near(tmp):
    """The weighd that mirrors; its settings are the story's."""
    started = []

    def begin(**settings):
        started.append(mirroring.mirror_house(tmp / f"near{len(started)}", **settings).start())
        return started[-1]
    yield begin
    for house in started:
        mirroring.sound(house)
        house.stop()


@pytest.fixture
def hub(tmp):
    with Hub(tmp / "hub", {"acme/m": FILES}) as h:
        yield h


def from_hub(hub):
    return hub.url


def from_forge(hub):
    return f"git+{hub.url}"


@pytest.mark.parametrize("road", [from_hub, from_forge])
def test_from_elsewhere(near, hub, tmp, road):
    """The same commit, the same bytes, and git agrees."""
    house = near()
    house.weigh("mirror", "acme/m", "--from", road(hub))
    repo = hub["acme/m"]
    mirroring.same_files(house, "acme/m", repo)
    job = mirroring.jobs(house)["acme/m"]
    assert job["proved"] and job["commit"] == repo.head
    assert hub.file_bytes() == repo.lfs_bytes()
    if road is from_forge:
        assert hub.calls("/api/") == 0
    env = clean_env(tmp)
    assert run("git", "clone", "-q", f"{house.url}/acme/m", tmp / "c",
               env={**env, "GIT_LFS_SKIP_SMUDGE": "1"}).code == 0
    r = run("git", "-C", tmp / "c", "rev-parse", "HEAD", env=env)
    assert r.out.strip() == repo.head
    house.weigh("verify", "acme/m")


def test_a_second_order_asks_for_no_bytes(near, hub):
    house = near()
    house.weigh("mirror", "acme/m", "--from", hub.url)
    hub.fresh()
    house.weigh("mirror", "acme/m", "--from", hub.url)
    assert hub.file_bytes() == 0 and hub.calls() < 6


def test_what_it_has_already_does_not_come_again(near, hub, tmp):
    """A file that was published here, and one of an older revision."""
    house = near()
    house.add(models.write(tmp / "own", {"x.bin": FILES[W]}), "own/x")
    house.weigh("mirror", "acme/m", "--from", hub.url)
    assert hub.file_bytes() == 70_000
    hub["acme/m"].commit({**FILES, "third.safetensors": models.noise(50_000, 6)})
    house.weigh("mirror", "acme/m", "--from", hub.url)
    assert hub.file_bytes() == 120_000
    mirroring.same_files(house, "acme/m", hub["acme/m"])


def events(house):
    return [e["kind"] for e in house.weigh("events", "--json").json["events"]]


def test_what_brought_nothing_is_no_event(near, hub):
    house = near()
    first = house.weigh("mirror", "acme/m", "--from", hub.url, "--exclude", "sub/*", "--json")
    again = house.weigh("mirror", "acme/m", "--from", hub.url, "--exclude", "sub/*")
    assert first.json["unchanged"] is False and "nothing new" in again.err, again
    assert events(house) == ["mirrored"]
    assert house.weigh("mirror", "ls", "--json").json["jobs"][0]["unchanged"] is True
    # A file more, another branch, another revision: each is something new.
    house.weigh("mirror", "acme/m", "--from", hub.url)
    hub["acme/m"].tag("v1")
    house.weigh("mirror", "acme/m@v1", "--from", hub.url)
    new = hub["acme/m"].commit({**FILES, "more.txt": b"more\n"})
    house.weigh("mirror", f"acme/m@{new}", "--from", hub.url)
    assert events(house) == 4 * ["mirrored"]
    for name, events_then in (("acme/m", 5), ("acme/m", 5), (f"acme/m@{new}", 5)):
        house.weigh("mirror", name, "--from", hub.url)
        assert events(house) == events_then * ["mirrored"]


def test_old_git_is_as_told_and_says_why(near, hub):
    """A Hub tells without git; a forge has nothing else, and says who can mend it."""
    hub.git_two, house = False, near()
    told = house.weigh("mirror", "acme/m", "--from", hub.url)
    assert "as told by upstream" in told.err, told
    assert mirroring.jobs(house)["acme/m"]["proved"] is False
    said = [line for line in house.log if "event=as-told" in line]
    assert said and "version 2 of its protocol" in said[0] and "acme/m" in said[0], said
    forge = house.weigh("mirror", "acme/m", "--from", from_forge(hub), code=3)
    assert "version 2 of its protocol" in forge.err and "git 2.18" in forge.err, forge


def test_without_git_it_is_as_told(near, tmp):
    """The same on every machine, and upstream's name for it leads to it."""
    with Hub(tmp / "told") as hub:
        repo = hub.add("acme/m", FILES, git=False)
        first, second = near(), near()
        shas = set()
        for house in (first, second):
            house.weigh("mirror", "acme/m", "--from", hub.url)
            assert not mirroring.jobs(house)["acme/m"]["proved"]
            shas.add(house.get("/api/models/acme/m").json["sha"])
            told = house.get(f"/api/models/acme/m/revision/{repo.head}").json
            assert told["sha"] in shas
            mirroring.same_files(house, "acme/m", repo)
        assert len(shas) == 1


def test_from_another_weighd(near, tmp):
    """Published there, mirrored here, and from here once more."""
    there, here, third = near(), near(), near()
    folder = models.small(tmp / "m")
    revision = there.add(folder, "acme/m")["revision"]
    here.weigh("mirror", "acme/m", "--from", there.url)
    third.weigh("mirror", "acme/m", "--from", here.url)
    for house in (here, third):
        assert house.get("/api/models/acme/m").json["sha"] == revision
        to = tmp / f"out{house.port}"
        house.weigh("pull", "acme/m", "--to", to, server=house.url)
        assert run("diff", "-r", "--exclude=.weigh", folder, to).code == 0
        house.weigh("verify", "acme/m")
    assert set(third.blobs()) == set(there.blobs())


def test_a_folder_of_folders(near, tmp):
    models.write(tmp / "models/acme/m", FILES)
    house = near(mirror_upstream=f"dir:{tmp}/models")
    house.weigh("mirror", "acme/m")
    for path, data in FILES.items():
        if "#" not in path:
            assert house.get(f"/acme/m/resolve/main/{path}").body == data
    house.weigh("mirror", "acme/none", code=tuple(range(1, 12)))


def test_only_what_is_wanted(near, hub):
    """What is left out is not there, is not listed, and is no failure of verify."""
    house = near()
    house.weigh("mirror", "acme/m", "--from", hub.url, "--exclude", "sub/*")
    assert hub.file_bytes() == 9 << 20
    tree = house.get("/api/models/acme/m/tree/main?recursive=true").json
    assert "sub/second.safetensors" not in {e["path"] for e in tree}
    a = house.get("/acme/m/resolve/main/sub/second.safetensors")
    assert a.status == 404 and a["X-Error-Code"] == "EntryNotFound"
    house.weigh("verify", "acme/m")
    house.weigh("mirror", "acme/m", "--from", hub.url)
    mirroring.same_files(house, "acme/m", hub["acme/m"])
    assert hub.file_bytes() == hub["acme/m"].lfs_bytes()


def test_a_dry_run_brings_nothing(near, hub):
    house = near()
    plan = house.weigh("mirror", "acme/m", "--from", hub.url, "--dry-run", "--json").json
    assert plan["bytes"] >= (9 << 20) + 70_000 and plan["calls"] > 0
    assert hub.file_bytes() == 0 and house.blobs() == {}
    assert house.weigh("ls", "--json").json["models"] == []


def test_offline_asks_nobody(near, hub):
    """(6) of fetch/fetch.h."""
    house = near(mirror_upstream=hub.url, mirror_offline="yes", mirror_pull_through="any")
    r = house.weigh("mirror", "acme/m", code=tuple(range(1, 12)))
    assert "offline" in r.err
    assert house.get("/api/models/acme/m").status in (401, 404)
    assert hub.connected == 0


def test_what_was_published_here_is_not_overwritten(near, hub, tmp):
    house = near()
    revision = house.add(models.tiny(tmp / "own"), "acme/m")["revision"]
    house.weigh("mirror", "acme/m", "--from", hub.url, code=tuple(range(1, 12)))
    assert house.get("/api/models/acme/m").json["sha"] == revision


def test_nothing_of_xet_passes(near, hub):
    """What upstream says beyond names, ids and sizes goes no further."""
    house = near()
    house.weigh("mirror", "acme/m", "--from", hub.url)
    for path in ("", "/tree/main?recursive=true", "/revision/main?blobs=true"):
        a = house.get(f"/api/models/acme/m{path}")
        assert a.status == 200 and "xet" not in json.dumps(a.json).lower()
    assert "xet" not in str(house.ask("HEAD", f"/acme/m/resolve/main/{W}").headers).lower()
