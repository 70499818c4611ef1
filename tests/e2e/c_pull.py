"""Pull goes on where it stopped, believes nobody, and writes nowhere else."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

import models
from house import tree_of
from proxy import Proxy

MiB = 1 << 20


@pytest.fixture
def big(house, tmp):
    folder = models.write(tmp / "big", {"w.safetensors": models.safetensors(32 * MiB),
                                        "config.json": b"{}\n"})
    house.add(folder, "acme/big")
    return folder


def visible(folder):
    """The files a user would take for pulled ones."""
    return {p for p in tree_of(folder) if not any(part.startswith(".") for part in p.split("/"))} \
        if folder.exists() else set()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_goes_on_after_it_was_stopped(house, big, tmp, how):
    out = tmp / "out"
    with Proxy(house.port, stall_after=14 * MiB) as proxy:
        p = subprocess.Popen(house.command("pull", "acme/big", "--to", str(out), server=proxy.url),
                             env=house.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert proxy.stalled.wait(20)
        time.sleep(0.5)  # it takes in what is on its way
        p.send_signal(how)
        _, err = p.communicate(timeout=20)
        assert p.returncode == (130 if how == signal.SIGINT else -9), err
        assert "w.safetensors" not in visible(out)  # nothing half done has its name
    with Proxy(house.port) as proxy:
        house.weigh("pull", "acme/big", "--to", out, server=proxy.url)
        ranges = [r for t, r in proxy.asked if t.endswith("w.safetensors") and r]
        assert ranges, proxy.asked
        first = int(ranges[0].removeprefix("bytes=").split("-")[0])
        assert first >= 8 * MiB and first % (4 * MiB) == 0, ranges
    assert tree_of(out) == tree_of(big)


def test_a_lost_connection_is_taken_up_again(house, big, tmp):
    with Proxy(house.port, cut_after=10 * MiB) as proxy:
        house.weigh("pull", "acme/big", "--to", tmp / "out", server=proxy.url)
        assert any(r for t, r in proxy.asked if t.endswith("w.safetensors")), proxy.asked
    assert tree_of(tmp / "out") == tree_of(big)


def flip(where):
    """Turn one bit of w.safetensors over, at that offset of the file, in whatever
    part of it is answered."""
    def tamper(target, head, body):
        m = re.search(rb"content-range: bytes (\d+)-", head, re.I)
        at = where - (int(m[1]) if m else 0)
        if not target.endswith("w.safetensors") or not 0 <= at < len(body):
            return body
        return body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]
    return tamper


@pytest.mark.parametrize("where", [0, 5 * MiB, 32 * MiB - 1], ids=["first", "middle", "last"])
def test_wrong_bytes_are_refused_and_nothing_is_in_place(house, big, tmp, where):
    with Proxy(house.port, tamper=flip(where)) as proxy:
        r = house.weigh("pull", "acme/big", "--to", tmp / "out", server=proxy.url, code=5)
        assert "w.safetensors" in r.err, r
    assert "w.safetensors" not in visible(tmp / "out")


def test_more_bytes_than_promised_are_refused(house, big, tmp):
    def longer(target, head, body):
        return body + b"more" if target.endswith("config.json") else body
    with Proxy(house.port, tamper=longer) as proxy:
        # Content-Length still says the truth: the rest must never be taken.
        house.weigh("pull", "acme/big", "--to", tmp / "out", server=proxy.url)
    assert tree_of(tmp / "out") == tree_of(big)


@pytest.mark.parametrize("name", [
    "../evil", "/etc/evil", "a/../../evil", "a\\..\\evil", ".", "..", "a//b", ".git/hooks/x",
    "a\u0000b", "a\nb"])
def test_hostile_names_write_nothing(house, big, tmp, name):
    """A manifest that names a path outside: refused before any byte is written."""
    def rename(target, _head, body):
        if "/resolve/" in target:
            return body
        safe = json.dumps(name)[1:-1].encode() if body[:1] in b"{[" else name.encode()
        return body.replace(b"config.json", safe)
    before = tree_of(tmp)
    with Proxy(house.port, tamper=rename) as proxy:
        r = subprocess.run(house.command("pull", "acme/big", "--to", str(tmp / "out"),
                                         server=proxy.url),
                           env=house.env, capture_output=True, timeout=60)
    assert r.returncode not in (0, -11, -6), r
    after = {p: h for p, h in tree_of(tmp).items() if not p.startswith("data/")}
    assert {p for p in after if not p.startswith("out/")} \
        == {p for p in before if not p.startswith("data/")}
    assert not os.path.exists("/etc/evil")


def test_planted_links_are_not_followed(house, tmp):
    folder = models.small(tmp / "m", weights=MiB)
    house.add(folder, "acme/m")
    outside = models.write(tmp / "outside", {"victim": b"precious"})

    def planted(at, to):
        out = tmp / f"out-{at.replace('/', '-')}"
        (out / at).parent.mkdir(parents=True)
        (out / at).symlink_to(to)
        r = subprocess.run(house.command("pull", "acme/m", "--to", str(out)),
                           env=house.env, capture_output=True, timeout=60)
        assert tree_of(outside) == {"victim": tree_of(outside)["victim"]}
        assert (outside / "victim").read_bytes() == b"precious"
        return r

    assert planted("sub", outside).returncode != 0  # a folder that is a link
    assert planted("sub/deeper", outside).returncode != 0
    planted("config.json", outside / "victim")  # a file: replaced, or refused
    planted("model.safetensors", outside / "new")
    assert not (outside / "new").exists()


def test_the_folder_itself_may_be_named_by_a_link_but_dangling_ones_are_refused(house, tmp):
    house.add(models.tiny(tmp / "m"), "acme/m")
    (tmp / "dangling").symlink_to(tmp / "nowhere/else")
    r = subprocess.run(house.command("pull", "acme/m", "--to", str(tmp / "dangling")),
                       env=house.env, capture_output=True, timeout=60)
    assert r.returncode != 0 and not (tmp / "nowhere").exists()


def test_include_and_exclude(shared, tmp):
    shared.weigh("pull", "acme/sharded", "--to", tmp / "a", "--include", "*.json")
    assert set(visible(tmp / "a")) == {"config.json", "model.safetensors.index.json"}
    shared.weigh("pull", "acme/sharded", "--to", tmp / "b", "--exclude", "*.safetensors")
    assert set(visible(tmp / "b")) == {"README.md", "config.json", "model.safetensors.index.json"}
    shared.weigh("pull", "acme/sharded", "--to", tmp / "c", "--include", "*.safetensors",
                 "--exclude", "*-00002-*")
    assert len(visible(tmp / "c")) == 2
    r = shared.weigh("pull", "acme/sharded", "--to", tmp / "d", "--include", "*.none", code=3)
    assert r.err


def test_a_server_that_is_not_ours(tmp, shared):
    """A stranger's answers are a clear error, never a crash."""
    def nonsense(_target, _head, body):
        return b"<" * len(body)
    with Proxy(shared.port, tamper=nonsense) as proxy:
        r = subprocess.run(shared.command("pull", "acme/small", "--to", str(tmp / "out"),
                                          server=proxy.url),
                           env=shared.env, capture_output=True, timeout=60)
    assert r.returncode in (1, 5, 7) and b"weigh: " in r.stderr, r
    assert visible(tmp / "out") == set()
