"""What a deployment is described by: every command, variable, path and port is one that the code has."""

from __future__ import annotations

import json
import re
import shlex
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot.cli.main import app
from bot.runtime.settings import Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
VARIABLES = {str(field.alias) for field in Settings.model_fields.values()}
FOREIGN = {"PATH", "PYTHONUNBUFFERED", "POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD_FILE"}
"""Variables of Python and PostgreSQL."""
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def is_command(words: list[str]) -> bool:
    """Return whether these are words of a command of ours, and of its options."""
    found: Any = get_command(app)
    for at, word in enumerate(words):
        if word.startswith("-"):
            return all(any(option in parameter.opts for parameter in found.params) for option in words[at:])
        found = getattr(found, "commands", {}).get(word)
        if found is None:
            return False
    return True


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions with their arguments, lines joined."""
    plain = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    pairs = [line.split(maxsplit=1) for line in plain.splitlines() if line.strip()]
    return [(name, rest.strip()) for name, rest in pairs]


def test_the_image_runs_a_command_of_ours_as_nobody_special() -> None:
    """Not as root, on a slim base, with a health check that there is."""
    found = instructions()
    named = dict(found)
    assert all(rest.split(" AS ")[0] == "python:3.12-slim" for name, rest in found if name == "FROM")
    assert int(named["USER"]) > 0
    assert json.loads(named["ENTRYPOINT"]) == ["backissue"]
    assert is_command(json.loads(named["CMD"]))
    _, _, check = named["HEALTHCHECK"].partition("CMD ")
    assert json.loads(check)[0] == "backissue"
    assert is_command(json.loads(check)[1:])


def test_the_image_sets_variables_that_the_code_reads() -> None:
    """And the port that it exposes."""
    named = dict(instructions())
    given = dict(each.split("=", 1) for each in shlex.split(named["ENV"]))
    assert set(given) <= VARIABLES | FOREIGN
    assert named["EXPOSE"] == given["PORT"] == str(Settings.model_fields["port"].default)


def test_the_image_is_made_of_files_that_there_are() -> None:
    """All of the packages that are installed, and nothing that is kept out of the build."""
    copied = [
        word
        for name, rest in instructions()
        if name == "COPY" and not rest.startswith("--from")
        for word in rest.split()[:-1]
    ]
    assert [word for word in copied if not (ROOT / word).exists()] == []
    let_in = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()}
    assert [word for word in copied if word not in let_in] == []
    packages = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} - {"tests"}
    assert packages & {"archive", "bot", "handlers", "playground"} <= set(copied)


@pytest.mark.parametrize("name", ["release", "web", "worker"])
def test_a_service_runs_a_command_with_variables_that_the_code_reads(name: str) -> None:
    """Its secrets are declared, its root is read only, and it is stopped within its time."""
    service = COMPOSE["services"][name]
    assert is_command(service["command"])
    assert set(service["environment"]) <= VARIABLES
    assert service["read_only"]
    secrets = set(service["secrets"])
    assert secrets <= set(COMPOSE["secrets"])
    named = {value.rpartition("/")[2] for value in service["environment"].values() if value.startswith("/run/secrets/")}
    assert named == secrets


def test_two_workers_stand_beside_the_web_process() -> None:
    """The tables are brought up to date first; the port is the one that is served."""
    services = COMPOSE["services"]
    assert services["worker"]["deploy"]["replicas"] == 2
    assert services["web"]["ports"] == [
        f"{services['web']['environment']['PORT']}:{services['web']['environment']['PORT']}"
    ]
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["release"]["condition"] == "service_completed_successfully"


def test_the_unit_runs_a_command_of_ours_without_rights() -> None:
    """Its variables are ours, and it may write in its own folder alone."""
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # the names have capitals
    unit.read(DEPLOY / "backissue.service")
    service = unit["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert program.endswith("/bin/backissue")
    assert is_command(words)
    given = dict(each.split("=", 1) for each in shlex.split(service["Environment"]))
    assert set(given) <= VARIABLES
    assert f"/var/lib/{service['StateDirectory']}/" in given["DATABASE_URL"]
    for line in ("DynamicUser", "NoNewPrivileges", "PrivateTmp"):
        assert service[line] == "yes"
    assert service["ProtectSystem"] == "strict"


def console(page: str) -> list[str]:
    """Return the lines of a page's blocks that are typed in a terminal, without their comments."""
    blocks = re.findall(r"^```(?:console|sh)\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    return [line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()]


def test_the_operators_page_says_what_there_is() -> None:
    """Every command of ours, variable and file in its blocks exists, and the service reads the file that it makes."""
    lines = console((ROOT / "docs/operations.md").read_text("utf-8"))
    ours = [line.partition("/bin/backissue ")[2] for line in lines if "/bin/backissue " in line]
    assert len(ours) > 2
    assert [line for line in ours if not is_command([word for word in shlex.split(line) if "/" not in word])] == []
    variables = {name for line in lines for name in re.findall(r"\b([A-Z][A-Z_]{3,})=", line)}
    assert {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "BACKISSUE_ARCHIVE"} <= variables <= VARIABLES
    named = {word for line in lines for word in re.findall(r"(?<=\s)(deploy/[\w.]+|requirements[\w-]*\.txt)", line)}
    assert [name for name in named if not (ROOT / name).exists()] == []
    unit = (DEPLOY / "backissue.service").read_text("utf-8")
    assert "EnvironmentFile=/etc/backissue.env" in unit
    assert "ExecStart=/opt/backissue/bin/backissue " in unit
    assert "DATABASE_URL=sqlite:////var/lib/backissue/backissue.db" in unit
