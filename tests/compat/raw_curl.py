"""curl and aria2, which know nothing of the Hub."""
import subprocess

import pytest

from clients import Client
from house import sha256_of, until


@pytest.fixture
def shell(relay, tmp):
    return Client(tmp / "home", relay.url)


def big(held):
    return sha256_of(held.folder["acme/big"] / "w.bin")


def test_curl(shell, held):
    url = f"{shell.url}/acme/big/resolve/main/w.bin"
    shell.run("curl", "-sSfL", "-o", "w.bin", url)
    assert sha256_of(shell.home / "w.bin") == big(held)


def test_curl_goes_on(shell, relay, held):
    url = f"{shell.url}/acme/big/resolve/main/w.bin"
    relay.stall_after = 10 << 20
    p = subprocess.Popen(["curl", "-sSf", "-o", "w.bin", url], env=shell.env, cwd=shell.home)
    assert relay.stalled.wait(20)
    p.kill()
    p.wait()
    relay.stall_after = None
    relay.go.set()
    here = (shell.home / "w.bin").stat().st_size
    relay.fresh()
    shell.run("curl", "-sSf", "-C", "-", "-o", "w.bin", url)
    assert sha256_of(shell.home / "w.bin") == big(held)
    (asked,) = relay.of("GET")
    assert asked.status == 206 and asked.body == (40 << 20) - here > 0


def test_curl_asks_whether_it_changed(shell, relay):
    url = f"{shell.url}/acme/big/resolve/main/w.bin"
    shell.run("curl", "-sSf", "--etag-save", "etag", "-o", "w.bin", url)
    relay.fresh()
    shell.run("curl", "-sSf", "--etag-compare", "etag", "-o", "w2.bin", url)
    (asked,) = relay.of("GET")
    assert asked.status == 304 and asked.body == 0


def test_curl_a_part_only_if_it_is_the_same(shell, relay):
    url = f"{shell.url}/acme/small/resolve/main/config.json"
    r = shell.run("curl", "-sSf", "-r", "2-6", url)
    assert r.out == "model"
    shell.run("curl", "-sSf", "-r", "2-6", "-H", 'If-Range: "other"', url)
    assert [a.status for a in relay.of("GET")] == [206, 200]


def test_aria2_in_sixteen_pieces(shell, relay, held):
    url = f"{shell.url}/acme/big/resolve/main/w.bin"
    shell.run("aria2c", "-q", "-x16", "-s16", "-k1M", "--no-conf", "-o", "w.bin", url)
    assert sha256_of(shell.home / "w.bin") == big(held)
    assert len([a for a in relay.of("GET") if a.range]) >= 8


def test_aria2_goes_on(shell, relay, held):
    url = f"{shell.url}/acme/big/resolve/main/w.bin"
    argv = ["aria2c", "-q", "-c", "-x8", "-s8", "-k1M", "--no-conf",
            "--auto-save-interval=1", "--file-allocation=none", "-o", "w.bin", url]
    relay.stall_after = 20 << 20
    p = subprocess.Popen(argv, env=shell.env, cwd=shell.home)
    assert relay.stalled.wait(20)
    until(lambda: (shell.home / "w.bin.aria2").exists())
    p.terminate()
    p.wait(20)
    relay.stall_after = None
    relay.go.set()
    relay.fresh()
    shell.run(*argv)
    assert sha256_of(shell.home / "w.bin") == big(held)
    # The first request learns the size; what is it after it asks for by ranges, some
    # of which overlap.  Of each range the first MiB says which piece was missing.
    begun = {int(a.range[6:].split("-")[0]) >> 20 for a in relay.of("GET") if a.range}
    assert begun and not {0, 5, 10, 15, 20, 25, 30, 35} <= begun, relay.asked


def test_aria2_an_odd_name(shell, held):
    shell.run("aria2c", "-q", "--no-conf", "-o", "odd",
              f"{shell.url}/acme/odd/resolve/main/sub%20folder/de%2Bep/x%20%231.bin")
    assert sha256_of(shell.home / "odd") == sha256_of(
        held.folder["acme/odd"] / "sub folder/de+ep/x #1.bin")
