"""One bit of a blob turns over on disk: never served, named exactly, healed."""
import pytest

import models
from house import sha256_of, tree_of

MiB = 1 << 20
PATH = "model.safetensors"
URL = f"/acme/m/resolve/main/{PATH}"


@pytest.fixture
def rotten(house, tmp):
    """acme/m with one bit flipped in the second of its three segments."""
    folder = models.small(tmp / "m")
    house.add(folder, "acme/m")
    house.sha = sha256_of(folder / PATH)
    assert house.get(URL).status == 200
    flip(house.blobs()[house.sha], 5 * MiB + 17)
    return folder


def flip(path, offset, bit=4):
    path.chmod(0o644)
    with open(path, "r+b") as f:
        f.seek(offset)
        byte = f.read(1)[0]
        f.seek(offset)
        f.write(bytes([byte ^ 1 << bit]))
    path.chmod(0o444)


def serves_nothing_bad(house, folder):
    """Whatever is answered, it is not the bad bytes."""
    good = (folder / PATH).read_bytes()
    for spec in (None, "bytes=0-99", "bytes=5242880-5243000", "bytes=9000000-"):
        a = house.get(URL, **({"Range": spec} if spec else {}))
        if a.status == 200:
            assert a.body == good
        elif a.status == 206:
            first = int(spec.removeprefix("bytes=").split("-")[0])
            assert a.body == good[first:first + len(a.body)]


def test_the_next_get_after_the_flip_is_not_the_bad_bytes(house, rotten):
    serves_nothing_bad(house, rotten)


def test_pull_after_the_flip_does_not_keep_it(house, rotten, tmp):
    r = house.weigh("pull", "acme/m", "--to", tmp / "out", "--include", PATH, code=5)
    assert f"weigh: cannot pull acme/m into '{tmp / 'out'}'\n  why: '{PATH}': " in r.err, r
    assert not (tmp / "out" / PATH).exists()


def test_verify_names_path_digest_and_segment(house, rotten):
    r = house.weigh("verify", "acme/m", "--json", code=5)
    bad = r.json["bad"]
    assert [(b["path"], b["sha256"]) for b in bad] == [(PATH, house.sha)]
    assert "segment 1" in bad[0]["problem"] and "4194304-8388607" in bad[0]["problem"], bad
    r = house.weigh("verify", "acme/m", code=5)
    assert PATH in r.out + r.err and house.sha[:12] in r.out + r.err, r


def test_found_bad_is_never_served_again(house, rotten):
    house.weigh("verify", "acme/m", code=5)
    for restarted in (False, True):
        for spec in (None, "bytes=0-99", "bytes=5242880-5243000"):
            a = house.get(URL, **({"Range": spec} if spec else {}))
            assert a.status in (404, 503), (restarted, a)
            assert len(a.body) < 4096 and a.json["error"]
        house.restart()
    assert house.get("/acme/m/resolve/main/config.json").status == 200  # the others go on


def test_found_bad_is_moved_aside(house, rotten):
    house.weigh("verify", "acme/m", code=5)
    assert house.sha not in house.blobs() and house.bad_blobs() == []
    kept = [p for p in (house.data / "quarantine").iterdir() if p.name.startswith(house.sha)]
    assert kept


def test_found_bad_is_seen_where_one_looks(house, rotten, tmp):
    house.add(models.tiny(tmp / "good"), "acme/good")

    def seen():
        rows = {m["name"]: (m["bad"], m["decision"])
                for m in house.weigh("ls", "--json").json["models"]}
        files = house.weigh("files", "acme/m", "--json").json["files"]
        show = house.weigh("show", "acme/m", "--json").json
        return rows, [f["path"] for f in files if f["bad"]], (show["bad"], show["decision"])
    good = {"acme/good": (0, "allow")}
    assert seen() == (good | {"acme/m": (0, "allow")}, [], (0, "allow"))
    assert "BAD" not in house.weigh("ls").out
    house.weigh("verify", "acme/m", code=5)
    assert seen() == (good | {"acme/m": (1, "deny")}, [PATH], (1, "deny"))
    for verb in (["ls"], ["files", "acme/m"]):
        r = house.weigh(*verb)
        assert "BAD" in r.out and r.err.endswith("next: weigh doctor\n"), r
    house.add(rotten, "acme/m")
    assert seen() == (good | {"acme/m": (0, "allow")}, [], (0, "allow"))


