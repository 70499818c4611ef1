"""A gated repository: its terms are accepted once, an approver grants it where that is
asked for, the journal says who, and every door answers the same."""
import json
import os
import pty
import sqlite3
import subprocess

import pytest

import models
import tokens
from hubside import Publisher, file_line
from house import BUILD, clean_env, run
from tokens import bearer

PROMPT = "You agree to be kind.\nTwice."
CARD = f"---\nlicense: other\nextra_gated_prompt: |\n  {PROMPT.splitlines()[0]}\n" \
       f"  {PROMPT.splitlines()[1]}\n---\n# demo\n".encode()
LICENSE = b"Be kind to weights.\n"
FILES = {"README.md": CARD, "LICENSE": LICENSE, "config.json": b"the-bytes", "w.bin": b"\0" * 64}
FILE = "/{}/resolve/main/config.json"


class Gated:
    """acme/auto and acme/manual, and a token for each sort of people."""

    def __init__(self, house, tmp):
        self.house = house.start() if house.proc is None else house
        for name in ("acme/auto", "acme/manual"):
            house.add(models.write(tmp / name, FILES), name)
        self.token = {"nobody": None}
        for who, role, repo in (("ann", "read", "acme/*"), ("bob", "read", "acme/*"),
                                ("ci", "publish", "acme/*"), ("boss", "admin", None),
                                ("officer", "approve", "acme/*"), ("eva", "approve", "zeta/*")):
            self.token[who] = tokens.make(house, who, role, *(["--repo", repo] if repo else []))
        for name in ("auto", "manual"):
            house.weigh("access", "set", f"acme/{name}", f"gated-{name}")

    def ask(self, who, method, target, body=None, **headers):
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        return self.house.ask(method, target, body=body, **bearer(self.token[who]), **headers)

    def reads(self, who, name):
        a = self.ask(who, "GET", FILE.format(name))
        assert a.status in (200, 401, 403), a
        assert a.status == 200 or (a["X-Error-Code"] == "GatedRepo" and b"the-bytes" not in a.body), a
        return a.status == 200

    def accept(self, who, name, status=200):
        a = self.ask(who, "POST", f"/{name}/ask-access", b"name=x&agree=on",
                     **{"Content-Type": "application/x-www-form-urlencoded"})
        assert a.status == status, a
        return a.json.get("status")

    def handle(self, who, name, user, status, want=200, **more):
        a = self.ask(who, "POST", f"/api/models/{name}/user-access-request/handle",
                     {"user": user, "status": status, **more})
        assert a.status == want, a

    def requests(self, name, status):
        a = self.ask("officer", "GET", f"/api/models/{name}/user-access-request/{status}")
        assert a.status == 200, a
        assert all(r["status"] == status and r["timestamp"] and r["fields"] == {} for r in a.json)
        return [r["user"]["user"] for r in a.json]

    def weigh(self, who, *args, code=0):
        r = run(BUILD / "weigh", "--server", self.house.url, *args,
                env=clean_env(self.house.tmp, **({"WEIGH_TOKEN": self.token[who]} if self.token[who] else {})))
        assert r.code == code, r
        return r

    def journal(self, *events):
        lines = (self.house.data / "audit/journal.ndjson").read_text().splitlines()
        return [line for line in map(json.loads, lines) if line["event"] in events]

    def ident(self, who):
        return next(t["id"] for t in self.house.weigh("token", "ls", "--json").json["tokens"]
                    if t["name"] == who)


@pytest.fixture
def gated(house, tmp):
    return Gated(house, tmp)


# --- every door ---------------------------------------------------------------------------

BATCH = json.dumps({"operation": "download", "objects": [{"oid": "f" * 64, "size": 1}]}).encode()
DOORS = [("GET", "/{}/resolve/main/config.json", None), ("HEAD", "/{}/resolve/main/w.bin", None),
         ("GET", "/{}/raw/main/config.json", None), ("GET", "/api/models/{}/auth-check", None),
         ("GET", "/{}.git/info/refs?service=git-upload-pack", None),
         ("POST", "/{}.git/info/lfs/objects/batch", BATCH), ("GET", "/v2/{}/manifests/latest", None)]


