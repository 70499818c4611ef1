"""Who may do what: tokens from their making to their end, and every route and verb
asked by everybody."""
import json
import re
import time

import pytest

import models
import tokens
from house import BUILD, ROOT, House, clean_env, remove, run, short_tmp, until, waited
from tokens import BAD_WORDS, GATED, PRIVATE, STRANGE, bearer

SECRET = b"the-secret-of-the-file"


@pytest.fixture(scope="module")
def held():
    """acme/open, acme/gated, acme/secret, and a token for each sort of people."""
    folder = short_tmp()
    h = House(folder).start()
    for name in ("acme/open", "acme/gated", "acme/secret"):
        h.add(models.write(folder / name, {"config.json": SECRET + name.encode(),
                                           "README.md": models.CARD}), name)
    h.token = {"nobody": None, "strange": STRANGE,
               "read": tokens.make(h, "reader", "read", "--repo", "acme/*"),
               "elsewhere": tokens.make(h, "elsewhere", "publish", "--repo", "zeta/*"),
               "publish": tokens.make(h, "ci", "publish"),
               "approve": tokens.make(h, "officer", "approve"),
               "admin": tokens.make(h, "boss", "admin")}
    h.stop()
    tokens.set_visibility(h, "acme/gated", GATED)
    tokens.set_visibility(h, "acme/secret", PRIVATE)
    h.start()
    yield h
    h.stop()
    remove(folder)


def ask(house, who, method, target, **more):
    return house.ask(method, target, **bearer(house.token[who]), **more)


# --- whoami -----------------------------------------------------------------------------

@pytest.mark.parametrize("who, name, role", [("read", "reader", "read"), ("publish", "ci", "write"),
                                             ("approve", "officer", "write"),
                                             ("admin", "boss", "write")])
def test_whoami(held, who, name, role):
    doc = ask(held, who, "GET", "/api/whoami-v2").json
    created = doc["auth"]["accessToken"].pop("createdAt")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", created)
    assert doc == {"type": "user", "name": name, "orgs": [],
                   "auth": {"type": "access_token",
                            "accessToken": {"displayName": name, "role": role}}}


@pytest.mark.parametrize("value", [
    "Bearer " + STRANGE, "Bearer", "Bearer hf_short", "Basic !", "Digest x=\"y\"", STRANGE,
    "Basic YW55OnBhc3N3b3Jk", "Bearer hf_" + "a" * 4000])
@pytest.mark.parametrize("target", ["/api/whoami-v2", "/api/models/acme/open",
                                    "/acme/open/resolve/main/config.json", "/api/models/acme/none"])
def test_what_is_no_token_of_ours(held, value, target):
    a = held.get(target, Authorization=value)
    assert (a.status, a["X-Error-Message"], a["X-Error-Code"]) == (401, BAD_WORDS, None), a
    assert a.json["error"] == BAD_WORDS


def test_who_shows_none_is_nobody(held):
    assert ask(held, "nobody", "GET", "/api/whoami-v2")["X-Error-Message"] == BAD_WORDS


def test_git_shows_it_as_a_password(held):
    import base64
    for pair in ("anybody:" + held.token["read"], held.token["read"] + ":"):
        value = "Basic " + base64.b64encode(pair.encode()).decode()
        assert held.get("/api/whoami-v2", Authorization=value).json["name"] == "reader"


# --- every route, every verb ---------------------------------------------------------------

def rows(path, pattern):
    found = re.findall(pattern, (ROOT / path).read_text())
    assert len(found) > 10
    return found


def fill(pattern):
    words = {"{kind}": "models", "{id}": "acme/secret", "{repo}": "acme/secret",
             "{git}": "acme/secret", "{rev}": "main", "{word}": "f" * 64, "**": "config.json"}
    return re.sub(r"\{[a-z]+\}|\*\*", lambda m: words.get(m[0], "x"), pattern)


ROUTES = [(m.split()[0], p, r) for m, p, r in
          rows("daemon/serve/routes.c", r'\{ "([A-Z ]+)",\s+"([^"]+)",\s+([A-Z]+),')]
