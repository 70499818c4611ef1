"""Two thousand power cuts: 0 bad states."""
import dark
from rounds import rounds, seeded


def test_power_cuts(tmp):
    recorded = dark.Recorded(tmp)
    rng, seed = seeded()
    try:
        recorded.go_dark(rounds(2000), rng)
    except AssertionError as e:
        raise AssertionError(f"SEED={seed}: {e}") from e
