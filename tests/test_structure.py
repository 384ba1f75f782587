"""Structure: the page around the article goes, and not one sentence with it."""

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.article import Article, Kind
from postedit.formats import parse, read
from postedit.structure import label

CASES = json.loads((Path(__file__).parent / "cases" / "structure.json").read_text(encoding="utf-8"))
ORDINARY: dict[str, list[str]] = json.loads((Path(__file__).parent / "cases" / "ordinary.json").read_text("utf-8"))
CORPORA = Path(__file__).parent.parent / "corpora"
ROUGH = Path(__file__).parents[2] / "shared" / "rough-article.txt"


WORDS = (
    "comments", "comment", "post", "share", "home", "news", "related", "articles", "advertisement", "copyright", "read",
    "more", "next", "previous", "page", "labels", "editor", "by", "the", "no", "a", "follow", "us", "this", "3", "Anna",
)  # fmt: skip
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=4, max_size=12).map(
    lambda words: " ".join(words).capitalize() + "."
)
PAGES = st.lists(st.lists(SENTENCES, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=8).map("\n\n".join)


def texts(article: Article, kind: Kind) -> list[str]:
    return [article.draft[block.start : block.end] for block in article.blocks if block.kind is kind]


def parameters() -> list[Any]:
    return [
        pytest.param(
            case,
            id=case["label"],
            marks=[pytest.mark.xfail(reason=case["known_failure"])] if "known_failure" in case else [],
        )
        for case in CASES
    ]


@pytest.mark.parametrize("case", parameters())
def test_a_page_is_labelled_as_its_case_says(case: dict[str, Any]) -> None:
    article = label(parse(case["page"], case.get("format", "text"), "page"))
    assert texts(article, Kind.FURNITURE) == case["furniture"]
    for text, kind in case.get("kinds", {}).items():
        assert text in texts(article, Kind(kind))


def test_all_furniture_says_why() -> None:
    articles = [label(parse(case["page"], case.get("format", "text"), "page")) for case in CASES]
    assert all(block.why for article in articles for block in article.blocks if block.kind is Kind.FURNITURE)


def test_the_source_is_labelled_like_the_draft() -> None:
    article = label(parse("He came home late.", "text", "a1", "他很晚才回家。\n分享到：微信 微博\n"))
    assert [block.kind for block in article.source_blocks] == [Kind.PARAGRAPH, Kind.FURNITURE]


@settings(deadline=None)
@given(PAGES)
def test_ordinary_sentences_are_never_furniture(page: str) -> None:
    assert texts(label(parse(page, "text", "a1")), Kind.FURNITURE) == []


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([line for case in CASES for line in case["page"].split("\n")]) | st.text(), max_size=12),
    st.sampled_from(["text", "markdown"]),
)
def test_labelling_changes_no_text_and_no_place(lines: list[str], format_: str) -> None:
    before = parse("\n".join(lines), format_, "a1")
    after = label(before)
    assert (after.draft, after.source) == (before.draft, before.source)
    assert [(b.start, b.end, b.marks) for b in after.blocks] == [(b.start, b.end, b.marks) for b in before.blocks]


@settings(deadline=None)
@given(PAGES, st.sampled_from([case["page"] for case in CASES]))
def test_sentences_survive_behind_any_page(sentences: str, page: str) -> None:
    dropped = texts(label(parse(f"{page}\n\n{sentences}", "text", "a1")), Kind.FURNITURE)
    assert not set(dropped) & set(sentences.split("\n\n"))


def paragraphs() -> list[str]:
    """Every line of the articles that the project wrote, Chinese and English."""
    lines = [line for path in (CORPORA / "clean-prose").glob("*.txt") for line in path.read_text("utf-8").split("\n")]
    articles = (CORPORA / "rough-news" / "articles.jsonl").read_text("utf-8").rstrip("\n").split("\n")
    for paragraph in (one for article in articles for one in json.loads(article)["paragraphs"]):
        lines += [" ".join(sentence["reference"] for sentence in paragraph["sentences"])]
        lines += ["".join(sentence["zh"] for sentence in paragraph["sentences"])]
    return sorted({line for line in lines if line})


PARAGRAPHS = paragraphs()


