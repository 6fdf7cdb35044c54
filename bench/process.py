"""What a process costs, from /proc."""

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
MIB = 1024  # KiB


def cpu_seconds(pid: int) -> float:
    """Processor time, of user and system, that the process has taken since its start."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory(pid: int) -> tuple[float, float]:
    """PSS (what is shared counts in parts) and RSS in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) / MIB for line in lines}
    return sizes["Pss"], sizes["Rss"]
