"""Calls that fail on purpose: tests/lib/preload put in front of weighd or weigh.

`Control` is the memory shared with the library: arm it, let something happen, ask
what was hit.  Layout and meaning are those of tests/lib/preload/preload.h.
"""
import dataclasses
import errno
import mmap
import os
import struct

import pytest

from house import BUILD, House

LIBRARY = BUILD / "tests/lib/preload.so"

CLASSES = "write sync name unlink open create close read memory".split()
WRITE, SYNC, NAME, UNLINK, OPEN, CREATE, CLOSE, READ, MEMORY = (
    1 << i for i in range(len(CLASSES)))
FAIL, SHORT, TORN, KILL, LIE = range(1, 6)


@dataclasses.dataclass(frozen=True)
class Fault:
    """What happens to the N-th call of some classes; span 0: to all from there on."""
    label: str
    classes: int
    kind: int
    error: int = 0
    span: int = 1
    only: str = ""

    def __str__(self):
        return self.label

    @property
    def deadly(self):
        return self.kind in (TORN, KILL)

    @property
    def lasting(self):
        """Also taking back fails, so some is left to the next start."""
        return self.span == 0

    @property
    def harmless(self):
        """The program has to go on as if nothing had been."""
        return self.kind == SHORT or self.error in (errno.EINTR, errno.EAGAIN)


def failing(classes, name, span=1, only=""):
    words = [word for i, word in enumerate(CLASSES) if classes >> i & 1]
    label = f"{'+'.join(words)}-{name}{'' if span else '-on'}"
    return Fault(label, classes, FAIL, getattr(errno, name), span, only)


CHANGES = WRITE | NAME | CREATE

# What can happen to calls that change something, and to those that do not.
FAULTS = [
    failing(CHANGES, "ENOSPC"), failing(CHANGES, "ENOSPC", span=0),
    failing(CHANGES, "EDQUOT"),
    failing(WRITE | SYNC | NAME | UNLINK, "EIO"),
    failing(WRITE | SYNC | NAME | UNLINK, "EIO", span=0),
    failing(CHANGES | UNLINK, "EROFS"), failing(CHANGES | UNLINK, "EROFS", span=0),
    failing(NAME | UNLINK | OPEN | CREATE, "EACCES"),
    failing(SYNC, "ENOSPC"),
    failing(OPEN | CREATE, "EMFILE"), failing(OPEN | CREATE, "EMFILE", span=0),
    failing(CLOSE | READ | OPEN, "EIO"),
    failing(WRITE | READ | OPEN | CREATE, "EINTR"),
    Fault("write+read-short", WRITE | READ, SHORT),
    Fault("write-torn", WRITE, TORN),
    Fault("kill", WRITE | SYNC | NAME | UNLINK | CREATE, KILL),
]


def preload_or_skip():
    if not LIBRARY.exists():
        pytest.skip(f"{LIBRARY} is not built")
    program = (BUILD / "weighd").read_bytes()
    if b"__asan_init" in program or b"__tsan_init" in program:
        pytest.skip("a sanitizer stands where the faults would be given")


class Control:
    """The control file, mapped."""

    HEAD = struct.Struct("=IIIIIiII64s128s")

    def __init__(self, path):
        self.path = path
        path.write_bytes(bytes(self.HEAD.size))
        with open(path, "r+b") as f:
            self.memory = mmap.mmap(f.fileno(), self.HEAD.size)

    def arm(self, fault, nth):
        self.memory[:] = self.HEAD.pack(0, fault.classes, nth, fault.span, fault.kind,
                                        fault.error, 0, 0, os.fsencode(fault.only), b"")
        self.memory[0:4] = struct.pack("=I", 1)

    def disarm(self):
        """Calls seen, faults given, and the last of them in words."""
        self.memory[0:4] = bytes(4)
        fields = self.HEAD.unpack(self.memory[:])
        return fields[6], fields[7], os.fsdecode(fields[9].rstrip(b"\0"))

    def wrap(self, below, **more):
        """What to put before a command, so that its calls below a folder fail."""
        variables = {"LD_PRELOAD": LIBRARY, "PRELOAD_BELOW": os.path.realpath(below),
                     "PRELOAD_CONTROL": self.path, **more}
        return ["env", *(f"{k}={v}" for k, v in variables.items())]


class FaultyHouse(House):
    """A house whose disk can be made to fail."""

    def __init__(self, tmp, *options, **more):
        preload_or_skip()
        super().__init__(tmp, *options)
        self.control = Control(self.tmp / "control")
        self.wrap = self.control.wrap(self.data, **more)
