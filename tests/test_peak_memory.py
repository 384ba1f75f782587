"""A peak that was forgotten does not count again."""

import os
import sys

import pytest

from postedit import peak_memory


@pytest.mark.skipif(
    sys.platform != "linux" or not os.access("/proc/self/clear_refs", os.W_OK), reason="no peak to forget"
)
def test_a_run_does_not_count_what_was_held_before_it() -> None:
    held = bytearray(300_000_000)
    before = peak_memory.megabytes()
    del held
    peak_memory.forget()
    after = peak_memory.megabytes()
    assert after < before - 200
    held = bytearray(150_000_000)
    assert peak_memory.megabytes() > after + 100
    del held