def test_adding_the_model_again_heals(house, rotten, tmp):
    first = house.weigh("show", "acme/m", "--json").json["revision"]
    house.weigh("verify", "acme/m", code=5)
    assert house.add(rotten, "acme/m")["revision"] == first
    assert house.get(URL).body == (rotten / PATH).read_bytes()
    assert house.weigh("verify", "acme/m", "--json").json["bad"] == []
    house.weigh("pull", "acme/m", "--to", tmp / "out")
    assert tree_of(tmp / "out") == tree_of(rotten)


def test_adding_again_heals_also_what_no_verify_has_found(house, rotten):
    house.add(rotten, "acme/m")
    assert house.get(URL).body == (rotten / PATH).read_bytes()
    house.weigh("verify", "acme/m")


@pytest.mark.parametrize("what", ["appended", "truncated", "zeroed", "deleted"])
def test_other_damage_is_found_too(house, tmp, what):
    folder = models.small(tmp / "m")
    house.add(folder, "acme/m")
    sha = sha256_of(folder / PATH)
    path = house.blobs()[sha]
    path.chmod(0o644)
    if what == "deleted":
        path.unlink()
    else:
        with open(path, "r+b") as f:
            size = f.seek(0, 2)
            if what == "appended":
                f.write(b"\0")
            elif what == "truncated":
                f.truncate(size - 1)
            else:
                f.seek(6 * MiB)
                f.write(bytes(4096))
    serves_nothing_bad(house, folder)
    bad = house.weigh("verify", "acme/m", "--json", code=5).json["bad"]
    assert [(b["path"], b["sha256"]) for b in bad] == [(PATH, sha)]
    assert house.get(URL).status in (404, 503)
    house.restart()
    assert house.get(URL).status in (404, 503)


def test_a_small_file_is_watched_as_well(house, tmp):
    folder = models.small(tmp / "m")
    house.add(folder, "acme/m")
    sha = sha256_of(folder / "config.json")
    flip(house.blobs()[sha], 3)
    a = house.get("/acme/m/resolve/main/config.json")
    assert a.status != 200 or a.body == (folder / "config.json").read_bytes()
    bad = house.weigh("verify", "acme/m", "--json", code=5).json["bad"]
    assert [(b["path"], b["sha256"]) for b in bad] == [("config.json", sha)]


REF = "repos/models/acme/m.git/refs/heads/main"


@pytest.mark.parametrize("bytes_of_ref", [b"", bytes(41), None], ids=["empty", "zeroed", "gone"])
def test_the_only_ref_is_lost_and_the_repository_stays(house, tmp, bytes_of_ref):
    """A repository without a ref looks like one that was taken back; this one was not."""
    folder = models.small(tmp / "m")
    house.add(folder, "acme/m")
    house.stop()
    ref = house.data / REF
    objects = {p.name for p in (ref.parents[2] / "objects").rglob("*") if p.is_file()}
    text = ref.read_bytes()
    if bytes_of_ref is None:
        ref.unlink()
    else:
        ref.write_bytes(bytes_of_ref)
    for catalog in (False, True):
        house.start()
        assert {p.name for p in (ref.parents[2] / "objects").rglob("*") if p.is_file()} == objects
        if bytes_of_ref is None:
            assert any("all its refs are gone" in line for line in house.log), house.log
        if not catalog:
            assert house.get(URL).body == (folder / PATH).read_bytes()
        house.stop()
        for p in house.data.glob("catalog.db*"):
            p.unlink()
    ref.write_bytes(text)
    house.start()
    assert house.get(URL).status in (200, 503)
    house.weigh("verify", "acme/m")
    assert house.get(URL).body == (folder / PATH).read_bytes()
