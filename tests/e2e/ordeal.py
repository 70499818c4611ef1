"""One operation after the other, each with a fault at its N-th call.

An ordeal's `turn(n)` does one and judges it; it answers False when the operation has
fewer than n calls.  What must hold is in `judge`.
"""
import hashlib
import shutil
import subprocess
import time

import aftermath
import models
from faults import Control, FaultyHouse, preload_or_skip
from house import House, Result, check_sentences, tree_of, until

HELD = "acme/held"


def content(folder, n):
    """Never the same twice: two small files, and one with a midstate list."""
    return models.write(folder, {
        "README.md": b"---\nlicense: mit\n---\n# %d\n" % n,
        "sub/w.bin": models.noise(70_000, n),
        "model.bin": models.noise((4 << 20) + 300_000, n),
    })


def many(folder, n):
    """So many files that git packs them."""
    return models.write(folder, {f"d{i % 3}/{i}": b"%d %d\n" % (n, i) for i in range(66)})


def finish(*command, env):
    """Not house.weigh: it may fail in any way, and be killed."""
    p = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=60)
    return Result(p.returncode, p.stdout.decode(), p.stderr.decode())


class Ordeal:
    """`fault` may be another for each turn."""

    def __init__(self, fault, control):
        self.fault, self.control = fault, control

    def turn(self, n):
        self.prepare(n)
        self.control.arm(self.fault, n)
        r = self.operate()
        seen, _, where = self.control.disarm()
        self.where = where
        try:
            if seen < n:
                assert r.code == 0
            else:
                self.judge(r)
        except AssertionError as e:
            raise AssertionError(f"{self.fault.label}, call {n}: {where}: {e}\n{r}") from e
        return seen >= n

    def judge_words(self, r):
        """It worked, or says what, why and fix; or it was killed."""
        if r.code == 0:
            return
        # libgit2 does not open again what a signal interrupted.
        assert not self.fault.harmless or self.where.startswith("open repos/"), "it was to go on"
        if r.code > 0:
            check_sentences(r, True)


class AddOrdeal(Ordeal):
    """weigh add while weighd's disk fails.  Model `held` was there before."""

    def __init__(self, tmp, fault=None, make=content, env=()):
        self.tmp, self.make = tmp, make
        self.house = FaultyHouse(tmp)
        self.house.env.update(env)
        self.house.start()
        self.held = models.small(tmp / "held", weights=5 << 20)
        self.acknowledged = {(HELD, self.house.add(self.held, HELD)["revision"])}
        self.stuck = set()
        super().__init__(fault, self.house.control)

    def prepare(self, n):
        self.name = f"acme/m{n % 3}"
        self.folder = self.make(self.tmp / "c", n)

    def operate(self):
        return finish(*self.house.command("add", str(self.folder), self.name, "--json"),
                      env=self.house.env)

    def judge(self, r):
        house = self.house
        if self.fault.deadly:
            until(lambda: house.proc.poll() is not None)
            house.ended()
            house.start()
            aftermath.check_quickly(house, self.acknowledged)
        assert house.proc.poll() is None, "weighd died"
        self.judge_words(r)
        if r.code == 0:
            self.note(r)
        elif self.fault.lasting:  # what cannot be removed stays until the next start
            self.stuck |= set(house.leftovers())
        else:
            until(lambda: set(house.leftovers()) <= self.stuck)
        self.still_reads()
        self.repeat()
        aftermath.check_catalog(house)

    def still_reads(self):
        for path in ("config.json", "model.safetensors"):
            a = self.house.get(f"/{HELD}/resolve/main/{path}")
            assert a.status == 200 and a.body == (self.held / path).read_bytes(), a

    def repeat(self):
        """The same add again works; where the disk broke a promise, after a restart."""
        r = self.operate()
        if r.code != 0:
            assert "restart weighd" in r.json["error"]["fix"], r
            self.still_reads()
            self.house.kill9()  # ended in peace, SQLite would tidy up
            self.house.start()
            r = self.operate()
        assert r.code == 0, r
        self.note(r)

    def note(self, r):
        self.acknowledged.add((self.name, r.json["revision"]))

    def end(self):
        self.house.restart()
        aftermath.check_swept(self.house)
        aftermath.check_quickly(self.house, self.acknowledged)
        aftermath.check_deeply(self.house, self.acknowledged)
        self.house.stop()


class GcOrdeal(AddOrdeal):
    """weigh gc while weighd's disk fails: litter of every kind lies about."""

    def __init__(self, tmp, fault=None):
        super().__init__(tmp, fault)
        self.live = set(self.house.blobs())

    def prepare(self, n):
        for i, size in enumerate((9, 5 << 20)):
            self.plant(models.noise(size, 2 * n + i))
        repo = self.house.data / f"repos/models/{HELD}.git"
        for i in range(3):
            subprocess.run(["git", "-c", f"safe.directory={repo}", "-C", repo, "hash-object",
                            "-w", "--stdin"], input=b"%d %d\n" % (n, i), check=True,
                           capture_output=True, env=self.house.env)

    def plant(self, data):
        sha = hashlib.sha256(data).hexdigest()
        path = self.house.data / "blobs/sha256" / sha[:2] / sha
        path.write_bytes(data)
        if len(data) > 4 << 20:
            path.with_name(sha + ".mid").write_bytes(bytes(32))

    def operate(self):
        return finish(*self.house.command("gc", "--older", "0", "--json"), env=self.house.env)

    def judge(self, r):
        house = self.house
        if self.fault.deadly:
            until(lambda: house.proc.poll() is not None)
            house.ended()
            house.start()
        assert house.proc.poll() is None, "weighd died"
        self.judge_words(r)
        assert self.live <= set(house.blobs())
        self.still_reads()
        self.repeat()
        assert set(house.blobs()) == self.live
        if self.fault.lasting:  # the journal may wait for it
            house.restart()
        aftermath.check_quickly(house, self.acknowledged)
        aftermath.check_catalog(house)

    def repeat(self):
        """With something to take: a gc that finds nothing does not need the journal."""
        self.plant(models.noise(9, 1))
        super().repeat()

    def note(self, r):
        """Nothing is acknowledged by a gc."""


