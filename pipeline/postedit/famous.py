"""People whom a small model names out of habit: where a text is rare to it, it puts in who is in every newspaper."""

import re

from postedit.article import Segment

# By how English names them: the word that nobody else has, and how Chinese names them, in both scripts and in short.
# Whom only an office names (总理, 主席) may be named, for the engine that knew who held it was right.
_FAMOUS = {
    "Xi Jinping": ("Jinping", "[习習]|近平|主席|总书记|總書記"),
    "Li Keqiang": ("Keqiang", "李克|克强|克強|总理|總理"),
    "Hu Jintao": ("Jintao", "胡|锦涛|錦濤"),
    "Jiang Zemin": ("Zemin", "江|泽民|澤民"),
    "Wen Jiabao": ("Jiabao", "温|溫|家宝|家寶|总理|總理"),
    "Mao Zedong": ("Zedong", "毛|泽东|澤東|主席"),
    "Deng Xiaoping": ("Xiaoping", "邓|鄧|小平"),
    "Zhou Enlai": ("Enlai", "周|恩来|恩來|总理|總理"),
    "Donald Trump": ("Trump", "特朗普|川普|美国总统|美國總統"),
    "Barack Obama": ("Obama", "奥巴马|奧巴馬|欧巴马|歐巴馬"),
    "Joe Biden": ("Biden", "拜登|美国总统|美國總統"),
    "Hillary Clinton": ("Clinton", "克林顿|克林頓|柯林顿|柯林頓|希拉里|希拉蕊"),
    "Vladimir Putin": ("Putin", "普京|普丁|普亭|俄罗斯总统|俄羅斯總統"),
    "Angela Merkel": ("Merkel", "默克尔|默克爾|梅克尔|梅克爾|德国总理|德國總理"),
    "Shinzo Abe": ("Abe|Shinzo", "安倍|晋三|晉三|日本首相"),
    "Kim Jong Un": ("Jong[- ]?[Uu]n", "金正"),
}
_PATTERNS = {
    name: (re.compile(rf"\b(?:{english})\b"), re.compile(chinese)) for name, (english, chinese) in _FAMOUS.items()
}


def invents_a_person(segment: Segment, text: str) -> str | None:
    """Nobody famous joins in: the draft or the source names them. Without a source `names added` asks for more.

    >>> invents_a_person(Segment("The bureau spoke.", 0, source="林河保安局说。"), "The Li Keqiang bureau spoke.")
    'names Li Keqiang, whom neither draft nor source has'
    >>> invents_a_person(Segment("He spoke.", 0, source="李克强讲话。"), "Li Keqiang spoke.")
    """
    if not segment.source:
        return None
    for name, (english, chinese) in _PATTERNS.items():
        if english.search(text) and not english.search(segment.text) and not chinese.search(segment.source):
            return f"names {name}, whom neither draft nor source has"
    return None
