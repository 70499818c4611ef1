"""A revision of another weighd comes in: whole or not at all, whatever fails; what is
left out is listed and no loss; a catalog made again says the same."""
import dataclasses
import random

import pytest

import aftermath
import models
import ordeal
from faults import FAULTS
from house import House

WHOLE = {"README.md": b"---\nlicense: mit\n---\n# far\n", "config.json": b"{}\n",
         "model.bin": models.noise(70_000, 1), "sub/model.safetensors": models.safetensors(9 << 20, 1)}

ROWS = {
    "revisions": "SELECT r.name, v.git, v.parent, v.manifest, v.date, v.title, v.origin, v.license,"
                 " v.files, v.bytes, v.absent, v.absent_bytes FROM revisions v"
                 " JOIN repositories r ON r.id = v.repo ORDER BY 1, 2",
    "entries": "SELECT v.git, e.path, e.git, b.oid, e.pointer_size, l.git FROM entries e"
               " JOIN revisions v ON v.id = e.revision JOIN revisions l ON l.id = e.last"
               " LEFT JOIN blobs b ON b.id = e.blob ORDER BY 1, 2",
    "blobs": "SELECT oid, size, state, held FROM blobs ORDER BY 1",
    "refs": "SELECT r.name, f.kind, f.name, v.git FROM refs f JOIN revisions v"
            " ON v.id = f.revision JOIN repositories r ON r.id = f.repo ORDER BY 1, 2, 3",
    "mirrors": "SELECT r.name, m.source, m.request, m.follow, m.through FROM mirrors m"
               " JOIN repositories r ON r.id = m.repo ORDER BY 1",
    "told": "SELECT v.git, t.git FROM told t JOIN revisions v ON v.id = t.revision ORDER BY 1, 2",
    "pins": "SELECT v.git, n.time, n.why FROM pins n JOIN revisions v ON v.id = n.revision"
            " ORDER BY 1",
    "totals": "SELECT repos, revisions, blobs, bytes, bad, absent, absent_bytes FROM totals",
}


@pytest.fixture
def far(tmp):
    """Another weighd, with one repository."""
    (tmp / "far").mkdir()
    house = House(tmp / "far").start()
    house.add(models.write(tmp / "whole", WHOLE), "acme/far")
    yield house
    house.stop()


@pytest.fixture
def near(tmp, far):
    """The one that mirrors."""
    (tmp / "near").mkdir()
    house = House(tmp / "near", env={"WEIGHD_MIRROR_UPSTREAM": far.url}).start()
    yield house
    house.stop()


def rows_of(house):
    return dict(zip(ROWS, aftermath.ask(house, *ROWS.values())))


def check_again(house):
    """By `weigh rebuild`, and by a start without a catalog."""
    rows = rows_of(house)
    house.weigh("rebuild")
    assert rows_of(house) == rows
    house.stop()
    for path in house.data.glob("catalog.db*"):
        path.unlink()
    house.start()
    assert rows_of(house) == rows
    aftermath.check_repositories(house)
    aftermath.check_catalog(house)


def held(house, name):
    files = house.weigh("files", name, "--json").json["files"]
    return {f["path"]: not f["absent"] for f in files}


def test_what_was_left_out_is_no_loss(near):
    near.weigh("mirror", "acme/far", "--exclude", "*.bin")
    assert held(near, "acme/far") == {path: path != "model.bin" for path in WHOLE}
    r = near.weigh("verify", "acme/far")
    assert "3 files" in r.out and "1 file more, 70.0 kB, is not held here: 'model.bin'" in r.err, r
    doc = near.weigh("verify", "acme/far", "--json").json
    assert doc["bad"] == [] and doc["files"] == 3
    assert doc["absent"] == [{"path": "model.bin", "size": 70_000}]
    assert (doc["absent_files"], doc["absent_bytes"]) == (1, 70_000)
    assert near.weigh("ls", "--json").json["models"][0]["absent"] == 1
    assert "NOT HELD" in near.weigh("files", "acme/far").out
    status = near.weigh("status", "--json").json
    assert (status["blobs"], status["absent"], status["bad"]) == (3, 1, 0)
    near.weigh("scrub", "--all")
    near.weigh("scrub", "acme/far")
    near.weigh("doctor", "--full", code=(0, 1))
    gc = near.weigh("gc", "--older", "0", "--json").json
    assert (gc["repositories"], gc["strange"], gc["missing"]) == (0, 0, 0), gc
    check_again(near)
    assert near.get("/acme/far/resolve/main/model.bin").status == 404
    near.weigh("verify", "acme/far")
    assert not [line for line in near.log if "quarantine" in line]


def test_the_rest_comes_afterwards(near):
    near.weigh("mirror", "acme/far", "--exclude", "*.bin")
    near.weigh("mirror", "acme/far")
    assert all(held(near, "acme/far").values())
    assert near.get("/acme/far/resolve/main/model.bin").body == WHOLE["model.bin"]
    assert "partial" not in (near.data / "repos/models/acme/far.git/weighhouse").read_text()
    check_again(near)


def test_a_branch_that_moved_and_what_is_pinned(tmp, far, near):
    first = near.weigh("mirror", "acme/far", "--json").json["revision"]
    near.weigh("pin", f"acme/far@{first}", "-m", "in use")
    second = far.add(models.write(tmp / "whole", {"config.json": b'{"a": 1}\n'}),
                     "acme/far")["revision"]
    near.weigh("mirror", "acme/far", "--follow")
    assert near.weigh("show", "acme/far", "--json").json["revision"] == second
    assert near.get(f"/acme/far/resolve/{first}/config.json").body == WHOLE["config.json"]
    assert near.get("/acme/far/resolve/main/config.json").body == b'{"a": 1}\n'
    check_again(near)
    assert near.get(f"/acme/far/resolve/{first}/config.json").body == WHOLE["config.json"]
    assert rows_of(near)["pins"][0][2] == "in use"


def test_nothing_is_mirrored_over_what_was_published_here(tmp, near):
    near.add(models.write(tmp / "ours", {"README.md": b"ours\n"}), "acme/far")
    r = near.weigh("mirror", "acme/far", code=1)
    assert "published here" in r.err, r
    assert near.get("/acme/far/resolve/main/README.md").body == b"ours\n"


# --- faults --------------------------------------------------------------------------


@pytest.mark.parametrize("only", ["", "repos/"], ids=["any", "repos"])
def test_admissions_with_a_failing_call(tmp, only):
    """A call here and there; every one is tests/long/u_every_fault.py's business."""
    o = ordeal.MirrorOrdeal(tmp)
    for fault in FAULTS[::6]:
        o.fault = dataclasses.replace(fault, only=only)
        o.turn(random.Random(fault.label + only).randrange(1, 30))
    o.end()
