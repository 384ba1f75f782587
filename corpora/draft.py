"""Draft the rough-news articles with a weak engine, sentence by sentence, from their Chinese.

    python corpora/draft.py MODEL NAME

MODEL is whatever `postedit clean --model` takes, and retranslates; its greedy answers become `drafts[NAME]` of every
sentence in corpora/rough-news/articles.jsonl, which is written whole or not at all. A line that the engine has
no answer for keeps its Chinese, as rough pages do; bytes that are no character are dropped.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from postedit import weights
from postedit.formats.atomic import write
from postedit.suites import text_lines
from postedit.translator import Job, Request, Translator

ARTICLES = Path(__file__).resolve().parent / "rough-news" / "articles.jsonl"


def drafted(articles: Sequence[dict[str, Any]], translator: Translator, name: str) -> list[dict[str, Any]]:
    """The articles with the translator's answers as drafts of that name.

    >>> from postedit import FakeTranslator
    >>> article = {"paragraphs": [{"sentences": [{"zh": "你好。", "reference": "Hello."}]}]}
    >>> fake = FakeTranslator({"你好。": "You good."}, [Job.RETRANSLATE])
    >>> drafted([article], fake, "weak")[0]["paragraphs"][0]["sentences"][0]["drafts"]
    {'weak': 'You good.'}
    """
    result = json.loads(json.dumps(list(articles)))
    sentences = [one for article in result for paragraph in article["paragraphs"] for one in paragraph["sentences"]]
    answers = translator.translate([Request(Job.RETRANSLATE, source=one["zh"]) for one in sentences], hypotheses=1)
    for one, answer in zip(sentences, answers, strict=True):
        said = " ".join(answer[0].replace("\ufffd", "").split()) if answer else ""
        one.setdefault("drafts", {})[name] = said or one["zh"]
    return list(result)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a shipped model, a folder or a hub id that retranslates")
    parser.add_argument("name", help="what the drafts are called")
    parser.add_argument("--threads", type=int, default=0)
    chosen = parser.parse_args(argv)
    translator = weights.load(chosen.model, threads=chosen.threads)
    if Job.RETRANSLATE not in translator.jobs:
        print(f"{chosen.model} does not translate from a source: its jobs are {', '.join(sorted(translator.jobs))}.")
        return 1
    articles = drafted([json.loads(line) for line in text_lines(ARTICLES)], translator, chosen.name)
    lines = (json.dumps(one, ensure_ascii=False) for one in articles)
    write(ARTICLES, "".join(f"{line}\n" for line in lines).encode())
    print(f"{ARTICLES}: drafts of {translator.name} as {chosen.name!r}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
