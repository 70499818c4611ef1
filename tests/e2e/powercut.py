"""What a disk could hold after a power cut, built from a trace of what was done.

The trace is that of tests/lib/preload; the model is told in README.md, "Power cuts".
In short: what was synced is there; of what was not, anything may be.
"""
import dataclasses
import hashlib
import os
import random
import re
import struct
from pathlib import Path

CREATE, WRITE, SIZE, SYNC, MKDIR, RENAME, LINK, UNLINK, MODE, MAP, ANSWER = range(1, 12)
HEAD = struct.Struct("=IIIIQQQ")
NAMES = ("lost", "kept", "journal", "folders")
DATA = ("gone", "kept", "zeroed", "prefix", "sectors", "pages")


@dataclasses.dataclass
class Record:
    op: int
    path: str
    other: str
    inode: int
    offset: int
    data: bytes


def read_trace(path):
    raw, at, records = Path(path).read_bytes(), 0, []
    while at < len(raw):
        op, npath, nother, _, inode, offset, ndata = HEAD.unpack_from(raw, at)
        at += HEAD.size
        end = at + npath + nother + ndata
        records.append(Record(op, os.path.normpath(os.fsdecode(raw[at:at + npath])),
                              os.path.normpath(os.fsdecode(raw[at + npath:at + npath + nother])),
                              inode, offset, raw[at + npath + nother:end]))
        at = end
    return records


class File:
    """Bytes that are safe, and what was done to them since."""

    def __init__(self, mode):
        self.mode, self.safe, self.pending = mode, b"", []

    def sync(self):
        self.safe, self.pending = self.after(self.pending), []

    def after(self, pending):
        data = bytearray(self.safe)
        for at, piece in pending:
            if piece is None:  # a new size
                del data[at:]
                data += bytes(at - len(data))
            else:
                data += bytes(max(0, at - len(data)))
                data[at:at + len(piece)] = piece
        return bytes(data)

    def cut(self, how, rng):
        """The bytes after a cut, by one of DATA."""
        if not self.pending or how == "gone":
            return self.safe
        if how == "prefix":
            n = rng.randrange(len(self.pending))
            at, piece = self.pending[n]
            torn = [(at, piece[:rng.randrange(len(piece) + 1)])] if piece else []
            return self.after(self.pending[:n] + torn)
        final = self.after(self.pending)
        if how == "kept":
            return final
        old = self.safe.ljust(len(final), b"\0")
        if how == "zeroed":
            return old[:len(final)]
        unit = 512 if how == "sectors" else 4096
        return b"".join(rng.choice((old, final))[i:i + unit]
                        for i in range(0, len(final), unit))


class Folder:
    def __init__(self, mode):
        self.mode, self.names = mode, {}


class Change:
    """Names that were given or taken in one step: (folder, name, node or None)."""

    def __init__(self, *steps):
        self.steps, self.safe = steps, False
        self.folders = {id(folder) for folder, _, _ in steps}
        self.nodes = {id(node) for _, _, node in steps if node}


