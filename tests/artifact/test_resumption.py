"""What `--resume` says before any rows are read."""

import logging
from pathlib import Path
from typing import Any

import pytest

from transferkit.artifact.ledger import HIDDEN, Ledger
from transferkit.artifact.resumption import require_resumable
from transferkit.config import DESCRIBED, RunConfig, parse, write_yaml
from transferkit.errors import ConfigError
from transferkit.intake import begin

ROWS = "text,label\n" + "".join(f"a fine film number {i},good\na bad play number {i},bad\n" for i in range(20))


def described(folder: Path, data: dict[str, Any], **settings: Any) -> RunConfig:
    return parse({"data": data, "output_dir": str(folder), **settings})


def begun(folder: Path, data: dict[str, Any], **settings: Any) -> None:
    """A run folder of these settings, as far as it is looked at."""
    (folder / HIDDEN).mkdir(parents=True)
    write_yaml(described(folder, data, **settings), folder / DESCRIBED)
    Ledger(folder).begin()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reviews.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "other.csv").write_text(ROWS.replace("text,label", "body,kind"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("data", "settings", "words"),
    [
        ({"path": "other.csv"}, {}, r"begun with reviews\.csv as its data rows, not with other\.csv; give the same"),
        ({"path": "trec"}, {}, r"begun with reviews\.csv as its data rows, not with trec"),
        ({"path": "reviews.csv", "test": "other.csv"}, {}, r"begun with no file as its test rows, not with other\.csv"),
        ({"path": "reviews.csv"}, {"unlabelled": "other.csv"}, r"no file as its unlabelled rows, not with other\.csv"),
    ],
)
def test_a_run_that_was_begun_with_other_data_is_not_resumed(
    files: Path, data: dict[str, Any], settings: dict[str, Any], words: str
) -> None:
    begun(files / "runs" / "a", {"path": "reviews.csv", "text": "text"})
    with pytest.raises(ConfigError, match=words):
        begin(described(files / "runs" / "a", data, **settings), resume=True)


def test_one_file_may_be_named_in_two_ways(files: Path) -> None:
    begun(files / "runs" / "a", {"path": "reviews.csv"})
    require_resumable(described(files / "runs" / "a", {"path": str(files / "reviews.csv")}))
    begun(files / "runs" / "b", {"path": "gone.csv"})
    require_resumable(described(files / "runs" / "b", {"path": "gone.csv"}))


def test_a_run_of_nearly_the_name_is_named_in_place_of_a_new_one(files: Path) -> None:
    begun(files / "runs" / "reviews", {"path": "reviews.csv"}, seed=3)
    mistyped = files / "runs" / "reveiws"
    for settings in ({}, {"seed": 3}):
        with pytest.raises(ConfigError, match=r"runs/reveiws holds no run, but .*runs/reviews does; resume that one"):
            begin(described(mistyped, {"path": "reviews.csv"}, **settings), resume=True)
    assert not mistyped.exists()


@pytest.mark.parametrize(
    ("folder", "settings", "near"),
    [
        ("reveiws", {"seed": 4}, True),  # it could not be resumed
        ("reviews-2", {}, True),  # runs that are numbered
        ("reviews-full", {}, True),
        ("quite-another", {}, False),
    ],
)
def test_where_there_is_nothing_to_resume_that_is_said(
    files: Path, caplog: pytest.LogCaptureFixture, folder: str, settings: dict[str, Any], near: bool
) -> None:
    begun(files / "runs" / "reviews", {"path": "reviews.csv"}, seed=3)
    with caplog.at_level(logging.WARNING):
        begin(described(files / "runs" / folder, {"path": "reviews.csv"}, **settings), resume=True)
    (said,) = [record.getMessage() for record in caplog.records if "resume" in record.getMessage()]
    assert said.startswith(f"nothing to resume in {files / 'runs' / folder}: a new run starts there")
    assert said.endswith(f"; did you mean {files / 'runs' / 'reviews'}?") == near


def test_without_a_folder_nothing_can_be_resumed(files: Path) -> None:
    with pytest.raises(ConfigError, match="--resume needs to know which run to continue"):
        begin(parse({"data": {"path": "reviews.csv"}}), resume=True)
