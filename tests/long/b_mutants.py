"""A hundred thousand requests with something wrong in them, many connections at a time,
by TCP and by control.sock, whole and in pieces, read and hung up on.  Whatever comes
back is an answer, a good client is served all the while, and in the end nothing is left
of it in memory or descriptors."""
import array
import os
import re
import socket
import struct
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random

import house as e2e
from house import until
from mutants import conversation
from rounds import rounds, seeded

REQUESTS = 100_000
BATCH = 500  # requests
SETTLE = 5  # rounds in which memory must come to stand
STATUS = re.compile(rb"HTTP/1\.1 (100|20[01246]|304|307|40[013456789]|41[0-9]|42[0-9]|431|50[0-57]) [A-Z][ -~]+")
FIELD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [ -~]*")


def check_answers(data, sent):
    """Every byte of `data` belongs to an answer; the one that closes is the last."""
    while data:
        head, end, rest = data.partition(b"\r\n\r\n")
        assert end, ("a head without end", data[:200])
        first, *lines = head.split(b"\r\n")
        status = STATUS.fullmatch(first)
        assert status, ("not a status line", first)
        assert all(FIELD.fullmatch(line) for line in lines), lines
        names = [line.split(b":")[0].lower() for line in lines]
        assert len(set(names)) == len(names), lines
        fields = dict(zip(names, (line.split(b": ", 1)[1] for line in lines)))
        if status[1] == b"100":
            assert not lines
            data = rest
            continue
        assert fields[b"server"] == b"weighd" and b"date" in fields
        length = 0
        if status[1] in (b"204", b"304"):
            assert b"content-length" not in fields
        else:
            length = int(fields[b"content-length"])
        if b"HEAD" in sent and (len(rest) < length or rest.startswith(b"HTTP/1.1 ")):
            length = 0
        assert len(rest) >= length, ("cut", head, len(rest))
        data = rest[length:]
        assert not data or b"connection" not in fields, ("answered behind close", head, data[:200])


def connect(random, port, control):
    if random.random() < 0.1:
        s = socket.socket(socket.AF_UNIX)
        s.connect(control)
    else:
        s = socket.create_connection(("127.0.0.1", port))
    s.settimeout(20)
    return s


def deliver(random, s, data):
    """Send it, perhaps in pieces, with a descriptor, or as the last word."""
    size = random.choice([len(data) or 1] * 4 + [1, 7, 100, 1400])
    if s.family == socket.AF_UNIX and random.random() < 0.2:
        with open("/dev/null", "rb") as f:
            s.sendmsg([data[:1]], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                    array.array("i", [f.fileno()] * random.randint(1, 20)))])
        data = data[1:]
    for i in range(0, min(len(data), 200 * size), size):
        s.sendall(data[i:i + size])
    s.sendall(data[200 * size:])


def hear(s):
    data = b""
    while piece := s.recv(1 << 20):
        data += piece
    return data


def converse(random, port, control):
    data, n = conversation(random)
    with connect(random, port, control) as s:
        try:
            deliver(random, s, data)
            if random.random() < 0.1:  # hang up without reading, the hard way or the soft
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", random.randrange(2), 0))
                return n
            s.shutdown(socket.SHUT_WR)
            check_answers(hear(s), data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough; what it said may be lost
        except AssertionError as e:
            raise AssertionError(e.args, data[:3000]) from None
    return n


def batch(seed, number, port, control):
    """Conversations of BATCH requests, which seed and number repeat."""
    random = Random(f"{seed} {number}")
    n = 0
    while n < BATCH:
        n += converse(random, port, control)
    return n


class Good:
    """Asks for a file again and again and expects every byte of it."""

    def __init__(self, house):
        self.house, self.over, self.failed, self.served = house, False, None, 0
        self.want = (house.folder["acme/small"] / "config.json").read_bytes()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            while not self.over:
                a = self.house.get("/acme/small/resolve/main/config.json")
                assert a.status == 200 and a.body == self.want, a
                self.served += 1
                time.sleep(0.05)
        except BaseException as e:  # told by the thread that asks for it
            self.failed = e

    def stop(self):
        self.over = True
        self.thread.join()
        if self.failed:
            raise self.failed


def own_memory(house):
    """MiB of memory that nobody else has."""
    with open(f"/proc/{house.proc.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("RssAnon:")) >> 10


def sanitized():
    program = (e2e.BUILD / "weighd").read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


def descriptors(house):
    return len(os.listdir(f"/proc/{house.proc.pid}/fd"))


def play(house, seed, numbers):
    # Not by fork: the good client's thread may hold a lock just then.
    with ProcessPoolExecutor(3, get_context("spawn")) as pool:
        runs = [pool.submit(batch, seed, i, house.port, str(house.data / "control.sock"))
                for i in numbers]
        return sum(run.result() for run in runs)


def settle(house, seed, first, batches):
    """Play the same number again until memory stands still: caches and each thread's
    own heap fill in any round, a leak grows in every one."""
    was, grown = own_memory(house), []
    for turn in range(SETTLE):
        sent = play(house, seed, range(first + turn * batches, first + (turn + 1) * batches))
        now = own_memory(house)
        grown.append(now - was)
        print(f"{sent} requests more: {was} MiB and {grown[-1]} more")
        if grown[-1] < 2:
            return
        was = now
    raise AssertionError(f"memory grew in each of {SETTLE} rounds: {grown} MiB")


def test_mutated_requests(shared):
    _, seed = seeded()
    print("seed", seed)
    batches = rounds(REQUESTS // BATCH, least=60)
    before = descriptors(shared)
    good = Good(shared)
    try:
        sent = play(shared, seed, range(batches))
        if not sanitized():
            settle(shared, seed, batches, batches)
    except AssertionError as e:
        raise AssertionError("seed", seed, *e.args) from None
    finally:
        good.stop()
    assert sent >= batches * BATCH and good.served > 0
    until(lambda: descriptors(shared) <= before)
    assert shared.metric("weighhouse_http_connections") == 1  # the one that asks
