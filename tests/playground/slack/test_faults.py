"""Faults on demand, and what the ledger says about them."""

from __future__ import annotations

import io

import pytest

from playground.slack.faults import Fault, Faults, How
from playground.slack.ledger import Ledger, read
from tests.playground.environment import environment


@pytest.mark.parametrize("effect", [True, False])
@pytest.mark.parametrize("how", list(How))
def test_the_ledger_knows_what_landed(how: How, effect: bool) -> None:
    """Whatever the caller receives, the ledger says whether the message landed; the fault hits once."""
    it = environment()
    it.site.faults.add(Fault(how, effect=effect, error="fatal_error"))
    reply = it.reply("chat.postMessage", channel=it.channel.id, text="hello")
    assert (reply.outcome, reply.status) == {
        How.HANG: ("hang", 200),
        How.CUT: ("cut", 200),
        How.BROKEN: ("answer", 500),
        How.LIMITED: ("answer", 429),
        How.REFUSED: ("answer", 200),
    }[how]
    assert len(it.site.ledger.posts()) == effect
    assert it.site.ledger.lines[0].answer == ("fatal_error" if how is How.REFUSED else how.value)
    assert it.post()


def test_a_call_that_is_limited_leaves_a_fault_with_effect_for_the_next() -> None:
    """Slack takes no message that it limits: its answer cannot be lost on one that landed."""
    it = environment()
    assert it.post()
    it.site.faults.add(Fault(How.HANG, effect=True))
    limited = it.reply("chat.postMessage", channel=it.channel.id, text="too soon")
    assert (limited.outcome, limited.status, len(it.site.ledger.posts())) == ("answer", 429, 1)
    assert it.site.ledger.lines[-1].answer == "ratelimited"
    it.pass_(1)
    assert it.reply("chat.postMessage", channel=it.channel.id, text="now").outcome == "hang"
    assert len(it.site.ledger.posts()) == 2
    assert len(it.site.faults) == 0


def test_a_delayed_message_lands_later() -> None:
    """A delayed message is not there at once, and is there once its time has come."""
    it = environment()
    it.site.faults.add(Fault(How.HANG, effect=True, lands_after=10))
    it.reply("chat.postMessage", channel=it.channel.id, text="late")
    it.pass_(9)
    assert it.call("conversations.history", channel=it.channel.id)["messages"] == []
    it.pass_(1)
    assert [one["text"] for one in it.call("conversations.history", channel=it.channel.id)["messages"]] == ["late"]


def test_a_fault_hits_the_calls_it_is_limited_to() -> None:
    """A fault can be limited to a method, workspace, channel or thread; skipped calls are not hit."""
    faults = Faults()
    faults.add(Fault(How.CUT, method="chat.postMessage", workspace="T1", channel="C1", thread=True, skip=1))
    calls = [
        ("chat.update", "T1", "C1", True),
        ("chat.postMessage", "T2", "C1", True),
        ("chat.postMessage", "T1", "C2", True),
        ("chat.postMessage", "T1", "C1", False),
        ("chat.postMessage", "T1", "C1", True),
        ("chat.postMessage", "T1", "C1", True),
        ("chat.postMessage", "T1", "C1", True),
    ]
    hit = [faults.pick(method, team, channel, thread=thread) is not None for method, team, channel, thread in calls]
    assert hit == [False] * 5 + [True, False]
    assert len(faults) == 0


def test_random_faults_repeat_with_their_seed() -> None:
    """The same seed hits the same calls, about as many as the share says."""

    def hits(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add(Fault(How.CUT, share=0.2, times=None))
        return [faults.pick("m", "T", "C", thread=False) is not None for _ in range(1000)]

    assert hits(1) == hits(1) != hits(2)
    assert 150 < sum(hits(1)) < 250


def test_a_ledger_is_read_back() -> None:
    """One process reads what another wrote, except half a line at the end; duplicates are found by metadata."""
    it = environment()
    file = io.StringIO()
    it.site.ledger = Ledger(file)
    metadata = {"event_type": "part", "event_payload": {"key": "parent"}}
    for _ in range(2):
        it.post(metadata=metadata)
    it.post()
    ledger = read(iter([*file.getvalue().splitlines(keepends=True), '{"at": 1']))
    assert ledger.lines == it.site.ledger.lines
    assert [(one.ts, two.ts) for one, two in ledger.doubles()] == [(ledger.lines[0].ts, ledger.lines[1].ts)]
    assert len(ledger.posts(it.workspace.team, it.channel.id)) == 3
