#!/usr/bin/env python3
"""bench.py [ROW...]: measure weighd and weigh against what is fast at the same.

Each row runs its sides in turn, several rounds, on the same bytes, with the same
client; the median of each side counts.  A row is written to BUILD/bench/ROW.json;
a run of all rows at full size also rewrites the table in README.md, and `--write ROW...`
these rows of it.

WEIGH_BUILD names the folder with the programs; BENCH_MIB, BENCH_FILES,
BENCH_SECONDS and BENCH_ROUNDS take less of everything; BENCH_DISK names a folder
on a disk (default: in the build folder)."""
import datetime
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from house import BUILD  # noqa: E402
from lists import REPOS, Lists  # noqa: E402
from measure import middle, processor  # noqa: E402
from mirror import READERS, SHARD, Mirror  # noqa: E402
from rows import FEW, FILES, MIB, SECONDS, Ingest, Many, Serve, more_descriptors  # noqa: E402
from scanning import Licenses  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
FULL = (MIB, FILES, SECONDS, ROUNDS) == (2048, 20000, 2, 5)


# --- what a side's figure is ---------------------------------------------------


def rate(side):
    return side["amount"] / side["seconds"]


def each(side):
    return side["seconds"] / side["amount"] * 1e6


def plain(side):
    return side["amount"]


def upstream(side):
    return side["upstream_mib"]


UNITS = {rate: "{}/s", each: "µs a {}", plain: "{}", upstream: "MiB"}


@dataclass
class Row:
    name: str
    scene: type
    method: object       # one round: sides by name
    against: str         # which of them is the rival
    rival: str           # its name for people
    what: str
    figure: object = rate
    ratio_min: float = None  # ours / rival
    ratio_max: float = None
    ours_min: float = None
    ours_max: float = None
    cpu_max: float = None    # CPU seconds for the same amount, ours / rival
    warm: bool = True        # a round for nothing first
    most: int = 99           # rounds, where one takes long

    def goals(self, r):
        """(text, met) of each."""
        cpu = r["cpu_ratio"]
        bounds = (("≥ {:.2f}x", self.ratio_min, r["ratio"], 1),
                  ("≤ {:.2f}x", self.ratio_max, r["ratio"], -1),
                  ("≥ {:,.0f}", self.ours_min, r["ours"], 1),
                  ("< {:,.0f}", self.ours_max, r["ours"], -1),
                  ("CPU ≤ {:.2f}x", self.cpu_max, cpu, -1))
        return [(text.format(bound), sign * round(got, 2) >= sign * bound)
                for text, bound, got, sign in bounds if bound is not None]


