"""The Hub's table of errors, row by row, and the notices beside answers."""
import re

import pytest

import models
import tokens
from house import House, remove, short_tmp, until
from tokens import GATED, PRIVATE, bearer


@pytest.fixture(scope="module")
def held():
    folder = short_tmp()
    h = House(folder).start()
    for name in ("acme/open", "acme/gated", "acme/secret"):
        h.add(models.write(folder / name, {"config.json": name.encode(),
                                           "README.md": models.CARD}), name)
    h.add(models.write(folder / "bare", {"config.json": b"{}"}), "acme/bare")
    h.other = tokens.make(h, "other", "read", "--repo", "zeta/*")
    h.mine = tokens.make(h, "mine", "read", "--repo", "acme/*")
    h.ending = tokens.make(h, "ending", "read", "--expires", "5")
    h.stop()
    tokens.set_visibility(h, "acme/gated", GATED)
    tokens.set_visibility(h, "acme/secret", PRIVATE)
    h.start()
    yield h
    h.stop()
    remove(folder)


INFO, TREE = "/api/models/{}", "/api/models/{}/tree/main"
FILE = "/{}/resolve/main/config.json"
ROWS = [  # case, target, who, status, code, commit
    ("repository unknown", INFO.format("acme/none"), None, 404, "RepoNotFound", False),
    ("its file", FILE.format("acme/none"), None, 404, "RepoNotFound", False),
    ("private, no token", INFO.format("acme/secret"), None, 401, "RepoNotFound", False),
    ("private tree, no token", TREE.format("acme/secret"), None, 401, "RepoNotFound", False),
    ("private file, no token", FILE.format("acme/secret"), None, 401, "RepoNotFound", False),
    ("private, another's token", FILE.format("acme/secret"), "other", 404, "RepoNotFound", False),
    ("private, any case", FILE.format("ACME/Secret"), "other", 404, "RepoNotFound", False),
    ("private, any case, no token", FILE.format("ACME/Secret"), None, 401, "RepoNotFound", False),
    ("revision unknown", "/api/models/acme/open/revision/none", None, 404, "RevisionNotFound", False),
    ("its file", "/acme/open/resolve/none/config.json", None, 404, "RevisionNotFound", False),
    ("file unknown", "/acme/open/resolve/main/none", None, 404, "EntryNotFound", True),
    ("folder unknown", "/api/models/acme/open/tree/main/none", None, 404, "EntryNotFound", True),
    ("gated, no token", FILE.format("acme/gated"), None, 401, "GatedRepo", False),
    ("gated, another's token", FILE.format("acme/gated"), "other", 403, "GatedRepo", False),
    ("bad token", FILE.format("acme/open"), "bad", 401, None, False),
    ("bad token, private", INFO.format("acme/secret"), "bad", 401, None, False),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("case, target, who, status, code, commit", ROWS,
                         ids=[row[0] for row in ROWS])
def test_the_table(held, method, case, target, who, status, code, commit):
    token = {None: None, "other": held.other, "bad": tokens.STRANGE}[who]
    a = held.ask(method, target, **bearer(token))
    assert (a.status, a["X-Error-Code"]) == (status, code), a
    assert bool(a["X-Repo-Commit"]) == commit
    assert a["X-Error-Message"]
    assert (a["WWW-Authenticate"] is not None) == (status == 401)
    if code == "GatedRepo":  # `hf` of today hides the reason, but prints warnings
        assert a["X-HF-Warning"].endswith(a["X-Error-Message"])
    if method == "GET":
        assert a.json["error"] == a["X-Error-Message"]


def test_hidden_is_said_as_absent(held):
    """Not one byte but the name tells which."""
    hidden = held.get(INFO.format("acme/secret"), **bearer(held.other))
    absent = held.get(INFO.format("acme/absent"), **bearer(held.other))
    assert hidden.body.replace(b"secret", b"absent") == absent.body

    def lines(a):
        return [(k, v.replace("secret", "absent")) for k, v in a.headers if k != "Date"]
    assert lines(hidden) == lines(absent)


def test_gated_may_be_looked_at(held):
    for target in (INFO, TREE, "/api/models/{}/refs"):
        assert held.get(target.format("acme/gated")).status == 200
    assert held.get(FILE.format("acme/gated"), **bearer(held.mine)).body == b"acme/gated"


def test_info_says_what_it_is(held):
    found = {name: held.get(INFO.format(f"acme/{name}"), **bearer(held.mine)).json
             for name in ("open", "gated", "secret")}
    assert [found[n]["private"] for n in ("open", "gated", "secret")] == [False, False, True]
    assert not found["open"]["gated"] and found["gated"]["gated"] and not found["secret"]["gated"]


# --- notices ------------------------------------------------------------------------------

def warnings(a):
    found = [v for k, v in a.headers if k == "X-HF-Warning"]
    assert all(re.fullmatch(r"[a-z]+; [ -~]{1,400}", v) for v in found), found
    return {v.split(";")[0]: v.split("; ", 1)[1] for v in found}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("target", [INFO, FILE])
def test_notices(held, method, target):
    assert warnings(held.ask(method, target.format("acme/open"))) == {}
    assert "license" in warnings(held.ask(method, target.format("acme/bare")))["license"]
    for _ in range(3):  # a cached answer says no less, and tells nobody of another's token
        ending = warnings(held.ask(method, target.format("acme/open"), **bearer(held.ending)))
        assert set(ending) == {"token"} and "'ending' expires at 20" in ending["token"]
        assert warnings(held.ask(method, target.format("acme/open"))) == {}
        assert warnings(held.ask(method, target.format("acme/open"), **bearer(held.mine))) == {}


def test_damaged_files_are_told(house):
    folder = models.write(house.tmp / "m", {"a.bin": b"a" * 5000, "b.bin": b"b" * 5000,
                                            "README.md": models.CARD})
    house.add(folder, "acme/open")
    assert warnings(house.get(INFO.format("acme/open"))) == {}
    blob = next(p for p in house.blobs().values() if p.read_bytes().startswith(b"aaaa"))
    blob.chmod(0o644)
    blob.write_bytes(b"x" * 5000)
    house.weigh("verify", "acme/open", code=5)
    until(lambda: warnings(house.get(INFO.format("acme/open"))))
    for target in ("/api/models/acme/open", "/acme/open/resolve/main/b.bin"):
        text = warnings(house.get(target))["integrity"]
        assert text.startswith("1 of 3 files of this revision are damaged"), text
    assert house.get("/-/v1/scrub").json["findings"] == []  # they name repositories
    (finding,) = house.weigh("scrub", "--json", code=(0, 5)).json["findings"]
    assert finding["users"][0]["name"] == "acme/open"
    a = house.get("/acme/open/resolve/main/a.bin")
    assert a.status == 503 and a["X-Error-Code"] is None
