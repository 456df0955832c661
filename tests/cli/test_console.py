"""What is printed where the terminal has another encoding than UTF-8."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def printed(encoding: str, *words: object) -> str:
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "transferkit", *map(str, words)]
    ended = subprocess.run(command, env=environment, capture_output=True, check=True)
    return ended.stdout.decode(encoding)


def test_what_data_holds_does_not_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"text": f"a \x1b[31m{i}", "label": f"{i % 2}\nred\x1b[31m"} for i in range(4)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = printed("utf-8", "look", path)
    assert "\x1b" not in found and r"a \x1b[31m0" in found
    assert r"2 labels: 0 red\x1b[31m (2), 1 red\x1b[31m (2)" in found


@pytest.mark.parametrize(
    ("encoding", "shown"), [("ascii", r"\u6b63\u9762 (2)"), ("gb18030", "正面 (2)"), ("utf-8", "正面 (2)")]
)
def test_labels_are_shown_in_any_encoding(encoding: str, shown: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    labels = ["正面", "负面", "正面", "负面"]
    path.write_text("".join(json.dumps({"text": f"t{i}", "label": each}) + "\n" for i, each in enumerate(labels)))
    assert shown in printed(encoding, "look", path)
