"""A folder goes in with `weigh add` and comes out with `weigh pull`."""
import hashlib
import json
import re
import shutil

import pytest

import models
from house import run, sha256_of, tree_of

SHA1 = re.compile(r"[0-9a-f]{40}")


def test_add_says_what_it_did(house, tmp):
    folder = models.small(tmp / "m")
    doc = house.add(folder, "acme/small")
    assert doc["schema"] == "weigh.add/1"
    assert doc["name"] == "acme/small"
    assert SHA1.fullmatch(doc["revision"])
    files = tree_of(folder)
    assert doc["files"] == len(files)
    assert doc["bytes"] == sum((folder / f).stat().st_size for f in files)


def test_ls_files_show_status(shared):
    doc = shared.weigh("ls", "--json").json
    assert doc["schema"] == "weigh.ls/1"
    held = {m["name"]: m for m in doc["models"]}
    assert set(held) == set(shared.folder)
    assert held["acme/small"]["revision"] == shared.sha["acme/small"]

    doc = shared.weigh("files", "acme/small", "--json").json
    assert doc["schema"] == "weigh.files/1"
    want = tree_of(shared.folder["acme/small"])
    assert {f["path"]: f["sha256"] for f in doc["files"]} == want
    for f in doc["files"]:
        assert f["size"] == (shared.folder["acme/small"] / f["path"]).stat().st_size
    assert {f["path"] for f in doc["files"] if f["lfs"]} == {"model.safetensors"}

    doc = shared.weigh("show", "acme/small", "--json").json
    assert doc["schema"] == "weigh.show/1" and doc["name"] == "acme/small"
    assert doc["revision"] == shared.sha["acme/small"]

    doc = shared.weigh("status", "--json").json
    assert doc["schema"] == "weigh.status/1"
    assert doc["data"] == str(shared.data)
    assert doc["models"] == len(shared.folder)
    assert doc["blobs"] == len(shared.blobs())
    assert doc["bytes"] == sum(p.stat().st_size for p in shared.blobs().values())
    assert doc["uptime_seconds"] >= 0 and doc["version"]


def test_every_blob_is_named_by_its_bytes_and_read_only(shared):
    assert shared.blobs() and not shared.bad_blobs()
    for name, path in shared.blobs().items():
        assert path.parent.name == name[:2]
        assert path.stat().st_mode & 0o777 == 0o444
        assert path.stat().st_nlink == 1  # never a link to the user's own file


def test_midstate_lists_have_one_value_per_whole_segment(shared):
    for path in shared.blobs().values():
        size = path.stat().st_size
        mid = path.with_name(path.name + ".mid")
        entries = (size - 1) // (4 << 20) if size else 0
        assert (mid.stat().st_size if mid.exists() else 0) == 32 * entries, path


@pytest.mark.parametrize("how", ["socket", "http"])
@pytest.mark.parametrize("name", ["acme/small", "acme/sharded", "datasets/acme/rows", "solo"])
def test_pull_gives_back_the_same_bytes(shared, tmp, name, how):
    server = shared.url if how == "http" else None
    doc = shared.weigh("pull", name, "--to", tmp / "out", "--json", server=server).json
    assert doc["schema"] == "weigh.pull/1" and doc["name"] == name
    assert doc["revision"] == shared.sha[name]
    want = tree_of(shared.folder[name])
    assert tree_of(tmp / "out") == want
    assert doc["files"] == len(want)
    assert doc["bytes"] == sum((shared.folder[name] / f).stat().st_size for f in want)


def test_pull_again_fetches_nothing(shared, tmp):
    shared.weigh("pull", "acme/sharded", "--to", tmp / "out", server=shared.url)
    before = shared.metric("weighhouse_http_body_bytes_total")
    shared.weigh("pull", "acme/sharded", "--to", tmp / "out", server=shared.url)
    assert shared.metric("weighhouse_http_body_bytes_total") - before < 1 << 20
    assert tree_of(tmp / "out") == tree_of(shared.folder["acme/sharded"])


def test_a_file_of_the_users_own_is_not_overwritten_unasked(shared, tmp):
    models.write(tmp / "out", {"config.json": b"mine"})
    shared.weigh("pull", "acme/small", "--to", tmp / "out", code=1)
    assert (tmp / "out/config.json").read_bytes() == b"mine"
    shared.weigh("pull", "acme/small", "--to", tmp / "out", "--yes")
    assert tree_of(tmp / "out") == tree_of(shared.folder["acme/small"])


