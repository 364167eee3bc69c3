"""Redirects that count clicks are taken off addresses; pages that do something with an address stay."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.source.importing.addresses import untracked

TARGET = "https://drills.example/bit/7?size=3&b=x"
CODED = urlsafe_b64encode(TARGET.encode()).decode().rstrip("=")
NESTED = f"https://click.example/go?u={quote(TARGET, safe='')}"
OBJECT = urlsafe_b64encode(json.dumps({"id": 7, "href": TARGET}).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "redirect",
    [
        f"https://click.example/go?{urlencode({'id': '7', 'url': TARGET})}",
        f"https://click.example/L0/{quote(TARGET, safe=':')}/1/abc",
        f"https://click.example/ls/{CODED}/hash",
        f"https://click.example/?u={CODED}",
        f"https://click.example/e/{OBJECT}/signature",
        f"https://click.example/go?url={quote(quote(TARGET, safe=''), safe='')}",
        f"https://outer.example/?q={quote(NESTED, safe='')}",
    ],
)
def test_a_redirect_that_holds_its_target_is_taken_off(redirect: str) -> None:
    """As a parameter or a part of the path, percent-encoded, in base64, in JSON, and one within another."""
    assert untracked(redirect) == TARGET


@pytest.mark.parametrize(
    "address",
    [
        f"https://social.example/share?url={quote(TARGET, safe='')}",
        f"https://social.example/intent/tweet?url={quote(TARGET, safe='')}",
        f"https://talk.example/new?u={quote(TARGET, safe='')}&title=Drills",
        "https://archive.example/web/2020/https://drills.example/",
        "https://drills.example/a/bcdefghijklmnopqrstuvwxyz",
        "https://drills.example/?q=stone",
        "https://[broken",
        "mailto:post@quarry.example?subject=https%3A%2F%2Fdrills.example",
        "https://drills.example/?a=&b=%20&c=1+2",
    ],
)
def test_other_addresses_stay_as_they_are(address: str) -> None:
    """Pages to share or look up an address, the web's archive, and what only looks encoded."""
    assert untracked(address) == address


def test_parameters_that_only_count_are_taken_off() -> None:
    """The others keep their order and spelling, and so does what is behind the `#`."""
    assert untracked("https://a.example/?utm_source=x&b=%7E&UTM_Medium=y&a=1&fbclid=z#top") == (
        "https://a.example/?b=%7E&a=1#top"
    )
    assert untracked("https://a.example/?mc_cid=1") == "https://a.example/"


def test_a_target_is_only_ever_a_web_address() -> None:
    """Nothing of another scheme comes out of a redirect."""
    for scheme in ("javascript:alert(1)//https://a.example", "file:///etc/passwd", "data:text/html,x"):
        redirect = f"https://click.example/go?url={quote(scheme, safe='')}"
        assert untracked(redirect) == redirect


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_address_can_be_looked_at_and_twice_is_once(path: str, query: str) -> None:
    """Whatever stands in it, nothing is raised, and what came out holds no more redirects."""
    once = untracked(f"https://a.example/{path}?{query}")
    assert untracked(once) == once
