"""Progress, wherever it is shown."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from transferkit import progress


class Recorded:
    """A display that keeps what it is given."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bool]] = []
        self.steps: list[tuple[str, int | None, int]] = []
        self.done: list[int] = []

    def say(self, words: str, warns: bool) -> None:
        self.said.append((words, warns))

    @contextmanager
    def step(self, what: str, total: int | None, done: int) -> Iterator[Callable[[int], None]]:
        self.steps.append((what, total, done))
        yield self.done.append

    def close(self) -> None:
        self.said.append(("closed", False))


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    monkeypatch.setattr(logging.getLogger("transferkit"), "level", logging.INFO)
    logging.getLogger("transferkit").manager._clear_cache()  # type: ignore[attr-defined]
    display = Recorded()
    before = progress.show_on(display)
    yield display
    progress.show_on(before)


def test_steps_reach_the_display(display: Recorded) -> None:
    with progress.progress("reading", 8, 2) as advance, progress.progress("waiting"):
        advance(3)
    assert display.steps == [("reading", 8, 2), ("waiting", None, 0)] and display.done == [3]


def test_what_a_route_does_says_whose_it_is(display: Recorded) -> None:
    head = progress.progress("fitting the new head", 9)
    with progress.titled("full-alpha"), progress.progress("training"), head, progress.progress("full-alpha: tuning", 3):
        pass
    with progress.progress("reading back"):
        pass
    assert [what for what, *_ in display.steps] == [
        "full-alpha: training",
        "full-alpha: fitting the new head",
        "full-alpha: tuning",
        "reading back",
    ]


def test_what_is_silent_shows_nothing(display: Recorded) -> None:
    with progress.silently(), progress.progress("writing", 3) as advance:
        advance(1)
        assert progress.is_silent()
    assert display.steps == [] and not progress.is_silent()


def test_nothing_is_shown_where_messages_are_not(display: Recorded, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "transferkit"), progress.progress("writing", 3) as advance:
        advance(1)
    assert display.steps == []
