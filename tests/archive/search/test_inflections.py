"""Forms of a word: what belongs to it, and what must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.inflections import derivations, inflections


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("containers", "container"),
        ("container", "containers"),
        ("policies", "policy"),
        ("patches", "patch"),
        ("scanning", "scan"),
        ("scan", "scanned"),
        ("tuning", "tune"),
        ("tune", "tuning"),
        ("deployed", "deploy"),
        ("retries", "retried"),
        ("modelling", "modeling"),
        ("behaviour", "behavior"),
        ("organization", "organisation"),
        ("ran", "running"),
        ("people", "person"),
        ("vms", "vm"),
        ("k8s", "k8"),
        ("catalogue", "catalog"),
    ],
)
def test_inflections_have(word: str, form: str) -> None:
    """Number, tense and spelling are forms of one word."""
    assert form in inflections(word)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("care", "car"),
        ("caring", "car"),
        ("windows", "window"),
        ("news", "new"),
        ("string", "str"),
        ("redis", "redi"),
        ("dictionary", "catalog"),
    ],
)
def test_inflections_have_not(word: str, other: str) -> None:
    """Nothing is cut off a word so that it means something else."""
    assert other not in inflections(word)


def test_kin_share_a_root() -> None:
    """Derived words that are known are derivations; short words, and those that only look derived, have none."""
    assert derivations("deployment", beginning) == ("deploy", "deployments")
    assert derivations("migration", beginning) == ("migrate",)
    assert derivations("docker", beginning) == ()
    assert derivations("container", beginning) == ()


def beginning(root: str) -> list[str]:
    """Return the words of a small archive that begin so."""
    known = (
        *("contain", "container", "deploy", "deployment", "deployments", "deplore"),
        *("dock", "docker", "migrate", "migration", "migrant"),
    )
    return [word for word in known if word.startswith(root)]


@given(st.text("abcdefgilnorst", min_size=1, max_size=12))
def test_a_word_is_none_of_its_own_forms(word: str) -> None:
    """Neither inflections nor derivations name the word itself."""
    assert word not in inflections(word)
    assert word not in derivations(word, lambda root: [root, word, word + "ing"])