def test_every_door_asks_for_the_terms(gated):
    def knock(who, door):
        method, target, body = door
        return gated.ask(who, method, target.format("acme/auto"), body, **{"Git-Protocol": "version=2"})

    for door in DOORS:
        assert knock("nobody", door).status == 401, door
        for who in ("ann", "ci", "officer", "boss"):
            a = knock(who, door)
            assert a.status == 403, (door, who, a)
            assert a["X-Error-Code"] == "GatedRepo" or door[1].startswith("/v2"), (door, a)
            assert door[0] == "HEAD" or b"weigh accept acme/auto" in a.body, (door, a)
        assert knock("eva", door).status == 403, door
    for target in ("/api/models/acme/auto", "/api/models/acme/auto/tree/main"):
        assert gated.ask("nobody", "GET", target).status == 200, "it may be looked at"
    sha = next(f["sha256"] for f in gated.house.weigh("files", "acme/auto", "--json").json["files"]
               if f["path"] == "config.json")
    assert gated.ask("ann", "GET", f"/-/v1/midstates/{sha}").status == 404
    assert gated.accept("ann", "acme/auto") == "accepted"
    for door in DOORS:
        assert knock("ann", door).status == (404 if door[1].startswith("/v2") else 200), door  # no GGUF
        assert knock("ci", door).status == 403, "each accepts for themselves"
        assert knock("nobody", door).status == 401, door
    assert gated.ask("ann", "GET", f"/-/v1/midstates/{sha}").status == 200


def test_what_an_info_says(gated):
    for name in ("auto", "manual"):
        assert gated.ask("nobody", "GET", f"/api/models/acme/{name}").json["gated"] == name
        shown = gated.house.weigh("show", f"acme/{name}", "--json").json
        assert (shown["visibility"], shown["gated"]) == ("gated", name)
    ci = Publisher(gated.house, gated.token["ci"], "acme/auto")
    for said, gets in (("manual", "manual"), (False, False), ("auto", "auto")):
        a = ci.api("PUT", "settings", {"gated": said})
        assert a.status == 200 and a.json["gated"] == gets
        assert gated.ask("nobody", "GET", "/api/models/acme/auto").json["gated"] == gets
    assert ci.api("PUT", "settings", {"gated": "perhaps"}).status == 400


# --- who is let in --------------------------------------------------------------------------

def test_acceptance_is_enough_where_it_is(gated):
    assert not gated.reads("ann", "acme/auto")
    assert gated.accept("ann", "acme/auto") == gated.accept("ann", "acme/auto") == "accepted"
    assert gated.reads("ann", "acme/auto") and not gated.reads("bob", "acme/auto")
    assert not gated.reads("ann", "acme/manual")
    (line,) = gated.journal("accept")
    assert line["repo"] == "models/acme/auto" and line["token"] == gated.ident("ann")
    card = next(f for f in gated.house.weigh("files", "acme/auto", "--json").json["files"]
                if f["path"] == "README.md")
    assert line["card"] == card["sha256"]
    assert line["revision"] == gated.house.weigh("show", "acme/auto", "--json").json["revision"]
    assert gated.requests("acme/auto", "accepted") == ["ann"]


def test_an_approver_lets_in(gated):
    name = "acme/manual"
    assert gated.accept("ann", name) == "pending" and gated.accept("bob", name) == "pending"
    a = gated.ask("ann", "GET", FILE.format(name))
    assert a.status == 403 and "approver" in a["X-Error-Message"]
    assert sorted(gated.requests(name, "pending")) == ["ann", "bob"]
    gated.handle("ann", name, "ann", "accepted", 403)
    gated.handle("ci", name, "ann", "accepted", 403)
    gated.handle("eva", name, "ann", "accepted", 403)
    gated.handle("nobody", name, "ann", "accepted", 401)
    gated.handle("officer", name, "nobody-here", "accepted", 404)
    gated.handle("officer", name, "ann", "perhaps", 400)
    gated.handle("officer", "acme/none", "ann", "accepted", 404)
    assert not gated.reads("ann", name)
    gated.handle("officer", name, "ann", "accepted")
    gated.handle("officer", name, "ann", "accepted", 404)
    gated.handle("officer", name, "bob", "rejected", rejectionReason="not this year")
    assert gated.reads("ann", name) and not gated.reads("bob", name)
    assert "refused" in gated.ask("bob", "GET", FILE.format(name))["X-Error-Message"]
    gated.accept("bob", name, 403)
    assert (gated.requests(name, "accepted"), gated.requests(name, "rejected")) == (["ann"], ["bob"])
    gated.handle("officer", name, "ann", "pending")
    assert not gated.reads("ann", name)
    assert [(e["event"], e["why"]) for e in gated.journal("grant", "refuse", "reopen")] == [
        ("grant", ""), ("refuse", "not this year"), ("reopen", "")]
    assert all("officer" in e["origin"] for e in gated.journal("grant", "refuse", "reopen"))


