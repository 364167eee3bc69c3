"""A channel with several subscriptions, as its people see it: the real app, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from playground.slack.channel import Channel
from playground.slack.people import Person, readable
from tests.fakes.whole import Whole, tales, whole

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAMES = {"devops": "DevOps Weekly", "sre-weekly": "SRE Weekly", "data": "Data Elixir"}
MONDAYS, FRIDAYS = "mondays 09:00 Europe/London", "fridays 16:00 Europe/London"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def bot(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Run the whole bot with three newsletters on each database, for all tests of the module."""
    folder = tmp_path_factory.mktemp("whole")
    database = f"sqlite:///{folder}/bot.db"
    if request.param == "postgresql":
        database = request.getfixturevalue("postgres").fresh()
    async with whole(folder, database, newsletters=NAMES) as running_bot:
        yield running_bot


async def subscribed(it: Whole, *typed: str) -> tuple[Person, Channel]:
    """Return a person and a channel that they subscribed so."""
    ada = it.person()
    channel = it.channel(ada)
    for each in typed:
        await it.asks(ada, channel, f"/weekly subscribe {each}", "Done")
    await it.settled()
    return ada, channel


async def kept(it: Whole, channel: Channel) -> dict[str, str]:
    """Return the schedule of each of the channel's subscriptions, with "paused" where it is."""
    found = await it.app.ports.store.subscriptions.list(channel=channel.id)
    return {each.newsletter: f"{each.schedule}{' paused' if each.paused else ''}" for each in found}


async def test_a_channel_subscribes_to_each_at_its_own_times(it: Whole) -> None:
    """By slug, by name and misspelt; the answer, the channel's line and the status name the newsletter."""
    ada, channel = await subscribed(it, f"sre-weekly {FRIDAYS}")
    await it.reads(ada, channel, "subscribed this channel", FRIDAYS, "SRE Weekly")
    await it.asks(ada, channel, f"/weekly subscribe Devops weekly {MONDAYS}", "Done", "DevOps Weekly", MONDAYS)
    await it.asks(ada, channel, "/weekly subscribe data elixr as soon as it appears", "Done", "Data Elixir")
    await it.asks(ada, channel, f"/weekly subscribe all {MONDAYS}", "Done", "of *all newsletters*")
    assert await kept(it, channel) == {
        "": MONDAYS, "data": "as soon as it appears", "devops": MONDAYS, "sre-weekly": FRIDAYS
    }  # fmt: skip
    status = readable(await it.asks(ada, channel, "/weekly status", "DevOps Weekly", "Data Elixir", "SRE Weekly"))
    assert "all newsletters" in status
    one = readable(await it.asks(ada, channel, "/weekly status sre", "SRE Weekly", FRIDAYS))
    assert "DevOps" not in one


async def test_with_one_subscription_no_name_is_needed(it: Whole) -> None:
    """What is typed without one is about the only one."""
    ada, channel = await subscribed(it, f"sre-weekly {FRIDAYS}", MONDAYS)
    assert await kept(it, channel) == {"sre-weekly": MONDAYS}
    await it.asks(ada, channel, "/weekly pause", "Paused", "resume sre-weekly")
    assert await kept(it, channel) == {"sre-weekly": f"{MONDAYS} paused"}
    await it.asks(ada, channel, "/weekly resume", "SRE Weekly")
    asked = await it.asks(ada, channel, "/weekly unsubscribe", "Unsubscribe?", "SRE Weekly")
    await ada.clicks(asked, "Unsubscribe")
    await it.becomes(asked, "No more digests")
    assert await kept(it, channel) == {}


async def test_what_could_mean_several_asks(it: Whole) -> None:
    """A button answers, and nothing has changed before; a name in the command needs no question."""
    ada, channel = await subscribed(it, f"sre-weekly {FRIDAYS}", f"devops {MONDAYS}")
    asked = await it.asks(ada, channel, "/weekly pause", "Which do you mean", "pause")
    assert await kept(it, channel) == {"devops": MONDAYS, "sre-weekly": FRIDAYS}
    await ada.clicks(asked, "SRE Weekly")
    await it.becomes(asked, "Paused")
    assert await kept(it, channel) == {"devops": MONDAYS, "sre-weekly": f"{FRIDAYS} paused"}
    asked = await it.asks(ada, channel, f"/weekly subscribe {FRIDAYS}", "Which do you mean")
    await ada.clicks(asked, "DevOps Weekly")
    await it.becomes(asked, "Done", "DevOps Weekly")
    await it.asks(ada, channel, "/weekly resume sre weekly", "SRE Weekly")
    assert await kept(it, channel) == {"devops": FRIDAYS, "sre-weekly": FRIDAYS}
    asked = await it.asks(ada, channel, "/weekly unsubscribe", "Which do you mean")
    await ada.clicks(asked, "DevOps Weekly")
    await it.becomes(asked, "Unsubscribe?", "DevOps Weekly")
    await ada.clicks(asked, "Unsubscribe")
    await it.becomes(asked, "No more digests")
    assert await kept(it, channel) == {"sre-weekly": FRIDAYS}


