"""Two hundred kills at random moments of an add: 0 bad blobs, 0 acknowledged
revisions lost, 0 leftovers after the next start."""
import kills
from rounds import rounds, seeded


def test_kills_while_adding(house, tmp):
    rng, seed = seeded()
    try:
        kills.kill_while_adding(house, tmp, rng, rounds(200))
    except AssertionError as e:
        raise AssertionError(f"SEED={seed}: {e}") from e
