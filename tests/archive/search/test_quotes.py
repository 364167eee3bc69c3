"""Quotes: the sentences that answer, word for word; and entries counted that say a topic."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.index import Index
from archive.search.quotes import MAX_QUOTES, quotes, says_what, sentences
from archive.search.result import Grade
from tests.archive.search import newsletter
from tests.fakes import archives

QUESTIONS = Path(__file__).parents[3] / "../shared/ask/answers.jsonl"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One thing. Another thing!", ("One thing.", "Another thing!")),
        ("Edits files, e.g. YAML. See node.js docs.", ("Edits files, e.g. YAML.", "See node.js docs.")),
        ("By J. Doe and others. Version 1.2 is out.", ("By J. Doe and others.", "Version 1.2 is out.")),
        ("Ever wondered? dpxdt compares pages.", ("Ever wondered?", "dpxdt compares pages.")),
        ("A first line\n• a point. Its rest.", ("A first line", "a point.", "Its rest.")),
        ("\u4e00\u6b21\u3002\u4e8c\u6b21\u3002", ("\u4e00\u6b21\u3002", "\u4e8c\u6b21\u3002")),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text: str, parts: tuple[str, ...]) -> None:
    """Short forms, initials and versions end none."""
    assert sentences(text) == parts


@given(st.text(max_size=400))
def test_every_sentence_stands_in_its_text(text: str) -> None:
    """Whatever the text holds."""
    assert all(sentence in text for sentence in sentences(text))


@pytest.mark.parametrize("name", archives.NAMES)
def test_quotes_stand_word_for_word_in_their_entries(name: str) -> None:
    """Also where a sentence is quoted with the one before it; at most three, each once."""
    issues = archives.snapshot(name).issues
    index = Index.of(issues)
    for issue in issues[:: max(1, len(issues) // 25)]:
        for _, entry in list(issue.entries())[:3]:
            quoted = quotes(index.search(f"what is {entry.headline}", reasons=True).results, index.weight)
            assert len({quote.text for quote in quoted}) == len(quoted) <= MAX_QUOTES
            assert all(quote.text in quote.result.entry.text for quote in quoted)


@pytest.mark.parametrize("name", archives.NAMES)
def test_what_is_counted_says_the_topic(name: str) -> None:
    """Every entry with the very word is counted, oldest first, and none of a sponsor or a job."""
    issues = archives.snapshot(name).issues
    index = Index.of(issues)
    for topic in index.topics(5):
        said = index.mentions(topic)
        days = [issue.published for issue, _, _ in said]
        assert days == sorted(days)
        assert not {"sponsor", "jobs"} & {str(section.kind) for _, section, _ in said}
        counted = {(issue.slug, entry.position) for issue, _, entry in said}
        plain = [
            (issue.slug, entry.position)
            for issue in issues
            for section, entry in issue.entries()
            if f" {topic} " in f" {entry.text.lower()} " and section.kind not in {"sponsor", "jobs", "intro"}
        ]
        assert counted >= set(plain)


@pytest.mark.long
@pytest.mark.skipif(not QUESTIONS.is_file(), reason="the sample of questions is not beside this repository")
def test_the_sample_of_questions_is_answered() -> None:
    """Among the first three quotes is a sentence that answers, and what has no answer is not called answered."""
    index = Index.of(archives.snapshot("real").issues)
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    answered = []
    for row in rows:
        scope = row.get("scope", {}).get("issues")
        found = index.search(row["text"] + (f" issue:{scope[0]}" if scope else ""), reasons=True)
        if row["expect"] == "none":
            assert found.grade is not Grade.STRONG
            continue
        good = {" ".join(each["sentence"].split()) for each in row["good"] if each["grade"] == 2}
        said = [quote.text for quote in quotes(found.results, index.weight)]
        answered.append(any(sentence in text for sentence in good for text in said))
    assert sum(answered) / len(answered) >= 0.7


@pytest.mark.parametrize(
    ("text", "defines"),
    [
        ("Borg describes itself as a framework for copies.", True),
        ("Borg provides tools for copies.", True),
        ("Ever lost a file? borg provides tools for copies.", True),
        ("What Borg is, and why it copies files.", True),
        ("Borg: a tool that copies files.", True),
        ("Borg (the backup) – an engine for copies.", True),
        ("Borg: a useful look at copies.", False),
        ("Borg: the good parts.", False),
        ("What Borg users wish for.", False),
        ("What everybody thinks Borg is.", False),
    ],
)
def test_what_a_thing_is_is_said_in_several_ways(text: str, *, defines: bool) -> None:
    """With the thing's name first; something written about it is not the thing."""
    index = Index.of([newsletter.issue(1, text), newsletter.issue(2, "Kites fly.")])
    assert says_what(quotes(index.search("borg", reasons=True).results, index.weight, "borg"), "borg") is defines


def test_a_definition_comes_first_where_one_is_asked_for() -> None:
    """A sentence that says what a thing is counts as much as all words of the question."""
    texts = ("Borg is finding many users.", "A talk on Borg and its uses.", "Borg is a tool that copies files.")
    index = Index.of([newsletter.issue(number, text) for number, text in enumerate(texts, 1)])
    found = index.search("borg", reasons=True)
    assert quotes(found.results, index.weight, "borg")[0].text == "Borg is a tool that copies files."


def test_a_word_that_is_near_another_is_not_counted_as_it() -> None:
    """What is counted is said; what may have been meant is found by a search, which says so."""
    index = Index.of([newsletter.issue(number, f"Plants grow, volume {number}.") for number in range(25)])
    assert len(index.mentions("plants")) == 25
    assert index.mentions("pants") == ()


def _counted(topic: str, *texts: str) -> list[int]:
    """Return the numbers of the issues that say a topic, of some with these texts after twenty that say it."""
    plain = [newsletter.issue(number, f"On {topic}, volume {number}.") for number in range(100, 120)]
    more = [newsletter.issue(number, text) for number, text in enumerate(texts, 1)]
    index = Index.of([*more, *plain])
    return [issue.number for issue, _, _ in index.mentions(topic) if issue.number is not None and issue.number < 100]


def test_what_the_archive_misspells_is_counted_as_what_it_is() -> None:
    """A letter added, dropped or swapped in a long word that it writes often; another word is none."""
    assert _counted("kubernetes", "A Kuberntes tale.", "One of kubernetse.", "Kubernettes!") == [1, 2, 3]
    assert _counted("terraform", "It will be a terrarium.") == []
    assert _counted("docker", "A rocker.", "A docer.", "Two dockets.") == []


def test_a_near_name_or_a_word_of_the_same_root_is_not_counted() -> None:
    """However rare it is in the archive."""
    assert _counted("heroku", "Dokku runs it at home.") == []
    assert _counted("puppet", "Puppetize was held online.") == []


def test_a_headline_of_an_address_is_not_counted_for_its_apostrophes() -> None:
    """Nor is one without."""
    plain = newsletter.entry("A tale.", "https://example.com/docker-its-not-dns")
    issue = newsletter.issue(1, "Another.")
    for headline, counted in (("Docker it's not DNS", 0), ("Docker: it's not DNS at all", 1)):
        entries = (replace(plain, headline=headline),)
        index = Index.of([replace(issue, sections=(replace(issue.sections[0], entries=entries),))])
        assert len(index.mentions("docker")) == counted
