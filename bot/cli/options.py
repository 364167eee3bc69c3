"""The options that several commands have, and the forms in which they write.

Nothing heavy is imported here: `--help` imports it.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

# typer reads Optional[X]; it is the one place where the older spelling is needed.
Archive = Annotated[
    Optional[Path],
    typer.Option(
        "--archive",
        metavar="DIR",
        help="The folder of issues.",
        # Named here and not read through bot.runtime.settings: commands that only read must not pay for pydantic,
        # which takes 0.17 s to import (measured).
        envvar="BACKISSUE_ARCHIVE",
        show_default=False,
    ),
]
Synonyms = Annotated[
    Optional[Path],
    typer.Option(
        "--synonyms",
        metavar="FILE",
        help="A file of more synonyms.",
        envvar="BACKISSUE_SYNONYMS",  # as above
        show_default=False,
    ),
]


class AskFormat(StrEnum):
    """What `ask` can write for a file."""

    JSONL = "jsonl"


Source = Annotated[
    Optional[str],
    typer.Option(
        "--source",
        metavar="ADDRESS",
        help="Where new issues come from: a feed, a mailbox (imaps://…) or a git repository.",
        envvar="BACKISSUE_SOURCE",  # as above
        show_default=False,
    ),
]


class ExportFormat(StrEnum):
    """What `export` can write."""

    JSONL = "jsonl"


class SearchFormat(StrEnum):
    """What `search` can write."""

    TABLE = "table"
    JSONL = "jsonl"
