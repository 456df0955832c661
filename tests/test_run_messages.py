"""What a run says, and in which order: rows and columns, splits, findings, epochs, routes, measuring."""

import logging
import re
from pathlib import Path

import pandas as pd
import pytest

import transferkit

FULL = {"full": {"epochs": 2, "label": "long"}}


@pytest.fixture
def said(tiny_model: Path, small_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> tuple[str, ...]:
    frame = pd.read_csv(small_file)
    frame["body"] = "the same in all rows"
    with caplog.at_level(logging.INFO, "transferkit"):
        where = {"output_dir": tmp_path / "run", "cache_dir": tmp_path / "cache"}
        transferkit.fit(
            pd.concat([frame, frame[:1]]), model=str(tiny_model), routes=FULL, folds=0, offline=True, **where
        )
    return tuple(caplog.messages)


def test_a_run_says_what_it_does(said: tuple[str, ...]) -> None:
    expected = (
        r"reading a table in memory",
        r"read: 61 rows of DataFrame",
        r"columns: text from 'text' \(by its name; 'body' could be it too\), label from 'label' \(by its name\)",
        r"\d+ rows to train, \d+ to validate, \d+ to test",
        r"duplicates: 1 of 61 rows .*",
        r"loading .*tiny\d*",
        r"truncation: none of 60 rows is longer than .*",
        r"baseline: training \(seed 0\)",
        r"baseline  validation accuracy \d\.\d{3} \[.*\]  macro F1 \d\.\d{3}  log loss \d\.\d{3}  trained in .* s",
        r"long: training \(seed 0\)",
        r"long 1/2  loss \d\.\d\d  validation accuracy \d\.\d\d  \d:\d\d left",
        r"long 2/2  loss \d\.\d\d  validation accuracy \d\.\d\d",
        r"long      validation accuracy .*",
        r"baseline: answering \d+ test rows",
        r"baseline: measuring speed, texts answered",
        r"long: answering \d+ test rows",
        r"long: measuring speed, texts answered",
    )
    places = []
    for words in expected:
        place = next((i for i, line in enumerate(said) if re.fullmatch(words, line)), None)
        assert place is not None, (words, said)
        places.append(place)
    assert places == sorted(places)


def test_the_line_of_a_route_is_of_validation_rows(
    tiny_model: Path, small_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "transferkit"):
        where = {"output_dir": tmp_path / "run", "cache_dir": tmp_path / "cache"}
        run = transferkit.fit(small_file, model=str(tiny_model), routes="feature_transfer", folds=0, **where)
    for name, interval in run.board.choice.scores.items():
        (line,) = (words for words in caplog.messages if words.startswith(f"{name} ") and "validation" in words)
        assert f"accuracy {interval.value:.3f} [" in line


def test_a_cross_validation_says_what_is_out_of_fold(
    tiny_model: Path, small_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "transferkit"):
        where = {"output_dir": tmp_path / "run", "cache_dir": tmp_path / "cache"}
        run = transferkit.fit(small_file, model=str(tiny_model), routes="baseline", folds=2, **where)
    value = run.best.scores.metrics["accuracy"].value
    assert any(words.startswith(f"baseline  out of fold accuracy {value:.3f} [") for words in caplog.messages)
    assert not any("validation accuracy" in words for words in caplog.messages)


def test_the_findings_are_those_that_are_said(said: tuple[str, ...], tmp_path: Path) -> None:
    run = transferkit.open(tmp_path / "run")
    assert run.findings and [str(finding) for finding in run.findings if str(finding) not in said] == []
