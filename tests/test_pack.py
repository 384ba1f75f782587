"""What is trained on: every filter has a text that it must drop and one that it must keep."""

import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora import pack
from corpora.pack import Example
from corpora.renumber import renumbered
from corpora.roughen import ROUGHENERS, roughen
from models import tiny, train
from postedit.quantities import quantities, same_quantities

SENTENCE = "The city opened a new library on the first of May, and many people came to see it."
CHINESE = "该市五月一日开放了一座新图书馆，许多人前来参观。"


def example(source: str = "", draft: str = "", reference: str = SENTENCE, origin: str = "wmt18.moz-argos") -> Example:
    return Example(source, draft, reference, origin)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (pack.unlicensed, example(origin="tw_moj_laws"), example(origin="carbonz0_alpaca")),
        (pack.unlicensed, example(origin="mozilla|de-en|wmt08|google|x"), example(origin="kajweb_dict_sentences")),
        (pack.wrong_length, example(), example(reference="")),
        (pack.wrong_length, example(draft=SENTENCE), example(draft="The city.")),
        (pack.wrong_length, example(source=CHINESE), example(source=CHINESE * 4)),
        (pack.wrong_length, example(), example(reference="word " * 131)),
        (pack.wrong_language, example(source=CHINESE), example(source="The source is English.")),
        (pack.wrong_language, example(source=CHINESE), example(source=CHINESE, reference=CHINESE)),
        (pack.wrong_language, example(draft=SENTENCE), example(draft="The 图书馆 opened 许多人前来参观 in May")),
        (pack.rewritten, example(draft=SENTENCE.replace("a new", "new")), example(draft="Books are read by all.")),
    ],
)
def test_a_filter_keeps_the_good_and_drops_the_bad(check: pack.Filter, good: Example, bad: Example) -> None:
    assert not check(good)
    assert check(bad)


def test_a_near_duplicate_differs_only_in_case_space_and_punctuation() -> None:
    repeated = pack.NearDuplicate(set())
    assert not repeated(example(draft="He came ."))
    assert repeated(example(draft="he came"))
    assert not repeated(example(draft="He went."))


@pytest.mark.parametrize(
    "leak",
    [
        example(reference=SENTENCE.upper().replace(",", "")),
        example(reference="Yesterday a new library on the first of May, and many more things."),
        example(source=CHINESE[:9] + "了，他说。", reference="He said so."),
        example(draft=SENTENCE, reference="Nothing to see here."),
    ],
)
def test_a_planted_evaluation_sentence_is_caught(leak: Example) -> None:
    overlap = pack.Overlap.of([SENTENCE, CHINESE])
    assert overlap(leak)
    assert not overlap(example(reference="The city opened a new school, and many children came to see their teachers."))


def test_dropped_rows_are_counted_under_the_first_fault() -> None:
    dropped: Counter[str] = Counter()
    rows = [example(), example(), example(origin="x"), example(reference=CHINESE), example(reference="Leaked line.")]
    kept = list(pack.kept(rows, pack.filters(["Leaked line"]), dropped))
    assert kept == [example()]
    assert dropped == {"near_duplicate": 1, "unlicensed": 1, "wrong_language": 1, "overlap": 1}


def test_neighbours_are_joined_only_within_one_origin() -> None:
    rows = [example(draft=f"d{n}.", reference=f"R{n}.", origin="a" if n < 2 else "b") for n in range(4)]
    joined = list(pack.joined(rows, random.Random(0)))
    assert [(e.draft, e.reference) for e in joined] == [("d0. d1.", "R0. R1."), ("d2. d3.", "R2. R3.")]


def test_packed_shards_come_back_as_they_went_in(tmp_path: Path) -> None:
    init = tiny.write(tmp_path / "init", [SENTENCE, CHINESE] * 20)
    tokenizer = pack.Tokenizer.of(init)
    rows = [example(CHINESE, SENTENCE.replace("new ", ""), SENTENCE), example("", "", "Many people came.")]
    shards = pack.pack("zh", rows, tokenizer, tmp_path / "packed")
    pack.write_manifest(tmp_path / "packed", shards, {"zh": Counter(overlap=3)}, init)
    group = train.read_packed(tmp_path / "packed", {"zh"})["zh"]
    assert [group.parts(n) for n in range(2)] == [tokenizer.ids(row) for row in rows]
    assert group.edits[0] == pytest.approx(1 / 18, rel=1e-2)
    manifest = json.loads((tmp_path / "packed" / "manifest.json").read_text())
    assert manifest["examples"] == {"zh": 2}
    assert manifest["dropped"] == {"zh": {"overlap": 3}}


