"""The whole product on one page: rows and a pretrained model in; table, report and artifacts out."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from transferkit import data, metrics, model_choice, options, predictors, routes, starting, students
from transferkit.artifact import held_out, learned_rows
from transferkit.artifact.manifest import manifest
from transferkit.artifact.predictions import write_predictions
from transferkit.artifact.run_folder import RESULTS, Finished, RunFolder, opened
from transferkit.artifact.verify import verify_in_fresh_process
from transferkit.config import AUTO, RouteConfig, RunConfig
from transferkit.data import fingerprints
from transferkit.errors import ConfigError
from transferkit.evaluation import choosing
from transferkit.evaluation.choosing import BASELINE, Candidate
from transferkit.evaluation.cost import measure_cost
from transferkit.evaluation.document import write_json
from transferkit.evaluation.leaderboard import write_csv
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
from transferkit.evaluation.verdict import verdict
from transferkit.intake import Intake, begin, take_in
from transferkit.report.model_card import write_model_card
from transferkit.report.page import write_report
from transferkit.routes import Plan
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows
from transferkit.table.splits import Splits
from transferkit.table.values import names_in
from transferkit.tasks import Shape, Task
from transferkit.transfer import (
    CrossValidated,
    Prepared,
    UntrainedError,
    context_of,
    cross_validate,
    train_routes,
)

log = logging.getLogger("transferkit")


def fit(config: RunConfig, table: Any = None, resume: bool = False) -> RunResult:
    """Run the description: read, audit, split, train every route, judge all on the test rows, report.

    `table` stands in for the file that `config.data.path` names: a DataFrame, a `datasets` object or
    columns. `resume` goes on in an unfinished run folder.
    """
    return finish(begin(config, table, resume), resume)


def finish(intake: Intake, resume: bool = False) -> RunResult:
    """What `fit` does once the rows are read."""
    prepared = with_model(intake)
    plans, skipped = applicable(prepared)
    with opened(prepared.config, prepared.folder, resume) as run:
        run.require_free(plan.title for plan in plans)
        rows = prepared.splits, prepared.task
        run.expect(fingerprints.of(*rows), fingerprints.of_unlabelled(*rows))
        starts = starting.folders(prepared.config, prepared.plans)
        run.ledger.expect_models(starting.fingerprints(prepared.backbone, starts, prepared.cache_dir))
        with run.written(learned_rows.NAME) as draft:
            learned_rows.note(draft, prepared.splits, prepared.task, starts.values())
        trained, skipped, folded = _all_trained(prepared, run, plans, skipped)
        verify_in_fresh_process(run, prepared.config.trust_remote_code)
        result = judge(prepared, run, trained, skipped, folded)
        leave_behind(result, run)
    return result


def _all_trained(
    prepared: Prepared, run: RunFolder, plans: list[Plan], skipped: list[Skipped]
) -> tuple[dict[str, list[Finished]], list[Skipped], CrossValidated | None]:
    """What every route has become. One that cannot be trained, as turns out on the way, is skipped with the reason, and
    so are those that wanted to learn from it; the others go on."""
    failed: dict[str, str] = {}
    while True:
        try:
            folded = cross_validate(prepared, run, plans) if prepared.splits.folds else None
            return train_routes(prepared, run, plans), skipped, folded
        except UntrainedError as error:
            if error.title in failed or any(p.title == error.title and p.kind == BASELINE for p in plans):
                raise error.error from None
            failed[error.title] = str(error)
            plans, skipped = applicable(prepared, failed)


def prepare(config: RunConfig, table: Any = None) -> Prepared:
    """Read, audit and split the rows; load the model's facts; check every route's options."""
    return with_model(take_in(config, table))


def with_model(intake: Intake) -> Prepared:
    """Load the model's facts, measure the rows with its tokenizer, settle the routes."""
    task = intake.task
    config, backbone = model_choice.chosen(intake)
    assert config.output_dir is not None
    plans = _plans(config, intake.splits, task, backbone)
    splits = learned_rows.apart(intake.splits, task, starting.folders(config, plans))
    for finding in splits.audit.findings[len(intake.splits.audit.findings) :]:
        log.warning("%s; %s", finding.message, finding.action)
    needed = any(plan.kind != BASELINE for plan in plans)
    splits, max_length = model_choice.measured(splits, task, backbone, config, needed)
    if config.unlabelled and not any(plan.variant in students.names() for plan in plans):
        log.warning("%s: unlabelled rows are for students, of which none is asked for", config.unlabelled)
    return Prepared(config, config.output_dir, intake.tables, splits, task, backbone, max_length, plans)


