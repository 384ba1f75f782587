"""What a user wants a model to learn from: pairs of a draft and its reference, read, sifted and split.

TSV has the columns draft, reference and perhaps source, or a first line that names them; JSONL has objects with these
keys; TMX has sources and references, and no drafts.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from postedit import tmx
from postedit.characters import is_simplified, simplified
from postedit.errors import ArticleError, ConfigError, PairsError
from postedit.families import Languages
from postedit.formats import encoding
from postedit.lines import HAN
from postedit.translator import Job

# Fewer than this teach nothing that a held-out part could show.
FEWEST = 20

# JSON can write half a character, which no text has.
_SURROGATE = re.compile("[\ud800-\udfff]")

COLUMNS = ("draft", "reference", "source")

# What others call these columns. A first line of nothing but such names is not a pair.
_OTHER_NAMES = frozenset({
    "rough", "hypothesis", "hyp", "mt", "machine", "pe", "post-edit", "postedit", "target", "tgt", "ref", "human",
    "src", "original", "text", "translation", "chinese", "english", "zh", "en",
})  # fmt: skip

# What a job reads, beside the reference that it shall write.
READS = {Job.POLISH: ("draft",), Job.POST_EDIT: ("draft", "source"), Job.RETRANSLATE: ("source",)}

# The held-out part where the user names none: enough for a paired test to see something, no more than is scored in
# minutes. Not swept.
HELD_OUT_SHARE, FEWEST_HELD_OUT, MOST_HELD_OUT = 0.1, 8, 1000


@dataclass(frozen=True, slots=True)
class Pair:
    """What is given and what shall come out of it. A text that a row does not have is empty."""

    reference: str
    draft: str = ""
    source: str = ""
    where: str = ""  # "mine.tsv:3"


@dataclass(frozen=True, slots=True)
class Split:
    """Three parts that share no draft, source or reference: to train on, to stop by, and to report on."""

    train: tuple[Pair, ...]
    dev: tuple[Pair, ...]
    test: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A file of pairs as it was read."""

    pairs: tuple[Pair, ...]
    sha256: str


def read(path: Path, languages: Languages | None = None) -> Given:
    """The pairs of a file, in order, Chinese in simplified characters, and its digest; PairsError names a line."""
    content = _content(path)
    languages = languages or Languages()
    pairs = _pairs(content, path, languages)
    if is_simplified(languages.source):
        pairs = [replace(one, source=simplified(one.source)) for one in pairs]
    return Given(tuple(pairs), hashlib.sha256(content).hexdigest())


def _content(path: Path) -> bytes:
    kind = path.suffix.lower()
    if kind not in (*_READERS, ".tmx"):
        raise PairsError(f"{path}: its name does not say what it is. Name it .tsv, .jsonl or .tmx.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise PairsError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}. Check --pairs.") from error


def _pairs(content: bytes, path: Path, languages: Languages) -> list[Pair]:
    if path.suffix.lower() == ".tmx":
        units = tmx.read(content, str(path), languages.source, languages.target)
        return [Pair(unit.target, source=unit.source, where=f"{path}:{unit.line}") for unit in units]
    return _READERS[path.suffix.lower()](_text(content, path), str(path))


