"""Fine-tune a model on a user's own pairs: `train` is the whole way from their file to a folder that `clean` uses."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from postedit import ct2_weights, gate_fitting, trained_folder, weights
from postedit import manifest as manifests
from postedit.checkpoint import described
from postedit.comparison import compare
from postedit.errors import ConfigError, ModelError, OutputError, PairsError
from postedit.fine_tuning import Lessons, Moment, Settings, Tuned, fine_tune
from postedit.gate import Gate
from postedit.manifest import Manifest
from postedit.scores import score
from postedit.seq2seq import Seq2SeqTranslator
from postedit.trained_folder import Findings, Gains, Lineage
from postedit.training_pairs import FEWEST, Pair, Split, check_columns, read, sift, split
from postedit.translator import Job, Request, Translator
from postedit.translator_hf import HfEngine

METRICS = ("chrf", "bleu")
SHOWN = 5  # held-out pairs on which the systems differ most


@dataclass(frozen=True, slots=True)
class Trained:
    """A model that was fine-tuned: where it lies, how the training went, and what it gained."""

    folder: Path
    lineage: Lineage
    tuned: Tuned
    findings: Findings

    @property
    def gains(self) -> Gains:
        return self.findings.gains


@dataclass(frozen=True, slots=True)
class Watch:
    """Whom to tell what: a sentence at each stage, and each step of the training."""

    say: Callable[[str], None] = lambda _: None
    step: Callable[[Moment], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class _Task:
    """What a caller asked for."""

    files: tuple[Path, ...]
    out: Path
    model: str
    source: bool
    settings: Settings


@dataclass(frozen=True, slots=True)
class _Outputs:
    """A model's own answers, and what `clean` makes of them by its own gate; nothing without drafts."""

    answers: list[str]
    cleaned: list[str]


@dataclass(frozen=True, slots=True)
class _Student:
    """The model to be trained, in torch."""

    folder: Path  # its checkpoint
    translator: Seq2SeqTranslator
    engine: HfEngine
    limits: tuple[int, int]  # the longest input and output, in tokens


def train(
    pairs: Sequence[str | Path],
    out: str | Path,
    *,
    model: str = "default",
    source: bool = False,
    force: bool = False,
    watch: Watch | None = None,
    **settings: Any,
) -> Trained:
    """Fine-tune a model on files of pairs and write it to the folder `out`, whole or not at all.

    With `source` it learns to post-edit, without it to polish, and from pairs without drafts to retranslate. `settings`
    are the fields of `fine_tuning.Settings`. Raises PairsError, ModelError, ConfigError or OutputError.
    """
    task = _Task(tuple(map(Path, pairs)), Path(out), model, source, _settings(settings))
    with trained_folder.appearing(task.out, force=force) as partial, tempfile.TemporaryDirectory() as scratch:
        return _train(task, partial, Path(scratch), watch or Watch())


def _train(task: _Task, folder: Path, scratch: Path, watch: Watch) -> Trained:
    settings = task.settings
    given = {str(path): read(path, settings.languages) for path in task.files}
    pairs = [pair for one in given.values() for pair in one.pairs]
    where = weights.find(task.model, offline=settings.offline)
    base = described(where.folder, where.name)
    weights.writes(base)
    job = _job(pairs, base, source=task.source)
    student = _student(base, scratch, settings)
    parts, counts = _parts(pairs, job, student, settings)
    watch.say(f"{job}: {', '.join(f'{count} {what}' for what, count in counts.items())}")

    before = _loaded(task.model, settings)
    name = before.name.partition("|")[0]
    digests = {path: one.sha256 for path, one in given.items()}
    lineage = Lineage(task.out.name, base, name, job, _jobs(job, base.jobs), settings, digests, counts, student.limits)
    old = _outputs(before, weights.gate_of(before), job, parts.test)
    lessons = Lessons(student.translator.codec, parts, job, base.jobs, settings)
    tuned = fine_tune(student.engine, lessons, settings, watch.step)
    watch.say(f"{_after(tuned)}; comparing on {len(parts.test)} held-out pairs")

    trained_folder.write_checkpoint(student.engine.model, student.folder, folder)
    trained_folder.write_manifest(folder, lineage)
    findings = _judged(folder, lineage, parts, old)
    trained_folder.write_manifest(folder, lineage, findings)
    trained_folder.write_card(folder, lineage, tuned, findings)
    return Trained(task.out, lineage, tuned, findings)


def _settings(given: dict[str, Any]) -> Settings:
    known = [field.name for field in fields(Settings)]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ConfigError(f"train: unknown setting {unknown[0]!r}; known are {', '.join(known)}")
    return Settings(**given)


def _job(pairs: Sequence[Pair], base: Manifest, *, source: bool) -> Job:
    """What the pairs are for. ModelError where the model cannot do it, PairsError where a column is missing."""
    drafts = any(pair.draft for pair in pairs)
    job = (Job.POST_EDIT if source else Job.POLISH) if drafts else Job.RETRANSLATE
    if job is Job.POST_EDIT and job not in base.jobs and Job.RETRANSLATE in base.jobs:
        job = Job.RETRANSLATE  # a translation model: of rows with a source it reads that, and not the draft
    if job not in base.jobs:
        ways = {
            Job.POLISH: "Give it rows with a source and add --source",
            Job.POST_EDIT: "Leave --source out: it then learns from the drafts alone",
            Job.RETRANSLATE: "These pairs have no drafts, which is what it reads. Add them",
        }
        can = ", ".join(one for one in Job if one in base.jobs)
        raise ModelError(f"{base.name} cannot {job}; it can {can}. {ways[job]}, or name a model that can with --from.")
    check_columns(pairs, job)
    return job


