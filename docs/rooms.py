"""The picture of the rooms in CONTRIBUTING.md, drawn from the imports: `python docs/rooms.py` (or `make pages`).

An arrow says that a room imports from another; one that a path of other arrows says already is left out. Modules that
stand alone are drawn together: the flow above, the ground below.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "transferkit"
PAGE = ROOT / "CONTRIBUTING.md"
MARKED = re.compile(r"(<!-- rooms -->\n).*?(<!-- /rooms -->)", re.DOTALL)
GROUND = "errors, config, disk ..."
FLOW = "flow"


def imported(path: Path) -> Iterator[str]:
    """What `path` imports of this package, dotted, without the package's name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == SOURCE.name:
            below = node.module.removeprefix(SOURCE.name).lstrip(".")
            yield from ([below] if below else [alias.name for alias in node.names])


def rooms() -> dict[str, str]:
    """Every folder and module at the top -> the room that it is drawn as. Modules that use no folder are the ground;
    others that no folder but the command line uses are the flow."""
    folders = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    modules = {path.stem: tops(path) for path in SOURCE.glob("[!_]*.py")}
    below = {each for folder in folders - {"cli"} for path in (SOURCE / folder).rglob("*.py") for each in tops(path)}
    ground = {name for name, used in modules.items() if not used & folders}
    own = {name for name in modules if name in below and name not in ground}
    return {name: name for name in folders | own} | {
        name: GROUND if name in ground else FLOW for name in modules if name not in own
    }


def tops(path: Path) -> set[str]:
    """The folders and modules at the top that `path` imports from."""
    return {used.split(".")[0] for used in imported(path)}


def edges(room: Mapping[str, str]) -> dict[str, set[str]]:
    """room -> the rooms that it imports from."""
    found: dict[str, set[str]] = {name: set() for name in room.values()}
    for top, name in room.items():
        folder = SOURCE / top
        for path in folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]:
            found[name] |= {room[used] for used in tops(path) if used in room}
        found[name] -= {name}
    return found


def reached(start: str, below: Mapping[str, set[str]]) -> set[str]:
    """Every room below `start`."""
    found: set[str] = set()
    todo = list(below[start])
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += below[name]
    return found


def picture() -> str:
    """A Mermaid flow chart, without arrows that others imply."""
    below = edges(rooms())
    number = {name: f"r{i}" for i, name in enumerate(sorted(below))}
    lines = [f'  {number[name]}["{name}"]' for name in sorted(below)]
    for name in sorted(below):
        implied = {far for near in below[name] for far in reached(near, below)}
        lines += [f"  {number[name]} --> {number[other]}" for other in sorted(below[name] - implied)]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```", ""])


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(MARKED.sub(lambda found: found[1] + picture() + found[2], text), encoding="utf-8")