def _text(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            return encoding.decode(content, str(path)).text
        except ArticleError:
            line = content.count(b"\n", 0, error.start) + 1
            raise PairsError(
                f"{path}:{line}: not UTF-8, UTF-16 or GB18030. Convert the file first, here from Big5: "
                f"iconv -f big5 -t utf-8 {path} > utf-8{path.suffix}"
            ) from error


def sift(pairs: Sequence[Pair], job: Job, fits: Callable[[Pair], bool]) -> tuple[list[Pair], Counter[str]]:
    """The pairs that can teach a job, and how many of the others lack what.

    >>> pairs = [Pair("He came.", "He come."), Pair("He came.", "He come."), Pair("", "He go.")]
    >>> sift(pairs, Job.POLISH, lambda pair: True)
    ([Pair(reference='He came.', draft='He come.', source='', where='')], Counter({'repeated': 1, 'no reference': 1}))
    """
    kept: dict[tuple[str, ...], Pair] = {}
    left_out: Counter[str] = Counter()
    for pair in pairs:
        texts = [getattr(pair, name) for name in ("reference", *READS[job])]
        missing = next((n for n, t in zip(("reference", *READS[job]), texts, strict=True) if not t), None)
        if missing:
            left_out[f"no {missing}"] += 1
        elif tuple(texts) in kept:
            left_out["repeated"] += 1
        elif not fits(pair):
            left_out["too long for the model"] += 1
        else:
            kept[tuple(texts)] = pair
    return list(kept.values()), left_out


def check_columns(pairs: Sequence[Pair], job: Job) -> None:
    """PairsError where no pair at all has a text that the job reads, or drafts and references are of two scripts."""
    for name in READS[job]:
        if pairs and not any(getattr(pair, name) for pair in pairs):
            where = pairs[0].where.rpartition(":")[0]
            ways = {
                "source": "Add a third column (or key) with the source, or leave --source out.",
                "draft": "Add the rough translations; sources alone teach only a model that retranslates.",
            }
            raise PairsError(f"{where}: no {name} in it, and to {job} takes one. {ways[name]}")
    drafted = [pair for pair in pairs if pair.draft and pair.reference]
    apart = [pair for pair in drafted if bool(HAN.search(pair.draft)) != bool(HAN.search(pair.reference))]
    if len(apart) > len(drafted) / 2:
        chinese = "draft" if HAN.search(apart[0].draft) else "reference"
        raise PairsError(
            f"{apart[0].where}: the {chinese} is Chinese and the other is not, as in {len(apart)} of {len(drafted)} "
            "pairs. The columns are draft, reference, source, in this order unless a first line names them."
        )


def split(pairs: Sequence[Pair], held_out: float | None, seed: int) -> Split:
    """Cut off a held-out part, half of it to stop by and half to report on. No text is in two parts.

    `held_out` is a share below 1 or a number of pairs, and the most that is held out: a group of pairs that share texts
    stays whole, and where it is larger than what is still wanted it is trained on. Which side a group falls on depends
    on the seed and on the group alone, so that pairs added later move as few as can be. PairsError where there are too
    few.
    """
    if len(pairs) < FEWEST:
        raise PairsError(f"there are {len(pairs)} pairs to train on, and at least {FEWEST} are needed. Add more.")
    wanted = _held_out(len(pairs), held_out)
    sizes = {1: wanted - wanted // 2, 2: wanted // 2}
    parts: list[list[Pair]] = [[], [], []]
    groups = _groups(pairs)
    for key in sorted(groups, key=lambda key: hashlib.sha256(f"{seed}\0{key}".encode()).digest()):
        fitting = [part for part, size in sizes.items() if len(parts[part]) + len(groups[key]) <= size]
        parts[min(fitting, key=lambda part: len(parts[part])) if fitting else 0] += groups[key]
    if not parts[2]:
        raise PairsError(
            f"the {len(pairs)} pairs share so many texts that only {len(groups)} groups of them have none in common: "
            f"no group is small enough to be among {wanted} held-out pairs. Add other pairs, or raise --held-out."
        )
    train, dev, test = map(tuple, parts)
    return Split(train, dev, test)


def _groups(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """The pairs that share a reference, a draft or a source, at once or by way of others, by their first reference.

    >>> pairs = [Pair("A.", "a"), Pair("B.", "a"), Pair("b.", "c"), Pair("D.", "d")]
    >>> [(key, len(group)) for key, group in _groups(pairs).items()]
    [('a.', 3), ('d.', 1)]
    """
    above: dict[tuple[str, str], tuple[str, str]] = {}

    def top(text: tuple[str, str]) -> tuple[str, str]:
        while (over := above.setdefault(text, text)) != text:
            above[text] = above[over]  # half the way next time
            text = over
        return text

    def texts(pair: Pair) -> list[tuple[str, str]]:
        return [(name, _plain(text)) for name in COLUMNS if (text := getattr(pair, name))]

    for pair in pairs:
        first, *others = texts(pair)
        for text in others:
            above[top(text)] = top(first)
    groups: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(top(texts(pair)[0]), []).append(pair)
    return {min(_plain(pair.reference) for pair in group): group for group in groups.values()}


def _held_out(count: int, wanted: float | None) -> int:
    """How many pairs to hold out.

    >>> _held_out(1000, None), _held_out(30, None), _held_out(1000, 0.2), _held_out(1000, 150.0)
    (100, 8, 200, 150)
    """
    if wanted is None:
        return min(max(round(count * HELD_OUT_SHARE), FEWEST_HELD_OUT), MOST_HELD_OUT)
    number = round(count * wanted if wanted < 1 else min(wanted, count))
    if not 2 <= number <= count - FEWEST // 2:
        raise ConfigError(
            f"--held-out {wanted:g}: {number} of {count} pairs; between 2 and {count - FEWEST // 2} can be held out."
        )
    return number


def _plain(text: str) -> str:
    """What two texts have in common that differ in case and in spaces only."""
    return " ".join(text.casefold().split())


def _tsv(text: str, where: str) -> list[Pair]:
    """Rows of draft, reference and perhaps source; a first line of these very names says in which order they stand."""
    rows = [(n, line.removesuffix("\r").split("\t")) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not rows:
        raise PairsError(f"{where}: the file is empty. Each line is: draft, a tab, reference, and perhaps a source.")
    names = [cell.strip().lower() for cell in rows[0][1]]
    if named := "reference" in names and bool({"draft", "source"} & set(names)):
        rows = rows[1:]
    elif set(names) <= set(COLUMNS):
        raise PairsError(f"{where}:{rows[0][0]}: no column is named 'reference' among {names}. Name it, or all.")
    elif set(names) <= _OTHER_NAMES.union(COLUMNS):
        raise PairsError(
            f"{where}:{rows[0][0]}: this line seems to name the columns ({', '.join(names)}). Call them draft, "
            "reference and source, or take the line out."
        )
    places = {name: names.index(name) for name in COLUMNS if name in names} if named else {}
    pairs = []
    for number, cells in rows:
        if not named and len(cells) not in (2, 3):
            raise PairsError(
                f"{where}:{number}: {_count(len(cells), 'column')}, not two or three. A line is draft, reference, "
                "perhaps source, tabs between; with other columns, let a first line name them all."
            )
        if len(cells) != len(names):
            raise PairsError(
                f"{where}:{number}: {_count(len(cells), 'column')}, but the first line has {len(names)}. "
                "Mend the line; a tab inside a text must become a space."
            )
        at = places or dict(zip(COLUMNS, range(len(cells)), strict=False))
        pairs.append(Pair(**{name: cells[place].strip() for name, place in at.items()}, where=f"{where}:{number}"))
    return pairs


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _jsonl(text: str, where: str) -> list[Pair]:
    pairs = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            fields = _object(line, f"{where}:{number}")
            texts = {name: fields[name].strip() for name in COLUMNS if name in fields}
            pairs.append(Pair(**texts, where=f"{where}:{number}"))
    if not pairs:
        raise PairsError(f'{where}: the file is empty. Each line is {{"draft": "…", "reference": "…"}}.')
    return pairs


def _object(line: str, place: str) -> Mapping[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise PairsError(f'{place}: not JSON. Each line is one object: {{"draft": "…", "reference": "…"}}.') from error
    if not isinstance(fields, dict) or "reference" not in fields or not {"draft", "source"} & fields.keys():
        keys = ", ".join(map(repr, fields)) if isinstance(fields, dict) else "none"
        raise PairsError(f'{place}: it needs "reference" and "draft" (or "source"); its keys are {keys}.')
    wrong = next((name for name in COLUMNS if name in fields and not isinstance(fields[name], str)), None)
    if wrong:
        raise PairsError(f'{place}: "{wrong}" is not a string. Put the text there.')
    halved = next((name for name in COLUMNS if _SURROGATE.search(fields.get(name, ""))), None)
    if halved:
        raise PairsError(f'{place}: "{halved}" has half a character in it (a lone \\ud800 or the like). Mend the text.')
    return fields


_READERS: Mapping[str, Callable[[str, str], list[Pair]]] = {
    ".tsv": _tsv, ".tab": _tsv, ".jsonl": _jsonl, ".ndjson": _jsonl
}  # fmt: skip
