"""Tiny checkpoints with random weights and the real tokenizer class of each family, for tests of loading."""

import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

LETTERS = "abcdefghijklmnoprstuvwyz"
HAN = "河水今年涨得很高人们修了新的堤坝春天来农民种下稻子和小麦他每周三去城里卖鱼"
SMALL = {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4}
SMALL |= {"decoder_attention_heads": 4, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "max_position_embeddings": 128}


def corpus() -> list[str]:
    """Invented lines, half in letters and half in Han characters: enough for a vocabulary."""
    dice = random.Random(7)
    lines = []
    for _ in range(400):
        words = ["".join(dice.choices(LETTERS, k=dice.randint(1, 7))) for _ in range(dice.randint(3, 12))]
        lines += [" ".join(words) + ".", "".join(dice.choices(HAN, k=dice.randint(5, 20))) + "。"]
    return lines


def pieces(folder: Path, size: int = 300, **settings: Any) -> Path:
    """A sentencepiece model trained on the corpus."""
    import sentencepiece

    path = folder / f"pieces-{size}-{len(settings)}.model"
    if not path.exists():
        written = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(corpus()), model_writer=written, vocab_size=size, minloglevel=2, **settings
        )
        path.write_bytes(written.getvalue())
    return path


def marian(folder: Path, work: Path) -> Path:
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    model = pieces(work)
    vocabulary = ["</s>", "<unk>", *[piece for piece, _ in _scored(model)[3:]], "<pad>"]
    (work / "marian.json").write_text(json.dumps({piece: n for n, piece in enumerate(vocabulary)}), encoding="utf-8")
    tokenizer = MarianTokenizer(str(model), str(model), str(work / "marian.json"), source_lang="zh", target_lang="en")
    pad = len(vocabulary) - 1
    special = {"pad_token_id": pad, "eos_token_id": 0, "decoder_start_token_id": pad, "forced_eos_token_id": None}
    config = MarianConfig(vocab_size=len(vocabulary), **SMALL, **special, activation_function="swish", init_std=0.4)
    config.scale_embedding = True
    return _save(MarianMTModel(config), tokenizer, folder)


def m2m100(folder: Path, work: Path) -> Path:
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    model = pieces(work)
    vocabulary = ["<s>", "<pad>", "</s>", "<unk>", *[piece for piece, _ in _scored(model)[3:]]]
    (work / "m2m.json").write_text(json.dumps({piece: n for n, piece in enumerate(vocabulary)}), encoding="utf-8")
    tokenizer = M2M100Tokenizer(str(work / "m2m.json"), str(model))
    config = M2M100Config(vocab_size=len(tokenizer) + len(tokenizer.lang_code_to_id) + 8, **SMALL, init_std=0.4)
    return _save(M2M100ForConditionalGeneration(config), tokenizer, folder)


def nllb(folder: Path, work: Path) -> Path:
    from tokenizers import Tokenizer, pre_tokenizers, trainers
    from tokenizers.models import BPE
    from transformers import M2M100Config, M2M100ForConditionalGeneration, NllbTokenizer

    trained = Tokenizer(BPE(unk_token="<unk>"))
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    trained.train_from_iterator(
        corpus(), trainers.BpeTrainer(vocab_size=300, special_tokens=specials, show_progress=False)
    )
    model = json.loads(trained.to_str())["model"]
    tokenizer = NllbTokenizer(vocab=model["vocab"], merges=[tuple(merge) for merge in model["merges"]])
    config = M2M100Config(vocab_size=len(tokenizer), **SMALL, init_std=0.4)
    return _save(M2M100ForConditionalGeneration(config), tokenizer, folder)


def mbart50(folder: Path, work: Path) -> Path:
    from transformers import MBart50Tokenizer, MBartConfig, MBartForConditionalGeneration

    tokenizer = MBart50Tokenizer(vocab=_scored(pieces(work)))
    special = {"decoder_start_token_id": 2, "forced_eos_token_id": 2}
    config = MBartConfig(vocab_size=len(tokenizer), **SMALL, **special, init_std=0.4)
    return _save(MBartForConditionalGeneration(config), tokenizer, folder)


def mbart25(folder: Path, work: Path) -> Path:
    from transformers import MBartConfig, MBartForConditionalGeneration, MBartTokenizer

    four = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    tokenizer = MBartTokenizer(vocab=[*four, *_scored(pieces(work))[3:]])
    start = tokenizer.convert_tokens_to_ids("en_XX")
    config = MBartConfig(vocab_size=len(tokenizer), **SMALL, decoder_start_token_id=start, init_std=0.4)
    return _save(MBartForConditionalGeneration(config), tokenizer, folder)


