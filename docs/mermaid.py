"""Draws the documents' diagrams from their Mermaid sources: `make diagrams`.

docs/diagrams/NAME.mmd becomes NAME.svg beside it, which holds a hash of its source, so that a test can tell when it is
old. The pictures are committed: reading the documents takes no script and no network.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import sys
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.browser.machine import Missing, chromium, fetch

FOLDER = Path(__file__).with_name("diagrams")
MERMAID_VERSION = "12.3.0"
MERMAID_SHA512 = "4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw=="
MERMAID = Path(sys.prefix) / f"mermaid-{MERMAID_VERSION}.min.js"
# Text as text, not as HTML within the picture: that is shown by browsers only, and by some not within an <img>.
SETTINGS = {
    "startOnLoad": False,
    "theme": "neutral",
    "fontFamily": "Helvetica, Arial, sans-serif",
    "htmlLabels": False,
    "flowchart": {"htmlLabels": False, "useMaxWidth": False, "wrappingWidth": 260, "rankSpacing": 34},
    "deterministicIds": True,
}
_DRAW = """async ([settings, source]) => {
  mermaid.initialize(settings);
  return (await mermaid.render("drawn", source)).svg;
}"""
_HASH = re.compile(r"<!-- of ([0-9a-f]{64}) -->")


def sources() -> list[Path]:
    """Return the Mermaid sources, by name."""
    return sorted(FOLDER.glob("*.mmd"))


def hash_of(source: Path) -> str:
    """Return the hash that a picture of this source holds."""
    return hashlib.sha256(source.read_bytes()).hexdigest()


def is_current(source: Path) -> bool:
    """Return whether the picture beside `source` was drawn from it as it is now."""
    picture = source.with_suffix(".svg")
    found = _HASH.search(picture.read_text("utf-8")) if picture.exists() else None
    return found is not None and found[1] == hash_of(source)


async def draw(page: Page, source: str) -> str:
    """Return the picture of a source as SVG, on white: it is shown on dark pages too."""
    svg = str(await page.evaluate(_DRAW, [SETTINGS, source]))
    return svg.replace("<svg ", '<svg style="background: white" ', 1)


async def main() -> int:
    """Draw all of them. Return 1 where Chromium or npm is missing."""
    path = chromium()
    try:
        if path is None:
            raise Missing("no Chromium: `make test` says how to get it")
        fetch(f"mermaid@{MERMAID_VERSION}", MERMAID_SHA512, "package/dist/mermaid.min.js", MERMAID)
    except Missing as why:
        sys.stderr.write(f"No diagrams can be drawn: {why}\n")
        return 1
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])  # root has none
        page = await browser.new_page()
        await page.add_script_tag(path=MERMAID)
        for source in sources():
            svg = await draw(page, source.read_text("utf-8"))
            source.with_suffix(".svg").write_text(f"{svg}\n<!-- of {hash_of(source)} -->\n", "utf-8")
        await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
