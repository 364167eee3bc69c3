"""The same wish in other words, and what only sounds like it: each kind has a table of both."""

from __future__ import annotations

from typing import Any

import pytest

from bot.lookup.asking.heard import hear
from bot.lookup.asking.reader import read
from bot.lookup.asking.request import Form, Limits, MessageKind, Request
from bot.lookup.asking.sub_commands import command_of
from tests.fakes.asked_archive import context


def asked(text: str) -> Request:
    """Return what a mention with this text asks for."""
    return read(hear(f"<@U0BOT> {text}", "U0BOT"), context())


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("are you an actual human", "self"),
        ("is this a bot or a person?", "self"),
        ("am I talking to a robot", "self"),
        ("can you bookmark links for me", "help"),
        ("can you post in other channels?", "help"),
        ("are you able to export bookmarks", "help"),
        ("do you let me save links?", "help"),
        ("how far back does the archive go", "topics"),
        ("what years do you cover", "topics"),
        ("what is your oldest entry", "topics"),
    ],
)
def test_what_the_bot_is_and_can_do(text: str, about: str) -> None:
    """Asking whether something can be done does not ask for it."""
    request = asked(text)
    assert (str(request.kind), request.about) == ("bot", about)


@pytest.mark.parametrize(
    "text",
    [
        "starting monday only news",
        "as of now just tools",
        "from tomorrow no jobs please",
        "from next friday on only events",
        "fewer jobs from now on",
        "less nomad, more postgres going forward",
        "more security and less kubernetes in the digest",
        "less sponsors in future please",
    ],
)
def test_digests_should_hold_other_things(text: str) -> None:
    """From some day on, or from now on: a button asks for it."""
    request = asked(text)
    assert (request.action[:1], str(request.manner)) == (("taste",), "confirm")


@pytest.mark.parametrize(
    ("text", "schedule", "channel"),
    [
        ("we'd like the weekly digest in <#C7|ops> on mondays 9:15", "weekly mondays 9:15", "C7"),
        ("could we have the digest in <#C7|ops> at 9", "9", "C7"),
        ("we would love to get it every monday", "every monday", ""),
    ],
)
def test_a_digest_is_wished_for_elsewhere(text: str, schedule: str, channel: str) -> None:
    """A channel that is named is where: its id, which says more than a name that may have changed."""
    request = asked(text)
    assert (request.schedule, request.channel, str(request.manner)) == (schedule, channel, "confirm")


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("435 minus the ads", {"without_sections": ("sponsor",)}),
        ("#300 but no jobs", {"without_sections": ("jobs",)}),
        ("show 435 excluding events", {"without_sections": ("events",)}),
        ("435 only tools", {"section": "tools"}),
    ],
)
def test_an_issue_is_shown_without_a_section(text: str, limits: dict[str, Any]) -> None:
    """What is to be left out is not what is asked for."""
    request = asked(text)
    assert str(request.kind) == "issue"
    assert {name: getattr(request.limits, name) for name in request.limits.set()} == limits


@pytest.mark.parametrize(
    "text",
    [
        "is there a tool to lint dockerfiles",
        "is there any tool which draws diagrams?",
        "is there something that converts compose files",
        "do you know a library that retries requests",
        "is there a way to test terraform",
    ],
)
def test_a_thing_is_asked_for_by_what_it_does(text: str) -> None:
    """As "which tool" asks."""
    assert str(asked(text).kind) == "question"


@pytest.mark.parametrize(
    "text",
    [
        "less kubernetes more nomad",
        "less is more in monitoring",
        "fewer alerts",
        "starting with terraform only",
        "from next to vite",
        "real person monitoring",
        "save things in vault",
        "we'd like something on tuesday outages",
        "are there any good articles on vault",
        "is there anything to read on kafka",
        "100 days without outages",
        "404 without a body",
        "newsletter tools",
    ],
)
def test_what_only_sounds_like_a_wish_is_looked_up(text: str) -> None:
    """It changes nothing, nor offers to."""
    assert str(asked(text).kind) == "lookup"


@pytest.mark.parametrize(
    "message",
    [
        "fyi <@U0BOT> was down on sunday",
        "heads up: <@U0BOT> is paused",
        "btw <@U0BOT> posts on mondays now",
        "so <@U0BOT> has been quiet today",
        "anyone seen the keys to the meeting room?",
    ],
)
def test_news_of_the_bot_is_not_for_it(message: str) -> None:
    """Nor is what doesn't mention it."""
    assert not hear(message, "U0BOT").addressed