def t5(folder: Path, work: Path) -> Path:
    from transformers import T5Config, T5ForConditionalGeneration

    return _t5(folder, work, T5Config, T5ForConditionalGeneration, gated=False)


def mt5(folder: Path, work: Path) -> Path:
    from transformers import MT5Config, MT5ForConditionalGeneration

    return _t5(folder, work, MT5Config, MT5ForConditionalGeneration, gated=True)


def umt5(folder: Path, work: Path) -> Path:
    from transformers import UMT5Config, UMT5ForConditionalGeneration

    return _t5(folder, work, UMT5Config, UMT5ForConditionalGeneration, gated=True)


def bart(folder: Path, work: Path) -> Path:
    from tokenizers import Tokenizer, pre_tokenizers, trainers
    from tokenizers.models import BPE
    from transformers import BartConfig, BartForConditionalGeneration, BartTokenizer

    trained = Tokenizer(BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=specials, show_progress=False, initial_alphabet=alphabet
    )
    trained.train_from_iterator(corpus(), trainer)
    model = json.loads(trained.to_str())["model"]
    tokenizer = BartTokenizer(vocab=model["vocab"], merges=[tuple(merge) for merge in model["merges"]])
    config = BartConfig(vocab_size=len(tokenizer), **SMALL, forced_bos_token_id=0, init_std=0.4)
    return _save(BartForConditionalGeneration(config), tokenizer, folder)


def postedit_bart(folder: Path, work: Path) -> Path:
    """A checkpoint as our own training writes it: BART with a bare sentencepiece model."""
    from transformers import BartConfig, BartForConditionalGeneration

    special = {"bos_id": 0, "pad_id": 1, "eos_id": 2, "unk_id": 3}
    model = pieces(work, 500, byte_fallback=True, normalization_rule_name="nmt_nfkc", **special)
    config = BartConfig(vocab_size=500, **SMALL, forced_eos_token_id=None, forced_bos_token_id=None, init_std=0.4)
    _save(BartForConditionalGeneration(config), None, folder)
    (folder / "sentencepiece.model").write_bytes(model.read_bytes())
    return folder


BUILDERS: dict[str, Callable[[Path, Path], Path]] = {
    "marian": marian,
    "m2m100": m2m100,
    "nllb": nllb,
    "mbart50": mbart50,
    "mbart25": mbart25,
    "t5": t5,
    "mt5": mt5,
    "umt5": umt5,
    "bart": bart,
    "postedit-bart": postedit_bart,
}


def _t5(folder: Path, work: Path, config_class: Any, model_class: Any, *, gated: bool) -> Path:
    from transformers import T5Tokenizer

    three = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    tokenizer = T5Tokenizer(vocab=[*three, *_scored(pieces(work))[3:]], extra_ids=4)
    config = config_class(
        vocab_size=len(tokenizer) + (0 if config_class.__name__.startswith("UM") else 5),
        d_model=32, d_kv=8, d_ff=64, num_layers=2, num_decoder_layers=2, num_heads=4, decoder_start_token_id=0,
        feed_forward_proj="gated-gelu" if gated else "relu", tie_word_embeddings=not gated, initializer_factor=3.0,
        task_specific_params={"translation_zh_to_en": {"prefix": "translate Chinese to English: "}},
    )  # fmt: skip
    return _save(model_class(config), tokenizer, folder)


def _scored(model: Path) -> list[tuple[str, float]]:
    """The pieces of a sentencepiece model: <unk>, <s>, </s>, and the rest."""
    import sentencepiece

    trained = sentencepiece.SentencePieceProcessor(model_file=str(model))
    return [(trained.id_to_piece(n), trained.get_score(n)) for n in range(len(trained))]


def _save(model: Any, tokenizer: Any, folder: Path) -> Path:
    import torch

    dice = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1 and parameter.requires_grad:  # no biases, norms, sinusoids; answers shall differ
                parameter.normal_(0, 0.35, generator=dice)
        model.get_input_embeddings().weight[model.config.pad_token_id] = 0  # as in every trained checkpoint
    model.save_pretrained(folder)
    if tokenizer is not None:
        tokenizer.save_pretrained(folder)
    return folder
