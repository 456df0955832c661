"""Every dependency has a floor, and the floor is what `make test-oldest` tests."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# pip finds no other build of it for the CPU.
NEWER_THAN_ITS_FLOOR = {"torch"}


def floors() -> dict[str, str]:
    """The oldest version that pyproject.toml declares of everything that users install."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = [
        *project["dependencies"],
        *(each for name in ("lora", "gguf", "data", "excel") for each in extras[name]),
    ]
    return dict(re.fullmatch(r"([\w-]+)>=([\d.]+)(?:,<\d[\d.]*)?", each).groups() for each in declared)  # type: ignore[union-attr]


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pinned = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {package.lower().replace("_", "-"): version for package, _, version in pinned}


def parts(version: str) -> tuple[int, ...]:
    found = [int(part) for part in version.split(".")]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


@pytest.mark.parametrize("name", sorted(floors()))
def test_the_floor_is_tested(name: str) -> None:
    floor, oldest = parts(floors()[name]), parts(pins("constraints-oldest.txt")[name])
    assert (floor < oldest) if name in NEWER_THAN_ITS_FLOOR else (floor == oldest)
    assert oldest <= parts(pins("constraints.txt")[name])


def test_nothing_else_is_held_back() -> None:
    assert set(pins("constraints-oldest.txt")) == set(floors())
