"""What the documents say is so."""

import doctest
import importlib
import importlib.util
import pkgutil
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

import archive
import bot
import handlers
import playground
from bot.cli.main import app
from bot.runtime.settings import Settings
from docs.mermaid import is_current, sources

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = (ROOT / "docs/commands.md").read_text("utf-8")
MODULES = sorted(
    module.name
    for package in (archive, bot, handlers, playground)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not module.name.endswith("__main__") and ".migrations" not in module.name
)
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "benchmarks/search/README.md"]
MAX_README_WORDS = 1_000
DOCTEST = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def has_examples(name: str) -> bool:
    """Return whether a module's source, which is not imported for it, has an example."""
    found = importlib.util.find_spec(name)
    return found is not None and ">>> " in Path(str(found.origin)).read_text("utf-8")


WITH_EXAMPLES = [*filter(has_examples, MODULES)]
"""To look through the docstrings of all modules takes seconds."""


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    """Every example in a docstring gives what it shows."""
    assert doctest.testmod(importlib.import_module(name), optionflags=DOCTEST).failed == 0


def test_some_docstrings_have_examples() -> None:
    """The test above has something to test."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = sum(len(test.examples) for name in WITH_EXAMPLES for test in finder.find(importlib.import_module(name)))
    assert found > 5


@pytest.mark.parametrize("name", sorted(str(field.alias) for field in Settings.model_fields.values()))
def test_every_variable_is_documented(name: str) -> None:
    """docs/settings.md names each setting."""
    assert f"`{name}`" in (ROOT / "docs/settings.md").read_text("utf-8")


def test_the_readme_is_short() -> None:
    """It has at most a thousand words; the rest has pages of its own."""
    assert len(README.split()) <= MAX_README_WORDS


def shown(text: str) -> list[str]:
    """Return the lines without the blanks at their ends, and without empty lines at the end."""
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip().splitlines()


EXAMPLES = re.findall(r"^\$ backissue (.+)\n((?:(?!\$ |```).*\n)+)", COMMANDS, re.MULTILINE)


def test_the_commands_have_examples() -> None:
    """The test below has something to test."""
    assert len(EXAMPLES) > 2


@pytest.mark.parametrize(("command", "output"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_the_examples_are_true(command: str, output: str) -> None:
    """What docs/commands.md shows is what one gets."""
    environment = {"BACKISSUE_ARCHIVE": str(ROOT / "playground/demo/sample"), "COLUMNS": "80", "BACKISSUE_SYNONYMS": ""}
    result = CliRunner().invoke(app, shlex.split(command), env=environment)
    assert shown(result.stdout) == shown(output)


def test_every_command_is_documented() -> None:
    """docs/commands.md names each command of `backissue --help`."""
    commands = getattr(get_command(app), "commands")  # noqa: B009 - typer's own type does not say it is a group
    assert [name for name in commands if f"`{name}" not in COMMANDS] == []


def test_every_library_is_documented() -> None:
    """docs/libraries.md names what is installed, with its reason."""
    libraries = (ROOT / "docs/libraries.md").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[\[~=<>;]", line)[0] for line in project["dependencies"]}
    assert sorted(name for name in names if f"`{name}`" not in libraries) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    """A relative link is to a file that is there."""
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text("utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("source", sources(), ids=lambda path: path.stem)
def test_diagrams_are_drawn_from_their_sources(source: Path) -> None:
    """A picture is of its Mermaid source as it is now; `make diagrams` draws it."""
    assert is_current(source)


def test_links_within_the_readme_lead_somewhere() -> None:
    """An anchor is a heading."""
    titles = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    headings = {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", README)) <= headings


def test_the_manifest_asks_for_what_the_bot_handles() -> None:
    """The commands are the default settings', and events have listeners (an event with none is retried for nothing)."""
    manifest = yaml.safe_load((ROOT / "manifest.yaml").read_text("utf-8"))
    commands = {command["command"] for command in manifest["features"]["slash_commands"]}
    fields = Settings.model_fields
    assert commands == {fields["command"].default, fields["tools_command"].default}
    listened = "\n".join(path.read_text("utf-8") for path in (ROOT / "handlers").glob("*.py"))
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert [event for event in events if f'"{event.partition(".")[0]}"' not in listened] == []


def test_the_manifest_keeps_slack_s_limits() -> None:
    """Slack: reference/app-manifest."""
    manifest = yaml.safe_load((ROOT / "manifest.yaml").read_text("utf-8"))
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(manifest["display_information"]["description"]) <= 140
    for command in manifest["features"]["slash_commands"]:
        assert len(command["usage_hint"]) <= 1000
        assert len(command["description"]) <= 2000
