"""What is known of a revision's license: made in the background, kept, and made again."""
import json

import pytest

import models
import tokens
from house import House, until
from licenses import ID, TEXT, Desk

OTHER = TEXT.replace("Brook", "Stream").replace("BROOK", "STREAM").replace("5,000,000", "900")
OTHER_ID = "LicenseRef-Stream-1.0"


def card(**lines):
    head = "".join(f"{key}: {value}\n" for key, value in lines.items())
    return f"---\n{head}---\n# A model\n".encode()


def ask(house, name, **fields):
    return house.get(f"/-/v1/license/record?name={name}", **fields)


def answer(house, name):
    """What is told of it once nothing of it waits any more."""
    until(lambda: not ask(house, name).json["waiting"])
    return ask(house, name).json


def record(house, name):
    return answer(house, name)["record"]


def hide(house, name):
    """From now on it is private; answers what a reader of everything sends."""
    admin = tokens.bearer(tokens.make(house, f"admin-{name.replace('/', '-')}", "admin"))
    a = house.ask("PUT", f"/api/models/{name}/settings", b'{"private": true}',
                  Content_Type="application/json", **admin)
    assert a.status == 200, a
    return admin


def findings(r):
    return {f["finding"] for f in r.get("findings", [])}


def add(house, name, **files):
    return house.add(models.write(house.tmp / name.replace("/", "-"), files),
                     name)["revision"]


@pytest.fixture
def office(tmp):
    """A mirror whose site has learned two licenses."""
    d = Desk(tmp)
    d.learn()
    d.learn(OTHER, OTHER_ID)
    (tmp / "weighd.conf").write_text(f"[license]\nsite = {d.dir}\n")
    h = House(tmp, "--config", tmp / "weighd.conf").start()
    yield h
    if h.proc:
        h.stop()


def test_a_record_follows_an_add(office):
    sha = add(office, "acme/brook", **{"README.md": card(license="other"),
                                       "LICENSE": TEXT.encode(), "w.bin": models.noise(999, 1)})
    a = answer(office, "acme/brook")
    assert a["schema"] == "weigh.license-record/1" and a["name"] == "acme/brook"
    assert a["revision"] == sha and len(a["sha256"]) == 64 and a["at"] > 0
    r = a["record"]
    assert r["schema"] == "weigh.record/1"
    assert (r["repo"], r["commit"], r["state"]) == ("acme/brook", sha, "text")
    assert r["concluded"] == ID
    assert [(t["path"], t["license"], t["kind"]) for t in r["texts"]] == [("LICENSE", ID, "exact")]


def test_what_nobody_said_is_no_grant(office):
    add(office, "acme/bare", **{"w.bin": models.noise(999, 1)})
    r = record(office, "acme/bare")
    assert (r["state"], r["concluded"]) == ("none", "NONE"), r


def test_a_base_that_comes_changes_what_was_made_from_it(office):
    add(office, "acme/tuned", **{"README.md": card(license="other", base_model="acme/brook"),
                                 "LICENSE": OTHER.encode()})
    before = answer(office, "acme/tuned")
    assert "base-not-held" in findings(before["record"]), before
    assert not before["record"]["bases"][0].get("held")
    sha = add(office, "acme/brook", **{"README.md": card(license="other"),
                                       "LICENSE": TEXT.encode()})
    until(lambda: answer(office, "acme/tuned")["sha256"] != before["sha256"]
          and record(office, "acme/tuned")["bases"][0].get("concluded"))
    r = record(office, "acme/tuned")
    base, = r["bases"]
    assert (base["name"], base["held"], base["commit"]) == ("acme/brook", True, sha)
    assert base["concluded"] == ID and "base-not-held" not in findings(r)
    assert {OTHER_ID, ID} <= {p["id"] for p in r["parts"]}, r["parts"]


def test_a_chain_reaches_the_last_of_it(office):
    """Added from the end: what comes later is known of what came before."""
    add(office, "acme/grandchild", **{"README.md": card(base_model="acme/child")})
    add(office, "acme/child", **{"README.md": card(base_model="acme/root")})
    add(office, "acme/root", **{"LICENSE": TEXT.encode()})

    def told():
        rows = record(office, "acme/grandchild").get("bases", [])
        return [b["name"] for b in rows if b.get("concluded")] == ["acme/child", "acme/root"]
    until(told)
    rows = record(office, "acme/grandchild")["bases"]
    assert "child" not in rows[0] and rows[1]["child"] == 0, rows
    office.weigh("rm", "acme/root", "--yes")
    until(lambda: not record(office, "acme/grandchild")["bases"][-1].get("held"))


