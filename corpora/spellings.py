"""Make the table of names that a source may have: those written by hand, and those that training text shows.

    python corpora/spellings.py --zh-triples zh-en.triples.train.tsv.zst --pairs zh-en.pairs.tsv.zst \\
        --evaluation $POSTEDIT_DATA/eval/* --out pipeline/postedit/names_zh_en.tsv \\
        --references xx-en.triples.tsv.zst --words pipeline/postedit/words_en.txt

A Chinese word that a tagger takes for a name is one where the translations of its sentences have the same capitalised
words again and again, and both sound alike. A tagger's words break off foreign names (尔多 of 埃尔多安): they are
prolonged by the characters that stand beside them in nearly all those sentences. What the tagger takes for a Chinese
person and translations do not spell as one goes in with no English: it is no name.

Beside it stand the words of good English that are near to a name and none of its misspellings: Hormozgan and when are
what they are, whatever Hormuz and Wuhan look like (`postedit.repairs.known_names`).
"""

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill

import rjieba
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from corpora.pack import evaluation_lines, filters, kept, pairs, triples
from postedit.known_names import FOREIGN, plain, rows_of, sound
from postedit.repairs.chinese_names import could_be_given, is_surname
from postedit.repairs.known_names import NEAR_IF_ALIKE, can_be_told, nearness, words_of
from postedit.romanization import pinyin_of

BY_HAND = Path(__file__).with_suffix(".tsv")
NO_NEWS = ("tw_moj_laws", "python_docs_zh_cn")  # laws and manuals name hardly anybody
WRITTEN = FOREIGN | frozenset(
    "安班邦保本蔡查达丹道德登邓迪丁东顿多法凡菲费芬丰福冈格古海汉黑亨洪胡华霍吉贾杰金肯莱赖兰劳林伦吕芒梅明那南宁农庞平琼让热仁日荣瑞森沙尚绍舍"
    "圣史施坦汤唐廷图万旺威魏温文伍武锡辛休许亚扬易英珍朱祖佐孜玛丽露蓓隆龙敏拜弥撒伽迦昂翁坚贡昆柬缅泊堡洪杜曾策材刚岗杭耐奈娄楼略列烈莲廉"
    "良辽柳理蓝览狄底第代戴迭耳凤芙浮佛根高葛各国翰豪何贺侯虎怀惠纪季嘉简江姜捷津劲孔寇"
)
WORD = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'’.-]*[A-Za-zÀ-ÿ]|[A-Z]|[^\sA-Za-z]")
HAN = re.compile(r"[\u4e00-\u9fff·]{2,8}")
PROLONGED_TO = 8  # characters that a word is prolonged to
LEAST_SEEN = 2  # sentences
MOST_SEEN = 60  # what is seen oftener the model knows
LEAST_SHARE = 0.5  # of a word's sentences whose translations have the English
LEAST_BOTH = 0.4  # twice the sentences with both, as a share of those with each (Dice)
LEAST_ALIKE = 60  # of 100, the consonants of the pinyin and of the English
PROLONGED = 0.85  # of the sentences have the same character beside the word
NO_PERSON = 0.3  # of its sentences spell a person's name at least so often

HEAD = "# Made by corpora/spellings.py: Chinese, and English; no English: no name.\n"

Sentences = Sequence[tuple[str, str]]


def sentences(
    triples_path: Path, pairs_path: Path, evaluation: Sequence[Path], without: Collection[str] = NO_NEWS
) -> Sentences:
    """Sources with good translations, none of an evaluation set, nor of some origins."""
    some = [*triples(triples_path), *pairs(pairs_path)]
    dropped = Counter[str]()
    checked = kept((one for one in some if one.origin not in without), filters(evaluation_lines(evaluation)), dropped)
    return [*dict.fromkeys((one.source, one.reference) for one in checked)]


def capitalised(text: str) -> Iterator[str]:
    """One to three capitalised words in a row.

    >>> sorted(set(capitalised("Mr Imran Khan's aide")))
    ['Imran', 'Imran Khan', 'Khan', 'Mr', 'Mr Imran', 'Mr Imran Khan']
    """
    words = [re.sub(r"['’]s$", "", word) for word in WORD.findall(text)]
    for at in range(len(words)):
        for size in (1, 2, 3):
            row = words[at : at + size]
            if len(row) == size and all(len(word) > 1 and word[0].isupper() for word in row):
                yield " ".join(row)


