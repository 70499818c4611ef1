"""weigh mirror and its neighbors as people and scripts see them: words, documents, exit
statuses, and who may do what.  What a mirror does is told elsewhere (u_mirror.py)."""
import json
import re
import signal
import subprocess
import time

import pytest

import models
from house import House, remove, short_tmp, until
from upstream import Hub

CARD = b"---\nlicense: apache-2.0\n---\n# A model\n"
FILES = {"README.md": CARD, "LICENSE": b"You may.\n", "config.json": b"{}\n"}


class Place:
    """A house, the Hub that it mirrors from, and a new repository for each test."""

    def __init__(self, folder):
        self.hub = Hub(folder / "hub")
        self.house = House(folder, env={"WEIGHD_MIRROR_UPSTREAM": self.hub.url}).start()
        self.n = 0

    def fresh(self):
        self.n += 1
        self.name = f"acme/m{self.n}"
        self.hub.behave()
        self.files = {**FILES, "model.safetensors": models.noise(300_000, 2 * self.n),
                      "pytorch_model.bin": models.noise(290_000, 2 * self.n + 1)}
        self.repo = self.hub.add(self.name, self.files)
        return self

    def weigh(self, *args, **options):
        return self.house.weigh(*args, **options)

    def json(self, *args, **options):
        return self.weigh(*args, "--json", **options).json

    def job(self, name=None):
        jobs = self.json("mirror", "ls")["jobs"]
        return next(j for j in jobs if j["name"] == (name or self.name))

    def is_held(self):
        return self.weigh("show", self.name, code=(0, 3)).code == 0

    def slowly(self):
        """An order that does not end by itself before it is told to."""
        self.hub.misbehave("slow", rf"{self.name}/resolve/", rate=20_000)
        self.weigh("mirror", self.name, "--detach")
        until(lambda: self.job()["state"] == "fetching")
        return self.job()["id"]


@pytest.fixture(scope="module")
def place():
    folder = short_tmp()
    p = Place(folder)
    yield p
    p.house.stop()
    p.hub.close()
    remove(folder)


@pytest.fixture
def p(place):
    return place.fresh()


# --- an order ---------------------------------------------------------------------------


def test_one_that_comes(p, tmp):
    d = p.json("mirror", p.name)
    assert d["schema"] == "weigh.mirror/1" and d["state"] == "done"
    assert (d["name"], d["revision"], d["source"]) == (p.name, p.repo.head, p.hub.url)
    assert d["files"] == len(p.files) + 1 and d["proof"] == "checked"  # and .gitattributes
    assert d["repositories"] == [{k: v for k, v in d.items() if k not in
                                  ("schema", "repositories")}]
    r = p.weigh("mirror", p.name)
    assert r.out == f"{p.name}@{p.repo.head}  6 files, 590 kB\n", r
    assert f"from {p.hub.url}, checked from the commit's id down" in r.err, r
    assert f"next: weigh pull {p.name}" in r.err
    p.weigh("pull", p.name, "--to", tmp / "out")
    assert (tmp / "out/model.safetensors").read_bytes() == p.files["model.safetensors"]


def test_what_it_would_be(p):
    d = p.json("mirror", p.name, "--dry-run", "--exclude", "*.bin")
    assert (d["schema"], d["revision"]) == ("weigh.mirror-plan/1", p.repo.head)
    assert d["skipped_files"] == 1 and d["skipped_bytes"] == 290_000
    assert d["files"] == 5 and d["license"] == "apache-2.0" and d["proved"]
    listed = {f["path"]: f for f in d["list"]}
    assert listed["pytorch_model.bin"]["skipped"] == "excluded"
    assert "skipped" not in listed["model.safetensors"]
    assert not p.is_held() and p.hub.sent(f"{p.name}.*safetensors") == 0
    r = p.weigh("mirror", p.name, "--dry-run")
    assert re.search(r"^to fetch: +\d files, 590 kB$", r.out, re.M), r
    assert re.search(r"^license: +apache-2.0$", r.out, re.M), r


