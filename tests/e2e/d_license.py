"""weigh license: what the text says, word for word, without weighd."""
import codecs
import hashlib
import os

import pytest

import models
from house import BUILD, run
from licenses import COPIES, GRANT, ID, LIMIT, NOTHING, RIDER, TERMS, TEXT, TITLE, USES, Desk

FOUND, NOT_FOUND, PARTLY = 9, 3, 8


def reflowed(text, width):
    words, lines, line = text.split(), [], ""
    for word in words:
        if len(line) + 1 + len(word) > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


DRESSES = {
    "as it is": TEXT,
    "one long line": " ".join(TEXT.split()),
    "narrow": reflowed(TEXT, 30),
    "capitals": TEXT.upper(),
    "CRLF": TEXT.replace("\n", "\r\n"),
    "comments": "".join(f"# {line}\n" for line in TEXT.splitlines()),
    "UTF-16": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "a byte order mark": codecs.BOM_UTF8 + TEXT.encode(),
    "HTML": "<html><body>" + "".join(f"<p>{p}</p>\n" for p in TEXT.split("\n\n"))
            + "</body></html>",
    "Markdown": "# " + TEXT.replace("worldwide", "**worldwide**").replace("4. Uses", "4\\. *Uses*"),
    "a holder": "Copyright (c) 2026 Brook Makers GmbH\n\n" + TEXT,
}


@pytest.mark.parametrize("dress", DRESSES)
def test_another_dress_is_the_same_license(desk, dress):
    r = desk.scan_text(DRESSES[dress])
    assert (r["license"], r["kind"], r["score"]) == (ID, "exact", 1), r
    assert r["added"] == r["removed"] == [] and r["terms_differ"] == [], r


def test_under_the_title_of_another_license(desk):
    for text in (f"GNU General Public License\n\n{TEXT}", f"{TEXT}\n\nGNU General Public License\n"):
        r = desk.scan_text(text, code=FOUND)
        assert r["kind"] in ("modified", "unknown") and not r["license"].startswith("GPL"), r
        assert "GNU General Public License" in [p["text"] for p in r["added"]], r


CHANGES = {
    "a rider behind": (f"{TEXT}\n{RIDER}.\n", [RIDER], "negation"),
    "a rider inside": (TITLE + GRANT + COPIES + LIMIT + f"{RIDER}.\n\n" + USES + NOTHING, [RIDER],
                       "negation"),
    "another number": (TEXT.replace("5,000,000", "50,000"), ["50,000"], "number"),
    "another verb": (TEXT.replace("you must ask", "you may ask"), ["may"], "modal"),
    "one word more": (TEXT.replace("You may not steer", "You may not commercially steer"),
                      ["commercially"], None),
}


@pytest.mark.parametrize("change", CHANGES)
def test_one_change_is_never_clean(desk, change):
    text, words, strong = CHANGES[change]
    r = desk.scan_text(text, code=FOUND)
    sha = hashlib.sha256(text.encode()).hexdigest()
    assert r["kind"] == "modified" and r["score"] < 1, r
    assert r["sha256"] == sha and r["license"] == f"LicenseRef-modified-{ID[11:]}-{sha[:12]}", r
    assert [m["license"] for m in r["matches"]] == [ID]
    assert [p["text"] for p in r["added"]] == words
    for p in r["added"]:  # offsets are bytes of the file as stored
        assert text.encode()[p["offset"]:p["offset"] + p["length"]].decode() == p["text"]
        assert text[:p["offset"]].count("\n") + 1 == p["line"] and p["against"] == ID
    if strong:
        assert strong in r["added"][0]["strong"], r


def test_a_dropped_clause_is_quoted_from_what_was_learned(desk):
    r = desk.scan_text(TITLE + GRANT + COPIES + LIMIT + NOTHING, code=FOUND)
    assert r["kind"] == "modified" and r["added"] == []
    (p,) = r["removed"]
    assert p["tokens"] == len(USES.split()) - 1, p  # "4." is a label, not a word
    assert p["clause"] == "4" and "negation" in p["strong"] and not p["truncated"]
    assert " ".join(p["text"].split()).startswith("Uses. You may not steer weapons")
    assert p["text_from"].endswith(f"texts/{ID}.txt")


