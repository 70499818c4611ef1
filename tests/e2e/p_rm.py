"""weigh rm: a model goes with all its revisions, whether it can be read or not."""
import json
import shutil

import models

NOW = ("--older", "0")


def journal(house):
    return [json.loads(line) for line in (house.data / "audit/journal.ndjson").open()]


def test_a_model_goes_and_its_bytes_follow(house, tmp):
    model = models.small(tmp / "m", weights=100_000)
    house.add(model, "acme/gone")
    house.add(models.small(tmp / "n", weights=90_000), "acme/stays")
    r = house.weigh("rm", "acme/gone", code=2)
    assert "--yes" in r.err, r  # nobody is there to be asked
    assert house.weigh("rm", "acme/gone", "--yes").out == "acme/gone\n"
    house.weigh("show", "acme/gone", code=3)
    house.weigh("rm", "acme/gone", "--yes", code=3)
    assert not list(house.data.glob("repos/**/gone.git"))
    deleted, = [e for e in journal(house) if e["event"] == "delete"]
    assert deleted["repo"] == "models/acme/gone" and deleted["origin"].startswith("by uid")
    before = len(house.blobs())
    house.weigh("gc", *NOW)
    assert len(house.blobs()) < before and house.bad_blobs() == []
    house.weigh("verify", "acme/stays")
    # Nobody misses it: neither a start, nor a catalog made again, nor gc.
    house.stop()
    house.start()
    assert house.weigh("rebuild", "--json").json["lost"] == 0
    house.add(model, "acme/gone")
    house.weigh("verify", "acme/gone")


def test_one_that_was_lost_is_given_up(house, tmp):
    house.add(models.small(tmp / "m", weights=100_000), "acme/lost")
    house.stop()
    shutil.rmtree(house.data / "repos/models/acme/lost.git")
    for part in house.data.glob("catalog.db*"):
        part.unlink()
    house.start()
    r = house.weigh("gc", *NOW, code=8)
    assert "acme/lost" in r.out + r.err, r
    assert house.blobs()
    house.weigh("rm", "acme/lost", "--yes")
    house.weigh("gc", *NOW)
    assert not house.blobs()
