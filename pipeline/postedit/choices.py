"""Choose: the draft, unless something else has been proven harmless and is predicted to be better."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from postedit.article import Candidate, Choice, Defect, Origin, Rejected, Segment, Severity, Status
from postedit.candidates import NOT_ROUGH, TOO_LONG
from postedit.checks import CHECKS, REPAIR_MAY, REPAIRS_MAY, Check
from postedit.facts import contradicted, missed
from postedit.gate import Gate
from postedit.terms import missing

# What is still asked of a rewrite where the draft is beyond editing (it repeats itself, it is not translated): to be
# compared with such a draft word by word would keep it.
_RESCUE = frozenset({"empty", "terms", "numbers", "addresses", "repetition", "script", "pairs", "markup"})

# The same where a predictor has read the source: names and wording may change with it. What turns the sense around
# weighs little in chrF, so no prediction speaks for that; nor for what is far shorter, which our models like too much.
_LEARNED = _RESCUE | {"bounds", "persons invented", "negation", "units", "length", "ending", "first letter"}

# The judge sees what of the source is missing, in a draft that is too short, too: length is its business.
_JUDGED = _LEARNED - {"length"}

_WORD = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")  # or a mark

# Points by which a weighed rewrite must be better than another that says one more of the source's numbers. chrF hardly
# counts a wrong digit, so nothing that was fitted on it does; what this costs and mends stands in models/README.md.
MISSED = 2.0

# Who weighs polishes has not read a source: nothing that a check watches may change. How many words may is weighed.
_POLISHED = frozenset(CHECKS)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a candidate may not pass."""

    reason: str
    check: str = ""  # the key in CHECKS, where a check objects


def choose(
    segment: Segment,
    candidates: Sequence[Candidate],
    defects: Sequence[Defect],
    gate: Gate,
    checks: Mapping[str, Check] = CHECKS,
) -> Choice:
    """One candidate, with the reason for it and against every other.

    >>> draft = Candidate("On 1 June he come.", Origin.DRAFT, score=-1.5)
    >>> better = Candidate("On 1 June he came.", Origin.POLISH, score=-1.1)
    >>> wrong = Candidate("On 7 June he came.", Origin.POLISH, score=-0.2)
    >>> choice = choose(Segment(draft.text, 0), [draft, better, wrong], [], Gate())
    >>> choice.chosen.text, choice.reason
    ('On 1 June he came.', 'polish: predicted to gain (+0.40 a token over the draft, 0.15 needed)')
    >>> choice.passed_over[1].reason
    'changes a number: 1 → 7'

    A repair needs no score: it passes when no check objects. A rewrite is weighed against the repaired text.
    """
    refused: dict[int, Objection | None] = {}
    base = candidates[0]
    for n, candidate in enumerate(candidates):
        if candidate.origin is Origin.REPAIR:
            refused[n] = _fault(segment, candidate, checks)
            base = base if refused[n] else candidate

    worths, beyond = dict[int, _Worth](), _is_critical(segment, base, defects)
    for n, candidate in enumerate(candidates):
        if candidate.origin not in (Origin.DRAFT, Origin.REPAIR):
            rivals = _Rivals(segment, base, candidate)
            worths[n] = _worth(rivals, gate)
            refused[n] = _veto_rewrite(rivals, worths[n], gate, checks, beyond=beyond)
    let = [n for n in worths if not refused[n]]
    # Points and log-probabilities do not compare: what was weighed comes first.
    weighed = [n for n in let if worths[n].weighed]
    owed = dict(zip(weighed, missed(segment, [candidates[n].text for n in weighed]), strict=True))
    ranks = {n: worths[n].gain - MISSED * owed.get(n, 0) for n in let}
    first = max(let, key=lambda n: (worths[n].weighed, ranks[n], _score(candidates[n])), default=None)
    best = base if first is None else candidates[first]

    reasons = [f"repaired: {'; '.join(base.steps)}"] if base.origin is Origin.REPAIR else []
    reasons += [_gain(base, best, worths[first])] if first is not None else []
    passed_over = _passed_over(candidates, best, refused, worths)
    wrong = contradicted(segment, best.text)
    faulty = bool(wrong) or _is_critical(segment, best, defects)
    status = _status(segment, best, asked=TOO_LONG not in candidates[0].steps, faulty=faulty)
    reasons = reasons or [_kept(candidates, passed_over)]
    reasons += [f"{one.name}: {one.detail}" for one in wrong]
    reasons += [f"lacks {english!r} for {term}" for term, english in missing(segment, best.text).items()]
    return Choice(segment, best, "; ".join(reasons), status, passed_over, tuple(defects))


