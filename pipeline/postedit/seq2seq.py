"""The `Translator` over any engine and any family: batches, length limits, loops. Engines only generate and score.

What it answers to a request does not depend on the requests beside it. In int8 a difference in the last bit, which
the width of a padded batch makes in an attention, can move an activation into the next of its 255 steps, and from there
the words: padded to the longest neighbour, 4 of 60 outputs differed and scores moved by up to .08. So the width of a
batch follows from the request alone, its length rounded up to a step; then scores are the same to the last bit.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from postedit.errors import ModelError
from postedit.families import Codec
from postedit.segments import split_sentences
from postedit.translator import Job, Request

Ids = tuple[int, ...]

# A batch stops growing here: the attention of 4,096 tokens stays under 100 MB for a model of base size.
BATCH_TOKENS = 4096

# How much longer than its input an answer may be, by job: a factor, and room for short ones. A polished text hardly
# grows; English has up to three times the tokens of Chinese in vocabularies with whole Chinese words.
GROWTH = {Job.POLISH: 1.5, Job.POST_EDIT: 1.5, Job.RETRANSLATE: 3.0}
ROOM = 20

# With which size of n-gram a looping answer is asked for again. Used on those only: as a setting for all it would
# forbid names and phrases that rightly stand twice.
NO_REPEAT = 4


# Lengths are rounded up to a multiple of 8, those over 64 to one of 32: few inputs are that long, and alone in a batch
# they cost most. The 80 sentences of a rough article, of 5 to 182 tokens, make about a dozen batches; with one for each
# length they made 54.
STEP, LONG, LONG_STEP = 8, 64, 32


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs that go through an engine together, as if the longest had exactly `width` tokens."""

    places: tuple[int, ...]  # where each stood in the question
    inputs: tuple[Ids, ...]
    width: int
    limit: int  # the longest answer, in tokens


@dataclass(frozen=True, slots=True)
class Pairs:
    """Inputs and what is to be scored for each, with the widths of both."""

    inputs: tuple[Ids, ...]
    outputs: tuple[Ids, ...]
    width: int
    output_width: int


@dataclass(frozen=True, slots=True)
class Output:
    """One answer as an engine gives it, without prefix, start and end."""

    ids: Ids
    finished: bool  # it ended by itself, and not at the limit


