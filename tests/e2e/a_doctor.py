"""weigh doctor: is all well, and how is mended what is not?"""
import json
import os
import socket
import subprocess

import pytest

import models
from house import BUILD, House, clean_env, run, sha256_of

MiB = 1 << 20


def doctor(house, *args, code=0, server=None):
    """check -> its findings, each (state, what, fix)."""
    d = house.weigh("doctor", "--json", *args, code=code, server=server).json
    assert d["schema"] == "weigh.doctor/1"
    return sort_out(d)


def sort_out(d):
    found = {}
    for c in d["checks"]:
        assert c["state"] in ("ok", "warn", "bad") and c["what"], c
        assert bool(c["fix"]) == (c["state"] != "ok"), c  # a fix for what is not ok, and only then
        found.setdefault(c["check"], []).append((c["state"], c["what"], c["fix"]))
    for state in ("ok", "warn", "bad"):
        assert d[state] == sum(f[0] == state for fs in found.values() for f in fs)
    return found


def bad_checks(found):
    return {check for check, fs in found.items() if any(f[0] == "bad" for f in fs)}


def test_a_house_that_is_well(house, tmp):
    house.add(models.tiny(tmp / "m"), "acme/m")
    for args in ([], ["--full"]):
        found = doctor(house, *args)
        assert bad_checks(found) == set()
        assert set(found) == {
            "server", "socket", "folder", "port", "data", "disk", "inodes", "descriptors",
            "memory", "clock", "catalog", "catalog-file", "journal", "key", "doors", "bytes",
            "hidden", "scrub", "kernel", "sandbox", "outside"}
    assert "each follows from the one before" in found["journal"][0][1]
    assert found["scrub"][0][0] == "ok", found["scrub"]  # hashed on its way in, just now
    r = house.weigh("doctor")
    assert "ok    clock " in r.out and "none bad" in r.err, r


def test_the_other_ways_to_say_it(house):
    os.chmod(house.data / "keys/mirror.key", 0o640)
    r = house.weigh("doctor", code=1)
    assert "\nbad   key           keys/mirror.key has mode 0640" in r.out
    assert f"\n                    fix: chmod 600 '{house.data}/keys/mirror.key'" in r.out
    assert r.err.startswith("weigh: not all is well\n  why: 1 of 21 checks is bad"), r
    head, *lines = house.weigh("doctor", "--format", "tsv", code=1).out.splitlines()
    assert head == "check\tstate\twhat\tfix" and all(len(x.split("\t")) == 4 for x in lines)
    quiet = house.weigh("doctor", "-q", code=1).out.split()
    assert "key" in quiet and "clock" not in quiet  # what is not ok


def break_key(house):
    (house.data / "keys/mirror.key").unlink()


def break_socket(house):
    os.chmod(house.data / "control.sock", 0o666)


def break_catalog_file(house):
    (house.data / "catalog.db").rename(house.data / "elsewhere.db")


def break_journal_end(house):
    with open(house.data / "audit/journal.ndjson", "a", encoding="utf-8") as f:
        f.write("{}\n")


def break_folder(house):
    """Not even root writes where there is no folder."""
    (house.data / "incoming").rename(house.data / "gone")


@pytest.mark.parametrize("hurt,check,says", [
    (break_key, "key", "not there any more"),
    (break_socket, "socket", "mode 0666"),
    (break_catalog_file, "catalog-file", "moved, deleted or replaced"),
    (break_journal_end, "journal", "its last line"),
    (break_folder, "data", "cannot be written"),
], ids=lambda v: v.__name__ if callable(v) else "")
def test_what_is_broken_is_named_and_nothing_else(house, tmp, hurt, check, says):
    house.add(models.tiny(tmp / "m"), "acme/m")
    hurt(house)
    found = doctor(house, code=1)
    assert bad_checks(found) == {check}, found
    assert says in found[check][0][1], found[check]


def test_only_full_reads_the_whole_journal(house, tmp):
    for i in range(3):
        house.add(models.tiny(tmp / f"m{i}", i), f"acme/m{i}")
    path = house.data / "audit/journal.ndjson"
    text = path.read_bytes()
    path.write_bytes(text.replace(b"acme/m0", b"acme/mX", 1))
    assert bad_checks(doctor(house)) == set()
    found = doctor(house, "--full", code=1)
    assert bad_checks(found) == {"journal"} and "line 2" in found["journal"][0][1], found


def test_a_bad_blob_is_named_until_it_is_mended(house, tmp):
    folder = models.small(tmp / "m")
    house.add(folder, "acme/m")
    house.add(folder, "acme/again")
    sha = sha256_of(folder / "model.safetensors")
    path = house.blobs()[sha]
    path.chmod(0o644)
    with open(path, "r+b") as f:
        f.seek(5 * MiB)
        f.write(b"rot")
    house.weigh("verify", "acme/m", code=5)
    found = doctor(house, code=1)
    assert bad_checks(found) == {"bytes", "blob"}
    ((state, what, fix),) = found["blob"]
    assert sha in what and "model.safetensors in acme/" in what and "segment 1" in what, what
    assert "weigh add DIR acme/" in fix and "2 files use these bytes" in fix, fix
    assert "evidence" not in found
    r = house.weigh("add", folder, "acme/m")
    assert "9.4 MB of it that were bad or missing are back" in r.err, r
    assert "nothing changed" in house.weigh("add", folder, "acme/m").err
    found = doctor(house)
    assert bad_checks(found) == set() and "blob" not in found
    ((state, what, _),) = found["evidence"]
    assert state == "ok" and sha in what and "mended since" in what, what


