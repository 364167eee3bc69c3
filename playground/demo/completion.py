"""What the demo's prompt suggests while one types."""

from __future__ import annotations

from collections.abc import Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from bot.source.library import Library

VERBS = (
    "react", "unreact", "save", "home", "click", "tick", "untick", "fill", "submit", "cancel", "next", "channel",
    "thread", "as", "say", "help", "quit",
)  # fmt: skip
WORDS = (
    "latest", "issue", "random", "topics", "saved", "top", "top month", "top year", "export", "import", "forget me",
    "subscribe", "unsubscribe", "pause", "resume", "status", "why", "preview", "help",
)  # fmt: skip
MOST = 8


class Suggestions(Completer):
    """Suggests verbs, the command's own words, and topics that the archive has."""

    def __init__(self, command: str, library: Library) -> None:
        """Suggest for `command` (with its slash) from the archive in use."""
        self._command = command
        self._library = library

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Give what could follow what was typed so far."""
        del complete_event
        typed = document.text_before_cursor
        name, space, rest = typed.partition(" ")
        if not space:
            offered = (*VERBS, self._command, "/tools")
            yield from (Completion(word, -len(name)) for word in offered if name and word.startswith(name))
        elif name.startswith("/") and rest:
            words = [word for word in WORDS if word.startswith(rest)] if name == self._command else []
            topics = self._library.current.index.suggest(rest, MOST)
            yield from (Completion(word, -len(rest)) for word in dict.fromkeys([*words, *topics]))