ROWS = [
    Row("ingest", Ingest, Ingest.ingest, "openssl", "openssl dgst -sha256",
        "add of a file, from memory to memory", ratio_min=0.80, warm=False),
    Row("ingest-lfs", Ingest, Ingest.ingest, "lfs", "git add, git-lfs",
        "the same", ratio_min=4.0, warm=False),
    Row("ingest-disk", Ingest, Ingest.ingest_disk, "dd", "dd conv=fsync",
        "add of a file, from memory to a disk", ratio_min=0.90, warm=False),
    Row("verify", Serve, Serve.verify, "openssl", "openssl dgst -sha256",
        "verify of one blob, all cores", ratio_min=1.80),
    Row("get-1", Serve, Serve.get_1, "nginx", "nginx, sendfile",
        "GET, 1 connection", ratio_min=1.0, cpu_max=1.0),
    Row("get-8", Serve, Serve.get_8, "nginx", "nginx, sendfile",
        "GET, 8 connections", ratio_min=1.0, cpu_max=1.0),
    Row("get-ranges", Serve, Serve.get_ranges, "nginx", "nginx, sendfile",
        "GET of ranges of 8 MiB, 8 connections", ratio_min=1.0, cpu_max=1.0),
    Row("head", Serve, Serve.head, "nginx", "nginx",
        "HEAD, 64 connections", ratio_min=0.5, ours_min=20000),
    Row("json", Serve, Serve.json, "nginx", "nginx, as a file",
        "GET of a model's JSON, 64 connections", ratio_min=0.5, ours_min=20000),
    Row("memory", Serve, Serve.memory_row, "nginx", "nginx",
        "peak memory: 1,000 idle connections, 8 that GET", plain, ours_max=64, warm=False),
    Row("files-add", Many, Many.files_add, "few", f"{FILES // FEW:,} files",
        f"add of {FILES:,} files", each, ratio_max=1.3, warm=False),
    Row("files-tree", Many, Many.files_tree, "few", f"{FILES // FEW:,} files",
        f"tree of {FILES:,} files, all pages", each, ratio_max=1.3),
    Row("paths-1", Many, Many.paths_1, "few", f"{FILES // FEW:,} files",
        f"paths-info of one path among {FILES:,}", plain, ours_max=5),
    Row("paths-100", Many, Many.paths_100, "few", f"{FILES // FEW:,} files",
        f"paths-info of 100 paths among {FILES:,}", plain, ours_max=5),
    Row("files-pull", Many, Many.files_pull, "few", f"{FILES // FEW:,} files",
        f"pull of {FILES:,} files", each, ratio_max=1.3),
    Row("blobs-add", Many, Many.blobs_add, "few", "1,000 held",
        f"add of {FILES // FEW:,} files, {5 * FILES:,} held", each, ratio_max=1.3),
    Row("blobs-ready", Many, Many.blobs_ready, "few", "few held",
        f"start with {5 * FILES:,} blobs", plain, ours_max=1, warm=False),
    Row("list-found", Lists, Lists.found, "like", "SQLite, LIKE, in memory",
        f"slowest of 5 searches in {REPOS:,} repositories", plain, ratio_max=1.0, ours_max=50),
    Row("list-none", Lists, Lists.none, "like", "SQLite, LIKE, in memory",
        "slowest of 6 that find nothing", plain, ratio_max=1.0, ours_max=50),
    Row("list-growth", Lists, Lists.growth, "few", f"{REPOS // 10:,} repositories",
        "slowest of 4 for words", plain, ratio_max=3.0),
    Row("license-scan", Licenses, Licenses.scan, "licensecheck", "licensecheck",
        "license texts a second, the middle one's pace", plain, ratio_min=1.0, ours_min=2000,
        warm=False, most=1),
    Row("license-p99", Licenses, Licenses.slow, "middle", "the middle one",
        "the slowest text but for 1 in 100", plain, ours_max=50),
    Row("license-1mb", Licenses, Licenses.megabyte, "tenth", "a tenth of it",
        "a text of 1 MB", plain, ratio_max=13, ours_max=200),
    Row("license-start", Licenses, Licenses.start, "licensecheck", "licensecheck",
        "`weigh license scan` of a tiny text, from its start", plain, ours_max=20),
    Row("license-memory", Licenses, Licenses.memory, "goal", "the goal",
        "peak memory over all texts", plain, ours_max=64, warm=False, most=1),
    Row("policy-decide", Licenses, Licenses.verdict, "tenfold", "200 rules",
        "one verdict by a policy of 20 rules", plain, ratio_max=0.2, ours_max=5, warm=False),
    Row("mirror-link", Mirror, Mirror.shard, "link", "the link: 1 Gbit/s, 20 ms",
        f"mirror of a shard of {SHARD:,} MiB", ratio_min=0.95, warm=False, most=3),
    Row("mirror-curl", Mirror, Mirror.shard, "curl", "curl",
        "the same", ratio_min=1.0, warm=False, most=3),
    Row("mirror-aria2c", Mirror, Mirror.shard, "aria2c", "aria2c -x16 -s16",
        "the same", ratio_min=1.0, warm=False, most=3),
    Row("mirror-cpu", Mirror, Mirror.shard, "pass", "curl, and SHA-256",
        "the same", cpu_max=1.15, warm=False, most=3),
    Row("mirror-readers", Mirror, Mirror.readers, "one", "one reader",
        f"the last of {READERS} readers of what is not here", plain, ratio_max=1.1,
        warm=False, most=1),
    Row("mirror-once", Mirror, Mirror.readers, "file", "the file",
        f"from upstream for {READERS} readers", upstream, ratio_max=1.01, warm=False, most=1),
    Row("mirror-kills", Mirror, Mirror.kills, "calm", "without kills",
        "through the link, kill -9 every 2 s", plain, ratio_max=1.05, warm=False, most=3),
    Row("mirror-r1", Mirror, Mirror.deepseek, "early", "the first quarter",
        "last quarter of DeepSeek-R1's files, shrunk", each, ratio_max=1.1, warm=False, most=3),
    Row("mirror-k25", Mirror, Mirror.kimi, "early", "the first quarter",
        "last quarter of Kimi-K2.5's files, shrunk", each, ratio_max=1.1, warm=False, most=3),
]


# --- running ------------------------------------------------------------------------


