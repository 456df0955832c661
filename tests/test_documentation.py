"""README and docs are true: commands run or parse, snippets run, tables are what the code says.

Fences marked `<!-- run -->` are executed in order, page by page in a folder of its own, with a tiny model in place of
MiniLM and a few made-up questions in place of TREC; all others are parsed against the real command line or compiled.
`make pages` writes anew what is made from code and results.
"""

import ast
import inspect
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from benchmarks import figures

import transferkit
from transferkit import config, errors, finished_run, metrics, options, route_choice, routes, sources, tasks
from transferkit import run as api
from transferkit.cli import failures
from transferkit.cli.app import app
from transferkit.cli.commands import fit
from transferkit.cli.description import described
from transferkit.config import RunConfig
from transferkit.data import read
from transferkit.routes import contrastive
from transferkit.table.rows import Rows
from transferkit.training.student_options import DistillationOptions

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
OPTIONS, CONFIGURATION, CHOOSING = DOCS / "options.md", DOCS / "configuration.md", DOCS / "choosing-a-route.md"
RUN_FOLDER, MODELS, TROUBLESHOOTING = DOCS / "run-folder.md", DOCS / "models.md", DOCS / "troubleshooting.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
IN_CHINESE = {
    ROOT / "README.zh-CN.md": (README,),
    DOCS / "zh" / "tasks.md": tuple(sorted((DOCS / "tasks").glob("*.md"))),
    **{
        page: (DOCS / page.name,)
        for page in sorted((DOCS / "zh").glob("*.md"))
        if page.name not in ("index.md", "tasks.md", "run-folder.md")
    },
    DOCS / "zh" / "run-folder.md": (RUN_FOLDER, CONFIGURATION),
}
"""A page in Chinese, and the English ones that it stands for."""
PAGES = (
    README,
    *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts),
    ROOT / "README.zh-CN.md",
    CONTRIBUTING,
    ROOT / "llms.txt",
    ROOT / "benchmarks" / "README.md",
)
MOST_WORDS = 1_300
QUESTIONS = {"HUM": "Who wrote {} ?", "LOC": "Where is {} ?", "NUM": "How far is {} from {} ?"}
THINGS = ("Ulysses", "Rome", "the moon", "Lima", "a mile", "Emma", "Oslo", "Mars", "Faust", "Bonn", "Ohio", "the sun")
FENCE = re.compile(r"(<!-- run -->\n)?^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def fences(page: Path, language: str, run: bool | None = None) -> list[str]:
    """The texts of the fenced blocks in `language`: all of them, or those that are (not) to be run."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [text for mark, kind, text in found if kind == language and run in (None, bool(mark))]


def commands(page: Path, run: bool | None = None) -> list[str]:
    """The lines of the console blocks, without their prompt."""
    return [line.removeprefix("$ ") for text in fences(page, "console", run) for line in text.splitlines()]


def name_of(value: Any) -> str:
    return value.relative_to(ROOT).as_posix() if isinstance(value, Path) else str(value)[:60]


ALL_COMMANDS = [line for page in PAGES for line in commands(page)]
OURS = [shlex.split(line)[1:] for line in ALL_COMMANDS if line.startswith("transferkit ")]


# Commands


def parsed(words: Sequence[str]) -> dict[str, Any]:
    """What typer makes of the words after `transferkit`; raises for an unknown command, option or value."""
    group: Any = typer.main.get_command(app)
    name, rest = words[0], [word for word in words[1:] if word != "--quiet"]
    with group.make_context("transferkit", [name]) as above:
        assert name in group.commands, f"there is no command {name}"
        return group.commands[name].make_context(name, rest, parent=above).params


@pytest.mark.parametrize("words", OURS, ids=shlex.join)
def test_commands_are_understood(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = parsed(words)
    if words[0] != "fit" or given["resume"]:
        return
    monkeypatch.chdir(tmp_path)
    Path("run.yaml").write_text(fences(CONFIGURATION, "yaml")[0], encoding="utf-8")
    for route in asked(given).routes:
        if route.name != config.AUTO:
            routes.resolve(route)


def asked(given: dict[str, Any]) -> RunConfig:
    flags = {name: value for name, value in given.items() if name not in (*fit.NOT_IN_SCHEMA, "data")}
    file = given["config"] and Path(given["config"])  # of the oldest typer, whose parameters are words until the call
    return described({**flags, "path": given["data"]}, file, given["set"] or ())


def test_other_commands_are_known() -> None:
    assert len(OURS) > 20  # or nothing is tested above
    others = {line.split()[0] for line in ALL_COMMANDS} - {"transferkit"}
    assert others <= {"make", "python", "pip", "printf"}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        named = re.findall(r"(?<=`)make ([a-z-]+)|(?<=\$ )make ([a-z-]+)", page.read_text(encoding="utf-8"))
        assert {one or other for one, other in named} <= targets, page


def test_yaml_flags_and_python_describe_the_same_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("run.yaml").write_text(fences(CONFIGURATION, "yaml")[0], encoding="utf-8")
    (by_flags,) = [words for words in OURS if words[:2] == ["fit", "questions.csv"] and "full.epochs=3" in words]
    (python,) = [text for text in fences(CONFIGURATION, "python", run=False) if "class_weights" in text]
    seen: list[RunConfig] = []
    monkeypatch.setattr(api, "begin", lambda config, *_: seen.append(config) or SimpleNamespace(config=config))
    monkeypatch.setattr(api, "finish", lambda intake, resume: None)
    monkeypatch.setattr(finished_run, "of", lambda result: result)
    exec(compile(python, CONFIGURATION.name, "exec"), {"transferkit": transferkit})
    assert asked(parsed(["fit", "--config", "run.yaml"])) == asked(parsed(by_flags)) == seen[0]


# Snippets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_snippets_compile(page: Path) -> None:
    for text in fences(page, "python"):
        ast.parse(text)
    for text in fences(page, "json"):
        json.loads(text)


@pytest.fixture
def stage(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in, where the default model is a tiny one and TREC is 36 questions."""
    load, asking = sources.load, list(QUESTIONS.items())
    texts = [asking[i % 3][1].format(THINGS[i % 12], THINGS[i // 12 + 4]) + f" {i}" for i in range(36)]
    trec = read({"text": texts, "label": [asking[i % 3][0] for i in range(36)]})

    def tiny(name: str, **how: Any) -> Any:
        assert name in ("all-MiniLM-L6-v2", "multilingual-e5-small")  # the latter, as it knows none of these words
        return load(str(tiny_model), **{**how, "cache_dir": tmp_path / "cache"})

    def tables(name: str, **_how: Any) -> dict[str, Rows]:
        assert name == "trec"
        return {"train": trec}

    monkeypatch.setattr(sources, "load", tiny)
    monkeypatch.setattr(sources, "load_tables", tables)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path


TO_RUN = [page for page in PAGES if any(mark for mark, _, _ in FENCE.findall(page.read_text(encoding="utf-8")))]


@pytest.mark.parametrize("page", TO_RUN, ids=name_of)
def test_what_is_to_be_run_runs(page: Path, stage: Path) -> None:
    names: dict[str, Any] = {"__name__": "snippet"}
    for mark, kind, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if mark and kind == "python":
            exec(compile(text, page.name, "exec"), names)
        elif mark and kind == "console":
            for line in text.splitlines():
                call(line.removeprefix("$ "))
        elif mark:
            pytest.fail(f"a block in {kind!r} cannot be run")
        for named in re.findall(r"--output(?:-dir)? (\S+)", text) if mark else ():
            assert (stage / named).exists(), named


NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_notebooks_run(path: Path, stage: Path) -> None:
    book = json.loads(path.read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > 4
    names: dict[str, Any] = {"__name__": "notebook"}
    for number, cell in enumerate(cells, start=1):
        exec(compile(cell, f"{path.name}, cell {number}", "exec"), names)


def test_the_guide_is_run() -> None:
    assert {README, DOCS / "getting-started.md", RUN_FOLDER, MODELS, DOCS / "scikit-learn.md"} <= set(TO_RUN)


def call(line: str) -> None:
    if line.startswith("transferkit "):
        words = shlex.split(line)[1:]
        assert failures.code_of(lambda: app(words, standalone_mode=False)) == 0, line
    else:
        subprocess.run(["bash", "-c", line], check=True)


def test_a_run_leaves_behind_what_the_readme_says(stage: Path) -> None:
    transferkit.fit("trec", routes="baseline", output_dir="runs/trec")
    (drawn,) = [text for text in fences(RUN_FOLDER, "") if text.startswith("runs/trec/")]
    named = {line.split()[0].rstrip("/") for line in drawn.splitlines()[1:]} - {"models/ROUTE"}
    assert {path.name for path in (stage / "runs" / "trec").iterdir()} == named | {"models"}


# Facts


def test_every_route_is_in_the_table_and_on_its_page() -> None:
    headings = re.findall(r"^### (\w+)$", OPTIONS.read_text(encoding="utf-8"), re.MULTILINE)
    for page in (CHOOSING, DOCS / "zh" / CHOOSING.name):
        text = page.read_text(encoding="utf-8")
        listed = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \| [^|]+ \|$", text, re.MULTILINE)
        assert set(listed) == set(headings) == set(options.names())


def test_every_task_has_a_page() -> None:
    pages = {path.stem for path in (DOCS / "tasks").glob("*.md")} - {"index"}
    assert pages == set(tasks.names())
    for page in (DOCS / "tasks" / "index.md", DOCS / "zh" / "tasks.md"):
        listed = re.findall(r"^\| \[?`([a-z][a-z-]+)`", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(listed) == pages
    index = (DOCS / "tasks" / "index.md").read_text(encoding="utf-8").splitlines()
    for name in pages:
        row = next(line for line in index if line.startswith(f"| [`{name}`]"))
        title = metrics.get(tasks.get(name).main_metric).TITLE.lower()
        assert title.split()[0] in row.lower(), (name, title)


def test_the_catalogue_is_the_one_in_the_readme() -> None:
    text = MODELS.read_text(encoding="utf-8")
    section = text[text.index("| catalogue |") : text.index("Data may also be")]
    named = re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
    assert named == [entry.name for entry in (*sources.models(), *sources.datasets())]
    for entry in sources.datasets():
        assert entry.name == "reuters-r8" or f"{entry.rows:,}" in section


def test_exit_codes_are_those_of_the_errors() -> None:
    members = inspect.getmembers(errors, inspect.isclass)
    kinds = [kind for _, kind in members if issubclass(kind, errors.TransferkitError)]
    for page in (TROUBLESHOOTING, DOCS / "zh" / TROUBLESHOOTING.name):
        listed = {int(code) for code in re.findall(r"^\| (\d+) \|", page.read_text(encoding="utf-8"), re.MULTILINE)}
        assert listed == {0} | {kind.exit_code for kind in kinds}


def test_layers_are_those_of_the_contracts() -> None:
    (drawn,) = [text for text in fences(CONTRIBUTING, "") if text.startswith("cli\n")]
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^layers = \[(.*?)^\]", pyproject, re.DOTALL | re.MULTILINE)
    assert block
    assert drawn.split("\n")[:-1] == [line.replace("transferkit.", "") for line in re.findall(r'"(.+)"', block[1])]


def test_every_loss_and_weight_is_documented() -> None:
    text = (ROOT / "docs" / "distillation.md").read_text(encoding="utf-8")
    weights = [name for name in DistillationOptions.model_fields if name.endswith("_weight")]
    assert [name for name in weights if f"| `{name}` |" not in text] == []


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for link, _, fragment in re.findall(r"\]\(([^)#\s]*)(#([^)\s]+))?\)", page.read_text(encoding="utf-8")):
            if link.startswith("https://"):
                continue
            target = (page.parent / link) if link else page
            assert target.exists(), f"{page.name}: {link}"
            if fragment:
                headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
                assert fragment in map(figures.anchor, headings), f"{page.name}: {link}#{fragment}"


def test_every_page_is_in_llms_txt() -> None:
    text = (ROOT / "llms.txt").read_text(encoding="utf-8")
    pages = [path for path in DOCS.glob("*.md") if path.name not in ("index.md", "python.md")]
    assert [page.name for page in pages if f"docs/{page.name}" not in text] == []


def asked_of(pages: Sequence[Path]) -> list[tuple[str, set[str]]]:
    """Every command of `pages` without what users name: the command and its flags."""
    lines = [shlex.split(line)[1:] for page in pages for line in commands(page) if line.startswith("transferkit ")]
    return [(words[0], {word.split("=")[0] for word in words[1:] if word.startswith("--")}) for words in lines]


@pytest.mark.parametrize("page", IN_CHINESE, ids=name_of)
def test_the_chinese_page_has_the_same_commands(page: Path) -> None:
    own, theirs = asked_of([page]), asked_of(IN_CHINESE[page])
    assert {command for command, _ in own} <= {command for command, _ in theirs}
    if page.name != RUN_FOLDER.name:  # which stands for a part of a page
        lacking = [(name, flags) for name, flags in theirs if not any(name == n and flags <= f for n, f in own)]
        assert lacking == []


def test_readme_is_short_and_shows_what_was_measured() -> None:
    measured = figures.sections(figures.RESULTS.read_text(encoding="utf-8"))
    for page in figures.READMES:
        text = page.read_text(encoding="utf-8")
        assert text == figures.filled(text, measured), "run: make pages"
        assert len(re.findall(r"!\[[^]]+\]\((\S+)\)", text)) >= 3
    assert len(README.read_text(encoding="utf-8").split()) <= MOST_WORDS


def test_pictures_are_drawn_from_the_results() -> None:
    drawing = run_path(str(DOCS / "pictures.py"))
    for path, image in drawing["drawn"]().items():
        assert path.read_text(encoding="utf-8") == image, "run: make pages"


def test_the_pages_become_a_site(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", str(DOCS), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Parameters" in (tmp_path / "python.html").read_text(encoding="utf-8")


# The tables of docs/options.md


def test_the_tables_of_options_are_the_code_s() -> None:
    tables = run_path(str(DOCS / "tables.py"))
    text = OPTIONS.read_text(encoding="utf-8")
    assert text == tables["filled"](text), "run: make pages"
    assert set(re.findall(r"<!-- options (\w+) -->", text)) == {"training", "distillation", *options.names()}


def test_what_the_page_says_of_contrastive() -> None:
    text = OPTIONS.read_text(encoding="utf-8")
    assert f"as many as make {contrastive._STEPS} steps" in text and f"{contrastive._MANY_ROWS:,} labelled rows" in text
    assert f"{contrastive._RATE:.0e}".replace("e-0", "e-") in text
    for limit in (route_choice.FEW_ROWS_PER_LABEL, route_choice.MANY_ROWS_PER_LABEL):
        assert f"fewer than {limit} in the median" in CHOOSING.read_text(encoding="utf-8")
        assert f"少于 {limit} " in (DOCS / "zh" / CHOOSING.name).read_text(encoding="utf-8")
