"""The report shows what happened, as text and never as markup, and names no address."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.errors import ArticleError
from postedit.report import render
from postedit.report.segments import word_diff
from postedit.results import read_document
from tests.results import EVIL, article, evaluation, segment


class Text(HTMLParser):
    """What a reader sees, and which elements there are."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


def test_a_segment_shows_its_change_reason_defects_and_status() -> None:
    defect = {"name": "wrong tense", "detail": "'come' after 'he'", "severity": "major", "start": 3, "end": 7}
    page = render(article(segment(source="他回家了。", reason="polish: predicted to gain 0.3", defects=[defect])))
    assert "He <del>come</del> <ins>came</ins> home." in page
    for shown in ("他回家了。", "polish: predicted to gain 0.3", "wrong tense", "&#x27;come&#x27; after", ">edited<"):
        assert shown in page


def test_scores_stages_and_charts_of_an_evaluation_are_shown() -> None:
    page = render(evaluation())
    for shown in (
        "BLEU with 95 % intervals",
        "What each stage gave, in chrF",
        "Sentence chrF",
        "Draft against cleaned",
    ):
        assert shown in page
    assert "8 better, 0 worse, 4 not moved" in page
    assert re.search(r"\+\d+\.\d ↑ <small>better", page)
    assert "nrefs:1|bs:100|seed:12345" in page
    assert "<mark>" in page


def test_bare_numbers_are_scores_too() -> None:
    page = render({"systems": {"draft": {"bleu": 20.04}, "cleaned": {"bleu": 21.5}, "terms off": {"bleu": 21.0}}})
    assert "20.0" in page
    assert "+1.5" in page
    assert "What each stage gave, in BLEU" in page
    assert "↑" not in page


def test_an_insignificant_difference_has_no_arrow() -> None:
    scores = {"value": 21.0, "significant": False, "interval": {"low": 20, "high": 22, "mean": 21, "half_width": 1}}
    assert "↑" not in render({"systems": {"draft": {"chrf": {**scores, "value": 20}}, "cleaned": {"chrf": scores}}})


def test_many_articles_are_one_page_in_every_wrapping() -> None:
    one, two = article(segment(), id="first"), article(segment(), segment(1), id="second")
    for result in ([one, two], {"articles": [one, two]}, {"runs": [one, two]}):
        page = render(result)
        assert "2 articles" in page
        assert page.count("<li id=s") == 3
        assert ">second</span>" in page


def test_jsonl_and_json_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps(article(segment())) + "\n" for _ in range(2)), encoding="utf-8"
    )
    assert len(read_document(str(tmp_path / "a.jsonl"))) == 2
    (tmp_path / "a.json").write_text(json.dumps(article(segment()), indent=1), encoding="utf-8")
    assert read_document(str(tmp_path / "a.json"))["id"] == "a1"


@pytest.mark.parametrize("text", ["", "Hello.\n", '{"a": 1'])
def test_what_is_not_json_is_refused(text: str) -> None:
    if text:
        with pytest.raises(ArticleError, match="not JSON"):
            read_document("x.json", text)
    else:
        with pytest.raises(ArticleError, match="neither segments nor scores"):
            render(read_document("x.json", text))


@pytest.mark.parametrize("result", [{}, [], {"hello": 1}, "text", 3])
def test_what_is_no_result_is_refused(result: Any) -> None:
    with pytest.raises(ArticleError, match="Pass what"):
        render(result)


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        ({"segments": 5}, "segments is 5, not a list"),
        ({"segments": [1]}, "number 1 of its segments is 1"),
        ({"segments": [{"draft": "a"}]}, "segment 1: text is None, not a text"),
        (article(segment(), segment(1, gain="x")), "segment 2: gain is 'x', not a number"),
        (article({**segment(), "number": "one"}), "segment 1: number is 'one', not a number"),
        (article(segment(reference=["a"])), r"segment 1: reference is \['a'\], not a text"),
        (article(segment(candidates=[1])), "candidates are not objects"),
        (article(segment(defects="bad")), "defects is 'bad', not a list"),
        (article(segment(), furniture=[1]), "number 1 of its furniture is 1"),
        ({"systems": 5}, "systems are no object"),
        ({**evaluation(), "changed": "much"}, "changed is 'much', not a number"),
        ({"runs": [1]}, "a result is a JSON object"),
    ],
)
def test_what_is_nearly_a_result_is_refused_with_the_place(result: Any, fault: str) -> None:
    with pytest.raises(ArticleError, match=rf"{fault}.*Pass what"):
        render(result)