VERBS = [(m, p, r, s) for m, p, r, s in
         rows("daemon/control/verbs.c", r'\{ "([A-Z]+)", "([^"]+)", ([A-Z]+), ([A-Z]+)')]
BODY = {"POST": b"{}", "PUT": b"{}"}
BATCH = b'{"operation":"download","objects":[{"oid":"%s","size":1}]}' % (b"f" * 64)


@pytest.mark.parametrize("method, pattern, right", ROUTES, ids=[f"{m}{p}" for m, p, _ in ROUTES])
def test_no_route_tells_of_a_private_repository(held, method, pattern, right):
    """Whatever its handler does: the right in its row is judged before."""
    said = {}
    for who in ("nobody", "strange", "elsewhere", "read"):
        a = ask(held, who, method, fill(pattern),
                body=BATCH if pattern.endswith("/batch") else BODY.get(method))
        said[who] = a.status
        if who in ("nobody", "elsewhere"):
            assert SECRET not in a.body and b'"acme/secret"' not in a.body, a
    if right == "OPEN":
        assert len(set(said.values())) == 1
        return
    assert said["strange"] == 401
    if right in ("PUBLISH", "APPROVE", "ADMIN"):
        assert said["nobody"] == 401 and said["read"] == 403
        assert said["elsewhere"] == 403 or "acme/secret" not in fill(pattern)
    elif "acme/secret" in fill(pattern):
        assert said["nobody"] == 401 and said["elsewhere"] == 404


def settle(house):
    """Of a catalog made again no blob is believed: have them hashed before files are
    asked for, since who comes while one is being hashed is told to come again."""
    for name in ("acme/open", "acme/gated", "acme/secret"):
        house.weigh("verify", name)


@pytest.mark.parametrize("method, pattern, right, where", VERBS,
                         ids=[f"{m}{p}" for m, p, _, _ in VERBS])
def test_every_verb_by_everybody(held, method, pattern, right, where):
    target = "/-/v1" + fill(pattern) + "?name=acme/secret"
    # Nonsense, so that nothing is begun for the admin that the next test meets.
    said = {who: ask(held, who, method, target, body=b"nonsense" if method == "POST" else None)
            for who in held.token}
    assert said["strange"].status == 401 and said["strange"]["X-Error-Message"] == BAD_WORDS
    if right == "ADMIN":
        assert said["nobody"].status == 401 and said["nobody"]["WWW-Authenticate"]
        for who in ("read", "publish", "approve", "elsewhere"):
            assert said[who].status == 403 and said[who].json["weigh"]["code"] == "forbidden"
        admin = said["admin"]
        allowed = {"GET": {200}, "POST": {202, 400}, "DELETE": {404}}[method]
        assert admin.status in ({403} if where == "SOCKET" else allowed), admin
        while admin.status == 202 or b'"state":"running"' in admin.body:  # let it end
            admin = ask(held, "admin", "GET", f"/-/v1/jobs/{admin.json['job']}")
        if pattern == "/rebuild":
            settle(held)
        return
    if right == "APPROVE":
        assert said["nobody"].status == 401
        for who in ("read", "publish", "elsewhere"):
            assert said[who].status == 403, who
    for who in ("nobody", "elsewhere"):
        assert said[who].status not in (401, 403) or "acme/secret" in target
        assert SECRET not in said[who].body and b'"acme/secret"' not in said[who].body


def test_a_private_repository_is_in_no_list(held):
    for target in ("/-/v1/models", "/-/v1/models?limit=1", "/api/models"):
        for who, sees in (("nobody", False), ("elsewhere", False), ("read", True), ("admin", True)):
            names, more = set(), target
            while more:
                a = ask(held, who, "GET", more)
                names |= set(re.findall(r'"(?:id|name)":"(acme/[a-z]+)"', a.body.decode()))
                assert ("next" not in a.body.decode()) or sees or "secret" not in a.body.decode()
                after = "-/v1" in more and a.json.get("next")
                more = f"{target.split('?')[0]}?limit=1&after={after}" if after else None
            assert names == {"acme/gated", "acme/open"} | ({"acme/secret"} if sees else set())


