"""How much of a loop to run: ROUNDS percent of it, 100 unless told."""
import os
import random

PERCENT = int(os.environ.get("ROUNDS") or 100)


def rounds(full, least=1):
    """`full` turns at 100 percent, never fewer than `least`."""
    return max(least, full * PERCENT // 100)


def seeded():
    """A random source and its seed; SEED in the environment repeats a run."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1 << 32))
    return random.Random(seed), seed
