"""The result of a run in a few plain sentences."""

from collections.abc import Sequence

import numpy as np

from transferkit import locales, metrics
from transferkit.evaluation.choosing import BASELINE, level
from transferkit.evaluation.guessing import Guess
from transferkit.evaluation.paired import least_significant
from transferkit.evaluation.results import FOLDS, Choice, Comparison, Interval, RouteResult, p_words
from transferkit.locales import ENGLISH, Say
from transferkit.shapes import Shape
from transferkit.tasks import Task

_IN_ENGLISH = locales.get(ENGLISH)
_MOST_NAMED = 3
"""More routes than that are counted, not listed."""
_COARSE = 10
"""Points: rows that show no smaller difference are too few to compare routes on."""


def verdict(
    task: Task,
    routes: Sequence[RouteResult],
    choice: Choice,
    quoted: Interval,
    baseline: str | None,
    say: Say = _IN_ENGLISH,
    guess: Guess | None = None,
) -> str:
    """What decides, in a few sentences: `warning`, the best route, the cheapest one, how many routes beat the baseline,
    and the test used.

    `routes` carry their comparisons; `baseline` is the name of one of them. `say` sets the language.
    """
    by_name = {route.name: route for route in routes}
    best, several = by_name[choice.best], len(routes) > 1
    told = several and _coarse(task, routes, choice, say) is None
    sentences = [warning(task, routes, choice, say, guess), _best(task, best, choice, quoted, say)]
    sentences.append(_untested(task, best, choice, say))
    if told and len(routes) - 1 > _MOST_NAMED:
        sentences.append(_not_told_apart(routes, say))
    if choice.losses:
        sentences.append(cheapest(task, routes, choice, say))
    if told and baseline is not None:
        sentences.append(_baseline(task, routes, by_name[baseline], say))
    if unshown(best, routes):
        sentences.append(
            say(
                "These rows do not show that {route} is better than the baseline, which is the cheaper choice until "
                "more rows show it.",
                route=best.name,
            )
        )
    if told:
        sentences.append(_method(routes, best, choice, say))
    return say.joined(filter(None, sentences))


def warning(
    task: Task, routes: Sequence[RouteResult], choice: Choice, say: Say = _IN_ENGLISH, guess: Guess | None = None
) -> str:
    """What makes the scores worth little; empty where nothing does."""
    best = next(route for route in routes if route.name == choice.best)
    reasons = []
    few = _coarse(task, routes, choice, say) if len(routes) > 1 else None
    if few is not None:
        advice = "Test on more rows, or give no test rows and cross-validate all rows with --folds 5."
        rows = say.count(len(best.outputs), "{n} test row", "{n} test rows")
        if folded(choice, best):
            advice, rows = "More labelled rows would show more.", rows_words(choice, say)
        words = say("{rows} are too few to tell these routes apart: {few}.", rows=rows, few=few)
        reasons.append(say.joined([words, say(advice)]))
    if all(route.scores.metrics[task.main_metric].value == 0 for route in routes) and task.shape is not Shape.VALUE:
        title = say(metrics.get(task.main_metric).TITLE)
        zero = "Every route has {metric} 0: check whether predictions and references have the same form."
        reasons.append(say(zero, metric=title))
    elif guess is not None and (guess.as_good or (few is None and not guess.beaten)):
        reasons.append(_guessed(best, guess, say))
    return say.joined(say("Warning: {reason}", reason=reason) for reason in reasons)


def _coarse(task: Task, routes: Sequence[RouteResult], choice: Choice, say: Say) -> str | None:
    """Which differences do not show on rows that tell nothing of these routes; None where they tell something."""
    against = [c for route in routes for c in (route.against_best, route.against_baseline) if c is not None]
    rows = len(routes[0].outputs)
    effect = choice.effect if folded(choice, routes[0]) else 1.0
    least = least_significant(rows, len(routes) - 1, effect)
    if any(c.significant for c in against) or 100 * least <= _COARSE * rows:
        return None
    if least > rows:
        return say("no difference could be significant")
    if not metrics.counts_rows(task.main_metric):
        return say("only a difference that shows on at least {least} of them could be significant", least=least)
    smallest = in_points(100 * metrics.point(task.main_metric) * least / rows, task, say)
    return say("only a difference of at least {points} could be significant", points=smallest)


def _guessed(best: RouteResult, guess: Guess, say: Say) -> str:
    words = "{route} is not shown to be better than always answering {answer}: {metric} {reached} against {value}."
    if guess.as_good:
        words = "{route} is no better than always answering {answer}: {metric} {reached} against {value}."
    return say(
        words,
        route=best.name,
        answer=say("the mean of the training rows") if guess.answer is None else repr(guess.answer),
        metric=say(metrics.get(guess.metric).TITLE),
        reached=figure(guess.reached),
        value=figure(guess.value),
    )


def rows_words(choice: Choice, say: Say = _IN_ENGLISH) -> str:
    """The rows that routes were chosen by: 488 validation rows, 300 cross-validated rows."""
    if choice.by == FOLDS:
        return say.count(choice.rows, "{n} cross-validated row", "{n} cross-validated rows")
    return say.count(choice.rows, "{n} validation row", "{n} validation rows")


