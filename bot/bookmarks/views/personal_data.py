"""Messages and forms for exporting, importing and erasing a person's data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.bookmark_file.record import Format
from bot.slack.blocks import blocks
from bot.slack.blocks.command_names import CommandNames
from bot.slack.blocks.message import Block, Message
from bot.slack.blocks.mrkdwn import escape

FORGET, STAY = "forget:me", "forget:not"
"""The buttons of the confirmation."""
IMPORT = "import"
"""The form's callback id, and the block and action id of its first field."""
FILE = "import:file"
"""The block and action id of the form's field for a file."""
FILE_MAX_BYTES = 10_000_000
"""Bytes of an imported file (Slack: file-input-element, at most 10 MB)."""
PIECE_MAX_CHARS = 8_000
"""Characters of an export in one message (9,000 are always accepted: `bot.slack.blocks.blocks`)."""
MAX_PIECES = 10
MAX_FIELDS = 5
"""Fields of the form, which hold about ninety bookmarks. Longer lists take several imports."""
_FIELD_MAX_CHARS = 3_000  # Slack: reference/block-kit/block-elements/plain-text-input-element

_KINDS = {
    Format.HTML: "browser bookmarks",
    Format.MARKDOWN: "Markdown",
    Format.CSV: "a table (CSV)",
    Format.JSONL: "JSON Lines",
}


def taken(count: int, kind: Format) -> Message:
    """Return the message that comes before a person's exported file."""
    return blocks.says(f"Your {_links(count)} as {_KINDS[kind]}. Only you see this.")


def sent(count: int, names: CommandNames, *, typed: str) -> Message:
    """Return the answer to an export: where it is, and how to search for the words `typed` instead."""
    weekly = escape(names.command)
    where = f"Your {_links(count)} {'is' if count == 1 else 'are'} in our direct conversation."
    said = f"{where} Other kinds: `{weekly} export csv`, `markdown`, `jsonl`."
    return Message(said, (blocks.section(said), blocks.context(f'Looking for links instead? `{weekly} "{typed}"`')))


def nothing_to_take(names: CommandNames, newsletter: str = "") -> Message:
    """Return the answer to an export without bookmarks, or without any of the `newsletter` with this slug."""
    if newsletter:
        weekly = escape(names.command)
        return blocks.says(f"You have saved nothing from {escape(newsletter)}; `{weekly} export` takes all of yours.")
    return blocks.says(f"You have saved nothing yet; `{escape(names.command)} help` says how to.")


def pieces(text: str) -> Iterator[Message]:
    """Yield messages that show a file's text exactly, split at line ends; after MAX_PIECES, one on what is missing."""
    rest = text
    for _ in range(MAX_PIECES):
        if not rest:
            return
        piece = rest[:PIECE_MAX_CHARS]
        if len(rest) > PIECE_MAX_CHARS and (end := piece.rfind("\n") + 1):
            piece = piece[:end]
        rest = rest[len(piece) :]
        yield _verbatim(piece)
    if rest:
        yield blocks.says(
            f"That is as much as fits here; {len(rest):,} characters are missing. With the scope `files:write` "
            "I could send all of it as a file: ask the person who installed me."
        )


def _verbatim(text: str) -> Message:
    """Return a message that shows text as it is; rich text needs no escaping (Slack: reference/block-kit/rich-text)."""
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
    return Message("Your list, as text", ({"type": "rich_text", "elements": [element]},))


def import_form(names: CommandNames) -> Block:
    """Return the form to paste a browser's bookmarks into."""
    weekly = escape(names.command)
    how = (
        "Export your bookmarks from your browser (a file of the kind *HTML*), open that file in a text editor, and "
        "paste the lines you want; a full field goes on in the next one, and the same link twice is saved once. "
        f"`{weekly} export` makes the same kind of file."
    )
    return {
        "type": "modal",
        "callback_id": IMPORT,
        "title": blocks.plain("Bring your bookmarks", 24),
        "submit": blocks.plain("Save them", 24),
        "close": blocks.plain("Cancel", 24),
        "blocks": [blocks.section(how), *(_pasting(number) for number in range(1, MAX_FIELDS + 1))],
    }


