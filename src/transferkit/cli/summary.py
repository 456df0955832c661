"""What `fit` says at the end of a run, and before one with --dry-run."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from transferkit.cli.console import table

if TYPE_CHECKING:
    from transferkit.data.splits import Finding
    from transferkit.estimate import Estimate, RouteEstimate
    from transferkit.evaluation.results import RunResult, Scores


def print_result(out: Console, result: "RunResult") -> None:
    """The table and verdict, what was skipped, what the audit found, and where everything lies."""
    from transferkit.evaluation.leaderboard import render

    _print_findings(out, result.splits.audit.findings)
    if result.naive:
        claim = result.naive
        _say(
            out,
            f"a split that ignores duplicates would have claimed {claim.claimed:.3f} for the baseline "
            f"({claim.leaked:.1%} of its test rows stand in train too); true is {claim.true:.3f}",
        )
    out.print()
    out.print(render(result, out.width))
    for skipped in result.skipped:
        _say(out, f"{skipped.name} was skipped: {skipped.reason}")
    folder = result.config.output_dir
    out.print()
    _say(out, f"report   {folder}/report.html")
    _say(out, f"models   {folder}/models")
    _say(out, f"next     transferkit predict {folder} FILE")


def print_estimate(out: Console, found: "Estimate") -> None:
    """Rows, audit, and what every route would take."""
    rows = found.rows
    _say(out, f"rows     {rows['train']:,} train, {rows['validation']:,} validation, {rows['test']:,} test")
    _say(out, f"model    {found.model}, window {found.max_length} tokens, {found.tokens:,} tokens in all rows")
    _print_findings(out, found.findings)
    out.print()
    out.print(table(("route", "time", "memory", "options"), [_estimate_row(route) for route in found.routes], left=4))
    for route in found.routes:
        if route.note:
            _say(out, f"{route.title}: {route.note}")
    low, high = (seconds(sum(getattr(route, side) for route in found.routes)) for side in ("low", "high"))
    out.print()
    _say(out, f"all routes together {low} to {high}, judging them included; calibrated on this machine just now")
    _say(out, "nothing was trained and no run folder was made")


def print_scores(out: Console, scores: "Scores", findings: "tuple[Finding, ...]") -> None:
    """Every metric with its interval, then every class."""
    from transferkit import metrics

    _print_findings(out, findings)
    rows = [
        (metrics.get(name).TITLE, f"{found.value:.3f}", f"[{found.low:.3f}, {found.high:.3f}]")
        for name, found in scores.metrics.items()
    ]
    out.print(table(("metric", "value", "95 % interval"), rows))
    out.print()
    columns = ("precision", "recall", "f1")
    classes = [
        (label, *(f"{found[name]:.3f}" for name in columns), f"{found['support']:.0f}")
        for label, found in scores.per_class.items()
    ]
    out.print(table(("class", *columns, "rows"), classes))


def seconds(value: float) -> str:
    """8 s, 3 min, 2.5 h."""
    if value < 90:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 5400 else f"{value / 3600:.1f} h"


def _estimate_row(route: "RouteEstimate") -> tuple[str, ...]:
    options = ", ".join(f"{name}={value}" for name, value in route.options.items())
    return (route.title, f"{seconds(route.low)} to {seconds(route.high)}", f"{route.bytes / 2**30:.1f} GB", options)


def _print_findings(out: Console, findings: "tuple[Finding, ...]") -> None:
    for finding in findings:
        action = f": {finding.action}" if finding.action else ""
        _say(out, f"{'!' if finding.severity == 'warning' else '-'} {finding.kind}: {finding.message}{action}")


def _say(out: Console, words: str) -> None:
    """Print data as it is: brackets are no markup, and lines are not broken for a pipe."""
    out.print(Text(words), soft_wrap=True)
