"""Both engines with every family: tiny random checkpoints with real tokenizers."""

import json
import logging
import math
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from postedit import weights
from postedit.errors import ModelError
from postedit.families import PieceCodec
from postedit.seq2seq import Batch, Card, Output, Pairs, Seq2SeqTranslator
from postedit.translator import Job, Request
from tests.checkpoints import BUILDERS, corpus

pytestmark = pytest.mark.filterwarnings("ignore")  # transformers, torch and ctranslate2 about each other

SOURCES = ("河水今年涨得很高。", "他每周三去城里卖鱼。", "春天来了,农民种下稻子和小麦。", "水")
DRAFTS = ("a river bol is gany.", "wen he", "every wedns day he sols fish in the tow")


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


@pytest.fixture(autouse=True)
def cache(work: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(work / "cache"))
    return work / "cache" / "postedit" / "ct2"


@pytest.fixture(scope="session", params=BUILDERS)
def checkpoint(request: pytest.FixtureRequest, work: Path) -> Path:
    return built(str(request.param), work)


def built(family: str, work: Path) -> Path:
    folder = work / family
    return folder if folder.exists() else BUILDERS[family](folder, work)


def loaded(folder: Path, **settings: Any) -> Seq2SeqTranslator:
    translator = weights.load(str(folder), offline=True, threads=1, **settings)
    assert isinstance(translator, Seq2SeqTranslator)
    return translator


def questions(translator: Seq2SeqTranslator) -> list[Request]:
    if Job.RETRANSLATE in translator.jobs:
        return [Request(Job.RETRANSLATE, source=source) for source in SOURCES]
    return [Request(Job.POLISH, draft=draft) for draft in DRAFTS]


def test_both_engines_say_and_score_the_same_in_float32(checkpoint: Path) -> None:
    ct2 = loaded(checkpoint, compute_type="float32", engine="ct2")
    hf = loaded(checkpoint, engine="hf")
    assert (ct2.name.endswith("|ct2:float32"), hf.name.endswith("|hf:float32")) == (True, True)
    for request in questions(ct2):
        batch = Batch((0,), (ids := ct2._codec.source(request),), width=len(ids) + 3, limit=20)
        assert hf._engine.generate([batch], 1, 0) == ct2._engine.generate([batch], 1, 0)
    for output in (*DRAFTS, ""):
        requests = questions(ct2)
        for a, b in zip(
            ct2.score(requests, [output] * len(requests)), hf.score(requests, [output] * len(requests)), strict=True
        ):
            assert a is not None
            assert b is not None
            assert math.isclose(a, b, rel_tol=3e-4, abs_tol=1e-3)


VOCABULARY = (
    "the river rise and farmer of village has built new bridges on 1 June , which is says by officials to strengthen "
    "construction work in city platforms are open for enterprises people ' s market price fell 3.5% last week"
)


