"""Prepared rows and plans in; trained and saved models, and their answers to rows they have not learned from, out."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rich.cells import cell_len

from transferkit import data
from transferkit.arrays import Ints
from transferkit.artifact import held_out
from transferkit.artifact.run_folder import Finished, RunFolder
from transferkit.data import content
from transferkit.errors import DataError
from transferkit.evaluation import standing
from transferkit.evaluation.dependence import of_groups
from transferkit.evaluation.outputs import gathered
from transferkit.executors import Executor, in_process
from transferkit.job import Job, job_of
from transferkit.plain_table import padded
from transferkit.planning import Prepared
from transferkit.predictors import load
from transferkit.routes import Plan
from transferkit.table.rows import Rows
from transferkit.training import parts

log = logging.getLogger("transferkit")


@dataclass(frozen=True)
class CrossValidated:
    """Answers of a cross-validation: `rows` are those that had a part, which those of rare labels have not; `outputs`
    has for every route one entry per seed, for these rows."""

    rows: Rows
    outputs: Mapping[str, Sequence[Any]]


def train_routes(
    prepared: Prepared, run: RunFolder, plans: Sequence[Plan], executor: Executor = in_process
) -> dict[str, list[Finished]]:
    """Train every route with every seed, except those an earlier process finished. No test row is seen.

    What routes are chosen by, their answers to the validation rows, is kept in the run folder. Where rows are
    cross-validated, that is what routes are chosen by; seeds repeat it, and the models on all rows are trained once.
    `executor` says where trainings run; whatever it is, they are the same.
    """
    jobs: list[Job] = []
    for i, plan in enumerate(plans):
        once = prepared.splits.folds or run.earlier_values(plan.title)
        earlier = [other.title for other in plans[:i]]
        jobs += [job_of(prepared, run, plan, earlier, r) for r in range(1 if once else prepared.config.seeds)]
    by_title: dict[str, list[Finished]] = {}
    for job, finished in zip(jobs, executor.run(jobs), strict=True):
        by_title.setdefault(job.plan.title, []).append(finished)
    return by_title


def cross_validate(
    prepared: Prepared, run: RunFolder, plans: Sequence[Plan], executor: Executor = in_process
) -> CrossValidated:
    """Train every route in every part of the labelled rows and let it answer the rest, as often as there are seeds.

    What an earlier process finished is kept. A part is a run of its own, whose models are dropped at its end;
    `executor` says where its trainings run.
    """
    rows = prepared.splits.labelled
    first, splits = prepared.config.seed, prepared.splits
    seeds = parts.of_seeds(rows, prepared.task, splits.folds, range(first, first + prepared.config.seeds))
    if not all(seeds):
        raise DataError(
            f"expected at least two rows of a label to cross-validate, found one row of every label in {len(rows):,}; "
            "give more rows, or rows to test on with --test"
        )
    covered = [np.sort(np.concatenate(held)) for held in seeds]
    common = parts.evaluated(seeds)
    outputs: dict[str, list[Any]] = {plan.title: [] for plan in plans}
    log.info(
        "cross-validation of %d rows: every route is trained %d times and once on all rows (--folds 0: once)",
        *(len(common), sum(map(len, seeds))),
    )
    for repeat, held in enumerate(seeds):
        for title, answers in _repeat(prepared, run, plans, held, repeat, executor).items():
            outputs[title].append(answers[np.isin(covered[repeat], common)])
    return CrossValidated(rows.take(common), outputs)


def _repeat(
    prepared: Prepared, run: RunFolder, plans: Sequence[Plan], held: Sequence[Ints], repeat: int, executor: Executor
) -> dict[str, Any]:
    """Answers of every route to the rows at `held`, in order."""
    kept = {plan.title: held_out.path_of(run.path, plan.title, repeat) for plan in plans}
    if not all(path.exists() for path in kept.values()):
        pieces: dict[str, list[Any]] = {title: [] for title in kept}
        for i, part in enumerate(held):
            log.info("cross-validation: part %d of %d", i + 1, len(held))
            for title, answers in _part(prepared, run.part(repeat, i), plans, part, repeat, executor).items():
                pieces[title].append((part, answers))
        for title, path in kept.items():
            with run.written(path.relative_to(run.path).as_posix()) as draft:
                held_out.write(draft, gathered(pieces[title])[1])
    whole = np.sort(np.concatenate(held))
    found = {title: held_out.read(path, len(whole)) for title, path in kept.items()}
    rows = prepared.splits.labelled.take(whole)
    references, dependent = prepared.task.references(rows), content.dependent(rows, prepared.task)
    dependence = of_groups(dependent, prepared.splits.folds)
    for title, answers in found.items():
        name = padded(title, max(map(cell_len, found)))
        log.info("%s  out of fold %s", name, standing.words(prepared.task, answers, references, dependence))
    return found


def _part(
    prepared: Prepared, run: RunFolder, plans: Sequence[Plan], held: Ints, repeat: int, executor: Executor
) -> dict[str, Any]:
    """Answers of every route, trained on the other rows, to those at `held`; none is trained that has answered."""
    config = prepared.config
    of_part = {"seeds": 1, "seed": config.seed + repeat, "half_weights": False}  # its models do not stay
    config = config.model_copy(update=of_part)
    splits = data.part_of_folds(prepared.splits, held, config.data, prepared.task, config.seed)
    inner = replace(prepared, config=config, splits=splits, folder=run.path)
    kept = {plan.title: held_out.path_of(run.path, f"part-{plan.title}", 0) for plan in plans}
    if not all(path.exists() for path in kept.values()):
        trained = train_routes(inner, run, plans, executor)
        for title, path in kept.items():
            model = load(trained[title][0].artifact, config.trust_remote_code)
            with run.written(path.relative_to(run.path).as_posix()) as draft:
                held_out.write(draft, model.predict(splits.test.for_models()).outputs)
        run.drop_models()
    return {title: held_out.read(path, len(held)) for title, path in kept.items()}
