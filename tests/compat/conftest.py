"""Fixtures: `held`, a weighd with what every client reads; `hub`, each version of
huggingface_hub in turn; `js`; `relay`.  House and counting are those of tests/e2e."""
import importlib.util
import pathlib
import sys

import pytest

e2e = pathlib.Path(__file__).resolve().parent.parent / "e2e"
sys.path[:0] = [str(e2e), str(pathlib.Path(__file__).resolve().parent)]
spec = importlib.util.spec_from_file_location("e2e_conftest", e2e / "conftest.py")
shared_conftest = importlib.util.module_from_spec(spec)
spec.loader.exec_module(shared_conftest)

import shelf  # noqa: E402
from clients import Hub, Js, missing  # noqa: E402
from house import House, remove, short_tmp  # noqa: E402
from relay import Relay  # noqa: E402

tmp = shared_conftest.tmp
house = shared_conftest.house
pytest_runtest_logreport = shared_conftest.pytest_runtest_logreport


@pytest.fixture(scope="session")
def held_by_all():
    folder = short_tmp()
    h = House(folder).start()
    shelf.fill(h, folder)
    yield h
    if h.proc:
        h.stop()
    remove(folder)


@pytest.fixture
def held(held_by_all):
    """For all tests that only read; see shelf.py for what it holds."""
    yield held_by_all
    if held_by_all.proc is None or held_by_all.proc.poll() is not None:
        log = held_by_all.log
        held_by_all.start()
        pytest.fail("weighd died: " + "\n".join(log))


@pytest.fixture
def relay(held):
    with Relay(held) as r:
        yield r


def hub_or_skip(name, home, url, **more):
    why = missing(name)
    if why:
        pytest.skip(why)
    return Hub(name, home, url, **more)


@pytest.fixture(params=["new", "old"])
def hub(request, held, tmp):
    """huggingface_hub with an empty home, pointed at `held`."""
    return hub_or_skip(request.param, tmp / "home", held.url)


@pytest.fixture(params=["new", "old"])
def hub_by_relay(request, relay, tmp):
    return hub_or_skip(request.param, tmp / "home", relay.url)


@pytest.fixture
def js(held, tmp):
    why = missing("js")
    if why:
        pytest.skip(why)
    return Js(tmp / "home", held.url)


# --- a mirror that clients publish to -------------------------------------------------


@pytest.fixture(scope="session")
def published():
    """Empty at first; mirror.tokens: alice's may publish, bob's may read, carol's
    may let people in."""
    folder = short_tmp()
    h = House(folder, env={"WEIGHD_UPLOAD_PART": "8M"}).start()
    h.tokens = {name: h.weigh("token", "new", name, "--role", role, "--json").json["token"]
                for name, role in (("alice", "publish"), ("bob", "read"), ("carol", "approve"))}
    yield h
    if h.proc:
        h.stop()
    remove(folder)


@pytest.fixture
def mirror(published):
    yield published
    if published.proc is None or published.proc.poll() is not None:
        log = published.log
        published.start()
        pytest.fail("weighd died: " + "\n".join(log))


@pytest.fixture
def relay_to_mirror(mirror):
    with Relay(mirror) as r:
        yield r


def own_repo(request):
    """A name nobody else publishes to, after the test."""
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)
    return f"alice/{name.removeprefix('test-').strip('-')}"[:90]


@pytest.fixture(params=["new", "old"])
def writer(request, mirror, tmp):
    """huggingface_hub with alice's token; `repo` is a name of its own."""
    hub = hub_or_skip(request.param, tmp / "writer", mirror.url,
                      HF_TOKEN=mirror.tokens["alice"], HF_HUB_DISABLE_XET="1")
    hub.repo = own_repo(request)
    hub.values = {"repo": hub.repo}
    return hub


@pytest.fixture
def reader(request, mirror, tmp):
    """huggingface_hub without a token and with Xet on, of the writer's version."""
    name = request.node.callspec.params.get("writer", "new") \
        if hasattr(request.node, "callspec") else "new"
    return hub_or_skip(name, tmp / "reader", mirror.url)


@pytest.fixture
def js_writer(request, mirror, tmp):
    why = missing("js")
    if why:
        pytest.skip(why)
    client = Js(tmp / "home", mirror.url)
    client.repo, client.token = own_repo(request), mirror.tokens["alice"]
    client.values = {"repo": client.repo, "token": client.token}
    return client
