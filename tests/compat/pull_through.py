"""The clients download through a mirror that has nothing yet: repository, revision and
files come from upstream while they ask.  None is told to be more patient than it is."""
import subprocess
import time

import pytest

import models
from clients import Client, Failed, Js
from conftest import hub_or_skip
from git_read import at, checked_out
from house import House, sha256_of, tree_of, until
from py_read import follow
from upstream import Hub as Upstream

MIB = 1 << 20


def mirror_of(url, tmp, **settings):
    env = {"WEIGHD_MIRROR_UPSTREAM": url, "WEIGHD_MIRROR_PULL_THROUGH": "any"}
    env.update({f"WEIGHD_MIRROR_{k.upper()}": str(v) for k, v in settings.items()})
    return House(tmp / "mirror", env=env)


@pytest.fixture
def cold(held, tmp):
    """Nothing is in it; its upstream is `held`, another weighd."""
    h = mirror_of(held.url, tmp).start()
    yield h
    h.stop()


@pytest.fixture(params=["new", "old"])
def hub(request, cold, tmp):
    return hub_or_skip(request.param, tmp / "home", cold.url)


@pytest.mark.parametrize("name, kind", [
    ("acme/small", "model"), ("acme/sharded", "model"), ("solo", "model"),
    ("acme/odd", "model"), ("acme/big", "model"), ("acme/rows", "dataset"),
    ("acme/app", "space")])
def test_a_snapshot(hub, held, name, kind):
    got = hub("say(snapshot_download(name, repo_type=kind))", name=name, kind=kind)
    full = name if kind == "model" else f"{kind}s/{name}"
    assert follow(got) == tree_of(held.folder[full])
    assert held.sha[full] in got, "it is the same revision"


def test_a_branch_and_a_commit(hub, held):
    sha = held.sha["acme/small"]
    path = hub("say(hf_hub_download('acme/small', 'config.json', revision=sha))", sha=sha)
    assert sha in path
    path = hub("say(hf_hub_download('acme/small', 'other.txt', revision='dev/feature-1'))")
    assert held.sha["acme/small", "dev/feature-1"] in path


def test_two_thousand_five_hundred_files(held, cold, tmp):
    hub = hub_or_skip("new", tmp / "home", cold.url)
    got = hub("say(snapshot_download('acme/many'))")
    assert follow(got) == tree_of(held.folder["acme/many"])


def test_the_command_line(hub, held):
    r = hub.cli("download", "acme/sharded", "--local-dir", "to")
    assert "Traceback" not in r.err
    got = {k: v for k, v in follow(hub.home / "to").items() if not k.startswith(".cache/")}
    assert got == tree_of(held.folder["acme/sharded"])


def test_what_there_is_not(hub):
    got = hub("""
        from huggingface_hub.errors import *
        def kind(do):
            try:
                do()
            except Exception as e:
                return type(e).__name__
        say([kind(lambda: hf_hub_download('acme/none', 'config.json')),
             kind(lambda: hf_hub_download('acme/small', 'none.json')),
             kind(lambda: hf_hub_download('acme/small', 'config.json', revision='v9'))])""")
    assert got == ["RepositoryNotFoundError", "RemoteEntryNotFoundError"
                   if got[1].startswith("Remote") else "EntryNotFoundError",
                   "RevisionNotFoundError"]


def test_a_slow_upstream(tmp):
    """20 s for one file, of which no client hears 10 s of silence."""
    data = models.noise(40 * MIB, 9)
    with Upstream(tmp / "up", {"acme/slow": {"w.bin": data}}, rate=2 * MIB) as up:
        cold = mirror_of(up.url, tmp).start()
        hub = hub_or_skip("new", tmp / "home", cold.url)
        began = time.monotonic()
        path = hub("say(hf_hub_download('acme/slow', 'w.bin'))")
        assert time.monotonic() - began > 15
        with open(path, "rb") as f:
            assert f.read() == data
        assert len(data) <= up.file_bytes() <= 1.02 * len(data)  # and what a cut left unread
        cold.stop()


def test_ten_at_once(held, cold, tmp):
    hubs = [hub_or_skip("new", tmp / f"home{i}", cold.url) for i in range(10)]
    began = [h.start("say(snapshot_download('acme/big'))") for h in hubs]
    for h, p in zip(hubs, began):
        assert follow(h.finish(p)) == tree_of(held.folder["acme/big"])


