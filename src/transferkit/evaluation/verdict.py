"""What a run found, in plain sentences."""

from collections.abc import Sequence

import numpy as np

from transferkit import metrics
from transferkit.evaluation.results import Comparison, RouteResult, p_words
from transferkit.tasks import Task


def verdict(task: Task, routes: Sequence[RouteResult], best: str, cheapest: str, baseline: str | None) -> str:
    """Two to four sentences: which is best, what is as good and cheaper, what fails to beat the baseline, by what test.

    `routes` carry their comparisons; `best`, `cheapest` and `baseline` are names of theirs.
    """
    by_name = {route.name: route for route in routes}
    sentences = [_best(task, by_name[best])]
    if len(routes) > 1:
        sentences.append(_cheapest(task, routes, by_name[best], by_name[cheapest]))
    if baseline is not None and len(routes) > 1:
        sentences.append(_baseline(task, routes, by_name[baseline]))
    if len(routes) > 1:
        sentences.append(_method(routes, by_name[best]))
    return " ".join(sentences)


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def times(factor: float) -> str:
    """A speed ratio in words: 4,000 times, 40 times, 3.2 times."""
    return f"{factor:,.0f} times" if factor >= 9.5 else f"{factor:.1f} times"


def _best(task: Task, route: RouteResult) -> str:
    found = route.scores.metrics[task.main_metric]
    words = f"{route.name} is best: {metrics.get(task.main_metric).TITLE} {found.value:.3f}"
    words += f" [{found.low:.3f}, {found.high:.3f}]"
    if len(route.seed_values) > 1:
        words += f", {np.mean(route.seed_values):.3f} on average over {len(route.seed_values)} seeds"
    return f"{words}."


def _cheapest(task: Task, routes: Sequence[RouteResult], best: RouteResult, cheapest: RouteResult) -> str:
    against = cheapest.against_best
    faster = [route for route in routes if route.cost.texts_per_second > cheapest.cost.texts_per_second]
    if against is None:
        if not faster:
            return "No route is faster."
        than = "" if all(worse(route.against_best) for route in faster) else " than it or than another"
        return f"Every faster route is significantly worse{than}."
    value = cheapest.scores.metrics[task.main_metric].value
    ratio = cheapest.cost.texts_per_second / best.cost.texts_per_second
    speed = f"{times(ratio)} the speed" if ratio >= 1.1 else "about the same speed"
    aside = " but for the baseline" if any(not worse(route.against_best) for route in faster) else ""
    return (
        f"{cheapest.name} is the fastest route{aside} not significantly worse than it: {value:.3f}"
        f" ({p_words(against.p_value)}) at {speed}."
    )


def _baseline(task: Task, routes: Sequence[RouteResult], baseline: RouteResult) -> str:
    tested = [(route.name, route.against_baseline) for route in routes if route.against_baseline is not None]
    failed = [(name, found) for name, found in tested if not better(found)]
    value = f"{baseline.scores.metrics[task.main_metric].value:.3f}"
    told = value if baseline.name == baseline.route else f"{baseline.name}, {value}"
    if not failed:
        return f"Every other route significantly beats the baseline ({told})."
    names = listed([f"{name} ({_outcome(found)})" for name, found in failed])
    verb = "does" if len(failed) == 1 else "do"
    if won := [name for name, found in tested if better(found)]:
        beats = "beats" if len(won) == 1 else "beat"
        return f"{listed(won)} significantly {beats} the baseline ({told}), {names} {verb} not."
    words = f"{names} {verb} not significantly beat the baseline ({told})"
    return f"{words}; no route does." if len(tested) > 1 else f"{words}."


def better(comparison: Comparison | None) -> bool:
    """Whether a test says that this route is better; no test says nothing."""
    return comparison is not None and comparison.significant and comparison.difference > 0


def worse(comparison: Comparison | None) -> bool:
    """Whether a test says that this route is worse; no test says nothing."""
    return comparison is not None and comparison.significant and comparison.difference < 0


def _outcome(found: Comparison) -> str:
    words = p_words(found.p_value)
    return f"significantly worse, {words}" if found.significant else words


def _method(routes: Sequence[RouteResult], best: RouteResult) -> str:
    test = next(route.against_best.test for route in routes if route.against_best is not None)
    seeds = " with the first seed's predictions" if len(best.seed_values) > 1 else ""
    return f"Tests are paired on the same {len(best.outputs):,} test rows{seeds} ({test}, at 5 %)."
