"""How each family of models reads a request and writes its answer, in token ids.

A codec knows everything about tokens and nothing about engines: `translator_ct2` and `translator_hf` share it.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from postedit.errors import ModelError
from postedit.translator import Job, Request


class Codec(Protocol):
    """Texts to token ids and back, the way one model was trained."""

    @property
    def prefix(self) -> tuple[int, ...]:
        """What every answer begins with: the target language of a many-language model."""
        ...

    @property
    def never(self) -> tuple[int, ...]:
        """Ids that the model must not say."""
        ...

    def source(self, request: Request) -> tuple[int, ...]:
        """Everything the encoder reads, special tokens included, never cut."""
        ...

    def target(self, text: str) -> tuple[int, ...]:
        """An answer without prefix, start and end."""
        ...

    def text(self, ids: Sequence[int]) -> str: ...


@dataclass(frozen=True, slots=True)
class Family:
    """What all checkpoints of one `model_type` have in common."""

    jobs: frozenset[Job]
    languages: bool = False  # source and target language are told to it by tokens
    one_sentence: bool = False  # it drops sentences when it is given several


_TRANSLATES = frozenset({Job.RETRANSLATE})
_POLISHES = frozenset({Job.POLISH})

# By `model_type` of the checkpoint's config.json; "postedit-bart" is ours, and only a manifest says so.
FAMILIES: dict[str, Family] = {
    "postedit-bart": Family(_POLISHES),
    "bart": Family(_POLISHES),
    "marian": Family(_TRANSLATES),
    "m2m_100": Family(_TRANSLATES, languages=True, one_sentence=True),  # NLLB too
    "mbart": Family(_TRANSLATES, languages=True),
    "t5": Family(_POLISHES),
    "mt5": Family(_POLISHES),
    "umt5": Family(_POLISHES),
}

# Which family a tokenizer belongs to, where no config says it.
TOKENIZERS = {
    "MarianTokenizer": "marian",
    "M2M100Tokenizer": "m2m_100",
    "NllbTokenizer": "m2m_100",
    "MBartTokenizer": "mbart",
    "MBart50Tokenizer": "mbart",
    "T5Tokenizer": "t5",
    "BartTokenizer": "bart",
    "RobertaTokenizer": "bart",
}

# NLLB's codes for the two-letter ones, where the code is not the letters themselves with something behind.
_NLLB = {
    "ar": "arb_Arab", "cs": "ces_Latn", "de": "deu_Latn", "en": "eng_Latn", "es": "spa_Latn", "fi": "fin_Latn",
    "fr": "fra_Latn", "hi": "hin_Deva", "id": "ind_Latn", "it": "ita_Latn", "ja": "jpn_Jpan", "ko": "kor_Hang",
    "nl": "nld_Latn", "pl": "pol_Latn", "pt": "por_Latn", "ru": "rus_Cyrl", "sv": "swe_Latn", "tr": "tur_Latn",
    "uk": "ukr_Cyrl", "vi": "vie_Latn", "zh": "zho_Hans",
}  # fmt: skip


def family_of(model_type: str, where: str) -> Family:
    """The family of a `model_type`.

    >>> family_of("gpt2", "models/x")
    Traceback (most recent call last):
        ...
    postedit.errors.ModelError: models/x: a model of type 'gpt2' is not known here. Known are postedit-bart, bart, ...
    """
    if model_type not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise ModelError(f"{where}: a model of type {model_type!r} is not known here. Known are {known}.")
    return FAMILIES[model_type]


class PieceCodec:
    """Our own family: sentencepiece with `<s>` 0, `<pad>` 1, `</s>` 2, `<unk>` 3 and a piece for every byte.

    It reads `<s> draft </s>` (polish), `<s> source </s> draft </s>` (post-edit), `<s> source </s>` (retranslate).
    """

    BEGIN, END = 0, 2

    def __init__(self, path: Path, sayable: int | None = None) -> None:
        """`sayable` is how many pieces the decoder has, where it has fewer than the encoder."""
        from sentencepiece import SentencePieceProcessor

        try:
            self._pieces = SentencePieceProcessor(model_file=str(path))
        except (OSError, RuntimeError) as error:
            raise ModelError(f"{path}: this is not a sentencepiece model ({error}). Export the model again.") from error
        self._sayable = sayable or len(self._pieces)

    @property
    def prefix(self) -> tuple[int, ...]:
        return ()

    @property
    def never(self) -> tuple[int, ...]:
        return tuple(range(self._sayable, len(self._pieces)))

    def source(self, request: Request) -> tuple[int, ...]:
        texts = {
            Job.POLISH: (request.draft,),
            Job.POST_EDIT: (request.source, request.draft),
            Job.RETRANSLATE: (request.source,),
        }[request.job]
        return (self.BEGIN, *(id_ for text in texts for id_ in (*self._pieces.encode(text), self.END)))

    def target(self, text: str) -> tuple[int, ...]:
        ids: list[int] = self._pieces.encode(text)
        return tuple(said for id_ in ids for said in ([id_] if id_ < self._sayable else self._spell(id_)))

    def text(self, ids: Sequence[int]) -> str:
        return str(self._pieces.decode([id_ for id_ in ids if id_ > self.END])).strip()

    def _spell(self, id_: int) -> list[int]:
        """A piece that the decoder lacks, byte by byte, as it would have to say it."""
        piece = self._pieces.id_to_piece(id_).replace("▁", " ")
        return [self._pieces.piece_to_id(f"<0x{byte:02X}>") for byte in piece.encode()]


@dataclass(frozen=True, slots=True)
class Languages:
    """From which language into which, as the user says it: zh, or a model's own code such as zho_Hant."""

    source: str = "zh"
    target: str = "en"


