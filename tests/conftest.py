"""What every test shares."""

import pytest
from hypothesis import settings

# A property has no deadline: on a busy machine the same example takes ten times as long, and timings are benchmarks'.
settings.register_profile("backissue", deadline=None)
settings.load_profile("backissue")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that proofs recorded, wherever they ran: a worker process has no terminal."""
    figures = [
        f"{report.nodeid}: {value}"
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "figure"
    ]
    if figures:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(sorted(set(figures))))
