"""What must hold after a fault, a kill or a power cut, whatever it hit.

`acknowledged` is a set of (name, revision): somebody was told that they are kept.
"""
import re
import sqlite3
import subprocess

from house import sha256_of

BLOB = re.compile(r"[0-9a-f]{64}(\.mid)?")


def check_quickly(house, acknowledged):
    """With a running weighd, after its start: nothing is left over, and blobs and
    rows are the same."""
    assert house.leftovers() == []
    assert unnamed(house) == []
    status = house.weigh("status", "--json").json
    assert status["blobs"] == len(house.blobs())  # no blob without a row, no row without one
    assert status["bytes"] == sum(p.stat().st_size for p in house.blobs().values())
    for name, revision in acknowledged:
        files = house.weigh("files", f"{name}@{revision}", "--json").json["files"]
        assert files and {f["sha256"] for f in files} <= set(house.blobs())


def check_deeply(house, acknowledged):
    """Every byte of every blob, every object of every repository, every row."""
    assert house.bad_blobs() == []
    for name, revision in acknowledged:
        assert house.weigh("verify", f"{name}@{revision}", "--json").json["bad"] == []
    check_catalog(house)
    check_repositories(house)
    for m in house.weigh("ls", "--json").json["models"]:
        house.weigh("verify", m["name"])  # what is visible is whole, acknowledged or not


def check_catalog(house):
    db = sqlite3.connect(f"file:{house.data}/catalog.db?mode=ro", uri=True)
    try:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        db.close()


def check_repositories(house):
    for repo in (house.data / "repos").rglob("*.git"):
        r = subprocess.run(["git", "-c", f"safe.directory={repo}", "-C", repo, "fsck",
                            "--strict", "--full"], capture_output=True, env=house.env)
        assert r.returncode == 0, r


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
