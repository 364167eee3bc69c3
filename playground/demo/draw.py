"""Blocks drawn in a terminal from their JSON, as a person in Slack would read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.style import Style
from rich.table import Table
from rich.text import Text

from playground.demo.rich_text import LINK, Reader, emoji
from playground.slack.forms import Element, label, options, set_to

DIM = Style(dim=True)
# Slack leaves some space before these blocks; small print and rules follow closely.
_APART = frozenset({"section", "actions", "header", "rich_text", "table", "markdown"})
_BUTTONS = {
    "primary": Style(color="#ffffff", bgcolor="#007a5a", bold=True),
    "danger": Style(color="#ffffff", bgcolor="#c01343", bold=True),
}
_BUTTON = Style(color="#d1d2d3", bgcolor="#35373b")


@dataclass(frozen=True, slots=True)
class Margin:
    """Draws `inner` beside a margin that is repeated on every line, with `first` on the first one."""

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


def blocks(found: Iterable[Mapping[str, Any]], reader: Reader | None = None) -> list[RenderableType]:
    """Return blocks, drawn in order for a reader; None: ids are shown as ids and times in UTC."""
    reader = reader or Reader()
    drawn: list[RenderableType] = []
    for block in found:
        draw = _BLOCKS.get(str(block.get("type")))
        if drawn and block.get("type") in _APART:
            drawn.append("")
        if draw is None:
            drawn.append(Text(f"[a block of type {block.get('type')}]", DIM))
        else:
            drawn.append(draw(block, reader))
    return drawn


def button(element: Element, reader: Reader) -> RenderableType:
    """Draw a button or similar, with its number if it has one; checkboxes one below the other."""
    kind = str(element.get("type"))
    if kind in _TICKED:
        return _ticks(element, reader)
    if kind not in {"button", "overflow"} and (shown := _set(element, reader)):
        return Text.assemble((_solid(f" {shown} ▾ "), _BUTTON))
    style = _BUTTONS.get(str(element.get("style")), _BUTTON)
    if url := element.get("url"):
        style += Style(link=str(url))
    caption = emoji(label(element)) or _caption(element, kind)
    return Text.assemble((_solid(f" {caption}{'' if kind in {'button', 'overflow'} else ' ▾'} "), style))


_BELOW = frozenset({"overflow", "checkboxes", "radio_buttons"})
"""Accessories that would leave a section's text no room beside them."""
_BEGINS_WITH_NUMBER = re.compile(r"\d{1,4}\. ")
_TICKED = {"checkboxes": ("☑", "☐"), "radio_buttons": ("◉", "○")}


def _ticks(element: Element, reader: Reader) -> RenderableType:
    """Draw checkboxes or radio buttons, numbered from 1 within their own number, unless their text begins with one."""
    now = set_to(element)
    chosen = now.get("selected_options") or [now.get("selected_option") or {}]
    values = {option.get("value") for option in chosen}
    grid = Table.grid(padding=(0, 1, 0, 0))
    for at, option in enumerate(options(element), start=1):
        mark = _TICKED[str(element["type"])][option.get("value") not in values]
        words = [_text(option["text"], reader)]
        if "description" in option:
            words.append(_text(option["description"], reader, DIM))
        place = "" if _BEGINS_WITH_NUMBER.match(words[0].plain) else f"{at}"
        grid.add_row(Text(place, DIM), mark, Text("\n").join(words))
    return grid


def _caption(element: Element, kind: str) -> str:
    """Return the options of a menu without a caption."""
    return (
        f"⋯ {' / '.join(label(option) for option in options(element))}"
        if kind == "overflow"
        else kind.replace("_", " ")
    )


def _set(element: Element, reader: Reader) -> str:
    """Return the value of a field or menu, "" for none."""
    for name, value in set_to(element).items():
        if name == "selected_options":
            return ", ".join(label(option) for option in value)
        if isinstance(value, Mapping):
            return label(value)
        if value and name in {"selected_user", "selected_channel", "selected_conversation"}:
            return reader.named(str(value))
        return str(value or "")
    return ""


