"""Fifty kills at random moments of jobs that mirror: each job ends right."""
import kills
import mirroring
from rounds import rounds, seeded
from upstream import Hub


def test_kills_while_mirroring(tmp):
    rng, seed = seeded()
    house = mirroring.mirror_house(tmp / "house").start()
    try:
        with Hub(tmp / "hub", rate=24 << 20) as hub:
            kills.kill_while_mirroring(house, hub, rng, rounds(50))
        house.stop()
    except AssertionError as e:
        raise AssertionError(f"SEED={seed}: {e}") from e
