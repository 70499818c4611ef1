"""Killing weighd while it adds, at moments that nobody chose."""
import json
import subprocess
import time

import aftermath
import models


def content(folder, rng, i):
    """Varying content: sizes from nothing to several segments."""
    files = {"README.md": b"# %d\n" % i, "empty": b""}
    for n in range(rng.randint(1, 4)):
        size = rng.choice([100, 70_000, 1_100_000, 5 << 20, 9 << 20])
        files[f"part-{n}.bin"] = rng.randbytes(size)
    return models.write(folder, files)


def begin_add(house, folder, name):
    return subprocess.Popen(house.command("add", str(folder), name, "--json"), env=house.env,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def kill_while_adding(house, tmp, rng, wanted):
    """`wanted` kills that interrupt an add; about as many fall behind its answer."""
    acknowledged, hashed, interrupted, tries = set(), set(), 0, 0
    longest = 0.3  # seconds; follows the machine, so that about half come too late
    while interrupted < wanted:
        tries += 1
        assert tries <= 10 + 5 * wanted, f"only {interrupted} kills hit an add"
        name = f"crash/m{tries % 5}"
        folder = content(tmp / f"c{tries}", rng, tries)
        p = begin_add(house, folder, name)
        time.sleep(rng.uniform(0, longest))
        house.kill9()
        out, err = p.communicate(timeout=30)
        assert b"Sanitizer" not in err, err
        if p.returncode == 0:
            acknowledged.add((name, json.loads(out)["revision"]))
            longest *= 0.9
        else:
            interrupted += 1
            longest *= 1.1
        house.start()
        aftermath.check_quickly(house, acknowledged)
        aftermath.good_and_new(house, hashed)
        models.remove(folder)
    assert acknowledged
    aftermath.check_deeply(house, acknowledged)
