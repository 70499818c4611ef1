"""Jobs among each other: which goes first, which bytes come once for all, what rests and
goes on.  The numbers are those of fetch/fetch.h."""
import http.client
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import models
from house import PATIENCE, House, waited
from upstream import Hub

MIB = 1 << 20


def files(seed, size=MIB, **more):
    return {"README.md": models.CARD, f"w{seed}.safetensors": models.noise(size, seed), **more}


@pytest.fixture
def near(tmp):
    """The weighd that mirrors; its settings are the story's."""
    houses = []

    def begin(upstream, *options, **settings):
        env = {f"WEIGHD_{k.upper()}": str(v) for k, v in settings.items()}
        house = House(tmp / f"near{len(houses)}", *options,
                      env={"WEIGHD_MIRROR_UPSTREAM": upstream, **env})
        house.tmp.mkdir()
        houses.append(house)
        return house.start()
    yield begin
    for house in houses:
        if house.proc:
            house.stop()


def jobs(house):
    return {j["name"]: j for j in house.weigh("mirror", "ls", "--json").json["jobs"]}


def order(house, name, *args):
    house.weigh("mirror", name, "--detach", *args)


def post_order(house, **fields):
    """The same without weigh's own time; answers the job's id."""
    link = http.client.HTTPConnection("localhost", timeout=PATIENCE)
    link.sock = socket.socket(socket.AF_UNIX)
    link.sock.connect(str(house.data / "control.sock"))
    link.request("POST", "/-/v1/mirror", json.dumps(fields))
    told = json.loads(link.getresponse().read())
    link.close()
    return told["job"]["id"]


