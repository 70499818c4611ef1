"""What comes in over a link: 1 Gbit/s and 20 ms (wire.py), a scripted Hub at its far end,
weighd and its rivals at the near one, each with a link and a Hub of its own, so that what
passed is what that side asked for."""
import hashlib
import json
import os
import shutil
import subprocess
import time
from contextlib import contextmanager

import rivals
from house import House
from measure import cpu_seconds, status_mib, timed
from rows import LOAD, MIB, write_noise
from shapes import SHAPES, shape
from upstream import Hub
from upstream_repo import File
from wire import FAR, Wire

SHARD = min(MIB, 1024)
READERS = 50
KILL_SECONDS = 2
SLOW = 250  # Mbit/s, for the readers: two cores can give 50 copies out so fast
FACTOR = 5_000  # by which a large repository's shards are smaller: 860 KB for 4.3 GB
NAME, PATH = "bench/w", "w.safetensors"
OURS = f"/{NAME}/resolve/main/{PATH}"


class Place:
    """One end to end: a Hub that holds the shard, a link, an empty folder."""

    def __init__(self, folder, repos, mbit):
        folder.mkdir()
        self.folder, self.wire = folder, Wire(mbit)
        self.hub = Hub(folder / "hub", repos, server=self.wire.far.listen(FAR))
        self.url = f"{self.hub.url}{OURS}"

    def house(self, **settings):
        """weighd at the near end."""
        return House(self.folder, wrap=self.wire.near.enter,
                     env={f"WEIGHD_{k.upper()}": str(v) for k, v in settings.items()}).start()

    def rival(self, command):
        return timed([*self.wire.near.enter, *command], os.environ)

    def close(self):
        """MiB that came through the link, headers and what was sent twice included."""
        self.hub.close()
        passed = self.wire.close()["ways"][0]["bytes"] / (1 << 20)
        shutil.rmtree(self.folder)
        return passed


