"""A repair that needs the source: names of people that are left half in Chinese, as in "Zhang芳 emphasized"."""

import re
from collections import defaultdict
from collections.abc import Collection

from postedit.repairs.chinese_names import DOUBLE_SURNAMES, full_names
from postedit.romanization import joined, readings, surname_readings

# What is left over, with the Latin letters that stick to it, or the word with a capital before it.
_LEFT = re.compile(
    r"(?<![A-Za-z\u4e00-\u9fff])(?P<latin>[A-Z][a-z]{0,9} ?)?(?P<han>[\u4e00-\u9fff]{1,3})(?:zh)?"
    r"(?![A-Za-z\u4e00-\u9fff])"
)


def read_names_left_in_chinese(text: str, source: str, names: Collection[str] = ()) -> str:
    """What is left in Chinese and ends one person's name in the source becomes that name.

    >>> read_names_left_in_chinese("But Zhang芳 emphasizes that 武 came.", "但张芳芳，强调丛培武，来了。")
    'But Zhang Fangfang emphasizes that Cong Peiwu came.'
    >>> read_names_left_in_chinese("Then 欧阳娜 said no.", "欧阳娜说不。")
    'Then Ouyang Na said no.'
    >>> read_names_left_in_chinese("It is in 森林.", "在森林里。")
    'It is in 森林.'

    Only where one name alone can be meant, and its surname is what stands in Latin letters, if anything does.
    """
    if not re.search("[\u4e00-\u9fff]", text):
        return text
    ending: dict[str, set[str]] = defaultdict(set)
    for name in {*full_names(source), *(one for one in names if one in source)}:
        for start in range(len(name)):
            ending[name[start:]].add(name)

    def read(match: re.Match[str]) -> str:
        meant = ending.get(match["han"], set())
        if len(meant) != 1:
            return match[0]
        [name] = meant
        size = 2 if len(name) == 4 or name[:2] in DOUBLE_SURNAMES else 1
        given, latin = readings(name[size:]), (match["latin"] or "").strip()
        surname = next(iter(surname_readings(name[:size])), ())
        spelt = f"{joined(surname)} {joined(given[0])}" if surname and given else ""
        if not spelt:
            return match[0]
        if not latin or latin[0] == spelt[0]:
            return spelt
        return match[0] if match["latin"] == latin else f"{match['latin']}{spelt}"

    return _LEFT.sub(read, text)
