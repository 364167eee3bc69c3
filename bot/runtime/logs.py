"""The log: a sentence, a machine name and fields on every line."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

FIELD_MAX_CHARS: Mapping[str, int] = {
    **dict.fromkeys(("team", "workspace", "channel", "user", "kind", "event_id"), 100),
    **dict.fromkeys(("error", "reason", "what"), 250),
}
"""Characters of the fields in which a payload's own words may stand, as JSON writes them: a line stays below 500."""


def shortened(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Return a line's fields with those of `FIELD_MAX_CHARS` cut; one that is too long loses what is not ASCII."""
    for name, most in FIELD_MAX_CHARS.items():
        value = event.get(name, "")
        if len(json.dumps(value, default=str)) > most + 2:
            event[name] = str(value).encode("ascii", "replace").decode()[: most - 3] + "..."
    return event


def configure(log_format: str = "auto", level: str = "INFO") -> None:
    """Set the log up once at start.

    `log_format` is `json` (one object a line), `console` (colour), or `auto`: console in a terminal, else JSON. The
    standard library's loggers (Bolt, uvicorn, APScheduler) go the same way, quieter.
    """
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        shortened,
    ]
    # Local variables stay out of the log: tokens are among them.
    traces = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    last: list[Processor] = (
        # Plain tracebacks: Rich draws one for up to a second, and it would do so on the event loop (measured).
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if console
        else [structlog.processors.ExceptionRenderer(traces), structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last], foreign_pre_chain=shared
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("apscheduler", "uvicorn", "watchfiles", "slack_sdk", "aiohttp.access", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    bolt = logging.getLogger("slack_bolt.AsyncApp")
    if _is_news not in bolt.filters:
        bolt.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out what Bolt warns of at every start, that a token in the environment is not used beside a client.

    A filter, since Bolt sets its logger's level again.
    """
    return not record.getMessage().startswith("As you gave `client` as well")
