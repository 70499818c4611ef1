"""A house whose every write is recorded, and houses made of what is left of it."""
import aftermath
import models
import ordeal
from faults import FaultyHouse
from house import House, remove
from powercut import cuts, fingerprint, read_trace, write_out


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
        self.data, self.records = house.data, read_trace(tmp / "trace")

    def add(self, house, name, folder):
        self.told[name, house.add(folder, name)["revision"]] = folder

    def acknowledged(self, disk):
        """What somebody had been told before the lights went out."""
        return {(name, revision) for name, revision in self.told
                if any(revision.encode() in a for a in disk.answers)}

    def go_dark(self, wanted, rng):
        """Cut the power so many times, start on each disk that this leaves, look at
        everything.  How many different disks there were."""
        seen = set()
        for cut, disk in cuts(self.records, wanted, rng):
            told, left = self.acknowledged(disk), disk.cut(cut.names, cut.data, cut.rng)
            mark = (fingerprint(left), frozenset(told))
            if mark not in seen:
                seen.add(mark)
                self.survive(cut, left, told)
        return len(seen)

    def survive(self, cut, left, told):
        tmp = self.tmp / "dark"
        write_out(left, tmp / "data")
        house = House(tmp)
        try:
            house.start()
            self.check(house, told, cut.rng)
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
