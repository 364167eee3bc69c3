"""The stand-in's Web API methods, each with Slack's checks."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from playground.slack.channel import micros, stamp
from playground.slack.methods import METHODS
from playground.slack.pace import BURST, Pace
from playground.slack.workspace import SCOPES
from tests.playground.environment import Environment, environment

MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Title"}, "blocks": [{"type": "divider"}]}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}
PART = {"event_type": "part", "event_payload": {"key": "parent"}}


def test_a_post_is_answered_with_its_place() -> None:
    """The answer to a post has the channel's id, even if it was addressed by name, and a ts that is a string."""
    it = environment()
    body = it.call("chat.postMessage", channel="#devops", text="hello")
    assert body["ok"]
    assert body["channel"] == it.channel.id
    assert isinstance(body["ts"], str)
    assert body["message"]["text"] == "hello"


def test_a_post_to_a_user_goes_to_their_direct_conversation() -> None:
    """A user's id as the channel means their direct conversation, always the same one."""
    it = environment()
    first = it.call("chat.postMessage", channel=it.you.id, text="hello")["channel"]
    it.pass_(2)
    assert it.call("chat.postMessage", channel=it.you.id, text="hello")["channel"] == first
    assert first.startswith("D")


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        ("channel_not_found", {"channel": "C404"}),
        ("invalid_arguments", {"channel": ""}),
        ("no_text", {"text": ""}),
        ("invalid_blocks", {"blocks": [{"type": "section"}]}),
        ("invalid_blocks_format", {"blocks": "[not json"}),
        ("msg_too_long", {"text": "x" * 4001}),
        ("invalid_metadata_format", {"metadata": {"event_type": "not-so"}}),
    ],
)
def test_a_wrong_post_is_refused(error: str, arguments: dict[str, Any]) -> None:
    """A post that breaks a rule is refused with Slack's error, and does not land."""
    it = environment()
    assert it.error("chat.postMessage", **{"channel": it.channel.id, "text": "hello", **arguments}) == error
    assert it.site.ledger.posts() == []
    assert it.site.ledger.lines[0].answer == error


def test_invalid_blocks_say_where() -> None:
    """A refusal of blocks points into the payload."""
    it = environment()
    body = it.call("chat.postMessage", channel=it.channel.id, text="x", blocks=[{"type": "section"}])
    assert body["response_metadata"]["messages"] == ["[ERROR] needs one of: text, fields [json-pointer:/blocks/0]"]


def test_only_a_parent_takes_replies() -> None:
    """A reply's ts is no thread_ts."""
    it = environment()
    parent = it.post()
    reply = it.post(thread_ts=parent)
    assert it.error("chat.postMessage", channel=it.channel.id, text="x", thread_ts=reply) == "cannot_reply_to_message"


def test_where_the_bot_may_post() -> None:
    """Archived, foreign and private channels are refused, each with its error; a scope opens public ones."""
    it = environment()
    post = {"text": "x"}
    assert it.error("chat.postMessage", channel="general", **post) == "not_in_channel"
    it.workspace.scopes |= {"chat:write.public"}
    assert it.call("chat.postMessage", channel="general", **post)["ok"]
    private = it.workspace.add_channel("secret", (it.you,), kind="private", bot=False)
    assert it.error("chat.postMessage", channel=private.id, **post) == "channel_not_found"
    it.channel.archived = True
    assert it.error("chat.postMessage", channel=it.channel.id, **post) == "is_archived"


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_call_needs_a_valid_token(method: str) -> None:
    """No method works without a token, with a wrong one, or with a revoked one."""
    it = environment()
    assert it.site.request(method, None, {}, it.now).body["error"] == "not_authed"
    assert it.site.request(method, "xoxb-other", {}, it.now).body["error"] == "invalid_auth"
    it.workspace.revoked = "token_revoked"
    assert it.error(method) == "token_revoked"


