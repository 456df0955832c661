"""The only training loop: Hugging Face `Trainer`, with our batches, losses and checkpoints."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)

from transferkit import metrics
from transferkit.encoding.batching import LengthBatches
from transferkit.errors import ConfigError, ResourceError, is_out_of_memory, one_of
from transferkit.networks.attention import DroppingAttention
from transferkit.networks.drawing import seed_step
from transferkit.networks.dropout import cheap_dropout
from transferkit.networks.replica import still
from transferkit.progress import progress
from transferkit.sources import precision
from transferkit.sources.allocation import freed_kept, give_back
from transferkit.sources.device import device
from transferkit.training import checkpoints
from transferkit.training.epoch_messages import EpochMessages
from transferkit.training.finiteness import require_finite
from transferkit.training.interruption import Interruption
from transferkit.training.learner import Learner
from transferkit.training.options import TrainingOptions, usual_patience
from transferkit.training.rates import parameter_groups, unfreeze

log = logging.getLogger("transferkit")

CHECKPOINT_SECONDS = 60.0

Validate = Callable[[nn.Module], Mapping[str, float]]
Batch = Mapping[str, Tensor]


class BatchSource(Protocol):
    """Training rows: their lengths (to batch like with like) and batches of tensors by position."""

    @property
    def lengths(self) -> Sequence[int] | np.ndarray[Any, Any]:
        """Length of every row, in tokens."""

    def batch(self, positions: Sequence[int]) -> dict[str, Tensor]:
        """The rows at `positions` as model inputs, `labels` and teacher signals."""


@dataclass(frozen=True)
class Training:
    """One training to be run: the loop's only argument.

    `validate` returns validation metrics (names as in `metrics/`, lower is better for losses)
    and is None where there is nothing to validate on: then the last weights are kept.
    `title` is what the progress is called; the part before its colon names the route in a message after every epoch,
    which shows the loss and the validation metric `shown`. `rates` scales the learning rate of the model's weights of
    these names. `begin` changes the weights before the first step, and is not called again where the training is
    continued. `redraw` is given every batch just before the step it is for, and may draw another one in its place from
    torch's generator.
    """

    learner: Learner
    source: BatchSource
    options: TrainingOptions
    epochs: float
    learning_rate: float
    folder: Path
    seed: int
    validate: Validate | None = None
    stop_on: str = "calibrated_log_loss"
    title: str = "training"
    shown: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)
    begin: Callable[[], None] = lambda: None
    redraw: Callable[[Batch], Batch] = lambda batch: batch


@dataclass(frozen=True)
class Trained:
    """What the loop reports: seconds of work (resumed parts included) and a mapping per evaluation."""

    seconds: float
    history: tuple[Mapping[str, float], ...]
    trained_parameters: int
    notes: tuple[str, ...] = ()


def train(job: Training) -> Trained:
    """Train `job.learner` in place, keeping the best weights on validation.

    Continues from a checkpoint in `job.folder` if there is one, to the same result as if
    undisturbed; the caller removes the folder once the result is safe. If memory runs out in a step, the batch is
    split into twice as many pieces, and said so; that changes the memory but not the gradient, except under a loss
    that compares the rows of a batch (contrast), which then sees fewer pairs. Where memory runs out elsewhere, in
    validation, which divides batches of its own, or in saving, the batch stays as it is.

    Raises `ResourceError` where a step of one row needs more memory than there is, `ConfigError` where the loss or the
    weights stop being finite numbers.
    """
    notes: list[str] = []
    accumulation = job.options.accumulation
    begun = checkpoints.begun(job.folder, job.learner, job.begin)
    while True:
        try:
            trained = _train_once(job, accumulation, begun)
            return Trained(trained.seconds, trained.history, trained.trained_parameters, tuple(notes))
        except _StepTooLargeError as error:
            if accumulation * 2 > job.options.batch_size:
                raise ResourceError(f"{job.title}: {error}") from None
        # From here on nothing refers to what the step held.
        torch.cuda.empty_cache()
        accumulation *= 2
        notes.append(f"out of memory: batches of {job.options.batch_size} are processed in {accumulation} pieces")
        log.warning("%s: %s", job.title, notes[-1])
        checkpoints.rewind(job.folder, job.learner)


def _train_once(job: Training, accumulation: int, begun: float) -> Trained:
    sampler = LengthBatches(job.source.lengths, job.options.batch_size, job.seed, accumulation)
    trainer, checkpoint = _Loop(job, sampler, _arguments(job, sampler.pieces)), checkpoints.latest(job.folder)
    trainer.watch.before = before = max(checkpoints.seconds_before(checkpoint), begun)
    set_seed(job.seed)
    began = time.perf_counter()
    try:
        with _fast(job.learner), checkpoints.readable(checkpoint):
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        trainer.watch.interruption.happen()
    finally:
        trainer.watch.close()
    checkpoints.finish(job.folder, job.learner)
    require_finite(job.learner.learned().values(), "weights after the last step are", job.title, job.learning_rate)
    seconds = time.perf_counter() - began + before
    history = tuple(_history(trainer.state.log_history))
    return Trained(seconds, history, sum(p.numel() for n, p in job.learner.learned().items() if n.startswith("model.")))


@contextmanager
def _fast(learner: Learner) -> Iterator[None]:
    """While open, `learner` learns in less time, and the same."""
    with cheap_dropout(learner), DroppingAttention(), still(learner, learner.learnable), freed_kept():
        yield
    give_back()


def _arguments(job: Training, accumulation: int) -> TrainingArguments:
    options = job.options
    where = device()
    on_cuda = where.type == "cuda"
    arguments = TrainingArguments(
        output_dir=str(job.folder),
        num_train_epochs=job.epochs,
        learning_rate=job.learning_rate,
        weight_decay=options.weight_decay,
        warmup_steps=options.warmup,
        max_grad_norm=options.max_grad_norm,
        lr_scheduler_type="linear",
        per_device_train_batch_size=max(1, options.batch_size // accumulation),
        gradient_accumulation_steps=accumulation,
        fp16=on_cuda and precision.of(job.learner) == "fp16",  # which scales the loss
        eval_strategy="epoch" if job.validate else "no",
        save_strategy="no",
        logging_strategy="epoch",
        remove_unused_columns=False,
        dataloader_pin_memory=on_cuda,
        disable_tqdm=True,
        report_to=[],
        seed=job.seed,
        use_cpu=where.type == "cpu",
    )
    # One process, one GPU: of several, `DataParallel` would share what hooks note between its threads.
    assert arguments.device is not None
    arguments._n_gpu = min(arguments._n_gpu, 1)
    return arguments


class _Positions(torch.utils.data.Dataset[int]):
    def __init__(self, rows: int) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return self.rows

    def __getitem__(self, position: int) -> int:
        return position


class _Loop(Trainer):
    """`Trainer` with length batches, per-row loss scaling, and checkpoints of what learns only."""

    def __init__(self, job: Training, sampler: LengthBatches, arguments: TrainingArguments) -> None:
        self.job, self.sampler, self.watch = job, sampler, _Watch(job)
        self.drawn = (-1, -1)
        rows = _Positions(len(job.source.lengths))
        super().__init__(
            model=job.learner,
            args=arguments,
            data_collator=job.source.batch,
            train_dataset=rows,
            eval_dataset=rows if job.validate else None,
            callbacks=[self.watch],
        )
        # `compute_loss` takes care of accumulated gradients. Both say so: the first to transformers 5.20 and later, the
        # second to earlier ones, which would divide by the number of pieces once more.
        self.loss_is_scaled_for_ga = True
        self.model_accepts_loss_kwargs = True
        self.remove_callback(PrinterCallback)

    def get_train_dataloader(self) -> DataLoader[Any]:
        loader: DataLoader[int] = DataLoader(
            _Positions(len(self.job.source.lengths)),
            batch_sampler=self.sampler,
            collate_fn=self.data_collator,
            pin_memory=self.args.dataloader_pin_memory,
        )
        prepared: DataLoader[Any] = self.accelerator.prepare(loader)
        return prepared

    def get_batch_samples(self, epoch_iterator: Any, num_batches: int, device: torch.device) -> Any:
        with _in_a_step("drawing a batch"):
            samples, _ = super().get_batch_samples(epoch_iterator, num_batches, device)
        return samples, sum(_rows_in(batch) for batch in samples)

    def training_step(self, model: nn.Module, inputs: Any, num_items_in_batch: Any = None) -> Tensor:
        # Here and not in the collate function, which the loader calls a batch ahead, before the weights are what they
        # will be then; and from a seed of its own, so that whatever was drawn before makes no difference.
        seed_step(self._seed_of_piece())
        with _in_a_step(f"{inputs['input_ids'].shape[-1]} tokens" if "input_ids" in inputs else "its features"):
            loss = super().training_step(model, dict(self.job.redraw(inputs)), num_items_in_batch)
        step, rate = self.state.global_step + 1, self.job.learning_rate
        require_finite([loss], f"losses in step {step:,} are", self.job.title, rate)
        return loss

    def _seed_of_piece(self) -> int:
        """The seed of everything that is drawn for the next piece of a batch, by (seed, step, piece)."""
        step = self.state.global_step
        self.drawn = (step, self.drawn[1] + 1 if self.drawn[0] == step else 0)
        return int(np.random.SeedSequence([self.job.seed, *self.drawn]).generate_state(1, np.uint64)[0])

    def compute_loss(
        self, model: nn.Module, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        share = 1.0 if num_items_in_batch is None else _rows_in(inputs) / num_items_in_batch
        return model(inputs) * share

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        if self.optimizer is None:
            # Gradual unfreezing turns weights on later, so the optimizer must know them all from the start.
            groups = parameter_groups(self.job.learner, self.job.learning_rate, self.job.options, self.job.rates)
            self.optimizer = torch.optim.AdamW(groups, fused=True)
        return self.optimizer

    def evaluate(self, *_args: Any, **_kwargs: Any) -> dict[str, float]:
        assert self.job.validate is not None
        with torch.no_grad():
            self.job.learner.eval()
            found = self.job.validate(self.job.learner.model)
        named = {f"eval_{name}": float(value) for name, value in found.items()}
        self.log(named)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, named)
        return named

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        checkpoints.save(Path(output_dir or self.job.folder), self.job.learner)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: nn.Module | None = None) -> None:
        checkpoints.load(Path(resume_from_checkpoint), self.job.learner)


class _Watch(TrainerCallback):
    """Shows progress, saves now and then and at Ctrl-C, keeps the best weights, stops early, unfreezes gradually."""

    def __init__(self, job: Training) -> None:
        self.job = job
        self.interruption = Interruption()
        self.saved = self.began = time.monotonic()
        self.before = 0.0
        self.bar: Any = None
        self.epochs = EpochMessages(job.title, job.epochs, job.shown)

    def on_train_begin(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.saved = self.began = time.monotonic()
        self.epochs.begin(state.global_step, state.max_steps)
        self.interruption.watch()
        self.bar = progress(self.job.title, state.max_steps, state.global_step)
        self.advance = self.bar.__enter__()

    def close(self) -> None:
        """Take the progress bar away, however the training ended."""
        self.interruption.unwatch()
        if self.bar is not None:
            self.bar.__exit__(None, None, None)

    def on_step_begin(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.job.learner.progress = state.global_step / max(1, state.max_steps)
        if self.job.options.gradual_unfreezing:
            unfreeze(self.job.learner)

    def on_step_end(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self.advance(1)
        # At the end of an epoch a checkpoint waits for the validation, or a resumed run would go without it.
        if (state.epoch or 0.0) % 1:
            self._save_when_due(state, control)

    def on_log(self, args: Any, state: TrainerState, control: TrainerControl, **found: Any) -> None:
        if "loss" in found["logs"]:
            self.epochs.learned(state.epoch or 0.0, state.global_step, found["logs"]["loss"])
            if self.job.validate is None:
                self.epochs.say()

    def on_epoch_end(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        self._save_when_due(state, control)

    def _save_when_due(self, state: TrainerState, control: TrainerControl) -> None:
        if self.interruption.asked or time.monotonic() - self.saved > CHECKPOINT_SECONDS:
            self.saved = time.monotonic()
            state.log_history.append({"seconds": self.before + self.saved - self.began, "step": state.global_step})
            control.should_save = True

    def on_save(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        checkpoints.drop_others(self.job.folder, state.global_step)
        self.interruption.happen()

    def on_evaluate(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        values = [entry for entry in state.log_history if any(name.startswith("eval_") for name in entry)]
        name = f"eval_{self.job.stop_on}"
        if name not in values[-1]:
            found = [key[5:] for key in values[-1] if key.startswith("eval_")]
            raise ConfigError(f"stop_on={self.job.stop_on!r} is not a validation metric; expected {one_of(found)}")
        sign = 1.0 if lower_is_better(self.job.stop_on) else -1.0
        series = [sign * entry[name] for entry in values]
        best = int(np.argmin(series))
        self.epochs.say(values[-1])
        patience = self.job.options.patience or usual_patience(self.job.epochs)
        if best == len(series) - 1:
            checkpoints.keep_best(self.job.folder, self.job.learner)
        elif len(series) - 1 - best >= patience:
            control.should_training_stop = True
            control.should_save = False  # a resumed run must stop here too
            self.epochs.stopped(values[best].get("epoch", 0.0))


def lower_is_better(name: str) -> bool:
    """Of a validation metric: a loss, or one that says so itself."""
    return name.endswith("loss") or (name in metrics.names() and metrics.get(name).HIGHER_IS_BETTER is False)


def _rows_in(batch: Mapping[str, Tensor]) -> int:
    return len(batch["labels"])


def _history(entries: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """One mapping per epoch: training loss and validation metrics side by side."""
    merged: dict[float, dict[str, float]] = {}
    for entry in entries:
        if "epoch" in entry and ("loss" in entry or any(name.startswith("eval_") for name in entry)):
            merged.setdefault(entry["epoch"], {}).update(entry)
    return list(merged.values())


class _StepTooLargeError(Exception):
    """Memory ran out where smaller pieces of a batch need less of it."""


@contextmanager
def _in_a_step(what: str) -> Iterator[None]:
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise _StepTooLargeError(
            f"memory ran out over a training step of one row ({what}); lower --max-length, or take a smaller model"
        ) from None