def until(house, name, test, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while True:
        job = jobs(house).get(name)
        if job and test(job):
            return job
        assert time.monotonic() < end, job
        time.sleep(0.03)


def gone(house):
    """What a job that is over leaves, and takes away behind its word."""
    assert waited(lambda: not parts(house) and not stages(house))


def state(*names):
    return lambda job: job["state"] in names


def moving(job):
    return job["state"] == "fetching" and job["done_bytes"] > 200_000


def parts(house):
    return sorted(p.name for p in (house.data / "incoming/parts").glob("*"))


def stages(house):
    return sorted(p.name for p in (house.data / "incoming/stages").glob("*"))


# --- bytes once for all (3) -------------------------------------------------------


def test_two_jobs_want_the_same_blob(near, tmp):
    """It is asked for once, and both have it."""
    both = models.noise(3 * MIB, 9)
    repos = {n: {"README.md": n.encode(), "both.safetensors": both} for n in ("a/one", "a/two")}
    with Hub(tmp / "hub", repos, rate=4 * MIB) as hub:
        house = near(hub.url)
        order(house, "a/one")
        order(house, "a/two")
        for name in repos:
            until(house, name, state("done"))
            assert house.get(f"/{name}/resolve/main/both.safetensors").body == both
        assert hub.file_bytes() == len(both)


def test_the_same_order_joins_the_job_that_is(near, tmp):
    with Hub(tmp / "hub", {"a/m": files(1, 2 * MIB)}, rate=MIB) as hub:
        house = near(hub.url)
        for _ in range(3):
            order(house, "a/m")
        assert len(house.weigh("mirror", "ls", "--json").json["jobs"]) == 1
        until(house, "a/m", state("done"))
        assert hub.calls(r"/api/models/a/m\?") == 1


def test_many_that_order_the_same_at_once_have_one_job(near, tmp):
    with Hub(tmp / "hub", {"a/m": files(1, 2 * MIB)}, rate=MIB) as hub:
        house = near(hub.url)
        with ThreadPoolExecutor(16) as pool:
            ids = set(pool.map(lambda _: post_order(house, name="a/m"), range(64)))
        assert len(ids) == 1


def test_another_selection_or_revision_is_another_job(near, tmp):
    with Hub(tmp / "hub", {"a/m": files(1)}) as hub:
        hub["a/m"].tag("v1")
        house = near(hub.url)
        hub.misbehave("silent", "/revision/|/api/models/a/m", seconds=5)
        for args in ((), ("--exclude", "*.md"), ("--revision", "v1")):
            order(house, "a/m", *args)
            order(house, "a/m", *args)
        assert len(house.weigh("mirror", "ls", "--json").json["jobs"]) == 3


def test_who_joins_and_follows_is_heard(near, tmp):
    with Hub(tmp / "hub", {"a/m": files(1, 4 * MIB)}, rate=2 * MIB) as hub:
        house = near(hub.url)
        order(house, "a/m")
        until(house, "a/m", moving)
        order(house, "a/m", "--follow")
        assert len(house.weigh("mirror", "ls", "--json").json["jobs"]) == 1
        until(house, "a/m", state("done"))
        assert [m["follow"] for m in house.weigh("mirror", "ls", "--json").json["mirrors"]] == [True]


# --- what rests, and goes on -------------------------------------------------------


def test_paused_it_keeps_what_it_has(near, tmp):
    """Nothing is asked while it rests, over a restart too, and no byte twice."""
    with Hub(tmp / "hub", {"a/m": files(1, 6 * MIB)}, rate=2 * MIB) as hub:
        house = near(hub.url)
        order(house, "a/m")
        until(house, "a/m", moving)
        house.weigh("mirror", "pause", "a/m")
        until(house, "a/m", state("paused"))
        time.sleep(0.3)
        came = hub.file_bytes()
        house.restart()
        time.sleep(0.5)
        assert jobs(house)["a/m"]["state"] == "paused" and hub.file_bytes() == came
        hub.rate = None
        house.weigh("mirror", "resume", "a/m")
        until(house, "a/m", state("done"))
        assert hub.file_bytes() < 6 * MIB + 2 * MIB, hub.asked  # what was on the wire
        house.weigh("verify", "a/m")
        gone(house)


def test_canceled_it_is_over(near, tmp):
    """And what it had fetched of a file is gone."""
    with Hub(tmp / "hub", {"a/m": files(1, 6 * MIB)}, rate=2 * MIB) as hub:
        house = near(hub.url)
        order(house, "a/m")
        until(house, "a/m", moving)
        house.weigh("mirror", "cancel", "a/m")
        until(house, "a/m", state("canceled"))
        settled = time.monotonic() + PATIENCE
        while (parts(house) or stages(house)) and time.monotonic() < settled:
            time.sleep(0.03)
        gone(house)
        house.restart()
        assert jobs(house)["a/m"]["state"] == "canceled"
        assert house.get("/a/m/resolve/main/README.md").status == 404


def test_what_is_urgent_goes_first(near, tmp):
    """One job at a time: a more urgent one takes its place, and it goes on after."""
    with Hub(tmp / "hub", {"a/slow": files(1, 4 * MIB), "a/soon": files(2)},
             rate=2 * MIB) as hub:
        house = near(hub.url, mirror_jobs=1)
        order(house, "a/slow")
        until(house, "a/slow", moving)
        order(house, "a/soon", "--priority", "5")
        until(house, "a/soon", state("done"))
        assert jobs(house)["a/slow"]["state"] != "done"
        hub.rate = None
        until(house, "a/slow", state("done"))
        assert hub.sent("w1") < 4 * MIB + 2 * MIB


def test_an_upstream_that_comes_back(near, tmp):
    """Down, it is asked again by and by; the job says why it waits."""
    hub = Hub(tmp / "hub", {"a/m": files(1)})
    house = near(hub.url)
    port = hub.port
    hub.close()
    order(house, "a/m")
    job = until(house, "a/m", state("waiting"))
    assert job["error"]["code"] == "network" and job["until"] > 0, job
    with Hub(tmp / "hub2", hub, port=port):
        until(house, "a/m", state("done"))


def test_its_upstream_is_taken_out_of_the_configuration(near, tmp):
    with Hub(tmp / "hub", {"acme/m": files(1)}) as hub:
        hub.misbehave("silent", "/resolve/", seconds=60)
        house = near(hub.url)
        order(house, "acme/m")
        until(house, "acme/m", lambda j: j["state"] == "fetching")
        house.stop()
        house.env["WEIGHD_MIRROR_UPSTREAM"] = ""
        house.start()
        until(house, "acme/m", lambda j: j["state"] == "failed")
        error = jobs(house)["acme/m"]["error"]
        assert error["why"] == "no upstream is configured"
        assert "[mirror] upstream" in error["fix"] and "--from" in error["fix"], error
        assert house.weigh("status", "--json").json["jobs_failed"] == 1


def test_no_room(near, tmp):
    """It is said before the first byte of a large file, and waited for."""
    with Hub(tmp / "hub", {"a/m": files(1, 2 * MIB)}) as hub:
        house = near(hub.url, store_keep_free=1 << 60)
        order(house, "a/m")
        job = until(house, "a/m", state("waiting"))
        said = job["error"]
        assert said["code"] == "full" and hub.file_bytes() == 0, job
        assert said["why"] == ("2.0 MiB are to come, and there is room for 0.0 MiB beside the "
                               "1073741824.0 GiB that are kept free")
        assert "weigh gc" in said["fix"] and "[store] keep_free" in said["fix"], said
        told = house.weigh("mirror", "a/m", "--timeout", "1", code=75)
        assert "2.0 MiB are to come" in told.err and "keep_free" in told.err.split("fix:")[1], told


def test_after_a_no_nothing_is_left(near, tmp):
    """A job that failed keeps the files that came, and no more."""
    more = {"x.safetensors": models.noise(MIB, 5)}
    with Hub(tmp / "hub", {"a/m": files(1, MIB, **more)}) as hub:
        house = near(hub.url)
        hub.misbehave("missing", r"resolve/.*/x\.")
        order(house, "a/m")
        job = until(house, "a/m", state("failed"))
        assert job["error"]["code"] == "not_found" and "x.safetensors" in job["error"]["why"]
        assert house.get("/a/m/resolve/main/README.md").status == 404
        hub.behave()
        hub.fresh()
        house.weigh("mirror", "a/m")
        assert hub.file_bytes() == MIB  # w1 was here
        house.weigh("verify", "a/m")
