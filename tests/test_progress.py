"""What is said while something takes long."""

import logging

import pytest

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
