#!/usr/bin/env python3
"""quality.py TEXTS [--wrong]: how often the license engine is right: on texts as they are, as
people decorate them, as people change them, on texts that its pack has never seen, and on
what Debian's packages say of themselves.  TEXTS is a folder as texts.py reads it; a run
with TEXTS rewrites the quality table in README.md.  --wrong lists what was not right."""
import datetime
import difflib
import glob
import json
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE)]
import texts  # noqa: E402
from house import BUILD  # noqa: E402

SCAN = BUILD / "tests/bench/scan"
SUFFIX = re.compile(r"(-only|-or-later|\+|-no-invariants|-invariants|-no-RFN|-RFN)+")


class Scan:
    """The engine, one text after the other."""

    def __init__(self):
        self.proc = subprocess.Popen([SCAN], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.micros = []

    def __call__(self, name, data):
        self.proc.stdin.write(f"{name.replace(' ', '_')} {len(data)}\n".encode() + data)
        self.proc.stdin.flush()
        if not data:
            return None
        answer = json.loads(self.proc.stdout.readline())
        self.micros.append((answer["us"], name))
        return answer

    def end(self):
        self.proc.stdin.close()
        return json.loads(self.proc.stdout.readline())


def family(license):
    return SUFFIX.sub("", license)


class Table:
    """Right and wrong of each line, and what was wrong."""

    def __init__(self):
        self.right, self.wrong = Counter(), defaultdict(list)

    def add(self, line, right, name, answer):
        if right:
            self.right[line] += 1
        else:
            self.wrong[line].append((name, answer["kind"], answer["license"],
                                     answer["nearest"], answer["passages"][:3]))

    def rows(self):
        lines = {**self.right, **self.wrong}
        for line in lines:
            wrong = len(self.wrong[line])
            yield line, self.right[line] + wrong, wrong


def clean(answer):
    """Does it say that nothing was added and nothing is missing?"""
    # An exact one's passages tell how it differs from what it is based on.
    return answer["kind"] == "exact" or \
        answer["kind"] == "multiple" and not answer["passages"]


def apart(a, b):
    """How many words two lists do not share, in order."""
    same = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return len(a) + len(b) - 2 * sum(m.size for m in same.get_matching_blocks())


def dropped(old, new):
    """The words that `new` lacks: between what both begin and end with."""
    head = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), len(new))
    return old[head:head + len(old) - len(new)]


def within(part, whole):
    return f" {' '.join(part)} " in f" {' '.join(whole)} "


class Quality:
    def __init__(self, folder):
        self.texts = texts.read(folder)
        self.scan = Scan()
        self.table = Table()
        self.folder = folder
        self.same = defaultdict(set)  # ids of one text
        self.own = defaultdict(set)  # texts of one id
        for t in self.texts:
            self.same[texts.plain_words(t.text)] |= {t.id, *texts.successors(folder, t.id)}
            self.own[family(t.id)].add(texts.plain_words(t.text))

    def names(self, answer, t):
        ids = {family(i) for i in self.same[texts.plain_words(t.text)]}
        got = [answer["license"], *answer["matches"]]
        return any(family(g) in ids for g in got)

    def decorated(self, t):
        for how, data in texts.decorations(t.text, random.Random(t.name)):
            a = self.scan(f"{how}/{t.name}", data)
            self.table.add(f"says the same: {how}", clean(a) and self.names(a, t), t.name, a)

    def changed(self, t):
        text = t.text.encode()
        for how, data in texts.changes(t.text, random.Random(t.name)):
            a = self.scan(f"{how}/{t.name}", data)
            words = texts.plain_words(data.decode())
            if "dropped" in how and clean(a) and self.names(a, t) and within(
                    dropped(texts.plain_words(t.text), words), texts.may_go(self.folder, t.id)):
                self.table.add(f"{how}: SPDX says that it may be missing", True, t.name, a)
            elif how == "a number changed" and t.vendor and self.in_title(t, words):
                self.table.add("a number changed in a vendor's title: unknown, a relative",
                               a["kind"] == "unknown" and a["nearest"][:1] == [t.id]
                               and self.found(a, text, data), t.name, a)
            elif "dropped" in how and not self.names(a, t) and \
                    self.nearer(a, words, texts.plain_words(t.text)):
                self.table.add(f"{how}: what is left is nearer to the license told",
                               True, t.name, a)
            else:
                self.table.add(how, a["passages"] and a["kind"] in ("modified", "multiple")
                               and self.names(a, t) and self.found(a, text, data)
                               or self.other(a, data), t.name, a)

    @staticmethod
    def in_title(t, words):
        """Do the first twenty words differ: title, version and date?"""
        return texts.plain_words(t.text)[:20] != words[:20]

    def nearer(self, answer, words, than):
        """Has the license that was told a text that shares more of these words?  Asked of a
        text alone, whatever the engine found in it."""
        own = [w for m in answer["matches"] for w in self.own[family(m)]]
        return len(answer["matches"]) == 1 and own != [] and \
            min(apart(w, words) for w in own) < apart(than, words)

    @staticmethod
    def found(answer, old, new):
        """Is one of the passages where the text differs?"""
        at = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b),
                  min(len(old), len(new)))
        tail = next((i for i, (a, b) in enumerate(zip(reversed(old), reversed(new)))
                     if a != b), 0)
        return any(p[0] <= max(at, len(new) - tail) + 200 and p[-1] >= at - 200
                   for p in answer["passages"])

    def other(self, answer, data):
        """What is left is another license's own text: that is then right."""
        words = texts.plain_words(data.decode())
        return clean(answer) and any(
            family(answer["license"]) in {family(i) for i in ids} and words == own
            for own, ids in self.same.items())

    def unseen(self, t):
        a = self.scan(t.name, t.text.encode())
        if clean(a) and self.made_of(a, t):
            self.table.add("an unseen license that is two others, told as these", True, t.name, a)
            return
        relative = a["kind"] in ("modified", "multiple") and a["passages"]
        self.table.add("a vendor's license, unseen" if t.vendor else "an SPDX license, unseen",
                       not clean(a) and a["kind"] != "none" and
                       (relative or bool(a["nearest"]) or a["kind"] == "unknown"), t.name, a)

    def made_of(self, answer, t):
        """Are the texts of the licenses told, one behind the other, its text?"""
        words = texts.plain_words(t.text)
        parts = [sorted(self.own[family(m)])[:1] for m in answer["matches"]]
        together = sum((p[0] for p in parts if p), ())
        return len(parts) > 1 and apart(together, words) * 50 < len(words)

    def run(self):
        for t in self.texts:
            self.decorated(t)
            self.changed(t)
        self.seen = self.scan.end()
        micros = self.scan.micros
        self.scan = Scan()
        debian(self)
        for group in self.without():
            for t in group:
                self.scan(f"without/{t.id}", b"")
                self.unseen(t)
        self.scan.end()
        return micros

    def without(self):
        """Vendors' texts, and some of SPDX's that no other text repeats."""
        single = [t for t in self.texts if len(self.same[texts.plain_words(t.text)]) == 1]
        yield [t for t in single if t.vendor and t.name.endswith("/1.txt")
               and t.id.startswith("LicenseRef-")]
        yield random.Random(1).sample([t for t in single if not t.vendor], 60)


