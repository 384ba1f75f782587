"""What is done of a long file of records, kept until all is: a run that was interrupted goes on from there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from postedit.formats import atomic
from postedit.formats.jsonl import line_of


@dataclass(frozen=True, slots=True)
class Done:
    """A record that is done: its article (`Edited.to_json`), and what a person should know of it."""

    article: Mapping[str, Any]
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class Journal:
    """Records that one run has done of one input, a line each, behind a line that says which run and input.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     mine = Journal(Path(folder) / "out.unfinished", {"signature": "mine"})
    ...     mine.begin()
    ...     mine.add([Done({"id": "a"}), Done({"id": "b"}, "line 2: no source")])
    ...     again = mine.done(["a", "b"]), mine.done(["a", "c"]), Journal(mine.path, {"signature": "x"}).done(["a"])
    >>> [[one.article["id"] for one in some] for some in again]
    [['a', 'b'], ['a'], []]
    """

    path: Path | None  # None: nothing is kept
    run: Mapping[str, Any]

    def done(self, ids: Sequence[str]) -> list[Done]:
        """What this very run has done of this very input, as far as it is the articles of these `ids`, in order."""
        try:
            head, *lines = (self.path.read_text("utf-8") if self.path else "").split("\n")[:-1]
            found = [Done(*json.loads(line)) for line in lines] if json.loads(head) == self.run else []
            same = [one.article["id"] == id_ for one, id_ in zip(found, ids, strict=False)]
        except (OSError, ValueError, TypeError, KeyError):
            return []
        return found[: [*same, False].index(False)]

    @property
    def kept(self) -> Path | None:
        """Where something is kept."""
        try:
            return self.path if self.path and self.path.read_bytes().count(b"\n") > 1 else None
        except OSError:
            return None

    def begin(self, some: Sequence[Done] = ()) -> None:
        """Keep these records and no others. Raises OutputError."""
        if self.path is not None:
            atomic.write(self.path, (line_of(self.run) + "".join(map(_record, some))).encode())

    def add(self, some: Sequence[Done]) -> None:
        """Put records behind those that are there. Raises OutputError."""
        if self.path is not None:
            with atomic.told(self.path), self.path.open("ab") as file:
                file.write("".join(map(_record, some)).encode())

    def remove(self) -> None:
        """All is done."""
        if self.path is not None:
            with atomic.told(self.path):
                self.path.unlink(missing_ok=True)


def _record(one: Done) -> str:
    return line_of([one.article, one.warning])
