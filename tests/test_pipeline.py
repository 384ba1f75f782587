from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit import Cleaner, FakeTranslator, Job, Request, clean
from postedit.article import Origin, Status
from postedit.errors import ArticleError

SILENT = FakeTranslator({})


class Chatty(FakeTranslator):
    """A model that has something else to say about everything, and is sure of it."""

    def translate(self, requests: Sequence[Request], hypotheses: int) -> list[list[str]]:
        return [[f"Blah {request.draft} 77"] for request in requests]

    def score(self, requests: Sequence[Request], outputs: Sequence[str]) -> list[float | None]:
        return [0.0 if output.startswith("Blah") else -9.0 for output in outputs]


@settings(deadline=None, max_examples=200)
@given(st.text())
def test_what_is_not_rewritten_and_not_furniture_is_the_draft_to_the_byte(draft: str) -> None:
    edited = Cleaner(SILENT, keep_furniture=True)(draft)
    if all(choice.chosen.origin is Origin.DRAFT for choice in edited.choices):
        assert edited.text == draft


@settings(deadline=None, max_examples=200)
@given(st.text())
def test_markdown_that_is_not_rewritten_is_the_draft_to_the_byte(draft: str) -> None:
    edited = Cleaner(SILENT, keep_furniture=True)(draft, format="markdown")
    if all(choice.chosen.origin is Origin.DRAFT for choice in edited.choices):
        assert edited.text == draft


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet=st.sampled_from("ab Z.,!?\n“”\"'1中。 -*[]()#`")))
def test_every_rewrite_stands_where_its_segment_stood(draft: str) -> None:
    edited = Cleaner(Chatty({}), keep_furniture=True)(draft, format="markdown")
    at = 0
    for choice in edited.choices:
        segment = choice.segment
        assert edited.article.draft[segment.start : segment.end] == segment.draft
        assert segment.start >= at
        at = segment.end


def test_a_model_that_makes_things_up_changes_nothing() -> None:
    draft = "The harbour opened in May 2019. It cost 3.5 million yuan, said Mr. Li."
    assert Cleaner(Chatty({}))(draft).text == draft


def test_code_and_links_are_never_touched() -> None:
    page = "# The plan .\n\nRun `a .b ,c` and see [the the map](http://x.cn/a .b).\n\n```\nthe the code .\n```\n"
    cleaned = Cleaner(SILENT)(page, format="markdown").text
    assert "`a .b ,c`" in cleaned
    assert "the the code ." in cleaned
    assert "http://x.cn/a .b" in cleaned
    assert cleaned.startswith("# The plan.\n")


def test_the_date_of_the_page_puts_a_past_year_in_the_past() -> None:
    text = "In 2021, the harbour will open.\n"
    assert Cleaner(SILENT)(f"Friday, May 5, 2023\n\n{text}").text.endswith("In 2021, the harbour opened.\n")
    assert Cleaner(SILENT)(f"Friday, May 5, 2020\n\n{text}").text.endswith(text)
    assert Cleaner(SILENT)(text).text == text


def test_a_source_gives_the_model_its_sentence_and_the_draft_beside_it() -> None:
    fake = FakeTranslator({"他来了。": "He came.", "下雨了。": "It rained."}, [Job.POST_EDIT])
    edited = Cleaner(fake, margin=0.5, max_edit_rate=0.5)("He come. It rained.", source="他来了。下雨了。")
    assert [choice.segment.source for choice in edited.choices] == ["他来了。", "下雨了。"]
    assert edited.text == "He came. It rained."


def test_a_sentence_longer_than_the_model_reads_is_cut_and_nothing_is_lost() -> None:
    draft = "They built a road, and they built a bridge, and they built a port, and they built a school."
    edited = Cleaner(FakeTranslator({}, max_tokens=6))(draft)
    assert len(edited.choices) > 2
    assert edited.text == draft
    assert all(choice.status is Status.KEPT for choice in edited.choices)


def test_an_article_is_cleaned_the_same_alone_and_among_others() -> None:
    drafts = [f"On {day} June he come home . The the road {day} is closed." for day in range(1, 9)]
    cleaner = Cleaner()
    assert [one.text for one in cleaner.pipe(drafts, batch_size=8)] == [cleaner(one).text for one in drafts]


def test_records_come_one_by_one_and_in_order() -> None:
    taken = []

    def records() -> object:
        for number in range(100):
            taken.append(number)
            yield {"id": number, "draft": f"It rains {number} ."}

    stream = Cleaner(SILENT).pipe(records(), batch_size=4)  # type: ignore[arg-type]
    assert next(stream).text == "It rains 0."
    assert len(taken) <= 4
    assert [one.article.id for one in stream] == [str(number) for number in range(1, 100)]


def test_nothing_is_cut_for_a_model_that_never_reads_the_draft() -> None:
    draft = "They built a road, and they built a bridge, and they built a port, and they built a school."
    edited = Cleaner(FakeTranslator({}, [Job.RETRANSLATE], max_tokens=6))(draft)
    assert [choice.segment.draft for choice in edited.choices] == [draft]


def test_a_user_can_open_the_gate_and_shut_it() -> None:
    fake = FakeTranslator({"He come to the town.": "He came to the town."})
    assert Cleaner(fake)("He come to the town.").text == "He came to the town."
    assert Cleaner(fake, margin=2)("He come to the town.").text == "He come to the town."
    freer = FakeTranslator({"He come to a town and go to a inn.": "He came to a town and went to an inn."})
    assert Cleaner(freer)("He come to a town and go to a inn.").text == "He come to a town and go to a inn."
    assert Cleaner(freer, max_edit_rate=0.5)("He come to a town and go to a inn.").text.startswith("He came to a town")


def test_a_person_whom_the_source_names_again_and_again_is_spelt_alike() -> None:
    source = "王伯祥组织修路。王伯祥带着大家。"
    edited = Cleaner(model="none")("Wang Bok organized the road. Wang Zheng led all of them.", source)
    assert edited.text == "Wang Boxiang organized the road. Wang Boxiang led all of them."


def test_a_month_that_nobody_wrote_gives_way_to_the_articles_own() -> None:
    edited = Cleaner(model="none")("It opened on September 3. On 27 January it rained.", "9月3日开业。27日下雨。")
    assert edited.text == "It opened on September 3. On 27 September it rained."


def test_a_source_without_chinese_is_refused_unless_another_language_is_named() -> None:
    with pytest.raises(ArticleError, match=r"there is no Chinese in its source\. Check the source"):
        clean("It rained.", "It rained. " * 9, model="none")
    assert clean("It rained.", "Es regnete. " * 9, model="none", source_language="de").text == "It rained."
    assert clean("CCTV, 2023", "CCTV, 2023", model="none").text == "CCTV, 2023"
