"""Training is repeatable, can be broken off anywhere, and learns."""

import dataclasses
import json
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from corpora import pack
from corpora.pack import Example
from models import tiny, train

TEXT = "the city opened a new library in may and many people came to see old books there every day"
WORDS = TEXT.split()
SENTENCES = [" ".join([*WORDS[n % 9 :: 2], *WORDS[n % 5 :: 3]]) + "." for n in range(60)]
MIX = {"zh polish": 2.0, "zh post-edit": 1.0, "zh retranslate": 1.0}
SMALL = train.Recipe(
    steps=8, warmup_steps=2, decay_steps=2, batch_tokens=200, pool=30, precision="float32", threads=1, log_steps=4,
    softmax_frequent=20, softmax_random=10, dropout=0.1, max_edit_polish=1.0, max_edit_post_edit=1.0, mix=MIX,
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny checkpoint and packed data of copying: the answer is the draft."""
    folder = tmp_path_factory.mktemp("made")
    init = tiny.write(folder / "init", [*SENTENCES, "城市图书馆"])
    rows = [Example("城市图书馆", text, text, "wmt18.x") for text in SENTENCES]
    shards = pack.pack("zh", rows, pack.Tokenizer.of(init), folder / "packed")
    pack.write_manifest(folder / "packed", shards, {"zh": Counter()}, init)
    return folder


def run(made: Path, out: Path, recipe: train.Recipe = SMALL, name: str = "recipe.toml") -> Path:
    path = made / name
    mix = "\n".join(f'"{entry}" = {weight}' for entry, weight in recipe.mix.items())
    values = {k: v for k, v in dataclasses.asdict(recipe).items() if k != "mix"}
    path.write_text("".join(f"{k} = {json.dumps(v)}\n" for k, v in values.items()) + f"[mix]\n{mix}\n")
    return train.train(path, made / "init", made / "packed", out)


def seams(made: Path) -> train.Seams:
    return train.Seams.read(made / "init" / "sentencepiece.model", 1000)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def assert_same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> None:
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(made: Path, tmp_path: Path) -> None:
    first, second = run(made, tmp_path / "a"), run(made, tmp_path / "b")
    assert_same(weights(first), weights(second))
    other = run(made, tmp_path / "c", dataclasses.replace(SMALL, seed=2))
    assert not torch.equal(weights(first)[train.TABLE], weights(other)[train.TABLE])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"precision": "bf16", "optimizer": "muon"},
        {"optimizer": "muon", "frozen_layers": 1, "omission": 0.5},
    ],
)
def test_a_resumed_run_is_the_unbroken_run(made: Path, tmp_path: Path, settings: dict[str, Any]) -> None:
    recipe = dataclasses.replace(SMALL, **settings)
    whole = run(made, tmp_path / "whole", recipe)
    path = made / "broken.toml"
    with pytest.MonkeyPatch.context() as patch:
        original = train.take_step

        def five(trainee: train.Trainee, batch: train.Batch, frequent: train.Ids, step: int, left: float) -> Any:
            if step == 4:
                signal.raise_signal(signal.SIGTERM)
            return original(trainee, batch, frequent, step, left)

        patch.setattr(train, "take_step", five)
        broken = run(made, tmp_path / "broken", recipe, path.name)
    assert broken.name == "step-0000005"
    resumed = run(made, tmp_path / "broken", recipe, path.name)
    assert resumed.name == whole.name == "step-0000008"
    assert_same(weights(whole), weights(resumed))
    assert_same(load_file(whole / "optimizer.safetensors"), load_file(resumed / "optimizer.safetensors"))
    assert (whole / "state.json").read_text() == (resumed / "state.json").read_text()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(24, 64), (64, 24)])
def test_a_move_of_muon_goes_in_every_direction_alike(dtype: torch.dtype, shape: tuple[int, int]) -> None:
    gradient = torch.randn(3, *shape, generator=torch.Generator().manual_seed(1)) * torch.linspace(0.05, 1, shape[1])
    values = torch.linalg.svdvals(train.orthogonal(gradient.to(dtype)).float())
    assert values.min() > 0.5
    assert values.max() < 1.4


@pytest.mark.parametrize("optimizer", train.OPTIMIZERS)
def test_loss_goes_down_and_the_log_says_so(made: Path, tmp_path: Path, optimizer: str) -> None:
    changes: dict[str, Any] = {"mix": {"zh polish": 1.0}, "optimizer": optimizer}
    run(
        made, tmp_path, dataclasses.replace(SMALL, steps=60, decay_steps=1, learning_rate=5e-3, log_steps=20, **changes)
    )
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().split("\n") if line]
    losses = [line["loss"]["polish"] for line in lines]
    assert len(losses) == 3
    assert losses[0] - losses[-1] > 0.5
    assert all(line["tokens_per_second"] > 0 for line in lines)


def test_a_checkpoint_is_whole_and_only_two_are_kept(made: Path, tmp_path: Path) -> None:
    last = run(made, tmp_path, dataclasses.replace(SMALL, checkpoint_minutes=0.0))
    assert sorted(path.name for path in tmp_path.glob("step-*")) == ["step-0000007", "step-0000008"]
    names = {"config.json", "model.safetensors", "optimizer.safetensors", "recipe.toml", "sentencepiece.model"}
    assert {path.name for path in last.iterdir()} == {*names, "state.json"}


def test_a_batch_is_what_the_packed_examples_say(made: Path) -> None:
    group = train.read_packed(made / "packed", {"zh"})["zh"]
    known = {tuple(group.parts(n)[2]): group.parts(n) for n in range(len(group.starts))}
    jobs = set()
    for batch in train.Stream({"zh": group}, SMALL, seams(made)).pool(3):
        assert max(batch.inputs.size, batch.outputs.size) <= SMALL.batch_tokens
        for given, answer in zip(batch.inputs.tolist(), batch.outputs.tolist(), strict=True):
            source, draft, reference = known[tuple(answer[: answer.index(train.EOS)])]
            expected = train.encoder_input(batch.job, source, draft)
            assert given == [*expected, *[train.PAD] * (len(given) - len(expected))]
            assert answer == [*reference, train.EOS, *[train.PAD] * (len(answer) - len(reference) - 1)]
        jobs.add(batch.job)
    assert jobs == set(train.JOBS)


def test_a_part_is_cut_out_of_a_draft_between_words_and_the_answer_has_it(made: Path) -> None:
    group, pieces = train.read_packed(made / "packed", {"zh"})["zh"], seams(made)
    recipe = dataclasses.replace(SMALL, identity=0.2, omission=0.5, mix={"zh post-edit": 1.0})
    kept, holes = 0, []
    for batch in train.Stream({"zh": group}, recipe, pieces).pool(0):
        for given, answer in zip(batch.inputs.tolist(), batch.outputs.tolist(), strict=True):
            draft = given[given.index(train.EOS) + 1 :]
            draft, reference = draft[: draft.index(train.EOS)], answer[: answer.index(train.EOS)]
            kept += draft == reference
            if draft != reference:
                same = next(
                    n for n, pair in enumerate(zip([*draft, None], reference, strict=False)) if len({*pair}) > 1
                )
                hole = len(reference) - len(draft)
                # What was cut may begin as what follows it does, so that it could stand further left, too.
                assert any(draft == reference[:at] + reference[at + hole :] for at in range(same + 1))
                assert draft
                holes.append(hole)
    assert kept > 0
    assert len(holes) > 5


def test_a_hole_begins_and_ends_where_a_word_does(made: Path) -> None:
    pieces, rng = seams(made), np.random.default_rng(1)
    group = train.read_packed(made / "packed", {"zh"})["zh"]
    ids = np.array(group.parts(0)[2])
    for _ in range(50):
        start, length = pieces.hole(ids, rng)
        assert 0 < length < len(ids)
        assert pieces.begins[ids[start]]
        assert start + length == len(ids) or pieces.begins[ids[start + length]]
    assert pieces.hole(ids[:1], rng) == (0, 0)


def test_layers_that_are_frozen_stay_as_they_were(made: Path, tmp_path: Path) -> None:
    before = weights(made / "init")
    after = weights(run(made, tmp_path, dataclasses.replace(SMALL, frozen_layers=1, optimizer="muon")))
    assert before.keys() == after.keys()
    same = {name for name in before if torch.equal(before[name], after[name])}
    assert {name for name in before if train.is_frozen(name, 1)} <= same
    assert not [name for name in same if train.is_matrix(name) and not train.is_frozen(name, 1)]


def test_sampled_softmax_has_the_batch_and_stands_for_the_rest(made: Path) -> None:
    trainee = train.Trainee(made / "init", SMALL, torch.device("cpu"))
    outputs = np.array([[30, 40, 2, 1]])
    softmax = train.sampled_softmax(outputs, np.arange(5, 15), trainee, step=0)
    assert {30, 40, 2, *range(5, 15)} <= set(softmax.pieces.tolist())
    assert len(softmax.pieces) == len(set(softmax.pieces.tolist())) == 13 + 10
    rest = trainee.output_pieces - 13
    assert np.exp(softmax.raised[13:]).sum() == pytest.approx(rest, rel=1e-5)


def test_rows_that_a_batch_does_not_touch_stand_still(made: Path) -> None:
    trainee = train.Trainee(made / "init", dataclasses.replace(SMALL, softmax_random=0), torch.device("cpu"))
    before = trainee.table.clone()
    batch = train.Batch("polish", np.array([[0, 30, 2]]), np.array([[40, 2]]))
    train.take_step(trainee, batch, np.arange(5, 9), step=0)
    moved = (trainee.table != before).any(1).nonzero().ravel().tolist()
    assert set(moved) == {0, 2, 5, 6, 7, 8, 30, 40}


def test_greedy_says_what_generate_says(made: Path) -> None:
    trainee = train.Trainee(made / "init", SMALL, torch.device("cpu"))
    trainee.use_masters()
    with torch.no_grad():
        trainee.model.model.shared.weight.copy_(trainee.table)
    inputs = [[0, *((7 * n + 3 * i * i) % 36 + 4 for i in range(3 + n)), 2] for n in range(9)]
    ids = torch.from_numpy(train.padded(inputs))
    trainee.model.eval()
    found = train.said(trainee, ids, 20)
    expected = trainee.model.generate(
        input_ids=ids, attention_mask=ids != train.PAD, do_sample=False, num_beams=1, max_new_tokens=20,
        suppress_tokens=[train.BOS, train.PAD],
    )  # fmt: skip
    assert found[:, : expected.shape[1] - 1].tolist() == expected[:, 1:].tolist()
    assert len({tuple(row) for row in found.tolist()}) > 5


def test_other_processes_draw_the_same_examples(made: Path) -> None:
    group = train.read_packed(made / "packed", {"zh"})["zh"]
    stream = train.Stream({"zh": group}, SMALL, seams(made))
    pools = train.Pools(stream, workers=2)
    for number in (0, 1, 2, 5):
        for mine, theirs in zip(stream.pool(number), pools.pool(number), strict=True):
            assert mine.job == theirs.job
            assert np.array_equal(mine.inputs, theirs.inputs)
            assert np.array_equal(mine.outputs, theirs.outputs)
    pools.close()


def test_padded_lengths_are_multiples_of_what_the_recipe_says(made: Path) -> None:
    group = train.read_packed(made / "packed", {"zh"})["zh"]
    batches = train.Stream({"zh": group}, dataclasses.replace(SMALL, multiple=8), seams(made)).pool(0)
    widths = {table.shape[1] for batch in batches for table in (batch.inputs, batch.outputs)}
    assert {width % 8 for width in widths} == {0}
    assert all((batch.inputs[:, -8:] != train.PAD).any() for batch in batches)


def test_a_run_by_the_clock_ends_when_its_time_is_up_with_a_rate_of_nothing(made: Path, tmp_path: Path) -> None:
    recipe = dataclasses.replace(SMALL, minutes=0.05, decay_minutes=0.04, steps=1, log_steps=1)
    last = run(made, tmp_path, recipe)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().split("\n") if line]
    assert last.name == f"step-{lines[-1]['step']:07d}"
    assert lines[-1]["step"] > 1
    assert lines[-1]["learning_rate"] < SMALL.learning_rate / 10
    assert max(line["learning_rate"] for line in lines) == SMALL.learning_rate


def test_a_softmax_over_all_pieces_teaches_as_the_sampled_one_does(made: Path) -> None:
    batch = train.Batch("polish", np.array([[0, 30, 31, 2]]), np.array([[40, 41, 2]]))
    moved = []
    for count in (SMALL.softmax_frequent, 0):
        recipe = dataclasses.replace(SMALL, softmax_frequent=count, dropout=0.0, softmax_random=0)
        trainee = train.Trainee(made / "init", recipe, torch.device("cpu"))
        pieces = np.arange(trainee.output_pieces)
        frequent = pieces if not count else np.setdiff1d(pieces, [2, 40, 41])
        train.take_step(trainee, batch, frequent, step=0)
        moved.append(trainee)
    assert torch.allclose(moved[0].table, moved[1].table, atol=1e-6)
    for name, master in moved[0].masters.items():
        assert torch.allclose(master, moved[1].masters[name], atol=1e-6), name


@pytest.mark.parametrize("unsaid", [1, 9])
def test_what_may_not_be_said_takes_no_part_in_the_softmax_over_all_pieces(
    made: Path, monkeypatch: pytest.MonkeyPatch, unsaid: int
) -> None:
    recipe = dataclasses.replace(SMALL, softmax_frequent=0, dropout=0.0)
    trainee = train.Trainee(made / "init", recipe, torch.device("cpu"))
    said = trainee.output_pieces = len(trainee.table) - unsaid
    outputs = np.array([[5, 9, 2, 1], [said - 1, 7, 8, 2]])
    batch = train.Batch("retranslate", np.array([[0, 5, 6, 2], [0, 7, 2, 1]]), outputs)
    found = []
    for aligned in (1, train.ALIGNED):
        monkeypatch.setattr(train, "ALIGNED", aligned)
        table = trainee.table.clone().requires_grad_()
        softmax = train.sampled_softmax(outputs, np.arange(said), trainee, step=0)
        loss = train.batch_loss(trainee, batch, table, torch.from_numpy, softmax)
        (gradient,) = torch.autograd.grad(loss, table)
        found.append((loss.detach(), gradient))
        assert not gradient[said:].any()
    torch.testing.assert_close(found[0], found[1])


def test_dev_scores_are_written_for_each_job(made: Path, tmp_path: Path) -> None:
    recipe = dataclasses.replace(SMALL, steps=2, dev_steps=2, dev_lines=4)
    dev = tmp_path / "dev.tsv"
    dev.write_text("".join(f"城市图书馆\t{text}\t{text}\n" for text in SENTENCES[:6]))
    path = run(made, tmp_path / "out", dataclasses.replace(recipe, steps=1)) / "recipe.toml"
    path.write_text(path.read_text().replace("steps = 1\n", "steps = 2\n", 1))
    train.train(path, made / "init", made / "packed", tmp_path / "out", dev)
    line = json.loads((tmp_path / "out" / "log.jsonl").read_text().split("\n")[-2])
    assert line["dev"].keys() == {"polish", "post-edit", "retranslate"}
    assert line["dev"]["polish"].keys() >= {"chrf", "bleu", "untouched"}


@pytest.mark.parametrize(
    ("text", "message"),
    [("stepz = 1", "setting stepz"), ('optimizer = "sgd"', "adamw, muon"), ('[mix]\n"zh mend" = 1', "mend")],
)
def test_a_wrong_recipe_is_refused_with_its_fault(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(SystemExit, match=message):
        train.read_recipe(path)


@pytest.mark.parametrize(("slower", "said"), [(80.0, "80 times slower than float32"), (0.5, "")])
def test_a_processor_that_emulates_bf16_is_told_of(
    slower: float, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(train, "times_slower", lambda _dtype: slower)
    train.warn_of_slow_precision(dataclasses.replace(SMALL, precision="bf16"), torch.device("cpu"))
    assert said in (told := capsys.readouterr().err)
    assert bool(told) == bool(said)
    train.warn_of_slow_precision(SMALL, torch.device("cpu"))
    assert capsys.readouterr().err == ""


def test_a_precision_is_timed_against_float32() -> None:
    assert 1.2 < train.times_slower(torch.float64) < 20
