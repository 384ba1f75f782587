"""What breaks into an article or speaks beside it: advertisements, links to other articles, notices in sentences."""

from postedit.furniture import OTHERS
from postedit.phrases import Phrase

ANOTHER = Phrase(
    r"(?:read (?:more|also|next)|also read|related(?: articles?| stor(?:y|ies))?|more on this(?: story)?"
    r"|recommended"
    r"|相关(?:阅读|新闻|报道|链接)|延伸阅读|推荐阅读)\s*:\s*[^.。]{3,120}",
    "link to another article",
)

# One of these cuts an article in two; it is its heading if the article speaks of such things.
CUTS_IN = (
    Phrase(
        r"advertisements?|adverts?|ads?|sponsored(?: content| links?)?|promoted(?: content)?|paid content"
        r"|(?:sponsored|presented|brought to you) by [^.]{2,40}|广告",
        "advertisement", topic="advert|sponsor|promot|paid|广告"
    ),
    ANOTHER,
    OTHERS,
)  # fmt: skip

# The site speaks to its reader, in sentences. It needs another piece of furniture on the page, at the article's edge.
SITE_SPEAKS = (
    Phrase(
        r"(?=.*cookie)(?=.*(?:experience|traffic|personali|analy|preferences|consent|agree|accept|traffic|体验|同意))"
        r"(?:we |this |our |by |please |to |本网?站|我们|继续).{10,}",
        "cookie notice", topic="cookie|privacy|隐私"
    ),
    Phrase(
        r"(?:please )?(?:subscribe|sign up|join|get|enter your e-?mail|don['’]t miss|never miss|receive"
        r"|thanks? (?:you )?for"
        r" (?:reading|subscribing))\b.{0,140}(?:newsletter|inbox|mailing list|subscrib\w+|by e-?mail"
        r"|e-?mail (?:address|updates|alerts))"
        r".{0,60}|(?:stay|want|keep|be the first|like|love|interested|read)\b.{0,80}\b(?:our|free|weekly"
        r"|daily) (?:\w+ )?newsletter\b.{0,60}|(?:did you |if you )?(?:enjoy|like|lov)e?d? (?:this|what you|our"
        r"|the) .{0,60}"
        r"(?:share|subscribe|review|coffee|rate us|follow).{0,80}",
        "invitation to subscribe", topic="newsletter|subscri|mailing list|inbox"
    ),
    Phrase(
        r"(?=.*(?:reproduc|reprint|infring|copyright|not (?:necessarily )?(?:represent|reflect)|for reference only"
        r"|liab"
        r"|转载|侵权|版权|仅供参考|不代表|不承担|法律责任|仅提供))(?:\W{0,2}(?:(?:special )?(?:disclaimer|statement"
        r"|copyright (?:notice|statement)|note)|免责声明|(?:特别|郑重|版权|本站)?(?:声明|说明|提示))\W{0,2}\s*:).{10,}"
        r"|(?:if|in case|should)\b.{0,90}(?:infring|copyright).{0,70}(?:contact|notify|inform|e-?mail) (?:us|me"
        r"|this site"
        r"|the (?:web ?site|webmaster|editors?|administrator)).{0,90}"
        r"|.{4,90}\b(?:does|do) not (?:necessarily )?(?:represent|reflect|constitute)\b.{4,70}\b(?:this|our"
        r"|the) (?:web)?"
        r"(?:site|platform|blog|publication|account|(?:news)?paper|magazine|publisher|editors|company)\b.{0,60}"
        r"|(?:the )?(?:views|opinions)(?: and opinions)? expressed .{0,60}(?:are|do|belong)\b.{4,140}|(?:this"
        r"|the) article (?:is|was) (?:reproduced|reprinted|transferred|taken|forwarded) from.{4,140}|(?:this"
        r"|our) (?:web ?)?site (?:is not|assumes no|bears no|does not|only|has no)\b.{4,140}|(?:if|in case"
        r"|should)\b.{0,60}infring.{0,60}(?:delet|remov).{0,40}"
        r"|凡(?:本网|本站|注明)[^。]{8,}。?.{0,80}|.{0,60}[如若].{0,20}侵权.{0,30}(?:联系|告知|通知|致电"
        r"|删除).{0,40}|(?:本文|文章|以上|图片|内容"
        r"|部分)[^。]{0,24}"
        r"(?:不代表|仅代表作者|来源于?网络|转载自网络|仅供参考)[^。]{0,60}。?.{0,60}"
        r"|.{0,10}(?:未经[^。]{0,12}(?:授权|许可|允许|同意)[^。]{0,8}(?:转载|复制"
        r"|摘编|镜像)|转载请"
        r"(?:注明|联系|保留)|谢绝转载)[^。]{0,50}。?",
        "disclaimer of the site", topic="infring|disclaim|copyright|侵权|版权|免责|转载"
    ),
    Phrase(
        r"(?:this|our|some of the) .{0,40}\b(?:affiliate (?:links?|program)|sponsored (?:posts?|content"
        r"|links?))\b.{0,120}|as an amazon associate.{0,60}"
        r"|(?:if you buy .{0,60})?we may (?:earn|receive|get) .{0,30}commission.{0,60}"
        r"|(?:this|no part of|all) .{0,40}\b(?:material|content|article"
        r"|site)s?\b.{0,30}\bmay (?:not )?be (?:published|reproduced|copied|reprinted)\b.{4,120}"
        r"|(?:please )?enable javascript.{0,80}|your browser (?:does not|doesn['’]t) support.{0,80}|您的浏览器.{4,40}",
        "notice of the site", topic="affiliate|commission|reproduc|reprint|browser|javascript|浏览器"
    ),
)  # fmt: skip
