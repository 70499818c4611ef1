"""Stories of what a stranger found in weigh, so that it stays found."""
import hashlib
import os
import subprocess

import pytest

import models
from house import run


@pytest.fixture
def pulled(house, tmp):
    house.add(models.write(tmp / "m", {"w.bin": models.noise(1 << 20, 1), "README.md": b"hi\n"}),
              "acme/m")
    house.weigh("pull", "acme/m", "--to", tmp / "out")
    return tmp / "out"


def forge(folder):
    """Change a byte, and the SHA-256 that the manifest has of it."""
    data = bytearray((folder / "w.bin").read_bytes())
    old = hashlib.sha256(data).hexdigest()
    data[1000] ^= 1
    (folder / "w.bin").write_bytes(data)
    text = (folder / ".weigh/manifest").read_text()
    assert old in text
    (folder / ".weigh/manifest").write_text(text.replace(old, hashlib.sha256(data).hexdigest()))


def test_a_forged_manifest_is_refused(house, pulled):
    forge(pulled)
    r = house.weigh("verify", "--dir", pulled, code=5)
    assert ".weigh/manifest" in r.err, r
    assert "every byte" not in r.out


@pytest.mark.parametrize("note", ["manifest", "revision"])
def test_a_broken_note_is_a_failed_verification(house, pulled, note):
    with open(pulled / ".weigh" / note, "a", encoding="utf-8") as f:
        f.write("what is this\n")
    house.weigh("verify", "--dir", pulled, code=5)


def test_a_broken_line_under_a_right_seal_is_one_too(house, pulled):
    text = (pulled / ".weigh/manifest").read_text() + "what is this\n"
    old = hashlib.sha256((pulled / ".weigh/manifest").read_bytes()).hexdigest()
    (pulled / ".weigh/manifest").write_text(text)
    seal = (pulled / ".weigh/revision").read_text()
    (pulled / ".weigh/revision").write_text(
        seal.replace(old, hashlib.sha256(text.encode()).hexdigest()))
    house.weigh("verify", "--dir", pulled, code=5)


def test_the_digest_to_compare_is_the_one_of_show(house, pulled):
    shown = house.weigh("show", "acme/m", "--json").json["manifest"]
    d = house.weigh("verify", "--dir", pulled, "--json").json
    assert d["manifest"] == shown and "part_of" not in d
    assert shown in house.weigh("verify", "--dir", pulled).out


def test_a_part_names_its_own_digest_and_the_whole(house, pulled, tmp):
    house.weigh("pull", "acme/m", "--to", tmp / "part", "--include", "*.bin")
    d = house.weigh("verify", "--dir", tmp / "part", "--json").json
    assert d["part_of"] == house.weigh("show", "acme/m", "--json").json["manifest"]
    text = (tmp / "part/.weigh/manifest").read_bytes()
    assert d["manifest"] == hashlib.sha256(text).hexdigest() != d["part_of"]


def test_other_files_are_mentioned(house, pulled):
    assert house.weigh("verify", "--dir", pulled, "--json").json["extra"] == 0
    (pulled / "sub").mkdir()
    (pulled / "sub/notes.txt").write_text("mine\n")
    (pulled / "link").symlink_to("/etc")
    r = house.weigh("verify", "--dir", str(pulled) + "/", "--json")
    assert r.json["extra"] == 2, r
    assert "2 files here are not part of it" in house.weigh("verify", "--dir", pulled).err
