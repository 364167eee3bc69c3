"""Output of many lines that says so itself where it is not complete."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from archive.errors import BackIssueError


class BatchError(BackIssueError):
    """The output is incomplete, or holds lines that say why they have no answer."""


@contextmanager
def complete_or_marked(write: Callable[[str], object]) -> Iterator[None]:
    """End the output with the line {"error": …} if what is inside doesn't come to its end, for whatever reason.

    Ctrl-C and SIGTERM are such reasons. An unexpected error is raised again as BatchError, which is one line for the
    person; after SIGTERM the process exits with 143, as a shell expects. Call it on the main thread.
    """
    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        yield
    except OSError:
        raise  # the output itself is broken: nothing more can be written
    except Exception as error:
        _mark(write, reason_of(error))
        raise BatchError(f"the output is incomplete: {reason_of(error)}") from error
    except BaseException:
        _mark(write, "it was stopped")
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def reason_of(error: Exception) -> str:
    """Return an error as one line; one that isn't ours with its type, which says more than its words."""
    said = " ".join(str(error).split())
    return said if isinstance(error, BackIssueError) else f"{type(error).__name__}: {said}"


def _mark(write: Callable[[str], object], reason: str) -> None:
    with suppress(OSError):
        write(json.dumps({"error": f"the output ends here and is incomplete: {reason}"}, ensure_ascii=False))


def _terminated(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
