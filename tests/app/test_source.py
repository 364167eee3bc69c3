"""An issue goes from a feed over HTTP to a channel; end to end on SQLite, with a stand-in Slack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from bot.runtime.clock import SystemClock
from bot.source.importing.feeds import WebFeed
from bot.source.importing.polling import Polling
from bot.source.importing.web import Web
from tests.fakes.feeds import rss
from tests.fakes.letters import sent
from tests.fakes.site import Site, site
from tests.fakes.whole import whole


def looking(web: Site) -> Callable[[Path], Polling]:
    """Return what makes a polling of a site's feed that is always due."""
    feed = WebFeed(f"{web.base}/feed", Web(private=True))
    return lambda folder: Polling(feed, folder, SystemClock(), lambda _: 0, minutes=0.00001)


async def test_an_issue_goes_from_a_feed_to_a_channel(tmp_path: Path) -> None:
    """It lands in the archive's folder, and from there all is as it was. What goes wrong is in status and health."""
    with site() as web:
        web.puts("/feed", rss(()))
        async with whole(tmp_path, f"sqlite:///{tmp_path}/bot.db", looking(web)) as bot:
            you = bot.person()
            channel = bot.channel(you)
            await you.types("/weekly subscribe", channel)
            await you.submits(await bot.modal(you, "Layout"), {"when": "at-once", "layout": "thread"})
            await bot.modal(you, "Subscribed")
            now = format_datetime(datetime.now(UTC))  # noqa: TID251 - a new issue is one of today
            web.puts("/feed", rss((7,)).replace(format_datetime(sent(7)), now))
            polling = bot.app.ports.polling
            assert polling is not None
            await polling.look()
            await bot.reads(you, channel, "The Quarry Post #7")
            assert len(list(bot.archive.glob("*-7.md"))) == 1
            assert bot.app.health().source_fault == ""
            web.puts("/feed", status=404)
            await polling.look()
            health = bot.app.health()
            assert "there is nothing at this address (404)" in health.source_fault
            assert health.ok
            await you.types("/weekly status", channel)
            await bot.reads(you, channel, "New issues do not come in at present")