async def test_a_question_about_the_zone_keeps_the_newsletter(it: Whole) -> None:
    """Its answer subscribes to what was named."""
    ada, channel = await subscribed(it)
    asked = await it.asks(ada, channel, "/weekly subscribe sre-weekly mondays 09:00 EST", "Which place")
    await ada.clicks(asked, "which:0")
    await it.becomes(asked, "Done", "SRE Weekly")
    assert list(await kept(it, channel)) == ["sre-weekly"]


async def test_a_name_that_the_channel_does_not_have(it: Whole) -> None:
    """It says what the channel has, and changes nothing."""
    ada, channel = await subscribed(it, f"sre-weekly {FRIDAYS}")
    await it.asks(ada, channel, "/weekly pause data", "not subscribed to", "Data Elixir", "SRE Weekly")
    assert await kept(it, channel) == {"sre-weekly": FRIDAYS}


async def test_undo_and_ownership_are_one_subscriptions(it: Whole) -> None:
    """Undoing a change of one leaves the other, and each has an owner of its own."""
    ada, channel = await subscribed(it, f"sre-weekly {FRIDAYS}")
    linus = it.person()
    channel.members.add(linus.user.id)
    await it.asks(linus, channel, f"/weekly subscribe devops {MONDAYS}", "Done")
    await it.asks(ada, channel, "/weekly pause sre", "Paused")
    await it.settled()
    paused = await it.reads(ada, channel, "paused the digest", "SRE Weekly")
    await linus.types("/weekly pause devops", channel)
    await it.settled()
    await ada.clicks(paused, "Undo")
    await it.reads(ada, channel, "Undone.")
    assert await kept(it, channel) == {"devops": f"{MONDAYS} paused", "sre-weekly": FRIDAYS}
    asked = await it.asks(ada, channel, "/weekly allow owner", "Which do you mean")
    await ada.clicks(asked, "SRE Weekly")
    await it.becomes(asked, "Done")
    await it.asks(linus, channel, "/weekly pause sre", "Nothing was changed")
    await it.asks(linus, channel, "/weekly owner devops", linus.user.id, "devops")
    shown = await it.asks(linus, channel, "/weekly owner", "Which do you mean")
    await linus.clicks(shown, "SRE Weekly")
    await it.becomes(shown, ada.user.id, "sre-weekly")


async def test_the_form_has_a_menu(it: Whole) -> None:
    """It begins with what the channel has, and another newsletter adds a subscription."""
    ada, channel = await subscribed(it)
    await ada.types("/weekly subscribe", channel)
    form = await it.modal(ada, "Layout", "All newsletters", "Data Elixir")
    await ada.submits(form, {"when": "at-once", "newsletter": "sre-weekly"})
    shown = await it.modal(ada, "Subscribed", "SRE Weekly")
    await ada.closes(shown)
    await ada.types("/weekly subscribe data", channel)
    form = await it.modal(ada, "Layout")
    await ada.submits(form, {"when": "at-once"})
    await it.modal(ada, "Subscribed", "Data Elixir")
    assert set(await kept(it, channel)) == {"sre-weekly", "data"}


async def test_buttons_of_a_status_mean_its_subscription(it: Whole) -> None:
    """Each carries its newsletter; Home shows each under its name."""
    ada, channel = await subscribed(it, f"sre-weekly {FRIDAYS}", f"devops {MONDAYS}")
    status = await it.asks(ada, channel, "/weekly status sre", "SRE Weekly")
    await ada.clicks(status, "Pause")
    await it.becomes(status, "Paused", "SRE Weekly")
    assert await kept(it, channel) == {"devops": MONDAYS, "sre-weekly": f"{FRIDAYS} paused"}
    await ada.opens_home()
    await it.home(ada, "DevOps Weekly", "sre-weekly", MONDAYS, FRIDAYS)


async def test_each_issue_comes_to_who_asked_for_it(it: Whole) -> None:
    """Why says what became of an issue of the others."""
    ada, channel = await subscribed(it, "sre-weekly as soon as it appears")
    other = await it.publish(*tales("other", "pipelines"), newsletter="devops")
    number = await it.publish(*tales("mine", "pagers"), newsletter="sre-weekly")
    await it.reads(ada, channel, f"The Quiet Pager {number}", "SRE Weekly")
    await it.asks(ada, channel, f"/weekly why {number}", f"Issue #{number}")
    await it.asks(ada, channel, f"/weekly why {other}", "not subscribed to DevOps Weekly")
    assert not any(f"The Quiet Pager {other}" in readable(each) for each in ada.sees(channel) if not each.ephemeral_to)
