"""Processor time of processes: what a request costs, which a busy machine stretches less than it does the clock."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(pid: int) -> float:
    """Processor time of a process and its children, the living and the reaped; 0 where /proc is not Linux's."""
    total, reaped = _of(pid)
    living = (_of(child) for child in _children(pid))
    return total + reaped + sum(own for own, _ in living)


def _of(pid: int) -> tuple[float, float]:
    """(its own, that of its reaped children)."""
    words = _stat(pid)
    return sum(map(int, words[11:13])) / _TICKS, sum(map(int, words[13:15])) / _TICKS


def _children(parent: int) -> list[int]:
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if _stat(pid)[1:2] == [str(parent)]]


def _stat(pid: int) -> list[str]:
    """The fields after the program's name, which may have blanks in it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
