"""Fit how polishes are weighed where there is no source: how like the model's other answers each one is.

    python models/fit_polishing.py models/NAME zh-en.triples.dev.tsv.zst --write

Drafts of wmt20 by several engines are given to the model without their sources. Each of its polishes that no check
objects to is one point: its `polishing.POLISH_SIGNS`, and what the line gains by it (`fit_weighing.Offer.worths`). A
ridge regression goes through those of rough engines. What it must predict (`least`), and how rough an article of
twenty lines must sound (`rough`), is what changes fewest sentences of those pairs that win `NEARLY` as much for rough
engines as any that does no harm: on folds that the line did not see, no good engine loses and hardly a reference
changes. --write puts all into the manifest, under "gate". Tune on wmt20 only.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from models.fit_gate import put_gate
from models.fit_weighing import (
    CLEAN,
    ENGINES,
    GOOD,
    ROUGH,
    SET,
    Offer,
    articles,
    fit,
    gained,
    held_out,
    measure,
    won,
)
from models.judge import ARTICLE, Translations
from postedit import weights
from postedit.article import Origin, Segment
from postedit.candidates import proposals
from postedit.choices import passes
from postedit.estimates import base_of
from postedit.polishing import POLISH_SIGNS, Polishing, offered_polishes
from postedit.tells import sounds_rough
from postedit.translator import Job, Request, Translator

FEWER = 400  # lines of the good engines and of the references, which tell only what is lost
LEASTS = (0.0, 0.25, 0.5)  # points
# Points of a good engine, and share of the references, in articles of `ARTICLE` lines and of one: less than where a
# source is read, for nothing else than how a text sounds speaks for its being rough.
MOST_LOST, MOST_CLEAN = 0.02, 0.01
NEARLY = 0.9  # of what can be won; the rest is won by ever smaller gains, which a reader sees least of
ROUGHS = (-0.06, -0.04, -0.02, 0.0, 0.02, 0.04, 0.06)  # of `tells`


def offers(translator: Translator, seen: Translations, lines: int) -> Iterator[Offer]:
    """Each engine's drafts, and the references, with what the model would make of them; `lines` at most, 0 for all."""
    references = seen.references[ENGINES[0]]
    for engine in (*ENGINES, CLEAN):
        drafts = (references if engine == CLEAN else seen.texts[engine])[: lines or None]
        drafts = drafts if engine in ROUGH else drafts[:FEWER]
        some = [n for n, one in enumerate(drafts) if _fits(translator, one)]
        segments = [Segment(drafts[n].strip(), 0) for n in some]
        found = proposals(segments, translator, polished=frozenset(range(len(segments))))
        for n, segment, one in zip(some, segments, found, strict=True):
            yield _offer(engine, n // ARTICLE, segment, references[n], offered_polishes(segment, one.candidates))


def _fits(translator: Translator, draft: str) -> bool:
    return translator.count(Request(Job.POLISH, draft=draft)) <= translator.max_tokens


def _offer(engine: str, article: int, segment: Segment, reference: str, offered: Any) -> Offer:
    row, told = offered
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
    """The weights, both thresholds, and what each pair of them does to drafts that the line did not see."""
    predicted = held_out(read)
    known = [float((one.told or {})["sounds rough"]) for one in read]
    usual = float(np.mean([one for one, offer in zip(known, read, strict=True) if offer.engine in (*GOOD, CLEAN)]))
    line = Polishing({}, 0.0, usual)
    together, apart = [0.0] * len(read), [0.0] * len(read)
    for found, alone in ((together, False), (apart, True)):
        for some in articles(read, alone=alone).values():
            sound = line.sound([known[n] for n in some])
            for n in some:
                found[n] = sound
    tried = {pair: measure(read, predicted, together, *pair) for pair in product(LEASTS, ROUGHS)}
    singly = {pair: measure(read, predicted, apart, *pair) for pair in tried}
    able = [pair for pair in tried if _harmless(tried[pair]) and _harmless(singly[pair])]
    most = max((won(tried[pair]) for pair in able), default=0.0)
    enough = [pair for pair in able if won(tried[pair]) >= NEARLY * most]
    least, rough = min(enough, key=lambda pair: _changed(tried[pair]), default=(None, None))
    gains = np.concatenate([offer.worths for offer in read if offer.engine in ROUGH])
    told = np.concatenate([one for one, offer in zip(predicted, read, strict=True) if offer.engine in ROUGH])
    return {
        "weights": {name: round(float(value), 5) for name, value in zip(POLISH_SIGNS, fit(read), strict=True)},
        "least": least,
        "usual": round(usual, 5),
        "rough": rough,
        "fitted": {
            "set": SET,
            "lines": {"rough engines": _lines(read, ROUGH[0]), "others": _lines(read, CLEAN)},
            "polishes": len(gains),
            "correlation, held out": round(float(np.corrcoef(told, gains)[0, 1]), 3),
            "held out": {_named(*pair): found for pair, found in tried.items()},
            "held out, a line an article": {_named(*pair): found for pair, found in singly.items()},
        },
    }


def _harmless(found: Mapping[str, Mapping[str, float]]) -> bool:
    lost = max(-(found[engine]["bleu"] + found[engine]["chrf"]) / 2 for engine in GOOD)
    return lost <= MOST_LOST and found[CLEAN]["changed"] <= MOST_CLEAN


def _changed(found: Mapping[str, Mapping[str, float]]) -> float:
    return sum(one["changed"] for one in found.values())


def _lines(read: Sequence[Offer], engine: str) -> int:
    return sum(offer.engine == engine for offer in read)


def _named(least: float, rough: float) -> str:
    return f"{least:g}, sounds {rough:g}"


def write(path: Path, found: dict[str, Any]) -> None:
    """Put the polishing into a manifest, with what its thresholds did to drafts that the line did not see."""
    named, told = _named(found["least"], found["rough"]), ("held out", "held out, a line an article")
    held = {name: one[named] if name in told else one for name, one in found["fitted"].items()}
    put_gate(path, {"polishing": {**found, "fitted": held}}, usual={})


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fit how polishes are weighed where there is no source.")
    parser.add_argument("model", type=Path, help="a model's folder, with manifest.json")
    parser.add_argument("triples", type=Path, help="source, draft, reference, set.engine; .zst or not")
    parser.add_argument("--lines", type=int, default=0, help="lines of wmt20, for each engine; 0: all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the polishing into the model's manifest")
    options = parser.parse_args(arguments)
    translator = weights.load(str(options.model), threads=options.threads, offline=True)
    found = fitted([*offers(translator, Translations(options.triples, SET, ENGINES), options.lines)])
    print(json.dumps(found, indent=1))
    if found["least"] is None:
        raise SystemExit("no threshold lets the good engines and the references be; nothing is written")
    if options.write:
        write(options.model / "manifest.json", found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
