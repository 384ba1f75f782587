"""The phrases that stand around articles: share buttons, comment boxes, footers, lists of other articles.

Each tuple says how much a phrase proves by itself; what must stand around it, `surroundings` decides.
"""

from postedit.phrases import Phrase

COUNTED = (
    r"(?:reads?|reading|views?|hits|clicks?|comments?|repl(?:y|ies)|responses?|likes?|favou?rites?|shares?|reposts?"
    r"|forward(?:ed)?|downloads?|plays|阅读|浏览|点击|评论|回复|点赞|收藏|转发|分享|访问|人气|查看|播放|下载)(?:量|数|次数)?"
)
NUMBER = r"\d[\d,.]*\s?[kw万次条]?\+?"
COUNT = rf"(?:{COUNTED}\s*:?\s*\(?\s*{NUMBER}\)?|{NUMBER}\s*{COUNTED})"
COUNTS = rf"{COUNT}(?:[\s|/·,]*{COUNT}){{0,5}}"
SITE = (
    r"(?:facebook|twitter|x|linkedin|wechat|weixin|(?:sina )?weibo|e-?mail|print|pinterest|whatsapp|reddit|tumblr|qq"
    r"|qzone|qq space|telegram|instagram|youtube|tiktok|threads|mastodon|bluesky|spotify|apple podcasts"
    r"|google podcasts|overcast|rss|copy(?: the)? link|moments|tweet|pin it|微信(?:好友)?|(?:新浪|腾讯)?微博|朋友圈"
    r"|QQ(?:空间|好友)?|人人网|豆瓣|知乎|抖音|头条|复制链接)"
)
SITES = rf"{SITE}(?:(?:[\s,|/·]+|,? and ){SITE})*"
SHARE = (
    r"(?:share(?: (?:this|it|on|to|with|via|by|full))?(?: (?:article|post|page|story|episode))?(?: (?:on|to|via"
    r"|with))?"
    r"|分享[到至]?|一键分享|转发[到至])"
)
BUTTON = (
    rf"(?:{SITE}|share|comments?|tags|home|menu|search|login|log in|sign in|sign up|register|subscribe|newsletter"
    r"|categories|archives?|blog archive|about me|top|favou?rites?|分享[到至]?|评论|首页|菜单|搜索|登录|注册|打印|收藏"
    r"|点赞|在看|赞|标签|关闭|阅读|举报|导航|更多|转发|关注)"
)
PLACE = r"(?:(?:your|current) (?:location|position)|you are here|您?的?(?:现在的?|当前的?|所在的?)*位置)(?:是)?\s*:\s*"
SIZES = r"(?:\[?(?:extra large|large|big|medium|small|larger|smaller|a[+-]?|超大|特大|大|中|小)\]?[\s|/]*)"
CONTROL = (
    rf"(?:[\[【]?(?:(?:print(?:er[- ]friendly)?|e-?mail|打印|收藏|关闭|复制|纠错)(?: ?(?:(?:this )?(?:page|article"
    rf"|version)"
    rf"|本页|本文|此页|页面))?|(?:close|关闭) ?(?:this )?(?:window|窗口)|(?:font|text) size\s*:?\s*{SIZES}*"
    rf"|(?:字号|字体)(?:大小)?\s*:?\s*{SIZES}*)[\]】]?)"
)

AFTER_COMMENTS = "teaser of another post after the comment box"
OTHER_ARTICLES = "list of other articles at the end of the page"