@pytest.mark.parametrize(
    "message",
    [
        "btw <@U0BOT> what is ebpf?",
        "fyi <@U0BOT> show issue 435",
        "hey <@U0BOT> stop posting",
        f"{'why ' * 1200}<@U0BOT>?",
    ],
)
def test_a_request_behind_a_word_is_for_it(message: str) -> None:
    """Also where the mention stands far behind."""
    assert hear(message, "U0BOT").addressed


@pytest.mark.parametrize("tail", ["cc <@U07A>", "cc: <@U07A> <@U07B>", ", fyi <@U07A>", "/cc <@U07A>"])
def test_who_else_should_read_it_is_no_topic(tail: str) -> None:
    """At the end of a message."""
    assert asked(f"helm charts {tail}").topic == "helm charts"


@pytest.mark.parametrize(
    ("text", "form", "topic"),
    [
        ("newest mention of nomad", Form.LAST, "nomad"),
        ("most recent time puppet came up", Form.LAST, "puppet"),
        ("vagrant: when last mentioned?", Form.LAST, "vagrant"),
        ("salt, when was it last covered", Form.LAST, "salt"),
        ("last seen docker swarm", Form.LAST, "docker swarm"),
        ("earliest mention of rust", Form.FIRST, "rust"),
        ("istio, first mention?", Form.FIRST, "istio"),
        ("docker - when was the first time?", Form.FIRST, "docker"),
        ("unikernels: how often?", Form.COUNTS, "unikernels"),
        ("docker - first steps", Form.SENTENCES, "docker - first steps"),
        ("last mile delivery", Form.SENTENCES, "last mile delivery"),
        ("mention of names in logs", Form.SENTENCES, "mention of names in logs"),
        ("postgres, last value cache", Form.SENTENCES, "postgres, last value cache"),
    ],
)
def test_a_figure_is_asked_for_before_or_behind_the_topic(text: str, form: Form, topic: str) -> None:
    """Without a verb too."""
    request = asked(text)
    assert (request.form, request.topic) == (form, topic)


@pytest.mark.parametrize(
    ("text", "issue", "topic"),
    [
        ("did 300 have stuff about docker", 300, "docker"),
        ("issue 400: any links on kafka?", 400, "kafka"),
        ("is there something about chef in issue 210", 210, "chef"),
        ("does 512 have articles on security?", 512, "security"),
    ],
)
def test_a_question_stays_within_the_issue_that_is_named(text: str, issue: int, topic: str) -> None:
    """Its number may stand anywhere."""
    request = asked(text)
    assert (str(request.kind), request.issues, request.topic) == ("question", (issue,), topic)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("why did you send us a link on cobol", "why"),
        ("how come this channel gets job ads", "why"),
        ("why are we being sent so many posts about nomad?", "why"),
        ("show our settings", "status"),
        ("you didn't post today", "why"),
        ("nothing today?", "why"),
        ("do you log my questions", "privacy"),
        ("what is the config of this channel", "status"),
    ],
)
def test_what_is_sent_and_how_it_is_set_concerns_the_bot(text: str, about: str) -> None:
    """Also where the link that was sent is about something."""
    request = asked(text)
    assert (str(request.kind), request.about) == ("bot", about)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("why do we see latency issues in kubernetes", "question"),
        ("why do links break over time", "question"),
        ("what are our options for a service mesh", "question"),
        ("take postgres out of recovery mode", "lookup"),
        ("remove containers from docker", "lookup"),
        ("the new scheduler is fast", "lookup"),
        ("docker posts about windows", "lookup"),
        ("a miss in the cache", "lookup"),
        ("and pause containers", "lookup"),
    ],
)
def test_what_sounds_like_it_is_about_the_archive(text: str, kind: str) -> None:
    """A word about something else makes it so."""
    assert str(asked(text).kind) == kind


