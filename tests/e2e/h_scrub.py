"""Every byte is read back from the disk: whatever rots is found, at its pace."""
import contextlib
import os
import sqlite3
import time

import pytest

import models
from house import House, sha256_of, until
from models import MiB

PATH = "model.safetensors"
URL = f"/acme/m/resolve/main/{PATH}"


@pytest.fixture
def eager(tmp):
    """A house whose scrub does not wait after the start."""
    h = House(tmp, env={"WEIGHD_SCRUB_START_SECONDS": "0"})
    yield h
    if h.proc:
        h.stop()


def sql(house, statement, *values):
    """One statement behind weighd's back; only while it is stopped, unless it reads."""
    with contextlib.closing(sqlite3.connect(house.data / "catalog.db", timeout=10)) as db:
        rows = db.execute(statement, values).fetchall()
        db.commit()
        return rows


def overwrite(path, offset, data):
    path.chmod(0o644)
    with open(path, "r+b") as f:
        f.seek(offset)
        f.write(data)
    path.chmod(0o444)


def believe(house, sha):
    """Make the catalog take the file as it is now for the one that was hashed: as if
    the disk, and not somebody, had changed it."""
    st = house.blobs()[sha].stat()
    sql(house, "UPDATE blobs SET stamp_size = ?, stamp_inode = ?, stamp_mtime = ?,"
        " stamp_ctime = ? WHERE oid = ?", st.st_size, st.st_ino, st.st_mtime_ns,
        st.st_ctime_ns, bytes.fromhex(sha))


def make_due(house):
    """All was read last in 1970."""
    sql(house, "UPDATE blobs SET checked = 1")


def scrub(house):
    return house.weigh("scrub", "--json").json


# --- what rots ------------------------------------------------------------------

def flip(folder, blob, other):
    byte = blob.read_bytes()[5 * MiB + 17]
    overwrite(blob, 5 * MiB + 17, bytes([byte ^ 16]))
    return [1]


def zero(folder, blob, other):
    overwrite(blob, 8 * MiB, bytes(4096))
    return [2]


def truncate(folder, blob, other):
    blob.chmod(0o644)
    os.truncate(blob, blob.stat().st_size - 1)
    blob.chmod(0o444)


def append(folder, blob, other):
    overwrite(blob, blob.stat().st_size, b"\0")


def swap(folder, blob, other):
    spare = blob.with_name("spare")
    blob.rename(spare)
    other.rename(blob)
    spare.rename(other)


def delete(folder, blob, other):
    blob.unlink()


@pytest.mark.parametrize("rot", [flip, zero, truncate, append, swap, delete])
def test_rot_is_found_named_and_never_served(house, tmp, rot):
    folder = models.small(tmp / "m")
    again = models.write(tmp / "n", {"weights/copy.bin": (folder / PATH).read_bytes(),
                                     "other.bin": models.noise(9 * MiB, 5)})
    revision = house.add(folder, "acme/m")["revision"]
    copy = house.add(again, "acme/n")["revision"]
    sha, other = sha256_of(folder / PATH), sha256_of(again / "other.bin")
    blob = house.blobs()[sha]
    times = blob.stat()
    house.stop()
    segments = rot(folder, blob, house.blobs()[other])
    if blob.exists():
        os.utime(blob, ns=(times.st_atime_ns, times.st_mtime_ns))
        believe(house, sha)
    house.start()
    r = house.weigh("scrub", "--all", "--json", code=5).json
    found = {f["name"]: f for f in r["findings"]}
    assert set(found) == ({sha, other} if rot is swap else {sha})
    finding = found[sha]
    assert finding["kind"] == "blob" and finding["problem"]
    if segments:
        assert finding["segments"] == segments
        assert f"segment {segments[0]} of 3" in finding["problem"]
    assert {(u["name"], u["revision"], u["path"]) for u in finding["users"]} == {
        ("acme/m", revision, PATH), ("acme/n", copy, "weights/copy.bin")}
    for _ in range(2):
        for spec in (None, "bytes=0-99"):
            a = house.get(URL, **({"Range": spec} if spec else {}))
            assert a.status == 503 and a["Retry-After"], a
        assert house.get("/acme/m/resolve/main/config.json").status == 200
        assert sha not in house.blobs()
        house.restart()
    listed = scrub(house)["findings"]
    assert finding in listed
    assert house.weigh("scrub", "--all", "--json", code=5).json["findings"] == r["findings"]
    said = [line for line in journal(house) if sha in line]
    assert len(said) == 1, said
    house.add(folder, "acme/m")
    house.add(again, "acme/n")
    assert scrub(house)["findings"] == []
    house.weigh("scrub", "--all")


def journal(house):
    return (house.data / "audit/journal.ndjson").read_text().splitlines()


def test_only_reading_finds_what_the_file_system_does_not_know(house, tmp):
    """The reason for all this: a stamp that is right, over bytes that are not."""
    folder = models.small(tmp / "m")
    house.add(folder, "acme/m")
    sha = sha256_of(folder / PATH)
    house.stop()
    flip(folder, house.blobs()[sha], None)
    believe(house, sha)
    house.start()
    assert house.get(URL).status == 200  # nobody could know
    house.weigh("scrub", "acme/m", code=5)
    assert house.get(URL).status == 503


