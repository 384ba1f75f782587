"""The `postedit` command: it parses, calls, prints.

Text goes to standard output, everything else to standard error. Exit codes: 0 done; 1 an error, in one sentence;
2 wrong usage or settings; 3 done, but segments failed or want a person's review, or there was a warning; 130
interrupted.
"""

import argparse
import difflib
import errno
import io
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from postedit import __version__
from postedit.commands_eval import add_eval_parser
from postedit.commands_models import add_models_parser
from postedit.commands_report import add_report_parser
from postedit.commands_score import add_compare_parser, add_score_parser
from postedit.commands_train import add_train_parser
from postedit.errors import ConfigError, Interrupted, PosteditError
from postedit.terminal import told

if TYPE_CHECKING:
    from postedit.batch import Outcome
    from postedit.config import Config

# Everything heavy is imported in the function that needs it: `postedit --help` answers at once.

DONE, ERROR, USAGE, REVIEW, INTERRUPTED = 0, 1, 2, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a character is no reason to stop
    arguments = _parse(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except PosteditError as error:
        print(f"postedit: {error}", file=sys.stderr)
        return USAGE if isinstance(error, ConfigError) else ERROR
    except (KeyboardInterrupt, ImportError) as error:
        if isinstance(error, ImportError) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise  # an interrupt while a compiled module loads comes as an ImportError
        kept = error.kept if isinstance(error, Interrupted) else None
        more = f" What was done is kept in {kept}: go on with --resume." if kept else ""
        print(f"postedit: interrupted; what was not finished was not written.{more}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, `| head` for one
        _silence_stdout()
        return ERROR
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _silence_stdout()
        print("postedit: the disk behind standard output is full. Free some space and run again.", file=sys.stderr)
        return ERROR
    return code


def _silence_stdout() -> None:
    """Python flushes standard output when it exits; what it could not write then would be a traceback."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; an option that a command does not have is told with the command's own help at hand."""
    parser = _parser()
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        command = next(word for word in (sys.argv[1:] if argv is None else argv) if not word.startswith("-"))
        [commands] = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
        known = commands.choices[command]._option_string_actions  # noqa: SLF001
        near = difflib.get_close_matches(unknown[0], known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        commands.choices[command].error(f"there is no {unknown[0]}{hint} See postedit {command} --help.")
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="postedit", description="Improve rough machine translations: change only what is predicted to gain."
    )
    parser.add_argument("--version", action="version", version=f"postedit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_clean(commands)
    _add_show(commands)
    add_models_parser(commands)
    add_train_parser(commands)
    add_score_parser(commands)
    add_compare_parser(commands)
    add_report_parser(commands)
    add_eval_parser(commands)
    return parser


def _add_clean(commands: Any) -> None:
    clean = commands.add_parser(
        "clean",
        help="clean rough articles",
        description="Clean rough articles: text, Markdown or JSONL. The text goes to standard output, or to -o, with "
        "every decision and its reason beside it in OUT.json.",
        epilog="Example: postedit clean rough.txt --source original.txt -o clean.txt && postedit show clean.txt.json",
    )
    clean.add_argument("inputs", nargs="+", metavar="INPUT", help="a file, or - for standard input")
    clean.add_argument("-o", "--output", metavar="OUT", help="a file; with several inputs, a folder")
    clean.add_argument("-s", "--source", type=Path, metavar="FILE", help="the text that the draft was made from")
    clean.add_argument("--model", metavar="NAME", help="a shipped model, a folder, a hub id, or none (repairs only)")
    clean.add_argument(
        "--format", choices=["text", "json", "jsonl"], default="text", help="what comes out (default: as it came in)"
    )
    clean.add_argument("--input-format", choices=["text", "markdown", "jsonl"], help="default: by the file's name")
    clean.add_argument("--encoding", metavar="NAME", help="the encoding of the input; default: recognised")
    clean.add_argument("--source-encoding", metavar="NAME", help="the encoding of the source; default: recognised")
    clean.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML; options here win")
    clean.add_argument(
        "--glossary", metavar="FILE", help="Chinese terms and the English that they must have: a .tsv or .csv"
    )
    clean.add_argument(
        "--margin", type=float, help="how much likelier a rewrite must be, in log-probability a token; instead of the "
        "gate that the model learned, if it has one",
    )  # fmt: skip
    clean.add_argument(
        "--max-edit-rate", type=float,
        help="how much of a sentence a rewrite may change: 0.1 is a tenth; as with --margin",
    )  # fmt: skip
    clean.add_argument("--hypotheses", type=int, help="wordings that the model proposes for each job")
    clean.add_argument(
        "--threads", type=int, help="threads of the model; default: as many as there are cores, at most 4"
    )
    clean.add_argument("--device", choices=["auto", "cpu", "cuda"])
    clean.add_argument(
        "--together", action="store_true", default=None, help="one engine drafted all records: judge them together"
    )
    clean.add_argument(
        "--rough", action="store_true", default=None,
        help="you know that it is rough: rewrite what is predicted to gain, even where the article does not seem rough",
    )  # fmt: skip
    clean.add_argument("--keep-furniture", action="store_true", default=None, help="keep the page around the article")
    clean.add_argument("--offline", action="store_true", default=None, help="never touch the network")
    clean.add_argument("--resume", action="store_true", help="skip inputs whose result is there already")
    clean.add_argument("--quiet", action="store_true", help="say nothing but errors")
    clean.set_defaults(run=clean_command)


def clean_command(arguments: argparse.Namespace) -> int:
    """Clean every input; see `batch`."""
    from postedit import batch, places
    from postedit.cleaner import Cleaner

    config = _config(arguments)
    shared = places.Job(
        "",
        None,
        arguments.format,
        arguments.input_format,
        arguments.encoding,
        arguments.source,
        arguments.source_encoding,
        Path(config.glossary) if config.glossary else None,
    )
    jobs = places.plan(arguments.inputs, arguments.output, shared)
    codes = [DONE]
    outcomes = batch.run(Cleaner(config=config), jobs, resume=arguments.resume)
    if not arguments.quiet:
        outcomes = told(outcomes, lambda at: f"cleaning {Path(jobs[min(at, len(jobs) - 1)].name).name}")
    for number, outcome in enumerate(outcomes, 1):
        if outcome.job.output is None:
            batch.write_out(outcome.content)
        if outcome.error is not None:
            print(f"postedit: {outcome.error}", file=sys.stderr)
            codes.append(ERROR)
            continue
        for warning in outcome.warnings:
            print(f"postedit: {outcome.job.name}, {warning}", file=sys.stderr)
        if not arguments.quiet:
            print(_summary(outcome, number, len(jobs)), file=sys.stderr)
        if outcome.warnings or outcome.counts.get("review") or outcome.counts.get("failed"):
            codes.append(REVIEW)
    return ERROR if ERROR in codes else max(codes)


def _config(arguments: argparse.Namespace) -> "Config":
    from postedit.config import Config

    names = (
        "model", "glossary", "margin", "max_edit_rate", "hypotheses", "threads", "device", "together", "rough",
        "keep_furniture", "offline",
    )  # fmt: skip
    settings = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    if arguments.config is not None:
        return Config.from_file(arguments.config, **settings)
    return Config.from_mapping(settings, where="postedit clean")


def _summary(outcome: "Outcome", number: int, total: int) -> str:
    head = f"[{number}/{total}] {outcome.job.name}" if total > 1 else outcome.job.name
    counts = ", ".join(f"{count} {status}" for status, count in outcome.counts.items() if count) or "nothing to do"
    if outcome.skipped:
        return f"{head}: done before ({counts})"
    furniture = f"; {outcome.furniture} blocks of page furniture left out" if outcome.furniture else ""
    sourceless = f"; {outcome.sourceless} without a source" if outcome.sourceless else ""
    where = f" -> {outcome.job.output}" if outcome.job.output else ""
    return f"{head}: {counts}{sourceless}{furniture} ({outcome.seconds:.1f} s){where}"


def _add_show(commands: Any) -> None:
    show = commands.add_parser(
        "show",
        help="show what was changed and why",
        description="Show the decisions of a cleaned article, before beside after, each with its reason.",
    )
    show.add_argument("result", type=Path, metavar="OUT.json", help="the file that `clean -o OUT` wrote beside OUT")
    show.add_argument("--all", action="store_true", help="the kept segments too")
    show.add_argument("--width", type=int, help="columns; default: the terminal's")
    show.add_argument("--colour", choices=["auto", "always", "never"], default="auto")
    show.set_defaults(run=show_command)


def show_command(arguments: argparse.Namespace) -> int:
    """Print the side-by-side view of a result."""
    from postedit.results import read_results
    from postedit.side_by_side import show

    colour = arguments.colour == "always" or (
        arguments.colour == "auto" and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    )
    width = arguments.width or shutil.get_terminal_size((120, 40)).columns
    statuses = ["edited", "review", "failed", *(["kept"] if arguments.all else [])]
    for result in read_results(arguments.result):
        print(show(result, statuses, max(40, width), colour=colour))
    return DONE
