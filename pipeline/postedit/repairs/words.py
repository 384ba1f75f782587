"""The word lists that more than one repair consults."""

import re


def word_set(words: str) -> frozenset[str]:
    """The words of a list that is written as a sentence.

    >>> sorted(word_set("an a the"))
    ['a', 'an', 'the']
    """
    return frozenset(words.split())


# A full stop after these, or after a single letter, does not end a sentence.
ABBREVIATIONS = word_set(
    "approx apr aug ave bros ca capt cf ch cm co col corp dec dept dr ed eds est etc feb fig figs fri ft gen gov govt "
    "hon hr hrs inc jan jr jul jun kg km lb lbs lt ltd maj mar max min misc mm mon mr mrs ms mt mts no nos nov oct op "
    "oz pg pl plc pp pres prof pt pty rd rep reps rev sat sec sen sens sep sept sgt sr st sun tel thu tue univ vol "
    "vols vs wed wt yr yrs al am pm viz resp incl excl"
)

# Words with which an English sentence often begins and which are hardly ever names or titles on their own.
STARTERS = word_set(
    "The This That These Those There It Its He She They We His Her Their Our In On At From With For As By After "
    "Before During When While Although However Therefore Meanwhile Moreover Since If But And So Then Now Here What "
    "How Why According In Among Such Some Many Most All Each Both One Two Not No Only Today Recently Currently"
)

PRONOUNS = word_set("he she it they we i you who there")

# Lower-case words that begin a name: "He met J. van Dyke."
NAME_PARTICLES = word_set("van von de di da del della der den al bin ibn el la le du dos das ter")

SAYING = (
    r"(?:said|says|say|added|adds|noted|explained|stressed|told|wrote|remarked|commented|concluded|recalled|replied|"
    r"asked|declared|emphasi[sz]ed|pointed out|stated|argued|insisted|admitted|continued)"
)


def is_title_case(text: str) -> bool:
    """Whether most long words have a capital.

    >>> is_title_case("Yao Signs With Rockets"), is_title_case("Yao signs with the Rockets today")
    (True, False)
    """
    words = [word for word in re.findall(r"[A-Za-z]+", text) if len(word) > 3]
    capitals = [word for word in words if word[0].isupper()]
    return 2 * len(capitals) > len(words)
