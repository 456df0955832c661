"""Help, examples in it, and what a shell offers."""

import shlex
from typing import Any

import pytest
import typer

from calling import Call
from transferkit import options, tasks
from transferkit.cli import completion
from transferkit.cli.app import app

COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
EXAMPLES = [
    line.strip()
    for command in COMMANDS.values()
    for line in command.epilog.splitlines()
    if line.strip().startswith("transferkit ")
]


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_h_is_help(call: Call, name: str | None) -> None:
    words = [name] if name else []
    short, long = call(*words, "-h"), call(*words, "--help")
    assert short.code == long.code == 0 and short.out == long.out and "Usage" in short.out


def test_every_command_has_an_example_that_it_understands() -> None:
    assert {line.split()[1] for line in EXAMPLES} == {*COMMANDS}
    group: Any = typer.main.get_command(app)
    for line in EXAMPLES:
        name, *words = shlex.split(line)[1:]
        with group.make_context("transferkit", [name]) as above:
            assert COMMANDS[name].make_context(name, words, parent=above)


def test_values_are_listed_whole(call: Call) -> None:
    said = call("fit", "-h").out
    assert all(f" {name}" in said for name in (*tasks.names(), *options.names()))
    assert all(name in call("look", "-h").out for name in tasks.names())


def test_what_may_follow(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trees.csv").write_text("")
    (tmp_path / "trips").mkdir()
    assert completion.task("text-r") == ["text-regression"]
    assert completion.routes("full,st") == ["full,static"] and "auto" in completion.routes("")
    assert completion.model("all-Mini") == ["all-MiniLM-L6-v2"]
    assert completion.data("tr") == ["trec", "trees.csv", "trips/"]
    assert completion.name("s") == ["sms-spam"]
    assert completion.setting("full.learn") == ["full.learning_rate="]
    assert completion.generation("num") == ["num_beams="]
    assert completion.data("nowhere/x") == []


def test_help_that_a_shell_shows_is_one_line() -> None:
    command: Any = COMMANDS["fit"]
    items = command.shell_complete(command.make_context("fit", [], resilient_parsing=True), "--ta")
    assert [item.value for item in items] == ["--task"] and "\n" not in items[0].help


def test_completion_can_be_installed(call: Call) -> None:
    assert "--install-completion" in call("-h").out


def test_an_option_given_twice_is_said(call: Call, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", logger="transferkit")
    call("look", "nowhere.csv", "--task", "ner", "--task=text-classification")
    assert "--task is given 2 times, and the last one is taken" in caplog.text
    caplog.clear()
    call(
        "fit", "nowhere.csv", "--text", "a", "--text", "b", "--model", "x/a", "--model", "x/b", "--set", "full.epochs=1"
    )
    assert "times" not in caplog.text
