"""Two network namespaces with a link between them that is as fast and as long as told
(delay.c): `far`, where the upstream is, and `near`, where weighd and its rivals are.

    with Wire(mbit=1000, ms=20) as wire:
        server = wire.far.listen(FAR)
        subprocess.run([*wire.near.enter, "curl", f"http://{FAR}:{port}/"])

Needs root, or whatever else may make namespaces and devices."""
import ctypes
import json
import os
import socket
import subprocess
import threading

from house import BUILD

FAR, NEAR = "10.77.0.1", "10.77.0.2"
DELAY = BUILD / "tests/bench/delay"
CLONE_NEWNET = 0x40000000
SEGMENT, HEADERS = 1500, 52  # bytes of an IP packet; of them IP's, TCP's and a timestamp's


class Namespace:
    """Lives as long as the process that holds it, whose standard input is ours."""

    def __init__(self):
        self.proc = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.proc.stdout.readline() == "up\n", "no network namespace: not root?"
        self.path = f"/proc/{self.proc.pid}/ns/net"
        self.enter = ["nsenter", f"--net={self.path}"]

    def close(self):
        self.proc.stdin.close()
        self.proc.wait(10)
        self.proc.stdout.close()

    def inside(self, function):
        """Call it on a thread that is in this namespace; what it opens stays there."""
        found = []

        def work():
            ns = os.open(self.path, os.O_RDONLY)
            failed = ctypes.CDLL(None, use_errno=True).setns(ns, CLONE_NEWNET)
            os.close(ns)
            found.append(function() if not failed else None)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert found and found[0] is not None, "cannot enter the namespace"
        return found[0]

    def listen(self, host):
        return self.inside(lambda: socket.create_server((host, 0), backlog=256))


class Wire:
    """`ms` is what a ping takes, there and back; `kib` the queue at each end."""

    def __init__(self, mbit=1000, ms=20, kib=4096):
        self.mbit, self.counts = mbit, None
        self.far, self.near = Namespace(), Namespace()
        self.box = subprocess.Popen(
            [DELAY, self.far.path, FAR, self.near.path, NEAR, str(mbit), str(ms / 2), str(kib)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.box.stdout.readline() == "ready\n", "the delay box does not start"

    def close(self):
        """What passed: {"ways": [from far, from near], "cpu_seconds"}."""
        if self.counts is None:
            text, _ = self.box.communicate(timeout=10)
            self.far.close()
            self.near.close()
            self.counts = json.loads(text)
        return self.counts

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def mib_a_second(self):
        """What of the link TCP's payload can be."""
        return self.mbit * 1e6 / 8 * (SEGMENT - HEADERS) / SEGMENT / (1 << 20)
