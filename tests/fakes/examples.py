"""How many examples a property tries that takes longer, or less, than others."""

from __future__ import annotations

from hypothesis import settings

USUAL = 100
"""Examples of a property in `make test`."""


def examples(count: int) -> int:
    """Return `count`, or as much less in the quick tests, and more when fuzzing, as for a property that tries `USUAL`.

    A figure that is given to Hypothesis itself would hold in every tier.
    """
    return max(1, count * settings().max_examples // USUAL)
