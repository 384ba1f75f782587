"""Fit how a model's rewrites are weighed: the judge's word, and how like its other answers each one is.

    python models/fit_weighing.py models/NAME zh-en.triples.dev.tsv.zst --write

Drafts of wmt20 by several engines are given to the model, twenty lines an article. Each of its post-edits and
retranslations is one point: its `weighing.signs`, and what the line gains by it in the mean of two chrF, one that
counts recall twice, as is usual, and one that does not. (The first alone takes the longer of two answers, whose words
are less often right, and BLEU falls. BLEU of a line is noise.) A ridge regression goes through those of rough engines.
A second one goes through the articles of all: their `weighing.article_signs`, and what their lines gain by the rewrites
that the first finds best. How much both must predict (`least` of a rewrite and of an article) is what wins most for
rough engines where, on folds that the lines did not see, no good engine loses and hardly a reference changes. --write
puts all into the manifest, under "gate". Tune on wmt20 only.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sacrebleu
from sacrebleu.metrics.chrf import CHRF

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from models.fit_gate import fit_parser, put_gate, ridge
from models.judge import ARTICLE, Translations
from postedit import judge, weights
from postedit.article import Segment
from postedit.candidates import proposals, with_retranslations
from postedit.choices import passes
from postedit.estimates import Place, base_of, qualities
from postedit.roughness import SENTENCE_SIGNS, article_signs
from postedit.translator import Job, Request, Translator
from postedit.weighing import OFFERED, SIGNS, Judged, with_permitted

SET = "wmt20"
GOOD = ("bergamot-base", "microsoft", "google")  # must not lose
ROUGH = ("argos", "opusmt", "nllb")
ENGINES = (*ROUGH, *GOOD)
CLEAN = "references"  # as drafts that need nothing
FOLDS = 5
APART = 5  # lines between what is read whole and what is spread
RIDGE = 10.0  # on standardized signs
CLIP = 15.0  # points: a few lines that are another text would pull the line
CLIP_ARTICLE = 1.0  # what matters is which side of nothing an article is on
LEASTS = (0.5, 1.0, 1.5)  # less changes more sentences for the worse and wins the same
LEAST_ARTICLES = (0.1, 0.12, 0.15, 0.2, 0.3, 0.4, 0.6)  # less does no harm to news, but wmt20 has nothing else
# Points of a good engine, in the mean of chrF and BLEU. Some of microsoft's drafts lack most of their text: to mend
# them wins chrF, and loses BLEU whatever is put in.
MOST_LOST = 0.1
MOST_CLEAN = 0.05  # share of the references, in articles of `ARTICLE` lines and of one

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Offer:
    """A line, and what may take its place."""

    engine: str
    article: int  # of its engine
    text: str
    reference: str
    rewrites: Sequence[str]
    passing: Sequence[bool]  # whether no check objects to each
    signs: Floats  # rewrites x `SIGNS`
    gains: Floats  # of each rewrite, in points of chrF
    even: Floats  # the same where recall counts no more than precision
    told: Mapping[str, float] | None  # `sentence_signs`

    @property
    def fold(self) -> int:
        return self.article % FOLDS

    @property
    def worths(self) -> Floats:
        """What is to be predicted of each rewrite."""
        return (self.gains + self.even) / 2

    def chosen(self, predicted: Floats, least: float) -> int | None:
        """The number of the rewrite that a gate would let through."""
        best = [int(n) for n in np.argsort(-predicted, kind="stable")[:OFFERED] if predicted[n] >= least]
        return next((n for n in best if self.passing[n]), None)

    def gain(self, predicted: Floats) -> float:
        """Points that the line gains by the rewrite that is predicted to gain most."""
        n = self.chosen(predicted, LEASTS[0])
        return 0.0 if n is None else float(self.gains[n])


def readable(translator: Translator, seen: Translations, first: int, spread: int) -> list[int]:
    """The first lines of the set, whole documents, and as many more as `spread` says, far from each other.

    Those that are too long for the model beside some engine's draft are left out.
    """
    found = []
    for n, source in enumerate(seen.sources):
        texts = [*(side[n] for side in seen.texts.values()), seen.references[ENGINES[0]][n]]
        requests = [Request(Job.POST_EDIT, draft=text, source=source) for text in texts]
        if all(translator.count(one) <= translator.max_tokens for one in requests):
            found.append(n)
    rest = [n for n in found if n >= first + APART]
    return [n for n in found if n < first] + rest[:: max(1, len(rest) // max(1, spread))][:spread]


def offers(translator: Translator, reader: judge.Judge, seen: Translations, lines: Sequence[int]) -> Iterator[Offer]:
    """Each engine's drafts, and the references, with what the model would make of them."""
    references = [seen.references[ENGINES[0]][n] for n in lines]
    for engine in (*ENGINES, CLEAN):
        drafts = seen.references[ENGINES[0]] if engine == CLEAN else seen.texts[engine]
        segments = [Segment(drafts[n].strip(), 0, source=seen.sources[n]) for n in lines]
        offered = with_retranslations(segments, proposals(segments, translator, several=True), translator)
        found = [with_permitted(*one) for one in zip(segments, offered, strict=True)]
        places: dict[Place, str] = {
            (n, at): one.text for n, some in enumerate(found) for at, one in enumerate(some.candidates)
        }
        said = qualities(reader, segments, places)
        for n, (segment, one, reference) in enumerate(zip(segments, found, references, strict=True)):
            known = [said[n, at] for at in range(len(one.candidates))]
            yield _offer(engine, n // ARTICLE, segment, reference, Judged(one, known))


def _offer(engine: str, article: int, segment: Segment, reference: str, judged: Judged) -> Offer:
    base = judged.proposal.candidates[base_of(judged.proposal.candidates)]
    rewrites, signs = judged.rewrites
    texts = [one.text for one in rewrites]
    return Offer(
        engine,
        article,
        base.text,
        reference,
        texts,
        [passes(segment, base, one) for one in texts],
        np.array(signs).reshape(-1, len(SIGNS)),
        gained(base.text, texts, reference),
        gained(base.text, texts, reference, beta=1),
        judged.sentence,
    )


def gained(base: str, texts: Sequence[str], reference: str, beta: int = CHRF.BETA) -> Floats:
    """How much better each text is than the base, in points of chrF whose recall counts `beta` times.

    >>> base, reference = "The river rose.", "The river rose on Monday."
    >>> usual, even = (gained(base, [reference + " It is said."], reference, beta) for beta in (2, 1))
    >>> bool(even < usual)
    True
    """
    metric = CHRF(beta=beta)
    first, *others = (metric.sentence_score(text, [reference]).score for text in (base, *texts))
    found: Floats = np.clip(np.array(others, np.float64) - first, -CLIP, CLIP)
    return found


def points(read: Sequence[Offer]) -> tuple[Floats, Floats]:
    """The signs of all rewrites of rough engines' drafts, and what each is worth."""
    rough = [offer for offer in read if offer.engine in ROUGH]
    return np.concatenate([offer.signs for offer in rough]), np.concatenate([offer.worths for offer in rough])


def fit(read: Sequence[Offer]) -> Floats:
    """Weights of the signs, by ridge regression on standardized ones; the constant, which comes last, is free."""
    x, y = points(read)
    return ridge(x, y, RIDGE, x.shape[1] - 1)


def held_out(read: Sequence[Offer], line: Callable[[Sequence[Offer]], Floats] = fit) -> list[Floats]:
    """What the line through the other folds predicts of the rewrites of each."""
    lines = [line([offer for offer in read if offer.fold != fold]) for fold in range(FOLDS)]
    return [offer.signs @ lines[offer.fold] for offer in read]


Articles = Mapping[tuple[str, int], Sequence[int]]  # engine and article to the numbers of its offers


def articles(read: Sequence[Offer], *, alone: bool = False) -> Articles:
    """The offers of each article; `alone`, each offer is one."""
    found: dict[tuple[str, int], list[int]] = {}
    for n, offer in enumerate(read):
        found.setdefault((offer.engine, n if alone else offer.article), []).append(n)
    return found


@dataclass(frozen=True, slots=True)
class Rough:
    """What an article's sentences tell of what it gains."""

    usual: Mapping[str, float]
    lines: Sequence[Sequence[Floats]]  # with its sound and without: one a fold, from the others; the last from all

    @classmethod
    def fit(cls, read: Sequence[Offer], predicted: Sequence[Floats]) -> "Rough":
        """From articles of all engines, the references too: what good drafts have no need of must be told apart."""
        whole = articles(read)
        told = {key: [one for n in some if (one := read[n].told)] for key, some in whole.items()}
        good = [one for (engine, _), some in told.items() if engine in (*GOOD, CLEAN) for one in some]
        usual = {name: float(np.mean([one[name] for one in good])) for name in SENTENCE_SIGNS}
        x = np.array([[*article_signs(told[key], usual).values()] for key in whole])
        y = np.array([np.mean([read[n].gain(predicted[n]) for n in some]) for some in whole.values()])
        y = np.clip(y, -CLIP_ARTICLE, CLIP_ARTICLE)
        folds, constant = np.array([article % FOLDS for _, article in whole]), SENTENCE_SIGNS.index("constant")
        lines = []
        for unheard in ((), ("sounds rough",)):
            seen = x * [float(name not in unheard) for name in SENTENCE_SIGNS]
            some = [ridge(seen[folds != fold], y[folds != fold], 1.0, constant) for fold in range(FOLDS)]
            lines.append([*some, ridge(seen, y, 1.0, constant)])
        return cls(usual, lines)

    def held_out(self, read: Sequence[Offer], *, alone: bool = False) -> list[float]:
        """What the lines through the other folds predict of each offer's article: the least of them."""
        predicted = [0.0] * len(read)
        for some in articles(read, alone=alone).values():
            known = article_signs([one for n in some if (one := read[n].told)], self.usual)
            for n in some:
                predicted[n] = min(float(np.array([*known.values()]) @ some[read[n].fold]) for some in self.lines)
        return predicted


def measure(
    read: Sequence[Offer], predicted: Sequence[Floats], rough: Sequence[float], least: float, article: float
) -> dict[str, dict[str, float]]:
    """By engine: what is gained in BLEU and chrF, and what share of the lines changes.

    `rough` is what is predicted of each offer's article, and `article` how much of it is needed.
    """
    found = {}
    for engine in (*ENGINES, CLEAN):
        mine = [n for n, offer in enumerate(read) if offer.engine == engine]
        before = tuple(read[n].text for n in mine)
        chosen = [read[n].chosen(predicted[n], least) if rough[n] >= article else None for n in mine]
        after = tuple(
            read[n].text if one is None else read[n].rewrites[one] for n, one in zip(mine, chosen, strict=True)
        )
        references = tuple(read[n].reference for n in mine)
        (old_bleu, old_chrf), (bleu, chrf) = scores(before, references), scores(after, references)
        found[engine] = {
            "bleu": bleu - old_bleu,
            "chrf": chrf - old_chrf,
            "changed": sum(one is not None for one in chosen) / len(mine),
        }
    return {engine: {name: round(value, 3) for name, value in one.items()} for engine, one in found.items()}


@cache
def scores(texts: tuple[str, ...], references: tuple[str, ...]) -> tuple[float, float]:
    """BLEU and chrF. Most thresholds choose what another has chosen."""
    return sacrebleu.corpus_bleu(texts, [references]).score, sacrebleu.corpus_chrf(texts, [references]).score


def harmless(
    found: dict[str, dict[str, float]],
    alone: dict[str, dict[str, float]],
    most_lost: float = MOST_LOST,
    most_clean: float = MOST_CLEAN,
) -> bool:
    """Whether no good engine loses and hardly a reference changes, even where each is an article `alone`."""
    lost = max(-(found[engine]["bleu"] + found[engine]["chrf"]) / 2 for engine in GOOD)
    return lost <= most_lost and max(one[CLEAN]["changed"] for one in (found, alone)) <= most_clean


def won(found: dict[str, dict[str, float]]) -> float:
    """What rough engines gain, in the mean of chrF and BLEU."""
    return sum(found[engine]["bleu"] + found[engine]["chrf"] for engine in ROUGH)


def fitted(read: Sequence[Offer]) -> dict[str, Any]:
    """The weights, the threshold, and what each threshold does to drafts that the line did not see."""
    predicted = held_out(read)
    rough = Rough.fit(read, predicted)
    together, apart = rough.held_out(read), rough.held_out(read, alone=True)
    tried = {pair: measure(read, predicted, together, *pair) for pair in product(LEASTS, LEAST_ARTICLES)}
    singly = {pair: measure(read, predicted, apart, *pair) for pair in tried}
    able = [pair for pair in tried if harmless(tried[pair], singly[pair])]
    least, article = max(able, key=lambda pair: won(tried[pair]), default=(None, None))
    _, gains = points(read)
    told = np.concatenate([one for one, offer in zip(predicted, read, strict=True) if offer.engine in ROUGH])
    return {
        "weights": {name: round(float(value), 5) for name, value in zip(SIGNS, fit(read), strict=True)},
        "least": least,
        "article": {
            "lines": [
                dict(zip(SENTENCE_SIGNS, (round(float(one), 5) for one in some[-1]), strict=True))
                for some in rough.lines
            ],
            "usual": {name: round(value, 5) for name, value in rough.usual.items()},
            "least": article,
        },
        "fitted": {
            "set": SET,
            "lines": sum(offer.engine == CLEAN for offer in read),
            "rewrites": len(gains),
            "correlation, held out": round(float(np.corrcoef(told, gains)[0, 1]), 3),
            "held out": {_named(*pair): found for pair, found in tried.items()},
            "held out, a line an article": {_named(*pair): found for pair, found in singly.items()},
        },
    }


def _named(least: float, article: float) -> str:
    return f"{least:g}, article {article:g}"


def write(path: Path, found: dict[str, Any]) -> None:
    """Put the weighing into a manifest, with what its thresholds did to drafts that the lines did not see."""
    named = _named(found["least"], found["article"]["least"])
    held = {name: one[named] if isinstance(one, dict) else one for name, one in found["fitted"].items()}
    put_gate(path, {"weighing": {**found, "fitted": held}}, usual={})


def main(arguments: Sequence[str] | None = None) -> int:
    parser = fit_parser("Fit how a model's rewrites are weighed.")
    parser.add_argument("--first", type=int, default=220, help="lines of wmt20, for each engine: whole documents")
    parser.add_argument("--spread", type=int, default=200, help="more lines, from all over the set")
    options = parser.parse_args(arguments)
    translator = weights.load(str(options.model), threads=options.threads, offline=True)
    folder = next(one.weights.parent for one in weights.shipped() if one.name == weights.JUDGE)
    seen = Translations(options.triples, SET, ENGINES)
    lines = readable(translator, seen, options.first, options.spread)
    found = fitted([*offers(translator, judge.load(folder, threads=options.threads), seen, lines)])
    return settle(found, options.model / "manifest.json", write if options.write else None)


def settle(found: dict[str, Any], manifest: Path, put: Callable[[Path, dict[str, Any]], None] | None) -> int:
    """Print what was found, and `put` it into the manifest; SystemExit where no threshold will do."""
    print(json.dumps(found, indent=1))
    if found["least"] is None:
        raise SystemExit("no threshold wins and lets the good engines and the references be; nothing is written")
    if put:
        put(manifest, found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
