"""The scripted Hub itself (upstream.py): what it serves is true, and each misdeed is one."""
import hashlib
import http.client
import json
import shutil
import ssl
import time
import urllib.parse

import pytest

import models
from certs import KINDS, Certs
from house import clean_env, run, waited
from upstream import Hub
from upstream_wrong import MISDEEDS

WEIGHTS = models.noise(300_000, 1)
FILES = {"README.md": models.CARD, "w.safetensors": WEIGHTS, "sub/a.txt": b"a\n",
         "sub/b/c.bin": models.noise(50_000, 2), "sub.txt": b"sorts before sub/\n"}
FILE = "/acme/m/resolve/main/w.safetensors"
TREE = "/api/models/acme/m/tree/main?recursive=true"


@pytest.fixture
def hub(tmp):
    with Hub(tmp, {"acme/m": FILES}) as h:
        yield h


def ask(hub, target, method="GET", body=None, **headers):
    """(answer, body); HTTPException or OSError when it does not hold to the rules."""
    link = http.client.HTTPConnection(hub.host, hub.port, timeout=5)
    try:
        link.request(method, target, body,
                     {k.replace("_", "-"): v for k, v in headers.items()})
        answer = link.getresponse()
        return answer, answer.read()
    finally:
        link.close()


def tree(hub, target=TREE):
    entries = []
    while target:
        answer, body = ask(hub, target)
        entries += json.loads(body)
        following = answer.getheader("Link")
        target = following.split(">")[0].split(hub.url)[1] if following else None
        assert len(entries) < 10_000
    return entries


# --- as it should be --------------------------------------------------------------


def test_git_agrees_with_every_id(hub, tmp):
    env = clean_env(tmp)
    run("git", "clone", "-q", f"{hub.url}/acme/m", tmp / "c", env={**env, "GIT_LFS_SKIP_SMUDGE": "1"})
    r = run("git", "-C", tmp / "c", "rev-parse", "HEAD", env=env)
    assert r.out.strip() == hub["acme/m"].head
    assert run("git", "-C", tmp / "c", "fsck", "--strict", env=env).code == 0
    listed = run("git", "-C", tmp / "c", "ls-tree", "-rt", "--format=%(objectname) %(path)",
                 "HEAD", env=env).out
    assert {f"{e['oid']} {e['path']}" for e in tree(hub)} == set(listed.splitlines())


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")
def test_git_lfs_takes_what_the_batch_leads_to(tmp):
    with Hub(tmp / "cdn", host="127.0.0.2") as cdn, \
            Hub(tmp, {"acme/m": FILES}, cdn=cdn) as hub:
        cdn.repos = hub.repos
        env = {**clean_env(tmp), "GIT_CONFIG_GLOBAL": str(tmp / "config")}
        run("git", "lfs", "install", "--skip-repo", env=env)
        r = run("git", "clone", "-q", f"{hub.url}/acme/m", tmp / "c", env=env)
        assert r.code == 0 and (tmp / "c/w.safetensors").read_bytes() == WEIGHTS, r
        assert cdn.file_bytes() == 350_000 and hub.file_bytes() == 0


def test_files_ranges_and_conditions(hub):
    sha = hashlib.sha256(WEIGHTS).hexdigest()
    answer, body = ask(hub, FILE)
    assert body == WEIGHTS and answer.getheader("ETag") == f'"{sha}"'
    assert answer.getheader("X-Repo-Commit") == hub["acme/m"].head
    for spec, part in (("0-9", WEIGHTS[:10]), ("299990-", WEIGHTS[-10:]), ("-5", WEIGHTS[-5:])):
        answer, body = ask(hub, FILE, Range=f"bytes={spec}")
        assert answer.status == 206 and body == part, spec
    assert ask(hub, FILE, Range="bytes=300000-")[0].status == 416
    assert ask(hub, FILE, If_None_Match=f'"{sha}"')[0].status == 304
    assert ask(hub, FILE, "HEAD")[0].getheader("X-Linked-Size") == "300000"
    assert hub.sent("w.safetensors") == 300_000 + 10 + 10 + 5
    assert hub.calls("resolve/", "GET") == 6 and hub.calls("", "HEAD") == 1


def test_the_tree_in_pages(tmp):
    many = {f"d{i % 7}/f{i}.txt": b"%d" % i for i in range(95)}
    with Hub(tmp, {"acme/m": many}, page=20) as hub:
        paths = [e["path"] for e in tree(hub) if e["type"] == "file"]
        assert paths == sorted([*many, ".gitattributes"]) and hub.calls("/tree/") == 6


def test_info_says_unchanged_until_it_moves(hub):
    answer, body = ask(hub, "/api/models/acme/m")
    etag, first = answer.getheader("ETag"), json.loads(body)["sha"]
    assert ask(hub, "/api/models/acme/m", If_None_Match=etag)[0].status == 304
    second = hub["acme/m"].commit({"README.md": b"other\n"})
    assert json.loads(ask(hub, "/api/models/acme/m", If_None_Match=etag)[1])["sha"] == second
    assert ask(hub, FILE)[0].status == 404
    assert ask(hub, FILE.replace("main", first))[1] == WEIGHTS


