"""What every figure is printed with: the size of the machine, and how a command's cost is measured."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache


def describe() -> str:
    """Return processor count, memory, Python and system in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, {platform.system()} {platform.machine()}"


@dataclass(frozen=True, slots=True)
class Cost:
    """Median of several runs of a whole process: seconds of CPU and of wall, and the peak of its memory in MB."""

    cpu: float
    wall: float
    memory: float

    def __str__(self) -> str:
        return f"{self.cpu:6.2f} s CPU {self.wall:6.2f} s wall {self.memory:6.0f} MB"


def cost(command: list[str], runs: int = 5) -> Cost:
    """Run a command several times after one warm-up; its output is thrown away, a failure is raised."""
    found = [once(command) for _ in range(runs + 1)][1:]
    values = zip(*((one.cpu, one.wall, one.memory) for one in found), strict=True)
    return Cost(*map(statistics.median, values))


def once(command: list[str]) -> Cost:
    """Run a command that cannot be repeated a single time; its output is thrown away, a failure is raised."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _WRAPPER, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=True,
    )
    wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(max(cpu - _empty(), 0.0), wall, float(done.stderr.rsplit("PEAK ", 1)[1]) / 1024)


_WRAPPER = (
    "import resource, subprocess, sys\n"
    "status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode\n"
    "print('PEAK', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
    "sys.exit(status)"
)


@cache
def _empty() -> float:
    """Return the CPU seconds of the wrapper itself."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", _WRAPPER, "true"], stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
