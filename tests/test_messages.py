"""Messages appear once: in the user's own logging, or on a display."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from test_progress import Recorded
from transferkit import displays, messages, progress

log = logging.getLogger("transferkit")


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[logging.Logger]:
    """The root of all loggers, as Python starts with it: pytest's own handlers are set aside."""
    root = logging.RootLogger(logging.WARNING)
    handlers, level = log.handlers, log.level
    monkeypatch.setattr(log, "parent", root)
    log.handlers = []
    log.setLevel(logging.NOTSET)
    yield root
    log.handlers = handlers
    log.setLevel(level)


@pytest.fixture
def display(root: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """What is taken where no other logging shows the messages."""
    display = Recorded()
    monkeypatch.setattr(displays, "usual", lambda: display)
    return display


class Kept(logging.Handler):
    """A handler of the user's."""

    def __init__(self, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def say_two() -> None:
    log.info("read %d rows", 3)
    log.warning("one is empty")


BOTH = [("read 3 rows", False), ("one is empty", True)]


def test_they_are_shown_where_nothing_is_configured_and_only_within(display: Recorded) -> None:
    with messages.shown():
        with messages.shown():
            say_two()
        assert display.said == BOTH
        with progress.progress("counting", 2) as advance:
            advance(2)
    assert display.said == [*BOTH, ("closed", False)] and display.steps == [("counting", 2, 0)]
    assert (log.handlers, log.propagate, log.level) == ([], True, logging.NOTSET)
    with progress.progress("counting", 2):
        pass
    assert len(display.steps) == 1


def test_a_users_own_logging_gets_them_alone(display: Recorded, root: logging.Logger) -> None:
    kept = Kept()
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    with messages.shown():
        say_two()
    assert kept.messages == ["read 3 rows", "one is empty"] and display.said == []


def test_what_a_users_logging_would_not_show_is_shown(display: Recorded, root: logging.Logger) -> None:
    """Root loggers at WARNING, as many notebooks and libraries leave them."""
    kept = Kept()
    root.addHandler(kept)
    with messages.shown():
        say_two()
    assert kept.messages == ["one is empty"] and display.said == [("read 3 rows", False), ("closed", False)]


def test_a_log_file_is_beside_the_display(display: Recorded, root: logging.Logger, tmp_path: Path) -> None:
    file = logging.FileHandler(tmp_path / "log.txt")
    root.addHandler(file)
    root.setLevel(logging.DEBUG)
    with messages.shown():
        log.debug("for the file")
        say_two()
    file.close()
    assert (tmp_path / "log.txt").read_text().splitlines() == ["for the file", "read 3 rows", "one is empty"]
    assert display.said[:2] == BOTH


def test_a_level_of_our_logger_is_kept(display: Recorded) -> None:
    log.setLevel(logging.WARNING)
    kept = Kept()
    log.addHandler(kept)
    with messages.shown(), progress.progress("counting", 2):
        say_two()
    assert display.said == display.steps == [] and kept.messages == ["one is empty"]


def test_those_who_want_none_get_warnings_alone(display: Recorded) -> None:
    with messages.shown(), messages.shown(False), progress.progress("counting", 2):
        say_two()
    assert display.said == [BOTH[1], ("closed", False)] and display.steps == []


SCRIPT = """
import logging, sys, transferkit
if sys.argv[2] == "logging":
    logging.basicConfig(level=logging.INFO, format="LOG %(message)s")
try:
    transferkit.fit(sys.argv[1], output_dir="run", offline=True, progress=sys.argv[2] != "silent")
except transferkit.TransferkitError as error:
    print("torch" in sys.modules, error)
"""


@pytest.mark.parametrize("how", ["plain", "logging", "silent"])
def test_a_script_sees_what_is_read_before_torch_is_there(tmp_path: Path, how: str) -> None:
    (tmp_path / "one.csv").write_text("text,label\n" + "".join(f"text {i},good\n" for i in range(20)))
    command = [sys.executable, "-c", SCRIPT, "one.csv", how]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("False one.csv: expected at least two different labels")
    lines = ended.stderr.splitlines()
    expected = ["reading one.csv", "read: 20 rows of one.csv, UTF-8", "task: text-classification"]
    expected += ["columns: text from 'text' (by its name), label from 'label' (by its name)"]
    if how == "silent":
        assert lines == []
    elif how == "logging":
        assert [line.removeprefix("LOG ") for line in lines[:4]] == expected and len(set(lines)) == len(lines)
    else:
        assert [line[9:] for line in lines[:4]] == expected and len(set(lines)) == len(lines)
