"""Traditional characters, as in Taiwan and Hong Kong, and the simplified ones that models and lexicons here know.

The model that ships has read simplified Chinese: with traditional characters it hardly knows what a source says. So
sources are read in simplified ones; what is shown is the source as it was given. OpenCC's table knows phrases, too:
著 is 着 in 沿著 and stays in 著名.
"""

import re
from dataclasses import replace
from functools import cache
from typing import Any

from postedit.article import Article
from postedit.lines import HAN

# Of a traditional sentence's Chinese characters that another stands for; of 5,300 simplified ones of news and FLORES
# none had more than 6.5 % such characters (a 藉 here and there), of the same in traditional ones 99 in 100 at least 12.
SHARE = 0.1

_KANA = re.compile(r"[\u3041-\u30fa]")


def is_simplified(language: str) -> bool:
    """Whether a language, as the settings name it, is to be read in simplified characters.

    So is Chinese, but for the one code by which a model says that it knows the others (NLLB's).

    >>> [is_simplified(code) for code in ("zh", "zh-TW", "zho_Hans", "zho_Hant", "ja")]
    [True, True, True, False, False]
    """
    return re.match("(?i)zh(?!o_hant)", language) is not None


def readable(article: Article, language: str) -> Article:
    """The article with a source that models read, and what it was beside it.

    >>> article = readable(Article("a1", "He says.", (), source="他說這個。"), "zh")
    >>> article.source, article.given
    ('他说这个。', '他說這個。')
    """
    if article.source is None or not is_simplified(language):
        return article
    found = simplified(article.source)
    return article if found == article.source else replace(article, source=found, given=article.source)


def simplified(text: str) -> str:
    """The text in simplified characters, as long as before; the text itself where it is in them, or is Japanese.

    >>> simplified("茂木敏充與拉夫羅夫在贛州市會談，記者報道。")
    '茂木敏充与拉夫罗夫在赣州市会谈，记者报道。'
    >>> simplified("他藉此机会说了很多话。"), simplified("東京都の新しい図書館が開館した。")
    ('他藉此机会说了很多话。', '東京都の新しい図書館が開館した。')
    """
    chinese = len(HAN.findall(text))
    if not chinese or len(_KANA.findall(text)) > SHARE * chinese:
        return text
    found = converted(text)
    changed = sum(old != new for old, new in zip(text, found, strict=True))
    return found if changed > SHARE * chinese else text


def converted(text: str) -> str:
    """The text with every traditional character in simplified ones, as long as before.

    >>> converted("後藤来了")
    '后藤来了'
    """
    converter = _converter()
    found: str = converter.convert(text)
    if len(found) != len(text):  # no phrase of the table is known to do so
        found = "".join(converter.convert(one)[:1] or one for one in text)
    return found


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")
