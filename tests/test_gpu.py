"""The whole product on a GPU, where there is one, in a process of its own: the other tests do not see it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROUTES = "feature_transfer,contrastive,full,top_layers,lora,fewer_layers,static"


def seen() -> dict[str, str]:
    """The environment in which a GPU is seen."""
    return {name: value for name, value in os.environ.items() if name != "CUDA_VISIBLE_DEVICES"}


@pytest.mark.skipif(shutil.which("nvidia-smi") is None, reason="needs an NVIDIA GPU")
@pytest.mark.timeout(600)
def test_every_route_runs_on_a_gpu(tiny_model: Path, small_file: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "transferkit", "fit", str(small_file), "--model", str(tiny_model)]
    words += ["--routes", ROUTES, "--output-dir", str(tmp_path / "run"), "--cache-dir", str(tmp_path / "cache")]
    for route in ("full", "top_layers", "lora", "fewer_layers", "static"):
        words += ["--set", f"{route}.epochs=2"]
    words += ["--folds", "0", "--offline"]
    ended = subprocess.run(words, env=seen(), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    run = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert {route["name"] for route in run["routes"]} == {"baseline", *ROUTES.split(",")} and not run["skipped"]
    assert run["manifest"]["machine"]["gpu"]
