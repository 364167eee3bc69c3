"""An archive that messages are read with: an issue each Sunday, number 690 on 24 March 2024, and a few names."""

from __future__ import annotations

from datetime import date

from archive.search.words import bag
from bot.lookup.asking.reader import Context

TODAY = date(2024, 3, 27)
_UNKNOWN = bag("""
    wich waht whaat whne hwo dose wheat whoa moer olny toolss newset simlar isssue lateest bokmarks usbscribe newsltter
""")
NEWEST, NEWEST_DAY = 690, date(2024, 3, 24)


class AskedArchive:
    """What reading a message needs to know of that archive."""

    def site(self, name: str) -> str:
        """Return the host of a name that is a site's."""
        return {"github": "github.com", "youtube": "youtube.com", "netflix": "netflixtechblog.com"}.get(name, "")

    def is_name(self, word: str) -> bool:
        """Return whether the word is one of the names it has."""
        return word.casefold() in {"prometheus", "docker", "istio", "helm"}

    def is_own_name(self, word: str) -> bool:
        """Return whether the word is in "Platform Tidings"."""
        return word in {"platform", "tidings"}

    def is_topic(self, name: str, host: str) -> bool:
        """Return whether it speaks of the name more than it links to its `host`."""
        return name.casefold() not in {"github", "youtube", "netflix"} and bool(host)

    def knows(self, word: str) -> bool:
        """Return whether any entry has the word: all do but a few slips and words of other things."""
        return word not in _UNKNOWN

    def issue_on(self, day: date, days: int = 1) -> tuple[int | str, ...]:
        """Return the issues of those days, else the last one before."""
        ago = [(NEWEST_DAY - day).days - each for each in range(days)]
        found = [NEWEST - gap // 7 for gap in ago if gap % 7 == 0]
        return tuple(found) or (NEWEST + (-(NEWEST_DAY - day).days) // 7,)

    def oldest(self) -> int | str | None:
        """Return the first issue."""
        return 1

    def newest(self, back: int = 0) -> int | str | None:
        """Return the issue `back` before the newest."""
        return NEWEST - back

    def beside(self, issue: int | str, step: int) -> int | str | None:
        """Return the issue `step` after the one of this number."""
        return issue + step if isinstance(issue, int) and 0 < issue + step <= NEWEST else None

    def newsletter_in(self, text: str) -> tuple[str, str]:
        """Return that a text names no newsletter: this archive is one newsletter's."""
        return text, ""

    def only(self, newsletter: str) -> AskedArchive:
        """Return itself."""
        assert newsletter
        return self

    def has(self, number: int) -> bool:
        """Return whether an issue has this number."""
        return 0 < number <= NEWEST


def context() -> Context:
    """Return what a message is read with on Wednesday 27 March 2024."""
    return Context(TODAY, AskedArchive())