def test_models_made_from_each_other_come_to_an_end(office):
    add(office, "acme/hen", **{"README.md": card(base_model="acme/egg"),
                               "LICENSE": TEXT.encode()})
    add(office, "acme/egg", **{"README.md": card(base_model="acme/hen")})
    until(lambda: "cycle" in findings(record(office, "acme/hen"))
          and "cycle" in findings(record(office, "acme/egg")))
    said = [answer(office, name)["sha256"] for name in ("acme/hen", "acme/egg")]
    office.restart()
    assert [answer(office, name)["sha256"] for name in ("acme/hen", "acme/egg")] == said


def test_a_pinned_link_leads_to_a_text_that_is_held(office):
    sha = add(office, "acme/brook", LICENSE=TEXT.encode())
    link = f"https://hub.example/acme/brook/blob/{sha}/LICENSE"
    add(office, "acme/linked", **{"README.md": card(license="other", license_link=link)})
    r = record(office, "acme/linked")
    row, = r["links"]
    assert row["kind"] == "pinned" and row["frozen"] and len(row["sha256"]) == 64, row
    assert r["concluded"] == ID, r


def test_a_header_says_a_license_and_a_base(office):
    add(office, "acme/quant", **{"m.gguf": models.llama(**{
        "general.license": "apache-2.0",
        "general.base_model.0.repo_url": "https://hub.example/acme/brook"})})
    r = record(office, "acme/quant")
    claim, = r["claims"]
    assert (claim["source"], claim["path"], claim["value"]) == ("gguf", "m.gguf", "apache-2.0")
    base, = r["bases"]
    assert (base["name"], base["evidence"]) == ("acme/brook", "gguf"), base


def test_a_license_that_stands_where_people_agree(office):
    prompt = json.dumps(TEXT)
    add(office, "acme/gated", **{"README.md": card(license="other", extra_gated_prompt=prompt)})
    r = record(office, "acme/gated")
    assert [(t["path"], t["license"]) for t in r["texts"]] == [
        ("README.md#extra_gated_prompt", ID)], r


def test_a_private_base_is_told_to_nobody_by_what_is_public(office):
    add(office, "zoo/secret", LICENSE=TEXT.encode())
    hide(office, "zoo/secret")
    add(office, "acme/tuned", **{"README.md": card(base_model="zoo/secret")})
    base, = record(office, "acme/tuned")["bases"]
    assert not base.get("held") and "concluded" not in base and "commit" not in base, base
    reader = hide(office, "acme/tuned")
    until(lambda: ask(office, "acme/tuned", **reader).json["record"]["bases"][0]
          .get("concluded") == ID)


def test_who_may_not_see_it_sees_no_record(office):
    add(office, "zoo/secret", LICENSE=TEXT.encode())
    reader = hide(office, "zoo/secret")
    a = ask(office, "zoo/secret")
    assert a.status in (401, 404) and ID not in a.body.decode(), a
    assert ask(office, "acme/none").status == 404
    until(lambda: "record" in ask(office, "zoo/secret", **reader).json)


def said(house):
    return {m["name"]: answer(house, m["name"])["sha256"]
            for m in house.weigh("ls", "--json").json["models"]}


@pytest.fixture
def family(office):
    add(office, "acme/tuned", **{"README.md": card(license="other", base_model="acme/brook"),
                                 "LICENSE": OTHER.encode()})
    add(office, "acme/brook", **{"README.md": card(license="other"), "LICENSE": TEXT.encode()})
    until(lambda: record(office, "acme/tuned")["bases"][0].get("concluded"))
    office.said = said(office)
    return office


def test_records_stay_over_a_restart(family):
    before = answer(family, "acme/tuned")
    family.restart()
    assert answer(family, "acme/tuned") == before


def test_records_are_the_same_when_all_is_made_again(family):
    family.weigh("rebuild", "--yes")
    until(lambda: said(family) == family.said)


def test_other_terms_make_other_records(family):
    before = record(family, "acme/tuned")
    (family.tmp / "weighd.conf").write_text("[license]\nsite =\n")
    family.restart()
    until(lambda: ID not in record(family, "acme/brook")["concluded"])
    now = record(family, "acme/brook")
    assert now["judge"] != before["judge"] and now["terms"] != before["terms"]


def test_killed_at_once_it_is_made_at_the_next_start(office):
    for i in range(6):
        add(office, f"acme/m{i}", **{"LICENSE": TEXT.encode(), "w": models.noise(99, i)})
    office.kill9()
    office.start()
    for i in range(6):
        assert record(office, f"acme/m{i}")["concluded"] == ID
