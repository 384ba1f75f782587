"""Pairs to train on: read from three formats, sifted, split; and for each thing that is wrong a line number."""

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postedit import tmx, training_pairs
from postedit.errors import ConfigError, PairsError
from postedit.training_pairs import FEWEST, Pair, check_columns, sift, split
from postedit.translator import Job

UNIT = '<tu><tuv xml:lang="{a}"><seg>{source}</seg></tuv><tuv xml:lang="{b}"><seg>{target}</seg></tuv></tu>'

DOCTYPE = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'


def wrote(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def memory(*units: str, head: str = "") -> str:
    body = "\n".join(units)
    return f'<?xml version="1.0"?>\n{head}<tmx version="1.4"><header srclang="zh"/><body>\n{body}\n</body></tmx>'


def read(path: Path) -> list[Pair]:
    return list(training_pairs.read(path).pairs)


def texts(pairs: list[Pair]) -> list[tuple[str, str, str]]:
    return [(pair.draft, pair.reference, pair.source) for pair in pairs]


def test_columns_are_draft_reference_and_perhaps_source(tmp_path: Path) -> None:
    assert texts(read(wrote(tmp_path, "a.tsv", "He come.\tHe came.\n\nHe go.\tHe went.\n"))) == [
        ("He come.", "He came.", ""),
        ("He go.", "He went.", ""),
    ]
    assert texts(read(wrote(tmp_path, "b.tsv", "He come.\tHe came.\t他来了。\r\n"))) == [
        ("He come.", "He came.", "他来了。")
    ]


def test_a_first_line_may_name_the_columns_in_any_order_and_others_beside(tmp_path: Path) -> None:
    path = wrote(tmp_path, "a.tsv", "\ufeffSource\tid\tReference\tDraft\n他来了。\t7\tHe came.\tHe come.\n")
    assert texts(read(path)) == [("He come.", "He came.", "他来了。")]
    path = wrote(tmp_path, "b.tsv", "source\treference\n他来了。\tHe came.\n")
    assert texts(read(path)) == [("", "He came.", "他来了。")]


def test_objects_have_the_columns_as_keys(tmp_path: Path) -> None:
    lines = '{"id": 1, "draft": "He come.", "reference": "He came.\u2028", "source": "他来了。"}\n\n'
    [pair] = read(wrote(tmp_path, "a.jsonl", lines))
    assert (pair.draft, pair.reference, pair.source) == ("He come.", "He came.", "他来了。")
    assert pair.where.endswith("a.jsonl:1")


def test_a_memory_gives_sources_and_references_with_its_tags_flattened(tmp_path: Path) -> None:
    unit = UNIT.format(
        a="zh-CN", b="EN-us", source='<bpt i="1">&lt;b&gt;</bpt>他<hi>来</hi>了<ept i="1">&lt;/b&gt;</ept>。',
        target='He <ph x="1">{1}</ph>came\n   &amp; <it pos="begin">&lt;br/&gt;</it>sat.',
    )  # fmt: skip
    path = wrote(tmp_path, "a.tmx", memory(unit, UNIT.format(a="zh", b="de", source="好。", target="Gut.")))
    assert texts(read(path)) == [("", "He came & sat.", "他来了。"), ("", "", "好。")]
    assert read(path)[0].where.endswith("a.tmx:3")
    utf16 = wrote(tmp_path, "b.tmx", memory(unit).encode("utf-16"))
    assert texts(read(utf16)) == [("", "He came & sat.", "他来了。")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_that_a_memory_declares_is_refused_and_never_expanded(tmp_path: Path, encoding: str) -> None:
    bomb = '<!DOCTYPE tmx [\n<!ENTITY a "aaaaaaaaaa">\n<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'
    unit = UNIT.format(a="zh", b="en", source="&b;", target="x")
    with pytest.raises(PairsError, match=r"a\.tmx:3: it declares the entity 'a'"):
        read(wrote(tmp_path, "a.tmx", memory(unit, head=bomb).encode(encoding)))
    outside = '<!DOCTYPE tmx [<!ENTITY file SYSTEM "file:///etc/hostname">]>'
    with pytest.raises(PairsError, match="declares the entity 'file'"):
        read(wrote(tmp_path, "b.tmx", memory(unit, head=outside)))
    named = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'
    assert len(read(wrote(tmp_path, "c.tmx", memory(UNIT.format(a="zh", b="en", source="好", target="x"), head=named))))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tsv", "", r"a\.tsv: the file is empty"),
        ("a.tsv", "a\tb\nc\n", r"a\.tsv:2: 1 column, not two or three"),
        ("a.tsv", "a\tb\nc\td\te\n", r"a\.tsv:2: 3 columns, but the first line has 2\. .*a tab inside a text"),
        ("a.tsv", "just one\n", r"a\.tsv:1: 1 column, not two or three\. .*let a first line name them"),
        ("a.tsv", "a\tb\tc\td\n", r"a\.tsv:1: 4 columns, not two or three"),
        ("a.tsv", "draft\tsource\na\tb\n", r"a\.tsv:1: no column is named 'reference'"),
        ("a.tsv", b"a\tb\nc\td\xff\n", r"a\.tsv:2: not UTF-8, UTF-16 or GB18030\. .*iconv -f"),
        ("a.tsv", "MT\tref\na\tb\n", r"a\.tsv:1: this line seems to name the columns \(mt, ref\)\. Call them draft"),
        ("a.jsonl", '{"draft": "a", "reference": "b"}\n{"draft": \n', r"a\.jsonl:2: not JSON"),
        ("a.jsonl", "[]\n", r'a\.jsonl:1: it needs "reference"'),
        ("a.jsonl", '{"draft": "a"}\n', r"""a\.jsonl:1: it needs "reference" and "draft".*'draft'"""),
        ("a.jsonl", '{"reference": "a", "draft": 3}\n', r'a\.jsonl:1: "draft" is not a string'),
        (
            "a.jsonl",
            '{"reference": "a", "draft": "b"}\n{"reference": "a", "draft": "\\ud800b"}\n',
            r'a\.jsonl:2: "draft" has half a character in it .*Mend',
        ),
        ("a.jsonl", "\n", r"a\.jsonl: the file is empty"),
        ("a.tmx", "<tmx><body>", r"a\.tmx:1: not XML \(no element found\)"),
        ("a.tmx", "<tmx/>", r"a\.tmx: there is no <tu>"),
        (
            "a.tmx",
            memory(UNIT.format(a="fr", b="de", source="a", target="b")),
            r"no unit has both 'zh' and 'en'; .*de, fr",
        ),
        ("a.tmx", '<?xml version="1.0" encoding="GB2312"?><tmx/>', r"a\.tmx: its encoding cannot be read .*as UTF-8"),
        ("a.tmx", '<?xml version="1.0" encoding="foo"?><tmx/>', r"a\.tmx: its encoding cannot be read .*as UTF-8"),
        (
            "a.tmx",
            memory(UNIT.format(a="zh", b="en", source="好", target="a&shrug;b"), head=DOCTYPE),
            r"a\.tmx:4: the entity &shrug; is declared in another file.*Write the character itself",
        ),
        ("a.csv", "a,b\n", r"a\.csv: its name does not say what it is\. Name it \.tsv"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_a_way_out(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(PairsError, match=message):
        read(wrote(tmp_path, name, content))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PairsError, match=r"nowhere\.tsv: cannot be read: no such file.*--pairs"):
        read(tmp_path / "nowhere.tsv")


def test_a_column_that_no_row_has_is_told_by_the_job_that_reads_it() -> None:
    pairs = [Pair("a", draft="b", where="x.tsv:1")]
    with pytest.raises(PairsError, match=r"x\.tsv: no source in it, and to post-edit takes one\. .*leave --source out"):
        check_columns(pairs, Job.POST_EDIT)
    check_columns(pairs, Job.POLISH)


@pytest.mark.parametrize(
    ("draft", "reference", "which"), [("他来了。", "He came.", "draft"), ("He came.", "他来了。", "ref")]
)
def test_columns_in_another_order_are_told_by_their_script(draft: str, reference: str, which: str) -> None:
    right = [Pair("He came to 上海.", draft="He come to 上海.", where="x.tsv:1")]
    wrong = [Pair(reference, draft, where=f"x.tsv:{n}") for n in (2, 3)]
    with pytest.raises(PairsError, match=rf"x\.tsv:2: the {which}.* is Chinese .* 2 of 3 pairs\. .*in this order"):
        check_columns(right + wrong, Job.POLISH)
    check_columns(right * 2 + wrong, Job.POLISH)


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_a_table_may_be_in_an_encoding_that_is_recognised(tmp_path: Path, encoding: str) -> None:
    rows = "He come.\tHe came.\t昨天他来到了我们的学校，大家都很高兴。\n"
    assert texts(read(wrote(tmp_path, "a.tsv", rows.encode(encoding)))) == [tuple(rows.strip().split("\t"))]


def test_what_cannot_teach_is_left_out_and_counted() -> None:
    pairs = [Pair("a", "b"), Pair("a", "b"), Pair("", "b"), Pair("c", ""), Pair("long", "b"), Pair("a", "b", "源")]
    kept, left_out = sift(pairs, Job.POLISH, lambda pair: len(pair.reference) < 3)
    assert kept == [pairs[0]]
    assert left_out == Counter({"repeated": 2, "no reference": 1, "no draft": 1, "too long for the model": 1})


def plain(text: str) -> str:
    return " ".join(text.casefold().split())


@given(
    st.lists(st.tuples(*[st.text("ab C", min_size=1, max_size=4)] * 3), min_size=FEWEST, max_size=120),
    st.sampled_from(["reference", "draft", "source"]),
    st.none() | st.floats(0.1, 0.4),
    st.integers(0, 3),
)
def test_no_text_is_in_two_parts_and_nothing_is_lost_and_no_more_is_held_out_than_wanted(
    rows: list[tuple[str, str, str]], shared: str, held_out: float | None, seed: int
) -> None:
    made = [Pair(f"{row[0]}{n % 40}", f"{row[1]}{n}", f"{row[2]}{n % 31}") for n, row in enumerate(rows)]
    pairs = [replace(pair, **{shared: row[0]}) for pair, row in zip(made, rows, strict=True)]
    try:
        parts = split(pairs, held_out, seed)
    except PairsError as error:
        assert "share so many texts" in str(error)  # noqa: PT017
        return
    for name in ("reference", "draft", "source"):
        train, dev, test = (
            {plain(getattr(pair, name)) for pair in part} - {""} for part in (parts.train, parts.dev, parts.test)
        )
        assert not train & dev
        assert not train & test
        assert not dev & test
    together = [*parts.train, *parts.dev, *parts.test]
    assert Counter(together) == Counter(pairs)
    wanted = max(round(len(pairs) * (held_out or 0.1)), 0 if held_out else 8)
    assert len(parts.dev) + len(parts.test) <= wanted


def test_a_draft_with_two_references_is_on_one_side() -> None:
    pairs = [Pair(f"reference {n}, {way}", f"draft {n}", f"source {n}") for n in range(100) for way in "ab"]
    parts = split(pairs, None, 1)
    assert (len(parts.train), len(parts.dev), len(parts.test)) == (180, 10, 10)
    assert not {pair.draft for pair in parts.train} & {pair.draft for pair in (*parts.dev, *parts.test)}


@pytest.mark.parametrize("seed", range(4))
def test_a_reference_that_half_the_pairs_have_is_trained_on(seed: int) -> None:
    pairs = [Pair("the same" if n % 2 else f"reference {n}", f"draft {n}") for n in range(2000)]
    parts = split(pairs, None, seed)
    assert (len(parts.train), len(parts.dev), len(parts.test)) == (1800, 100, 100)


def test_the_split_follows_from_the_seed_and_not_from_the_order() -> None:
    pairs = [Pair(f"reference {n}", draft=f"draft {n}") for n in range(100)]
    shuffled = random.Random(1).sample(pairs, len(pairs))
    first, second = split(pairs, 0.2, 7), split(shuffled, 0.2, 7)
    assert set(first.test) == set(second.test)
    assert (len(first.train), len(first.dev), len(first.test)) == (80, 10, 10)
    assert set(split(pairs, 0.2, 8).test) != set(first.test)


def test_pairs_that_are_added_move_few_of_the_others() -> None:
    pairs = [Pair(f"reference {n}", draft=f"draft {n}") for n in range(220)]
    before, after = split(pairs[:200], 40, 1), split(pairs, 40, 1)
    assert len({*before.dev, *before.test} & {*after.dev, *after.test}) >= 30


@pytest.mark.parametrize(
    ("count", "held_out", "error", "message"),
    [
        (FEWEST - 1, None, PairsError, f"there are {FEWEST - 1} pairs to train on, and at least {FEWEST} are needed"),
        (50, 45, ConfigError, "--held-out 45: 45 of 50 pairs; between 2 and 40"),
        (50, float("inf"), ConfigError, "--held-out inf: 50 of 50 pairs; between 2 and 40"),
        (50, 0.01, ConfigError, r"--held-out 0\.01: 0 of 50 pairs"),
    ],
)
def test_too_few_pairs_and_too_many_held_out_are_refused(
    count: int, held_out: float | None, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        split([Pair(f"reference {n}") for n in range(count)], held_out, 1)


def test_one_reference_many_times_cannot_be_split() -> None:
    with pytest.raises(
        PairsError, match=r"only 1 groups? .*no group is small enough to be among 8 held-out pairs\. .*--held-out"
    ):
        split([Pair("the same", draft=str(n)) for n in range(30)], None, 1)


def test_a_memory_of_other_languages_is_read_by_naming_them() -> None:
    content = memory(UNIT.format(a="de-AT", b="en", source="Gut.", target="Good.")).encode()
    assert [(unit.source, unit.target) for unit in tmx.read(content, "a.tmx", "de")] == [("Gut.", "Good.")]


@pytest.mark.parametrize(("source", "target"), [("zh-CN", "en"), ("ZH", "EN"), ("zh_cn", "en-US"), ("zh-HK", "en")])
def test_a_language_may_be_asked_for_as_the_file_spells_it_or_otherwise(source: str, target: str) -> None:
    content = memory(UNIT.format(a="zh-CN", b="en", source="好。", target="Good.")).encode()
    assert [(unit.source, unit.target) for unit in tmx.read(content, "a.tmx", source, target)] == [("好。", "Good.")]


def test_of_several_variants_the_one_asked_for_is_taken_and_an_empty_one_never() -> None:
    variant = '<tuv xml:lang="{}"><seg>{}</seg></tuv>'

    def source(asked: str, *variants: tuple[str, str]) -> str:
        unit = "".join(variant.format(*one) for one in (*variants, ("en", "Good.")))
        return tmx.read(memory(f"<tu>{unit}</tu>").encode(), "a.tmx", asked)[0].source

    assert source("zh", ("zh-TW", ""), ("zh-CN", "好")) == "好"
    assert source("zh", ("zh", "好"), ("zh", "")) == "好"
    assert source("zh", ("zh-TW", "妳"), ("zh-CN", "你")) == "妳"
    assert source("zh-cn", ("zh-TW", "妳"), ("zh_CN", "你")) == "你"
    assert source("zh-CN", ("zh-TW", "妳"), ("zh-CN", "")) == "妳"


def test_an_entity_of_html_is_read_without_the_file_that_declares_it() -> None:
    unit = UNIT.format(a="zh", b="en", source="好", target="a&nbsp;b caf&eacute;<ph>&nbsp;</ph>")
    assert tmx.read(memory(unit, head=DOCTYPE).encode(), "a.tmx")[0].target == "a b café"


def test_tags_may_have_the_prefix_of_a_namespace() -> None:
    unit = UNIT.format(a="zh", b="en", source="好<t:ph>x</t:ph>", target="Good.")
    for tag in ("tu", "tuv", "seg"):
        unit = (
            unit.replace(f"<{tag}>", f"<t:{tag}>").replace(f"<{tag} ", f"<t:{tag} ").replace(f"</{tag}>", f"</t:{tag}>")
        )
    content = f'<t:tmx xmlns:t="http://www.lisa.org/tmx14"><t:body>{unit}</t:body></t:tmx>'
    assert [(unit.source, unit.target) for unit in tmx.read(content.encode(), "a.tmx")] == [("好", "Good.")]
