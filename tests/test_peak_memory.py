"""A peak that was forgotten does not count again."""

import mmap
import os
import sys

import pytest

from postedit import peak_memory


@pytest.mark.skipif(
    sys.platform != "linux" or not os.access("/proc/self/clear_refs", os.W_OK), reason="no peak to forget"
)
def test_a_run_does_not_count_what_was_held_before_it() -> None:
    held = mmap.mmap(-1, 300_000_000)  # which goes back when it is closed, whatever else the process holds
    held.write(bytes([1]) * len(held))
    before = peak_memory.megabytes()
    held.close()
    peak_memory.forget()
    after = peak_memory.megabytes()
    assert after < before - 200
    held = mmap.mmap(-1, 150_000_000)
    held.write(bytes([1]) * len(held))
    assert peak_memory.megabytes() > after + 100
    held.close()
