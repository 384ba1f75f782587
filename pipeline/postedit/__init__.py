"""Improve rough machine translations: change only what is predicted to gain, say why, and prove it.

>>> import postedit
>>> postedit.clean("The river rises . It rains.", model="none").text
'The river rises. It rains.'

Names are loaded when they are first used: `import postedit` itself loads nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from postedit.article import Article as Article
    from postedit.article import Block as Block
    from postedit.article import Candidate as Candidate
    from postedit.article import Choice as Choice
    from postedit.article import Defect as Defect
    from postedit.article import Segment as Segment
    from postedit.article import Status as Status
    from postedit.cleaner import Cleaner as Cleaner
    from postedit.cleaner import clean as clean
    from postedit.comparison import compare as compare
    from postedit.config import Config as Config
    from postedit.edited import Edited as Edited
    from postedit.errors import ArticleError as ArticleError
    from postedit.errors import ConfigError as ConfigError
    from postedit.errors import ModelError as ModelError
    from postedit.errors import OutputError as OutputError
    from postedit.errors import PairsError as PairsError
    from postedit.errors import PosteditError as PosteditError
    from postedit.resegmentation import resegment as resegment
    from postedit.scores import score as score
    from postedit.training import train as train
    from postedit.translator import FakeTranslator as FakeTranslator
    from postedit.translator import Job as Job
    from postedit.translator import Request as Request
    from postedit.translator import Translator as Translator
    from postedit.weights import load as load

# Where each public name lives. A literal, so that a reader can follow it; a test keeps it equal to the block above.
_HOMES = {
    "Article": "article",
    "ArticleError": "errors",
    "Block": "article",
    "Candidate": "article",
    "Choice": "article",
    "Cleaner": "cleaner",
    "Config": "config",
    "ConfigError": "errors",
    "Defect": "article",
    "Edited": "edited",
    "FakeTranslator": "translator",
    "Job": "translator",
    "ModelError": "errors",
    "OutputError": "errors",
    "PairsError": "errors",
    "PosteditError": "errors",
    "Request": "translator",
    "Segment": "article",
    "Status": "article",
    "Translator": "translator",
    "clean": "cleaner",
    "compare": "comparison",
    "load": "weights",
    "resegment": "resegmentation",
    "score": "scores",
    "train": "training",
}

__all__ = [*_HOMES]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'postedit' has no attribute {name!r}")
    return getattr(import_module(f"postedit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
