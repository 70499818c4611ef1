"""huggingface_hub's cache: cold, warm, killed in the middle, weighd killed in the
middle, verified."""
import hashlib
import time

import pytest

import models
from clients import Failed, Hub
from house import House, sha256_of, tree_of, until
from py_read import follow
from relay import Relay

SNAPSHOT = "say(snapshot_download(name))"
BIG = "say(hf_hub_download('acme/big', 'w.bin'))"
MiB = 1 << 20


def test_cold_then_warm(hub_by_relay, relay, held):
    files = [p for p in held.folder["acme/sharded"].rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files)
    hub_by_relay(SNAPSHOT, name="acme/sharded")
    assert len(relay.of("GET", "/resolve/")) == len(files)
    assert relay.file_bytes() == size  # each byte once
    relay.fresh()
    hub_by_relay(SNAPSHOT, name="acme/sharded")
    assert not relay.of(part="/resolve/") and len(relay.asked) <= 3, relay.asked


def test_a_second_revision_brings_only_what_changed(hub, tmp):
    folder = models.write(tmp / "m", {"a.bin": models.noise(300000, 1), "b.txt": b"one\n"})
    house = House(tmp / "house").start()
    house.add(folder, "acme/m")
    try:
        with Relay(house) as relay:
            client = Hub(hub.name, tmp / "h2", relay.url)
            client(SNAPSHOT, name="acme/m")
            (folder / "b.txt").write_bytes(b"two\n")
            house.add(folder, "acme/m")
            relay.fresh()
            got = client(SNAPSHOT, name="acme/m")
            assert relay.file_bytes() == 4
            assert {p: sha256_of(f"{got}/{p}") for p in ("a.bin", "b.txt")} == tree_of(folder)
    finally:
        house.stop()


def test_killed_in_the_middle_and_again(hub_by_relay, relay, held):
    relay.stall_after = 22 * MiB
    p = hub_by_relay.start(BIG)
    assert relay.stalled.wait(30)
    until(lambda: any(f.stat().st_size for f in hub_by_relay.cache.rglob("*.incomplete")))
    p.kill()
    p.communicate()
    relay.stall_after = None
    relay.go.set()
    relay.fresh()
    path = hub_by_relay(BIG)
    assert sha256_of(path) == sha256_of(held.folder["acme/big"] / "w.bin")
    came = relay.file_bytes()
    if hub_by_relay.new:  # since 1.18 a new process begins anew
        assert came == 40 * MiB
    else:
        assert 0 < came < 40 * MiB and relay.of("GET", "/resolve/")[-1].status == 206


def test_weighd_killed_in_the_middle(hub, tmp):
    """1.x and later go on where they were, on their own; 0.36 when asked again."""
    house = House(tmp / "house").start()
    folder = models.write(tmp / "m", {"w.bin": models.noise(40 * MiB, 3)})
    house.add(folder, "acme/big")
    with Relay(house) as relay:
        client = Hub(hub.name, tmp / "h2", relay.url)
        relay.stall_after = 22 * MiB
        p = client.start(BIG)
        assert relay.stalled.wait(30)
        house.kill9()
        relay.stall_after = None
        house.start()
        relay.go.set()
        if client.new:
            path = client.finish(p)
        else:
            with pytest.raises(Failed, match="IncompleteRead|Connection"):
                client.finish(p)
            path = client(BIG)
        house.stop()
    assert sha256_of(path) == sha256_of(folder / "w.bin")
    ranges = [a for a in relay.of("GET", "/resolve/") if a.status == 206]
    assert ranges and 0 < ranges[-1].body < 40 * MiB, relay.asked


def test_weighd_away_is_not_an_unknown_repository(hub, tmp):
    house = House(tmp / "house").start()
    house.add(models.tiny(tmp / "m"), "acme/m")
    client = Hub(hub.name, tmp / "h2", house.url)
    first = client(SNAPSHOT, name="acme/m")
    house.stop()
    begun = time.monotonic()
    assert client(SNAPSHOT, name="acme/m") == first  # what it has, it has
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("hub", ["new"], indirect=True)
def test_hf_cache_verify(hub):
    hub(SNAPSHOT, name="acme/small")
    r = hub.cli("cache", "verify", "acme/small", "--fail-on-missing-files",
                "--fail-on-extra-files", "--json")
    assert "8" in r.out, r
    # and it would have seen a byte that changed
    blob = hub("""
        import os
        say(os.path.realpath(hf_hub_download('acme/small', 'model.safetensors')))""")
    with open(blob, "r+b") as f:
        f.seek(100)
        f.write(b"\0\0\0\0")
    r = hub.cli("cache", "verify", "acme/small", code=None)
    assert r.code != 0 and "model.safetensors" in r.out + r.err, r


@pytest.mark.parametrize("hub", ["old"], indirect=True)
def test_verified_by_hand(hub, held):
    """0.36 has no such verb; its cache names each file by the hash it was told."""
    got = hub("""
        import os
        path = snapshot_download('acme/small')
        say({p: os.path.basename(os.path.realpath(os.path.join(path, p)))
             for p in ('model.safetensors', 'config.json')})""")
    folder = held.folder["acme/small"]
    assert got["model.safetensors"] == sha256_of(folder / "model.safetensors")
    data = (folder / "config.json").read_bytes()
    assert got["config.json"] == hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def test_no_exist_is_remembered(hub_by_relay, relay, held):
    """What transformers asks for and is not there is not asked for again."""
    code = """
        from huggingface_hub.errors import EntryNotFoundError
        try:
            hf_hub_download('acme/small', 'adapter_config.json')
        except EntryNotFoundError:
            pass
        from huggingface_hub import try_to_load_from_cache
        say(str(try_to_load_from_cache('acme/small', 'adapter_config.json')))"""
    assert "object" in hub_by_relay(code)  # not None: it is known to be absent


@pytest.mark.parametrize("hub", ["new"], indirect=True)
def test_told_to_wait_it_waits(hub, tmp):
    """429 with Retry-After: since 1.22 the client obeys."""
    folder = models.write(tmp / "m", {f"{i:02}.txt": b"%d" % i for i in range(40)})
    house = House(tmp / "house", env={"WEIGHD_HTTP_REQUESTS_PER_ADDRESS": "15"}).start()
    house.add(folder, "acme/m")
    try:
        client = Hub(hub.name, tmp / "h2", house.url)
        assert follow(client(SNAPSHOT, name="acme/m")) == tree_of(folder)
    finally:
        house.stop()
