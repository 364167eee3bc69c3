"""The whole stand-in without HTTP: workspaces by token, faults, ledger. It takes a call and returns a reply."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal

from playground.slack.call import Call, RefusalError
from playground.slack.faults import Fault, Faults, How
from playground.slack.ledger import Ledger, LedgerLine
from playground.slack.methods import METHODS
from playground.slack.methods.files import give, receive
from playground.slack.workspace import Workspace

Outcome = Literal["answer", "hang", "cut"]
# Slack's words for tokens that stopped working stop every method (reference/methods/auth.test, errors).
WRITING = frozenset(
    {"chat.postMessage", "chat.update", "chat.postEphemeral", "chat.delete", "files.completeUploadExternal"}
)


_LIMITED = "ratelimited"
"""Slack's word for a call that takes no effect since there were too many (Slack: apis/rate-limits)."""


@dataclass(frozen=True, slots=True)
class MethodReply:
    """What the caller gets: a body and status, or silence (`wire` "hang"), or a reset connection ("cut")."""

    body: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    outcome: Outcome = "answer"


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """A call of the bot and its result, for watchers; `answer` and `landed` as in the ledger's `LedgerLine`.

    `channel` is an id, `text` what the call says, `details` Slack's words about a limit that was broken.
    """

    at: datetime
    workspace: str
    method: str
    channel: str
    text: str
    answer: str
    landed: bool
    details: tuple[str, ...] = ()