def test_gated_and_private(tmp):
    with Hub(tmp) as hub:
        hub.add("acme/gated", FILES, tokens=["hf_good"], gated=True)
        hub.add("acme/secret", FILES, tokens=["hf_good"])
        for name, token, api, file in (
                ("gated", "", 200, 401), ("gated", "hf_x", 200, 403), ("gated", "hf_good", 200, 200),
                ("secret", "", 401, 401), ("secret", "hf_good", 200, 200)):
            shown = {"Authorization": f"Bearer {token}"} if token else {}
            assert ask(hub, f"/api/models/acme/{name}", **shown)[0].status == api
            got = ask(hub, f"/acme/{name}/resolve/main/README.md", **shown)[0]
            assert got.status == file, (name, token)
            assert got.getheader("X-Error-Code") == (None if file == 200 else
                                                     "GatedRepo" if name == "gated" else
                                                     "RepoNotFound")


def test_a_link_to_the_other_host_grows_old(tmp):
    with Hub(tmp / "cdn", host="127.0.0.2") as cdn, \
            Hub(tmp, {"acme/m": FILES}, cdn=cdn) as hub:
        cdn.repos, hub.link_seconds = hub.repos, 0.2
        answer, _ = ask(hub, FILE)
        assert answer.status == 302 and answer.getheader("X-Linked-Size") == "300000"
        at = answer.getheader("Location").removeprefix(cdn.url)
        assert ask(cdn, at)[1] == WEIGHTS
        time.sleep(0.25)
        assert ask(cdn, at)[0].status == 403


def test_so_many_calls_in_a_window(tmp):
    with Hub(tmp, {"acme/m": FILES}, limit=(3, 0.5)) as hub:
        assert [ask(hub, FILE, "HEAD")[0].status for _ in range(5)] == [200] * 3 + [429] * 2
        time.sleep(0.6)
        assert ask(hub, FILE, "HEAD")[0].status == 200


def test_bytes_at_a_rate(tmp):
    with Hub(tmp, {"acme/m": FILES}, rate=600_000) as hub:
        begun = time.monotonic()
        ask(hub, FILE)
        assert 0.4 < time.monotonic() - begun < 3


@pytest.mark.parametrize("kind", KINDS)
def test_certificates(tmp, kind):
    certs = Certs(tmp / "certs")
    context = ssl.create_default_context(cafile=certs.ca)
    context.set_ciphers("DEFAULT:@SECLEVEL=2")
    with Hub(tmp, {"acme/m": FILES}, tls=certs, cert=kind) as hub:
        link = http.client.HTTPSConnection(hub.host, hub.port, timeout=5, context=context)
        if kind in ("good", "cn_only"):  # python does not look at CN either, but says so late
            context.check_hostname = kind == "good"
            link.request("GET", FILE)
            assert link.getresponse().read() == WEIGHTS
        else:
            with pytest.raises(ssl.SSLError):
                link.request("GET", FILE)
        link.close()


# --- and as it should not be --------------------------------------------------------

def differs(hub):
    return ask(hub, FILE)[1] != WEIGHTS


def fails(hub, target=FILE, **headers):
    try:
        ask(hub, target, **headers)
    except (OSError, http.client.HTTPException):
        return True
    return False


def status(number, target=FILE):
    return lambda hub: ask(hub, target)[0].status == number


def field(name, value, target=FILE, **headers):
    return lambda hub: ask(hub, target, **headers)[0].getheader(name) == value


def tree_has(**wanted):
    return lambda hub: any(wanted.items() <= e.items() for e in json.loads(ask(hub, TREE)[1]))


def batch(hub):
    body = json.dumps({"objects": [{"oid": hashlib.sha256(WEIGHTS).hexdigest(), "size": 300_000}]})
    return json.loads(ask(hub, "/acme/m.git/info/lfs/objects/batch", "POST", body)[1])["objects"][0]


def some_of(hub, count):
    link = http.client.HTTPConnection(hub.host, hub.port, timeout=5)
    link.request("GET", FILE)
    data = link.getresponse().read(count)
    link.close()
    return data


def second_page(hub):
    return urllib.parse.unquote(ask(hub, TREE)[0].getheader("Link"))


