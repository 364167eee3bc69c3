"""Issues for the search's tests, written in a line or two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archive.issue import Entry, Issue, Link, Section
from archive.kind import Kind

START = datetime(2019, 1, 6, 9, tzinfo=UTC)


def entry(text: str, *urls: str, position: int = 0) -> Entry:
    """Make an entry of `text` with links to `urls`."""
    return Entry(position, text, text[:40], tuple(map(Link, urls)), position + 1)


def issue(number: int, *texts: str, kind: Kind = Kind.NEWS, days: int | None = None) -> Issue:
    """Make the issue `number`, out `number` weeks after the first (or `days`), with an entry a text.

    A text that ends in addresses in angle brackets has these links; another has one of its own.
    """
    entries = []
    for position, text in enumerate(texts):
        body, *links = text.split("<")
        urls = [link.rstrip("> ") for link in links] or [f"https://site{number}.example/{position}"]
        entries.append(entry(body.strip(), *urls, position=position))
    published = START + timedelta(days=7 * number if days is None else days)
    section = Section(kind.value.title(), kind, tuple(entries), 1)
    return Issue(f"{published:%Y-%m-%d}-{number}", f"Tidings #{number}", number, published, (section,))


ARCHIVE = (
    issue(
        1,
        "Puppet modules for nginx, with tests. <https://github.com/example/puppet-nginx>",
        "Nagios is still there: a look at monitoring checks that nobody reads. <https://mon.example/nagios-checks>",
        "A service mesh explained with Linkerd, and what latency it adds. <https://mesh.example/linkerd-intro>",
        "Kubernetes autoscaling in practice. <https://k.example/autoscaling>",
    ),
    issue(
        2,
        "Runbooks that people read during an incident. <https://runbooks.example/good>",
        "Blue-green deployments without downtime, on two load balancers. <https://deploy.example/blue-green>",
        "A service mesh again, Istio this time. <https://www.mesh.example/linkerd-intro/?utm_source=x>",
        "PostgreSQL tuning for busy databases. <https://pg.example/tuning>",
    ),
    issue(3, "Kubernetes operators in Go, a talk. <https://www.youtube.com/watch?v=abc>", kind=Kind.TOOLS),
    issue(3, "We are hiring Kubernetes engineers. <https://jobs.example/1>", kind=Kind.JOBS, days=22),
    issue(4, "Our sponsor sells Kubernetes monitoring. <https://sponsor.example/>", kind=Kind.SPONSOR, days=23),
)