def test_who_is_granted_accepts_all_the_same(gated):
    a = gated.ask("officer", "POST", "/api/models/acme/manual/user-access-request/grant", {"user": "ann"})
    assert a.status == 200 and not gated.reads("ann", "acme/manual")
    assert gated.accept("ann", "acme/manual") == "accepted" and gated.reads("ann", "acme/manual")


def test_who_may_not_accept(gated):
    gated.house.weigh("add", gated.house.tmp / "acme/auto", "acme/open")
    gated.accept("nobody", "acme/auto", 401)
    gated.accept("eva", "acme/auto", 403)
    gated.accept("ann", "acme/open", 400)
    gated.accept("ann", "acme/none", 404)
    assert gated.journal("accept") == []


# --- other terms ------------------------------------------------------------------------------

def test_other_terms_are_accepted_anew(gated):
    ci = Publisher(gated.house, gated.token["ci"], "acme/auto")
    gated.accept("ann", "acme/auto")
    assert ci.commit(file_line("README.md", CARD + b"More words.\n"), file_line("more", b"x")).status == 200
    assert gated.reads("ann", "acme/auto"), "neither words of the card nor files are terms"
    for path, data in (("LICENSE", LICENSE + b"Every day.\n"), ("README.md", CARD.replace(b"Twice", b"Thrice")),
                       ("USE_POLICY.md", b"Do no harm.\n")):
        assert ci.commit(file_line(path, data)).status == 200
        a = gated.ask("ann", "GET", FILE.format("acme/auto"))
        assert a.status == 403 and "others than those that were accepted" in a["X-Error-Message"], path
        assert gated.accept("ann", "acme/auto") == "accepted" and gated.reads("ann", "acme/auto")
    assert len({e["terms"] for e in gated.journal("accept")}) == 4


def test_terms_that_change_while_they_are_read(gated):
    shown = gated.ask("ann", "GET", "/-/v1/access/terms?name=acme/auto").json
    assert shown["prompt"].strip() == PROMPT and shown["standing"] == "none"
    assert [(t["path"], t["text"].encode()) for t in shown["texts"]] == [("LICENSE", LICENSE)]
    Publisher(gated.house, gated.token["ci"], "acme/auto").commit(file_line("LICENSE", b"Pay.\n"))
    body = {"name": "acme/auto", "terms": shown["terms"]}
    a = gated.ask("ann", "POST", "/-/v1/access/accept", body)
    assert a.status in (409, 412) and a.json["weigh"]["code"] == "stale", a
    assert not gated.reads("ann", "acme/auto")
    body["terms"] = gated.ask("ann", "GET", "/-/v1/access/terms?name=acme/auto").json["terms"]
    assert gated.ask("ann", "POST", "/-/v1/access/accept", body).json["standing"] == "may"
    assert gated.reads("ann", "acme/auto")
    a = gated.ask("bob", "POST", "/-/v1/access/accept", {"name": "acme/auto"})
    assert a.status == 400 and not gated.reads("bob", "acme/auto"), "which, is said"


# --- kept ---------------------------------------------------------------------------------------

def test_a_catalog_made_again_knows_who_accepted(gated):
    house = gated.house
    gated.accept("ann", "acme/auto")
    gated.accept("bob", "acme/auto")
    gated.accept("ann", "acme/manual")
    gated.handle("officer", "acme/manual", "ann", "accepted")
    gated.handle("officer", "acme/auto", "bob", "rejected")
    move = {"fromRepo": "acme/manual", "toRepo": "acme/moved", "type": "model"}
    assert gated.ask("ci", "POST", "/api/repos/move", move).status == 200

    def stand():
        for name in ("acme/auto", "acme/moved"):
            house.weigh("verify", name)
        return [gated.reads(who, name) for who in ("ann", "bob", "ci") for name in ("acme/auto", "acme/moved")]

    before = stand()
    assert before == [True, True, False, False, False, False]
    listed = house.weigh("access", "ls", "acme/moved", "--json").json
    house.stop()
    for path in house.data.glob("catalog.db*"):
        path.unlink()
    house.start()
    assert stand() == before
    assert house.weigh("access", "ls", "acme/moved", "--json").json == listed
    house.weigh("rebuild")
    assert stand() == before
    house.stop()
    with sqlite3.connect(house.data / "catalog.db") as db:
        for sql in ("DELETE FROM consents", "UPDATE consents SET ruling = 1"):
            with pytest.raises(sqlite3.IntegrityError):
                db.execute(sql)
    db.close()
    house.start()


