"""The power goes: whatever of the unsynced is gone, torn or zeroed, weighd starts, and
what somebody was told is whole.  Thousands of moments are tests/long/h_power_cuts.py;
the model is told in README.md."""
import random

import pytest

import dark
import powercut
from house import remove, short_tmp


@pytest.fixture(scope="module")
def recorded():
    folder = short_tmp()
    yield dark.Recorded(folder)
    remove(folder)


def test_a_few_power_cuts(recorded):
    assert recorded.go_dark(12, random.Random(20261122)) > 6


def test_the_trace_sees_every_write(recorded):
    """Replayed without a cut it is the folder that is there; and nothing but SQLite's
    index, which is made again, is written by mapping it."""
    disk = powercut.Disk()
    for r in recorded.records:
        disk.do(r)
    assert disk.mapped == {"catalog.db-shm"}
    there = {str(p.relative_to(recorded.data)): p.read_bytes()
             for p in recorded.data.rglob("*") if p.is_file()}
    left = disk.cut("kept", "kept", random.Random(0))
    assert {path: data for path, (_, data) in left.items() if data is not None} == there


def test_all_that_was_told_was_told(recorded):
    """The answers in the trace are those that people got."""
    disk = powercut.Disk()
    for r in recorded.records:
        disk.do(r)
    assert recorded.acknowledged(disk) == set(recorded.told)
    assert recorded.acknowledged(powercut.Disk()) == set()