def test_a_missing_scope_is_named() -> None:
    """Without its scope a method is refused, with the scope it needs and those the bot has."""
    it = environment()
    it.workspace.scopes = frozenset({"commands"})
    body = it.call("conversations.history", channel=it.channel.id)
    assert (body["error"], body["needed"], body["provided"]) == ("missing_scope", "channels:history", "commands")


def test_the_stand_in_grants_what_the_manifest_asks_for() -> None:
    """The stand-in's scopes and events are those of the shipped manifest, so that a real workspace grants the same."""
    manifest = yaml.safe_load((Path(__file__).parents[3] / "manifest.yaml").read_text())
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES
    assert set(manifest["settings"]["event_subscriptions"]["bot_events"]) == environment().workspace.events


def test_unknown_methods_are_refused() -> None:
    """A method that the stand-in does not have is unknown_method, never a success."""
    assert environment().error("chat.telepathy") == "unknown_method"


def test_an_update_replaces_text_and_blocks_and_keeps_metadata() -> None:
    """Text without blocks removes the blocks, and shows as edited; metadata stays unless it is given."""
    it = environment()
    ts = it.post(blocks=[{"type": "divider"}], metadata=PART)
    assert it.call("chat.update", channel=it.channel.id, ts=ts, text="other")["ok"]
    message = it.channel.messages[ts]
    assert (message.text, message.blocks, message.metadata) == ("other", [], PART)
    assert message.edited_ts is not None
    it.call("chat.update", channel=it.channel.id, ts=ts, text="other", metadata={})
    assert message.metadata is None


def test_only_own_messages_are_changed() -> None:
    """Others' messages, unknown ones and channels by name cannot be updated or deleted."""
    it = environment()
    other = it.workspace.post(it.channel, it.now, user=it.you.id, text="mine")
    place = {"channel": it.channel.id, "ts": other.ts}
    assert it.error("chat.update", text="x", **place) == "cant_update_message"
    assert it.error("chat.delete", **place) == "cant_delete_message"
    assert it.error("chat.update", channel=it.channel.id, ts="1.0", text="x") == "message_not_found"
    assert it.error("chat.update", channel="devops", ts=other.ts, text="x") == "channel_not_found"


def test_a_deleted_message_is_gone() -> None:
    """After chat.delete a message is in no history and cannot be updated."""
    it = environment()
    ts = it.post()
    assert it.call("chat.delete", channel=it.channel.id, ts=ts)["ok"]
    assert it.call("conversations.history", channel=it.channel.id)["messages"] == []
    assert it.error("chat.update", channel=it.channel.id, ts=ts, text="x") == "message_not_found"


def test_a_reply_whose_thread_is_gone_stands_in_the_channel() -> None:
    """Slack does not refuse it; the only sign is that the answer has no thread_ts."""
    it = environment()
    parent = it.post()
    it.pass_(2)
    there = it.call("chat.postMessage", channel=it.channel.id, text="reply", thread_ts=parent)
    assert there["message"]["thread_ts"] == parent
    it.workspace.delete(it.channel.messages[parent])
    for gone in (parent, "1.0"):
        it.pass_(2)
        stray = it.call("chat.postMessage", channel=it.channel.id, text="stray", thread_ts=gone)
        assert stray["ok"]
        assert "thread_ts" not in stray["message"]
        assert it.call("conversations.history", channel=it.channel.id)["messages"][0]["ts"] == stray["ts"]
        assert it.error("conversations.replies", channel=it.channel.id, ts=gone) == "thread_not_found"