class Engine(Protocol):
    """What runs a network."""

    @property
    def name(self) -> str:
        """Library and precision: "ct2:int8"."""
        ...

    def generate(self, batches: Sequence[Batch], hypotheses: int, no_repeat: int) -> list[list[list[Output]]]:
        """For each batch, for each input, the answers, best first. `no_repeat` 0 forbids nothing."""
        ...

    def log_probabilities(self, batches: Sequence[Pairs]) -> list[list[list[float]]]:
        """For each batch, for each output, its tokens' natural log-probabilities, the end's last."""
        ...


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a model before it is asked anything."""

    name: str  # "tri-v6@1a2b3c4d"
    jobs: frozenset[Job]
    max_input_tokens: int
    max_output_tokens: int
    one_sentence: bool = False
    target_language: str = "en"
    gate: Mapping[str, Any] = field(default_factory=dict)  # settings of the gate that were tuned for it


class Seq2SeqTranslator:
    """A `Translator`: a card, a codec and an engine."""

    def __init__(self, card: Card, codec: Codec, engine: Engine) -> None:
        self._card = card
        self._codec = codec
        self._engine = engine

    @property
    def name(self) -> str:
        return f"{self._card.name}|{self._engine.name}"

    @property
    def card(self) -> Card:
        return self._card

    @property
    def codec(self) -> Codec:
        return self._codec

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def jobs(self) -> frozenset[Job]:
        return self._card.jobs

    @property
    def max_tokens(self) -> int:
        return self._card.max_input_tokens

    def count(self, request: Request) -> int:
        return len(self._codec.source(request))

    def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
        """Up to `hypotheses` different outputs a request; none where the model only loops (the draft then stands)."""
        if not self._card.one_sentence:
            return self._translate(requests, hypotheses)
        return _by_sentence(requests, lambda parts: self._translate(parts, hypotheses), self._card.target_language)

    def score(self, requests: Sequence[Request], outputs: Sequence[str]) -> list[float | None]:
        inputs = self._inputs(requests)
        targets = [self._codec.target(output) for output in outputs]
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place, (ids, target) in enumerate(zip(inputs, targets, strict=True)):
            if len(target) <= self._longest_output:
                groups[_width(len(ids), self.max_tokens), _width(len(target), self._longest_output)].append(place)
        batches = {
            tuple(places): Pairs(
                tuple(inputs[n] for n in places), tuple(targets[n] for n in places), width, output_width
            )
            for (width, output_width), group in sorted(groups.items(), reverse=True)
            for places in _portions(group, width + output_width)
        }
        scores: list[float | None] = [None] * len(inputs)
        for places, rows in zip(batches, self._engine.log_probabilities([*batches.values()]), strict=True):
            for place, row in zip(places, rows, strict=True):
                scores[place] = sum(row) / len(row)
        return scores

    @property
    def _longest_output(self) -> int:
        return self._card.max_output_tokens

    def _translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
        inputs = self._inputs(requests)
        answers = self._ask(requests, inputs, range(len(inputs)), hypotheses, no_repeat=0)
        looped = [place for place, texts in answers.items() if not texts]
        answers |= self._ask(requests, inputs, looped, hypotheses, NO_REPEAT)
        return [answers[place] for place in range(len(inputs))]

    def _inputs(self, requests: Sequence[Request]) -> list[Ids]:
        inputs = []
        for number, request in enumerate(requests, 1):
            if request.job not in self.jobs:
                raise ModelError(f"{self._card.name} cannot {request.job}; it can {', '.join(sorted(self.jobs))}.")
            ids = self._codec.source(request)
            if len(ids) > self.max_tokens:
                raise ModelError(
                    f"request {number} has {len(ids)} tokens, and {self._card.name} reads at most {self.max_tokens}. "
                    "Cut it at a clause mark first; nothing is ever cut off here."
                )
            inputs.append(ids)
        return inputs

    def _ask(
        self, requests: Sequence[Request], inputs: Sequence[Ids], places: Sequence[int], hypotheses: int, no_repeat: int
    ) -> dict[int, list[str]]:
        """The usable answers by place."""
        batches = self._batches(requests, inputs, places)
        answers: dict[int, list[str]] = {}
        for batch, rows in zip(batches, self._engine.generate(batches, hypotheses, no_repeat), strict=True):
            for place, ids, outputs in zip(batch.places, batch.inputs, rows, strict=True):
                usable = [out.ids for out in outputs if out.finished and not (loops(out.ids) and not loops(ids))]
                answers[place] = list(dict.fromkeys(text for text in map(self._codec.text, usable) if text))
        return answers

    def _batches(self, requests: Sequence[Request], inputs: Sequence[Ids], places: Sequence[int]) -> list[Batch]:
        """Inputs of one width and job together, the widest first, so that no thread is left with them at the end."""
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place in places:
            width = _width(len(inputs[place]), self.max_tokens)
            limit = min(int(width * GROWTH[requests[place].job]) + ROOM, self._longest_output)
            groups[width, limit].append(place)
        return [
            Batch(tuple(portion), tuple(inputs[place] for place in portion), width, limit)
            for (width, limit), group in sorted(groups.items(), reverse=True)
            for portion in _portions(group, width)
        ]


def loops(ids: Sequence[int]) -> bool:
    """Whether a stretch comes again and again at once: at least 3 times, and at least 8 tokens in all.

    >>> loops([5, 6, 7, 5, 6, 7, 5, 6, 7]), loops([5, 6, 7, 8, 9, 5, 6, 7, 8, 9]), loops([5] * 4)
    (True, False, False)
    """
    for period in range(1, len(ids) // 3 + 1):
        run = 0
        for here, before in zip(ids[period:], ids, strict=False):
            run = run + 1 if here == before else 0
            if run >= max(2 * period, 8 - period):
                return True
    return False


def _width(length: int, longest: int) -> int:
    """The length rounded up to a step, but never over what the model has positions for.

    >>> _width(1, 250), _width(8, 250), _width(9, 250), _width(65, 250), _width(249, 250)
    (8, 8, 16, 96, 250)
    """
    step = STEP if length <= LONG else LONG_STEP
    return min(max(1, -(-length // step)) * step, longest)


def _portions(places: Sequence[int], tokens: int) -> Iterator[Sequence[int]]:
    size = max(1, BATCH_TOKENS // max(1, tokens))
    for at in range(0, len(places), size):
        yield places[at : at + size]


def _by_sentence(
    requests: Sequence[Request], ask: Callable[[Sequence[Request]], list[list[str]]], target_language: str
) -> list[list[str]]:
    """Each sentence of a source asked alone and the answers joined: such models drop sentences they get together.

    >>> two = Request(Job.RETRANSLATE, source="你好。再见。")
    >>> _by_sentence([two], lambda parts: [[part.source] for part in parts], "en")
    [['你好。 再见。']]
    """
    sentences = [[request.source[a:b] for a, b in split_sentences(request.source)] or [""] for request in requests]
    parted = [replace(request, source=one) for request, row in zip(requests, sentences, strict=True) for one in row]
    answers = iter(ask(parted))
    glue = "" if target_language[:2] in ("zh", "ja") else " "
    joined = []
    for row in sentences:
        parts = [next(answers) for _ in row]
        # As many wordings as the sentence with the fewest has; none, if one sentence has none.
        joined.append([glue.join(words) for words in zip(*parts, strict=False)])
    return joined
