"""Bars in a terminal."""

from io import StringIO
from threading import Barrier, Thread

import pytest
from rich.console import Console
from rich.progress import Progress

from transferkit.displays.terminal import Terminal


@pytest.fixture
def terminal() -> Terminal:
    return Terminal(Console(file=StringIO(), force_terminal=True, width=60, color_system=None))


def written(terminal: Terminal) -> str:
    assert isinstance(terminal.console.file, StringIO)
    return terminal.console.file.getvalue()


def shown(terminal: Terminal) -> list[str]:
    return [task.description for task in terminal.bars.tasks if task.visible]


def test_bars_within_bars_and_in_threads_share_one_display(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A console has one live display at a time; older versions of rich refuse a second."""
    counted: list[int] = []
    started: list[Progress] = []
    start = Progress.start
    monkeypatch.setattr(Progress, "start", lambda self: (started.append(self), start(self))[1])

    def work(both: Barrier) -> None:
        with terminal.step("outer", 2, 0) as outer, terminal.step("inner", 2, 0) as inner:
            outer(1)
            inner(1)
            both.wait()
            counted.append(len(started[-1].tasks))
            both.wait()

    both = Barrier(2)
    threads = [Thread(target=work, args=(both,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted == [4, 4] and len(started) == 1 and not started[0].live.is_started
    with terminal.step("later", 1, 0) as advance:
        advance(1)
    assert len(started) == 2


def test_no_bar_stands_at_its_end(terminal: Terminal) -> None:
    with terminal.step("full: training", None, 0), terminal.step("full: fine-tuning", 2, 0) as advance:
        advance(1)
        assert shown(terminal) == ["full: fine-tuning"]
        advance(1)
        assert shown(terminal) == ["full: training"]


def test_messages_are_not_broken_and_no_markup(terminal: Terminal) -> None:
    words = "列：text 来自“评论” [bold]" + "很长的一行" * 20
    terminal.say(words, False)
    terminal.say("labels are few", True)
    first, second = written(terminal).splitlines()
    assert first[9:] == words and second[9:] == "! labels are few"
