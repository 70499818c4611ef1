"""Every call of a mirrored revision's admission fails once, in every way; of what comes
before it, the fetch, a share."""
import dataclasses

import pytest

import ordeal
from faults import FAULTS
from h_every_fault import every_turn


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_every_call_to_its_repository(tmp, fault):
    """Facts, objects and the ref: between the intent and the journal."""
    o = ordeal.MirrorOrdeal(tmp, dataclasses.replace(fault, only="repos/"))
    every_turn(o)
    o.end()


@pytest.mark.parametrize("fault", [f for f in FAULTS if not f.lasting], ids=str)
def test_calls_of_the_whole_job(tmp, fault):
    o = ordeal.MirrorOrdeal(tmp, fault)
    every_turn(o, 1 / 8)
    o.end()
