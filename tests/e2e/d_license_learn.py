"""weigh license terms, learn, packs: what a license demands, and licenses of one's own."""
import hashlib
import os
import re
import shutil

import pytest

from faults import CREATE, KILL, NAME, SYNC, UNLINK, WRITE, Control, Fault, failing, preload_or_skip
from house import BUILD, clean_env, run
from licenses import ID, RIDER, TERMS, TEXT, Desk, learned
from ordeal import finish

FOUND, NOT_FOUND, USAGE, FAILED = 9, 3, 2, 1
OTHER = TEXT.replace("Brook", "Stream").replace("BROOK", "STREAM").replace("5,000,000", "900")
OTHER_ID = "LicenseRef-Stream-1.0"
OTHER_TERMS = TERMS.replace(ID, OTHER_ID).replace("5000000", "900")
CHANGES = WRITE | SYNC | NAME | CREATE


def test_terms_say_what_is_known_and_what_is_not(desk):
    d = desk.weigh("terms", ID.upper().replace("LICENSEREF", "LicenseRef"), "--json").json
    assert d["schema"] == "weigh.license-terms/1" and d["license"] == ID
    facts = {f["fact"]: f for f in d["facts"]}
    assert facts["commercial"]["value"] == "conditional" and facts["commercial"]["clause"] == "3"
    assert facts["patent-grant"]["value"] == "unknown" and facts["patent-grant"]["clause"] == ""
    r = desk.weigh("terms", ID)
    said = " ".join(r.out.split())
    assert "threshold.mau more than 5,000,000 users active in a month of one product" in said, r
    assert "not legal advice" in r.err
    every = desk.weigh("terms", "-q").out.split()
    assert "MIT" in every and ID in every and len(set(every)) == len(every)


def test_terms_that_nobody_read_are_counted(desk):
    r = desk.weigh("terms", ID)
    assert "\npatent-grant " not in r.out and "\ncommercial " in r.out, r
    assert "facts nobody has read" in r.out and "-v lists them" in r.out, r
    assert "patent-grant" in desk.weigh("terms", ID, "-v").out


def test_parts_are_told_by_lines(tmp):
    """A lawyer has lines, a program bytes: both are told."""
    d = Desk(tmp)
    d.learn()
    d.learn(OTHER, OTHER_ID, OTHER_TERMS)
    for end in ("\n", "\r\n", "\r"):
        text = ("\n\n" + TEXT + "\n" + OTHER).replace("\n", end)
        r = d.scan_text(text)
        first, second = [(m["line"], m["last_line"]) for m in r["matches"]]
        assert r["kind"] == "multiple" and first[0] == 3, r
        assert second[0] == 3 + TEXT.count("\n") + 1 and second[1] > second[0] > first[1], r
    said = d.weigh("scan", "LICENSE", "-v")
    assert f"exact {ID}, lines 3 to {first[1]} (bytes " in said.out, said
    assert "looked at with the licenses built in (weighhouse" in said.err, said
    assert f"looked at with the licenses of {d.dir} (learned at this site, engine" in said.err, said


def test_terms_of_nothing(desk):
    r = desk.weigh("terms", "LicenseRef-Brooks", code=NOT_FOUND)
    assert "cannot tell the terms of LicenseRef-Brooks" in r.err
    r = desk.weigh("terms", "LicenseRef-Quite-Another", code=NOT_FOUND)
    assert "weigh license terms lists all that are known" in r.err, r


def test_no_other_license_stands_for_one_whose_terms_are_not_known(desk):
    r = desk.weigh("terms", "X11-swapped", code=NOT_FOUND)
    assert "the text of 'X11-swapped' is known, its terms are not" in r.err, r
    assert "'X11'" not in r.err, r


