"""Repositories, branches and tags, made and taken away by stock clients."""

import pytest

import models
from house import House, remove, short_tmp
from hubside import Publisher, file_line, lfs_line



def new_token(house, name, *args, role="publish"):
    return house.weigh("token", "new", name, "--role", role, "--json", *args).json["token"]


@pytest.fixture(scope="module")
def home():
    folder = short_tmp()
    h = House(folder).start()
    h.token = new_token(h, "ci")
    h.other_token = new_token(h, "other", "--repo", "other/*")
    h.add(models.tiny(folder / "tiny", 3), "acme/demo")
    yield h
    if h.proc:
        h.stop()
    remove(folder)


@pytest.fixture
def pub(home):
    return Publisher(home, home.token)


def create(pub, name, organization="acme", kind="model", **more):
    return pub.ask("POST", "/api/repos/create",
                   {"name": name, "organization": organization, "type": kind, **more})


def check_error(answer, status, code=None):
    assert answer.status == status, answer
    assert answer["X-Error-Code"] == code, answer
    assert answer["X-Error-Message"], answer
    assert answer.json["error"], answer


# --- repositories ------------------------------------------------------------------


@pytest.mark.parametrize("kind, prefix", [("model", ""), ("dataset", "datasets/"), ("space", "spaces/")])
def test_create(home, pub, kind, prefix):
    answer = create(pub, "made", kind=kind, sdk="gradio")
    assert answer.status == 200, answer
    assert answer.json["url"] == f"{home.url}/{prefix}acme/made"
    assert answer.json["name"] == "acme/made" and answer.json["id"]
    new = Publisher(home, home.token, "acme/made", kind + "s")
    assert list(new.files()) == [".gitattributes"]
    assert new.preupload({"w.safetensors": b"x"}).json["files"][0]["uploadMode"] == "lfs"
    assert new.commit(file_line("a.txt", b"a")).status == 200
    assert new.read("a.txt").body == b"a"


def test_create_what_is_there(home, pub):
    """Clients that said exist_ok read the URL from the 409."""
    answer = create(pub, "demo")
    check_error(answer, 409)
    assert answer.json["url"] == f"{home.url}/acme/demo"


def test_create_of_ones_own(home, pub):
    """Without organization: the token's name is before it, now and later."""
    answer = create(pub, "mine", organization=None)
    assert answer.json["url"] == f"{home.url}/ci/mine", answer
    short = Publisher(home, home.token, "mine")
    data = b"w" * 5000
    assert short.preupload({"w.bin": data}).json["files"][0]["uploadMode"] == "lfs"
    short.upload(data)
    done = short.commit(lfs_line("w.bin", data), file_line("a.txt", b"a"))
    assert done.json["commitUrl"].startswith(f"{home.url}/ci/mine/commit/")
    assert Publisher(home, home.token, "ci/mine").read("w.bin").body == data
    gone = pub.ask("DELETE", "/api/repos/delete", {"name": "mine", "organization": None, "type": "model"})
    assert gone.status == 200


def test_create_private(home, pub):
    for n, more in enumerate(({"visibility": "private"}, {"private": True})):
        assert create(pub, f"hidden{n}", **more).status == 200
        assert home.get(f"/api/models/acme/hidden{n}").status == 401
        assert pub.ask("GET", f"/api/models/acme/hidden{n}").json["private"] is True


@pytest.mark.parametrize("name, organization, kind, status", [
    ("..", "acme", "model", 400), ("a/b", "acme", "model", 400), ("x", "api", "model", 400),
    ("x.git", "acme", "model", 400), ("", "acme", "model", 400), ("x", "acme", "kernel", 400),
    ("x" * 97, "acme", "model", 400)])
def test_names_that_cannot_be(pub, name, organization, kind, status):
    check_error(create(pub, name, organization, kind), status)


def test_who_may(home):
    for token, status in ((None, 401), (home.other_token, 403)):
        who = Publisher(home, token)
        assert create(who, "no").status == status
        assert who.ask("DELETE", "/api/repos/delete", {"name": "demo", "organization": "acme"}).status == status
        assert who.ask("POST", "/api/repos/move",
                       {"fromRepo": "acme/demo", "toRepo": "other/demo", "type": "model"}).status == status
        assert who.api("POST", "branch/x", {}).status == status
        assert who.api("POST", "tag/main", {"tag": "x"}).status == status
    assert create(Publisher(home, home.other_token), "yes", "other").status == 200
    assert Publisher(home, home.token).head()


def test_delete(home, pub):
    create(pub, "short-lived")
    body = {"name": "short-lived", "organization": "acme", "type": "model"}
    assert pub.ask("DELETE", "/api/repos/delete", body).status == 200
    assert home.get("/api/models/acme/short-lived").status == 404
    check_error(pub.ask("DELETE", "/api/repos/delete", body), 404, "RepoNotFound")
    assert create(pub, "short-lived").status == 200, "its name is free"