def _solid(text: str) -> str:
    """Keep a button in one piece where a row is wrapped."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _text(value: Mapping[str, Any], reader: Reader, style: Style | None = None) -> Text:
    if value.get("type") == "mrkdwn":
        return reader.mrkdwn(str(value.get("text", "")), style)
    return Text(emoji(str(value.get("text", ""))), style or Style())


def _section(block: Mapping[str, Any], reader: Reader) -> RenderableType:
    parts: list[RenderableType] = [_text(block["text"], reader)] if "text" in block else []
    if fields := block.get("fields"):
        grid = Table.grid(padding=(0, 4, 0, 0))
        for left, right in zip(fields[::2], [*fields[1::2], {"text": ""}], strict=False):
            grid.add_row(_text(left, reader), _text(right, reader))
        parts.append(grid)
    accessory = block.get("accessory")
    if accessory and accessory.get("type") in _BELOW:
        return Group(*parts, button(accessory, reader))
    if accessory:
        grid = Table.grid(expand=True)
        grid.add_column(ratio=1)
        grid.add_column(justify="right", no_wrap=True)
        beside = _image(accessory) if accessory.get("type") == "image" else button(accessory, reader)
        grid.add_row(Group(*parts), Padding(beside, (0, 0, 0, 2)))
        return grid
    return Group(*parts)


def _header(block: Mapping[str, Any], _reader: Reader) -> RenderableType:
    return Text(emoji(block["text"]["text"]), Style(bold=True))


def _divider(_block: Mapping[str, Any], _reader: Reader) -> RenderableType:
    return Rule(style="dim", characters="─")


def _context(block: Mapping[str, Any], reader: Reader) -> RenderableType:
    parts = [
        _image(element) if element.get("type") == "image" else _text(element, reader, DIM)
        for element in block.get("elements", ())
    ]
    return Text("  ").join(parts)


def _actions(block: Mapping[str, Any], reader: Reader) -> RenderableType:
    drawn = [button(element, reader) for element in block.get("elements", ())]
    row = Text("  ").join([one for one in drawn if isinstance(one, Text)])
    return Group(*([row] if row.plain else []), *(one for one in drawn if not isinstance(one, Text)))


def _image(block: Mapping[str, Any]) -> Text:
    url = str(block.get("image_url", ""))
    return Text(f"🖼  {block.get('alt_text', '')}", LINK + Style(link=url) if url else LINK)


def _input(block: Mapping[str, Any], reader: Reader) -> RenderableType:
    element = block["element"]
    hint = [Text(block["hint"]["text"], DIM)] if "hint" in block else []
    return Group("", Text(block["label"]["text"], Style(bold=True)), _field(element, reader), *hint)


def _field(element: Element, reader: Reader) -> RenderableType:
    if element.get("type") in _TICKED:
        return _ticks(element, reader)
    shown = _set(element, reader)
    return Text.assemble((f" {shown or label(element) or ' '} ", _BUTTON if shown else _BUTTON + DIM))


def _rich_text(block: Mapping[str, Any], reader: Reader) -> RenderableType:
    return Group(*(_rich_part(part, reader) for part in block.get("elements", ())))


def _rich_part(part: Mapping[str, Any], reader: Reader) -> RenderableType:
    kind, elements = part.get("type"), part.get("elements", ())
    if kind == "rich_text_list":
        indent = int(part.get("indent", 0)) * 2
        first = int(part.get("offset", 0)) + 1
        rows: list[RenderableType] = []
        for number, item in enumerate(elements, start=first):
            mark = f"{number}. " if part.get("style") == "ordered" else "• "
            margin = Text(" " * indent + mark)
            rows.append(Margin(reader.rich(item.get("elements", ())), margin, Text(" " * margin.cell_len)))
        return Group(*rows)
    drawn = reader.rich(elements)
    if kind == "rich_text_quote":
        return Margin(drawn, Text("▎ ", DIM), Text("▎ ", DIM))
    if kind == "rich_text_preformatted":
        return Padding(Text(drawn.plain, Style(color="#e06c75")), (0, 2))
    return drawn


def _table(block: Mapping[str, Any], reader: Reader) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, show_header=False)
    for row in block.get("rows", ()):
        table.add_row(
            *(
                _rich_text(cell, reader) if cell.get("type") == "rich_text" else Text(str(cell.get("text", "")))
                for cell in row
            )
        )
    return table


_BLOCKS: Mapping[str, Callable[[Mapping[str, Any], Reader], RenderableType]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "image": lambda block, _reader: _image(block),
    "input": _input,
    "rich_text": _rich_text,
    "markdown": lambda block, _reader: Markdown(str(block.get("text", ""))),
    "table": _table,
}
