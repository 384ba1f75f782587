"""Everything that can go wrong for a reason a person can mend.

    PosteditError
    ├── ArticleError    the text that was given: missing, binary, empty, undecodable, not in step with its source
    ├── ConfigError     a setting that is unknown, of the wrong type or out of range
    ├── PairsError      pairs to train on: a row that is wrong, a column that is missing, too few of them
    ├── ModelError      weights that are missing, damaged, of an unknown family, or not to be had offline
    └── OutputError     a result that could not be written

A message says where, what, and what to do next. Anything else that is raised is a bug, and stays a traceback.
"""

from pathlib import Path


class PosteditError(Exception):
    """The root: catch this to catch everything that postedit raises on purpose."""


class ArticleError(PosteditError):
    """The text that was given cannot be read as an article."""


class ConfigError(PosteditError):
    """A setting is unknown, of the wrong type or out of range."""


class PairsError(PosteditError):
    """What was given to train on cannot be used."""


class ModelError(PosteditError):
    """A model cannot be found, trusted or run."""


class OutputError(PosteditError):
    """A result could not be written; what stood there before is untouched."""


class Interrupted(KeyboardInterrupt):
    """A run was stopped; what it had done of its input is `kept` there, if anywhere."""

    def __init__(self, kept: Path | None = None) -> None:
        super().__init__()
        self.kept = kept
