"""Searches: a weighd with very many repositories, one with a tenth of them, and what
SQLite's own LIKE makes of the same names.

The catalogs come from `stock`, without repositories behind them: a list asks the
catalog alone.  Each question is asked by HTTP, with a parameter that changes, so
that no cache answers it; the rival is asked in its process, without HTTP."""
import http.client
import os
import sqlite3
import subprocess
import time

from house import BUILD, House
from measure import cpu_seconds, status_mib

REPOS = 5 * int(os.environ.get("BENCH_FILES", "20000"))
STOCK = BUILD / "tests/bench/stock"
RARE = "zyxwvut"  # one name has it

# A first page of 20: what is asked, and the same for LIKE.
ORDER = " ORDER BY modified DESC LIMIT 20"
NAMED = "SELECT name FROM r WHERE name LIKE ?" + ORDER
TAGGED = "SELECT name FROM r WHERE name LIKE ? AND tags LIKE ?" + ORDER
FOUND = [
    (f"search={RARE}", NAMED, (f"%{RARE}%",)),
    ("search=llama", NAMED, ("%llama%",)),
    ("search=ro", NAMED, ("%ro%",)),
    ("search=bert&filter=license:gpl-3.0&sort=lastModified", TAGGED,
     ("%bert%", '%"license:gpl-3.0"%')),
    ("filter=license:mit&sort=createdAt", TAGGED, ("%", '%"license:mit"%')),
]
NONE = [
    ("search=qqqqq", NAMED, ("%qqqqq%",)),
    ("search=llamistral", NAMED, ("%llamistral%",)),
    ("search=qq", NAMED, ("%qq%",)),
    ("search=x&filter=no-such-tag", TAGGED, ("%x%", '%"no-such-tag"%')),
    ("filter=en&filter=no", TAGGED, ('%"en"%', '%"no"%')),
    ("search=llama&author=org17&filter=tag17&sort=createdAt", TAGGED,
     ("org17/%llama%", '%"tag17"%')),
]


class Lists:
    def __init__(self, memory, disk):
        self.many = self.start(memory / "many", REPOS)
        self.few = self.start(memory / "few", REPOS // 10)
        self.like = sqlite3.connect(":memory:")
        self.like.execute("CREATE TABLE r (name TEXT, tags TEXT, modified INTEGER)")
        with sqlite3.connect(f"file:{self.many.data}/catalog.db?mode=ro", uri=True) as db:
            self.like.executemany("INSERT INTO r VALUES (?, ?, ?)", db.execute(
                "SELECT l.key, s.tags, l.place FROM listed AS l"
                " JOIN shown AS s ON s.place = l.place"))
        db.close()
        self.asked = 0

    @staticmethod
    def start(folder, count):
        folder.mkdir()
        house = House(folder)
        house.data.mkdir(mode=0o700, exist_ok=True)
        subprocess.run([STOCK, house.data / "catalog.db", str(count)], check=True)
        return house.start()

    def close(self):
        self.many.stop()
        self.few.stop()

    def ask(self, house, questions):
        """The slowest of them, in milliseconds."""
        conn = http.client.HTTPConnection("127.0.0.1", house.port)
        cpu, slowest = cpu_seconds(house.proc.pid), 0
        for query, _, _ in questions:
            self.asked += 1
            begun = time.perf_counter()
            conn.request("GET", f"/api/models?{query}&limit=20&x={self.asked}")
            answer = conn.getresponse()
            answer.read()
            slowest = max(slowest, time.perf_counter() - begun)
            assert answer.status == 200, query
        conn.close()
        return {"seconds": slowest, "amount": slowest * 1e3, "unit": "ms",
                "cpu_seconds": cpu_seconds(house.proc.pid) - cpu,
                "rss_mib": status_mib(house.proc.pid, "VmHWM")}

    def ask_like(self, questions):
        cpu, slowest = time.process_time(), 0
        for _, sql, values in questions:
            begun = time.perf_counter()
            self.like.execute(sql, values).fetchall()
            slowest = max(slowest, time.perf_counter() - begun)
        return {"seconds": slowest, "amount": slowest * 1e3, "unit": "ms",
                "cpu_seconds": time.process_time() - cpu}

    def found(self):
        return {"ours": self.ask(self.many, FOUND), "like": self.ask_like(FOUND)}

    def none(self):
        return {"ours": self.ask(self.many, NONE), "like": self.ask_like(NONE)}

    def growth(self):
        return {"ours": self.ask(self.many, FOUND[:2] + NONE[:2]),
                "few": self.ask(self.few, FOUND[:2] + NONE[:2])}