def test_move(home, pub):
    create(pub, "before")
    old = Publisher(home, home.token, "acme/before")
    assert old.commit(file_line("a.txt", b"a")).status == 200
    move = {"fromRepo": "acme/before", "toRepo": "acme/after", "type": "model"}
    answer = pub.ask("POST", "/api/repos/move", move)
    assert answer.status == 200 and answer.json["url"] == f"{home.url}/acme/after"
    assert Publisher(home, home.token, "acme/after").read("a.txt").body == b"a"
    led = old.commit(file_line("a.txt", b"b"))
    assert led.status == 307 and led["Location"] == "/api/models/acme/after/commit/main", led
    check_error(pub.ask("POST", "/api/repos/move", {**move, "fromRepo": "acme/demo"}), 409)
    check_error(pub.ask("POST", "/api/repos/move", {**move, "fromRepo": "acme/never", "toRepo": "acme/x"}),
                404, "RepoNotFound")


def test_settings(home, pub):
    create(pub, "seen")
    seen = Publisher(home, home.token, "acme/seen")
    for body, private, gated in (({"private": True}, True, False), ({"visibility": "public"}, False, False),
                                 ({"gated": "manual"}, False, "manual"), ({"gated": False}, False, False)):
        assert seen.api("PUT", "settings", body).status == 200
        info = seen.ask("GET", "/api/models/acme/seen").json
        assert bool(info["private"]) == private and bool(info["gated"]) == bool(gated), (body, info)
        assert home.weigh("show", "acme/seen", "--json").json["visibility"] == (
            "private" if private else "gated" if gated else "public")
    check_error(seen.api("PUT", "settings", {"private": "yes"}), 400)


# --- branches and tags -------------------------------------------------------------------


def refs(pub):
    found = pub.api("GET", "refs").json
    return ({b["name"]: b["targetCommit"] for b in found["branches"]},
            {t["name"]: t["targetCommit"] for t in found["tags"]})


def test_branches(pub):
    first = pub.head()
    assert pub.commit(file_line("b.txt", b"1")).status == 200
    assert pub.api("POST", "branch/dev%2Fone", {}).status == 200
    assert pub.api("POST", "branch/old", {"startingPoint": first}).status == 200
    assert pub.api("POST", "branch/plain").status == 200
    branches, _ = refs(pub)
    assert branches["dev/one"] == branches["plain"] == pub.head() and branches["old"] == first
    check_error(pub.api("POST", "branch/old", {}), 409)
    assert pub.commit(file_line("only-dev.txt", b"1"), rev="dev%2Fone").status == 200
    assert "only-dev.txt" in pub.files("dev%2Fone") and "only-dev.txt" not in pub.files()
    assert pub.api("DELETE", "branch/dev%2Fone").status == 200
    check_error(pub.api("DELETE", "branch/dev%2Fone"), 404, "RevisionNotFound")
    check_error(pub.api("DELETE", "branch/main"), 403)
    check_error(pub.api("POST", "branch/x", {"startingPoint": "nope"}), 404, "RevisionNotFound")
    check_error(pub.api("POST", "branch/y", {"emptyBranch": True}), 400)


def test_overwrite(pub):
    first = pub.head()
    assert pub.commit(file_line("o.txt", b"1")).status == 200
    assert pub.api("POST", "branch/moving", {"startingPoint": first}).status == 200
    assert pub.api("POST", "branch/moving", {"overwrite": True}).status == 200
    assert refs(pub)[0]["moving"] == first, "nothing was to be done"
    assert pub.api("POST", "branch/moving", {"overwrite": True, "startingPoint": "main"}).status == 200
    assert refs(pub)[0]["moving"] == pub.head()
    check_error(pub.api("POST", "branch/moving", {"overwrite": True, "startingPoint": "nope"}),
                404, "RevisionNotFound")
    assert "moving" in refs(pub)[0]
    check_error(pub.api("POST", "branch/main", {"overwrite": True, "startingPoint": first}), 403)


def test_tags(pub):
    first = pub.head()
    assert pub.api("POST", f"tag/{first}", {"tag": "v1", "message": "the first"}).status == 200
    assert pub.api("POST", "tag/main", {"tag": "rel/2"}).status == 200
    assert refs(pub)[1] == {"v1": first, "rel/2": first}
    check_error(pub.api("POST", "tag/main", {"tag": "v1"}), 409)
    check_error(pub.api("POST", "tag/nope", {"tag": "v3"}), 404, "RevisionNotFound")
    check_error(pub.api("POST", "tag/main", {"tag": "a..b"}), 400)
    check_error(pub.api("POST", "tag/main", {}), 400)
    assert pub.head("v1") == first
    assert pub.api("DELETE", "tag/rel%2F2").status == 200
    check_error(pub.api("DELETE", "tag/rel%2F2"), 404, "RevisionNotFound")
    assert list(refs(pub)[1]) == ["v1"]


def test_what_is_done_is_there_after_a_kill(tmp):
    h = House(tmp).start()
    pub = Publisher(h, new_token(h, "ci"))
    assert create(pub, "demo").status == 200
    assert create(pub, "gone").status == 200
    assert pub.commit(file_line("a.txt", b"a")).status == 200
    assert pub.api("POST", "branch/dev", {}).status == 200
    assert pub.api("POST", "tag/main", {"tag": "v1", "message": "m"}).status == 200
    assert pub.api("PUT", "settings", {"private": True}).status == 200
    assert pub.ask("DELETE", "/api/repos/delete", {"name": "gone", "organization": "acme"}).status == 200
    before = refs(pub)
    h.kill9()
    h.start()
    assert refs(pub) == before and pub.read("a.txt").body == b"a"
    assert h.get("/api/models/acme/demo").status == 401
    assert pub.ask("GET", "/api/models/acme/gone").status == 404
    h.stop()
