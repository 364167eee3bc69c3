"""The table of the archive's links is made where nobody waits for it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import pytest

from archive.issue import Issue
from bot.bookmarks import link_lookup
from bot.source.library import Library
from tests.fakes.folder import FakeFolder

TEXT = "---\ntitle: Weekly\ndate: 2020-01-01\n---\n\nNews\n====\n\nA thing.\n<br>[https://{0}.example/](https://{0}.example/)\n"


async def test_links_are_read_off_the_event_loop_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """After `prepare` a look-up reads no issue; after a change only the new issue is read."""
    read: list[tuple[str, int]] = []
    links = link_lookup._links

    def noted(issue: Issue) -> Iterable[Any]:
        read.append((issue.slug, threading.get_ident()))
        return links(issue)

    monkeypatch.setattr(link_lookup, "_links", noted)
    folder = FakeFolder({"a.md": TEXT.format("a")})
    library = Library.opened(folder)
    lookup = link_lookup.LinkLookup(library, str)
    await lookup.prepare()
    assert lookup.known("https://a.example/") is not None
    folder.put("b.md", TEXT.format("b"))
    await library.refresh()
    await lookup.prepare()
    assert lookup.known("https://b.example/") is not None
    assert [slug for slug, _ in read] == ["a", "b"]
    assert threading.get_ident() not in {thread for _, thread in read}
