"""Bad upstreams: what each of them does to a job, what the person is told, and that
nothing of it is ever served: fetch/fetch.h (4).

All of these jobs are under way at once in one weighd, each for a repository of its own
on one Hub that misbehaves there and nowhere else; each test then looks at one of them."""
import re
import time

import pytest

import mirroring
import models
from certs import KINDS, Certs
from house import remove, short_tmp
from upstream import Hub
from upstream_repo import Repo

W = "w.safetensors"
BASE = models.noise(9 << 20, 5)  # three segments
FILES = {"README.md": models.CARD, "config.json": b'{"model_type":"small"}\n', "a/b.txt": b"b\n"}


def bytes_of(name, times=1):
    return {**FILES, W: mirroring.unique(BASE, name) + BASE * (times - 1)}


class Story:
    """One repository, and what its upstream does: `deed` to requests for `part` of it."""

    def __init__(self, deed, part=None, end="done", says=None, git=True, **options):
        self.deed, self.end, self.says, self.git = deed, end, says, git
        self.part = part or rf"GET .*(/resolve/.*/{W}|\.git/lfs/)"
        self.times = options.pop("times", None)
        self.skip = options.pop("skip", 0)
        self.first = options.pop("first", None)  # what the first request meets
        self.options = options

    def begin(self, hub, name):
        hub.add(name, bytes_of(name), git=self.git)
        pattern = rf"^(?=\S+ /(api/models/)?{name}([/.?]|$)).*(?:{self.part})"
        options = {k: v.format(port=hub.trap.port) if k == "to" else v
                   for k, v in self.options.items()}
        if self.first:
            hub.misbehave(self.first, pattern, 1)
        self.rule = hub.misbehave(self.deed, pattern, self.times, self.skip, **options)



TREE, INFO = r"GET .*/tree/", r"GET /api/models/bad/[^/?]+(/revision/|\?|$)"

STORIES = {
    # Once: it is asked again, and all is well.
    "wrong-bytes-once": Story("wrong_bytes", times=1),
    "wrong-end-once": Story("wrong_end", times=1),
    "short-once": Story("short", times=1),
    "long-once": Story("long", times=1),
    "endless-once": Story("endless", times=1),
    "reset-often": Story("reset", times=3),
    "reset-before-a-byte": Story("reset", times=1, after=0),
    "silent-in-the-middle": Story("silent", times=1, seconds=10, after=100_000),
    "silent-before-the-head": Story("silent", times=1, seconds=10),
    "wrong-range-once": Story("wrong_range", times=1),
    "lying-range-once": Story("lying_range", times=1),
    "etag-changes-once": Story("other_etag", times=1, skip=1, first="reset"),
    "coded-once": Story("coded", times=1),
    "too-many-and-when": Story("too_many", times=1, retry_after=2, left=2),
    "too-many": Story("too_many", times=1),
    "broken-thrice": Story("broken", times=3),
    "unavailable-and-when": Story("broken", times=1, status=503, retry_after=1),
    "info-broken-once": Story("broken", INFO, times=1),
    "info-silent-once": Story("silent", INFO, times=1, seconds=10),
    # A server that knows no ranges is slow, not bad.
    "no-ranges": Story("whole"),
    # Always: what passes by itself is tried again later, and says why.
    "short": Story("short", end="waiting", says="network.*bytes remaining"),
    "reset": Story("reset", after=0, end="waiting", says="network"),
    "broken": Story("broken", end="waiting", says="500"),
    "too-many-always": Story("too_many", end="waiting", says="429|too many"),
    # Always: it will not be better tomorrow.
    "wrong-bytes": Story("wrong_bytes", end="failed", says=f"mismatch.*{W}"),
    "other-file": Story("other_file", data=b"x" * 4000, end="failed", says=W),
    "gated": Story("gated", end="failed", says="forbidden.*(gated|restricted|access)"),
    "gated-unknown": Story("gated", status=401, end="failed", says="unauthorized.*token"),
    "gated-at-once": Story("gated", INFO, end="failed", says="forbidden"),
    "no-shard": Story("missing", end="failed", says=f"not_found.*{W}"),
    "no-repository": Story("no_repo", r"\S+ /", end="failed", says="not_found"),
    "loop": Story("loop", end="failed", says="redirect"),
    "next-page-is-this": Story("paging_repeats", TREE, git=False, end="failed", says="twice"),
    "pages-without-end": Story("pages_without_end", TREE, git=False, end="failed",
                               says="page|twice|order"),
    "next-page-elsewhere": Story("next_elsewhere", TREE, git=False, end="failed",
                                 to="http://127.0.0.9:1", says="page|elsewhere|127.0.0.9"),
    "oid-not-hex": Story("tree_says", TREE, git=False, path=W, lfs={"oid": "g" * 64},
                         end="failed", says="malformed"),
    "oid-too-short": Story("tree_says", TREE, git=False, path=W, lfs={"oid": "ab"},
                           end="failed", says="malformed"),
    "size-negative": Story("tree_says", TREE, git=False, path=W, size=-1, lfs={"size": -1},
                           end="failed", says="malformed"),
    "twins": Story("tree_adds", TREE, git=False, like="README.md", path="ReadMe.MD"),
    "tree-not-json": Story("instead", TREE, git=False, data=b"[{", end="failed",
                           says="malformed"),
    "tree-of-a-hotel": Story("portal", TREE, git=False, end="failed", says="html|JSON|malformed"),
    "info-of-a-hotel": Story("portal", INFO, end="failed", says="html|JSON|malformed"),
    **{f"path-{i}": Story("tree_renames", TREE, git=False, path="a/b.txt", to=to, end="failed",
                          says="malformed|too_big")
       for i, to in enumerate(("../b.txt", "/etc/b.txt", "a/../../b.txt", "a//b.txt", "a/.",
                               ".git/config", "a/b\0.txt", "a\\..\\b.txt", "", "a/" * 2100))},
    **{f"redirect-{i}": Story("redirect", to=to, end="failed", says="denied")
       for i, to in enumerate(("http://127.0.0.9:{port}/x", "http://169.254.169.254/x",
                               "http://[::1]:{port}/x", "http://10.1.2.3/x",
                               "http://0.0.0.0:{port}/x", "http://[::ffff:127.0.0.9]:{port}/x",
                               "file:///etc/passwd",
                               "gopher://127.0.0.9:{port}/x"))},
}


