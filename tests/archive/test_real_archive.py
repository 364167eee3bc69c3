"""Known facts about the 451 real issues. What holds for any archive is in test_archive_laws.py."""

from __future__ import annotations

import json
import re

from archive.snapshot import Snapshot
from tests.fakes import archives


def archive() -> Snapshot:
    """Return the real archive; the test is skipped if there is none."""
    return archives.snapshot("real")


def test_four_addresses_are_cut_or_misspelt() -> None:
    """Each is reported with its file and line, and nothing else is."""
    told = {(problem.file, problem.line) for problem in archive().problems}
    assert told == {
        ("2015-08-30-243.md", 78), ("2015-11-01-252.md", 39), ("2016-12-18-312.md", 33), ("2017-03-12-324.md", 55),
    }  # fmt: skip


def test_every_issue_has_its_number() -> None:
    """451 files, 451 issues with a number."""
    assert len(archive().issues) == 451
    assert [issue.slug for issue in archive().issues if not issue.number] == []


def test_judged_links_are_there() -> None:
    """Every link that a judged query is about is in its issue, except for swallowed punctuation."""

    def key(url: str) -> str:
        return re.sub(r"^(https?://)?(www\.)?", "", url).rstrip("/.)")

    held = {issue.slug: {key(link.url) for _, e in issue.entries() for link in e.links} for issue in archive().issues}
    judged = [json.loads(line) for line in (archives.SHARED / "search/judgments.jsonl").read_text().splitlines()]
    assert [(j["issue"], url) for j in judged for url in j["urls"] if key(url) not in held[j["issue"]]] == []


def test_kinds_of_headings() -> None:
    """Sponsors are recognised under each of their headings; only reports from conferences have no kind."""
    kinds = {(section.heading, section.kind.value) for issue in archive().issues for section in issue.sections}
    sponsors = {heading for heading, kind in kinds if kind == "sponsor"}
    assert sponsors >= {"", "Sponsor", "Sponsored", "Sponsored event", "Sponsored book", "Special offer", "CNCF"}
    assert sponsors >= {"From our sponsor, VictorOps", "StackHawk sponsors Devops Weekly", "The Linux Foundation"}
    assert not sponsors & {"News", "Tools", "Jobs", "Events"}
    assert {heading for heading, kind in kinds if kind == "other"} >= {"Velocity", "KubeCon", "DockerCon"}
    assert {("News", "news"), ("Tools", "tools"), ("Jobs", "jobs"), ("Events", "events"), ("", "intro")} < kinds
