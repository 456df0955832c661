"""Ctrl-C in Python: what was done is kept, and the error says with which call to go on."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import transferkit
from transferkit.config import parse
from transferkit.resuming import call
from transferkit.training.learner import Learner

ROUTES = ["baseline", {"full": {"epochs": 2, "label": "long"}}]


def test_the_call_has_what_is_not_the_default() -> None:
    data = {"path": "我的 数据.csv", "label": "类别", "test_size": 0.2}
    config = parse({"data": data, "routes": ROUTES, "seed": 3, "output_dir": "runs/a"})
    assert call(config, []) == (
        "transferkit.fit('我的 数据.csv', label='类别', test_size=0.2, seed=3, output_dir='runs/a', "
        "routes=['baseline', {'full': {'label': 'long', 'epochs': 2}}], resume=True)"
    )
    config = parse({"data": {"path": "DataFrame"}, "output_dir": "runs/a"})
    assert call(config, ["data", "test"]) == "transferkit.fit(data, test=test, output_dir='runs/a', resume=True)"


@pytest.mark.parametrize("in_memory", [False, True])
def test_the_call_goes_on_where_the_run_was_stopped(
    tiny_model: Path, small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: bool
) -> None:
    data = pd.read_csv(small_file) if in_memory else str(small_file)
    settings: dict[str, Any] = {"model": str(tiny_model), "folds": 0, "offline": True, "cache_dir": tmp_path / "cache"}
    forward, calls = Learner.forward, [0]

    def interrupted(self: Learner, batch: Any) -> Any:
        calls[0] += 1
        if calls[0] == 2:
            raise KeyboardInterrupt
        return forward(self, batch)

    monkeypatch.setattr(Learner, "forward", interrupted)
    with pytest.raises(KeyboardInterrupt, match="what was done is kept; go on with") as stopped:
        transferkit.fit(data, routes=ROUTES, output_dir=tmp_path / "run", **settings)
    again = str(stopped.value).partition("go on with: ")[2]
    run = eval(again, {"transferkit": transferkit, "data": data})
    assert {route.name for route in run.routes} == {"baseline", "long"} and run.folder == tmp_path / "run"


def test_nothing_is_promised_before_there_is_a_run(
    small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("transferkit.run.finish", interrupted)
    with pytest.raises(KeyboardInterrupt, match="stopped before anything was trained; the same call starts again"):
        transferkit.fit(small_file, output_dir=tmp_path / "run", offline=True)
