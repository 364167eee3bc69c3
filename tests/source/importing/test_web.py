"""Fetching: only what the operator named, within limits, and never in a private network; over real HTTP on loopback."""

from __future__ import annotations

import gzip
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.source.importing.feeds import WebFeed
from bot.source.importing.item import Item, SourceError, UnreachableError
from bot.source.importing.network import is_public, without_secrets
from bot.source.importing.opening import FetchAccess, source_of
from bot.source.importing.web import MAX_BYTES, Web
from tests.fakes.feeds import rss
from tests.fakes.site import Page, Site, site

INSIDE = Web(private=True)
"""Loopback is a private network, which a test has to allow."""


@pytest.fixture(name="web")
def _web() -> Iterator[Site]:
    with site() as made:
        yield made


def refused(address: str, fetch: Web = INSIDE) -> str:
    """Fetch what cannot be had, and return what is said."""
    with pytest.raises(SourceError) as error:
        fetch(address)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_feed_is_fetched(web: Site) -> None:
    """And read."""
    source = source_of(web.puts("/feed", rss()), FetchAccess(private=True))
    assert next(each.title for each in source.items() if isinstance(each, Item)) == "The Quarry Post #1"


def test_a_feed_that_did_not_change_is_not_sent_again(web: Site) -> None:
    """The server is told what we have (ETag, Last-Modified); it says that it is the same."""
    date = "Sun, 03 Mar 2024 09:30:00 GMT"
    source = WebFeed(web.puts("/feed", rss(), ETag='"1"', Last_Modified=date), INSIDE)
    assert len(list(source.items())) == 3
    assert list(source.items()) == []
    assert web.asked[-1][1]["If-None-Match"] == '"1"'
    assert web.asked[-1][1]["If-Modified-Since"] == date
    web.puts("/feed", rss((1, 2, 3, 4)), ETag='"2"')
    assert len(list(source.items())) == 4


def test_a_feed_that_could_not_be_read_is_asked_for_again(web: Site) -> None:
    """What its server said of it is kept only after it was read."""
    source = WebFeed(web.puts("/feed", "<html>", ETag='"1"'), INSIDE)
    for _ in range(2):
        with pytest.raises(SourceError):
            list(source.items())


def test_redirects_are_followed(web: Site) -> None:
    """To the end, whose address is that of what is there."""
    web.puts("/new", "x")
    web.puts("/mid", status=301, Location="new")
    assert INSIDE(web.puts("/old", status=308, Location="/mid")).address == f"{web.base}/new"


def test_redirects_in_a_circle_end(web: Site) -> None:
    """So do those that never come back."""
    web.puts("/a", status=302, Location="/b")
    assert "it redirects in a circle" in refused(web.puts("/b", status=302, Location="/a"))
    for number in range(20):
        web.puts(f"/{number}", status=302, Location=f"/{number + 1}")
    assert "on and on, more than 5 times" in refused(f"{web.base}/0")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://a.example/", "gopher://127.0.0.1:70/", "javascript:1"])
def test_redirects_lead_to_web_addresses_only(web: Site, target: str) -> None:
    """Nothing else is ever opened."""
    assert "which is no web address" in refused(web.puts("/", status=302, Location=target))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]"])
def test_a_private_network_is_not_reached(web: Site, host: str) -> None:
    """In whatever spelling, unless the operator allowed it: not one request is made."""
    address = web.puts("/feed", rss()).replace("127.0.0.1", host)
    assert "it leads into a private network" in refused(address, Web())
    assert web.asked == []


def _public_or_loopback(figures: str) -> bool:
    return figures == "127.0.0.1" or is_public(figures)


def test_a_redirect_into_a_private_network_is_not_followed(web: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each hop is checked, not the first alone: a public site must not lead us to a cloud's metadata."""
    monkeypatch.setattr(
        "bot.source.importing.web.is_public", lambda figures: figures == "127.0.0.1" or is_public(figures)
    )
    address = web.puts("/", status=302, Location="http://169.254.169.254/latest/meta-data")
    assert "private network (169.254.169.254)" in refused(address, Web())


@pytest.mark.parametrize(
    "figures",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
    ],
)
def test_private_addresses_are_known(figures: str) -> None:
    """Also those inside another."""
    assert not is_public(figures)


@pytest.mark.parametrize("figures", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_known(figures: str) -> None:
    """As any other site's."""
    assert is_public(figures)


def test_an_answer_without_end_is_cut(web: Site) -> None:
    """At 25 MB, also where it is packed: a megabyte can hold a thousand."""
    web.pages["/"] = Page(b"<rss>", endless=True)
    assert "more than 25 MB" in refused(f"{web.base}/")
    bomb = gzip.compress(b"\0" * (MAX_BYTES * 4))
    assert len(bomb) < 200_000
    refused(web.puts("/bomb", bomb, Content_Encoding="gzip"))


def test_a_silent_server_is_left(web: Site) -> None:
    """After half a minute; after less here."""
    web.pages["/"] = Page(silent=True)
    assert "no whole answer within 0.1 seconds" in refused(f"{web.base}/", Web(private=True, seconds=0.1))


@pytest.mark.parametrize(
    ("status", "why"),
    [(401, "asks for a login"), (403, "asks for a login"), (404, "nothing at this address"), (410, "nothing at this")],
)
def test_a_refusal_is_a_line(web: Site, status: int, why: str) -> None:
    """That says what to do."""
    assert why in refused(web.puts("/", status=status))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_may_be_asked_later(web: Site, status: int) -> None:
    """When it says."""
    with pytest.raises(UnreachableError) as error:
        INSIDE(web.puts("/", status=status, Retry_After="120"))
    assert error.value.after == 120


def test_a_site_that_is_away_is_a_line() -> None:
    """Nobody listens there."""
    with site() as gone:
        address = gone.base
    with pytest.raises(UnreachableError, match="it cannot be reached"):
        INSIDE(address)


@pytest.mark.parametrize(
    "address", ["http://", "https://:80/", "http://[::1", "http://a b/", "http://127.0.0.1:99999/"]
)
def test_an_address_that_is_none_is_a_line(address: str) -> None:
    """However it is broken."""
    refused(address)


def test_user_and_password_are_sent_and_never_said(web: Site) -> None:
    """Nor are they sent on to another address."""
    web.puts("/new", status=404)
    other = f"{web.base.replace('127.0.0.1', 'localhost')}/new"
    secret = web.puts("/", status=302, Location=other).replace("http://", "http://stone:granite@")
    assert "granite" not in refused(secret)
    assert web.asked[0][1]["Authorization"].startswith("Basic ")
    assert "Authorization" not in web.asked[1][1]
    assert without_secrets(secret) == f"{web.base}/"
    assert "granite" not in source_of(secret, FetchAccess(private=True)).name


@pytest.mark.process
def test_a_certificate_that_is_not_valid_is_a_line(tmp_path: Path) -> None:
    """Nothing is read over such a connection."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=quarry.example -keyout {key} -out {certificate}"
    subprocess.run(command.split(), check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    with site(server) as web:
        assert "its certificate is not valid" in refused(web.puts("/feed", rss()))
        assert web.asked == []


def test_a_secure_site_does_not_lead_to_an_open_one() -> None:
    """What anybody on the way could have changed is not read."""
    from bot.source.importing.web import _Request  # noqa: PLC0415 - see below

    request = _Request.__new__(_Request)  # what it needs for this question
    request._shown = "https://quarry.example/"
    with pytest.raises(SourceError, match="it redirects from https to http"):
        request._next("https://quarry.example/", "http://quarry.example/feed")
