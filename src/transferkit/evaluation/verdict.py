"""The result of a run in a few plain sentences."""

from collections.abc import Sequence

import numpy as np

from transferkit import locales, metrics
from transferkit.evaluation.results import FOLDS, Choice, Comparison, Interval, RouteResult, p_words
from transferkit.locales import ENGLISH, Say
from transferkit.shapes import Shape
from transferkit.tasks import Task

_IN_ENGLISH = locales.get(ENGLISH)
_MOST_NAMED = 5
"""More routes than that are counted, not listed."""


def verdict(
    task: Task,
    routes: Sequence[RouteResult],
    choice: Choice,
    quoted: Interval,
    baseline: str | None,
    say: Say = _IN_ENGLISH,
) -> str:
    """Two to five sentences: the best route, the cheapest one, which routes beat the baseline, and the test used.

    `routes` carry their comparisons; `baseline` is the name of one of them. `say` sets the language.
    """
    by_name = {route.name: route for route in routes}
    sentences = [_best(task, by_name[choice.best], choice, quoted, say)]
    if task.shape is not Shape.VALUE and all(route.scores.metrics[task.main_metric].value == 0 for route in routes):
        title = say(metrics.get(task.main_metric).TITLE)
        zero = "Every route has {metric} 0: check whether predictions and references have the same form."
        sentences.append(say(zero, metric=title))
    if choice.losses:
        sentences.append(cheapest(task, routes, choice, say))
    if baseline is not None and len(routes) > 1:
        sentences.append(_baseline(task, routes, by_name[baseline], say))
    if len(routes) > 1:
        sentences.append(_method(routes, by_name[choice.best], choice, say))
    return say.joined(sentences)


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
    words = "{metric} {value} (95% confidence interval {low} to {high})"
    if not choice.rows:
        alone = choice.cheapest == choice.best
        first = "There are no rows to choose by; {route} is the first route asked for: {value}."
        return say(
            "{route} is the only route: {value}." if alone else first, route=route.name, value=say(words, **value)
        )
    if len(route.seed_values) > 1:
        words = "{metric} {value} (95% confidence interval {low} to {high}; mean over {seeds} seeds {mean})"
        value |= {"mean": figure(float(np.mean(route.seed_values))), "seeds": str(len(route.seed_values))}
    top = choice.scores[route.name].value
    level = [name for name, interval in choice.scores.items() if interval.value == top and name != route.name]
    fields = {"route": route.name, "rows": rows_words(choice, say)}
    best = say("{route} is best on {rows}", **fields)
    if level:
        best = say("{route} is best on {rows}, tied with {others}", **fields, others=say.listed(level))
    if folded(choice, route):
        return say("{best}: {value}, corrected for the choice.", best=best, value=say(words, **value))
    return say(
        "{best}. On the test rows, which were not used to choose it: {value}.", best=best, value=say(words, **value)
    )


def folded(choice: Choice, best: RouteResult) -> bool:
    """Whether routes were evaluated by the same answers, out of fold, that they were chosen by."""
    return choice.by == FOLDS and choice.rows == len(best.outputs)


def _baseline(task: Task, routes: Sequence[RouteResult], baseline: RouteResult, say: Say) -> str:
    tested = [(route.name, route.against_baseline) for route in routes if route.against_baseline is not None]
    won = [name for name, comparison in tested if better(comparison)]
    failed = [(name, comparison) for name, comparison in tested if not better(comparison)]
    value = figure(baseline.scores.metrics[task.main_metric].value)
    base = value if baseline.name == baseline.route else say("{name}, {value}", name=baseline.name, value=value)
    others = say.listed([say("{name} ({outcome})", name=name, outcome=_outcome(c, say)) for name, c in failed])
    others = say("{n} others", n=len(failed)) if len(failed) > _MOST_NAMED else others
    winners = say("{n} of {total} other routes", n=len(won), total=len(tested)) if len(won) > _MOST_NAMED else ""
    if not failed and len(won) > 1:
        return say("Every other route significantly beats the baseline ({base}).", base=base)
    fields = {"winners": winners or say.listed(won), "others": others, "base": base}
    if not failed:
        return say("{winners} significantly beats the baseline ({base}).", **fields)
    if not won:
        words = say.count(
            len(failed),
            "{others} does not significantly beat the baseline ({base})",
            "{others} do not significantly beat the baseline ({base})",
            **fields,
        )
        return say("{words}; no route does.", words=words) if len(tested) > 1 else say("{words}.", words=words)
    verbs = (len(won) > 1, len(failed) > 1)
    return say(_SOME_BEAT_IT[verbs], **fields)


_SOME_BEAT_IT = {
    (False, False): "{winners} significantly beats the baseline ({base}); {others} does not.",
    (False, True): "{winners} significantly beats the baseline ({base}); {others} do not.",
    (True, False): "{winners} significantly beat the baseline ({base}); {others} does not.",
    (True, True): "{winners} significantly beat the baseline ({base}); {others} do not.",
}
"""By whether several routes do, and several do not."""


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
