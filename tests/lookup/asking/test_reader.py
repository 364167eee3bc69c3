"""What a message means: its kind, its slots, and whether it is answered at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lookup.asking.heard import hear
from bot.lookup.asking.reader import read
from bot.lookup.asking.request import Manner, MessageKind, Request
from tests.fakes.asked_archive import context

SAMPLE = Path(__file__).parents[3] / "../shared/ask/intents.jsonl"
MEANT = (
    ("kubernetes", "lookup"),
    ("what's new on kafka?", "lookup/question"),
    ("<@U0BOT> what is new about kafka?", "lookup/question"),
    ("do you have anything about chaos engineering?", "lookup"),
    ("got any good links on postgres replication", "lookup"),
    ("can you find me something about log aggregation since 2018?", "lookup"),
    ("how do I rotate secrets in kubernetes?", "question"),
    ("which tool draws dependency graphs of terraform", "question"),
    ("what is SLSA?", "question"),
    ("kafka vs rabbitmq", "lookup/question"),
    ("compare nomad and kubernetes", "question"),
    ("when did we first hear about docker?", "question"),
    ("how often was puppet mentioned?", "question"),
    ("when was the last time vagrant came up", "question"),
    ("issue 100", "issue"),
    ("#435", "issue"),
    ("show me the latest issue", "issue"),
    ("latest", "issue"),
    ("last week's issue", "issue"),
    ("the issue from 28 April 2019", "issue"),
    ("what was in last week's newsletter?", "issue"),
    ("only the tools of the latest issue", "issue"),
    ("what did issue 300 say about docker", "question"),
    ("404 errors behind a load balancer", "lookup"),
    ("http 404 pages", "lookup"),
    ("what have I saved?", "mine"),
    ("show my bookmarks", "mine"),
    ("my saved links about terraform", "mine"),
    ("what did the team save most this month", "mine"),
    ("most popular links", "mine"),
    ("export my bookmarks as csv", "mine"),
    ("did I save anything on vault", "mine"),
    ("when is the next digest?", "bot"),
    ("are we paused?", "bot"),
    ("what can you do", "bot"),
    ("help", "bot"),
    ("help with kubernetes upgrades", "lookup/question"),
    ("who are you?", "bot"),
    ("what do you know about me?", "bot"),
    ("how do I subscribe?", "bot"),
    ("how do I pause a kubernetes deployment", "question"),
    ("what topics do you have", "bot"),
    ("why was the digest late today?", "bot"),
    ("why are postmortems blameless?", "question"),
    ("why is nothing in kubernetes easy", "question"),
    ("<@U0BOT> subscribe", "change"),
    ("<@U0BOT> subscribe this channel on fridays at 16:00", "change"),
    ("<@U0BOT> unsubscribe", "change"),
    ("<@U0BOT> please stop posting here", "change"),
    ("<@U0BOT> resume", "change"),
    ("<@U0BOT> move the digest to tuesdays 10am", "change"),
    ("<@U0BOT> can you post every monday at 9?", "change"),
    ("<@U0BOT> no more sponsors in the digest please", "change"),
    ("<@U0BOT> mute until january", "change"),
    ("<@U0BOT> forget me", "change"),
    ("<@U0BOT> delete everything you know about me", "change"),
    ("<@U0BOT> share the second one with <#C123|ops>", "change"),
    ("<@U0BOT> save https://example.com/a", "change"),
    ("<@U0BOT> bookmark this one for me", "change"),
    ("subscribe to events in kafka streams", "lookup"),
    ("unsubscribe links in email headers", "lookup"),
    ("share nothing architecture", "lookup"),
    ("save money on aws", "lookup"),
    ("export metrics to prometheus", "lookup"),
    ("resume driven development", "lookup"),
    ("stop the world garbage collection", "lookup"),
    ("status pages", "lookup"),
    ("schedule cron jobs in kubernetes", "lookup"),
    ("forget about passwords", "lookup"),
    ("delete pods stuck terminating", "lookup"),
    ("move a database without downtime", "lookup"),
    ("post mortem template", "lookup"),
    ("saved by the bell curve", "lookup"),
    ("bookmark managers", "lookup"),
    ("my sql vs postgres", "lookup/question"),
    ("top command alternatives", "lookup"),
    ("random forests", "lookup"),
    ("latest kernel bugs", "lookup"),
    ("issue trackers", "lookup"),
    ("first responders", "lookup"),
    ("next.js deployments", "lookup"),
    ("more efficient docker builds", "lookup"),
    ("what's the difference between SLI and SLO?", "question"),
    ("thanks!", "chatter"),
    ("hi", "chatter/bot"),
    ("hello there", "chatter/bot"),
    ("good bot", "chatter"),
    ("tell me a joke", "chatter"),
    ("lol", "chatter"),
    ("what's the weather like", "chatter"),
    ("how are you?", "chatter"),
    ("we talked about <@U0BOT> yesterday", "chatter"),
    ("posted by <@U0BOT>", "chatter"),
    ("kafka tuning <@U0BOT>", "lookup"),
    ("hey <@U0BOT>, is there anything on feature flags?", "lookup/question"),
    ("does <@U0BOT> know about nix?", "question/lookup"),
    ("as <@U0BOT> said, monoliths win", "chatter"),
    ("cc <@U0BOT>", "chatter"),
    ("<@U0BOT>", "bot"),
    ("tools", "ambiguous"),
    ("more", "ambiguous"),
    ("the second one", "ambiguous"),
    ("monday", "ambiguous"),
    ("save", "ambiguous"),
    ("that one", "ambiguous"),
    ("surprise me", "lookup"),
    ("something random", "lookup"),
    ("kubernetes but not helm, newest first, only news", "lookup"),
    ("three best articles about incident response between 2017 and 2019", "lookup"),
    ("anything from github on load testing?", "lookup"),
    ('"service mesh"', "lookup"),
    ("is serverless cheaper than containers?", "question"),
    ("has anyone written about migrating off heroku?", "question"),
    ("any jobs in berlin?", "lookup"),
    ("i want to learn about ebpf", "lookup/question"),
    ("what should I read about capacity planning?", "question/lookup"),
    ("what did you post last week?", "issue/bot"),
    ("links from the last issue", "issue"),
    ("what are the tools in #512?", "issue"),
    ("the one before that", "ambiguous"),
    ("can you pause the digest while we are on holiday?", "change"),
    ("we don't want job ads anymore", "change"),
    ("send me my list as markdown", "mine"),
    ("how many links about rust are there?", "question"),
    ("who maintains terraform?", "question"),
    ("when should I use a message queue?", "question"),
    ("when is a service mesh worth it?", "question"),
    ("how often should I rotate keys?", "question"),
    ("how often do you deploy kafka?", "question"),
    ("first steps with ansible", "lookup"),
    ("what happened to coreos?", "question"),
    ("where is the digest?", "bot"),
    ("good tools to test terraform", "lookup/question"),
    ("give me 5 links on sqlite please", "lookup"),
    ("what do people say about pagerduty", "question"),
    ("is this channel subscribed", "bot"),
    ("who subscribed this channel?", "bot"),
    ("send the digest at 10 instead", "change"),
    ("change the time to 14:00", "change"),
    ("turn it off", "change"),
)
"""Messages, and the kinds that they may be read as."""


def meaning(message: str) -> Request:
    """Return what a message means, in a channel if it mentions the bot, else in a direct message."""
    return read(hear(message, "U0BOT" if "<@U0BOT>" in message else ""), context())


@pytest.mark.parametrize(("message", "kinds"), MEANT, ids=[message for message, _ in MEANT])
def test_a_message_is_read_as_what_it_means(message: str, kinds: str) -> None:
    """Also where it looks like something else: "pause containers in kubernetes" changes nothing."""
    assert meaning(message).kind in kinds.split("/")


@pytest.mark.parametrize(
    ("message", "slots"),
    [
        ("anything good on kafka, only tools", {"topic": "kafka", "section": "tools"}),
        ("kubernetes before 2016 but not helm", {"topic": "kubernetes", "before": "2016-01-01", "not": ["helm"]}),
        ("monitoring without prometheus", {"topic": "monitoring", "not": ["prometheus"]}),
        ("deploys without downtime", {"topic": "deploys without downtime"}),
        ("how do I back up etcd?", {"topic": "back up etcd"}),
        ("skip tests in ci", {"topic": "skip tests in ci"}),
        ("monitoring in the 2010s", {"topic": "monitoring", "after": "2010-01-01", "before": "2020-01-01"}),
        ("ansible >= 2018", {"topic": "ansible", "after": "2018-01-01"}),
        ("just the news bits of 512", {"issue": [512], "section": "news"}),
        ("videos on kubernetes", {"topic": "videos on kubernetes"}),
        ("videos on youtube about sre", {"topic": "sre", "site": "youtube.com"}),
        (
            "could we get it on thursdays at 4pm",
            {"action": ["subscribe", "schedule", "retime"], "schedule": "thursdays 4pm"},
        ),
        ("year 2038 problem", {"topic": "year 2038 problem"}),
        ("the 3 newest posts on rust", {"topic": "rust", "order": "newest", "limit": 3}),
        ("helm from github", {"topic": "helm", "site": "github.com"}),
        ("moving from github to gitlab", {"topic": "moving from github to gitlab"}),
        ("issue 435 tools pls :hammer:", {"issue": [435], "section": "tools"}),
        ("the one from two weeks ago", {"issue": [688]}),
        ("what did the last three issues say about kubernetes", {"topic": "kubernetes", "last": 3}),
        ("what did the team save most this month", {"team": True, "period": "month"}),
        ("subscribe us for mondays 9am", {"action": ["subscribe"], "schedule": "mondays 9am"}),
        ("share the second one with <#C123|ops>", {"action": ["share"], "rank": 2, "channel": "C123"}),
        ("share #2 with <#C123|ops>", {"action": ["share"], "rank": 2, "channel": "C123"}),
        ("post issue 512 to <#C123|ops>", {"action": ["share"], "issue": [512], "channel": "C123"}),
        ("we move to kafka. anything worth reading on its limits?", {"topic": "its limits"}),
        ("my boss asks what gitops actually means", {"topic": "gitops"}),
        ("something introductory re: consul would help a new colleague", {"topic": "consul"}),
        ("job ads mentioning nomad", {"topic": "nomad", "section": "jobs"}),
        ("zookeeper, tools section only", {"topic": "zookeeper", "section": "tools"}),
        ("docker security, github only", {"topic": "docker security", "site": "github.com"}),
        (
            "everything from 2015 on logstash",
            {"topic": "logstash", "after": "2015-01-01", "before": "2016-01-01", "year": 2015},
        ),
        ("medium.com articles about kafka", {"topic": "kafka", "site": "medium.com"}),
        ("puppet from 2015 on", {"topic": "puppet", "after": "2015-01-01"}),
        (
            "start sending this here every thursday 4pm",
            {"action": ["subscribe", "schedule"], "schedule": "every thursday 4pm"},
        ),
    ],
)
def test_what_limits_a_request_is_taken_out_of_its_topic(message: str, slots: dict[str, Any]) -> None:
    """Filters in words become the query language's own; the topic is what is left."""
    assert meaning(message).slots() == slots