def test_a_part_of_it(p, tmp):
    p.weigh("mirror", p.name, "--formats", "safetensors")
    assert p.house.get(f"/{p.name}/resolve/main/model.safetensors").status == 200
    a = p.house.get(f"/{p.name}/resolve/main/pytorch_model.bin")
    assert a.status == 404 and a["X-Error-Code"] == "EntryNotFound", a
    d = p.json("pull", p.name, "--to", tmp / "part")
    assert (d["files"], d["left_out_files"], d["left_out_bytes"]) == (5, 1, 290_000)
    assert not (tmp / "part/pytorch_model.bin").exists()
    r = p.weigh("pull", p.name, "--to", tmp / "part")
    assert "1 file, 290 kB, is not held there and left out: 'pytorch_model.bin'" in r.err, r
    assert p.json("verify", "--dir", tmp / "part")["part_of"]
    p.weigh("pull", p.name, "--to", tmp / "none", "--include", "*.bin", code=3)
    p.weigh("mirror", p.name)  # and later the rest of it
    assert p.json("pull", p.name, "--to", tmp / "part")["files"] == 6
    a = p.house.get(f"/{p.name}/resolve/main/pytorch_model.bin")
    assert a.body == p.files["pytorch_model.bin"]


def test_several_of_which_one_is_not_there(p):
    r = p.weigh("mirror", p.name, "acme/none", code=8)
    assert p.name in r.out and "acme/none: upstream has no such repository" in r.err, r
    d = p.weigh("mirror", p.name, "acme/none", "--json", code=8).json
    assert d["schema"] == "weigh.mirror/1"
    ok, bad = d["repositories"]
    assert ok["state"] == "done" and bad["error"]["code"] == "not_found"


@pytest.mark.parametrize("args, code, words", [
    (["acme/none"], 3, "no such repository"),
    (["acme/none", "--dry-run"], 3, "no such repository"),
    (["acme/none@v1", "--revision", "no..good"], 2, "no..good"),
    (["acme/none", "--from", "nonsense"], 2, "a source is"),
    (["acme/none", "--from", "http://127.0.0.1:1", "--timeout", "2"], (7, 75), ""),
    (["a/b", "c/d", "--dry-run"], 2, "one repository at a time"),
])
def test_what_cannot_be_ordered(p, args, code, words):
    r = p.weigh("mirror", *args, code=code)
    assert words in r.err, r
    for job in p.json("mirror", "ls").get("jobs", []):
        if job["state"] == "waiting":
            p.weigh("mirror", "cancel", str(job["id"]))


def test_what_was_published_here_is_not_overwritten(p, tmp):
    p.hub.add("acme/ours", FILES)
    p.house.add(models.write(tmp / "f", {"a": b"ours\n"}), "acme/ours")
    r = p.weigh("mirror", "acme/ours", "--json", code=1)
    assert r.json["error"]["code"] == "exists", r
    assert p.house.get("/acme/ours/resolve/main/a").body == b"ours\n"


def test_an_upstream_that_asks_for_patience(p):
    """weigh gives up waiting, weighd does not give up."""
    p.hub.misbehave("too_many", rf"{p.name}", retry_after=600)
    r = p.weigh("mirror", p.name, "--timeout", "1", "--json", code=(7, 75))
    assert "goes on trying by itself" in r.json["error"]["fix"], r
    assert p.job()["state"] == "waiting"
    p.hub.behave()
    p.weigh("mirror", "resume", p.name)
    until(p.is_held)


# --- a job is told something -------------------------------------------------------------


def test_a_job_rests_and_goes_on(p):
    job = p.slowly()
    p.weigh("mirror", "pause", p.name)
    until(lambda: p.job()["state"] == "paused")
    r = p.weigh("mirror", "ls")
    assert re.search(rf"^{p.name} +paused +{job} ", r.out, re.M), r
    p.hub.behave()
    p.weigh("mirror", "resume", str(job))
    until(p.is_held)


def test_a_job_is_given_up(p):
    job = p.slowly()
    r = p.weigh("mirror", "cancel", p.name, "--json")
    assert r.json["job"]["id"] == job
    until(lambda: p.job()["state"] == "canceled")
    p.weigh("mirror", "cancel", p.name, code=3)
    assert "weigh mirror ls" in p.weigh("mirror", "resume", "99999", code=3).err
    assert not p.is_held()


def test_the_same_order_is_the_same_job(p):
    job = p.slowly()
    d = p.json("mirror", p.name, "--detach", "--priority", "7")
    assert "proof" not in d and "proof" not in d["repositories"][0]  # not known yet
    assert d["job"] == job and p.job()["priority"] == 7
    p.hub.behave()
    p.weigh("mirror", "cancel", str(job))


