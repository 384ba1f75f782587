"""Fit how a model's rewrites are weighed: the judge's word, and how like its other answers each one is.

    python models/fit_weighing.py models/NAME zh-en.triples.dev.tsv.zst --write

Drafts of wmt20 by several engines are given to the model, twenty lines an article. Each of its post-edits and
retranslations is one point: its `weighing.signs`, and what the line gains by it in the mean of two chrF, one that
counts recall twice, as is usual, and one that does not. (The first alone takes the longer of two answers, whose words
are less often right, and BLEU falls. BLEU of a line is noise.) A ridge regression goes through those of rough engines.
A second one goes through the articles of all: their `weighing.article_signs`, and what their lines gain by the rewrites
that the first finds best. How much both must predict (`least` of a rewrite and of an article) is what wins most for
rough engines where, on folds that the lines did not see, no good engine loses and hardly a reference changes; of what
wins the same, what wins most where each line is an article. --write puts all into the manifest, under "gate". Tune on
wmt20 only; --general reads rough drafts of text that is no news beside it, as one more rough engine, and references.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from models.fit_gate import fit_parser, put_gate, ridge
from models.judge import ARTICLE, Translations
from models.offers import (
    CLEAN,
    ENGINES,
    FOLDS,
    GENERAL,
    GOOD,
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
)
from postedit import judge, weights
from postedit.article import Article, Segment
from postedit.candidates import proposals, with_retranslations
from postedit.choices import passes
from postedit.estimates import Place, base_of, qualities
from postedit.facts import missed
from postedit.knowledge import with_terms
from postedit.roughness import SENTENCE_SIGNS, Roughness, article_signs
from postedit.translator import Job, Request, Translator
from postedit.weighing import SIGNS, Judged, in_letters, with_permitted

GENERAL_LINES = 200
APART = 5  # lines between what is read whole and what is spread
CLIP_ARTICLE = 1.0  # points: what matters is which side of nothing an article is on
LEASTS = (0.5, 1.0, 1.5)  # less changes more sentences for the worse and wins the same
LEAST_ARTICLES = (0.1, 0.12, 0.15, 0.2, 0.3, 0.4, 0.6)  # less does no harm to news, but wmt20 has nothing else
# Points of a good engine, in the mean of chrF and BLEU. Some of microsoft's drafts lack most of their text: to mend
# them wins chrF, and loses BLEU whatever is put in.
MOST_LOST = 0.1
MOST_CLEAN = 0.05  # share of the references, in articles of `ARTICLE` lines and of one


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


def offers(translator: Translator, reader: judge.Judge, given: Iterable[Drafts]) -> Iterator[Offer]:
    """The drafts of each engine with what the model would make of them."""
    for drafts in given:
        lines = [
            Article(str(n), text.strip(), (), source=source)
            for n, (text, source) in enumerate(zip(drafts.texts, drafts.sources, strict=True))
        ]
        segments = [
            one for article in lines for one in with_terms(article, [Segment(article.draft, 0, source=article.source)])
        ]
        offered = with_retranslations(segments, proposals(segments, translator, several=True), translator)
        found = [with_permitted(*one) for one in zip(segments, offered, strict=True)]
        places: dict[Place, str] = {
            (n, at): one.text for n, some in enumerate(found) for at, one in enumerate(some.candidates)
        }
        said = qualities(reader, in_letters(segments, found), places)
        for n, (segment, one, reference) in enumerate(zip(segments, found, drafts.references, strict=True)):
            known = [said[n, at] for at in range(len(one.candidates))]
            yield _offer(drafts.engine, drafts.first + n // ARTICLE, segment, reference, Judged(one, known))


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
        missed(segment, texts),
    )


@dataclass(frozen=True, slots=True)
class Rough:
    """What an article's sentences tell of what it gains."""

    usual: Mapping[str, float]
    # Without the names that drafts lack and with them, of each with the sound of its English and without: a line a
    # fold, from the others; the last from all.
    ways: Sequence[Sequence[Sequence[Floats]]]

    @classmethod
    def fit(cls, read: Sequence[Offer], predicted: Sequence[Floats]) -> "Rough":
        """From articles of all engines, the references too: what good drafts have no need of must be told apart."""
        whole = articles(read)
        told = {key: [one for n in some if (one := read[n].told)] for key, some in whole.items()}
        good = [one for (engine, _), some in told.items() if engine in (*GOOD, CLEAN) for one in some]
        usual = {name: float(np.mean([one[name] for one in good])) for name in SENTENCE_SIGNS}
        x = np.array([[*article_signs(told[key], usual).values()] for key in whole])
        y = np.array([np.mean([read[n].gain(predicted[n], LEASTS[0]) for n in some]) for some in whole.values()])
        y = np.clip(y, -CLIP_ARTICLE, CLIP_ARTICLE)
        folds, constant = np.array([article % FOLDS for _, article in whole]), SENTENCE_SIGNS.index("constant")

        def lines(*unheard: str) -> list[Floats]:
            seen = x * [float(name not in unheard) for name in SENTENCE_SIGNS]
            some = [ridge(seen[folds != fold], y[folds != fold], 1.0, constant) for fold in range(FOLDS)]
            return [*some, ridge(seen, y, 1.0, constant)]

        sound, names = "sounds rough", "names lacking"
        return cls(usual, [[lines(names), lines(names, sound)], [lines(), lines(sound)]])

    def held_out(self, read: Sequence[Offer], *, alone: bool = False) -> list[float]:
        """What the lines through the other folds predict of each offer's article."""
        predicted, folds = [0.0] * len(read), [self.of(fold) for fold in range(FOLDS)]
        for some in articles(read, alone=alone).values():
            gain = folds[read[some[0]].fold].gain([one for n in some if (one := read[n].told)])
            for n in some:
                predicted[n] = gain
        return predicted

    def of(self, fold: int) -> Roughness:
        """The lines through all other folds; of -1, those through all."""
        ways = [[dict(zip(SENTENCE_SIGNS, map(float, line[fold]), strict=True)) for line in way] for way in self.ways]
        return Roughness(ways, self.usual, least=0.0)


