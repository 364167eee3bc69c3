"""What would have helped a missed query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.index import Index
from archive.search.remedy import Remedy, RemedyKind
from archive.search.synonyms import parse
from tests.archive.search.newsletter import issue

TEXTS = (
    "Kubernetes pod disruption budgets explained.",
    "Change data capture with Debezium.",
    "Tail latency in large systems.",
    "Mean time to recovery, and why MTTR misleads.",
    "Prometheus exporters.",
    "Postgres backups.",
)
ISSUES = [issue(1, *TEXTS), issue(2, *(f"Again: {text}" for text in TEXTS))]
INDEX = Index.of(ISSUES, parse(""))


@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        ("prometheus exporters", Remedy(RemedyKind.ANSWERED, "prometheus exporters")),
        ("cdc", Remedy(RemedyKind.SYNONYM, "change data capture", "cdc, change data capture", "cdc")),
        ("zeppelin", None),
    ],
)
def test_what_would_have_helped(query: str, remedy: Remedy | None) -> None:
    """Nothing any more, an abbreviation written out, or nothing known."""
    assert INDEX.remedy(query) == remedy


def test_a_word_that_the_archive_lacks_is_named() -> None:
    """Of a query whose other words are answered, the word is told: the archive may have another name of it."""
    remedy = INDEX.remedy("postgres zeppelins")
    assert remedy is not None
    assert (remedy.kind, remedy.query, remedy.words) == (RemedyKind.WITHOUT, "postgres", "zeppelins")


@given(
    st.lists(
        st.sampled_from(["cdc", "pdb", "kubernetes", "tail", "zeppelin", "postgers", "latency", "the", "404", "of"]),
        max_size=5,
    )
)
def test_what_helps_does_help(query: list[str]) -> None:
    """With a remedy's line in the table the query has a strong answer; one without a line has it as it is put."""
    typed = " ".join(query)
    remedy = INDEX.remedy(typed)
    if remedy is None:
        return
    if not remedy.line:
        assert str(INDEX.search(remedy.query).grade) == "strong"
    else:
        helped = Index.of(ISSUES, parse(remedy.line))
        assert str(helped.search(typed).grade) == "strong"