# Nobody writes these in an article: one is enough, wherever it stands.
CERTAIN = (
    Phrase(
        r"no comments?:|(?:\d+|one) thoughts? on [“\"].{1,120}[”\"]|(?:name|e-?mail|comment|website"
        r"|message)(?: address)? ?\*"
        r"|notify me (?:of|about) .{4,60} (?:by|via) e-?mail\.?|no comments yet[.:]?|\d+ (?:comments|responses"
        r"|replies):"
        r"|be the first to (?:leave a )?comment[.!]?|(?:\d+ )?(?:comments?|responses?) (?:on|to) [“\"].{1,120}[”\"]"
        r"|comments are (?:now )?(?:closed|disabled)(?: for this (?:post|article))?\.?"
        r"|you must be logged in to (?:post a )?comment\.?|cancel reply"
        r"|log ?in to (?:post a )?(?:comment|reply)|your email address will not be published\.?"
        r"(?: required fields are marked \*)?|save my name, email,? and website in this browser.{0,50}"
        r"|(?:暂无|还没有)评论.{0,12}|您(?:需要|还没有)先?登录后?才?(?:可以|能)(?:回帖|回复|评论|发帖|下载"
        r"|查看).{0,30}|(?:请先)?登录后?(?:才能|可以?"
        r"|再)?发?表?评论|文明上网[,,]?(?:请)?理性发言[。.]?",
        "comment box of the blog",
        AFTER_COMMENTS,
    ),
    Phrase(rf"{COUNT}(?:[\s|/·,]*{COUNT}){{1,5}}|{COUNTED}\s*\(\s*{NUMBER}\)", "counts of readers and comments"),
    Phrase(
        rf"click to (?:share|e-?mail|print)\b[^.]{{0,50}}\((?:opens|opens in) .{{4,20}}\)|click to share on {SITE}"
        rf"|{SHARE} ?(?:this|到|至):|(?:share this|分享到|分享至):?|{SHARE}\s*:?\s*{SITES}"
        rf"|{SITE}(?:[\s|/·]+{SITE}){{2,}}|(?:email this|blogthis!|share to {SITE}|\s)+"
        rf"|{BUTTON}(?:[\s|/·]+{BUTTON}){{2,}}",
        "share buttons",
    ),
    Phrase(
        r"posted (?:by [^.]{1,40} )?(?:at|on) [^.]{0,30}\d{1,2}:\d{2}(?:\s?[ap]\.?m\.?)?|view my complete profile"
        r"|subscribe to: (?:post comments|posts) \(atom\)"
        r"|(?:.{0,40}\btheme\. )?(?:proudly )?powered by (?:blogger|wordpress|discuz|hexo|ghost|phpbb|substack"
        r"|vbulletin|mailchimp)"
        r"[!®]?.{0,40}|(?:printable|printer[- ]friendly|print) (?:view|version|page)"
        r"|(?:view )?full version\s*:.{2,120}|show \d+ posts?\b.{0,50}|view (?:this )?(?:thread|topic)\b.{0,40}"
        r"|(?:go|jump) to page\b.{0,20}|reply with quote|查看完整版本\s*:.{2,80}|欢迎光临[^。]{0,30}\(https?://.*"
        r"|(?:newer"
        r"|older) posts?(?:\s+(?:home|newer posts?|older posts?))*|home\s+older posts?"
        r"|view (?:web|mobile) version|(?:post(?:ed)? )?by [^.]{1,40} » [^.]{6,40}"
        r"|\d+ posts? [•|·,-] page \d+ of \d+|users browsing this forum: .{4,80}|theme(?: images)? by [^.]{2,40}\.?"
        r"|design(?:ed)? by [^.]{2,30} theme[s.]{0,2}",
        "footer of the blog",
    ),
    Phrase(
        r"[上下前后]一[篇条](?:文章)?(?:\s*:[^。]{0,80})?"
        r"|(?:previous|prev|next|last) (?:post|article|entry|episode|topic)\s*[:>»→][^.]{1,120}",
        "link to the post before or after",
    ),
    Phrase(
        r"(?:copyright\s?)?©.{0,140}|copyright\s?\(c\)[^.]{0,80}(?:\. all rights reserved)?\.?"
        r"|\(c\)\s?\d{4}[^.]{0,60}(?:\. all rights reserved)?\.?"
        r"|copyright \d{4}(?: ?[-–] ?\d{4})?[^.]{0,60}[.,]? all rights reserved\.?"
        r"|all rights reserved[.!]?|版权所有[^。]{0,60}。?|版权声明:[^。]{0,80}。?"
        r"|.{0,30}[\u4e00-\u9fff]ICP[备证][^。]{0,60}|.{0,12}公网安备[^。]{0,40}|网站标识码\s*:.{4,40}",
        "copyright line of the site",
    ),
    Phrase(
        rf"{PLACE}[^>›»→.]{{1,40}}(?:[>›»→]+[^>›»→.]{{1,60}})*|(?:skip|jump) to (?:the )?(?:main )?(?:content"
        rf"|navigation"
        r"|recipe|video|comments)|toggle (?:navigation|menu|sidebar)",
        "menu of the site",
    ),
    Phrase(
        r"[-–—]\s*\d{1,4}\s*[-–—]|(?:\(?page )\d+ (?:of|/) ?\d+\)?|第 ?\d+ ?页[,/ ]*(?:共 ?\d+ ?页)?"
        r"|(?:\[?\d+\]? ){2,}(?:next(?: page)?|下一页)[ >»]*",
        "page number",
    ),
    Phrase(
        r"(?:advertisement[\s.:—-]*)?(?:continue reading the main story|scroll (?:down )?to continue(?: reading)?"
        r"|(?:story|article) continues below(?: (?:this )?ad(?:vertisement)?)?)"
        r"|advertisement[\s.:—-]+continue reading|skip ad(?:vertisement)?",
        "advertisement",
    ),
    Phrase(
        r"(?:微信)?(?:扫码|扫一扫|扫描|长按|识别)[^。]{0,20}(?:关注|公众号|打开当前页|手机(?:浏览|阅读"
        r"|查看))[^。]{0,12}"
        r"|(?:点击|轻触|戳)(?:(?:上方|下方|上面|下面|左下角|右上角|标题)[^。]{0,20}(?:关注|订阅|蓝字|阅读原文|名片)"
        r"|蓝字|名片)[^。]{0,12}"
        r"|scan [^.]{0,20}code [^.]{0,10}follow [^.]{0,30}|tap (?:the )?blue (?:text"
        r"|name)[^.]{0,20} follow [^.]{0,20}",
        "invitation to follow the site",
    ),
    Phrase(
        r"view (?:this (?:e-?mail|message|newsletter) |it )?(?:online|in (?:your|a|the) (?:web )?browser)\.?"
        r"|(?:having )?trouble (?:viewing|reading) this (?:e-?mail|message|newsletter)\?.{0,60}"
        r"|no images\? click here\.?|was this (?:e-?mail )?forwarded to you\?.{0,40}"
        r"|want to change how you receive these e-?mails\?|you can (?:(?:also )?(?:update your preferences"
        r"|unsubscribe)).{0,60}|our (?:mailing|postal) address is:|(?:no spam[.,!]? ?.{0,40})?(?:you (?:can"
        r"|may) )?unsubscribe (?:at )?any ?time.{0,20}|sent from my (?:iphone|ipad|phone)"
        r"|forward (?:this (?:e-?mail|message|newsletter) )?to a friend"
        r"|you(?: are|['’]re)? (?:receiv(?:ed|ing)) this (?:e-?mail|message|newsletter) because.{0,160}"
        r"|(?:unsubscribe|manage|update|change)(?: your)?(?: (?:e-?mail|subscription))?(?: preferences)?(?:[\s|·/]+"
        r"(?:unsubscribe|preferences|(?:update|manage)(?: your)?(?: \w+)? preferences|view in browser|privacy policy"
        r"|forward to a friend)){1,4}",
        "footer of the newsletter",
    ),
    Phrase(
        rf"{CONTROL}(?:[\s|/]*{CONTROL})+|(?:收录于|已收录于)?(?:合集|专辑)\s*#.{{1,30}}|打开[^。]{{0,10}}(?:APP"
        rf"|客户端)[,，]?(?:阅读"
        rf"|查看|看)[^。]{{0,10}}|视力保护色?\s*:?.{{0,16}}|大\s*[|/]?\s*中\s*[|/]?\s*小|小\s*[|/]?\s*中\s*[|/]?\s*大"
        rf"|archiver\s*\|.{{0,60}}|GMT ?[+-] ?\d{{1,2}},? \d{{4}}-.{{0,30}}|返回(?:顶部|首页|列表|目录)|(?:打印"
        rf"|关闭)(?:本页|窗口)"
        r"|(?:read more|continue reading|read the full article)\s*[»>→]+|(?:阅读|查看|展开|点击阅读)(?:全文"
        r"|原文)[\s>»]*"
        rf"|(?:(?:font|text) size|字号|字体)\s*:?\s*{SIZES}{{2,}}|\d+[- ]min(?:ute)?s? (?:read|listen)"
        rf"|0?0:00\s*/\s*(?:\d+:)?\d{{1,2}}:\d\d"
        r"|(?:log ?in|sign in) ?[|/] ?(?:register|sign up)|登录 ?[|/] ?注册|print view|(?:print|pin|save|rate)(?: the"
        r"| this)? recipe|all times are (?:utc|gmt).{0,40}",
        "control of the page",
    ),
)

