"""How people put things: the patterns of `phrases.toml`, which lies beside this module."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _all() -> Mapping[str, Mapping[str, str]]:
    text = resources.files("bot.lookup.asking").joinpath("phrases.toml").read_text("utf-8")
    return tomllib.loads(text)


@lru_cache
def phrases(reader: str) -> Mapping[str, re.Pattern[str]]:
    """Return the patterns that the module `reader` reads by, by name."""
    return {
        name: re.compile("".join(line.strip() for line in said.splitlines()), re.IGNORECASE)
        for name, said in _all()[reader].items()
    }
