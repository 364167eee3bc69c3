"""What came of the calls to Slack: for the health page, and for those who count them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, TypeAlias

from bot.domain.health import Attempts
from bot.domain.workspace import WorkspaceId
from bot.slack.api.errors import RateLimitedError, SlackError, TryLaterError, UnknownOutcomeError
from bot.slack.api.scopes import granted_in

OnCall: TypeAlias = Callable[[str, str, float], None]
"""Takes a call's method, its outcome ("ok", Slack's code, or ours) and its seconds."""

TOKEN_CODES = frozenset(
    {"account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "not_allowed_token_type"}
)
"""What Slack says of a token that no longer works (reference/methods/auth.test): waiting does not mend it."""
_UNANSWERED = (TryLaterError, UnknownOutcomeError)


class CallOutcomes:
    """Notes every call's outcome. `answers` tells when Slack last answered, whatever it said but that the token is bad.

    `on_call` are told of every call.
    """

    def __init__(self) -> None:
        """Begin without a call."""
        self.answers = Attempts()
        self.on_call: list[OnCall] = []
        self.identity: Mapping[str, Any] = {}
        """What Slack last said of the token (reference/methods/auth.test), empty before."""
        self._granted: dict[str, frozenset[str]] = {}

    @property
    def scopes(self) -> frozenset[str] | None:
        """The scopes that Slack last said are granted: empty where it answers and does not say, None before."""
        return next(reversed(self._granted.values()), None)

    def granted(self, workspace: WorkspaceId) -> frozenset[str]:
        """Return the scopes that Slack said are granted in a workspace; empty where it does not say."""
        return self._granted.get(workspace, frozenset())

    def heard(self, workspace: WorkspaceId, headers: Mapping[str, str]) -> None:
        """Note which scopes an answer's headers name. A header that names none takes none away: a token has some."""
        said = granted_in(headers.get("x-oauth-scopes") or "") or self.granted(workspace)
        self._granted.pop(workspace, None)
        self._granted[workspace] = said

    def worked(self, method: str, began: float) -> None:
        """Note a call that did what was asked; `began` is by the monotonic clock."""
        now = monotonic()
        self.answers.worked(now)
        self._tell(method, "ok", now - began)

    def failed(self, error: SlackError, began: float) -> None:
        """Note a call that did not."""
        now = monotonic()
        if error.code in TOKEN_CODES:
            self.answers.failed(f"Slack refuses the bot's token ({error.code})", lasting=True)
        elif isinstance(error, _UNANSWERED) and not isinstance(error, RateLimitedError):
            self.answers.failed(str(error))
        else:
            self.answers.worked(now)
        self._tell(error.method, error.code, now - began)

    def _tell(self, method: str, outcome: str, seconds: float) -> None:
        for told in self.on_call:
            told(method, outcome, seconds)
