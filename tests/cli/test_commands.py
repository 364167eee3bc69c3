"""The command line, as people use it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner, Result

from bot.cli.main import app

SAMPLE = Path(__file__).parents[2] / "playground/demo/sample"


def run(*arguments: str, environment: dict[str, str] | None = None) -> Result:
    """Run `backissue` with these arguments."""
    return CliRunner().invoke(app, arguments, env={"BACKISSUE_ARCHIVE": "", **(environment or {})})


def on_sample(*arguments: str) -> Result:
    """Run `backissue` on the sample archive and expect it to succeed."""
    result = run(*arguments, "--archive", str(SAMPLE))
    assert result.exit_code == 0, result.output
    return result


def lines(result: Result) -> list[dict[str, object]]:
    """Return the JSON Lines in the output."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_export_writes_every_entry_with_the_promised_fields() -> None:
    """One object a line, with exactly the documented fields."""
    rows = lines(on_sample("export", "--format", "jsonl"))
    assert len(rows) > 120
    promised = {"issue", "number", "published", "title", "section", "kind", "text", "headline", "links"}
    assert {frozenset(row) for row in rows} == {frozenset(promised)}


def test_export_is_in_reading_order() -> None:
    """Issues come oldest first."""
    published = [str(row["published"]) for row in lines(on_sample("export"))]
    assert published == sorted(published)


def test_the_archive_may_come_from_the_environment() -> None:
    """BACKISSUE_ARCHIVE works like --archive."""
    assert run("export", environment={"BACKISSUE_ARCHIVE": str(SAMPLE)}).exit_code == 0


def test_show_finds_an_issue_by_number_slug_and_name() -> None:
    """All three lead to the same page."""
    newest = lines(on_sample("export"))[-1]
    pages = {on_sample("show", asked).stdout for asked in ("latest", str(newest["issue"]), f"#{newest['number']}")}
    assert len(pages) == 1


def test_search_answers_in_a_table() -> None:
    """It shows the headline, the issue, and the link."""
    assert "https://" in on_sample("search", "service", "mesh").stdout


def test_search_takes_a_word_to_leave_out() -> None:
    """-word reaches the query and is not taken for an option."""
    everything = lines(on_sample("search", "kubernetes", "--format", "jsonl", "--limit", "100"))[0]["results"]
    without = lines(on_sample("search", "kubernetes", "-hard", "--format", "jsonl", "--limit", "100"))[0]["results"]
    assert isinstance(everything, list)
    assert isinstance(without, list)
    assert 0 < len(without) < len(everything)


def test_search_says_when_it_finds_nothing() -> None:
    """A query without results gets topics, not noise."""
    assert "Nothing in the archive on" in on_sample("search", "xqzjvkwp").stdout


def test_search_can_explain_itself() -> None:
    """Each result says which word matched, and how."""
    results = lines(on_sample("search", "kubernets", "--explain", "--format", "jsonl"))[0]["results"]
    assert isinstance(results, list)
    assert all(result["reasons"] for result in results)


def test_search_answers_a_file_of_queries(tmp_path: Path) -> None:
    """One line of answers for each query, in order, none left out."""
    queries = tmp_path / "queries.jsonl"
    queries.write_text('{"id": "a", "query": "kubernetes"}\n\n{"id": "b", "query": "xqzjvkwp"}\n')
    rows = lines(on_sample("search", "--queries", str(queries), "--format", "jsonl", "--limit", "3"))
    assert [row["id"] for row in rows] == ["a", "b"]
    results = rows[0]["results"]
    assert isinstance(results, list)
    assert len(results) == 3
    assert set(results[0]) == {"issue", "position", "url", "score"}
    assert rows[1]["results"] == []


def test_an_id_comes_back_as_it_was(tmp_path: Path) -> None:
    """A number stays a number, even one that Python counts as false."""
    queries = tmp_path / "queries.jsonl"
    queries.write_text("".join(f'{{"id": {name}, "query": "kubernetes"}}\n' for name in ("7", '"7"', "0", '""')))
    rows = lines(on_sample("search", "--queries", str(queries), "--format", "jsonl"))
    assert [row["id"] for row in rows] == [7, "7", 0, ""]


def test_a_position_is_the_entry_s_place_in_its_issue() -> None:
    """Others can find the entry in the export."""
    results = lines(on_sample("search", "terraform", "--format", "jsonl"))[0]["results"]
    assert isinstance(results, list)
    entries = lines(on_sample("export"))
    for result in results:
        entry = [row for row in entries if row["issue"] == result["issue"]][result["position"]]
        links = entry["links"]
        assert isinstance(links, list)
        assert links[0]["url"] == result["url"]


@pytest.mark.parametrize("line", ["kubernetes", '{"id": 1}', "[]", "{"])
def test_an_invalid_file_of_queries_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    """Nothing is answered before everything was read."""
    queries = tmp_path / "queries.jsonl"
    queries.write_text(f'{{"id": "a", "query": "kubernetes"}}\n{line}\n')
    result = run("search", "--queries", str(queries), "--archive", str(SAMPLE))
    assert result.stdout == ""
    assert f"{queries}:2" in str(result.exception)


def test_preview_draws_what_people_will_see() -> None:
    """Without --json the digest is drawn."""
    for layout in ([], ["--full"]):
        drawn = on_sample("preview", "13", *layout).stdout
        assert "kelseyhightower/kubernetes-the-hard-way" in drawn
        assert "Sponsored" in drawn