class HubCodec:
    """Any other family, through the tokenizer class of its checkpoint."""

    def __init__(
        self, tokenizer: Any, model_type: str, languages: Languages, task: str = "", forced: int | None = None
    ) -> None:
        """`task` is put before the text ("translate Chinese to English: "); `forced` begins every answer."""
        self._tokenizer = tokenizer
        self._task = task
        self._prefix = () if forced is None else (forced,)
        if FAMILIES[model_type].languages:
            known = getattr(tokenizer, "lang_code_to_id", None) or tokenizer.get_vocab()
            tokenizer.src_lang = _language(languages.source, known)
            tokenizer.tgt_lang = _language(languages.target, known)
            self._prefix = (int(known[tokenizer.tgt_lang]),)
        if model_type == "marian":
            self._task = _target_mark(getattr(tokenizer, "supported_language_codes", []), languages.target)
        # Marian's checkpoints carry a pad token that was never trained; CTranslate2 removes it.
        self._never = (tokenizer.pad_token_id,) if model_type == "marian" else ()

    @property
    def prefix(self) -> tuple[int, ...]:
        return self._prefix

    @property
    def never(self) -> tuple[int, ...]:
        return self._never

    def source(self, request: Request) -> tuple[int, ...]:
        text = self._task + (request.source if request.job is Job.RETRANSLATE else request.draft)
        return tuple(self._tokenizer(text, verbose=False)["input_ids"])

    def target(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer(text_target=text, add_special_tokens=False, verbose=False)["input_ids"])

    def text(self, ids: Sequence[int]) -> str:
        said = self._tokenizer.decode(list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return str(said).strip()


def hush() -> None:
    """Keep transformers from writing progress bars and advice of its own to stderr; what matters is raised."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


_TOKENIZER_FILES = ("tokenizer.json", "*.model", "*.spm", "vocab.json", "vocab.txt")


def hub_tokenizer(folder: Path) -> Any:
    """The tokenizer in a checkpoint's folder; code that came with a checkpoint is never run."""
    from transformers import AutoTokenizer

    # Without them transformers 5 makes up a tokenizer of a dozen pieces, and the model babbles.
    if not any(path for pattern in _TOKENIZER_FILES for path in folder.glob(pattern)):
        raise ModelError(
            f"{folder}: no tokenizer beside the weights: none of {', '.join(_TOKENIZER_FILES)}. Fetch the model again."
        )
    hush()
    try:
        with warnings.catch_warnings():
            # Marian's tokenizer recommends sacremoses, which only straightens punctuation.
            warnings.filterwarnings("ignore", message="Recommended: pip install sacremoses")
            return AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, ImportError, TypeError) as error:
        raise ModelError(
            f"{folder}: its tokenizer cannot be loaded ({_first_line(error)}). "
            "Put the tokenizer's files (tokenizer_config.json and what it names) beside the weights."
        ) from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]


def _language(code: str, known: Mapping[str, int]) -> str:
    """The model's own code for a language.

    >>> [_language("zh", {code: 9}) for code in ("zh", "zh_CN", "zho_Hans")], _language("zho_Hant", {"zho_Hant": 9})
    (['zh', 'zh_CN', 'zho_Hans'], 'zho_Hant')
    """
    regional = sorted(token for token in known if token.startswith(f"{code}_") and len(token) == 5)
    # In a plain vocabulary a bare "zh" may be any piece of a word; with a "_" inside, or on a list of codes, it is not.
    exact = [code] if "_" in code or not (regional or _NLLB.get(code) in known) else []
    for wanted in (_NLLB.get(code), *regional, *exact):
        if wanted in known:
            return str(wanted)
    raise ModelError(
        f"this model has no language {code!r}. Pass the code that its card names as source_language or target_language."
    )


def _target_mark(codes: Sequence[str], target: str) -> str:
    """What a Marian model with many target languages wants before the text: ">>deu<< "; nothing for one language.

    >>> _target_mark([], "en"), _target_mark([">>deu<<", ">>nld<<"], "de")
    ('', '>>deu<< ')
    """
    if not codes:
        return ""
    for wanted in (target, _NLLB.get(target, target)[:3]):
        if f">>{wanted}<<" in codes:
            return f">>{wanted}<< "
    raise ModelError(f"this model cannot write {target!r}; it knows {', '.join(codes[:20])}. Set target_language.")
