"""A suite file says what it means or is refused; its samples know where their references belong."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from postedit.errors import ArticleError, ConfigError
from postedit.structure import label
from postedit.suites import Suite, read_suite, samples
from tests.rough_lines import LINES, table

SHIPPED = sorted((Path(__file__).parents[1] / "eval" / "suites").glob("*.toml"))


def put(folder: Path, content: str, name: str = "tiny.toml") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def triples(folder: Path, content: str, **more: Any) -> Suite:
    return Suite("tiny", "Tiny", "triples", put(folder, content, "tiny.tsv"), ("engine",), "tiny", **more)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_suite_that_ships_can_be_read(path: Path) -> None:
    suite = read_suite(path)
    assert suite.title != suite.name
    if suite.ships:
        assert not suite.missing


def test_all_problems_of_a_suite_are_told_at_once(tmp_path: Path) -> None:
    path = put(tmp_path, 'set = "tripels"\nlimt = 3\nlimit = "many"\nmetrics = ["bleu"]\n')
    with pytest.raises(ConfigError) as error:
        read_suite(path)
    for problem in ("unknown 'limt'", "limit must be int, not 'many'", "not 'tripels'", "no path", "must have chrf"):
        assert problem in str(error.value)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("drafts = [3]", "drafts has 3, which is no str"),
        ("drafts = []", r"drafts must name one or more, each once, not \[\]"),
        ('drafts = ["a", "a"]', "drafts must name one or more, each once"),
        ('with_source = ["yes"]', "with_source has 'yes', which is no bool"),
        ("limit = -1", "limit must be 0 or more, not -1"),
        ('metrics = ["chrf", "blue"]', "metrics has 'blue'; there are bleu, chrf"),
    ],
)
def test_what_a_setting_holds_is_looked_at_before_anything_runs(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        read_suite(put(tmp_path, f'set = "prose"\npath = "here"\n{line}\n'))


def test_what_is_not_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read as a suite"):
        read_suite(put(tmp_path, "set = "))
    with pytest.raises(ConfigError, match="cannot be read as a suite"):
        read_suite(tmp_path / "none.toml")


def test_a_path_is_seen_from_the_suite_and_a_variable_from_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_suite(put(tmp_path, 'set = "prose"\npath = "here"\n')).path == tmp_path / "here"
    suite = 'set = "prose"\npath = "$POSTEDIT_DATA/there"\n'
    monkeypatch.setenv("POSTEDIT_DATA", "data")
    assert read_suite(put(tmp_path, suite)).path == Path("data/there")
    monkeypatch.delenv("POSTEDIT_DATA")
    assert read_suite(put(tmp_path, suite)).missing


def test_triples_are_those_of_one_system_and_their_source_is_seen_only_on_demand(tmp_path: Path) -> None:
    other = table((("别的", "Other.", "Others."),), "tiny.other")
    suite = triples(tmp_path, table() + other)
    seeing, blind = (samples(suite, "engine", with_source=seen) for seen in (True, False))
    assert [one.article.draft for one in blind] == [draft for _, draft, _ in LINES]
    assert [one.article.source for one in seeing] == [source for source, _, _ in LINES]
    assert {one.article.source for one in blind} == {None}
    assert [one.units[0].reference for one in blind] == [reference for _, _, reference in LINES]
    assert not any(reference in one.article.draft for one, (_, draft, reference) in zip(blind, LINES, strict=True)
                   if draft != reference)  # fmt: skip


def test_a_limit_is_spread_over_the_set(tmp_path: Path) -> None:
    found = samples(triples(tmp_path, table(), limit=4), "engine", with_source=False)
    assert [one.article.id for one in found] == ["engine:1", "engine:4", "engine:7", "engine:10"]
    assert len(samples(triples(tmp_path, table(), limit=99), "engine", with_source=False)) == len(LINES)


def test_a_system_that_is_not_there_and_a_line_that_is_no_triple_are_told(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match=re.escape("no drafts of 'other'")):
        samples(triples(tmp_path, table()), "other", with_source=False)
    with pytest.raises(ArticleError, match="line 1 has 2 cells"):
        samples(triples(tmp_path, "one\ttwo\n"), "engine", with_source=False)


def test_lines_end_at_newlines_only(tmp_path: Path) -> None:
    lines = (("一", "One\u2028two.", "One two."),)
    (found,) = samples(triples(tmp_path, table(lines)), "engine", with_source=False)
    assert found.article.draft == "One\u2028two."


def test_the_digest_is_of_the_data_and_of_nothing_that_describes_them(tmp_path: Path) -> None:
    suite = Suite("prose", "Prose", "prose", tmp_path)
    put(tmp_path, "It rained.\n", "a.txt")
    first = suite.digest
    put(tmp_path, "About it.\n", "README.md")
    assert suite.digest == first
    put(tmp_path, "It rains.\n", "a.txt")
    assert suite.digest != first


def sentence(zh: str, reference: str, draft: str) -> dict[str, Any]:
    return {"zh": zh, "reference": reference, "drafts": {"weak": draft}}


RECORD = {
    "id": "ferry", "split": "test", "page": {"head": ["Home | Archive"], "tail": ["Post a Comment"]},
    "paragraphs": [
        {"kind": "title", "sentences": [
            sentence("渡轮恢复运营", "Ferry Service Resumes", "Ferry resume the operation"),
        ]},
        {"kind": "paragraph", "sentences": [
            sentence("渡轮周一恢复。", "The ferry is back on Monday.", "Ferry on Monday resume."),
            sentence("票价不变。", "Fares stay the same.", "The fare is not change."),
        ]},
    ],
}  # fmt: skip


def test_a_news_article_stands_on_its_page_and_each_paragraph_has_its_reference(tmp_path: Path) -> None:
    put(tmp_path, json.dumps(RECORD, ensure_ascii=False) + "\n", "articles.jsonl")
    suite = Suite("news", "News", "news", tmp_path, ("weak",), "test")
    (found,) = samples(suite, "weak", with_source=True)
    stretches = [found.article.draft[unit.start : unit.end] for unit in found.units]
    assert stretches == ["Ferry resume the operation", "Ferry on Monday resume. The fare is not change."]
    assert [unit.reference for unit in found.units] == [
        "Ferry Service Resumes",
        "The ferry is back on Monday. Fares stay the same.",
    ]
    assert found.article.source == "渡轮恢复运营\n\n渡轮周一恢复。票价不变。"
    assert len(label(found.article).blocks) == 4
    with pytest.raises(ArticleError, match="has no draft of 'strong'"):
        samples(suite, "strong", with_source=True)
    with pytest.raises(ArticleError, match="no drafts of 'weak'"):
        samples(Suite("news", "News", "news", tmp_path, ("weak",), "dev"), "weak", with_source=True)


def test_prose_is_its_own_reference(tmp_path: Path) -> None:
    put(tmp_path, "It  rained.\n\nNobody came.\n", "a.txt")
    (found,) = samples(Suite("prose", "Prose", "prose", tmp_path), "draft", with_source=False)
    assert [unit.reference for unit in found.units] == ["It rained.", "Nobody came."]


def test_a_set_that_sacrebleu_does_not_have_is_told(tmp_path: Path) -> None:
    suite = Suite("wmt", "WMT", "sacrebleu", tmp_path, ("mine",), "wmt22", "zh-xx")
    with pytest.raises(ConfigError, match="sacrebleu has no set 'wmt22' for 'zh-xx'"):
        samples(suite, "mine", with_source=False)


def test_a_set_that_was_fetched_is_read_beside_the_drafts_and_without_a_network_the_error_says_so(
    tmp_path: Path,
) -> None:
    # sacrebleu reads its folder from the environment when it is imported, so it runs in a process of its own.
    def run(home: Path) -> subprocess.CompletedProcess[str]:
        nowhere = {"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
        code = (
            "import sys\nfrom pathlib import Path\nfrom postedit.suites import Suite, samples\n"
            "suite = Suite('wmt', 'WMT', 'sacrebleu', Path(sys.argv[1]), ('mine',), 'wmt18', 'zh-en')\n"
            "for one in samples(suite, 'mine', with_source=True):\n"
            "    print(one.article.source, one.article.draft, one.units[0].reference, sep='|')\n"
        )
        environment = os.environ | nowhere | {"SACREBLEU": str(home)}
        return subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], env=environment, capture_output=True, text=True, check=False
        )

    put(tmp_path, "The weather good.\n", "mine.txt")
    assert "ArticleError: suite 'wmt': wmt18 could not be fetched" in run(tmp_path / "empty").stderr
    fetched = tmp_path / "fetched" / "wmt18"
    fetched.mkdir(parents=True)
    lines = {"src": "天气很好。", "ref": "The weather is good.", "docid": "1", "genre": "news", "origlang": "zh"}
    for name, line in lines.items():
        put(fetched, line + "\n", f"wmt18.zh-en.{name}")
    done = run(tmp_path / "fetched")
    assert (done.stdout, done.stderr) == ("天气很好。|The weather good.|The weather is good.\n", "")
