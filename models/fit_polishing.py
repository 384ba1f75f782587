"""Fit how polishes are weighed where there is no source: how like the model's other answers each one is.

    python models/fit_polishing.py models/NAME zh-en.triples.dev.tsv.zst --write

Drafts of wmt20 by several engines are given to the model without their sources. Each of its polishes that no check
objects to is one point: its `polishing.POLISH_SIGNS`, the words that it puts in and takes out (`polishing.swapped`),
of those that `SEEN` drafts show, and what the line gains by it (`offers.Offer.worths`). A ridge regression goes
through those of rough engines, and holds the words down the more, the fewer show them. What it must predict (`least`),
and how rough an article of twenty lines must sound (`rough`), is what changes fewest sentences of those pairs that win
`NEARLY` as much for rough engines as any that does no harm: on folds that the line did not see, no good engine loses
and hardly a reference changes. Each engine counts alike, however little it has to win. What the article must gain on
average (`article`) is the most that leaves `NEARLY` all of that, for wmt20 has no text that sounds rough and is good,
and others have. --write puts all into the manifest, under "gate". Tune on wmt20 only; --general reads rough drafts of
text that is no news beside it, as one more rough engine.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from models.fit_gate import fit_parser, put_gate
from models.judge import ARTICLE, Translations
from models.offers import (
    CLEAN,
    ENGINES,
    GOOD,
    ROUGH,
    SET,
    Drafts,
    Floats,
    Offer,
    articles,
    correlation,
    drafts_of,
    fit,
    gained,
    general_drafts,
    harmless,
    held_out,
    lines_of,
    measure,
    named,
    points,
    settle,
    won,
    worded,
)
from postedit import weights
from postedit.article import Candidate, Origin, Segment
from postedit.candidates import proposals
from postedit.choices import passes
from postedit.estimates import base_of
from postedit.polishing import POLISH_SIGNS, Polishing, offered_polishes
from postedit.tells import sounds_rough
from postedit.translator import Job, Request, Translator

FEWER = 400  # lines of the good engines and of the references, which tell only what is lost
SEEN = 20  # drafts that show a word put in or taken out, before it counts
GENERAL_LINES = 640
HELD = 200.0  # as many polishes with a word that gain nothing are thought to stand beside those that are known
LEASTS = (0.0, 0.25, 0.5)  # points
# Points of a good engine, and share of the references, in articles of `ARTICLE` lines and of one: less than where a
# source is read, for nothing else than how a text sounds speaks for its being rough.
MOST_LOST, MOST_CLEAN = 0.02, 0.01
NEARLY = 0.9  # of what can be won; the rest is won by ever smaller gains, which a reader sees least of
ARTICLES = (0.05, 0.1, 0.12, 0.15, 0.2)  # points, beside none
ROUGHS = (-0.06, -0.04, -0.02, 0.0, 0.02, 0.04, 0.06)  # of `tells`


def offers(translator: Translator, given: Iterable[Drafts]) -> Iterator[Offer]:
    """The drafts of each engine with what the model would make of them."""
    for drafts in given:
        some = [n for n, one in enumerate(drafts.texts) if _fits(translator, one)]
        segments = [Segment(drafts.texts[n].strip(), 0) for n in some]
        found = proposals(segments, translator, polished=frozenset(range(len(segments))))
        for n, segment, one in zip(some, segments, found, strict=True):
            article = drafts.first + n // ARTICLE
            yield _offer(drafts.engine, article, segment, drafts.references[n], one.candidates)


def first_lines(drafts: Drafts, lines: int) -> Drafts:
    """So many of them, 0 for all; of who is not rough no more than tell what is lost."""
    most = min([len(drafts.texts), *([lines] if lines else []), *([] if drafts.engine in ROUGH else [FEWER])])
    return drafts.some(range(most))


def _fits(translator: Translator, draft: str) -> bool:
    return translator.count(Request(Job.POLISH, draft=draft)) <= translator.max_tokens


def _offer(engine: str, article: int, segment: Segment, reference: str, row: tuple[Candidate, ...]) -> Offer:
    row, told = offered_polishes(segment, row)
    base = row[base_of(row)]
    texts = [one.text for one in row if one.origin is Origin.POLISH]
    passing = [passes(segment, base, one, polished=True) for one in texts]
    texts = [one for one, fine in zip(texts, passing, strict=True) if fine]
    signs = np.array([[*one.values()] for one, fine in zip(told, passing, strict=True) if fine])
    gains, even = (gained(base.text, texts, reference, beta) for beta in (2, 1))
    return Offer(
        engine, article, base.text, reference, texts, [True] * len(texts), signs.reshape(-1, len(POLISH_SIGNS)), gains,
        even, {"sounds rough": sounds_rough(segment.text)},
    )  # fmt: skip


def fitted(read: Sequence[Offer]) -> dict[str, Any]:
    """The weights, the thresholds, and what each of them does to drafts that the line did not see."""
    words, read = worded(read, SEEN)
    line = partial(fit, words=len(words), held=HELD)
    predicted = held_out(read, line)
    known = [float((one.told or {})["sounds rough"]) for one in read]
    usual = float(np.mean([one for one, offer in zip(known, read, strict=True) if offer.engine in (*GOOD, CLEAN)]))
    sounds = [_spread(read, known, Polishing({}, 0.0, usual).sound, alone=alone) for alone in (False, True)]
    best = [float(max(one, default=0.0)) for one in predicted]
    gains = [_spread(read, best, Polishing.together, alone=alone) for alone in (False, True)]

    def measured(least: float, rough: float, article: float) -> list[dict[str, dict[str, float]]]:
        """In articles of `ARTICLE` lines, and of one."""
        told = [
            [one if much >= article else float("-inf") for one, much in zip(sound, gain, strict=True)]
            for sound, gain in zip(sounds, gains, strict=True)
        ]
        return [measure(read, predicted, some, least, rough) for some in told]

    tried = {(*pair, 0.0): measured(*pair, 0.0) for pair in product(LEASTS, ROUGHS)}
    able = [key for key in tried if won(tried[key][0]) > 0 and _harmless(tried[key])]
    if not able:
        return {"least": None, "fitted": {"tried": _told(tried)}}
    most = np.max([won_each(tried[key][0]) for key in able], axis=0)
    shares = {key: share(tried[key][0], most) for key in able}
    enough = [key for key in able if shares[key] >= NEARLY * max(shares.values())]
    least, rough, _ = chosen = min(enough, key=lambda key: _changed(tried[key][0]))
    tried |= {key: measured(*key) for key in ((least, rough, article) for article in ARTICLES)}
    most = won_each(tried[chosen][0])
    able = [key for key in tried if key[:2] == chosen[:2] and _harmless(tried[key])]
    chosen = max(key for key in able if share(tried[key][0], most) >= NEARLY)
    return {
        **named(line(read), POLISH_SIGNS, words),
        "least": least,
        "usual": round(usual, 5),
        "rough": rough,
        "article": chosen[2],
        "fitted": {
            "set": SET,
            "lines": {"rough engines": lines_of(read, ROUGH[0]), "others": lines_of(read, CLEAN)},
            "polishes": len(points(read)[1]),
            "correlation, held out": round(correlation(read, predicted), 3),
            "held out": tried[chosen][0],
            "held out, a line an article": tried[chosen][1],
            "tried": _told(tried),
        },
    }


def _spread(
    read: Sequence[Offer], values: Sequence[float], mean: Callable[[Sequence[float]], float], *, alone: bool
) -> list[float]:
    """What an article's offers say together, at the place of each."""
    found = [0.0] * len(read)
    for some in articles(read, alone=alone).values():
        said = mean([values[n] for n in some])
        for n in some:
            found[n] = said
    return found


