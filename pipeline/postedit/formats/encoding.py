"""Bytes to text and back: what goes in as GB18030 with Windows line ends comes out as GB18030 with Windows line ends.

Nothing is lost or normalised on the way. What cannot be decoded for certain is an error that names the flag to pass;
a wrong guess would be improved, scored and written back as nonsense.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass

from postedit.errors import ArticleError, OutputError

# The longer mark first: a UTF-32 file begins with the mark of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Names that say "with a mark, or in this machine's order"; the file's own mark decides, then the order PCs write.
UNORDERED = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}

# What people hand over by mistake, by its first bytes.
BINARY_FILES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a Word, EPUB or other zipped file"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"{\\rtf", "a rich text file"),
)

# Two thirds of the characters of any Chinese text are among the 3,755 of GB 2312 that are sorted by sound; text of
# another encoding that happens to decode lands all over the 21,000 of GB18030. The share is a wide margin, not tuned.
COMMON_SHARE = 0.85
COMMON_HAN = range(0xB0, 0xD8)  # the first byte of those 3,755
SYMBOLS = (0xA1, 0xA2, 0xA3)  # punctuation, numbering, full-width letters

WORDS_OF_HAN = re.compile(r"[\u4e00-\u9fff] (?=[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text, and what is needed to write it back in kind.

    >>> Decoded("你好", "gb18030")
    Decoded(text='你好', encoding='gb18030', bom=b'')
    """

    text: str
    encoding: str  # a codec that writes no byte order mark of its own
    bom: bytes = b""


def decode(raw: bytes, where: str, encoding: str | None = None) -> Decoded:
    """The text of some bytes, whose encoding is recognised unless it is named.

    >>> decode("Zhaoqing said: “进行到底”".encode("gb18030"), "a.txt").text
    'Zhaoqing said: “进行到底”'
    >>> decode(b"caf\\xe9", "a.txt")
    Traceback (most recent call last):
        ...
    postedit.errors.ArticleError: a.txt: not UTF-8, UTF-16 or GB18030 (byte 0xe9 at offset 3 fits none of them).
    If you know its encoding, name it: --encoding NAME, for example cp1252, big5 or shift_jis.
    """
    kind = next((kind for start, kind in BINARY_FILES if raw.startswith(start)), None)
    if kind:
        raise ArticleError(f"{where}: looks like a binary file ({kind}). Save it as plain text or Markdown first.")
    decoded = _named(raw, where, encoding) if encoding else _recognised(raw, where)
    if "\0" in decoded.text:
        raise ArticleError(
            f"{where}: looks like a binary file (it has NUL bytes). Save it as plain text, or name its encoding: "
            "--encoding NAME, for example utf-16."
        )
    if not decoded.text.strip():
        raise ArticleError(f"{where}: there is no text in it. Give a file with at least one sentence.")
    return decoded


def encode(text: str, decoded: Decoded) -> bytes:
    """The bytes of a text in the encoding of the file it came from; `decode` undone, to the byte.

    >>> before = decode("你好。\\r\\n".encode("gb18030"), "a.txt")
    >>> encode(before.text, before) == "你好。\\r\\n".encode("gb18030")
    True
    """
    try:
        return decoded.bom + text.encode(decoded.encoding)
    except UnicodeEncodeError as error:
        character = text[error.start]
        raise OutputError(
            f"{decoded.encoding} has no {character!r} (U+{ord(character):04X}), which the result needs. "
            "Save the input as UTF-8 and run again."
        ) from error


def _named(raw: bytes, where: str, name: str) -> Decoded:
    try:
        codec = codecs.lookup(name).name
        bom, ordered = _mark(raw)
        if not bom or UNORDERED.get(codec, codec) not in (ordered, ordered[:-3] + "-le"):
            bom, ordered = b"", UNORDERED.get(codec, codec)
        text = raw[len(bom) :].decode(ordered)
        exact = text.encode(ordered) == raw[len(bom) :]
    except LookupError as error:
        raise ArticleError(
            f"{where}: there is no text encoding called {name!r}. Python's names work: utf-16, gb18030, big5, cp1252."
        ) from error
    except ValueError as error:
        raise ArticleError(
            f"{where}: it is not in {name} ({_place(error)}). Try another name, or none: it is recognised."
        ) from error
    if not exact:
        raise ArticleError(
            f"{where}: {name} would not write the same bytes back. Convert it to UTF-8 and give that instead."
        )
    return Decoded(text, ordered, bom)


def _recognised(raw: bytes, where: str) -> Decoded:
    bom, encoding = _mark(raw)
    try:
        if not bom and b"\0" in raw and (order := _order_without_mark(raw)):
            encoding = order
        return Decoded(raw[len(bom) :].decode(encoding), encoding, bom)
    except UnicodeDecodeError as error:
        if bom:
            raise ArticleError(
                f"{where}: begins with the mark of {encoding.upper()} but is not in it ({_place(error)}). "
                "It may be cut off; or name its encoding: --encoding NAME."
            ) from error
        if b"\0" in raw:
            raise ArticleError(
                f"{where}: looks like a binary file. Save it as plain text or Markdown first."
            ) from error
        if chinese := _chinese(raw):
            return Decoded(chinese, "gb18030")
        raise ArticleError(
            f"{where}: not UTF-8, UTF-16 or GB18030 ({_place(error)} fits none of them). "
            "If you know its encoding, name it: --encoding NAME, for example cp1252, big5 or shift_jis."
        ) from error


def _mark(raw: bytes) -> tuple[bytes, str]:
    return next(((bom, name) for bom, name in BYTE_ORDER_MARKS if raw.startswith(bom)), (b"", "utf-8"))


def _place(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte 0x{error.object[error.start]:02x} at offset {error.start}"
    return "it does not decode"


def _order_without_mark(raw: bytes) -> str | None:
    """UTF-16 without its mark: one byte order gives clean text with spaces, line ends and punctuation, the other none.

    Counting NULs at even and odd places is not enough: 一 (4E00), the second commonest character of Chinese, has one.
    """
    familiar = {name: _familiar_share(raw, name) for name in ("utf-16-le", "utf-16-be")}
    best = max(familiar, key=lambda name: familiar[name])
    return best if familiar[best] > 2 * min(familiar.values()) else None


def _familiar_share(raw: bytes, encoding: str) -> float:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    if not text or not _clean(text):
        return 0.0
    return sum(" " <= c <= "~" or c in "\t\r\n" or "\u3000" <= c <= "\u3002" or c == "\uff0c" for c in text) / len(text)


def _clean(text: str) -> bool:
    return all(unicodedata.category(c) not in ("Cc", "Cn", "Co", "Cs") or c in "\t\n\r\f\v" for c in text)


def _chinese(raw: bytes) -> str | None:
    """The bytes read as GB18030, if that gives what a Chinese writer would write.

    Korean in EUC-KR decodes to common characters too, but with spaces between them, which Chinese has not.
    """
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [c for c in text if c > "\x7f"]
    common = sum(_is_common(c) for c in foreign)
    spaced = len(WORDS_OF_HAN.findall(text))
    if not _clean(text) or common < COMMON_SHARE * len(foreign) or spaced > len(foreign) / 10:
        return None
    return text if text.encode("gb18030") == raw else None


def _is_common(character: str) -> bool:
    code = character.encode("gb18030")
    return len(code) == 2 and code[1] >= 0xA1 and (code[0] in COMMON_HAN or code[0] in SYMBOLS)
