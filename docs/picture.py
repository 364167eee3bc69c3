"""Draw docs/demo.svg: the demo itself, as a terminal shows it. `make picture`."""

from __future__ import annotations

import asyncio
import io
import re
import sys
from pathlib import Path

from rich.console import Console

from bot.playground.demo import demo

LINES = ("/weekly kuberntes", "react 3", "/weekly saved", "quit")
WIDTH = 92


def main() -> None:
    """Run the demo with somebody's lines and keep what it drew."""
    sys.stdin = io.StringIO("\n".join(LINES) + "\n")
    console = Console(
        record=True,
        width=WIDTH,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        force_interactive=False,
    )
    asyncio.run(demo(console=console))
    # Rich's picture asks the network for a font; the reader's own will do.
    drawn = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="make demo", unique_id="demo"), flags=re.DOTALL)
    Path(__file__).with_name("demo.svg").write_text(drawn.replace("Fira Code, monospace", "monospace"), "utf-8")


if __name__ == "__main__":
    main()
