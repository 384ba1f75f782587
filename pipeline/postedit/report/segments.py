"""The segments of a report: what changed in each, why, and what was passed over."""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# A word with the space after it; a character of a script without spaces is a word.
_WORD = re.compile(
    r"(?:[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff]+(?:['’.,-]\w+)*|\W)\s*"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
# What a page cannot hold: control characters, and halves of surrogate pairs.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def escape(text: object) -> str:
    """Text for a page, in it or in an attribute.

    >>> escape("<script>")
    '&lt;script&gt;'
    """
    return html.escape(_UNPRINTABLE.sub("\ufffd", str(text)))


def with_gains(segments: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The segments that have a reference, with `before`, `after` and `gain` in sentence chrF; others as they are.

    A gain that the evaluation measured stays: it saw the whole sentence where a segment may be part of one.
    """
    found = [dict(segment) for segment in segments]
    if not any(segment.get("reference") for segment in found):
        return found
    from sacrebleu.metrics.chrf import CHRF

    chrf = CHRF()
    for segment in found:
        reference = segment.get("reference")
        if not reference:
            continue
        if segment["draft"] == segment["text"]:
            segment.setdefault("gain", 0.0)
        if segment.get("gain") == 0:
            continue  # on the diagonal of the scatter, where nothing is to be seen: not worth the time
        segment["before"] = chrf.sentence_score(segment["draft"], [reference]).score
        if "gain" not in segment:
            segment["gain"] = chrf.sentence_score(segment["text"], [reference]).score - segment["before"]
        segment["after"] = min(100.0, max(0.0, segment["before"] + segment["gain"]))
    return found


def segment_rows(segments: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """One list item a segment."""
    for number, segment in enumerate(segments):
        yield _row(number, segment)


def _row(number: int, segment: Mapping[str, Any]) -> str:
    status, defects = escape(segment.get("status", "kept")), segment.get("defects") or ()
    gain = segment.get("gain")
    measured = f' data-gain="{gain:.3f}"' if gain is not None else ""
    parts = [
        f'<li id=s{number + 1} tabindex=-1 data-status="{status}" data-defects={len(defects)}{measured}>',
        f"<h3><a href=#s{number + 1}>{int(segment.get('number', number + 1))}</a> "
        f'<span class="status {status}">{status}</span>{_gain(gain)}{_about(segment)}</h3>',
    ]
    if segment.get("source"):
        parts.append(_line("source", escape(segment["source"]), segment["source"]))
    parts.append(_line("", _change(segment), segment.get("text", "")))
    if segment.get("reference"):
        parts.append(_line("reference", missing_words(segment.get("text", ""), segment["reference"])))
    if segment.get("reason"):
        parts.append(f"<p class=reason>{escape(segment['reason'])}</p>")
    if defects:
        parts.append(f"<ul class=defects>{''.join(_defect(defect) for defect in defects)}</ul>")
    parts.append(_candidates(segment.get("candidates") or ()))
    return "".join(parts) + "</li>"


def _gain(gain: float | None) -> str:
    if gain is None:
        return ""
    if abs(gain) < 0.05:
        return "<span class=gain>±0 chrF</span>"
    return f'<span class="gain {"up" if gain > 0 else "down"}">{"▲" if gain > 0 else "▼"} {gain:+.1f} chrF</span>'


def _about(segment: Mapping[str, Any]) -> str:
    words = [segment.get("article"), segment.get("kind"), segment.get("origin") if _edited(segment) else None]
    return "".join(f" <span class=about>{escape(word)}</span>" for word in words if word)


def _edited(segment: Mapping[str, Any]) -> bool:
    return bool(segment.get("draft") != segment.get("text"))


def _line(name: str, content: str, text: str = "") -> str:
    language = " lang=zh" if name == "source" and _HAN.search(text) else ""
    label = f"<span class=label>{name}</span> " if name else ""
    return f'<p class="{name or "change"}" dir=auto{language}>{label}{content}</p>'


def _change(segment: Mapping[str, Any]) -> str:
    draft, text = str(segment.get("draft", "")), str(segment.get("text", ""))
    return word_diff(draft, text) if draft != text else escape(text)


def word_diff(before: str, after: str) -> str:
    """Both texts in one line of HTML: gone words in `<del>`, new ones in `<ins>`.

    >>> word_diff("He come home.", "He came home.")
    'He <del>come</del> <ins>came</ins> home.'
    """
    pieces = []
    for run in _runs(_WORD.findall(before), _WORD.findall(after)):
        gone, came = "".join(run.gone), "".join(run.came)
        # A space belongs to neither the words before nor those after it: lines through and under words end with them.
        between = " " if gone and came and not _HAN.search(gone) else ""
        after_gone = between or (gone[len(gone.rstrip()) :] if not came else "")
        pieces += [_tagged("del", gone), after_gone, _tagged("ins", came), came[len(came.rstrip()) :]]
        pieces += [escape("".join(run.same))]
    return "".join(pieces)


def _tagged(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text.rstrip() or '␣')}</{tag}>" if text else ""


@dataclass(slots=True)
class _Run:
    """Words that went, words that came, and the words after them that both texts have."""

    gone: list[str] = field(default_factory=list)
    came: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


def _runs(old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """Runs until both texts are used up. A lone short word between two changes joins them: three bits read badly."""
    from rapidfuzz.distance import Indel

    keys = [[word.strip() or word for word in words] for words in (old, new)]
    runs = [_Run()]
    for code in Indel.opcodes(*keys):
        gone, came = old[code.src_start : code.src_end], new[code.dest_start : code.dest_end]
        last = runs[-1]
        if code.tag == "equal":
            last.same.extend(came)
            # What follows may go: then the space before it is the old text's.
            if code.src_end < len(old) and not last.same[-1][-1:].isspace():
                last.same[-1] = gone[-1] if gone[-1].rstrip() == last.same[-1] else last.same[-1]
            continue
        if len(last.same) == 1 and (last.gone or last.came) and len(last.same[0].strip()) <= 3:
            word = last.same.pop()
            last.gone.append(word)
            last.came.append(word)
        if last.same:
            runs.append(last := _Run())
        last.gone.extend(gone if code.tag in ("delete", "replace") else ())
        last.came.extend(came if code.tag in ("insert", "replace") else ())
    return runs


def missing_words(text: str, reference: str) -> str:
    """The reference, with the words that the text does not have marked.

    >>> missing_words("It rained on Monday.", "It rained all Monday.")
    'It rained <mark>all</mark> Monday.'
    """
    from rapidfuzz.distance import Indel

    old, new = _WORD.findall(text), _WORD.findall(reference)
    pieces = []
    for code in Indel.opcodes([word.strip() for word in old], [word.strip() for word in new]):
        words = "".join(new[code.dest_start : code.dest_end])
        bare = words.rstrip()
        marked = f"<mark>{escape(bare)}</mark>" if bare and code.tag != "equal" else escape(bare)
        pieces.append(marked + words[len(bare) :])
    return "".join(pieces)


def _defect(defect: Mapping[str, Any]) -> str:
    severity = escape(defect.get("severity") or "minor")
    name, detail = escape(defect.get("name", "")), escape(defect.get("detail") or "")
    return f'<li class="{severity}"><b>{name}</b> <i>{severity}</i> {detail}</li>'


def _candidates(candidates: Sequence[Mapping[str, Any]]) -> str:
    return f"<details><summary>{len(candidates)} candidates</summary></details>" if len(candidates) > 1 else ""


def candidates_json(segments: Sequence[Mapping[str, Any]]) -> str:
    r"""What was weighed for each segment, for the script to show when it is asked for: origin, score, fate, wording.

    >>> candidates = [{"text": "</b>", "origin": "polish"}, {"text": "a", "score": -1.25}]
    >>> candidates_json([{"draft": "a", "candidates": candidates}])
    '[[["polish","","","\\u003c/b>"],["","-1.250","",""]]]'

    The draft and the new text stand above already; their wordings are left out, which halves the page.
    """
    rows = [
        [_weighed(one, (segment.get("draft"), segment.get("text"))) for one in segment.get("candidates") or ()]
        for segment in segments
    ]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return _UNPRINTABLE.sub("\ufffd", text).replace("<", "\\u003c")


def _weighed(candidate: Mapping[str, Any], known: tuple[object, object]) -> list[str]:
    score, text = candidate.get("score"), str(candidate.get("text", ""))
    fate = "chosen" if candidate.get("chosen") else candidate.get("rejected") or ""
    number = f"{score:.3f}" if isinstance(score, int | float) else ""
    return [str(candidate.get("origin", "")), number, str(fate), "" if text in known else text]
