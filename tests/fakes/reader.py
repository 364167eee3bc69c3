"""The person who subscribed a channel: what the bot writes to them, what they press, and what the channel gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from archive.issue import Issue
from bot.digests.delivery.issue_registry import IssueRegistry
from bot.digests.delivery_status import DeliveryReports
from bot.digests.older_choice import OlderIssueChoice
from bot.slack.blocks.message import Message
from bot.store.store import Store
from tests.fakes.newsletter import issue
from tests.fakes.scene import Scene
from tests.fakes.talk import FakeSlack
from tests.fakes.virtual import run

MONDAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SUNDAY = MONDAY - timedelta(days=1)
SLOT, AT_ONCE = "mondays 09:00 utc", "asap"


class _Modals(FakeSlack):
    """Keeps the modals that would be opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Mapping[str, Any]] = []

    async def open_view(self, workspace: str, trigger: str, view: Mapping[str, Any]) -> str:
        del workspace, trigger
        self.opened.append(view)
        return "V1"


class Reader:
    """The person who subscribed a channel, what the bot wrote to them, and what they press."""

    def __init__(self, scene: Scene, channel: str) -> None:
        """Read `channel` in `scene`."""
        self.scene, self.channel = scene, channel
        self.modals = _Modals()

    def letters(self) -> list[str]:
        """Return the texts of the direct messages so far."""
        return self.scene.texts(self.scene.workspace.direct(self.scene.person.id).id)

    def buttons(self) -> dict[str, str]:
        """Return the values of the last message's buttons by action id."""
        direct = self.scene.workspace.direct(self.scene.person.id)
        last = list(self.scene.workspace.channels[direct.id].messages.values())[-1]
        return {str(each["action_id"]): str(each["value"]) for each in last.blocks[-1]["elements"]}

    async def presses(self, action: str) -> Message | None:
        """Press a button of the last message; return the answer."""
        choice, value = await self.choice(), self.buttons()[action]
        if action == "older:choose":
            return await choice.choose("-:T1", value, "trigger")
        said = await choice.answer("-:T1", value, post=action == "older:all", user=self.scene.person.id)
        self.scene.poke()
        return said

    async def ticks(self, *titles: str) -> str:
        """Submit the form that was opened last with these issues ticked; return the modal that follows, as text."""
        view = self.modals.opened[-1]
        options = view["blocks"][0]["element"]["options"]
        chosen = [each for each in options if any(each["text"]["text"].startswith(f"{name} (") for name in titles)]
        values = {"older": {"older": {"selected_options": chosen}}}
        said = await (await self.choice()).submit("-:T1", {**view, "state": {"values": values}}, self.scene.person.id)
        self.scene.poke()
        return str(said)

    async def choice(self) -> OlderIssueChoice:
        """Return what answers the buttons, with the archive as it is now."""
        registry = IssueRegistry(self.scene.store.issues, few=1_000_000)
        await registry.put(self.scene.issues, self.scene.clock.now())
        return OlderIssueChoice(self.scene.store, self.modals, self.scene.clock, lambda: registry.current)

    def got(self) -> list[str]:
        """Return the titles that the channel got, in order."""
        return [" ".join(text.split()[:2]) for text in self.scene.texts(self.channel)]

    async def why(self, known: Issue) -> str:
        """Return what the channel is told about an issue."""
        registry = IssueRegistry(self.scene.store.issues, few=1_000_000)
        await registry.put(self.scene.issues, self.scene.clock.now())
        reports = DeliveryReports(self.scene.store, registry, None)
        return await reports.why("-:T1", self.channel, known, self.scene.clock.now())


def play(
    database: Callable[[], Store],
    schedule: str,
    scenes: Callable[[Scene, Reader], Awaitable[None]],
    *,
    there: Iterable[Issue] = (issue(1, SUNDAY - timedelta(days=30)),),
    ahead: timedelta = timedelta(0),
) -> None:
    """Play with a channel that subscribed on a Sunday while these issues were there; check that nothing came twice.

    The bot's clock is `ahead` of the true time.
    """

    async def played() -> None:
        scene = Scene(database(), start=SUNDAY)
        scene.nap = 12 * 3_600.0
        scene.steps(ahead)
        channel = scene.channel()
        await scene.appear(*there)
        await scene.subscribes(channel, schedule)
        await scene.worker_comes()
        await scenes(scene, Reader(scene, channel))
        assert scene.doubles() == 0
        await scene.everybody_dies()
        await scene.store.close()

    run(played())