def test_a_mention_in_passing_gets_silence() -> None:
    """So does an emoji; a mention alone gets the short help."""
    assert meaning("I think <@U0BOT> posted that last week").manner is Manner.NONE
    assert meaning("my <@U0BOT> is broken again").manner is Manner.NONE
    assert meaning("ask the <@U0BOT> what kafka is good for").kind is MessageKind.QUESTION
    assert meaning("<@U0BOT> \N{THUMBS UP SIGN}").manner is Manner.SHORT
    assert meaning("<@U0BOT>") == Request(MessageKind.BOT, Manner.SHORT, about="help")


@given(st.text(max_size=300), st.booleans())
def test_any_message_has_one_reading(text: str, mentioned: bool) -> None:
    """Whatever it holds, and nothing but a change of ours asks for a button."""
    found = meaning(f"<@U0BOT> {text}" if mentioned else text)
    assert found.manner is not Manner.CONFIRM or found.action


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the sample of messages is not beside this repository")
def test_the_sample_of_messages_is_read() -> None:
    """Of the messages that were judged, nearly all have the right kind."""
    rows = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()]
    asked = [row for row in rows if "edited" not in row["where"]]
    wrong = [row["id"] for row in asked if meaning(row["text"]).kind not in {row["kind"], *row.get("also", ())}]
    assert len(wrong) <= len(asked) // 20


