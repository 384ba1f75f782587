"""A user's own terms: how the English of Chinese names and terms must be, whatever a table or a model says.

A term is written into the source where most of a model's answers lack it (`spelling`), mended where it is nearly right
(`repairs.known_names`), never lost again (`checks`), and told where it is missing in the end (`defects`).
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from postedit.characters import converted, is_simplified
from postedit.errors import ArticleError, ConfigError
from postedit.formats import read_bytes
from postedit.formats.encoding import decode
from postedit.known_names import Spelling, rows_digest
from postedit.lines import HAN

# What the columns are called, where the first row names them.
_HEADS = (
    frozenset({"chinese", "zh", "source", "term", "中文", "汉语", "原文", "术语", "词语"}),
    frozenset({"english", "en", "target", "translation", "term", "英文", "英语", "译文", "翻译"}),
)


@dataclass(frozen=True)
class Glossary:
    """Chinese terms and their English. Terms are found in either script, unless the `language` is of one alone."""

    terms: Mapping[str, str]
    language: str = "zh"

    @property
    def digest(self) -> str:
        """For the run signature: other terms make other texts."""
        return rows_digest(self.terms)

    def find(self, source: str) -> tuple[Spelling, ...]:
        """The terms that a source has, in order: of those that overlap the one that begins first, the longest of them.

        >>> Glossary({"赣": "Gan", "赣州": "Ganzhou"}).find("在贛州")
        (Spelling(start=1, end=3, english='Ganzhou', own=True),)
        """
        found, at, read = list[Spelling](), 0, _read(source, self.language)
        while at < len(read):
            end = next((at + size for size in self._sizes if read[at : at + size] in self._terms), at)
            found += [Spelling(at, end, self._terms[read[at:end]], own=True)] if end > at else []
            at = max(at + 1, end)
        return tuple(found)

    @cached_property
    def _terms(self) -> dict[str, str]:
        return {_read(term, self.language): english for term, english in self.terms.items()}

    @cached_property
    def _sizes(self) -> list[int]:
        return sorted({len(term) for term in self._terms}, reverse=True)


def read(path: Path, language: str = "zh") -> Glossary:
    """The glossary in a table: Chinese, a tab (a comma in a .csv) and English; more columns and "#" lines are notes.

    Raises ConfigError for what is not there, has no English, or says two things of one term.
    """
    try:
        raw = read_bytes(path)
    except ArticleError as error:
        raise ConfigError(f"glossary: {error}") from error
    try:
        text = decode(raw, str(path)).text if raw.strip() else ""
    except ArticleError as error:
        raise ConfigError(f"{path}: its encoding is not recognised; save it as UTF-8.") from error
    terms, lines = dict[str, tuple[str, str]](), dict[str, int]()
    for n, (number, chinese, english) in enumerate(_rows(text, path)):
        where = f"{path}:{number}"
        if n == 0 and chinese.casefold() in _HEADS[0] and english.casefold() in _HEADS[1]:
            continue
        if not HAN.search(chinese) or not any(map(str.isalnum, english)):
            raise ConfigError(f"{where}: {_fault(chinese, english, _separator(path))}")
        term = _read(chinese, language)
        if terms.setdefault(term, (chinese, english))[1] != english:
            told = f"{terms[term][1]!r} in line {lines[term]}"
            raise ConfigError(f"{where}: {chinese} is {english!r} here and {told}; keep one.")
        lines.setdefault(term, number)
    if not terms:
        raise ConfigError(f"{path}: there is no term in it. Check --glossary.")
    return Glossary(dict(terms.values()), language)


def _read(text: str, language: str) -> str:
    return converted(text) if is_simplified(language) else text


def _fault(chinese: str, english: str, separator: str) -> str:
    """What is wrong with a row, and what to do."""
    if HAN.search(english) and not HAN.search(chinese):
        return f"{english!r} stands behind its English; put the Chinese first."
    other = {"tab": ",;，", "comma": "\t;，"}[separator]
    if not english and any(map(chinese.__contains__, other)):
        return f"there is no {separator} in {chinese!r}; a .tsv has tabs, a .csv commas."
    if not HAN.search(chinese) and english:
        return f"there is no Chinese in {chinese!r}; a term is Chinese, a {separator}, and its English."
    return f"{chinese!r} has no English; a term is Chinese, a {separator}, and its English."


def _separator(path: Path) -> str:
    return "comma" if path.suffix.lower() == ".csv" else "tab"


def _rows(text: str, path: Path) -> Iterator[tuple[int, str, str]]:
    """The first two columns of every row that says something, behind the number of its line."""
    file, comma = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline=""), _separator(path) == "comma"
    rows = csv.reader(file, strict=True) if comma else csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    while True:
        try:
            cells = next(rows, None)
        except csv.Error as error:
            raise ConfigError(f"{path}:{rows.line_num}: this is no row of a table ({error}); mend the line.") from error
        if cells is None:
            return
        first, second = [*map(str.strip, cells), "", ""][:2]
        if any(map(str.strip, cells)) and not first.startswith("#"):
            yield rows.line_num, first, " ".join(second.split())
