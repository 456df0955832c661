"""What is said while something takes long."""

import logging
from io import StringIO
from threading import Barrier, Thread

import pytest
from rich.console import Console
from rich.progress import Progress

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


def test_bars_within_bars_and_in_threads_share_one_display(monkeypatch: pytest.MonkeyPatch) -> None:
    """A console has one live display at a time; older versions of rich refuse a second."""
    monkeypatch.setattr(progress, "console", Console(file=StringIO(), force_terminal=True))
    shown: list[int] = []
    started: list[Progress] = []
    start = Progress.start
    monkeypatch.setattr(Progress, "start", lambda self: (started.append(self), start(self))[1])
    monkeypatch.setattr(logging.getLogger("transferkit"), "level", logging.INFO)

    def work(both: Barrier) -> None:
        with progress.progress("outer", 2) as outer, progress.progress("inner", 2) as inner:
            outer(1)
            inner(2)
            both.wait()
            shown.append(len(started[-1].tasks))
            both.wait()

    both = Barrier(2)
    threads = [Thread(target=work, args=(both,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shown == [4, 4] and len(started) == 1 and not started[0].live.is_started
    with progress.progress("later", 1) as advance:
        advance(1)
    assert len(started) == 2
