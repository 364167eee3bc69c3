"""The parts of a search: cutting words, taking queries apart, correcting, naming."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.kind import Kind
from archive.link import canonical, domain
from archive.search.address import address
from archive.search.query import Query, QueryWord
from archive.search.query import parse as taken_apart
from archive.search.spelling import corrections
from archive.search.synonyms import NEAR_NAME_WEIGHT, SYNONYM_WEIGHT, Synonym, parse, shipped
from archive.search.vocabulary import Vocabulary
from archive.search.words import words


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Blue/green, blue-green", ["blue", "green", "blue", "green"]),
        ("GitHub’s C++ and C#", ["github", "cplusplus", "and", "csharp"]),
        ("on .NET, not example.net", ["on", "dotnet", "not", "example", "net"]),
        ("Café naïve", ["cafe", "naive"]),
        ("written in Go, let's go", ["written", "in", "golang", "let", "go"]),
        ("🥑 \x00\x1b[0m", ["0m"]),
        ("数据库 and 漏洞", ["数据", "据库", "and", "漏洞"]),
        ("データベースの", ["デー", "ータ", "タベ", "ベー", "ース", "スの"]),
        ("ﾃﾞｰﾀ Ｋｕｂｅｒｎｅｔｅｓ", ["デー", "ータ", "kubernetes"]),
        ("데이터베이스", ["데이", "이터", "터베", "베이", "이스"]),
        ("Kubernetes入门2024", ["kubernetes", "入门", "2024"]),
        ("Größe, Straße, Øresund", ["grosse", "strasse", "oresund"]),
        ("数", ["数"]),
    ],
)
def test_text_is_cut(text: str, cut: list[str]) -> None:
    """Case, accents, signs and apostrophes don't matter; names made of signs are words."""
    assert words(text) == cut


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://github.com/rancher/k3os", (), ["rancher", "k3os"]),
        ("https://wiki.ubuntu.com/FanNetworking", ("ubuntu",), ["fan", "networking", "fannetworking"]),
        (
            "http://exampleengineering.com/2014/04/a-post-8ef135467666.html?x=y#z",
            ("exampleengineering", "example", "engineering"),
            [],
        ),
        ("", (), []),
    ],
)
def test_addresses_are_cut(url: str, host: tuple[str, ...], path: list[str]) -> None:
    """Numbers, hashes and a blog's furniture are dropped; a publisher's name is found in a glued host."""
    found = address(url)
    assert (found.host, found.path) == (host, path)


def _filler(*texts: str) -> tuple[QueryWord, ...]:
    """Make words that only count beside others."""
    return tuple(QueryWord(text, optional=True, filler=True) for text in texts)


def test_a_query_is_taken_apart() -> None:
    """Every kind of part has its place."""
    asked = taken_apart(
        'How do I tune “exact words” nginx -docker -"two words" in:tools,news site:https://www.a.example/ #'
    )
    assert asked == Query(
        words=(*_filler("how", "do", "i"), QueryWord("tune"), QueryWord("nginx")),
        phrases=(("exact", "words"),),
        without=(("docker",), ("two", "words")),
        kinds=frozenset({Kind.TOOLS, Kind.NEWS}),
        sites=("a.example",),
        filters=("in:tools,news", "site:https://www.a.example/"),
    )
    assert taken_apart("year:2019").after == date(2019, 1, 1)
    assert taken_apart("before:2020-06").before == date(2020, 6, 1)
    assert taken_apart("foo:bar").words == (QueryWord("foo"), QueryWord("bar"))
    assert taken_apart("talk slides").words == (QueryWord("talk"), QueryWord("slides"))


def test_corrections_go_by_length() -> None:
    """A short word is not corrected, a longer one by one edit, a long one by two."""
    vocabulary = Vocabulary()
    list(vocabulary.number(["cap", "redis", "kafka", "kubernetes", "monitoring"]))
    near = {
        typed: [found.word for found in corrections(typed, vocabulary, lambda numbers: numbers * 0 + 5)]
        for typed in ("cup", "reids", "kakfa", "kubrenets", "monitorong", "zzzzz")
    }
    assert near == {
        "cup": [],
        "reids": ["redis"],
        "kakfa": ["kafka"],
        "kubrenets": ["kubernetes"],
        "monitorong": ["monitoring"],
        "zzzzz": [],
    }


def test_words_added_later_are_found() -> None:
    """A vocabulary that grows finds old words and new."""
    vocabulary = Vocabulary()
    for word in ("alpha", "beta", "alphabet", "gamma", "alps"):
        list(vocabulary.number([word]))
        assert vocabulary.ids[word] in vocabulary.starting(word[:2])
    assert sorted(vocabulary.words[number] for number in vocabulary.starting("al")) == ["alpha", "alphabet", "alps"]
    assert {vocabulary.words[number] for number in vocabulary.near("alphq", 1).tolist()} == {"alpha"}


def test_names_go_both_ways_or_one() -> None:
    """Commas make names of one thing, an arrow a way to other things; comments and blanks add nothing."""
    names = parse("# a comment\n\npg, postgres  # the same\nhpa > kubernetes autoscaling\n~ team, teams\nalone")
    assert names.of(("pg",)) == (Synonym(("postgres",), SYNONYM_WEIGHT, "synonym"),)
    assert names.of(("postgres",)) == (Synonym(("pg",), SYNONYM_WEIGHT, "synonym"),)
    assert names.of(("hpa",)) == (Synonym(("kubernetes", "autoscaling"), NEAR_NAME_WEIGHT, "near name"),)
    assert names.of(("kubernetes", "autoscaling")) == ()
    assert ("team",) not in names.topics


def test_a_near_name_brings_what_else_it_is_called() -> None:
    """Who asks for the narrower name gets the broader one by any of its names, and no other near names of that."""
    names = parse("psql > postgres\npostgres, postgresql, pg\npostgres > relational database")
    assert [other.words for other in names.of(("psql",))] == [("postgres",), ("postgresql",), ("pg",)]
    assert {other.rule for other in names.of(("psql",))} == {"near name"}


def test_the_shipped_table_is_broad() -> None:
    """The table that ships knows hundreds of names, and the usual abbreviations."""
    table = shipped()
    assert len(table.table) > 600
    assert all(table.of((name,)) for name in ("k8s", "o11y", "iac", "pg", "tf", "sre", "faas", "wasm", "sdn", "mtls"))


@given(st.text(st.sampled_from("w./aB1-?#: @w"), max_size=14), st.sampled_from(["http://", "https://www.", "www.", ""]))
def test_an_address_is_compared_in_its_canonical_form(rest: str, start: str) -> None:
    """The short way for plain addresses gives what the long way gives."""
    found = address(start + rest)
    assert (found.key, found.site) == (canonical(start + rest), domain(start + rest))


@given(st.text(st.sampled_from("aB'’ _-.#+cé\u0301²½\x1f\u00a0sGo"), max_size=12))
def test_pieces_are_cut_as_a_whole_is(text: str) -> None:
    """A word is a run of letters and digits with at most one apostrophe in it, however the text is gone through."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    plain = re.sub("[\u0300-\u036f]", "", plain).lower()
    if "go" not in plain and not {"#", "+"} & set(plain):
        found = re.findall(r"[^\W_]+(?:'[^\W_]+)?", plain)
        assert words(text) == [word.removesuffix("'s").replace("'", "") for word in found]