def test_messages_of_somebody_who_did_not_write_the_reader_are_read() -> None:
    """Nine of ten, with the traps among them. What is wrong is not mended by a pattern for it alone."""
    lines = Path(__file__).with_name("messages.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    wrong = [row["text"] for row in rows if meaning(row["text"]).kind not in row["kinds"]]
    assert len(wrong) <= len(rows) // 10, wrong


@pytest.mark.parametrize(
    ("message", "slots"),
    [
        ("kubernetes, nothing before 2018", {"topic": "kubernetes", "after": "2018-01-01"}),
        ("terraform but nothing after 2017", {"topic": "terraform", "before": "2018-01-01"}),
        ("terraform except 2019", {"topic": "terraform", "not": ["2019"]}),
    ],
)
def test_a_date_that_is_denied_limits_the_other_way(message: str, slots: dict[str, Any]) -> None:
    """As it is meant."""
    assert meaning(message).slots() == slots


@pytest.mark.parametrize("message", ["we don't want this any more", "please leave this channel alone", "stop it"])
def test_what_is_not_wanted_at_all_is_not_offered(message: str) -> None:
    """The button ends the digest; it does not subscribe."""
    assert meaning(message).action[0] == "unsubscribe"


@pytest.mark.parametrize("message", ["what did you send on monday?", "remove my bookmark on vault", "delete my tests"])
def test_what_only_looks_like_a_wish_offers_no_button(message: str) -> None:
    """A question of fact changes nothing, and "my" does not mean all that is stored."""
    assert meaning(message).manner is not Manner.CONFIRM


@pytest.mark.parametrize(
    ("message", "kind", "topic"),
    [
        ("whaat is a service mesh", MessageKind.QUESTION, "service mesh"),
        ("wich tool scans images", MessageKind.QUESTION, "tool scans images"),
        ("wheat beer recipes", MessageKind.LOOKUP, "wheat beer recipes"),
        ("whoa horse training", MessageKind.LOOKUP, "whoa horse training"),
    ],
)
def test_a_question_word_is_read_through_a_slip_but_not_in_another_word(
    message: str, kind: MessageKind, topic: str
) -> None:
    """A letter may be missing, doubled or swapped; one that is added makes another word, known or not."""
    assert (meaning(message).kind, meaning(message).topic) == (kind, topic)


@pytest.mark.parametrize(
    ("message", "topic", "action"),
    [
        ("links about atm fraud", "atm fraud", ()),
        ("anything about rn", "rn", ()),
        ("rn or flutter", "rn or flutter", ()),
        ("pause the digest rn", "", ("pause",)),
        ("stop posting atm!", "", ("unsubscribe", "pause")),
    ],
)
def test_what_is_short_for_now_at_the_end_is_a_name_elsewhere(
    message: str, topic: str, action: tuple[str, ...]
) -> None:
    """Else a topic would be searched by other words than were typed."""
    assert (meaning(message).topic, meaning(message).action) == (topic, action)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("can u find something on vault", "can you find something on vault"),
        ("u have anything on vault", "you have anything on vault"),
        ("u boot", "u boot"),
        ("team topologies", "team topologies"),
        ("right sizing instances", "right sizing instances"),
        ("well, what is kafka", "what is kafka"),
        ("hey all, kafka", "kafka"),
        ("booting with u-boot", "booting with u-boot"),
        ("racks of 2 u servers", "racks of 2 u servers"),
    ],
)
def test_a_word_is_spoken_to_somebody_only_where_it_can_be(said: str, heard: str) -> None:
    """It is in the name of things, too."""
    assert hear(said).text == heard


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("how does react work", "question"),
        ("which database would help with time series", "question"),
        ("we moved to kubernetes, pause containers", "lookup"),
        ("no downtime deploys", "lookup"),
        ("which buttons does github actions have", "question"),
        ("we are back from vacation, resume", "change"),
        ("no job ads in our digest", "change"),
        ("unsubscribe this channel, too noisy", "change"),
        ("can I see everything I've saved this year", "mine"),
        ("I don't get how this works", "bot"),
        ("new joiner here! any primers on helm?", "lookup"),
        ("which year was chef most popular in", "question"),
    ],
)
def test_what_looks_like_another_kind_is_its_own(message: str, kind: str) -> None:
    """A reason before a wish, a verb within a topic, the bot's words for other things."""
    assert meaning(message).kind == kind