def test_ctrl_c_ends_the_waiting_alone(p):
    p.hub.misbehave("slow", rf"{p.name}/resolve/", rate=200_000)
    w = subprocess.Popen([str(a) for a in p.house.command("mirror", p.name)], env=p.house.env,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: any(j["name"] == p.name for j in p.json("mirror", "ls")["jobs"]))
    time.sleep(0.3)
    w.send_signal(signal.SIGINT)
    _, err = w.communicate(timeout=20)
    assert w.returncode == 130 and "weighd goes on by itself" in err, err
    p.hub.behave()
    until(p.is_held)


def test_the_house_s_own_rule_of_formats(tmp):
    files = {"model.safetensors": b"s" * 1000, "pytorch_model.bin": b"b" * 1000}
    with Hub(tmp / "hub", {"acme/m": files}) as hub:
        house = House(tmp, env={"WEIGHD_MIRROR_UPSTREAM": hub.url,
                                "WEIGHD_MIRROR_FORMATS": "safetensors"}).start()
        house.weigh("mirror", "acme/m")
        assert house.get("/acme/m/resolve/main/pytorch_model.bin").status == 404
        house.weigh("mirror", "acme/m", "--formats", "all")
        assert house.get("/acme/m/resolve/main/pytorch_model.bin").status == 200
        house.stop()


# --- lists ------------------------------------------------------------------------------


def test_what_is_mirrored_in_a_table_and_in_a_document(p):
    p.weigh("mirror", p.name, "--follow")
    rows = {m["name"]: m for m in p.json("mirror", "ls")["mirrors"]}
    assert rows[p.name]["follow"] and rows[p.name]["source"] == p.hub.url
    head, *lines = p.weigh("mirror", "ls", "--format", "tsv").out.splitlines()
    at = head.split("\t").index("follow")
    assert [line.split("\t")[at] for line in lines if line.startswith(p.name + "\t")] == ["yes"]
    assert p.name in p.weigh("mirror", "ls", "-q").out.split()
    p.weigh("mirror", "rm", p.name)
    assert p.is_held()


def test_an_old_failure_is_history(p):
    p.hub.misbehave("no_repo", p.name)
    p.weigh("mirror", p.name, code=3)
    assert re.search(rf"^{p.name} +failed ", p.weigh("mirror", "ls").out, re.M)
    p.hub.behave()
    p.weigh("mirror", p.name)
    assert re.search(rf"^{p.name} +held .* not yet ", p.weigh("mirror", "ls").out, re.M)


def test_an_order_for_once_does_not_end_the_following(p):
    p.weigh("mirror", p.name, "--follow", "--exclude", "*.bin")
    p.weigh("mirror", p.name, "--revision", p.repo.head)
    p.weigh("mirror", p.name, "--include", "*.bin")
    rows = {m["name"]: m for m in p.json("mirror", "ls")["mirrors"]}
    assert rows[p.name]["follow"] and rows[p.name]["source"] == p.hub.url, rows[p.name]
    p.house.restart()
    assert {m["name"]: m for m in p.json("mirror", "ls")["mirrors"]}[p.name]["follow"]
    p.weigh("mirror", "rm", p.name)
    p.weigh("mirror", p.name)
    assert not {m["name"]: m for m in p.json("mirror", "ls")["mirrors"]}[p.name]["follow"]


def test_a_pattern_that_matches_nothing(p):
    r = p.weigh("mirror", p.name, "--include", "*.safetensor", code=3)
    assert "none of its 6 files matches --include '*.safetensor'" in r.err, r
    assert "--dry-run" in r.err and not p.is_held()
    d = p.json("mirror", p.name, "--include", "*.safetensor", "--dry-run")
    assert (d["files"], d["skipped_files"]) == (0, 6)


def test_pins(p):
    p.weigh("mirror", p.name)
    p.weigh("pin", p.name, "-m", "what the paper used")
    pins = [x for x in p.json("pin")["pins"] if x["name"] == p.name]
    assert [(x["revision"], x["why"]) for x in pins] == [(p.repo.head, "what the paper used")]
    p.weigh("unpin", f"{p.name}@{p.repo.head}")
    assert not [x for x in p.json("pin")["pins"] if x["name"] == p.name]
    kinds = [e["kind"] for e in p.json("events", p.name)["events"]]
    assert kinds == ["mirrored", "pinned", "unpinned"]


