"""Give sentence pairs other numbers, so that a small model learns that 12.4亿 is 1.24 billion of anything.

Chinese counts in ten thousands and hundred millions. A model that has seen a few thousand of them gets the words right
and the zeros wrong.
"""

import random
import re
from decimal import Decimal

from postedit.parts import Part, joined
from postedit.quantities import quantities

_CHINESE = re.compile(r"\d[\d,.]*[万亿]")
_ENGLISH = re.compile(r"[\d,.]*\d(?:\s?(?:thousand|million|billion|trillion))?")
_SCALES = {"万": Decimal(10**4), "亿": Decimal(10**8)}
_WORDS = {"trillion": Decimal(10**12), "billion": Decimal(10**9), "million": Decimal(10**6)}


def renumbered(source: str, reference: str, rng: random.Random) -> tuple[str, str] | None:
    """Source and reference with new numbers in the place of those that the source counts in 万 or 亿.

    None where there are none, or where the reference does not have each of them once, in figures.

    >>> renumbered("他们卖出3.5万台。", "They sold 35,000 of them.", random.Random(4))
    ('他们卖出...台。', 'They sold ... of them.')
    >>> renumbered("他们卖出3.5万台。", "They sold many of them.", random.Random(4))
    """
    theirs = [one for one in quantities(source, "zh") if _CHINESE.fullmatch(source[one.start : one.end])]
    ours = [one for one in quantities(reference, "en") if _ENGLISH.fullmatch(reference[one.start : one.end])]
    pairs = [(this, that) for this in theirs for that in ours if this.value == that.value]
    once = all(len({pair[side].start for pair in pairs}) == len(pairs) for side in (0, 1))
    if not theirs or not once or len(pairs) != len(theirs):
        return None
    said = [(this, that, *_number(rng)) for this, that in pairs]
    return (
        joined(source, [Part(this.start, this.end, chinese) for this, _, chinese, _ in said]),
        joined(reference, [Part(that.start, that.end, english) for _, that, _, english in said]),
    )


def _number(rng: random.Random) -> tuple[str, str]:
    """A number of two to five digits, some with a point, in Chinese and in English."""
    count = rng.choice((rng.randint(2, 99), rng.randint(100, 999), rng.randint(1000, 9999)))
    figures = Decimal(
        rng.choice((count, count, rng.randint(11, 999) / Decimal(10), rng.randint(101, 99999) / Decimal(100)))
    )
    scale = rng.choice([*_SCALES])
    return f"{_plain(figures)}{scale}", _english(figures * _SCALES[scale])


def _english(value: Decimal) -> str:
    """As news writes it.

    >>> _english(Decimal(35000)), _english(Decimal("124e7"))
    ('35,000', '1.24 billion')
    """
    word = next((word for word, scale in _WORDS.items() if value >= scale), None)
    return f"{int(value):,}" if word is None else f"{_plain(value / _WORDS[word])} {word}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
