"""What a training leaves on disk while it runs: the weights it starts from, its checkpoints, the best weights."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import load_file, save_file
from transformers import TrainerState

from transferkit.training.learner import Learner

_WEIGHTS = "learned.safetensors"
_BEST = "best.safetensors"
_START = "start.safetensors"


def begun(folder: Path, learner: Learner, begin: Callable[[], None]) -> float:
    """Call `begin`, which changes the weights of `learner`, or read what it left when it was called before.

    So however often a training is interrupted, that is done once. The seconds that it took.
    """
    start = folder / _START
    if start.exists():
        _load(learner, start)
        with safe_open(start, "pt") as file:
            return float((file.metadata() or {}).get("seconds", 0.0))
    began = time.perf_counter()
    begin()
    seconds = time.perf_counter() - began
    folder.mkdir(parents=True, exist_ok=True)
    written = start.with_suffix(".part")
    _save(learner, written, seconds)
    written.replace(start)
    return seconds


def rewind(folder: Path, learner: Learner) -> None:
    """Back to the weights before the first step."""
    _load(learner, folder / _START)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != _START:
            path.unlink()


def keep_best(folder: Path, learner: Learner) -> None:
    """The weights of `learner` are the best so far."""
    _save(learner, folder / _BEST)


def finish(folder: Path, learner: Learner) -> None:
    """Give `learner` the best weights, where there was validation; what it started from is not needed any more."""
    if (folder / _BEST).exists():
        _load(learner, folder / _BEST)
    (folder / _START).unlink()


def save(checkpoint: Path, learner: Learner) -> None:
    """What has been learned so far."""
    checkpoint.mkdir(parents=True, exist_ok=True)
    _save(learner, checkpoint / _WEIGHTS)


def load(checkpoint: Path, learner: Learner) -> None:
    """What had been learned by then."""
    _load(learner, checkpoint / _WEIGHTS)


def latest(folder: Path) -> Path | None:
    """The checkpoint to go on from."""
    complete = [path for path in folder.glob("checkpoint-*") if _is_complete(path)]
    return max(complete, key=lambda path: int(path.name.split("-")[1]), default=None)


def seconds_before(checkpoint: Path | None) -> float:
    """Those of work up to `checkpoint`."""
    if checkpoint is None:
        return 0.0
    state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
    return max((entry["seconds"] for entry in state.log_history if "seconds" in entry), default=0.0)


def _is_complete(checkpoint: Path) -> bool:
    # The state file is written last: a checkpoint without all of it was cut off by a kill.
    try:
        TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
    except (OSError, ValueError):
        return False
    return True


def _save(learner: Learner, path: Path, seconds: float = 0.0) -> None:
    save_file({name: value.contiguous() for name, value in learner.learned().items()}, path, {"seconds": f"{seconds}"})


def _load(learner: Learner, path: Path) -> None:
    learner.load_state_dict(load_file(path), strict=False)