OTHERS = Phrase(
    r"(?:(?:related|recommended|similar|popular|trending|featured|more) (?:articles?|posts?|stories|reads?|videos)"
    r"|you (?:may|might) (?:also )?(?:like|enjoy|be interested in)\s*[:.]*|recommended for you|guess you like"
    r"|(?:more|other|latest|recent) (?:posts|articles)|what to read next|most (?:read|popular|viewed|shared))\s*:?"
    r"|相关(?:阅读|文章|推荐):?|热门(?:文章|推荐)|(?:最新|近期|往期|精彩|随机)(?:文章|推荐|回顾|精选)|猜你(?:喜欢"
    r"|感兴趣)"
    r"|大家都在看|为(?:您|你)推荐|点击排行|(?:阅读|新闻)排行榜?",
    "heads a list of other articles",
    OTHER_ARTICLES,
)

# These could be the heading of a section or the last words of one: they need furniture on the page, or each other.
LIKELY = (
    Phrase(
        r"(?:post|leave|write|add|submit) (?:a|your) (?:comment|reply|response)[:!]?|(?:show|view|load)(?: all"
        r"| more)? comments"
        r"|join the (?:conversation|discussion)|发表(?:评论|回复|留言)|我要(?:评论|留言)|(?:写|我来说)(?:评论|两句)"
        r"|评论区"
        r"|(?:网友|全部|精选|最新)(?:评论|留言)|\d+ comments?",
        "comment box of the blog",
        AFTER_COMMENTS,
    ),
    OTHERS,
    Phrase(r"(?:labels|tags|tagged(?: with)?|标签)\s*:\s*[^.。]{1,100}", "labels of the post"),
    Phrase(r"(?:share|分享|reactions):|share (?:this|the) (?:article|post|page|story|episode):?", "share buttons"),
    Phrase(
        rf"(?:follow|find|join|like) (?:us|me|@?\w+) on {SITES}[^.]{{0,40}}|(?:listen|subscribe"
        rf"|watch)(?: now)? (?:on|via|in)"
        rf" {SITES}|(?:subscribe to|sign up (?:for|to)|get) (?:our|the) (?:\w+ )?newsletter|subscribe (?:now"
        rf"|by e-?mail|via rss)"
        r"|join [\d,]+ (?:other )?(?:subscribers|followers)|enter your e-?mail(?: address)?(?: to [^.]{3,60})?[.:]?"
        r"|(?:点个|点一下|点亮|记得点)[^。]{0,8}(?:在看|赞|收藏|关注|星标)[^。]{0,24}|欢迎(?:关注|订阅|转发|分享"
        r"|留言|点赞)[^。]{0,30}|请(?:关注"
        r"|订阅)[^。]{2,30}|(?:觉得|喜欢)[^。]{0,20}(?:点赞|在看|转发|分享|关注)[^。]{0,12}|(?:投稿|商务合作"
        r"|转载)[^。]{0,6}(?:邮箱|微信|电话"
        r"|联系)\s*:[^。]{2,40}|关注公众号",
        "invitation to follow the site",
    ),
    Phrase(
        r"click (?:here )?(?:to|for) (?:read|view|see|visit|download|subscribe|unsubscribe|join|the"
        r"|more)[^.]{0,60}\.?|(?:read|view|see) (?:the )?(?:original|full|complete|source)(?: (?:article|post|story"
        r"|text))?"
        r"(?: here)?|(?:original|source|article|permanent) (?:link|url|address)\s*:\s*\S+|permalink|(?:原文"
        r"|本文)(?:链接"
        r"|地址)"
        r"\s*:\s*\S+|back to (?:the )?top|back to (?:home|list|index)|(?:estimated )?reading time\s*:? ?[^.]{3,20}"
        r"|listen to this (?:article|episode|story).{0,16}",
        "control of the page",
    ),
)

