"""What a run found, in plain sentences."""

from collections.abc import Sequence

import numpy as np

from transferkit import metrics
from transferkit.evaluation.results import FOLDS, Choice, Comparison, Interval, RouteResult, p_words
from transferkit.shapes import Shape
from transferkit.tasks import Task


def verdict(task: Task, routes: Sequence[RouteResult], choice: Choice, quoted: Interval, baseline: str | None) -> str:
    """Two to five sentences: which is best, what is as good and cheaper, what fails to beat the baseline, by what test.

    `routes` carry their comparisons; `baseline` is a name of theirs.
    """
    by_name = {route.name: route for route in routes}
    sentences = [_best(task, by_name[choice.best], choice, quoted)]
    if task.shape is not Shape.VALUE and all(route.scores.metrics[task.main_metric].value == 0 for route in routes):
        title = metrics.get(task.main_metric).TITLE
        sentences.append(f"Every route has {title} 0: check whether predictions and references have the same form.")
    if choice.losses:
        sentences.append(cheapest(task, routes, choice))
    if baseline is not None and len(routes) > 1:
        sentences.append(_baseline(task, routes, by_name[baseline]))
    if len(routes) > 1:
        sentences.append(_method(routes, by_name[choice.best], choice))
    return " ".join(sentences)


def rows_words(choice: Choice) -> str:
    """What routes were chosen by: 488 validation rows, 300 cross-validated rows."""
    what = "cross-validated" if choice.by == FOLDS else "validation"
    return f"{choice.rows:,} {what} row{'s' * (choice.rows != 1)}"


def cheapest(task: Task, routes: Sequence[RouteResult], choice: Choice) -> str:
    """Which route is as good as the best and faster, or why none is named."""
    by_name = {route.name: route for route in routes}
    best = by_name[choice.best]
    faster = [route for route in routes if route.cost.texts_per_second > best.cost.texts_per_second]
    most, unit = points(choice.margin, task)
    if not faster:
        return "No route is faster."
    if choice.cheapest is None:
        unsure = [r for r in faster if -choice.margin <= choice.losses[r.name].high]
        known = choice.losses[max(unsure, key=lambda route: route.cost.texts_per_second).name]
        hidden, _ = points(max(known.value - known.low, known.high - known.value), task)
        return (
            f"No faster route is recommended: {rows_words(choice)} cannot show that one loses less than {most} {unit}"
            f" (a difference below {hidden} points would not show)."
        )
    if choice.cheapest == choice.best:
        shown = all(choice.losses[route.name].high < -choice.margin for route in faster)
        which = "Every faster route" if len(faster) > 1 else f"{faster[0].name}, the only faster route,"
        return f"{which} loses more than {most} {unit}{'' if shown else ', or is the baseline it beats'}."
    ratio = by_name[choice.cheapest].cost.texts_per_second / best.cost.texts_per_second
    speed = f"{times(ratio)} the speed" if ratio >= 1.1 else "about the same speed"
    loss = choice.losses[choice.cheapest]
    low, high = (f"{points(end, task)[0]:+g}" for end in (loss.low, loss.high))
    return (
        f"{choice.cheapest} is the fastest route shown to lose less than {most} {unit} against it"
        f" (95 % interval of the difference {low} to {high}), at {speed}."
    )


def points(value: float, task: Task) -> tuple[float, str]:
    """`value` of the main metric in points, and what that many are called."""
    amount = value / metrics.point(task.main_metric)
    rounded = round(amount, 1) if abs(amount) < 10 else float(round(amount))
    return (int(rounded) if rounded == int(rounded) else rounded), "point" if rounded == 1 else "points"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def times(factor: float) -> str:
    """A speed ratio in words: 4,000 times, 40 times, 3.2 times."""
    return f"{factor:,.0f} times" if factor >= 9.5 else f"{factor:.1f} times"


def _best(task: Task, route: RouteResult, choice: Choice, quoted: Interval) -> str:
    title = metrics.get(task.main_metric).TITLE
    value = f"{title} {quoted.value:.3f} [{quoted.low:.3f}, {quoted.high:.3f}]"
    if not choice.rows:
        alone = choice.cheapest == choice.best
        why = "is the only route" if alone else "is the first route asked for; there were no rows to choose by"
        return f"{route.name} {why}: {value}."
    seeds = ""
    if len(route.seed_values) > 1:
        seeds = f", {np.mean(route.seed_values):.3f} on average over {len(route.seed_values)} seeds"
    level = [name for name, interval in choice.scores.items() if interval.value == choice.scores[route.name].value]
    others = f", level with {listed([name for name in level if name != route.name])}" if len(level) > 1 else ""
    best = f"{route.name} is best on {rows_words(choice)}{others}"
    if folded(choice, route):
        return f"{best}: {value}, corrected for the choice{seeds}."
    return f"{best}. On the test rows, which had no say in that: {value}{seeds}."


def folded(choice: Choice, best: RouteResult) -> bool:
    """Whether routes were evaluated by the same answers, out of fold, that they were chosen by."""
    return choice.by == FOLDS and choice.rows == len(best.outputs)


def _baseline(task: Task, routes: Sequence[RouteResult], baseline: RouteResult) -> str:
    tested = [(route.name, route.against_baseline) for route in routes if route.against_baseline is not None]
    failed = [(name, comparison) for name, comparison in tested if not better(comparison)]
    value = f"{baseline.scores.metrics[task.main_metric].value:.3f}"
    told = value if baseline.name == baseline.route else f"{baseline.name}, {value}"
    if not failed:
        which = "Every other route" if len(tested) > 1 else tested[0][0]
        return f"{which} significantly beats the baseline ({told})."
    names = listed([f"{name} ({_outcome(comparison)})" for name, comparison in failed])
    verb = "does" if len(failed) == 1 else "do"
    if won := [name for name, comparison in tested if better(comparison)]:
        beats = "beats" if len(won) == 1 else "beat"
        return f"{listed(won)} significantly {beats} the baseline ({told}), {names} {verb} not."
    words = f"{names} {verb} not significantly beat the baseline ({told})"
    return f"{words}; no route does." if len(tested) > 1 else f"{words}."


def better(comparison: Comparison | None) -> bool:
    """Whether a test says that this route is better; no test says nothing."""
    return comparison is not None and comparison.significant and comparison.difference > 0


def _outcome(comparison: Comparison) -> str:
    words = p_words(comparison.p_value)
    return f"significantly worse, {words}" if comparison.significant else words


def _method(routes: Sequence[RouteResult], best: RouteResult, choice: Choice) -> str:
    test = next(route.against_best.test for route in routes if route.against_best is not None)
    seeds = " with the first seed's predictions" if len(best.seed_values) > 1 else ""
    what = "cross-validated" if folded(choice, best) else "test"
    return f"Tests are paired on the same {len(best.outputs):,} {what} rows{seeds} ({test}, at 5 %)."
