"""Bytes to text and back, exactly; what is not text says so in a sentence."""

import codecs

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from postedit.errors import ArticleError, OutputError
from postedit.formats.encoding import Decoded, decode, encode

ENGLISH = "The harbour reopened on Friday.\r\nNobody was hurt.\r"
CHINESE = "近日，大型产业集聚区正式揭牌。\n各界高度关注，一切顺利。\n"
MIXED = "“Xpeng Motors”（小鹏汽车）在2022年签约134亿元。\r\nIt was signed.\n"

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", [ENGLISH, CHINESE, MIXED, CHINESE * 40 + ENGLISH])
def test_text_in_any_known_encoding_is_recognised_and_written_back(text: str, encoding: str) -> None:
    raw = text.encode(encoding)
    decoded = decode(raw, "a.txt")
    assert decoded.text == text
    assert encode(decoded.text, decoded) == raw


@pytest.mark.parametrize("bom", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_a_byte_order_mark_decides_and_is_kept(bom: bytes) -> None:
    order = "utf-16-le" if bom == codecs.BOM_UTF16_LE else "utf-16-be"
    decoded = decode(bom + CHINESE.encode(order), "a.txt")
    assert decoded == Decoded(CHINESE, order, bom)
    assert decode(bom + CHINESE.encode(order), "a.txt", "utf-16") == decoded


@settings(deadline=None)
@given(st.text(min_size=1), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030", "utf-16-be"]))
def test_what_a_named_encoding_reads_it_writes_back(text: str, encoding: str) -> None:
    assume(text.strip() and "\0" not in text and not text.startswith("\ufeff"))
    raw = text.encode(encoding)
    decoded = decode(raw, "a.txt", encoding)
    assert decoded.text == text
    assert encode(decoded.text, decoded) == raw


@settings(deadline=None, max_examples=300)
@given(st.binary() | st.text().map(str.encode) | st.text().map(lambda text: text.encode("utf-16")))
def test_any_bytes_come_back_exactly_or_are_refused_in_a_sentence(raw: bytes) -> None:
    try:
        decoded = decode(raw, "a.txt")
    except ArticleError as error:
        assert str(error).startswith("a.txt: ")  # noqa: PT017
        return
    assert encode(decoded.text, decoded) == raw


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "there is no text in it"),
        (b" \r\n\t", "there is no text in it"),
        (codecs.BOM_UTF8, "there is no text in it"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "looks like a binary file"),
        (bytes(range(256)), "looks like a binary file"),
        (b"ELF\0\1\2\0\0 text", "looks like a binary file"),
        (b"%PDF-1.7 text", "looks like a binary file (a PDF)"),
        (b"PK\x03\x04 text", "looks like a binary file (a Word, EPUB or other zipped file)"),
        ("Café au lait".encode("cp1252"), "--encoding NAME"),
        ("“Hello”, she said".encode("cp1252"), "--encoding NAME"),
        ("港口重新開放，渡輪恢復".encode("big5"), "--encoding NAME"),
        ("港が再開しました。".encode("shift_jis"), "--encoding NAME"),
        ("항구가 다시 열렸다 그리고 배가 간다".encode("euc-kr"), "--encoding NAME"),
        (codecs.BOM_UTF16_LE + b"a\0b", "It may be cut off"),
    ],
)
def test_what_is_no_text_or_not_for_certain_is_refused(raw: bytes, sentence: str) -> None:
    with pytest.raises(ArticleError) as refused:
        decode(raw, "a.txt")
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("raw", "name", "sentence"),
    [
        (b"text", "klingon", "no text encoding called 'klingon'"),
        (b"text", "base64", "no text encoding called 'base64'"),
        (b"caf\xe9", "utf-8", "it is not in utf-8 (byte 0xe9 at offset 3)"),
        (b"a+AGE-", "utf-7", "would not write the same bytes back"),
        (b"a\0b", "latin-1", "looks like a binary file"),
    ],
)
def test_a_named_encoding_that_does_not_fit_is_refused(raw: bytes, name: str, sentence: str) -> None:
    with pytest.raises(ArticleError) as refused:
        decode(raw, "a.txt", name)
    assert sentence in str(refused.value)


def test_a_named_encoding_reads_what_is_not_recognised() -> None:
    decoded = decode(b"caf\xe9", "a.txt", "latin-1")
    assert decoded.text == "café"
    assert encode("thé", decoded) == b"th\xe9"


def test_a_result_that_its_encoding_cannot_write_is_refused() -> None:
    with pytest.raises(OutputError, match="has no '你'"):
        encode("你", decode(b"caf\xe9", "a.txt", "latin-1"))
