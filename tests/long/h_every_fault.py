"""Every call of an add, of one that git packs, of a gc and of a pull fails once, in
every way."""
import dataclasses

import pytest

import ordeal
from faults import FAULTS, OPEN, READ
from rounds import PERCENT, seeded

MOST = 3000  # calls of one operation; a loop that never ends is a failure too


def every_turn(o, share=1.0):
    """Call 1, 2, 3 … until the operation has no more; PERCENT of them."""
    rng, seed = seeded()
    for n in range(1, MOST):
        if rng.random() * 100 >= PERCENT * share:
            continue
        try:
            if not o.turn(n):
                return
        except AssertionError as e:
            raise AssertionError(f"SEED={seed}: {e}") from e
    raise AssertionError(f"more than {MOST} calls")


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_call_of_an_add(tmp, fault):
    o = ordeal.AddOrdeal(tmp, fault)
    every_turn(o)
    o.end()


@pytest.mark.parametrize("fault", [f for f in FAULTS if not f.lasting], ids=str)
def test_every_call_of_git_when_it_packs(tmp, fault):
    o = ordeal.AddOrdeal(tmp, dataclasses.replace(fault, only="repos/"), ordeal.many)
    every_turn(o)
    o.end()


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_call_of_a_gc(tmp, fault):
    """It looks into every folder, so of the calls that only read, every eighth."""
    o = ordeal.GcOrdeal(tmp, fault)
    every_turn(o, 1 / 8 if fault.classes & (OPEN | READ) else 1)
    o.end()


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_call_of_a_pull(house, tmp, fault):
    every_turn(ordeal.PullOrdeal(tmp, house, fault))
