"""What is written to a pipe or a file while something takes long."""

import logging
import re

import pytest

from transferkit.displays import clock, lines


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "transferkit")
    return caplog


def at_times(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    now = iter(seconds)
    monkeypatch.setattr(lines.time, "monotonic", lambda: next(now))


def test_time_left_after_a_resumption_counts_from_there(
    monkeypatch: pytest.MonkeyPatch, said: pytest.LogCaptureFixture
) -> None:
    at_times(monkeypatch, 0.0, 20.0)
    with lines.made().step("training", 100, 80) as advance:
        advance(10)
    assert said.messages == ["training: 90 of 100, about 20 s left"]


def test_the_first_line_comes_soon(monkeypatch: pytest.MonkeyPatch, said: pytest.LogCaptureFixture) -> None:
    at_times(monkeypatch, 0.0, 1.0, 3.0, 10.0, 19.0)
    with lines.made().step("reading", 8, 0) as advance:
        for _ in range(4):
            advance(1)
    assert [record.args[1] for record in said.records if record.args] == [2, 4]


def test_what_has_no_known_end_is_named_when_it_begins(
    monkeypatch: pytest.MonkeyPatch, said: pytest.LogCaptureFixture
) -> None:
    at_times(monkeypatch, 0.0, 3.0)
    with lines.made().step("full: measuring speed, texts answered", None, 0) as advance:
        assert said.messages == ["full: measuring speed, texts answered"]
        advance(8)
    assert said.messages[1:] == ["full: measuring speed, texts answered: 8 so far"]


def test_messages_have_the_time_of_day_and_warnings_a_mark(capsys: pytest.CaptureFixture[str]) -> None:
    lines.made().say("读了 3 行", False)
    lines.made().say("一行是空的", True)
    first, second = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d 读了 3 行", first) and re.fullmatch(r"\d\d:\d\d:\d\d ! 一行是空的", second)


@pytest.mark.parametrize(("seconds", "shown"), [(0.4, "0:00"), (70, "1:10"), (3599.6, "1:00:00"), (7384, "2:03:04")])
def test_durations(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