class Mirror:
    def __init__(self, memory, _disk):
        self.memory = memory
        self.file = File(PATH, write_noise(memory / "shard", SHARD))
        self.first = {NAME: {PATH: self.file}}

    def close(self):
        self.file.data.unlink()

    @contextmanager
    def place(self, repos=None, mbit=1000):
        place = Place(self.memory / "place", repos or self.first, mbit)
        try:
            yield place
        finally:
            place.passed = place.close()

    # --- one shard ----------------------------------------------------------------

    def shard(self):
        """The same bytes by a job, by aria2c and by curl; what the link could have done,
        and what hashing and copying alone cost."""
        sides = {"ours": self.job(), "aria2c": self.by(rivals.aria2c),
                 "curl": self.by(rivals.curl)}
        sides["pass"] = {**sides["curl"]}
        sides["pass"]["cpu_seconds"] += hash_seconds(SHARD)
        for side in sides.values():
            side.update(amount=SHARD, unit="MiB")
        sides["link"] = {"amount": SHARD, "unit": "MiB", "cpu_seconds": 0.0,
                         "seconds": SHARD / self.link_rate}
        return sides

    def job(self):
        """From the order to its end: asked, brought, hashed, admitted."""
        with self.place() as place:
            self.link_rate = place.wire.mib_a_second
            house = place.house()
            try:
                side = timed(house.command("mirror", NAME, "--from", place.hub.url), house.env,
                             server=house.proc.pid)
                side["rss_mib"] = status_mib(house.proc.pid, "VmHWM")
                check(house, self.file)
            finally:
                house.stop()
            side["calls"] = place.hub.calls()
        return {**side, "wire_mib": place.passed}

    def by(self, rival):
        with self.place() as place:
            side = place.rival(rival(place.url, place.folder / "copy"))
            assert (place.folder / "copy").stat().st_size == SHARD << 20
        return {**side, "wire_mib": place.passed}

    # --- many readers of what is not here yet -----------------------------------------

    def readers(self):
        """Seconds until the last of 50 has it, and until one who is alone has it; and
        what was asked of upstream for them."""
        return {"ours": self.cold(READERS), "one": self.cold(1),
                "file": {"amount": 1, "unit": "s", "upstream_mib": SHARD, "cpu_seconds": 0.0}}

    def cold(self, count):
        with self.place(mbit=SLOW) as place:
            house = place.house(mirror_upstream=place.hub.url, mirror_pull_through="any")
            try:
                cpu = cpu_seconds(house.proc.pid)
                r = subprocess.run(
                    [*place.wire.near.enter, LOAD, "-1", "-c", str(count), "-t", "600",
                     str(house.port), OURS], check=True, stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE)
                side = json.loads(r.stdout)
                side["client_cpu_seconds"] = side["cpu_seconds"]
                side["cpu_seconds"] = cpu_seconds(house.proc.pid) - cpu
                side["rss_mib"] = status_mib(house.proc.pid, "VmHWM")
                assert side["bytes"] == count * (SHARD << 20)
                check(house, self.file)
            finally:
                house.stop()
            upstream = place.hub.file_bytes() / (1 << 20)
        return {**side, "amount": side["seconds"], "unit": "s", "upstream_mib": upstream,
                "wire_mib": place.passed}

    # --- kill -9 ------------------------------------------------------------------

    def kills(self):
        """What passes the link when weighd is killed every two seconds, and when not."""
        killed, calm = self.killed(KILL_SECONDS), self.killed(None)
        return {"ours": killed, "calm": calm}

    def killed(self, every):
        with self.place() as place:
            settings = dict(mirror_upstream=place.hub.url)
            house, kills, cpu = place.house(**settings), 0, 0.0
            begun = time.perf_counter()
            try:
                house.weigh("mirror", NAME, "--detach")
                started = time.monotonic()
                while self.file.sha256 not in house.blobs():
                    assert time.perf_counter() - begun < 300, "the job does not end"
                    time.sleep(0.01)
                    if every and time.monotonic() - started > every:
                        cpu += cpu_seconds(house.proc.pid)
                        house.kill9()
                        house.start()
                        started, kills = time.monotonic(), kills + 1
                seconds = time.perf_counter() - begun
                cpu += cpu_seconds(house.proc.pid)
                check(house, self.file)
            finally:
                house.stop()
        return {"amount": place.passed, "unit": "MiB", "seconds": seconds, "kills": kills,
                "cpu_seconds": cpu}

    # --- very many files ------------------------------------------------------------

    def deepseek(self):
        return self.shaped("deepseek-ai/DeepSeek-R1")

    def kimi(self):
        return self.shaped("moonshotai/Kimi-K2.5")

    def shaped(self, name):
        """Seconds a file, of those that came last and of those that came first: by when
        upstream was asked for each."""
        with self.place({name: shape(name, FACTOR)}) as place:
            house = place.house()
            try:
                whole = timed(house.command("mirror", name, "--from", place.hub.url),
                              house.env, server=house.proc.pid)
                whole["rss_mib"] = status_mib(house.proc.pid, "VmHWM")
                want = {f.sha256 for f in place.hub[name].files.values() if f.lfs}
                assert set(house.blobs()) >= want and len(want) >= len(SHAPES[name]["shards"])
            finally:
                house.stop()
            asked = first_asked(place.hub)
        quarter = len(asked) // 4
        late, early = asked[-1] - asked[-1 - quarter], asked[quarter] - asked[0]
        side = {"amount": quarter, "unit": "files", "cpu_seconds": whole["cpu_seconds"],
                "rss_mib": whole["rss_mib"], "whole_seconds": whole["seconds"]}
        return {"ours": {**side, "seconds": late}, "early": {**side, "seconds": early}}


def first_asked(hub):
    """When each large file was first asked for, in order."""
    first = {}
    for asked in hub.of(r"/resolve/|\.git/lfs/", "GET"):
        first.setdefault(asked.path, asked.when)
    return sorted(first.values())


def check(house, file):
    """What came is what there is."""
    subprocess.run(["cmp", house.blobs()[file.sha256], file.data], check=True)


def hash_seconds(mib):
    """CPU seconds of one SHA-256 pass over so many bytes, and of nothing else."""
    data, h, before = bytes(1 << 20), hashlib.sha256(), time.thread_time()
    for _ in range(mib):
        h.update(data)
    return time.thread_time() - before