def _harmless(tried: Sequence[dict[str, dict[str, float]]]) -> bool:
    together, apart = tried
    return harmless(together, apart, MOST_LOST, MOST_CLEAN)


def won_each(found: Mapping[str, Mapping[str, float]]) -> Floats:
    """What each rough engine wins, in the mean of BLEU and chrF."""
    return np.array([(one["bleu"] + one["chrf"]) / 2 for engine, one in found.items() if engine in ROUGH])


def share(found: Mapping[str, Mapping[str, float]], most: Floats) -> float:
    """How much of the most that it may each rough engine wins, on average; who can win nothing has won all of it."""
    return float(np.mean(np.divide(won_each(found), most, out=np.ones(len(most)), where=most > 0)))


def _changed(found: Mapping[str, Mapping[str, float]]) -> float:
    return sum(one["changed"] for one in found.values())


def _told(tried: Mapping[tuple[float, float, float], Sequence[Any]]) -> dict[str, Any]:
    """What each threshold does in articles of `ARTICLE` lines."""
    return {"{:g}, sounds {:g}, article {:g}".format(*key): found[0] for key, found in tried.items()}


def write(path: Path, found: dict[str, Any]) -> None:
    """Put the polishing into a manifest, with what its thresholds did to drafts that the line did not see."""
    told = {name: one for name, one in found["fitted"].items() if name != "tried"}
    put_gate(path, {"polishing": {**found, "fitted": told}}, usual={})


def main(arguments: Sequence[str] | None = None) -> int:
    parser = fit_parser("Fit how polishes are weighed where there is no source.")
    parser.add_argument("--lines", type=int, default=0, help="lines of wmt20, for each engine; 0: all")
    parser.add_argument("--general", type=Path, help="corpora/general/dev.tsv: all of its lines beside wmt20's")
    options = parser.parse_args(arguments)
    translator = weights.load(str(options.model), threads=options.threads, offline=True)
    drafts = [first_lines(one, options.lines) for one in drafts_of(Translations(options.triples, SET, ENGINES))]
    drafts += general_drafts(options.general, GENERAL_LINES) if options.general else []
    found = fitted([*offers(translator, drafts)])
    return settle(found, options.model / "manifest.json", write if options.write else None)


if __name__ == "__main__":
    raise SystemExit(main())