def test_a_revision_by_the_digits_that_are_printed(p, tmp):
    """What `events` and `pin` print in 12 digits is understood where it is pasted."""
    p.weigh("mirror", p.name)
    old, short = p.repo.head, p.repo.head[:12]
    new = p.repo.commit({**p.files, "LICENSE": b"You may not.\n"})
    p.weigh("mirror", "sync", p.name)
    d = p.json("diff", p.name, short, "main")
    assert (d["old_revision"], d["revision"], d["changed"]) == (old, new, 1), d
    at = f"{p.name}@{short}"
    assert p.json("show", at)["revision"] == p.json("verify", at)["revision"] == old
    assert p.json("pull", at, "--to", tmp / "old")["revision"] == old
    assert (tmp / "old/LICENSE").read_bytes() == b"You may.\n"
    assert p.json("pin", at)["revision"] == old
    assert len(p.json("files", f"{p.name}@{old[:7]}")["files"]) == 6
    p.weigh("unpin", at)
    r = p.weigh("show", f"{p.name}@{old[:6]}", code=3)
    assert f"has no revision '{old[:6]}'" in r.err, r


def test_the_first_digits_of_an_id_are_not_enough(p):
    for args in ((), ("--dry-run",)):
        r = p.weigh("mirror", f"{p.name}@{p.repo.head[:12]}", *args, code=3)
        assert "all 40 digits" in r.err and "not 12" in r.err and "a tag" in r.err, r
    r = p.weigh("mirror", f"{p.name}@none", code=3)
    assert "digits" not in r.err, r
    p.weigh("mirror", f"{p.name}@{p.repo.head}")


def test_an_order_that_failed_elsewhere_is_not_where_it_is_from(p, tmp):
    with Hub(tmp / "other") as other:
        p.weigh("mirror", p.name)
        p.weigh("mirror", p.name, "--from", other.url, code=3)
        head, *rows = (line.split("\t") for line in
                       p.weigh("mirror", "ls", "--format", "tsv").out.splitlines())
        told = next(dict(zip(head, row)) for row in rows if p.name in row)
        assert told["source"] == p.hub.url and told["state"] == "failed", told
        assert told["why"].startswith(f"from {other.url}: "), told


def test_what_was_mirrored_by_a_name_alone_has_no_head(p):
    """Its other names are told; without any, its newest revision."""
    p.repo.tag("v1")
    p.weigh("mirror", f"{p.name}@{p.repo.head}")
    r = p.weigh("show", p.name, code=3)
    assert f"{p.name}@{p.repo.head[:12]}" in r.err and "HEAD" not in r.err, r
    p.weigh("mirror", f"{p.name}@v1")
    r = p.weigh("show", p.name, code=3)
    assert f"as in {p.name}@REV; it has: v1" in r.err, r
    assert p.json("show", f"{p.name}@v1")["revision"] == p.repo.head


def test_events_since(p):
    p.weigh("mirror", p.name)
    assert len(p.json("events", p.name, "--since", "1h")["events"]) == 1
    r = p.weigh("events", p.name)
    assert re.search(rf"^20\S+Z mirrored {p.name} revision {p.repo.head[:12]} came from", r.out,
                     re.M), r
    p.weigh("events", "--since", "tomorrow", code=2)


def test_many_events_come_in_pages(p, tokens):
    p.weigh("mirror", p.name)
    for i in range(120):
        a = p.house.ask("POST", "/-/v1/pins" + (i % 2) * "/rm",
                        json.dumps({"name": p.name}).encode(),
                        Authorization=f"Bearer {tokens['own']}")
        assert a.status == 200, a
    assert len(p.json("events", p.name)["events"]) == 100
    events = p.json("events", p.name, "--since", "1h")["events"]
    assert [e["kind"] for e in events] == ["mirrored"] + 60 * ["pinned", "unpinned"]


@pytest.mark.parametrize("key", ["events", "pins"])
def test_small_pages_are_the_same_list(p, tokens, key):
    """Hidden ones between those that are shown make no page shorter, and none is last that
    has one behind it."""
    names = [p.name, p.fresh().name, p.fresh().name]
    for i, name in enumerate(names):
        p.weigh("mirror", name)
        p.weigh("pin", name, "-m", str(i))
    hidden = p.house.ask("PUT", f"/api/models/{names[1]}/settings", b'{"private": true}',
                         Authorization=f"Bearer {tokens['admin']}",
                         Content_Type="application/json")
    assert hidden.status == 200, hidden
    whole = p.house.get(f"/-/v1/{key}?limit=1000").json
    assert "next" not in whole
    told, after, pages = [], "0", 0
    while after:
        page = p.house.get(f"/-/v1/{key}?limit=1&after={after}").json
        assert len(page[key]) == 1 or "next" not in page
        told, after, pages = told + page[key], page.get("next"), pages + 1
    assert told == whole[key] and len(told) >= 2 and pages >= len(told)
    assert names[1] not in {row["name"] for row in told}