def test_a_revision_that_is_not_told_is_named(house, tmp):
    """A branch that somebody made with git: the catalog does not have its commit."""
    house.add(models.tiny(tmp / "m"), "acme/m")
    repo = house.data / "repos/models/acme/m.git"

    def git(*args):
        env = dict(clean_env(tmp), GIT_AUTHOR_NAME="x", GIT_AUTHOR_EMAIL="x@example.org",
                   GIT_COMMITTER_NAME="x", GIT_COMMITTER_EMAIL="x@example.org")
        r = run("git", "-c", "safe.directory=*", "-C", repo, *args, env=env)
        assert r.code == 0, r
        return r.out.strip()
    tree = git("rev-parse", "main^{tree}")
    commit = git("commit-tree", "-m", "by hand", tree)
    git("update-ref", "refs/heads/secret", commit)
    assert bad_checks(doctor(house)) == set()
    found = doctor(house, "--full", code=1)
    assert bad_checks(found) == {"hidden", "revision"}
    assert f"acme/m: refs/heads/secret leads to {commit}" in found["revision"][0][1]


def test_a_repository_that_is_gone_is_named(house, tmp):
    """Its disk was not mounted when the catalog was made again: only the journal knows."""
    commit = house.add(models.tiny(tmp / "m"), "acme/m")["revision"]
    (house.data / "repos/models/acme/m.git").rename(tmp / "away")
    house.weigh("rebuild", code=8)
    assert house.weigh("ls", "--json").json["models"] == []
    found = doctor(house, "--full", code=1)
    assert bad_checks(found) == {"hidden", "revision"}
    assert f"acme/m: the journal admitted {commit}" in found["revision"][0][1]
    (tmp / "away").rename(house.data / "repos/models/acme/m.git")
    house.weigh("rebuild")  # the fix
    assert bad_checks(doctor(house, "--full")) == set()


def test_little_room_and_few_descriptors(tmp):
    house = House(tmp, env={"WEIGHD_STORE_KEEP_FREE": str(1 << 60)},
                  wrap=["prlimit", "--nofile=700:700"]).start()
    found = doctor(house, code=1)
    assert bad_checks(found) == {"disk"} and "keep_free" in found["disk"][0][2]
    assert found["descriptors"][0][0] == "warn" and "of 700" in found["descriptors"][0][1]
    house.stop()


def test_over_the_network_it_is_not_told(house):
    found = doctor(house, server=house.url)
    assert bad_checks(found) == set() and found["house"][0][0] == "warn"
    assert "clock" not in found
    for method in ("GET", "POST"):
        assert house.ask(method, "/-/v1/doctor", body=b"{}").status == 401


# --- without a weighd it says what it can ------------------------------------------------


def test_weighd_was_killed(house):
    house.kill9()
    found = doctor(house, code=1)
    assert bad_checks(found) == {"server", "socket"}
    assert "nobody listens" in found["socket"][0][1]
    assert found["folder"][0][0] == "ok" and "clock" not in found


def alone(tmp):
    """weigh by the address it finds itself; nobody is root's here."""
    env = clean_env(tmp / "home", XDG_DATA_HOME=str(tmp / "share"))
    r = run(BUILD / "weigh", "doctor", "--json", env=env)
    assert r.code == 1, r
    return sort_out(json.loads(r.out))


@pytest.mark.skipif(os.path.exists("/var/lib/weighhouse"), reason="a weighd lives here")
def test_nothing_was_ever_here(tmp):
    with socket.socket() as s:
        if s.connect_ex(("127.0.0.1", 8477)) == 0:
            pytest.skip("somebody listens on weighd's port")
    found = alone(tmp)
    assert bad_checks(found) == {"server", "socket"}
    assert found["folder"][0][0] == found["port"][0][0] == "warn"
    assert "nobody listens" in found["port"][0][1]
    assert "connect to server" in found["server"][0][1]  # the reason, to its end


@pytest.mark.skipif(os.path.exists("/var/lib/weighhouse"), reason="a weighd lives here")
def test_somebody_else_has_the_port(tmp):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", 8477))
        except OSError:
            pytest.skip("somebody listens on weighd's port")
        s.listen()
        p = subprocess.Popen([str(BUILD / "weigh"), "doctor", "--json", "--timeout", "1"],
                             env=clean_env(tmp), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        taken, _ = s.accept()
        taken.sendall(b"SSH-2.0-somebody\r\n")
        taken.close()
        out, _ = p.communicate(timeout=20)
    assert p.returncode == 1
    found = sort_out(json.loads(out))
    assert "is not weighd" in found["port"][0][1], found
