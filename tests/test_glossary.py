"""A user's own terms: read with a line where something is wrong, asked of the model, kept, and told where missing."""

from pathlib import Path

import pytest

from postedit import Cleaner
from postedit.article import Candidate, Origin, Segment, Status
from postedit.candidates import proposals
from postedit.checks import CHECKS
from postedit.choices import choose
from postedit.cli import main
from postedit.defects import inspect
from postedit.errors import ConfigError
from postedit.gate import Gate
from postedit.glossary import Glossary, read, with_terms
from postedit.repairs import Known, repair
from postedit.spelling import spellings
from postedit.translator import FakeTranslator, Job

OURS = Glossary({"赣州": "Gan City", "新质生产力": "new quality productive forces"})


def segment(draft: str, source: str | None = "赣州发展新质生产力") -> Segment:
    return with_terms([Segment(draft, 0, source=source)], OURS)[0]


@pytest.mark.parametrize(
    ("name", "content", "terms"),
    [
        ("a.tsv", "赣州\tGan City\n", {"赣州": "Gan City"}),
        ("a.csv", '中文,English,note\n赣州,"Gan City, Jiangxi",ask Li\n', {"赣州": "Gan City, Jiangxi"}),
        ("a.txt", "source\ttarget\n# places\n\n  贛州 \tGan  City\n贛州\tGan City\n", {"赣州": "Gan City"}),
    ],
)
def test_a_table_of_terms_is_read(tmp_path: Path, name: str, content: str, terms: dict[str, str]) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert read(path).terms == terms
    path.write_bytes(content.replace("贛", "赣").encode("gb18030"))
    assert read(path).terms == terms


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x\tx\n赣州\t\n", r"a\.tsv:2: a term is Chinese"),
        ('赣州\tGan "City\n赣\n', r"a\.tsv:2: a term is Chinese"),
        ("赣州 Gan City\n", r"a\.tsv:1: a term is Chinese, a tab, and its English"),
        ("赣州\tGan City\n\nGan City\t赣州\n", r"a\.tsv:3: a term is Chinese"),
        ("赣州\tGan City\n# x\n赣州\tGanzhou\n", r"a\.tsv:3: 赣州 is 'Ganzhou' here and 'Gan City' in line 1"),
        ("# nothing\n", r"a\.tsv: there is no term in it"),
        ("zh\ten\n", r"a\.tsv: there is no term in it"),
    ],
)
def test_what_is_wrong_with_a_table_is_told(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read(path)


def test_a_table_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.txt"
    draft.write_text("He came.\n", encoding="utf-8")
    assert main(["clean", str(draft), "--model", "none", "--glossary", str(tmp_path / "no.tsv")]) == 2
    assert "no.tsv: there is no such file" in capsys.readouterr().err


def test_the_longest_term_counts_wherever_it_stands() -> None:
    found = Glossary({"生产": "production", "生产力": "forces", "新质生产力": "new forces"}).find(
        "发展新质生产力和生产"
    )
    assert [one.english for one in found] == ["new forces", "production"]
    assert Glossary({"赣州": "Gan City"}).find("") == ()


def test_a_term_takes_the_place_of_what_the_table_says() -> None:
    assert [one.english for one in spellings("长沙和赣州")] == ["Changsha", "Ganzhou"]
    assert [one.english for one in spellings("长沙和赣州", terms=OURS.find("长沙和赣州"))] == ["Changsha", "Gan City"]
    assert [one.english for one in spellings("赣州和长沙", people=False, terms=OURS.find("赣州和长沙"))] == [
        "Gan City",
        "Changsha",
    ]


@pytest.mark.parametrize("several", [True, False])
def test_a_model_is_told_the_terms_that_it_lacks(several: bool) -> None:
    told = "Gan City发展new quality productive forces"
    fake = FakeTranslator(
        {"赣州发展新质生产力": "Tongzhou grows.", told: "Gan City grows."}, [Job.POST_EDIT, Job.RETRANSLATE]
    )
    [found] = proposals([segment("Ganzhou grows.")], fake, several=several)
    assert "Gan City grows." in [one.text for one in found.candidates]


def test_a_misspelt_term_of_one_word_is_mended() -> None:
    terms = Glossary({"阿尔德": "Aldeburgh"}).find("在阿尔德")
    assert repair("In Aldborough.", Known(source="在阿尔德", terms=terms)).text == "In Aldeburgh."
    assert repair("In Aldborough.", Known(source="在阿尔德")).text == "In Aldborough."


def test_a_term_is_not_lost_and_told_where_it_is_missing() -> None:
    check = CHECKS["terms"]
    assert check(segment("In Gan city."), "In Ganzhou.") == "loses 'Gan City', which the glossary wants for 赣州"
    assert check(segment("In Gan city."), "Gan City it is.") is None
    assert check(segment("In Ganzhou."), "In Tongzhou.") is None
    told = [one.detail for one in inspect(segment("In Gan City.")) if one.name == "lacks a term"]
    assert told == ["'new quality productive forces' is missing, which the glossary wants for 新质生产力"]
    assert not [one for one in inspect(segment("In Ganzhou.", source=None)) if one.name == "lacks a term"]


@pytest.mark.parametrize(("draft", "status"), [("In Gan City.", Status.KEPT), ("In Ganzhou.", Status.REVIEW)])
def test_who_lacks_a_term_is_to_be_looked_at(draft: str, status: Status) -> None:
    one = segment(draft, source="在赣州")
    assert choose(one, [Candidate(draft, Origin.DRAFT)], inspect(one), Gate()).status is status


def test_a_run_with_a_glossary_says_so(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("阿尔德\tAldeburgh\n", encoding="utf-8")
    cleaner = Cleaner(model="none", glossary=str(path))
    edited = cleaner("He lives in Aldborough.", "他住在阿爾德。")
    assert edited.text == "He lives in Aldeburgh."
    assert f"|glossary:{read(path).digest}" in edited.signature
    assert "glossary" not in Cleaner(model="none").signature
    assert read(path).digest != OURS.digest
