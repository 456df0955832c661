"""Scores as tables: every metric with its interval, then every class."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from transferkit import locales, metrics
from transferkit.locales import ENGLISH, Say
from transferkit.plain_table import plain_table

if TYPE_CHECKING:
    from transferkit.evaluation.results import Scores

_IN_ENGLISH = locales.get(ENGLISH)
_OF_CLASSES = ("precision", "recall", "f1")


def parts(scores: "Scores", say: Say = _IN_ENGLISH) -> Iterator[Table | Text]:
    """What a terminal shows of them, one part below the other."""
    for finding in scores.findings:
        yield Text(f"{'!' if finding.severity == 'warning' else '-'} {finding.told(say)}")
    yield Text(say.count(scores.rows, "{n} row evaluated", "{n} rows evaluated"))
    rows = [
        (say(metrics.get(name).TITLE), f"{found.value:.3f}", f"[{found.low:.3f}, {found.high:.3f}]")
        for name, found in scores.metrics.items()
    ]
    yield plain_table((say("metric"), say("value"), say("95 % interval")), rows)
    for name, words in scores.signatures.items():
        yield Text(say.language.COLON.join([say(metrics.get(name).TITLE), words]))
    if not scores.per_class:
        return
    yield Text()
    # Of a label without rows there is nothing to say.
    classes = [
        (label, *(f"{row[name]:.3f}" if row["support"] else "" for name in _OF_CLASSES), f"{row['support']:.0f}")
        for label, row in scores.per_class.items()
    ]
    yield plain_table((say("class"), say("precision"), say("recall"), say("f1"), say("rows")), classes)