def applicable(prepared: Prepared, failed: Mapping[str, str] | None = None) -> tuple[list[Plan], list[Skipped]]:
    """The routes that apply to these rows, and why the others do not: known before anything is trained, but for those
    that have `failed`, by title, with the reasons.

    Raises `ConfigError` where none of those asked for applies.
    """
    run = RunFolder(prepared.folder)
    plans: list[Plan] = []
    skipped: list[Skipped] = []
    for plan in prepared.plans:
        reason = (failed or {}).get(plan.title) or plan.why_not(
            context_of(prepared, run, [other.title for other in plans], plan, 0)
        )
        if reason:
            skipped.append(Skipped(plan.title, reason))
            log.info("%s: skipped, %s", plan.title, reason)
        else:
            plans.append(plan)
    if skipped and {plan.variant for plan in plans} <= {BASELINE} - {route.name for route in prepared.config.routes}:
        reasons = "; ".join(f"{each.name}: {each.reason}" for each in skipped)
        raise ConfigError(f"none of the routes asked for can run here: {reasons}")
    return plans, skipped


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
    task, kinds = prepared.task, {plan.title: plan.kind for plan in prepared.plans}
    out_of_fold = folded if folded and not len(prepared.splits.test) else None
    splits = replace(prepared.splits, test=out_of_fold.rows) if out_of_fold else prepared.splits
    evaluated = replace(prepared, splits=splits)
    results = [
        _judged(evaluated, run, title, kinds[title], runs, out_of_fold.outputs[title] if out_of_fold else None)
        for title, runs in trained.items()
    ]
    choice, candidates = _chosen(prepared, run, results, folded)
    references = task.references(splits.test)
    routes = compared(task, results, choice.best, references)
    best = next(route for route in routes if route.name == choice.best)
    quoted = best.scores.metrics[task.main_metric]
    if out_of_fold and candidates:
        quoted = choosing.quoted(task, candidates, references, choice.best)
    baseline = next((route.name for route in routes if route.route == BASELINE), None)
    return RunResult(
        config=prepared.config,
        task=task,
        splits=splits,
        routes=routes,
        skipped=tuple(skipped),
        choice=choice,
        quoted=quoted,
        verdict=verdict(task, routes, choice, quoted, baseline),
        manifest=manifest(prepared.config, prepared.splits, prepared.task, prepared.backbone, prepared.max_length),
        naive=_naive(prepared, run, results),
        folded=out_of_fold is not None,
    )


def _chosen(
    prepared: Prepared, run: RunFolder, results: list[RouteResult], folded: CrossValidated | None
) -> tuple[Choice, list[Candidate]]:
    """The choice among `results`, by their answers out of fold or to the validation rows, and what it was made from."""
    margin = prepared.config.margin
    by = FOLDS if folded else VALIDATION
    rows = folded.rows if folded else prepared.compared
    if len(results) == 1 or not len(rows):
        asked = sorted(results, key=lambda each: each.route == BASELINE)
        return choosing.unchosen(prepared.task, [each.name for each in asked], by, margin), []
    candidates = [
        Candidate(each.name, each.route, each.cost.texts_per_second, _to_choose_by(prepared, run, each.name, folded))
        for each in results
    ]
    return choosing.choose(prepared.task, candidates, prepared.task.references(rows), by, margin), candidates


def _to_choose_by(prepared: Prepared, run: RunFolder, title: str, folded: CrossValidated | None) -> list[Any]:
    """Answers of a route, an entry per seed."""
    if folded:
        return list(folded.outputs[title])
    rows, seeds = len(prepared.compared), range(prepared.config.seeds)
    return [held_out.read(held_out.path_of(run.path, title, i), rows) for i in seeds]


def leave_behind(result: RunResult, run: RunFolder) -> None:
    """Write table, predictions, report and model cards; drop what only an unfinished run needs."""
    cards = {route.name: f"{route.artifact}/README.md" for route in result.routes}
    for name in (*RESULTS, *cards.values()):
        run.ledger.require_ours(name)
    for name, write in (
        ("leaderboard.csv", write_csv),
        ("run.json", write_json),
        ("predictions.csv", write_predictions),
        ("report.html", write_report),
    ):
        with run.written(name) as draft:
            write(result, draft)
    for route, name in cards.items():
        folder = (run.path / name).parent
        facts = predictors.read_facts(folder)
        kind, prompt = facts.kind, getattr(facts, "prompt", "")
        plain = kind == "transformer" or (kind == "generator" and (folder / "chat_template.jinja").exists())
        with run.written(name) as draft:
            write_model_card(result, route, draft, transformers=plain, prompt=prompt)
    run.clear_work()


