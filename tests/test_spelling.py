"""Names are found, spelt and written into the source; a model that lacked them is asked again."""

import pytest

from corpora.spellings import by_hand, capitalised, names_in, prolonged
from postedit import Cleaner
from postedit.article import Article, Candidate, Origin, Segment
from postedit.candidates import Proposal, proposals, with_retranslations
from postedit.glossary import Glossary
from postedit.hints import Hints
from postedit.knowledge import with_terms
from postedit.known_names import LONGEST, Spelling, names_digest, names_table, rows_digest, sound
from postedit.repairs import Known, repair
from postedit.repairs.chinese_names import people_in
from postedit.roughness import SENTENCE_SIGNS, Roughness
from postedit.spelling import parted, spellings, spelt, unsaid
from postedit.terms import missing
from postedit.translator import FakeTranslator, Job
from postedit.weighing import Judged

SOURCE = "现场调研了赣州市的企业。"


def english(source: str) -> list[str]:
    return [one.english for one in spellings(source)]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("赣州市介绍了优势", ["Ganzhou"]),
        ("香港特首林郑月娥表示", ["Carrie Lam"]),
        ("记者裴剑飞今天报道", ["Pei Jianfei"]),
        ("著名笛子演奏家陈东宝、谷文华表示", ["Chen Dongbao", "Gu Wenhua"]),
        ("市里的梅溪湖、洋湖", []),
        ("香港记者裴剑飞今天报道", []),
        ("来自保康县", ["Baokang"]),
        ("韩国代表来自保康县", []),
        ("青海省的保康县", ["Qinghai"]),
        ("总统埃尔多安将会见马克龙则表示", ["Erdogan", "Macron"]),
        ("公安部门和公安部", ["Ministry of Public Security"]),
        ("万年青树", []),
        ("应急管理部门负责人", []),
        ("北京大学生表示", []),
        ("北京大学医院的医生", ["Peking University"]),
        ("布伦特兰报告", []),
        ("新华每日电讯报道", []),
        ("在最高法院", []),
        ("马克思主义者", []),
        ("日本自民党将向", []),
        ("加州大学洛杉矶分校的前", []),
        ("许多伊斯兰国家", []),
        ("甘孜的保康县", ["Ganzi"]),
        ("藏族在保康县", ["Tibetan"]),
        ("他参观了颐和园和人民大会堂", ["Summer Palace", "Great Hall of the People"]),
        ("美国有线电视新闻网报道", ["CNN"]),
        ("长沙和重庆的市民", ["Changsha", "Chongqing"]),
        ("内蒙古呼和浩特市", ["Inner Mongolia", "Hohhot"]),
        ("王先生拓宽了道路，杜绝浪费。", []),
        ("财政部长西塔拉曼表示", ["Sitharaman"]),
        ("小说家拉曼斯基奥诺维奇", []),
        ("No Chinese here.", []),
        ("", []),
    ],
)
def test_names_of_a_source(source: str, found: list[str]) -> None:
    assert english(source) == found


HOSPITAL = "禾川县医院。江西省禾川县有人口47万。江西省试点县和城市。青海省禾川县。西藏人在禾川县。"


@pytest.mark.parametrize(
    ("article", "source", "found"),
    [
        (HOSPITAL, "禾川县医院。", ["Hechuan"]),
        (HOSPITAL, "西藏人在禾川县。", []),
        ("青海省禾川县。", "禾川县医院。", []),
        ("江西省试点县和江西省城市在江西省赣州市", "试点县和赣州市", []),
        ("江西省吉安市禾川县", "禾川县", ["Hechuan"]),
        ("四川省凉山彝族自治州禾川县", "禾川县", ["Hechuan"]),
        ("广西壮族自治区禾川县", "禾川县", ["Hechuan"]),
        ("北京禾川区", "禾川区", ["Hechuan"]),
        ("四川省甘孜州禾川县", "禾川县", []),
        (HOSPITAL, "台湾人在禾川县。", []),
    ],
)
def test_a_town_behind_its_province_is_known_all_through_its_article(
    article: str, source: str, found: list[str]
) -> None:
    (segment,) = with_terms(Article("", "Town.", (), source=article), [Segment("Town.", 0, source=source)])
    assert [one.english for one in segment.terms] == found
    assert [one for one in spellings(source, terms=segment.terms) if one.english == "Hechuan"] == [*segment.terms]
    assert missing(segment, "Town.") == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("村民廖大山握着医生的手。廖大山突发心梗。", ["Liao Dashan", "Liao Dashan"]),
        ("村民廖大山握着医生的手。", []),
        ("肖上尉走了。肖上尉的部下来了。", []),
        ("程女士来了。程女士说。", []),
        ("罗梅洛来了。罗梅洛说。", []),
        ("越南的廖大山握着医生的手。廖大山突发心梗。", []),
    ],
)
def test_people_whom_an_article_names_again_are_known(source: str, found: list[str]) -> None:
    segments = [Segment(".", n, source=one) for n, one in enumerate(source.split("。")[:-1])]
    told = with_terms(Article("a", ". .", (), source=source), segments)
    assert [name.english for one in told for name in spellings(one.source or "", terms=one.terms)] == found


