"""What is written into a source in English: names, numbers, rare words."""

from decimal import Decimal

import pytest

from corpora.rare_words import BY_HAND, LEAST_SAID, counted, rare
from corpora.spellings import MOST_SEEN, by_hand
from postedit.article import Candidate, Origin, Segment
from postedit.candidates import Proposal, proposals, with_retranslations
from postedit.config import Config
from postedit.gate import Gate
from postedit.hints import Hints, hints, says_more
from postedit.known_names import Spelling, names_table, tagged
from postedit.large_numbers import LargeNumber, large_numbers
from postedit.rare_words import LONGEST, RareWord, find_rare_words, forms_of, rare_words, rare_words_digest
from postedit.signature import run_signature
from postedit.spelling import spellings, spelt
from postedit.translator import FakeTranslator, Job
from postedit.weighing import SIGNS, signs

SOURCE = "赣州市有农民工120万人。"


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("投资1.2万亿元", ["1.2 trillion"]),
        ("十三亿人口", ["1.3 billion"]),
        ("3至5万人", ["30,000", "50,000"]),
        ("增长5%至3.2亿元", ["320 million"]),  # a percentage has another scale
        ("增长百分之五至3.2亿元", ["320 million"]),
        ("3至5千万人，1000至2000万元", ["30 million", "50 million", "10 million", "20 million"]),
        ("三至五万人，3、4万人，20多到30多万人", []),  # both ends or none
        ("8万7，3 000万，5,6万，0万，第100万个，50万分之一，2022亿邦", []),  # more than one reading, or none
        ("2019亿元", ["201.9 billion"]),
        ("９１万吨……", ["910,000"]),
        ("10余万辆", ["100,000 余"]),
        ("5,700多万人", ["57 million 多"]),
        ("数百万人，几万元，千万别去", []),  # no number at all
        ("1,356家，2019年，百分之三", []),  # what a model copies as it is
        ("０．０５万吨", []),
    ],
)
def test_numbers_in_wan_and_yi_are_written_as_english_does(source: str, english: list[str]) -> None:
    assert [one.english for one in large_numbers(source)] == english


def test_a_number_is_said_in_any_writing() -> None:
    (one,) = large_numbers("12万人")
    assert [one.is_in(text) for text in ("120,000 people", "0.12 million", "one hundred and twenty thousand")] == [
        True,
        True,
        True,
    ]
    assert not one.is_in("12 million people")


def test_everything_is_written_once_and_in_order() -> None:
    found = hints(SOURCE, spellings(SOURCE))
    assert [one.english for one in found.every] == ["Ganzhou", "migrant worker", "1.2 million"]
    assert spelt(SOURCE, found.every) == "Ganzhou 市有 migrant worker 1.2 million 人。"
    own = (Spelling(0, 2, "Ganzhou"), Spelling(4, 7, "our word", own=True))
    assert [one.english for one in hints(SOURCE, own).every] == ["Ganzhou", "our word", "1.2 million"]


def test_a_source_in_another_language_has_no_hints() -> None:
    assert hints("Der Landarbeiter", ()) == Hints()
    assert hints("12万", ()).every == (LargeNumber(0, 3, "120,000", value=Decimal(120_000)),)


def test_the_longest_word_between_two_ends_of_words_counts() -> None:
    table = forms_of({"核协议": "nuclear deal", "协议": "agreement|deal", "伊核协议": "Iran nuclear deal"})
    for source, english in (("伊核协议签署", ["Iran nuclear deal"]), ("签署协议", ["agreement"]), ("协议议", [])):
        words = [(0, 1, "n"), (1, 2, "n"), (2, 4, "n"), (4, 6, "v")] if source[0] == "伊" else tagged(source)
        words = [(0, 3, "n")] if source == "协议议" else words
        assert [one.english for one in find_rare_words(source, words, frozenset(), table)] == english
    words = tagged("签署协议")
    assert not [*find_rare_words("签署协议", words, frozenset({3}), table)]


def test_what_says_as_much_counts_as_said() -> None:
    word = RareWord(0, 3, "migrant worker", also=("rural laborer", "policy"))
    assert all(map(word.is_in, ("Migrant workers came.", "a rural laborer", "two policies")))
    assert not any(map(word.is_in, ("The worker is a migrant.", "polic", "")))


