"""What cleaning is worth, stage by stage, measured against references.

A run cleans the drafts of one system. Its variants differ from the cleaned text in one thing each: a stage is off, or
something else decides, from "draft" (never change) over "change everything" to an oracle that sees the references.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from postedit import peak_memory
from postedit.article import Candidate, Choice, Origin
from postedit.choices import choose
from postedit.cleaner import Cleaner
from postedit.edited import segment_json
from postedit.gate import Gate
from postedit.pipeline import candidates
from postedit.remembered import Remembered
from postedit.repairs import Known, Repaired
from postedit.scores import Score, Scores, score_systems
from postedit.significance import Resampling
from postedit.structure_scores import count, judge
from postedit.suites import Sample, Suite, records, samples
from postedit.units import Cut, Place, cut_samples, unit_text, unit_texts, wording

# A segment counts as better or worse when its sentence's chrF moves as far as a reader of the report can see.
NOTICEABLE = 0.05

# Which rewrite "change everything" takes: the one that owes the draft least.
BOLDEST = (Origin.RETRANSLATE, Origin.POST_EDIT, Origin.POLISH, Origin.MEMORY, Origin.REPAIR, Origin.DRAFT)

BY_MODEL = frozenset({Origin.POLISH, Origin.POST_EDIT, Origin.RETRANSLATE})

RESAMPLING = Resampling()  # sacrebleu's defaults

Row = tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """The numbers of one run, and every segment for the report."""

    facts: dict[str, Any]
    segments: list[dict[str, Any]]


def evaluate_suite(suite: Suite, cleaner: Cleaner) -> Iterator[Run]:
    """The runs of a suite, one a system and a way to see the source: repairs read it even where the model does not."""
    if suite.kind == "pages":
        yield from _structure_runs(suite)
        return
    for with_source in suite.with_source:
        for draft in suite.drafts:
            yield evaluate(samples(suite, draft, with_source=with_source), cleaner, draft, suite.metrics)


def _structure_runs(suite: Suite) -> Iterator[Run]:
    """Rules are tuned on the odd pages; the even ones are held out."""
    pages = [judge(page) for page in records(suite.path / "pages.jsonl")]
    for name, part in (("odd pages", pages[::2]), ("even pages", pages[1::2]), ("all pages", pages)):
        yield Run({"draft": name, "job": "structure", **count(part)}, [])


def evaluate(
    given: Sequence[Sample], cleaner: Cleaner, draft: str, metrics: Sequence[str], resampling: Resampling = RESAMPLING
) -> Run:
    """Clean one system's drafts and score every variant; see the module's first lines for which."""
    peak_memory.forget()  # of the runs before
    started = time.perf_counter()
    cut = cut_samples(given, cleaner)
    translator = None if cleaner.translator is None else Remembered(cleaner.translator)
    asked = (cut.articles, cut.segments, translator, cleaner.gate, cleaner.config, cut.known)
    rows = candidates(*asked)
    choices = _decide(cut, rows, cleaner.gate)
    seconds, megabytes = time.perf_counter() - started, peak_memory.megabytes()

    texts = _variants(cut, (rows, candidates(*asked, repair=_unrepaired)), choices, cleaner.gate)
    scores = _score(texts, [place.unit.reference for place in cut.places], metrics, resampling)
    gains = _gains(cut, choices)
    words = sum(len(segment.text.split()) for segment in cut.segments)
    facts = {
        "draft": draft,
        "job": "post-edit" if any(sample.article.source for sample in given) else "polish",
        "units": len(cut.places),
        "sentences": len(rows),
        "lost": sum(place.lost for place in cut.places),
        "rewritten": _share(any(one.origin in BY_MODEL for one in row) for row in rows),
        "changed": _share(_changed(choice) for choice in choices),
        "better": _share(gain > NOTICEABLE for gain in gains),
        "worse": _share(gain < -NOTICEABLE for gain in gains),
        "statuses": _counts(str(choice.status) for choice in choices),
        "origins": _counts(str(choice.chosen.origin) for choice in choices),
        "vetoes": _counts(one.check for choice in choices for one in choice.passed_over if one.check),
        "words_per_second": round(words / seconds),
        "peak_megabytes": megabytes,
        "systems": {name: {one.metric: _score_json(one) for one in found.scores} for name, found in scores.items()},
    }
    return Run(facts, _details(cut, choices, gains))


def _decide(cut: Cut, rows: Sequence[Row], gate: Gate, **options: Any) -> list[Choice]:
    return [
        choose(segment, row, defects, gate, **options)
        for segment, row, defects in zip(cut.segments, rows, cut.defects, strict=True)
    ]


def _variants(
    cut: Cut, proposed: tuple[Sequence[Row], Sequence[Row]], choices: Sequence[Choice], gate: Gate
) -> dict[str, list[str]]:
    """The units as each variant leaves them, given what was proposed with repairs and without."""
    rows, unrepaired = proposed
    alone = [tuple(one for one in row if one.origin not in BY_MODEL) for row in rows]
    drafts, cleaned = [row[0] for row in rows], [choice.chosen for choice in choices]

    def chosen(rows: Sequence[Row], gate: Gate = gate, **options: Any) -> list[Candidate]:
        return [choice.chosen for choice in _decide(cut, rows, gate, **options)]

    decided = {
        "cleaned": cleaned,
        "without repairs": chosen(unrepaired),
        "without the model": chosen(alone),
        "without checks": chosen(rows, checks={}),
        "without the gate": chosen(rows, gate.opened()),
        "change everything": [min(row, key=lambda one: BOLDEST.index(one.origin)) for row in rows],
        "oracle": _oracle(cut, rows),
    }
    texts = {"draft": unit_texts(cut, drafts, whole=True)}
    texts |= {name: unit_texts(cut, wordings) for name, wordings in decided.items()}
    if cut.labelled:
        texts["without structure"] = unit_texts(cut, cleaned, whole=True)
    return texts


def _unrepaired(text: str, known: Known, allowed: object) -> Repaired:  # noqa: ARG001
    return Repaired(text, ())


def _oracle(cut: Cut, rows: Sequence[Row]) -> list[Candidate]:
    """The best that choosing could do: segment by segment, the candidate that raises the chrF of its unit most."""
    chrf = _sentence_chrf(cut)
    best = [row[0] for row in rows]
    for place in cut.places:
        for number in place.inside:
            if len(rows[number]) > 1:
                tried = [(chrf(place, [*best[:number], one, *best[number + 1 :]]), one) for one in rows[number]]
                best[number] = max(tried, key=lambda pair: pair[0])[1]
    return best


def _gains(cut: Cut, choices: Sequence[Choice]) -> list[float]:
    """What the choice of each segment gave: the chrF of its unit, less what it would be with this draft kept."""
    chrf, cleaned = _sentence_chrf(cut), [choice.chosen for choice in choices]
    gains = [0.0] * len(choices)
    for place in cut.places:
        for number in place.inside:
            if _changed(choices[number]):
                without = [*cleaned]
                without[number] = replace(cleaned[number], text=cut.segments[number].text, origin=Origin.DRAFT)
                gains[number] = chrf(place, cleaned) - chrf(place, without)
    return gains


def _sentence_chrf(cut: Cut) -> Callable[[Place, Sequence[Candidate]], float]:
    """The chrF of a unit with certain wordings in it."""
    from sacrebleu.metrics.chrf import CHRF

    chrf = CHRF()
    return lambda place, chosen: chrf.sentence_score(unit_text(cut, place, chosen), [place.unit.reference]).score


def _score(
    texts: Mapping[str, list[str]], references: Sequence[str], metrics: Sequence[str], resampling: Resampling
) -> dict[str, Scores]:
    """The scores of every variant, tested against the draft; TER, which is slow, of draft and result only.

    Variants that came out the same are scored once: the tests draw ten thousand times for each.
    """
    same: dict[tuple[str, ...], str] = {}
    twins = {name: same.setdefault(tuple(given), name) for name, given in texts.items()}
    distinct = {name: texts[name] for name in same.values()}
    found = score_systems(distinct, references, [one for one in metrics if one != "ter"], resampling=resampling)
    scores = {name: found[twin] for name, twin in twins.items()}
    if "ter" in metrics:
        pair = {name: texts[name] for name in ("draft", "cleaned")}
        for name, one in score_systems(pair, references, ["ter"], resampling=resampling).items():
            scores[name] = replace(scores[name], scores=(*scores[name].scores, *one.scores))
    return scores


def _score_json(score: Score) -> dict[str, Any]:
    """A score to four places, with what makes it one."""
    bounds = score.interval and {
        name: round(getattr(score.interval, name), 4) for name in ("mean", "half_width", "low", "high")
    }
    return {
        "value": round(score.value, 4),
        "interval": bounds,
        "significant": score.significant,
        "tests": {
            test.test: {"p": round(test.p_value, 4), "with_ties": round(test.with_ties, 4)} for test in score.tests
        },
        "higher_is_better": score.higher_is_better,
        "signature": score.signature,
    }


def _changed(choice: Choice) -> bool:
    return wording(choice.segment, choice.chosen) != choice.segment.draft


def _share(answers: Iterable[bool]) -> float:
    given = list(answers)
    return round(sum(given) / max(1, len(given)), 4)


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _details(cut: Cut, choices: Sequence[Choice], gains: Sequence[float]) -> list[dict[str, Any]]:
    references = {number: place.unit.reference for place in cut.places for number in place.inside}
    details = []
    for number, (choice, kind) in enumerate(zip(choices, cut.kinds, strict=True)):
        segment = segment_json(number + 1, choice, kind)  # people count from 1
        if number in references:
            segment |= {"reference": references[number], "gain": round(gains[number], 3)}
        details.append(segment)
    return details
