"""A notebook: one output of the cell that says all, with bars at its end while something goes on.

It is drawn with IPython's own `display`, which works in every notebook without ipywidgets, and stays when the notebook
is saved or exported.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from importlib import import_module
from typing import Any

from transferkit.displays import clock

_DRAWN_EVERY_SECONDS = 0.25
_MOST_LINES = 1_000
_FONT = "font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:.9em;line-height:1.45"
_STYLE = f"margin:0;padding:0;white-space:pre-wrap;background:none;border:0;color:inherit;{_FONT}"
_WARNING = "color:#b45309"


@dataclass
class _Step:
    """Work that goes on; `total` is None where nobody knows how much it is."""

    what: str
    total: int | None
    done: int
    before: int
    started: float = field(default_factory=lambda: time.monotonic())

    @property
    def words(self) -> str:
        """16 of 36, 0:12 left."""
        if self.total is None:
            return f"{self.done:,}" if self.done else ""
        passed, steps = time.monotonic() - self.started, self.done - self.before
        left = f", {clock(passed / steps * (self.total - self.done))} left" if steps else ""
        return f"{self.done:,} of {self.total:,}{left}"


class Notebook:
    """All lines so far, and of what goes on what is counted, or else the latest of unknown length."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.lines: list[tuple[str, bool]] = []
        self.steps: list[_Step] = []
        self.drawn = 0.0
        self.output: Any = None

    def say(self, words: str, warns: bool) -> None:
        with self.lock:
            self.lines.append((f"{'! ' * warns}{words}", warns))
            self._draw()

    @contextmanager
    def step(self, what: str, total: int | None, done: int) -> Iterator[Callable[[int], None]]:
        step = _Step(what, total, done, done)
        with self.lock:
            self.steps.append(step)
            if total is None:  # nothing may come for long
                self._draw()
            else:
                self._draw_when_due()
        try:
            yield lambda steps: self._advance(step, steps)
        finally:
            with self.lock:
                self.steps.remove(step)
                self._draw_when_due()

    def close(self) -> None:
        """The next message begins another output."""
        with self.lock:
            self.steps.clear()
            if self.output is not None:
                self._draw()
            self.lines, self.output = [], None

    def _advance(self, step: _Step, steps: int) -> None:
        with self.lock:
            step.done += steps
            self._draw_when_due()

    def _draw_when_due(self) -> None:
        if time.monotonic() - self.drawn >= _DRAWN_EVERY_SECONDS:
            self._draw()

    def _draw(self) -> None:
        self.drawn = time.monotonic()
        content = {"text/plain": self._as_text(), "text/html": self._as_html()}
        if self.output is None:
            self.output = import_module("IPython.display").display(content, raw=True, display_id=True)
        else:
            self.output.update(content, raw=True)

    def _shown(self) -> list[_Step]:
        counted = [step for step in self.steps if step.total is not None and step.done < step.total]
        return counted or [step for step in self.steps if step.total is None][-1:]

    def _latest(self) -> list[tuple[str, bool]]:
        more = len(self.lines) - _MOST_LINES
        return [(f"({more:,} earlier lines are not shown)", False)] * (more > 0) + self.lines[-_MOST_LINES:]

    def _as_text(self) -> str:
        going_on = [f"{step.what} {step.words}".rstrip() for step in self._shown()]
        return "\n".join([*(words for words, _ in self._latest()), *going_on])

    def _as_html(self) -> str:
        lines = [f'<span style="{_WARNING}">{escape(w)}</span>' if warns else escape(w) for w, warns in self._latest()]
        bars = "".join(f'<div style="{_FONT}">{_bar(step)}</div>' for step in self._shown())
        return f'<pre style="{_STYLE}">{"<br>".join(lines)}</pre>{bars}'


def made() -> Notebook:
    return Notebook()


def _bar(step: _Step) -> str:
    how_far = "" if step.total is None else f' max="{step.total}" value="{step.done}"'
    return f"{escape(step.what)} <progress{how_far}></progress> {escape(step.words)}"
