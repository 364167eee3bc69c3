"""Draw the documents' pictures: the demo itself, as a terminal shows it. `make picture`."""

from __future__ import annotations

import asyncio
import io
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bot.runtime import logs
from bot.runtime.settings import Settings
from playground.demo.demo import play
from playground.demo.held_back import SAMPLE
from playground.demo.process import without_proxies

CUT = "…"
"""What was drawn before this line is left out of the picture."""
PICTURES: dict[str, tuple[str, ...]] = {
    "chooser": (CUT, "react 1"),
    "home": (
        "react 2", "react 3", "react 5", "as ada", "react 3", "react 15", "as you", "/weekly subscribe mondays 09:00",
        "home", "click Mark as read", CUT, "home",
    ),
}  # fmt: skip
WIDTH = 92


class Lines(asyncio.Queue[str | None]):
    """What somebody types, one line after the other; a cut clears what `console` has drawn so far.

    At the end `svg` is what it has drawn since.
    """

    def __init__(self, console: Console, *typed: str) -> None:
        """Give these lines and the end."""
        super().__init__()
        self._console = console
        self.svg = ""
        for line in (*typed, None):
            self.put_nowait(line)

    async def get(self) -> str | None:
        """Give the next line."""
        while (line := await super().get()) == CUT:
            self._console.export_text(clear=True)
        if line is None:
            self.svg = self._console.export_svg(title="Back Issue", unique_id="drawn")
        return line


def drawn(*typed: str) -> str:
    """Play the demo with these lines, and give what it drew as SVG."""
    console = Console(
        record=True,
        width=WIDTH,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
        force_interactive=False,
    )
    svg = asyncio.run(_played(console, typed))
    # Rich's picture asks the network for a font; the reader's own will do.
    return re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code, monospace", "monospace")


async def _played(console: Console, typed: Sequence[str]) -> str:
    lines = Lines(console, *typed)
    with tempfile.TemporaryDirectory(prefix="backissue-picture-") as place:
        await play(SAMPLE, Path(place), Settings.read(), console, lines)
    return lines.svg


def main() -> None:
    """Draw the pictures named as arguments, or all."""
    logs.configure("console", level="ERROR")
    without_proxies()
    for name in sys.argv[1:] or PICTURES:
        Path(__file__).with_name(f"{name}.svg").write_text(drawn(*PICTURES[name]), "utf-8")


if __name__ == "__main__":
    main()
