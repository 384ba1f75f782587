"""What the processor can do."""

from functools import cache
from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")


@cache
def sums_int8_exactly(info: Path = _CPU_INFO) -> bool:
    """Whether int8 products keep all their bits: on x86 pairs of them overflow 16 bits where there is no VNNI.

    True where nothing is known of the processor, as outside of Linux. See oneDNN's "Nuances of int8 computations".

    >>> sums_int8_exactly(Path("no such file"))
    True
    """
    try:
        flags = [line.split() for line in info.read_text("utf-8").splitlines() if line.startswith("flags")]
    except OSError:
        return True
    return not flags or any("vnni" in flag for flag in flags[0])


def precision() -> str:
    """What is quick where it is right: int8, and float32 where that overflows.

    >>> precision() in ("int8", "float32")
    True
    """
    return "int8" if sums_int8_exactly() else "float32"