def fitted(read: Sequence[Offer]) -> dict[str, Any]:
    """The weights, the threshold, and what each threshold does to drafts that the line did not see."""
    predicted = held_out(read)
    rough = Rough.fit(read, predicted)
    together, apart = rough.held_out(read), rough.held_out(read, alone=True)
    tried = {pair: measure(read, predicted, together, *pair) for pair in product(LEASTS, LEAST_ARTICLES)}
    singly = {pair: measure(read, predicted, apart, *pair) for pair in tried}
    able = [pair for pair in tried if harmless(tried[pair], singly[pair], MOST_LOST, MOST_CLEAN)]
    # Of those that win the same, what wins most where a line is an article, and then what changes less.
    least, article = max(able, key=lambda pair: (won(tried[pair]), won(singly[pair]), *pair), default=(None, None))
    return {
        **named(fit(read), SIGNS),
        "least": least,
        "article": {
            "ways": [
                [{name: round(weight, 5) for name, weight in line.items()} for line in way] for way in rough.of(-1).ways
            ],
            "usual": {name: round(value, 5) for name, value in rough.usual.items()},
            "least": article,
        },
        "fitted": {
            "set": SET,
            "lines": {"of the set": lines_of(read, ENGINES[0]), "general": lines_of(read, GENERAL)},
            "rewrites": len(points(read)[1]),
            "correlation, held out": round(correlation(read, predicted), 3),
            "held out": {_told(*pair): found for pair, found in tried.items()},
            "held out, a line an article": {_told(*pair): found for pair, found in singly.items()},
        },
    }


def _told(least: float, article: float) -> str:
    return f"{least:g}, article {article:g}"


def write(path: Path, found: dict[str, Any]) -> None:
    """Put the weighing into a manifest, with what its thresholds did to drafts that the lines did not see."""
    told = _told(found["least"], found["article"]["least"])
    held = {name: one[told] if name.startswith("held out") else one for name, one in found["fitted"].items()}
    put_gate(path, {"weighing": {**found, "fitted": held}}, usual={})


def main(arguments: Sequence[str] | None = None) -> int:
    parser = fit_parser("Fit how a model's rewrites are weighed.")
    parser.add_argument("--first", type=int, default=220, help="lines of wmt20, for each engine: whole documents")
    parser.add_argument("--spread", type=int, default=200, help="more lines, from all over the set")
    parser.add_argument("--general", type=Path, help="corpora/general/dev.tsv: 200 of its lines beside wmt20's")
    options = parser.parse_args(arguments)
    translator = weights.load(str(options.model), threads=options.threads, offline=True)
    folder = next(one.weights.parent for one in weights.shipped() if one.name == weights.JUDGE)
    seen = Translations(options.triples, SET, ENGINES)
    lines = readable(translator, seen, options.first, options.spread)
    drafts = [one.some(lines) for one in drafts_of(seen)]
    drafts += general_drafts(options.general, GENERAL_LINES) if options.general else []
    found = fitted([*offers(translator, judge.load(folder, threads=options.threads), drafts)])
    return settle(found, options.model / "manifest.json", write if options.write else None)


if __name__ == "__main__":
    raise SystemExit(main())
