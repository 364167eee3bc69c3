"""`backissue ask`: an answer in the terminal, and predictions for a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archive.errors import BackIssueError
from bot.cli.ask import ask, ask_file
from playground.demo.held_back import SAMPLE

NOW = "2026-06-01T12:00:00+00:00"


def rows(file: Path, what: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return what is written for a file."""
    ask_file(SAMPLE, file, what, now=NOW)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_question_is_answered_with_a_quote(capsys: pytest.CaptureFixture[str]) -> None:
    """With its link below; a topic that the archive has not says so."""
    ask(SAMPLE, "what is a service mesh?", now=NOW)
    assert "http" in capsys.readouterr().out
    ask(SAMPLE, "how do I bake sourdough bread?", now=NOW)
    assert "Nothing" in capsys.readouterr().out


def test_a_word_that_the_first_link_lacks_is_not_told_as_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """The archive talks about Kubernetes, if not about this."""
    ask(SAMPLE, "how do I bake bread with kubernetes?", now=NOW)
    said = " ".join(capsys.readouterr().out.split())
    assert "Nothing" in said
    assert "nothing on kubernetes" not in said
    assert "lacks “kubernetes”" in said


def test_the_size_of_the_archive_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """As in Slack."""
    ask(SAMPLE, "how many issues are there?", now=NOW)
    assert "The archive has " in capsys.readouterr().out


def test_a_file_of_questions_gets_a_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the grade, the quotes and, where it was asked for, a fact."""
    asked = tmp_path / "asked.jsonl"
    lines = [{"id": "a", "text": "what is kubernetes?"}, {"id": "b", "text": "when was kubernetes first mentioned?"}]
    asked.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    found = rows(asked, "answers", capsys)
    assert [row["id"] for row in found] == ["a", "b"]
    assert found[0]["match"] in {"strong", "nearest"}
    assert "first" in found[1]["fact"]


def test_messages_and_threads_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is ever changed by them."""
    asked = tmp_path / "asked.jsonl"
    asked.write_text(json.dumps({"id": 1, "where": "dm", "text": "subscribe us for mondays 9am"}) + "\n", "utf-8")
    assert rows(asked, "intents", capsys)[0] | {"slots": {}} == {
        "id": 1, "kind": "change", "slots": {}, "answer": "confirm", "changed": False,
    }  # fmt: skip
    asked.write_text(json.dumps({"id": 2, "turns": [{"text": "docker"}, {"text": "more"}]}) + "\n", "utf-8")
    assert [(row["turn"], row["do"], row["page"]) for row in rows(asked, "dialogues", capsys)] == [
        (1, "search", 1),
        (2, "more", 2),
    ]


@pytest.mark.parametrize(
    "line", ["{", "[]", "[" * 100_000, '{"text": "no id"}', '{"id": 1}', '{"id": 1, "text": null}']
)
def test_a_malformed_file_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    """Before anything is answered."""
    asked = tmp_path / "asked.jsonl"
    asked.write_text(f"{line}\n", "utf-8")
    with pytest.raises(BackIssueError, match=r'asked\.jsonl:1.*write one \{"id": "m1", "text": '):
        ask_file(SAMPLE, asked, "answers", now=NOW)


@pytest.mark.parametrize("turns", ["", ', "turns": 3', ', "turns": [{}]', ', "turns": ["kafka"]'])
def test_a_thread_without_turns_is_named_with_its_line(tmp_path: Path, turns: str) -> None:
    """The lines before it are not answered either."""
    asked = tmp_path / "asked.jsonl"
    asked.write_text(f'{{"id": "a", "turns": []}}\n{{"id": "b"{turns}}}\n', "utf-8")
    with pytest.raises(BackIssueError, match=r'asked\.jsonl:2: is no JSON object with id and turns; .*"turns": \['):
        ask_file(SAMPLE, asked, "dialogues", now=NOW)


def test_a_moment_that_is_none_is_named() -> None:
    """With the way to write it."""
    with pytest.raises(BackIssueError, match="--now"):
        ask(SAMPLE, "kafka", now="yesterday")


def test_a_text_may_hold_signs_that_end_a_line_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON leaves U+2028 and U+0085 in a string as they are; files from Windows end a line with two signs."""
    asked = tmp_path / "asked.jsonl"
    asked.write_bytes('{"id": 1, "where": "dm", "text": "service\u2028mesh\u0085"}\r\n\r\n'.encode())
    assert [row["kind"] for row in rows(asked, "intents", capsys)] == ["lookup"]