@dataclass(slots=True)
class Site:
    """Several workspaces behind one address, told apart by their tokens."""

    workspaces: dict[str, Workspace] = field(default_factory=dict)
    """By team id."""
    faults: Faults = field(default_factory=Faults)
    ledger: Ledger = field(default_factory=Ledger)
    address: str = ""
    """Where it is served, without a slash at the end."""
    watchers: list[Callable[[CallOutcome], None]] = field(default_factory=list)
    """Called after every call."""
    _tokens: dict[str, Workspace] = field(default_factory=dict)
    _late: list[tuple[datetime, int, Call]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    def add(self, workspace: Workspace) -> Workspace:
        """Add a workspace; no other may have its token."""
        self.workspaces[workspace.team] = workspace
        self._tokens[workspace.token] = workspace
        return workspace

    def sharing(self, home: Workspace, channel: str) -> list[Workspace]:
        """Return the workspaces that a channel of `home` is in: more than one where it is shared (Slack Connect)."""
        here = home.channels[channel]
        return [
            home,
            *(one for one in self.workspaces.values() if one is not home and one.channels.get(channel) is here),
        ]

    def app_tokens(self) -> frozenset[str]:
        """Return the app-level tokens that may open Socket Mode."""
        return frozenset(workspace.app_token for workspace in self.workspaces.values())

    def request(self, method: str, token: str | None, arguments: Mapping[str, Any], now: datetime) -> MethodReply:
        """Perform what a fault held back until now, then one call of a Web API method, and return the reply."""
        self.settle(now)
        self.ledger.calls[method] += 1
        workspace = self._tokens.get(token or "")
        if workspace is None:
            return _refused(RefusalError("invalid_auth" if token else "not_authed"))
        call = Call(workspace, method, arguments, now, self.address)
        place = workspace.channel(channel) if isinstance(channel := arguments.get("channel"), str) else None
        fault = self.faults.pick(
            method, workspace.team, place.id if place else "", thread=bool(arguments.get("thread_ts"))
        )
        return self._perform(call) if fault is None else self._fail(call, fault)

    def upload(self, name: str, content: bytes) -> tuple[int, str]:
        """Store what is sent to the upload address `name`, and return the answer's status and text."""
        team, _, file = name.partition("-")
        workspace = self.workspaces.get(team)
        return receive(workspace, file, content) if workspace else (404, "no such upload")

    def download(self, name: str, token: str, now: datetime) -> tuple[int, bytes]:
        """Return the status and the content for a request of the private address `name`."""
        team, _, file = name.partition("/")[0].partition("-")
        workspace = self.workspaces.get(team)
        status, content = give(workspace, token, file) if workspace else (404, b"")
        answer = "ok" if status == 200 else str(status)
        self.tell(CallOutcome(now, team, "url_private_download", "", "", answer, landed=status == 200))
        return status, content

    def settle(self, now: datetime) -> None:
        """Perform the calls that a fault held back until now or earlier."""
        while self._late and self._late[0][0] <= now:
            _, _, call = heapq.heappop(self._late)
            self._perform(call, told="late")

    def _fail(self, call: Call, fault: Fault) -> MethodReply:
        told = fault.error if fault.how is How.REFUSED else fault.how.value
        if fault.effect and fault.lands_after:
            due = call.now + timedelta(seconds=fault.lands_after)
            heapq.heappush(self._late, (due, next(self._order), replace(call, now=due)))
        elif fault.effect:
            reply = self._perform(call, told=told)
            if reply.body.get("error") == _LIMITED:  # it takes no effect, so the fault is kept for one that does
                self.faults.spare(fault)
                return reply
        else:
            self._write(call, {}, landed=False, answer=told)
        if fault.how is How.HANG:
            return MethodReply({}, outcome="hang")
        if fault.how is How.CUT:
            return MethodReply({}, outcome="cut")
        if fault.how is How.BROKEN:
            return MethodReply({"ok": False, "error": "internal_error"}, status=500)
        if fault.how is How.LIMITED:
            return _refused(RefusalError(_LIMITED, wait=fault.retry_after))
        return _refused(RefusalError(fault.error))

    def _perform(self, call: Call, told: str = "ok") -> MethodReply:
        """Perform a call and return the reply. `told` is the ledger's `answer` if it takes effect."""
        try:
            fields = self._answer(call)
        except RefusalError as refusal:
            answer = refusal.error if told == "ok" or refusal.error == _LIMITED else told
            self._write(call, {}, landed=False, answer=answer, details=refusal.messages)
            return _refused(refusal)
        self._write(call, fields, landed=True, answer=told)
        scopes = ",".join(sorted(call.workspace.scopes))
        return MethodReply({"ok": True, **fields}, headers={"x-oauth-scopes": scopes})

    def _answer(self, call: Call) -> dict[str, Any]:
        if call.workspace.revoked:
            raise RefusalError(call.workspace.revoked)
        perform = METHODS.get(call.method)
        if perform is None:
            raise RefusalError("unknown_method")
        if wait := call.workspace.pace.call(call.method, call.now.timestamp()):
            raise RefusalError(_LIMITED, wait=wait)
        return perform(call)

    def tell(self, outcome: CallOutcome) -> None:
        """Call the watchers with a call's result."""
        for watcher in tuple(self.watchers):
            watcher(outcome)

    def _write(
        self, call: Call, fields: Mapping[str, Any], *, landed: bool, answer: str, details: tuple[str, ...] = ()
    ) -> None:
        if self.watchers:
            channel, text = str(call.arguments.get("channel") or ""), str(call.arguments.get("text") or "")
            self.tell(CallOutcome(call.now, call.workspace.team, call.method, channel, text, answer, landed, details))
        if call.method not in WRITING:
            return
        metadata = call.arguments.get("metadata")
        self.ledger.add(
            LedgerLine(
                at=call.now.timestamp(),
                workspace=call.workspace.team,
                channel=str(
                    fields.get("channel") or call.arguments.get("channel") or call.arguments.get("channel_id") or ""
                ),
                method=call.method,
                landed=landed,
                answer=answer,
                ts=str(fields.get("ts") or fields.get("message_ts") or call.arguments.get("ts") or ""),
                thread_ts=str(call.arguments.get("thread_ts") or ""),
                text=str(call.arguments.get("text") or ""),
                metadata=metadata if isinstance(metadata, Mapping) else None,
            )
        )


def _refused(refusal: RefusalError) -> MethodReply:
    body: dict[str, Any] = {"ok": False, "error": refusal.error, **refusal.fields}
    if refusal.messages:
        body["response_metadata"] = {"messages": list(refusal.messages)}
    if refusal.wait:
        return MethodReply(body, status=429, headers={"Retry-After": str(refusal.wait)})
    return MethodReply(body)
