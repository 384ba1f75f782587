"""TMX 1.4, the exchange format of translation memories: (source, target) pairs, inline tags flattened.

An entity that a file declares is refused: a few lines of them can grow to gigabytes. Nothing outside the file is read;
of the entities that a DTD there may declare, those of HTML are known here, and others are refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.entities import html5
from typing import NoReturn
from xml.parsers import expat

from postedit.errors import PairsError

# What these hold is the code of the document that a segment came from; what <hi> holds is text.
_CODE = frozenset({"bpt", "ept", "it", "ph", "ut"})


@dataclass(frozen=True, slots=True)
class Unit:
    """A translation unit."""

    line: int  # where it begins
    source: str
    target: str


def read(content: bytes, where: str, source_language: str = "zh", target_language: str = "en") -> list[Unit]:
    """The units, each with its texts in both languages; zh-CN is zh. A unit with a text missing has an empty one.

    >>> unit = '<tu><tuv xml:lang="zh-CN"><seg>你<ph>{1}</ph>好</seg></tuv><tuv xml:lang="en"><seg>Hi</seg></tuv></tu>'
    >>> read(f"<tmx><body>{unit}</body></tmx>".encode(), "my.tmx")
    [Unit(line=1, source='你好', target='Hi')]
    """
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: reading.start(name, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text

    def refuse(name: str, *_: object) -> NoReturn:
        raise PairsError(
            f"{where}:{parser.CurrentLineNumber}: it declares the entity {name!r}, which no TMX needs and which is "
            "never expanded here. Take the declaration out."
        )

    def skipped(name: str, is_parameter: bool) -> None:
        if not is_parameter and f"{name};" not in html5:
            raise PairsError(
                f"{where}:{parser.CurrentLineNumber}: the entity &{name}; is declared in another file, and none is "
                "read here. Write the character itself."
            )
        reading.text("" if is_parameter else html5[f"{name};"])

    parser.EntityDeclHandler = refuse
    parser.SkippedEntityHandler = skipped
    try:
        parser.Parse(content, True)
    except (ValueError, LookupError) as error:
        raise PairsError(
            f"{where}: its encoding cannot be read ({error}). Save it as UTF-8, and say so in it."
        ) from error
    except expat.ExpatError as error:
        raise PairsError(
            f"{where}:{error.lineno}: not XML ({expat.ErrorString(error.code)}). Export the memory again as TMX."
        ) from error
    if not reading.units:
        raise PairsError(f"{where}: there is no <tu> in it. Export the memory as TMX 1.4.")
    units = [_unit(line, texts, (source_language, target_language)) for line, texts in reading.units]
    if not any(unit.source and unit.target for unit in units):
        found = ", ".join(sorted({code for _, texts in reading.units for code in texts})) or "none"
        raise PairsError(
            f"{where}: no unit has both {source_language!r} and {target_language!r}; its languages are {found}. "
            "Name yours with --source-language and --target-language."
        )
    return units


def _unit(line: int, texts: dict[str, str], languages: Sequence[str]) -> Unit:
    source, target = (_text(texts, _subtags(language)) for language in languages)
    return Unit(line, source, target)


def _text(texts: dict[str, str], asked: list[str]) -> str:
    """What a unit says in a language: first in the very variant that was asked for, then in any that says something."""
    spoken = [(_subtags(code) != asked, text) for code, text in texts.items() if text and _subtags(code)[0] == asked[0]]
    return min(spoken, key=lambda one: one[0], default=(False, ""))[1]


def _subtags(code: str) -> list[str]:
    """A code in its parts, however it is spelt.

    >>> _subtags("zh_CN")
    ['zh', 'cn']
    """
    return code.strip().lower().replace("_", "-").split("-")


@dataclass
class _Reading:
    """Where the parser is: the units so far, the one that is open, the segment in it, and how deep in code it is."""

    units: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    language: str = ""
    segment: list[str] | None = None
    code: int = 0

    def start(self, name: str, attributes: dict[str, str], line: int) -> None:
        name = _bare(name)
        if name == "tu":
            self.units.append((line, {}))
        elif name == "tuv":
            self.language = attributes.get("xml:lang") or attributes.get("lang", "")  # "lang" in TMX 1.1
        elif name == "seg":
            self.segment = []
        elif name in _CODE:
            self.code += 1

    def end(self, name: str) -> None:
        name = _bare(name)
        if name in _CODE:
            self.code -= 1
        elif name == "seg" and self.units and self.segment is not None:
            texts = self.units[-1][1]
            texts[self.language] = texts.get(self.language) or " ".join("".join(self.segment).split())
            self.segment = None

    def text(self, text: str) -> None:
        if self.segment is not None and not self.code:
            self.segment.append(text)


def _bare(name: str) -> str:
    """A tag without the prefix of its namespace."""
    return name.rpartition(":")[2]
