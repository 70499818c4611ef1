"""What a run costs: seconds, CPU seconds, memory; and the middle of several."""
import os
import resource
import statistics
import subprocess
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def family(pid):
    """A process and its children."""
    kids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [k for kid in kids for k in family(int(kid))]


def cpu_seconds(pid):
    """Of a process that runs, its children included."""
    total = 0
    for p in family(pid):
        fields = Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def children_cpu():
    """Of our own children that have ended."""
    r = resource.getrusage(resource.RUSAGE_CHILDREN)
    return r.ru_utime + r.ru_stime


def status_mib(pid, field):
    """VmRSS (now) or VmHWM (at most), summed over the family, in MiB."""
    total = 0
    for p in family(pid):
        for line in Path(f"/proc/{p}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                total += int(line.split()[1]) / 1024
    return total


def timed(command, env, server=None, cwd=None):
    """Run a command to its end: seconds, and the CPU seconds of it and of `server`,
    which does the work for it.  Its output goes nowhere, its failure is ours."""
    cpu = children_cpu() + (cpu_seconds(server) if server else 0)
    begun = time.perf_counter()
    subprocess.run([str(a) for a in command], env=env, cwd=cwd, check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.PIPE)
    seconds = time.perf_counter() - begun
    cpu = children_cpu() + (cpu_seconds(server) if server else 0) - cpu
    return {"seconds": seconds, "cpu_seconds": cpu}


def middle(samples, part):
    return statistics.median(s[part] for s in samples)


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return os.uname().machine
