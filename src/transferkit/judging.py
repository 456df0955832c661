"""Trained routes in; their scores on the test rows, and the choice among them, out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from transferkit import data, locales, metrics, predictors
from transferkit.artifact import held_out
from transferkit.artifact.manifest import manifest
from transferkit.artifact.run_folder import Finished, RunFolder
from transferkit.config import FP32
from transferkit.data import content
from transferkit.evaluation import choosing
from transferkit.evaluation.choosing import BASELINE, Candidate
from transferkit.evaluation.cost import measure_cost
from transferkit.evaluation.dependence import Dependence, of_groups
from transferkit.evaluation.guessing import guess
from transferkit.evaluation.naive import naive_claim
from transferkit.evaluation.ranking import compared
from transferkit.evaluation.results import (
    FOLDS,
    VALIDATION,
    Choice,
    NaiveClaim,
    RouteResult,
    RunResult,
    Skipped,
)
from transferkit.evaluation.scores import comparable, score
from transferkit.evaluation.verdict import verdict, warning
from transferkit.planning import Prepared, context_of
from transferkit.progress import progress, titled
from transferkit.routes import Plan
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.transfer import CrossValidated


def judge(
    prepared: Prepared,
    run: RunFolder,
    trained: Mapping[str, list[Finished]],
    skipped: list[Skipped],
    folded: CrossValidated | None = None,
) -> RunResult:
    """Evaluate every route on the test rows, once, and compare them; choose by other rows.

    Where rows are cross-validated and there are no test rows, routes are evaluated by their answers out of fold.
    """
    task, plans = prepared.task, {plan.title: plan for plan in prepared.plans}
    out_of_fold = folded if folded and not len(prepared.splits.test) else None
    splits = replace(prepared.splits, test=out_of_fold.rows) if out_of_fold else prepared.splits
    evaluated = replace(prepared, splits=splits)
    dependence = _dependence(task, splits.test, splits.folds if out_of_fold else 0)
    results = [
        _judged(evaluated, run, plans[title], runs, dependence, out_of_fold.outputs[title] if out_of_fold else None)
        for title, runs in trained.items()
    ]
    choice, candidates = _chosen(prepared, run, results, folded)
    references = task.references(splits.test)
    routes = compared(task, results, choice.best, references, dependence)
    best = next(route for route in routes if route.name == choice.best)
    quoted = best.scores.metrics[task.main_metric]
    if out_of_fold and candidates:
        quoted = choosing.quoted(task, candidates, references, choice.best, dependence=dependence)
    baseline = next((route.name for route in routes if route.route == BASELINE), None)
    say = locales.get(prepared.config.language)
    guessed = guess(task, prepared.splits.labelled, best, references, dependence)
    return RunResult(
        config=prepared.config,
        task=task,
        splits=splits,
        routes=routes,
        skipped=tuple(skipped),
        choice=choice,
        quoted=quoted,
        verdict=verdict(task, routes, choice, quoted, baseline, say, guessed),
        manifest=manifest(
            prepared.config, prepared.splits, prepared.task, prepared.backbones.values(), prepared.max_lengths
        ),
        naive=_naive(prepared, run, results),
        folded=out_of_fold is not None,
        groups=0 if dependence.groups is None else int(dependence.groups.max()) + 1,
        warning=warning(task, routes, choice, say, guessed),
    )


def _chosen(
    prepared: Prepared, run: RunFolder, results: list[RouteResult], folded: CrossValidated | None
) -> tuple[Choice, list[Candidate]]:
    """The choice among `results`, by their answers out of fold or to the validation rows, and what it was made from."""
    margin, task = prepared.config.margin, prepared.task
    by = FOLDS if folded else VALIDATION
    rows = folded.rows if folded else prepared.compared
    dependence = _dependence(task, rows, prepared.splits.folds)
    if len(results) == 1 or not len(rows):
        ordered = sorted(results, key=lambda result: result.route == BASELINE)
        return choosing.unchosen(task, [result.name for result in ordered], by, margin, dependence.effect), []
    candidates = [
        Candidate(
            result.name,
            result.route,
            result.cost.texts_per_second,
            _to_choose_by(prepared, run, result.name, folded),
            result.cost.bytes,
        )
        for result in results
    ]
    return choosing.choose(task, candidates, task.references(rows), by, margin, dependence), candidates


def _dependence(task: Task, rows: Rows, folds: int) -> Dependence:
    return of_groups(content.dependent(rows, task), folds)


def _to_choose_by(prepared: Prepared, run: RunFolder, title: str, folded: CrossValidated | None) -> list[Any]:
    """Answers of a route, an entry per seed."""
    if folded:
        return list(folded.outputs[title])
    rows, seeds = len(prepared.compared), range(prepared.config.seeds)
    return [held_out.read(held_out.path_of(run.path, title, i), rows) for i in seeds]


def _judged(
    prepared: Prepared,
    run: RunFolder,
    plan: Plan,
    runs: list[Finished],
    dependence: Dependence,
    out_of_fold: Sequence[Any] | None,
) -> RouteResult:
    """One route on the test rows; `out_of_fold` are its answers of a cross-validation where there are no others."""
    test, task = prepared.splits.test.for_models(), prepared.task
    references = task.references(test)
    trusted = prepared.config.trust_remote_code
    first = predictors.load(runs[0].artifact, trusted)
    if out_of_fold is None:
        with titled(plan.title), progress(f"answering {len(test):,} test rows"):
            predictions = first.predict(test)
            others = (predictors.load(other.artifact, trusted) for other in runs[1:])
            answers = [predictions.outputs, *(other.predict(test).outputs for other in others)]
        notes = _told(prepared, predictions)
    else:
        answers, notes = list(out_of_fold), ()
    scores = score(task, answers[0], references, inputs=task.asked(test), dependence=dependence)
    values = [metrics.compute(task.main_metric, *comparable(task, outputs, references)) for outputs in answers]
    cost = measure_cost(
        first,
        runs[0].artifact,
        test,
        trained_parameters=runs[0].trained_parameters,
        train_seconds=float(np.mean([finished.seconds for finished in runs])),
        name=plan.title,
    )
    return RouteResult(
        name=plan.title,
        route=plan.kind,
        backbone="" if plan.kind == BASELINE else plan.backbone,
        method=runs[0].method,
        scores=scores,
        cost=cost,
        outputs=answers[0],
        seed_values=run.earlier_values(plan.title) or tuple(values),
        history=tuple(runs[0].history),
        settings=runs[0].settings,
        notes=(*runs[0].notes, *notes),
        artifact=str(runs[0].artifact.relative_to(run.path)),
        plain_prompt=first.plain_prompt,
        precision=getattr(predictors.read_facts(runs[0].artifact), "precision", FP32),
    )


def _told(prepared: Prepared, predictions: predictors.Predictions) -> tuple[str, ...]:
    """What became of test rows in the hands of one model, as far as the audit does not say it of all."""
    test, findings = prepared.splits.test, prepared.splits.audit.findings
    known = {
        number
        for finding in findings
        if finding.kind == "truncation" and finding.severity == "warning"
        for number in finding.rows
    }
    known = set() if len(prepared.backbones) > 1 else known  # what is cut differs between models
    notes = []
    if not known.issuperset(test.numbers[list(predictions.cut)].tolist()):
        notes.append(f"{len(predictions.cut):,} of {len(test):,} test rows have more tokens than it reads")
    if predictions.unfinished:
        notes.append(f"{len(predictions.unfinished):,} of {len(test):,} answers stopped at max_new_tokens")
    return tuple(notes)


def _naive(prepared: Prepared, run: RunFolder, results: list[RouteResult]) -> NaiveClaim | None:
    """The baseline trained and judged on a split that ignores duplicates, beside the truth."""
    config, task = prepared.config, prepared.task
    split = data.naive_split(dict(prepared.tables), config.data, task, config.seed)
    true = next(result for result in results if result.route == BASELINE).scores.metrics[task.main_metric]
    plan = next(plan for plan in prepared.plans if plan.kind == BASELINE)
    context = context_of(prepared, run, [], plan, 0)

    def train(rows: Rows) -> predictors.Predictor:
        return plan.run(replace(context, train=rows, validation=rows.take([]))).predictor

    return naive_claim(split, task, true, train)