class Disk:
    """All that was done so far, and which of it is safe."""

    def __init__(self):
        self.root = Folder(0o750)
        self.files, self.changes = {}, []
        self.mapped, self.answers = set(), []

    # --- as it looked to those who were running ---------------------------------

    def find(self, path):
        node = self.root
        for part in path.split("/") if path != "." else []:
            node = node.names.get(part) if isinstance(node, Folder) else None
        return node

    def place(self, path):
        folder, _, name = path.rpartition("/")
        return self.find(folder or "."), name

    def change(self, *steps):
        self.changes.append(Change(*steps))
        for folder, name, node in steps:
            if node:
                folder.names[name] = node
            else:
                folder.names.pop(name, None)

    # --- one record ----------------------------------------------------------------

    def do(self, r):
        if r.op == CREATE:
            self.files[r.inode] = File(r.offset)
            self.change((*self.place(r.path), self.files[r.inode]))
        elif r.op == MKDIR and r.path != ".":
            self.change((*self.place(r.path), Folder(r.offset)))
        elif r.op == WRITE:
            self.files[r.inode].pending.append((r.offset, r.data))
        elif r.op == SIZE:
            self.files[r.inode].pending.append((r.offset, None))
        elif r.op == MODE:
            if r.inode in self.files:  # modes of files; they are never the question
                self.files[r.inode].mode = r.offset
        elif r.op == SYNC:
            self.sync(r)
        elif r.op == MAP:
            self.mapped.add(r.path)
        elif r.op == ANSWER:
            self.answers.append(r.data)
        elif r.op in (RENAME, LINK, UNLINK):
            self.rename(r)

    def rename(self, r):
        folder, name = self.place(r.path)
        node = self.find(r.path)
        if node is None:  # a socket, say, which no trace shows
            return
        taken = [] if r.op == LINK else [(folder, name, None)]
        given = [] if r.op == UNLINK else [(*self.place(r.other), node)]
        self.change(*taken, *given)

    def sync(self, r):
        node = self.find(r.path)
        if isinstance(node, Folder):
            self.settle(lambda c: id(node) in c.folders)
        else:
            self.files[r.inode].sync()

    def settle(self, meant):
        """Make changes safe, and with each those that made its nodes what they are:
        what happened to one file stays in order."""
        nodes = set()
        for c in reversed(self.changes):
            if not c.safe and (meant(c) or c.nodes & nodes):
                c.safe = True
                nodes |= c.nodes

    # --- the cut ----------------------------------------------------------------------

    def survivors(self, how, rng):
        """The changes of names that a cut leaves, by one of NAMES."""
        loose = [c for c in self.changes if not c.safe]
        if how == "kept":
            kept = loose
        elif how == "journal":
            kept = loose[:rng.randrange(len(loose) + 1)]
        elif how == "folders":
            gone, kept = set(), []
            for c in loose:
                if c.folders & gone or rng.random() < 0.3:
                    gone |= c.folders
                else:
                    kept.append(c)
        else:
            kept = []
        kept = {id(c) for c in kept}
        return [c for c in self.changes if c.safe or id(c) in kept]

    def cut(self, names, data, rng):
        """What a cut at this moment may leave: path -> (mode, bytes), no bytes for a
        folder.  `data` is one of DATA, or "mixed": another for each file."""
        entries = {}
        for c in self.survivors(names, rng):
            for folder, name, node in c.steps:
                if node:
                    entries.setdefault(id(folder), {})[name] = node
                else:
                    entries.setdefault(id(folder), {}).pop(name, None)
        left = {".": (self.root.mode, None)}
        self.collect(self.root, "", entries, data, rng, left)
        return left

    def collect(self, folder, above, entries, data, rng, left):
        for name, node in sorted(entries.get(id(folder), {}).items()):
            if isinstance(node, Folder):
                left[above + name] = (node.mode, None)
                self.collect(node, f"{above}{name}/", entries, data, rng, left)
            elif not name.endswith("-shm"):  # SQLite's index of its log: made again
                how = rng.choice(DATA) if data == "mixed" else data
                left[above + name] = (node.mode, node.cut(how, rng))


def fingerprint(left):
    h = hashlib.sha256()
    for path, (mode, data) in left.items():
        h.update(f"{path}\0{mode}\0{len(data or b'')}\0".encode())
        h.update(data or b"")
    return h.digest()


def write_out(left, out):
    for path, (mode, data) in left.items():
        if data is None:
            (Path(out) / path).mkdir(parents=True, exist_ok=True)
        else:
            (Path(out) / path).write_bytes(data)
        (Path(out) / path).chmod(mode)


def kind(record):
    """What a record is about: one fsync of many blobs is like another."""
    return record.op, re.sub(r"[0-9a-f]*\d[0-9a-f]*|(?<=/)[0-9a-f]{2}\b", "*", record.path)


def moments(records):
    """The records of each kind.  A moment is drawn by kind first, so that the one write
    of the journal counts as much as all writes of blobs."""
    kinds = {}
    for i, r in enumerate(records):
        kinds.setdefault(kind(r), []).append(i)
    return list(kinds.values())


class Cut:
    """One moment and one way of going dark."""

    def __init__(self, seed, kinds):
        self.seed, self.rng = seed, random.Random(seed)
        self.after = self.rng.choice(self.rng.choice(kinds)) + self.rng.randrange(2)
        self.names = self.rng.choice(NAMES)
        self.data = self.rng.choice((*DATA, "mixed", "mixed", "mixed"))

    def __str__(self):
        return f"after record {self.after}, names {self.names}, data {self.data}"


def cuts(records, wanted, rng):
    """That many ways of going dark: each with the disk as it was, in order of time."""
    kinds = moments(records)
    chosen = [Cut(rng.randrange(1 << 32), kinds) for _ in range(wanted)]
    disk, done = Disk(), 0
    for cut in sorted(chosen, key=lambda c: c.after):
        while done < cut.after:
            disk.do(records[done])
            done += 1
        yield cut, disk
