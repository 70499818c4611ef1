"""weigh diff: what changed between two revisions."""
import hashlib

import models


def two_revisions(house, tmp):
    """v1 and main of acme/m: one file each was changed, added, removed, renamed."""
    before = {"README.md": models.CARD, "config.json": b"{}\n", "old.txt": b"going\n",
              "w.bin": models.noise(5000, 1)}
    after = {"README.md": models.CARD, "config.json": b"{ }\n", "new.txt": b"coming\n",
             "weights/w.bin": models.noise(5000, 1)}
    house.add(models.write(tmp / "v1", before), "acme/m@v1")
    house.add(models.write(tmp / "v2", after), "acme/m")
    return before, after


def test_every_kind_of_change_once(house, tmp):
    before, after = two_revisions(house, tmp)
    d = house.weigh("diff", "acme/m", "v1", "main", "--json").json
    assert d["schema"] == "weigh.diff/1" and d["name"] == "acme/m"
    assert d["revision"] == house.weigh("show", "acme/m", "--json").json["revision"]
    assert d["old_revision"] == house.weigh("show", "acme/m@v1", "--json").json["revision"]

    def sha(files, path):
        return hashlib.sha256(files[path]).hexdigest()
    assert d["changes"] == [
        {"change": "changed", "path": "config.json", "size": 4, "old_size": 3,
         "sha256": sha(after, "config.json"), "old_sha256": sha(before, "config.json")},
        {"change": "added", "path": "new.txt", "size": 7, "sha256": sha(after, "new.txt")},
        {"change": "removed", "path": "old.txt", "old_size": 6,
         "old_sha256": sha(before, "old.txt")},
        {"change": "renamed", "path": "weights/w.bin", "size": 5000, "old_size": 5000,
         "sha256": sha(before, "w.bin"), "old_sha256": sha(before, "w.bin"), "from": "w.bin"},
    ]
    assert [d[k] for k in ("added", "removed", "changed", "renamed", "same")] == [1] * 5
    assert d["new_bytes"] == 4 + 7  # the weights have another name, not other bytes


def test_the_other_ways_to_say_it(house, tmp):
    two_revisions(house, tmp)
    r = house.weigh("diff", "acme/m", "v1", "main", "-q")
    assert r.out.split() == ["config.json", "new.txt", "old.txt", "weights/w.bin"] and not r.err
    r = house.weigh("diff", "acme/m", "v1", "main", "--format", "tsv")
    head, *lines = [line.split("\t") for line in r.out.splitlines()]
    assert head == ["change", "path", "size", "old_size", "from", "sha256", "old_sha256"]
    assert [line[0] for line in lines] == ["changed", "added", "removed", "renamed"]
    assert all(len(line) == len(head) for line in lines)
    r = house.weigh("diff", "acme/m", "v1", "main")
    assert "1 added, 1 removed, 1 changed, 1 renamed, 1 the same; 11 B are new" in r.err, r
    assert "renamed weights/w.bin" in " ".join(r.out.split()), r


def test_the_same_revision_twice(house, tmp):
    two_revisions(house, tmp)
    r = house.weigh("diff", "acme/m", "main", "main")
    assert r.out == "" and r.err == "no file differs\n"
    assert house.weigh("diff", "acme/m", "main", "main", "--json").json["changes"] == []


def test_what_cannot_be_compared(house, tmp):
    two_revisions(house, tmp)
    r = house.weigh("diff", "acme/m", "v1", "v9", code=3)
    assert "no revision 'v9'" in r.err and "fix: 'weigh show acme/m' lists its" in r.err, r
    assert "cannot follow '@'" in house.weigh("diff", "acme/m", "v1", "a@{1}", code=2).err
    assert "weigh diff NAME OLD NEW" in house.weigh("diff", "acme/m@v1", "v1", "main", code=2).err
    assert "something is missing" in house.weigh("diff", "acme/m", "v1", code=2).err


def test_more_files_than_a_page(house, tmp):
    first = {f"f{i:04}": b"" for i in range(1500)}
    house.add(models.write(tmp / "a", first), "acme/many@v1")
    house.add(models.write(tmp / "b", first | {"f1400": b"other"}), "acme/many@v2")
    d = house.weigh("diff", "acme/many", "v1", "v2", "--json").json
    assert [c["path"] for c in d["changes"]] == ["f1400"] and d["same"] == 1499


LICENSES = ("Apache License\nVersion 2.0\n\nYou may.\n",
            "Apache License\nVersion 2.0\n\nYou may not.\n")


def test_the_text_of_the_license(house, tmp):
    """What the card declares, and what the license's own file says, each by itself."""
    for i, (rev, declared) in enumerate([("v1", b"apache-2.0"), ("main", b"other")]):
        card = b"---\nlicense: " + declared + b"\n---\n# A card\n"
        house.add(models.write(tmp / rev, {"README.md": card, "LICENSE": LICENSES[i].encode(),
                                           "w.bin": b"w"}), f"acme/m@{rev}")
    d = house.weigh("diff", "acme/m", "v1", "main", "--json").json
    assert (d["old_license"], d["license"]) == ("apache-2.0", "other")
    assert d["texts"] == [{"path": "LICENSE", "change": "changed", "diff":
                           "@@ -2,3 +2,3 @@\n Version 2.0\n \n-You may.\n+You may not.\n"}]
    r = house.weigh("diff", "acme/m", "v1", "main")
    assert "\nLICENSE changed\n@@ -2,3 +2,3 @@\n" in r.out, r
    assert "\n-You may.\n+You may not.\n" in r.out, r
    assert "the license was apache-2.0 and is other" in r.err


def test_a_license_cannot_move_the_cursor(house, tmp):
    house.add(models.write(tmp / "v1", {"LICENSE": b"old\n"}), "acme/m@v1")
    house.add(models.write(tmp / "v2", {"LICENSE": b"\x1b[2Jnew\n"}), "acme/m")
    r = house.weigh("diff", "acme/m", "v1", "main")
    assert "+\\x1b[2Jnew" in r.out and "\x1b" not in r.out, r