def test_a_table_of_ones_own_is_a_group_and_keeps_pairs_whose_draft_is_another_text(tmp_path: Path) -> None:
    init = tiny.write(tmp_path / "init", [SENTENCE, CHINESE] * 20)
    seen = tmp_path / "seen.txt"
    seen.write_text("The old bridge was closed to lorries and buses after the flood.\n", encoding="utf-8")
    rows = [
        (CHINESE, SENTENCE.replace("a new", "new"), SENTENCE),
        ("赣州市有农民工120万人。", "Nothing of it.", "Ganzhou has 1.2 million migrant workers."),
        ("洪水过后旧桥禁行。", "", "The old bridge was closed to lorries and buses after all."),
    ]
    own = tmp_path / "mine.tsv"
    own.write_text("".join("\t".join((*row, "general.x")) + "\n" for row in rows), encoding="utf-8")
    asked = ["--pieces", init, "--out", tmp_path / "packed", "--evaluation", seen, "--own", own]
    assert pack.main([str(one) for one in asked]) == 0
    manifest = json.loads((tmp_path / "packed" / "manifest.json").read_text())
    assert manifest["dropped"]["mine"] == {"overlap": 1}
    assert {name: manifest["examples"][name] for name in ("mine", "mine-told")} == {"mine": 2, "mine-told": 1}
    group = train.read_packed(tmp_path / "packed", {"mine"})["mine"]
    assert [bool(draft) for _, draft, _ in map(group.parts, range(2))] == [True, False]


def test_a_changed_shard_is_refused(tmp_path: Path) -> None:
    init = tiny.write(tmp_path / "init", [SENTENCE] * 20)
    shards = pack.pack("zh", [example()], pack.Tokenizer.of(init), tmp_path)
    pack.write_manifest(tmp_path, shards, {}, init)
    with (tmp_path / "zh-000.npz").open("wb") as stream:
        np.savez(stream, tokens=np.zeros(1))
    with pytest.raises(SystemExit, match="pack again"):
        train.read_packed(tmp_path, {"zh"})


@given(st.integers(0, 10_000))
def test_other_numbers_are_the_same_on_both_sides(seed: int) -> None:
    source, reference = (
        "去年出口1.35亿吨，比2019年多20万吨。",
        "Last year it exported 135 million tons, 200,000 more than in 2019.",
    )
    new = renumbered(source, reference, random.Random(seed))
    assert new is not None
    assert new[0] != source
    missing, added = same_quantities(quantities(new[0], "zh"), quantities(new[1], "en"), strict=True)
    assert not missing + added
    assert [text.split("2019")[1][:1] for text in new] == ["年", "."]


def test_pairs_that_count_in_ten_thousands_are_seen_with_other_numbers() -> None:
    counts = example("它有3.5万辆。", "It is 35,000 cars.", "It has 35,000 cars.")
    others = [
        example("它有3.5万辆。", "Another engine's 35,000."),
        example("万一它来。", reference="In case it comes."),
    ]
    found = [*pack.counting([counts, *others], random.Random(1))]
    assert len(found) == 1 + pack.RENUMBERED
    assert (found[0].source, found[0].draft, found[0].reference) == (counts.source, "", counts.reference)
    assert len({one.reference for one in found}) > 3


def test_what_is_told_is_only_what_the_reference_says() -> None:
    said = example("赣州市有农民工120万人。", "draft", "Ganzhou has 1.2 million migrant workers.")
    unsaid = example("赣州市有农民工120万人。", "", "The town has many who came to work.")
    found = [*pack.told([said] * 20 + [unsaid] * 20, random.Random(1))]
    assert {one.reference for one in found} == {said.reference}
    assert {one.draft for one in found} == {"draft"}
    assert len({one.source for one in found}) > 3
    assert any("Ganzhou" not in one.source for one in found)
    assert any("Ganzhou 市有 migrant worker 1.2 million 人" in one.source for one in found)


@given(st.text(), st.integers(0, 1000))
def test_roughening_takes_any_text_and_is_repeatable(text: str, seed: int) -> None:
    assert roughen(text, random.Random(seed)) == roughen(text, random.Random(seed))


def test_every_kind_of_roughness_happens() -> None:
    text = "On June 1, in the old town, an actor was seen in 2019, and people came with flowers, tea and bread."
    for name, roughener in ROUGHENERS.items():
        assert roughener(text, random.Random(1)) != text, name


def test_pairs_are_parted_into_news_what_is_near_it_and_the_rest() -> None:
    news = ["Shares fell on Monday, the minister said.", "The president said on Monday that he would not resign."]
    laws = ["Click the button to save the file.", "The article of this act shall not apply.", "Save the file again."]
    pairs = [example("", "", text, "tw_moj_laws") for text in [*laws, "The minister said on Monday that shares fell."]]
    pairs.append(example("", "", "I like tea.", "tatoeba_cmn"))
    groups = pack.near_news(pairs, news)
    assert [pair.reference for pair in groups["pairs-news"]] == ["I like tea."]
    assert [pair.reference for pair in groups["pairs-near"]] == ["The minister said on Monday that shares fell."]
    assert pack.near_news([], news) == {"pairs-news": [], "pairs-near": []}
