"""A newsletter among several is registered by itself, and one that gets another slug keeps its rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.broken import BrokenFile
from bot.domain.issue_identity import Fingerprint
from bot.domain.newsletter import Newsletter
from bot.store.issues import Issues
from bot.store.store import Store

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BOTH = ("devops", "sre")


def issue(slug: str, text: str, dated: datetime = NOW) -> Fingerprint:
    """Return the fingerprint of an issue whose links and text are its own."""
    return Fingerprint(slug, frozenset({f"{text}-{n}" for n in range(4)}), text, f"file of {text}", dated)


async def test_an_upgrade_to_several_keeps_what_was_registered(store: Store) -> None:
    """The issues have the identities that they had, and nothing of them is new; what comes later is."""
    await store.issues.register([issue("1", "one"), issue("2", "two")], NOW)
    devops = store.issues.of("devops", BOTH)
    there = [issue("devops/1", "one"), issue("devops/2", "two"), issue("devops/3", "three", NOW + DAY)]
    found = await devops.register(there, NOW + DAY)
    assert found.identity == {"devops/1": "1", "devops/2": "2", "devops/3": "devops/3"}
    assert (set(found.not_new), found.edited) == ({"1", "2"}, frozenset())
    assert await store.issues.count() == 0
    assert (await devops.count(), await devops.last_look()) == (3, NOW + DAY)


async def test_a_newsletter_that_is_added_has_a_first_look_of_its_own(store: Store) -> None:
    """Nothing of it is new, though the bot has run for long, and its #1 is not the other's."""
    await store.issues.of("devops", BOTH).register([issue("devops/1", "one")], NOW)
    added = await store.issues.of("sre", BOTH).register([issue("sre/1", "other")], NOW + 30 * DAY)
    assert (added.identity, set(added.not_new)) == ({"sre/1": "sre/1"}, {"sre/1"})
    later = [issue("sre/1", "other"), issue("sre/2", "another", NOW + 31 * DAY)]
    assert "sre/2" not in (await store.issues.of("sre", BOTH).register(later, NOW + 31 * DAY)).not_new


async def test_an_issue_is_recognised_in_its_own_newsletter_only(store: Store) -> None:
    """The same links in two newsletters are two issues."""
    await store.issues.of("devops", BOTH).register([issue("devops/1", "one")], NOW)
    found = await store.issues.of("sre", BOTH).register([issue("sre/9", "one")], NOW)
    assert found.identity == {"sre/9": "sre/9"}


async def test_a_renamed_slug_and_a_moved_folder_change_nothing(store: Store) -> None:
    """The rows follow, also those of what is dated ahead and of broken files; the old slug's name can be used again."""
    ahead = issue("a/3", "three", NOW + 9 * DAY)
    await store.broken_files.register([BrokenFile("a/bad.md", 1, "no title", "give it one")], NOW)
    await store.issues.of("a", ("a",)).register([issue("a/1", "one"), issue("a/2", "two"), ahead], NOW)
    renamed = [issue("b/x/1", "one"), issue("b/x/2", "two"), issue("b/3", "three", NOW + 9 * DAY)]
    found = await store.issues.of("b", ("b",)).register(renamed, NOW + 10 * DAY)
    assert found.identity == {"b/x/1": "a/1", "b/x/2": "a/2", "b/3": "b/3"}
    assert "b/3" in found.not_new, "the first look saw it ahead, and nobody looked since"
    assert [each.file for each in await store.broken_files.register([], NOW)] == []
    again = await store.issues.of("a", ("a", "b")).register([issue("a/1", "another newsletter's")], NOW + 11 * DAY)
    assert again.identity == {"a/1": "a/1~2"}
    assert (await store.issues.of("b", ("a", "b")).register(renamed, NOW + 11 * DAY)).identity == found.identity


async def test_who_is_in_use_keeps_its_rows(store: Store) -> None:
    """Only a slug that is not configured any more is taken over, and only where the issues are the same."""
    await store.issues.of("a", ("a", "b")).register([issue("a/1", "one")], NOW)
    assert (await store.issues.of("b", ("a", "b")).register([issue("b/1", "one")], NOW)).identity == {"b/1": "b/1"}
    assert (await store.issues.of("c", ("c",)).register([issue("c/1", "other")], NOW)).identity == {"c/1": "c/1"}
    assert await store.issues.of("a").count() == 1


async def test_of_many_texts_half_must_be_known(store: Store) -> None:
    """One issue in common makes no newsletter another's heir."""
    await store.issues.register([issue(str(n), f"text {n}") for n in range(6)], NOW)
    there = [issue("b/0", "text 0"), *(issue(f"b/{n}", f"other {n}") for n in range(1, 6))]
    assert (await store.issues.of("b", ("b",)).register(there, NOW)).identity["b/0"] == "b/0"


async def test_looking_takes_nothing_over(store: Store) -> None:
    """A command that only looks leaves the rows to the bot."""
    await store.issues.register([issue("1", "one")], NOW)
    await store.issues.of("devops").recognised([issue("devops/1", "one")], NOW)
    assert await Issues(store.database, Newsletter("", "")).count() == 1