@pytest.mark.parametrize(
    ("text", "topic", "rank"),
    [
        ("take the helm one off my list", "helm", 0),
        ("delete the third from my bookmarks", "", 3),
        ("unsave the terraform link", "terraform", 0),
        ("remove that from my saved links", "", 0),
    ],
)
def test_what_is_to_go_from_ones_bookmarks(text: str, topic: str, rank: int) -> None:
    """A button shows those that are meant, where each can be removed."""
    request = asked(text)
    assert (request.action, str(request.manner), request.topic, request.rank) == (("unsave",), "confirm", topic, rank)
    assert command_of(request) == f"saved {topic}".strip()


@pytest.mark.parametrize(
    "text",
    [
        "your answer was useless",
        "that link is dead",
        "the last digest was really good",
        "today's issue is a bit thin",
        "thanks mate",
        "cheers everyone",
        "thx bot",
    ],
)
def test_a_judgement_asks_for_nothing(text: str) -> None:
    """Nor does thanks to somebody."""
    assert asked(text).kind is MessageKind.CHATTER


@pytest.mark.parametrize(
    ("text", "issues"),
    [
        ("open 400, 401 and 402", (400, 401, 402)),
        ("issues 300 & 301 please", (300, 301)),
        ("did i miss anything on sunday?", (690,)),
        ("what did we miss", (690,)),
        ("have I missed much last week", (690,)),
        ("what did I miss in january 2024?", (679, 680, 681, 682)),
    ],
)
def test_issues_are_asked_for_together_or_as_missed(text: str, issues: tuple[int, ...]) -> None:
    """By their numbers, or by days; those that are missed are the newest where no day is named."""
    request = asked(text)
    assert (str(request.kind), request.issues) == ("issue", issues)


def test_what_is_missed_on_a_topic_is_looked_up() -> None:
    """Within the days that are named."""
    request = asked("what did i miss about nomad last month")
    assert (str(request.kind), request.topic, request.limits.after) == ("lookup", "nomad", "2024-02-27")


@pytest.mark.parametrize(("text", "kind"), [("any random issue", "issue"), ("surprise me", "lookup")])
def test_something_at_random(text: str, kind: str) -> None:
    """An issue, or a link of any."""
    request = asked(text)
    assert (str(request.kind), request.random, command_of(request)) == (kind, True, "random")


@pytest.mark.parametrize(
    ("text", "topic", "limits"),
    [
        ("nginx posts from netflix's blog", "nginx", {"site": "netflixtechblog.com"}),
        ("helm (but not tiller) please and thanks", "helm", {"without": ("tiller",)}),
        ("youtube talks on chaos engineering", "chaos engineering", {"site": "youtube.com"}),
        ("github repos for terraform modules", "terraform modules", {"site": "github.com"}),
        ("tools for incident management", "incident management", {"section": "tools"}),
        ("good tooling for chaos testing", "chaos testing", {"section": "tools"}),
        (
            "haven't you shared something about blameless postmortems? can't find it any more",
            "blameless postmortems",
            {},
        ),
        ("did you ever post anything on mainframes", "mainframes", {}),
        ("wtf is a sidecar", "sidecar", {}),
        ("what the hell is gitops", "gitops", {}),
        ("how on earth do you debug dns", "debug dns", {}),
    ],
)
def test_what_frames_a_topic_is_no_part_of_it(text: str, topic: str, limits: dict[str, Any]) -> None:
    """Sites and sections become limits; remarks and curses go."""
    request = asked(text)
    assert (request.topic, request.limits) == (topic, Limits(**limits))


@pytest.mark.parametrize(
    ("text", "form"), [("how many issues in 2016?", Form.ISSUES), ("how many links did you post in 2014", Form.COUNTS)]
)
def test_how_many_there_were_in_a_time(text: str, form: Form) -> None:
    """It is a figure of everything."""
    request = asked(text)
    assert (str(request.kind), request.form, request.topic) == ("question", form, "")


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("put it on hold until june", "pause"),
        ("please don't post during christmas", "pause"),
        ("can i have a copy of my bookmarks as json", "export"),
        ("can i get my bookmarks in markdown pls", "export"),
    ],
)
def test_a_wish_is_put_in_other_words(text: str, action: str) -> None:
    """A button asks for it."""
    request = asked(text)
    assert (request.action[0], str(request.manner)) == (action, "confirm")