def test_the_thread_finds_it_by_itself(eager, tmp):
    house = eager.start()
    folder = models.small(tmp / "m")
    house.add(folder, "acme/m")
    sha = sha256_of(folder / PATH)
    until(lambda: scrub(house)["done"] == sum(p.stat().st_size for p in house.blobs().values()))
    assert house.metric("weighhouse_scrub_found_total") == 0
    house.stop()
    flip(folder, house.blobs()[sha], None)
    believe(house, sha)
    make_due(house)
    house.start()
    until(lambda: house.get(URL).status == 503)
    until(lambda: house.metric("weighhouse_scrub_found_total") == 1)
    assert scrub(house)["findings"][0]["segments"] == [1]
    assert house.weigh("status", "--json").json["bad"] == 1
    said = [line for line in house.log if "event=scrub-found" in line]
    assert len(said) == 1 and sha in said[0] and "acme/m" in said[0] and PATH in said[0]
    until(lambda: scrub(house)["state"] == "resting")


# --- what is no blob --------------------------------------------------------------

def test_git_objects_and_the_journal_are_read_too(house, tmp):
    house.add(models.tiny(tmp / "m"), "acme/m")
    house.weigh("scrub", "--all")
    objects = sorted((house.data / "repos/models/acme/m.git/objects").glob("??/*"))
    overwrite(objects[0], objects[0].stat().st_size // 2, b"rotten")
    r = house.weigh("scrub", "--all", "--json", code=5).json
    assert [(f["kind"], f["name"]) for f in r["findings"]] == [("repository", "acme/m")]
    assert "git object " in r["findings"][0]["problem"]
    assert [f["kind"] for f in scrub(house)["findings"]] == ["repository"]
    house.restart()
    assert [f["kind"] for f in scrub(house)["findings"]] == ["repository"]
    with open(house.data / "audit/journal.ndjson", "r+b") as f:
        f.seek(10)
        f.write(b"X")
    kinds = [f["kind"] for f in house.weigh("scrub", "--all", "--json", code=5).json["findings"]]
    assert sorted(kinds) == ["journal", "repository"]
    assert house.weigh("status", "--json").json["bad"] == 0
    house.kill9()  # its journal is damaged: nothing else is left to be shown


def test_a_torn_branch_is_missed(house, tmp):
    house.add(models.tiny(tmp / "m"), "acme/m")
    (house.data / "repos/models/acme/m.git/refs/heads/main").write_text("1234")
    r = house.weigh("scrub", "--all", "--json", code=5).json
    assert "refs/heads/main" in r["findings"][0]["problem"]


# --- how it goes on -----------------------------------------------------------------

@pytest.mark.parametrize("end", ["kill", "stop"])
def test_a_restart_goes_on_inside_the_blob(tmp, end):
    env = {"WEIGHD_SCRUB_START_SECONDS": "0", "WEIGHD_SCRUB_RATE": "16M"}
    house = House(tmp, env=env).start()
    size = 72 * MiB
    house.add(models.write(tmp / "m", {"w.bin": models.noise(size)}), "acme/m")
    sha = sha256_of(tmp / "m/w.bin")
    place = lambda: sql(house, "SELECT offset FROM scrub WHERE oid = ?", bytes.fromhex(sha))
    if end == "kill":
        until(place)
        house.kill9()
    else:
        until(lambda: scrub(house).get("reading", {}).get("offset", 0) > 8 * MiB)
        house.stop()
    (kept,), = place()
    assert kept >= 4 * MiB and kept % (4 * MiB) == 0
    house.start()
    until(lambda: scrub(house).get("reading"))
    assert scrub(house)["reading"]["began_at"] == kept
    assert sha.encode() not in house.get("/-/v1/scrub").body  # over TCP one is told no file
    house.stop()
    house.env["WEIGHD_SCRUB_RATE"] = "1G"
    (kept,), = place()
    house.start()
    until(lambda: house.metric("weighhouse_scrub_read_blobs_total") == 1)
    # the rest of the blob, and the few bytes of the repository
    assert size - kept <= house.metric("weighhouse_scrub_read_bytes_total") < size - kept + MiB
    assert place() == [] and scrub(house)["findings"] == []
    house.stop()


def test_a_changed_file_is_begun_anew(tmp):
    house = House(tmp, env={"WEIGHD_SCRUB_START_SECONDS": "0", "WEIGHD_SCRUB_RATE": "16M"}).start()
    house.add(models.write(tmp / "m", {"w.bin": models.noise(40 * MiB)}), "acme/m")
    sha = sha256_of(tmp / "m/w.bin")
    until(lambda: scrub(house).get("reading", {}).get("offset", 0) > 8 * MiB)
    house.stop()
    overwrite(house.blobs()[sha], 3, b"rot")
    believe(house, sha)
    house.env["WEIGHD_SCRUB_RATE"] = "1G"
    house.start()
    until(lambda: scrub(house)["findings"])
    assert scrub(house)["findings"][0]["segments"] == [0]
    house.stop()


# --- its pace -------------------------------------------------------------------------

def test_it_reads_at_the_rate_that_was_said(tmp):
    house = House(tmp, env={"WEIGHD_SCRUB_START_SECONDS": "0", "WEIGHD_SCRUB_RATE": "6M"}).start()
    house.add(models.write(tmp / "m", {"w.bin": models.noise(40 * MiB)}), "acme/m")
    read = lambda: house.metric("weighhouse_scrub_read_bytes_total")
    until(lambda: read() > 0)
    begun, before = time.monotonic(), read()
    time.sleep(2)
    rate = (read() - before) / (time.monotonic() - begun)
    assert 3 * MiB < rate < 12 * MiB, rate
    house.stop()


def write_settings(house, **settings):
    lines = ["[scrub]", "start_seconds = 0"] + [f"{k} = {v}" for k, v in settings.items()]
    (house.tmp / "weighd.conf").write_text("\n".join(lines) + "\n")


def test_hours_and_the_switch(tmp):
    house = House(tmp, "--config", tmp / "weighd.conf")
    hour = time.gmtime().tm_hour  # the house lives in UTC
    write_settings(house, hours=f"{(hour + 2) % 24}-{(hour + 4) % 24 or 24}")
    house.start()
    house.add(models.tiny(tmp / "m"), "acme/m")
    until(lambda: scrub(house)["state"] == "closed")
    write_settings(house, days=0)
    house.proc.send_signal(1)
    until(lambda: scrub(house)["state"] == "off")
    assert scrub(house)["read_bytes"] == 0 and house.metric("weighhouse_scrub_overdue") == 0
    house.weigh("scrub", "--all")  # by request always
    asked = scrub(house)["read_bytes"]
    assert asked > 70000
    house.add(models.tiny(tmp / "n", 1), "acme/n")
    time.sleep(1.5)
    assert scrub(house)["read_bytes"] == asked
    write_settings(house)
    house.proc.send_signal(1)
    until(lambda: scrub(house)["state"] == "resting" and scrub(house)["read_bytes"] > asked)
    house.stop()


def test_bytes_that_are_overdue_are_told(house, tmp):
    house.add(models.tiny(tmp / "m"), "acme/m")
    assert scrub(house)["overdue"] is False
    house.stop()
    make_due(house)
    house.start()
    s = scrub(house)
    assert s["overdue"] is True and s["oldest_seconds"] > 50 * 365 * 86400
    status = house.weigh("status", "--json").json
    assert status["scrub_overdue"] is True and status["scrub_oldest_seconds"] >= s["oldest_seconds"]
    assert house.metric("weighhouse_scrub_overdue") == 1
    assert house.metric("weighhouse_scrub_oldest_seconds") >= s["oldest_seconds"]
    house.weigh("scrub", "--all")
    assert scrub(house)["overdue"] is False
    status = house.weigh("status", "--json").json  # at once, not when the thread looks again
    assert status["scrub_oldest_seconds"] < 60, status


# --- by request --------------------------------------------------------------------------

def test_a_name_and_since(house, tmp):
    house.add(models.tiny(tmp / "m", 1), "acme/m")
    house.add(models.tiny(tmp / "n", 2), "acme/n")
    r = house.weigh("scrub", "acme/m", "--json").json
    assert (r["blobs"], r["bytes"]) == (2, 70000 + len(models.CARD)) and r["findings"] == []
    assert house.weigh("scrub", "--since", "1d", "--json").json["blobs"] == 1  # acme/n's other
    assert house.weigh("scrub", "--since", "1d", "--json").json["blobs"] == 0
    assert house.weigh("scrub", "--all", "--json").json["blobs"] == 3
    house.stop()
    make_due(house)
    house.start()
    assert house.weigh("scrub", "--since", "2020-01-01", "--json").json["blobs"] == 3
    assert house.weigh("verify", "acme/m", "--json").json["bad"] == []  # is a reading, too


def test_what_cannot_be_asked_for(house, tmp):
    for args, code in [(["acme/m", "--all"], 2), (["--all", "--since", "3d"], 2),
                       (["--since", "soon"], 2), (["--since", "2999-01-01"], 2),
                       (["no//name"], 2)]:
        house.weigh("scrub", *args, code=code)
        house.weigh("scrub", *args, "--json", code=code)
    assert "cannot read 'acme/m' back" in house.weigh("scrub", "acme/m", code=3).err
    house.weigh("scrub", "acme/m", "--json", code=3)
    for body in (b"{}", b'{"all":true,"name":"acme/m"}', b'{"all":1}', b'{"since":"x"}', b"[]"):
        assert house.ask("POST", "/-/v1/scrub", body).status == 401  # over TCP one only looks
    assert house.get("/-/v1/scrub").json["schema"] == "weigh.scrub/1"