def test_midstates_are_for_those_who_may_have_the_bytes(held):
    blobs = {}
    for name in ("acme/open", "acme/gated", "acme/secret"):
        doc = ask(held, "admin", "GET", f"/-/v1/files?name={name}").json
        blobs[name] = next(f["sha256"] for f in doc["files"] if f["path"] == "config.json")
    unknown = held.get("/-/v1/midstates/" + "0" * 64)
    for who, may in (("nobody", ["acme/open"]), ("elsewhere", ["acme/open"]), ("read", list(blobs))):
        for name, sha in blobs.items():
            a = ask(held, who, "GET", f"/-/v1/midstates/{sha}")
            assert (a.status == 200) == (name in may), (who, name, a)
            if name not in may:
                assert a.json["error"].replace(sha, "0" * 64) == unknown.json["error"]


# --- the cache ------------------------------------------------------------------------------

ABOUT = ["/api/models/acme/{}", "/api/models/acme/{}/tree/main", "/api/models/acme/{}/refs"]


@pytest.mark.parametrize("about", ABOUT)
def test_private_answers_are_never_given_again(held, about):
    """serve.h, 6: asked by who may, then by who may not, in turn, on one connection
    each, so that the same loop's cache would answer."""
    target = about.format("secret")
    for _ in range(8):
        assert ask(held, "read", "GET", target).status == 200
        assert ask(held, "nobody", "GET", target).status == 401
        assert ask(held, "elsewhere", "GET", target).status == 404
        assert ask(held, "strange", "GET", target).status == 401


def test_gated_files_are_never_given_again(held):
    target = "/acme/gated/resolve/main/config.json"
    for _ in range(8):
        for method in ("HEAD", "GET"):
            assert ask(held, "read", method, target).status == 200
            assert ask(held, "nobody", method, target).status == 401
            assert ask(held, "elsewhere", method, target).status == 403


def test_a_bad_token_is_never_answered_from_the_cache(held):
    for _ in range(8):
        assert ask(held, "nobody", "GET", "/api/models/acme/open").status == 200
        assert ask(held, "strange", "GET", "/api/models/acme/open").status == 401


def test_a_list_made_for_nobody_is_not_for_who_may_see_more(held):
    for _ in range(8):
        assert b"secret" not in ask(held, "nobody", "GET", "/api/models").body
        assert b"secret" in ask(held, "read", "GET", "/api/models").body


def test_a_catalog_made_again_opens_nothing(held):
    held.weigh("rebuild")
    settle(held)
    for _ in range(4):
        assert ask(held, "nobody", "GET", "/api/models/acme/secret").status == 401
        assert ask(held, "nobody", "GET", "/acme/gated/resolve/main/config.json").status == 401
        assert ask(held, "read", "GET", "/api/models/acme/secret").json["private"]


# --- weigh token --------------------------------------------------------------------------------

def test_a_token_from_its_making_to_its_end(house):
    made = house.weigh("token", "new", "ci", "--role", "publish", "--repo", "acme/*",
                       "--repo", "datasets/acme/*", "--expires", "90", "--json").json
    token, ident = made["token"], made["id"]
    assert re.fullmatch(r"hf_[A-Za-z0-9]{43}", token)
    (row,) = house.weigh("token", "ls", "--json").json["tokens"]
    assert row == {k: v for k, v in made.items() if k not in ("schema", "token")}
    assert row["repos"] == ["acme/*", "datasets/acme/*"] and row["role"] == "publish"
    table = house.weigh("token", "ls").out
    assert ident in table and "acme/* datasets/acme/*" in table and token not in table
    assert house.get("/api/whoami-v2", **bearer(token)).status == 200
    house.restart()
    assert house.get("/api/whoami-v2", **bearer(token)).status == 200
    assert house.weigh("token", "rm", "ci").out == ident + "\n"
    assert house.get("/api/whoami-v2", **bearer(token)).status == 401  # at once
    journal = (house.data / "audit/journal.ndjson").read_text()
    lines = [json.loads(line) for line in journal.splitlines()]
    assert [line["event"] for line in lines] == ["token-made", "token-removed"]
    assert all(ident in line["why"] and "uid" in line["why"] for line in lines)
    said = journal + "\n".join(house.log)
    for path in house.data.rglob("*"):
        if path.is_file():
            said += path.read_bytes().decode("latin-1")
    assert token not in said and token[3:] not in said