def _passed_over(
    candidates: Sequence[Candidate],
    best: Candidate,
    refused: Mapping[int, Objection | None],
    worths: Mapping[int, "_Worth"],
) -> tuple[Rejected, ...]:
    passed_over = []
    better = next((worths[at].gain for at in worths if candidates[at] is best), float("-inf"))
    for n, candidate in enumerate(candidates):
        if candidate is not best:
            objection = refused.get(n) or Objection(_beaten(candidate, best, worths.get(n), better))
            passed_over.append(Rejected(candidate, objection.reason, objection.check))
    return tuple(passed_over)


@dataclass(frozen=True, slots=True)
class _Rivals:
    """A rewrite of a segment, and the wording that it would take the place of."""

    segment: Segment
    base: Candidate
    rewrite: Candidate

    @property
    def steady(self) -> Segment:
        """What the rewrite must not contradict."""
        return replace(self.segment, draft=self.base.text, marks=())


def passes(segment: Segment, base: Candidate, text: str, *, polished: bool = False) -> bool:
    """Whether no check that a judged rewrite, or a weighed polish, is asked objects to the text in the base's place."""
    rivals = _Rivals(segment, base, replace(base, text=text))
    asked = _POLISHED if polished else _JUDGED
    return not _veto(rivals.steady, segment, text, {name: CHECKS[name] for name in CHECKS if name in asked})


@dataclass(frozen=True, slots=True)
class _Worth:
    """What a rewrite is predicted to gain, in what, and how much of it is needed."""

    gain: float
    needed: float
    unit: str
    asked: frozenset[str] | None = None  # the checks that still count where it was weighed; None: all, and edit rate

    @property
    def weighed(self) -> bool:
        return self.asked is not None

    def over(self, base: str) -> str:
        return f"{self.gain:+.2f} {self.unit} over {base}, {self.needed:.2f} needed"


_NOTHING = _Worth(float("-inf"), 0.0, "a token")


def _worth(rivals: _Rivals, gate: Gate) -> _Worth:
    base, rewrite = rivals.base, rivals.rewrite
    if gate.predictor and rivals.segment.source:
        edits, words = word_edits(base.text, rewrite.text)
        gain = gate.predictor.gain(base, rewrite, edits / max(1, words))
        if gain is not None:
            return _Worth(gain, gate.predictor.least, "chrF", _LEARNED)
    if rewrite.quality is not None and base.quality is not None:
        gain = rewrite.quality - base.quality
        if gate.polishing and rewrite.origin is Origin.POLISH:
            return _Worth(gain, gate.polishing.least, "points", _POLISHED)
        if gate.judge:
            return _Worth(gain, gate.least_gain, "points", _JUDGED)
    if rewrite.score is None or base.score is None:
        return _NOTHING
    return _Worth(rewrite.score - base.score, gate.margin, "a token")


def _fault(segment: Segment, repair: Candidate, checks: Mapping[str, Check]) -> Objection | None:
    """Why a repair may not pass, or None."""
    promised = frozenset().union(*(REPAIR_MAY.get(step, frozenset()) for step in repair.steps))
    asked = {name: check for name, check in checks.items() if name not in REPAIRS_MAY | promised}
    return _veto(segment, segment, repair.text, asked)


def _veto_rewrite(
    rivals: _Rivals, worth: _Worth, gate: Gate, checks: Mapping[str, Check], *, beyond: bool
) -> Objection | None:
    """Why a rewrite may not pass, or None. Where the draft is beyond editing and there is a source, only what would be
    wrong beside any draft counts; whoever weighs a rewrite says which checks do, and how many words may change."""
    candidate, base = rivals.rewrite, rivals.base
    beyond = beyond and bool(rivals.segment.source)
    asked = _RESCUE if beyond else worth.asked
    if asked is not None:
        checks = {name: check for name, check in checks.items() if name in asked}
    veto = _veto(rivals.steady, rivals.segment, candidate.text, checks)
    if veto or beyond:
        return veto
    if worth.asked is None:
        edits, words = word_edits(base.text, candidate.text)
        if edits > max(1.0, gate.max_edit_rate * words):
            return Objection(f"changes too much: {edits} of {words} words, {gate.max_edit_rate:.0%} allowed")
    if worth is _NOTHING:
        return Objection("cannot be compared: no model has scored it")
    if not worth.gain >= worth.needed:  # a score that is no number gains nothing
        if why := _why_left(candidate):
            return Objection(why)
        return Objection(f"is not predicted to gain enough: {worth.gain:+.2f} {worth.unit}, {worth.needed:.2f} needed")
    return None


