"""What came of commands and searches, for those who count them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import TypeAlias, TypeVar

from archive.search.result import Grade
from bot.lookup.commands import Command, Topic

T = TypeVar("T")
OnCommand: TypeAlias = Callable[[str, float], None]
"""Takes a command's kind and the seconds until its answer was made."""
OnSearch: TypeAlias = Callable[[Grade], None]
"""Takes the grade of a search's answer."""
OnMiss: TypeAlias = Callable[[str, Grade], None]
"""Takes the query of a search without a strong answer, and the grade of its answer."""
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class SearchTally:
    """Who is told of searches: `graded` of each one's grade, `missed` of those without a strong answer."""

    missed: OnMiss = lambda *_: None
    graded: OnSearch = lambda _: None


class CommandOutcomes:
    """Tells `on_command` of every command that was typed, and `on_search` of every search by one, or by a question.

    Neither may fail.
    """

    def __init__(self) -> None:
        """Begin with nobody to tell."""
        self.on_command: list[OnCommand] = []
        self.on_search: list[OnSearch] = []

    def answered(self, command: Command, began: float) -> None:
        """Note that a command was answered, which was taken at `began` of the monotonic clock."""
        for told in self.on_command:
            told(kind_of(command), monotonic() - began)

    def timed(self, command: Command, work: Callable[[], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
        """Return `work`, which will note that the command was answered when it ends."""
        began = monotonic()

        async def noted() -> T:
            try:
                return await work()
            finally:
                self.answered(command, began)

        return noted

    def searched(self, grade: Grade) -> None:
        """Note a search's grade."""
        for told in self.on_search:
            told(grade)


def kind_of(command: Command) -> str:
    """Return the kind of a command: its class's name in small letters, `tools` for a search of the tools only.

    >>> kind_of(Topic("kafka"))
    'topic'
    """
    if isinstance(command, Topic) and command.tools:
        return "tools"
    return _CAPITAL.sub("_", type(command).__name__).lower()
