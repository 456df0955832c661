"""What is said while a large file is read."""

import gzip
import json
import logging
from pathlib import Path

import pandas as pd
import pytest

from transferkit.data import read, stream
from transferkit.displays import lines
from transferkit.reading import files, reading_progress

ROWS = [{"text": f"text {i} " + "x" * 1000, "label": "ab"[i % 2]} for i in range(4_000)]
CSV = "text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in ROWS)


def write(path: Path) -> Path:
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    words = "".join(f"{row['text'].split()[2]} O\n\n" for row in ROWS)
    match path.name:
        case "a.parquet":
            pd.DataFrame(ROWS).to_parquet(path, compression=None)
        case "a.json":
            path.write_text(json.dumps(ROWS))
        case "a.csv.gz":
            path.write_bytes(gzip.compress(CSV.encode(), 0))
        case name:
            path.write_text({"a.csv": CSV, "a.jsonl": lines, "a.conll": words}[name])
    return path


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Every step of progress is said, as if it took long."""
    monkeypatch.setattr(reading_progress, "_SILENT_SECONDS", 0.0)
    monkeypatch.setattr(files, "_BATCH", 500)
    monkeypatch.setattr(lines, "_FIRST_LINE_SECONDS", 0.0)
    monkeypatch.setattr(lines, "_LINE_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(logging.getLogger("transferkit"), "propagate", True)
    caplog.set_level(logging.INFO, "transferkit")
    return caplog


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.json", "a.conll", "a.parquet"])
def test_progress_of_every_format(tmp_path: Path, said: pytest.LogCaptureFixture, name: str) -> None:
    path = write(tmp_path / name)
    read(path)
    steps = [record.args for record in said.records if record.msg.startswith("%s: %d of %d")]
    assert steps
    for what, done, total, _ in steps:  # type: ignore[misc]
        assert what == f"reading {name}, MB" and 0 < int(done) <= int(total) == path.stat().st_size // 2**20


def test_what_takes_a_moment_is_not_told(tmp_path: Path, said: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a.csv").write_text("text,label\na,b\n")
    read(tmp_path / "a.csv")
    assert not said.messages


def test_batches_tell_nothing(tmp_path: Path, said: pytest.LogCaptureFixture) -> None:
    """Who asks for them shows how far its own work is."""
    assert sum(map(len, stream(write(tmp_path / "a.csv")))) == len(ROWS)
    assert not said.messages