SEEN = [  # deed, options, what a client sees
    ("wrong_bytes", {}, differs),
    ("wrong_byte_at", {"at": 7}, lambda h: ask(h, FILE)[1][7] == WEIGHTS[7] ^ 0x20),
    ("wrong_end", {}, lambda h: ask(h, FILE)[1][:-1] == WEIGHTS[:-1] and differs(h)),
    ("other_file", {"data": b"x"}, lambda h: ask(h, FILE)[1] == b"x"),
    ("short", {}, fails),
    ("shrunk", {}, lambda h: ask(h, FILE)[1] == WEIGHTS[:-1000]),
    ("long", {}, lambda h: ask(h, FILE)[1] == WEIGHTS  # it counts behind the last byte
     and waited(lambda: h.sent(FILE) == 301_000)),
    ("grown", {}, lambda h: len(ask(h, FILE)[1]) == 301_000),
    ("endless", {}, lambda h: len(some_of(h, 2_000_000)) == 2_000_000),
    ("reset", {"after": 1000}, fails),
    ("silent", {"seconds": 0.3}, lambda h: timed(lambda: ask(h, FILE)) >= 0.3),
    ("slow", {"rate": 1_000_000}, lambda h: timed(lambda: ask(h, FILE)) >= 0.25),
    ("coded", {}, field("Content-Encoding", "gzip")),
    ("whole", {}, lambda h: ask(h, FILE, Range="bytes=5-9")[0].status == 200),
    ("wrong_range", {}, field("Content-Range", "bytes 517-521/300000", Range="bytes=5-9")),
    ("wrong_total", {}, field("Content-Range", "bytes 5-9/300001", Range="bytes=5-9")),
    ("lying_range", {"by": 3}, lambda h: ask(h, FILE, Range="bytes=5-9")[1] == WEIGHTS[2:7]),
    ("no_range_field", {}, field("Content-Range", None, Range="bytes=5-9")),
    ("other_etag", {"etag": '"e"'}, field("ETag", '"e"')),
    ("other_commit", {}, field("X-Repo-Commit", "c" * 40)),
    ("call", {"do": lambda hub, _: hub["acme/m"].tag("seen")},
     lambda h: ask(h, FILE) and "seen" in h["acme/m"].tags),
    ("gated", {}, field("X-Error-Code", "GatedRepo")),
    ("missing", {}, status(404)),
    ("no_repo", {}, field("X-Error-Code", "RepoNotFound")),
    ("too_many", {"retry_after": 3, "left": 4}, field("RateLimit", '"resolvers";r=0;t=4')),
    ("counts_down", {"left": 5, "seconds": 9}, field("RateLimit", '"resolvers";r=5;t=9')),
    ("broken", {"status": 503}, status(503)),
    ("portal", {}, field("Content-Type", "text/html")),
    ("garbage", {}, fails),
    ("endless_head", {}, fails),
    ("loop", {}, field("Location", f"{FILE}?turn=1")),
    ("redirect", {"to": "http://127.0.0.9/x"}, field("Location", "http://127.0.0.9/x")),
    ("edit", {"do": lambda doc: doc[:1]}, lambda h: len(json.loads(ask(h, TREE)[1])) == 1),
    ("instead", {"data": b"{"}, lambda h: ask(h, TREE)[1] == b"{"),
    ("paging_repeats", {}, lambda h: TREE in second_page(h)),
    ("pages_without_end", {}, lambda h: "turn=1>" in second_page(h)),
    ("next_elsewhere", {"to": "http://127.0.0.9"}, lambda h: "http://127.0.0.9/" in second_page(h)),
    ("tree_renames", {"path": "sub/a.txt", "to": "../a"}, tree_has(path="../a")),
    ("tree_adds", {"like": "README.md", "path": "ReadMe.MD"}, tree_has(path="ReadMe.MD")),
    ("tree_says", {"path": "README.md", "size": -1}, tree_has(size=-1)),
    ("batch_href", {"to": "file:///etc/passwd"},
     lambda h: batch(h)["actions"]["download"]["href"] == "file:///etc/passwd"),
    ("batch_header", {"X_A": "b"}, lambda h: batch(h)["actions"]["download"]["header"]["X_A"] == "b"),
    ("batch_error", {}, lambda h: batch(h)["error"]["code"] == 404),
]


def timed(fn):
    begun = time.monotonic()
    fn()
    return time.monotonic() - begun


@pytest.mark.parametrize("name, options, seen", SEEN, ids=[row[0] for row in SEEN])
def test_misdeeds(hub, name, options, seen):
    rule = hub.misbehave(name, **options)
    assert seen(hub)
    assert rule.done > 0


def test_every_misdeed_has_a_row():
    assert {row[0] for row in SEEN} == set(MISDEEDS)


def test_only_the_second_of_three(hub):
    hub.misbehave("broken", r"^GET .*/resolve/", skip=1, times=1)
    assert [ask(hub, FILE)[0].status for _ in range(3)] == [200, 500, 200]
    hub.misbehave("broken", r"^HEAD ")
    assert ask(hub, FILE)[0].status == 200 and ask(hub, FILE, "HEAD")[0].status == 500
    hub.behave()
    assert ask(hub, FILE, "HEAD")[0].status == 200


def test_hundred_thousand_files(tmp):
    many = {f"d{i // 1000}/{i}.txt": b"%d\n" % i for i in range(100_000)}
    with Hub(tmp, {"acme/m": many}) as hub:
        begun, entries = time.monotonic(), 0
        answer, body = ask(hub, TREE)
        while True:
            entries += len(json.loads(body))
            link = answer.getheader("Link")
            if not link:
                break
            answer, body = ask(hub, link.split(">")[0].split(hub.url)[1])
        assert entries == 100_000 + 100 + 1 and time.monotonic() - begun < 30
