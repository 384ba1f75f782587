"""The texts that the project wrote keep the promises of their data cards."""

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postedit.suites import read_suite

CORPORA = Path(__file__).parent.parent / "corpora"
DEMO = CORPORA / "demo"
WRITTEN_HERE = sorted(
    path
    for folder in ("demo", "rough-news", "clean-prose", "furniture")
    for path in (CORPORA / folder).iterdir()
    if path.suffix in {".txt", ".jsonl", ".md"}
)
PROSE_FILES = sorted((CORPORA / "clean-prose").glob("*.txt"))
CHINESE = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff01-\uff5e]")

# What a reader of the demo page stumbles over; README.md of the demo lists the same.
DEMO_FAULTS = {
    "a clause twice": r"(bamboo leaves are used to extract [a-z ]+), and \1",
    "best and best": r"highest, best and best",
    "doubled word": r"\bthe the\b",
    "etc. Require.": r", etc\. Require\.",
    "stop before a lower-case and": r"mountain\. and loading",
    "stop and comma": r"\. , ",
    "quote, stop, said": r'\."  said',
    "quotation mark not closed": r'"bamboo butler for each',
    "capital in mid-sentence": r"(said|watch) [AI][tn] (the|front)",
    "HTML entity": r"&amp;",
    "full-width comma": r"[a-z]，",
    "full-width brackets": r"formed（",
    "space before a comma": r"[a-z] , ",
    "no space after a stop": r"[a-z]\.(The|100)",
    "apart from its apostrophe": r"People ' s",
    "will, of a past year": r"From 2017 to 2020, Yunting will",
    "date of another style": r"On 1 June",
}

UNITS = {"": 1, "千": 10**3, "万": 10**4, "亿": 10**8, "thousand": 10**3, "million": 10**6, "billion": 10**9}
WORDS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
]  # fmt: skip
MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip


def jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").rstrip("\n").split("\n")]


ROUGH_NEWS = CORPORA.parent / "eval" / "suites" / "rough-news.toml"
ARTICLES = jsonl(CORPORA / "rough-news" / "articles.jsonl")
PAGES = jsonl(CORPORA / "furniture" / "pages.jsonl")


def lines(name: str) -> list[str]:
    return [line for line in (DEMO / name).read_text("utf-8").split("\n") if line]


def sentences(article: dict[str, Any]) -> list[dict[str, Any]]:
    return [sentence for paragraph in article["paragraphs"] for sentence in paragraph["sentences"]]


def chinese_numbers(text: str) -> set[Decimal]:
    found = re.findall(r"(\d+(?:\.\d+)?)([千万亿]?)", text)
    return {Decimal(digits) * UNITS[unit] for digits, unit in found}


def english_numbers(text: str) -> set[Decimal]:
    text = text.lower()
    found = re.findall(r"(\d+(?:,\d{3})*(?:\.\d+)?)(?:[ -](thousand|million|billion))?", text)
    numbers = {Decimal(digits.replace(",", "")) * UNITS[unit] for digits, unit in found}
    numbers |= {Decimal(WORDS.index(word)) for word in re.findall("[a-z]+", text) if word in WORDS}
    numbers |= {Decimal(number) for number, month in enumerate(MONTHS, 1) if month in text}
    return numbers | {Decimal(hour) + 12 for hour in re.findall(r"(\d+) p\.m\.", text)}


