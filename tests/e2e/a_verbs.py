"""Every verb, done and refused, in words and in JSON.

What a verb says is told by the stories of that verb.  This is the table of all of
them: no verb is forgotten, every form ends with its exit status, and `make
check-valgrind` runs each one.  Rows name what a verb works on in braces.
"""
import json
import re

import pytest

import licenses
import models
from house import BUILD, ROOT, UNDER, clean_env, remove, run

# VERB: rows of arguments and the exit status they end with.
DONE, FAILED, USAGE, NOT_FOUND, BAD, FOUND = 0, 1, 2, 3, 5, 9
ROWS = {
    "add": [("{folder} acme/again", DONE), ("{folder} acme/again --revision dev -m words", DONE),
            ("{folder} ../up", USAGE), ("{folder}/nowhere acme/x", NOT_FOUND)],
    "pull": [("acme/small --to {out}", DONE), ("acme/small --to {out} --include *.json", DONE),
             ("solo@main --to {out} -j 2", DONE), ("acme/none --to {out}", NOT_FOUND),
             ("acme/small@none --to {out}", NOT_FOUND), ("a/b/c/d", USAGE)],
    "mirror": [("acme/none", USAGE), ("acme/none --priority 1001", USAGE),
               ("acme/none --formats gguf", USAGE), ("a/b/c/d", USAGE)],
    "mirror ls": [("", DONE), ("extra", USAGE)],
    "mirror sync": [("", DONE), ("acme/small", NOT_FOUND), ("acme/small@main", USAGE)],
    "mirror rm": [("acme/small", NOT_FOUND), ("acme/small@main", USAGE)],
    "mirror pause": [("acme/none", NOT_FOUND), ("99", NOT_FOUND)],
    "mirror resume": [("acme/none", NOT_FOUND), ("a/b/c/d", USAGE)],
    "mirror cancel": [("acme/none", NOT_FOUND), ("99", NOT_FOUND)],
    "events": [("", DONE), ("acme/small --since 1d", DONE), ("--since never", USAGE)],
    "pin": [("acme/small -m why", DONE), ("", DONE), ("acme/none", NOT_FOUND)],
    "unpin": [("acme/small", DONE), ("acme/none", NOT_FOUND), ("", USAGE)],
    "ls": [("", DONE), ("extra", USAGE)],
    "files": [("acme/small", DONE), ("acme/none", NOT_FOUND), ("acme/small@no..good", USAGE)],
    "show": [("datasets/acme/rows", DONE), ("acme/none", NOT_FOUND)],
    "diff": [("acme/small main main", DONE), ("acme/small main none", NOT_FOUND)],
    "verify": [("acme/small", DONE), ("--dir {pulled}", DONE), ("--dir {changed}", BAD),
               ("--dir {folder}", NOT_FOUND), ("acme/none", NOT_FOUND)],
    "scrub": [("", DONE), ("acme/small", DONE), ("--all", DONE), ("acme/none", NOT_FOUND)],
    "rm": [("acme/none --yes", NOT_FOUND), ("acme/none@main --yes", USAGE)],
    "gc": [("--dry-run", DONE), ("--older never", USAGE)],
    "rebuild": [("", DONE), ("extra", USAGE)],
    "status": [("", DONE), ("-v", DONE)],
    "top": [("", DONE)],
    "doctor": [("", DONE), ("--full", DONE), ("extra", USAGE)],
    "license scan": [("{prose}", DONE), ("{law}", FOUND), ("{folder}/nowhere", NOT_FOUND),
                     ("", USAGE)],
    "license diff": [("{law} MIT", DONE), ("{law} Nobodys-9", NOT_FOUND), ("{law}", USAGE)],
    "license terms": [("MIT", DONE), ("", DONE), ("Nobodys-9", NOT_FOUND)],
    "license learn": [("{law} --id LicenseRef-Brook-1.0 --terms {terms} --dir {out}", DONE),
                      ("{law} --id LicenseRef-Brook-1.0 --dir {out}", USAGE),
                      ("{law} --id Brook --terms {terms} --dir {out}", USAGE)],
    "license forget": [("LicenseRef-Nobodys --dir {out} --yes", NOT_FOUND), ("MIT", USAGE),
                       ("", USAGE)],
    "license packs": [("", DONE), ("extra", USAGE)],
    "accept": [("acme/small --yes", USAGE), ("acme/none --yes", NOT_FOUND), ("acme/small@main", USAGE)],
    "access ls": [("acme/small", DONE), ("acme/none", NOT_FOUND), ("", USAGE)],
    "access grant": [("acme/small held", USAGE), ("acme/none held", NOT_FOUND), ("acme/small", USAGE)],
    "access refuse": [("acme/small held", USAGE), ("acme/none held", NOT_FOUND)],
    "access reopen": [("acme/small held", USAGE), ("acme/none held", NOT_FOUND)],
    "access set": [("acme/small public", DONE), ("acme/small shut", USAGE), ("acme/none private", NOT_FOUND)],
    "key export": [("", DONE), ("extra", USAGE)],
    "token new": [("{fresh} --role read", DONE), ("held --role read --repo a/*", FAILED),
                  ("x", USAGE), ("x --role none", USAGE), ("x! --role read", USAGE),
                  ("x --role read --expires never", USAGE), ("x --role admin --repo a/*", USAGE)],
    "token ls": [("", DONE), ("extra", USAGE)],
    "token rm": [("{old}", DONE), ("none", NOT_FOUND), ("a/b", USAGE)],
    "completion": [("bash", DONE), ("zsh", DONE), ("fish", DONE), ("tcsh", USAGE)],
    "help": [("", DONE), ("pull", DONE), ("frobnicate", USAGE)],
}
ALONE = {"completion": DONE, "help": DONE, "doctor": 1, "license scan": DONE,
         "license diff": DONE, "license terms": DONE, "license learn": DONE,
         "license forget": NOT_FOUND,
         "license packs": DONE}  # they do not need weighd