def test_a_token_ends_by_the_clock(house):
    end = int(time.time()) + 4
    made = json.loads(post(house, {"name": "short", "role": "read", "expires": end}).body)
    assert house.get("/api/whoami-v2", **bearer(made["token"])).status == 200
    until(lambda: time.time() > end + 0.05)
    a = house.get("/api/whoami-v2", **bearer(made["token"]))
    assert (a.status, a["X-Error-Message"]) == (401, BAD_WORDS)
    assert "yes" in house.weigh("token", "ls").out  # people see the column now


def post(house, doc):
    """POST tokens as an admin over the network."""
    if not hasattr(house, "boss"):
        house.boss = tokens.make(house, "boss", "admin")
    return house.ask("POST", "/-/v1/tokens", json.dumps(doc).encode(), **bearer(house.boss))


@pytest.mark.parametrize("doc, status", [
    ({"name": "a", "role": "read"}, 200),
    ({"name": "a b", "role": "read"}, 400),
    ({"name": "a", "role": "root"}, 400),
    ({"name": "a", "role": "nobody"}, 400),
    ({"name": "a"}, 400),
    ({"name": "a", "role": "read", "expires": 1}, 400),
    ({"name": "a", "role": "read", "expires": 2 ** 64 - 1}, 400),
    ({"name": "a", "role": "admin", "repos": "acme/*"}, 400),
    ({"name": "a", "role": "read", "repos": "a  b"}, 400),
    ({"name": "a", "role": "read", "repos": "x" * 2000}, 400),
    ({"name": "a", "role": "read", "more": 1}, 400),
])
def test_what_can_be_asked_for(house, doc, status):
    a = post(house, doc)
    assert a.status == status, a


def test_damage_opens_no_door(house):
    token = tokens.make(house, "ci", "read")
    path = house.data / "keys/tokens"
    good = path.read_bytes()
    path.write_bytes(good.replace(b" read ", b" admin ", 1))
    house.proc.send_signal(1)  # SIGHUP
    wait_for(house, "tokens-refused")
    assert house.get("/api/whoami-v2", **bearer(token)).json["auth"]["accessToken"]["role"] == "read"
    house.stop()
    for damage in (path.read_bytes(), good[:-1], good[:40], b"", good + good):
        path.write_bytes(damage)
        r = run(BUILD / "weighd", "--data", house.data, "--listen", "127.0.0.1:0", env=house.env)
        assert r.code != 0 and "keys/tokens" in r.err and "weigh token new" in r.err, r
    path.write_bytes(good)
    path.chmod(0o644)
    r = run(BUILD / "weighd", "--data", house.data, "--listen", "127.0.0.1:0", env=house.env)
    assert r.code != 0 and "0600" in r.err, r
    path.chmod(0o600)
    house.start()
    assert house.get("/api/whoami-v2", **bearer(token)).status == 200


def wait_for(house, word, times=1):
    assert waited(lambda: sum(word in line for line in house.log) >= times), house.log


# --- what weigh shows ------------------------------------------------------------------------------

def weigh(house, *args, code=0, **env):
    r = run(BUILD / "weigh", "--server", house.url, *args, env=clean_env(house.tmp, **env))
    assert r.code == code, r
    return r


