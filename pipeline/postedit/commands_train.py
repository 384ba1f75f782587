"""The command `train`: it parses, calls, shows how far it is, prints the scores."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from postedit.fine_tuning import Moment

INTERRUPTED = 130
QUIET_SECONDS = 30.0  # between two lines where standard error is no terminal
BAR = 24  # columns


def add_train_parser(subparsers: Any) -> None:
    """`postedit train`."""
    parser = subparsers.add_parser(
        "train",
        help="fine-tune a model on your own pairs",
        description="Fine-tune the model that ships, or any seq2seq checkpoint, on your own pairs of rough and good "
        "translations. A part is held out: it ends the training, and shows what was gained. Nothing leaves the "
        "machine.",
        epilog="Example: postedit train --pairs mine.tsv -o my-model/ && postedit clean rough.txt --model my-model/",
    )
    parser.add_argument(
        "--pairs", nargs="+", required=True, type=Path, metavar="FILE", action="extend",
        help="TSV (draft, reference, perhaps source; or named by a first line), JSONL (the same keys), or TMX",
    )  # fmt: skip
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FOLDER", help="the new model's folder")
    parser.add_argument("--force", action="store_true", help="replace a model that was trained there before")
    parser.add_argument(
        "--from", dest="model", default="default", metavar="MODEL",
        help="what to start from: default (the one that ships), a folder, or a hub id",
    )  # fmt: skip
    parser.add_argument(
        "--source", action="store_true", help="read the rows' sources too: learn to post-edit, not only to polish"
    )
    _add_settings(parser)
    parser.set_defaults(run=train_command)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """Options that are fields of `fine_tuning.Settings`, which has their defaults; a test keeps the help in step."""
    parser.add_argument("--epochs", type=int, metavar="N", help="at most so many (default: 10)")
    parser.add_argument("--patience", type=int, metavar="N", help="stop after so many checks without gain (default: 2)")
    parser.add_argument(
        "--held-out", type=float, metavar="N", help="a share (0.1) or a number of pairs; half of it ends the training, "
        "half is reported on (default: a tenth, 8 to 1000)",
    )  # fmt: skip
    parser.add_argument("--learning-rate", type=float, metavar="RATE", help="the highest (default: 0.0001)")
    parser.add_argument(
        "--batch-tokens", type=int, metavar="N", help="size of a batch (default: a twentieth of an epoch, 200 to 1600)"
    )
    parser.add_argument("--source-language", metavar="CODE", help="of the sources (default: zh)")
    parser.add_argument("--target-language", metavar="CODE", help="of drafts and references (default: en)")
    parser.add_argument("--seed", type=int, help="of the split, the order and the dropout (default: 1)")
    parser.add_argument("--threads", type=int, help="default: as many as torch takes")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--offline", action="store_true", default=None, help="never touch the network")
    parser.add_argument("--quiet", action="store_true", help="say nothing but errors and the scores")


def train_command(arguments: argparse.Namespace) -> int:
    """Fine-tune, and print what was gained; 130 if it was interrupted and the best so far kept."""
    from dataclasses import fields

    from postedit.fine_tuning import Settings
    from postedit.training import Watch, train

    names = [field.name for field in fields(Settings)]
    settings = {name: value for name in names if (value := getattr(arguments, name, None)) is not None}
    progress = _Progress()
    trained = train(
        arguments.pairs,
        arguments.output,
        model=arguments.model,
        source=arguments.source,
        force=arguments.force,
        watch=Watch() if arguments.quiet else Watch(progress.say, progress.step),
        **settings,
    )
    print(f"{trained.folder}, on {trained.gains.answers.n} held-out pairs that it never saw:\n\n{trained.gains}")
    if not arguments.quiet:
        print(f"\nUse it: postedit clean rough.txt --model {trained.folder}", file=sys.stderr)
    return INTERRUPTED if trained.tuned.interrupted else 0


class _Progress:
    """What a person sees on standard error: a bar with the time left on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._bar = sys.stderr.isatty()
        self._began = self._told = time.monotonic()
        self._drawn = False

    def say(self, sentence: str) -> None:
        self._clear()
        print(f"postedit: {sentence}", file=sys.stderr, flush=True)

    def step(self, moment: "Moment") -> None:
        now = time.monotonic()
        if moment.step == 1:
            self._began = now  # what came before was loading
        if moment.check is not None:
            trained = "" if moment.check.train is None else f"loss {moment.check.train:.3f}, "
            self.say(f"epoch {moment.check.epochs:.1f}: {trained}held-out loss {moment.check.held_out:.3f}")
        elif self._bar and moment.step > 1 and now - self._told > 0.2:
            print(f"\r{self._line(moment, now)}\x1b[K", end="", file=sys.stderr, flush=True)
            self._told, self._drawn = now, True
        elif not self._bar and moment.step > 1 and now - self._told > QUIET_SECONDS:
            self.say(self._line(moment, now))
            self._told = now

    def _line(self, moment: "Moment", now: float) -> str:
        share = moment.step / moment.steps
        left = (now - self._began) / (moment.step - 1) * (moment.steps - moment.step)
        full = round(BAR * share)
        bar = f"[{'#' * full}{'.' * (BAR - full)}] " if self._bar else ""
        return f"{bar}epoch {moment.epoch}, {share:.0%}, loss {moment.loss:.3f}, at most {_span(left)} left"

    def _clear(self) -> None:
        if self._drawn:
            print("\r\x1b[K", end="", file=sys.stderr)
            self._drawn = False


def _span(seconds: float) -> str:
    """A time for a person.

    >>> _span(42), _span(170), _span(9000)
    ('42 s', '3 min', '2.5 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
