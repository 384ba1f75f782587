"""Repairs of characters: what a machine wrote in another notation than English is written in."""

import html
import re

import ftfy

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SPACED_ENTITY = re.compile(r"& ?(quot|amp|lt|gt|apos|nbsp|# ?\d{2,5}) ?;")

# Chinese, Japanese and Korean letters: beside them, wide punctuation is right.
_WIDE_LETTER = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WIDE_LETTERS = re.compile(f"[{_WIDE_LETTER}]")
_WIDE_MARKS = "，。；：！？（）、［］｛｝％＂＇"
_NARROW = str.maketrans(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("。"): ".", ord("、"): ",", ord("～"): "-"}
)
_WIDE_MARK = re.compile(f" *[{_WIDE_MARKS}] *")
_WIDE_SIGN = re.compile("[０-９Ａ-Ｚａ-ｚ＋－＝／＆＠＃＄＊]|(?<=[0-9０-９%％])～(?=[0-9０-９])")
_TITLE_MARKS = re.compile(f"《([^《》{_WIDE_LETTER}]*)》|「([^「」{_WIDE_LETTER}]*)」|『([^『』{_WIDE_LETTER}]*)』")

# A closing quotation mark whose last byte, a control character, was thrown away; certain where an opening one stands.
_LOST_CLOSER = re.compile(r"(?<=\S)â€(?=[\s.,;:!?)]|$)")
_ONLY_ENCODING = ftfy.TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=False,
    remove_control_chars=False,
    normalization=None,
)


def decode_entities(text: str) -> str:
    """HTML entities become the characters they stand for, however often they were escaped.

    >>> decode_entities("It&#39;s &amp;quot;new&amp;quot; at AT&T; see R&D;")
    'It\\'s "new" at AT&T; see R&D;'

    A page that teaches HTML loses its examples here; in machine translation they are almost always debris.
    """
    for _ in range(4):
        decoded = _SPACED_ENTITY.sub(lambda match: f"&{match[1].replace(' ', '')};", text)
        decoded = _ENTITY.sub(_character, decoded)
        if decoded == text:
            break
        text = decoded
    return text


def _character(entity: re.Match[str]) -> str:
    character = html.unescape(entity[0])
    if character == "\xa0":
        return " "
    return character if character.isprintable() and "\ufffd" not in character else entity[0]


def mend_mojibake(text: str) -> str:
    """Text that was decoded with the wrong encoding reads as it was meant; quotes and widths stay as they are.

    >>> mend_mojibake("the cityâ€™s cafÃ© in São Paulo")
    'the city’s café in São Paulo'
    """
    if text.isascii():
        return text
    whole = _LOST_CLOSER.sub("”", text) if "â€œ" in text else text
    mended = ftfy.fix_encoding(whole, _ONLY_ENCODING)
    return text if mended.count("\ufffd") > text.count("\ufffd") else mended


def narrow_wide_characters(text: str) -> str:
    """Full-width punctuation, letters and digits in English become ASCII, spaced as English is.

    >>> narrow_wide_characters("In ２０１９，it rose by ５％（year on year）；the poem 《静夜思》 stayed。")
    'In 2019, it rose by 5% (year on year); the poem 《静夜思》 stayed.'

    Beside Chinese letters on both sides they are right, and a text that is mostly Chinese was never translated.
    Title marks become quotation marks around English only: a Chinese title is left as a whole.
    """
    if len(_WIDE_LETTERS.findall(text)) * 3 > len(text):
        return text
    text = text.replace("\u3000", " ")
    text = _TITLE_MARKS.sub(lambda match: '"' + "".join(filter(None, match.groups())).strip() + '"', text)
    text = _WIDE_SIGN.sub(lambda match: match[0].translate(_NARROW), text)
    return _WIDE_MARK.sub(_narrow_mark, text)


def _narrow_mark(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    before, after = text[:start][-1:], text[end : end + 1]
    if _WIDE_LETTERS.match(before) and (not after or _WIDE_LETTERS.match(after)):
        return match[0]
    mark = match[0].strip().translate(_NARROW)
    if mark in "([{":
        return (
            " " if before and (before.isalnum() or before in '.,;:!?)%"”' + _WIDE_MARKS[:6] + "）％") else ""
        ) + mark
    in_number = before.isdigit() and after.isdigit() and (mark in ".:" or (mark == "," and _is_thousands(text, end)))
    in_number = in_number and match[0].strip() != "、"
    closes_up = not after or in_number or after in " .,;:!?)]}\"'”’" + _WIDE_MARKS
    if mark in "\"'":
        return match[0].replace(match[0].strip(), mark)
    return mark + ("" if closes_up else " ")


def _is_thousands(text: str, at: int) -> bool:
    return re.match(r"\d{3}(?!\d)", text[at:]) is not None
