"""License texts, and what people do to them: decorations, after which a text says what it
said, and changes, after which it does not.

TEXTS is a folder of texts: spdx/ID.txt, and ai/ID/N.txt with a meta.json that says `kind`."""
import html
import json
import random
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

NOTICE = re.compile(r"copyright|\(c\)|\u00a9", re.I)
IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
WORDS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")


@dataclass
class Text:
    id: str
    name: str
    text: str
    vendor: bool = False


def plain_words(text):
    return tuple(WORDS.findall(text.lower()))


def read(folder):
    texts = [Text(p.stem, f"spdx/{p.name}", p.read_text("utf-8", "replace"))
             for p in sorted(Path(folder, "spdx").glob("*.txt"))]
    for meta in sorted(Path(folder, "ai").glob("*/meta.json")):
        about = json.loads(meta.read_text())
        texts += [Text(about["id"], f"ai/{meta.parent.name}/{f['file']}",
                       (meta.parent / f["file"]).read_text("utf-8", "replace"), True)
                  for f in about["files"]]
    return texts


def successors(folder, id):
    """Ids that SPDX says instead; of GPL-2.0-with-X, the exception that is its text."""
    page = Path(folder, "spdx-xml", f"{id}.xml")
    said = re.findall(r"<obsoletedBy(?: [^>]*)?>([^<]+)<", page.read_text()) if page.exists() else []
    return {word for s in said for word in re.split(r"\s+WITH\s+|\s+AND\s+|\s+OR\s+", s)}


def may_go(folder, id):
    """The words that SPDX marks as such that a text need not have, in its order: titles,
    notices of copyright, optional parts."""
    page = Path(folder, "spdx-xml", f"{id}.xml")
    if not page.exists():
        return ()
    free = {"titleText", "copyrightText", "optional"}
    words = []

    def walk(element, inside):
        inside = inside or element.tag.rpartition("}")[2] in free
        if inside:
            words.extend(plain_words(element.text or ""))
        for child in element:
            walk(child, inside)
            if inside:
                words.extend(plain_words(child.tail or ""))

    walk(ElementTree.parse(page).getroot(), False)
    return tuple(words)


def paragraphs(text):
    return [p for p in re.split(r"\n[ \t]*\n", text.strip("\n")) if p.strip()]


# --- decorations: bytes that say the same ------------------------------------------


def wrapped(width):
    def wrap(text, _):
        return "\n\n".join(p if NOTICE.search(p) else  # its lines are its own
                           textwrap.fill(" ".join(p.split()), width, break_long_words=False,
                                         break_on_hyphens=False)
                           for p in paragraphs(text)) + "\n"
    return wrap


def commented(leader):
    return lambda text, _: "".join(f"{leader} {line}".rstrip() + "\n"
                                   for line in text.splitlines())


def block(text, _):
    return "/*\n" + "".join(f" * {line}".rstrip() + "\n"
                            for line in text.splitlines()) + " */\n"


def page(text, _):
    body = "".join(f"<p>{html.escape(p)}</p>\n" for p in paragraphs(text))
    return ("<!DOCTYPE html>\n<html><head><style>p { margin: 0 }</style></head>"
            f"<body>\n{body}</body></html>\n")


def curly(text, _):
    text = re.sub(r"(?<=\s)\"|^\"", "\u201c", text)
    return text.replace('"', "\u201d").replace("'", "\u2019").replace(" - ", " \u2013 ")


def holder(text, _):
    return "Copyright (c) 2024-2026 Harbor Scales Ltd. and contributors\nAll rights reserved.\n\n" + text


def spaced(text, _):
    return text.replace(" ", "  ").replace("\n", " \n\t ")


def invisible(text, rng):
    words = text.split(" ")
    for i in rng.sample(range(len(words)), min(10, len(words))):
        if len(words[i]) > 6 and words[i].isalpha():
            words[i] = words[i][:3] + rng.choice("\u00ad\u200b") + words[i][3:]
    return "\u00a0".join(words)


def quoted(text, _):
    return "# License\n\n" + "".join(f"> {line}".rstrip() + "\n" for line in text.splitlines())


def fenced(text, _):
    return "## License\n\n```\n" + text.rstrip("\n") + "\n```\n"


ENCODINGS = {
    "utf-16le-bom": lambda t: b"\xff\xfe" + t.encode("utf-16-le"),
    "utf-16be": lambda t: t.encode("utf-16-be"),
    "utf-8-bom": lambda t: b"\xef\xbb\xbf" + t.encode(),
    "cp1252": lambda t: curly(t, None).encode("cp1252", "ignore"),
    "gb18030": lambda t: t.encode("gb18030"),
    "crlf": lambda t: t.replace("\n", "\r\n").encode(),
    "nul": lambda t: t.encode() + b"\0" * 3,
}
DECORATIONS = {
    "plain": lambda text, _: text,
    "wrap-40": wrapped(40), "wrap-100": wrapped(100), "one-line": wrapped(1 << 20),
    "hash": commented("#"), "slashes": commented("//"), "rem": commented("REM"),
    "block": block, "html": page, "curly": curly, "holder": holder, "spaced": spaced,
    "invisible": invisible, "quoted": quoted, "fenced": fenced,
    "upper": lambda text, _: text.upper(),
}


