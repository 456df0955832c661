"""README and docs are true: commands run or parse, snippets run, tables are what the code says.

Fences marked `<!-- run -->` are executed in order, in one folder, with a tiny model in place of MiniLM and a few
made-up questions in place of TREC; all others are parsed against the real command line or compiled.
`python tests/test_documentation.py` writes the tables of docs/routes.md anew.
"""

import ast
import inspect
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
import yaml
from pydantic.fields import FieldInfo

import transferkit
from transferkit import (
    adapters,
    config,
    errors,
    finished_run,
    flow,
    options,
    route_choice,
    routes,
    sources,
    students,
    tasks,
)
from transferkit import run as api
from transferkit.cli import failures
from transferkit.cli.app import app
from transferkit.cli.commands import fit
from transferkit.cli.description import described
from transferkit.config import RunConfig, Strict
from transferkit.data import read
from transferkit.lesson import Lesson
from transferkit.options.static import Options as StaticOptions
from transferkit.routes import contrastive
from transferkit.table.rows import Rows
from transferkit.training.options import TrainingOptions
from transferkit.training.student_options import DistillationOptions

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
ROUTES = ROOT / "docs" / "routes.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")), ROOT / "benchmarks" / "README.md")
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
    Path("run.yaml").write_text(fences(README, "yaml")[0], encoding="utf-8")
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
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = re.findall(r"(?<=`)make (\w+)|(?<=\$ )make (\w+)", README.read_text(encoding="utf-8"))
    assert named and {one or other for one, other in named} <= targets


def test_yaml_flags_and_python_describe_the_same_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("run.yaml").write_text(fences(README, "yaml")[0], encoding="utf-8")
    (by_flags,) = [words for words in OURS if words[:2] == ["fit", "questions.csv"] and "full.epochs=3" in words]
    (python,) = [text for text in fences(README, "python", run=False) if "class_weights" in text]
    seen: list[RunConfig] = []

    def begin(config: RunConfig, table: Any, resume: bool) -> SimpleNamespace:
        seen.append(config)
        return SimpleNamespace(config=config)

    monkeypatch.setattr(api, "begin", begin)
    monkeypatch.setattr(flow, "finish", lambda intake, resume: None)
    monkeypatch.setattr(finished_run, "of", lambda result: result)
    exec(compile(python, "README.md", "exec"), {"transferkit": transferkit})
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


