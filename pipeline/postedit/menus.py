"""The menu that stands before the title of a page, one entry a line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from postedit.article import Kind
from postedit.lines import Line, first_prose
from postedit.notices import CUTS_IN
from postedit.phrases import LONGEST, Phrase, evenly, find

# What only a site's menu says, and what a menu lists: rubrics, which could be headings.
DOORS = (
    r"(?:home(?: ?page)?|(?:main )?menu|search(?: (?:this|the) (?:blog|site))?|log ?in|sign in|sign up|register"
    r"|my account|subscribe|(?:blog )?archives?|site ?map"
    r"|about (?:me|us|this (?:blog|site))|contact us|rss(?: feed)?|board index|skip to (?:main )?content"
    r"|table of contents"
    r"|(?:网站)?首页|主页|登录|注册|搜索|导航|联系我们|关于我们|网站地图|论坛首页|返回首页|设为首页|收藏本站"
    r"|加入收藏|立即注册|无障碍(?:阅读|浏览)?|长者(?:模式|版)|简体(?:中文)?"
    r"|繁[体體](?:中文)?)"
)
RUBRICS = (
    r"(?:(?:breaking )?news|local|world|national|international|politics|business|economy|finance|markets|sports?"
    r"|culture|arts?|lifestyle|life"
    r"|entertainment|travel|food|recipes|health|science|tech(?:nology)?|opinion|editorials?|features?|videos?"
    r"|photos?|pictures"
    r"|podcasts?|episodes|events?|jobs|weather|education|shop|store|donate|gallery|blog|projects|portfolio"
    r"|resources|categories"
    r"|topics|tags|latest|popular|trending|forums?|members?|faqs?|help|about|contact|english|comments?|top|more"
    r"|newsletters?"
    r"|privacy policy|cookie (?:policy|settings)|terms (?:of (?:use|service)|and conditions)|e-?paper|live|careers"
    r"|press|privacy|terms|status|advertise(?: with us)?|accessibility|corrections|feedback|uk|us|write|more menu"
    r"|open in app|services?|hosts?|shows"
    r"|新闻(?:中心)?|要闻|国内|国际|社会|财经|体育|娱乐|科技|教育|文化|军事|汽车|房产|旅游|健康|视频|图片|时政|评论"
    r"|更多|菜单|专题(?:专栏)?|滚动"
    r"|(?:政务|政府|信息|财政|重点领域)(?:公开|服务|信息公开)|办事(?:服务|大厅|指南)|互动交流|公众参与|政民互动"
    r"|走进[\u4e00-\u9fff]{2,6}|通知公告"
    r"|机构(?:设置|职能)|网上办事|数据(?:开放|发布)|[\u4e00-\u9fff]{2}概况|版块|帮助|标签|归档|关于|分类|友链|留言板?)"
)
DOOR, RUBRIC = (Phrase(pattern, "menu of the site") for pattern in (DOORS, RUBRICS))
HOME = r"(?:home ?page|home|front page|board index|forums?|(?:网站)?首页|主页|论坛)"
DOWN = r"\s*(?:[>›»→«‹]+|::|\\)\s*"
TRAIL = Phrase(rf"{HOME}(?:{DOWN}[^>›»→«‹.]{{1,60}})+", "menu of the site")
LEAF = Phrase(
    r"正文|内容|详情|[\u4e00-\u9fff]{0,4}(?:新闻|动态|公告|要闻)|article|details|current page", "menu of the site"
)

WHY = "menu of the site, before the article"
LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
CONTENTS = re.compile(r"table of contents", re.IGNORECASE)
COPYRIGHT = re.compile(
    r"(?:copyright|©|\(c\))(?:copyright|©|\(c\)|\d{4}|[-–,\s])*([^.,|]+?)(?:[.,|].*|\s*(?:版权所有"
    r"|all rights).*)?",
    re.IGNORECASE,
)
MASTHEAD = re.compile(
    r"\b(?:forums?|blog|news|times|daily|post|journal|gazette|weekly|magazine|podcast|online|radio|notes)\Z"
    r"|(?:网|论坛|日报|晚报|新闻|在线|博客|门户网站|人民政府|电视台)\Z",
    re.IGNORECASE,
)
SOURCE = re.compile(r"(?:source|来源|文章来源)\s*:\s*([^:]+)", re.IGNORECASE)


def is_row_of_links(line: str) -> bool:
    """A menu on one line: three short cells or more, most of them known, one of them a door of the site.

    >>> is_row_of_links("Home | Recipes | Travel"), is_row_of_links("Home | Away | Date")
    (True, False)
    """
    evened = evenly(line)
    if len(evened) > LONGEST or evened.endswith((".", "。", "!", "?")):
        return False
    barred = [cell.strip("[]() ") for cell in re.split(r"\s*[|·•»›]\s*|\s+[/-]\s+", evened)]
    cells = barred if len(barred) > 2 else evened.split()
    if len(barred) < 3 and len(cells) < 5:  # "Home Business News" is a title
        return False
    doors = sum(bool(find(cell, (DOOR,))) for cell in cells)
    known = doors + sum(bool(find(cell, (RUBRIC,))) for cell in cells)
    short = all(0 < len(cell.split()) <= 4 and len(cell) <= 30 for cell in cells)
    return short and doors > 0 and (3 * known >= 2 * len(cells) or (doors > 1 and 2 * known >= len(cells)))


def is_short_row(line: str) -> bool:
    """Two entries of a menu or more, with nothing but spaces between them, and a door first: a title could say it.

    >>> is_short_row("Home About Contact"), is_short_row("Home Improvement News")
    (True, False)
    """
    cells = evenly(line).split()
    known = all(find(cell, (DOOR, RUBRIC)) for cell in cells)
    return 1 < len(cells) < 12 and known and bool(find(cells[0], (DOOR,)))


def is_trail(line: str) -> bool:
    """Where the page stands in its site: from the front page down, over a rubric that sites have.

    >>> is_trail("Home > News > Harbour"), is_trail("Home > School > Park")
    (True, False)
    """
    evened = evenly(line)
    if not find(evened, (TRAIL,)):
        return False
    signed = re.search(r"[›»]|>>", evened)  # nobody types these between the stops of a bus
    return bool(signed) or any(find(cell, (DOOR, RUBRIC, LEAF)) for cell in re.split(DOWN, evened)[1:])


@dataclass(frozen=True, slots=True)
class Head:
    """The page down to its first sentence: where the links are, and what could be the title."""

    links: tuple[int, ...]  # the first run of lines that a menu would list
    doors: int  # how many of these only a menu would say
    between: tuple[int, ...]  # short lines between links: entries that nobody could know
    below: tuple[int, ...]  # headlines after the run


def without_menu(lines: Sequence[Line]) -> list[Line]:
    """The page without the menu before its title, if there is one.

    Two known entries make a menu if one of them is a door ("Home", "Log in"; two on a page without other furniture),
    and if a headline is left to be the title. One alone could be the title of a story: it goes if date or byline stand
    under the next headline, the page has other furniture, and the article never says the word. An entry that returns
    further down is a heading; this is its table of contents.
    """
    end = first_prose(lines)
    head = _head(lines, end)
    if end == len(lines) or not head.links or not _is_menu(lines, head, end):
        return list(lines)
    goes = set(head.links)
    if len(head.between) <= len(head.links) and any(lines[at].units > 4 for at in head.below):
        goes |= set(head.between)
    return [line.labelled(Kind.FURNITURE, WHY) if at in goes else line for at, line in enumerate(lines)]


def _head(lines: Sequence[Line], end: int) -> Head:
    names = _names_of_the_site(lines) | _masthead(lines, end)
    known = {at: _is_door(lines[at], names) for at in range(end) if _is_entry(lines[at], names)}
    if not known:
        return Head((), 0, (), ())
    first = last = min(known)
    for at in range(first, end):
        if at in known or lines[at].has(Kind.FURNITURE):
            last = at
        elif not (lines[at].has(Kind.DATE, Kind.BYLINE) or _is_label(lines[at])):
            break
    run = range(first, last + 1)
    dates = [at for at in run if lines[at].has(Kind.DATE, Kind.BYLINE)]
    headlines = [at for at in range(end) if at not in known and _is_headline(lines[at])]
    around = range(max(first - 1, 0), min(last + 2, end))
    return Head(
        links=tuple(at for at in run if at in known),
        doors=sum(known.get(at, False) for at in run) + sum(lines[at].has(Kind.FURNITURE) for at in around),
        between=tuple(at for at in headlines if at in run and at < min(dates, default=end)),
        below=tuple(at for at in headlines if at > last),
    )


def _names_of_the_site(lines: Sequence[Line]) -> frozenset[str]:
    """Whose the page is: the owner of its copyright, the paper that its source line names."""
    owners = [COPYRIGHT.fullmatch(line.text) for line in lines if line.has(Kind.FURNITURE)]
    found = owners + [SOURCE.fullmatch(line.text) for line in lines if line.has(Kind.BYLINE)]
    return frozenset(match[1].strip().casefold() for match in found if match)


def _masthead(lines: Sequence[Line], end: int) -> frozenset[str]:
    """The first line, if it ends as the names of sites do, stands on a menu, and leaves a headline to be the title."""
    if end < 3 or not MASTHEAD.search(lines[0].text) or lines[0].units > 6:
        return frozenset()
    on_menu = lines[1].has(Kind.FURNITURE) and lines[1].block.why.startswith("menu")
    titled = any(_is_headline(line) and line.units > 2 for line in lines[2:end])
    return frozenset({lines[0].text.casefold()} if on_menu and titled else ())


def _is_entry(line: Line, names: frozenset[str]) -> bool:
    known = find(line.text, (DOOR, RUBRIC, *CUTS_IN[:1])) or LINK.fullmatch(line.text) or line.text.casefold() in names
    return line.may_be_furniture and (bool(known) or is_short_row(line.text))


def _is_door(line: Line, names: frozenset[str]) -> bool:
    return bool(find(line.text, (DOOR,))) or line.text.casefold() in names or is_short_row(line.text)


def _is_label(line: Line) -> bool:
    return line.has(Kind.PARAGRAPH) and line.is_headline and line.units <= 4 and not line.ending


def _is_headline(line: Line) -> bool:
    return line.has(Kind.PARAGRAPH, Kind.HEADING) and line.is_headline


def _is_menu(lines: Sequence[Line], head: Head, end: int) -> bool:
    entries = {lines[at].text.casefold() for at in head.links}
    later = {line.text.casefold() for line in lines[end:]}
    if entries & later or (len(entries) > 1 and any(CONTENTS.fullmatch(entry) for entry in entries)):
        return False
    if len(entries) == 1:
        return _is_menu_of_one(lines, head, end)
    furnished = any(line.has(Kind.FURNITURE) for line in lines)
    return head.doors > (0 if furnished else 1) and (bool(head.below) or len(entries) > 3)


def _is_menu_of_one(lines: Sequence[Line], head: Head, end: int) -> bool:
    [entry] = {lines[at].text.casefold() for at in head.links}
    said = any(entry in line.text.casefold() for line in lines[end:] if line.is_article)
    titled = any(lines[at].units >= 3 for at in head.below)
    signed = any(line.has(Kind.DATE, Kind.BYLINE) for line in lines[head.links[-1] + 1 : end])
    furnished = any(line.has(Kind.FURNITURE) for line in lines)
    listed = head.links[0] > 0 and lines[head.links[0] - 1].has(Kind.FURNITURE)
    return not said and titled and furnished and (signed or listed or head.doors > 1)
