"""weigh mirror --dry-run: what would be fetched, what is held, what is left out and why, what
else belongs to it; and nothing is fetched.  And formats, as a job carries them out."""
import json
from contextlib import ExitStack, contextmanager

import pytest

import models
from house import House
from upstream import Hub

CARD = b"---\nlicense: apache-2.0\nbase_model: acme/base\n---\n# m\n"
WEIGHTS = models.safetensors(200_000, 1)
FILES = {"README.md": CARD, "model.safetensors": WEIGHTS,
         "config.json": b'{"auto_map": {"AutoModel": "acme/code--modeling_m.M"}}',
         "pytorch_model.bin": models.noise(150_000, 2), "tf_model.h5": models.noise(140_000, 3),
         "original/consolidated.00.pth": b"not LFS here\n"}
COPIES = {"pytorch_model.bin", "tf_model.h5", "original/consolidated.00.pth"}
ANY = (*range(1, 20), 75)
COUNT = len(FILES) + 1  # .gitattributes, which the Hub adds


@pytest.fixture
def hub(tmp):
    with Hub(tmp, {"acme/m": FILES}) as h:
        yield h


@pytest.fixture
def house(tmp, hub):
    h = House(tmp, env={"WEIGHD_MIRROR_UPSTREAM": hub.url}).start()
    yield h
    if h.proc:
        h.stop()


def plan(house, *more, name="acme/m", code=0):
    return house.weigh("mirror", name, "--dry-run", "--json", *more, code=code).json


@contextmanager
def running(house):
    try:
        yield house.start()
    finally:
        house.stop()


def fates(told):
    return {f["path"]: f.get("skipped") or ("held" if f["held"] else "fetched")
            for f in told["list"]}


def test_a_plan_fetches_nothing(hub, house):
    told = plan(house)
    assert told["revision"] == hub["acme/m"].head and told["source"] == hub.url
    assert told["files"] == COUNT and told["held_files"] == told["skipped_files"] == 0
    assert set(fates(told).values()) == {"fetched"}
    assert told["license"] == "apache-2.0" and told["proved"] is True
    assert hub.file_bytes() == 0 and not house.blobs()
    assert not list((house.data / "incoming").glob("stages/*"))
    assert house.get("/api/models/acme/m").status in (401, 404)


def test_what_belongs_to_it_is_offered_and_not_taken(hub, house):
    also = {a["name"]: a["why"] for a in plan(house)["also"]}
    assert set(also) == {"acme/base", "acme/code"}
    assert "auto_map" in also["acme/code"] and "base_model" in also["acme/base"]
    house.weigh("mirror", "acme/m")
    assert not [a for a in hub.asked if "acme/base" in a.target or "acme/code" in a.target]


def test_second_copies_are_left_out_if_safetensors_are_complete(hub, house):
    told = plan(house, "--formats", "safetensors")
    assert {p for p, fate in fates(told).items() if "copy" in fate} == COPIES
    assert told["skipped_files"] == len(COPIES)
    assert told["skipped_bytes"] == sum(len(FILES[p]) for p in COPIES)
    house.weigh("mirror", "acme/m", "--formats", "safetensors")
    assert hub.calls("pytorch_model|tf_model") == 0 and hub.calls("model.safetensors") == 1
    assert house.get("/acme/m/resolve/main/model.safetensors").body == WEIGHTS
    assert house.get("/acme/m/resolve/main/pytorch_model.bin").status == 404


def test_they_are_kept_if_a_shard_is_missing(hub, house):
    index = json.dumps({"weight_map": {"a": "model-00001-of-00002.safetensors",
                                       "b": "model-00002-of-00002.safetensors"}}).encode()
    files = {"model-00001-of-00002.safetensors": WEIGHTS, "pytorch_model.bin": b"x" * 1000,
             "model.safetensors.index.json": index}
    hub.add("acme/partly", files)
    told = plan(house, "--formats", "safetensors", name="acme/partly")
    assert told["skipped_files"] == 0
    hub["acme/partly"].commit({**files, "model-00002-of-00002.safetensors": WEIGHTS[::-1]})
    told = plan(house, "--formats", "safetensors", name="acme/partly")
    assert fates(told)["pytorch_model.bin"] == "a copy of safetensors weights"


