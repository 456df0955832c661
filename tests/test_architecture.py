"""What keeps the tree readable: it is the one in CONTRIBUTING.md, data flows one way, nothing dangerous is read."""

import ast
import importlib
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import transferkit

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "transferkit"
MODULES = sorted(SOURCE.rglob("*.py"))

MOST_LINES = 400
MOST_PUBLIC_NAMES = 16
# Folders whose files are the members of a family: the tree is the registry.
FAMILIES = (
    "adapters",
    "answerers",
    "cli/answer_files",
    "cli/commands",
    "displays",
    "encoding/readers",
    "estimators",
    "executors",
    "kinds",
    "locales",
    "metrics",
    "options",
    "predictors",
    "reading/documents",
    "reading/formats",
    "report/charts",
    "routes",
    "shapes",
    "sources/readers",
    "students",
    "tasks",
    "terms",
    "training/losses",
    "training/objectives",
)
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
UNSAFE_CALLS = {"torch.load", "torch.save", "pandas.read_pickle", "pd.read_pickle", "joblib.load", "joblib.dump"}
FORBIDDEN_ARGUMENTS = {"trust_remote_code", "allow_pickle"}


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


every_module = pytest.mark.parametrize("path", MODULES, ids=name_of)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


# The tree in CONTRIBUTING.md


def drawn_tree() -> list[Path]:
    """The folders and files drawn in CONTRIBUTING.md between its tree markers, below src/transferkit.

    One entry a line, indented below its folder (spaces or box-drawing lines), the rest of the line a comment.
    The first line is the root.
    """
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- tree -->\s*```\w*\n(.*?)```\s*<!-- /tree -->", page, re.DOTALL)
    assert found, "expected a fenced tree between <!-- tree --> and <!-- /tree --> in CONTRIBUTING.md"
    root, *lines = [re.sub("[│├└─]", " ", line) for line in found[1].splitlines() if line.strip(" │")]
    assert root.split()[0].rstrip("/") == "src/transferkit"
    entries, above = [], [(-1, Path())]
    for line in lines:
        indent, name = len(line) - len(line.lstrip()), line.split()[0]
        while indent <= above[-1][0]:
            above.pop()
        path = above[-1][1] / name
        above.append((indent, path))
        entries.append(path)
    return entries


def test_everything_drawn_in_the_readme_exists() -> None:
    assert [str(path) for path in drawn_tree() if not (SOURCE / path).exists()] == []


def test_every_top_level_folder_and_module_is_drawn_in_the_readme() -> None:
    real = {path.name for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert sorted(real - {str(path) for path in drawn_tree()}) == []


def test_the_picture_of_the_rooms_is_that_of_the_imports() -> None:
    found = runpy.run_path(str(ROOT / "docs" / "rooms.py"))
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawn = found["MARKED"].search(page)
    assert drawn and drawn[0] == drawn[1] + found["picture"]() + drawn[2], "old: `make pages` draws it anew"


# Imports


def test_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def family_members() -> list[Path]:
    return [path for family in FAMILIES for path in sorted((SOURCE / family).glob("[!_]*.py"))]


@pytest.mark.parametrize("path", family_members(), ids=name_of)
def test_members_of_a_family_do_not_import_each_other(path: Path) -> None:
    family = ".".join(("transferkit", *path.parent.relative_to(SOURCE).parts))
    siblings = {f"{family}.{other.stem}" for other in path.parent.glob("*.py")} - {f"{family}.__init__"}
    assert sorted(siblings & set(imports(path))) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_the_front_of_a_family_imports_no_member_of_another(family: str) -> None:
    members = {".".join(("transferkit", *path.relative_to(SOURCE).with_suffix("").parts)) for path in family_members()}
    own = ".".join(("transferkit", *Path(family).parts))
    others = {name for name in members if name.rpartition(".")[0] != own}
    assert sorted(others & set(imports(SOURCE / family / "__init__.py"))) == []


def test_what_a_run_would_take_is_worked_out_without_knowing_any_route() -> None:
    routes = {path.stem for family in ("options", "routes") for path in (SOURCE / family).glob("[!_]*.py")}
    text = (SOURCE / "estimate.py").read_text(encoding="utf-8")
    assert sorted(routes & set(re.findall(r"\w+", text))) == []


@every_module
def test_no_star_import(path: Path) -> None:
    stars = [node.lineno for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom) and _is_star(node)]
    assert stars == []


def _is_star(node: ast.ImportFrom) -> bool:
    return any(alias.name == "*" for alias in node.names)


def imports(path: Path) -> Iterator[str]:
    """Every module that `path` imports, and every name it imports from one, fully dotted."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_help_needs_no_torch() -> None:
    program = """
import sys
from transferkit.cli import main
sys.argv = ["transferkit", "--help"]
try:
    main()
except SystemExit as leaving:
    assert not leaving.code, leaving.code
heavy = sorted({"torch", "transformers", "sklearn", "datasets"} & set(sys.modules))
sys.exit(f"imported {heavy}" if heavy else 0)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "fit" in ended.stdout


# What is public


def test_public_names_are_few_and_real() -> None:
    public = transferkit.__all__
    assert len(public) <= MOST_PUBLIC_NAMES
    assert len(set(public)) == len(public)
    assert [name for name in public if not hasattr(transferkit, name)] == []


def test_public_names_are_documented() -> None:
    undocumented = [
        name for name in transferkit.__all__ if not name.startswith("__") and not getattr(transferkit, name).__doc__
    ]
    assert undocumented == []


# Safety


@every_module
def test_nothing_is_pickled(path: Path) -> None:
    found = [name for name in imports(path) if name.partition(".")[0] in UNSAFE_MODULES]
    calls = [ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    assert found + [call for call in calls if call in UNSAFE_CALLS] == []


@every_module
def test_no_remote_code_is_trusted_by_default(path: Path) -> None:
    given = [argument for node in ast.walk(tree(path)) if isinstance(node, ast.Call) for argument in node.keywords]
    assert [ast.unparse(argument) for argument in given if _is_forbidden(argument)] == []


def _is_forbidden(argument: ast.keyword) -> bool:
    return (
        argument.arg in FORBIDDEN_ARGUMENTS
        and isinstance(argument.value, ast.Constant)
        and argument.value.value is True
    )


@every_module
def test_no_loader_may_ask_or_look_elsewhere(path: Path) -> None:
    """Whether a model's own code may run is said aloud: where nothing is said, transformers asks at the terminal."""
    loaders = {"from_pretrained": {"trust_remote_code", "local_files_only"}, "from_config": {"trust_remote_code"}}
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    named = [(call, getattr(call.func, "attr", getattr(call.func, "id", ""))) for call in calls]
    silent = [
        ast.unparse(call)
        for call, name in named
        if not loaders.get(name, set()) <= {argument.arg for argument in call.keywords}
    ]
    assert silent == []


# Size and words


@every_module
def test_modules_are_small_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    assert ast.get_docstring(tree(path)), f"{name_of(path)} has no docstring"


def test_no_module_is_a_drawer_for_the_rest() -> None:
    drawers = {"utils", "util", "helpers", "misc", "common"}
    assert [name_of(path) for path in SOURCE.rglob("*") if path.stem in drawers] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_every_file_of_a_family_is_importable(family: str) -> None:
    package = ".".join(("transferkit", *Path(family).parts))
    members = [path.stem for path in family_members() if path.parent == SOURCE / family]
    assert members, f"{family}/ has no member"
    for member in members:
        importlib.import_module(f"{package}.{member}")