# Authors say these, too: they need true furniture on the page.
WEAK = (
    Phrase(
        r"(?:related|recommended|similar|popular|recent|more|other|latest|trending|featured) (?:news|reading|links"
        r"|recommendations|content|topics|headlines|stories)\s*:?|editors?['’]?s?['’]? picks?:?|read (?:this )?next"
        r"|related"
        r"|more (?:stories )?from (?!the |a |an |my |his |her )[^.,:?!]{2,40}|相关(?:新闻|链接|报道|内容|信息):?"
        r"|推荐(?:阅读|文章|内容):?|延伸阅读:?|(?:热门|最新|热点|图片|推荐|焦点)(?:新闻|评论|图片)|top stories"
        r"|more on this(?: story)?"
        r"|elsewhere on (?:the|this) site"
        r"|大家都在搜|更多(?:新闻|文章|精彩)(?:内容)?",
        "heads a list of other articles",
        OTHER_ARTICLES,
    ),
    Phrase(
        r"(?:categor(?:y|ies)|关键词|分类)\s*:\s*[^.。]{1,100}|tagged (?:with |in )?[^.:]{2,100}", "labels of the post"
    ),
    Phrase(COUNT, "count of readers"),
    Phrase(
        r"(?:previous|prev|next) (?:post|article|page|entry|episode|topic)s?|上一页|下一页|post navigation"
        r"|[←‹][^→›]{2,100}"
        r"|[^←‹]{2,100}[→›]|return to [“\"].{2,50}[”\"]|who is online|(?:post|quick) reply"
        r"|new topic",
        "link to what comes next",
    ),
    Phrase(
        r"privacy policy|cookie (?:policy|settings)|terms (?:of (?:use|service)|(?:and|&) conditions)|site ?map"
        r"|网站地图"
        r"|隐私(?:政策|声明)|使用条款|友情链接.{0,60}|(?:版权|免责|法律)(?:[和与及](?:版权|免责))?[声申]明|(?:主办"
        r"|承办|主管"
        r"|技术支持)(?:单位)?\s*:\s*[^。]{2,40}",
        "footer of the site",
    ),
)

