"""Reports in the forms that others read: CycloneDX by its schema, and what no schema
checks in all of them: ids that are unique, references that lead somewhere, LicenseRefs that
are explained, expressions that are expressions.

The documents are made from tests/data/report by the writers themselves, without weighd;
what a word becomes in each is tests/unit/report's business.
"""
import csv
import html.parser
import io
import json
import re
import subprocess

import pytest
from house import BUILD, ROOT

DATA = ROOT / "tests" / "data"
REF = re.compile(r"LicenseRef-[A-Za-z0-9.+-]+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
IDS = json.loads((DATA / "schemas/cyclonedx/spdx.schema.json").read_text())["enum"]


def report(form, page="rows.json", *more):
    done = subprocess.run(
        [BUILD / "tests/bench/report", form, DATA / "report" / page, *more],
        capture_output=True, check=True, timeout=120)
    return done.stdout.decode()


@pytest.fixture(scope="module")
def rows():
    return json.loads((DATA / "report/rows.json").read_text())["rows"]


def parse(expression):
    """The ids of an expression; fails unless it is one."""
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    ids = []

    def value(at):
        assert at < len(tokens), expression
        if tokens[at] == "(":
            at = whole(at + 1)
            assert tokens[at] == ")", expression
            return at + 1
        assert re.fullmatch(r"[A-Za-z0-9.+-]+", tokens[at]), expression
        assert tokens[at] not in ("AND", "OR", "WITH"), expression
        ids.append(tokens[at])
        if tokens[at + 1:at + 2] == ["WITH"]:
            assert "exception" in tokens[at + 2], expression
            return at + 3
        return at + 1

    def whole(at):
        at = value(at)
        while at < len(tokens) and tokens[at] in ("AND", "OR"):
            at = value(at + 1)
        return at

    assert whole(0) == len(tokens), expression
    for i in ids:
        if i.startswith("LicenseRef-"):
            assert re.fullmatch(r"LicenseRef-[A-Za-z0-9.-]+", i), i
        else:
            assert i in IDS or i.rstrip("+") in IDS, i
    return ids


def walk(value, path=""):
    yield path, value
    for key, v in (value.items() if isinstance(value, dict) else
                   enumerate(value) if isinstance(value, list) else ()):
        yield from walk(v, f"{path}/{key}")


# --- CycloneDX


@pytest.fixture(scope="module")
def bom():
    return json.loads(report("cyclonedx"))


def validator(folder, name):
    """By either way in which versions of jsonschema find files that others name."""
    jsonschema = pytest.importorskip("jsonschema")
    files = {f.name: json.loads(f.read_text()) for f in folder.glob("*.json")}
    base = files[name]["$id"].rsplit("/", 1)[0]
    try:
        from referencing import Registry
    except ImportError:
        store = {f"{base}/{key}": s for key, s in files.items()}
        resolver = jsonschema.RefResolver(files[name]["$id"], files[name], store)
        return jsonschema.Draft7Validator(files[name], resolver=resolver)
    registry = Registry().with_contents((f"{base}/{key}", s) for key, s in files.items())
    return jsonschema.Draft7Validator(files[name], registry=registry)


def test_cyclonedx_follows_its_schema(bom):
    schema = validator(DATA / "schemas/cyclonedx", "bom-1.7.schema.json")
    assert [e.message[:200] for e in schema.iter_errors(bom)] == []
    wrong = json.loads(json.dumps(bom))  # and the schema is really asked
    wrong["components"][0]["licenses"] = [{"license": {"id": "LicenseRef-X"}}]
    assert list(schema.iter_errors(wrong))


def test_cyclonedx_refers_to_what_is_there(bom, rows):
    refs = [v["bom-ref"] for _, v in walk(bom) if isinstance(v, dict) and "bom-ref" in v]
    assert len(refs) == len(set(refs)) == len(rows) + 1
    for d in bom["dependencies"]:
        assert {d["ref"], *d["dependsOn"]} <= set(refs)
    assert [c["name"] for c in bom["components"]] == [
        r["name"].split("/")[-1] for r in rows]


def test_cyclonedx_licenses_are_ids_or_expressions(bom):
    told = 0
    for path, v in walk(bom):
        if not path.endswith("/licenses"):
            continue
        for entry in v:
            told += 1
            if "license" in entry:
                assert entry["license"]["id"] in IDS
                continue
            used = set(REF.findall(entry["expression"]))
            assert used == {i for i in parse(entry["expression"])
                            if i.startswith("LicenseRef-")}
            assert used == {d["licenseIdentifier"]
                            for d in entry.get("expressionDetails", [])}
    assert told > 10


# --- SPDX 2.3


def test_spdx_23_hangs_together(rows):
    doc = json.loads(report("spdx-2.3"))
    assert doc["spdxVersion"] == "SPDX-2.3" and doc["dataLicense"] == "CC0-1.0"
    assert TIME.fullmatch(doc["creationInfo"]["created"])
    ids = ["SPDXRef-DOCUMENT"] + [p["SPDXID"] for p in doc["packages"]]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", i) for i in ids)
    used = set()
    for p in doc["packages"]:
        assert p["filesAnalyzed"] is False and "licenseInfoFromFiles" not in p
        for key in "licenseDeclared", "licenseConcluded":
            if p[key] not in ("NONE", "NOASSERTION"):
                used |= {i for i in parse(p[key]) if i.startswith("LicenseRef-")}
    texts = {t["licenseId"]: t["extractedText"]
             for t in doc["hasExtractedLicensingInfos"]}
    assert set(texts) == used and all(texts.values())
    for r in doc["relationships"]:
        assert r["spdxElementId"] in ids and r["relatedSpdxElement"] in ids
    described = [r["relatedSpdxElement"] for r in doc["relationships"]
                 if r["relationshipType"] == "DESCRIBES"]
    assert described == ids[1:len(rows) + 1]


# --- SPDX 3.0.1


@pytest.fixture(scope="module")
def graph():
    doc = json.loads(report("spdx"))
    assert doc["@context"] == "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
    return doc["@graph"]


def test_spdx_3_lists_every_element_once(graph, rows):
    ids = [e["spdxId"] for e in graph if "spdxId" in e]
    assert len(ids) == len(set(ids))
    info, = [e for e in graph if e["type"] == "CreationInfo"]
    assert TIME.fullmatch(info["created"]) and info["specVersion"] == "3.0.1"
    assert all(e["creationInfo"] == info["@id"] for e in graph if "spdxId" in e)
    document, = [e for e in graph if e["type"] == "SpdxDocument"]
    sbom, = [e for e in graph if e["type"] == "software_Sbom"]
    assert set(document["element"]) == set(ids) - {document["spdxId"]}
    assert set(sbom["element"]) == set(document["element"]) - {sbom["spdxId"]}
    assert document["rootElement"] == [sbom["spdxId"]]
    assert len(sbom["rootElement"]) == len(rows)
    tools = {e["spdxId"] for e in graph if e["type"] == "Tool"}
    assert set(info["createdUsing"]) <= tools


def test_spdx_3_references_lead_somewhere(graph):
    ids = {e["spdxId"] for e in graph if "spdxId" in e}
    known = ids | {"expandedlicensing_NoneLicense", "expandedlicensing_NoAssertionLicense"}
    for e in graph:
        if e["type"] == "Relationship":
            assert e["from"] in ids and e["to"] and set(e["to"]) <= known, e
        assert e.get("suppliedBy", e.get("spdxId")) in ids | {None}


def test_spdx_3_ai_profile(graph):
    """What the profile wants and neither its schema nor its shapes check."""
    models = [e for e in graph if e["type"] == "ai_AIPackage"]
    assert len(models) > 3
    for m in models:
        for key in ("suppliedBy", "releaseTime", "software_packageVersion",
                    "software_downloadLocation", "software_primaryPurpose"):
            assert m[key], (m["name"], key)
        for kind in "hasDeclaredLicense", "hasConcludedLicense":
            assert len([r for r in graph if r.get("relationshipType") == kind
                        and r["from"] == m["spdxId"]]) == 1, (m["name"], kind)


def test_spdx_3_license_refs_are_texts(graph):
    texts = {e["spdxId"]: e["simplelicensing_licenseText"] for e in graph
             if e["type"] == "simplelicensing_SimpleLicensingText"}
    told = 0
    for e in graph:
        if e["type"] != "simplelicensing_LicenseExpression":
            continue
        ids = parse(e["simplelicensing_licenseExpression"])
        custom = {d["key"]: d["value"] for d in e.get("simplelicensing_customIdToUri", [])}
        assert set(custom) == {i for i in ids if i.startswith("LicenseRef-")}
        assert all(texts[v] for v in custom.values())
        told += 1
    assert told > 5


# --- for people


class Page(html.parser.HTMLParser):
    void = {"meta"}
    ends = {"li", "td", "th", "tr"}  # HTML ends them by itself

    def __init__(self):
        super().__init__()
        self.tags, self.ids, self.links, self.open = set(), [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.add(tag)
        assert not any(a.startswith("on") or a == "style" for a in attrs), attrs
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if "href" in attrs:
            self.links.append(attrs["href"])
        if tag == "th":
            assert attrs.get("scope") in ("row", "col")
        if tag not in self.void | self.ends:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_one_page_that_loads_and_runs_nothing(rows):
    text = report("html")
    page = Page()
    page.feed(text)
    assert page.open == []
    assert not page.tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert len(page.ids) == len(set(page.ids)) == len(rows) + 3
    assert all(link[0] == "#" and link[1:] in page.ids for link in page.links)
    assert "url(" not in text and "@import" not in text
    assert "<html lang=\"en\">" in text and "<main>" in text


def test_csv_is_a_line_for_each_revision(rows):
    text = report("csv")
    assert text.count("\n") == len(rows) + 1 and not text.startswith("\ufeff")
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [r["repository"] for r in table] == [r["name"] for r in rows]
    assert all(len(r) == len(table[0]) and None not in r for r in table)
    cells = [c for r in table for c in r.values()]
    assert not [c for c in cells if c[:1] in "=+-@\t\r" and c]
    assert "'=R" in cells


def test_json_tells_what_others_build_on(rows):
    doc = json.loads(report("json"))
    assert doc["schema"] == "weigh.report/1" and doc["count"] == len(rows)
    first, unread = doc["models"][0], doc["models"][5]
    duties = {(d["kind"], d["fulfilled"]): d for d in first["obligations"]}
    assert duties["display", "not checkable"]["words"] == "Built with Llama"
    assert duties["name", "no"]["clause"] == "1.b.i"
    annex = {a["field"]: a["value"] for a in first["annex_xii"]}
    assert annex["license"].startswith("MIT AND LicenseRef-Llama-3.3-Community")
    assert annex["acceptable use policies"] == "not stated by the provider"
    assert unread["record"] is None and unread["obligations"] == []


@pytest.mark.parametrize("form", ["html", "csv", "json", "spdx", "spdx-2.3", "cyclonedx"])
def test_the_same_bytes_each_time(form):
    assert report(form, "rows.json", "300") == report(form, "rows.json", "300")
