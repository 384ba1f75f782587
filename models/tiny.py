"""A checkpoint of the right shape and no skill, made in a second: for tests, and for trying a recipe before it costs.

python models/tiny.py OUT < some-text.txt
"""

import io
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import sentencepiece
import torch
from safetensors.torch import save_file
from transformers import BartConfig, BartForConditionalGeneration


def write(folder: Path, texts: Iterable[str], seed: int = 0, pieces: int = 120) -> Path:
    """Write a random model of 16 dimensions whose pieces are learned from the texts."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sentencepiece.model").write_bytes(_pieces(texts, pieces))
    size = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sentencepiece.model")).get_piece_size()
    config = {
        "vocab_size": size, "d_model": 16, "encoder_layers": 2, "decoder_layers": 1, "encoder_attention_heads": 2,
        "decoder_attention_heads": 2, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "activation_function": "gelu",
        "max_position_embeddings": 128, "scale_embedding": False, "bos_token_id": 0, "pad_token_id": 1,
        "eos_token_id": 2, "decoder_start_token_id": 2, "forced_eos_token_id": None, "init_std": 0.3,
    }  # fmt: skip
    torch.manual_seed(seed)
    model = BartForConditionalGeneration(BartConfig(**config))
    tensors = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    save_file({**tensors, "final_logits_bias": torch.zeros(1, size)}, folder / "model.safetensors")
    settings = {**config, "model_type": "bart", "architectures": ["BartForConditionalGeneration"]}
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    return folder


def _pieces(texts: Iterable[str], count: int) -> bytes:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(list(texts)), model_writer=model, vocab_size=count, hard_vocab_limit=False,
        bos_id=0, pad_id=1, eos_id=2, unk_id=3, minloglevel=2, num_threads=1,
    )  # fmt: skip
    return model.getvalue()


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), sys.stdin.read().split("\n")))