def file_form(names: CommandNames) -> Block:
    """Return the form to upload a browser's bookmarks (Slack: needs the scope files:read)."""
    weekly = escape(names.command)
    how = (
        "Export your bookmarks from your browser (a file of the kind *HTML*) and choose that file here. The same link "
        f"twice is saved once. `{weekly} export` makes the same kind of file."
    )
    field = {"type": "file_input", "action_id": FILE, "filetypes": ["html"], "max_files": 1}
    label = blocks.plain(f"A file of bookmarks (at most {FILE_MAX_BYTES // 1_000_000} MB)", 2_000)
    asked = {"type": "input", "block_id": FILE, "label": label, "element": field}
    return {**import_form(names), "blocks": [blocks.section(how), asked]}


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file chosen in the form: its size in bytes, its owner (a user id), and the address to download it from."""

    size: int
    owner: str
    address: str


def read_file(view: Mapping[str, Any]) -> UploadedFile | None:
    """Return the file of a submitted form, None if the form has none."""
    try:
        (file,) = view["state"]["values"][FILE][FILE]["files"]
        size, owner = file["size"], file["user"]
        address = file.get("url_private_download") or file["url_private"]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    known = isinstance(size, int) and isinstance(owner, str) and isinstance(address, str)
    return UploadedFile(size, owner, address) if known else None


TOO_LARGE = (
    f"That file is too large: at most {FILE_MAX_BYTES // 1_000_000} MB can be read. Export fewer folders at a time."
)
NOT_YOURS = "That file is somebody else's. Please choose one of your own."
NO_BOOKMARKS = "That is no file of bookmarks. Your browser makes one where it exports bookmarks, of the kind HTML."
_NOT_HAD = {
    "too_large": TOO_LARGE,
    "file_not_found": "That file is not there any more. Please choose it again.",
    "foreign_address": "That file is not stored by Slack, so it was not fetched. Please choose one from your computer.",
}


def not_had(code: str) -> str:
    """Say why a file could not be fetched, by the code of the refusal."""
    return _NOT_HAD.get(code, "Slack does not let me read that file. Ask the person who installed me for `files:read`.")


def _pasting(number: int) -> Block:
    """Make one of the fields that are read as one text: Slack takes no longer text in a field."""
    first, name = number == 1, _field(number)
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": True,
        "max_length": _FIELD_MAX_CHARS,
    }
    if first:
        element["placeholder"] = blocks.plain('<DT><A HREF="https://…">A title</A>', 150)
    said = f"Bookmarks (at most {_FIELD_MAX_CHARS:,} characters)" if first else f"What did not fit, part {number}"
    return {
        "type": "input",
        "block_id": name,
        "optional": not first,
        "label": blocks.plain(said, 2_000),
        "element": element,
    }


def _field(number: int) -> str:
    return IMPORT if number == 1 else f"{IMPORT}:{number}"


def read_import(view: Mapping[str, Any]) -> str | None:
    """Return the text of all fields of a submitted form, None if it is another form."""
    try:
        values = view["state"]["values"]
        pasted = [values[IMPORT][IMPORT]["value"]]
        pasted += [values[name][name]["value"] for name in map(_field, range(2, MAX_FIELDS + 1)) if name in values]
    except (KeyError, TypeError):
        return None
    return "".join(each or "" for each in pasted) if all(isinstance(each, str | None) for each in pasted) else None


def brought(new: int, known: int, refused: int, names: CommandNames, *, beyond: int = 0) -> Message:
    """Return the result of an import: how many links are new, `known`, `refused`, and `beyond` the limit of a file."""
    said = [f"{new:,} more link is yours now." if new == 1 else f"{new:,} more links are yours now."]
    if known:
        said.append(f"{_links(known)} you had already.")
    if refused:
        said.append(f"{refused:,} {'was' if refused == 1 else 'were'} left out: no address of the web, or too long.")
    if beyond:
        said.append(f"{beyond:,} {'was' if beyond == 1 else 'were'} left out: that is more than one file may bring.")
    said.append(f"`{escape(names.command)} saved` lists them all.")
    return blocks.says("\n".join(said))


def window(message: Message) -> Block:
    """Return a modal with a message, to replace the form."""
    return blocks.window("Your bookmarks", message.blocks)


def confirm_forgetting(count: int, names: CommandNames) -> Message:
    """Return the question whether to delete everything about the person."""
    weekly = escape(names.command)
    what = f"your {_links(count)}, your notes and what you have read" if count else "all that I know of you"
    said = (
        f"*Forget everything about you?* That deletes {what}, at once and for good. Channels you subscribed keep "
        "their digests, but nobody is told any more if one cannot come. "
        f"To take your links along first: `{weekly} export`."
    )
    row = blocks.actions(
        [blocks.button("Forget me", FORGET, "yes", style="danger"), blocks.button("Keep everything", STAY, "no")]
    )
    return Message("Forget everything about you?", (blocks.section(said), row))


def forgotten(count: int) -> Message:
    """Confirm that everything was deleted."""
    was = f"Your {_links(count)} and everything else about you are gone." if count else "Nothing about you is stored."
    return blocks.says(f"Done. {was}")


def stayed() -> Message:
    """Confirm that nothing was deleted."""
    return blocks.says("Nothing was deleted.")


def _links(count: int) -> str:
    return f"{count:,} link{'s' * (count != 1)}"