def names_in(some: Sentences) -> dict[str, str]:
    """Names of foreign people and places, and their English."""
    tagged = [{word: tag for word, tag in rjieba.tag(source) if HAN.fullmatch(word)} for source, _ in some]
    said = [set(capitalised(reference)) for _, reference in some]
    seen, spoken = Counter(word for words in tagged for word in words), Counter(one for row in said for one in row)
    together: dict[str, Counter[str]] = defaultdict(Counter)
    for words, row in zip(tagged, said, strict=True):
        for word, tag in words.items():
            if tag.startswith(("nr", "ns", "nt", "nz")) and LEAST_SEEN <= seen[word] <= MOST_SEEN:
                together[word].update(sorted(row))
    best: dict[str, tuple[float, str]] = {}
    for word, counts in together.items():
        found = [(2 * n / (seen[word] + spoken[one]), one) for one, n in counts.most_common(12) if n >= LEAST_SEEN]
        able = [(both, one) for both, one in found if counts[one] >= LEAST_SHARE * seen[word] and both >= LEAST_BOTH]
        if able:
            best[word] = max(able)
    where: dict[str, list[str]] = defaultdict(list)
    for words, (source, reference) in zip(tagged, some, strict=True):
        for word in words.keys() & best.keys():
            where[word] += [source] if best[word][1] in reference else []
    names = dict[str, tuple[float, str]]()
    for word, (both, english) in best.items():
        whole = prolonged(word, where[word])
        alike = fuzz.ratio(sound("".join(pinyin_of(whole))), sound(english))
        if set(whole) <= WRITTEN and alike >= LEAST_ALIKE and both > names.get(whole, (0.0, ""))[0]:
            names[whole] = both, english
    return {word: english for word, (_, english) in names.items()}


def prolonged(word: str, sources: Sequence[str]) -> str:
    """The word with the characters of foreign names that stand beside it in nearly all sources.

    >>> prolonged("尔多", ["总统埃尔多安说", "埃尔多安抵达"])
    '埃尔多安'
    """
    while len(word) < PROLONGED_TO:
        beside: Counter[str] = Counter()
        for source in sources:
            at = source.find(word)
            before, behind = source[max(0, at - 1) : max(0, at)], source[at + len(word) : at + len(word) + 1]
            beside.update([before + word, word + behind])
        longer = [one for one, n in beside.most_common(2) if len(one) > len(word) and n >= PROLONGED * len(sources)]
        able = [one for one in longer if set(one) <= WRITTEN]
        if not able:
            break
        word = able[0]
    return word


def no_names(some: Sentences) -> list[str]:
    """What a tagger takes for a Chinese person and translations do not."""
    seen, spelt = Counter[str](), Counter[str]()
    for source, reference in some:
        letters = re.sub("[^a-z]", "", reference.lower())
        for word in {word for word, tag in rjieba.tag(source) if tag.startswith("nr") and len(word) in (2, 3)}:
            if is_surname(word[0]) and could_be_given(word[1:]) and sum(one in FOREIGN for one in word[1:]) < 2:
                seen[word] += 1
                spelt[word] += "".join(pinyin_of(word)) in letters
    return [word for word, n in seen.items() if n >= LEAST_SEEN and spelt[word] < NO_PERSON * n]


def words_near(references: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """The words that references have more than once and that would be taken for a name, but for this.

    >>> words_near(["When it rained", "Markron, when?"], {"武汉": "Wuhan", "马克龙": "Macron"})
    ['when']
    """
    seen = Counter(word for text in references for word in {*plain(text).split()})
    own = words_of(names.values())
    told = sorted({plain(name) for name in names.values() if name and can_be_told(name)})
    words = sorted(word for word, n in seen.items() if n >= LEAST_SEEN and word.isalpha() and word not in own)
    likeness = process.cdist(words, told, scorer=Levenshtein.normalized_similarity, score_cutoff=NEAR_IF_ALIKE)
    near = [[told[n] for n in row.nonzero()[0]] for row in likeness]
    return [word for word, some in zip(words, near, strict=True) if any(nearness(word, name) for name in some)]


def by_hand(path: Path = BY_HAND) -> dict[str, str]:
    """The names that were written by hand."""
    return rows_of(path.read_text(encoding="utf-8"))


def write(path: Path, table: Mapping[str, str], head: str = HEAD) -> None:
    """Write a table, sorted."""
    rows = [f"{word}\t{english}\n" for word, english in sorted(table.items())]
    path.write_text(head + "".join(rows), "utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make the table of names that a source may have.")
    parser.add_argument("--zh-triples", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--evaluation", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--references", type=Path, nargs="+", required=True, help="triples in any languages")
    parser.add_argument("--words", type=Path, required=True)
    options = parser.parse_args(arguments)
    some = sentences(options.zh_triples, options.pairs, options.evaluation)
    found, ours = names_in(some), by_hand()
    nobody = dict.fromkeys(no_names(some), "")
    write(options.out, nobody | found | ours)
    triples_of = [options.zh_triples, *options.references]
    words = words_near([*{one.reference for path in triples_of for one in triples(path)}], nobody | found | ours)
    options.words.write_text(fill(" ".join(words), 120) + "\n", "utf-8")
    print(f"{len(some)} sentences, {len(ours)} names by hand, {len(found)} found, {len(nobody)} words that are none")
    print(f"{len(words)} words are near to a name")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
