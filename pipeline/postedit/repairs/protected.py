"""What no repair touches inside a sentence: addresses, file names, code and placeholders."""

import re
from bisect import bisect_right

_PROTECTED = re.compile(
    r"""
      (?:https?://|www\.)[^\s<>"“”，。；：）]+                     # an address
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                                  # an e-mail address
    | \b[\w-]+(?:\.[\w-]+)*\.(?:com|cn|org|net|gov|edu|html?|pdf|docx?|xlsx?|txt|py|js|jpe?g|png|zip|csv|json|xml)\b
    | `[^`\n]+`                                                     # code
    | \{\{?[\w.]*\}\}? | %\(\w+\)[sd] | </?\w[^<>\n]*>            # placeholders and tags
    """,
    re.VERBOSE,
)


def substitute(pattern: re.Pattern[str], replacement: str, text: str) -> str:
    r"""`pattern.sub`, except where a match reaches into something protected.

    >>> substitute(re.compile(r"([a-z]),([a-z])"), r"\1, \2", "one,two at http://a.b/c,d")
    'one, two at http://a.b/c,d'
    """
    if pattern.search(text) is None:
        return text
    spans = [match.span() for match in _PROTECTED.finditer(text)]
    starts = [start for start, _ in spans]

    def replace(match: re.Match[str]) -> str:
        before = bisect_right(starts, max(match.start(), match.end() - 1)) - 1
        if before >= 0 and spans[before][1] > match.start():
            return match.group()
        return match.expand(replacement)

    return pattern.sub(replace, text)
