"""Figures for monitoring, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.store.figures import figures
from bot.store.store import Store
from playground.slack.faults import Fault, How
from tests.fakes.newsletter import issue
from tests.fakes.scene import Scene
from tests.fakes.virtual import START, run


def test_the_latest_digest_of_the_last_day_is_measured(database: Callable[[], Store]) -> None:
    """From its slot to its channel message, by Slack's clock; a day later nothing is late."""

    async def play() -> None:
        scene = Scene(database())
        channel = scene.channel()
        await scene.holds([issue(1, START - timedelta(days=9))])
        await scene.subscribes(channel)
        await scene.worker_comes()
        assert (await figures(scene.store.database, scene.clock.now())).late_seconds == 0
        scene.site.faults.add(Fault(How.LIMITED, retry_after=40, method="chat.postMessage"))
        await scene.appear(issue(2, START, entries=1))
        await scene.passes(minutes=2)
        late = (await figures(scene.store.database, scene.clock.now())).late_seconds
        assert 40 <= late <= 60
        await scene.passes(days=2)
        assert (await figures(scene.store.database, scene.clock.now())).late_seconds == 0
        await scene.everybody_dies()
        await scene.store.close()

    run(play())