@pytest.mark.parametrize(
    ("text", "issues", "topic"),
    [
        ("issue before 300", (299,), ""),
        ("show the one after #300", (301,), ""),
        ("last issue of 2022", (625,), ""),
        ("first issue of 2024", (679,), ""),
        ("the oldest one you have", (1,), ""),
        ("first ever issue", (1,), ""),
        ("the 100th issue", (100,), ""),
        ("last sunday's newsletter", (690,), ""),
        ("anything about nginx in 250?", (250,), "nginx"),
        ("does 401 mention docker", (401,), "docker"),
    ],
)
def test_an_issue_is_named_by_its_place(text: str, issues: tuple[int, ...], topic: str) -> None:
    """Beside another, or at an end of a time; what is asked of one is a question."""
    request = asked(text)
    assert (str(request.kind), request.issues, request.topic) == ("question" if topic else "issue", issues, topic)


@pytest.mark.parametrize(
    ("text", "kind", "topic", "days"),
    [
        ("the issue about log4shell", "lookup", "log4shell", ("", "")),
        ("open the one on chaos monkey", "lookup", "chaos monkey", ("", "")),
        ("news about docker since 2018", "lookup", "docker", ("2018-01-01", "")),
        ("thoughts on monorepos?", "question", "monorepos", ("", "")),
        ("thoughts of a sysadmin", "question", "sysadmin", ("", "")),
        ("articles older than 2015 on nagios", "lookup", "nagios", ("", "2015-01-01")),
        ("what did the 2013 issues say on burnout", "question", "burnout", ("2013-01-01", "2014-01-01")),
        ("2016 posts about vault", "lookup", "vault", ("2016-01-01", "2017-01-01")),
        ("terraform, 2018 or later", "lookup", "terraform", ("2018-01-01", "")),
        ("nagios 2014 and earlier", "lookup", "nagios", ("", "2015-01-01")),
        ("anything published in spring 2019 about istio", "lookup", "istio", ("2019-03-01", "2019-06-01")),
        ("jobs from last week", "lookup", "", ("2024-03-20", "")),
        ("the issue where chaos monkey was announced", "lookup", "chaos monkey was announced", ("", "")),
        ("kubernetes networking please and thanks", "lookup", "kubernetes networking", ("", "")),
        ("spring boot in production", "lookup", "spring boot in production", ("", "")),
        ("may issues arise with helm upgrades", "lookup", "may issues arise with helm upgrades", ("", "")),
    ],
)
def test_nouns_and_days_frame_a_topic(text: str, kind: str, topic: str, days: tuple[str, str]) -> None:
    """They are no part of it."""
    request = asked(text)
    assert (str(request.kind), request.topic) == (kind, topic)
    assert (request.limits.after, request.limits.before) == days


@pytest.mark.parametrize(
    ("text", "form", "topic"),
    [
        ("which issue mentioned istio first", Form.FIRST, "istio"),
        ("what issue covered nomad last?", Form.LAST, "nomad"),
        ("how many of the issues mention vagrant", Form.ISSUES, "vagrant"),
        ("is ansible dead", Form.VERDICT, "ansible dead"),
        ("is puppet still alive?", Form.VERDICT, "puppet alive"),
        ("is there a tool that lints dockerfiles", Form.SENTENCES, "tool lints dockerfiles"),
    ],
)
def test_what_a_question_wants_to_know(text: str, form: Form, topic: str) -> None:
    """A figure, or whether it is so."""
    request = asked(text)
    assert (str(request.kind), request.form, request.topic) == ("question", form, topic)


@pytest.mark.parametrize("text", ["that's hilarious", "the link in 433 is broken", "it's so cool"])
def test_a_judgement_names_an_issue_or_nothing(text: str) -> None:
    """It asks for nothing all the same."""
    assert asked(text).kind is MessageKind.CHATTER


def test_a_link_of_an_issue_is_saved_there() -> None:
    """Its issue has the buttons."""
    request = asked("save the second link of issue 400")
    assert (request.action, request.issues, request.rank, command_of(request)) == (("save",), (400,), 2, "issue 400")


@pytest.mark.parametrize(
    ("text", "topic"), [("do i have anything saved on helm", "helm"), ("the team's favourites", "")]
)
def test_whose_bookmarks(text: str, topic: str) -> None:
    """One's own, or the team's."""
    request = asked(text)
    assert (str(request.kind), request.topic) == ("mine", topic)