def test_what_is_asked_together_changes_nothing_in_int8() -> None:
    dice, words = random.Random(5), VOCABULARY.split(" ")
    drafts = [" ".join(dice.choices(words, k=length)) + "." for length in range(2, 50)]
    requests = [Request(Job.POLISH, draft=draft) for draft in drafts]
    shipped = weights.load(threads=2, compute_type="int8")
    assert shipped.translate(requests, 2) == [shipped.translate([request], 2)[0] for request in requests]
    outputs = [" ".join(dice.sample(draft.split(" "), k=1 + len(draft) // 12)) for draft in drafts]
    alone = [shipped.score([request], [output])[0] for request, output in zip(requests, outputs, strict=True)]
    assert shipped.score(requests, outputs) == alone


def test_the_width_and_the_limit_of_a_batch_follow_from_each_request_alone() -> None:
    shipped = loaded(weights.models()[0].weights.parent)
    requests = [Request(Job.POLISH, draft="river " * length) for length in range(0, 240, 7)]
    inputs = shipped._inputs(requests)
    together = shipped._batches(requests, inputs, range(len(requests)))
    alone = [shipped._batches(requests, inputs, [place])[0] for place in range(len(requests))]
    for batch in together:
        assert max(map(len, batch.inputs)) <= batch.width
        assert all((alone[n].width, alone[n].limit) == (batch.width, batch.limit) for n in batch.places)


def test_what_is_asked_together_changes_nothing_in_torch(work: Path) -> None:
    torch = loaded(built("bart", work), engine="hf")
    requests = [Request(Job.POLISH, draft=draft) for draft in sorted(corpus()[:20:2], key=len)[:4]]
    outputs = [request.draft[:9] for request in requests]
    assert torch.translate(requests, 2) == [torch.translate([request], 2)[0] for request in requests]
    alone = [torch.score([request], [output])[0] for request, output in zip(requests, outputs, strict=True)]
    assert torch.score(requests, outputs) == pytest.approx(alone, abs=1e-5)


def test_hypotheses_are_different_and_the_best_is_first() -> None:
    shipped = weights.load(threads=1)
    request = Request(Job.POLISH, draft="On 1 June he come home with two friend .")
    texts = shipped.translate([request], 4)[0]
    scores = shipped.score([request] * len(texts), texts)
    assert 1 < len(texts) == len(set(texts)) <= 4
    assert scores[0] == max(score for score in scores if score is not None)


def test_an_empty_request_gets_no_output_and_an_empty_output_a_score() -> None:
    shipped = weights.load(threads=1)
    assert shipped.translate([], 1) == []
    assert shipped.score([], []) == []
    assert shipped.translate([Request(Job.POLISH, draft="")], 1) == [[]]
    [score] = shipped.score([Request(Job.POLISH, draft="It rains.")], [""])
    assert score is not None
    assert score < 0


def test_what_is_too_long_is_refused_and_never_cut() -> None:
    shipped = weights.load(threads=1)
    long = Request(Job.POLISH, draft="river " * 500)
    assert shipped.count(long) > shipped.max_tokens == 400
    with pytest.raises(ModelError, match=r"request 2 has \d+ tokens, and tri-v6@\w+ reads at most 400"):
        shipped.translate([Request(Job.POLISH, draft="It rains."), long], 1)
    with pytest.raises(ModelError, match="reads at most 400"):
        shipped.score([long], ["x"])
    short = Request(Job.POLISH, draft="It rains.")
    assert shipped.score([short, short], [long.draft, "It rains."]) == [None, *shipped.score([short], ["It rains."])]


def test_a_job_that_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(ModelError, match="cannot post-edit; it can polish"):
        weights.load(threads=1, jobs=[Job.POLISH]).translate([Request(Job.POST_EDIT, draft="a", source="b")], 1)


def test_our_family_reads_source_before_draft(work: Path) -> None:
    codec = PieceCodec(built("postedit-bart", work) / "sentencepiece.model")
    source, draft = codec.target("水"), codec.target("wen he")
    assert codec.source(Request(Job.POLISH, draft="wen he", source="水")) == (0, *draft, 2)
    assert codec.source(Request(Job.POST_EDIT, draft="wen he", source="水")) == (0, *source, 2, *draft, 2)
    assert codec.source(Request(Job.RETRANSLATE, draft="wen he", source="水")) == (0, *source, 2)


@pytest.mark.parametrize("text", ["wen he 河水 gany.", "🙂 rare", "x"])
def test_a_decoder_with_fewer_pieces_spells_what_it_lacks(text: str, work: Path) -> None:
    codec = PieceCodec(built("postedit-bart", work) / "sentencepiece.model", sayable=300)
    assert max(codec.target(text)) < 300
    assert codec.text(codec.target(text)) == text


@pytest.mark.parametrize(
    ("family", "source", "target"),
    [("m2m100", "__zh__", "__en__"), ("nllb", "zho_Hans", "eng_Latn"), ("mbart50", "zh_CN", "en_XX")],
)
def test_a_model_of_many_languages_is_told_both(family: str, source: str, target: str, work: Path) -> None:
    codec = loaded(built(family, work))._codec
    name = codec._tokenizer.convert_ids_to_tokens  # type: ignore[attr-defined]
    assert name(codec.source(Request(Job.RETRANSLATE, source="水"))[0]) == source
    assert [name(id_) for id_ in codec.prefix] == [target]


def test_a_language_may_be_named_by_the_models_own_code(work: Path) -> None:
    codec = loaded(built("nllb", work), source_language="zho_Hant")._codec
    first = codec.source(Request(Job.RETRANSLATE, source="水"))[0]
    assert codec._tokenizer.convert_ids_to_tokens(first) == "zho_Hant"  # type: ignore[attr-defined]


def test_an_unknown_language_is_refused(work: Path) -> None:
    with pytest.raises(ModelError, match="no language 'xx'"):
        loaded(built("nllb", work), target_language="xx")


def test_a_t5_gets_the_task_of_its_config_or_of_the_caller(work: Path) -> None:
    folder = built("t5", work)
    request = Request(Job.RETRANSLATE, source="水")
    by_config = loaded(folder, jobs=[Job.RETRANSLATE])._codec
    by_caller = loaded(folder, jobs=[Job.RETRANSLATE], task="say: ")._codec
    assert by_config.source(request) == (*by_config.target("translate Chinese to English: 水"), 1)
    assert by_caller.source(request) == (*by_caller.target("say: 水"), 1)


def test_a_conversion_is_kept_and_a_changed_file_converts_anew(work: Path, cache: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(built("marian", work), folder)
    (folder / "README.md").write_text("a card", encoding="utf-8")
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(settings | {"note": "mine"}), encoding="utf-8")

    def state() -> dict[str, int]:
        return {path.parent.name: path.stat().st_mtime_ns for path in cache.glob("*/model.bin")}

    before = set(state())
    first = loaded(folder).name
    kept = state()
    assert len(set(kept) - before) == 1
    (folder / "README.md").write_text("another card", encoding="utf-8")
    assert loaded(folder).name == first
    assert state() == kept
    (folder / "config.json").write_text(json.dumps(settings | {"note": "changed"}), encoding="utf-8")
    assert loaded(folder).name != first
    assert len(set(state()) - set(kept)) == 1
    assert not list(cache.glob("converting-*"))


def test_what_ctranslate2_cannot_convert_runs_in_torch(
    work: Path, cache: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "leaky"
    shutil.copytree(built("bart", work), folder)
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    settings["activation_function"] = "leaky_relu"
    (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert loaded(folder).name.endswith("|hf:float32")
    assert "cannot convert" in caplog.text
    assert "torch instead" in caplog.text
    with pytest.raises(ModelError, match="cannot convert"):
        loaded(folder, engine="ct2")
    assert not list(cache.glob("converting-*"))


def test_damaged_weights_are_an_error_of_ours(work: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(built("marian", work), folder)
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5000])
    for engine in ("auto", "hf"):
        with pytest.raises(ModelError, match=r"damaged|cannot load this checkpoint"):
            loaded(folder, engine=engine)


class Scripted:
    """An engine that says what it was told, once freely and once where repetition is forbidden."""

    name = "scripted"

    def __init__(self, freely: Output, without_repeats: Output) -> None:
        self._freely, self._without = freely, without_repeats

    def generate(self, batches: Sequence[Batch], hypotheses: int, no_repeat: int) -> list[list[list[Output]]]:
        said = self._without if no_repeat else self._freely
        return [[[said] for _ in batch.inputs] for batch in batches]

    def log_probabilities(self, batches: Sequence[Pairs]) -> list[list[list[float]]]:
        return [[[-1.0] * (len(output) + 1) for output in pairs.outputs] for pairs in batches]


@pytest.mark.parametrize(
    ("draft", "freely", "without_repeats", "answers"),
    [
        ("wen he", "wen he", "not asked", ["wen he"]),
        ("wen he", "wen he " * 5, "wen he", ["wen he"]),
        ("wen he", "wen he " * 5, "wen he " * 5, []),
        ("wen he " * 5, "wen he " * 5, "not asked", ["wen he wen he wen he wen he wen he"]),
    ],
)
def test_a_looping_answer_is_asked_again_and_then_dropped(
    draft: str, freely: str, without_repeats: str, answers: list[str], work: Path
) -> None:
    codec = PieceCodec(built("postedit-bart", work) / "sentencepiece.model")
    engine = Scripted(Output(codec.target(freely), True), Output(codec.target(without_repeats), True))
    translator = Seq2SeqTranslator(Card("scripted", frozenset({Job.POLISH}), 256, 256), codec, engine)
    assert translator.translate([Request(Job.POLISH, draft=draft)], 1) == [answers]


def test_an_answer_that_ran_into_its_limit_is_dropped(work: Path) -> None:
    codec = PieceCodec(built("postedit-bart", work) / "sentencepiece.model")
    cut = Output(codec.target("wen he"), False)
    translator = Seq2SeqTranslator(Card("scripted", frozenset({Job.POLISH}), 256, 256), codec, Scripted(cut, cut))
    assert translator.translate([Request(Job.POLISH, draft="wen he")], 1) == [[]]


def test_a_one_sentence_model_gets_one_sentence_at_a_time(work: Path) -> None:
    codec = PieceCodec(built("postedit-bart", work) / "sentencepiece.model")

    class Echo(Scripted):
        def generate(self, batches: Sequence[Batch], hypotheses: int, no_repeat: int) -> list[list[list[Output]]]:
            return [[[Output(ids[1:-1], True)] for ids in batch.inputs] for batch in batches]

    nothing = Output((), True)
    card = Card("echo", frozenset({Job.RETRANSLATE}), 256, 256, one_sentence=True)
    translator = Seq2SeqTranslator(card, codec, Echo(nothing, nothing))
    request = Request(Job.RETRANSLATE, source="他卖鱼。春天来了。")
    assert translator.translate([request, request], 1) == [["他卖鱼。 春天来了。"]] * 2
