"""What measures growth tells linear from quadratic, so that the tests that use it can fail."""

from __future__ import annotations

from tests.fakes.growth import LINEAR_AT_MOST, growth


def test_a_linear_function_is_linear() -> None:
    """Looking at each character once grows with the length."""
    assert growth(lambda text: sum(character == "x" for character in text), "word ") < LINEAR_AT_MOST


def test_a_quadratic_function_is_not() -> None:
    """Going over all that came before at each character grows with its square."""
    assert (
        growth(lambda text: [text.count("x", 0, at) for at in range(len(text))], "word ", length=20_000)
        > LINEAR_AT_MOST
    )
