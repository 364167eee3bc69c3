"""Sub-commands about one of a channel's subscriptions, named by its newsletter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.search.newsletters import Newsletters
from bot.domain.subscription_settings import Access
from bot.lookup.commands import (
    Allow,
    Command,
    Owner,
    Pause,
    Resume,
    Status,
    Subscribe,
    SubscribeForm,
    SubscribeTopics,
    Topic,
    Unsubscribe,
)
from bot.lookup.typed_command import parse
from tests.fakes.newsletter import issue, of
from tests.fakes.virtual import START

NAMES = {"devops": "DevOps Weekly", "sre-weekly": "SRE Weekly", "data": "Data Elixir"}
THREE = Newsletters(lambda: [replace(of(slug, issue(1, START)), newsletter_name=name) for slug, name in NAMES.items()])


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("subscribe sre-weekly fridays 16:00", Subscribe("fridays 16:00", "sre-weekly")),
        ("Subscribe SRE Weekly fridays 16:00", Subscribe("fridays 16:00", "sre-weekly")),
        ("subscribe sre weekyl as soon as it appears", Subscribe("as soon as it appears", "sre-weekly")),
        ("subscribe sre asap", Subscribe("asap", "sre-weekly")),
        ("subscribe data mondays 09:00 Europe/London", Subscribe("mondays 09:00 Europe/London", "data")),
        ("subscribe all fridays 16:00", Subscribe("fridays 16:00", "")),
        ("subscribe fridays 16:00", Subscribe("fridays 16:00")),
        ("subscribe weekdays 9am", Subscribe("weekdays 9am")),
        ("subscribe every monday 09:00", Subscribe("every monday 09:00")),
        ("subscribe sre-weekly", SubscribeForm("sre-weekly")),
        ("subscribe", SubscribeForm()),
        ("subscribe sre-weekly about kafka, rust", SubscribeTopics("kafka, rust", ask=False, newsletter="sre-weekly")),
        ("subscribe sre-weekly kafka, rust", SubscribeTopics("kafka, rust", ask=False, newsletter="sre-weekly")),
        ("subscribe data, kafka", SubscribeTopics("data, kafka")),
        ("pause sre-weekly", Pause("sre-weekly")),
        ("pause all", Pause("")),
        ("pause", Pause()),
        ("resume devops weekly", Resume("devops")),
        ("unsubscribe data elixir", Unsubscribe("data")),
        ("status sre", Status("sre-weekly")),
        ("owner sre", Owner(newsletter="sre-weekly")),
        ("owner @ada", Owner("@ada")),
        ("allow owner sre", Allow(Access.OWNER, "sre-weekly")),
        ("allow everybody", Allow(Access.EVERYBODY)),
        ("pause button accessibility", Topic("pause button accessibility", "pause")),
        ("status pages", Topic("status pages", "status")),
    ],
)
def test_a_newsletter_is_named(typed: str, command: Command) -> None:
    """By slug or name, begun or misspelt; days, topics and other words stay what they are."""
    assert parse(typed, (), THREE) == command


@pytest.mark.parametrize("typed", ["pause all", "pause sre-weekly", "status data", "subscribe sre-weekly"])
def test_with_one_newsletter_none_is_named(typed: str) -> None:
    """Such words are a topic, as they were."""
    assert parse(typed) == Topic(typed, typed.split(" ", maxsplit=1)[0])
