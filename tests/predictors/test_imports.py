"""Serving a model needs nothing of what trains one."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
import transferkit.predictors.{kind}
rooms = ("training", "routes", "adapters", "students", "cache", "options", "evaluation")
ours = tuple("transferkit." + room for room in rooms)
found = [name for name in sys.modules if name.startswith(ours) or name.startswith("transformers.trainer")]
sys.exit("imported " + ", ".join(sorted(found)) if found else 0)
"""


@pytest.mark.parametrize("kind", ["transformer", "frozen_features", "generator", "in_context"])
def test_a_predictor_loads_nothing_that_trains(kind: str) -> None:
    program = PROGRAM.format(kind=kind)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
