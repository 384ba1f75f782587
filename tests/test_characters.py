"""Sources in traditional characters are read in simplified ones, and shown as they were given."""

import json
from pathlib import Path

import opencc
import pytest

from postedit import clean
from postedit.article import Kind
from postedit.characters import simplified
from postedit.formats import parse
from postedit.pipeline import segments_of
from postedit.structure import label
from postedit.training_pairs import read

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
    source = "四月三日，他说这个国家的经济增长了5%。会议在长沙举行。\n"
    draft = "On May 3, he said this country 's economy growed 5%. The meeting was held in Changsha .\n"
    given = TRADITIONAL.convert(source)
    assert given != source
    one, other = clean(draft, source), clean(draft, given)
    assert other.text == one.text
    shown = [segment["source"] for segment in other.to_json()["segments"]]
    assert shown == [part + "。" for part in given.strip().rstrip("。").split("。")]
    assert [choice.segment.source for choice in other.choices] == [choice.segment.source for choice in one.choices]


def test_a_page_is_seen_alike() -> None:
    draft = "The harbour opened today, and many thousands came to see the ships of the town.\n"
    page = "港口今天开放，数千人前来观看城里的船只。\n\n责任编辑：王小明\n"
    given = TRADITIONAL.convert(page)
    found = [label(parse(draft, "text", "a1", source=one)) for one in (page, given)]
    assert [block.kind for block in found[0].source_blocks] == [Kind.PARAGRAPH, Kind.BYLINE]
    assert [block.kind for block in found[1].source_blocks] == [Kind.PARAGRAPH, Kind.BYLINE]
    segment = segments_of(found[1], None)[0]
    assert segment.given is not None
    assert segment.source == simplified(segment.given)


def test_a_model_is_taught_what_it_will_read(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("He come home.\tHe came home.\t他從學校回家了\n", encoding="utf-8")
    assert read(path).pairs[0].source == "他从学校回家了"
