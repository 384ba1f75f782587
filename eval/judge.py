"""What the judge is worth: drafts by one engine, translations of the same sources offered by another, as a model would.

    python eval/judge.py ../shared/data/zh-en.triples.dev.tsv.zst -o eval/results/judge.json

The pipeline is the whole one: repairs, checks, gate. In the model's place stands an engine whose translations are on
file, cut and aligned with the source as drafts are. Lines are cut into articles of twenty, for the judge weighs
articles, too. `offered` is the share of sentences for which there was another wording (a line may be cut elsewhere),
`taken` the share where all or some of it was chosen; `instead` scores the other engine's translations alone, `oracle`
the choice that the references would make, sentence by sentence; `without the model` has the repairs only. On wmt20,
which its threshold was tuned on, the numbers are a little too good.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from postedit import Cleaner, FakeTranslator
from postedit.article import Article, Block, Origin
from postedit.evaluation import evaluate
from postedit.pipeline import segments_of
from postedit.scores import score
from postedit.suites import A_LINE, Sample, Unit, text_lines
from postedit.translator import Job

SETS = ("wmt21", "flores-dev", "wmt20")
# Who wrote the draft, and who is asked.
PAIRS = (
    ("argos", "opusmt"), ("argos", "nllb"), ("argos", "bergamot-base"), ("opusmt", "nllb"), ("nllb", "opusmt"),
    ("bergamot-base", "opusmt"), ("microsoft", "nllb"), ("google", "opusmt"), ("google", "nllb"),
)  # fmt: skip
METRICS = ("bleu", "chrf")
SYSTEMS = ("draft", "without the model", "cleaned", "oracle")
ARTICLE = 20
BETWEEN = "\n\n"

Rows = Sequence[tuple[str, str, str]]  # source, draft, reference


def read(table: Path, name: str) -> dict[str, list[tuple[str, str, str]]]:
    """The rows of one set, by engine."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for line in text_lines(table):
        source, draft, reference, system = line.split("\t")[:4]
        if system.startswith(f"{name}.moz-"):
            row = (flat(source), flat(draft), flat(reference))
            found.setdefault(system.removeprefix(f"{name}.moz-"), []).append(row)
    return found


def flat(text: str) -> str:
    return " ".join(text.split())


def articles(rows: Rows) -> Iterator[Sample]:
    """The rows as articles of `ARTICLE` lines, a block each."""
    for at in range(0, len(rows), ARTICLE):
        part = rows[at : at + ARTICLE]
        sources, drafts = ([row[side] for row in part] for side in (0, 1))
        blocks = [Block(start, end, why=A_LINE) for start, end in spans(drafts)]
        article = Article(
            id=f"lines {at + 1} to {at + len(part)}",
            draft=BETWEEN.join(drafts),
            blocks=tuple(blocks),
            source=BETWEEN.join(sources),
            source_blocks=tuple(Block(start, end, why=A_LINE) for start, end in spans(sources)),
        )
        yield Sample(article, tuple(Unit(b.start, b.end, row[2]) for b, row in zip(blocks, part, strict=True)))


def spans(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where each text lies when all are joined."""
    at = 0
    for text in texts:
        yield at, at + len(text)
        at += len(text) + len(BETWEEN)


def measure(draft: Rows, other: Rows, limit: int) -> dict[str, Any]:
    """What the pipeline makes of drafts when another engine's translations are offered, beside those alone."""
    whole = {source: text for source, text, _ in other}
    rows = [row for row in draft if all(row) and whole.get(row[0])][: limit or None]
    translations: dict[str, str] = {}
    for article in articles([(row[0], whole[row[0]], row[2]) for row in rows]):
        for segment in segments_of(article.article, None):
            translations.setdefault(segment.source or "", segment.draft)
    cleaner = Cleaner(FakeTranslator(translations, [Job.RETRANSLATE]))
    facts = evaluate(list(articles(rows)), cleaner, "draft", METRICS).facts
    instead = score([whole[row[0]] for row in rows], [row[2] for row in rows], METRICS)
    return {
        "lines": len(rows),
        "offered": facts["rewritten"],
        "taken": round(facts["origins"].get(Origin.RETRANSLATE, 0) / facts["sentences"], 3),
        **values(facts),
        "instead": {one.metric: round(one.value, 4) for one in instead.scores},
        **evidence(facts, cleaner),
    }


def values(facts: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """By metric, what each system of a run scores."""
    return {name: {key: facts["systems"][key][name]["value"] for key in SYSTEMS} for name in METRICS}


def evidence(facts: Mapping[str, Any], cleaner: Cleaner) -> dict[str, Any]:
    """The tests of the cleaned text against the draft, how it was scored, and what made it."""
    cleaned = facts["systems"]["cleaned"]
    return {
        "p": {name: cleaned[name]["tests"] for name in METRICS},
        "signatures": {name: cleaned[name]["signature"] for name in METRICS},
        "run": cleaner.signature,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, help="zh-en.triples.dev.tsv.zst")
    parser.add_argument("--only", choices=SETS, nargs="*", default=SETS[:2])
    parser.add_argument("--limit", type=int, default=200, help="lines of each set; 0: all")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args(arguments)
    results: dict[str, dict[str, Any]] = {}
    for name in options.only:
        engines = read(options.table, name)
        for draft, other in PAIRS:
            found = measure(engines[draft], engines[other], options.limit)
            results[f"{name}: {draft} < {other}"] = found
            told = [f"{metric} {found[metric]['draft']:.2f} -> {found[metric]['cleaned']:.2f}" for metric in METRICS]
            print(f"{name}: {draft} < {other}: {found['taken']:.1%} taken, {', '.join(told)}", flush=True)
    if options.output:
        options.output.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