def at_rest(job):
    """Waiting is the end of those stories only that are about it."""
    if STORIES[job["name"].removeprefix("bad/")].end == "waiting":
        return mirroring.rests(job)
    return mirroring.is_over(job)


@pytest.fixture(scope="module")
def ordeal():
    """All stories, begun together and come to rest."""
    tmp = short_tmp()
    hub, trap = Hub(tmp / "hub"), Hub(tmp / "trap", host="127.0.0.9")
    hub.trap = trap
    house = mirroring.mirror_house(tmp / "house", mirror_jobs=16, mirror_upstream=hub.url).start()
    try:
        for key, story in STORIES.items():
            story.begin(hub, f"bad/{key}")
        for key in STORIES:
            mirroring.order(house, f"bad/{key}")
        mirroring.wait_for(house, [f"bad/{key}" for key in STORIES], at_rest, 60)
        yield house, hub
    finally:
        house.stop()
        hub.close()
        trap.close()
        remove(tmp)


@pytest.mark.parametrize("key", STORIES)
def test_upstream(ordeal, key):
    (house, hub), story, name = ordeal, STORIES[key], f"bad/{key}"
    repo = hub[name]
    job = mirroring.wait_for(house, [name], at_rest)[name]  # one that waits tries now and then
    assert job["state"] == story.end, job
    assert story.rule.done > 0, "it was never put to the test"
    if story.end != "done":
        told = mirroring.say(job)
        assert re.search(story.says, told, re.I), told
        mirroring.serves_nothing(house, name, repo)
    if story.end == "waiting":
        story.rule.left = 0
        house.weigh("mirror", "resume", name)
        job = mirroring.done(house, name)
    if job["state"] == "done":
        mirroring.same_files(house, name, repo)
        assert mirroring.held(house, repo.files[W])


def test_nobody_was_led_astray(ordeal):
    house, hub = ordeal
    assert hub.trap.connected == 0
    mirroring.sound(house)


def test_bytes_asked_twice_are_few(ordeal):
    """What broke off goes on where it broke off; only what was wrong comes again."""
    _, hub = ordeal
    size = len(BASE)
    for key, most in (("reset-often", 2.0), ("silent-in-the-middle", 1.3),
                      ("reset-before-a-byte", 1.1), ("too-many", 1.1), ("wrong-bytes-once", 2.1)):
        sent = hub.sent(rf"bad/{key}(\.git/lfs|/resolve/.*/{W})", "GET")
        assert size <= sent <= most * size, (key, sent / size)


def test_it_waits_as_long_as_it_is_told(ordeal):
    _, hub = ordeal
    for key, least in (("too-many-and-when", 2), ("unavailable-and-when", 1)):
        asked = hub.of(rf"bad/{key}(\.git/lfs|/resolve/.*/{W})", "GET")
        refused = next(a for a in asked if a.status in (429, 503))
        later = [a.when - refused.when for a in asked if a.when > refused.when + 0.3]
        assert later and min(later) >= least - 0.05, (key, later)


