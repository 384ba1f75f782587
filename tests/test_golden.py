"""Whole articles, cleaned by repairs alone: a change of any stage shows here, to be read before it is agreed to.

After reading the difference: `python tests/test_golden.py` writes what comes out now.
"""

from pathlib import Path

import pytest

from postedit import Cleaner, formats

HERE = Path(__file__).parent
CORPORA = HERE.parent / "corpora"

# The article, its source where there is one, and what comes out.
ARTICLES = {
    "demo": (CORPORA / "demo" / "rough.txt", CORPORA / "demo" / "source.txt"),
    "markdown": (HERE / "golden" / "markdown.rough.md", None),
}


def cleaned(name: str) -> str:
    rough, source = ARTICLES[name]
    [article] = formats.read(rough, source=source)
    [edited] = Cleaner(model="none").clean_articles([article])
    return edited.text


def golden(name: str) -> Path:
    return HERE / "golden" / f"{name}.cleaned{ARTICLES[name][0].suffix}"


@pytest.mark.parametrize("name", ARTICLES)
def test_a_whole_article_comes_out_as_it_was_agreed(name: str) -> None:
    assert cleaned(name) == golden(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ARTICLES)
def test_a_cleaned_article_needs_no_cleaning(name: str) -> None:
    text = golden(name).read_text(encoding="utf-8")
    form = "markdown" if golden(name).suffix == ".md" else "text"
    assert Cleaner(model="none")(text, format=form).text == text


if __name__ == "__main__":
    for article in ARTICLES:
        golden(article).write_text(cleaned(article), encoding="utf-8", newline="\n")
