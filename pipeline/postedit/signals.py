"""What can be known of a wording without a reference: how likely a model finds it, and how like it other wordings are.

A model that reads the source is asked three times: how likely is it as a polish of the draft, as a post-edit of it, as
a translation of the source. The last is what Thompson and Post score with, "Automatic Machine Translation Evaluation
in Many Languages via Zero-Shot Paraphrasing" (EMNLP 2020); likeness to a pool of hypotheses is the utility of minimum
Bayes risk decoding (Kumar and Byrne, NAACL 2004).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from rapidfuzz.distance import Indel

from postedit.article import Candidate
from postedit.translator import Job, Request, Translator

# How many hypotheses of a job are asked for: a beam of four finds a better first one than a greedy search, and gives
# three others to hold a wording against.
POOL = 4

# The jobs that read the source, with the name of the likeness to what they say.
LIKENESS = {Job.POST_EDIT: "like post-edits", Job.RETRANSLATE: "like retranslations"}

# Every signal, higher is better: mean log-probabilities a token, and likenesses from 0 to 1.
SIGNALS = (*(str(job) for job in Job), *LIKENESS.values())


@dataclass(frozen=True, slots=True)
class Asked:
    """What a translator can be asked about a segment, and what it said: by job, the hypotheses best first."""

    requests: Mapping[Job, Request]
    hypotheses: Mapping[Job, Sequence[str]]


def with_signals(
    rows: Sequence[Sequence[Candidate]], asked: Sequence[Asked], translator: Translator
) -> list[tuple[Candidate, ...]]:
    """The rows with the signals of their candidates, where there is something to choose and each job can be asked.

    The scores that they have are those of post-editing. What is longer than the model writes has no signals.
    """
    signalled = [tuple(row) for row in rows]
    told = [n for n, row in enumerate(rows) if len(row) > 1 and _is_whole(asked[n])]
    jobs = [job for job in Job if job is not Job.POST_EDIT]
    places = [(n, at, job) for n in told for at in range(len(rows[n])) for job in jobs]
    values = translator.score(
        [asked[n].requests[job] for n, _, job in places], [rows[n][at].text for n, at, _ in places]
    )
    likely = dict(zip(places, values, strict=True))
    for n in told:
        row = []
        for at, candidate in enumerate(rows[n]):
            signals = {str(Job.POST_EDIT): candidate.score} | {str(job): likely[n, at, job] for job in jobs}
            signals |= {name: likeness(candidate.text, asked[n].hypotheses[job]) for job, name in LIKENESS.items()}
            known = {name: value for name, value in signals.items() if value is not None and isfinite(value)}
            row.append(replace(candidate, signals=known) if len(known) == len(SIGNALS) else candidate)
        signalled[n] = tuple(row)
    return signalled


def likeness(text: str, others: Sequence[str]) -> float | None:
    """How like a text is to others, from 0 to 1: the share of letters that stay, on average; itself does not count.

    >>> likeness("He came.", ["He came.", "He came in.", "He comes."])
    0.83...

    None where there is no other.
    """
    found = [Indel.normalized_similarity(text, other) for other in others if other != text]
    return sum(found) / len(found) if found else None


def _is_whole(asked: Asked) -> bool:
    """Whether every job can be asked, and has said something where likeness is to be measured."""
    return set(asked.requests) == set(Job) and all(asked.hypotheses.get(job) for job in LIKENESS)