def test_a_tombstone_keeps_its_thread() -> None:
    """If tombstones stay, a deleted message with replies still takes replies; one without replies is gone."""
    it = environment()
    it.workspace.tombstones = True
    bare, parent = it.post(), it.post(metadata=PART)
    it.post("first", thread_ts=parent)
    for ts in (bare, parent):
        assert it.call("chat.delete", channel=it.channel.id, ts=ts)["ok"]
    it.pass_(2)
    reply = it.call("chat.postMessage", channel=it.channel.id, text="reply", thread_ts=parent)
    assert reply["message"]["thread_ts"] == parent
    page = it.call("conversations.replies", channel=it.channel.id, ts=parent, include_all_metadata=True)["messages"]
    assert page[0]["subtype"] == "tombstone"
    assert "metadata" not in page[0]
    assert len(page) == 3
    it.pass_(2)
    assert "thread_ts" not in it.call("chat.postMessage", channel=it.channel.id, text="x", thread_ts=bare)["message"]
    assert it.error("chat.update", channel=it.channel.id, ts=parent, text="x") == "message_not_found"
    assert it.error("chat.delete", channel=it.channel.id, ts=parent) == "message_not_found"


def test_an_ephemeral_message_is_seen_by_one() -> None:
    """An ephemeral message reaches a member of the channel, and is in no history."""
    it = environment()
    assert it.call("chat.postEphemeral", channel=it.channel.id, user=it.you.id, text="psst")["ok"]
    assert [message.text for message in it.channel.shown_to(it.you.id)] == ["psst"]
    assert it.channel.shown_to("U2") == []
    assert it.call("conversations.history", channel=it.channel.id)["messages"] == []
    assert it.error("chat.postEphemeral", channel=it.channel.id, user="U404", text="x") == "user_not_in_channel"


def test_a_permalink_of_a_reply_names_its_thread() -> None:
    """A reply's permalink names its parent."""
    it = environment()
    parent = it.post()
    reply = it.post(thread_ts=parent)
    link = it.call("chat.getPermalink", channel=it.channel.id, message_ts=reply)["permalink"]
    assert link.endswith(f"?thread_ts={parent}&cid={it.channel.id}")
    assert it.error("chat.getPermalink", channel=it.channel.id, message_ts="1.0") == "message_not_found"


def test_history_is_the_top_level_newest_first() -> None:
    """History never lists replies; for a reply's ts it returns the nearest message before."""
    it = environment()
    first = it.post("first")
    reply = it.post("reply", thread_ts=first)
    second = it.post("second")
    page = it.call("conversations.history", channel=it.channel.id)
    assert [message["ts"] for message in page["messages"]] == [second, first]
    assert page["messages"][1]["reply_count"] == 1
    near = it.call("conversations.history", channel=it.channel.id, latest=reply, inclusive="true", limit="1")
    assert [message["ts"] for message in near["messages"]] == [first]
    exact = it.call("conversations.history", channel=it.channel.id, latest=reply, oldest=reply, inclusive=True)
    assert exact["messages"] == []


def test_a_broadcast_reply_is_in_both_places() -> None:
    """A broadcast reply is in the channel's history too."""
    it = environment()
    first = it.post()
    reply = it.post(thread_ts=first, reply_broadcast=True)
    page = it.call("conversations.history", channel=it.channel.id)
    assert [message["ts"] for message in page["messages"]] == [reply, first]


def test_metadata_is_returned_on_request() -> None:
    """Without include_all_metadata only the event_type is returned."""
    it = environment()
    it.post(metadata=PART)
    assert it.call("conversations.history", channel=it.channel.id)["messages"][0]["metadata"] == {"event_type": "part"}
    full = it.call("conversations.history", channel=it.channel.id, include_all_metadata=True)
    assert full["messages"][0]["metadata"] == PART


def test_replies_begin_with_their_parent() -> None:
    """A thread is found by any of its messages; it is oldest first, always with its parent at the beginning."""
    it = environment()
    parent = it.post("parent")
    replies = [it.post(f"{number}", thread_ts=parent) for number in range(3)]
    for asked in (parent, replies[1]):
        page = it.call("conversations.replies", channel=it.channel.id, ts=asked)
        assert [message["ts"] for message in page["messages"]] == [parent, *replies]
    late = it.call("conversations.replies", channel=it.channel.id, ts=parent, oldest=replies[1])
    assert [message["ts"] for message in late["messages"]] == [parent, replies[2]]
    assert it.error("conversations.replies", channel=it.channel.id, ts="1.0") == "thread_not_found"


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        ("invalid_cursor", {"cursor": "nonsense"}),
        ("invalid_cursor", {"cursor": base64.b64encode(b"next_ts:x").decode()}),
        ("invalid_limit", {"limit": "many"}),
        ("invalid_limit", {"limit": 1000}),
        ("invalid_ts_oldest", {"oldest": "yesterday"}),
    ],
)
def test_wrong_paging_is_refused(error: str, arguments: dict[str, Any]) -> None:
    """Invalid cursors, limits and times are refused."""
    it = environment()
    assert it.error("conversations.history", channel=it.channel.id, **arguments) == error


