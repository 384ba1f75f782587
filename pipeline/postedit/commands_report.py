"""The command `report`: it reads a result, renders, writes the page."""

import argparse
import sys
from pathlib import Path
from typing import Any

from postedit.errors import OutputError
from postedit.terminal import progress


def add_report_parser(subparsers: Any) -> None:
    """`postedit report`."""
    parser = subparsers.add_parser(
        "report",
        help="make a page to look at",
        description="One HTML page of a result: scores, charts and every segment with its changes and reasons. It "
        "opens from disk and asks nothing of the network.",
        epilog="Example: postedit report clean.txt.json -o report.html",
    )
    parser.add_argument("result", metavar="RESULT.json", help="what `clean -o` or `eval` wrote; - for standard input")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    parser.set_defaults(run=report_command)


def report_command(arguments: argparse.Namespace) -> int:
    """Write the page of a result."""
    from postedit.formats import atomic
    from postedit.report import render
    from postedit.results import read_document

    text = sys.stdin.buffer.read().decode("utf-8") if arguments.result == "-" else None
    with progress(f"making a page of {arguments.result}"):
        page = render(read_document(arguments.result, text))
    if arguments.output in (None, "-"):
        sys.stdout.buffer.write(page.encode("utf-8"))
        return 0
    target = Path(arguments.output)
    if target.resolve() == Path(arguments.result).resolve():
        raise OutputError(f"{target} is the result itself. Choose another name with -o.")
    atomic.write(target, page.encode("utf-8"))
    return 0
