"""The documentation as a site: `make docs`, into build/docs. Every warning is an error, a link to nowhere among them.

The source folder is the whole repository, so that links between pages, the README and other files are the same on the
site as in the repository.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Back Issue"
root_doc = "docs/index"
extensions = ["myst_parser"]
include_patterns = ["*.md", "docs/**.md", "benchmarks/search/README.md"]
exclude_patterns = [".*", "build", "**/node_modules"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Back Issue"
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_extra_path = ["site"]
html_theme_options: dict[str, object] = {"footer_icons": []}


def add_contents(_app: Sphinx, name: str, source: list[str]) -> None:
    """Put the two lists of pages into the sidebar: their links, in order.

    In the repository they are plain lists; Sphinx wants them a second time.
    """
    if name not in {"docs/index", "docs/decisions/index"}:
        return
    pages = re.findall(r"\]\(([^):#]+)\.md\)", source[0])
    source[0] += "\n".join(["\n```{toctree}", ":hidden:", "", *dict.fromkeys(pages), "```\n"])


def setup(app: Sphinx) -> None:
    """Connect the above."""
    app.connect("source-read", add_contents)
