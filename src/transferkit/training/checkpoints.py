"""What a training leaves on disk while it runs: the weights it starts from, its checkpoints, the best weights."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import transformers
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from transferkit.disk import remove_files
from transferkit.errors import ArtifactError
from transferkit.training.learner import Learner

log = logging.getLogger("transferkit")

# As in `transformers.trainer`, which whoever looks into a run folder need not import.
OPTIMIZER_NAME, SCHEDULER_NAME, SCALER_NAME = "optimizer.pt", "scheduler.pt", "scaler.pt"
TRAINER_STATE_NAME, TRAINING_ARGS_NAME, PREFIX_CHECKPOINT_DIR = "trainer_state.json", "training_args.bin", "checkpoint"
_WEIGHTS = "learned.safetensors"
_BEST = "best.safetensors"
_START, _START_DRAFT = "start.safetensors", "start.part"
# What `Trainer` writes into a checkpoint, with `_WEIGHTS` in the place of the model.
_OF_CHECKPOINT = {
    _WEIGHTS,
    OPTIMIZER_NAME,
    SCHEDULER_NAME,
    SCALER_NAME,
    TRAINER_STATE_NAME,
    TRAINING_ARGS_NAME,
    "rng_state.pth",
}


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
    written = folder / _START_DRAFT
    _save(learner, written, seconds)
    written.replace(start)
    return seconds


def rewind(folder: Path, learner: Learner) -> None:
    """Back to the weights before the first step."""
    _load(learner, folder / _START)
    remove_files(folder, lambda name: name != _START and _is_ours(name))


def clear(folder: Path) -> None:
    """Remove all that a training has left in `folder`, and nothing else."""
    remove_files(folder, _is_ours)


def drop_others(folder: Path, step: int) -> None:
    """Remove the checkpoints besides that of `step`, which is complete."""
    kept = f"{PREFIX_CHECKPOINT_DIR}-{step}/"
    remove_files(folder, lambda name: "/" in name and not name.startswith(kept) and _is_ours(name))


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
    numbered = [path for path in folder.glob(f"{PREFIX_CHECKPOINT_DIR}-*") if path.name.split("-")[1].isdecimal()]
    newest_first = sorted(numbered, key=lambda path: -int(path.name.split("-")[1]))
    return next((path for path in newest_first if _is_complete(path)), None)


@contextmanager
def readable(checkpoint: Path | None) -> Iterator[None]:
    """Raise `ArtifactError` where the Trainer cannot read what `checkpoint` holds, as arrays of a later numpy."""
    try:
        yield
    except Exception as error:
        if type(error).__name__ != "UnpicklingError":
            raise
        raise ArtifactError(
            f"{checkpoint} cannot be read here: it is damaged, or another version of numpy or torch has written it; "
            "go on with that one, or begin anew with another --output-dir"
        ) from None


def seconds_before(checkpoint: Path | None) -> float:
    """Those of work up to `checkpoint`."""
    if checkpoint is None:
        return 0.0
    return max((entry["seconds"] for entry in _log_of(checkpoint) if "seconds" in entry), default=0.0)


def _is_ours(name: str) -> bool:
    """Whether a training writes a file of this name, relative to its folder."""
    above, _, last = name.rpartition("/")
    if not above:
        return last in (_START, _START_DRAFT, _BEST)
    number = above.removeprefix(f"{PREFIX_CHECKPOINT_DIR}-")
    return number.isdecimal() and number != above and last in _OF_CHECKPOINT


def _is_complete(checkpoint: Path) -> bool:
    # The state file is written last: a checkpoint without all of it was cut off by a kill.
    if not (checkpoint / TRAINER_STATE_NAME).exists():
        return False
    try:
        _log_of(checkpoint)
        with safe_open(checkpoint / _WEIGHTS, "pt") as file:
            file.keys()
        for path in sorted(checkpoint.glob("*.pt*")):
            with ZipFile(path) as archive:
                if archive.testzip() is not None:
                    raise BadZipFile(f"{path.name} is damaged")
    except (OSError, ValueError, TypeError, KeyError, AttributeError, SafetensorError, BadZipFile) as error:
        log.warning("%s is damaged (%s) and is passed over: training goes on from an earlier state", checkpoint, error)
        return False
    return True


def _log_of(checkpoint: Path) -> list[dict[str, float]]:
    state = transformers.TrainerState.load_from_json(str(checkpoint / TRAINER_STATE_NAME))
    if not all(isinstance(entry, dict) for entry in state.log_history) or not isinstance(state.global_step, int):
        raise ValueError("trainer_state.json: expected a list of entries, and a number of steps")
    return list(state.log_history)


def _save(learner: Learner, path: Path, seconds: float = 0.0) -> None:
    save_file({name: value.contiguous() for name, value in learner.learned().items()}, path, {"seconds": f"{seconds}"})


def _load(learner: Learner, path: Path) -> None:
    try:
        learner.load_state_dict(load_file(path), strict=False)
    except (OSError, SafetensorError, RuntimeError) as error:
        said = " ".join(str(error).split())
        raise ArtifactError(f"{path} is damaged ({said:.200}); delete {path.parent}, then --resume") from None
