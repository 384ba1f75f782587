"""Settings: one page, every field with its reason. Stages never see it; `pipeline` hands them plain values."""

import difflib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from postedit.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Config:
    """How an article is cleaned.

    >>> Config(hypotheses=4).model
    'default'
    >>> Config.from_mapping({"margn": 0.2, "hypotheses": "4"}, where="my.toml")
    Traceback (most recent call last):
        ...
    postedit.errors.ConfigError: my.toml:
      unknown setting 'margn'; did you mean 'margin'?
      hypotheses must be int, not '4'
    """

    # Which model proposes: "default" (the one that ships), another shipped name, a folder, or a hub id. "none" asks no
    # model: repairs only.
    model: str = "default"

    # Languages of the source and of the draft, as two-letter codes. Segmentation and checks know zh and en.
    source_language: str = "zh"
    target_language: str = "en"

    # How many wordings a model proposes for each job. More than one costs time; the gate still picks at most one. One
    # that learned was fitted on a single one.
    hypotheses: int = 1

    # How much better than the draft a rewrite must be, in log-probability a token. None: what was tuned for the model
    # and ships with it, which may be a gate that learned; a number takes its place.
    margin: float | None = None

    # How much of a sentence a rewrite may change, as a share of its words. None, or a number: as with the margin.
    max_edit_rate: float | None = None

    # A table of Chinese terms and the English that they must have: a tab between them, a comma in a .csv.
    glossary: str = ""

    # Leave the page around the article (menus, comment boxes, teasers) in the text.
    keep_furniture: bool = False

    # One engine drafted all records of a JSONL file: they are judged together (200 at a time; in the library, those of
    # a batch). An article of a few sentences hardly tells whether it is rough; in company it does.
    together: bool = False

    # You know that the articles are rough: nothing has to tell so first. Each rewrite must still be predicted to gain,
    # and without a source all together. A model that ships no weighing is asked nothing of articles anyway.
    rough: bool = False

    # Never touch the network, even for a hub id.
    offline: bool = False

    # Where and how wide a model runs: "auto", "cpu" or "cuda"; 0 threads means as many as there are cores, at most 4.
    device: str = "auto"
    threads: int = 0

    def __post_init__(self) -> None:
        problems = []
        numbers = {"margin": self.margin, "max_edit_rate": self.max_edit_rate}
        problems += [f"{name} must be a number, not nan" for name, value in numbers.items() if math.isnan(value or 0.0)]
        if self.hypotheses < 1:
            problems.append(f"hypotheses must be at least 1, not {self.hypotheses}")
        if self.threads < 0:
            problems.append(f"threads must be 0 or more, not {self.threads}")
        if self.device not in ("auto", "cpu", "cuda"):
            problems.append(f"device must be auto, cpu or cuda, not {self.device!r}")
        if problems:
            raise ConfigError("settings:\n  " + "\n  ".join(problems))

    @classmethod
    def from_mapping(cls, settings: Mapping[str, Any], where: str = "settings") -> "Config":
        """The settings that a mapping names, defaults for the rest. All problems are told at once (ConfigError)."""
        kinds = {field.name: field.type for field in fields(cls)}
        problems = []
        settings = {name: str(value) if isinstance(value, Path) else value for name, value in settings.items()}
        for name, value in settings.items():
            if name not in kinds:
                near = difflib.get_close_matches(name, kinds, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(kinds)}"
                problems.append(f"unknown setting {name!r}{hint}")
            elif not _fits(value, kinds[name]):
                problems.append(f"{name} must be {_spell(kinds[name])}, not {value!r}")
        if problems:
            raise ConfigError(f"{where}:\n  " + "\n  ".join(problems))
        return cls(**settings)

    @classmethod
    def from_file(cls, path: Path, **overrides: Any) -> "Config":
        """The settings of a TOML file; `overrides` win. Raises ConfigError for what is not there or not TOML."""
        try:
            settings = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: cannot read the settings: {error}. Check --config.") from error
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: this is not TOML: {error}.") from error
        return cls.from_mapping({**settings, **overrides}, where=str(path))


def _fits(value: Any, kind: Any) -> bool:
    if kind == float | None:
        return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))
    return type(value) is kind


def _spell(kind: Any) -> str:
    return "a number" if kind == float | None else str(kind.__name__)
