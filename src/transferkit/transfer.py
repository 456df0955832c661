"""Prepared rows and plans in; trained and saved models, and their answers to rows they have not learned from, out."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from transferkit import data
from transferkit.arrays import Ints
from transferkit.artifact import held_out
from transferkit.artifact.run_folder import Finished, RunFolder
from transferkit.context import Context
from transferkit.errors import ArtifactError, ConfigError, DataError, SourceError, TransferkitError
from transferkit.evaluation.leaderboard import short
from transferkit.evaluation.outputs import gathered
from transferkit.language.parting import learned
from transferkit.planning import Prepared, context_of
from transferkit.predictors import load
from transferkit.routes import Outcome, Plan
from transferkit.shapes import Shape
from transferkit.sources.device import give_back
from transferkit.table.rows import Rows
from transferkit.training import objectives, parts

log = logging.getLogger("transferkit")

_WORTH_SAYING = 0.05
"""From this share of the training time on a note says what came from the cache."""


class UntrainedError(TransferkitError):
    """A route that cannot be trained here, which turned out while it was."""

    def __init__(self, title: str, error: TransferkitError) -> None:
        super().__init__(str(error))
        self.title = title
        self.error = error


@dataclass(frozen=True)
class CrossValidated:
    """Answers of a cross-validation: `rows` are those that had a part, which those of rare labels have not; `outputs`
    has for every route one entry per seed, for these rows."""

    rows: Rows
    outputs: Mapping[str, Sequence[Any]]


def train_routes(prepared: Prepared, run: RunFolder, plans: Sequence[Plan]) -> dict[str, list[Finished]]:
    """Train every route with every seed, except those an earlier process finished. No test row is seen.

    What routes are chosen by, their answers to the validation rows, is kept in the run folder. Where rows are
    cross-validated, that is what routes are chosen by; seeds repeat it, and the models on all rows are trained once.
    """
    trained: dict[str, list[Finished]] = {}
    for plan in plans:
        once = prepared.splits.folds or run.earlier_values(plan.title)
        for repeat in range(1 if once else prepared.config.seeds):
            done = run.finished(plan.title, repeat)
            if done is None:
                done = _trained(prepared, run, plan, [other.title for other in plans[: plans.index(plan)]], repeat)
            trained.setdefault(plan.title, []).append(done)
    return trained


def _trained(prepared: Prepared, run: RunFolder, plan: Plan, earlier: list[str], repeat: int) -> Finished:
    context = context_of(prepared, run, earlier, plan, repeat)
    log.info("%s: training (seed %d)", plan.title, context.seed)
    with _of_route(plan.title):
        outcome = _with_recalled(plan.title, plan.run(context), context.cache.recalled_seconds)
    kept = held_out.path_of(run.path, plan.title, repeat)
    if len(prepared.splits.validation) and not prepared.splits.folds and not kept.exists():
        with _of_route(plan.title):
            answers = _answers(prepared, plan, context, outcome)
        with run.written(kept.relative_to(run.path).as_posix()) as draft:
            held_out.write(draft, answers)
    about: dict[str, Any] = {"task": prepared.task.name, "columns": dict(prepared.splits.columns)}
    if prepared.task.shape.form.OF_WORDS:
        about["parting"] = learned(prepared.splits.train["text"])
    done = run.store(plan.title, repeat, outcome, context.train, about)
    give_back()
    return done


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


def cross_validate(prepared: Prepared, run: RunFolder, plans: Sequence[Plan]) -> CrossValidated:
    """Train every route in every part of the labelled rows and let it answer the rest, as often as there are seeds.

    What an earlier process finished is kept. A part is a run of its own, whose models are dropped at its end.
    """
    rows = prepared.splits.labelled
    first, splits = prepared.config.seed, prepared.splits
    seeds = parts.of_seeds(rows, prepared.task, splits.folds, range(first, first + prepared.config.seeds))
    covered = [np.sort(np.concatenate(held)) for held in seeds]
    common = parts.evaluated(seeds)
    outputs: dict[str, list[Any]] = {plan.title: [] for plan in plans}
    log.info(
        "cross-validation of %d rows: every route is trained %d times and once on all rows (--folds 0: once)",
        *(len(common), sum(map(len, seeds))),
    )
    for repeat, held in enumerate(seeds):
        for title, found in _repeat(prepared, run, plans, held, repeat).items():
            outputs[title].append(found[np.isin(covered[repeat], common)])
    return CrossValidated(rows.take(common), outputs)


def _repeat(
    prepared: Prepared, run: RunFolder, plans: Sequence[Plan], held: Sequence[Ints], repeat: int
) -> dict[str, Any]:
    """Answers of every route to the rows at `held`, in order."""
    kept = {plan.title: held_out.path_of(run.path, plan.title, repeat) for plan in plans}
    if not all(path.exists() for path in kept.values()):
        found: dict[str, list[Any]] = {title: [] for title in kept}
        for i, part in enumerate(held):
            log.info("cross-validation: part %d of %d", i + 1, len(held))
            for title, answers in _part(prepared, run.part(repeat, i), plans, part, repeat).items():
                found[title].append((part, answers))
        for title, path in kept.items():
            with run.written(path.relative_to(run.path).as_posix()) as draft:
                held_out.write(draft, gathered(found[title])[1])
    count = sum(map(len, held))
    return {title: held_out.read(path, count) for title, path in kept.items()}


def _part(prepared: Prepared, run: RunFolder, plans: Sequence[Plan], held: Ints, repeat: int) -> dict[str, Any]:
    """Answers of every route, trained on the other rows, to those at `held`; none is trained that has answered."""
    config = prepared.config
    config = config.model_copy(update={"seeds": 1, "seed": config.seed + repeat})
    splits = data.part_of_folds(prepared.splits, held, config.data, prepared.task, config.seed)
    inner = replace(prepared, config=config, splits=splits, folder=run.path)
    kept = {plan.title: held_out.path_of(run.path, f"part-{plan.title}", 0) for plan in plans}
    if not all(path.exists() for path in kept.values()):
        trained = train_routes(inner, run, plans)
        for title, path in kept.items():
            model = load(trained[title][0].artifact, config.trust_remote_code)
            with run.written(path.relative_to(run.path).as_posix()) as draft:
                held_out.write(draft, model.predict(splits.test.for_models()).outputs)
        run.drop_models()
    return {title: held_out.read(path, len(held)) for title, path in kept.items()}
