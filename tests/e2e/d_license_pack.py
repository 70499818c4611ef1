"""The pack of fingerprints is made from folders of texts: SPDX's XML and others.

The licenses here are made up.  What is in a pack, and that damaged ones are refused, are
tests/unit/license/test_pack.c's business.
"""
import json
import subprocess

import pytest
from house import BUILD, ROOT

TOOL = ROOT / "packaging" / "license-pack"
BUILDER = BUILD / "packaging" / "license-pack" / "build"

GIZMO = """<?xml version="1.0" encoding="UTF-8"?>
<SPDXLicenseCollection xmlns="http://www.spdx.org/license">
<license licenseId="{id}" name="Gizmo &quot;Public&quot; License"{more}>
 <standardLicenseHeader><p>Sold under the Gizmo License, version 2.</p></standardLicenseHeader>
 <text>
  <titleText><p>Gizmo License<br/>Version 2</p></titleText>
  <copyrightText><p>Copyright (c) &lt;year&gt; &lt;maker&gt;</p></copyrightText>
  <p>You may use this <alt match="gizmo|widget" name="thing">gizmo</alt> in any ma-
     chine &lt;&lt;of yours&gt;&gt;.</p>
  <list>
   <item><bullet>1.</bullet><p>The name of <alt match=".+" name="maker">the "maker"</alt> stays.</p></item>
   <item><bullet>Section II</bullet> Nobody<optional>at all</optional>owes you any
     thing<optional spacing="none">s</optional> that<alt match="way|case" name="w">way</alt>.</item>
  </list>
 </text>
</license>
</SPDXLicenseCollection>
"""
ACME = "Acme Model License 3\n\nYou may run the model, and nothing else.\n"


@pytest.fixture
def texts(tmp_path):
    """A folder as license-list-XML and a company's own licenses would make it."""
    spdx, acme = tmp_path / "spdx-xml", tmp_path / "ai" / "LicenseRef-Acme-3"
    spdx.mkdir()
    acme.mkdir(parents=True)
    for ident, more in (("Gizmo-2.0-only", ""), ("Gizmo-2.0-or-later", ""),
                        ("Gizmo-2.0", ' deprecatedVersion="3.0"')):
        (spdx / f"{ident}.xml").write_text(GIZMO.format(id=ident, more=more))
    (acme / "1.txt").write_text(ACME)
    (acme / "meta.json").write_text(json.dumps(
        {"id": "LicenseRef-Acme-3", "name": "Acme", "kind": "license",
         "files": [{"file": "1.txt"}]}))
    return tmp_path


def read(folder):
    return subprocess.run([TOOL / "read-texts", folder], capture_output=True, timeout=60)


def build(stream, pack):
    return subprocess.run([BUILDER, pack], input=stream, capture_output=True, timeout=60)


def entries(stream):
    """What stands in the stream: the fields of each entry, and its text."""
    line, _, rest = stream.partition(b"\n")
    assert line.startswith(b"pack\t")
    while rest:
        line, _, rest = rest.partition(b"\n")
        fields = line.decode().split("\t")
        size = int(fields[-1])
        yield fields, rest[:size].decode()
        rest = rest[size:]


def test_markup_becomes_marks(texts):
    text = next(text for fields, text in entries(read(texts).stdout)
                if fields[1] == "0" and fields[4] == "Gizmo-2.0-only")
    for part in ('<<beginOptional;name="title">>', "Gizmo License\nVersion 2",
                 '<<var;name="copyright";original="Copyright (c) <year> <maker>";match=".+">>',
                 '<<var;name="alt";original="gizmo";match="gizmo|widget">> in any ma-chine '
                 "< <of yours> >.",
                 """\n1. The name of <<var;name="alt";original="the 'maker'";match=".+">> stays.""",
                 "\n<<beginOptional>>Section II <<endOptional>>",
                 "Nobody <<beginOptional>>at all<<endOptional>> owes you any "
                 """thing<<var;name="alt";original="s";match="(s)?">> that """
                 """<<var;name="alt";original="way";match="way|case">>."""):
        assert part in text


def test_a_family_has_one_text_under_three_ids(texts):
    rows = [fields for fields, _ in entries(read(texts).stdout) if "Gizmo" in fields[4]]
    licenses = {(r[4], r[2], r[3]): sum(s[4] == r[4] and s[1] == "0" for s in rows) for r in rows}
    assert licenses == {("Gizmo-2.0-only", "-", "1"): 3, ("Gizmo-2.0-or-later", "-", "1"): 3,
                        ("Gizmo-2.0", "d", "0"): 3}
    assert len([r for r in rows if r[1] == "4"]) == 3  # a header each


def test_others_are_a_vendors(texts):
    fields, text = next((f, t) for f, t in entries(read(texts).stdout) if "Acme" in f[4])
    assert (fields[1], fields[2], text) == ("0", "v", ACME)


def test_a_policy_behind_an_agreement_is_its_own(texts):
    """Where `parts` says that an agreement carries its policy, both become texts."""
    line = "Meta Llama 3 Acceptable Use Policy"
    for ident, text in (("LicenseRef-Llama-3-Community", f"Made up.\n{line}\nDo no harm.\n"),
                        ("LicenseRef-Llama-3-Community-AUP", "Do no harm here.\n")):
        folder = texts / "ai" / ident
        folder.mkdir()
        (folder / "1.txt").write_text(text)
        (folder / "meta.json").write_text(json.dumps(
            {"id": ident, "name": "Llama", "kind": "license", "files": [{"file": "1.txt"}]}))
    rows = [(f[4], t) for f, t in entries(read(texts).stdout) if "Llama" in f[4]]
    assert rows == [("LicenseRef-Llama-3-Community", "Made up.\n"),
                    ("LicenseRef-Llama-3-Community-AUP", f"{line}\nDo no harm.\n"),
                    ("LicenseRef-Llama-3-Community-AUP", "Do no harm here.\n")]


def test_the_same_texts_make_the_same_bytes(texts, tmp_path):
    first, second = tmp_path / "1.pack", tmp_path / "2.pack"
    made = build(read(texts).stdout, first)
    assert made.returncode == 0, made.stderr
    assert build(read(texts).stdout, second).returncode == 0
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"WHLICPK1")
    # Three ids, three headers, Acme, and the harmless sentences.
    assert b"8 entries" in made.stdout
    assert b"maker" not in first.read_bytes()  # no text is in it


def test_a_folder_without_texts(tmp_path):
    asked = read(tmp_path)
    assert asked.returncode != 0
    assert b"neither spdx-xml/*.xml nor ai/*/meta.json" in asked.stderr


def test_a_text_without_words_is_named(texts, tmp_path):
    (texts / "ai" / "LicenseRef-Acme-3" / "1.txt").write_text("...\n")
    made = build(read(texts).stdout, tmp_path / "pack")
    assert made.returncode == 1
    assert made.stderr == b"build: LicenseRef-Acme-3: there is no word in it\n"
    assert not (tmp_path / "pack").exists()


@pytest.mark.parametrize("stream", [b"", b"what\n", b"pack\tv\nentry\t0\t-\t1\tA\t\tA\t99\nwords"])
def test_a_stream_that_is_none(stream, tmp_path):
    made = build(stream, tmp_path / "pack")
    assert made.returncode == 1 and made.stderr.startswith(b"build: ")
    assert not (tmp_path / "pack").exists()