def test_a_long_passage_is_cut(desk):
    """(2) of cli/scanned.h: characters, not bytes, and its length is told."""
    long = "Überdies mußt du zahlen. " * 150
    r = desk.scan_text(TEXT + "\n" + long, code=FOUND)
    (p,) = r["added"]
    assert p["cut"] and p["text"] == long[:2000]
    assert p["length"] == len(long.rstrip(". ").encode())


def test_words_are_quoted_from_a_folder_of_texts(desk):
    """Of a license whose text nobody here has: only --texts knows the words."""
    desk.write("LICENSE", TITLE + GRANT + COPIES + LIMIT + NOTHING)
    hidden = (desk.dir / "texts").rename(desk.dir / "hidden")
    try:
        r = desk.scan("LICENSE", code=FOUND)["LICENSE"]
        assert [(p["text"], p["text_from"]) for p in r["removed"]] == [(None, None)]
        assert "25 words missing" in desk.weigh("scan", "LICENSE", code=FOUND).out
        assert "[-25 words-]" in desk.weigh("diff", "LICENSE", ID).out
        for name in ("texts/other/1.txt", "texts/a/b/deep.txt"):
            desk.write(name, "Nothing of it.\n")
        desk.write(f"texts/{ID}/1.txt", TEXT.upper())
        r = desk.scan("LICENSE", code=FOUND, words=("--texts", "texts"))["LICENSE"]
        assert [p["text_from"] for p in r["removed"]] == [f"texts/{ID}/1.txt"]
        assert "STEER WEAPONS" in r["removed"][0]["text"]
        desk.write("copy", TEXT)  # and a copy among the files of the same run
        r = desk.scan("LICENSE", "copy", code=FOUND)["LICENSE"]
        assert [p["text_from"] for p in r["removed"]] == ["copy"]
    finally:
        hidden.rename(desk.dir / "texts")
    r = desk.weigh("scan", "LICENSE", "--texts", "nowhere", code=NOT_FOUND)
    assert "nowhere is no folder" in r.err, r


def test_the_end_is_missing(desk):
    r = desk.scan_text(TITLE + GRANT + COPIES + LIMIT, code=FOUND)
    assert r["kind"] == "modified" and [p["truncated"] for p in r["removed"]] == [True], r


def test_words_of_another_encoding_are_told_in_utf8(desk):
    rider = "Außerdem muß jeder Nutzer 5.000 € zahlen"
    text = f"{TEXT}\n{rider}.\n"
    for encoding in ("utf-8", "utf-16-le", "cp1252"):
        bom = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
        data = bom + text.encode(encoding)
        r = desk.scan_text(data, code=FOUND)
        assert r["kind"] == "modified", r
        (p,) = r["added"]
        assert p["text"] == rider, r
        assert data[p["offset"]:p["offset"] + p["length"]].decode(encoding) == p["text"]


def test_what_nobody_knows_is_nobodys(desk):
    """Half of the text among other law is a relative, never the license."""
    own = ("The holder gives every reader leave to use the work, provided that no fee is asked. "
           "This license ends when the licensee breaks it, and all copies shall be destroyed. " * 6)
    r = desk.scan_text(GRANT + own, code=FOUND)
    assert r["kind"] == "unknown" and r["license"].startswith("LicenseRef-text-"), r
    assert len(r["nearest"]) <= 3
    assert all(m["license"] != ID for m in r["matches"]), r


def test_nothing_of_law(desk):
    r = desk.scan_text("A list of birds:\nblackbird\nwren\n")
    assert (r["kind"], r["license"], r["score"]) == ("none", None, 0)
    assert desk.scan_text(models.noise(3000, 1))["kind"] == "none"
    assert desk.scan_text(b"")["kind"] == "none"


def test_pointers(desk):
    r = desk.scan_text("SPDX-License-Identifier: MIT OR Apache-2.0\n")
    assert r["kind"] == "reference" and r["references"][0]["kind"] == "spdx", r
    assert r["license"] == "MIT OR Apache-2.0"
    r = desk.scan_text("The license of the weights: see LICENSE-MODEL\n")
    assert r["kind"] == "reference" and r["references"][0]["target"] == "LICENSE-MODEL", r