# --- what Debian's packages say of themselves ---------------------------------------

SHORT = {"expat": "MIT", "mit": "MIT", "isc": "ISC", "zlib": "Zlib", "bsd-2-clause": "BSD-2-Clause",
         "bsd-3-clause": "BSD-3-Clause", "apache-2.0": "Apache-2.0", "bsl-1.0": "BSL-1.0",
         "unlicense": "Unlicense"}


def debian_paragraphs():
    """(name, SPDX id, text) of the license paragraphs of copyright files."""
    for path in sorted(glob.glob("/usr/share/doc/*/copyright")):
        text = Path(path).read_text("utf-8", "replace")
        if "copyright-format/1.0" not in text:
            continue
        for m in re.finditer(r"^License:[ \t]*(\S+)[ \t]*\n((?:[ \t].*\n)+)", text, re.M):
            body = re.sub(r"^ \.?", "", m[2], flags=re.M)
            if m[1].lower() in SHORT and len(body.split()) > 60 and \
                    "common-licenses" not in body:
                yield f"{path}:{m[1]}", SHORT[m[1].lower()], body


def debian(q):
    scan, table = q.scan, q.table
    for name, license, body in debian_paragraphs():
        a = scan(name, body.encode())
        told = license in [a["license"], *a["matches"]]
        words = texts.plain_words(body)
        # Debian's short names stand for groups: "BSD-3-clause" for what Tso wrote as well.
        if not told and q.own[license] and \
                q.nearer(a, words, min(q.own[license], key=lambda w: apart(w, words))):
            table.add("Debian: a name for a group, the nearest of it told", True, name, a)
        else:
            table.add("Debian: the license is named", told, name, a)
    for path in sorted(glob.glob("/usr/share/doc/*/copyright")):
        a = scan(path, Path(path).read_bytes())
        table.add("Debian: a whole copyright file, something is found",
                  a["kind"] != "none" and (a["matches"] or a["kind"] in ("reference", "unknown")),
                  path, a)


def write_readme(lines):
    readme = HERE / "README.md"
    head, begin, rest = readme.read_text().partition("<!-- quality -->\n")
    _, end, tail = rest.partition("<!-- /quality -->\n")
    assert begin and end, "README.md has lost its markers"
    readme.write_text(head + begin + "\n".join(lines) + "\n" + end + tail)


def main(words):
    show = "--wrong" in words
    (folder,) = [w for w in words if not w.startswith("--")]
    q = Quality(folder)
    micros = sorted(m for m, _ in q.run())
    lines = ["| what | texts | not right | right |", "|---|---:|---:|---:|"]
    lines += [f"| {line} | {count:,} | {wrong:,} | {100 * (count - wrong) / count:.2f} % |"
              for line, count, wrong in q.table.rows()]
    lines += ["", f"{datetime.date.today().isoformat()}; {len(micros):,} scans: the middle one "
              f"{micros[len(micros) // 2]} µs, the slowest but for 1 in 100 "
              f"{micros[len(micros) * 99 // 100] / 1e3:.1f} ms, the slowest of all "
              f"{micros[-1] / 1e3:.0f} ms; opening the pack {q.seen['open_ms']:.0f} ms; at most "
              f"{q.seen['rss_mib']:.0f} MiB."]
    print("\n".join(lines))
    write_readme(lines)
    if show:
        for line, wrong in q.table.wrong.items():
            for row in wrong:
                print(line, *row, sep="\t", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
