"""JSON lines: one record in, one record out, in order, with every key it had."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postedit.errors import ArticleError
from postedit.formats.jsonl import read_records

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


def test_keys_are_passed_through_and_the_reference_stays_out_of_the_article() -> None:
    line = '{"year": 2023, "id": "a", "reference": "SECRET", "draft": "He come.", "source": "他来了。", "n": [1, null]}'
    [record] = read_records(line, "a.jsonl")
    assert record.extra == {"year": 2023, "reference": "SECRET", "n": [1, None]}
    assert list(record.fields) == ["year", "id", "reference", "draft", "source", "n"]
    assert (record.article.id, record.article.source) == ("a", "他来了。")
    assert "SECRET" not in repr(record.article)


def test_a_record_without_an_id_gets_its_line_number_and_blank_lines_count() -> None:
    records = list(
        read_records('{"draft": "a"}\r\n\r\n{"draft": ""}\n{"id": 7, "draft": "b", "source": null}', "a.jsonl")
    )
    assert [(record.line_number, record.article.id) for record in records] == [(1, "1"), (3, "3"), (4, "7")]
    assert records[1].article.blocks == ()


def test_a_line_separator_inside_a_string_ends_no_record() -> None:
    [record] = read_records('{"draft": "one\u2028two\u0085three"}', "a.jsonl")
    assert record.article.draft == "one\u2028two\u0085three"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "a.jsonl:2: not JSON"),
        ('{"draft": "<html><p>News</p>"}', 'a.jsonl:2: "draft" is a web page (HTML)'),
        ('{"draft": "News", "source": "<!doctype HTML>"}', 'a.jsonl:2: "source" is a web page (HTML)'),
        ("[" * 100_000, "a.jsonl:2: not JSON"),
        ("[1]", "a.jsonl:2: a list, not an object"),
        ("null", "a.jsonl:2: null, not an object"),
        ('{"text": "x"}', "no \"draft\" (its keys are 'text')"),
        ("{}", 'no "draft" (its keys are none)'),
        ('{"draft": null}', '"draft" is null'),
        ('{"draft": ["x"]}', '"draft" is a list'),
        ('{"draft": "x", "source": 3}', '"source" is a number'),
        ('{"draft": "x", "id": ""}', '"id" is an empty string'),
        ('{"draft": "x", "id": true}', '"id" is true or false'),
        ('{"draft": "x", "id": "first"}', "the id 'first' stands on line 1 already"),
        ('{"draft": "x \\ud83d"}', "half of a character"),
    ],
)
def test_a_bad_record_is_a_sentence_with_its_line(line: str, sentence: str) -> None:
    with pytest.raises(ArticleError) as refused:
        list(read_records('{"id": "first", "draft": "x"}\n' + line, "a.jsonl"))
    assert sentence in str(refused.value)
    assert str(refused.value).startswith("a.jsonl:2: ")


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.text(), st.none() | st.text(), st.dictionaries(st.text(), JSON_VALUES, max_size=3)), max_size=4
    )
)
def test_any_records_come_back_in_order_with_every_key(rows: list[tuple[str, str | None, dict[str, object]]]) -> None:
    written = [
        {**extra, "id": f"r{number}", "draft": draft, "source": source}
        for number, (draft, source, extra) in enumerate(rows)
    ]
    text = "\n".join(json.dumps(record, ensure_ascii=False) for record in written)
    assert [dict(record.fields) for record in read_records(text, "a.jsonl")] == written
