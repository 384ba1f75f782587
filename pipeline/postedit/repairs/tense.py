"""A repair of tense: Chinese verbs have none, so a machine puts what was announced long ago in the future."""

import re

from postedit.repairs.words import word_set

_PAIRS = word_set(
    "arise:arose bear:bore beat:beat become:became begin:began bend:bent bid:bid bind:bound break:broke bring:brought "
    "build:built burst:burst buy:bought cast:cast catch:caught choose:chose come:came cost:cost cut:cut deal:dealt "
    "do:did draw:drew drink:drank drive:drove eat:ate fall:fell feed:fed feel:felt fight:fought find:found fly:flew "
    "forget:forgot freeze:froze get:got give:gave go:went grow:grew have:had hear:heard hide:hid hit:hit hold:held "
    "keep:kept know:knew lay:laid lead:led leave:left lend:lent let:let lose:lost make:made mean:meant meet:met "
    "pay:paid put:put quit:quit read:read ride:rode ring:rang rise:rose run:ran say:said see:saw seek:sought "
    "sell:sold send:sent set:set shake:shook shoot:shot show:showed shrink:shrank shut:shut sing:sang sink:sank "
    "sit:sat sleep:slept speak:spoke spend:spent split:split spread:spread stand:stood steal:stole stick:stuck "
    "strike:struck sweep:swept swim:swam swing:swung take:took teach:taught tear:tore tell:told think:thought "
    "throw:threw undergo:underwent understand:understood undertake:undertook uphold:upheld wake:woke wear:wore "
    "win:won withdraw:withdrew write:wrote overcome:overcame oversee:oversaw overtake:overtook"
)
_IRREGULAR = dict(pair.split(":") for pair in sorted(_PAIRS))
_DOUBLES_ITS_CONSONANT = word_set(
    "admit ban beg commit compel control cram defer drop equip fit grab hop incur jam knit mar map occur omit pat "
    "permit pin plan plot plug prefer propel quip rebel refer regret rob scan ship shop skip slip snap span spot stem "
    "step stir stop strip submit swap tap thin top transfer transmit trap trim trip tug wrap"
)

_YEAR = r"(?:1[89]|20)\d\d"
_OPENING = re.compile(
    rf"^(?P<when>(?:[Ii]n|[Oo]n|[Ff]rom|[Aa]t the (?:end|beginning) of) (?:[A-Za-z]+ )?(?:\d{{1,2}},? )?"
    rf"(?:[A-Z][a-z]+,? )?(?:{_YEAR})(?: (?:and|to) {_YEAR})?, )"
    r"(?P<subject>[^,;:.!?()]{1,120}?) (?P<will>will (?P<rest>(?:[^.!?;]|\.(?=\d))*))"
)
_SECOND_CLAUSE = re.compile(r", and (?P<subject>[^,;:.!?()]{1,60}?) (?P<will>will (?P<rest>.*))")
_VERB = re.compile(r"(?P<not>not )?(?P<adverb>(?:also|still|once again|[a-z]+ly) )?(?P<verb>[a-z]{2,})\b")
_REPORTS = re.compile(
    r"\b(?:said|says|say|announced|planned|plans|expected|expects|hoped|hopes|promised|predicted|believed|estimated|"
    r"would|could|if|until|that|which|who|whether|decided|agreed|proposed|what|how|by)\b|[\"“”]"
)
# Base forms that would be left behind in the future: "took the lead and build a road". Those that are as often
# nouns ("a deal and cost") are left out.
_ALSO_NOUNS = word_set(
    "cast cost cut deal drink drive fall feed fight find hit lead let mean read ride rise run set show shut spread "
    "stand strike sweep swing split burst lay hold wear sleep"
)
_MORE_VERBS = (frozenset(_IRREGULAR) - _ALSO_NOUNS) | word_set(
    "accelerate achieve add adopt advance arrange attract boost carry complete conduct continue coordinate create "
    "cultivate deepen deliver develop enhance ensure enter establish expand explore form further gather guide help "
    "implement improve increase integrate introduce invest launch maintain open optimize organize participate promote "
    "be provide push realize receive reform release remain start strengthen strive support turn upgrade use work"
)
_ADDS_A_VERB = re.compile(r"(?:,|\band) (?:[a-z]+ly |also |then |never |will )?([a-z]+)\b")
_ANOTHER_TENSE = re.compile(
    r"\b(?:is|are|has|have|had|can|may|must|would|could|should|intends?|plans to|decided|said|says|wants?|hopes?|job)\b"
)
_PREPOSITION = re.compile(r" (?:of|in|for|from|with|at|on|between|under|to|by) ")


