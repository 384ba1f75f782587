"""The judge learns which of several texts is nearest to a reference, and says the same once it is exported."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BartForConditionalGeneration

from models import judge as making
from models import tiny
from models import train_judge as training
from models.train import processor
from postedit.judge import Judge, Line
from postedit.manifest import read

WORDS = (
    "rain", "fell", "on", "the", "old", "town", "while", "many", "people", "walked", "home", "and", "nobody", "saw",
    "three", "red", "birds", "over", "our", "river",
)  # fmt: skip


def sentences(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=8)) + "." for _ in range(count)]


def spoiled(text: str, words: int, chance: random.Random) -> str:
    """The text with some of its words written over."""
    found = text.split()
    for n in chance.sample(range(len(found)), words):
        found[n] = "xyz"
    return " ".join(found)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write(tmp_path_factory.mktemp("tiny"), [*sentences(300, 0), "xyz xyz"])


def groups(checkpoint: Path, count: int, seed: int) -> list[training.Group]:
    """Each sentence, its own source, with one, three and six words spoiled."""
    english, chance = processor(checkpoint / "sentencepiece.model", None), random.Random(seed)
    return [
        training.group(english.encode(text), [spoiled(text, words, chance) for words in (1, 3, 6)], text, english)
        for text in sentences(count, seed)
    ]


@pytest.fixture(scope="module")
def trained(checkpoint: Path) -> tuple[training.Estimator, Sequence[float]]:
    torch.manual_seed(0)
    whole = BartForConditionalGeneration.from_pretrained(checkpoint, attn_implementation="eager")
    model = training.Estimator(whole.model.encoder, 16, frozen=1)
    return model, training.train(model, groups(checkpoint, 600, 1), pad=1, size=300)


def said(model: training.Estimator, some: Sequence[training.Group]) -> np.ndarray:
    batch = training.tensors(some, 1)
    with torch.no_grad():
        found = model.eval()(batch["ids"], batch["mask"], batch["source"], batch["text"])[0]
    return np.asarray(found).reshape(len(some), -1)


def test_texts_of_new_sources_are_ranked(checkpoint: Path, trained: tuple[training.Estimator, Sequence[float]]) -> None:
    model, losses = trained
    assert np.mean(losses[-20:]) < 0.8 * np.mean(losses[:20])
    found = said(model, groups(checkpoint, 50, 2))
    assert (found.argmax(1) == 0).mean() > 0.9
    assert (found.argmin(1) == 2).mean() > 0.9


def test_the_lower_layers_stay_as_they_were(
    checkpoint: Path, trained: tuple[training.Estimator, Sequence[float]]
) -> None:
    before = BartForConditionalGeneration.from_pretrained(checkpoint).model.encoder
    same = [
        all(map(torch.equal, one.parameters(), other.parameters()))
        for one, other in zip(before.layers, trained[0].encoder.layers, strict=True)
    ]
    assert same == [True, False]
    assert torch.equal(before.embed_tokens.weight, trained[0].encoder.embed_tokens.weight)


def test_the_exported_judge_says_what_the_trained_one_said(
    checkpoint: Path, trained: tuple[training.Estimator, Sequence[float]], tmp_path: Path
) -> None:
    training.write(trained[0], checkpoint, tmp_path / "run")
    making.export_judge(tmp_path / "run", tmp_path / "judge")
    judge = Judge(read(tmp_path / "judge"), Line(1.0, 0.0, 0.0), threads=1)
    chance = random.Random(3)
    texts = sentences(12, 4)
    wordings = [spoiled(text, n % 7, chance) for n, text in enumerate(texts)]
    english = processor(checkpoint / "sentencepiece.model", None)
    made = [
        training.group(english.encode(text), [wording], text, english)
        for text, wording in zip(texts, wordings, strict=True)
    ]
    expected = said(trained[0], made)[:, 0] * 10
    found = np.array(judge.qualities(texts, wordings), np.float64)
    assert np.abs(found - expected).max() < 0.04 * np.ptp(expected)  # of int8, .014
    manifest = json.loads((tmp_path / "judge" / "manifest.json").read_text(encoding="utf-8"))
    assert {"model.bin", "head.safetensors"} < manifest["files"].keys()


def test_a_group_is_read_as_a_post_edit_is(checkpoint: Path) -> None:
    english = processor(checkpoint / "sentencepiece.model", None)
    one = training.group([7, 8], ["rain fell", "xyz"], "rain fell", english)
    assert one.inputs[0] == [0, 7, 8, 2, *english.encode("rain fell"), 2]
    assert one.spans[0] == (2, len(english.encode("rain fell")))
    assert set(one.right[0]) == {1.0}
    assert set(one.right[1]) == {0.0}
    assert one.chrf[0] == 100 > one.chrf[1]


def test_others_are_taken_from_far_and_near(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checkpoint: Path) -> None:
    monkeypatch.setattr(training, "OTHERS", 4)
    rows = [
        (f"{language} source with number {n}", f"text {k} of {n}", f"reference {language} {n}", f"x|{language}-en|y")
        for language in ("tr", "de") for n in range(5) for k in range(4 if n else 3)
    ]  # fmt: skip
    table = tmp_path / "xx.tsv"
    table.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    english = processor(checkpoint / "sentencepiece.model", None)
    held_out = frozenset({"reference tr 1", "reference tr 2", "reference tr 3"})
    found = [len(one.inputs) for one in training.others(table, held_out, english, english)]
    assert found == [4, 4, 4]  # one group is left in Turkish, and the two of German that its share allows
