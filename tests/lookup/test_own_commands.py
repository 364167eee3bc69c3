"""What is typed after a newsletter's own command means that newsletter."""

from __future__ import annotations

import pytest

from bot.lookup import commands, typed_command
from bot.lookup.own_commands import of_newsletter
from bot.lookup.views.answer import QUERY_MAX_CHARS
from tests.fakes.several import BREAD, TIDES, current

ARCHIVE = current([*BREAD, *TIDES])


def read(typed: str, newsletter: str = "bread") -> commands.Command:
    """Return what is read of what was typed after the command of a newsletter."""
    slugs = [issue.slug for issue in ARCHIVE.snapshot.issues]
    return of_newsletter(typed_command.parse(typed, slugs, ARCHIVE.index.newsletters), newsletter)


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("rye", commands.Topic("rye from:bread")),
        ("rye from:tide-weekly", commands.Topic("rye from:tide-weekly")),
        ("latest", commands.Latest("bread")),
        ("latest tide weekly", commands.Latest("tide-weekly")),
        ("random", commands.Random("bread")),
        ("issue 1", commands.ShowIssue("1", "bread")),
        ("issue tide-weekly/issue-1", commands.ShowIssue("tide-weekly/issue-1")),
        ("saved", commands.Saved("from:bread")),
        ("top", commands.Top(newsletter="bread")),
        ("export", commands.Export(newsletter="bread")),
        ("subscribe fridays 16:00", commands.Subscribe("fridays 16:00", newsletter="bread")),
        ("subscribe", commands.SubscribeForm("bread")),
        ("subscribe tide weekly fridays 16:00", commands.Subscribe("fridays 16:00", newsletter="tide-weekly")),
        ("pause", commands.Pause("bread")),
        ("status", commands.Status("bread")),
        ("help", commands.Help()),
        ("", commands.Usage("")),
    ],
)
def test_a_newsletter_s_command_means_it_where_none_is_named(typed: str, command: commands.Command) -> None:
    """What has nothing to do with newsletters is as after the main command."""
    assert read(typed) == command
    assert read(typed, "") == typed_command.parse(typed, ["tide-weekly/issue-1"], ARCHIVE.index.newsletters)


def test_a_topic_has_to_leave_room_for_the_newsletter() -> None:
    """Otherwise its buttons could not carry it."""
    command = read("k" * (QUERY_MAX_CHARS - 5))
    assert isinstance(command, commands.Usage)
    assert "at most 289 characters" in command.reason
