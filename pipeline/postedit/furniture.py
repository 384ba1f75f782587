"""The phrases that stand around articles: share buttons, comment boxes, menus, lists of other articles.

A phrase is the whole of its line or it is nothing: "No comments were made." is prose. Case, full-width forms and runs
of white space are evened out before a line is looked up.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

COUNTED = (
    r"(?:reads?|reading|views?|hits|clicks?|comments?|likes?|favou?rites?|reposts?|forwards?"
    r"|阅读|浏览|点击|评论|点赞|收藏|转发|分享|访问|人气)(?:量|数|次数)?"
)
NUMBER = r"\d[\d,.]*\s?[kw万次条]?"
COUNT = rf"(?:{COUNTED}\s*:?\s*\(?\s*{NUMBER}\)?|{NUMBER}\s*{COUNTED})"
SITE = (
    r"(?:facebook|twitter|x|linkedin|wechat|weixin|(?:sina )?weibo|e-?mail|print|pinterest|whatsapp|reddit|tumblr|qq"
    r"|qzone|qq space|telegram|copy link|moments|tweet|pin it|微信|(?:新浪|腾讯)?微博|朋友圈|QQ空间|QQ|人人网|复制链接)"
)
SHARE = r"(?:share(?: (?:this|it|on|to|with|via))?(?: (?:article|post|page|story))?|分享[到至]?|一键分享|转发[到至])"
BUTTON = (
    rf"(?:{SITE}|share|comments?|tags|home|menu|search|login|log in|sign in|sign up|register|subscribe|newsletter"
    r"|categories|archives?|blog archive|about me|top|favou?rites?|分享[到至]?|评论|首页|菜单|搜索|登录|注册|打印|收藏"
    r"|点赞|在看|标签|关闭|阅读|举报|导航|更多)"
)
HOME = r"(?:home ?page|home|front page|首页|主页)"
PLACE = r"(?:(?:your|current) (?:location|position)|you are here|您?的?(?:现在的|当前)?位置)\s*:\s*"


# The longest line that any pattern means is a copyright line of 160; paragraphs need not be looked at.
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a line says, why that is furniture, and what the lines after it are, if it closes the article."""

    pattern: str
    why: str
    then: str = ""


AFTER_COMMENTS = "teaser of another post after the comment box"
OTHER_ARTICLES = "list of other articles at the end of the page"

# Nobody writes these in an article: one is enough, wherever it stands.
CERTAIN = (
    Phrase(
        r"no comments?:|no comments yet[.:]?|\d+ (?:comments|responses|replies):"
        r"|be the first to (?:leave a )?comment[.!]?"
        r"|comments are (?:closed|disabled)\.?|you must be logged in to (?:post a )?comment\.?|cancel reply"
        r"|log ?in to (?:post a )?comment|your email address will not be published\.?"
        r"(?: required fields are marked \*)?"
        r"|(?:暂无|还没有)评论|登录后?(?:才能|可以?)?发?表?评论|文明上网[,,]?理性发言[。.]?",
        "comment box of the blog",
        AFTER_COMMENTS,
    ),
    Phrase(rf"{COUNT}(?:[\s|/·,]*{COUNT}){{1,5}}|{COUNTED}\s*\(\s*{NUMBER}\)", "counts of readers and comments"),
    Phrase(
        rf"{SHARE} ?(?:this|到|至):|(?:share this|分享到|分享至):?|{SHARE}\s*:?\s*{SITE}(?:[\s,|/·]*{SITE})*"
        rf"|{SITE}(?:[\s,|/·]+{SITE}){{2,}}|(?:email this|blogthis!|share to {SITE}|\s)+"
        rf"|{BUTTON}(?:[\s|/·]+{BUTTON}){{2,}}",
        "share buttons",
    ),
    Phrase(
        r"posted (?:by [^.]{1,40} )?(?:at|on) [^.]{0,30}\d{1,2}:\d{2}(?:\s?[ap]\.?m\.?)?|view my complete profile"
        r"|subscribe to: (?:post comments|posts) \(atom\)"
        r"|(?:proudly )?powered by (?:blogger|wordpress|discuz|hexo|ghost)"
        r"!?[.!]?|(?:newer|older) posts?(?:\s+(?:home|newer posts?|older posts?))*|home\s+older posts?"
        r"|view (?:web|mobile) version",
        "footer of the blog",
    ),
    Phrase(
        r"[上下前后]一[篇条](?:文章)?(?:\s*:[^。]{0,80})?"
        r"|(?:previous|prev|next|last) (?:post|article|entry)\s*[:>»→][^.]{1,120}",
        "link to the post before or after",
    ),
    Phrase(
        r"copyright\s?(?:©|\(c\))[^.]{0,80}(?:\. all rights reserved)?\.?|©[^.]{0,80}(?:\. all rights reserved)?\.?"
        r"|\(c\)\s?\d{4}[^.]{0,60}(?:\. all rights reserved)?\.?|copyright \d{4}[^.]{0,60}\. all rights reserved\.?"
        r"|all rights reserved[.!]?|版权所有[^。]{0,60}。?|版权声明:[^。]{0,80}。?|[\u4e00-\u9fff]ICP[备证][^。]{0,40}",
        "copyright line of the site",
    ),
    Phrase(
        rf"(?:{PLACE})?{HOME}\s*(?:[>›»→]+[^>›»→.]{{1,60}})+|{PLACE}[^>›»→.]{{1,40}}(?:[>›»→]+[^>›»→.]{{1,60}})+"
        rf"|{HOME}(?:\s*\|\s*[^|.]{{1,30}}){{2,}}|skip to (?:main )?content",
        "menu of the site",
    ),
    Phrase(
        r"[-–—]\s*\d{1,4}\s*[-–—]|page \d+ (?:of|/) ?\d+|第 ?\d+ ?页[,/ ]*(?:共 ?\d+ ?页)?"
        r"|(?:\[?\d+\]? ){2,}(?:next(?: page)?|下一页)[ >»]*",
        "page number",
    ),
    Phrase(
        r"(?:advertisement[\s.:—-]*)?(?:continue reading the main story"
        r"|(?:story|article) continues below(?: advertisement)?)"
        r"|advertisement[\s.:—-]+continue reading",
        "advertisement",
    ),
    Phrase(
        r"(?:扫码|扫一扫|扫描|长按)[^。]{0,20}(?:关注|公众号)[^。]{0,12}"
        r"|scan [^.]{0,20}code [^.]{0,10}follow [^.]{0,30}",
        "invitation to follow the site",
    ),
    Phrase(
        r"\[?(?:print|打印)(?: this page|本页)?\]?[\s|]*\[?(?:close|关闭)(?: (?:this )?window|窗口)?\]?"
        r"|返回(?:顶部|首页|列表)"
        r"|(?:read more|continue reading|read the full article)\s*[»>→]+|(?:阅读|查看|展开)(?:全文|原文)[\s>»]*"
        r"|(?:font size|字号|字体)\s*:?\s*(?:\[?(?:large|big|medium|small|大|中|小)\]?[\s|]*){2,}"
        r"|(?:log ?in|sign in) ?[|/] ?(?:register|sign up)|登录 ?[|/] ?注册",
        "control of the page",
    ),
)

