"""What is said while something takes long."""

import io
import logging

import pytest
from rich.console import Console

from transferkit import progress


def test_time_left_after_a_resumption_counts_from_there(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = iter([0.0, 20.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    monkeypatch.setattr(logging.getLogger("transferkit"), "propagate", True)
    with caplog.at_level(logging.INFO, "transferkit"), progress.progress("training", 100, 80) as advance:
        advance(10)
    assert "training: 90 of 100, about 20 s left" in caplog.text


def test_the_first_line_comes_soon(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    now = iter([0.0, 1.0, 3.0, 10.0, 19.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    monkeypatch.setattr(logging.getLogger("transferkit"), "propagate", True)
    with caplog.at_level(logging.INFO, "transferkit"), progress.progress("reading", 8) as advance:
        for _ in range(4):
            advance(1)
    assert [record.args[1] for record in caplog.records if record.args] == [2, 4]


def test_what_repeats_itself_counts_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    now = iter([0.0, 10.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(now))
    monkeypatch.setattr(logging.getLogger("transferkit"), "propagate", True)
    with caplog.at_level(logging.INFO, "transferkit"):
        with progress.silently(), progress.progress("writing", 3) as advance:
            advance(1)
        with progress.progress("writing", 3) as advance:
            advance(1)
    assert caplog.messages == ["writing: 1 of 3, about 20 s left"]


def test_on_a_terminal_a_bar_may_stand_in_another(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(progress, "console", Console(file=shown, force_terminal=True, width=80))
    with caplog.at_level(logging.INFO, "transferkit"), progress.progress("predicting", 2) as outer:
        with progress.progress("writing", 3) as inner:
            inner(3)
        outer(2)
    assert "predicting" in shown.getvalue() and "writing" in shown.getvalue()