NAMES = {"MIT License": "MIT", "The MIT License (MIT)": "MIT", "License: Apache 2.0": "Apache-2.0",
         "License: GPL-3.0-or-later": "GPL-3.0-or-later", "CC BY-NC 4.0": "CC-BY-NC-4.0",
         "This model is under the Apache 2.0 license.": "Apache-2.0", "Licensed under MIT": "MIT",
         "License: GPL-2+": "GPL-2.0-or-later"}


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_a_pointer(desk, text):
    r = desk.scan_text(f"{text}\n")
    assert (r["kind"], r["license"]) == ("reference", NAMES[text]), r
    assert [x["doubt"] for x in r["references"]] == [None]


LIMITS = {
    "Licensed under Apache-2.0 except for military use.": "except for military use",
    "Licensed under the MIT License - see the LICENSE file for details, but not for commercial "
    "use.": "see the LICENSE file for details, but not for commercial use",
    "Licensed under Apache-2.0.\n\nHowever, you may not sell it.": "However, you may not sell it",
    "License: MIT\nCompanies over 10 people need to buy it.":
    "Companies over 10 people need to buy it",
    "License: Apache-2.0\n\nThis software is proprietary.": "This software is proprietary",
    "License: MIT\nRegistration is required. Students get it for free.": "Registration is required",
}


@pytest.mark.parametrize("text", LIMITS)
def test_what_limits_a_pointer_is_looked_at(desk, text):
    """A license that is pointed to with a limit is a change of it, never the license."""
    r = desk.scan_text(f"{text}\n", code=FOUND)
    assert r["kind"] == "modified" and r["score"] < 1, r
    (m,) = r["matches"]
    assert m["pointer"] and r["license"].startswith(f"LicenseRef-modified-{m['license']}-"), r
    assert LIMITS[text] in [p["text"] for p in r["added"] if p["against"] == m["license"]], r
    assert "limited" in [x["doubt"] for x in r["references"]], r
    said = desk.weigh("scan", "LICENSE", code=FOUND)
    assert f"LICENSE points to {m['license']}, and limits it" in said.err, said


def test_what_every_text_says_limits_nothing(desk):
    for beside in ("It comes without any warranty.", "We are not affiliated with Acme.",
                   "See the LICENSE file for details.", "The model was not tested at sea.",
                   "It is free of charge.", "You can use, modify and sell it.",
                   "It beats proprietary models."):
        r = desk.scan_text(f"# A model\n\nLicensed under the MIT License. {beside}\n")
        assert (r["kind"], r["license"]) == ("reference", "MIT"), (beside, r)


@pytest.mark.parametrize("text, doubt", [("MIT-2", "unlisted"), ("MIT OR", "broken"),
                                         ("MIT OR LicenseRef-Nobodys", "unlisted")])
def test_a_pointer_to_nothing_is_looked_at(desk, text, doubt):
    r = desk.scan_text(f"SPDX-License-Identifier: {text}\n", code=FOUND)
    assert [x["doubt"] for x in r["references"]] == [doubt], r
    said = desk.weigh("scan", "LICENSE", code=FOUND)
    assert f"points to {text}, which" in said.out and "write an id of SPDX" in said.err, said
    assert desk.scan_text(f"SPDX-License-Identifier: {ID}\n")["license"] == ID  # learned here


def test_no_pointer_hides_behind_many(desk):
    """Of 64 pointers each is told; that there are more is a doubt."""
    many = "".join(f"see LICENSE-{i}.txt\n" for i in range(64))
    r = desk.scan_text(many)
    assert len(r["references"]) == 64 and {x["doubt"] for x in r["references"]} == {None}
    r = desk.scan_text(many + "SPDX-License-Identifier: LicenseRef-Nobodys\n", code=FOUND)
    assert len(r["references"]) == 64 and r["references"][-1]["doubt"] == "more", r


def test_a_doubtful_pointer_is_told_behind_many(desk):
    """People see eight that are sure; the ninth, which is not, is why they have to look."""
    desk.write("LICENSE", "".join(f"see LICENSE-{i}.txt\n" for i in range(20))
               + "SPDX-License-Identifier: LicenseRef-Nobodys\n")
    r = desk.weigh("scan", "LICENSE", code=FOUND)
    assert "line 21 points to LicenseRef-Nobodys, which no list here has" in " ".join(r.out.split()), r
    assert "and to 12 more, which --json has" in r.out, r


def test_a_name_with_more_is_law_that_nobody_knows(desk):
    """It points nowhere, and is not passed over as if nothing were said."""
    for text in ("MIT License, bought copies only.", "This software is proprietary."):
        r = desk.scan_text(f"{text}\n", code=FOUND)
        assert (r["kind"], r["matches"]) == ("unknown", []), r
        assert r["license"].startswith("LicenseRef-text-"), r


