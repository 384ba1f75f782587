"""A user's own terms: read with a line where something is wrong, asked of the model, kept, and told where missing."""

import json
from dataclasses import replace
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
from postedit.formats import parse
from postedit.gate import Gate
from postedit.glossary import Glossary, read
from postedit.repairs import Known, repair
from postedit.spelling import lacked, spellings
from postedit.suites import Sample, Unit
from postedit.translator import FakeTranslator, Job
from postedit.units import cut_samples

OURS = Glossary({"赣州": "Gan City", "新质生产力": "new quality productive forces"})


def segment(draft: str, source: str | None = "赣州发展新质生产力") -> Segment:
    return Segment(draft, 0, source=source, terms=OURS.find(source or ""))


@pytest.mark.parametrize(
    ("name", "content", "english"),
    [
        ("a.tsv", "赣州\tGan City\n", "Gan City"),
        ("a.tsv", "赣州\tGan City\r\n长沙\tCS\r\n", "Gan City"),
        ("a.csv", '中文,English,note\n赣州,"Gan City, Jiangxi",ask Li\n', "Gan City, Jiangxi"),
        ("a.txt", "# places\n\nsource\ttarget\n  贛州 \tGan  City\n赣州\tGan City\n", "Gan City"),
        ("a.tsv", "目标\ttarget\n赣州\tGan City\n", "Gan City"),
    ],
)
def test_a_table_of_terms_is_read(tmp_path: Path, name: str, content: str, english: str) -> None:
    path = tmp_path / name
    for encoding in ("utf-8", "utf-8-sig", *["gb18030"] * ("贛" not in content)):
        path.write_bytes(content.encode(encoding))
        assert [one.english for one in read(path).find("在赣州，在贛州")] == [english] * 2
    assert [one.english for one in read(path).find("目标")] == ["target"] * content.startswith("目标")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.tsv",
            "x\tx\n赣州\tGan\n",
            r"a\.tsv:1: there is no Chinese in 'x'; a term is Chinese, a tab, and its English",
        ),
        ("a.tsv", '赣州\tGan "City\n赣\n', r"a\.tsv:2: '赣' has no English"),
        ("a.tsv", "赣州 Gan City\n", r"a\.tsv:1: '赣州 Gan City' has no English"),
        ("a.tsv", "赣州,Gan City\n", r"a\.tsv:1: there is no tab in '赣州,Gan City'; a \.tsv has tabs, a \.csv commas"),
        ("a.csv", "赣州;Gan City\n", r"a\.csv:1: there is no comma in '赣州;Gan City'"),
        (
            "a.tsv",
            "赣州\tGan City\n\nGan City\t赣州\n",
            r"a\.tsv:3: '赣州' stands behind its English",
        ),
        ("a.tsv", "赣州\t！\n", r"a\.tsv:1: '赣州' has no English"),
        ("a.tsv", "赣州\tGan City\n# x\n贛州\tGanzhou\n", r"a\.tsv:3: 贛州 is 'Ganzhou' here and 'Gan City' in line 1"),
        ("a.tsv", "# nothing\n", r"a\.tsv: there is no term in it"),
        ("a.tsv", "", r"a\.tsv: there is no term in it"),
        ("a.tsv", "zh\ten\n", r"a\.tsv: there is no term in it"),
        ("a.csv", '赣州,"Gan\n长沙,CS\n', r"a\.csv:2: this is no row of a table"),
    ],
)
def test_what_is_wrong_with_a_table_is_told(tmp_path: Path, name: str, content: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read(path)


def test_a_table_of_unknown_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(b"\xff\x00\xd8\x00\x81")
    with pytest.raises(ConfigError, match=r"a\.tsv: its encoding is not recognised; save it as UTF-8\."):
        read(path)


def test_a_table_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.txt"
    draft.write_text("He came.\n", encoding="utf-8")
    assert main(["clean", str(draft), "--model", "none", "--glossary", str(tmp_path / "no.tsv")]) == 1
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


@pytest.mark.parametrize(
    ("draft", "status", "reason"),
    [
        ("In Gan City.", Status.KEPT, "kept: nothing better was proposed"),
        ("In Ganzhou.", Status.REVIEW, "kept: nothing better was proposed; lacks 'Gan City' for 赣州"),
    ],
)
def test_what_lacks_a_term_is_to_be_looked_at(draft: str, status: Status, reason: str) -> None:
    one = segment(draft, source="在赣州")
    choice = choose(one, [Candidate(draft, Origin.DRAFT)], inspect(one), Gate())
    assert (choice.status, choice.reason) == (status, reason)


def test_a_run_with_a_glossary_says_so(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("阿尔德\tAldeburgh\n", encoding="utf-8")
    cleaner = Cleaner(model="none", glossary=str(path))
    edited = cleaner("He lives in Aldborough.", "他住在阿爾德。")
    assert edited.text == "He lives in Aldeburgh."
    assert f"|glossary:{read(path).digest}" in edited.signature
    assert "glossary" not in Cleaner(model="none").signature
    assert read(path).digest != OURS.digest


def test_what_the_table_says_of_a_term_gives_way() -> None:
    terms = Glossary({"马克龙": "Makrong", "喀山": "Qazan"}).find("马克龙在喀山")
    for draft in ("Mr Macron is in Kazan.", "Mr Makrong is in Qazan."):
        assert repair(draft, Known(source="马克龙在喀山", terms=terms)).text == "Mr Makrong is in Qazan."


def test_a_person_is_spelt_as_the_glossary_has_it() -> None:
    source = "局长张志明讲话。"
    terms = Glossary({"张志明": "Cheung Chi Ming"}).find(source)
    assert repair("Director Zhang Zhi Minh spoke.", Known(source=source)).text == "Director Zhang Zhiming spoke."
    for text in ("Director Cheung Chi Ming spoke.", "Director Zhang Zhi Minh spoke."):
        assert repair(text, Known(source=source, terms=terms)).text == text


def test_what_an_own_term_lacks_makes_no_article_rough() -> None:
    own = OURS.find("长沙和赣州")
    names = spellings("长沙和赣州", terms=own)
    assert lacked(names, "Changsha is far.") == 0.0
    assert lacked(spellings("长沙和赣州"), "Changsha is far.") == 0.5


def test_a_likelier_rewrite_may_not_lose_a_term() -> None:
    one = segment("He come to Gan City.", source="他来到赣州。")
    draft = Candidate(one.draft, Origin.DRAFT, score=-2.0)
    lost = Candidate("He came to Gan Town.", Origin.POST_EDIT, score=-0.2)
    kept = Candidate("He came to Gan City.", Origin.POST_EDIT, score=-1.0)
    choice = choose(one, [draft, lost, kept], [], Gate(max_edit_rate=1.0))
    assert choice.chosen.text == "He came to Gan City."
    assert choice.passed_over[1].check == "terms"


def test_a_glossary_that_nothing_is_looked_up_in_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    terms, draft = tmp_path / "terms.tsv", tmp_path / "draft.txt"
    terms.write_text("赣州\tGan City\n", encoding="utf-8")
    draft.write_text("He came.\n", encoding="utf-8")
    out = str(tmp_path / "out.txt")
    assert main(["clean", str(draft), "--model", "none", "--glossary", str(terms), "-o", out]) == 3
    assert "draft.txt, without its Chinese: the glossary was not used." in capsys.readouterr().err


def test_records_and_settings_know_the_glossary(tmp_path: Path) -> None:
    terms, settings, drafts = (tmp_path / name for name in ("terms.csv", "settings.toml", "drafts.jsonl"))
    terms.write_text("阿尔德,Aldeburgh\n", encoding="utf-8")
    settings.write_text(f'model = "none"\nglossary = "{terms}"\n', encoding="utf-8")
    rows = [("Aldborough is far.", "阿尔德很远。"), ("It is far.", "阿尔德很远。"), ("Aldborough is far.", None)]
    lines = [json.dumps({"id": str(n), "draft": draft, "source": source}) for n, (draft, source) in enumerate(rows)]
    drafts.write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "out.jsonl"
    assert main(["clean", str(drafts), "--config", str(settings), "-o", str(out), "--quiet"]) == 3
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [one["cleaned"] for one in found] == ["Aldeburgh is far.", "It is far.", "Aldborough is far."]
    assert main(["clean", str(drafts), "--config", str(settings), "-o", str(terms), "--quiet"]) == 1
    assert terms.read_text(encoding="utf-8") == "阿尔德,Aldeburgh\n"


def test_a_term_stands_as_its_user_writes_it() -> None:
    ours = {
        "稻米": "rice",
        "美联社": "AP",
        "马克龙": "Emmanuel Macron",
        "稻蟹共生": "rice-crab co-culture",
        "新华社": "Xinhua News Agency",
    }
    for source, draft, text in [
        ("马克龙访问", "Makron came.", "Emmanuel Macron came."),
        ("马克龙访问", "Macron came; Macron spoke.", "Emmanuel Macron came; Macron spoke."),
        ("稻蟹共生", "The area ofrice-crab co culture grew.", "The area of rice-crab co-culture grew."),
        ("稻蟹共生", "Rice crab co-culture grew.", "Rice-crab co-culture grew."),
        ("稻米", "The price of rice rose in Nice.", "The price of rice rose in Nice."),
        ("美联社说", "AP said APEC and MAP met.", "AP said APEC and MAP met."),
        ("新华社说", "The xinhua news agency said so.", "The Xinhua News Agency said so."),
        ("新华社说", "THE XINHUA NEWS AGENCY SAID SO.", "THE XINHUA NEWS AGENCY SAID SO."),
    ]:
        assert repair(draft, Known(source=source, terms=Glossary(ours).find(source))).text == text


def test_a_term_with_accents_may_come_in() -> None:
    terms = Glossary({"西雅尔多": "Szijjártó"}).find("西雅尔多说")
    one = Segment("Siyardo spoke.", 0, source="西雅尔多说", terms=terms)
    assert CHECKS["script"](one, "Szijjártó spoke.") is None
    assert CHECKS["script"](replace(one, terms=()), "Szijjártó spoke.") == "brings in a foreign word: Szijjártó"


def test_a_glossary_may_be_named_by_a_path(tmp_path: Path) -> None:
    path = tmp_path / "terms.tsv"
    path.write_text("阿尔德\tAldeburgh\n", encoding="utf-8")
    assert Cleaner(model="none", glossary=path)("In Aldborough.", "在阿尔德。").text == "In Aldeburgh."


def test_a_measured_set_has_the_terms_of_its_sources() -> None:
    cleaner = Cleaner(FakeTranslator({}))
    cleaner.glossary = OURS
    sample = Sample(parse("It grows.\n", "text", "a1", source="赣州发展。"), (Unit(0, 9, "It grows."),))
    assert [one.english for one in cut_samples([sample], cleaner).segments[0].terms] == ["Gan City"]