# --- TLS ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shops():
    """A Hub for each certificate, and one weighd that trusts their root."""
    tmp = short_tmp()
    certs = Certs(tmp / "certs")
    hubs = {kind: Hub(tmp / kind, {f"tls/{kind}": bytes_of(kind)}, tls=certs, cert=kind)
            for kind in KINDS}
    house = mirroring.mirror_house(tmp / "house", mirror_jobs=16,
                                   mirror_ca_file=certs.ca).start()
    try:
        for kind, hub in hubs.items():
            mirroring.order(house, f"tls/{kind}", hub.url)
        yield house, hubs
    finally:
        house.stop()
        for hub in hubs.values():
            hub.close()
        remove(tmp)


@pytest.mark.parametrize("kind", KINDS)
def test_certificate(shops, kind):
    house, hubs = shops
    name, hub = f"tls/{kind}", hubs[kind]
    if kind == "good":
        mirroring.done(house, name)
        mirroring.same_files(house, name, hub[name])
        return
    job = mirroring.wait_for(house, [name])[name]
    assert job["state"] in ("waiting", "failed") and hub.asked == [], job
    assert re.search("certificate|TLS|SSL", mirroring.say(job)), job
    mirroring.serves_nothing(house, name, hub[name])


# --- one at a time ------------------------------------------------------------------


@pytest.fixture
def near(tmp):
    """A weighd, not started: settings are the story's."""
    started = []

    def begin(**settings):
        started.append(mirroring.mirror_house(tmp / f"house{len(started)}", **settings).start())
        return started[-1]
    yield begin
    for house in started:
        mirroring.sound(house)
        house.stop()


def test_wrong_bytes_come_again_from_elsewhere(near, tmp):
    """And who sent them is named, with the file."""
    files = bytes_of("elsewhere")
    with Hub(tmp / "bad", {"acme/m": files}) as bad, Hub(tmp / "good", bad) as good:
        bad.misbehave("wrong_bytes", W)
        house = near(mirror_upstream=f"{bad.url} {good.url}")
        house.weigh("mirror", "acme/m")
        mirroring.same_files(house, "acme/m", good["acme/m"])
        assert mirroring.done(house, "acme/m")["source"] == good.url
        assert bad.file_bytes() > 0 < good.file_bytes()
        assert any(bad.url in line and W in line for line in house.log), house.log


def test_the_first_that_has_it(near, tmp):
    """Who does not have it, is gated, or is not there at all, is passed over at once."""
    with Hub(tmp / "none") as none, Hub(tmp / "gone") as gone, \
            Hub(tmp / "good", {"acme/m": bytes_of("first")}) as good:
        gone.close()
        house = near(mirror_upstream=f"{none.url} {gone.url} {good.url}")
        begun = time.monotonic()
        house.weigh("mirror", "acme/m")
        assert time.monotonic() - begun < 5
        mirroring.same_files(house, "acme/m", good["acme/m"])


def test_it_moves_while_it_is_brought(near, tmp):
    """The job keeps its commit; the branch leads to what was asked for then."""
    with Hub(tmp / "hub", {"acme/m": bytes_of("first")}) as hub:
        first = hub["acme/m"].head
        hub.misbehave("call", W, times=1,
                      do=lambda hub, _: hub["acme/m"].commit(bytes_of("second")))
        house = near(mirror_upstream=hub.url)
        house.weigh("mirror", "acme/m")
        assert hub["acme/m"].head != first
        mirroring.same_files(house, "acme/m", hub["acme/m"], first)
        assert house.get("/api/models/acme/m").json["sha"] == first
        house.weigh("mirror", "acme/m")
        second = hub["acme/m"].head
        assert house.get("/api/models/acme/m").json["sha"] == second
        mirroring.same_files(house, "acme/m", hub["acme/m"], second)
        assert house.get(f"/acme/m/resolve/{first}/{W}").status == 200


def test_the_token_goes_to_its_host_alone(near, tmp):
    files, tokens = bytes_of("token"), tmp / "tokens"
    with Hub(tmp / "cdn", host="127.0.0.2") as cdn, Hub(tmp / "hub", cdn=cdn) as hub, \
            Hub(tmp / "other") as other:
        hub.add("acme/m", files, tokens=["hf_secret"], gated=True)
        other.add("acme/m", files)
        cdn.repos = hub.repos
        tokens.write_text(f"{hub.url} hf_secret\n")
        tokens.chmod(0o600)
        house = near(mirror_upstream=hub.url, mirror_tokens=tokens, mirror_trusted=cdn.url)
        house.weigh("mirror", "acme/m")
        assert mirroring.held(house, hub["acme/m"].files[W])
        assert house.get(f"/acme/m/resolve/main/{W}").status == 401, "gated there, gated here"
        assert all(a["Authorization"] for a in hub.asked) and cdn.file_bytes() >= len(BASE)
        assert not any(a["Authorization"] for a in cdn.asked)
        hub.misbehave("redirect", "README|info/refs|/api/", to=lambda a: other.url + a.target)
        house.weigh("mirror", "acme/m", code=tuple(range(12)))
        assert not any(a["Authorization"] for a in other.asked)


