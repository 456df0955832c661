"""A training as it may be handed to another process: all that it needs in, a `Finished` out."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from rich.cells import cell_len

from transferkit.artifact import held_out
from transferkit.artifact.half_weights import Compared
from transferkit.artifact.run_folder import Finished, RunFolder
from transferkit.context import Context
from transferkit.data import content
from transferkit.errors import ArtifactError, ConfigError, DataError, SourceError, TransferkitError
from transferkit.evaluation import standing
from transferkit.evaluation.dependence import of_groups
from transferkit.evaluation.leaderboard import short
from transferkit.language.parting import learned
from transferkit.plain_table import padded
from transferkit.planning import Prepared, context_of
from transferkit.progress import progress, titled
from transferkit.routes import Outcome, Plan
from transferkit.shapes import Shape
from transferkit.sources.device import give_back
from transferkit.training import objectives

log = logging.getLogger("transferkit")

_WORTH_SAYING = 0.05
"""From this share of the training time on a note says what came from the cache."""


class UntrainedError(TransferkitError):
    """A route that cannot be trained here, which turned out while it was."""

    def __init__(self, title: str, error: TransferkitError) -> None:
        super().__init__(str(error))
        self.title = title
        self.error = error

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.title, self.error)


@dataclass(frozen=True)
class Job:
    """One training of a route, the unit of work: it pickles, and `trained` needs nothing else but the disk.

    `prepared` has neither the test rows nor the tables that they were read from. `repeat` counts the seeds from 0.
    `teachers` are the titles of the routes whose artifacts, of the same repeat, it reads in `run`: no others are shown
    to the route.
    """

    prepared: Prepared
    run: RunFolder
    plan: Plan
    repeat: int
    teachers: tuple[str, ...] = ()

    def follows(self, other: "Job") -> bool:
        """Whether it reads what `other` leaves, and can begin only when that has finished."""
        return other.repeat == self.repeat and other.plan.title in self.teachers


def job_of(prepared: Prepared, run: RunFolder, plan: Plan, earlier: Sequence[str], repeat: int) -> Job:
    """The training of `plan` with the seed number `repeat`; `earlier` are the titles of the routes before it."""
    teachers = plan.teachers(context_of(prepared, run, earlier, plan, repeat))
    splits = replace(prepared.splits, test=prepared.splits.test.take([]))
    return Job(replace(prepared, tables={}, splits=splits), run, plan, repeat, teachers)


def trained(job: Job) -> Finished:
    """Train, save, and keep the answers that the route is chosen by; or what an earlier process left, where it had
    finished.

    Several processes may do so at once in one run folder, each with another job. Raises `UntrainedError` for what
    concerns this route alone.
    """
    earlier = job.run.finished(job.plan.title, job.repeat)
    done = earlier or _trained(job)
    if log.isEnabledFor(logging.INFO):
        log.info("%s", _standing(job, "trained earlier" if earlier else f"trained in {short(done.seconds)} s"))
    return done


def _standing(job: Job, trained: str) -> str:
    """The line of the table that this training has by now: on validation rows, where it has answered them."""
    prepared, title = job.prepared, job.plan.title
    kept = held_out.path_of(job.run.path, title, job.repeat)
    seed = f" (seed {prepared.config.seed + job.repeat})" if prepared.config.seeds > 1 else ""
    name = padded(f"{title}{seed}", max(cell_len(plan.title) for plan in prepared.plans) + len(seed))
    if prepared.splits.folds or not kept.exists():
        return f"{name}  {trained}"
    rows = prepared.compared
    dependence = of_groups(content.dependent(rows, prepared.task))
    references = prepared.task.references(rows)
    found = standing.words(prepared.task, held_out.read(kept, len(rows)), references, dependence)
    return f"{name}  validation {found}  {trained}"


def _trained(job: Job) -> Finished:
    prepared, run, plan, repeat = job.prepared, job.run, job.plan, job.repeat
    context = context_of(prepared, run, job.teachers, plan, repeat)
    kept = held_out.path_of(run.path, plan.title, repeat)
    with titled(plan.title), progress(f"training (seed {context.seed})"):
        with _of_route(plan.title):
            outcome = _with_recalled(plan.title, plan.run(context), context.cache.recalled_seconds)
        if len(prepared.splits.validation) and not prepared.splits.folds and not kept.exists():
            with _of_route(plan.title):
                answers = _answers(prepared, plan, context, outcome)
            with run.written(kept.relative_to(run.path).as_posix()) as draft:
                held_out.write(draft, answers)
    about: dict[str, Any] = {"task": prepared.task.name, "columns": dict(prepared.splits.columns)}
    about["label_type"], about["learned_all"] = prepared.splits.label_type, outcome.learned_all
    if prepared.task.shape.form.OF_WORDS:
        about["parting"] = learned(prepared.splits.train["text"])
    done = run.store(plan.title, repeat, outcome, context.train, about, _compared(prepared))
    give_back()
    return done


def _compared(prepared: Prepared) -> Compared | None:
    """The rows by whose answers weights are halved or not; none where that is not asked for."""
    if not prepared.config.half_weights:
        return None
    rows, what = prepared.compared, "validation rows"
    if prepared.splits.folds or not len(rows):
        rows, what = prepared.splits.labelled, "training rows"
    return Compared(rows, what, prepared.task, prepared.config.trust_remote_code)


@contextmanager
def _of_route(title: str) -> Iterator[None]:
    """What makes no sense of a request, of rows or of a model within is a matter of this route alone."""
    try:
        yield
    except (ConfigError, DataError, SourceError, ArtifactError) as error:
        raise UntrainedError(title, error) from error


def _with_recalled(title: str, outcome: Outcome, recalled: float) -> Outcome:
    """`outcome` with the seconds that an earlier route or run spent on what was in the cache, and a word on it."""
    total = outcome.seconds + recalled
    if recalled <= _WORTH_SAYING * total:
        return replace(outcome, seconds=total)
    note = f"trained in {short(total)} s, {short(outcome.seconds)} s of it now: the rest came from the cache"
    log.info("%s: %s", title, note)
    return replace(outcome, seconds=total, notes=(*outcome.notes, note))


def _answers(prepared: Prepared, plan: Plan, context: Context, outcome: Outcome) -> Any:
    """What the route answers to the validation rows without having learned from them."""
    predictor = outcome.predictor
    if outcome.learned_all:
        log.info("%s: training without the validation rows, to be compared on them", plan.title)
        apart = context.folder.with_name(f"{context.folder.name}.apart")
        without = replace(context, validation=context.validation.take([]), folder=apart)
        predictor = plan.run(without).predictor
    answers = predictor.predict(prepared.compared).outputs
    if prepared.task.shape is not Shape.LABELS or outcome.learned_all:
        return answers
    kind = objectives.of(Shape.LABELS)
    return objectives.cross_fitted(Shape.LABELS, answers, kind.targets(prepared.compared, prepared.task), context.seed)
