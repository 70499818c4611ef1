"""A house whose every write is recorded, and houses made of what is left of it."""
import aftermath
import models
import ordeal
from faults import FaultyHouse
from house import House, remove
from powercut import Cut, read_trace


class Recorded:
    """A life from the first start on: adds of all kinds, a restart, an end."""

    def __init__(self, tmp):
        self.tmp = tmp
        house = FaultyHouse(tmp, PRELOAD_TRACE=tmp / "trace").start()
        self.told = {}  # (name, revision) -> the folder it was made of
        self.add(house, "acme/a", models.small(tmp / "a", weights=5 << 20))
        self.add(house, "acme/a", ordeal.content(tmp / "a2", 2))
        self.add(house, "solo", models.tiny(tmp / "solo", 3))
        self.add(house, "acme/many", ordeal.many(tmp / "many", 4))
        house.restart()
        self.add(house, "acme/a", models.small(tmp / "a3", 5, weights=5 << 20))
        self.add(house, "acme/many", ordeal.many(tmp / "many2", 6))
        house.stop()
        self.records = read_trace(tmp / "trace")

    def add(self, house, name, folder):
        self.told[name, house.add(folder, name)["revision"]] = folder

    def acknowledged(self, disk):
        """What somebody had been told before the lights went out."""
        return {(name, revision) for name, revision in self.told
                if any(revision.encode() in a for a in disk.answers)}

    def survives(self, seed):
        """Go dark, start on what is left, look at everything."""
        cut = Cut(seed, self.records)
        tmp = self.tmp / f"cut-{seed}"
        disk = cut.build(self.records, tmp / "data")
        house = House(tmp)
        try:
            house.start()
            self.check(house, self.acknowledged(disk), cut.rng)
            house.stop()
        except AssertionError as e:
            raise AssertionError(f"{cut}: {e}\n" + "\n".join(house.log)) from e
        finally:
            if house.proc:
                house.kill9()
        remove(tmp)

    def check(self, house, acknowledged, rng):
        aftermath.check_quickly(house, acknowledged)
        aftermath.check_deeply(house, acknowledged)
        (name, _), folder = rng.choice(list(self.told.items()))
        house.add(folder, name)
        for path in (p for p in folder.rglob("*") if p.is_file()):
            target = "/".join(("", name, "resolve/main", *path.relative_to(folder).parts))
            if target.isascii() and " " not in target and "#" not in target:
                a = house.get(target)
                assert a.status == 200 and a.body == path.read_bytes(), (target, a)
