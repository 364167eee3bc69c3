"""All that is done with what belongs to a person, put together."""

from __future__ import annotations

from dataclasses import dataclass

from bot.bookmarks.personal_data.erasure import Forgetting
from bot.bookmarks.personal_data.exporting import Exporting
from bot.bookmarks.personal_data.importing import Importing


@dataclass(frozen=True, slots=True)
class PersonalData:
    """The use cases: taking along, bringing, being forgotten."""

    exporting: Exporting
    importing: Importing
    forgetting: Forgetting
