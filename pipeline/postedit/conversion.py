"""A Hugging Face checkpoint in CTranslate2's format, converted once and kept in the user's cache."""

import hashlib
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

from postedit.errors import ModelError
from postedit.families import hush
from postedit.manifest import digest

# What decides a conversion's result. Cards, licences and training leftovers beside the weights do not.
_DECIDING = (".safetensors", ".json", ".model", ".spm", ".txt")

# Raised when what `converted` writes changes, so that no older conversion is taken for a new one.
_FORM = "2"

# What `postedit train` writes beside the weights about them.
_BESIDE = ("manifest.json", "training.json")


class ConversionError(ModelError):
    """CTranslate2 does not know this checkpoint; torch may still run it."""


def converted(checkpoint: Path, tokenizer: Any, precision: str) -> Path:
    """The folder of the converted checkpoint; the conversion runs only if there is none of these very files.

    Raises ConversionError where CTranslate2 knows no such network.
    """
    folder = cache() / content_hash(checkpoint, precision)
    if (folder / "model.bin").exists():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix="converting-", dir=folder.parent))
    except OSError as error:
        raise ModelError(
            f"{folder.parent}: cannot be written ({error}). Set XDG_CACHE_HOME to a folder that can."
        ) from error
    try:
        _convert(checkpoint, tokenizer, partial / "model", precision)
        _keep(partial / "model", folder)
    except OSError as error:
        raise ModelError(f"{partial}: the converted model cannot be written ({error}). Is the disk full?") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def cache() -> Path:
    """Where conversions are kept: $XDG_CACHE_HOME/postedit/ct2."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "postedit" / "ct2"


def content_hash(checkpoint: Path, salt: str = "") -> str:
    """A sha256 over the names and contents of the files that decide what a checkpoint says."""
    whole = hashlib.sha256(f"{_FORM} {salt}\n".encode())
    for path in sorted(checkpoint.iterdir()):
        if path.is_file() and path.suffix in _DECIDING and path.name not in _BESIDE:
            whole.update(f"{digest(path)}  {path.name}\n".encode())
    return whole.hexdigest()


def _keep(finished: Path, folder: Path) -> None:
    try:
        finished.replace(folder)
    except OSError:
        # Another process converted the same files meanwhile; its result is as good.
        if not (folder / "model.bin").exists():
            raise


def _convert(checkpoint: Path, tokenizer: Any, out: Path, precision: str) -> None:
    import torch
    from ctranslate2.converters import TransformersConverter
    from safetensors import SafetensorError

    class Converter(TransformersConverter):  # type: ignore[misc]
        """CTranslate2's own, with what transformers 5 took away put back."""

        def load_model(self, model_class: Any, model_name_or_path: str, **settings: Any) -> Any:
            settings["dtype"] = torch.float32
            model = model_class.from_pretrained(
                model_name_or_path, use_safetensors=True, local_files_only=True, **settings
            )
            _complete(model.config, tokenizer)
            self.output_pieces = getattr(model.config, "output_pieces", None)
            return model

        def _load(self) -> Any:
            spec = super()._load()
            if self.output_pieces is not None:
                _cut_decoder(spec, self.output_pieces)
            return spec

        def load_tokenizer(self, tokenizer_class: Any, model_name_or_path: str, **settings: Any) -> Any:  # noqa: ARG002
            return _Shown(tokenizer)

    hush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries about each other; nothing the user can act on
        try:
            Converter(str(checkpoint)).convert(str(out), quantization=None if precision == "float32" else precision)
        except SafetensorError as error:
            raise ModelError(f"{checkpoint}: damaged weights: {error}. Fetch the model again.") from error
        except (ValueError, KeyError, AttributeError, NotImplementedError, RuntimeError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise ConversionError(f"{checkpoint}: CTranslate2 cannot convert this checkpoint: {reason}") from error


def _complete(config: Any, tokenizer: Any) -> None:
    """The settings that CTranslate2 reads and that transformers 5 no longer has."""
    norms = {"bart": (False, True, False), "mbart": (True, True, True)}.get(config.model_type)
    if norms:
        names = ("normalize_before", "normalize_embedding", "add_final_layer_norm")
        for name, value in zip(names, norms, strict=True):
            setattr(config, name, value)
    if config.model_type in ("t5", "mt5", "umt5"):
        # CTranslate2 scales tied embeddings' logits; transformers 5 calls every T5 tied, and keeps the scaling apart
        # (of UMT5 only since 5.24).
        tied = config.tie_word_embeddings if config.model_type == "umt5" else False
        config.tie_word_embeddings = bool(getattr(config, "scale_decoder_outputs", tied))
    if config.model_type == "mbart":
        # By this CTranslate2 tells mBART-25, whose decoder starts with the language, from mBART-50.
        config.tokenizer_class = type(tokenizer).__name__


def _cut_decoder(spec: Any, says: int) -> None:
    """Take away the pieces that our own family's decoder never says: those of the source's language."""
    decoder = spec.decoder
    # Copies: CTranslate2 quantizes in place, and views of one table would be scaled twice.
    decoder.embeddings.weight = decoder.embeddings.weight[:says].clone()
    decoder.projection.weight = decoder.projection.weight[:says].clone()
    if hasattr(decoder.projection.bias, "clone"):
        decoder.projection.bias = decoder.projection.bias[:says].clone()
    [pieces] = spec._vocabularies["target"]  # noqa: SLF001  # it can be added to, but not replaced
    spec._vocabularies["target"] = [pieces[:says]]  # noqa: SLF001


class PieceTokenizer:
    """A sentencepiece model with the few words of a tokenizer that a conversion needs: for our own family."""

    bos_token, pad_token, eos_token, unk_token = "<s>", "<pad>", "</s>", "<unk>"
    cls_token = None
    unk_token_id = 3

    def __init__(self, path: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        self._pieces = SentencePieceProcessor(model_file=str(path))

    def get_vocab(self) -> dict[str, int]:
        return {self._pieces.id_to_piece(id_): id_ for id_ in range(len(self._pieces))}

    def convert_ids_to_tokens(self, id_: int) -> str:
        return str(self._pieces.id_to_piece(id_))


class _Shown:
    """A tokenizer as CTranslate2's converter is shown it, so that its vocabulary has the model's ids.

    transformers 5 leaves M2M100's languages out of the vocabulary and mBART-50 without a first token; without
    `num_madeup_words` here the converter fills the vocabulary up to the model's own size.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.bos_token = tokenizer.bos_token or tokenizer.cls_token
        self.pad_token, self.eos_token = tokenizer.pad_token, tokenizer.eos_token
        self.unk_token, self.unk_token_id = tokenizer.unk_token, tokenizer.unk_token_id
        self.special_tokens_map: dict[str, Any] = {}

    def get_vocab(self) -> dict[str, int]:
        return {**self._tokenizer.get_vocab(), **getattr(self._tokenizer, "lang_token_to_id", {})}

    def convert_ids_to_tokens(self, id_: int) -> str:
        return str(self._tokenizer.convert_ids_to_tokens(id_))
