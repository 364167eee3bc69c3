"""Which page of an issue a button opens."""

from __future__ import annotations

import json

from bot.slack.blocks import blocks


def page_value(slug: str, page: int) -> str:
    """Return a button's value that names one page of an issue."""
    return json.dumps({"i": slug, "p": page}, ensure_ascii=False)


def read_page(value: object) -> tuple[str, int] | None:
    """Read a value of `page_value`; None for anything else."""
    try:
        fields = json.loads(value) if isinstance(value, str) and len(value) <= blocks.BUTTON_VALUE_MAX_CHARS else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not isinstance(fields.get("i"), str) or type(fields.get("p")) is not int:
        return None
    return fields["i"], fields["p"]