# Buttons: beside furniture only.
BUTTONS = (
    Phrase(
        rf"{SITE}(?:[\s|/·]+{SITE})*|(?:share|print|save|打印|分享|收藏|点赞|在看|赞|纠错)(?: (?:this|article|page))?"
        r"|subscribe(?: now)?"
        rf"|sign (?:up|in)|log in|(?:page|about) sharing|share page|follow(?:ing)?|listen(?: now)?|published"
        rf"|open in app|get the app|add comment|评分|快速回复|换一换|(?:junior|senior|new|registered|veteran) (?:member"
        rf"|user)|moderator|administrator|guest|thread starter|offline|embed|pause|\d(?:\.\d+)?x|-?0?0:00"
        rf"|learn more|find out more|more options|(?:cookie|privacy) settings|(?:manage|customi[sz]e)(?: cookies"
        rf"| preferences| options| settings)?|we (?:value|care about|respect) your privacy"
        rf"|your privacy(?: matters)?|(?:your )?e-?mail(?: address)?|我要纠错|下载(?:APP|客户端)|关注|举报[/ ]反馈"
        rf"|discussion about this post|restacks?|ready for more\?|(?:like )?loading[.…]*|like this:|search for:|原创"
        rf"|(?:(?:updated|published|posted) )?\d+ (?:minutes?|hours?|days?) ago|\d+ ?(?:分钟|小时|天)前"
        r"|(?:i )?(?:accept|agree|reject|allow|decline)(?: all)?(?: cookies)?|got it!?|(?:load|show|see"
        r"|view) more[.…]*|加载更多"
        r"|(?:posted|filed|published) (?:in|under):? [^.]{2,60}|[-—–~·\s]*(?:the )?(?:end|完|全文完)[-—–~·\s]*"
        r"|(?:reply|quote|report|回复|引用|举报|只看该作者|[倒正]序浏览|楼主|\d+ ?楼)(?:[\s|/]+(?:reply|quote|report"
        r"|回复|引用|举报|[倒正]序浏览))*"
        r"|(?:posts|messages|joined|threads|帖子|积分|注册时间|location|registered|member since|reputation"
        r"|来自)\s*:\s*[^.。]{1,24}"
        r"|(?:a[+-]?[\s|]*){2,}|(?:play|download)(?: (?:episode|mp3|audio|now))?",
        "button of the page",
    ),
)