def _veto(steady: Segment, segment: Segment, text: str, checks: Mapping[str, Check]) -> Objection | None:
    """The first check that objects. `steady` is what the text must not contradict; markup is that of the draft."""
    for name, check in checks.items():
        reason = check(segment if name == "markup" else steady, text)
        if reason:
            return Objection(reason, name)
    return None


def word_edits(here: str, there: str) -> tuple[int, int]:
    """How many words were put in, left out or replaced, and how many there were."""
    return sum(max(map(len, place)) for place in replaced(here, there)), len(_WORD.findall(here))


def replaced(here: str, there: str) -> list[tuple[list[str], list[str]]]:
    """At each place where the texts differ, the words that were taken out and those put in; a mark is a word.

    >>> replaced("He come home.", "Then he came home.")
    [(['He', 'come'], ['Then', 'he', 'came'])]
    """
    before, after = _WORD.findall(here), _WORD.findall(there)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [(before[a:b], after[c:d]) for operation, a, b, c, d in matcher.get_opcodes() if operation != "equal"]


def _quality(candidate: Candidate) -> float:
    return float("-inf") if candidate.quality is None else candidate.quality


def _score(candidate: Candidate) -> float:
    return float("-inf") if candidate.score is None else candidate.score


def _gain(base: Candidate, best: Candidate, worth: _Worth) -> str:
    over = "the repair" if base.origin is Origin.REPAIR else "the draft"
    if not worth.gain >= worth.needed:
        return f"{best.origin}: {over} cannot be kept"
    return f"{best.origin}: predicted to gain ({worth.over(over)})"


def _beaten(candidate: Candidate, best: Candidate, worth: "_Worth | None", better: float) -> str:
    if candidate.origin in (Origin.DRAFT, Origin.REPAIR):
        return f"the {best.origin} is better"
    if worth is None or not worth.weighed:
        return "another rewrite is predicted to gain more"
    if worth.gain > better:
        return f"another rewrite says more of the source's numbers; this one's gain was {worth.gain:+.2f} {worth.unit}"
    return f"another rewrite is predicted to gain more than its {worth.gain:+.2f} {worth.unit}"


def _kept(candidates: Sequence[Candidate], passed_over: Sequence[Rejected]) -> str:
    """Why the draft stays: what spoke against the likeliest rewrite."""
    if not candidates[0].text.strip():
        return "failed: there is no text"
    if TOO_LONG in candidates[0].steps:
        return f"failed: {TOO_LONG}"
    if not passed_over:
        return "kept: nothing better was proposed"
    if why := _why_left(candidates[0]):
        return f"kept: {why}"
    likeliest = max(passed_over, key=lambda one: (_quality(one.candidate), _score(one.candidate)))
    return f"kept: the {likeliest.candidate.origin} {likeliest.reason}"


def _why_left(candidate: Candidate) -> str | None:
    return next((step for step in candidate.steps if step.startswith(NOT_ROUGH)), None)


def _status(segment: Segment, chosen: Candidate, *, asked: bool, faulty: bool) -> Status:
    if not chosen.text.strip() or (not asked and chosen.origin is Origin.DRAFT):
        return Status.FAILED
    if faulty or missing(segment, chosen.text):
        return Status.REVIEW
    return Status.KEPT if chosen.origin is Origin.DRAFT else Status.EDITED


def _is_critical(segment: Segment, chosen: Candidate, defects: Sequence[Defect]) -> bool:
    return any(one.severity is Severity.CRITICAL and _remains(one, segment, chosen) for one in defects)


def _remains(defect: Defect, segment: Segment, chosen: Candidate) -> bool:
    """Whether the words that a defect was found in stand in the chosen text as often as they did."""
    words = segment.text[defect.start : defect.end]
    return chosen.text.count(words) >= segment.text.count(words) if words else chosen.origin is Origin.DRAFT
