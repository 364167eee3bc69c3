"""What the bot may do: the manifest, the table in docs/scopes.md and the calls in the code say the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.slack.api import scopes
from playground.slack.methods import METHODS, NEEDS
from playground.slack.workspace import EVENTS, OPTIONAL, PROMPTS, REQUIRED, SCOPES, SHORTCUTS
from tests.playground.environment import Environment, environment

ROOT = Path(__file__).parents[1]
MANIFEST = yaml.safe_load((ROOT / "manifest.yaml").read_text("utf-8"))
ASKED = MANIFEST["oauth_config"]["scopes"]
# Slack: commands and shortcuts need `commands`, both reaction events reactions:read; app_home_opened needs none.
# A form that asks for a file, and fetching that file, need files:read (Slack: file-input-element).
# The events app_mention and message.im need a scope each.
OTHERWISE = {"commands", "reactions:read", "files:read", "app_mentions:read", "im:history"}
# By the kind of conversation; the bot posts in public and private channels, and reads no direct conversation.
ELSEWHERE = {"im:read", "groups:read"}


def called() -> set[str]:
    """Return the methods that the code names, the stand-in left out."""
    sources = [path for path in (ROOT / "bot").rglob("*.py") if "playground" not in path.parts]
    text = "\n".join(path.read_text("utf-8") for path in [*sources, *(ROOT / "handlers").rglob("*.py")])
    return {method for method in METHODS if f'"{method}"' in text}


def test_the_manifest_asks_for_what_is_called_and_no_more() -> None:
    """Each scope is needed by a method that the code calls, a command or an event; each such method's is asked for."""
    needed = set().union(*(NEEDS[method] for method in called())) - ELSEWHERE
    assert set(ASKED["bot"]) == needed | OTHERWISE
    assert set(ASKED["bot_optional"]) < set(ASKED["bot"])


def test_the_stand_in_is_installed_as_the_manifest_says() -> None:
    """Scopes, events, shortcuts and the Home tab of the stand-in workspace are those of the manifest."""
    assert set(ASKED["bot"]) == SCOPES
    assert set(ASKED["bot_optional"]) == OPTIONAL
    assert REQUIRED | OPTIONAL == SCOPES
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == EVENTS
    offered = [(one["name"], one["callback_id"], one["type"]) for one in MANIFEST["features"]["shortcuts"]]
    assert offered == [(one.name, one.callback, one.kind) for one in SHORTCUTS]
    assert MANIFEST["features"]["app_home"]["home_tab_enabled"]
    suggested = MANIFEST["features"]["agent_view"]["suggested_prompts"]
    assert [(one["title"], one["message"]) for one in suggested] == list(PROMPTS)


def test_the_health_page_knows_every_scope() -> None:
    """What does not work without each, and which may not be declined."""
    assert set(scopes.SCOPES) == SCOPES
    assert scopes.NEEDED == REQUIRED


def test_a_reason_is_given_for_each_scope() -> None:
    """The table has every scope once, and says what is lost without those that may be declined."""
    page = (ROOT / "docs/scopes.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    told = [(scope, without) for names, _, without in rows for scope in re.findall(r"`([\w:]+)`", names)]
    assert sorted(scope for scope, _ in told) == sorted(SCOPES)
    assert {scope for scope, without in told if without.startswith("needed")} == REQUIRED


def test_the_manifest_s_shortcuts_keep_slack_s_limits() -> None:
    """Slack: reference/app-manifest."""
    for shortcut in MANIFEST["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
    assert len(MANIFEST["features"]["shortcuts"]) <= 10


def arguments(it: Environment) -> dict[str, Any]:
    """Return arguments that are enough for any method to look at its scopes."""
    ts = it.workspace.post(it.channel, it.now, user=it.workspace.bot.id, text="x").ts
    own = {"ts": ts, "message_ts": ts, "timestamp": ts, "text": "y", "user": it.you.id, "users": it.you.id}
    view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [{"type": "divider"}]}
    own |= {"channel_id": it.channel.id, "thread_ts": ts}
    return {"channel": it.channel.id, "filename": "a", "length": 1, "files": [{"id": "F1"}], "view": view, **own}


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_missing_scope_is_refused_and_named(method: str) -> None:
    """Without any scope a method that needs one is refused, naming one of those; the others are not."""
    it = environment()
    given = arguments(it)
    it.workspace.scopes = frozenset()
    body = it.call(method, **given)
    if NEEDS[method]:
        assert body["error"] == "missing_scope"
        assert body["needed"] in NEEDS[method]
        it.workspace.scopes = NEEDS[method]
        body = it.call(method, **given)
    assert body.get("error") != "missing_scope"


@pytest.mark.parametrize("http", [False, True], ids=["socket mode", "http"])
def test_the_manifest_is_one_that_slack_takes(http: bool) -> None:
    """As it is, and with the addresses that it names for HTTP."""
    schema = ROOT.parent / "shared/slack-manifest.schema.json"
    if not schema.is_file():
        pytest.skip("no schema of Slack's manifests beside the project")
    jsonschema = pytest.importorskip("jsonschema", reason="comes with the extra mcp")
    manifest = yaml.safe_load((ROOT / "manifest.yaml").read_text("utf-8"))
    if http:
        address = "https://bot.example.com/slack/events"
        manifest["settings"]["socket_mode_enabled"] = False
        manifest["settings"]["event_subscriptions"]["request_url"] = address
        manifest["settings"]["interactivity"] |= {"request_url": address, "message_menu_options_url": address}
        for command in manifest["features"]["slash_commands"]:
            command["url"] = address
    found = [
        error.message
        for error in jsonschema.Draft7Validator(json.loads(schema.read_text("utf-8"))).iter_errors(manifest)
    ]
    assert found == []
