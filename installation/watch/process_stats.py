"""How a process and its machine are: the time, age, memory, threads, open files, temperature, where one can know."""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path


def raise_descriptor_limit() -> None:
    """As many open files as this user may have: a soft limit is often 256, and a room full of phones needs more."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS says that it has no limit, and takes none
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def weekday_minute() -> tuple[int, int]:
    """Day of the week (0 Monday) and minute of the day, by the machine's clock, where it stands."""
    now = time.localtime()
    return now.tm_wday, now.tm_hour * 60 + now.tm_min


def wall_age_s(at: float) -> float:
    """Seconds since `at`, in Unix seconds."""
    return time.time() - at


def age_s() -> float | None:
    """Seconds since this process began, where the system says when that was (Linux); None elsewhere."""
    try:
        begun = Path("/proc/self/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[19]
        up = float(Path("/proc/uptime").read_text(encoding="utf-8").split()[0])
    except (OSError, IndexError, ValueError):
        return None
    return up - int(begun) / os.sysconf("SC_CLK_TCK")


def peak_memory_mb() -> float | None:
    """The most memory that this process ever had, in MB; None where the system doesn't say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1e6 if sys.platform == "darwin" else 1e3), 1)


def memory_mb(process: int | None = None) -> float | None:
    """Memory that a process has now and that is no file's, in MB. Linux.

    What the system keeps count of anyway: to have it added up anew (smaps_rollup) holds a show up for milliseconds.
    """
    try:
        _, resident, shared, *_ = (Path("/proc") / str(process or "self") / "statm").read_text("ascii").split()
    except (OSError, ValueError):
        return None
    return round((int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def descriptors() -> int | None:
    """Files, pipes and sockets that this process has open."""
    for folder in ("/proc/self/fd", "/dev/fd"):
        with suppress(OSError):
            return len(os.listdir(folder))
    return None


def threads() -> int:
    """Threads of this process, those that no Python runs included where the system counts them."""
    with suppress(OSError):
        return len(os.listdir("/proc/self/task"))
    return threading.active_count()


def temperature_c() -> float | None:
    """The hottest part of the machine that the system tells of, in degrees Celsius. Linux."""
    found: list[float] = []
    for folder, names in (("/sys/class/thermal", "thermal_zone*/temp"), ("/sys/class/hwmon", "hwmon*/temp*_input")):
        with suppress(OSError):  # no descriptor left to look into the folder with
            for path in Path(folder).glob(names):
                with suppress(OSError, ValueError):
                    found.append(int(path.read_text(encoding="utf-8")) / 1e3)
    return max(found, default=None)


def free_mb(folder: Path) -> float | None:
    """Room on the disk of `folder`, or of the nearest folder above it that there is."""
    for place in (folder, *folder.parents):
        with suppress(OSError):
            room = os.statvfs(place)
            return round(room.f_bavail * room.f_frsize / 1e6, 1)
    return None
