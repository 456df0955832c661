"""Every slip of `tests/slips` works or is answered in one sentence with a way out, without anything heavy in memory."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from slips import FILES, Slip, all_of_them

FOUND = all_of_them()
LEAST = 55
HEAVY = ("torch", "transformers", "accelerate", "datasets", "peft", "pandas", "sklearn", "scipy.stats", "nltk")
# All in one process: the first to import something heavy is the one that is to blame.
PROGRAM = """
import contextlib, io, json, os, shlex, sys
from transferkit.cli import console, failures
from transferkit.cli.app import app

heavy, slips = json.loads(sys.argv[1]), json.loads(sys.argv[2])
for words, line in slips:
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        import logging
        logging.getLogger("transferkit").handlers = [logging.StreamHandler(said)]
        before = {name for name in heavy if name in sys.modules}
        if words:
            code = failures.code_of(lambda: app(shlex.split(words), standalone_mode=False))
        else:
            import transferkit
            try:
                exec(line)
                code = 0
            except Exception as error:
                code = getattr(error, "exit_code", 2)
                print(error)
    print(json.dumps([code, said.getvalue(), [name for name in heavy if name in sys.modules and name not in before]]))
"""


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Exit code, words and heavy modules in memory after every slip, by its name."""
    folder = tmp_path_factory.mktemp("slips")
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "runs" / "first").mkdir(parents=True)
    slips = [(slip.words and f"{slip.words}{_offline(slip.words)}", slip.python) for slip in FOUND]
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(HEAVY), json.dumps(slips)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env=_environment(folder),
    )
    assert ended.returncode == 0, ended.stderr
    lines = map(json.loads, ended.stdout.splitlines())
    return {slip.name: line for slip, line in zip(FOUND, lines, strict=True)}


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "HF_HUB_OFFLINE": "1", "HOME": str(folder), "COLUMNS": "80"}


def _offline(words: str) -> str:
    return " --offline" if words.startswith("fit ") and "-h" not in words.split() else ""


def test_there_are_many_and_every_one_says_what_is_answered() -> None:
    assert len({each.name for each in FOUND}) == len(FOUND) >= LEAST
    assert all(bool(each.words) != bool(each.python) for each in FOUND)


@pytest.mark.parametrize("slip", FOUND, ids=lambda each: each.name)
def test_slip(answered: dict[str, list[Any]], slip: Slip) -> None:
    code, said, heavy = answered[slip.name]
    assert code == slip.code, said
    assert re.search(f"(?s){slip.says}", said), said
    assert heavy == []
    if slip.code:
        sentences = [line for line in said.splitlines() if line.startswith("error: ")]
        assert len(sentences) == bool(slip.words) and "Traceback" not in said
