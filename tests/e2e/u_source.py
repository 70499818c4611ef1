"""A source alone (tell.c): what a Hub says is read strictly, and a Hub that lies or repeats
itself is refused by name.  The numbers are those of weigh/upstream.h and fetch/source.h."""
import hashlib
import json
import time

import pytest

import models
from house import BUILD, House, clean_env, run
from upstream import Hub

WEIGHTS = models.noise(300_000, 1)
FILES = {"README.md": models.CARD, "w.safetensors": WEIGHTS, "sub/a.txt": b"a\n",
         "sub/b/c.bin": models.noise(50_000, 2), "sub.txt": b"sorts before sub/\n"}
ALL = sorted([*FILES, ".gitattributes"], key=str.encode)  # which the Hub adds
TREE = "/tree/"


@pytest.fixture
def hub(tmp):
    with Hub(tmp, {"acme/m": FILES}) as h:
        yield h


def tell(hub, tmp, name="acme/m", *more):
    r = run(BUILD / "tests/e2e/tell", hub.url, name, *more, env=clean_env(tmp))
    assert r.code == 0, r
    return r.json


def paths(told):
    return [f["path"] for f in told["list"]["files"]]


# --- as it should be --------------------------------------------------------------


def test_what_a_hub_tells(hub, tmp):
    told = tell(hub, tmp)
    assert told["code"] == told["list"]["code"] == "ok", told
    assert told["commit"] == hub["acme/m"].head and told["branch"] == "main"
    assert not told["segments"] and not told["gated"] and told["date"] > 0
    assert paths(told) == ALL
    of = {f["path"]: f for f in told["list"]["files"]}
    assert of["w.safetensors"]["lfs"] and not of["README.md"]["lfs"]
    assert of["w.safetensors"]["id"] == hashlib.sha256(WEIGHTS).hexdigest()
    assert of["sub/a.txt"]["url"] == f"{hub.url}/acme/m/resolve/{told['commit']}/sub/a.txt"


def test_pages_are_read_to_the_last(hub, tmp):
    hub.page = 2
    told = tell(hub, tmp)
    assert paths(told) == ALL
    assert hub.calls(TREE) == 4  # six files and two folders


def test_one_call_tells_a_branch_and_one_each_page_the_rest(hub, tmp):
    tell(hub, tmp)
    assert [a.path.split("/")[5] if a.path.count("/") > 4 else "info" for a in hub.asked] == \
        ["info", "tree"]


@pytest.mark.parametrize("rev, branch, tag", [
    ("main", "main", False), ("dev", "dev", False), ("v1", "v1", True),
    ("refs/heads/dev", "dev", False), ("refs/tags/v1", "v1", True)])
def test_branches_and_tags(hub, tmp, rev, branch, tag):
    repo = hub["acme/m"]
    repo.branches["dev"] = repo.tags["v1"] = repo.head
    repo.branches["refs/heads/dev"] = repo.branches["refs/tags/v1"] = repo.head
    told = tell(hub, tmp, f"acme/m@{rev}")
    assert (told["code"], told["branch"], told["tag"]) == ("ok", branch, tag), told


def test_a_commit_by_its_id_has_no_branch(hub, tmp):
    commit = hub["acme/m"].head
    told = tell(hub, tmp, f"acme/m@{commit}")
    assert told["commit"] == commit and told["branch"] == ""


def test_what_has_not_moved_costs_one_short_answer(hub, tmp):
    etag = tell(hub, tmp)["etag"]
    hub.fresh()
    assert tell(hub, tmp, "acme/m", etag)["unchanged"]
    assert [a.status for a in hub.asked] == [304] and hub.sent() == 0
    hub["acme/m"].commit({**FILES, "new": b"x"})
    told = tell(hub, tmp, "acme/m", etag)
    assert not told["unchanged"] and told["etag"] != etag and "new" in paths(told)


def test_a_repository_that_has_moved_tells_its_new_name(hub, tmp):
    hub.moved["old/name"] = "acme/m"
    told = tell(hub, tmp, "old/name")
    assert told["code"] == "ok" and told["repo"] == "acme/m"


def test_another_weighd_is_a_hub_that_can_tell_segments(tmp):
    house = House(tmp).start()
    folder = models.small(tmp / "m")
    commit = house.add(folder, "acme/m")["revision"]
    told = tell(house, tmp)
    house.stop()
    assert told["commit"] == commit and told["segments"]
    assert paths(told) == sorted((p.relative_to(folder).as_posix()
                                  for p in folder.rglob("*") if p.is_file()), key=str.encode)


def test_a_hundred_thousand_entries(tmp):
    entries = [{"type": "file", "oid": "0" * 40, "size": i, "path": f"d{i % 100}/f{i}"}
               for i in range(100_000)]
    with Hub(tmp, {"acme/m": FILES}) as hub:
        repo = hub["acme/m"]
        hub.listings["models", "acme/m", repo.head, "", True] = entries
        began = time.monotonic()
        told = tell(hub, tmp)
        took = time.monotonic() - began
    assert told["list"]["code"] == "ok" and told["list"]["count"] == 100_000
    assert told["list"]["bytes"] == sum(range(100_000))
    assert hub.calls(TREE) == 100 and took < 15


# --- as it should not be ------------------------------------------------------------