def test_what_is_held_is_told(hub, house):
    house.weigh("mirror", "acme/m", "--exclude", "*.h5")
    told = plan(house)
    assert {p for p, fate in fates(told).items() if fate == "fetched"} == {"tf_model.h5"}
    assert told["held_files"] == COUNT - 1
    assert told["bytes"] - told["held_bytes"] == len(FILES["tf_model.h5"])


def test_patterns(house):
    told = plan(house, "--include", "*.json", "--include", "*.safetensors", "--exclude", "config*")
    assert {p for p, fate in fates(told).items() if fate == "fetched"} == {"model.safetensors"}
    assert fates(told)["config.json"] == "excluded"
    assert fates(told)["README.md"] == "not included"


def test_without_git_it_is_said_that_upstream_only_tells(tmp):
    with Hub(tmp) as hub:
        hub.add("acme/m", FILES, git=False)
        house = House(tmp, env={"WEIGHD_MIRROR_UPSTREAM": hub.url}).start()
        told = plan(house, "--formats", "safetensors")
        asked = {a.path.rpartition("/")[2] for a in hub.of("/resolve/")}
        assert asked == {"README.md", "config.json"} and told["license"] == "apache-2.0"
        assert told["proved"] is False and told["revision"] == hub["acme/m"].head
        assert told["files"] == COUNT - len(COPIES) and len(told["also"]) == 2
        house.weigh("mirror", "acme/m")
        assert plan(house)["held_files"] == COUNT
        house.stop()


def test_the_second_upstream_is_asked_where_the_first_has_it_not(tmp, hub):
    with Hub(tmp / "empty") as empty:
        house = House(tmp, env={"WEIGHD_MIRROR_UPSTREAM": f"{empty.url} {hub.url}"}).start()
        assert plan(house)["source"] == hub.url and empty.calls() > 0
        told = plan(house, "--from", hub.url)
        assert told["source"] == hub.url
        house.stop()


@pytest.mark.parametrize("order, code, status", [
    ("none shut down", "forbidden", 403), ("none down shut", "not_yet", 504),
    ("shut none", "forbidden", 403)])
def test_whose_word_counts_where_nobody_gives_it(tmp, order, code, status):
    """The first that said more than "not found": of a plan, a client's question, a look at
    what is followed; as of a job (tests/replay/job_*)."""
    with ExitStack() as hubs:
        of = {n: hubs.enter_context(Hub(tmp / n)) for n in ("none", "shut", "down")}
        first = of[order.split()[0]]
        first.add("acme/followed", FILES)
        house = hubs.enter_context(running(House(tmp, env={
            "WEIGHD_MIRROR_UPSTREAM": " ".join(of[n].url for n in order.split()),
            "WEIGHD_MIRROR_PULL_THROUGH": "any"})))
        house.weigh("mirror", "acme/followed", "--follow")
        first["acme/followed"].gone = True
        of["shut"].misbehave("gated", "")
        of["down"].misbehave("broken", "", status=500)
        assert plan(house, code=ANY)["error"]["code"] == code
        assert house.get("/api/models/acme/asked").status == status
        synced = house.weigh("mirror", "sync", "acme/followed", "--json", code=ANY).json
        assert synced["error"]["code"] == code, synced


def test_nobody_has_it(hub, house):
    r = house.weigh("mirror", "acme/none", "--dry-run", code=3)
    assert "upstream has no such repository" in r.err and "[mirror] tokens" in r.err, r


@pytest.mark.parametrize("source, words", [
    ("dir:/etc", "own disk"), ("git+file:/etc", "own disk"), ("ftp://hub.example", "http"),
    ("https://me:secret@hub.example", "http")])
def test_no_source_for_an_order(house, source, words):
    r = house.weigh("mirror", "acme/m", "--dry-run", "--from", source, code=2)
    assert words in r.err and "secret" not in r.err, r


def test_it_counts_the_calls_that_a_job_makes(tmp, hub, house):
    many = {f"{n // 9}/{n}.txt": b"%d\n" % (n // 2) for n in range(30)}  # 15 contents
    with Hub(tmp / "told") as told:
        for upstream in (hub, told):
            upstream.add("acme/many", many | {"w.safetensors": WEIGHTS}, git=upstream is hub)
            calls = plan(house, "--from", upstream.url, name="acme/many")["calls"]
            upstream.fresh()
            house.weigh("mirror", "acme/many", "--from", upstream.url)
            assert upstream.calls() == calls
            house.weigh("rm", "acme/many", "--yes")
        assert told.calls(r"/resolve/.*\.txt") == 15