def test_weigh_shows_its_token(held, tmp):
    token = held.token["read"]
    assert "acme/secret" not in weigh(held, "ls").out
    assert "acme/secret" in weigh(held, "ls", WEIGH_TOKEN=token).out
    assert "acme/secret" in weigh(held, "ls", HF_TOKEN=token).out
    assert "acme/secret" in weigh(held, "ls", WEIGH_TOKEN=token, HF_TOKEN=STRANGE).out
    config = tmp / "weigh/config"
    config.parent.mkdir()
    config.write_text(f"# mine\n token = {token}\n")
    config.chmod(0o600)
    assert "acme/secret" in weigh(held, "ls", XDG_CONFIG_HOME=str(tmp)).out
    config.chmod(0o640)
    assert "chmod 600" in weigh(held, "ls", XDG_CONFIG_HOME=str(tmp), code=4).err
    weigh(held, "pull", "acme/secret", "--to", tmp / "out", WEIGH_TOKEN=token)
    assert (tmp / "out/config.json").read_bytes() == SECRET + b"acme/secret"
    r = weigh(held, "pull", "acme/gated", "--to", tmp / "no", HF_TOKEN=held.token["elsewhere"], code=6)
    assert "given access" in r.err
    for env in ({"WEIGH_TOKEN": STRANGE}, {"HF_TOKEN": STRANGE}):
        r = weigh(held, "ls", code=6, **env)
        assert BAD_WORDS in r.err and STRANGE not in r.err + r.out
    weigh(held, "ls", WEIGH_TOKEN="no token", code=2)
    weigh(held, "ls", HF_TOKEN="api_of_another_place")  # is not sent
    weigh(held, "token", "ls", WEIGH_TOKEN=held.token["publish"], code=6)
    assert "reader" in weigh(held, "token", "ls", WEIGH_TOKEN=held.token["admin"]).out
    r = weigh(held, "token", "new", "ci", "--role", "read", WEIGH_TOKEN=STRANGE, code=6)
    assert "cannot make token 'ci'" in r.err
    r = weigh(held, "gc", WEIGH_TOKEN=token, code=6)  # says what, and by which role it may not
    assert r.err.startswith("weigh: cannot take away") and "role 'read'" in r.err
    for env, code, says in (({}, 0, "for reading only"), ({"WEIGH_TOKEN": token}, 0, "the rights of the token"),
                            ({"WEIGH_TOKEN": STRANGE}, 1, "but not us")):
        assert says in weigh(held, "doctor", code=code, **env).out, env


# --- the settings ------------------------------------------------------------------------------------

def test_anonymous_none_and_a_reload(house):
    house.add(models.tiny(house.tmp / "m", 1), "acme/open")
    token = tokens.make(house, "reader", "read", "--repo", "acme/*")
    other = tokens.make(house, "other", "read", "--repo", "zeta/*")
    target = "/api/models/acme/open"
    assert house.get(target).status == house.get(target, **bearer(other)).status == 200
    config = house.tmp / "weighd.conf"
    config.write_text("[access]\nanonymous = none\n")
    house.stop()
    house.options = ("--config", config)
    house.start()
    a = house.get(target)
    assert (a.status, a["X-Error-Code"]) == (401, "RepoNotFound")
    assert house.get("/api/models/acme/none").status == 401
    assert house.get(target, **bearer(token)).status == 200
    assert house.get(target, **bearer(other)).status == 404
    assert house.get("/-/v1/models").status == house.get("/api/models").status == 401
    assert house.get("/healthz").status == house.get("/readyz").status == 200
    config.write_text("[access]\nanonymous = read\nunknown_token = ignore\n")
    house.proc.send_signal(1)
    wait_for(house, "event=reloaded")
    assert house.get(target).status == 200
    assert house.get(target, **bearer(STRANGE)).status == 200
    assert house.get("/api/whoami-v2", **bearer(STRANGE)).status == 401
    assert house.ask("POST", "/-/v1/gc", b"{}", **bearer(STRANGE)).status == 401
    for _ in range(16):  # every loop keeps it now
        assert house.get(target).status == 200
    config.write_text("[access]\nanonymous = none\n")
    house.proc.send_signal(1)
    wait_for(house, "event=reloaded", 2)
    for _ in range(16):  # and none gives it
        assert house.get(target).status == 401
        assert house.get(target, **bearer(other)).status == 404