@pytest.mark.parametrize("change", [b"changed", b'{"model_type":"smalL"}\n'], ids=["size", "bytes"])
def test_a_changed_copy_is_never_called_good(shared, tmp, change):
    """Whatever pull does about it, it does not say done with the wrong bytes."""
    shared.weigh("pull", "acme/small", "--to", tmp / "out")
    (tmp / "out/config.json").write_bytes(change)
    shared.weigh("verify", "--dir", tmp / "out", code=5)
    shared.weigh("pull", "acme/small", "--to", tmp / "out", "--yes")
    assert tree_of(tmp / "out") == tree_of(shared.folder["acme/small"])


def test_verify_reads_all_of_it(shared):
    doc = shared.weigh("verify", "acme/small", "--json").json
    assert doc["schema"] == "weigh.verify/1"
    files = tree_of(shared.folder["acme/small"])
    assert doc["files"] == len(files) and doc["bad"] == []
    assert doc["bytes"] == sum((shared.folder["acme/small"] / f).stat().st_size for f in files)


def test_verify_dir_needs_no_daemon(shared, tmp):
    shared.weigh("pull", "acme/small", "--to", tmp / "out")
    shared.weigh("verify", "--dir", tmp / "out", server="unix:/nonexistent")
    (tmp / "out/config.json").write_text("changed")
    r = shared.weigh("verify", "--dir", tmp / "out", "--json", server="unix:/nonexistent", code=5)
    assert [b["path"] for b in r.json["bad"]] == ["config.json"]


def test_adding_the_same_again_changes_nothing(house, tmp):
    folder = models.small(tmp / "m")
    first = house.add(folder, "acme/m")
    blobs = {p: p.stat().st_ino for p in house.blobs().values()}
    again = house.add(folder, "acme/m")
    assert again["revision"] == first["revision"]
    assert {p: p.stat().st_ino for p in house.blobs().values()} == blobs


def test_a_new_revision_and_the_old_one(house, tmp):
    one = models.small(tmp / "one", 1)
    two = models.small(tmp / "two", 2)
    first = house.add(one, "acme/m")["revision"]
    second = house.add(two, "acme/m", "-m", "better")["revision"]
    assert first != second
    house.weigh("pull", "acme/m", "--to", tmp / "new")
    house.weigh("pull", f"acme/m@{first}", "--to", tmp / "old")
    assert tree_of(tmp / "new") == tree_of(two)
    assert tree_of(tmp / "old") == tree_of(one)
    log = git(house, "acme/m", "log", "--format=%H %P %s", "main").splitlines()
    assert len(log) == 2 and log[0].startswith(f"{second} {first} better")


def test_a_branch(house, tmp):
    one = models.tiny(tmp / "one", 1)
    two = models.tiny(tmp / "two", 2)
    main = house.add(one, "acme/m")["revision"]
    side = house.add(two, "acme/m", "--revision", "dev/next")["revision"]
    house.weigh("pull", "acme/m@dev/next", "--to", tmp / "out")
    assert tree_of(tmp / "out") == tree_of(two)
    refs = house.get("/api/models/acme/m/refs").json
    assert {b["name"]: b["targetCommit"] for b in refs["branches"]} == {
        "main": main, "dev/next": side}
    assert house.get("/api/models/acme/m").json["sha"] == main


def test_a_file_that_was_removed_is_gone_in_the_next_revision(house, tmp):
    folder = models.small(tmp / "m")
    first = house.add(folder, "acme/m")["revision"]
    (folder / "config.json").unlink()
    house.add(folder, "acme/m")
    assert house.get("/acme/m/resolve/main/config.json").status == 404
    assert house.get(f"/acme/m/resolve/{first}/config.json").status == 200


def test_all_of_it_is_there_after_a_restart(house, tmp):
    folder = models.small(tmp / "m")
    house.add(folder, "acme/m")
    before = house.weigh("files", "acme/m", "--json").json
    house.restart()
    assert house.weigh("files", "acme/m", "--json").json == before
    house.weigh("pull", "acme/m", "--to", tmp / "out")
    assert tree_of(tmp / "out") == tree_of(folder)


def test_not_found_and_its_exit_status(shared):
    for args in (["files", "acme/none"], ["show", "acme/none"], ["verify", "acme/none"],
                 ["files", "acme/small@none"], ["files", "acme/small@" + "0" * 40]):
        shared.weigh(*args, code=3)
        r = shared.weigh(*args, "--json", code=3)
        assert r.json["error"]["code"] == "not_found", r


def test_pull_of_what_is_not_there_makes_no_folder(shared, tmp):
    for server in (None, shared.url):
        shared.weigh("pull", "acme/none", "--to", tmp / "out", server=server, code=3)
    assert not (tmp / "out").exists()


