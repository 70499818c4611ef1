#!/usr/bin/env python3
"""bench.py [ROW...]: measure weighd and weigh against what is fast at the same.

Each row runs ours and the rival in turn, five rounds, on the same bytes, with the
same client, both from memory; the median counts.  A row is written to
BUILD/bench/ROW.json; a run of all rows also rewrites the table in README.md.
WEIGH_BUILD names the folder with the programs, BENCH_MIB the size of the file."""
import datetime
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from house import BUILD, House  # noqa: E402

ROUNDS = 5
MIB = int(os.environ.get("BENCH_MIB", "1024"))
TICK = os.sysconf("SC_CLK_TCK")


# --- measuring ----------------------------------------------------------------


def family(pid):
    """A process and its children."""
    kids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [k for kid in kids for k in family(int(kid))]


def cpu_seconds(pid):
    total = 0
    for p in family(pid):
        fields = Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def peak_mib(pid):
    """The most memory of its own that any of the family had, in MiB."""
    most = 0
    for p in family(pid):
        for line in Path(f"/proc/{p}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                most = max(most, int(line.split()[1]) / 1024)
    return most


def timed(commands, server=None):
    """Run commands side by side: wall seconds, CPU seconds of the server (or, without
    one, of the commands themselves)."""
    before = cpu_seconds(server) if server else sum(os.times()[2:4])
    begin = time.perf_counter()
    running = [subprocess.Popen(c, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                env=ENV) for c in commands]
    codes = [p.wait() for p in running]
    wall = time.perf_counter() - begin
    after = cpu_seconds(server) if server else sum(os.times()[2:4])
    assert not any(codes), (commands, codes)
    return wall, after - before


# --- the two sides ------------------------------------------------------------


class Nginx:
    """nginx with sendfile, as its manual tunes it for files, on a port of ours."""

    def __init__(self, tmp, root):
        with socket.create_server(("127.0.0.1", 0)) as s:
            self.port = s.getsockname()[1]
        temps = "".join(f"  {kind}_temp_path {tmp}/{kind};\n" for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        conf = tmp / "nginx.conf"
        conf.write_text(
            f"daemon off;\npid {tmp}/nginx.pid;\nerror_log {tmp}/nginx.log;\n"
            + ("user root;\n" if os.geteuid() == 0 else "")
            + f"worker_processes {os.cpu_count()};\nevents {{ worker_connections 1024; }}\n"
            f"http {{\n{temps}  access_log off;\n  sendfile on;\n  tcp_nopush on;\n"
            f"  server {{ listen 127.0.0.1:{self.port} reuseport; root {root}; }}\n}}\n")
        self.proc = subprocess.Popen(
            [shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(conf), "-p", str(tmp),
             "-e", f"{tmp}/nginx.log"], stdin=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert self.proc.poll() is None, (tmp / "nginx.log").read_text()
                time.sleep(0.05)
        raise AssertionError("nginx does not answer")

    def stop(self):
        self.proc.terminate()
        self.proc.wait(20)


class Bench:
    """One big file, in a house and beside it, both in memory."""

    def __init__(self, tmp):
        self.model = tmp / "model"
        self.model.mkdir()
        self.file = self.model / "w.bin"
        with open("/dev/urandom", "rb") as src, open(self.file, "wb") as dst:
            for _ in range(MIB):
                dst.write(src.read(1 << 20))
        self.house = House(tmp).start()
        self.house.add(self.model, "bench/w")
        self.nginx = Nginx(tmp, self.model)

    def stop(self):
        self.nginx.stop()
        self.house.stop()

    def get(self, clients):
        def curl(port, path):
            return [["curl", "-sS", "--fail", "-o", "/dev/null",
                     f"http://127.0.0.1:{port}{path}"]] * clients
        ours = curl(self.house.port, "/bench/w/resolve/main/w.bin")
        rival = curl(self.nginx.port, "/w.bin")
        return (lambda: timed(ours, self.house.proc.pid),
                lambda: timed(rival, self.nginx.proc.pid),
                lambda: peak_mib(self.house.proc.pid), clients)

    def verify(self):
        ours = self.house.command("verify", "bench/w", "--json")

        def measure():
            before = cpu_seconds(self.house.proc.pid)
            wall, _ = timed([ours])
            return wall, cpu_seconds(self.house.proc.pid) - before
        return (measure,
                lambda: timed([["openssl", "dgst", "-sha256", str(self.file)]]),
                lambda: peak_mib(self.house.proc.pid), 1)


# row: what, against what, at least, how
ROWS = {
    "get-1": ("GET, 1 connection", "nginx, sendfile", 1.0, lambda b: b.get(1)),
    "get-8": ("GET, 8 connections", "nginx, sendfile", 1.0, lambda b: b.get(8)),
    "verify": ("verify of one blob, all cores", "openssl dgst -sha256", 1.8, Bench.verify),
}


def run_row(name, bench):
    what, against, goal, how = ROWS[name]
    ours, rival, peak, copies = how(bench)
    ours(), rival()  # once for nothing: caches
    samples = [(ours(), rival()) for _ in range(ROUNDS)]
    mib = MIB * copies

    def middle(side, part):
        return statistics.median(s[side][part] for s in samples)
    row = {
        "row": name, "what": what, "rival": against, "unit": "MiB/s", "mib": mib,
        "rounds": ROUNDS, "ours": mib / middle(0, 0), "rivals": mib / middle(1, 0),
        "ratio": middle(1, 0) / middle(0, 0), "goal": goal,
        "cpu_seconds_per_gib": middle(0, 1) * 1024 / mib,
        "rival_cpu_seconds_per_gib": middle(1, 1) * 1024 / mib,
        "peak_rss_mib": peak(),
    }
    out = BUILD / "bench"
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.json").write_text(json.dumps(row, indent=2) + "\n")
    return row


def table(rows):
    lines = ["| what | ours, MiB/s | rival, MiB/s | rival | ratio | goal | CPU-s/GiB | rival's | peak RSS |",
             "|---|---:|---:|---|---:|---:|---:|---:|---:|"]
    for r in rows:
        lines.append(f"| {r['what']} | {r['ours']:.0f} | {r['rivals']:.0f} | {r['rival']} "
                     f"| {r['ratio']:.2f} | {r['goal']:.1f} | {r['cpu_seconds_per_gib']:.2f} "
                     f"| {r['rival_cpu_seconds_per_gib']:.2f} | {r['peak_rss_mib']:.0f} MiB |")
    return lines


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"


def write_readme(lines):
    readme = HERE / "README.md"
    head, begin, rest = readme.read_text().partition("<!-- table -->\n")
    _, end, tail = rest.partition("<!-- /table -->\n")
    assert begin and end, "README.md has lost its markers"
    today = datetime.date.today().isoformat()
    note = (f"\n{today}, {os.cpu_count()} cores ({processor()}), Linux {os.uname().release}, "
            f"a file of {MIB} MiB in memory, median of {ROUNDS} rounds.\n")
    readme.write_text(head + begin + "\n".join(lines) + "\n" + note + end + tail)


def main(names):
    assert set(names) <= set(ROWS), f"rows are: {' '.join(ROWS)}"
    global ENV
    memory = "/dev/shm" if shutil.disk_usage("/dev/shm").free > 3 * MIB << 20 else None
    tmp = Path(tempfile.mkdtemp(prefix="wb-", dir=memory))
    bench = None
    try:
        bench = Bench(tmp)
        ENV = bench.house.env
        rows = [run_row(name, bench) for name in names or ROWS]
        lines = table(rows)
        print("\n".join(lines))
        if not names:
            write_readme(lines)
    finally:
        if bench:
            bench.stop()
        shutil.rmtree(tmp, ignore_errors=True)


if __name__ == "__main__":
    ENV = None
    main(sys.argv[1:])
