"""What a notebook's cell shows."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from transferkit.displays import notebook
from transferkit.displays.notebook import Notebook

Drawn = list[tuple[int, dict[str, str]]]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """The outputs that are drawn: the number of the output, and what it shows then."""
    found: Drawn = []
    outputs: list[Any] = []

    def display(content: dict[str, str], raw: bool, display_id: bool) -> Any:
        assert raw and display_id
        number = len(outputs)
        found.append((number, content))
        outputs.append(SimpleNamespace(update=lambda content, raw: found.append((number, content))))
        return outputs[-1]

    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    monkeypatch.setattr(notebook, "_DRAWN_EVERY_SECONDS", 0.0)
    return found


def test_all_lines_are_in_one_output(drawn: Drawn) -> None:
    display = Notebook()
    display.say("读了 <3> 行", False)
    display.say("一行是空的", True)
    display.close()
    assert {number for number, _ in drawn} == {0}
    assert drawn[-1][1]["text/plain"] == "读了 <3> 行\n! 一行是空的"
    assert "读了 &lt;3&gt; 行<br><span" in drawn[-1][1]["text/html"]
    display.say("another call", False)
    assert drawn[-1][0] == 1 and drawn[-1][1]["text/plain"] == "another call"


def test_bars_come_and_go(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(notebook.time, "monotonic", lambda: now[0])
    display = Notebook()
    with display.step("full: training", None, 0):
        assert "full: training <progress></progress>" in drawn[-1][1]["text/html"]
        with display.step("full: fine-tuning", 36, 0) as advance:
            now[0] = 10.0
            advance(16)
            assert drawn[-1][1]["text/plain"] == "full: fine-tuning 16 of 36, 0:12 left"
            assert '<progress max="36" value="16"></progress>' in drawn[-1][1]["text/html"]
            advance(20)
            assert drawn[-1][1]["text/plain"] == "full: training"
    display.close()
    assert "<progress" not in drawn[-1][1]["text/html"]


def test_very_many_lines_are_cut(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "_MOST_LINES", 2)
    display = Notebook()
    for i in range(5):
        display.say(f"line {i}", False)
    assert drawn[-1][1]["text/plain"] == "(3 earlier lines are not shown)\nline 3\nline 4"
