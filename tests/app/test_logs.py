"""The log says what happened, and no secrets."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import rich.traceback
import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.runtime import logs
from bot.runtime.settings import SlackCredentials

SECRET = ("xoxb", "never", "shown")


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Restore the log's settings."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def said(monkeypatch: pytest.MonkeyPatch, log_format: str) -> str:
    """Log an exception raised beside secrets, and return what was written."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure(log_format)
    token = "-".join(SECRET)  # made here, so that the source line in the trace does not hold it
    credentials = SlackCredentials(token, token, token)
    try:
        raise ValueError(f"broken {len(token)} {credentials}")
    except ValueError:
        structlog.get_logger("test").exception("it broke", issue="435")
    return stream.getvalue()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_stack_trace_in_the_log_shows_no_secrets(monkeypatch: pytest.MonkeyPatch, log_format: str) -> None:
    """Local variables hold tokens; they are not written."""
    text = said(monkeypatch, log_format)
    assert "it broke" in text
    assert "ValueError" in text
    assert "-".join(SECRET) not in text


def test_no_traceback_is_drawn_where_the_log_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich takes up to a second to draw one, in which nobody would be answered: the console gets Python's own."""
    drawn: list[object] = []
    monkeypatch.setattr(rich.traceback.Traceback, "__init__", lambda traceback, *_, **__: drawn.append(traceback))
    text = said(monkeypatch, "console")
    assert drawn == []
    assert "Traceback (most recent call last)" in text
    assert "it broke" in text


def test_json_is_an_object_a_line_with_its_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machines read them."""
    line = json.loads(said(monkeypatch, "json"))
    assert (line["event"], line["issue"], line["level"]) == ("it broke", "435", "error")


def test_other_libraries_log_in_the_same_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their records have the same form."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure("json")
    logging.getLogger("uvicorn").warning("port %s is taken", 80)
    assert json.loads(stream.getvalue())["event"] == "port 80 is taken"


def test_a_quiet_log_is_quiet_about_other_libraries_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only errors are wanted, their warnings are not written."""
    monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
    logs.configure("json", level="ERROR")
    logging.getLogger("apscheduler.scheduler").warning("a run was skipped")
    assert stream.getvalue() == ""


def test_bolt_s_warning_about_its_token_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its one warning at every start, about which nothing can be done, is left out; others are not."""
    monkeypatch.setattr(sys, "stderr", heard := io.StringIO())
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    logs.configure("json")
    bolt = AsyncApp(client=AsyncWebClient(token="xoxb-1"), signing_secret="x", name="backissue")
    bolt.logger.warning("something else")
    assert [json.loads(line)["event"] for line in heard.getvalue().splitlines()] == ["something else"]