def test_the_examples_of_the_help_are_known(desk):
    lines = run(BUILD / "weigh", "help", "license", "terms", env=desk.env).out.splitlines()
    examples = [line.split()[3:] for line in lines if line.startswith("weigh license terms ")]
    assert len(examples) == 2
    for words in examples:
        desk.weigh("terms", *words)


def test_terms_that_the_text_does_not_say_are_told(tmp):
    d = Desk(tmp)
    assert "the text says" not in d.learn().err
    r = d.learn(TEXT, ID, TERMS.replace("5000000", "6000000"))
    assert "threshold.mau: the text says > 5000000, the terms say > 6000000" in r.err, r
    assert f"close to {ID}" not in r.err, r


def test_a_tag_of_the_hub_stands_for_a_license(desk):
    r = desk.weigh("terms", "Gemma", "--json").json
    assert (r["license"], r["tag"]) == ("LicenseRef-Gemma-Terms", "Gemma"), r
    assert r["precision"] == "version-not-told"
    assert "does not say which version" in desk.weigh("terms", "gemma").err
    assert "tag" not in desk.weigh("terms", "MIT", "--json").json
    r = desk.weigh("terms", "openrail", code=NOT_FOUND)
    assert "is of several licenses, not of one" in r.err and "weigh license scan FILE" in r.err, r
    assert "names no license" in desk.weigh("terms", "other", code=NOT_FOUND).err


