"""A stand-in without HTTP, for tests in virtual time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from playground.slack.channel import Channel
from playground.slack.fixtures import demo_site
from playground.slack.site import MethodReply, Site
from playground.slack.workspace import User, Workspace

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@dataclass
class Environment:
    """The demo's workspace, and a clock that moves when told."""

    site: Site
    workspace: Workspace
    channel: Channel
    you: User
    now: datetime = START
    replies: list[MethodReply] = field(default_factory=list)

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method with the bot's token and return the body."""
        return dict(self.reply(method, **arguments).body)

    def reply(self, method: str, **arguments: Any) -> MethodReply:
        """Call a method and return the whole reply."""
        return self.site.request(method, self.workspace.token, arguments, self.now)

    def post(self, text: str = "hello", **arguments: Any) -> str:
        """Post to #devops two seconds after the message before, and return the ts."""
        self.pass_(2)
        body = self.call("chat.postMessage", **{"channel": self.channel.id, "text": text, **arguments})
        assert body["ok"], body
        return str(body["ts"])

    def error(self, method: str, **arguments: Any) -> str:
        """Call a method that is refused, and return Slack's error."""
        self.pass_(2)
        body = self.call(method, **arguments)
        assert not body["ok"], body
        return str(body["error"])

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


def environment() -> Environment:
    """Return a new environment."""
    return Environment(*demo_site())