@pytest.mark.parametrize("path", WRITTEN_HERE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_are_plain_utf8_and_end_with_one_newline(path: Path) -> None:
    data = path.read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.endswith(b"\n")
    assert not data.endswith(b"\n\n")
    assert "\ufffd" not in data.decode("utf-8")


def test_every_folder_has_a_data_card_that_names_its_origin_and_licence() -> None:
    for folder in {path.parent for path in WRITTEN_HERE}:
        card = (folder / "README.md").read_text("utf-8")
        assert "Apache-2.0" in card, folder
        assert re.search("written for this project", card, re.IGNORECASE), folder


def test_demo_runs_in_step_on_all_three_sides() -> None:
    rough, source, reference = (lines(name) for name in ("rough.txt", "source.txt", "reference.txt"))
    assert rough[1] == rough[2], "the title stands twice"
    article = rough[:2] + rough[3:-4]
    assert len(article) == len(source) == len(reference)
    assert rough[-4:-2] == ["No comments:", "Post a Comment"]
    assert rough[-1].endswith("...")
    assert rough[-2].startswith(rough[-1].removesuffix("..."))


def test_demo_has_at_least_25_sentences() -> None:
    body = [line for line in lines("reference.txt") if line.endswith((".", '."'))]
    assert sum(len(re.findall(r"""[.!?]"?(?= [A-Z"]|$)""", line)) for line in body) >= 25


def test_demo_numbers_are_in_the_reference_and_in_the_rough_page() -> None:
    rough, source, reference = (lines(name) for name in ("rough.txt", "source.txt", "reference.txt"))
    article = rough[:2] + rough[3:-4]
    for chinese, draft, english in zip(source, article, reference, strict=True):
        assert chinese_numbers(chinese) <= english_numbers(english), chinese
        assert chinese_numbers(chinese) <= english_numbers(draft), chinese


@pytest.mark.parametrize("fault", DEMO_FAULTS)
def test_demo_page_has_the_fault_and_the_reference_does_not(fault: str) -> None:
    assert re.search(DEMO_FAULTS[fault], (DEMO / "rough.txt").read_text("utf-8"))
    assert not re.search(DEMO_FAULTS[fault], (DEMO / "reference.txt").read_text("utf-8"))


@pytest.mark.parametrize(("name", "side"), [("news", "drafts"), ("news.source", "zh"), ("news.reference", "reference")])
def test_demo_article_is_one_of_the_news(name: str, side: str) -> None:
    article = next(one for one in ARTICLES if one["id"] == "county-hospital")
    assert article["split"] == "dev"
    rows = [[one[side] for one in paragraph["sentences"]] for paragraph in article["paragraphs"]]
    texts = [
        ("" if side == "zh" else " ").join(one["late"] if side == "drafts" else one for one in row) for row in rows
    ]
    assert (DEMO / f"{name}.txt").read_text("utf-8") == "\n\n".join(texts) + "\n"


def test_news_has_twelve_articles_in_each_split() -> None:
    assert Counter(article["split"] for article in ARTICLES) == {"dev": 12, "test": 12}
    assert len({article["id"] for article in ARTICLES}) == len(ARTICLES)
    assert len({article["title_zh"] for article in ARTICLES}) == len(ARTICLES)
    assert sum(bool(article["page"]["head"] or article["page"]["tail"]) for article in ARTICLES) >= 10


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["id"])
def test_news_articles_keep_the_schema(article: dict[str, Any]) -> None:
    assert set(article) == {"id", "split", "genre", "title_zh", "page", "paragraphs"}
    assert set(article["page"]) == {"head", "tail"}
    assert article["paragraphs"][0]["kind"] == "title"
    assert article["paragraphs"][0]["sentences"][0]["zh"] == article["title_zh"]
    kinds = Counter(paragraph["kind"] for paragraph in article["paragraphs"])
    assert set(kinds) <= {"title", "date", "byline", "heading", "paragraph", "item"}
    assert kinds["title"] == 1
    prose = [p["sentences"] for p in article["paragraphs"] if p["kind"] == "paragraph"]
    assert 10 <= sum(len(paragraph) for paragraph in prose) <= 20


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["id"])
def test_news_sentences_are_aligned_and_each_side_is_in_its_language(article: dict[str, Any]) -> None:
    for sentence in sentences(article):
        assert set(sentence) == {"zh", "reference", "drafts"}
        assert set(sentence["drafts"]) == set(read_suite(ROUGH_NEWS).drafts)
        assert all(draft == " ".join(draft.split()) != "" for draft in sentence["drafts"].values())
        zh, reference = sentence["zh"], sentence["reference"]
        assert zh == zh.strip() != ""
        assert reference == reference.strip() != ""
        assert CHINESE.search(zh)
        assert not CHINESE.search(reference), reference
        assert not re.search("[“”‘’]|  |[.,] [.,]", reference), reference
        assert reference.count('"') % 2 == 0, reference
        assert not re.search(r"""[,;:!?"'()]""", zh), f"half-width punctuation: {zh}"
        assert zh.count("“") == zh.count("”"), zh
        assert zh.count("《") == zh.count("》"), zh


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["id"])
def test_news_prose_ends_its_sentences(article: dict[str, Any]) -> None:
    for paragraph in article["paragraphs"]:
        if paragraph["kind"] == "paragraph":
            for sentence in paragraph["sentences"]:
                assert re.search("[。？！][”）]?$", sentence["zh"]), sentence
                assert re.search('[.?!]"?$', sentence["reference"]), sentence


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["id"])
def test_news_numbers_in_the_chinese_are_in_the_reference(article: dict[str, Any]) -> None:
    for sentence in sentences(article):
        missing = chinese_numbers(sentence["zh"]) - english_numbers(sentence["reference"])
        assert not missing, f"{missing} in {sentence}"


@pytest.mark.parametrize("side", ["zh", "reference"])
def test_news_has_no_sentence_twice(side: str) -> None:
    counts = Counter(sentence[side] for article in ARTICLES for sentence in sentences(article))
    assert [text for text, times in counts.items() if times > 1] == []


def test_clean_prose_is_six_files() -> None:
    assert len(PROSE_FILES) == 6


@pytest.mark.parametrize("path", PROSE_FILES, ids=lambda path: path.stem)
def test_clean_prose_is_long_enough_and_has_nothing_to_repair(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(re.findall(r"""[.!?]["')]*(?=\s)""", text)) >= 25
    assert not CHINESE.search(text)
    assert not re.search(r"&[a-z]+;|[a-z]\.[A-Z][a-z]| [,;]|\.\. |  |\b(\w+) \1\b", text)
    for block in text.split("\n\n"):
        assert block.count('"') % 2 == 0, block
        assert block.count("(") == block.count(")"), block


def test_pages_are_24_and_8_of_them_are_hard() -> None:
    assert len({page["id"] for page in PAGES}) == 24
    assert sum(page["hard_negative"] for page in PAGES) == 8
    assert sum(any(CHINESE.search(block["text"]) for block in page["blocks"]) for page in PAGES) == 7


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["id"])
def test_pages_keep_the_schema_and_can_be_cut_at_their_blank_lines(page: dict[str, Any]) -> None:
    assert set(page) == {"id", "note", "hard_negative", "blocks"}
    texts = [block["text"] for block in page["blocks"]]
    assert "\n\n".join(texts).split("\n\n") == texts
    assert all(text == text.strip() != "" for text in texts)
    kinds = Counter(block["kind"] for block in page["blocks"])
    assert set(kinds) <= {"title", "date", "byline", "heading", "paragraph", "item", "quote", "furniture"}
    assert kinds["title"] == 1
    assert kinds["furniture"] >= 1
    assert kinds["paragraph"] >= 2


def test_pages_repeat_a_line_only_where_a_story_does_or_the_page_itself() -> None:
    for page in PAGES:
        if page["hard_negative"]:
            continue
        prose = [block["text"] for block in page["blocks"] if block["kind"] not in {"furniture", "byline"}]
        assert len(prose) == len(set(prose)), page["id"]