def cheapest(task: Task, routes: Sequence[RouteResult], choice: Choice, say: Say = _IN_ENGLISH) -> str:
    """Which faster route loses little against the best one, or why none is named."""
    by_name = {route.name: route for route in routes}
    best = by_name[choice.best]
    faster = [route for route in routes if route.cost.texts_per_second > best.cost.texts_per_second]
    most = in_points(choice.margin, task, say)
    if not faster:
        return say("No route is faster.")
    if choice.cheapest is None:
        unsure = [r for r in faster if -choice.margin <= choice.losses[r.name].high]
        known = choice.losses[max(unsure, key=lambda route: route.cost.texts_per_second).name]
        hidden = in_points(max(known.value - known.low, known.high - known.value), task, say)
        return say(
            "No faster route is recommended: {rows} are too few to show that one loses less than {most} "
            "(a difference below {hidden} would not show).",
            rows=rows_words(choice, say),
            most=most,
            hidden=hidden,
        )
    if choice.cheapest == choice.best:
        return _all_worse(faster, choice, most, say)
    loss = choice.losses[choice.cheapest]
    low, high = (f"{points(end, task):+g}" for end in (loss.low, loss.high))
    ratio = by_name[choice.cheapest].cost.texts_per_second / best.cost.texts_per_second
    return say(
        "{route} is the fastest route shown to lose less than {most} against it (95% confidence interval of the "
        "difference {low} to {high}), at {speed}.",
        route=choice.cheapest,
        most=most,
        low=low,
        high=high,
        speed=say("{factor} times the speed", factor=times(ratio)) if ratio >= 1.1 else say("about the same speed"),
    )


def points(value: float, task: Task) -> float:
    """`value` of the main metric in points, rounded to what is worth saying."""
    amount = value / metrics.point(task.main_metric)
    rounded = round(amount, 1) if abs(amount) < 10 else float(round(amount))
    return int(rounded) if rounded == int(rounded) else rounded


def in_points(value: float, task: Task, say: Say = _IN_ENGLISH) -> str:
    """`value` of the main metric with its unit: 1 point, 2.5 points."""
    amount = points(value, task)
    return say("{amount} point" if amount == 1 else "{amount} points", amount=f"{amount:g}")


def figure(value: float) -> str:
    """A score: 0.954, or 31.2 of one that goes beyond 10."""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def times(factor: float) -> str:
    """A ratio of speeds: 4,000, 40, 3.2."""
    return f"{factor:,.0f}" if factor >= 9.5 else f"{factor:.1f}"


def _all_worse(faster: Sequence[RouteResult], choice: Choice, most: str, say: Say) -> str:
    shown = all(choice.losses[route.name].high < -choice.margin for route in faster)
    fields = {"route": faster[0].name, "most": most}
    if len(faster) > 1:
        some = "Every faster route loses more than {most}, or is the baseline, which it beats."
        return say("Every faster route loses more than {most}." if shown else some, **fields)
    some = "{route}, the only faster route, is the baseline, which it beats."
    return say("{route}, the only faster route, loses more than {most}." if shown else some, **fields)


def _best(task: Task, route: RouteResult, choice: Choice, quoted: Interval, say: Say) -> str:
    ends = {"low": figure(quoted.low), "high": figure(quoted.high)}
    value = {"metric": say(metrics.get(task.main_metric).TITLE), "value": figure(quoted.value), **ends}
    interval = "{metric} {value} (95% confidence interval {low} to {high})"
    if not choice.rows:
        alone = choice.cheapest == choice.best
        first = "There are no rows to choose by; {route} is the first route asked for: {value}."
        return say(
            "{route} is the only route: {value}." if alone else first, route=route.name, value=say(interval, **value)
        )
    if len(route.seed_values) > 1:
        interval = "{metric} {value} (95% confidence interval {low} to {high}; mean over {seeds} seeds {mean})"
        value |= {"mean": figure(float(np.mean(route.seed_values))), "seeds": str(len(route.seed_values))}
    top = choice.scores[route.name].value
    tied = [name for name, found in choice.scores.items() if level(found.value, top) and name != route.name]
    fields = {"route": route.name, "rows": rows_words(choice, say)}
    best = say("{route} is best on {rows}", **fields)
    if tied:
        others = say("{n} others", n=len(tied)) if len(tied) > _MOST_NAMED else say.listed(tied)
        words = "{route} is best on {rows}, tied with {others}"
        if choice.tie_by:
            words = "{route} is best on {rows}: tied with {others}, it has a better {second} than the baseline"
            fields["second"] = say(metrics.get(choice.tie_by).TITLE)
        elif route.route == BASELINE:
            words = "{route} is best on {rows}, tied with {others}: no transferred route does better"
        best = say(words, **fields, others=others)
    if folded(choice, route):
        return say("{best}: {value}, corrected for the choice.", best=best, value=say(interval, **value))
    return say(
        "{best}. On the test rows, which were not used to choose it: {value}.", best=best, value=say(interval, **value)
    )


