"""An unconfirmed message of which a person says that it is there: found, or taken from its link, and gone on from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.digests.there import PostsThere
from bot.digests.views import there as form
from bot.domain.delivery import Delivery, Progress, State
from bot.slack.api.client import WebSlack
from playground.slack.faults import Fault, How
from tests.digests.test_mishaps import blind
from tests.fakes.newsletter import issue
from tests.fakes.scene import Scene
from tests.fakes.standin import POST
from tests.fakes.virtual import START, run

PARTS = 4


async def in_doubt(*, thread: bool = False) -> tuple[Scene, str, Delivery]:
    """Return a scene in which the answer to one message was lost and nobody could look, and the delivery."""
    scene = Scene()
    channel = scene.channel()
    await scene.holds([issue(1, START - timedelta(days=9))])
    await scene.subscribes(channel)
    await scene.worker_comes()
    scene.site.faults.add(Fault(How.CUT, effect=True, method=POST, channel=channel, thread=thread))
    blind(scene)
    await scene.appear(issue(2, START, entries=PARTS - 1))
    await scene.passes(minutes=5)
    return scene, channel, await found(scene, channel)


async def found(scene: Scene, channel: str) -> Delivery:
    """Return the delivery of issue 2."""
    delivery = await scene.store.deliveries.get("-:T1", channel, "issue-2")
    assert delivery is not None
    return delivery


def use_case(scene: Scene) -> tuple[PostsThere, list[dict[str, Any]]]:
    """Return the use case, and the forms that it opens."""
    opened: list[dict[str, Any]] = []
    slack = scene.slack
    assert isinstance(slack, WebSlack)

    async def open_view(workspace: str, trigger: str, view: Any) -> str:
        del workspace, trigger
        opened.append(dict(view))
        return "V1"

    slack.open_view = open_view  # type: ignore[method-assign]
    return PostsThere(scene.store, slack, scene.clock), opened


def filled(view: dict[str, Any], link: str) -> dict[str, Any]:
    """Return the form as it comes back with a link."""
    return {**view, "state": {"values": {form.FIELD: {form.FIELD: {"value": link}}}}}


def link_to(channel: str, ts: str) -> str:
    """Return the address of a message as Slack's menu copies it."""
    return f"https://example.slack.com/archives/{channel}/p{ts.replace('.', '')}"


@pytest.mark.parametrize("thread", [False, True])
def test_its_link_is_asked_for_and_its_replies_follow(thread: bool) -> None:
    """The channel message is adopted and its replies are posted; a reply is adopted; nothing comes twice."""

    async def play() -> None:
        scene, channel, delivery = await in_doubt(thread=thread)
        part = next(part for part in delivery.parts if part.state is State.UNKNOWN)
        there, opened = use_case(scene)
        assert await there.confirm("-:T1", f"{delivery.id}:{part.id}", "trigger", "U1") is None
        missing = next(line for line in scene.posts(channel) if line.ts not in {each.ts for each in delivery.parts})
        link = link_to(channel, missing.ts) + (f"?thread_ts={missing.thread_ts}&cid={channel}" if thread else "")
        said = await there.submit("-:T1", filled(opened[0], link), "U1")
        assert "Noted: it is there" in str(said)
        scene.poke()
        await scene.passes(minutes=5)
        delivery = await found(scene, channel)
        assert delivery.progress is Progress.DONE
        assert {each.state for each in delivery.parts} == {State.SENT}
        assert [each.ts for each in delivery.parts] == [line.ts for line in scene.posts(channel)]
        assert (len(scene.posts(channel)), scene.doubles()) == (PARTS, 0)
        shown = await scene.store.posted("-:T1", channel, missing.ts)
        assert shown is not None
        assert bool(shown.entries) == thread
        assert "settled already" in str(await there.submit("-:T1", filled(opened[0], link), "U1"))
        await scene.everybody_dies()

    run(play())


def test_it_is_looked_for_first() -> None:
    """Where the history can be read by now, nobody is asked for a link."""

    async def play() -> None:
        scene, channel, delivery = await in_doubt()
        scene.site.faults.clear()
        there, opened = use_case(scene)
        said = await there.confirm("-:T1", f"{delivery.id}:{delivery.parts[0].id}", "trigger", "U1")
        assert "Its replies follow" in str(said)
        assert opened == []
        scene.poke()
        await scene.passes(minutes=5)
        assert (len(scene.posts(channel)), scene.doubles()) == (PARTS, 0)
        await scene.everybody_dies()

    run(play())


def test_a_link_that_cannot_be_right_is_refused() -> None:
    """No link, another channel's, a message known as another one of ours, another workspace's button."""

    async def play() -> None:
        scene, channel, delivery = await in_doubt(thread=True)
        part = next(part for part in delivery.parts if part.state is State.UNKNOWN)
        there, opened = use_case(scene)
        value = f"{delivery.id}:{part.id}"
        assert await there.confirm("-:T1", value, "trigger", "U1") is None
        for link, wrong in (
            ("", "no link"),
            ("https://example.com/p1", "no link"),
            (link_to("C0OTHER", part.ts or "1767225600.000100"), "another channel"),
            (link_to(channel, delivery.parts[0].ts), "another one of mine"),
        ):
            assert wrong in str(await there.submit("-:T1", filled(opened[0], link), "U1"))
        assert "do not know" in str(await there.confirm("-:T9", value, "trigger", "U1"))
        assert "do not know" in str(await there.confirm("-:T1", "1; drop", "trigger", "U1"))
        assert (await found(scene, channel)).parts == delivery.parts
        await scene.everybody_dies()

    run(play())