def test_numbers_are_facts(desk):
    r = desk.scan_text(TEXT)
    (fact,) = [f for f in r["facts"] if f["name"] == "threshold.mau"]
    assert (fact["value"], fact["unit"], fact["operator"]) == ("5000000", "mau", ">"), fact
    assert TEXT.encode()[fact["offset"]:][:fact["length"]] in TEXT.encode()
    r = desk.scan_text(TEXT.replace("5,000,000", "50,000"), code=FOUND)
    assert [(d["fact"], d["license"]) for d in r["terms_differ"]] == [("threshold.mau", ID)]


# --- folders ---------------------------------------------------------------------------


def test_a_folder_is_looked_through_by_names(desk):
    for name in ("LICENSE", "a/b/COPYING.txt", "LICENSES/x/y/z.txt", "code/LICENSE-CODE"):
        desk.write(f"m/{name}", TEXT)
    for name in ("a/b/c/LICENSE", ".git/LICENSE", "main.c", "model.safetensors"):
        desk.write(f"m/{name}", TEXT)
    desk.write("m/README.md", "---\nlicense: mit\n---\n# A model\n")
    found = desk.scan("m")
    assert list(found) == ["m/LICENSE", "m/LICENSES/x/y/z.txt", "m/a/b/COPYING.txt",
                           "m/code/LICENSE-CODE"]
    assert {r["license"] for r in found.values()} == {ID}
    assert list(desk.scan("m/main.c")) == ["m/main.c"]  # whoever names a file gets it


def test_a_card_without_its_front_matter(desk):
    """Its text counts, what it declares does not; offsets are those of the file."""
    card = "---\nlicense: other\nlicense_name: brook\n---\n"
    desk.write("m/README.md", card + TEXT)
    r = desk.scan("m")["m/README.md"]
    assert (r["kind"], r["license"]) == ("exact", ID)
    assert r["matches"][0]["start"] >= len(card)


def test_links_do_not_lead_out(desk):
    desk.write("elsewhere", TEXT)
    desk.write("m/LICENSE", TEXT)
    (desk.tmp / "m/COPYING").symlink_to("LICENSE")
    (desk.tmp / "m/NOTICE").symlink_to("../elsewhere")
    (desk.tmp / "m/EULA").symlink_to("nowhere")
    (desk.tmp / "m/LICENSES").symlink_to(".")
    os.mkfifo(desk.tmp / "m/TERMS")
    r = desk.weigh("scan", "m", "--json", code=PARTLY).json
    assert [x["path"] for x in r["results"]] == ["m/COPYING", "m/LICENSE"]
    why = {f["path"]: f["why"] for f in r["failed"]}
    assert sorted(why) == ["m/EULA", "m/NOTICE", "m/TERMS"]
    assert "leaves the folder" in why["m/NOTICE"] and "no regular file" in why["m/TERMS"]


def test_nothing_to_look_at(desk):
    (desk.tmp / "m").mkdir()
    for path in ("m", "none"):
        r = desk.weigh("scan", path, code=NOT_FOUND)
        fix = "name what can be read" if path == "none" else "name the file itself"
        assert f"found no license in {path}" in r.err and f"fix: {fix}" in r.err, r
        assert desk.weigh("scan", path, "--json", code=NOT_FOUND).json["error"]["code"] == "not_found"


def test_more_than_is_looked_at_is_never_exact(desk):
    r = desk.scan_text(TEXT + "\n" * (5 << 20), code=FOUND)
    assert r["unscanned"] and r["kind"] != "exact" and r["sha256"] is None, r
    assert r["bytes"] == len(TEXT) + (5 << 20)


# --- in words ---------------------------------------------------------------------------


def test_for_people(desk):
    desk.write("LICENSE", TEXT)
    desk.write("OTHER", f"{TEXT}\n{RIDER}.\n")
    r = desk.weigh("scan", "LICENSE", "OTHER", code=FOUND)
    lines = r.out.splitlines()
    assert lines[0].split() == ["exact", ID, "LICENSE"]
    assert lines[1].endswith("says: more than 5,000,000 users active in a month")
    assert lines[2].split()[0] == "modified" and lines[2].endswith("OTHER")
    assert f"{ID} with 1 passage added" in lines[3]
    assert f'"{RIDER}"' in " ".join(r.out.split())
    assert r.err.startswith("2 files: 1 exact, 1 modified\nweigh: 1 of 2 files has to be looked at\n"), r
    assert f"fix: weigh license diff 'OTHER' {ID}" in r.err
    assert max(map(len, lines)) <= 100


