"""Text as a terminal shows it: how wide it is, where its lines break, what of it would steer the terminal."""

import re
import unicodedata

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
