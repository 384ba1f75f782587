"""Stage 2: cut the prose of an article into segments that can be rewritten on their own.

What it promises: spans are exact (`article.draft[s.start:s.end] == s.draft`), in order and apart, and every
character of prose that is neither whitespace nor markup lies in exactly one of them. A boundary that is missed
costs a long segment; a wrong one tears a sentence apart and no repair can mend it. So in doubt there is none.
"""

import re
import unicodedata
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from postedit.article import PROSE, Article, Mark, Segment
from postedit.markup import shown
from postedit.repairs.quotation import STRAY_SENTENCES

# What may end a sentence, whatever closes behind it (also after a stray space: `right." ”`), and the gap that follows.
_END = re.compile(
    r"""(?P<mark>[.!?…。！？｡．‼⁇⁈⁉]+)"""
    r"""(?P<closers>(?:["'”’»)\]}」』）】》〉］｝]|\[\d{1,3}\]|[ \u3000](?:[”」』）)\]】]|"(?=\s|\Z)))*)"""
    r"""(?P<gap>\s*)"""
    r"""|(?P<blank>\n[^\S\n]*\n\s*)"""
)
_FULL_WIDTH = frozenset("。！？｡")
_OPENERS = re.compile(r"""[\s"'“‘«(\[{「『（【《〈［｛*•·–—-]*""")
# These continue a sentence, or close it: nothing begins with them.
_CONTINUES = frozenset(""",;:)]}%”’»，；：、）］｝」』】》〉.!?…。！？｡．""")
_CAMEL = re.compile(r"[a-z]{1,2}[A-Z]")  # iPhone, eBay, mRNA may begin a sentence
_NUMBERING = re.compile(r"""[\s"'“‘(\[（*•·-]*(?:(?:\d{1,3}\.)*\d{1,3}|[A-Za-z]|[IVXivx]{1,5})""")
_LAST_WORD = re.compile(r"(?:[^\W_\u3400-\u9fff]|[.&'’-])+\Z")
_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")  # U.S, a.m, Ph.D
_WORD = re.compile(r"[^\W_]+")
_ORPHAN = re.compile(r"[A-Z]\w*[.!?]+(?:\s|\Z)")  # "etc. Require.": left over from 等要求。
_ATTRIBUTION = re.compile(
    r"(?:[A-Z][\w’'-]*\s){1,3}(?:said|says|added|asked|replied|wrote|noted|stressed|explained|recalled|told \w+)[.,]"
)
_ATTRIBUTION_ZH = re.compile(
    r"""[^，。；：！？“”、\s]{0,14}(?:说|道|表示|称|问|指出|强调|喊|介绍|认为)(?:[。！；]|，\s*[“"「]|\Z)"""
)
# No sentence is as long, in characters; a page without a full stop may be. Repairs, defects and checks then look at
# pieces, so that time grows with the text: some compare every word with every other.
_LONGEST = 3_000
_QUOTED_WORD_ZH = frozenset("的之等和与及或")  # “加油！”的呼声: the quotation is a word of the sentence


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the end of a sentence, whatever follows.
_TITLES = _words(
    "Mr Mrs Ms Messrs Mx Dr Prof Gen Sen Rep Gov Lt Col Sgt Capt Maj Cmdr Adm Rev Hon St Pres Supt Amb Mt Ft "
    "vs v viz cf ca approx e.g i.e eg ie"
)
# Not the end of a sentence where a number follows.
_BEFORE_NUMBERS = _words(
    "No Nos no nos Vol vol Fig Figs fig Art art Sec sec Ch ch Eq pp p Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec "
    "Tel tel Ext ext Rm Pt pt Ver ver"
)
# The end of a sentence only where the next word is one that begins sentences.
_SHORTENED = _words(
    "Co Corp Inc Ltd Bros Jr Sr Esq Dept Univ Assn Ave Blvd Rd al ed eds Intl Govt Mfg Tech Plc Pty Yahoo"
)
_STARTERS = _words(
    "The A An In On At He She It They We I You This That These Those There Here But And Or However For As If When "
    "While After Before During Since With By From To Under Over Through Its His Her Their Our My Your What Who Why How "
    "Where Which Not So Then Now Also Although Though Because Among According Meanwhile Moreover Some Many Most "
    "Several All Both Each Every Another Other Today Yesterday Tomorrow Last Next Once Only Until Despite Later"
)


