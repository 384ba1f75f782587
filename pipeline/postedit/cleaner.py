"""The library's front door: text in, cleaned text and every reason out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any

from postedit import formats, glossary, weights
from postedit.article import Article
from postedit.config import Config
from postedit.edited import Edited
from postedit.errors import ArticleError, ConfigError, ModelError
from postedit.gate import Gate
from postedit.pipeline import clean_articles, gated
from postedit.signature import run_signature
from postedit.translator import Job, Translator
from postedit.weighing import Weighing

Record = str | tuple[str, str | None] | Mapping[str, Any]


class Cleaner:
    """A pipeline with its model loaded: call it as often as you like.

    >>> from postedit import Cleaner, FakeTranslator
    >>> cleaner = Cleaner(FakeTranslator({"He come.": "He came."}))
    >>> cleaner("He come. I saw  him.").text
    'He came. I saw  him.'
    >>> [edited.text for edited in cleaner.pipe(["He come.", {"draft": "So he come. He come."}])]
    ['He came.', 'So he come. He came.']

    Settings are those of `Config`, by name. Raises ConfigError for a setting it does not know or a glossary that
    cannot be read, ModelError for a model that cannot be loaded.
    """

    def __init__(self, translator: Translator | None = None, *, config: Config | None = None, **settings: Any) -> None:
        if config is not None and settings:
            raise ConfigError("pass either config= or single settings, not both")
        if isinstance(translator, str):
            raise ConfigError(f"a translator is an object; to name a model, write model={translator!r}")
        self.config = config or Config.from_mapping(settings, where="Cleaner")
        terms, language = self.config.glossary, self.config.source_language
        self.glossary = glossary.read(Path(terms), language) if terms else None
        if translator is None and self.config.model != "none":
            translator = weights.load(
                self.config.model,
                device=self.config.device,
                threads=self.config.threads,
                offline=self.config.offline,
                source_language=self.config.source_language,
                target_language=self.config.target_language,
            )
        gate = Gate() if translator is None else weights.gate_of(translator)
        self.translator = translator
        self.gate = gated(judged(gate, translator, self.config), self.config)
        self.signature = run_signature(self.translator, self.gate, self.config, self.glossary)

    def __call__(self, draft: str, source: str | None = None, *, id: str = "text", format: str = "text") -> Edited:  # noqa: A002
        """One article, cleaned. `format` is "text" or "markdown"."""
        return self.clean_articles([formats.parse(draft, format, id, source)])[0]

    def pipe(self, records: Iterable[Record], batch_size: int = 16) -> Iterator[Edited]:
        """Many articles, lazily and in order; `batch_size` of them are in memory, and go to the model together.

        A record is a draft, a pair (draft, source), or a mapping with "draft" and perhaps "source", "id" and "format".
        """
        if isinstance(records, str):
            raise ArticleError("pipe takes many records; for one text, call the cleaner itself.")
        if batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1, not {batch_size}")
        numbered = enumerate(records, 1)
        while batch := [_article(record, number) for number, record in islice(numbered, batch_size)]:
            yield from self.clean_articles(batch)

    def clean_articles(self, articles: list[Article]) -> list[Edited]:
        """The same for articles that were read already (`postedit.formats`)."""
        return clean_articles(articles, self.translator, self.gate, self.config, self.signature, self.glossary)

    @property
    def settings(self) -> dict[str, Any]:
        return asdict(self.config)


def judged(gate: Gate, translator: Translator | None, config: Config) -> Gate:
    """The gate, with the judge that ships where nothing was tuned for a model that reads the source.

    A gate of the model's own knows more of it, and a number that a user sets takes the judge's place. What such a gate
    says of weighing is for the judge, too.
    """
    from postedit import judge

    if translator is None or not translator.jobs & {Job.POST_EDIT, Job.RETRANSLATE}:
        return gate
    given = (config.margin, config.max_edit_rate) != (None, None)
    own = weights.own_gate(translator)
    weighing = Weighing.from_manifest(own["weighing"]) if "weighing" in own else None
    weighing = replace(weighing, article=None) if weighing and config.rough else weighing
    tuned = own.keys() - {"weighing", "polishing"}
    if given or (tuned and not weighing) or not judge.knows(config.source_language, config.target_language):
        return gate
    folder = next((one.weights.parent for one in weights.shipped() if one.name == weights.JUDGE), None)
    if folder is None:
        raise ModelError(
            f"{weights.JUDGE}, which ships, is not there. Reinstall postedit, or set a margin to do without it."
        )
    found = judge.load(folder, threads=config.threads, weighing=weighing)
    return replace(gate, judge=found, least_gain=weighing.least if weighing else found.line.least)


def clean(draft: str, source: str | None = None, **settings: Any) -> Edited:
    """One article, cleaned by the model that ships, or the one that `model=` names.

    >>> from postedit import clean
    >>> edited = clean("The river rises . The the road is closed.", model="none")
    >>> edited.text
    'The river rises. The road is closed.'
    >>> [choice.reason for choice in edited.choices]
    ['repaired: ...', 'repaired: ...']

    The model is loaded for this one call: with many articles, make a `Cleaner` once.
    """
    return Cleaner(**settings)(draft, source)


def _article(record: Record, number: int) -> Article:
    """The article in a record; what it is not is told with the record's number: records come from anywhere."""
    given: Any = record
    if isinstance(record, str):
        given = {"draft": record}
    elif isinstance(record, tuple) and len(record) == 2:
        given = {"draft": record[0], "source": record[1]}
    if not isinstance(given, Mapping):
        what = f"a tuple of {len(given)}" if isinstance(given, tuple) else f"a {type(given).__name__}"
        raise ArticleError(f"record {number} is {what}; pass a draft, (draft, source), or a mapping.")
    draft, source = given.get("draft"), given.get("source")
    if not isinstance(draft, str):
        raise ArticleError(f'record {number} has no text under "draft"; its keys are {", ".join(map(str, given))}.')
    if not isinstance(source, str | None):
        raise ArticleError(f'record {number}: "source" must be text or missing, not {type(source).__name__}.')
    return formats.parse(draft, given.get("format", "text"), str(given.get("id", number)), source)
