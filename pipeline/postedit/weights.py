"""From a name, a folder or a hub id to a `Translator`.

Looked for in this order: a model that ships, a folder, the hub's cache, and, unless offline, the hub. Pickled weights
are never opened and code that came with a checkpoint is never run: a model is data.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from postedit import manifest as manifests
from postedit.checkpoint import PIECES, family_in, refuse_pickles, settings_in, task_in
from postedit.conversion import ConversionError, PieceTokenizer, content_hash, converted
from postedit.errors import ConfigError, ModelError
from postedit.families import FAMILIES, TOKENIZERS, Codec, HubCodec, Languages, PieceCodec, family_of, hub_tokenizer
from postedit.hub import fetched, is_hub_id
from postedit.manifest import Manifest
from postedit.processor import precision
from postedit.seq2seq import Card, Engine, Seq2SeqTranslator
from postedit.translator import Job, Translator
from postedit.translator_ct2 import Ct2Engine, device_of, vocabularies
from postedit.translator_hf import HfEngine

if TYPE_CHECKING:
    from postedit.gate import Gate

log = logging.getLogger(__name__)

# The shipped model that "default" means.
DEFAULT = "tri-v6"

# The shipped judge of what models that read the source propose.
JUDGE = "judge-v2"

# Where shipped models lie: in the source tree (an editable install), and inside an installed wheel.
HOMES = (Path(__file__).resolve().parents[2] / "models", Path(__file__).resolve().parent / "_weights")

ENGINES = ("auto", "ct2", "hf")
COMPUTE_TYPES = (
    "auto", "int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16", "float32"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A model's folder, and what it is called."""

    folder: Path
    name: str


@dataclass(frozen=True, slots=True)
class _Wish:
    """How the caller wants a model run."""

    device: str
    threads: int
    offline: bool
    languages: Languages
    compute_type: str
    engine: str
    beam: int
    jobs: frozenset[Job]
    task: str | None


def load(  # noqa: PLR0913  # a front door: every setting is optional and named by the caller
    model: str = "default",
    *,
    device: str = "auto",
    threads: int = 0,
    offline: bool = False,
    source_language: str = "zh",
    target_language: str = "en",
    compute_type: str = "auto",
    engine: str = "auto",
    beam: int = 1,
    jobs: Sequence[Job] = (),
    task: str | None = None,
) -> Translator:
    """The model of that name, in that folder, or of that id on the hub.

    >>> load().name
    'tri-v6@...|ct2:...'
    >>> load("tri-v9")
    Traceback (most recent call last):
        ...
    postedit.errors.ModelError: no model 'tri-v9': ... Shipped are tri-v6...

    `compute_type` float32 is slower than int8 and exact; "auto" is int8, but float32 on processors where int8 overflows
    (`processor.sums_int8_exactly`). `engine` "hf" runs a checkpoint in torch ("auto" does so where
    CTranslate2 cannot); `jobs` says what a checkpoint was trained for where its family does not;
    `task` is what a T5 wants before its text. Raises ModelError, which says what to do.
    """
    _check("engine", engine, ENGINES)
    _check("compute_type", compute_type, COMPUTE_TYPES)
    languages = Languages(source_language, target_language)
    if compute_type == "auto":
        compute_type = "int8" if device_of(device) == "cuda" else precision()
    wish = _Wish(device, threads, offline, languages, compute_type, engine, beam, frozenset(jobs), task)
    found = find(model, offline=offline)
    return _from_folder(found.folder, found.name, wish)


def find(model: str = "default", *, offline: bool = False) -> Found:
    """Where the model of that name, in that folder, or of that id on the hub lies. Raises ModelError.

    >>> find().name
    'tri-v6'
    """
    name = DEFAULT if model == "default" else model
    if shipped := _shipped(name):
        return Found(shipped, name)
    if model == "default":
        raise ModelError(_nowhere(DEFAULT))
    folder = Path(model).expanduser()
    if folder.is_dir():
        return Found(folder, folder.resolve().name)
    if not is_hub_id(model) or folder.exists() or Path(folder.parts[0]).is_dir():
        raise ModelError(_unknown(model))
    return Found(fetched(model, offline=offline), model)


def models() -> tuple[Manifest, ...]:
    """The models that ship and write, by name.

    >>> [one.family for one in models() if one.name == DEFAULT]
    ['postedit-bart']
    """
    return tuple(one for one in shipped() if one.jobs)


def shipped() -> tuple[Manifest, ...]:
    """All that ships, by name: the models, and the judge of what they write.

    >>> [one.name for one in shipped() if not one.jobs]
    ['judge-v2']
    """
    found: dict[str, Manifest] = {}
    for home in HOMES:
        for path in sorted(home.glob("*/manifest.json")):
            found.setdefault(path.parent.name, manifests.read(path.parent))
    return tuple(found[name] for name in sorted(found))


def gate_of(translator: Translator) -> "Gate":
    """The gate that was tuned for a model and stands in its manifest; the ordinary one where there is none."""
    from postedit.gate import Gate

    return Gate.from_manifest({"gate": own_gate(translator)})


def own_gate(translator: Translator) -> Mapping[str, Any]:
    """What the manifest of a model says of its gate."""
    return translator.card.gate if isinstance(translator, Seq2SeqTranslator) else {}