def test_who_is_left_out_is_said_of_an_exact_text(tmp):
    """Each once, however often a text says it."""
    d = Desk(tmp)
    left_out = TEXT + "\n6. Places. This license does not apply in the European Union.\n" * 2
    d.learn(left_out, ID, None)
    d.write("LICENSE", left_out)
    r = d.weigh("scan", "LICENSE")
    assert r.out.startswith("exact") and r.out.count("EU left out") == 1, r


POLICY = ("BROOK USE POLICY\n\nYou agree that you will not use the model to plan harm to people, and "
          "that you will not let it pass for a person when somebody asks.\n\nWhoever sees the "
          "model used otherwise is asked to write to the maker about it.\n")


def test_a_policy_that_the_license_incorporates_is_held_beside_it(tmp):
    d = Desk(tmp)
    d.learn(terms=TERMS + "aup = file, url (4)\n")
    d.write("m/LICENSE", TEXT)
    assert d.scan("m/LICENSE")["m/LICENSE"]["policies_not_held"] == []  # nobody asked
    missing = d.scan("m", code=FOUND)["m/LICENSE"]
    assert missing["kind"] == "exact"
    assert missing["policies_not_held"] == [{"license": ID, "policy": None, "clause": "4"}]
    r = d.weigh("scan", "m", code=FOUND)
    said = " ".join(r.out.split())
    assert f"{ID} incorporates a policy of use (4), which is not held there" in said, r
    assert "the policy that m/LICENSE incorporates is not held there" in r.err, r
    # While nobody knows its text a name will do.
    d.write("m/USE_POLICY.md", POLICY)
    assert d.scan("m")["m/LICENSE"]["policies_not_held"] == []
    # Known, it is the text that counts.
    d.learn(POLICY, f"{ID}-AUP", f"[{ID}-AUP]\nname = Brook Use Policy\nfamily = policy\n"
                                 "evidence = text\n")
    assert d.scan("m")["m/LICENSE"]["policies_not_held"] == []
    d.write("m/USE_POLICY.md", "Be kind.\n")
    unheld = d.scan("m", code=FOUND)["m/LICENSE"]["policies_not_held"]
    assert [u["policy"] for u in unheld] == [f"{ID}-AUP"]
    assert f"put {ID}-AUP beside it" in d.weigh("scan", "m", code=FOUND).err
    # Behind the agreement in one file it is held too, and a pointer incorporates nothing.
    d.write("m/LICENSE", TEXT + "\n" + POLICY)
    assert d.scan("m")["m/LICENSE"]["kind"] == "multiple"
    d.write("m/LICENSE", f"SPDX-License-Identifier: {ID}\n")
    assert d.scan("m")["m/LICENSE"]["policies_not_held"] == []


def test_nothing_is_not_near(desk):
    """A relative of which no word in a hundred is there is none."""
    desk.write("LICENSE", "You may not use the words of this license.\n" + "You must. " * 20)
    assert "0 %" not in desk.weigh("scan", "LICENSE", code=FOUND).out


def test_no_text_is_no_difference(desk):
    for text in (b"", bytes(range(256)) * 9):
        desk.write("LICENSE", text)
        r = desk.weigh("diff", "LICENSE", ID)
        assert r.out == f"LICENSE is not {ID}: there is no text in it\n", r
        r = desk.weigh("diff", "LICENSE", ID, "--json").json["result"]
        assert (r["kind"], r["license"]) == ("none", None), r


def test_other_forms(desk):
    desk.write("LICENSE", TEXT)
    assert desk.weigh("scan", "LICENSE", "-q").out == ID + "\n"
    head, row = desk.weigh("scan", "LICENSE", "--format", "tsv").out.splitlines()
    assert head.split("\t")[:3] == ["license", "kind", "path"]
    assert row.split("\t")[:3] == [ID, "exact", "LICENSE"]


