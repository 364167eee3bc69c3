"""Run every benchmark, or those named: `python -m benchmarks [--archive DIR] [--json] [reading searching …]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from benchmarks import asking, bookmarks, commands, delivery, growth, page, reading, searching, several
from benchmarks.table import Row, as_json, show

SAMPLE = Path(__file__).parents[1] / "playground/demo/sample"
ALL: dict[str, Callable[[Path], list[Row]]] = {
    "reading": reading.run,
    "searching": searching.run,
    "commands": commands.run,
    "delivery": lambda _: delivery.run(),
    "growth": lambda _: growth.run(),
    "bookmarks": bookmarks.run,
    "asking": asking.run,
    "page": page.run,
    "several": several.run,
}


def main() -> int:
    """Run what was asked for; give 0 when every figure is within its limit, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*ALL, []], metavar="NAME", help=f"which: {', '.join(ALL)}")
    parser.add_argument("--archive", type=Path, default=SAMPLE, help="the issues to measure on (default: the sample)")
    parser.add_argument("--json", action="store_true", help="JSON Lines instead of tables")
    options = parser.parse_args()
    errors = Console(stderr=True)
    held = True
    for name in options.names or ALL:
        with errors.status(f"Measuring {name} …"):
            rows = ALL[name](options.archive)
        if options.json:
            print(as_json(rows))
        else:
            show(rows, f"{name}, on {options.archive}")
        held = held and all(row.ok for row in rows)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