def _jobs(job: Job, can: frozenset[Job]) -> frozenset[Job]:
    """What the new model is trusted with: what it was trained on."""
    return can & ({Job.POST_EDIT, Job.POLISH} if job is Job.POST_EDIT else {job})


def _student(base: Manifest, scratch: Path, settings: Settings) -> _Student:
    """The base as torch can train it; int8 weights are made floats again first."""
    folder = base.weights
    if base.vouches and not base.is_checkpoint:
        manifests.verify(base)
        try:
            folder = ct2_weights.rebuild(base.weights, scratch / base.name, loosen=settings.seed)
        except OSError as error:
            raise OutputError(f"{scratch}: cannot be written ({error}). Let TMPDIR name a disk with room.") from error
    translator = _loaded(str(folder), settings, engine="hf", jobs=tuple(base.jobs))
    assert isinstance(translator, Seq2SeqTranslator)
    assert isinstance(translator.engine, HfEngine)
    limits = base if base.vouches else translator.card
    return _Student(folder, translator, translator.engine, (limits.max_input_tokens, limits.max_output_tokens))


def _loaded(model: str, settings: Settings, engine: str = "auto", jobs: Sequence[Job] = ()) -> Translator:
    return weights.load(
        model,
        engine=engine,
        jobs=jobs,
        device=settings.device,
        threads=settings.threads,
        offline=settings.offline,
        source_language=settings.source_language,
        target_language=settings.target_language,
    )


def _parts(pairs: Sequence[Pair], job: Job, student: _Student, settings: Settings) -> tuple[Split, dict[str, int]]:
    """The three parts, and how many pairs went where."""
    kept, left_out = sift(pairs, job, lambda pair: _fits(student, job, pair))
    if len(kept) < len(pairs) and len(kept) < FEWEST:
        why = ", ".join(f"{count} {reason}" for reason, count in sorted(left_out.items()))
        raise PairsError(
            f"{len(kept)} of {len(pairs)} pairs are left to train on ({why}); at least {FEWEST} are needed."
        )
    parts = split(kept, settings.held_out, settings.seed)
    counts = {"to train on": len(parts.train), "to stop by": len(parts.dev), "to report on": len(parts.test)}
    return parts, counts | {f"left out ({why})": count for why, count in sorted(left_out.items())}


def _fits(student: _Student, job: Job, pair: Pair) -> bool:
    """Whether the model reads the pair whole, also where the reference stands in for the draft, and can write it."""
    codec, (longest, longest_output) = student.translator.codec, student.limits
    inputs = [codec.source(Request(job, draft=draft, source=pair.source)) for draft in (pair.draft, pair.reference)]
    return max(map(len, inputs)) <= longest and len(codec.target(pair.reference)) <= longest_output


def _judged(folder: Path, lineage: Lineage, parts: Split, old: _Outputs) -> Findings:
    """The new model's gate, found on the pairs to stop by, and what it gained on those to report on."""
    after, job = _loaded(str(folder), lineage.settings), lineage.job
    gate = None if job is Job.RETRANSLATE else gate_fitting.fit(after, parts.dev)
    new = _outputs(after, gate or Gate(), job, parts.test)
    return Findings(gate, _gains(old, new, parts.test, lineage.settings.target_language))


def _outputs(translator: Translator, gate: Gate, job: Job, pairs: Sequence[Pair]) -> _Outputs:
    """What a model says of itself (the draft, if any, where it only loops), and what `clean` makes of that."""
    requests = [Request(job, draft=pair.draft, source=pair.source) for pair in pairs]
    said = translator.translate(requests, 1)
    answers = [texts[0] if texts else pair.draft for texts, pair in zip(said, pairs, strict=True)]
    if job is Job.RETRANSLATE:
        return _Outputs(answers, [])
    return _Outputs(
        answers,
        [one.chosen(gate) for one in gate_fitting.proposals(translator, pairs, signals=gate.predictor is not None)],
    )


def _gains(old: _Outputs, new: _Outputs, pairs: Sequence[Pair], language: str) -> Gains:
    references = [pair.reference for pair in pairs]
    drafts = [pair.draft for pair in pairs]
    systems = {"drafts": drafts} if all(drafts) else {}
    systems |= {"base": old.answers, "trained": new.answers}
    if new.cleaned:
        systems |= {"clean, base": old.cleaned, trained_folder.TRAINED: new.cleaned}
    overview = compare(systems, references, METRICS, target_language=language)
    overview = replace(overview, differing=overview.differing[:SHOWN])
    answers = score(new.answers, references, METRICS, baseline=old.answers, target_language=language)
    return Gains(overview, answers)


def _after(tuned: Tuned) -> str:
    start, best = tuned.curve[0].held_out, tuned.best
    ended = "interrupted: the best so far is kept" if tuned.interrupted else "done"
    return f"{ended}; held-out loss {start:.3f} -> {best.held_out:.3f} after {best.epochs:.1f} epochs"
