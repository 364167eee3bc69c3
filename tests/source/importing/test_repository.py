"""A folder of a git repository is a source: its issues are taken as they are, and nothing of it is run."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.loader import load
from bot.source.importing import repository
from bot.source.importing.destination import opened
from bot.source.importing.importer import Report, run
from bot.source.importing.item import ImportFault, Item, SourceError, UnreachableError
from bot.source.importing.opening import FetchAccess, remote_of
from bot.source.importing.repository import Repository
from tests.fakes.site import site

ISSUE = '---\ntitle: "The Quarry Post #{0}"\ndate: 2024-03-0{0}\n---\n\nA report on [drill {0}](https://drills.example/{0}).\n'


class Work:
    """A repository that somebody writes into."""

    def __init__(self, place: Path) -> None:
        """Begin it in an empty folder."""
        self.place = place
        place.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")

    def git(self, *arguments: str) -> str:
        """Run git in it."""
        who = ["-c", "user.name=Quarry", "-c", "user.email=post@quarry.example", "-c", "commit.gpgsign=false"]
        done = subprocess.run(["git", "-C", self.place, *who, *arguments], check=True, capture_output=True, text=True)
        return done.stdout

    def commits(self, day: str = "2024-03-09", **files: str) -> None:
        """Write files (`__` for /, `_md` for .md) and commit them on a day."""
        for name, text in files.items():
            path = self.place / name.replace("__", "/").replace("_md", ".md")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "More", "--date", f"{day}T12:00:00Z")


@pytest.fixture(name="work")
def _work(tmp_path: Path) -> Work:
    made = Work(tmp_path / "work")
    made.commits(issues__1_md=ISSUE.format(1), issues__2_md=ISSUE.format(2), README_md="# Quarry")
    return made


def imported(source: Repository, into: Path) -> Report:
    """Import it into a folder."""
    with opened(into) as destination:
        return run(source, destination)


@pytest.mark.process
def test_the_issues_of_a_folder_are_taken_as_they_are(work: Work, tmp_path: Path) -> None:
    """Byte by byte, under their own names."""
    report = imported(Repository(f"{work.place}#issues"), tmp_path / "into")
    assert report.new == ["1.md", "2.md"]
    assert (tmp_path / "into/1.md").read_text() == ISSUE.format(1)


@pytest.mark.process
def test_a_whole_repository_keeps_its_folders(work: Work, tmp_path: Path) -> None:
    """Its README is no issue."""
    assert imported(Repository(str(work.place)), tmp_path / "into").new == ["issues/1.md", "issues/2.md"]
    assert len(load(tmp_path / "into").issues) == 2


@pytest.mark.process
def test_an_issue_without_a_date_gets_that_of_its_first_commit(work: Work, tmp_path: Path) -> None:
    """Which nobody would know outside the repository. It is the committer's date."""
    work.git("config", "user.useConfigOnly", "true")
    work.commits(issues__words_md="# On marble\n\nA text.\n", issues__more_md="---\ntitle: More\n---\n\nA text.\n")
    imported(Repository(f"{work.place}#issues"), tmp_path / "into")
    committed = datetime.fromisoformat(work.git("log", "-1", "--format=%cI").strip()).astimezone(UTC)
    snapshot = load(tmp_path / "into")
    for slug in ("words", "more"):
        issue = snapshot.get(slug)
        assert issue is not None
        assert (issue.published, issue.date_guessed) == (committed, False)


@pytest.mark.process
def test_a_second_look_reads_only_what_is_new(work: Work, tmp_path: Path) -> None:
    """Without a commit since, nothing is cloned."""
    source = Repository(f"{work.place}#issues")
    imported(source, tmp_path / "into")
    assert list(source.items()) == []
    work.commits(issues__3_md=ISSUE.format(3), issues__1_md=ISSUE.format(1) + "More.\n")
    report = imported(source, tmp_path / "into")
    assert (report.new, report.updated, report.unchanged) == (["3.md"], ["1.md"], 1)


@pytest.mark.process
def test_an_edited_issue_stays_as_it_is_here(work: Work, tmp_path: Path) -> None:
    """Also when title and date of its issue change."""
    source = Repository(f"{work.place}#issues")
    imported(source, tmp_path / "into")
    (tmp_path / "into/1.md").write_text("By hand.")
    work.commits(issues__1_md=ISSUE.format(4))
    assert imported(source, tmp_path / "into").edited == ["1.md"]
    assert (tmp_path / "into/1.md").read_text() == "By hand."


@pytest.mark.process
def test_a_link_to_a_file_of_ours_is_not_followed(work: Work, tmp_path: Path) -> None:
    """It would be posted to a channel: it is a file with the path in it."""
    secret = tmp_path / "secret.md"
    secret.write_text(ISSUE.format(7))
    (work.place / "issues/link.md").symlink_to(secret)
    (work.place / "issues/folder").symlink_to(tmp_path)
    work.commits()
    found = [each for each in Repository(f"{work.place}#issues").items() if isinstance(each, Item)]
    assert not any("drill 7" in item.body for item in found)


