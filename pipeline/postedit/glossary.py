"""A user's own terms: how the English of Chinese names and terms must be, whatever a table or a model says.

A term is written into the source where most of a model's answers lack it (`spelling`), mended where it is nearly right
(`repairs.known_names`), never lost again (`checks`), and told where it is missing in the end (`defects`).
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from postedit.article import Segment
from postedit.characters import simplified
from postedit.errors import ArticleError, ConfigError
from postedit.formats import read_bytes
from postedit.formats.encoding import decode
from postedit.known_names import Spelling
from postedit.lines import HAN

# What the second column is called, where the first line names them.
_HEADS = frozenset({"english", "en", "英文", "英语", "target", "translation", "译文"})


@dataclass(frozen=True, slots=True)
class Glossary:
    """Chinese terms, in simplified characters, and their English."""

    terms: Mapping[str, str]

    @property
    def digest(self) -> str:
        """For the run signature: other terms make other texts."""
        return hashlib.sha256("\n".join(map("\t".join, sorted(self.terms.items()))).encode()).hexdigest()[:8]

    def find(self, source: str) -> tuple[Spelling, ...]:
        """The terms that a source has, in order: of those that overlap the one that begins first, the longest of them.

        >>> Glossary({"赣": "Gan", "赣州": "Ganzhou"}).find("在赣州")
        (Spelling(start=1, end=3, english='Ganzhou'),)
        """
        found, at = list[Spelling](), 0
        sizes = sorted({len(term) for term in self.terms}, reverse=True)
        while at < len(source):
            term = next((source[at : at + size] for size in sizes if source[at : at + size] in self.terms), "")
            found += [Spelling(at, at + len(term), self.terms[term])] if term else []
            at += max(1, len(term))
        return tuple(found)


def read(path: Path) -> Glossary:
    """The glossary in a table: Chinese, a tab (a comma in a .csv) and English; more columns and "#" lines are notes.

    Raises ConfigError for what is not there, has no English, or says two things of one term.
    """
    try:
        text = decode(read_bytes(path), str(path)).text
    except ArticleError as error:
        raise ConfigError(f"glossary: {error}") from error
    terms, lines = dict[str, str](), dict[str, int]()
    for number, (chinese, english) in _rows(text, path):
        if number == 1 and (not HAN.search(chinese) or english.casefold() in _HEADS):
            continue
        where = f"{path}:{number}"
        if not HAN.search(chinese) or not english:
            raise ConfigError(f"{where}: a term is Chinese, a {_separator(path)}, and its English; mend the line.")
        if terms.setdefault(chinese, english) != english:
            told = f"{terms[chinese]!r} in line {lines[chinese]}"
            raise ConfigError(f"{where}: {chinese} is {english!r} here and {told}; keep one.")
        lines.setdefault(chinese, number)
    if not terms:
        raise ConfigError(f"{path}: there is no term in it. Check --glossary.")
    return Glossary(terms)


def with_terms(segments: Sequence[Segment], glossary: Glossary | None) -> tuple[Segment, ...]:
    """The segments, each with the terms of its source."""
    if glossary is None:
        return tuple(segments)
    return tuple(replace(one, terms=glossary.find(one.source)) if one.source else one for one in segments)


def _separator(path: Path) -> str:
    return "comma" if path.suffix.lower() == ".csv" else "tab"


def _rows(text: str, path: Path) -> list[tuple[int, tuple[str, str]]]:
    """The first two columns of every line that says something, and its number."""
    file, comma = io.StringIO(text), _separator(path) == "comma"
    lines = csv.reader(file) if comma else csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    rows = []
    for cells in lines:
        first, second = [*map(str.strip, cells), "", ""][:2]
        if any(map(str.strip, cells)) and not first.startswith("#"):
            rows.append((lines.line_num, (simplified(first), " ".join(second.split()))))
    return rows