def segment(article: Article) -> tuple[Segment, ...]:
    """Cut every block of prose into sentences.

    >>> from postedit.article import Block
    >>> draft = "# Rice prices\\n\\nThe **U.S. price** rose. It fell in May."
    >>> blocks = (Block(2, 13), Block(15, len(draft), marks=(Mark(19, 21), Mark(31, 33))))
    >>> [(s.start, s.draft, s.text) for s in segment(Article("a1", draft, blocks))]
    [(2, 'Rice prices', 'Rice prices'),
     (15, 'The **U.S. price** rose.', 'The U.S. price rose.'),
     (40, 'It fell in May.', 'It fell in May.')]

    Markup at the edge of a sentence stays outside of it, so a sentence that is all bold is rewritten inside its bold.
    What is far too long for a sentence is cut at its clauses.
    """
    segments = []
    for number, block in enumerate(article.blocks):
        if block.kind in PROSE:
            marks = tuple(replace(m, start=m.start - block.start, end=m.end - block.start) for m in block.marks)
            draft = article.draft[block.start : block.end]
            whole = Segment(draft, block.start, number, marks=marks, markdown=block.markdown)
            segments += [_piece(whole, *span) for span in _unbroken(split_sentences(whole.text), marks)]
    return cut(segments, lambda text: len(text) <= _LONGEST)


def cut(segments: Sequence[Segment], fits: Callable[[str], bool]) -> tuple[Segment, ...]:
    """Halve every segment whose text does not fit, until all pieces do; nothing is lost and nothing truncated.

    >>> long = Segment("Prices rose in spring, fell in summer, and nobody knows why.", 0)
    >>> [s.draft for s in cut([long], lambda text: len(text) < 40)]
    ['Prices rose in spring,', 'fell in summer, and nobody knows why.']

    The strongest clause mark in the middle half is the place: a semicolon, then a comma, colon or dash, then before
    a conjunction, then a space, and between two characters only where there is nothing else. A piece has no source,
    also when the segment had one: which part of the source it belongs to is not known. A single character is a
    piece even if it does not fit.
    """
    pieces: list[Segment] = []
    waiting = list(reversed(segments))
    while waiting:
        whole = waiting.pop()
        text = whole.text
        if fits(text) or len(text) < 2:
            pieces.append(whole)
            continue
        at = _middle(text)
        at = next((start or end for _, start, end in shown(whole.marks) if start < at < end), at)
        if at == len(text):  # it is all code
            pieces.append(whole)
            continue
        whole = replace(whole, source=None, given=None)
        halves = (_piece(whole, *_strip(text, 0, at)), _piece(whole, *_strip(text, at, len(text))))
        waiting += reversed([half for half in halves if half.draft])
    return tuple(pieces)


def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Where the sentences of a text begin and end, English or Chinese or both mixed, without the whitespace around.

    >>> text = 'Dr. Wang lives in the U.S. Army base. "Why?" he asked. 王博士来了。“真的吗？”他问。好！'
    >>> [text[start:end] for start, end in split_sentences(text)]
    ['Dr. Wang lives in the U.S. Army base.', '"Why?" he asked.', '王博士来了。', '“真的吗？”他问。', '好！']

    There is no language to choose: a rough translation keeps pieces of its source, and a Chinese text names Mr. Smith.
    Own rules, not sentencex: that splits `U.|S.政府` and `Mr.|Smith来了`, and both F1 are lower
    (eval/results/segmentation.json).
    """
    spans = []
    start = 0
    for match in _END.finditer(text):
        end = _boundary(text, start, match)
        if end is not None:
            spans.append(_strip(text, start, end))
            start = end
    spans.append(_strip(text, start, len(text)))
    return tuple((start, end) for start, end in spans if start < end)


def _piece(whole: Segment, start: int, end: int) -> Segment:
    """The part of a segment that holds the characters `start` to `end` of its text, with the marks between them."""
    if not whole.marks or start >= end:
        return replace(whole, draft=whole.draft[start : max(start, end)], start=whole.start + start, marks=())
    first, last = _place(whole.marks, start)[0], _place(whole.marks, end - 1)[1]
    inside = (mark for mark in whole.marks if first < mark.end and mark.start < last)
    marks = tuple(replace(mark, start=mark.start - first, end=mark.end - first) for mark in inside)
    return replace(whole, draft=whole.draft[first:last], start=whole.start + first, marks=marks)


def _place(marks: Sequence[Mark], at: int) -> tuple[int, int]:
    """Where the character `at` of a segment's text stands in its draft: as a whole what a mark stands for."""
    hidden = 0
    for mark in marks:
        here = mark.start - hidden
        if at < here:
            break
        if at < here + len(mark.stands_for):
            return mark.start, mark.end
        hidden += mark.end - mark.start - len(mark.stands_for)
    return at + hidden, at + hidden + 1


def _unbroken(spans: Sequence[tuple[int, int]], marks: Sequence[Mark]) -> list[tuple[int, int]]:
    """The spans, joined where one would end inside of what a mark stands for: a full stop in code ends nothing."""
    places = deque((start, end) for mark, start, end in shown(marks) if mark.stands_for)
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        while places and joined and places[0][1] <= start:
            places.popleft()
        inside = joined and places and places[0][0] < joined[-1][1]
        joined.append((joined.pop()[0], end) if inside else (start, end))
    return joined