def test_links_that_grow_old_are_asked_for_again(near, tmp):
    with Hub(tmp / "cdn", host="127.0.0.2", rate=6 << 20) as cdn, \
            Hub(tmp / "hub", {"acme/m": bytes_of("old")}, cdn=cdn) as hub:
        cdn.repos, hub.link_seconds = hub.repos, 0.3
        house = near(mirror_upstream=hub.url, mirror_trusted=cdn.url, mirror_ranges=1)
        cdn.misbehave("reset", times=3)
        house.weigh("mirror", "acme/m", "--timeout", "60")
        mirroring.same_files(house, "acme/m", hub["acme/m"])


def from_far(near, tmp, hub, cdn, **settings):
    """A house that mirrored one file from `cdn`, where `hub` sends: so slowly that another
    connection is tried."""
    tokens = tmp / "tokens"
    hub.add("acme/m", bytes_of("far", 6), tokens=["hf_secret"], gated=True)
    cdn.repos, cdn.rate = hub.repos, 20 << 20
    tokens.write_text(f"{hub.url} hf_secret\n")
    tokens.chmod(0o600)
    house = near(mirror_upstream=hub.url, mirror_trusted=cdn.url, mirror_tokens=tokens,
                 mirror_ranges=2, **settings)
    house.weigh("mirror", "acme/m", "--timeout", "60")
    assert mirroring.held(house, hub["acme/m"].files[W])
    assert cdn.calls("/cdn/") > 1 and not any(a["Authorization"] for a in cdn.asked)
    assert all(a["Authorization"] for a in hub.of(W))
    return house


def test_where_a_file_led_is_asked_once(near, tmp):
    with Hub(tmp / "cdn", host="127.0.0.2") as cdn, Hub(tmp / "hub", cdn=cdn) as hub:
        from_far(near, tmp, hub, cdn)
        assert hub.calls(W) == 1, hub.asked


@pytest.mark.parametrize("deed, options", [
    ("gated", {"status": 403}), ("missing", {}), ("broken", {"status": 410})])
def test_where_it_led_is_asked_again_once_that_is_refused(near, tmp, deed, options):
    """And that is no failure: nothing is waited for, and nothing is said of it.  Who was on
    the way when it was refused asks as well; the next run does not."""
    with Hub(tmp / "cdn", host="127.0.0.2") as cdn, Hub(tmp / "hub", cdn=cdn) as hub:
        cdn.misbehave(deed, "/cdn/", skip=1, times=1, **options)
        house = from_far(near, tmp, hub, cdn)
        assert 2 <= hub.calls(W) < cdn.calls("/cdn/"), hub.asked
        assert not [line for line in house.log if "fetch-failed" in line]


def test_a_tree_of_a_hundred_thousand(near, tmp):
    many = {f"d{i // 1000}/{i}.txt": b"%d\n" % i for i in range(100_000)}
    with Hub(tmp / "hub") as hub:
        hub.add("acme/m", {**many, W: bytes_of("many")[W]})
        house = near(mirror_upstream=hub.url)
        plan = house.weigh("mirror", "acme/m", "--dry-run", "--json").json
        assert plan["files"] == 100_002 and hub.calls() < 10


# --- hostile git --------------------------------------------------------------------


def pointer(oid, size):
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n".encode()


@pytest.mark.parametrize("path", ["../b.txt", ".git/config", "a/../b.txt", "a/.GIT/hooks/x"])
def test_a_commit_with_such_a_path(near, tmp, path):
    with Hub(tmp / "hub", {"acme/m": {**FILES, path: b"x"}}) as hub:
        house = near(mirror_upstream=hub.url)
        r = house.weigh("mirror", "acme/m", "--json", code=tuple(range(1, 12)))
        assert r.json and mirroring.jobs(house)["acme/m"]["state"] == "failed"
        mirroring.serves_nothing(house, "acme/m", Repo(tmp / "r", "acme/m", FILES))
        assert not list(tmp.rglob("b.txt")) and not list(house.data.rglob("hooks/x"))


def test_a_pointer_that_says_another_size(near, tmp):
    """The commit is true, the bytes are the SHA-256's: the size is a lie."""
    files = bytes_of("pointer")
    with Hub(tmp / "hub", {"acme/m": files}) as hub:
        f = hub["acme/m"].files[W]
        hub["acme/m"].commit({**FILES, ".gitattributes": b"*.dat filter=lfs\n",
                              "w.dat": pointer(f.sha256, f.size - 1)})
        house = near(mirror_upstream=hub.url)
        house.weigh("mirror", "acme/m", "--json", code=tuple(range(1, 12)))
        mirroring.serves_nothing(house, "acme/m", hub["acme/m"])
