"""The gate of a fine-tuned model: how much of what it proposes is let through, found on pairs it was not trained on.

The gate that its base ships with was found for other weights; often it is all but shut. What a base has learned of its
own signals is not taken along either: the pairs of a user are too few to learn that anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev

from postedit.article import Candidate, Choice, Defect, Origin, Segment
from postedit.candidates import propose
from postedit.choices import choose, word_edits
from postedit.defects import inspect
from postedit.gate import Gate
from postedit.scores import score
from postedit.training_pairs import Pair
from postedit.translator import Translator

# What is tried: the steps of eval/margin.py, and edit rates up to a whole sentence, for a user's pairs say how far an
# edit may go. From the strictest: of two gates that gain alike the first is taken.
MARGINS = (0.5, 0.3, 0.2, 0.15, 0.1, 0.05, 0.02, 0.0)
EDIT_RATES = (0.03, 0.05, 0.1, 0.15, 0.2, 0.4, 0.7, 1.0)

# Nothing passes this gate: a single word may always change, but no mean log-probability gains a thousand a token. JSON
# has no infinity.
SHUT = Gate(margin=1000.0, max_edit_rate=0.0)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft as a segment, with what can be said instead of it."""

    segment: Segment
    candidates: tuple[Candidate, ...]
    defects: tuple[Defect, ...]
    reference: str

    def chosen(self, gate: Gate) -> str:
        choice: Choice = choose(self.segment, self.candidates, self.defects, gate)
        return choice.chosen.text


def proposals(translator: Translator, pairs: Sequence[Pair], *, signals: bool = False) -> list[Proposal]:
    """What `clean` would have to choose from, were each draft an article of one segment."""
    segments = [Segment(pair.draft, 0, source=pair.source or None) for pair in pairs]
    rows = propose(segments, translator, signals=signals)
    return [
        Proposal(segment, row, tuple(inspect(segment)), pair.reference)
        for segment, row, pair in zip(segments, rows, pairs, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Rival:
    """A rewrite that no check objects to, and all that a gate asks of it."""

    text: str
    edits: int
    words: int
    gain: float  # over the base, in log-probability a token
    score: float


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A proposal whose checks have been run: they are slow, and do not depend on the gate."""

    base: str  # what stays where the gate lets nothing through
    rivals: tuple[_Rival, ...]

    def chosen(self, gate: Gate) -> str:
        """The very text that `choose` would take."""
        let = [
            rival
            for rival in self.rivals
            if rival.edits <= max(1.0, gate.max_edit_rate * rival.words) and rival.gain >= gate.margin
        ]
        return max(let, key=lambda rival: rival.score).text if let else self.base


def fit(translator: Translator, pairs: Sequence[Pair]) -> Gate:
    """The gate that surely gains most chrF a segment over letting nothing through; SHUT where none gains.

    Surely: less a standard error, so that a few lucky segments open nothing; that was not swept. The references are
    drafts here too, and each that is changed counts as lost: without them, after training on 583 drafts of news, the
    fitted gate let 16 of 200 references be rewritten.
    """
    given = proposals(translator, [*pairs, *(replace(pair, draft=pair.reference) for pair in pairs)])
    known = _chrf(given)
    weighed = [_weigh(one) for one in given]
    kept = [known[n, one.base] for n, one in enumerate(weighed)]
    best, most = SHUT, 0.0
    for gate in (Gate(margin, edit_rate) for edit_rate in EDIT_RATES for margin in MARGINS):
        gains = [known[n, one.chosen(gate)] - before for (n, one), before in zip(enumerate(weighed), kept, strict=True)]
        sure = fmean(gains) - (stdev(gains) / len(gains) ** 0.5 if len(gains) > 1 else 0.0)
        if sure > most + 1e-9:
            best, most = gate, sure
    return best


def unobjected(
    segment: Segment, candidates: Sequence[Candidate], defects: Sequence[Defect], opened: Gate
) -> tuple[Candidate, list[Candidate]]:
    """What stays where nothing is let through, and the rewrites that no check objects to at an opened gate, in their
    order; there are none where the draft cannot be kept, whatever the gate."""
    base = choose(segment, candidates, defects, SHUT).chosen
    if base.origin not in _OWN:
        return base, []
    choice = choose(segment, candidates, defects, opened)
    let = [choice.chosen, *(other.candidate for other in choice.passed_over if not other.check)]
    return base, [one for one in candidates if one.origin not in _OWN and any(one is other for other in let)]


def _weigh(one: Proposal) -> _Weighed:
    base, rewrites = unobjected(one.segment, one.candidates, one.defects, Gate().opened())
    rivals = [  # of two with one score the first is taken
        _Rival(rewrite.text, *word_edits(base.text, rewrite.text), rewrite.score - base.score, rewrite.score)
        for rewrite in rewrites
        if rewrite.score is not None and base.score is not None
    ]
    return _Weighed(base.text, tuple(rivals))


_OWN = (Origin.DRAFT, Origin.REPAIR)


def _chrf(given: Sequence[Proposal]) -> dict[tuple[int, str], float]:
    """Sentence chrF of every candidate, by segment and text."""
    places = [(n, candidate.text) for n, one in enumerate(given) for candidate in one.candidates]
    scored = score([text for _, text in places], [given[n].reference for n, _ in places], ["chrf"])
    return {place: value or 0.0 for place, value in zip(places, scored["chrf"].segments, strict=True)}
