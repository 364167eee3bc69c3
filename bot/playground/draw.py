"""Messages drawn in a terminal from their Block Kit JSON, as a person in Slack would read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.style import Style
from rich.table import Table
from rich.text import Text

from bot.playground.channel import ChannelMessage
from bot.playground.forms import Element, label
from bot.playground.lettering import LINK, Hand, emoji

DIM = Style(dim=True)
WIDEST = 100
"""Columns; Slack's own messages are about that wide."""
# Blocks before which Slack leaves some room; small print and rules stand close.
_APART = frozenset({"section", "actions", "header", "rich_text", "table", "markdown"})
_BUTTONS = {
    "primary": Style(color="#ffffff", bgcolor="#007a5a", bold=True),
    "danger": Style(color="#ffffff", bgcolor="#c01343", bold=True),
}
_BUTTON = Style(color="#d1d2d3", bgcolor="#35373b")


def unnumbered(_element: Element) -> str:
    """Give no number to anything."""
    return ""


@dataclass(frozen=True, slots=True)
class Look:
    """How messages are drawn: by whose `hand`, and with what number (as text) before each thing one can click."""

    hand: Hand = field(default_factory=Hand)
    numbered: Callable[[Element], str] = unnumbered


@dataclass(frozen=True, slots=True)
class Margin:
    """Draws `inner` to the right of a margin that goes on beside every line: `first` beside the first one."""

    inner: RenderableType
    first: Text
    rest: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw line by line."""
        width = max(self.first.cell_len, self.rest.cell_len)
        lines = console.render_lines(self.inner, options.update(width=max(20, options.max_width - width)), pad=False)
        for number, line in enumerate(lines):
            margin = self.rest if number else self.first
            padded = margin.copy()
            padded.pad_right(width - margin.cell_len)
            yield from padded.render(console)
            yield from line
            yield Text("\n", end="")


def message(found: ChannelMessage, look: Look, *, number: str = "", in_thread: bool = False) -> RenderableType:
    """Draw one message: who, when, what; its buttons and reactions; a reply beside the bar of its thread."""
    hand = look.hand
    head = Text.assemble((hand.named(found.user), Style(bold=True)))
    if found.is_bot:
        head.append(" ").append(" APP ", Style(color="#d1d2d3", bgcolor="#35373b"))
    head.append(f"  {hand.time(found.ts)}", DIM)
    if found.edited_ts:
        head.append("  (edited)", DIM)
    parts: list[RenderableType] = []
    if found.ephemeral_to is not None:
        parts.append(Text("👁  Only visible to you", DIM))
    parts += [head, *(blocks(found.blocks, look) if found.blocks else [hand.mrkdwn(found.text)])]
    if found.reactions:
        parts.append(_reactions(found.reactions))
    bar = ("   │ " if in_thread else "", DIM)
    badge = Text.assemble(bar, (f"{number:>3} ", Style(color="#e8912d", bold=True)))
    return Group(Text("   │", DIM) if in_thread else "", Margin(Group(*parts), badge, Text.assemble(bar, "    ")))


def blocks(found: Iterable[Mapping[str, Any]], look: Look) -> list[RenderableType]:
    """Draw blocks, in order."""
    drawn: list[RenderableType] = []
    for block in found:
        draw = _BLOCKS.get(str(block.get("type")))
        if drawn and block.get("type") in _APART:
            drawn.append("")
        if draw is None:
            drawn.append(Text(f"[a block of type {block.get('type')}]", DIM))
        else:
            drawn.append(draw(block, look))
    return drawn


def view(payload: Mapping[str, Any], look: Look) -> RenderableType:
    """Draw a modal: its title, its blocks, its buttons."""
    title = Text(label({"text": payload.get("title")}), Style(bold=True))
    close = label({"text": payload.get("close")}) or "Cancel"
    buttons = Text.assemble((f" {close} ", _BUTTON))
    if "submit" in payload:
        buttons.append("  ").append(f" {label({'text': payload['submit']})} ", _BUTTONS["primary"])
    table = Table(box=box.ROUNDED, show_header=False, width=70, border_style="dim")
    table.add_row(Group(title, Rule(style="dim"), *blocks(payload.get("blocks", ()), look), "", buttons))
    return table


def button(element: Element, look: Look) -> Text:
    """Draw a button or the like, with its number if it has one."""
    drawn = Text()
    if number := look.numbered(element):
        drawn.append(f"[{number}] ", Style(color="#e8912d"))
    kind = str(element.get("type"))
    style = _BUTTONS.get(str(element.get("style")), _BUTTON)
    if url := element.get("url"):
        style += Style(link=str(url))
    caption = emoji(label(element)) or {"overflow": "⋯"}.get(kind, kind.replace("_", " "))
    drawn.append(f" {caption}{'' if kind in {'button', 'overflow'} else ' ▾'} ", style)
    drawn.plain = drawn.plain.replace(" ", "\N{NO-BREAK SPACE}")  # a button stays in one piece where a row is wrapped
    return drawn


def _text(value: Mapping[str, Any], look: Look, style: Style | None = None) -> Text:
    if value.get("type") == "mrkdwn":
        return look.hand.mrkdwn(str(value.get("text", "")), style)
    return Text(emoji(str(value.get("text", ""))), style or Style())


def _section(block: Mapping[str, Any], look: Look) -> RenderableType:
    parts: list[RenderableType] = [_text(block["text"], look)] if "text" in block else []
    if fields := block.get("fields"):
        grid = Table.grid(padding=(0, 4, 0, 0))
        for left, right in zip(fields[::2], [*fields[1::2], {"text": ""}], strict=False):
            grid.add_row(_text(left, look), _text(right, look))
        parts.append(grid)
    if accessory := block.get("accessory"):
        grid = Table.grid(expand=True)
        grid.add_column(ratio=1)
        grid.add_column(justify="right", no_wrap=True)
        beside = _image(accessory) if accessory.get("type") == "image" else button(accessory, look)
        grid.add_row(Group(*parts), Padding(beside, (0, 0, 0, 2)))
        return grid
    return Group(*parts)


def _header(block: Mapping[str, Any], _look: Look) -> RenderableType:
    return Text(emoji(block["text"]["text"]), Style(bold=True))


def _divider(_block: Mapping[str, Any], _look: Look) -> RenderableType:
    return Rule(style="dim", characters="─")


def _context(block: Mapping[str, Any], look: Look) -> RenderableType:
    parts = [
        _image(element) if element.get("type") == "image" else _text(element, look, DIM)
        for element in block.get("elements", ())
    ]
    return Text("  ").join(parts)


def _actions(block: Mapping[str, Any], look: Look) -> RenderableType:
    return Text("  ").join([button(element, look) for element in block.get("elements", ())])


def _image(block: Mapping[str, Any]) -> Text:
    url = str(block.get("image_url", ""))
    return Text(f"🖼  {block.get('alt_text', '')}", LINK + Style(link=url) if url else LINK)


def _input(block: Mapping[str, Any], look: Look) -> RenderableType:
    element = block["element"]
    chosen = element.get("initial_value") or label({"text": (element.get("initial_option") or {}).get("text")})
    chosen = chosen or element.get("initial_time") or element.get("initial_date") or element.get("initial_conversation")
    many = [label(option) for option in element.get("initial_options", ())]
    shown = look.hand.named(str(chosen)) if chosen else ", ".join(many)
    line = Text.assemble(
        (f"[{number}] " if (number := look.numbered(element)) else "", Style(color="#e8912d")),
        (f" {shown or label(element) or ' '} ", _BUTTON if shown else _BUTTON + DIM),
    )
    hint = [Text(block["hint"]["text"], DIM)] if "hint" in block else []
    return Group("", Text(block["label"]["text"], Style(bold=True)), line, *hint)


def _rich_text(block: Mapping[str, Any], look: Look) -> RenderableType:
    return Group(*(_rich_part(part, look) for part in block.get("elements", ())))


def _rich_part(part: Mapping[str, Any], look: Look) -> RenderableType:
    kind, elements = part.get("type"), part.get("elements", ())
    if kind == "rich_text_list":
        indent = int(part.get("indent", 0)) * 2
        first = int(part.get("offset", 0)) + 1
        rows: list[RenderableType] = []
        for number, item in enumerate(elements, start=first):
            mark = f"{number}. " if part.get("style") == "ordered" else "• "
            margin = Text(" " * indent + mark)
            rows.append(Margin(look.hand.rich(item.get("elements", ())), margin, Text(" " * margin.cell_len)))
        return Group(*rows)
    drawn = look.hand.rich(elements)
    if kind == "rich_text_quote":
        return Margin(drawn, Text("▎ ", DIM), Text("▎ ", DIM))
    if kind == "rich_text_preformatted":
        return Padding(Text(drawn.plain, Style(color="#e06c75")), (0, 2))
    return drawn


def _table(block: Mapping[str, Any], look: Look) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, show_header=False)
    for row in block.get("rows", ()):
        table.add_row(
            *(
                _rich_text(cell, look) if cell.get("type") == "rich_text" else Text(str(cell.get("text", "")))
                for cell in row
            )
        )
    return table


def _reactions(reactions: Mapping[str, list[str]]) -> Text:
    return Text("  ").join(
        [Text(f" {emoji(f':{name}:')} {len(users)} ", _BUTTON) for name, users in reactions.items() if users]
    )


_BLOCKS: Mapping[str, Callable[[Mapping[str, Any], Look], RenderableType]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "image": lambda block, _look: _image(block),
    "input": _input,
    "rich_text": _rich_text,
    "markdown": lambda block, _look: Markdown(str(block.get("text", ""))),
    "table": _table,
}
