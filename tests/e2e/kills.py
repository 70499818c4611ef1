"""Killing weighd while it adds or mirrors, at moments that nobody chose."""
import json
import subprocess
import time

import aftermath
import mirroring
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


# --- while it mirrors -----------------------------------------------------------------


def upstream_files(rng, i):
    """As content(), and something large enough to come in several pieces."""
    return {"README.md": b"# %d\n" % i, "empty": b"", "sub/a.txt": rng.randbytes(50),
            **{f"part-{n}.bin": rng.randbytes(rng.choice([100, 70_000, 1_100_000, 9 << 20]))
               for n in range(rng.randint(1, 3))},
            "w.safetensors": rng.randbytes(rng.choice([9 << 20, 13 << 20]))}


def kill_while_mirroring(house, hub, rng, wanted):
    """`wanted` kills of jobs that were ordered and not done.  Each job ends right, however
    often it was killed; of the bytes it held, few are asked for again."""
    admitted, hashed, killed, tries = set(), set(), 0, 0
    longest = 1.0
    while killed < wanted:
        tries += 1
        assert tries <= 10 + 3 * wanted, f"only {killed} kills hit a job"
        name = f"killed/m{tries}"
        repo = hub.add(name, upstream_files(rng, tries), git=rng.random() < 0.8)
        mirroring.order(house, name, hub.url)
        for _ in range(rng.randint(1, 3)):
            time.sleep(rng.uniform(0, longest))
            over = name in {m["name"] for m in house.weigh("ls", "--json").json["models"]}
            killed, longest = (killed, longest * 0.9) if over else (killed + 1, longest * 1.05)
            house.kill9()
            house.start()
            aftermath.good_and_new(house, hashed)
        mirroring.done(house, name, 60)
        mirroring.same_files(house, name, repo)
        house.weigh("verify", name)
        admitted |= {(name, repo.head)} if repo.git else set()
        aftermath.check_quickly(house, {(name, repo.head)} if repo.git else set())
    aftermath.check_deeply(house, admitted)