def test_in_traditional_characters_places_are_known_and_people_are_not() -> None:
    source = "赣州市人廖大山来了。廖大山走了。记者裴剑飞报道。"
    segments = [Segment(".", n, source=one, given="贛") for n, one in enumerate(source.split("。")[:-1])]
    told = with_terms(Article("a", ". . .", (), source=source), segments)
    assert not any(one.terms for one in told)
    assert [one.english for one in spellings("记者裴剑飞在安远县报道", people=False)] == ["Anyuan"]


def test_people_of_an_article_are_spelt_in_drafts_too() -> None:
    source = "村民廖大山握着医生的手。廖大山突发心梗。"
    (segment,) = with_terms(Article("a", ".", (), source=source), [Segment(".", 0, source=source)])
    known = Known(source=source, terms=segment.terms, names=frozenset({"廖大山"}))
    assert repair("The villager Liao Da Shan held a hand.", known).text == "The villager Liao Dashan held a hand."
    assert repair("廖大山 held a hand.", known).text == "Liao Dashan held a hand."


def test_the_second_character_of_a_double_surname_begins_no_name() -> None:
    assert {one.surname for one in people_in("欧阳秀英讲话。阳秀英走了。") if one.at < 4} == {"欧阳"}
    assert "阳" in {one.surname for one in people_in("欧阳秀英讲话。阳秀英走了。")}


def test_a_users_own_term_is_no_misspelling() -> None:
    known = Known(source="老柳称赞烟台。", terms=Glossary({"老柳": "Yanai"}).find("老柳称赞烟台。"))
    assert repair("Yanai praised the city .", known).text == "Yanai praised the city."


def test_a_town_is_not_written_as_a_users_term_is() -> None:
    town = Spelling(0, 2, "Shaping")
    assert (
        repair("Policies are shaping it.", Known(source="沙坪镇的人", terms=(town,))).text == "Policies are shaping it."
    )
    assert repair("People of Shapong.", Known(source="沙坪镇的人", terms=(town,))).text == "People of Shaping."


def test_a_users_term_stands_before_a_town() -> None:
    article = Article("", "Town.", (), source=HOSPITAL)
    (segment,) = with_terms(article, [Segment("Town.", 0, source="禾川县医院")], Glossary({"禾川": "Grain River"}))
    assert [(one.english, one.own) for one in segment.terms] == [("Grain River", True)]


def test_what_is_copied_is_parted_from_small_words_alone() -> None:
    names = [Spelling(0, 2, "Gannan"), Spelling(2, 3, "rice"), Spelling(3, 4, "Iran")]
    for text in ("the price", "McIran", "nearIranian", "https://wwwIran.com", "iIran"):
        assert parted(text, names) == text
    assert parted("ofGannan atIran", names) == "of Gannan at Iran"


def test_a_noun_that_sticks_to_a_word_of_grammar_is_parted() -> None:
    told = [Spelling(0, 1, word) for word in ("garbage sorting", "fence", "formation", "57 million")]
    given = "ofgarbage sorting andformation, information, an offence, about57 million"
    assert parted(given, told) == "of garbage sorting and formation, information, an offence, about 57 million"