def _check(setting: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ConfigError(f"{setting} must be one of {', '.join(known)}, not {value!r}.")


def _unknown(model: str) -> str:
    """A name with a folder of ours before the slash is a slip of the pen, and no reason to ask the network."""
    return f"no model {model!r}: it is no folder, no hub id (owner/name), and no shipped model. Shipped are {_names()}."


def _names() -> str:
    return ", ".join(one.name for one in models()) or "none"


def _shipped(name: str) -> Path | None:
    if "/" in name or name in (".", "..", ""):
        return None
    for home in HOMES:
        if (home / name / "manifest.json").exists():
            return home / name
    return None


def _nowhere(name: str) -> str:
    places = " and ".join(str(home / name) for home in HOMES)
    return f"the shipped model {name!r} is not there: looked in {places}. Reinstall postedit, or name a model folder."


def _from_folder(folder: Path, name: str, wish: _Wish) -> Translator:
    if (folder / "manifest.json").exists():
        return _manifested(manifests.read(folder), wish)
    if (folder / "model.bin").exists() and "model_type" not in settings_in(folder):
        return _plain_ct2(folder, name, wish)
    return _checkpoint(folder, name, wish)


def _manifested(manifest: Manifest, wish: _Wish) -> Translator:
    """One of our own models, or one trained by `postedit train`, once its checksums hold."""
    writes(manifest)
    family_of(manifest.family, str(manifest.weights))
    manifests.verify(manifest)
    if manifest.is_checkpoint:
        return _checkpoint(manifest.weights, manifest.name, wish, manifest)
    says = len(vocabularies(manifest.weights)[1])
    codec = PieceCodec(manifest.weights / PIECES, says)
    card = _vouched(Card("", manifest.jobs, 0, 0), manifest, wish)
    return Seq2SeqTranslator(card, codec, _ct2(manifest.weights, codec, wish))


def writes(manifest: Manifest) -> None:
    """Raise ModelError for what ships beside the models."""
    if not manifest.jobs:
        raise ModelError(f"{manifest.name} only judges what a model writes. Name a model that writes: {_names()}.")


def _vouched(card: Card, manifest: Manifest, wish: _Wish) -> Card:
    """What a manifest says is surer than what a family has in common."""
    return replace(
        card,
        name=f"{manifest.name}@{manifest.digest[:8]}",
        jobs=wish.jobs or manifest.jobs,
        max_input_tokens=manifest.max_input_tokens,
        max_output_tokens=manifest.max_output_tokens,
        gate=manifest.gate,
    )


def _plain_ct2(folder: Path, name: str, wish: _Wish) -> Translator:
    """A folder that ct2-transformers-converter wrote, with the tokenizer's files copied beside the weights."""
    if not (folder / "tokenizer_config.json").exists():
        raise ModelError(
            f"{folder}: a CTranslate2 model without its tokenizer. Copy the checkpoint's tokenizer files there "
            "(tokenizer_config.json and what it names), or name the checkpoint itself: it is converted for you."
        )
    tokenizer = hub_tokenizer(folder)
    model_type = TOKENIZERS.get(type(tokenizer).__name__, "")
    codec = HubCodec(tokenizer, model_type, wish.languages, wish.task or "") if model_type else None
    if codec is None:
        raise ModelError(
            f"{folder}: no family known here uses a {type(tokenizer).__name__}. Name the checkpoint itself."
        )
    card = _card(f"{name}@{manifests.digest(folder / 'model.bin')[:8]}", model_type, tokenizer, {}, wish)
    return Seq2SeqTranslator(card, codec, _ct2(folder, codec, wish))


def _checkpoint(folder: Path, name: str, wish: _Wish, manifest: Manifest | None = None) -> Translator:
    """A Hugging Face checkpoint: converted, or run by torch where it cannot be or shall not be."""
    settings = settings_in(folder)
    refuse_pickles(folder)
    model_type = family_in(folder, settings)
    family_of(model_type, str(folder))
    ours = model_type == "postedit-bart"
    tokenizer = PieceTokenizer(folder / PIECES) if ours else hub_tokenizer(folder)
    task = wish.task if wish.task is not None else task_in(settings, wish.languages)
    forced = settings.get("forced_bos_token_id") if model_type == "bart" else None
    codec: Codec
    if ours:
        codec = PieceCodec(folder / PIECES, settings.get("output_pieces"))
    else:
        codec = HubCodec(tokenizer, model_type, wish.languages, task, forced)
    card = _card(f"{name}@{content_hash(folder)[:8]}", model_type, tokenizer, settings, wish)
    card = card if manifest is None else _vouched(card, manifest, wish)
    return Seq2SeqTranslator(card, codec, _engine(folder, tokenizer, codec, wish))


def _engine(folder: Path, tokenizer: Any, codec: Codec, wish: _Wish) -> Engine:
    if wish.engine != "hf":
        try:
            return _ct2(converted(folder, tokenizer, wish.compute_type), codec, wish)
        except ConversionError as error:
            if wish.engine == "ct2":
                raise
            log.warning("%s It runs in torch instead, more slowly.", error)
    return HfEngine(folder, codec, device=wish.device, threads=wish.threads, beam=wish.beam)


def _ct2(folder: Path, codec: Codec, wish: _Wish) -> Engine:
    return Ct2Engine(
        folder, codec, device=wish.device, threads=wish.threads, compute_type=wish.compute_type, beam=wish.beam
    )


def _card(name: str, model_type: str, tokenizer: Any, settings: Mapping[str, Any], wish: _Wish) -> Card:
    family = FAMILIES[model_type]
    # Relative positions (T5) have no end; such models were trained on 512.
    positions = settings.get("max_position_embeddings") or settings.get("n_positions") or 512
    longest = min(int(positions), int(getattr(tokenizer, "model_max_length", positions)))
    jobs = wish.jobs or family.jobs
    # An answer shares its positions with a start token and perhaps a language.
    return Card(name, jobs, longest, longest - 2, family.one_sentence, wish.languages.target)
