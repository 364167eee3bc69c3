"""The workspace that the page shows: two people, two channels, and a few messages."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from playground.slack.site import Site
from playground.slack.workspace import User, Workspace

TEAM = "T0DEMO"
SAID = (
    (55, "grace", "Morning! The rollback last night took four minutes. I blame the quiet load balancer."),
    (52, "ada", "Four is a record. Notes: <https://example.com/runbooks/rollback>"),
    (
        31,
        "grace",
        "For your lists: <https://example.com/dns|how DNS is cached>, <https://example.org/queues|queues by hand>",
    ),
    (30, "ada", "Reading them at lunch."),
)
"""The messages in #general: how many minutes ago, by whom, and the text."""


@dataclass(frozen=True, slots=True)
class Fixtures:
    """The stand-in and the people that one can be, in order."""

    site: Site
    workspace: Workspace
    people: tuple[User, ...]
    home: str
    """The id of the channel in which digests appear."""


def fixtures(now: datetime, *, empty: bool = False) -> Fixtures:
    """Build it as of `now`; `empty`: without messages."""
    site = Site()
    # The stand-in listens on this machine, where other programs can reach it: its token must be secret.
    workspace = site.add(Workspace(TEAM, domain="demo", token=f"xoxb-{secrets.token_hex(16)}"))
    people = (workspace.add_user("ada", "Europe/London"), workspace.add_user("grace", "America/New_York"))
    devops = workspace.add_channel("devops", people)
    general = workspace.add_channel("general", people)
    for person in people:
        workspace.direct(person.id)
    by_name = {person.name: person.id for person in people}
    for minutes, name, text in () if empty else SAID:
        workspace.post(general, now - timedelta(minutes=minutes), user=by_name[name], text=text)
    return Fixtures(site, workspace, people, devops.id)