def test_check_counts_what_it_checked() -> None:
    """A whole archive passes, with counts."""
    assert "21  issues" in on_sample("check").stdout


def test_check_counts_pictures_and_unused_definitions(tmp_path: Path) -> None:
    """Text that no digest shows is counted: two pictures, and one definition that nothing uses."""
    picture = "![A chart](https://example.org/a.png)"
    body = f"{picture}\n\n{picture}\n\nHello [there][used].\n\n[used]: https://example.org/b\n[idle]: https://example.org/c\n"
    (tmp_path / "one.md").write_text(f"---\ntitle: One\ndate: 2024-01-07\n---\n\n{body}")
    assert "2  pictures; definitions of links that no text uses: 1" in run("check", "--archive", str(tmp_path)).stdout


def test_check_names_a_number_that_two_files_have(tmp_path: Path) -> None:
    """A slip, or a copy that was left behind: nothing is lost, and somebody should look."""
    for name, number in (("a", 7), ("b", 7), ("c", 8)):
        (tmp_path / f"{name}.md").write_text(f"---\ntitle: Weekly {number}\ndate: 2024-01-07\n---\n\nHello {name}\n")
    result = run("check", "--archive", str(tmp_path))
    assert result.exit_code == 0
    assert "Number 7 is that of 2 files: a, b." in result.stdout
    assert "Number 8" not in result.stdout


def test_check_fails_when_something_is_lost(tmp_path: Path) -> None:
    """The file and the next step are named, and the exit status tells a script."""
    (tmp_path / "good.md").write_text("---\ntitle: One\ndate: 2024-01-07\n---\n\nHello https://example.org/a\n")
    (tmp_path / "bad.md").write_text("---\ntitle: [\n---\nHello\n")
    result = run("check", "--archive", str(tmp_path))
    assert result.exit_code == 1
    assert "bad.md" in result.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_check_names_a_file_whose_name_is_not_utf_8(tmp_path: Path) -> None:
    """It is reported with what to do, as no database could store the name."""
    (tmp_path / os.fsdecode(b"caf\xe9.md")).write_text("---\ntitle: Two\ndate: 2024-01-14\n---\n\nHello\n")
    result = run("check", "--archive", str(tmp_path))
    assert result.exit_code == 1
    assert "rename it" in result.stdout


@pytest.mark.parametrize("command", ["export", "check", "show", "search", "preview"])
def test_without_an_archive_the_next_step_is_named(command: str) -> None:
    """No stack trace: the variable and the option are named."""
    result = run(command, *(["latest"] if command in {"show", "preview", "search"} else []))
    assert "BACKISSUE_ARCHIVE" in str(result.exception)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """The error names the folder as it was given."""
    result = run("export", "--archive", str(tmp_path / "nowhere"))
    assert "nowhere" in str(result.exception)


def test_an_unknown_issue_comes_with_its_neighbours() -> None:
    """A wrong number is answered with the nearest ones."""
    result = run("show", "99", "--archive", str(SAMPLE))
    assert "nearest" in str(result.exception)


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """An archive cannot control the reader's terminal."""
    (tmp_path / "evil.md").write_text("---\ntitle: One\ndate: 2024-01-07\n---\n\nHello \x1b]0;owned\x07 world\n")
    result = run("show", "evil", "--archive", str(tmp_path))
    assert "\x1b]0" not in result.stdout
    assert "owned" in result.stdout


def test_a_search_for_nothing_says_how_to_search() -> None:
    """An empty query is a mistake, not a search without results."""
    for query in ((), ("",), ("  ",)):
        result = run("search", *query, "--archive", str(SAMPLE))
        assert result.exit_code == 2
        assert "service mesh" in result.output


@pytest.mark.parametrize("command", ["show", "preview"])
def test_an_empty_archive_says_so(tmp_path: Path, command: str) -> None:
    """The error does not say that `latest` is no issue."""
    assert "no issue that can be read" in str(run(command, "latest", "--archive", str(tmp_path)).exception)


def test_checking_an_empty_folder_says_that_it_is_empty(tmp_path: Path) -> None:
    """A wrong folder looks like an empty one, so the output says that it is empty."""
    result = run("check", "--archive", str(tmp_path))
    assert result.exit_code == 0
    assert "nothing to check" in result.stdout
    assert "Nothing lost" not in result.stdout


@pytest.mark.process
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_one_line() -> None:
    """A write error is reported without a stack trace."""
    for arguments in (("export",), ("show", "latest")):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                (sys.executable, "-m", "bot", *arguments, "--archive", str(SAMPLE)),
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert done.returncode == 1
        assert done.stderr.startswith(b"backissue: the output could not be written")
        assert b"Traceback" not in done.stderr


def test_a_missing_file_of_queries_is_named(tmp_path: Path) -> None:
    """The reason is in words."""
    result = run("search", "--queries", str(tmp_path / "no.jsonl"), "--archive", str(SAMPLE))
    assert "No such file or directory" in str(result.exception)
    assert "Errno" not in str(result.exception)


def test_help_shows_what_stands_in_brackets() -> None:
    """In the terminal's help a word in brackets is a style, unless its bracket is escaped."""
    whole = typer.main.get_command(app)
    assert isinstance(whole, TyperGroup)
    for name, command in whole.commands.items():
        shown = run(name, "--help", environment={"COLUMNS": "200"}).output
        for word in re.findall(r"\[\w+\]", command.help or ""):
            assert word in shown, name
    assert "backissue[mcp]" in run("--help", environment={"COLUMNS": "200"}).output
