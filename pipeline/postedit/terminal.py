"""What a terminal shows: how wide a text is there, where its lines break, what takes long."""

import re
import shutil
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

PATIENCE = 2.0  # seconds before a terminal is told that something is going on

# A word, white space, or a single character of a script without spaces.
_PIECE = re.compile(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+|\s+")


def columns(text: str) -> int:
    """How many columns a text takes: Chinese characters take two, combining ones none.

    >>> columns("Zhaoqing"), columns("肇庆")
    (8, 4)
    """
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def printable(text: str) -> str:
    r"""Without what would steer a terminal: a draft may hold anything.

    >>> printable("red \x1b[31m alert")
    'red �[31m alert'
    """
    return "".join(character if character.isprintable() or character.isspace() else "�" for character in text)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns; a longer word stays whole.

    >>> wrapped("The river rose again.", 9)
    ['The river', 'rose', 'again.']
    >>> wrapped("河水上涨", 5)
    ['河水', '上涨']
    """
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line.strip() and columns(line) + columns(piece.rstrip()) > width:
            lines.append(line.strip())
            line = ""
        line += piece
    return [*lines, line.strip()]


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Tell a terminal what takes long, and for how long; say nothing to a pipe or of what is quick."""
    if not sys.stderr.isatty():
        yield
        return
    done, started = threading.Event(), time.monotonic()
    # A line that is broken in two cannot be taken back.
    room = shutil.get_terminal_size().columns - 12
    shown = printable(what) if columns(what) <= room else printable(what)[: room // 2] + "…"

    def tell() -> None:
        wait = PATIENCE
        while not done.wait(wait):
            print(f"\r{shown}: {time.monotonic() - started:.0f} s ", end="", file=sys.stderr, flush=True)
            wait = 1.0

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
        if time.monotonic() - started > PATIENCE:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


Thing = TypeVar("Thing")


def told(things: Iterator[Thing], name: Callable[[int], str]) -> Iterator[Thing]:
    """The things as they are made. While one takes long a terminal is told its name, which follows from its place."""
    at = 0
    while True:
        with progress(name(at)):
            try:
                thing = next(things)
            except StopIteration:
                return
        yield thing
        at += 1