def test_runs_stand_below_each_other_and_numbers_alone_have_no_list_of_segments() -> None:
    run = {name: value for name, value in evaluation().items() if name not in ("segments", "suite")}
    costs = {"words_per_second": 812, "peak_megabytes": 345, "changed": 0.125, "better": 0.1, "worse": 0.0}
    runs = [{**run, **costs, "draft": "one", "job": "polish"}, {**run, **costs, "draft": "two", "job": "post-edit"}]
    page = render({"suite": "ferries", "title": "Ferries at sea", "runs": runs})
    seen = " ".join(" ".join(Text(page).seen).split())
    for shown in ("Ferries at sea", "Runs drafts job", "two post-edit", "12.5% 10.0% 0.0% 812 345", "Numbers only"):
        assert shown in seen
    assert '<section id="segments" hidden>' in page
    assert '<section id="segments" hidden>' not in render(evaluation())


def test_counts_of_page_furniture_are_a_table() -> None:
    run = {"draft": "even pages", "job": "structure", "pages": 12, "furniture": 58, "found": 43, "recall": 0.7414}
    page = render({"suite": "furniture", "runs": [{**run, "precision": 1.0, "prose": 72, "prose lost": 0}]})
    assert "even pages 12" in " ".join(" ".join(Text(page).seen).split())
    assert "<td>1.00</td><td>0.74</td>" in page


def test_systems_without_a_draft_are_held_against_the_first_and_no_difference_has_no_sign() -> None:
    scores = {"value": 21.0, "significant": True, "higher_is_better": True}
    page = render({"systems": {"a.txt": {"chrf": {"value": 20.0}}, "b.txt": {"chrf": scores}}})
    assert "difference to a.txt" in page
    assert "+1.0 ↑ <small>better" in page
    same = {"a.txt": {"chrf": {"value": 20.04}}, "b.txt": {"chrf": {"value": 20.0}}}
    assert "<td class=faint>0.0</td>" in render({"systems": same})


def test_no_markup_of_the_text_becomes_markup_of_the_page() -> None:
    plain = Text(render(article(segment(), id="x"))).tags
    candidates = [{"text": EVIL, "origin": EVIL, "chosen": True}, {"text": EVIL, "rejected": EVIL}]
    defects = [{"name": EVIL, "detail": EVIL, "severity": EVIL}]
    evil = segment(0, EVIL, EVIL + "!", kind=EVIL, origin=EVIL, source=EVIL, reason=EVIL, reference=EVIL)
    page = render(article({**evil, "defects": defects, "candidates": candidates, "status": EVIL}, id=EVIL, model=EVIL))
    tags = Text(page).tags
    assert tags.count("script") == plain.count("script") == 2
    assert "img" not in tags
    assert EVIL.split(">", maxsplit=1)[0] + ">" in "".join(Text(page).seen)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_diff_keeps_every_word_of_both_texts(before: str, after: str) -> None:
    diff = word_diff(before, after)
    visible = [
        re.sub(r"<ins>.*?</ins>", " ", diff, flags=re.DOTALL),
        re.sub(r"<del>.*?</del>", " ", diff, flags=re.DOTALL),
    ]
    for text, shown in zip((before, after), visible, strict=True):
        squeezed = re.sub(r"[\s␣\x00-\x1f\x7f\ufffd]", "", "".join(Text(shown).seen))
        assert squeezed == re.sub(r"[\s␣\x00-\x1f\x7f\ufffd]", "", text)


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_makes_a_page_that_is_utf_8(draft: str, text: str) -> None:
    render(article(segment(0, draft, text, reference=text, candidates=[{"text": draft}, {"text": text}]))).encode(
        "utf-8"
    )
    render(article(segment(0, "\ud800" + draft, text))).encode("utf-8")


def test_the_page_names_no_address() -> None:
    page = render(evaluation())
    assert not re.search(r"(?:src|href)=[\"']?(?!#)[^>]|url\(|@import|https?:", page)
    assert "default-src 'none'" in page


def test_rendering_loads_no_scorer_where_there_is_no_reference() -> None:
    code = (
        "import sys; from postedit.report import render; render({'segments': []}); "
        "sys.exit('sacrebleu' in sys.modules or 'torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": "pipeline"})