@pytest.mark.parametrize("seed", range(400))
def test_no_shuffle_of_prose_and_short_lines_has_furniture(seed: int) -> None:
    chance = random.Random(seed)
    lines = chance.sample(PARAGRAPHS, chance.randint(0, 6))
    for form in chance.sample(sorted(ORDINARY), chance.randint(1, 3)):
        short = ORDINARY[form]
        at = chance.randint(0, len(lines))
        lines[at:at] = chance.sample(short, min(len(short), chance.randint(1, 6)))
    if chance.random() < 0.3:
        chance.shuffle(lines)
    page = chance.choice(["\n", "\n\n"]).join(dict.fromkeys(lines))  # a title that stands twice is another matter
    assert texts(label(parse(page, "text", "a1")), Kind.FURNITURE) == []


@pytest.mark.parametrize("form", sorted(ORDINARY))
def test_no_form_of_short_lines_has_furniture(form: str) -> None:
    for glue in ("\n", "\n\n"):
        assert texts(label(parse(glue.join(ORDINARY[form]), "text", "a1")), Kind.FURNITURE) == []


@pytest.mark.parametrize("path", sorted((CORPORA / "clean-prose").glob("*.txt")), ids=lambda path: path.stem)
def test_clean_prose_has_no_furniture(path: Path) -> None:
    [article] = [label(one) for one in read(path)]
    assert texts(article, Kind.FURNITURE) == []


def test_the_demo_page_loses_its_furniture_and_nothing_else() -> None:
    [article] = [label(one) for one in read(CORPORA / "demo" / "rough.txt")]
    clean = (CORPORA / "demo" / "reference.txt").read_text("utf-8")
    why = {block.why for block in article.blocks if block.kind is Kind.FURNITURE}
    assert why <= {"repeats the title", "comment box of the blog", "teaser of another post after the comment box"}
    kept = [block for block in article.blocks if block.kind is not Kind.FURNITURE]
    assert len(kept) == len([line for line in clean.split("\n") if line])


def test_known_pages_lose_no_prose_and_most_of_their_furniture() -> None:
    pages = [
        json.loads(line) for line in (CORPORA / "furniture" / "pages.jsonl").read_text("utf-8").split("\n") if line
    ]
    found = known = 0
    for page in pages:
        article = label(parse("\n\n".join(block["text"] for block in page["blocks"]), "text", page["id"]))
        dropped = texts(article, Kind.FURNITURE)
        furniture = [block["text"] for block in page["blocks"] if block["kind"] == "furniture"]
        assert set(dropped) <= set(furniture)
        found, known = found + len(dropped), known + len(furniture)
    assert found >= 0.85 * known


def test_a_long_page_takes_no_time() -> None:
    page = "\n\n".join(f"Short line {number}" for number in range(2000)) + "\n\nA sentence that ends here, finally."
    article = parse(page, "text", "a1")
    started = time.perf_counter()
    label(article)
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    "line",
    [
        "Read 1 " * 25, "Home > " * 25, "Share " * 30, "© x" * 60, "1,1 " * 40, "By " + "A and " * 30, "print " * 50,
        "打印" * 90, "文|王明 " * 40, "a+ " * 100, "Share X and " * 20, "If infring " * 25, "our cookies agree " * 15,
        "Home | News | " * 20, "首页 新闻 " * 40, "The site may not be ".ljust(300, "x"), "no spam " * 35, "转载" * 150,
    ],
)  # fmt: skip
def test_a_line_that_is_almost_a_phrase_takes_no_time(line: str) -> None:
    started = time.perf_counter()
    label(parse(line + "!", "text", "a1"))
    assert time.perf_counter() - started < 1


@pytest.mark.skipif(not ROUGH.exists(), reason="the rough article is not on this machine")
def test_the_rough_article_loses_its_furniture_and_nothing_else() -> None:
    [article] = [label(one) for one in read(ROUGH)]
    furniture = [(block.why, article.draft[block.start : block.end]) for block in article.blocks
                 if block.kind is Kind.FURNITURE]  # fmt: skip
    assert [why for why, _ in furniture] == [
        "repeats the title",
        "comment box of the blog",
        "comment box of the blog",
        "teaser of another post after the comment box",
        "teaser of another post after the comment box",
    ]
    assert texts(article, Kind.DATE) == ["Friday, October 27, 2023"]
    assert texts(article, Kind.BYLINE) == [
        "Source: Southern Magazine Author: Lu Yi Quan Rensheng",
        "◎Lu Yi Quan Rensheng",
    ]
    assert texts(article, Kind.HEADING) == [
        "Gathering momentum:",
        'Concentrate efforts to achieve "two positionings"',
        "Take advantage of the momentum:",
        '"Ten Special Actions" to take the initiative',
        "Gain momentum:",
        "“Look east, rush east” and the future is promising",
    ]