class MirrorOrdeal(AddOrdeal):
    """weigh mirror from another weighd while the disk of this one fails.  A job whose disk
    fails waits and tries again, so nobody waits for it here."""

    WAITING, DONE, OVER = 5, 7, {5, 6, 7, 8, 9}

    def __init__(self, tmp, fault=None, make=content):
        (tmp / "far").mkdir()
        self.far = House(tmp / "far").start()
        super().__init__(tmp, fault, make, env={"WEIGHD_MIRROR_UPSTREAM": self.far.url})

    def prepare(self, n):
        super().prepare(n)
        self.revision = self.far.add(self.folder, self.name)["revision"]

    def state(self):
        rows, = aftermath.ask(self.house, "SELECT state FROM jobs ORDER BY id DESC LIMIT 1")
        return rows[0][0] if rows else None

    def operate(self):
        r = finish(*self.house.command("mirror", self.name, "--detach", "--json"),
                   env=self.house.env)
        end = time.monotonic() + (30 if self.fault is None or not self.fault.lasting else 3)
        while r.code == 0 and time.monotonic() < end and not self.stands():
            time.sleep(0.02)
        return r

    def stands(self):
        """It is over, or waits; a full disk may not take the word of that."""
        if self.house.proc.poll() is not None or self.state() in self.OVER:
            return True
        return not self.fault.deadly and self.house.get("/readyz").status != 200

    def judge(self, r):
        """Whole or not at all: what can be seen is whole; then it comes."""
        house = self.house
        if self.fault.deadly:
            until(lambda: house.proc.poll() is not None)
            house.ended()
            house.start()
        assert house.proc.poll() is None, "weighd died"
        if self.fault.lasting or house.get("/readyz").status != 200:
            house.kill9()
            house.start()
        self.still_reads()
        aftermath.check_catalog(house)
        self.repeat()
        aftermath.check_quickly(house, self.acknowledged)

    def repeat(self):
        """It goes on by itself, or when somebody says so."""
        if self.state() in {self.WAITING}:
            finish(*self.house.command("mirror", "pause", self.name), env=self.house.env)
            finish(*self.house.command("mirror", "resume", self.name), env=self.house.env)
        r = self.house.weigh("mirror", self.name, "--json", "--timeout", "30")  # says why
        assert r.json["revision"] == self.revision
        self.note(r)

    def end(self):
        super().end()
        self.far.stop()


class PullOrdeal(Ordeal):
    """weigh pull while the disk it writes to fails: over an older revision, with
    files that go, stay, change, come, and come twice."""

    NAME = "acme/pulled"

    def __init__(self, tmp, house, fault=None):
        preload_or_skip()
        self.house, self.out, self.old = house, tmp / "out", tmp / "old"
        shutil.rmtree(self.old, ignore_errors=True)
        first = models.small(tmp / "m", weights=5 << 20)
        house.add(first, self.NAME)
        house.weigh("pull", self.NAME, "--to", self.old)
        self.before = tree_of(self.old)
        (first / "config.json").unlink()
        models.write(first, {"README.md": b"# new\n", "twin/a.bin": models.noise(200_000, 1),
                             "twin/b.bin": models.noise(200_000, 1),
                             "model.safetensors": models.safetensors(5 << 20, 8)})
        house.add(first, self.NAME)
        self.after = tree_of(first)
        super().__init__(fault, Control(tmp / "control"))

    def prepare(self, n):
        shutil.rmtree(self.out, ignore_errors=True)
        shutil.copytree(self.old, self.out)

    def operate(self):
        return finish(*self.control.wrap(self.out), *self.house.command(
            "pull", self.NAME, "--to", str(self.out), "--json"), env=self.house.env)

    def judge(self, r):
        self.judge_words(r)
        assert r.code == 0 or r.code > 0 or self.fault.deadly, "weigh died"
        now = tree_of(self.out)
        for path, sha in now.items():  # whole, and old or new
            assert sha in (self.before.get(path), self.after.get(path)), path
        if r.code == 0:  # what could not be removed does no harm, and goes next time
            self.complete(may_stay={"pulling", "partial"})
        r = self.operate()
        assert r.code == 0, r
        self.complete()

    def complete(self, may_stay=frozenset()):
        now = tree_of(self.out)
        assert {p: now.get(p) for p in self.after} == self.after
        assert set(now) <= set(self.before) | set(self.after), now
        notes = {p.name for p in (self.out / ".weigh").iterdir()}
        assert {"manifest", "revision"} <= notes <= {"manifest", "revision"} | may_stay, notes

    def end(self):
        pass
