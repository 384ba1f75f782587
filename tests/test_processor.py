"""Where int8 would overflow the judge computes in float32."""

from pathlib import Path

import pytest

from postedit.processor import sums_int8_exactly


@pytest.mark.parametrize(
    ("info", "exactly"),
    [
        ("processor : 0\nflags\t\t: fpu avx avx2 fma\n", False),
        ("flags\t\t: fpu avx512f avx512bw\n", False),
        ("flags\t\t: fpu avx2 avx_vnni\nflags\t\t: fpu\n", True),
        ("flags\t\t: avx512f avx512_vnni\n", True),
        ("Features\t: fp asimd\n", True),
        ("", True),
    ],
)
def test_int8_is_exact_where_the_processor_can_sum_it(tmp_path: Path, info: str, exactly: bool) -> None:
    (tmp_path / "cpuinfo").write_text(info)
    assert sums_int8_exactly(tmp_path / "cpuinfo") is exactly