@pytest.mark.parametrize("name, deed, more, code", [
    ("acme/none", None, {}, "not_found"),
    ("acme/m@nope", None, {}, "not_found"),
    ("acme/m", "gated", dict(status=401), "unauthorized"),
    ("acme/m", "gated", dict(status=403), "forbidden"),
    ("acme/m", "too_many", dict(retry_after=7), "not_yet"),
    ("acme/m", "broken", dict(status=503), "not_yet"),
    ("acme/m", "portal", {}, "malformed"),
    ("acme/m", "garbage", {}, "network"),
    ("acme/m", "endless_head", {}, "malformed"),
    ("acme/m", "reset", {}, "network"),
    ("acme/m", "short", {}, "network"),
])
def test_no_answer_of_a_hub(hub, tmp, name, deed, more, code):
    if deed:
        hub.misbehave(deed, **more)
    told = tell(hub, tmp, name)
    assert told["code"] == code and told["why"], told
    assert told["wait"] == more.get("retry_after", -1)


@pytest.mark.parametrize("edit", [
    {"sha": "c" * 39}, {"sha": None}, {"sha": ["c" * 40]}, {"id": "../../etc"}, {"id": 7},
    {"gated": 3}])
def test_an_info_that_is_none(hub, tmp, edit):
    hub.misbehave("edit", "/api/", do=lambda doc: {**doc, **edit})
    assert tell(hub, tmp)["code"] == "malformed"


def test_another_commit_than_the_one_asked_for(hub, tmp):
    commit = hub["acme/m"].head
    hub.misbehave("edit", "/api/", do=lambda doc: {**doc, "sha": "c" * 40})
    told = tell(hub, tmp, f"acme/m@{commit}")
    assert told["code"] == "mismatch" and commit in told["why"]


def test_a_repository_that_its_hub_has_disabled(hub, tmp):
    hub.misbehave("edit", "/api/", do=lambda doc: {**doc, "disabled": True})
    assert tell(hub, tmp)["code"] == "forbidden"


@pytest.mark.parametrize("deed, more, code, word", [
    ("paging_repeats", {}, "malformed", "twice"),
    ("pages_without_end", {}, "malformed", "twice"),
    ("next_elsewhere", dict(to="http://127.0.0.9:9"), "policy_denied", "another host"),
    ("next_elsewhere", dict(to="file://"), "malformed", "next page"),
    ("next_elsewhere", dict(to="http://127.0.0.1/" + "x" * 3000), "malformed", "next page"),
    ("tree_renames", dict(path="sub.txt", to="../../sub.txt"), "malformed", ".."),
    ("tree_renames", dict(path="sub.txt", to="/etc/passwd"), "malformed", "listing"),
    ("tree_renames", dict(path="sub.txt", to="a/.git/config"), "malformed", "listing"),
    ("tree_renames", dict(path="sub.txt", to="a\0b"), "malformed", "listing"),
    ("tree_renames", dict(path="sub.txt", to="a\nb"), "malformed", "listing"),
    ("tree_renames", dict(path="sub.txt", to="sub/a.txt"), "malformed", "twice"),
    ("tree_renames", dict(path="sub.txt", to="sub/a.txt/b"), "malformed", "is a file"),
    ("tree_says", dict(path="w.safetensors", lfs={"oid": "z" * 64}), "malformed", "SHA-256"),
    ("tree_says", dict(path="w.safetensors", lfs={"oid": "../" * 21 + "a"}), "malformed",
     "SHA-256"),
    ("tree_says", dict(path="w.safetensors", lfs={"size": 5}), "malformed", "size"),
    ("tree_says", dict(path="w.safetensors", size=-1), "malformed", "listing"),
    ("tree_says", dict(path="w.safetensors", size=1 << 63), "malformed", "listing"),
    ("tree_says", dict(path="sub.txt", oid="x"), "malformed", "git id"),
    ("tree_says", dict(path="sub.txt", type="link"), "malformed", "neither"),
    ("instead", dict(data=b"[] []"), "malformed", "byte"),
    ("instead", dict(data=b"[{"), "malformed", "byte"),
    ("instead", dict(data=b"[" * 100000), "malformed", ""),
    ("instead", dict(data=b'[{"x":' + b"[" * 100000), "too_big", "levels"),
    ("endless", {}, "too_big", ""),
    ("loop", {}, "policy_denied", ""),
])
def test_a_listing_that_is_none(hub, tmp, deed, more, code, word):
    hub.misbehave(deed, TREE, **more)
    told = tell(hub, tmp)
    assert told["code"] == "ok"
    assert told["list"]["code"] == code and word in told["list"]["why"], told["list"]
    assert told["list"]["count"] == 0 and hub.calls(TREE) <= 8


def test_names_that_differ_in_case_are_two_files(hub, tmp):
    hub.misbehave("tree_adds", TREE, like="sub.txt", path="SUB.TXT")
    assert {"sub.txt", "SUB.TXT"} <= set(paths(tell(hub, tmp)))


def test_nothing_of_xet_comes_through(hub, tmp):
    assert "xet" in json.dumps(hub.listing(hub["acme/m"], hub["acme/m"].head, "", True)).lower()
    assert "xet" not in json.dumps(tell(hub, tmp)).lower()
