"""The commands `score` and `compare`: they parse, read lines, call, print."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from postedit.errors import ArticleError, ConfigError
from postedit.terminal import progress

if TYPE_CHECKING:
    from postedit.comet import CometScore
    from postedit.scores import Scores

METRIC_NAMES = ("bleu", "chrf", "chrf++", "ter")


def add_score_parser(subparsers: Any) -> None:
    """`postedit score`."""
    parser = subparsers.add_parser(
        "score",
        usage="postedit score HYP -r REF... [-s SOURCE] [--baseline DRAFT] [options]",  # -r takes all that follows it
        help="score a translation against references",
        description="BLEU, chrF and TER, to the digit and with the signature that the sacrebleu command prints. "
        "One segment a line; lines end at \\n only.",
        epilog="Example: postedit score clean.txt -r reference.txt --baseline rough.txt",
    )
    parser.add_argument("hypothesis", metavar="HYP", help="the text to score, or - for standard input")
    _add_shared(parser)
    parser.add_argument("-s", "--source", metavar="FILE", help="the source, which --comet needs")
    parser.add_argument("--baseline", metavar="DRAFT", help="test the difference to this text: two paired tests")
    parser.add_argument(
        "--confidence", action="store_true", help="95%% intervals by bootstrap (always with --baseline)"
    )
    parser.add_argument("--comet", action="store_true", help="COMET too, in an environment of its own")
    parser.add_argument("--comet-model", metavar="MODEL", help="a hub id or a checkpoint; default: wmt22-comet-da")
    parser.set_defaults(run=score_command)


def add_compare_parser(subparsers: Any) -> None:
    """`postedit compare`."""
    parser = subparsers.add_parser(
        "compare",
        usage="postedit compare SYSTEM SYSTEM... -r REF... [options]",
        help="compare translations with each other",
        description="Systems side by side, each held against the first: scores with significance, length ratio, share "
        "of segments better, equal and worse, and the twenty segments that differ most.",
        epilog="Example: postedit compare rough.txt clean.txt other.txt -r reference.txt",
    )
    parser.add_argument("systems", nargs="+", metavar="SYSTEM", help="two texts or more; the first is the baseline")
    _add_shared(parser)
    parser.set_defaults(run=compare_command)


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-r", "--reference", nargs="+", required=True, metavar="REF", action="extend", help="one file a reference"
    )
    parser.add_argument(
        "-m",
        "--metrics",
        nargs="+",
        choices=METRIC_NAMES,
        default=["bleu", "chrf", "ter"],
        metavar="METRIC",
        help=f"of {', '.join(METRIC_NAMES)} (default: bleu chrf ter)",
    )
    parser.add_argument(
        "-f", "--format", choices=["text", "json", "markdown"], default="text", help="what comes out (default: text)"
    )
    parser.add_argument(
        "-w", "--width", type=int, choices=range(11), default=1, metavar="N", help="digits (default: 1)"
    )
    parser.add_argument("--target-language", default="en", metavar="CODE", help="picks BLEU's tokenizer (default: en)")
    parser.add_argument("--align-refs", action="store_true", help="cut the texts like the references, at fewest edits")
    parser.add_argument(
        "--seed", type=natural, default=12345, metavar="N", help="of the random tests (default: sacrebleu's, 12345)"
    )
    parser.add_argument(
        "--samples", type=_positive, default=1000, metavar="N", help="bootstrap resamples (default: 1000)"
    )


def natural(text: str, least: int = 0) -> int:
    """A whole number of an option, or wrong usage.

    >>> natural("12")
    12
    """
    number = int(text)
    if number < least:
        raise argparse.ArgumentTypeError(f"must be {least} or more")
    return number


def _positive(text: str) -> int:
    return natural(text, 1)


def score_command(arguments: argparse.Namespace) -> int:
    """Score one text."""
    from postedit.scores import score
    from postedit.tables import scores_table

    _refuse_comet(arguments)
    paths = [arguments.hypothesis, *arguments.reference, arguments.baseline, arguments.source]
    _refuse_two_inputs([path for path in paths if path])
    references = _references(arguments)
    source = _source(arguments, len(references))
    hypotheses, notes = _in_step(arguments.hypothesis, references, arguments)
    baseline = None
    if arguments.baseline:
        baseline, more = _in_step(arguments.baseline, references, arguments)
        notes += more
    with progress(f"scoring {len(references)} segments"):
        scores = score(
            hypotheses,
            references,
            arguments.metrics,
            target_language=arguments.target_language,
            baseline=baseline,
            confidence=arguments.confidence,
            seed=arguments.seed,
            samples=arguments.samples,
        )
    scores = replace(scores, notes=(*notes, *scores.notes))
    neural = _comet(arguments, hypotheses, references, source) if source is not None and arguments.comet else None
    if arguments.format == "json":
        print(_score_json(scores, neural))
        return 0
    print(scores_table(scores, arguments.format, arguments.width, colour=_colour()))
    if neural is not None:
        print(f"{'- ' if arguments.format == 'markdown' else ''}COMET|{neural.signature} = {neural.value:.4f}")
    return 0


def _refuse_comet(arguments: argparse.Namespace) -> None:
    """What COMET lacks is said before anything is scored."""
    from postedit.comet import find_python

    if arguments.comet and not arguments.source:
        raise ConfigError("--comet needs the source: add -s FILE.")
    if arguments.comet_model and not arguments.comet:
        raise ConfigError("--comet-model says which COMET: add --comet to be scored by it.")
    if arguments.comet:
        find_python(os.environ)


def _source(arguments: argparse.Namespace, count: int) -> list[str] | None:
    """The source, where there is one: a line for each reference. What lies where cannot be told across languages."""
    source = read_lines(arguments.source) if arguments.source else None
    if source is not None and len(source) != count:
        raise ArticleError(
            f"{arguments.source} has {len(source)} lines and {arguments.reference[0]} has {count}: the source goes "
            "line by line with the references. Is it the source of this set?"
        )
    return source


def _comet(
    arguments: argparse.Namespace, hypotheses: Sequence[str], references: Sequence[list[str]], source: Sequence[str]
) -> "CometScore":
    from postedit.comet import MODEL, comet

    with progress(f"COMET on {len(source)} segments"):
        # COMET reads one reference: the first.
        firsts = [wordings[0] for wordings in references]
        return comet(hypotheses, firsts, source, model=arguments.comet_model or MODEL)


def _score_json(scores: "Scores", neural: "CometScore | None") -> str:
    document = scores.to_dict()
    if neural is not None:
        document["scores"]["comet"] = neural.to_dict()
    return json.dumps(document, ensure_ascii=False, indent=1)


def compare_command(arguments: argparse.Namespace) -> int:
    """Hold systems against the first."""
    from postedit.comparison import compare
    from postedit.significance import Resampling
    from postedit.tables import comparison_table

    if len(arguments.systems) < 2 or len(set(arguments.systems)) < len(arguments.systems):
        raise ConfigError("compare needs two texts or more, each named once.")
    _refuse_two_inputs([*arguments.systems, *arguments.reference])
    references = _references(arguments)
    systems, notes = {}, []
    for path in arguments.systems:
        systems[path], more = _in_step(path, references, arguments)
        notes += more
    with progress(f"comparing {len(systems)} systems on {len(references)} segments"):
        comparison = compare(
            systems,
            references,
            arguments.metrics,
            target_language=arguments.target_language,
            resampling=Resampling(arguments.samples, seed=arguments.seed),
        )
    comparison = replace(comparison, notes=(*notes, *comparison.notes))
    if arguments.format == "json":
        print(comparison.to_json())
        return 0
    screen = shutil.get_terminal_size((120, 40)).columns if sys.stdout.isatty() else None
    print(comparison_table(comparison, arguments.format, arguments.width, colour=_colour(), screen=screen))
    return 0


def read_lines(path: str) -> list[str]:
    r"""The lines of a file, or of standard input for "-". A line ends at \n and nowhere else; \r\n counts as \n."""
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ArticleError(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ArticleError(f"{path}: byte {error.start} is not UTF-8. Convert it first: iconv -t UTF-8.") from error
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines:
        raise ArticleError(f"{path}: the file is empty.")
    return [line.removesuffix("\r") for line in lines]


def _refuse_two_inputs(paths: Sequence[str]) -> None:
    if list(paths).count("-") > 1:
        raise ConfigError("- is standard input, and it can be read once only. Name files for the rest.")


def _references(arguments: argparse.Namespace) -> list[list[str]]:
    """The wordings of each segment; a line that none says anything on may be none."""
    from postedit.references import parted

    paths = arguments.reference
    files = [read_lines(path) for path in paths]
    for path, lines in zip(paths, files, strict=True):
        if len(lines) != len(files[0]):
            where = parted(files[0], lines, (f"lines in {paths[0]}", f"lines in {path}"))
            raise ArticleError(f"references go line by line, but {where}")
    rows = [list(wordings) for wordings in zip(*files, strict=True)]
    return ([row for row in rows if any(map(str.strip, row))] or rows) if _skips_blanks(arguments) else rows


def _skips_blanks(arguments: argparse.Namespace) -> bool:
    """Blank lines part paragraphs where texts are cut like the references; a source goes line by line with these."""
    return bool(arguments.align_refs) and not getattr(arguments, "source", None)


def _in_step(path: str, references: Sequence[list[str]], arguments: argparse.Namespace) -> tuple[list[str], list[str]]:
    """The lines of a text, cut like the references where that is asked for, and a note that says so."""
    from postedit.references import check_references
    from postedit.resegmentation import resegment

    lines = read_lines(path)
    if not arguments.align_refs:
        check_references(lines, references, f"lines in {path}")
        return lines, []
    lines = ([line for line in lines if line.strip()] or lines) if _skips_blanks(arguments) else lines
    with progress(f"cutting {path} like the references"):
        pieces = list(resegment(lines, references, target_language=arguments.target_language))
    if pieces == lines:
        return lines, []
    note = f"{path}: {len(lines)} lines recut to {len(pieces)} references, at the fewest word edits (--align-refs)"
    return pieces, [note]


def _colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