def test_no_text_moves_the_cursor(desk):
    desk.write("LICENSE", TEXT + "\nYou must \x1b[2Jnot \x07ring.\n")
    for words in (("scan", "LICENSE"), ("diff", "LICENSE", ID)):
        r = desk.weigh(*words, code=FOUND if words[0] == "scan" else 0)
        assert "\x1b" not in r.out + r.err and "\x07" not in r.out + r.err, r


def test_a_difference_in_context(desk):
    desk.write("LICENSE", TEXT.replace("you must ask", "you may ask"))
    r = desk.weigh("diff", "LICENSE", ID.lower())
    said = " ".join(r.out.split())
    assert "monthly active users, you [-must-] {+may+} ask the maker" in said, r
    assert r.err == f"LICENSE against {ID}: 1 passage added, 1 passage missing\n"
    d = desk.weigh("diff", "LICENSE", ID, "--json").json
    assert d["schema"] == "weigh.license-diff/1" and d["against"] == ID
    assert [p["text"] for p in d["result"]["added"]] == ["may"]
    assert [p["text"] for p in d["result"]["removed"]] == ["must"]
    rows = desk.weigh("diff", "LICENSE", ID, "--format", "tsv").out.splitlines()
    assert sorted(row.split("\t")[0] for row in rows[1:]) == ["added", "removed"]
    desk.write("LICENSE", TEXT)
    assert desk.weigh("diff", "LICENSE", ID).out == f"LICENSE is {ID}, word for word\n"


def test_against_what_is_not_known(desk):
    desk.write("LICENSE", TEXT)
    r = desk.weigh("diff", "LICENSE", "LicenseRef-Brock-1.0", code=NOT_FOUND)
    assert "cannot compare LICENSE with LicenseRef-Brock-1.0" in r.err, r
    assert ID in r.err, r  # the nearest
    r = desk.weigh("diff", "LICENSE", "LicenseRef-Quite-Another", code=NOT_FOUND)
    assert "fix: weigh license scan FILE names the nearest" in r.err, r
    r = desk.weigh("diff", ID, "LICENSE", code=NOT_FOUND)  # the wrong way round
    assert "fix: name a file, then a license" in r.err, r


# --- real texts, where there are any -------------------------------------------------------

COMMON = {"Apache-2.0": "Apache-2.0", "GPL-2": "GPL-2.0-only", "GPL-3": "GPL-3.0-only",
          "LGPL-2.1": "LGPL-2.1-only", "MPL-2.0": "MPL-2.0", "CC0-1.0": "CC0-1.0"}


@pytest.mark.parametrize("name", COMMON)
def test_debians_own_copies(tmp, name):
    path = f"/usr/share/common-licenses/{name}"
    if not os.path.exists(path):
        pytest.skip(f"{path} is not installed")
    d = Desk(tmp)
    r = run(BUILD / "weigh", "license", "scan", path, "--json", env=d.env)
    (result,) = r.json["results"]
    assert (result["kind"], result["license"]) == ("exact", COMMON[name]), r
    untold = [m["only_untold"] for m in result["matches"]]
    assert untold == [COMMON[name].endswith("-only")], result
    if COMMON[name] == "GPL-3.0-only":
        notice = "SPDX-License-Identifier: GPL-3.0-only\n\n"
        d.write("COPYING", notice + open(path, encoding="utf-8").read())
        told = run(BUILD / "weigh", "license", "scan", "COPYING", "--json", env=d.env, cwd=tmp)
        (m,) = told.json["results"][0]["matches"]
        assert (m["license"], m["only_untold"]) == ("GPL-3.0-only", False), m
    said = run(BUILD / "weigh", "license", "scan", path, env=d.env).out
    assert ("the text does not tell" in said) == COMMON[name].endswith("-only"), said


def test_missing_words_are_quoted_from_debians_copy(tmp):
    path = "/usr/share/common-licenses/Apache-2.0"
    if not os.path.exists(path):
        pytest.skip(f"{path} is not installed")
    text = open(path, encoding="utf-8").read()
    d = Desk(tmp)
    d.write("LICENSE", text.replace("no-charge, ", ""))
    r = run(BUILD / "weigh", "license", "scan", "LICENSE", "--json", env=d.env, cwd=tmp)
    (result,) = r.json["results"]
    assert r.code == FOUND and result["matches"][0]["license"] == "Apache-2.0", r
    assert {p["text_from"] for p in result["removed"]} == {path}, r
    assert all("no-charge" in p["text"] for p in result["removed"]), r
