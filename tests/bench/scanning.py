"""Licenses: verdicts on them by a policy (`verdict.c`); and texts: the copyright files and license texts that Debian has installed, scanned by
the engine (`scan.c`) and by licensecheck, which is Debian's own."""
import glob
import json
import os
import resource
import subprocess
import time
from pathlib import Path

from house import BUILD, clean_env
from measure import timed

SCAN = BUILD / "tests/bench/scan"
VERDICT = BUILD / "tests/bench/verdict"
WEIGH = BUILD / "weigh"
MEGABYTE = 1_000_000


def files():
    """Each text once."""
    found = glob.glob("/usr/share/common-licenses/*") + glob.glob("/usr/share/doc/*/copyright")
    return sorted({os.path.realpath(f) for f in found if os.path.isfile(f)})


def scanned(texts):
    """What `scan` answers for each, and at its end."""
    data = b"".join(f"{i} {len(t)}\n".encode() + t for i, t in enumerate(texts))
    r = subprocess.run([SCAN], input=data, check=True, stdout=subprocess.PIPE)
    *answers, end = [json.loads(line) for line in r.stdout.splitlines()]
    return answers, end


class Licenses:
    def __init__(self, memory, _disk):
        self.files = files()
        self.texts = [t for t in (Path(f).read_bytes() for f in self.files) if t]
        self.env = clean_env(memory)
        whole = b"\n\n".join(self.texts)
        self.large = (whole * (MEGABYTE // len(whole) + 1))[:MEGABYTE]
        self.tiny = memory / "LICENSE"
        self.tiny.write_text("Permission is granted to weigh this.\n")

    def close(self):
        self.tiny.unlink()

    def ours(self):
        """Microseconds of each text, sorted; and the side without its amount."""
        used, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        answers, end = scanned(self.texts)
        seconds = time.perf_counter() - begun
        cpu = sum(getattr(resource.getrusage(resource.RUSAGE_CHILDREN), part)
                  - getattr(used, part) for part in ("ru_utime", "ru_stime"))
        return sorted(max(a["us"], 1) for a in answers), {
            "seconds": seconds, "cpu_seconds": cpu, "rss_mib": end["rss_mib"]}

    def scan(self):
        """The pace of the text in the middle; the rival's of all."""
        micros, side = self.ours()
        rival = timed(["licensecheck", "--machine", *self.files], self.env)
        return {"ours": {**side, "amount": 1e6 / micros[len(micros) // 2], "unit": "texts/s"},
                "licensecheck": {**rival, "amount": len(self.files) / rival["seconds"],
                                 "unit": "texts/s"}}

    def slow(self):
        """One in a hundred takes longer than this."""
        micros, side = self.ours()
        return {"ours": {**side, "amount": micros[len(micros) * 99 // 100] / 1e3, "unit": "ms"},
                "middle": {**side, "amount": micros[len(micros) // 2] / 1e3, "unit": "ms"}}

    def memory(self):
        """Pack and the largest text included."""
        _, end = scanned([*self.texts, self.large])
        side = {"unit": "MiB", "seconds": 0, "cpu_seconds": 0, "rss_mib": end["rss_mib"]}
        return {"ours": {**side, "amount": end["rss_mib"]}, "goal": {**side, "amount": 64}}

    def megabyte(self):
        """One text of a megabyte, and one of a tenth of it."""
        def ms(text):
            (answer,), end = scanned([text])
            return {"amount": answer["us"] / 1e3, "unit": "ms", "rss_mib": end["rss_mib"],
                    "seconds": answer["us"] / 1e6, "cpu_seconds": answer["us"] / 1e6}
        return {"ours": ms(self.large), "tenth": ms(self.large[:MEGABYTE // 10])}

    def start(self):
        """From nothing to the answer about a tiny text."""
        ours = timed([WEIGH, "license", "scan", self.tiny], self.env)
        rival = timed(["licensecheck", self.tiny], self.env)
        return {name: {**side, "amount": side["seconds"] * 1e3, "unit": "ms"}
                for name, side in (("ours", ours), ("licensecheck", rival))}

    def verdict(self):
        """One verdict by 20 rules, and by ten times as many."""
        def us(rules):
            answer = json.loads(subprocess.check_output([VERDICT, str(rules)], env=self.env))
            return {"amount": answer["us"], "unit": "µs", "seconds": answer["us"] / 1e6,
                    "cpu_seconds": answer["us"] / 1e6}
        return {"ours": us(20), "tenfold": us(200)}
