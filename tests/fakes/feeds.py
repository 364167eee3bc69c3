"""Feeds of the invented newsletter of `tests.fakes.letters`, in the three formats."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from email.utils import format_datetime
from html import escape
from pathlib import Path

from tests.fakes.letters import FOOTER, sent


def body(number: int) -> str:
    """Return an issue's text in HTML: two sections, with an entry each."""
    return (
        f'<h2>News</h2><p><a href="https://drills.example/bit-{number}">Drill bit {number}</a><br>Lasts in granite.</p>'
        f'<h2>Tools</h2><p><a href="https://hammers.example/{number}">Hammer {number}</a><br>Sorts gravel.</p>'
        f"<p>{FOOTER}</p>"
    )


def rss(numbers: Iterable[int] = (1, 2, 3), *, content: bool = True) -> str:
    """Return an RSS feed: the whole text as `content:encoded`, or a summary alone."""
    items = "".join(
        f"<item><title>The Quarry Post #{n}</title><link>https://quarry.example/{n}</link>"
        f'<guid isPermaLink="false">quarry-{n}</guid><pubDate>{format_datetime(sent(n))}</pubDate>'
        f"<description>On drill bit {n}, and more.</description>"
        + (f"<content:encoded>{escape(body(n))}</content:encoded>" if content else "")
        + "</item>"
        for n in numbers
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Quarry Post</title>'
        f"<link>https://quarry.example/</link>{items}</channel></rss>"
    )


def atom(numbers: Iterable[int] = (1, 2, 3)) -> str:
    """Return an Atom feed."""
    entries = "".join(
        f"<entry><id>tag:quarry.example,2024:{n}</id><title>The Quarry Post #{n}</title>"
        f'<link href="https://quarry.example/{n}"/><published>{sent(n).isoformat()}</published>'
        f'<content type="html">{escape(body(n))}</content></entry>'
        for n in numbers
    )
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><id>https://quarry.example/</id>'
        f"<title>The Quarry Post</title>{entries}</feed>"
    )


def json_feed(numbers: Iterable[int] = (1, 2, 3)) -> str:
    """Return a JSON Feed."""
    items = [
        {
            "id": f"https://quarry.example/{n}",
            "url": f"https://quarry.example/{n}",
            "title": f"The Quarry Post #{n}",
            "date_published": sent(n).isoformat(),
            "content_html": body(n),
        }
        for n in numbers
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "The Quarry Post", "items": items})


TABLE = (
    "post_id,post_date,is_published,type,title\n"
    '11.first-cut,2024-03-03T09:30:00.000Z,true,newsletter,"The Quarry Post, #1"\n'
    "12.second-cut,2024-03-10T09:30:00.000Z,true,newsletter,The Quarry Post #2\n"
    "13.not-yet,,false,newsletter,Not yet\n"
)
"""The table of an invented export."""


def export(path: Path, **more: bytes | str) -> Path:
    """Write an export as Substack does, with more files by name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("posts.csv", TABLE)
        packed.writestr("email_list.quarry.csv", "email\nsomebody@stones.example\n")
        for stem, number in (("11.first-cut", 1), ("12.second-cut", 2), ("13.not-yet", 3)):
            packed.writestr(f"posts/{stem}.html", body(number))
        for name, data in more.items():
            packed.writestr(name, data)
    return path