def decorations(text, rng):
    """(name, bytes) of each."""
    for name, made in DECORATIONS.items():
        yield name, made(text, rng).encode()
    for name, made in ENCODINGS.items():
        data = made(text)
        if name == "gb18030" and not text.isascii() and not IDEOGRAPH.search(text):
            continue  # nobody ships that
        if name != "cp1252" or plain_words(data.decode("cp1252")) == plain_words(text):
            yield name, data


# --- changes: bytes that say something else ----------------------------------------

RIDERS = [
    "You may not offer this as a service.",
    "Commercial use requires written permission from the licensor.",
    "This license does not apply in the European Union.",
    "The Software shall be used for good, not for evil.",
    "Use by any company with more than 50 million monthly active users is prohibited.",
    "The licensor may change these terms at any time by posting a new version.",
    "You must display the words Powered by Harbor in every user interface.",
    "Outputs of the model shall not be used to train any other model.",
    "Military and surveillance uses are excluded from this grant.",
    "Redistribution is permitted only to members of the consortium.",
    "A fee of 2 percent of gross revenue is due each quarter.",
    "Licensee shall send a copy of every modification to the licensor within 30 days.",
    "For research only.",
    "Not for medical use.",
]
NUMBER = re.compile(r"(?<![\w.,\-/])\d{1,3}(?:,\d{3})*(?: million)?(?![\w.,\-/])")
MODALS = {"shall": "may", "may": "shall", "must": "may", "may not": "may"}


def sentences(text):
    """(start, end) of sentences of at least six words, of lower case somewhere."""
    for m in re.finditer(r"[A-Z][^.;:]*?[.;](?=\s)", text, re.S):
        if len(m[0].split()) >= 6 and re.search(r"[a-z]{3}", m[0]) and \
                not re.search(r"copyright|rights reserved|http|version", m[0], re.I):
            yield m.start(), m.end()


def line_of(text, at):
    return text[text.rfind("\n", 0, at) + 1:].partition("\n")[0]


def rider_inside(text, rng):
    parts = paragraphs(text)
    parts.insert(rng.randrange(1, len(parts)) if len(parts) > 1 else 1, rng.choice(RIDERS))
    return "\n\n".join(parts) + "\n"


def rider_sentence(text, rng):
    ends = [end for _, end in sentences(text)]
    if not ends:
        return None
    at = rng.choice(ends)
    return f"{text[:at]} {rng.choice(RIDERS)}{text[at:]}"


def number(text, rng):
    found = [m for m in NUMBER.finditer(text) if not re.search(
        r"(section|sections|clause|article|paragraph|version|\bv\.?|copyright|\(c\)|page)\W*$",
        text[:m.start()][-24:], re.I)
        and "\n" in text[:m.start()] and text[:m.start()].rsplit("\n", 1)[1].strip()
        and not NOTICE.search(line_of(text, m.start()))
        and not re.match(r"\s*\(\d+\)", line_of(text, m.start()))]  # a list's mark
    if not found:
        return None
    m = rng.choice(found)
    digits = m[0].replace(",", "").split()[0]
    return text[:m.start()] + m[0].replace(m[0].split()[0], f"{int(digits) * 7 + 3:,}") \
        + text[m.end():]


def word(pattern, made):
    def change(text, rng):
        found = [m for start, end in sentences(text)
                 for m in re.compile(pattern).finditer(text, start, end)]
        if not found:
            return None
        m = rng.choice(found)
        return text[:m.start()] + made(m[0]) + text[m.end():]
    return change


def dropped_sentence(text, rng):
    found = list(sentences(text))
    if len(found) < 3:
        return None
    start, end = rng.choice(found)
    return text[:start] + text[end:].lstrip()


def dropped_paragraph(text, rng):
    parts = paragraphs(text)
    long = [i for i, p in enumerate(parts) if len(p.split()) >= 12 and not re.match(
        r"\W*copyright", p, re.I)]
    if len(long) < 3:
        return None
    del parts[rng.choice(long)]
    return "\n\n".join(parts) + "\n"


CHANGES = {
    "rider, a paragraph": rider_inside,
    "rider, a sentence": rider_sentence,
    "rider at the end": lambda text, rng: f"{text.rstrip()}\n\n{rng.choice(RIDERS)}\n",
    "rider at the beginning": lambda text, rng: f"{rng.choice(RIDERS)}\n\n{text}",
    "a number changed": number,
    "a negation taken out": word(r"\bnot ", lambda _: ""),
    "a negation put in": word(r"\b(shall|may|must|will) (?!not)", lambda m: f"{m}not "),
    "a modal changed": word(r"\b(shall|must)\b", lambda _: "may"),
    "a sentence dropped": dropped_sentence,
    "a paragraph dropped": dropped_paragraph,
}


def changes(text, rng):
    """(name, bytes) of each that can be made of it."""
    for name, made in CHANGES.items():
        changed = made(text, rng)
        if changed is not None and plain_words(changed) != plain_words(text):
            yield name, changed.encode()
