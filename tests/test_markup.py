"""Markup goes back where it was, or the rewrite is refused; it is never lost and never guessed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.article import Mark, Segment
from postedit.markup import brings_in_markup, lay, shield


def marked_up(draft: str) -> Segment:
    """A segment from a draft in which ⟨ ⟩ ⟦ ⟧ are markers and ↵ is a soft line break."""
    marks = tuple(Mark(n, n + 1, " " if c == "↵" else "") for n, c in enumerate(draft) if c in "⟨⟩⟦⟧↵")
    return Segment(draft, 0, marks=marks)


@pytest.mark.parametrize(
    ("draft", "text", "laid"),
    [
        pytest.param("A ⟨big⟩ dog.", "A big dog.", "A ⟨big⟩ dog.", id="nothing changes"),
        pytest.param("A ⟨big⟩ dog run.", "A big dog ran.", "A ⟨big⟩ dog ran.", id="a word elsewhere changes"),
        pytest.param("A ⟨bg⟩ dog.", "A big dog.", "A ⟨big⟩ dog.", id="the marked word changes"),
        pytest.param("A ⟨dog⟩ ran.", "A big dog ran.", "A big ⟨dog⟩ ran.", id="a word comes before"),
        pytest.param("A ⟨dog⟩ ran.", "A dog quickly ran.", "A ⟨dog⟩ quickly ran.", id="a word comes after"),
        pytest.param("⟨⟦A dog⟧ ran⟩ off .", "A dog ran off.", "⟨⟦A dog⟧ ran⟩ off.", id="nested"),
        pytest.param("A dog↵run off.", "A dog ran off.", "A dog↵ran off.", id="a break beside a rewritten word"),
        pytest.param("A dog↵ran of.", "A dog ran off.", "A dog↵ran off.", id="a break among kept words"),
        pytest.param("He go↵to it now.", "He left now.", "He left now.", id="a rewritten break is dropped"),
        pytest.param("The big⟨ish dogs⟩ ran.", "A small cat ran.", None, id="inside what is rewritten"),
        pytest.param("A ⟨big⟩ dog.", "A dog.", None, id="what was marked is gone"),
        pytest.param(
            "A (⟨dog⟩) ran.", "A (big dog) ran.", "A (big ⟨dog⟩) ran.", id="an opening marker stays at its word"
        ),
        pytest.param("(⟨big⟩)", "()", None, id="nothing is left between markers"),
        pytest.param("He ⟨go⟩ to it.", "She walked by her.", None, id="only spaces are shared"),
        pytest.param("x⟨un⟩y ran.", "xy ran.", None, id="inside a rewritten word"),
    ],
)
def test_markup_is_laid_where_its_words_went(draft: str, text: str, laid: str | None) -> None:
    assert lay(marked_up(draft), text) == laid


def test_a_segment_without_markup_takes_any_text() -> None:
    assert lay(Segment("Old.", 0), "Something new") == "Something new"


def in_code(draft: str) -> Segment:
    """A segment from a draft with code in backticks and the entity &amp;."""
    places = re.finditer(r"`(?P<code>[^`]+)`|&amp;", draft)
    return Segment(draft, 0, marks=tuple(Mark(*one.span(), one["code"] or "&") for one in places), markdown=True)


@pytest.mark.parametrize(
    ("draft", "text", "laid"),
    [
        pytest.param("Run `a , b` nw.", "Run a , b now.", "Run `a , b` now.", id="code is kept"),
        pytest.param("Run `a , b` now.", "Run a, b now.", None, id="code is changed"),
        pytest.param("`a b` run.", "a b ran.", "`a b` ran.", id="code comes first"),
        pytest.param("Run `a b`", "Ran a b", "Ran `a b`", id="code comes last"),
        pytest.param("Run `a` now.", "Run now.", None, id="code is gone"),
        pytest.param("AT&amp;T grow.", "AT&T grew.", "AT&amp;T grew.", id="an entity is kept"),
        pytest.param("R &amp; D grow.", "R&D grew.", "R&amp;D grew.", id="an entity alone between changes"),
        pytest.param("AT&amp;T grow.", "It grew.", None, id="an entity is gone"),
    ],
)
def test_code_and_entities_go_back_whole(draft: str, text: str, laid: str | None) -> None:
    assert lay(in_code(draft), text) == laid


@pytest.mark.parametrize(
    ("draft", "text", "markup"),
    [
        ("It ＊is＊.", "It *is*.", "*"),
        ("A tag.", "A <b> tag.", "<"),
        ("See ［1］.", "See [1].", "["),
        ("Use it.", "Use `it`.", "`"),
        ("AT & T", "AT &amp; T", "&"),
        ("[sic] : so", "[sic]: so", "[sic]:"),
        ("－ an item", "- an item", "- "),
        ("1.Plan it", "1. Plan it", "1. "),
        ("2 * 3 , 4", "2 * 3, 4", None),
        ("A & B; C .", "A & B; C.", None),
        ("[sic] he said .", "[sic] he said.", None),
    ],
)
def test_new_markup_is_seen_in_markdown_only(draft: str, text: str, markup: str | None) -> None:
    assert brings_in_markup(Segment(draft, 0, markdown=True), text) == markup
    assert brings_in_markup(Segment(draft, 0), text) is None


@given(st.text(alphabet="ab ,.&;`＊［］lt"), st.text(alphabet="ab ,.&;`＊lt"))
@settings(deadline=None)
def test_a_shield_that_nothing_happened_to_gives_the_text_back(draft: str, text: str) -> None:
    segment = in_code(draft)
    for one in (segment.text, text):
        shielded = shield(segment, one)
        assert shielded.restore(shielded.text) == one


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    draft = draw(st.text(max_size=40))
    cuts = sorted(draw(st.lists(st.integers(0, len(draft)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return Segment(draft, 0, marks=tuple(Mark(a, b, draw(st.sampled_from(["", " "]))) for a, b in pairs))


@given(segments())
@settings(deadline=None)
def test_the_unchanged_text_gives_the_draft_back(segment: Segment) -> None:
    assert lay(segment, segment.text) == segment.draft


@given(st.lists(st.sampled_from(["big", "dog", "ran", "a", "the", "⟨", "⟩", ",", "↵", " "])), st.data())
@settings(deadline=None)
def test_what_is_laid_reads_as_the_text_and_keeps_the_order_of_marks(words: list[str], data: st.DataObject) -> None:
    segment = marked_up(" ".join(words))
    shuffled = data.draw(st.permutations(segment.text.split(" ")))
    text = " ".join(shuffled[: data.draw(st.integers(0, len(shuffled)))])
    laid = lay(segment, text)
    if laid is not None:
        assert "".join(c for c in laid.replace("↵", " ") if c not in "⟨⟩") == text
        assert [c for c in laid if c in "⟨⟩"] == [c for c in segment.draft if c in "⟨⟩"]


def test_a_long_loop_with_markup_is_laid_in_good_time() -> None:
    draft = "the ⟨old⟩ town , " * 400
    assert lay(marked_up(draft), "the old town, " * 400) == "the ⟨old⟩ town, " * 400
