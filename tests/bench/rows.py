"""What is measured.  A bench is a scene (files, a running weighd, its rivals) with
a method a row; each method is one round of one row and answers its sides by name.

A side is a dict: `amount` of `unit` in `seconds`, and `cpu_seconds`; what else it
has is kept in the row's file."""
import http.client
import json
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import rivals
from house import BUILD, House, clean_env
from measure import cpu_seconds, status_mib, timed

MIB = int(os.environ.get("BENCH_MIB", "2048"))      # of the file that comes in
FILES = int(os.environ.get("BENCH_FILES", "20000"))  # of the large repository
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))  # of a look at a server
LOAD = BUILD / "tests/bench/load"
FEW = 10  # the small repository is so many times smaller


def write_noise(path, mib):
    with open("/dev/urandom", "rb") as src, open(path, "wb") as dst:
        for _ in range(mib):
            dst.write(src.read(1 << 20))
    return path


def write_files(folder, count):
    """Small files of different content, a thousand a folder."""
    for i in range(count):
        if i % 1000 == 0:
            (folder / f"{i // 1000:03}").mkdir(parents=True)
        (folder / f"{i // 1000:03}/f{i:06}.txt").write_bytes(os.urandom(100))
    return folder


# --- files that come in ---------------------------------------------------------


class Ingest:
    """One big file in memory, and a place for what is made of it."""

    def __init__(self, memory, disk):
        self.memory, self.disk = memory, disk
        self.env = clean_env(memory)
        self.model = memory / "model"
        self.model.mkdir()
        self.file = write_noise(self.model / "w.bin", MIB)

    def close(self):
        shutil.rmtree(self.model)

    @contextmanager
    def place(self, base):
        """An empty folder: what a round writes is new to it, and gone afterwards.
        What earlier rounds left to write is on the disk first."""
        folder = base / "round"
        folder.mkdir()
        os.sync()
        try:
            yield folder
        finally:
            shutil.rmtree(folder)

    def add(self, base):
        """`weigh add` to a mirror that holds nothing: hashed, written, synced,
        named, committed, journaled, answered."""
        with self.place(base) as folder:
            house = House(folder).start()
            try:
                side = timed(house.command("add", str(self.model), "bench/w"),
                             house.env, server=house.proc.pid)
                side["rss_mib"] = status_mib(house.proc.pid, "VmHWM")
                assert len(house.blobs()) == 1
            finally:
                house.stop()
        return {**side, "amount": MIB, "unit": "MiB"}

    def rival(self, command, **kw):
        return {**timed(command, self.env, **kw), "amount": MIB, "unit": "MiB"}

    def ingest(self):
        sides = {"ours": self.add(self.memory),
                 "openssl": self.rival(rivals.openssl(self.file))}
        with self.place(self.memory) as folder:
            rivals.lfs_folder(folder / "lfs", self.file, self.env)
            sides["lfs"] = self.rival(rivals.lfs_add(), cwd=folder / "lfs")
        return sides

    def ingest_disk(self):
        sides = {"ours": self.add(self.disk)}
        with self.place(self.disk) as folder:
            sides["dd"] = self.rival(rivals.dd(self.file, folder / "w.bin"))
        return sides


INFO = "/api/models/bench/w"  # of the repository that Serve holds


def ask(house, target, body=None, link=None):
    """One request; its status must be 200.  Answers seconds and the body."""
    link = link or http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    begun = time.perf_counter()
    link.request("POST" if body else "GET", target, body,
                 {"Content-Type": "application/json"} if body else {})
    answer = link.getresponse()
    data = answer.read()
    assert answer.status == 200, (target, data[:200])
    return time.perf_counter() - begun, data


# --- a file that goes out ---------------------------------------------------------


