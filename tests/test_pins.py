"""The pinned requirements are whole on every system and Python that is supported, whichever one they were made on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from itertools import product
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "aarch64"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PIN = re.compile(r"^([\w.-]+)(?:\[([\w,-]+)\])?==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)


def pins(file: str) -> dict[str, tuple[set[str], str]]:
    """Return the extras and the marker ("" for none) of each package that a file pins, by its name."""
    found = PIN.findall((ROOT / file).read_text("utf-8"))
    return {canonicalize_name(name): ({"", *extras.split(",")}, marker) for name, extras, _, marker in found}


def environment(system: str, python: str) -> dict[str, str]:
    """Return what markers ask about."""
    known = {"python_version": python, "python_full_version": f"{python}.0", "implementation_name": "cpython"}
    return {**SYSTEMS[system], **known, "platform_python_implementation": "CPython"}


@cache
def requirements(name: str) -> tuple[Requirement, ...]:
    """Return what an installed package says that it needs, read once."""
    return tuple(map(Requirement, requires(name) or []))


def needed(name: str, extras: set[str], where: dict[str, str]) -> Iterator[str]:
    """Yield what a package needs there. What is not installed here, for it is of another system, is not looked into."""
    try:
        lines = requirements(name)
    except PackageNotFoundError:
        return
    for requirement in lines:
        marker = requirement.marker
        if marker is None or any(marker.evaluate({**where, "extra": extra}) for extra in extras):
            yield canonicalize_name(requirement.name)


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
@pytest.mark.parametrize(("system", "python"), list(product(SYSTEMS, PYTHONS)))
def test_whatever_a_pinned_package_needs_is_pinned(file: str, system: str, python: str) -> None:
    """With hashes required, one missing package fails the whole set-up."""
    where, pinned = environment(system, python), pins(file)
    there = {name for name, (_, marker) in pinned.items() if not marker or Marker(marker).evaluate({**where})}
    assert len(there) > 30
    wanted = {need for name in there for need in needed(name, pinned[name][0], where)}
    assert wanted - there == set()
