"""Slack's refusals, by what to do about them.

    BotError
    └── SlackError                 carries workspace, channel, method and Slack's own code
        ├── RateLimitedError       wait `retry_after` seconds, then send again
        ├── ChannelRefusedError    nothing more can be posted to this channel: pause it
        ├── ThreadRefusedError     the thread takes no replies; the channel may
        ├── WorkspaceRefusedError  nothing can be done in the whole workspace: pause all of it
        ├── MessageRefusedError    this message will never be taken: skip it
        ├── FileRefusedError       this file cannot be had: ask for another
        ├── TryLaterError          surely not done; may work later
        ├── UnknownOutcomeError    may or may not have been done: look before sending again
        └── CannotLookError        whether an earlier message landed cannot be read (no scope, not a member)

The lists are those of Slack's reference/methods/chat.postMessage, chat.update, chat.delete and conversations.*.
"""

from __future__ import annotations

from typing import Any

from bot.domain.errors import BotError

CHANNEL_CODES = frozenset(
    {
        "channel_not_found", "is_archived", "not_in_channel", "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel", "no_permission", "ekm_access_denied", "messages_tab_disabled",
        "user_not_found", "cannot_dm_bot", "user_disabled", "channel_type_not_supported",
    },
)  # fmt: skip
THREAD_CODES = frozenset(
    {
        "cannot_reply_to_message", "restricted_action_non_threadable_channel", "restricted_action_thread_locked",
        "thread_not_found", "message_not_found",
    },
)  # fmt: skip
WORKSPACE_CODES = frozenset(
    {
        "account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "missing_scope",
        "team_access_not_granted", "accesslimited", "access_denied", "two_factor_setup_required", "team_not_found",
        "not_allowed_token_type",
    },
)  # fmt: skip
MESSAGE_CODES = frozenset(
    {
        "invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text",
        "too_many_attachments", "invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large",
        "metadata_must_be_sent_from_app", "markdown_text_conflict", "only_one_table_allowed", "invalid_arguments",
        "edit_window_closed", "cant_update_message", "is_inactive", "block_mismatch", "invalid_attachments",
        "cant_delete_message", "compliance_exports_prevent_deletion",
    },
)  # fmt: skip
UNKNOWN_CODES = frozenset({"internal_error", "fatal_error"})
RATE_CODES = frozenset({"ratelimited", "rate_limited"})

ADVICE = {
    "channel_not_found": "invite the bot to the channel, or subscribe another one",
    "not_in_channel": "invite the bot to the channel with /invite",
    "is_archived": "unarchive the channel, or subscribe another one",
    "missing_scope": "add the scope to the app and install it again",
    "token_revoked": "install the app again and set its new token",
    "invalid_auth": "set the token of the installed app",
    "account_inactive": "install the app again and set its new token",
}
"""The next step for the codes people meet most."""


class SlackError(BotError):
    """Slack did not do what was asked. The subclass says what to do about it."""

    todo = "try again; if it lasts, see Slack's status page"

    def __init__(self, method: str, code: str, *, workspace: str = "", channel: str = "", detail: str = "") -> None:
        """Keep `method` (Web API name), Slack's `code`, `workspace` (key), `channel` (id) and Slack's own `detail`."""
        where = f" for {channel}" if channel else ""
        more = f" ({detail})" if detail else ""
        super().__init__(f"Slack's {method}{where} answered {code}{more}: {ADVICE.get(code, self.todo)}")
        self.method = method
        self.code = code
        self.workspace = workspace
        self.channel = channel
        self.detail = detail


class RateLimitedError(SlackError):
    """Too fast: send again after `retry_after` seconds, not before (Slack: apis/web-api/rate-limits)."""

    todo = "wait as told"
    retry_after: float = 1.0


class ChannelRefusedError(SlackError):
    """The channel refuses the bot."""

    todo = "check that the channel exists and that the bot may post in it"


class ThreadRefusedError(SlackError):
    """The message or thread is gone or closed; the channel itself may be fine."""

    todo = "nothing; the thread is gone or closed"


class WorkspaceRefusedError(SlackError):
    """The whole workspace refuses the bot."""

    todo = "install the app again"


class MessageRefusedError(SlackError):
    """Slack refuses this message as it is."""

    todo = "report it with the message that was refused"


class FileRefusedError(SlackError):
    """This file cannot be had: too large, gone, not for the bot, or not kept by Slack (`code` says which)."""

    todo = "choose another file"


class TryLaterError(SlackError):
    """The call had no effect; it may work later."""


class UnknownOutcomeError(SlackError):
    """The answer (or its absence) does not say whether the call had its effect."""

    todo = "look whether it landed before sending it again"


class CannotLookError(SlackError):
    """The channel's history cannot be read."""

    todo = "add the history scopes and invite the bot to have it look for itself"


def refusal(code: str, status: int = 200) -> type[SlackError]:
    """Return the kind of refusal that Slack's error `code` under HTTP `status` is.

    A 5xx is unclear whatever its body says; an unlisted code counts as "try later" (which its user must bound).
    """
    if code in RATE_CODES or status == 429:
        return RateLimitedError
    if status >= 500 or code in UNKNOWN_CODES:
        return UnknownOutcomeError
    kinds: tuple[tuple[frozenset[str], type[SlackError]], ...] = (
        (CHANNEL_CODES, ChannelRefusedError),
        (THREAD_CODES, ThreadRefusedError),
        (WORKSPACE_CODES, WorkspaceRefusedError),
        (MESSAGE_CODES, MessageRefusedError),
    )
    return next((kind for codes, kind in kinds if code in codes), TryLaterError)


def detail_of(answer: Any) -> str:
    """Return what Slack says beside the code: block pointers, or the missing scope."""
    if not isinstance(answer, dict):
        return ""
    meta = answer.get("response_metadata")
    said = meta.get("messages") if isinstance(meta, dict) else None
    if isinstance(said, list) and said:
        return "; ".join(str(line) for line in said)[:300]
    needed = answer.get("needed")
    return f"needs {needed}" if needed else ""
