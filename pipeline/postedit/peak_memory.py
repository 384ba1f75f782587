"""The most memory that this process held, since it began or since it was last asked to forget."""

import resource
import sys
from pathlib import Path

_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def forget() -> None:
    """Let the peak begin anew at what is held now. Only Linux can; elsewhere the peak stays that of the process."""
    try:
        _FORGET.write_text("5", encoding="ascii")  # 5: the kernel's word for it, see proc(5)
    except OSError:
        return


def megabytes() -> int:
    """The peak, the model and all libraries included.

    >>> 1 < megabytes() < 1_000_000
    True
    """
    try:
        lines = _STATUS.read_text(encoding="ascii", errors="replace").split("\n")
        return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024)
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10))
