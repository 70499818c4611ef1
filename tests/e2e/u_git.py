"""A forge as a source (bring.c): which commit a name means, its objects without history,
where large files are; and servers that lie about any of it.  The numbers are those of
fetch/gitwire.h and repo/stage.h."""
import base64
import hashlib
import os
import shutil
import struct
import subprocess
import zlib

import pytest

import models
from house import BUILD, clean_env, run
from upstream import Hub
from upstream_repo import BLOB, COMMIT, TREE, Pack, git_id

WEIGHTS = models.noise(300_000, 1)
FILES = {"README.md": models.CARD, "w.safetensors": WEIGHTS, "sub/a.txt": b"a\n",
         "sub/b/c.bin": models.noise(50_000, 2)}
PACK, BATCH = "POST .*upload-pack", "objects/batch"


@pytest.fixture
def forge(tmp):
    with Hub(tmp, {"acme/m": FILES}) as h:
        h["acme/m"].commit({**FILES, "README.md": b"second\n"})
        yield h


def bring(tmp, kind, base, *more, name="acme/m"):
    (tmp / "data").mkdir(exist_ok=True)
    r = run(BUILD / "tests/e2e/bring", kind, base, tmp / "data", name, *more,
            env=clean_env(tmp))
    assert r.code == 0, r
    return r.json