def test_upstream_goes_away(held, tmp):
    """What was not known is trouble, not absence: the client's cache is its answer."""
    with Upstream(tmp / "up", {"acme/m": {"a.txt": b"a", "w.bin": models.noise(MIB, 1)}}) as up:
        cold = mirror_of(up.url, tmp).start()
        hub = hub_or_skip("new", tmp / "home", cold.url)
        path = hub("say(snapshot_download('acme/m'))")
    cold.stop()
    other = mirror_of(up.url, tmp / "other").start()  # has never heard of it
    assert hub.at(other.url)("say(snapshot_download('acme/m'))") == path
    other.stop()


def test_git_and_lfs(cold, held, tmp):
    git = at(cold.url, tmp)
    git.run("git", "clone", "-q", f"{git.url}/acme/small", "got")
    got = git.home / "got"
    assert checked_out(got) == tree_of(held.folder["acme/small"])
    assert git.run("git", "rev-parse", "HEAD", cwd=got).out.strip() == held.sha["acme/small"]
    git.run("git", "lfs", "fsck", cwd=got)


def test_javascript(cold, held, tmp):
    from clients import missing
    if why := missing("js"):
        pytest.skip(why)
    js = Js(tmp / "home", cold.url)
    for name in ("acme/sharded", "datasets/acme/rows"):
        got = js("""
            say(await hub.snapshotDownload({ repo, cacheDir: values.to, hubUrl }));
            """.replace("repo,", f'repo: "{name}",'), to=tmp / "cache")
        assert follow(got) == tree_of(held.folder[name])


@pytest.mark.parametrize("get", [
    ["curl", "-sSfL", "-o", "w.bin"],
    ["wget", "-q", "-O", "w.bin"],
    ["aria2c", "-q", "-x16", "-s16", "-k1M", "-o", "w.bin"]], ids=lambda get: get[0])
def test_whoever_knows_nothing_of_the_hub(cold, held, tmp, get):
    shell = Client(tmp / "home", cold.url)
    shell.run(*get, f"{cold.url}/acme/big/resolve/main/w.bin")
    assert sha256_of(shell.home / "w.bin") == sha256_of(held.folder["acme/big"] / "w.bin")


def test_curl_goes_on_where_it_was(held, tmp):
    """A client that was killed resumes in the middle of what still comes."""
    data = models.noise(24 * MIB, 5)
    with Upstream(tmp / "up", {"acme/slow": {"w.bin": data}}, rate=8 * MIB) as up:
        cold = mirror_of(up.url, tmp).start()
        shell = Client(tmp / "home", cold.url)
        url = f"{cold.url}/acme/slow/resolve/main/w.bin"
        p = subprocess.Popen(["curl", "-sSf", "-o", "w.bin", url], cwd=shell.home, env=shell.env)
        part = shell.home / "w.bin"
        until(lambda: part.exists() and part.stat().st_size > MIB)
        p.kill()
        p.wait()
        shell.run("curl", "-sSf", "-C", "-", "-o", "w.bin", url)
        assert part.read_bytes() == data
        assert len(data) <= up.file_bytes() <= 1.02 * len(data)  # and what a cut left unread
        cold.stop()


@pytest.mark.parametrize("version", ["new", "old"])
def test_upstream_lied_once(tmp, version):
    """The client is cut off, and completes no copy that began with what was a lie: it
    ends with the right bytes, or says that it could not."""
    data = models.noise(20 * MIB, 11)
    with Upstream(tmp / "up", {"acme/lied": {"w.bin": data}}, rate=20 * MIB) as up:
        up.misbehave("wrong_byte_at", "/resolve/", at=5 * MIB, times=1)
        cold = mirror_of(up.url, tmp, ranges=1).start()
        hub = hub_or_skip(version, tmp / "home", cold.url)
        code = "say(hf_hub_download('acme/lied', 'w.bin'))"
        try:
            path = hub(code)
        except Failed as e:
            assert "416" in e.message or "peer" in e.message or "Range" in e.message, e
            path = hub(code.replace("w.bin'", "w.bin', force_download=True"))
        with open(path, "rb") as f:
            assert f.read() == data
        cold.stop()
