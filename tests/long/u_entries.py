"""A repository of 100,000 files, of which a few are wanted: its commit, trees and pointers are
checked all the same, and the others are listed as not held."""
from house import House, until
from rounds import rounds
from upstream import Hub


def test_a_job_in_a_very_large_tree(tmp):
    count = rounds(100_000, 5_000)
    files = {f"d{i % 100}/f{i}.bin": b"%d\n" % i for i in range(count)}
    wanted = [p for p in files if p.startswith("d7/f") and p.endswith("007.bin")]
    with Hub(tmp, {"acme/m": files}) as hub:
        house = House(tmp, env={"WEIGHD_MIRROR_UPSTREAM": hub.url}).start()
        house.weigh("mirror", "acme/m", "--include", "d7/f*007.bin", "--detach")
        for path in wanted[:3] + wanted[-3:]:
            wait_for(house, path, files[path])
        assert house.get("/acme/m/resolve/main/d1/f1.bin").status == 404
        asked = {a.path.partition("/resolve/")[2].partition("/")[2] for a in hub.of("/resolve/")}
        assert asked == set(wanted)
        house.stop()


def wait_for(house, path, data):
    until(lambda: house.get(f"/acme/m/resolve/main/{path}").status == 200, 300)
    assert house.get(f"/acme/m/resolve/main/{path}").body == data