@pytest.mark.process
def test_nothing_of_a_repository_is_run(work: Work, tmp_path: Path) -> None:
    """No hook, no filter."""
    mark = tmp_path / "ran"
    hook = work.place / ".git/hooks/post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    work.commits(_gitattributes="*.md filter=mark\n")
    (work.place / ".gitattributes").write_text("*.md filter=mark\n")
    work.git("config", "filter.mark.smudge", f"touch {mark}; cat")
    work.commits(x_md="x")
    list(Repository(str(work.place)).items())
    assert not mark.exists()


@pytest.mark.process
def test_a_repository_over_http_is_cloned_and_its_secrets_are_hidden(work: Work, tmp_path: Path) -> None:
    """User and password are sent to it, and stand in no line of ours."""
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", work.place, bare], check=True)
    subprocess.run(["git", "-C", bare, "update-server-info"], check=True)
    with site() as web:
        for path in bare.rglob("*"):
            if path.is_file():
                web.puts(f"/quarry.git/{path.relative_to(bare).as_posix()}", path.read_bytes())
        address = f"{web.base}/quarry.git#issues".replace("http://", "http://stone:granite@")
        with pytest.raises(SourceError, match="it leads into a private network"):
            list(Repository(address).items())
        assert web.asked == []
        source = remote_of(address, FetchAccess(private=True))
        assert isinstance(source, Repository)
        assert "granite" not in source.name
        titles = [each.title for each in source.items() if isinstance(each, Item)]
        assert titles == ["The Quarry Post #1", "The Quarry Post #2"]
        assert web.asked[-1][1]["Authorization"].startswith("Basic ")


@pytest.mark.process
def test_a_redirect_of_a_repository_is_not_followed() -> None:
    """It could lead anywhere."""
    with site() as web:
        web.puts("/a.git/info/refs?service=git-upload-pack", status=302, Location="http://169.254.169.254/")
        with pytest.raises(UnreachableError, match="git cannot read it"):
            list(Repository(f"{web.base}/a.git", private=True).items())


@pytest.mark.parametrize(
    "address",
    ["git+ssh://git@quarry.example/a.git", "git+file:///etc", "git+ext::sh -c touch% /tmp/x", "git+--upload-pack=x"],
)
def test_only_the_web_and_this_machines_folders_are_cloned(address: str) -> None:
    """Git itself could do much more."""
    with pytest.raises(SourceError, match="it is no address that is fetched"):
        list(Repository(address).items())


@pytest.mark.process
def test_a_git_that_would_look_the_name_up_again_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second answer could lead into a private network."""
    with site() as web:
        monkeypatch.setattr(repository, "_BINDS", (99, 0))
        with pytest.raises(SourceError, match="is needed, which keeps to the address"):
            list(Repository(f"{web.base}/a.git").items())
        assert web.asked == []


@pytest.mark.process
def test_a_repository_on_this_machine_is_told_from_a_folder(work: Work, tmp_path: Path) -> None:
    """A bare one is one; one with its files is, if a folder in it is named, or `git+` stands before it."""
    subprocess.run(["git", "clone", "--quiet", "--bare", work.place, tmp_path / "bare"], check=True)
    for named in (tmp_path / "bare", f"{work.place}#issues", f"git+{work.place}"):
        assert isinstance(remote_of(str(named)), Repository)
    for named in (work.place, work.place / "issues", "mails#1"):
        assert remote_of(str(named)) is None


@pytest.mark.process
def test_other_faults_are_lines(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No such folder, no commit, a folder outside, a clone that is too large or takes too long."""
    with pytest.raises(SourceError, match="there is no folder 'nowhere' in it"):
        list(Repository(f"{work.place}#nowhere").items())
    with pytest.raises(SourceError, match="its folder leads out of the repository"):
        Repository(f"{work.place}#../..")
    with pytest.raises(SourceError, match="it has no commit"):
        list(Repository(str(Work(tmp_path / "empty").place)).items())
    monkeypatch.setattr(repository, "_WATCH_SECONDS", 0.0001)
    monkeypatch.setattr(repository, "CLONE_SECONDS", 0)
    with pytest.raises(UnreachableError, match="git took longer than 0 seconds"):
        list(Repository(str(work.place)).items())


@pytest.mark.process
def test_a_file_that_cannot_be_read_as_an_issue_is_a_line(work: Work) -> None:
    """With its name; the others are taken."""
    work.commits(issues__broken_md="---\ntitle: [\n---\n")
    faults = [each for each in Repository(f"{work.place}#issues").items() if isinstance(each, ImportFault)]
    assert [fault.origin for fault in faults] == ["broken.md"]