@pytest.mark.parametrize(
    ("one", "more"),
    [
        ("knife", "knives"),
        ("virus", "viruses"),
        ("crisis", "crises"),
        ("hero", "heroes"),
        ("house", "houses"),
        ("class", "classes"),
        ("spokesman", "spokesmen"),
        ("movie", "movies"),
        ("bus", "buses"),
        ("city", "cities"),
    ],
)
def test_plurals_are_told(one: str, more: str) -> None:
    assert RareWord(0, 1, one).is_in(f"The {more} came.")
    assert RareWord(0, 1, one).is_in(f"The {one} came.")


def test_what_looks_like_a_plural_is_another_word() -> None:
    for form, text in (("customs", "an old custom"), ("news", "a new plan"), ("goods", "a good idea")):
        assert not RareWord(0, 1, form).is_in(text)
        assert RareWord(0, 1, form).is_in(f"of {form}.")


def test_more_words_do_not_outweigh_a_name() -> None:
    told = hints(SOURCE, spellings(SOURCE)).every
    assert says_more(told, ["Ganzhou has migrant workers."], ["Ganzhou has 12."])
    assert not says_more(told, ["Migrant workers, 1.2 million."], ["Ganzhou has 1.2 million."])
    assert not says_more(told, ["Ganzhou."], ["Ganzhou."])
    told = hints("赣州市的农民工和盾构机", spellings("赣州市的农民工和盾构机")).every
    assert not says_more(told, ["Migrant workers, a tunnel boring machine."], ["Ganzhou's people."])
    assert says_more(told, ["Ganzhou's migrant workers, a tunnel boring machine."], ["Ganzhou's people."])


def test_another_table_is_another_run() -> None:
    assert f"|words:{rare_words_digest()}|" in run_signature(None, Gate(), Config())


@pytest.mark.parametrize("answer", ["Ganzhou has migrant workers, 1.2 million.", "Tongzhou has farmers."])
def test_a_model_is_told_what_it_lacks(answer: str) -> None:
    told = spelt(SOURCE, hints(SOURCE, spellings(SOURCE)).every)
    fake = FakeTranslator({SOURCE: "Tongzhou has people.", told: answer}, [Job.RETRANSLATE, Job.POST_EDIT])
    segments = [Segment("There are peasants.", 0, source=SOURCE)]
    found = with_retranslations(segments, proposals(segments, fake, several=True), fake)[0]
    said = [one.text for one in found.candidates if one.origin is not Origin.DRAFT]
    assert said == [answer if "Ganzhou" in answer else "Tongzhou has people."]


def test_rare_words_that_a_rewrite_says_speak_for_it() -> None:
    base = Candidate("Peasants came.", Origin.DRAFT, score=-1.0)
    texts = ["Migrant workers came.", "Farmers came."]
    rewrites = [Candidate(text, Origin.POST_EDIT) for text in texts]
    found = Proposal((base, *rewrites), -1.0, hints("农民工来了", ()))
    rows = signs(base, rewrites, found, [0.0, 0.0])
    assert [row[SIGNS.index("words said")] for row in rows] == [1.0, 0.0]
    assert [row[SIGNS.index("names said")] for row in rows] == [0.0, 0.0]


def test_only_rare_words_whose_english_is_said_stay() -> None:
    rows = {"农民工": "migrant worker", "赣州": "Ganzhou", "公司": "company", "打点": "bribe"}
    seen = {"农民工": 4, "公司": MOST_SEEN + 1, "打点": 4}
    said = {"农民工": 4 * LEAST_SAID, "公司": MOST_SEEN + 1, "打点": 4 * LEAST_SAID - 1}
    assert rare(rows, seen, {word: int(count) for word, count in said.items()}) == {"农民工": "migrant worker"}
    some = [("农民工回家", "Migrant workers go home"), ("农民工进城", "Farmers go to town")]
    assert counted(some, forms_of(rows)) == ({"农民工": 2}, {"农民工": 1})


def test_the_table_is_of_what_was_written_by_hand() -> None:
    table, written = rare_words(), forms_of(by_hand(BY_HAND))
    assert len(table) > 15_000
    assert max(map(len, table)) == LONGEST
    assert all(written[word] == forms for word, forms in table.items())
    assert table.keys().isdisjoint(names_table())
    assert all(form.strip() == form != "" and form.isprintable() for forms in table.values() for form in forms)
