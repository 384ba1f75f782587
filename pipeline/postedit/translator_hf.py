"""torch and transformers: any seq2seq checkpoint, also those that CTranslate2 cannot convert."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from postedit.errors import ModelError
from postedit.families import Codec, hush
from postedit.seq2seq import Batch, Output, Pairs


class HfEngine:
    """A Hugging Face checkpoint in a folder, in float32.

    Of the checkpoint's generation settings only the special tokens are kept: beams, penalties and lengths are ours, so
    that both engines answer alike.
    """

    def __init__(self, checkpoint: Path, codec: Codec, *, device: str, threads: int, beam: int) -> None:
        import torch
        from safetensors import SafetensorError
        from transformers import AutoModelForSeq2SeqLM, GenerationConfig

        hush()
        if threads:
            torch.set_num_threads(threads)
        self.device = _device(device)
        try:
            model = AutoModelForSeq2SeqLM.from_pretrained(
                str(checkpoint),
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                dtype=torch.float32,
                attn_implementation="eager",
            )
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise ModelError(f"{checkpoint}: transformers cannot load this checkpoint: {reason}") from error
        self.model = model.to(self.device).eval()
        self._codec = codec
        self._beam = beam
        self._start, self.end, self.pad = _specials(model, codec)
        model.generation_config = GenerationConfig()  # `generate` would fill in what we leave open

    @property
    def name(self) -> str:
        return "hf:float32"

    def generate(self, batches: Sequence[Batch], hypotheses: int, no_repeat: int) -> list[list[list[Output]]]:
        return [self._batch(batch, hypotheses, no_repeat) for batch in batches]

    def log_probabilities(self, batches: Sequence[Pairs]) -> list[list[list[float]]]:
        return [self._log_probabilities(pairs) for pairs in batches]

    def _log_probabilities(self, pairs: Pairs) -> list[list[float]]:
        import torch

        with torch.inference_mode():
            logits, said = self.logits(pairs)
            rows = logits.log_softmax(-1).gather(-1, said.unsqueeze(-1)).squeeze(-1).tolist()
        return [
            [float(value) for value in row[: len(output) + 1]] for row, output in zip(rows, pairs.outputs, strict=True)
        ]

    def logits(self, pairs: Pairs) -> tuple[Any, Any]:
        """What the model thinks of each token that could stand at each place of each output, and the ones that do.

        The end belongs to an output, the prefix does not: it is not the model's choice.
        """
        import torch

        ids, mask = self.padded(pairs.inputs, pairs.width)
        said, _ = self.padded([(*output, self.end) for output in pairs.outputs], pairs.output_width + 1)
        begin = self.begin
        given, _ = self.padded([(*begin, *output) for output in pairs.outputs], len(begin) + pairs.output_width)
        logits = self.model(input_ids=ids, attention_mask=mask, decoder_input_ids=given, use_cache=False).logits
        logits = logits[:, len(begin) - 1 :]
        if self._codec.never:
            logits[..., list(self._codec.never)] = -torch.inf
        return logits, said

    @property
    def begin(self) -> list[int]:
        """What the decoder is given before its first own token: a start, and a language where the model wants one."""
        start = [] if self._start is None else [self._start]
        return [*start, *self._codec.prefix]

    def _batch(self, batch: Batch, hypotheses: int, no_repeat: int) -> list[list[Output]]:
        import torch
        from transformers import GenerationConfig

        beam = max(self._beam, hypotheses)
        begin = self.begin
        settings = GenerationConfig(
            max_new_tokens=batch.limit,
            num_beams=beam,
            num_return_sequences=hypotheses,
            no_repeat_ngram_size=no_repeat,
            do_sample=False,
            eos_token_id=self.end,
            pad_token_id=self.pad,
            decoder_start_token_id=begin[0],
            suppress_tokens=list(self._codec.never) or None,
            early_stopping=beam > 1,  # as CTranslate2: done when `beam` answers have ended
        )
        ids, mask = self.padded(batch.inputs, batch.width)
        with torch.inference_mode():
            sequences = self.model.generate(
                ids,
                attention_mask=mask,
                decoder_input_ids=self.padded([begin] * len(batch.inputs), len(begin))[0],
                generation_config=settings,
            ).tolist()
        outputs = [self._output(sequence[len(begin) :]) for sequence in sequences]
        return [outputs[at : at + hypotheses] for at in range(0, len(outputs), hypotheses)]

    def _output(self, ids: list[int]) -> Output:
        finished = self.end in ids
        return Output(tuple(ids[: ids.index(self.end)] if finished else ids), finished)

    def padded(self, rows: Sequence[Sequence[int]], width: int) -> tuple[Any, Any]:
        """The rows filled up at their ends, and where they are not filling."""
        import torch

        filled = [[*row, *[self.pad] * (width - len(row))] for row in rows]
        mask = [[1] * len(row) + [0] * (width - len(row)) for row in rows]
        return torch.tensor(filled, device=self.device), torch.tensor(mask, device=self.device)


def _device(wanted: str) -> str:
    import torch

    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and not torch.cuda.is_available():
        raise ModelError("device cuda: torch sees no such device here. Use device cpu, or auto.")
    return wanted


def _specials(model: Any, codec: Codec) -> tuple[int | None, int, int]:
    """Start (None for mBART-25, where the language itself is the start), end and pad."""
    settings, config = model.generation_config, model.config
    start = settings.decoder_start_token_id
    if start is None:
        start = getattr(config, "decoder_start_token_id", None)
    if start is None and codec.prefix:
        return None, _one(settings.eos_token_id), _one(settings.pad_token_id)
    if start is None:
        raise ModelError("this checkpoint names no decoder_start_token_id in its config.json. Add it.")
    return (None if (start,) == codec.prefix else start), _one(settings.eos_token_id), _one(settings.pad_token_id)


def _one(ids: int | list[int] | None) -> int:
    if ids is None:
        raise ModelError("this checkpoint names no eos_token_id or pad_token_id in its config.json. Add them.")
    return ids[0] if isinstance(ids, list) else ids