FORMS = ["", "--json", "-q", "--format tsv"]


def verbs():
    table = (ROOT / "cli/cmds.tbl.h").read_text()
    return re.findall(r'^COMMAND\("([a-z ]+)"', table, re.M)


class Names:
    """Another name each time it is put into a row."""

    def __init__(self, stem):
        self.stem, self.n = stem, 0

    def __format__(self, spec):
        self.n += 1
        return f"{self.stem}{self.n}"


@pytest.fixture(scope="module")
def places(filled):
    folder = filled.tmp / "verbs"
    for name in ("pulled", "changed"):
        filled.weigh("pull", "acme/small", "--to", folder / name)
    (folder / "changed/config.json").write_bytes(b"{}")
    for name, text in {"prose": "birds\n", "law": licenses.TEXT, "terms": licenses.TERMS}.items():
        (folder / name).write_text(text)
    for name in ["held", *(f"old{n}" for n in range(1, 9))]:
        filled.weigh("token", "new", name, "--role", "read")
    return {"fresh": Names("fresh"), "old": Names("old"),
            "folder": models.tiny(folder / "tiny", 7), "out": folder / "out",
            "prose": folder / "prose", "law": folder / "law", "terms": folder / "terms",
            "pulled": folder / "pulled", "changed": folder / "changed"}


def line(verb, args, form, places):
    words = verb.split() + args.split() + form.split()
    return [word.format_map(places) for word in words]


def test_no_verb_is_forgotten():
    assert set(verbs()) == set(ROWS)


@pytest.mark.parametrize("form", FORMS, ids=["words", "json", "quiet", "tsv"])
@pytest.mark.parametrize("verb", ROWS)
def test_every_verb(shared, places, verb, form):
    for args, code in ROWS[verb] if form in FORMS[:2] else ROWS[verb][:1]:
        remove(places["out"])
        r = shared.weigh(*line(verb, args, form, places), code=code)
        if form == "--json":
            assert json.loads(r.out)["schema"].startswith("weigh."), r
        elif form == "" and code == DONE:
            assert r.out or r.err, (verb, args)


@pytest.mark.parametrize("verb", ROWS)
def test_when_nobody_answers(tmp, places, verb):
    """The first row of a verb, and no weighd."""
    args, _ = ROWS[verb][0]
    for form in FORMS[:2]:
        r = run(*UNDER, BUILD / "weigh", "--server", f"unix:{tmp}/none",
                *line(verb, args, form, places))
        assert r.code == ALONE.get(verb, 7), r


def test_help_names_the_verbs_below(tmp):
    """Of a verb that is one by itself, and of a word that is none."""
    for word, below in (("mirror", 6), ("token", 3)):
        rows = sorted(v for v in ROWS if v.startswith(f"{word} "))
        r = run(BUILD / "weigh", "help", word)
        assert r.code == 0 and len(rows) == below, r
        assert sorted(line.strip()[:len(v)] for line in r.out.splitlines() for v in rows
                      if line.startswith(f"  {v}")) == rows, r
        told = run(BUILD / "weigh", "help", word, "--json").json["verbs"]
        assert sorted(v["verb"] for v in told if " " in v["verb"]) == rows


def test_help_of_every_verb(tmp):
    for verb in ROWS:
        r = run(BUILD / "weigh", *verb.split(), "--help")
        assert r.code == 0 and f"weigh {verb}" in r.out, r
        assert max(map(len, r.out.splitlines())) <= 80, r
        r = run(BUILD / "weigh", *verb.split(), "--help", env=dict(clean_env(tmp), COLUMNS="40"))
        options = r.out.split("[options]", 1)[1].splitlines()  # examples and usage are not broken
        assert r.code == 0 and max(map(len, options)) <= 40, r