def _untested(task: Task, best: RouteResult, choice: Choice, say: Say) -> str:
    """How many labels stand in no row of the scores; empty where all do."""
    if not task.shape.form.CLASSES:
        return ""
    absent = sum(not found["support"] for found in best.scores.per_class.values())
    if not absent:
        return ""
    total = len(best.scores.per_class)
    if folded(choice, best):
        return say.count(
            absent,
            "{n} of {total} labels has no cross-validated row, so these scores say nothing about it.",
            "{n} of {total} labels have no cross-validated row, so these scores say nothing about them.",
            total=total,
        )
    return say.count(
        absent,
        "{n} of {total} labels has no test row, so these scores say nothing about it.",
        "{n} of {total} labels have no test row, so these scores say nothing about them.",
        total=total,
    )


def folded(choice: Choice, best: RouteResult) -> bool:
    """Whether routes were evaluated by the same answers, out of fold, that they were chosen by."""
    return choice.by == FOLDS and choice.rows == len(best.outputs)


def _not_told_apart(routes: Sequence[RouteResult], say: Say) -> str:
    """How many routes the tests cannot tell from the best."""
    tested = [route.against_best for route in routes if route.against_best is not None]
    alike = sum(not comparison.significant for comparison in tested)
    if not alike:
        return say("All {total} other routes differ significantly from it.", total=len(tested))
    return say.count(
        alike,
        "{n} of {total} other routes does not differ significantly from it.",
        "{n} of {total} other routes do not differ significantly from it.",
        total=len(tested),
    )


def _baseline(task: Task, routes: Sequence[RouteResult], baseline: RouteResult, say: Say) -> str:
    tested = [(route.name, route.against_baseline) for route in routes if route.against_baseline is not None]
    won = [name for name, comparison in tested if better(comparison)]
    failed = [(name, comparison) for name, comparison in tested if not better(comparison)]
    value = figure(baseline.scores.metrics[task.main_metric].value)
    base = value if baseline.name == baseline.route else say("{name}, {value}", name=baseline.name, value=value)
    if not failed and len(won) > 1:
        return say("Every other route significantly beats the baseline ({base}).", base=base)
    if len(tested) > _MOST_NAMED and not won:
        return say("No route significantly beats the baseline ({base}).", base=base)
    if len(tested) > _MOST_NAMED:
        return say.count(
            len(won),
            "{n} of {total} other routes significantly beats the baseline ({base}).",
            "{n} of {total} other routes significantly beat the baseline ({base}).",
            total=len(tested),
            base=base,
        )
    others = say.listed([say("{name} ({outcome})", name=name, outcome=_outcome(c, say)) for name, c in failed])
    fields = {"winners": say.listed(won), "others": others, "base": base}
    if not failed:
        return say("{winners} significantly beats the baseline ({base}).", **fields)
    if not won and len(failed) > 1:
        return say("No route significantly beats the baseline ({base}): {others}.", **fields)
    if not won and failed[0][1].significant:
        p_value = p_words(failed[0][1].p_value)
        return say(
            "{route} is significantly worse than the baseline ({base}; {p}).", route=failed[0][0], base=base, p=p_value
        )
    if not won:
        return say("{others} does not significantly beat the baseline ({base}).", **fields)
    return say(_SOME_BEAT_IT[len(won) > 1, len(failed) > 1], **fields)


_SOME_BEAT_IT = {
    (False, False): "{winners} significantly beats the baseline ({base}); {others} does not.",
    (False, True): "{winners} significantly beats the baseline ({base}); {others} do not.",
    (True, False): "{winners} significantly beat the baseline ({base}); {others} does not.",
}
"""By whether several routes do, and several do not."""


def unshown(best: RouteResult, routes: Sequence[RouteResult]) -> bool:
    """Whether there is a baseline that the best route is not shown to beat."""
    there = any(route.route == BASELINE for route in routes)
    return there and best.route != BASELINE and not better(best.against_baseline)


def better(comparison: Comparison | None) -> bool:
    """Whether a test says that this route is better; no test says nothing."""
    return comparison is not None and comparison.significant and comparison.difference > 0


def _outcome(comparison: Comparison, say: Say) -> str:
    words = p_words(comparison.p_value)
    return say("significantly worse, {p}", p=words) if comparison.significant else words


def _method(routes: Sequence[RouteResult], best: RouteResult, choice: Choice, say: Say) -> str:
    test = next(route.against_best.test for route in routes if route.against_best is not None)
    rows = f"{len(best.outputs):,}"
    words = "Tests are paired on the same {rows} test rows ({test}, at the 5% level)."
    if folded(choice, best):
        words = "Tests are paired on the same {rows} cross-validated rows ({test}, at the 5% level)."
    if len(best.seed_values) > 1:
        words = "Tests are paired on the same {rows} rows, by the first seed's predictions ({test}, at the 5% level)."
    return say(words, rows=rows, test=say.found(test))