def _judged(
    prepared: Prepared, run: RunFolder, title: str, kind: str, runs: list[Finished], out_of_fold: Sequence[Any] | None
) -> RouteResult:
    """One route on the test rows; `out_of_fold` are its answers of a cross-validation where there are no others."""
    test, task = prepared.splits.test.for_models(), prepared.task
    references = task.references(test)
    trusted = prepared.config.trust_remote_code
    first = predictors.load(runs[0].artifact, trusted)
    if out_of_fold is None:
        found = first.predict(test)
        others = (predictors.load(other.artifact, trusted) for other in runs[1:])
        answers = [found.outputs, *(other.predict(test).outputs for other in others)]
        notes = _told(prepared, found)
    else:
        answers, notes = list(out_of_fold), ()
    scores = score(task, answers[0], references, inputs=task.asked(test))
    values = [metrics.compute(task.main_metric, *comparable(task, each, references)) for each in answers]
    cost = measure_cost(
        first,
        runs[0].artifact,
        test,
        trained_parameters=runs[0].trained_parameters,
        train_seconds=float(np.mean([each.seconds for each in runs])),
    )
    return RouteResult(
        name=title,
        route=kind,
        method=runs[0].method,
        scores=scores,
        cost=cost,
        outputs=answers[0],
        seed_values=run.earlier_values(title) or tuple(values),
        history=tuple(runs[0].history),
        settings=runs[0].settings,
        notes=(*runs[0].notes, *notes),
        artifact=str(runs[0].artifact.relative_to(run.path)),
    )


def _told(prepared: Prepared, found: predictors.Predictions) -> tuple[str, ...]:
    """What became of test rows in the hands of one model, as far as the audit does not say it of all."""
    test, findings = prepared.splits.test, prepared.splits.audit.findings
    known = {
        number for each in findings if each.kind == "truncation" and each.severity == "warning" for number in each.rows
    }
    notes = []
    if not known.issuperset(test.numbers[list(found.cut)].tolist()):
        notes.append(f"{len(found.cut):,} of {len(test):,} test rows have more tokens than it reads")
    if found.unfinished:
        notes.append(f"{len(found.unfinished):,} of {len(test):,} answers stopped at max_new_tokens")
    return tuple(notes)


def _naive(prepared: Prepared, run: RunFolder, results: list[RouteResult]) -> NaiveClaim | None:
    """The baseline trained and judged on a split that ignores duplicates, beside the truth."""
    config, task = prepared.config, prepared.task
    split = _of_known_labels(data.naive_split(dict(prepared.tables), config.data, task, config.seed), task)
    true = next(result for result in results if result.route == BASELINE).scores.metrics[task.main_metric]
    plan = next(plan for plan in prepared.plans if plan.kind == BASELINE)
    context = context_of(prepared, run, [], plan, 0)

    def train(rows: Rows) -> predictors.Predictor:
        return plan.run(replace(context, train=rows, validation=rows.take([]))).predictor

    return naive_claim(split, task, true, train)


def _of_known_labels(split: tuple[Rows, Rows, float] | None, task: Task) -> tuple[Rows, Rows, float] | None:
    """Without rows whose labels cleaning took out of train; None where the rest of train lacks one of the labels."""
    if split is None or task.shape not in (Shape.LABEL, Shape.LABELS, Shape.TAGS):
        return split
    known = set(task.labels)

    def named(target: Any) -> set[str]:
        return set(task.encode_target(target, ())) if task.shape is Shape.TAGS else set(names_in(target))

    learn, test = (
        part.take([i for i, target in enumerate(part[task.target]) if named(target) <= known]) for part in split[:2]
    )
    there = {name for target in learn[task.target] for name in named(target)}
    return (learn, test, split[2]) if there == known and len(test) else None


def _plans(config: RunConfig, splits: Splits, task: Task, backbone: Backbone) -> tuple[Plan, ...]:
    asked: list[RouteConfig] = []
    for route in config.routes:
        if route.name == AUTO:
            asked += routes.automatic(route, task.shape, _rows_per_label(splits.train, task), backbone)
        else:
            asked.append(route)
    if all(route.name != BASELINE for route in asked):
        asked.insert(0, RouteConfig(name=BASELINE))
    options.require_distinct(asked)
    return tuple(routes.resolve(route) for route in asked)


def _rows_per_label(rows: Rows, task: Task) -> float:
    """The median over labels; all of them for what has no labels."""
    counts = Counter(name for target in rows[task.target] for name in names_in(target))
    return float(np.median(list(counts.values()))) if task.shape in (Shape.LABEL, Shape.LABELS) else len(rows)