def test_what_is_to_be_run_runs(stage: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for mark, kind, text in FENCE.findall(README.read_text(encoding="utf-8")):
        if mark and kind == "python":
            exec(compile(text, README.name, "exec"), {"__name__": "snippet"})
        elif mark and kind == "console":
            for line in text.splitlines():
                call(line.removeprefix("$ "))
        elif mark:
            pytest.fail(f"a block in {kind!r} cannot be run")
    assert {path.name for path in (stage / "runs").iterdir()} == {"trec", "again", "tuned"}
    for written in ("answers.csv", "scores.json", "runs/trec/report.html"):
        assert (stage / written).stat().st_size
    assert '"label": ' in capfd.readouterr().out


def call(line: str) -> None:
    if line.startswith("transferkit "):
        words = shlex.split(line)[1:]
        assert failures.code_of(lambda: app(words, standalone_mode=False)) == 0, line
    else:
        subprocess.run(["bash", "-c", line], check=True)


def test_a_run_leaves_behind_what_the_readme_says(stage: Path) -> None:
    transferkit.fit("trec", routes="baseline", output_dir="runs/trec")
    (drawn,) = [text for text in fences(README, "") if text.startswith("runs/trec/")]
    named = {line.split()[0].rstrip("/") for line in drawn.splitlines()[1:]} - {"models/ROUTE"}
    assert {path.name for path in (stage / "runs" / "trec").iterdir()} == named | {"models"}


# Facts


def test_every_route_is_in_the_table_and_on_its_page() -> None:
    text = README.read_text(encoding="utf-8")
    table = text[text.index("| route | what learns |") :]
    listed = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \| [^|]+ \|$", table, re.MULTILINE)
    headings = re.findall(r"^### (\w+)$", ROUTES.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(listed) == set(headings) == set(options.names())


def test_the_catalogue_is_the_one_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    section = text[text.index("| catalogue |") : text.index("Without a network")]
    named = re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
    assert named == [entry.name for entry in (*sources.models(), *sources.datasets())]
    for entry in sources.datasets():
        assert entry.name == "reuters-r8" or f"{entry.rows:,}" in section


def test_exit_codes_are_those_of_the_errors() -> None:
    text = README.read_text(encoding="utf-8")
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    members = inspect.getmembers(errors, inspect.isclass)
    kinds = [kind for _, kind in members if issubclass(kind, errors.TransferkitError)]
    assert listed == {0} | {kind.exit_code for kind in kinds}


def test_layers_are_those_of_the_contracts() -> None:
    (drawn,) = [text for text in fences(README, "") if text.startswith("cli\n")]
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
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert link.startswith("https://") or (page.parent / link).exists(), f"{page.name}: {link}"


# The tables of docs/routes.md


def options_of(name: str) -> tuple[type[Strict], type[Strict]]:
    """The options that go by `name` in the page, and those described before them."""
    if name == "training":
        return TrainingOptions, Strict
    if name == "distillation":
        return DistillationOptions, TrainingOptions
    schema = options.get(name).Options
    shared = next((kind for kind in (DistillationOptions, TrainingOptions) if issubclass(schema, kind)), Strict)
    return schema, shared


def options_table(name: str) -> str:
    """What the docstring of the options says, and a table of those not described before or differing."""
    schema, shared = options_of(name)
    words = " ".join(inspect.cleandoc(schema.__doc__ or "").split())
    fields = {
        option: field
        for option, field in schema.model_fields.items()
        if option not in shared.model_fields
        or (field.default, field.description)
        != (shared.model_fields[option].default, shared.model_fields[option].description)
    }
    withheld = [f"`{option}`" for option in shared.model_fields if option not in schema.model_fields]
    words += f" It has no {', '.join(withheld)}." if withheld else ""
    rows = [f"| `{option}` | {default(field)} | {field.description or ''} |" for option, field in fields.items()]
    lines = [words, "", "| option | default | |", "|---|---|---|", *rows] if rows else [words]
    return "\n".join(lines)


def default(field: FieldInfo) -> str:
    return "must be given" if field.is_required() else shown(field.default)


def shown(value: Any) -> str:
    if value is None:
        return "chosen"
    if value in ("", ()):
        return "not set"
    return yaml.safe_dump(list(value) if isinstance(value, tuple) else value, default_flow_style=True).split("\n")[0]


def defaults_table() -> str:
    """Learning rates by the size of the model and epochs by the number of rows, as the code has them."""
    sizes = {"22.7 M": 22_700_000, "110 M": 110_000_000, "1 B": 1_000_000_000}
    counts = (500, 2_000, 5_000, 50_000)
    lines = [f"| | {' | '.join(f'rate at {size}' for size in sizes)} | {' | '.join(f'{n:,} rows' for n in counts)} |"]
    lines.append("|---" * (1 + len(sizes) + len(counts)) + "|")
    for name in ("full", "top_layers", "lora"):
        rates = [f"{adapters.get(name).default_rate(size):.2g}" for size in sizes.values()]
        epochs = [f"{adapters.get(name).default_epochs(n):g} epochs" for n in counts]
        lines.append(f"| `{name}` | {' | '.join([*rates, *epochs])} |")
    taught = [student_defaults(n) for n in counts]
    rates = [f"{taught[0][0]:.2g}"] * len(sizes)
    lines.append(f"| `static` | {' | '.join([*rates, *(f'{epochs:g} epochs' for _, epochs in taught)])} |")
    return "\n".join(lines)


def student_defaults(rows: int) -> tuple[float, float]:
    table = read({"text": ["a word"] * rows, "label": ["a", "b"] * (rows // 2)})
    teacher: Any = None  # not a Transformers model, so there is nothing to start from
    lesson = Lesson(tasks.get("text-classification").bound(table), table, teacher, 16, sources.load)
    kind = students.get("static")
    student = kind.build(lesson, StaticOptions())
    return student.learning_rate, student.epochs


def filled(text: str) -> str:
    """The page with its tables made anew."""
    text = re.sub(
        r"<!-- options (\w+) -->\n.*?<!-- /options -->",
        lambda found: f"<!-- options {found[1]} -->\n{options_table(found[1])}\n<!-- /options -->",
        text,
        flags=re.DOTALL,
    )
    table = f"<!-- defaults -->\n{defaults_table()}\n<!-- /defaults -->"
    return re.sub(r"<!-- defaults -->\n.*?<!-- /defaults -->", lambda _: table, text, flags=re.DOTALL)


def test_the_tables_of_options_are_the_code_s() -> None:
    text = ROUTES.read_text(encoding="utf-8")
    assert text == filled(text), "run: python tests/test_documentation.py"
    assert set(re.findall(r"<!-- options (\w+) -->", text)) == {"training", "distillation", *options.names()}


def test_what_the_page_says_of_contrastive() -> None:
    text = ROUTES.read_text(encoding="utf-8")
    assert f"as many as make {contrastive._STEPS} steps" in text and f"{contrastive._MANY_ROWS:,} labelled rows" in text
    assert f"{contrastive._RATE:.0e}".replace("e-0", "e-") in text
    for limit in (route_choice.FEW_ROWS_PER_LABEL, route_choice.MANY_ROWS_PER_LABEL):
        assert f"fewer than {limit} in the median" in README.read_text(encoding="utf-8")


if __name__ == "__main__":
    os.chdir(ROOT)
    ROUTES.write_text(filled(ROUTES.read_text(encoding="utf-8")), encoding="utf-8")
    sys.exit(0)