def test_status_top_and_metrics_tell_of_it(p):
    before = p.json("status")
    sent = p.house.metric("weighhouse_upstream_body_bytes_total")
    p.weigh("mirror", p.name)
    p.weigh("mirror", "acme/none", code=3)
    after = p.json("status")
    assert after["jobs_done"] == before["jobs_done"] + 1
    assert after["jobs_failed"] == before["jobs_failed"] + 1
    assert after["last_failure"]["name"] == "acme/none"
    came = after["upstream_bytes"] - before["upstream_bytes"]
    assert 590_000 <= came <= 650_000, came
    assert p.house.metric("weighhouse_upstream_body_bytes_total") - sent == came
    assert 'weighhouse_mirror_jobs{state="fetching"} 0\n' in p.house.get("/metrics").body.decode()
    r = p.weigh("status")
    assert re.search(r"^from upstream: .* [kM]B$", r.out, re.M), r
    assert re.search(r"^last failure: .* acme/none: upstream has no such", r.out, re.M), r


def test_top_shows_a_job(p):
    job = p.slowly()
    d = p.json("top")
    mine = [j for j in d["mirrors"] if j["name"] == p.name]
    assert [j["id"] for j in mine] == [job] and mine[0]["source"] == p.hub.url
    assert "upstream_per_second" in d
    assert p.name in p.weigh("top").out
    p.weigh("mirror", "cancel", str(job))


# --- who may --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokens(place):
    def new(name, *args):
        return place.weigh("token", "new", name, *args).out.strip()
    return {"reader": new("reader", "--role", "read"),
            "own": new("own", "--role", "publish", "--repo", "acme/*"),
            "other": new("other", "--role", "publish", "--repo", "others/*"),
            "admin": new("boss", "--role", "admin")}


@pytest.mark.parametrize("who, args, code", [
    (None, ["mirror", "{}"], 6), ("reader", ["mirror", "{}"], 6), ("other", ["mirror", "{}"], 6),
    ("own", ["mirror", "{}"], 0), ("own", ["mirror", "{}", "--dry-run"], 0),
    ("own", ["mirror", "{}", "--from", "{url}"], 6),
    ("admin", ["mirror", "{}", "--from", "{url}"], 0),
    ("own", ["mirror", "{}", "--from", "{url}", "--dry-run"], 6),
    (None, ["mirror", "ls"], 0), ("other", ["mirror", "sync", "{}"], 6),
    ("other", ["pin", "{}"], 6), (None, ["pin"], 0), (None, ["events"], 0),
    ("reader", ["mirror", "rm", "{}"], 6), ("other", ["mirror", "rm", "{}"], 6),
])
def test_who_may_do_what_over_the_network(p, tokens, who, args, code):
    if "sync" in args or "rm" in args or "pin" in args:
        p.weigh("mirror", p.name)
    args = [a.format(p.name, url=p.hub.url) for a in args]
    p.house.env["WEIGH_TOKEN"] = tokens.get(who, "")
    try:
        p.weigh(*args, server=p.house.url, code=code)
    finally:
        del p.house.env["WEIGH_TOKEN"]


def test_another_s_job_is_not_there(p, tokens):
    job = p.slowly()
    p.house.env["WEIGH_TOKEN"] = tokens["other"]
    try:
        p.weigh("mirror", "cancel", str(job), server=p.house.url, code=3)
        assert p.json("mirror", "ls", server=p.house.url)["jobs"] == []
    finally:
        del p.house.env["WEIGH_TOKEN"]
    assert p.job()["state"] == "fetching"
    p.weigh("mirror", "cancel", str(job))


def test_what_is_hidden_has_no_events(p, tokens):
    p.weigh("mirror", p.name)
    a = p.house.ask("PUT", f"/api/models/{p.name}/settings", json.dumps({"private": True}).encode(),
                    Authorization=f"Bearer {tokens['admin']}", Content_Type="application/json")
    assert a.status == 200, a
    anybody = p.house.get(f"/-/v1/events?name={p.name}").json
    assert anybody["events"] == []
    assert p.name not in p.house.get("/-/v1/mirror").body.decode()
    assert len(p.json("events", p.name)["events"]) >= 1