def test_the_source_keeps_all_but_the_names() -> None:
    source = "GDP赣州2019年，长沙市。"
    assert spelt(source, spellings(source)) == "GDP Ganzhou 2019年，Changsha 市。"
    assert spelt(source, ()) == source
    assert spelt("长沙重庆市民", spellings("长沙重庆市民")) == "Changsha Chongqing 市民"


def test_only_what_most_answers_lack_is_unsaid() -> None:
    (name,) = spellings(SOURCE)
    assert unsaid([name], ["In GANZHOU", "In Tongzhou"]) == ()
    assert unsaid([name], ["In Tongzhou"]) == (name,)


def model(answer: str) -> FakeTranslator:
    told = spelt(SOURCE, spellings(SOURCE))
    return FakeTranslator({SOURCE: "Tongzhou was visited.", told: answer}, [Job.RETRANSLATE, Job.POST_EDIT])


@pytest.mark.parametrize(("answer", "helps"), [("Visits ofGanzhou.", True), ("Guangzhou was visited.", False)])
def test_a_model_is_told_the_names_that_it_lacks(answer: str, helps: bool) -> None:
    segments, fake = [Segment("Visit Gan state.", 0, source=SOURCE)], model(answer)
    found = with_retranslations(segments, proposals(segments, fake, several=True), fake)[0]
    said = [one.text for one in found.candidates if one.origin is not Origin.DRAFT]
    assert said == ["Visits of Ganzhou." if helps else "Tongzhou was visited."]
    assert [one.english for one in found.hints.every] == ["Ganzhou"]


def test_names_that_a_draft_lacks_tell_of_its_article() -> None:
    base = Candidate("Pei Jianfei of Tongzhou.", Origin.DRAFT, score=-1.0)
    known = Hints(spellings("赣州市的裴剑飞"))
    told = Judged(Proposal((base,), -1.0, known), [1.0]).sentence
    assert told is not None
    assert told["names lacking"] == 0.5
    nothing = dict.fromkeys(SENTENCE_SIGNS, 0.0)
    rough = Roughness([[nothing | {"names lacking": 1.0}]], nothing, least=0.2)
    assert rough.gain([told] * 5) > rough.least > rough.gain([told | {"names lacking": 0.0}] * 5)


def test_the_table_has_what_was_written_by_hand() -> None:
    table = names_table()
    assert by_hand().items() <= table.items()
    assert all(word and "\t" not in name for word, name in table.items())


def test_names_are_found_in_training_text() -> None:
    some = [
        ("总统埃尔多安说话", "President Erdogan spoke on Monday"),
        ("埃尔多安抵达机场", "Erdogan arrived"),
        ("记者说话", "The reporter spoke in Paris"),
    ]
    assert names_in(some).get("埃尔多安") == "Erdogan"
    assert "记者" not in names_in(some)
    assert prolonged("多", ["埃尔多安说", "埃尔多安到"]) == "埃尔多安"
    assert "Paris" in set(capitalised(some[2][1]))
    assert sound("mosike") == "msk"


def test_no_name_of_the_table_is_longer_than_what_is_looked_for() -> None:
    assert max(map(len, names_table())) == LONGEST


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("Xi'an", "in Xian.", True),
        ("Kim Jong Un", "Kim Jong-un's", True),
        ("Sao Paulo", "SÃO PAULO", True),
        ("the Panama Canal", "Panama canal", True),
        ("Moscow", "Moscow's", True),
        ("Tehran", "Tehranis", True),
        ("Oman", "a woman", False),
        ("Gan", "Gans", False),
        ("Macron", "Macrontown", False),
        ("东京", "东京", True),
        ("东京", "Tokyo", False),
    ],
)
def test_a_name_is_said_by_words(name: str, text: str, *, said: bool) -> None:
    assert Spelling(0, 2, name).is_in(text) is said


def test_the_run_signature_tells_one_table_of_names_from_another() -> None:
    assert f"|names:{names_digest()}|" in Cleaner(model="none").signature
    assert names_digest() == rows_digest(names_table())
    assert rows_digest({"赣": "Gan", "州": "Zhou"}) == rows_digest({"州": "Zhou", "赣": "Gan"})
    assert rows_digest({"赣": "Gan"}) != rows_digest({"赣": "Gan "})