def past_tense_for_past_year(text: str, year: int) -> str:
    """A sentence that opens with a year before the article's own has its "will" in the past tense.

    >>> past_tense_for_past_year("In 2020 and 2021, five major metropolitan areas will emerge.", 2023)
    'In 2020 and 2021, five major metropolitan areas emerged.'
    >>> past_tense_for_past_year("In 2023, five major metropolitan areas will emerge.", 2023)
    'In 2023, five major metropolitan areas will emerge.'

    Where a reported plan, a second verb or a doubtful subject could be meant, nothing happens.
    """
    opening = _OPENING.match(text)
    if opening is None or any(int(found) >= year for found in re.findall(rf"\b{_YEAR}\b", text)):
        return text
    subject, rest = opening["subject"], opening["rest"]
    verb = _VERB.match(rest)
    after = rest[verb.end() :] if verb else ""
    second = _SECOND_CLAUSE.search(after)
    if verb is None or _REPORTS.search(subject) or after.split().count("will") > bool(second):
        return text
    if any(found in _MORE_VERBS for found in _ADDS_A_VERB.findall(after)) or text.count('"') % 2:
        return text
    if _ANOTHER_TENSE.search(after):
        return text
    past = _past(verb, subject)
    tail = _past_clause(second) if second else after
    if past is None or tail is None:
        return text
    return text[: opening.start("will")] + past + tail + text[opening.end("rest") :]


def _past_clause(clause: re.Match[str]) -> str | None:
    """What follows the first verb, with the "will" of its second clause in the past tense; None if in doubt."""
    verb = _VERB.match(clause["rest"])
    if verb is None or _REPORTS.search(clause["subject"]):
        return None
    past = _past(verb, clause["subject"])
    return None if past is None else clause.string[: clause.start("will")] + past + clause["rest"][verb.end() :]


def _past(verb: re.Match[str], subject: str) -> str | None:
    """What "will" and the verb become; None where that is not certain."""
    base, adverb, negation = verb["verb"], verb["adverb"] or "", verb["not"] or ""
    if base == "be":
        plural = _is_plural(subject)
        return None if plural is None else f"{'were' if plural else 'was'} {negation}{adverb}".rstrip()
    if base == "have" and re.match(r" (?:been|\w+ed)\b", verb.string[verb.end() :]):
        return None
    if negation:
        return f"did not {adverb}{base}"
    if base in _IRREGULAR:
        return adverb + _IRREGULAR[base]
    if base.endswith(("ed", "ing", "s", "ly")) and not base.endswith(("ss", "need", "succeed", "proceed", "focus")):
        return None
    return adverb + _regular_past(base)


def _regular_past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2:-1] not in "aeiou":
        return base[:-1] + "ied"
    return base + (base[-1] if base in _DOUBLES_ITS_CONSONANT else "") + "ed"


def _is_plural(subject: str) -> bool | None:
    """Whether "were" goes with this subject; None where its head is not plain to see."""
    head = _PREPOSITION.split(subject)[0].strip()
    if head.lower() in {"they", "we", "you", "these", "those", "both", "many", "several", "all"}:
        return True
    if head.lower() in {"he", "she", "it", "this", "that", "one", "each", "i"}:
        return False
    if " and " in head or head.isdigit():
        return head != "1"
    last = head.rpartition(" ")[2]
    if not last or last[0].isupper() or not last.isalpha() or last.endswith(("ss", "us", "is", "ics", "series")):
        return None
    if last in {"people", "men", "women", "children", "police", "staff", "data", "media"}:
        return None if last in {"staff", "data", "media"} else True
    return last.endswith("s")