def test_nobody_answers(tmp, shared):
    shared.weigh("ls", server="http://127.0.0.1:1", code=7)
    shared.weigh("ls", server=f"unix:{tmp}/none.sock", code=7)
    shared.weigh("pull", "acme/small", "--to", tmp / "out", server="http://127.0.0.1:1", code=7)


def test_over_tcp_only_reading_is_allowed(shared, tmp):
    shared.weigh("ls", server=shared.url)
    shared.weigh("add", shared.folder["solo"], "acme/other", server=shared.url, code=6)
    shared.weigh("files", "acme/other", code=3)


def test_json_is_one_document_and_people_get_tables(shared):
    for verb in (["ls"], ["files", "acme/small"], ["show", "acme/small"], ["status"],
                 ["verify", "solo"], ["key", "export"]):
        r = shared.weigh(*verb, "--json")
        assert json.loads(r.out)["schema"].startswith("weigh." + verb[0])
        r = shared.weigh(*verb)
        assert r.out.strip() and "\x1b" not in r.out + r.err, r


def test_key_export_is_a_public_key(shared):
    out = shared.weigh("key", "export").out
    assert "PRIVATE" not in out and out.strip(), out
    for key in (shared.data / "keys").iterdir():
        assert key.stat().st_mode & 0o077 == 0, key


def git(house, name, *args):
    repo = house.data / "repos/models" / (name + ".git")
    r = run("git", "-c", f"safe.directory={repo}", "-C", repo, *args, env=house.env)
    assert r.code == 0, r
    return r.out


def test_git_itself_accepts_the_repository(house, tmp):
    folder = models.small(tmp / "m")
    sha = house.add(folder, "acme/m")["revision"]
    house.add(models.sharded(tmp / "s"), "acme/m")
    git(house, "acme/m", "fsck", "--strict", "--full")
    r = run("git", "-c", "safe.directory=*", "clone", "-q",
            house.data / "repos/models/acme/m.git", tmp / "clone", env=house.env)
    assert r.code == 0, r
    r = run("git", "-C", tmp / "clone", "fsck", "--strict", env=house.env)
    assert r.code == 0 and r.out == "", r
    run("git", "-C", tmp / "clone", "checkout", "-q", sha, env=house.env)
    weights = folder / "model.safetensors"
    pointer = (tmp / "clone/model.safetensors").read_text()
    assert pointer == ("version https://git-lfs.github.com/spec/v1\n"
                       f"oid sha256:{sha256_of(weights)}\nsize {weights.stat().st_size}\n")
    assert (tmp / "clone/config.json").read_bytes() == (folder / "config.json").read_bytes()


def test_gitattributes_decide_what_is_lfs(house, tmp):
    folder = models.write(tmp / "m", {
        ".gitattributes": b"*.big filter=lfs diff=lfs merge=lfs -text\n",
        "a.big": b"small, but asked for\n",
        "b.safetensors": models.safetensors(1000),
        "c.txt": models.noise(11 << 20),
    })
    house.add(folder, "acme/m")
    files = house.weigh("files", "acme/m", "--json").json["files"]
    assert {f["path"] for f in files if f["lfs"]} == {"a.big", "c.txt"}


def test_without_gitattributes_size_and_the_hubs_list_decide(house, tmp):
    folder = models.write(tmp / "m", {
        "a.safetensors": models.safetensors(1000), "b.txt": b"x", "c.txt": b"y" * (1 << 20 | 1),
    })
    house.add(folder, "acme/m")
    files = house.weigh("files", "acme/m", "--json").json["files"]
    assert {f["path"] for f in files if f["lfs"]} == {"a.safetensors", "c.txt"}


def test_a_git_folder_is_not_published_but_dot_files_are(house, tmp):
    folder = models.write(tmp / "m", {
        ".git/config": b"[core]\n", ".dot": b"x", "sub/.dot": b"y", "README.md": b"# m\n"})
    house.add(folder, "acme/m")
    files = house.weigh("files", "acme/m", "--json").json["files"]
    assert [f["path"] for f in files] == [".dot", "README.md", "sub/.dot"]


def test_the_same_bytes_are_kept_once(house, tmp):
    folder = models.tiny(tmp / "m")
    shutil.copy(folder / "w.bin", folder / "again.bin")
    house.add(folder, "acme/m")
    house.add(folder, "acme/n")
    want = hashlib.sha256((folder / "w.bin").read_bytes()).hexdigest()
    assert want in house.blobs()
    assert house.weigh("status", "--json").json["blobs"] == len(house.blobs()) == 2