def stage_git(tmp, *args):
    return subprocess.run(["git", "--git-dir", tmp / "data/incoming/stages/story", *args],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def check_brought(tmp, told, repo, commit=None):
    files = repo.revisions[commit or repo.head]
    assert told["commit"] == (commit or repo.head), told
    assert told["objects"] == told["entries"] == told["locate"] == "ok", told
    assert told["files"].keys() == files.keys()
    for path, f in files.items():
        one = told["files"][path]
        assert (one["git"], one["size"]) == (f.git.hex(), f.size)
        assert one.get("sha256") == f.sha256
    assert told["bytes"].keys() == {p for p, f in files.items() if f.lfs}


# --- as it should be --------------------------------------------------------------


def test_a_forge(forge, tmp):
    repo = forge["acme/m"]
    told = bring(tmp, "git", forge.url)
    check_brought(tmp, told, repo)
    assert told["branch"] == "main" and not told["tag"]
    assert stage_git(tmp, "cat-file", "-e", repo.head).returncode == 0
    assert stage_git(tmp, "cat-file", "-e", repo.parents[repo.head]).returncode != 0, \
        "history was fetched, too"
    assert "error" not in stage_git(tmp, "fsck", "--strict", repo.head).stdout
    oid = repo.files["w.safetensors"].sha256
    assert told["bytes"]["w.safetensors"]["url"] == f"{forge.url}/acme/m.git/lfs/{oid}"


def test_a_hub_that_offers_git(forge, tmp):
    check_brought(tmp, bring(tmp, "hub", forge.url), forge["acme/m"])
    assert forge.calls("upload-pack", "POST") == 1


@pytest.mark.parametrize("deed, options", [
    ("broken", {"status": 500}), ("broken", {"status": 400}), ("portal", {}),
    ("instead", {"data": b""}), ("instead", {"data": b"0017ERR unknown command"}),
    ("redirect", {"to": "/elsewhere"})])
def test_a_hub_whose_git_wants_to_be_met_first(forge, tmp, deed, options):
    """Its commit is asked for without asking what its git can; who does not understand
    that is asked, and then for the commit again."""
    forge.misbehave(deed, PACK, times=1, **options)
    check_brought(tmp, bring(tmp, "hub", forge.url), forge["acme/m"])
    assert forge.calls("info/refs") == 1 and forge.calls("upload-pack", "POST") == 2


@pytest.mark.parametrize("deed, options", [
    ("missing", {}), ("gated", {"status": 401}), ("broken", {"status": 503}), ("too_many", {})])
def test_a_no_of_a_hubs_git_is_one(forge, tmp, deed, options):
    forge.misbehave(deed, PACK, times=1, **options)
    assert bring(tmp, "hub", forge.url)["objects"] != "ok"
    assert forge.calls("info/refs") == 0 and forge.calls("upload-pack", "POST") == 1


def test_what_is_there_is_not_asked_for_again(forge, tmp):
    bring(tmp, "hub", forge.url)
    forge.fresh()
    check_brought(tmp, bring(tmp, "hub", forge.url), forge["acme/m"])
    assert forge.calls("upload-pack", "POST") == 0


@pytest.mark.parametrize("rev, branch, tag", [
    ("main", "main", False), ("old", "old", False), ("v1", "v1", True), ("HEAD", "main", False),
    ("refs/heads/old", "old", False), ("refs/tags/v1", "v1", True), ("refs/pr/1", "", False)])
@pytest.mark.parametrize("way", ["http", "file"])
def test_names(forge, tmp, rev, branch, tag, way):
    repo = forge["acme/m"]
    first = repo.parents[repo.head]
    repo.tag("v1", first)
    repo.point("refs/heads/old", first)
    repo.point("refs/pr/1", first)
    repo.point("refs/heads/older", repo.head)
    base = forge.url if way == "http" else repo.folder.parent.parent
    told = bring(tmp, "git", base, rev)
    assert told["commit"] == (repo.head if branch == "main" else first), told
    assert (told["branch"], told["tag"]) == (branch, tag)
    assert told["objects"] == "ok", told


@pytest.mark.parametrize("way", ["http", "file"])
def test_a_tag_that_is_an_object(forge, tmp, way):
    repo = forge["acme/m"]
    subprocess.run(["git", "--git-dir", repo.folder, "-c", "user.name=a", "-c",
                    "user.email=b", "tag", "-a", "v2", "-m", "two", repo.head], check=True)
    told = bring(tmp, "git", forge.url if way == "http" else repo.folder.parent.parent, "v2")
    assert told["commit"] == repo.head and told["tag"] and told["objects"] == "ok"


def test_a_commit_by_its_id(forge, tmp):
    repo = forge["acme/m"]
    first = repo.parents[repo.head]
    told = bring(tmp, "git", forge.url, first)
    check_brought(tmp, told, repo, first)
    assert told["branch"] == ""


@pytest.mark.parametrize("rev", ["nix", "mai", "refs/heads/nix", "a b", "..", "f" * 39])
@pytest.mark.parametrize("way", ["http", "file"])
def test_a_name_that_nothing_has(forge, tmp, rev, way):
    base = forge.url if way == "http" else forge["acme/m"].folder.parent.parent
    assert bring(tmp, "git", base, rev)["resolve"] == "not_found"


def test_has_it_moved(forge, tmp):
    etag = bring(tmp, "git", forge.url)["etag"]
    assert bring(tmp, "git", forge.url, f"etag={etag}")["unchanged"]
    forge["acme/m"].commit({**FILES, "new": b"x"})
    assert not bring(tmp, "git", forge.url, f"etag={etag}")["unchanged"]


def test_the_token_goes_along(forge, tmp):
    repo = forge["acme/m"]
    repo.tokens = {"s3cret"}
    assert bring(tmp, "git", forge.url)["resolve"] == "unauthorized"
    check_brought(tmp, bring(tmp, "git", forge.url, "token=s3cret"), repo)
    shown = {a["Authorization"] for a in forge.of(r"\.git/") if a.status == 200}
    assert shown == {"Basic " + base64.b64encode(b"x-access-token:s3cret").decode()}


def test_fields_of_a_download(forge, tmp):
    forge.misbehave("batch_header", BATCH, Authorization="Bearer of this file")
    told = bring(tmp, "git", forge.url)
    assert told["bytes"]["w.safetensors"]["fields"] == "Authorization: Bearer of this file\r\n"


def test_a_thousand_small_files(tmp):
    files = {f"d{i % 7}/{i}.txt": b"%d\n" % i for i in range(1000)}
    with Hub(tmp, {"acme/many": files}) as forge:
        check_brought(tmp, bring(tmp, "git", forge.url, name="acme/many"), forge["acme/many"])


def test_differences_within_a_pack(tmp):
    """What git makes of files that are alike: OFS_DELTA, over chains."""
    text = b"".join(b"%d a line of many\n" % i for i in range(5000))
    with Hub(tmp, {"acme/m": {f"{i}.txt": text + b"%d\n" % i for i in range(30)}}) as forge:
        repo = forge["acme/m"]
        subprocess.run(["git", "--git-dir", repo.folder, "repack", "-adfq"], check=True)
        check_brought(tmp, bring(tmp, "git", forge.url), repo)
        packs = (tmp / "data/incoming/stages/story/objects/pack").glob("*.idx")
        assert "chain length = 2" in stage_git(tmp, "verify-pack", "-v", *packs).stdout


# --- from this machine --------------------------------------------------------------


@pytest.mark.parametrize("layout", ["acme/m.git", "acme/m", "acme/m/.git"])
def test_a_folder_of_git(forge, tmp, layout):
    repo = forge["acme/m"]
    at = tmp / "here" / layout
    shutil.copytree(repo.folder, at)
    for f in repo.files.values():
        if f.lfs:
            place = at / "lfs/objects" / f.sha256[:2] / f.sha256[2:4]
            place.mkdir(parents=True)
            (place / f.sha256).write_bytes(f.data)
    told = bring(tmp, "git", tmp / "here")
    check_brought(tmp, told, repo)
    assert told["bytes"]["w.safetensors"]["open"]


def test_a_large_file_that_is_not_there(forge, tmp):
    told = bring(tmp, "git", forge["acme/m"].folder.parent.parent)
    assert told["locate"] == "not_found" and "is not among the LFS objects" in told["why"]


def test_a_folder_of_folders(tmp):
    at = tmp / "models/acme/m"
    for path, data in FILES.items():
        (at / path).parent.mkdir(parents=True, exist_ok=True)
        (at / path).write_bytes(data)
    for left_out in (".git/config", ".cache/huggingface/x", ".weigh/state"):
        (at / left_out).parent.mkdir(parents=True)
        (at / left_out).write_bytes(b"no")
    told = bring(tmp, "dir", tmp / "models")
    assert told["files"].keys() == FILES.keys()
    for path, data in FILES.items():
        one = told["files"][path]
        if path.endswith((".safetensors", ".bin")):
            assert one["sha256"] == hashlib.sha256(data).hexdigest()
        else:
            assert one["git"] == git_id(BLOB, data).hex()
    assert told["bytes"]["w.safetensors"]["open"]
    etag = told["etag"]
    assert bring(tmp, "dir", tmp / "models", f"etag={etag}")["unchanged"]
    os.utime(at / "README.md", (1, 1))
    assert not bring(tmp, "dir", tmp / "models", f"etag={etag}")["unchanged"]
    assert bring(tmp, "dir", tmp / "models", "v1")["resolve"] == "not_found"
    (at / "link").symlink_to("README.md")
    assert "'link' is a link" in bring(tmp, "dir", tmp / "models")["why"]


@pytest.mark.parametrize("kind", ["git", "dir"])
def test_no_such_folder_and_none_outside(tmp, kind):
    (tmp / "in").mkdir()
    (tmp / "out/m").mkdir(parents=True)
    (tmp / "out/m/a").write_bytes(b"x")
    (tmp / "in/acme").symlink_to(tmp / "out")
    assert bring(tmp, kind, tmp / "in")["resolve"] != "ok"
    assert bring(tmp, kind, tmp / "in", name="no/thing")["resolve"] == "not_found"


# --- who does not offer git ----------------------------------------------------------


@pytest.mark.parametrize("deed, options, code", [
    ("missing", {}, "not_found"), ("portal", {}, "not_found"),
    ("instead", {"data": b"0032" + b"a" * 40 + b" HEAD\n0000"}, "not_found"),
    ("instead", {"data": b"000eversion 2\n0000"}, "not_found"),
    ("instead", {"data": b"nothing of git's"}, "malformed"),
    ("broken", {"status": 501}, "not_found"), ("broken", {"status": 405}, "not_found"),
    ("broken", {"status": 503, "retry_after": 7}, "not_yet"),
    ("too_many", {"retry_after": 7}, "not_yet"), ("gated", {"status": 401}, "unauthorized"),
    ("gated", {"status": 403}, "forbidden"), ("endless", {}, "too_big"),
    ("short", {}, "network"), ("reset", {}, "network"), ("silent", {}, "network")])
def test_info_that_is_none(forge, tmp, deed, options, code):
    forge.misbehave(deed, "info/refs", **options)
    told = bring(tmp, "git", forge.url)
    assert told["resolve"] == code, told
    if "retry_after" in options:
        assert told["wait"] == 7


def test_a_hub_without_git(forge, tmp):
    forge["acme/m"].git = False
    assert bring(tmp, "hub", forge.url)["objects"] == "not_found"


def test_a_forge_that_leads_elsewhere(forge, tmp):
    """Within the forge it is followed, and what is asked next is asked there."""
    forge.misbehave("redirect", "/acme/old.git/info",
                    to=lambda a: a.target.replace("/old.git", "/m.git"))
    told = bring(tmp, "git", forge.url, name="acme/old")
    assert told["objects"] == "ok" and forge.calls("/acme/m.git/git-upload-pack") == 2
    forge.misbehave("redirect", "/acme/m.git/info", to=f"{forge.url}/elsewhere")
    assert bring(tmp, "git", forge.url)["resolve"] == "not_found"


# --- packs that are none ---------------------------------------------------------------


def packet(data):
    return b"%04x" % (len(data) + 4) + data


def answer(pack):
    out = packet(b"packfile\n")
    for at in range(0, len(pack), 60_000):
        out += packet(b"\1" + pack[at:at + 60_000])
    return out + b"0000"


def head(commit):
    return f"tree {commit.hex()}\nauthor a <b> 1 +0000\ncommitter a <b> 1 +0000\n\nx\n".encode()


def entry(name, oid, mode=b"100644"):
    return mode + b" " + name + b"\0" + oid


def small_pack(objects):
    """[(kind, data)] as a pack; the id of the last one."""
    pack = Pack()
    for kind, data in objects:
        last = pack.add(kind, data)
    return pack.bytes(), last.hex()


def revision(text=b"hello\n", name=b"README.md", mode=b"100644"):
    blob = git_id(BLOB, text)
    tree = entry(name, blob, mode)
    return [(BLOB, text), (TREE, tree), (COMMIT, head(git_id(TREE, tree)))]


def bomb(size):
    """A pack of one object that says it has so many bytes."""
    body = struct.pack(">4sII", b"PACK", 2, 1) + Pack.head(BLOB, size) + \
        zlib.compress(b"\0" * min(size, 1 << 20))
    return body + hashlib.sha1(body).digest()


def ask_for(forge, tmp, commit, data):
    forge.misbehave("instead", PACK, data=data)
    return bring(tmp, "git", forge.url, commit)


def test_a_small_pack(forge, tmp):
    """So the ones below are refused for what they say."""
    pack, commit = small_pack(revision())
    told = ask_for(forge, tmp, commit, answer(pack))
    assert told["objects"] == "ok" and told["files"].keys() == {"README.md"}


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_an_object_that_does_not_come(forge, tmp, gone):
    objects = revision()
    commit = git_id(*objects[2]).hex()
    del objects[gone]
    told = ask_for(forge, tmp, commit, answer(small_pack(objects)[0]))
    assert told["objects"] == "mismatch" and "all that the commit leads to" in told["why"]


def test_another_commit(forge, tmp):
    pack, _ = small_pack(revision())
    assert ask_for(forge, tmp, forge["acme/m"].head, answer(pack))["objects"] == "mismatch"


@pytest.mark.parametrize("objects", [
    revision(name=b".."), revision(name=b".git"), revision(name=b"a/b"),
    revision(name=b".gitmodules"), revision(mode=b"120000"), revision(mode=b"160000")])
def test_names_and_kinds_that_may_not_be(forge, tmp, objects):
    pack, commit = small_pack(objects)
    told = ask_for(forge, tmp, commit, answer(pack))
    assert "malformed" in (told["objects"], told.get("entries")), told
    assert not told.get("files")


@pytest.mark.parametrize("data, code", [
    (answer(bomb(1 << 50)), "too_big"), (answer(bomb(1 << 33)), "too_big"),
    (answer(bomb(100))[:-30], "network"), (answer(b"no pack"), "malformed"),
    (b"", "network"), (b"<html>", "malformed"), (packet(b"packfile\n") + b"0000", "malformed"),
    (packet(b"ERR upload-pack: not our ref\n"), "not_found"),
    (packet(b"packfile\n") + packet(b"\3out of memory"), "network"),
    (packet(b"packfile\n") + packet(b"\1PACK") + b"fff1", "malformed"),
    (packet(b"acknowledgments\n") + packet(b"NAK\n") + b"0000", "malformed"),
    (answer(bomb(100)) + b"0000", "malformed")])
def test_answers_that_are_none(forge, tmp, data, code):
    told = ask_for(forge, tmp, forge["acme/m"].head, data)
    assert told["objects"] == code, told


@pytest.mark.parametrize("deed, code", [
    ("wrong_bytes", None), ("short", "network"), ("reset", "network"), ("endless", "malformed"),
    ("portal", "not_found"), ("coded", None), ("broken", "not_yet"), ("silent", "network")])
def test_a_pack_on_its_way(forge, tmp, deed, code):
    forge.misbehave(deed, PACK)
    told = bring(tmp, "git", forge.url, forge["acme/m"].head)
    assert told["objects"] != "ok" and code in (None, told["objects"]), told
    forge.behave()
    check_brought(tmp, bring(tmp, "git", forge.url), forge["acme/m"])


def test_a_pack_without_an_end(forge, tmp):
    """Words for people may come for ever; not here."""
    forge.misbehave("instead", PACK, data=packet(b"packfile\n") + packet(b"\2" + b"w" * 60_000) *
                    1200)
    assert bring(tmp, "git", forge.url, forge["acme/m"].head)["objects"] == "network"


# --- LFS -----------------------------------------------------------------------------


@pytest.mark.parametrize("deed, options, code, word", [
    ("batch_error", {}, "not_found", "Object does not exist"),
    ("batch_error", {"code": 422}, "not_found", "422"),
    ("batch_error", {"code": 503}, "not_yet", "503"),
    ("batch_href", {"to": "file:///etc/passwd"}, "malformed", ""),
    ("batch_href", {"to": "/relative"}, "malformed", ""),
    ("batch_header", {"Host": "other.example"}, "malformed", "may not have"),
    ("batch_header", {"X": "a\r\nHost: b"}, "malformed", "may not have"),
    ("instead", {"data": b'{"objects":[]}'}, "not_found", "w.safetensors"),
    ("instead", {"data": b'{"transfer":"ssh","objects":[]}'}, "malformed", "basic"),
    ("portal", {}, "malformed", ""), ("gated", {"status": 401}, "unauthorized", ""),
    ("too_many", {"retry_after": 3}, "not_yet", ""), ("endless", {}, "too_big", "")])
def test_a_batch_that_goes_wrong(forge, tmp, deed, options, code, word):
    forge["acme/m"].commit({"w.safetensors": WEIGHTS})
    forge.misbehave(deed, BATCH, **options)
    told = bring(tmp, "git", forge.url)
    assert told["locate"] == code and word in told["why"], told


def test_more_files_than_a_batch_holds(tmp):
    files = {f"{i}.safetensors": b"%d" % i for i in range(250)}
    with Hub(tmp, {"acme/m": files}) as forge:
        check_brought(tmp, bring(tmp, "git", forge.url), forge["acme/m"])
        assert forge.calls(BATCH) == 3