_CLAUSE_ENDS = (
    re.compile(r"""[；;][”’"]*(?=\s|(?<=；))"""),
    re.compile(r"""[，：、][”’"]*|[,:][”’"]*(?=\s)|—+|\s[–-](?=\s)"""),
    re.compile(r"\s(?=(?:and|or|but|nor|so|which|who|that|where|when|while|because|although|if|as|with|to)\s)"),
    re.compile(r"\s+"),
)


def _middle(text: str) -> int:
    """The best place to cut a text in two: at the strongest mark that stands in its middle half, near the middle."""
    low, half, high = len(text) / 4, len(text) / 2, len(text) * 3 / 4
    for mark in _CLAUSE_ENDS:
        places = [found.end() for found in mark.finditer(text) if low <= found.end() <= high]
        if places:
            return min(places, key=lambda place: abs(place - half))
    places = [at for at in range(1, len(text)) if not unicodedata.category(text[at]).startswith("M")]
    return min(places or [len(text) // 2], key=lambda place: abs(place - half))


def _boundary(text: str, start: int, match: re.Match[str]) -> int | None:
    """The end of the sentence that began at `start`, if this match ends it."""
    if match["blank"] is not None:
        return match.start()
    end = match.end("closers")
    if match.end() == len(text):
        return end
    mark = match["mark"]
    if not _FULL_WIDTH.isdisjoint(mark) or (not match["gap"] and _is_cjk(text[end])):
        return _full_width_boundary(text, start, match)
    if not match["gap"] or text[match.end()] in _CONTINUES or STRAY_SENTENCES.match(text, end):
        return None
    first = _OPENERS.match(text, match.end()).end()  # type: ignore[union-attr]
    lower = text[first : first + 1].islower() and not _CAMEL.match(text, first)
    if lower or (match["closers"] and _ATTRIBUTION.match(text, match.end())):
        return None
    name = mark == "!" and text.endswith("Yahoo", start, match.start())
    if name or (mark in {".", "．"} and not _full_stop_ends(text, start, match.start(), first)):
        return None
    return end


def _full_width_boundary(text: str, start: int, match: re.Match[str]) -> int | None:
    """Chinese enders need no gap; a Latin one among Chinese characters counts when a Chinese character precedes it."""
    mark, closers, end = match["mark"], match["closers"], match.end("closers")
    before = text[match.start() - 1 : match.start()]
    if _FULL_WIDTH.isdisjoint(mark):
        dots = not mark.strip(".…．")
        if dots and len(mark) > 1 | (mark[0] == "…") and not closers:
            return None
        if not _is_cjk(before) and (not mark.startswith("?")):
            return None
    if closers == '"' and not match["gap"] and _opens(text, start, match.start()):
        return match.end("mark")
    following = text[match.end()]
    if following in _CONTINUES or following.islower():
        return None
    if closers:
        if closers[-1] in "》〉" or (closers[-1] in ")）" and mark[-1] in "?？!！" and not match["gap"]):
            return None
        if following in _QUOTED_WORD_ZH or _ATTRIBUTION_ZH.match(text, match.end()):
            return None
    elif _inside_title(text, start, match.start()):
        return None
    return end


def _opens(text: str, start: int, at: int) -> bool:
    """Whether a straight quote behind the ender at `at`, with no space on either side, opens what follows."""
    curly_is_open = text.rfind("“", max(0, at - 300), at) > text.rfind("”", max(0, at - 300), at)
    return not curly_is_open and text.count('"', start, at) % 2 == 0


def _inside_title(text: str, start: int, at: int) -> bool:
    """Whether a 《title》 is open here, and closes soon: an unclosed one must not swallow what follows."""
    opened = text.rfind("《", max(start, at - 30), at)
    return opened >= 0 and "》" not in text[opened:at] and "》" in text[at : at + 30]


def _full_stop_ends(text: str, start: int, at: int, first: int) -> bool:
    """Whether the full stop at `at` ends a sentence, given the word before it and the one that begins at `first`."""
    found = _LAST_WORD.search(text, max(start, at - 24), at)
    word = found[0].rpartition("-")[2].lstrip(".'’&") if found else ""
    if word in _TITLES:
        return False
    if word in _BEFORE_NUMBERS and text[first : first + 1].isdigit():
        return False
    if word == "etc":
        return not _ORPHAN.match(text, first)
    if _is_numbering(text, start, at):
        return False
    if word in _SHORTENED or _ACRONYM.fullmatch(word) or (len(word) == 1 and word.isupper() and not _is_cjk(word)):
        following = _WORD.match(text, first)
        return following is not None and (following[0] in _STARTERS or _is_cjk(following[0][0]))
    return True


def _is_numbering(text: str, start: int, at: int) -> bool:
    """Whether the full stop belongs to "1." or "b." before a heading or an item."""
    found = _NUMBERING.match(text, start)
    if found and found.end() == at:
        return True
    lead = text[max(start, at - 6) : at].rstrip("0123456789")
    return lead != text[max(start, at - 6) : at] and lead.rstrip().endswith((":", ";", "：", "；"))


def _is_cjk(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff"


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
