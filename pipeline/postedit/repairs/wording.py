"""Repairs of wording: a capital that strayed, and word for word 新冠 and 等要求."""

import re

from postedit.repairs.protected import substitute
from postedit.repairs.words import is_title_case

# Function words whose capital means nothing in mid-sentence. Left out: An, He, Man, So, To, You …, which are names too.
_LOWERED = (
    "At|Of|With|From|By|And|Or|But|For|Into|During|Through|Between|Among|Under|After|Before|Because|Which|While|Where|"
    "When|Whether|As|In|On|The|Their|Its|Is|Are|Was|Were|Has|Have|Been|That|This|These|Those|Also|Not"
)
_STRAY = re.compile(rf"(?<=[a-z]{{2}} )({_LOWERED})(?= (?:[a-z]{{2,}}|a)\b)")
_STRAY_ARTICLE = re.compile(r"(?<=[a-z]{2} )A(?= (?:number|series|total|variety|group|batch|large|few|wide|great) )")
_AFTER_LOWER_CASE = re.compile(r"(?:^|\s)[a-z]{2,}\s$")
_NAMES_A_WORK = re.compile(
    r"\b(?:called|titled|entitled|named|song|film|movie|book|novel|album|show|series|single|play|magazine|word|words|"
    r"page|section|newspaper|paper|poem|column|click|option|button|tab|menu|command|keyword|clause)\s$",
    re.IGNORECASE,
)
_GOES_ON_IN_CAPITALS = re.compile(r"(?: [a-z]+){1,2} [A-Z]")
_CAPITALISED_PAIR = re.compile(
    r"(?<=[a-z]{2} )([A-Z][a-z]{3,} (?!with\b|from\b|that\b|into\b)[a-z]{4,})\b(?! (?:of|and|for) [A-Z])"
)

_REQUIREMENTS = re.compile(r",?\s+(?:etc\.?|and so on)[,.]?\s+Requirements?\.?$|,?\s+etc\.\s+Require\.?$")

# 新冠肺炎 is COVID-19. Word for word it is a new crown pneumonia.
_CROWN = r"(?:crown|coronary|corona)"
_OF_THE_DISEASE = (
    r" (?:epidemics?|pandemics?|outbreaks?|vaccin\w+|patients?|cases?|infections?|prevention|treatments?|tests?|"
    r"testing|crisis|deaths?|drugs?|nucleic|antibod\w+|virus|situation|period|era|response)\b"
)
_DISEASE = re.compile(
    rf"\b(the |an? )?(?:(?:(?:new|novel|neo)[ -])?{_CROWN}(?:[ -]virus)?|new coronavirus) pneumonia\b"
    rf"({_OF_THE_DISEASE})?",
    re.IGNORECASE,
)
_DISEASE_OF = re.compile(rf"\b(?:new|novel|neo)[ -]{_CROWN}(?={_OF_THE_DISEASE})(?! virus)", re.IGNORECASE)
_VIRUS = re.compile(rf"\b(new|novel)[ -]{_CROWN}[ -]virus\b", re.IGNORECASE)


def name_covid_19(text: str) -> str:
    """A word for word 新冠 gets the name that English has for it.

    >>> name_covid_19("The new crown pneumonia spread, and new crown vaccines against the new crown virus helped.")
    'COVID-19 spread, and COVID-19 vaccines against the new coronavirus helped.'
    """
    text = _DISEASE.sub(lambda match: f"{match[1] or ''}COVID-19{match[2]}" if match[2] else "COVID-19", text)
    return _VIRUS.sub(r"\1 coronavirus", _DISEASE_OF.sub("COVID-19", text))


def lower_stray_capitals(text: str) -> str:
    """A function word in mid-sentence loses its capital; so does a word whose pair stands in lower case elsewhere.

    >>> lower_stray_capitals("He said in a speech At the opening that The Hague is near.")
    'He said in a speech at the opening that The Hague is near.'

    A headline in title case, and what may be the name of a work, stay.
    """
    if is_title_case(text):
        return text
    text = substitute(_STRAY_ARTICLE, "a", text)
    for match in reversed(list(_STRAY.finditer(text))):
        before = text[: match.start()]
        names_a_work = _NAMES_A_WORK.search(before) or _GOES_ON_IN_CAPITALS.match(text[match.end() :])
        if _AFTER_LOWER_CASE.search(before) and not names_a_work:
            text = text[: match.start()] + match[0].lower() + text[match.end() :]
    for match in reversed(list(_CAPITALISED_PAIR.finditer(text))):
        pair = match[0].lower()
        if len(re.findall(rf"(?<![\w-]){pair}\b", text)) >= 2 and text.count(match[0]) == 1:
            text = text[: match.start()] + pair + text[match.end() :]
    return text


def phrase_literal_requirements(text: str) -> str:
    """A sentence that ends in a word for word 等要求 ends in English.

    >>> phrase_literal_requirements('proposed to "highlight Lingnan culture", etc. Require.')
    'proposed to "highlight Lingnan culture", among other requirements.'
    """
    return _REQUIREMENTS.sub(", among other requirements.", text)
