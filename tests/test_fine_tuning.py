"""The training loop on tiny models: every family learns, the same seed says the same, and what is best is kept."""

import itertools
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import postedit
from models import export, tiny
from postedit import manifest as manifests
from postedit import weights
from postedit.errors import ConfigError, ModelError, OutputError, PairsError
from postedit.fine_tuning import Lessons, Moment, Settings
from postedit.manifest import digest
from postedit.seq2seq import Ids, Seq2SeqTranslator
from postedit.training import Watch, train
from postedit.training_pairs import Pair, Split
from postedit.translator import Job, Request
from tests.checkpoints import BUILDERS

pytestmark = pytest.mark.filterwarnings("ignore")  # transformers, torch and ctranslate2 about each other

WORDS = ["city", "opened", "new", "library", "may", "people", "came", "see", "old", "books", "river", "farm", "village"]
DRAFTS = [" ".join([WORDS[n % 13], WORDS[(n * 5 + 2) % 13], WORDS[(n * 7 + 1) % 11], WORDS[n % 3]]) for n in range(60)]
SOURCES = ["".join(letters) for letters in itertools.islice(itertools.permutations("城市图书馆开放"), 0, 60 * 70, 70)]
ROWS = [(f"{draft} the the", f"the {draft}", f"{source}了") for draft, source in zip(DRAFTS, SOURCES, strict=True)]
QUICK: dict[str, Any] = {"epochs": 2, "learning_rate": 5e-3, "batch_tokens": 200, "threads": 1, "offline": True}


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fine-tuning")


@pytest.fixture(autouse=True)
def cache(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(work / "cache"))


