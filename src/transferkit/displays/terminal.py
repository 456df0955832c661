"""A terminal: messages, and below them bars that go when they are done."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from transferkit.displays import clock
from transferkit.errors import printable


class Terminal:
    """One live display for all that goes on, begun with the first bar and gone with the last: a console may have no
    second one. A bar that is full is not shown, and work of unknown length only while nothing else is counted."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.lock = threading.RLock()
        self.bars = _bars(console)

    def say(self, words: str, warns: bool) -> None:
        time_of_day = Text(f"{datetime.now():%H:%M:%S} ", style="dim")
        self.console.print(
            time_of_day + Text(f"{'! ' * warns}{printable(words)}", style="yellow" if warns else ""), soft_wrap=True
        )

    @contextmanager
    def step(self, what: str, total: int | None, done: int) -> Iterator[Callable[[int], None]]:
        with self.lock:
            if not self.bars.task_ids:
                self.bars = _bars(self.console)
                self.bars.start()
            bars = self.bars
            task = bars.add_task(what, total=total, completed=done)
            self._arrange()
        try:
            yield lambda steps: self._advance(bars, task, steps)
        finally:
            with self.lock:
                bars.remove_task(task)
                self._arrange()
                if not bars.task_ids:
                    bars.stop()

    def close(self) -> None:
        with self.lock:
            self.bars.stop()

    def _advance(self, bars: Progress, task: TaskID, steps: int) -> None:
        bars.advance(task, steps)
        with self.lock:
            if next(known for known in bars.tasks if known.id == task).finished:
                self._arrange()

    def _arrange(self) -> None:
        counted = [task for task in self.bars.tasks if task.total is not None and not task.finished]
        for task in self.bars.tasks:
            self.bars.update(task.id, visible=task in counted or (task.total is None and not counted))


def made() -> Terminal:
    return Terminal(Console(stderr=True, highlight=False, emoji=False))


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), _Count(), _Left())
    return Progress(*columns, console=console, transient=True)


class _Count(ProgressColumn):
    """16 of 36, or 16 where nobody knows of how many."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text(f"{task.completed:,.0f}" if task.completed else "")
        return Text(f"{task.completed:,.0f} of {task.total:,.0f}")


class _Left(ProgressColumn):
    """1:10 left, or the time so far where nobody knows how much is left."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text(clock(task.elapsed or 0.0))
        return Text("" if task.time_remaining is None else f"{clock(task.time_remaining)} left")
