"""The door to every model, and an honest double for tests.

Nothing behind this door is imported here: torch, transformers, ctranslate2 and sentencepiece load with the
translator that needs them (`translator_ct2`, `translator_hf`), which `weights.load` picks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Job(StrEnum):
    """What a model is asked to do; which ones it can do is its own business (`Translator.jobs`)."""

    POLISH = "polish"  # draft -> better draft
    POST_EDIT = "post-edit"  # source and draft -> better draft
    RETRANSLATE = "retranslate"  # source -> new draft


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model. A translator reads only what its job needs.

    >>> Request(Job.POLISH, draft="On 1 June he come.")
    Request(job=<Job.POLISH: 'polish'>, draft='On 1 June he come.', source='')
    """

    job: Job
    draft: str = ""
    source: str = ""


class Translator(Protocol):
    """A seq2seq model. Implementations batch as they like; callers pass everything at once.

    What a translator answers to a request does not depend on the requests beside it.
    """

    @property
    def name(self) -> str:
        """Model and engine for the run signature: "tri-v6@1a2b3c4d|ct2:int8"."""
        ...

    @property
    def jobs(self) -> frozenset[Job]: ...

    @property
    def max_tokens(self) -> int:
        """The longest input, in the tokens that `count` counts, that is read whole."""
        ...

    def count(self, request: Request) -> int:
        """How many tokens the model reads for this request. Over `max_tokens`, `translate` refuses it."""
        ...

    def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
        """Up to `hypotheses` different outputs a request, best first. ModelError for a request that is too long."""
        ...

    def score(self, requests: Sequence[Request], outputs: Sequence[str]) -> list[float | None]:
        """Mean log-probability a token (natural log, end of sentence included) of each output, given its request.

        None for an output that is longer than the model writes; ModelError for a request that is too long.
        """
        ...


class FakeTranslator:
    """A translator that knows exactly what it was told: for tests of code that uses postedit, ours and yours.

    A polish request looks its draft up, any other request its source. What was not told comes back unchanged (polish)
    or not at all. It scores what it would itself say 0.0 and everything else -1.0,
    but nothing that is longer than it reads.

    >>> fake = FakeTranslator({"He come.": "He came."})
    >>> fake.translate([Request(Job.POLISH, draft="He come."), Request(Job.POLISH, draft="Hi.")], hypotheses=1)
    [['He came.'], ['Hi.']]
    >>> fake.score([Request(Job.POLISH, draft="He come.")], ["He came."])
    [0.0]
    """

    def __init__(
        self, outputs: Mapping[str, str], jobs: Sequence[Job] = (Job.POLISH,), *, max_tokens: int = 256
    ) -> None:
        self._outputs = dict(outputs)
        self._jobs = frozenset(jobs)
        self._max_tokens = max_tokens

    @property
    def name(self) -> str:
        return "fake"

    @property
    def jobs(self) -> frozenset[Job]:
        return self._jobs

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def count(self, request: Request) -> int:
        """Words; a Chinese character is a word."""
        return _words(f"{request.source} {request.draft}")

    def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:  # noqa: ARG002
        return [[output] if (output := self._answer(request)) else [] for request in requests]

    def score(self, requests: Sequence[Request], outputs: Sequence[str]) -> list[float | None]:
        return [self._score(request, output) for request, output in zip(requests, outputs, strict=True)]

    def _score(self, request: Request, output: str) -> float | None:
        if _words(output) > self._max_tokens:
            return None
        return 0.0 if output == self._answer(request) else -1.0

    def _answer(self, request: Request) -> str:
        if request.job is Job.POLISH:
            return self._outputs.get(request.draft, request.draft)
        return self._outputs.get(request.source, "")


def _words(text: str) -> int:
    return len(text.split()) + sum("\u4e00" <= character <= "\u9fff" for character in text)
