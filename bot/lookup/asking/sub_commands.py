"""What a message wants of the bot itself, as the sub-command that does it."""

from __future__ import annotations

from bot.lookup.asking.request import MessageKind, Request

_ABOUT = {"schedule": "status", "status": "status", "why": "status", "topics": "topics"}
_EXPORTS = {"md": "md", "markdown": "md", "csv": "csv", "json": "json", "html": "html"}
_COMMANDS = {
    "unsubscribe": "unsubscribe",
    "pause": "pause",
    "resume": "resume",
    "forget": "forget me",
    "taste": "subscribe",
}


def command_of(request: Request) -> str:
    """Return the sub-command that does what was asked, "" where there is none: then the help says what there is.

    It is never run by words: what changes something goes on a button.
    """
    if request.random:
        return f"random {request.limits.newsletter}".strip()
    action = request.action[0] if request.action else ""
    if action in {"export", "unsave"} or request.kind is MessageKind.MINE:
        return _of_bookmarks(request, action)
    if request.kind is MessageKind.BOT:
        return _ABOUT.get(request.about, "help")
    if action == "subscribe":
        return f"subscribe {request.schedule}".strip()
    # An issue has a button that shares it, and its links have buttons that save them.
    shared = f"issue {request.issues[0]}" if action in {"share", "save"} and request.issues else ""
    return shared or _COMMANDS.get(action, "")


def _of_bookmarks(request: Request, action: str) -> str:
    """Return the sub-command for what concerns bookmarks: those to be removed are shown, with their menus."""
    if action == "export":
        return f"export {_EXPORTS.get(request.export, 'html')}"
    if request.team:
        return f"top {request.period}" if request.period in {"month", "year"} else "top"
    return f"saved {request.topic}".strip()