# These could be the heading of a section: they need a neighbour that is furniture, or only short lines after them.
LIKELY = (
    Phrase(
        r"(?:post|leave|write|add) a (?:comment|reply)[:!]?|leave your comment"
        r"|发表评论|我要评论|评论区|(?:网友|全部)评论"
        r"|\d+ comments?",
        "comment box of the blog",
        AFTER_COMMENTS,
    ),
    Phrase(
        r"(?:related|recommended|similar|popular|recent|more|other) (?:articles?|posts?|news|reading|stories|links"
        r"|recommendations|content|topics)\s*:?|you (?:may|might) also (?:like|enjoy|be interested in)\s*[:.]*"
        r"|recommended for you|guess you like|相关(?:阅读|文章|新闻|推荐|链接|报道):?|推荐(?:阅读|文章):?|延伸阅读:?"
        r"|热门(?:文章|推荐|评论)|最新(?:文章|评论)|猜你喜欢|更多(?:新闻|文章|精彩)|大家都在看|为您推荐",
        "heads a list of other articles",
        OTHER_ARTICLES,
    ),
    Phrase(r"(?:labels|tags|标签)\s*:[^.。]{0,100}", "labels of the post"),
    Phrase(rf"share:|share (?:this|the) (?:article|post|page|story):?|{COUNTED}\s*:?\s*{NUMBER}", "share buttons"),
    Phrase(r"(?:previous|prev|next) (?:post|article|page|entry)s?|上一页|下一页", "link to the post before or after"),
    Phrase(
        rf"follow us(?: on {SITE}[^.]{{0,40}})?|关注(?:我们|公众号)|扫一?扫码?|subscribe to (?:our|the) newsletter"
        r"|sign up (?:for|to) (?:our|the) newsletter",
        "invitation to follow the site",
    ),
    Phrase(r"back to (?:the )?top|back to (?:home|list)", "control of the page"),
)

# These are words: only beside furniture.
BESIDE = (Phrase(rf"{BUTTON}(?:[\s|/·]+{BUTTON})*\s*:?|(?:read |load )?more[.:]*|加载更多", "button of the page"),)
ADVERTISEMENT = (Phrase(r"advertisements?|sponsored content|广告", "advertisement"),)


def find(line: str, phrases: Sequence[Phrase]) -> Phrase | None:
    """The phrase that a line is, if it is one.

    >>> find("Read (1234)  Comments (56)", CERTAIN).why
    'counts of readers and comments'
    >>> find("No comments were made by the minister.", CERTAIN)
    """
    evened = evenly(line)
    if len(evened) > LONGEST:
        return None
    return next((phrase for phrase in phrases if re.fullmatch(phrase.pattern, evened, re.IGNORECASE)), None)


def evenly(line: str) -> str:
    """A line without what differs from page to page: full-width forms, runs of white space, brackets around it all.

    >>> evenly("【分享到：  微信】")
    '分享到: 微信'
    """
    return " ".join(unicodedata.normalize("NFKC", line).split()).strip("【】").strip()