@pytest.fixture(scope="session")
def pairs(work: Path) -> Path:
    path = work / "pairs.tsv"
    path.write_text("".join("\t".join(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def base(work: Path) -> Path:
    """A tiny model as it would ship: int8, its decoder without the pieces of Chinese."""
    checkpoint = tiny.write(work / "checkpoint", [text for row in ROWS for text in row], seed=3)
    settings = json.loads((checkpoint / "config.json").read_text())
    (checkpoint / "config.json").write_text(json.dumps(settings | {"output_pieces": settings["vocab_size"] - 8}))
    release = export.Release("tiny", "1", ["polish", "post-edit"], ["zh"], "CC0", "a test", 100, 90)
    export.export(checkpoint, work / "tiny", release)
    return work / "tiny"


def memory(rows: Sequence[tuple[str, str, str]]) -> str:
    unit = '<tu><tuv xml:lang="zh-CN"><seg>{}</seg></tuv><tuv xml:lang="en"><seg>{}</seg></tuv></tu>'
    return f"<tmx><body>{''.join(unit.format(source, reference) for _, reference, source in rows)}</body></tmx>"


def loaded(folder: Path, **settings: Any) -> Seq2SeqTranslator:
    translator = weights.load(str(folder), offline=True, threads=1, **settings)
    assert isinstance(translator, Seq2SeqTranslator)
    return translator


def test_what_is_trained_is_a_folder_that_loads_and_says_where_it_comes_from(
    base: Path, pairs: Path, tmp_path: Path
) -> None:
    trained = postedit.train([pairs], tmp_path / "mine", model=str(base), **QUICK)
    assert trained.tuned.best.held_out < trained.tuned.curve[0].held_out
    names = {"config.json", "model.safetensors", "sentencepiece.model", "manifest.json", "training.json", "card.md"}
    assert {path.name for path in trained.folder.iterdir()} == names
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    manifest = manifests.read(trained.folder)
    manifests.verify(manifest)
    assert manifest.licence == "CC0"
    assert manifest.jobs == {Job.POLISH}
    assert manifest.base == loaded(base).card.name
    translator = loaded(trained.folder, compute_type="int8")
    assert translator.name == f"mine@{manifest.digest[:8]}|ct2:int8"
    assert (translator.card.max_input_tokens, translator.card.max_output_tokens) == (100, 90)
    card = (trained.folder / "card.md").read_text(encoding="utf-8")
    assert "CC0" in card
    assert digest(pairs)[:16] in card
    assert card.count("nrefs:1") >= 4
    training = json.loads((trained.folder / "training.json").read_text(encoding="utf-8"))
    assert training["pairs"] == {"to train on": 52, "to stop by": 4, "to report on": 4}
    assert len(training["curve"]) == 3
    assert training["scores"]["answers_over_base"]["scores"]["chrf"]["tests"]


def test_each_file_of_pairs_is_named_with_the_digest_of_what_was_read(base: Path, tmp_path: Path) -> None:
    """Two of one name, of which one is edited and one deleted during the training."""
    files = [tmp_path / folder / "mine.tsv" for folder in "ab"]
    for path, rows in zip(files, (ROWS[:30], ROWS[30:]), strict=True):
        path.parent.mkdir()
        path.write_text("".join(f"{draft}\t{reference}\n" for draft, reference, _ in rows), encoding="utf-8")
    digests = {str(path): digest(path) for path in files}

    def meddle(_: str) -> None:
        files[0].write_text("other\tpairs\n", encoding="utf-8")
        files[1].unlink(missing_ok=True)

    out = train(files, tmp_path / "mine", model=str(base), watch=Watch(say=meddle), **QUICK).folder
    assert json.loads((out / "manifest.json").read_text())["data_sha256"] == digests
    assert json.loads((out / "training.json").read_text())["files"] == digests
    card = (out / "card.md").read_text(encoding="utf-8")
    assert all(f"{path} (sha256 {sha256[:16]}…)" in card for path, sha256 in digests.items())


def test_the_same_seed_trains_the_same_weights_and_another_others(base: Path, pairs: Path, tmp_path: Path) -> None:
    def made(name: str, seed: int) -> bytes:
        folder = train([pairs], tmp_path / name, model=str(base), **QUICK, seed=seed).folder
        return (folder / "model.safetensors").read_bytes()

    first = made("a", 1)
    assert made("b", 1) == first
    assert made("c", 2) != first


def test_a_model_that_was_trained_can_be_trained_further(base: Path, pairs: Path, tmp_path: Path) -> None:
    once = train([pairs], tmp_path / "once", model=str(base), **QUICK)
    twice = train([pairs], tmp_path / "twice", model=str(once.folder), **QUICK)
    assert twice.tuned.curve[0].held_out == pytest.approx(once.tuned.best.held_out, abs=0.05)
    assert twice.tuned.best.held_out < once.tuned.best.held_out
    assert manifests.read(twice.folder).base.startswith("once@")


def test_with_sources_it_learns_to_post_edit_and_still_says_no_piece_of_theirs(
    base: Path, pairs: Path, tmp_path: Path
) -> None:
    trained = train([pairs], tmp_path / "mine", model=str(base), source=True, **QUICK)
    assert trained.lineage.job is Job.POST_EDIT
    says = json.loads((trained.folder / "config.json").read_text())["vocab_size"] - 8
    both = loaded(trained.folder, engine="hf"), loaded(trained.folder, compute_type="float32")
    assert [translator.jobs for translator in both] == [{Job.POLISH, Job.POST_EDIT}] * 2
    assert both[0].codec.never == tuple(range(says, says + 8))
    assert len(both[1].engine._says) == says  # type: ignore[attr-defined]
    requests = [Request(Job.POST_EDIT, draft=ROWS[0][0], source=ROWS[0][2])] * 2
    in_torch, in_ct2 = (translator.score(requests, [ROWS[0][1], "城市图书馆"]) for translator in both)
    assert in_torch == pytest.approx(in_ct2, abs=1e-3)


def test_an_epoch_has_every_pair_and_a_share_whose_draft_is_the_reference_or_has_no_source(base: Path) -> None:
    codec = loaded(base).codec
    pairs = tuple(Pair(reference, draft, source) for draft, reference, source in ROWS)
    parts = Split(pairs, pairs[:4], pairs[4:8])
    both = frozenset({Job.POLISH, Job.POST_EDIT})

    def examples(job: Job, epoch: int, **settings: float) -> list[tuple[Ids, Ids]]:
        lessons = Lessons(codec, parts, job, both, Settings(**settings))  # type: ignore[arg-type]
        return [one for batch in lessons.epoch(epoch) for one in zip(batch.inputs, batch.outputs, strict=True)]

    def wanted(job: Job, *, same: bool) -> set[tuple[Ids, Ids]]:
        return {
            (
                codec.source(Request(job, pair.reference if same else pair.draft, pair.source)),
                codec.target(pair.reference),
            )
            for pair in pairs
        }

    polished = examples(Job.POLISH, 0, identity=0.25)
    assert wanted(Job.POLISH, same=False) <= set(polished)
    assert len(polished) == 80
    assert len([one for one in polished if one in wanted(Job.POLISH, same=True)]) == 20
    assert examples(Job.POLISH, 0, identity=0.25) == polished
    assert examples(Job.POLISH, 1, identity=0.25) != polished
    edited = examples(Job.POST_EDIT, 0, identity=0.0, sourceless=0.3)
    without = [one for one in edited if one in wanted(Job.POLISH, same=False)]
    assert len(edited) == 60
    assert 8 <= len(without) <= 28
    assert set(edited) - set(without) <= wanted(Job.POST_EDIT, same=False)
    assert len(examples(Job.RETRANSLATE, 0, identity=0.25)) == 60


@pytest.mark.parametrize("family", [name for name in BUILDERS if name != "postedit-bart"])
def test_every_family_of_the_hub_learns_its_job(family: str, work: Path, tmp_path: Path) -> None:
    folder = work / family
    folder = folder if folder.exists() else BUILDERS[family](folder, work)
    (folder / "README.md").write_text("---\nlanguage: en\nlicense: mit\n---\n# A card\n", encoding="utf-8")
    polishes = Job.POLISH in loaded(folder).jobs
    path = tmp_path / ("pairs.tmx" if family == "marian" else "pairs.jsonl")
    rows = [{"draft": draft, "reference": ref, "source": src} for draft, ref, src in ROWS]
    content = "".join(json.dumps(row) + "\n" for row in rows) if family != "marian" else memory(ROWS)
    path.write_text(content, encoding="utf-8")
    trained = train([path], tmp_path / "mine", model=str(folder), source=not polishes, **(QUICK | {"epochs": 1}))
    assert ("drafts" in [system.name for system in trained.gains.overview.systems]) == (family != "marian")
    assert trained.lineage.job is (Job.POLISH if polishes else Job.RETRANSLATE)
    assert trained.tuned.best.held_out < trained.tuned.curve[0].held_out
    manifest = manifests.read(trained.folder)
    assert manifest.licence == "mit"
    assert manifest.family == json.loads((folder / "config.json").read_text())["model_type"]
    translator = loaded(trained.folder)
    assert translator.jobs == manifest.jobs == {trained.lineage.job}
    assert len(translator.translate([Request(trained.lineage.job, draft="the city", source="城市")], 1)) == 1


def test_it_stops_when_the_held_out_loss_stops_falling_and_keeps_the_best_state(
    base: Path, pairs: Path, tmp_path: Path
) -> None:
    wild = QUICK | {"epochs": 40, "learning_rate": 0.05, "patience": 2}
    tuned = train([pairs], tmp_path / "mine", model=str(base), **wild).tuned
    losses = [check.held_out for check in tuned.curve]
    assert len(losses) < 41
    assert min(losses) == tuned.best.held_out
    assert losses.index(min(losses)) == len(losses) - 3
    # A rate that no one learns with: it says where it began, and that is the best state.
    hopeless = QUICK | {"learning_rate": 0.9, "epochs": 1}
    with pytest.raises(ModelError, match="nothing was learned: the held-out loss went from") as told:
        train([pairs], tmp_path / "further", model=str(tmp_path / "mine"), **hopeless)
    began = float(str(told.value).partition("went from ")[2].partition(" ")[0])
    assert began == pytest.approx(tuned.best.held_out, abs=0.05)


def test_where_nothing_is_learned_nothing_is_written(base: Path, pairs: Path, tmp_path: Path) -> None:
    once = train([pairs], tmp_path / "once", model=str(base), **QUICK).folder
    with pytest.raises(ModelError, match=r"nothing was learned: the held-out loss went from .*--learning-rate"):
        train([pairs], tmp_path / "mine", model=str(once), **(QUICK | {"learning_rate": 0.9, "epochs": 1}))
    assert list(tmp_path.iterdir()) == [once]


def _broken_off(when: Callable[[Moment], bool]) -> Watch:
    def step(moment: Moment) -> None:
        if when(moment):
            raise KeyboardInterrupt

    return Watch(step=step)


def test_an_interrupt_keeps_the_best_so_far(base: Path, pairs: Path, tmp_path: Path) -> None:
    watch = _broken_off(lambda moment: moment.epoch == 2)
    trained = train([pairs], tmp_path / "mine", model=str(base), watch=watch, **(QUICK | {"epochs": 9}))
    assert trained.tuned.interrupted
    assert trained.tuned.best.epochs == 1.0
    assert "interrupted" in (trained.folder / "card.md").read_text(encoding="utf-8")
    manifests.verify(manifests.read(trained.folder))


def test_an_interrupt_before_anything_was_learned_writes_nothing(base: Path, pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train([pairs], tmp_path / "mine", model=str(base), watch=_broken_off(lambda _: True), **QUICK)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_is_replaced_only_by_force_and_only_if_it_was_trained_here(
    base: Path, pairs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "thesis.txt").write_text("three years")
    with pytest.raises(OutputError, match="and no model that was trained"):
        train([pairs], out, model=str(base), **QUICK)
    with pytest.raises(OutputError, match="and no model that was trained"):
        train([pairs], out, model=str(base), force=True, **QUICK)
    assert (out / "thesis.txt").read_text() == "three years"
    shutil.rmtree(out)
    before = manifests.read(train([pairs], out, model=str(base), **QUICK).folder).digest
    with pytest.raises(ModelError, match="nothing was learned"):
        train([pairs], out, model=str(out), force=True, **(QUICK | {"learning_rate": 0.9, "epochs": 1}))
    assert manifests.read(out).digest == before
    with pytest.raises(OutputError, match=r"a model was trained there before\. .*--force"):
        train([pairs], out, model=str(base), **QUICK)
    train([pairs], out, model=str(base), force=True, **(QUICK | {"seed": 5}))
    assert manifests.read(out).digest != before
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_job_that_the_model_cannot_do_is_told_with_the_way_out(
    base: Path, work: Path, pairs: Path, tmp_path: Path
) -> None:
    def refused(path: Path, model: Path, message: str, **settings: Any) -> None:
        with pytest.raises((ModelError, PairsError), match=message):
            train([path], tmp_path / "mine", model=str(model), **settings, **QUICK)
        assert not (tmp_path / "mine").exists()

    marian = work / "marian" if (work / "marian").exists() else BUILDERS["marian"](work / "marian", work)
    bart = work / "bart" if (work / "bart").exists() else BUILDERS["bart"](work / "bart", work)
    tmx = tmp_path / "memory.tmx"
    tmx.write_text(memory(ROWS), encoding="utf-8")
    refused(pairs, marian, r"marian cannot polish; it can retranslate\. .*add --source.*--from")
    refused(pairs, bart, r"bart cannot post-edit; it can polish\. Leave --source out", source=True)
    refused(tmx, base, r"tiny cannot retranslate; it can polish, post-edit\. These pairs have no drafts.*--from")
    bare = tmp_path / "bare.tsv"
    bare.write_text("".join(f"{draft}\t{reference}\n" for draft, reference, _ in ROWS))
    refused(bare, base, r"bare\.tsv: no source in it, and to post-edit takes one", source=True)
    few = tmp_path / "few.tsv"
    few.write_text("".join(f"{'x ' * 500}\t{reference}\n" for _, reference, _ in ROWS[:30]))
    refused(few, base, r"0 of 30 pairs are left to train on \(\d+ repeated, \d+ too long for the model\)|0 of 30 pairs")


def test_settings_that_cannot_be_are_told_all_at_once(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"epochs must be at least 1, not 0; the learning rate must be between 0 and 1"
    ):
        train([pairs], tmp_path / "mine", epochs=0, learning_rate=3.0)
    with pytest.raises(ConfigError, match=r"unknown setting 'epoch'; known are epochs"):
        train([pairs], tmp_path / "mine", epoch=1)
