"""Jobs of the exact shapes of very large repositories, at reduced size: every file comes,
asked for once, and the last ones come no slower than the first."""
import hashlib

import pytest

from house import House
from shapes import SHAPES, shape
from upstream import Hub

FACTOR = 50_000  # shards of about 86 kB


def thirds(asked):
    """Seconds that the first third of requests took to be asked, and the last third."""
    when = sorted(a.when for a in asked)
    third = len(when) // 3
    return when[third] - when[0], when[-1] - when[-third - 1]


def bring(hub, folder, name):
    """A job of its own on an empty house: (the house, what it said)."""
    hub.fresh()
    house = House(folder, env={"WEIGHD_MIRROR_UPSTREAM": hub.url}).start()
    return house, house.weigh("mirror", name, "--json").json


@pytest.mark.parametrize("name", SHAPES)
def test_a_job_of_many_shards_is_as_quick_at_its_end(name, tmp):
    files = shape(name, FACTOR)
    large = {p for p in files if p.endswith(".safetensors")}
    with Hub(tmp, {name: files}) as hub:
        house, done = bring(hub, tmp / "0", name)
        assert done["state"] == "done" and done["proof"] == "checked", done
        assert done["revision"] == hub[name].head
        assert done["files"] == len(files) + (".gitattributes" not in files)
        asked = hub.of("/resolve/", "GET")
        assert sorted(a.path.rpartition("/")[2] for a in asked) == sorted(large)
        assert hub.calls() == len(large) + 2  # what it is, and its commit by git
        for path, data in list(files.items())[::10]:
            got = house.get(f"/{name}/resolve/main/{path}")
            assert got.status == 200, (path, got)
            assert hashlib.sha256(got.body).digest() == hashlib.sha256(data).digest(), path
        house.stop()
        pace = [thirds(asked)]
        while pace[-1][1] > 2 * pace[-1][0] + 0.5:  # the machine may have been busy
            assert len(pace) < 3, pace
            house, _ = bring(hub, tmp / str(len(pace)), name)
            house.stop()
            pace.append(thirds(hub.of("/resolve/", "GET")))


def test_what_a_job_of_many_shards_would_do(tmp):
    name = "deepseek-ai/DeepSeek-R1"
    files = shape(name, FACTOR)
    with Hub(tmp, {name: files}) as hub:
        house = House(tmp, env={"WEIGHD_MIRROR_UPSTREAM": hub.url}).start()
        plan = house.weigh("mirror", name, "--dry-run", "--json", "--include", "*-0000?-of-*",
                           "--include", "*.json").json
        wanted = [p for p in files if "-0000" in p or p.endswith(".json")]
        assert plan["files"] == len(wanted) and plan["held_files"] == 0
        assert plan["bytes"] == sum(len(files[p]) for p in wanted)
        assert plan["skipped_files"] == len(files) - len(wanted)
        assert plan["license"] == "mit" and plan["proved"] and plan["room"] > plan["bytes"]
        assert plan["calls"] == 9 + 2
        assert {f["path"]: f["size"] for f in plan["list"]} == {p: len(d) for p, d in files.items()}
        assert {f["skipped"] for f in plan["list"] if "skipped" in f} == {"not included"}
        assert hub.file_bytes() == 0 and not house.blobs()
        house.stop()
