"""The version of the code that reads and shows issues: it changes by itself whenever that code does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import archive
from archive import document
from archive.issue import Issue
from bot import domain
from bot.domain.preferences import Preferences
from bot.slack import blocks, cards
from bot.slack.blocks.message import Digest

Render: TypeAlias = Callable[[Issue, Preferences, str], Digest]
"""Renders an issue by a channel's preferences, with a line for its channel message. Pure."""

SPECIMEN = """---
title: A specimen, number 7
date: 2020-02-29
---
News
====

Kubernetes 1.30 is out: what changes for *operators*, and what `kubectl` says about it. A second sentence follows.

https://news.example.org/kubernetes-1-30


Why we moved from Jenkins - and back again

Two paragraphs & a [link inside](https://example.com/inside?utm_source=weekly).

https://example.com/jenkins
https://example.com/jenkins/part-2


Tools
-----

- [httpie/cli](https://github.com/httpie/cli) **HTTP** for people.

Sponsor
-------

Our sponsor says hello.

https://sponsor.example.net/
"""
"""An issue that is read and rendered to notice a changed library, or code that was replaced in a running process."""


@lru_cache(maxsize=8)
def version_of(render: Render) -> str:
    """Return the version, 16 hex digits: a hash of the code that reads and renders, and of the rendered specimen."""
    found = hashlib.sha256()
    for text in _code():
        found.update(text)
    found.update(_shown(render).encode())
    return found.hexdigest()[:16]


def sources() -> tuple[Path, ...]:
    """Return the files of the code that reads issues or renders digests, in a fixed order.

    Whole packages, so that a module which a renderer starts to use is covered from then on.
    """
    folders = [Path(str(package.__file__)).parent for package in (archive, domain, blocks, cards)]
    return tuple(file for folder in folders for file in sorted(folder.rglob("*.py")))


def _code() -> Iterator[bytes]:
    for file in sources():
        yield file.name.encode() + b"\0" + file.read_bytes()


def _shown(render: Render) -> str:
    """Return the specimen as `render` renders it, as JSON; "" if it can't, so that the code alone is hashed."""
    issue = document.read("specimen.md", SPECIMEN.encode()).issue
    if issue is None:
        return ""
    try:
        digest = render(issue, Preferences(), "")
    except Exception:  # noqa: BLE001 - the same error will show with real issues
        return ""
    parts = [(part.key, part.message.text, list(part.message.blocks)) for part in (digest.parent, *digest.replies)]
    return json.dumps(parts, sort_keys=True, default=str)