class Serve:
    """One big file, held by weighd; nginx serves the very same file."""

    def __init__(self, memory, _disk):
        model = memory / "model"
        model.mkdir()
        write_noise(model / "w.bin", 2 * MIB)
        self.ours_first = False
        self.house = House(memory).start()
        self.house.add(model, "bench/w")
        shutil.rmtree(model)
        (self.blob,) = self.house.blobs().values()
        self.nginx = rivals.Nginx(memory, self.blob.parents[1])
        (memory / "static").mkdir()
        (memory / "static/info").write_bytes(ask(self.house, INFO)[1])
        self.static = rivals.Nginx(memory / "static", memory / "static")

    def close(self):
        self.static.stop()
        self.nginx.stop()
        self.house.stop()
        shutil.rmtree(self.house.data)

    def sides(self, unit, *options):
        return self.both(("ours", self.house, "/bench/w/resolve/main/w.bin"),
                         ("nginx", self.nginx, f"/{self.blob.parent.name}/{self.blob.name}"),
                         unit, *options)

    def both(self, ours, rival, unit, *options):
        """The same client at both servers in turn, each first every other time."""
        self.ours_first = not self.ours_first
        return {name: self.load(server, path, unit, *options)
                for name, server, path in sorted((ours, rival), key=lambda side: side[0],
                                                 reverse=self.ours_first)}

    @staticmethod
    def load(server, path, unit, *options):
        """CPU seconds are the server's; the client takes a core of its own."""
        cpu = cpu_seconds(server.proc.pid)
        r = subprocess.run([LOAD, "-t", str(SECONDS), *options, str(server.port), path],
                           check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        side = json.loads(r.stdout)
        side["client_cpu_seconds"] = side["cpu_seconds"]
        side["cpu_seconds"] = cpu_seconds(server.proc.pid) - cpu
        side["rss_mib"] = status_mib(server.proc.pid, "VmHWM")
        side["amount"] = side["bytes"] / (1 << 20) if unit == "MiB" else side["answers"]
        return {**side, "unit": unit}

    def get_1(self):
        return self.sides("MiB")

    def get_8(self):
        return self.sides("MiB", "-c", "8")

    def get_ranges(self):
        return self.sides("MiB", "-c", "8", "-r", str(8 << 20), "-s", str(2 * MIB << 20))

    def head(self):
        return self.sides("answers", "-H", "-c", "64")

    def json(self):
        """What a client asks first; nginx has the answer as a file."""
        return self.both(("ours", self.house, INFO), ("nginx", self.static, "/info"),
                         "answers", "-c", "64")

    def verify(self):
        pid = self.house.proc.pid
        ours = timed(self.house.command("verify", "bench/w"), self.house.env, server=pid)
        rival = timed(rivals.openssl(self.blob), self.house.env)
        ours["rss_mib"] = status_mib(pid, "VmHWM")
        return {name: {**side, "amount": 2 * MIB, "unit": "MiB"}
                for name, side in (("ours", ours), ("openssl", rival))}

    def memory_row(self):
        """A server that has only just begun: its peak is that of this round."""
        self.house.restart()
        return {"ours": self.crowd(self.house, "/bench/w/resolve/main/w.bin"),
                "nginx": self.crowd(self.nginx,
                                    f"/{self.blob.parent.name}/{self.blob.name}")}

    def crowd(self, server, path):
        head = f"HEAD {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
        idle = []
        try:
            for _ in range(1000):
                s = socket.create_connection(("127.0.0.1", server.port), timeout=10)
                idle.append(s)
                s.sendall(head)
                assert s.recv(4096).startswith(b"HTTP/1.1 200 ")
            side = self.load(server, path, "MiB", "-c", "8")
            for s in idle:  # they were served and are still served
                s.sendall(head)
                assert s.recv(4096).startswith(b"HTTP/1.1 200 ")
        finally:
            for s in idle:
                s.close()
        return {**side, "amount": side["rss_mib"], "unit": "MiB"}


# --- many files ---------------------------------------------------------------------


class Many:
    """Two mirrors: one that is filled round by round with large repositories, and
    one that holds little.  Each side is a number of files and what they took."""

    def __init__(self, memory, _disk):
        self.memory = memory
        self.round = self.blobs = 0
        self.large, self.small = (House(memory / name) for name in ("large", "small"))
        for house in (self.large, self.small):
            house.tmp.mkdir()
            house.start()
        folder = write_files(memory / "few", 1000)
        self.small.add(folder, "bench/few")
        shutil.rmtree(folder)

    def close(self):
        for house in (self.large, self.small):
            house.stop()
            shutil.rmtree(house.tmp)

    def add_to(self, house, name, count):
        folder = write_files(self.memory / "new", count)
        side = timed(house.command("add", str(folder), name), house.env,
                     server=house.proc.pid)
        shutil.rmtree(folder)
        return {**side, "amount": count, "unit": "files",
                "rss_mib": status_mib(house.proc.pid, "VmHWM")}

    def files_add(self):
        self.round += 1
        self.blobs += FILES + FILES // FEW
        self.last = ((f"bench/many{self.round}", FILES),
                     (f"bench/few{self.round}", FILES // FEW))
        return {side: self.add_to(self.large, name, count)
                for side, (name, count) in zip(("ours", "few"), self.last)}

    def fill(self, blobs):
        """For a row that is run alone: what the rows before it would have left."""
        while self.blobs < blobs:
            self.files_add()

    def files_tree(self):
        """As many files on either side: the small tree is read more often."""
        self.fill(FILES)
        (large, count), (small, _) = self.last
        return {"ours": self.read_trees(large, 1, count),
                "few": self.read_trees(small, FEW, count)}

    def read_trees(self, name, times, count):
        pid = self.large.proc.pid
        cpu, begun = cpu_seconds(pid), time.perf_counter()
        link = http.client.HTTPConnection("127.0.0.1", self.large.port, timeout=60)
        for _ in range(times):
            self.read_tree(link, name)
        link.close()
        return {"seconds": time.perf_counter() - begun, "amount": count, "unit": "files",
                "cpu_seconds": cpu_seconds(pid) - cpu,
                "rss_mib": status_mib(pid, "VmHWM")}

    @staticmethod
    def read_tree(link, name):
        """All pages, one after the other, on one connection."""
        at = f"/api/models/{name}/tree/main?recursive=true"
        while at:
            link.request("GET", at)
            answer = link.getresponse()
            answer.read()
            assert answer.status == 200, at
            following = re.search(r'<([^>]*)>; rel="next"', answer.getheader("Link") or "")
            at = re.sub(r"^https?://[^/]*", "", following[1]) if following else None

    def paths_1(self):
        return self.paths(1)

    def paths_100(self):
        return self.paths(100)

    def paths(self, count):
        """paths-info for so many paths, from all over the repository."""
        self.fill(FILES)
        return {side: self.ask_paths(name, files, count)
                for side, (name, files) in zip(("ours", "few"), self.last)}

    def ask_paths(self, name, files, count):
        """What the middle one of many such questions took, by one connection."""
        target, pid = f"/api/models/{name}/paths-info/main", self.large.proc.pid
        link = http.client.HTTPConnection("127.0.0.1", self.large.port, timeout=60)
        took, cpu = [], cpu_seconds(pid)
        for round_ in range(200):
            chosen = [i * files // count + round_ % (files // count) for i in range(count)]
            paths = [f"{i // 1000:03}/f{i:06}.txt" for i in chosen]
            seconds, data = ask(self.large, target, json.dumps({"paths": paths}), link)
            assert len(json.loads(data)) == count
            took.append(seconds)
        link.close()
        amount = statistics.median(took) * 1000
        return {"seconds": sum(took), "amount": amount, "unit": "ms",
                "cpu_seconds": cpu_seconds(pid) - cpu, "rss_mib": status_mib(pid, "VmHWM")}

    def files_pull(self):
        self.fill(FILES)
        return {side: self.pull(name, count)
                for side, (name, count) in zip(("ours", "few"), self.last)}

    def pull(self, name, count):
        to = self.memory / "pulled"
        side = timed(self.large.command("pull", name, "--to", str(to), server=self.large.url),
                     self.large.env, server=self.large.proc.pid)
        shutil.rmtree(to)
        return {**side, "amount": count, "unit": "files",
                "rss_mib": status_mib(self.large.proc.pid, "VmHWM")}

    def blobs_add(self):
        """As many files to the mirror that holds many, and to the other."""
        self.fill(5 * FILES)
        self.round += 1
        return {"ours": self.add_to(self.large, f"bench/more{self.round}", FILES // FEW),
                "few": self.add_to(self.small, f"bench/more{self.round}", FILES // FEW)}

    def blobs_ready(self):
        self.fill(5 * FILES)
        return {"ours": self.start(self.large), "few": self.start(self.small)}

    @staticmethod
    def start(house):
        """From exec to the line that says ready."""
        house.stop()
        begun = time.perf_counter()
        house.start()
        seconds = time.perf_counter() - begun
        blobs = len(house.blobs())
        return {"seconds": seconds, "cpu_seconds": cpu_seconds(house.proc.pid),
                "blobs": blobs, "amount": seconds, "unit": "s",
                "rss_mib": status_mib(house.proc.pid, "VmHWM")}


def more_descriptors():
    """A thousand connections and their pipes need more than is usual."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 4096:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