def result(row, rounds):
    """What the rounds say of a row."""
    ours = [r["ours"] for r in rounds]
    rival = [r[row.against] for r in rounds]
    for side in ours + rival:
        side["figure"] = row.figure(side)
    r = {
        "row": row.name, "what": row.what, "rival_name": row.rival,
        "unit": UNITS[row.figure].format(ours[0]["unit"].removesuffix("s")
                                         if row.figure is not plain else ours[0]["unit"]),
        "ours": middle(ours, "figure"), "rival": middle(rival, "figure"),
        "cpu_seconds": middle(ours, "cpu_seconds"),
        "rival_cpu_seconds": middle(rival, "cpu_seconds"),
        "rss_mib": max((s.get("rss_mib", 0) for s in ours), default=0),
        "rounds": rounds,
    }
    r["ratio"] = r["ours"] / r["rival"]
    cpu = [sorted(s["cpu_seconds"] / s["amount"] for s in sides)[len(sides) // 2]
           for sides in (ours, rival)]
    r["cpu_each"], r["rival_cpu_each"] = cpu
    r["cpu_ratio"] = cpu[0] / cpu[1] if cpu[1] else 0
    goals = row.goals(r)
    r["goal"] = ", ".join(text for text, _ in goals)
    r["met"] = all(met for _, met in goals)
    return r


def run_rounds(scene, row):
    """All rounds of a method, for every row that reads them."""
    if row.warm:
        row.method(scene)
    return [row.method(scene) for _ in range(min(ROUNDS, row.most))]


def run_scene(kind, rows, memory, disk):
    begun = time.perf_counter()
    scene = kind(memory, disk)
    done, results = {}, []
    try:
        for row in rows:
            if row.method not in done:
                done[row.method] = run_rounds(scene, row)
            results.append(result(row, done[row.method]))
            save(results[-1])
            print(line(results[-1]), flush=True)
    finally:
        scene.close()
    print(f"# {kind.__name__}: {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    return results


def save(r):
    out = BUILD / "bench"
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{r['row']}.json").write_text(json.dumps(r, indent=1) + "\n")


# --- the table ------------------------------------------------------------------------


HEAD = ["| row | what | ours | rival | | ratio | goal | | CPU | rival's | peak RSS |",
        "|---|---|---:|---:|---|---:|---|---|---:|---:|---:|"]


def number(x):
    return f"{x:,.0f}" if x >= 100 else f"{x:.2f}"


def cpu(r, part):
    """CPU seconds a GiB, microseconds an answer or a file."""
    if r["unit"] == "MiB/s":
        return f"{r[part] * 1024:.2f} s/GiB"
    return f"{r[part] * 1e6:.1f} µs" if r["unit"] not in ("MiB", "s", "ms") else ""


def line(r):
    return (f"| {r['row']} | {r['what']} | {number(r['ours'])} {r['unit']} "
            f"| {number(r['rival'])} | {r['rival_name']} | {r['ratio']:.2f} | {r['goal']} "
            f"| {'yes' if r['met'] else '**no**'} | {cpu(r, 'cpu_each')} "
            f"| {cpu(r, 'rival_cpu_each')} | {r['rss_mib']:.0f} MiB |")


def write_readme(results):
    readme = HERE / "README.md"
    head, begin, rest = readme.read_text().partition("<!-- table -->\n")
    _, end, tail = rest.partition("<!-- /table -->\n")
    assert begin and end, "README.md has lost its markers"
    note = (f"\n{datetime.date.today().isoformat()}, {os.cpu_count()} cores ({processor()}), "
            f"Linux {os.uname().release}; a file of {MIB} MiB comes in, one of {2 * MIB} MiB "
            f"goes out; median of {ROUNDS} rounds.\n")
    readme.write_text(head + begin + "\n".join(HEAD + [line(r) for r in results])
                      + "\n" + note + end + tail)


def told(text, row):
    """The line of a row that the table has, or none."""
    return [one for one in text.splitlines() if one.startswith(f"| {row.name} |")]


def merge_readme(results):
    """Rows that were measured alone, among those of the last full run."""
    readme = HERE / "README.md"
    head, begin, rest = readme.read_text().partition("<!-- table -->\n")
    table, end, tail = rest.partition("<!-- /table -->\n")
    assert begin and end, "README.md has lost its markers"
    new = {r["row"]: line(r) for r in results}
    rows = [one for row in ROWS
            for one in ([new[row.name]] if row.name in new else told(table, row))]
    notes = [one for one in table.splitlines() if one and not one.startswith("|")]
    notes.append(f"{datetime.date.today().isoformat()}, alone: {', '.join(new)}.")
    readme.write_text(head + begin + "\n".join(HEAD + rows) + "\n\n" + "\n\n".join(notes)
                      + "\n" + end + tail)


def main(names):
    alone = "--write" in names
    names = [name for name in names if name != "--write"]
    known = [row.name for row in ROWS]
    if set(names) - set(known):
        sys.exit(f"bench: the rows are: {' '.join(known)}")
    more_descriptors()
    wanted = [row for row in ROWS if not names or row.name in names]
    disk_base = Path(os.environ.get("BENCH_DISK", BUILD / "bench"))
    disk_base.mkdir(parents=True, exist_ok=True)
    room = shutil.disk_usage("/dev/shm").free > 5 * MIB << 20
    memory = Path(tempfile.mkdtemp(prefix="wb-", dir="/dev/shm" if room else None))
    disk = Path(tempfile.mkdtemp(prefix="wb-", dir=disk_base))
    print("\n".join(HEAD))
    results = []
    try:
        for kind in (Ingest, Serve, Many, Lists, Licenses, Mirror):
            rows = [row for row in wanted if row.scene is kind]
            if rows:
                results += run_scene(kind, rows, memory, disk)
        if not names and FULL:
            write_readme(results)
        elif alone and FULL:
            merge_readme(results)
    finally:
        shutil.rmtree(memory, ignore_errors=True)
        shutil.rmtree(disk, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