@given(count=st.integers(0, 12), limit=st.integers(1, 5), thread=st.booleans(), inclusive=st.booleans())
def test_paging_shows_everything_once(count: int, limit: int, thread: bool, inclusive: bool) -> None:
    """With any page size, following the cursor returns every message once, in order."""
    it = environment()
    parent = it.post() if thread else None
    posted = [it.post(str(number), **({"thread_ts": parent} if parent else {})) for number in range(count)]
    expected = [parent, *posted] if parent else posted[::-1]
    method = "conversations.replies" if parent else "conversations.history"
    arguments: dict[str, Any] = {"channel": it.channel.id, "limit": limit, "ts": parent, "inclusive": inclusive}
    found: list[str] = []
    while True:
        page = it.call(method, **arguments)
        found += [message["ts"] for message in page["messages"]]
        assert len(page["messages"]) <= limit
        if not page["has_more"]:
            break
        arguments["cursor"] = page["response_metadata"]["next_cursor"]
    assert found == expected


@given(st.lists(st.floats(0, 3), max_size=60))
def test_no_more_than_one_message_a_second(pauses: list[float]) -> None:
    """In any period a channel takes one message a second, plus the tolerated burst."""
    pace, now, taken = Pace(), 1_000_000.0, []
    for pause in pauses:
        now += pause
        if not pace.post_in("C1", now):
            taken.append(now)
    for first, start in enumerate(taken):
        for count, end in enumerate(taken[first:], start=1):
            assert count <= end - start + BURST + 1 + 1e-6


@given(st.lists(st.floats(0, 3), max_size=30))
def test_a_post_after_retry_after_is_accepted(pauses: list[float]) -> None:
    """After as many seconds as Retry-After says, the post is accepted."""
    pace, now = Pace(), 1_000_000.0
    for pause in pauses:
        now += pause
        wait = pace.post_in("C1", now)
        if wait:
            now += wait
            assert pace.post_in("C1", now) == 0


