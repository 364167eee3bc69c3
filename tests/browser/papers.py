"""A small newsletter for the tests of the page: short issues, so that a digest's thread is there within seconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2025, 1, 5)
TOPICS = ("kubernetes clusters", "postgres backups", "dns caching", "service meshes", "kafka streams", "slow builds")
"""The topic of each issue, from number 1; the newest half appears only when it is published."""
HOSTILE = (
    '&lt;script&gt;window.stung = "script"&lt;/script&gt; opens the first entry.',
    "<img src=x onerror=\"window.stung = 'image'\"> stands in the second.",
    '"><svg onload="window.stung = 1"><a href="javascript:window.stung=2">press me</a> is the third.',
    "Fourth: &lt;!channel&gt; and &lt;!here&gt;, <@U00000001>, &lt;b&gt;bold&lt;/b&gt;, *stars*, <https://a.test|words>.",
)
"""Entries that try to inject markup: as HTML, which an issue's reader hides, and escaped, so that it arrives."""


def newsletter(folder: Path, *, first: Sequence[str] = ()) -> Path:
    """Write one issue a week into `folder` and return it; the first published issue has the entries `first`."""
    for number, topic in enumerate(TOPICS, 1):
        texts = [f"{word} of {topic}, told by those who had to know." for word in ("The tale", "The cost", "The end")]
        if first and number == len(TOPICS) - 2:
            texts = list(first)
        entries = "\n\n\n".join(
            f"{text}\n<br>[https://example.org/{number}/{at}](https://example.org/{number}/{at})"
            for at, text in enumerate(texts, 1)
        )
        day = FIRST + timedelta(weeks=number - 1)
        head = f"---\ntitle: 'Paper Weekly \\#{number}'\ndate: {day}T09:00:00+00:00\n---\n"
        (folder / f"{day}-{number}.md").write_text(f"{head}\n\nNews\n====\n\n{entries}\n", "utf-8")
    return folder
