"""Sources in traditional characters are read in simplified ones, and shown as they were given."""

import json
from pathlib import Path

import opencc
import pytest

from postedit import Cleaner, clean
from postedit.article import Article, Kind, Segment
from postedit.candidates import proposals
from postedit.characters import readable, simplified
from postedit.families import Languages
from postedit.formats import parse
from postedit.knowledge import known_of
from postedit.pipeline import segments_of
from postedit.repairs.chinese_names import repeated_names
from postedit.segments import cut
from postedit.structure import label
from postedit.suites import Sample, Unit
from postedit.training_pairs import read
from postedit.translator import FakeTranslator, Job
from postedit.units import cut_samples

ROOT = Path(__file__).resolve().parent.parent
TRADITIONAL = opencc.OpenCC("s2tw")


def sentences() -> list[str]:
    lines = (ROOT / "corpora" / "rough-news" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    paragraphs = [one for line in lines for one in json.loads(line)["paragraphs"]]
    return [one["zh"] for paragraph in paragraphs for one in paragraph["sentences"]]


def test_simplified_sentences_stay_and_traditional_ones_become_as_they_were() -> None:
    before = sentences()
    assert len(before) > 200
    assert [simplified(one) for one in before] == before
    given = [TRADITIONAL.convert(one) for one in before]
    found = [simplified(one) for one in given]
    assert [len(one) for one in found] == [len(one) for one in given]
    assert sum(one == old for one, old in zip(found, before, strict=True)) > 0.95 * len(before)


@pytest.mark.parametrize("text", ["", "CCTV, 2023", "王小明在北京。", "東京都の新しい図書館が開館した。"])
def test_what_is_not_traditional_chinese_stays(text: str) -> None:
    assert simplified(text) == text


def test_an_article_is_cleaned_alike_and_shows_its_source_as_given() -> None:
    source = "四月三日，他说这个国家的经济增长了5%。“会下雨吗？”他说。会议在长沙举行。\n"
    draft = (
        "On May 3, he said this country 's economy growed 5%. “Will it rain?” he said. The meeting is in Changsha .\n"
    )
    given = TRADITIONAL.convert(source)
    assert given != source
    one, other = clean(draft, source), clean(draft, given)
    assert other.text == one.text
    shown = [segment["source"] for segment in other.to_json()["segments"]]
    assert shown == [part + "。" for part in given.strip().rstrip("。").split("。")]
    assert len(shown) == 3
    assert [choice.segment.source for choice in other.choices] == [choice.segment.source for choice in one.choices]


def test_a_page_is_seen_alike() -> None:
    draft = "The harbour opened today, and many thousands came to see the ships of the town.\n"
    page = "港口今天开放，数千人前来观看城里的船只。\n\n责任编辑：王小明\n"
    given = TRADITIONAL.convert(page)
    found = [label(readable(parse(draft, "text", "a1", source=one), "zh")) for one in (page, given)]
    assert [block.kind for block in found[0].source_blocks] == [Kind.PARAGRAPH, Kind.BYLINE]
    assert found[1].source_blocks == found[0].source_blocks
    segment = segments_of(found[1], None)[0]
    assert segment.given is not None
    assert segment.source == simplified(segment.given)
    halves = cut([segment], lambda text: len(text) < 40)
    assert len(halves) > 1
    assert {(half.source, half.given) for half in halves} == {(None, None)}


def test_a_test_set_is_read_alike() -> None:
    article = parse("He said this.\n", "text", "a1", source="他說這個。")
    found = cut_samples([Sample(article, (Unit(0, 13, "He said so."),))], Cleaner(FakeTranslator({})))
    assert [(one.source, one.given) for one in found.segments] == [("他说这个。", "他說這個。")]


def test_names_that_an_article_repeats_are_known() -> None:
    source = "记者韩德龙来了。韩德龙说，天气很好。"
    article = readable(Article("a1", "Han came.", (), source=TRADITIONAL.convert(source)), "zh")
    assert known_of(article, [Segment("Han came.", 0)])[0].names == repeated_names(source) == {"韩德龙"}


def test_people_of_a_traditional_source_are_not_spelt_in_pinyin() -> None:
    source = "台积电的裴剑飞在东莞说。"
    fake = FakeTranslator({source: "Said."}, [Job.POST_EDIT])
    in_its_own = TRADITIONAL.convert(source)
    for given, names in ((None, ["TSMC", "Pei Jianfei", "Dongguan"]), (in_its_own, ["TSMC", "Dongguan"])):
        found = proposals([Segment("He said.", 0, source=source, given=given)], fake, several=True)[0]
        assert [one.english for one in found.hints.names] == names


def test_a_model_is_taught_what_it_will_read(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("He come home.\tHe came home.\t他從學校回家了\n", encoding="utf-8")
    assert read(path).pairs[0].source == "他从学校回家了"
    assert read(path, Languages("zho_Hant")).pairs[0].source == "他從學校回家了"
