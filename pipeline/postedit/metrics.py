"""The metrics: sacrebleu's, loaded when they are first used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from postedit.edit_rate import edit_counts
from postedit.significance import Statistics

_ISO_639_2 = {"zho": "zh", "chi": "zh", "cmn": "zh", "jpn": "ja", "kor": "ko"}


@dataclass(frozen=True, slots=True)
class Yardstick:
    """A sacrebleu metric that has read the references.

    sacrebleu counts anew for each test. Through its private doors the counts are taken once and shared by score,
    interval and both tests; `sacrebleu>=2.6,<3` and the tests against its command keep those doors where they are.
    """

    metric: str
    inner: Any
    sentence: Any  # the same for one sentence: BLEU stops at the orders that a short sentence has

    def statistics(self, texts: Sequence[str], known: Mapping[tuple[int, str], list[float]]) -> Statistics:
        return [
            known.get((i, text)) or self._count(self.inner._preprocess_segment(text), reference)  # noqa: SLF001
            for i, (text, reference) in enumerate(zip(texts, self.inner._ref_cache, strict=True))  # noqa: SLF001
        ]

    def _count(self, text: str, reference: Mapping[str, Any]) -> list[float]:
        if self.metric == "ter":
            return edit_counts(text.split(), reference["ref_words"])
        counted: list[float] = self.inner._compute_segment_statistics(text, reference)  # noqa: SLF001
        return counted

    def total(self, statistics: Statistics) -> Any:
        return self.inner._aggregate_and_compute(statistics)  # noqa: SLF001

    def compute(self, summed: Any) -> Any:
        return self.inner._compute_score_from_stats(summed).score  # noqa: SLF001

    def compute_sentence(self, statistics: list[float]) -> float:
        return float(self.sentence._compute_score_from_stats(statistics).score)  # noqa: SLF001

    def signature(self, **drawn: int) -> str:
        signature = self.inner.get_signature()
        for key, value in drawn.items():
            signature.update(key, value)
        return str(signature)


def yardsticks(
    metrics: Mapping[str, None], streams: list[list[str | None]], target_language: str
) -> tuple[list[Yardstick], tuple[str, ...]]:
    """The metrics by name, each with the references read, and what a reader of their numbers should know."""
    tag = target_language.replace("_", "-").split("-")[0].lower()
    tokenizer, note = _tokenizer(_ISO_639_2.get(tag, tag)) if "bleu" in metrics else ("13a", "")
    made = [Yardstick(metric, *METRICS[metric](streams, tokenizer)) for metric in metrics]
    return made, (note,) if note else ()


def _tokenizer(language: str) -> tuple[str, str]:
    """BLEU's tokenizer for a language, as sacrebleu picks it, and a note when that one is not installed."""
    from sacrebleu.metrics.bleu import BLEU

    try:
        BLEU(trg_lang=language)
    except RuntimeError:
        return "char", (
            f"BLEU counts characters: the tokenizer for {language!r} is not installed. "
            f"For words: pip install 'sacrebleu[{language}]'"
        )
    return {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab"}.get(language, "13a"), ""


def _bleu(streams: list[list[str | None]], tokenizer: str) -> tuple[Any, Any]:
    from sacrebleu.metrics.bleu import BLEU

    return (
        BLEU(tokenize=tokenizer, references=streams, force=True),  # type: ignore[arg-type]  # None is allowed there
        BLEU(tokenize=tokenizer, effective_order=True),
    )


def _chrf(streams: list[list[str | None]], _: str) -> tuple[Any, Any]:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF(references=streams), CHRF()  # type: ignore[arg-type]


def _chrf_words(streams: list[list[str | None]], _: str) -> tuple[Any, Any]:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF(word_order=2, references=streams), CHRF(word_order=2)  # type: ignore[arg-type]


def _ter(streams: list[list[str | None]], _: str) -> tuple[Any, Any]:
    from sacrebleu.metrics.ter import TER

    return TER(references=streams), TER()  # type: ignore[arg-type]


METRICS: dict[str, Callable[[list[list[str | None]], str], tuple[Any, Any]]] = {
    "bleu": _bleu,
    "chrf": _chrf,
    "chrf++": _chrf_words,
    "ter": _ter,
}
LOWER_IS_BETTER = frozenset({"ter"})
