"""What the project's own tooling runs: the hooks, the workflow and the Makefile say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
CHECKS = {"lint", "types", "imports", "unit"}
"""What `make test` consists of."""


def _read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def _hooks() -> list[dict[str, Any]]:
    return [hook for repository in _read(".pre-commit-config.yaml")["repos"] for hook in repository["hooks"]]


def test_hooks_fetch_nothing() -> None:
    """Every hook is this repository's own tool, at the version that is pinned."""
    assert {repository["repo"] for repository in _read(".pre-commit-config.yaml")["repos"]} == {"local"}
    assert {hook["language"] for hook in _hooks()} == {"system"}


def test_hooks_are_the_checks_of_make_test() -> None:
    """Each check of `make test` has its hook, but for the whole suite, of which a push runs the quick part."""
    assert re.findall(r"^checks: (.*)", MAKEFILE, re.MULTILINE) == ["lint types imports unit"]
    assert {hook["id"] for hook in _hooks()} == CHECKS - {"unit"} | {"format", "quick"}
    for hook in _hooks():
        if hook["entry"].startswith("make "):
            assert hook["entry"].split()[-1] in TARGETS
        else:
            command = hook["entry"].removeprefix(".venv/bin/").removesuffix(" --force-exclude")
            assert f"$(BIN)/{command}" in MAKEFILE


def test_the_workflow_calls_ci_run_on_every_python() -> None:
    """It runs the one script that CI consists of, from the oldest Python that the project supports on."""
    job = _read(".github/workflows/ci.yml")["jobs"]["checks"]
    assert ".ci/run" in [step.get("run") for step in job["steps"]]
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert oldest == ">=3.11"


def test_every_make_target_of_the_documents_exists() -> None:
    """A page that says `make x` names a target of the Makefile."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")]
    named = {
        name for page in pages for name in re.findall(r"(?:`|^)make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
    }
    assert named
    assert named <= TARGETS