def test_one_that_is_deleted_takes_its_consents_along(gated):
    house = gated.house
    gated.accept("ann", "acme/manual")
    gated.handle("officer", "acme/manual", "ann", "accepted")
    assert gated.reads("ann", "acme/manual")
    house.weigh("rm", "acme/manual", "--yes")
    house.add(house.tmp / "acme/manual", "acme/manual")
    house.weigh("access", "set", "acme/manual", "gated-manual")
    assert not gated.reads("ann", "acme/manual")
    house.weigh("rebuild")
    house.weigh("verify", "acme/manual")
    assert not gated.reads("ann", "acme/manual") and gated.accept("ann", "acme/manual") == "pending"


# --- weigh --------------------------------------------------------------------------------------

def test_weigh_accepts(gated, tmp):
    r = gated.weigh("ann", "pull", "acme/auto", "--to", tmp / "out", code=6)
    assert "weigh accept acme/auto" in r.err, r
    r = gated.weigh("ann", "accept", "acme/auto", code=2)
    assert "--yes" in r.err and "You agree to be kind." in r.err and "Be kind to weights." in r.err
    assert gated.journal("accept") == []
    assert gated.weigh("nobody", "accept", "acme/auto", "--yes", code=6)
    assert "control socket" in gated.house.weigh("accept", "acme/auto", "--yes", code=2).err
    assert "acme/none" in gated.weigh("ann", "accept", "acme/none", "--yes", code=3).err
    doc = gated.weigh("ann", "accept", "acme/auto", "--yes", "--json").json
    assert doc["standing"] == "may" and doc["changed"] and doc["token"] == gated.ident("ann")
    assert not gated.weigh("ann", "accept", "acme/auto", "--json").json["changed"], "again asks nothing"
    gated.weigh("ann", "pull", "acme/auto", "--to", tmp / "out")
    assert (tmp / "out/config.json").read_bytes() == b"the-bytes"


def at_terminal(gated, who, answer):
    """weigh accept at a terminal, where somebody types `answer`."""
    far, near = pty.openpty()
    p = subprocess.Popen([BUILD / "weigh", "--server", gated.house.url, "accept", "acme/auto"], stdin=near,
                         stdout=near, stderr=near,
                         env=clean_env(gated.house.tmp, WEIGH_TOKEN=gated.token[who]))
    os.close(near)
    os.write(far, answer.encode() + b"\n")
    seen = b""
    try:
        while chunk := os.read(far, 4096):
            seen += chunk
    except OSError:
        pass  # its end of the terminal is closed
    os.close(far)
    return p.wait(60), seen.decode()


def test_a_person_says_yes_or_not(gated):
    code, seen = at_terminal(gated, "ann", "n")
    assert code != 0 and "Do you accept" in seen and not gated.reads("ann", "acme/auto")
    code, seen = at_terminal(gated, "ann", "yes")
    assert code == 0 and "You agree to be kind." in seen and gated.reads("ann", "acme/auto")


def test_weigh_lets_in(gated):
    assert "nobody has accepted" in gated.weigh("officer", "access", "ls", "acme/manual").err
    assert "approver" in gated.weigh("ann", "accept", "acme/manual", "--yes").err
    gated.weigh("ann", "access", "ls", "acme/manual", code=6)
    gated.weigh("eva", "access", "ls", "acme/manual", code=6)
    gated.weigh("ci", "access", "grant", "acme/manual", "ann", code=6)
    gated.weigh("officer", "access", "grant", "acme/manual", "zoe", code=3)
    gated.weigh("officer", "access", "grant", "acme/manual", "ann", "-m", "for the lab")
    r = gated.weigh("officer", "access", "refuse", "acme/manual", gated.ident("bob"))
    assert r.out.strip() == gated.ident("bob")
    rows = gated.weigh("officer", "access", "ls", "acme/manual", "--json").json["tokens"]
    assert {(t["who"], t["standing"], t["ruling"], t["why"]) for t in rows} == {
        ("ann", "may", "granted", "for the lab"), ("bob", "refused", "refused", "")}
    assert gated.reads("ann", "acme/manual") and not gated.reads("bob", "acme/manual")
    gated.weigh("officer", "access", "reopen", "acme/manual", "ann")
    assert not gated.reads("ann", "acme/manual")
    gated.weigh("bob", "access", "set", "acme/manual", "public", code=6)
    gated.weigh("ci", "access", "set", "acme/manual", "shut", code=2)
    assert "public" in gated.weigh("ci", "access", "set", "acme/manual", "public").err
    assert gated.reads("nobody", "acme/manual")
    gated.weigh("officer", "access", "grant", "acme/manual", "ann", code=2)
