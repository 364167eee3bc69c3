"""All that is done with what belongs to a person, put together."""

from __future__ import annotations

from dataclasses import dataclass

from bot.belongings.exporting import Exporting
from bot.belongings.forgetting import Forgetting
from bot.belongings.importing import Importing


@dataclass(frozen=True, slots=True)
class Belongings:
    """The use cases: taking along, bringing, being forgotten."""

    exporting: Exporting
    importing: Importing
    forgetting: Forgetting
