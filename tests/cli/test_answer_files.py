"""Answers written column by column are what they would be row by row."""

import json
from pathlib import Path
from typing import Any

import pytest

from transferkit.cli.answer_files import jsonl

ROWS: list[dict[str, Any]] = [
    {"text": 'a "b" \\ 100 %', "100% %s": 1, "mixed": "x", "number": 0.5, "none": None, "list": [1, "二"], "yes": True},
    {"text": "好\n\u2028\x7f", "100% %s": 2, "mixed": None, "number": 1e300, "none": None, "list": [], "yes": None},
]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1]])
def test_json_lines_are_those_of_the_rows(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    with jsonl.opened(tmp_path / "out.jsonl") as write:
        write({name: [row[name] for row in rows] for name in rows[0]})
        write({"only": ["%d"]})
    written = (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    assert written == "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in [*rows, {"only": "%d"}])
