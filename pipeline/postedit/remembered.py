"""A translator that is asked nothing twice: for whoever cleans the same segments in several ways."""

from collections.abc import Sequence

from postedit.translator import Job, Request, Translator


class Remembered:
    """Another translator, with a memory for what it answered. Exact, since no answer depends on the requests beside it.

    >>> from postedit.translator import FakeTranslator
    >>> remembered = Remembered(FakeTranslator({"He come.": "He came."}))
    >>> remembered.translate([Request(Job.POLISH, draft="He come.")] * 2, hypotheses=1)
    [['He came.'], ['He came.']]
    """

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self._outputs: dict[tuple[Request, int], list[str]] = {}
        self._scores: dict[tuple[Request, str], float | None] = {}

    @property
    def name(self) -> str:
        return self._translator.name

    @property
    def jobs(self) -> frozenset[Job]:
        return self._translator.jobs

    @property
    def max_tokens(self) -> int:
        return self._translator.max_tokens

    def count(self, request: Request) -> int:
        return self._translator.count(request)

    def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
        new = [one for one in dict.fromkeys(requests) if (one, hypotheses) not in self._outputs]
        answers = self._translator.translate(new, hypotheses) if new else []
        self._outputs |= {(one, hypotheses): answer for one, answer in zip(new, answers, strict=True)}
        return [self._outputs[one, hypotheses] for one in requests]

    def score(self, requests: Sequence[Request], outputs: Sequence[str]) -> list[float | None]:
        pairs = list(zip(requests, outputs, strict=True))
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._scores]
        scores = self._translator.score([one for one, _ in new], [text for _, text in new]) if new else []
        self._scores |= dict(zip(new, scores, strict=True))
        return [self._scores[pair] for pair in pairs]