REFUSED = {
    "no LicenseRef": ("Brook-1.0", TEXT, None, USAGE, "no id for a site's own license"),
    "letters of an expression": ("LicenseRef-a b", TEXT, None, USAGE, "no id"),
    "a plus sign": ("LicenseRef-a+", TEXT, None, USAGE, "no id"),
    "one that weigh gives": ("LicenseRef-modified-MIT-0", TEXT, None, USAGE, "itself"),
    "an unknown value": ("LicenseRef-B", TEXT, TERMS.replace("conditional", "perhaps")
                         .replace(ID, "LicenseRef-B"), FAILED, "learn.terms:5"),
    "an unknown fact": ("LicenseRef-B", TEXT, TERMS.replace("redistribution", "distribution")
                        .replace(ID, "LicenseRef-B"), FAILED, "learn.terms:7"),
    "tags of the Hub": ("LicenseRef-B", TEXT, TERMS.replace(ID, "LicenseRef-B")
                        + "[hub]\nmit = LicenseRef-B, exact\n", FAILED, "learn.terms:10: the Hub's"),
    "terms of another": ("LicenseRef-B", TEXT, TERMS, FAILED, "not one section, [LicenseRef-B]"),
    "no text": ("LicenseRef-B", "\n\n", None, FAILED, "no text"),
    "a known text": ("LicenseRef-B", TEXT.upper(), None, FAILED, f"it is {ID}, word for word"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_learned(desk, case):
    id_, text, terms, code, words = REFUSED[case]
    r = desk.learn(text, id_, terms, code=code)
    assert words in r.err, r
    assert desk.weigh("packs", "--json").json["packs"][1]["licenses"] == 1


def test_what_is_built_in_cannot_be_redefined(desk):
    built_in = [i for i in desk.weigh("terms", "-q").out.split() if i.startswith("LicenseRef-")
                and i != ID]
    if not built_in:
        pytest.skip("no license of a vendor is built in")
    r = desk.learn(TEXT + "\nAnd more.", built_in[0], None, code=FAILED)
    assert "is built in" in r.err, r


def test_learned_in_any_order_the_pack_is_the_same(tmp):
    sums = []
    for first in (True, False):
        d = Desk(tmp / str(first))
        d.tmp.mkdir()
        for text, id_, terms in [(TEXT, ID, TERMS), (OTHER, OTHER_ID, OTHER_TERMS)][
                ::1 if first else -1]:
            r = d.learn(text, id_, terms, "--json")
        sums.append((d.dir / "site.pack").read_bytes())
        assert r.json["licenses"] == 2 and r.json["schema"] == "weigh.license-learn/1"
        assert d.scan_text(TEXT)["license"] == ID
        assert d.scan_text(OTHER)["license"] == OTHER_ID
    assert sums[0] == sums[1]


def test_an_id_stands_for_one_text(tmp):
    d = Desk(tmp)
    d.learn()
    d.learn()  # the same once more
    other = TEXT.replace("5,000,000", "6,000,000")
    r = d.learn(other, code=USAGE)
    assert "has another text already" in r.err and "say --yes" in r.err, r
    assert d.scan_text(TEXT)["kind"] == "exact"
    d.learn(other, ID, None, "--yes")
    assert d.scan_text(TEXT, code=FOUND)["kind"] == "modified"
    assert d.scan_text(other, code=FOUND)["kind"] == "exact"  # but its terms say 5,000,000


def test_what_was_learned_can_be_forgotten(tmp):
    d = Desk(tmp)
    d.learn()
    alone = (d.dir / "site.pack").read_bytes()
    d.learn(OTHER, OTHER_ID, OTHER_TERMS)
    assert "--yes" in d.weigh("forget", OTHER_ID, code=USAGE).err
    assert d.scan_text(OTHER)["license"] == OTHER_ID
    r = d.weigh("forget", OTHER_ID, "--yes", "--json").json
    assert (r["schema"], r["license"]) == ("weigh.license-forget/1", OTHER_ID), r
    assert (d.dir / "site.pack").read_bytes() == alone
    assert sorted(p.name for p in d.dir.rglob("*") if p.is_file()) == [
        f"{ID}.terms", f"{ID}.txt", "site.pack"]
    assert d.scan_text(OTHER, code=FOUND)["license"] != OTHER_ID
    d.weigh("terms", OTHER_ID, code=NOT_FOUND)
    r = d.weigh("forget", OTHER_ID, "--yes", code=NOT_FOUND)
    assert f"cannot forget {OTHER_ID}" in r.err and "was not learned in" in r.err, r
    d.weigh("forget", ID, "--yes")  # the last one
    assert not [p for p in d.dir.rglob("*") if p.is_file()]
    d.weigh("forget", "MIT", "--yes", code=USAGE)
    d.learn()  # and again
    assert (d.dir / "site.pack").read_bytes() == alone


@pytest.mark.parametrize("fault", [Fault("kill", CHANGES | UNLINK, KILL), failing(CHANGES, "ENOSPC")], ids=str)
def test_learning_that_breaks_off_is_never_half(tmp, fault):
    """(2) of cli/site.h, at every call that changes something."""
    preload_or_skip()
    d = learned(tmp)
    d.write("other.txt", OTHER)
    d.write("other.terms", OTHER_TERMS)
    shutil.copytree(d.dir, tmp / "before")
    control = Control(tmp / "control")
    command = [BUILD / "weigh", "license", "learn", tmp / "other.txt", "--id", OTHER_ID,
               "--terms", tmp / "other.terms", "--dir", d.dir]
    for n in range(1, 100):
        shutil.rmtree(d.dir)
        shutil.copytree(tmp / "before", d.dir)
        control.arm(fault, n)
        r = finish(*control.wrap(d.dir), *command, env=d.env)
        seen, _, where = control.disarm()
        assert (r.code == 0) == (seen < n), (n, where, r)
        assert d.scan_text(TEXT)["license"] == ID, (n, where)
        d.write("LICENSE", OTHER)
        again = finish(BUILD / "weigh", "license", "scan", tmp / "LICENSE", "-q", "--dir", d.dir,
                       env=d.env)
        assert (again.code, again.out) == (0, OTHER_ID + "\n") or again.code == FOUND, (where, again)
        if again.code == 0:  # then its terms are there, too
            d.weigh("terms", OTHER_ID)
        again = finish(*command, env=d.env)
        assert again.code == 0, (n, where, again)
        assert d.scan_text(OTHER)["license"] == OTHER_ID
        if seen < n:
            break
    assert 10 < n < 99


def test_two_cannot_learn_at_once(tmp):
    """(1) of cli/site.h."""
    import fcntl
    d = learned(tmp)
    fd = os.open(d.dir, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    r = d.learn(code=FAILED)
    assert "another weigh is learning into" in r.err, r
    os.close(fd)
    d.learn()


def test_an_id_is_spelled_in_one_way(desk):
    r = desk.learn(OTHER, ID.upper().replace("LICENSEREF", "LicenseRef"), code=FAILED)
    assert f"it is spelled {ID} there" in r.err, r


def test_a_relative_is_told(tmp):
    d = Desk(tmp)
    d.learn()
    r = d.learn(TEXT + "\n" + RIDER, "LicenseRef-Brook-1.1")
    assert f"close to {ID}: weigh license diff 'learn.txt' {ID} shows what differs" in r.err, r


def test_a_damaged_pack_is_not_passed_over(tmp):
    d = Desk(tmp)
    d.learn()
    pack = d.dir / "site.pack"
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)
    d.write("LICENSE", TEXT)
    r = d.weigh("scan", "LICENSE", code=FAILED)
    assert "site.pack" in r.err and "make it again" in r.err, r
    d.learn()
    assert d.scan("LICENSE")["LICENSE"]["kind"] == "exact"


def test_a_pack_of_an_earlier_engine_is_made_again(tmp):
    """(4) of cli/site.h: from the texts, and what lay there is not believed."""
    d = learned(tmp)
    pack = d.dir / "site.pack"
    (engine,) = re.findall(rb"engine (\d+)", pack.read_bytes())
    data = pack.read_bytes()[:-32].replace(b"engine " + engine, b"engine 0").replace(b"Brook", b"Brown")
    pack.write_bytes(data + hashlib.sha256(data).digest())
    assert d.scan_text(TEXT)["license"] == ID
    shutil.rmtree(d.dir / "texts")
    pack.write_bytes(data + hashlib.sha256(data[1:]).digest())
    d.weigh("scan", "LICENSE", code=FAILED)  # the change above was to what is checked


def test_without_a_folder_ones_own_is_taken(tmp):
    """Not --dir: ~/.config/weigh/licenses for a person."""
    d = Desk(tmp)
    d.write("acme.txt", TEXT)
    d.write("acme.terms", TERMS)
    if os.geteuid() != 0:
        run(BUILD / "weigh", "license", "learn", "acme.txt", "--id", ID, "--terms", "acme.terms",
            env=d.env, cwd=tmp)
    else:  # root would write to /etc
        d.dir = tmp / ".config/weigh/licenses"
        d.learn()
    r = run(BUILD / "weigh", "license", "scan", "acme.txt", env=clean_env(tmp), cwd=tmp)
    assert r.code == 0 and ID in r.out, r
    env = clean_env(tmp, XDG_CONFIG_HOME=str(tmp / ".config"))
    r = run(BUILD / "weigh", "license", "packs", "-q", env=env, cwd=tmp)
    assert r.out.split("\n")[:2] == ["built in", str(tmp / ".config/weigh/licenses")], r


@pytest.mark.parametrize("name", ["XDG_CONFIG_HOME", "HOME"])
def test_a_folder_is_never_cut_short(tmp, name):
    """The first 900 bytes of its name are another folder's."""
    env = clean_env(tmp, **{name: "/" + "n" * 1100})
    r = run(BUILD / "weigh", "license", "packs", env=env, cwd=tmp)
    assert r.code == USAGE and "name the folder with --dir" in r.err, r


def test_no_weighd_is_asked(tmp):
    d = Desk(tmp)
    d.learn()
    d.write("LICENSE", TEXT)
    r = d.weigh("scan", "LICENSE", "--server", f"unix:{tmp}/none")
    assert r.code == 0 and ID in r.out
