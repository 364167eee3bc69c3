"""Who is told of trouble where the owner of a channel can't be: somebody, and only one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.digests.alerting import AlertRoute, alert
from bot.slack.blocks import blocks
from bot.store.store import Store
from playground.slack.faults import Fault, How
from tests.fakes.newsletter import issue
from tests.fakes.scene import Scene
from tests.fakes.standin import POST
from tests.fakes.virtual import START, run

LETTER = "Something is wrong."


class Cast:
    """An owner, two admins, the operators' channel and the channel of the digest, in one workspace."""

    def __init__(self, store: Store | None = None) -> None:
        """Make them; everybody can be told."""
        self.scene = Scene(store)
        workspace = self.scene.workspace
        self.owner, self.first, self.second = (
            self.scene.person.id,
            *(workspace.add_user(name, "UTC").id for name in ("bea", "cem")),
        )
        self.channel, self.operators = self.scene.channel(), self.scene.channel("operators")
        self.route = AlertRoute(frozenset({self.first, self.second}), self.operators)

    def told(self) -> list[str]:
        """Return who was told, each as often as they were."""
        names = {self.owner: "owner", self.first: "first", self.second: "second"}
        direct = {self.scene.workspace.direct(user).id: name for user, name in names.items()}
        where = {**direct, self.operators: "operators", self.channel: "channel"}
        return [where[line.channel] for line in self.scene.site.ledger.posts("T1") if line.text == LETTER]

    async def alert(self, owner: str | None = None) -> bool:
        """Send the letter."""
        to = self.route.to(self.owner if owner is None else owner, self.channel)
        return await alert(self.scene.slack, "-:T1", to, blocks.says(LETTER), "a test")


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ((), "owner"),
        (("owner",), "first"),
        (("owner", "first"), "second"),
        (("owner", "first", "second"), "operators"),
    ],
)
def test_the_next_is_told_where_somebody_has_left(gone: tuple[str, ...], told: str) -> None:
    """Slack says that the account is deactivated; one is told, and no more."""

    async def play() -> None:
        cast = Cast()
        for name in gone:
            cast.scene.workspace.deactivate(getattr(cast, name))
        assert await cast.alert()
        assert cast.told() == [told]

    run(play())


@pytest.mark.parametrize(("refused", "told"), [(1, "first"), (3, "operators"), (4, "channel"), (5, "")])
def test_the_next_is_told_where_slack_takes_no_message_to_somebody(refused: int, told: str) -> None:
    """A person who takes no messages of apps, an operators' channel without the bot; last comes the channel itself."""

    async def play() -> None:
        cast = Cast()
        cast.scene.site.faults.add(Fault(How.REFUSED, error="cannot_dm_bot", method=POST, times=refused))
        assert await cast.alert() == bool(told)
        assert cast.told() == ([told] if told else [])

    run(play())


@pytest.mark.parametrize("how", [How.CUT, How.HANG])
def test_after_an_unclear_answer_nobody_else_is_told(how: How) -> None:
    """The first may have got it."""

    async def play() -> None:
        cast = Cast()
        cast.scene.site.faults.add(Fault(how, effect=True, method=POST))
        await cast.alert()
        assert cast.told() == ["owner"]

    run(play())


def test_nobody_owns_it_any_more() -> None:
    """Who asked to be forgotten is not told; the admins are. A digest of one's own is nobody else's business."""

    async def play() -> None:
        cast = Cast()
        assert await cast.alert(owner="")
        assert cast.told() == ["first"]
        assert cast.route.to(cast.owner, "D1") == (cast.owner,)

    run(play())


def test_trouble_with_a_digest_of_an_owner_who_left_is_told_in_the_channel(emptied: Callable[[], Store]) -> None:
    """Without admins and operators the channel itself reads that a message was refused."""

    async def play() -> None:
        scene = Scene(emptied())
        channel = scene.channel()
        await scene.holds([issue(1, START)])
        await scene.subscribes(channel)
        await scene.worker_comes()
        scene.workspace.deactivate(scene.person.id)
        scene.site.faults.add(Fault(How.REFUSED, error="msg_too_long", method=POST, channel=channel, thread=True))
        await scene.appear(issue(2, START))
        await scene.passes(minutes=2)
        assert "would not take" in scene.texts(channel)[-1]
        assert not scene.workspace.direct(scene.person.id).messages
        await scene.everybody_dies()

    run(play())