def test_channels_do_not_slow_each_other() -> None:
    """Each channel has its own limit, and the ledger tells refusals from posts."""
    it = environment()
    other = it.workspace.add_channel("other")
    replies = [it.reply("chat.postMessage", channel=channel.id, text="x") for channel in (it.channel, other, other)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[2].headers["Retry-After"] == "1"
    assert [line.answer for line in it.site.ledger.lines] == ["ok", "ok", "ratelimited"]


def test_other_limits_can_be_switched_on() -> None:
    """A limit for the workspace and the tiers of other methods apply if they are switched on."""
    it = environment()
    it.workspace.pace = Pace(posts_a_minute=1, tiers=True)
    it.post()
    it.pass_(2)
    assert it.reply("chat.postMessage", channel=it.channel.id, text="x").headers["Retry-After"] == "58"
    replies = [it.reply("conversations.history", channel=it.channel.id) for _ in range(51)]
    assert [reply.status for reply in replies].count(429) == 1


@given(st.integers(0, 2**52))
def test_a_ts_is_read_as_it_was_written(at: int) -> None:
    """No digit of a ts is lost on the way through a string."""
    assert micros(stamp(at)) == at


def test_every_message_of_a_channel_has_its_own_ts() -> None:
    """Messages of the same moment still get different ts, in order."""
    it = environment()
    stamps = [it.workspace.post(it.channel, it.now, user=it.you.id, text="x").ts for _ in range(50)]
    assert sorted(set(stamps)) == stamps


def _trigger(it: Environment) -> str:
    return it.workspace.new_trigger(it.you.id, it.now)


def test_a_modal_needs_a_fresh_trigger() -> None:
    """A trigger_id opens one view within three seconds."""
    it = environment()
    trigger = _trigger(it)
    view = it.call("views.open", trigger_id=trigger, view=MODAL)["view"]
    assert view["title"] == MODAL["title"]
    assert it.error("views.open", trigger_id=trigger, view=MODAL) == "exchanged_trigger_id"
    assert it.error("views.open", trigger_id="7", view=MODAL) == "invalid_trigger_id"
    old = _trigger(it)
    it.now += timedelta(seconds=3.1)
    assert it.error("views.open", trigger_id=old, view=MODAL) == "expired_trigger_id"


def test_a_view_over_a_limit_is_refused() -> None:
    """A view that breaks a limit is refused with a pointer to where."""
    it = environment()
    body = it.call("views.open", trigger_id=_trigger(it), view={**MODAL, "blocks": [{"type": "section"}]})
    assert body["error"] == "invalid_arguments"
    assert "json-pointer:/view/blocks/0" in body["response_metadata"]["messages"][0]
    assert it.error("views.open", trigger_id=_trigger(it), view=HOME) == "invalid_arguments"


def test_a_view_is_updated_by_its_newest_hash() -> None:
    """An update with a stale hash is a conflict; an unknown view is not found."""
    it = environment()
    view = it.call("views.open", trigger_id=_trigger(it), view={**MODAL, "external_id": "one"})["view"]
    assert it.call("views.update", view_id=view["id"], hash=view["hash"], view=MODAL)["ok"]
    assert it.error("views.update", view_id=view["id"], hash=view["hash"], view=MODAL) == "hash_conflict"
    assert it.error("views.update", view_id="V404", view=MODAL) == "not_found"


def test_a_stack_has_three_views_at_most() -> None:
    """A stack of modals is at most three high."""
    it = environment()
    it.call("views.open", trigger_id=_trigger(it), view=MODAL)
    for _ in range(2):
        assert it.call("views.push", trigger_id=_trigger(it), view=MODAL)["ok"]
    trigger = it.workspace.new_trigger(it.you.id, it.now + timedelta(seconds=2))
    assert it.error("views.push", trigger_id=trigger, view=MODAL) == "push_limit_reached"


def test_a_person_has_three_modals_open_at_most() -> None:
    """Opening a fourth closes the oldest; a closed one is forgotten with its values."""
    it = environment()
    opened = []
    for _ in range(10):
        it.pass_(2)
        opened.append(it.call("views.open", trigger_id=_trigger(it), view=MODAL)["view"])
        it.workspace.draft(it.you.id, it.workspace.views[opened[-1]["id"]])["b", "a"] = {"value": "typed"}
    assert list(it.workspace.views) == [view["id"] for view in opened[-3:]]
    assert len(it.workspace.drafts) == 3
    assert it.error("views.update", view_id=opened[0]["id"], view=MODAL) == "not_found"
    it.workspace.close(*it.workspace.modals(it.you.id))
    assert (it.workspace.views, it.workspace.drafts) == ({}, {})


def test_expired_triggers_are_forgotten() -> None:
    """A trigger is "expired" for as long again as it was valid, then unknown; old ones take no memory."""
    it = environment()
    late, forgotten = _trigger(it), _trigger(it)
    it.now += timedelta(seconds=5)
    _trigger(it)
    assert it.error("views.open", trigger_id=late, view=MODAL) == "expired_trigger_id"
    for _ in range(1_000):
        it.now += timedelta(seconds=1)
        _trigger(it)
    assert len(it.workspace.triggers) <= 7
    assert it.error("views.open", trigger_id=forgotten, view=MODAL) == "invalid_trigger_id"


def test_everybody_has_their_own_home_tab() -> None:
    """views.publish sets one person's Home tab, and its id stays the same."""
    it = environment()
    first = it.call("views.publish", user_id=it.you.id, view=HOME)["view"]["id"]
    assert it.call("views.publish", user_id=it.you.id, view=HOME)["view"]["id"] == first
    assert it.error("views.publish", user_id="U404", view=HOME) == "user_not_found"


def test_the_home_tab_replaces_the_newest_only() -> None:
    """A stale hash is a conflict, as is a hash if nothing was published; a Home tab that is off is not enabled."""
    it = environment()
    assert it.error("views.publish", user_id=it.you.id, view=HOME, hash="1.x") == "hash_conflict"
    first = it.call("views.publish", user_id=it.you.id, view=HOME)["view"]["hash"]
    second = it.call("views.publish", user_id=it.you.id, view=HOME, hash=first)["view"]["hash"]
    assert second != first
    assert it.error("views.publish", user_id=it.you.id, view=HOME, hash=first) == "hash_conflict"
    it.workspace.home_tab = False
    assert it.error("views.publish", user_id=it.you.id, view=HOME) == "not_enabled"


def test_people_are_described_with_their_zone() -> None:
    """users.info returns a person's zone and its offset at this time of year."""
    it = environment()
    user = it.call("users.info", user=it.you.id)["user"]
    assert (user["tz"], user["tz_offset"]) == ("Europe/London", 0)
    assert it.error("users.info", user="U404") == "user_not_found"


def test_reactions_come_with_their_message() -> None:
    """reactions.get returns a message with its text."""
    it = environment()
    ts = it.post()
    it.channel.messages[ts].reactions["bookmark"] = [it.you.id]
    message = it.call("reactions.get", channel=it.channel.id, timestamp=ts)["message"]
    assert message["reactions"] == [{"name": "bookmark", "users": [it.you.id], "count": 1}]


def test_channels_are_described_joined_and_opened() -> None:
    """conversations.info, .join and .open each need their scope."""
    it = environment()
    assert it.error("conversations.info", channel=it.channel.id) == "missing_scope"
    it.workspace.scopes |= {"channels:read", "channels:join", "im:write", "im:read"}
    assert it.call("conversations.info", channel=it.channel.id)["channel"]["is_member"]
    assert it.call("conversations.join", channel="general")["channel"]["is_member"]
    direct = it.call("conversations.open", users=it.you.id)["channel"]["id"]
    assert it.call("conversations.info", channel=direct)["channel"]["user"] == it.you.id


def test_workspaces_are_told_apart_by_their_tokens() -> None:
    """A token reaches its own workspace only."""
    it = environment()
    other = it.site.add(replace(it.workspace, team="T2", token="xoxb-2", channels={}, users={}))
    assert it.site.request("auth.test", "xoxb-2", {}, it.now).body["team_id"] == other.team
    body = it.site.request("chat.postMessage", "xoxb-2", {"channel": it.channel.id, "text": "x"}, it.now).body
    assert body["error"] == "channel_not_found"


def test_a_status_stands_in_a_direct_thread_until_the_bot_replies() -> None:
    """Nowhere else, and in no thread that is not there."""
    it = environment()
    direct = it.workspace.direct(it.you.id)
    asked = it.workspace.post(direct, it.now, user=it.you.id, text="kafka").ts
    said = {"thread_ts": asked, "status": "is looking"}
    assert it.call("assistant.threads.setStatus", channel_id=direct.id, **said)["ok"]
    assert direct.statuses == {asked: "is looking"}
    assert it.call("chat.postMessage", channel=direct.id, text="here", thread_ts=asked)["ok"]
    assert direct.statuses == {}
    assert it.error("assistant.threads.setStatus", channel_id=it.channel.id, **said) == "channel_not_found"
    gone = {**said, "thread_ts": "1.000001"}
    assert it.error("assistant.threads.setStatus", channel_id=direct.id, **gone) == "invalid_thread_ts"
