"""What must hold after a fault, a kill or a power cut, whatever it hit.

`acknowledged` is a set of (name, revision): somebody was told that they are kept.
"""
import contextlib
import hashlib
import json
import re
import sqlite3
import subprocess

from house import sha256_of, waited

BLOB = re.compile(r"[0-9a-f]{64}(\.mid)?")


def check_quickly(house, acknowledged):
    """With a running weighd: nothing is left over once its threads have put their work
    away, and blobs and rows are the same."""
    assert waited(lambda: house.leftovers() == []), house.leftovers()
    assert unnamed(house) == []
    status = house.weigh("status", "--json").json
    assert status["blobs"] == len(house.blobs())  # no blob without a row, no row without one
    assert status["bytes"] == sum(p.stat().st_size for p in house.blobs().values())
    for name, revision in acknowledged:
        files = house.weigh("files", f"{name}@{revision}", "--json").json["files"]
        assert files and {f["sha256"] for f in files} <= set(house.blobs())


def check_swept(house):
    """Right after a start, with no job that goes on: also what harms nobody until then."""
    assert house.leftovers() == []
    assert list((house.data / "repos").rglob("*_git2_*")) == []
    assert [p for d in ("parts", "stages") for p in (house.data / "incoming" / d).glob("*")] == []


def check_deeply(house, acknowledged):
    """Every byte of every blob, every object of every repository, every row."""
    assert house.bad_blobs() == []
    for name, revision in acknowledged:
        assert house.weigh("verify", f"{name}@{revision}", "--json").json["bad"] == []
    check_catalog(house)
    check_repositories(house)
    check_journal(house)
    for m in house.weigh("ls", "--json").json["models"]:
        house.weigh("verify", m["name"])  # what is visible is whole, acknowledged or not


def ask(house, *questions):
    """Answers of the catalog, by a connection of our own that only reads."""
    uri = f"file:{house.data}/catalog.db?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
        return [db.execute(q).fetchall() for q in questions]


def check_catalog(house):
    assert ask(house, "PRAGMA integrity_check", "PRAGMA foreign_key_check") == [[("ok",)], []]


def check_repositories(house):
    """git has nothing to say of them, and their refs are those of the catalog."""
    found = set()
    for repo in (house.data / "repos").rglob("*.git"):
        git = ["git", "-c", f"safe.directory={repo}", "-C", repo]
        r = subprocess.run([*git, "fsck", "--strict", "--full"], capture_output=True,
                           env=house.env)
        assert r.returncode == 0, r
        r = subprocess.run([*git, "for-each-ref", "--format=%(refname) %(objectname)"],
                           capture_output=True, env=house.env, text=True)
        name = str(repo.relative_to(house.data / "repos/models")).removesuffix(".git")
        found |= {(name, *line.split()) for line in r.stdout.splitlines()}
    refs, = ask(house, "SELECT r.name, 'refs/heads/' || f.name, lower(hex(v.git)) FROM refs f"
                       " JOIN repositories r ON f.repo = r.id"
                       " JOIN revisions v ON f.revision = v.id")
    assert found == set(refs)


def check_journal(house):
    """The chain holds, and what is visible was admitted and not withdrawn."""
    standing, previous = {}, "0" * 64
    for line in (house.data / "audit/journal.ndjson").read_bytes().splitlines():
        entry = json.loads(line)
        assert entry["prev"] == previous
        previous = hashlib.sha256(line).hexdigest()
        if entry["event"] in ("admit", "withdraw"):
            standing[entry["repo"], entry["revision"]] = entry["event"] == "admit"
    visible, = ask(house, "SELECT 'models/' || r.name, lower(hex(v.git)) FROM revisions v"
                          " JOIN repositories r ON v.repo = r.id")
    assert {k for k, admitted in standing.items() if admitted} == set(visible)


def unnamed(house):
    """Files in blobs/ that are neither a blob nor the list of one."""
    names = {p.name for p in (house.data / "blobs/sha256").glob("??/*")}
    return [n for n in names
            if not BLOB.fullmatch(n) or n.removesuffix(".mid") not in names]


def good_and_new(house, hashed):
    """Hash the blobs that are not in `hashed` yet, and add them to it."""
    new = {name: path for name, path in house.blobs().items() if name not in hashed}
    assert [name for name, path in new.items() if sha256_of(path) != name] == []
    hashed |= set(new)
